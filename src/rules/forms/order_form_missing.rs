use crate::diag::{Place, Severity::Error};
use crate::model::plan::{CustomOperation, OrderFormIntent, Sold, name_key};
use crate::model::text::pointer;
use crate::rules::plan::stub;
use crate::rules::{
    Facts, Findings, Phase::Configure, Source::Documented, Target::Both, declare_rule, left_out_inside,
};

declare_rule! {
    /// An offering sold through an order form has none.
    ///
    /// ## What it does
    /// Reports an offering with `sold: order-form` that no order form of the plan releases.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for an AccessAlly order form with a Release operation on every paid offering. CRM order
    /// forms and third-party carts are not compatible with Managed Contacts.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: null}, leave_alone: {order_forms: {course-checkout: not used}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {}
    /// ```
    ///
    /// ## Fix
    /// Add the order form that sells it to `order_forms`, or say truly how the offering is sold.
    {
        id: "order-form-missing",
        severity: Error,
        phase: Configure,
        target: Both,
        waivable: true,
        attestable: true,
        guide: "P7",
        evidence: Documented,
        since: "0.1.0",
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if left_out_inside(plan, &["order_forms"]) {
        return Some(());
    }
    let released: std::collections::BTreeSet<&String> =
        plan.order_forms.values().flat_map(|form| &form.custom_operation.release).collect();
    for (key, offering) in &plan.offerings {
        if offering.sold == Sold::OrderForm && !released.contains(key) {
            let message = format!(
                "`{}` is sold through an order form, and no order form of this plan releases it",
                offering.name
            );
            let at = pointer(&["offerings", key, "sold"]);
            let help = format!(
                "add the form that sells it to `order_forms` with `custom_operation: {{release: [{key}]}}`, or change `sold`"
            );
            out.push(
                RULE.at(Place::value(at), message)
                    .label("needs an order form")
                    .help(help)
                    .fix("add to `order_forms`", form(key, &offering.name))
                    .on_site(format!("offering/{key}")),
            );
        }
    }
    Some(())
}

fn form(offering: &str, name: &str) -> String {
    let (name, release) = (format!("{name} Checkout"), vec![offering.to_owned()]);
    let custom_operation = CustomOperation { release };
    stub(
        &name_key(&name),
        &OrderFormIntent { name: name.clone(), custom_operation, failed_payment: None, expect: None },
    )
}
