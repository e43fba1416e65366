use crate::diag::{Location, Severity::Warning};
use crate::model::text::many;
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

declare_rule! {
    /// An order is of a contact who does not exist.
    ///
    /// ## What it does
    /// Reports orders that went through and whose contact ID no contact of the population has, be it one without a login. Names the first few
    /// IDs, and says how many orders there are. Orders that did not go through opened nothing.
    ///
    /// ## Why it matters
    /// Orders are kept by contact ID (documented). Those of a user who was deleted harm nobody; those of a user who has another ID since
    /// are lost for their buyer, and the CRM that could say who that is goes away (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// of_nobody: {orders: {count: 7, first: ["998", "999"]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// of_nobody: {orders: {count: 0}}
    /// ```
    ///
    /// ## Fix
    /// Look the IDs up in the CRM: give the orders of those who are members under another ID that one, with the vendor's Order Contact ID
    /// Updater. Accept the rest.
    {
        id: "order-of-nobody",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "S3",
        evidence: Documented,
        anchor: "/spot_check",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let census = facts.of_population(&["contact", "order"])?;
    let found = &facts.of_nobody(census)?.orders;
    if found.count > 0 {
        let of = if found.count == 1 { "is of a contact who does" } else { "are of contacts who do" };
        let message = format!("{} {of} not exist: {}", many(found.count, "order"), named(found));
        let help = "look the IDs up in the CRM while it is there; those of users who were deleted may stay";
        out.push(RULE.at(Location::key("/spot_check"), message).label("of nobody").help(help));
    }
    Some(())
}
