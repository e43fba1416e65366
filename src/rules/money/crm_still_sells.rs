use crate::diag::{Location, Severity::Error};
use crate::model::plan::{AfterSwitch, Plan, WebhookIntent};
use crate::model::text::pointer;
use crate::rules::webhooks::command;
use crate::rules::{Facts, Findings, Phase::Fit, Side::Before, Source::Documented, declare_rule};

declare_rule! {
    /// Forms of the CRM still sell, or still take people in.
    ///
    /// ## What it does
    /// Asks whether order forms or sign-up forms of the CRM are in use (`sells` of the site's `crm`), which a person sees there and in the site's
    /// published pages. Where they are, that is an error, and so is a webhook that makes their buyers' logins (`aal_genpass`) and is retired or left alone.
    ///
    /// ## Why it matters
    /// Order forms of a CRM, Keap's and Ontraport's by name, are not compatible with Managed Contacts (documented). They go on taking money after the switch,
    /// and no webhook says so to the site: nobody gets a login, and nothing opens (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {sells: true}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {logins: {calls: aal_genpass, after_switch: {retired: the forms make the user}}}}
    /// site: {crm: {sells: true}, webhook/aal_genpass: {command: aal_genpass}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {sells: false}}
    /// ```
    ///
    /// ## Fix
    /// Look through the CRM's own forms and carts and the published pages; give each an AccessAlly form in its place, and close it in the CRM. Then
    /// record what you saw: `plan record saw crm sells=no --plan PLAN --who WHO`.
    {
        id: "crm-still-sells",
        severity: Error,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "P4",
        evidence: Documented,
        anchor: "/crm",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.crm(Before)?;
    if crm.sells()? {
        let message = "forms of the CRM still sell or take people in, and no webhook will bring them to the site";
        let help = "give each of them an AccessAlly form in its place, and close it in the CRM";
        let finding = RULE.at(Location::key("/crm"), message).label("sold there too").help(help);
        out.push(crm.excerpt(finding, "sells:", "in use"));
        out.extend(dropped(facts.plan()).into_iter().map(|(at, calls)| {
            let message = format!(
                "`{calls}` makes the logins of those who come by the CRM's forms, and nothing does so after the switch"
            );
            RULE.at(at, message).label("still needed").help(help)
        }));
    }
    Some(())
}

/// Webhooks that make a login for whoever comes by a form of the CRM, and that the plan drops.
fn dropped(plan: &Plan) -> Vec<(Location, &str)> {
    let is_retired = |webhook: &WebhookIntent| matches!(webhook.after_switch, Some(AfterSwitch::Retired(_)));
    let retired = plan.webhooks.iter().filter(|(_, webhook)| is_retired(webhook));
    let retired =
        retired.map(|(name, webhook)| (pointer(&["webhooks", name, "after_switch", "retired"]), &webhook.calls));
    let left_alone =
        plan.leave_alone.webhooks.keys().map(|calls| (pointer(&["leave_alone", "webhooks", calls]), calls));
    let makes_logins = retired.chain(left_alone).filter(|(_, calls)| command(calls) == "aal_genpass");
    makes_logins.map(|(at, calls)| (Location::value(at), calls.as_str())).collect()
}
