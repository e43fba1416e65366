use crate::diag::{Location, Severity::Error};
use crate::model::keyed::{name_key, name_to_say};
use crate::model::plan::{AccessThrough, CustomOperation, OptInFormIntent};
use crate::model::text::pointer;
use crate::rules::plan::stub;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule, left_out_inside};

use super::{is_given_by_order_form, released};

declare_rule! {
    /// A free offering has no opt-in form.
    ///
    /// ## What it does
    /// Reports an offering with `access_through: opt-in` that no opt-in form of the plan releases, or that no opt-in
    /// form of the site will release after the plan's changes. An order form at which nobody pays gives it away as well:
    /// one of which the plan expects a price of nothing.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for an AccessAlly opt-in form on every free opt-in offering. The CRM's own forms stop
    /// creating users with the switch (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {opt_in_forms: null, leave_alone: {opt_in_forms: {mini-course-signup: not used}}}
    /// site: {opt-in-form/mini-course-signup: {operations: []}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   opt_in_forms: null
    ///   order_forms: {free-checkout: {custom_operation: {release: [mini-course]}, expect: {price: 1.00 USD}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   opt_in_forms: null
    ///   order_forms: {free-checkout: {custom_operation: {release: [mini-course]}, expect: {price: 0.00 USD}}}
    /// site:
    ///   opt-in-form/mini-course-signup: null
    ///   order-form/free-checkout: {id: "6", name: Free Checkout, operations: [{release: mini-course}], price: 0.00 USD}
    /// ```
    ///
    /// ## Fix
    /// Add the opt-in form to `opt_in_forms`, say of the order form that gives it away that its price is nothing, or correct `access_through` to how members really get the offering.
    {
        id: "opt-in-form-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P8",
        evidence: Documented,
        anchor: "/opt_in_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if left_out_inside(plan, &["opt_in_forms"]) || left_out_inside(plan, &["order_forms"]) {
        return Some(());
    }
    let forms = plan.opt_in_forms.values();
    let planned: std::collections::BTreeSet<&String> = forms.flat_map(|form| &form.custom_operation.release).collect();
    let given_away = || {
        let by_opt_in = plan.offerings.iter().filter(|(_, of)| of.access_through == AccessThrough::OptIn);
        by_opt_in.filter(|(key, _)| !is_given_by_order_form(plan, key))
    };
    for (key, offering) in given_away() {
        if !planned.contains(key) {
            let message = format!("`{}` is free, but no opt-in form releases it", offering.name);
            let place = Location::value(pointer(&["offerings", key, "access_through"]));
            out.push(
                RULE.at(place, message)
                    .label("needs an opt-in form")
                    .help("add its form to `opt_in_forms` (the changes make it where the site lacks it), or change `access_through`; an \
                        order form that gives it away says so: `expect: {price: 0.00 USD}`")
                    .fix("add to `opt_in_forms`", form(key, &offering.name))
                    .to_add_to("/opt_in_forms")
                    .on_site(format!("offering/{key}")),
            );
        }
    }
    let site = facts.opt_in_forms(After)?;
    let (done, all_known) = released(site.iter().map(|(_, form)| form.operations()));
    for (key, offering) in given_away() {
        let lacks = planned.contains(key) && !done.contains(key.as_str());
        // A form that could not be read may release it.
        if lacks && all_known {
            let message = format!("no opt-in form of the site will release `{}`", offering.name);
            let place = Location::value(pointer(&["offerings", key, "access_through"]));
            let help = "make its form on the site under AccessAlly > Settings > Opt-in Forms";
            out.push(RULE.at(place, message).label("needs an opt-in form").help(help));
        }
    }
    Some(())
}

fn form(offering: &str, name: &str) -> String {
    let (name, release) = (format!("{name} Signup"), vec![offering.to_owned()]);
    let (key, custom_operation) = (name_key(&name), CustomOperation { release });
    stub(&key, &OptInFormIntent { name: name_to_say(&key, &name), custom_operation })
}
