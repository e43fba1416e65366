use crate::diag::{Finding, Location, Severity::Error};
use crate::model::keyed::webhook_key;
use crate::model::plan::{AfterSwitch, Replacement};
use crate::model::state::Operation;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

use super::{command, parameter};

declare_rule! {
    /// A webhook is replaced by what works on something else.
    ///
    /// ## What it does
    /// Judges a replacement by what the webhook calls. A webhook that names a product (`productId=12`) and is replaced by an order form is reported where
    /// another order form of the site has that number. A webhook that runs a custom operation (`operationId=7`), of which the reading says that it
    /// opens an offering (`runs: {release: KEY}` or `{grant: KEY}`), is reported where it is replaced by the timers of another offering, or by
    /// a form of the plan that does not release that one.
    ///
    /// ## Why it matters
    /// The value after a command says which product or operation is meant (documented). A replacement of another product leaves the first
    /// without: whoever does not pay for it keeps it, or whoever waits for its modules waits for good (inferred). That an order form has its
    /// product's number is inferred too: where it is not so on this site, accept this risk.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   order_forms: {other-checkout: {name: Other Checkout, custom_operation: {release: [course]}, failed_payment: {after_final_retry: revoke}}}
    ///   test_purchases: {other-checkout: {expect: [order]}}
    /// site:
    ///   order-form/other-checkout: {id: "12", name: Other Checkout, operations: [{release: course}], after_final_retry: revoke, price: 9.00 USD, gateway: stripe, recurring: true}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   offerings: {mini-course: {modules: [{base: Start}, {module: Practice, release: 2 days after previous}], members_between_modules: complete-by-hand}}
    ///   webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {replaced_by: {offering: mini-course, setting: release_timers}}}}
    /// site:
    ///   offering/mini-course: {modules: [{number: 0, name: Start}, {number: 1, name: Practice, release: 2 days after previous, tag: Mini_Practice}]}
    ///   tag/Mini_Practice: {}
    ///   webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {grant: course}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {replaced_by: {opt_in_form: mini-course-signup, setting: custom_operation}}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {release: course}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {id: "12"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {drip: {calls: aal_fieldop?operationId=7, after_switch: {replaced_by: {offering: course, setting: release_timers}}}}}
    /// site: {webhook/aal_fieldop?operationId=7: {command: aal_fieldop, target: operationId=7, runs: {grant: course}}}
    /// ```
    ///
    /// ## Fix
    /// Name the order form of that product, the offering that the operation opens, or a form that releases it.
    {
        id: "replacement-of-another",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P9",
        evidence: Inferred,
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (name, webhook) in &facts.plan().webhooks {
        let Some(AfterSwitch::ReplacedBy(replacement)) = &webhook.after_switch else { continue };
        let at = |part: &str| Location::value(pointer(&["webhooks", name, "after_switch", "replaced_by", part]));
        let found = match command(&webhook.calls).as_str() {
            "aal_fieldop" => of_operation(facts, &webhook.calls, replacement),
            _ => of_product(facts, &webhook.calls, replacement),
        };
        let Some(found) = found else {
            known = None;
            continue;
        };
        out.extend(found.map(|(part, message, help)| finding((at(part), message), help, &webhook.calls)));
    }
    known
}

/// The part of a replacement that works on something else, what is the matter, and what is to be done.
type Found = (&'static str, String, String);

/// A webhook of one product, replaced by the form of another.
fn of_product(facts: &Facts<'_>, calls: &str, replacement: &Replacement) -> Known<Option<Found>> {
    let Some((form, product)) = replacement.order_form.as_ref().zip(parameter(calls, "productid")) else {
        return Some(None);
    };
    // A form that the plan does not have has a rule of its own.
    if !facts.plan().mentions("order_forms", form) {
        return Some(None);
    }
    let mut forms = facts.order_forms(Before)?.iter();
    let of_product = forms.find(|(_, form)| form.proposed().id.as_deref() == Some(product.as_str()));
    let Some((key, of_product)) = of_product else { return Some(None) };
    let other = of_product.name();
    let message =
        format!("`{calls}` is about `{other}`, the order form of number {product}, and is replaced by `{form}`");
    let help = format!("name the form of that product, `{key}`; where `{form}` sells it, accept this risk");
    Some((key != form).then_some(("order_form", message, help)))
}

/// A webhook that runs an operation for one offering, replaced by what opens another.
fn of_operation(facts: &Facts<'_>, calls: &str, replacement: &Replacement) -> Known<Option<Found>> {
    let (key, plan) = (webhook_key(calls), facts.plan());
    let Some(webhook) = facts.webhook(Before, &key)? else { return Some(None) };
    let Some(Operation::Release(opened) | Operation::Grant(opened)) = webhook.runs()? else { return Some(None) };
    let Replacement { order_form, opt_in_form, offering, .. } = replacement;
    let order =
        order_form.as_ref().and_then(|form| Some(("order_form", form, &plan.order_forms.get(form)?.custom_operation)));
    let opt_in = opt_in_form
        .as_ref()
        .and_then(|form| Some(("opt_in_form", form, &plan.opt_in_forms.get(form)?.custom_operation)));
    let by_form = order.or(opt_in).filter(|(_, _, operation)| !operation.release.contains(opened));
    let message = |by: &str| format!("`{calls}` opens `{opened}`, and is replaced by `{by}`, which does not");
    let help = format!("name `{opened}` with its `release_timers`, a form that releases it, or a person");
    Some(match (offering, by_form) {
        (Some(offering), _) if offering != opened => Some(("offering", message(offering), help)),
        (None, Some((part, form, _))) => Some((part, message(form), help)),
        _ => None,
    })
}

fn finding((at, message): (Location, String), help: String, calls: &str) -> Finding {
    RULE.at(at, message).label("works on something else").help(help).on_site(format!("webhook/{}", webhook_key(calls)))
}
