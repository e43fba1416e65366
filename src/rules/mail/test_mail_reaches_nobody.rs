use crate::diag::{Location, Severity::Warning};
use crate::model::plan::Confirmation::WelcomeEmail;
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Inferred, declare_rule};

declare_rule! {
    /// A test purchase waits for an e-mail that nobody may get.
    ///
    /// ## What it does
    /// Reports a plan in which a test purchase expects the welcome e-mail, and `mail` names no address under `deliver_only_to`.
    ///
    /// ## Why it matters
    /// On the staging copy mail is kept from members. The vendor's guide has the welcome e-mail arrive after a test purchase
    /// (documented), so somebody has to be allowed to get it: the test buyers, and nobody else. Without an address nobody knows with which one to buy, and
    /// whoever buys with a member's or a colleague's gives that user a new password (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {mail: {deliver_only_to: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {mail: {deliver_only_to: [qa@agency.example]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {mail: {deliver_only_to: null}, test_purchases: {course-checkout: {expect: [order, content]}}}
    /// ```
    ///
    /// ## Fix
    /// Name the test buyers' addresses under `mail`: `deliver_only_to: [ADDRESS]`, each of somebody whom the site does not know.
    {
        id: "test-mail-reaches-nobody",
        severity: Warning,
        phase: Migrate,
        acceptable: true,
        guide: "S5",
        evidence: Inferred,
        anchor: "/mail",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    // A plan without `mail` has rules of its own.
    let Some(mail) = &plan.mail else { return Some(()) };
    let is_left_out =
        plan.was_left_out(&["mail"]) || plan.left_out.iter().any(|place| place.starts_with("/mail/deliver_only_to"));
    let waiting = plan.test_purchases.iter().find(|(_, purchase)| purchase.expect.contains(&WelcomeEmail));
    if let Some((form, _)) = waiting.filter(|_| mail.deliver_only_to.is_empty() && !is_left_out) {
        let message = format!("the test purchase of `{form}` waits for a welcome e-mail, and no address may get one");
        out.push(
            RULE.at(Location::key("/mail/deliver_only_to"), message)
                .label("no `deliver_only_to`")
                .help("name the test buyers' addresses, each of somebody whom the site does not know: `deliver_only_to: [ADDRESS]`"),
        );
    }
    Some(())
}
