use std::collections::BTreeSet;

use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::state::{Object, Operation, OptInForm, OrderForm};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Known, Of, OfKind, Phase::Configure, Side::After, Source::Inferred, declare_rule};

use super::{Operations, opens};

declare_rule! {
    /// A form that is left alone opens an offering of the plan.
    ///
    /// ## What it does
    /// Reports order forms and opt-in forms under `leave_alone` that release or grant an offering of the plan.
    ///
    /// ## Why it matters
    /// What is left alone is looked at by nobody: whether its price, gateway and what follows a failed payment are right, whether it grants at once what
    /// the plan's timers open, or whether it gives away what is sold. With a CRM such a form may have been of use to nobody; after the switch it
    /// still works for whoever has its address (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {order_forms: {old-checkout: nothing links to it}}}
    /// site: {order-form/old-checkout: {id: "6", name: Old Checkout, operations: [{grant: course}], price: 9.00 USD, gateway: stripe, recurring: false, test_mode: true}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {opt_in_forms: {old-signup: nothing links to it}}}
    /// site: {opt-in-form/old-signup: {id: "8", name: Old Signup, operations: [{release: mini-course}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {opt_in_forms: {old-signup: nothing links to it}}}
    /// site: {opt-in-form/old-signup: {id: "8", name: Old Signup, operations: []}}
    /// ```
    ///
    /// ## Fix
    /// Take the form into the plan, or remove the operation under Automations of the form. Where nobody can reach it, accept this risk.
    {
        id: "left-alone-form-opens",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "P7",
        evidence: Inferred,
        anchor: "/leave_alone",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    // What is both planned and left alone has a rule of its own.
    for key in plan.leave_alone.order_forms.keys().filter(|key| !plan.mentions("order_forms", key)) {
        let says = |form: Of<'_, '_, OrderForm>| judge(facts, ("order_forms", key), form.name(), form.operations());
        known = known.and(of_form(facts.order_form(After, key), says, out));
    }
    for key in plan.leave_alone.opt_in_forms.keys().filter(|key| !plan.mentions("opt_in_forms", key)) {
        let says = |form: Of<'_, '_, OptInForm>| judge(facts, ("opt_in_forms", key), form.name(), form.operations());
        known = known.and(of_form(facts.opt_in_form(After, key), says, out));
    }
    known
}

/// A form, if the site has it, with what is wrong with it.
fn of_form<'f, 'a, T: OfKind + Clone>(
    form: Known<Option<Of<'f, 'a, T>>>,
    says: impl FnOnce(Of<'f, 'a, T>) -> Known<Option<Finding>>,
    out: &mut Findings,
) -> Known<()>
where
    Object: From<T>,
{
    let Some(form) = form? else { return Some(()) };
    out.extend(says(form)?.map(|finding| form.excerpt(finding, "operations:", "what it runs")));
    Some(())
}

/// What is wrong with a form that is left alone, if anything.
fn judge(facts: &Facts<'_>, (section, key): (&str, &str), name: &str, runs: Operations<'_>) -> Known<Option<Finding>> {
    let runs: &[Operation] = runs?.map_or(&[], Vec::as_slice);
    let planned = opens(runs).into_iter().filter(|(_, offering)| facts.plan().offerings.contains_key(*offering));
    let planned: BTreeSet<(&str, &str)> = planned.collect();
    let Some((does, first)) = planned.first() else { return Some(None) };
    let more = if planned.len() > 1 { format!(" and {} more", planned.len() - 1) } else { String::new() };
    let message = format!("`{name}` is left alone, and {does}s `{first}`{more}, which the plan has");
    let at = pointer(&["leave_alone", section, key]);
    let help = format!("take the form into `{section}`, or remove the operation under Automations of the form");
    Some(Some(RULE.at(Location::key(at), message).label("still opens it").help(help)))
}
