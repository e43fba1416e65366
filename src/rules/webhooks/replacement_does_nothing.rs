use crate::diag::{Location, Severity::Error};
use crate::model::plan::{AfterFinalRetry, AfterSwitch, Replacement, Setting};
use crate::model::text::pointer;
use crate::rules::offerings::is_timed;
use crate::rules::{
    Facts, Findings, Known, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside,
};

use super::{command, ending_access, guards_money_or_access, listed};

declare_rule! {
    /// What replaces a webhook does not do its work.
    ///
    /// ## What it does
    /// Reports webhooks replaced by an order form's `failed_payment` when the form, after the plan's changes, neither
    /// revokes nor cancels after the last retry; and webhooks replaced by the `release_timers` of an offering that has no
    /// timed module.
    ///
    /// ## Why it matters
    /// Webhooks that the CRM fires stop with the switch (documented). A replacement that is named but not set up does
    /// nothing, although the matter looks settled (inferred). That a form ends access by itself after the last retry is
    /// inferred too: where it has no such setting, a person carries `failed_payment` out (the runbook has a line for
    /// it).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: stop}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   webhooks:
    ///     drip:
    ///       calls: aal_fieldop?operation=4
    ///       after_switch: {replaced_by: {offering: mini-course, setting: release_timers}}
    /// site: {webhook/aal_fieldop?operation=4: {command: aal_fieldop, target: operation=4}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: cancel}}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   webhooks:
    ///     drip:
    ///       calls: aal_fieldop?operation=4
    ///       after_switch: {replaced_by: {offering: course, setting: release_timers}}
    /// site: {webhook/aal_fieldop?operation=4: {command: aal_fieldop, target: operation=4}}
    /// ```
    ///
    /// ## Fix
    /// Set what the replacement needs: `failed_payment` on the form, or a release on a module.
    {
        id: "replacement-does-nothing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P9",
        evidence: Inferred,
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (name, webhook) in &facts.plan().webhooks {
        let Some(AfterSwitch::ReplacedBy(replacement)) = &webhook.after_switch else { continue };
        let Replacement { order_form, offering, setting, .. } = replacement;
        // Without a setting, only one part of a form can stand in for such a command.
        let implied = setting.is_none() && guards_money_or_access(&command(&webhook.calls));
        let at = |part: &str| pointer(&["webhooks", name, "after_switch", "replaced_by", part]);
        if let Some(form) = order_form.as_ref().filter(|_| implied || *setting == Some(Setting::FailedPayment)) {
            known = by_form(facts, form, at("order_form"), out).and(known);
        }
        if let Some(offering) = offering.as_ref().filter(|_| *setting == Some(Setting::ReleaseTimers)) {
            known = by_timers(facts, offering, at("offering"), out).and(known);
        }
    }
    known
}

fn by_form(facts: &Facts<'_>, key: &str, at: String, out: &mut Findings) -> Known<()> {
    let plan = facts.plan();
    // Unknown names, and forms that the site lacks, have rules of their own.
    if !plan.order_forms.contains_key(key) || left_out_inside(plan, &["order_forms", key, "failed_payment"]) {
        return Some(());
    }
    let Some(form) = facts.order_form(After, key)? else { return Some(()) };
    if !matches!(form.after_final_retry()?, Some(AfterFinalRetry::Revoke | AfterFinalRetry::Cancel)) {
        let set = format!("set `failed_payment: {{after_final_retry: revoke}}` (or `cancel`) under `{key}`");
        let others: Vec<&str> = ending_access(plan).into_iter().filter(|other| *other != key).collect();
        let message = format!("`{}` should end access after a failed payment, and does not", form.name());
        let finding = RULE
            .at(Location::value(at), message)
            .label("does not end access")
            .related(Location::key(pointer(&["order_forms", key, "failed_payment"])), "what the form does")
            .help(match &others[..] {
                [] => set,
                others => format!(
                    "if another form sold the access, name that one ({}); if it was `{key}`, {set}",
                    listed(others)
                ),
            });
        out.push(form.excerpt(finding, "after_final_retry:", "after the changes"));
    }
    Some(())
}

fn by_timers(facts: &Facts<'_>, key: &str, at: String, out: &mut Findings) -> Known<()> {
    let plan = facts.plan();
    if !plan.offerings.contains_key(key) || left_out_inside(plan, &["offerings", key, "modules"]) {
        return Some(());
    }
    let Some(offering) = facts.offering(After, key)? else { return Some(()) };
    let is_timed = is_timed(offering);
    let mut timers = offering.modules()?.iter().filter(|module| module.number > 0);
    if !is_timed && timers.all(|module| offering.release(module).is_some()) {
        let finding = RULE
            .at(Location::value(at), format!("no module of `{}` opens by a timer", offering.name()))
            .label("has no timer")
            .related(Location::key(pointer(&["offerings", key, "modules"])), "no timed module")
            .help(format!(
                "give a module of `{key}` a release such as `7 days after previous`, or name what does the work"
            ));
        out.push(offering.excerpt(finding, "modules:", "no timer"));
    }
    Some(())
}
