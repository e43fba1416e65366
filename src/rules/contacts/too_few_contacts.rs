use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::partly_left_out;

declare_rule! {
    /// Fewer than ten spot-check contacts.
    ///
    /// ## What it does
    /// Asks for ten contacts under `spot_check`, or for all of them where the site has fewer.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a list of ten contacts before the switch, and compares them one by one after it.
    ///
    /// ## Bad
    /// ```yaml
    /// members: 4
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {spot_check: {list: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// members: 3
    /// ```
    ///
    /// ## Fix
    /// Choose further members under WordPress > Users and list their contact IDs, each with the reason.
    {
        id: "too-few-contacts",
        severity: Error,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "P10",
        evidence: Documented,
        anchor: "/spot_check/list",
    }
}

/// How many the guide asks for.
const WANTED: u64 = 10;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let listed = facts.plan().spot_check.list.len() as u64;
    if listed >= WANTED || partly_left_out(facts) {
        return Some(());
    }
    let members = facts.census()?.members;
    if listed < members.min(WANTED) {
        let wanted = match members.min(WANTED) {
            WANTED => format!("the guide asks for {WANTED}"),
            few => format!("the site has {few} members"),
        };
        let message = format!("the plan lists {listed} spot-check contacts, and {wanted}");
        let missing = members.min(WANTED) - listed;
        out.push(RULE.at(Location::key("/spot_check/list"), message).label(format!("{missing} missing")).help(
            format!(
                "choose {missing} more under WordPress > Users, and list their contact IDs with the reason for each"
            ),
        ));
    }
    Some(())
}
