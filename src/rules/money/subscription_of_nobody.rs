use crate::diag::{Location, Severity::Error};
use crate::model::text::many;
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

declare_rule! {
    /// A subscription charges for a contact who does not exist.
    ///
    /// ## What it does
    /// Reports subscriptions that still charge (`Active`, `Payment Due` or `Paused`) and whose contact ID no contact of the population has,
    /// be it one without a login. Names the first few IDs, and says how many subscriptions there are.
    ///
    /// ## Why it matters
    /// Subscriptions are kept by contact ID, and have to be pointed to another one where it changes (documented). One of nobody charges
    /// somebody who cannot sign in, and after the switch there is no CRM in which that person could be found again (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// of_nobody: {subscriptions: {count: 1, first: ["999"]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// of_nobody: {subscriptions: {count: 0}}
    /// ```
    ///
    /// ## Fix
    /// Look the ID up in the CRM while it is there: give the subscription the contact ID that its member has now, with the vendor's Order Contact ID
    /// Updater, or end it under AccessAlly > Sales > Subscriptions.
    {
        id: "subscription-of-nobody",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "S3",
        evidence: Documented,
        anchor: "/spot_check",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let census = facts.of_population(&["contact", "subscription"])?;
    let found = &facts.of_nobody(census)?.subscriptions;
    if found.count > 0 {
        let charge = if found.count == 1 { "charges for a contact who does" } else { "charge for contacts who do" };
        let message = format!("{} {charge} not exist: {}", many(found.count, "subscription"), named(found));
        let help = "look the ID up in the CRM while it is there, and give the subscription the contact ID that its member has now, or end it under \
                    AccessAlly > Sales > Subscriptions";
        out.push(RULE.at(Location::key("/spot_check"), message).label("of nobody").help(help));
    }
    Some(())
}
