use std::collections::BTreeSet;

use crate::diag::{Finding, Location, Severity::Error};
use crate::model::keyed::webhook_key;
use crate::model::plan::{AfterSwitch, Replacement, Setting};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::{command, guards_money_or_access};

declare_rule! {
    /// A webhook that ends or charges subscriptions has no replacement.
    ///
    /// ## What it does
    /// Reports webhooks that revoke, charge or cancel a subscription, and that the plan retires, keeps, leaves alone,
    /// or replaces by something that does not do the same. A person can do all three (`by_hand`; for a cancellation
    /// that may be the member), and an order form's `failed_payment` can revoke and cancel. It is accepted in place of
    /// a charge too where it is named as `setting`, since a failed payment is tried again by itself. The
    /// `release_timers` of an offering do none of the three.
    ///
    /// ## Why it matters
    /// Webhooks that the CRM fires stop with the switch, webhooks are not used with Managed Contacts, and a failed payment is
    /// tried three times, one day apart (documented). The vendor's pages name no replacement for these commands. Without
    /// one, members who do not pay keep their access, or are never charged again (inferred).
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
    /// plan:
    ///   webhooks:
    ///     dunning: {after_switch: {replaced_by: {order_form: null, offering: course, setting: release_timers}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   webhooks:
    ///     dunning: {calls: aal_chargesubscription?productId=12, after_switch: {replaced_by: {setting: null}}}
    /// site:
    ///   webhook/aal_revokesubscription?productId=12: null
    ///   webhook/aal_chargesubscription?productId=12: {command: aal_chargesubscription, target: productId=12}
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
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {dunning: {calls: aal_chargesubscription?productId=12}}}
    /// site:
    ///   webhook/aal_revokesubscription?productId=12: null
    ///   webhook/aal_chargesubscription?productId=12: {command: aal_chargesubscription, target: productId=12}
    /// ```
    ///
    /// ## Fix
    /// Name what does its work: an order form (`after_switch: {replaced_by: {order_form: KEY, setting: failed_payment}}`), or a
    /// person (`after_switch: {replaced_by: {by_hand: NAME}}`).
    {
        id: "access-webhook-without-replacement",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P9",
        evidence: Inferred,
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
            AfterSwitch::ReplacedBy(replacement) if replaces(&webhook.calls, replacement) => continue,
            AfterSwitch::ReplacedBy(_) => ("replaced_by", "is replaced by something that does not do the same"),
        };
        let at = pointer(&["webhooks", name, "after_switch", part]);
        out.push(finding(at, &webhook.calls, what));
    }
    let planned: BTreeSet<String> = plan.webhooks.values().map(|webhook| webhook_key(&webhook.calls)).collect();
    // What is both planned and left alone has a rule of its own.
    let left_alone = plan.leave_alone.webhooks.keys().filter(|calls| !planned.contains(&webhook_key(calls)));
    for calls in left_alone.filter(|calls| guards_money_or_access(&command(calls))) {
        out.push(finding(pointer(&["leave_alone", "webhooks", calls]), calls, "is left alone"));
    }
    Some(())
}

/// What the form does then, and whether the person is one of the plan's, are other rules' matters.
fn replaces(calls: &str, replacement: &Replacement) -> bool {
    let Replacement { order_form, setting, by_hand, .. } = replacement;
    let by_form = match setting {
        Some(Setting::FailedPayment) => true,
        // Charging again is not what one thinks of first, so it has to be said.
        None => command(calls) != "aal_chargesubscription",
        Some(_) => false,
    };
    by_hand.is_some() || (order_form.is_some() && by_form)
}

fn finding(at: String, calls: &str, what: &str) -> Finding {
    let place = if at.starts_with("/leave_alone") { Location::key(at) } else { Location::value(at) };
    RULE.at(place, format!("`{calls}` ends or charges subscriptions, and {what}"))
        .label("nothing does its work")
        .help(
            "say under `webhooks` what does its work after the switch: an order form, `after_switch: {replaced_by: \
             {order_form: KEY, setting: failed_payment}}`, or a person, `after_switch: {replaced_by: {by_hand: NAME}}`",
        )
        .on_site(format!("webhook/{}", webhook_key(calls)))
}
