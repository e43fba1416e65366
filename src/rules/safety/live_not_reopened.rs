use crate::change::text;
use crate::diag::Severity::Error;
use crate::model::Kind;
use crate::model::Step;
use crate::model::state::Object;
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
    /// site: {crm: {managed: true}, mail: {simulated: false}, maintenance: {on: true}, environment: {type: production}}
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
        attestable: true,
        settled_by: Some(Step::LeaveMaintenance),
        guide: "S6",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/sites/live",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.crm(Before)?;
    if !facts.field(Kind::Crm, "crm.managed", crm.managed)? {
        return Some(());
    }
    let mut still = |of: &str, object: Object, field: &str, message: &str, help: &str| {
        let finding = RULE.at(judged_site(facts), message).label("wrong on a live site").help(help);
        out.push(finding.excerpt(of, text::object(&object), field, "wrong on a live site"));
    };
    let (mail, maintenance, environment) = (facts.mail(Before), facts.maintenance(Before), facts.environment(Before));
    if let Some(mail) = mail
        && facts.field(Kind::Mail, "mail.simulated", mail.simulated) == Some(true)
    {
        let message = "mail is simulated on live, so no member gets any";
        still(
            "mail",
            Object::Mail(mail.clone()),
            "simulated:",
            message,
            "switch the mail plugin's simulation off, on live",
        );
    }
    if let Some(maintenance) = maintenance.filter(|maintenance| maintenance.on) {
        let help = "untick it under AccessAlly > Settings > Migration Tools, on live";
        let message = "maintenance mode is on, so live takes no payments";
        still("maintenance", Object::Maintenance(maintenance.clone()), "on:", message, help);
    }
    if let Some(environment) = environment
        && let Some(kind) = facts.field(Kind::Environment, "environment.type", environment.environment_type.as_ref())
        && kind != "production"
    {
        let help = "set `WP_ENVIRONMENT_TYPE` to `production` in live's wp-config.php, or take the constant out";
        let message = format!("live calls itself `{kind}`");
        still("environment", Object::Environment(environment.clone()), "type:", &message, help);
    }
    Some(())
}
