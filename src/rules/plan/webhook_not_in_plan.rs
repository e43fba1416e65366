use std::collections::BTreeSet;

use crate::diag::{Location, Severity::Error};
use crate::model::keyed::{name_key, webhook_key};
use crate::model::plan::WebhookIntent;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule, left_out_inside};
use crate::text::without_addresses;

use super::{at, is_left_alone, mention, stub};

declare_rule! {
    /// A webhook in the site's log that the plan does not mention.
    ///
    /// ## What it does
    /// Reports every webhook that the site's log shows, and that is neither called by an entry of `webhooks` nor left
    /// alone with a reason. An entry is found by what it `calls`: command and target.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a review of the webhooks log: webhooks that the CRM fires stop working with the
    /// switch.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {webhook/aal_fieldop?operation=4: {command: aal_fieldop, target: operation=4, calls: 31}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {points: {calls: aal_fieldop?operation=4, after_switch: {retired: points are not used any more}}}}
    /// site: {webhook/aal_fieldop?operation=4: {command: aal_fieldop, target: operation=4, calls: 31}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {webhooks: {aal_fieldop?operation=4: a test of the agency}}}
    /// site: {webhook/aal_fieldop?operation=4: {command: aal_fieldop, target: operation=4, calls: 31}}
    /// ```
    ///
    /// ## Fix
    /// Add it to `webhooks` and say what happens to it after the switch, or add it to `leave_alone` with the reason.
    {
        id: "webhook-not-in-plan",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P9",
        evidence: Documented,
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let site = facts.webhooks(After)?;
    // A webhook that did not fit may call anything.
    if left_out_inside(plan, &["webhooks"]) {
        return Some(());
    }
    let planned: BTreeSet<String> = plan.webhooks.values().map(|webhook| webhook_key(&webhook.calls)).collect();
    for (key, webhook) in site.iter() {
        if planned.contains(key) || is_left_alone(plan, "webhooks", key) {
            continue;
        }
        let intent = WebhookIntent { calls: key.to_owned(), fired_by: None, after_switch: None };
        let message = format!("the site's webhook `{key}` is neither in the plan nor left alone");
        let finding = RULE
            .at(Location::key(at("webhooks", key)), message)
            .label(format!("`{}` is not here", webhook.command()))
            .help(mention("webhooks"))
            .fix(
                "add to `webhooks`, and say what happens to it after the switch",
                stub(&name_key(&without_addresses(key)), &intent),
            )
            .to_add_to("/webhooks");
        out.push(webhook.excerpt(finding, "command:", "not in the plan"));
    }
    Some(())
}
