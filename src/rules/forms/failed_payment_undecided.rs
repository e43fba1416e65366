use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::AfterFinalRetry;
use crate::model::state::OrderForm;
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Of, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside,
};

declare_rule! {
    /// Nothing happens when a recurring payment fails for good.
    ///
    /// ## What it does
    /// Reports order forms of the plan with recurring payments for which, after the plan's changes, nothing happens after the
    /// last retry: there is no setting, or it is `keep`.
    ///
    /// ## Why it matters
    /// A payment that fails is tried three times, one day apart. With a CRM the failed-payment tag then starts a sequence
    /// whose last step calls a revoke webhook (documented). After the switch nobody calls it, so members who do not pay
    /// keep their access (inferred).
    ///
    /// That a form ends access by itself after the last retry is inferred: no documentation of it was found, and for
    /// one plan of AccessAlly the vendor says that the access of non-payers is revoked by hand. So `failed_payment`
    /// says what you want: where the form has no such setting, a person carries it out (the runbook has a line for it).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: null}}}
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: null}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: keep}}}}
    /// site: {order-form/course-checkout: {recurring: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: null}}
    /// ```
    ///
    /// ## Fix
    /// Set `failed_payment: {after_final_retry: revoke}`, `cancel` or `stop`.
    {
        id: "failed-payment-undecided",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P9",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let mut known = Some(());
    for (key, intent) in &plan.order_forms {
        if left_out_inside(plan, &["order_forms", key, "failed_payment"]) {
            continue;
        }
        let Some(form) = facts.order_form(After, key) else {
            known = None;
            continue;
        };
        let undecided =
            |form: &Of<'_, '_, _>| matches!(form.after_final_retry(), Some(None | Some(AfterFinalRetry::Keep)));
        if let Some(form) = form.filter(undecided).filter(|form| form.recurring() == Some(true)) {
            out.push(finding(key, form, intent.failed_payment.is_some()));
        }
    }
    known
}

fn finding(key: &str, form: Of<'_, '_, OrderForm>, said: bool) -> Finding {
    let message = format!("members whose payments to `{}` fail for good keep their access", form.name());
    let section = pointer(&["order_forms", key, "failed_payment"]);
    let finding = if said {
        RULE.at(Location::value(section + "/after_final_retry"), message).label("nothing happens")
    } else {
        RULE.at(Location::key(section), message)
            .label("no `failed_payment`")
            .fix(format!("add to `{key}`"), "failed_payment: {after_final_retry: revoke}\n")
    };
    let finding = finding.help(
        "choose what follows the last retry: `revoke` (access ends now), `cancel` (it ends with the paid period) or \
         `stop` (charging ends, access stays)",
    );
    form.excerpt(finding, "recurring:", "recurring payments")
}
