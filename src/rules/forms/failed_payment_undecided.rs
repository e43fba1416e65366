use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::{AfterFinalRetry, FailedPayment};
use crate::model::state::OrderForm;
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Known, Of, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside,
};

use super::recurs;

declare_rule! {
    /// Members keep their access when a recurring payment fails for good.
    ///
    /// ## What it does
    /// Reports order forms with recurring payments that, after the plan's changes, leave access as it is after the last retry: there is no
    /// setting, or it is `stop` or `keep` and the plan gives no `reason`. A form through which subscriptions charge has recurring payments,
    /// whatever it says of itself; where no subscription was captured, what it says of itself counts. A form that the plan leaves alone is asked the same, whoever
    /// replaces a webhook: that a person does the work of one form's webhook says nothing of the others.
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
    /// plan: {order_forms: {course-checkout: {failed_payment: null}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: null}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: keep}}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: keep}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: stop}}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: stop}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {order_forms: {old-membership: nobody joins any more}}}
    /// site: {order-form/old-membership: {id: "9", name: Old Membership, operations: [], price: 9.00 USD, gateway: stripe, recurring: true, after_final_retry: stop}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: null}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {order-form/course-checkout: {recurring: false, after_final_retry: null}}
    /// subscribed: {course-checkout: 3}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: revoke}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: {after_final_retry: stop, reason: what was paid for stays open}}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {order-form/course-checkout: {recurring: true, after_final_retry: stop}}
    /// ```
    ///
    /// ## Fix
    /// Set `failed_payment: {after_final_retry: revoke}` or `cancel`; or `stop` or `keep` with the `reason` why access may stay, and who takes
    /// it away where somebody has to. Take a form that was left alone into the plan for it.
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
        let said = intent.failed_payment.as_ref();
        known = one(facts, key, said, out).and(known);
    }
    let left_alone = plan.leave_alone.order_forms.keys().filter(|key| !plan.mentions("order_forms", key));
    for key in left_alone {
        known = one(facts, key, None, out).and(known);
    }
    known
}

/// Judges a form of which the plan says this, or that leaves alone.
fn one(facts: &Facts<'_>, key: &str, said: Option<&FailedPayment>, out: &mut Findings) -> Known<()> {
    let Some(form) = facts.order_form(After, key)? else { return Some(()) };
    // What the form does is asked first: where that ends access nothing else is needed.
    let stays = match form.after_final_retry() {
        Some(None) => true,
        Some(Some(AfterFinalRetry::Stop | AfterFinalRetry::Keep)) => said.is_none_or(|said| said.reason.is_none()),
        Some(Some(AfterFinalRetry::Revoke | AfterFinalRetry::Cancel)) | None => false,
    };
    if stays && recurs(facts, key, form) == Some(true) {
        out.push(finding(facts, key, form, said));
    }
    Some(())
}

fn finding(facts: &Facts<'_>, key: &str, form: Of<'_, '_, OrderForm>, said: Option<&FailedPayment>) -> Finding {
    let message = format!("members whose payments to `{}` fail for good keep their access", form.name());
    let section = pointer(&["order_forms", key, "failed_payment"]);
    let is_planned = facts.plan().order_forms.contains_key(key);
    let finding = match said {
        Some(said) => RULE
            .at(Location::value(section + "/after_final_retry"), message)
            .label(format!("`{}` without a `reason`", said.after_final_retry.name())),
        None if is_planned => RULE
            .at(Location::key(section), message)
            .label("no `failed_payment`")
            .fix(format!("add to `{key}`"), "failed_payment: {after_final_retry: revoke}\n")
            .to_add_to(pointer(&["order_forms", key]))
            .which_a_person_decides(),
        None => RULE.at(Location::key(pointer(&["leave_alone", "order_forms", key])), message).label("left alone"),
    };
    let choose = "choose what follows the last retry: `revoke` (access ends now) or `cancel` (it ends with the paid period); with a `reason` also \
                  `stop` (charging ends, access stays)";
    let finding = match is_planned {
        true => finding.help(choose),
        false => finding.help(format!("take the form into `order_forms`, and {choose}")),
    };
    let label =
        if form.recurring() == Some(true) { "recurring payments" } else { "and subscriptions charge through it" };
    form.excerpt(finding, "recurring:", label)
}
