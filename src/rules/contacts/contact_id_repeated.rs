use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::listed;

declare_rule! {
    /// Two members share one contact ID.
    ///
    /// ## What it does
    /// Reports contact IDs that more than one contact of the site has.
    ///
    /// ## Why it matters
    /// Each user needs a contact ID of their own, and orders are kept by contact ID (documented). Where two share one, tags
    /// and orders of one can end up with the other (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// repeated_ids: ["102"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// repeated_ids: []
    /// ```
    ///
    /// ## Fix
    /// Filter by the ID under AccessAlly > Members, and give one of them their own contact.
    {
        id: "contact-id-repeated",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "S3",
        evidence: Documented,
        anchor: "/spot_check",
    }
}

/// How many IDs a message names.
const SHOWN: usize = 5;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let repeated = &facts.census()?.repeated_ids;
    if repeated.is_empty() {
        return Some(());
    }
    let rest = repeated.len().saturating_sub(SHOWN);
    let mut ids: Vec<String> = repeated.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    if rest > 0 {
        ids.push(format!("{rest} more"));
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let has = if repeated.len() == 1 { "contact ID" } else { "contact IDs" };
    out.push(
        RULE.at(Location::key("/spot_check"), format!("more than one member has {has} {}", listed(&ids)))
            .label("IDs are shared")
            .help("filter by the ID under AccessAlly > Members, and give each member a contact of their own"),
    );
    Some(())
}
