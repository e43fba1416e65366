use crate::diag::Severity::Error;
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::GoLive, Side::Before, Source::Inferred, Target::Live, declare_rule};

use super::judged_site;

declare_rule! {
    /// The live site is switched, but still has settings of a copy or of a site in maintenance.
    ///
    /// ## What it does
    /// On a live site that is on Managed Contacts, reports mail that is simulated, maintenance mode that is on, and an
    /// environment that calls itself a copy. The charging guard has a rule of its own. No snapshot shows whether a
    /// gateway is in live mode or whether cron runs: look at both yourself.
    ///
    /// ## Why it matters
    /// A push brings along what was right for the copy only. With simulated mail no member gets any mail, not even a
    /// new password (inferred); in maintenance mode no payment is taken (documented); with the environment type of a
    /// copy, plugins hold back what live needs (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: true}, environment: {type: production}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: true}, mail: {simulated: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: true}, mail: {simulated: false}, maintenance: {"on": true}, environment: {type: production}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: true}, mail: {simulated: false}, environment: {type: production}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: false}}
    /// ```
    ///
    /// ## Fix
    /// On live: deliver mail again, switch maintenance mode off, set `WP_ENVIRONMENT_TYPE` to `production`.
    {
        id: "live-not-reopened",
        severity: Error,
        phase: GoLive,
        target: Live,
        acceptable: false,
        settled_by: Some(Step::LeaveMaintenance),
        guide: "S6",
        evidence: Inferred,
        anchor: "/sites/live",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if !facts.crm(Before)?.managed()? {
        return Some(());
    }
    let still =
        |message: &str, help: &str| RULE.at(judged_site(facts), message).label("wrong on a live site").help(help);
    let (mail, maintenance, environment) = (facts.mail(Before), facts.maintenance(Before), facts.environment(Before));
    if let Some(mail) = mail
        && mail.simulated() == Some(true)
    {
        let help = "switch the mail plugin's simulation off, on live";
        let finding = still("mail is simulated on live, so no member gets any", help);
        out.push(mail.excerpt(finding, "simulated:", "wrong on a live site"));
    }
    if let Some(maintenance) = maintenance
        && maintenance.on() == Some(true)
    {
        let help = "untick it under AccessAlly > Settings > Migration Tools, on live";
        let finding = still("maintenance mode is on, so live takes no payments", help);
        out.push(maintenance.excerpt(finding, "on:", "wrong on a live site"));
    }
    if let Some(environment) = environment
        && let Some(Some(kind)) = environment.environment_type()
        && kind != "production"
    {
        let help = "set `WP_ENVIRONMENT_TYPE` to `production` in live's wp-config.php, or take the constant out";
        let finding = still(&format!("live calls itself `{kind}`"), help);
        out.push(environment.excerpt(finding, "type:", "wrong on a live site"));
    }
    Some(())
}
