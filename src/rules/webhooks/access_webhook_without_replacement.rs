use std::collections::BTreeSet;

use crate::diag::{Finding, Place, Severity::Error};
use crate::model::plan::{AfterSwitch, Replacement, Setting, webhook_key};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, Target::Both, declare_rule};

use super::{command, guards_money_or_access};

declare_rule! {
    /// A webhook that ends or charges subscriptions has no replacement.
    ///
    /// ## What it does
    /// Reports webhooks that revoke, charge or cancel a subscription, and that the plan retires, keeps, leaves alone, or
    /// replaces by something that does none of this.
    ///
    /// ## Why it matters
    /// Webhooks that the CRM fires stop with the switch, and webhooks are not used with Managed Contacts (documented). The
    /// vendor's pages name no replacement for these commands. Without one, members who do not pay keep their access, or
    /// are never charged again (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: {replaced_by: null, retired: not needed}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: {replaced_by: {setting: welcome_email}}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: null}, leave_alone: {webhooks: {aal_revokesubscription?productId=12: old}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// ```
    ///
    /// ## Fix
    /// Name what does its work: an order form's `failed_payment`, or a person `by_hand`.
    {
        id: "access-webhook-without-replacement",
        severity: Error,
        phase: Configure,
        target: Both,
        waivable: false,
        attestable: true,
        guide: "P9",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (name, webhook) in plan.webhooks.iter().filter(|(_, hook)| guards_money_or_access(&command(&hook.calls))) {
        // A webhook without any fate has a rule of its own.
        let Some(fate) = &webhook.after_switch else { continue };
        let (part, what) = match fate {
            AfterSwitch::Retired(_) => ("retired", "is retired"),
            AfterSwitch::Kept(_) => ("kept", "is kept, and webhooks are not used with Managed Contacts"),
            AfterSwitch::ReplacedBy(replacement) if replaces(replacement) => continue,
            AfterSwitch::ReplacedBy(_) => {
                ("replaced_by", "is replaced by what neither ends nor charges a subscription")
            }
        };
        let at = pointer(&["webhooks", name, "after_switch", part]);
        out.push(finding(at, &webhook.calls, what));
    }
    let planned: BTreeSet<String> = plan.webhooks.values().map(|webhook| webhook_key(&webhook.calls)).collect();
    // What is both planned and left alone has a rule of its own.
    let left_alone = plan.leave_alone.webhooks.keys().filter(|calls| !planned.contains(*calls));
    for calls in left_alone.filter(|calls| guards_money_or_access(&command(calls))) {
        out.push(finding(pointer(&["leave_alone", "webhooks", calls]), calls, "is left alone"));
    }
    Some(())
}

fn replaces(replacement: &Replacement) -> bool {
    let Replacement { order_form, offering, setting, by_hand, .. } = replacement;
    let by_form = order_form.is_some() && matches!(setting, None | Some(Setting::FailedPayment));
    let by_timers = offering.is_some() && matches!(setting, None | Some(Setting::ReleaseTimers));
    by_form || by_timers || by_hand.is_some()
}

fn finding(at: String, calls: &str, what: &str) -> Finding {
    let place = if at.starts_with("/leave_alone") { Place::key(at) } else { Place::value(at) };
    RULE.at(place, format!("`{calls}` ends or charges subscriptions, and {what}"))
        .label("nothing does its work")
        .help(
            "say under `webhooks` what does its work after the switch: `replaced_by` an order form's `failed_payment`, or \
             a person `by_hand`",
        )
        .on_site(format!("webhook/{}", webhook_key(calls)))
}
