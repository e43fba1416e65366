use std::collections::BTreeSet;

use crate::diag::{Finding, Location, Severity::Error};
use crate::model::keyed::webhook_key;
use crate::model::plan::AfterSwitch;
use crate::model::state::Operation;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

use super::command;

declare_rule! {
    /// A webhook that opens an offering has no replacement.
    ///
    /// ## What it does
    /// Reports webhooks that run a custom operation (`aal_fieldop`), of which the reading says that it opens an offering of the plan (`runs: {release: KEY}` or
    /// `{grant: KEY}`), and that the plan retires, keeps or leaves alone.
    ///
    /// ## Why it matters
    /// With a CRM such a webhook is often how somebody gets an offering, or its later modules: the CRM's automation calls it (documented). Webhooks
    /// are not used with Managed Contacts (documented), so whoever comes later gets nothing, unless a form or a timer does the work (inferred). What
    /// does it is named in the plan, so that somebody looked.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {retired: the CRM is gone}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {grant: course}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {kept: a colleague calls it}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {release: mini-course}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {webhooks: {aal_fieldop?operationId=7: it was always there}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {release: course}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {replaced_by: {order_form: course-checkout, setting: custom_operation}}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {release: course}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {retired: nobody looks at that counter}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {other: count}}}
    /// ```
    ///
    /// ## Fix
    /// Name what opens the offering after the switch: a form that releases it (`replaced_by: {order_form: KEY, setting: custom_operation}`), its timers
    /// (`replaced_by: {offering: KEY, setting: release_timers}`) or a person (`replaced_by: {by_hand: NAME}`). Where nobody calls it any more, accept this risk.
    {
        id: "opening-webhook-without-replacement",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P9",
        evidence: Inferred,
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    for (name, webhook) in &plan.webhooks {
        let (part, what) = match &webhook.after_switch {
            Some(AfterSwitch::Retired(_)) => ("retired", "is retired"),
            Some(AfterSwitch::Kept(_)) => ("kept", "is kept, and webhooks are not used with Managed Contacts"),
            Some(AfterSwitch::ReplacedBy(_)) | None => continue,
        };
        let at = Location::value(pointer(&["webhooks", name, "after_switch", part]));
        known = known.and(judge(facts, &webhook.calls, (at, what), out));
    }
    let planned: BTreeSet<String> = plan.webhooks.values().map(|webhook| webhook_key(&webhook.calls)).collect();
    // What is both planned and left alone has a rule of its own.
    for calls in plan.leave_alone.webhooks.keys().filter(|calls| !planned.contains(&webhook_key(calls))) {
        let at = Location::key(pointer(&["leave_alone", "webhooks", calls]));
        known = known.and(judge(facts, calls, (at, "is left alone"), out));
    }
    known
}

fn judge(facts: &Facts<'_>, calls: &str, (at, what): (Location, &str), out: &mut Findings) -> Known<()> {
    if command(calls) != "aal_fieldop" {
        return Some(());
    }
    let key = webhook_key(calls);
    let Some(webhook) = facts.webhook(Before, &key)? else { return Some(()) };
    if let Some(Operation::Release(opened) | Operation::Grant(opened)) = webhook.runs()?
        && facts.plan().offerings.contains_key(opened)
    {
        out.push(finding(at, calls, opened, what).on_site(format!("webhook/{key}")));
    }
    Some(())
}

fn finding(at: Location, calls: &str, opened: &str, what: &str) -> Finding {
    RULE.at(at, format!("`{calls}` opens `{opened}`, and {what}")).label("nothing does its work").help(format!(
        "say under `webhooks` what opens `{opened}` after the switch: `after_switch: {{replaced_by: {{order_form: KEY, setting: custom_operation}}}}`, \
         `{{replaced_by: {{offering: {opened}, setting: release_timers}}}}`, or a person, `{{replaced_by: {{by_hand: NAME}}}}`"
    ))
}
