use crate::change::text;
use crate::diag::{Place, Severity::Error};
use crate::model::state::{Object, Operation};
use crate::model::text::pointer;
use crate::rules::offerings::is_timed;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// A form grants an offering whose modules open by timers.
    ///
    /// ## What it does
    /// Reports forms of the plan that, when its changes are made, still run the Grant operation of an offering with a
    /// timed module. A Grant of an offering that the form should release is replaced by the plan's changes.
    ///
    /// ## Why it matters
    /// Release opens the base module and schedules the others; Grant opens all modules, or listed ones, at once and
    /// without timers (documented). So a form that grants delivers a dripped offering wrongly (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{release: mini-course}, {grant: course}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{grant: course}, {grant: mini-course}]}}
    /// ```
    ///
    /// ## Fix
    /// List the offering under `release` of this form, or take the Grant out of the form's automations.
    {
        id: "grant-instead-of-release",
        severity: Error,
        phase: Configure,
        target: Both,
        waivable: true,
        attestable: true,
        guide: "P7",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/order_forms",
    }
}

/// A form: its section and its place, what it releases by the plan and runs on the site, and the site's object.
struct Form<'a> {
    section: &'static str,
    key: &'a str,
    kind: &'static str,
    name: &'a str,
    operations: &'a [Operation],
    object: Object,
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let order_forms = facts.order_forms(After).map(|site| {
        for (key, form) in site.iter().filter(|(key, _)| plan.order_forms.contains_key(*key)) {
            let object = Object::OrderForm(form.clone());
            let (section, kind) = ("order_forms", "order-form");
            judge(facts, &Form { section, key, kind, name: &form.name, operations: &form.operations, object }, out);
        }
    });
    let opt_in_forms = facts.opt_in_forms(After).map(|site| {
        for (key, form) in site.iter().filter(|(key, _)| plan.opt_in_forms.contains_key(*key)) {
            let object = Object::OptInForm(form.clone());
            let (section, kind) = ("opt_in_forms", "opt-in-form");
            judge(facts, &Form { section, key, kind, name: &form.name, operations: &form.operations, object }, out);
        }
    });
    facts.offerings(After)?;
    order_forms.and(opt_in_forms)
}

fn judge(facts: &Facts<'_>, form: &Form<'_>, out: &mut Findings) {
    let Some(offerings) = facts.offerings(After) else { return };
    for operation in form.operations {
        let Operation::Grant(granted) = operation else { continue };
        let Some(offering) = offerings.get(granted).filter(|offering| is_timed(facts, granted, offering)) else {
            continue;
        };
        let message = format!(
            "`{}` grants `{}`, whose modules open by timers, instead of releasing it",
            form.name, offering.name
        );
        let help = format!(
            "add `{granted}` to `release` of this form, and its Grant is replaced; or take the Grant out under Automations \
             of the form"
        );
        out.push(
            RULE.at(Place::key(pointer(&[form.section, form.key, "custom_operation"])), message)
                .label(format!("does not release `{granted}`"))
                .help(help)
                .excerpt(
                    format!("{}/{}", form.kind, form.key),
                    text::object(&form.object),
                    &format!("grant: {granted}"),
                    "no timers",
                ),
        );
    }
}
