use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Known, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside,
};

use super::recurs;

declare_rule! {
    /// Nobody decided what ends access where somebody cancels or is refunded.
    ///
    /// ## What it does
    /// Reports order forms with recurring payments of which the plan has no `access_after`. A form through which subscriptions charge has recurring payments,
    /// whatever it says of itself; where no subscription was captured, what it says of itself counts. A form that the plan leaves alone is asked the same, as nothing else
    /// shows what it does; and so is one whose webhook's task went to a person, since that person ends what the webhook was called for, and nothing else.
    ///
    /// ## Why it matters
    /// AccessAlly ends a subscription in three ways: revoke, cancel and stop (documented). With a CRM an automation often does the rest when somebody cancels or is
    /// refunded (documented for cancelling). After the switch nothing does it: that AccessAlly itself sets the revoke tag at the end of a cancelled period is documented, that anything at
    /// all follows a refund is not. No reading shows either, so the plan says what is wanted, and a person looks at the form.
    ///
    /// It is a warning, and moves no verdict: what a form does by itself when somebody cancels may be right already, and nothing here could show that it is not.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {recurring: true}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {recurring: false}}
    /// subscribed: {course-checkout: 3}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {order_forms: {old-membership: nobody joins any more}}}
    /// site: {order-form/old-membership: {id: "9", name: Old Membership, operations: [], price: 9.00 USD, gateway: stripe, recurring: true, after_final_retry: revoke}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {access_after: {cancellation: cancel, refund: revoke}}}}
    /// site: {order-form/course-checkout: {recurring: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {recurring: false}}
    /// ```
    ///
    /// ## Fix
    /// Say what is wanted under the form: `access_after: {cancellation: cancel, refund: revoke}`; then see on the form, under Automations, that it is so. Take a form that was left
    /// alone into the plan for it, or accept this risk.
    {
        id: "cancel-or-refund-undecided",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    for (key, intent) in &plan.order_forms {
        if intent.access_after.is_none() && !left_out_inside(plan, &["order_forms", key, "access_after"]) {
            known = known.and(one(facts, key, true, out));
        }
    }
    // What is both planned and left alone has a rule of its own.
    for key in plan.leave_alone.order_forms.keys().filter(|key| !plan.mentions("order_forms", key)) {
        known = known.and(one(facts, key, false, out));
    }
    known
}

fn one(facts: &Facts<'_>, key: &str, is_planned: bool, out: &mut Findings) -> Known<()> {
    let Some(form) = facts.order_form(After, key)? else { return Some(()) };
    if recurs(facts, key, form)? {
        let finding = finding(key, form.name(), is_planned);
        let label =
            if form.recurring() == Some(true) { "recurring payments" } else { "and subscriptions charge through it" };
        out.push(form.excerpt(finding, "recurring:", label));
    }
    Some(())
}

fn finding(key: &str, name: &str, is_planned: bool) -> Finding {
    let message = format!("what ends access where somebody cancels `{name}`, or is refunded, is not decided");
    let choose = "say what is wanted: `revoke` (access ends now), `cancel` (it ends with the paid period), or with a `reason` `stop` (access stays)";
    if is_planned {
        return RULE
            .at(Location::key(pointer(&["order_forms", key, "access_after"])), message)
            .label("no `access_after`")
            .help(choose)
            .fix(format!("add to `{key}`"), "access_after: {cancellation: cancel, refund: revoke}\n")
            .to_add_to(pointer(&["order_forms", key]))
            .which_a_person_decides();
    }
    RULE.at(Location::key(pointer(&["leave_alone", "order_forms", key])), message)
        .label("left alone")
        .help(format!("take the form into `order_forms`, and {choose}"))
}
