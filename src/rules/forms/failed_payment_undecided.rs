use crate::change::text;
use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::AfterFinalRetry;
use crate::model::state::{Kind, Object, OrderForm};
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule, left_out_inside,
};

declare_rule! {
    /// Nothing happens when a recurring payment fails for good.
    ///
    /// ## What it does
    /// Reports order forms of the plan with recurring payments for which, after the plan's changes, nothing follows the
    /// last retry, or `keep` does.
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
    /// Say `failed_payment: {after_final_retry: revoke}`, `cancel` or `stop`.
    {
        id: "failed-payment-undecided",
        severity: Error,
        phase: Configure,
        target: Both,
        acceptable: false,
        attestable: true,
        guide: "P9",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (key, form) in facts.order_forms(After)? {
        let undecided = matches!(form.after_final_retry, None | Some(AfterFinalRetry::Keep));
        let planned = plan.order_forms.get(key);
        let Some(intent) =
            planned.filter(|_| undecided && !left_out_inside(plan, &["order_forms", key, "failed_payment"]))
        else {
            continue;
        };
        let fact = format!("order-form/{key}: recurring");
        if facts.field(Kind::OrderForm, &fact, form.recurring) != Some(true) {
            continue;
        }
        out.push(finding(key, form, intent.failed_payment.is_some()));
    }
    Some(())
}

fn finding(key: &str, form: &OrderForm, said: bool) -> Finding {
    let message = format!("members whose payments to `{}` fail for good keep their access", form.name);
    let section = pointer(&["order_forms", key, "failed_payment"]);
    let finding = if said {
        RULE.at(Location::value(section + "/after_final_retry"), message).label("nothing happens")
    } else {
        RULE.at(Location::key(section), message)
            .label("no `failed_payment`")
            .fix(format!("add to `{key}`"), "failed_payment: {after_final_retry: revoke}\n")
    };
    finding
        .help(
            "choose what follows the last retry: `revoke` (access ends now), `cancel` (it ends with the paid period) or \
             `stop` (charging ends, access stays)",
        )
        .excerpt(
            format!("order-form/{key}"),
            text::object(&Object::OrderForm(form.clone())),
            "recurring:",
            "recurring payments",
        )
}
