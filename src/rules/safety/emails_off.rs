use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// AccessAlly Emails is off after the switch.
    ///
    /// ## What it does
    /// Reports a site on which AccessAlly Emails will still be off after the plan's changes.
    ///
    /// ## Why it matters
    /// The CRM's mail ends with the switch. Welcome, invoice, failed-payment and module-release mail then come from
    /// AccessAlly Emails alone; the vendor's guide asks for it to be switched on and set up on the staging site.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {emails: {enabled: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {emails: null}
    /// site: {emails: {enabled: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {emails: {enabled: true}}
    /// site: {emails: {enabled: false}}
    /// ```
    ///
    /// ## Fix
    /// Set `emails: {enabled: true}` in the plan.
    {
        id: "emails-off",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P6",
        evidence: Documented,
        anchor: "/emails",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["emails"]) || facts.emails(After)?.enabled()? {
        return Some(());
    }
    let finding = RULE
        .at(Location::value("/emails/enabled"), "AccessAlly Emails will be off after the switch, so nobody gets mail")
        .help("set `enabled: true` under `emails`; it is set up under AccessAlly > Emails")
        .on_site("emails");
    out.push(match facts.plan().emails {
        Some(_) => {
            let written = Correction::Flag { at: "/emails/enabled".to_owned(), to: true };
            finding.label("stays off").perhaps_corrected_by("write `enabled: true`", [written])
        }
        None => finding
            .label("no `emails` section")
            .fix("add the section", "emails:\n  enabled: true\n  welcome: purchases-and-opt-ins\n")
            .to_add_to(""),
    });
    Some(())
}
