use std::collections::BTreeSet;

use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Plan;
use crate::model::keyed::{name_key, name_to_say};
use crate::model::plan::{AccessThrough, CustomOperation, OfferingIntent, OrderFormIntent};
use crate::model::text::pointer;
use crate::rules::plan::stub;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule, left_out_inside};

declare_rule! {
    /// An offering that is bought has no order form.
    ///
    /// ## What it does
    /// Reports an offering with `access_through: order-form`, `bundle` or `team` that no order form of the plan releases.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for an AccessAlly order form with a Release operation on every paid offering. CRM order
    /// forms and third-party carts are not compatible with Managed Contacts. An offering that comes with another one,
    /// or that is bought for a team, must be released by that form too, or nobody gets it (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: null}, leave_alone: {order_forms: {course-checkout: not used}}}
    /// site: {order-form/course-checkout: {operations: []}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {bonus: {name: Bonus, access_through: bundle, modules: [{base: Bonus}]}}}
    /// site: {offering/bonus: {name: Bonus, system: ontraport, modules: [{number: 0, name: Bonus}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {mini-course: {access_through: team}}, opt_in_forms: null}
    /// site: {opt-in-form/mini-course-signup: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   offerings: {bonus: {name: Bonus, access_through: bundle, modules: [{base: Bonus}]}}
    ///   order_forms: {course-checkout: {custom_operation: {release: [course, bonus]}}}
    /// site: {offering/bonus: {name: Bonus, system: ontraport, modules: [{number: 0, name: Bonus}]}}
    /// ```
    ///
    /// ## Fix
    /// List it under `release` of the order form that sells it, or correct `access_through` to how it is really sold.
    {
        id: "order-form-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P7",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if left_out_inside(plan, &["order_forms"]) {
        return Some(());
    }
    let released: BTreeSet<&String> =
        plan.order_forms.values().flat_map(|form| &form.custom_operation.release).collect();
    for (key, offering) in &plan.offerings {
        if offering.access_through.is_bought() && !released.contains(key) {
            out.push(finding(plan, key, offering));
        }
    }
    Some(())
}

/// The form of the plan whose key has the most words of an offering's, if any has one that tells something.
fn nearest_form<'p>(plan: &'p Plan, offering: &str) -> Option<&'p str> {
    let words = |key: &str| key.split('-').filter(|word| word.len() > 3).map(str::to_owned).collect::<BTreeSet<_>>();
    let own = words(offering);
    let shared = |key: &str| words(key).intersection(&own).count();
    let best = plan.order_forms.keys().max_by_key(|key| shared(key)).filter(|key| shared(key) > 0);
    best.map(String::as_str)
}

fn finding(plan: &Plan, key: &str, offering: &OfferingIntent) -> Finding {
    let way = match offering.access_through {
        AccessThrough::Bundle => "comes with another offering's order form",
        AccessThrough::Team => "is bought for a team",
        _ => "is sold through an order form",
    };
    let message = format!("`{}` {way}, and no order form releases it", offering.name);
    let finding = RULE
        .at(Location::value(pointer(&["offerings", key, "access_through"])), message)
        .label("needs an order form")
        .on_site(format!("offering/{key}"));
    if offering.access_through == AccessThrough::Bundle {
        return finding.help(format!(
            "add `{key}` to `release` of the order form that it comes with, or change `access_through`"
        ));
    }
    // Beside a form that may be meant a new one would be a wrong proposal.
    if let Some(form) = nearest_form(plan, key) {
        return finding.help(format!(
            "add `{key}` to `release` of the order form that sells it (`{form}`?), or add a form to `order_forms`, or change \
             `access_through`"
        ));
    }
    let help = format!(
        "add the form that sells it to `order_forms` with `custom_operation: {{release: [{key}]}}`, or change `access_through`"
    );
    finding.help(help).fix("add to `order_forms`", form(key, &offering.name)).to_add_to("/order_forms")
}

fn form(offering: &str, name: &str) -> String {
    let (name, release) = (format!("{name} Checkout"), vec![offering.to_owned()]);
    let (key, custom_operation) = (name_key(&name), CustomOperation { release });
    let name = name_to_say(&key, &name);
    stub(&key, &OrderFormIntent { name, custom_operation, failed_payment: None, access_after: None, expect: None })
}
