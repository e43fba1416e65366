use crate::diag::{Location, Severity::Warning};
use crate::model::Release;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};

declare_rule! {
    /// Nobody is mailed when a module opens, or when a payment fails.
    ///
    /// ## What it does
    /// AccessAlly's e-mails are set one type at a time. Reports module-release e-mails that are off (`module_release: false` of the site's `emails`) where a
    /// timer of the plan opens a module, and failed-payment e-mails that are off (`failed_payment: false`) where a form of the site has
    /// recurring payments. Where the reading does not show them there is nothing to compare, and nothing is found.
    ///
    /// ## Why it matters
    /// The CRM sent both before. After the switch AccessAlly does, where the type is switched on (documented): else a module opens and nobody comes, and
    /// whoever's card expired hears of it when their access is gone (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {emails: {module_release: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {emails: {failed_payment: false}, order-form/course-checkout: {recurring: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {emails: {module_release: true, failed_payment: false}}
    /// ```
    ///
    /// ## Fix
    /// Switch the type on under AccessAlly > Settings > Emails; where something else sends it, accept this risk.
    {
        id: "type-of-mail-off",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "P6",
        evidence: Documented,
        anchor: "/emails",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let emails = facts.emails(After)?;
    let mut known = Some(());
    let mut say = |needle: &str, message: &str| {
        let finding = RULE.at(Location::key("/emails"), message).label("of this type none is sent").help(
            "switch the type on under AccessAlly > Settings > Emails; where something else sends it, accept this risk",
        );
        out.push(emails.excerpt(finding, needle, "off"));
    };
    let modules = facts.plan().offerings.values().flat_map(|offering| &offering.modules);
    let is_timed = modules.into_iter().any(|module| matches!(module.release, Some(Release::After { .. })));
    if is_timed {
        match emails.module_release() {
            None => known = None,
            Some(true) => {}
            Some(false) => say("module_release:", "a timer opens modules, and no e-mail says so to their members"),
        }
    }
    let recurring: Vec<_> = facts.order_forms(After)?.iter().map(|(_, form)| form.recurring()).collect();
    if recurring.contains(&Some(true)) {
        match emails.failed_payment() {
            None => known = None,
            Some(true) => {}
            Some(false) => say("failed_payment:", "payments recur, and no e-mail says to a member that one failed"),
        }
    } else if recurring.contains(&None) {
        known = None;
    }
    known
}
