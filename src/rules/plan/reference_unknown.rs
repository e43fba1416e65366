use crate::diag::{Location, Part, Severity::Error};
use crate::model::Plan;
use crate::model::plan::{AfterSwitch, Replacement};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, SLIPS, Source::Inferred, declare_rule, left_out_inside};
use crate::text::{Correction, nearest, slip_of};

use super::is_left_alone;

declare_rule! {
    /// The plan refers to something that it does not have.
    ///
    /// ## What it does
    /// Reports people who are not in `people` (`owner` of a module, `who` under `rollback`, `by_hand` of a webhook),
    /// released offerings that the plan neither has nor leaves alone, replacements of webhooks that are not in the
    /// plan, and test purchases of unknown order forms.
    ///
    /// ## Why it matters
    /// Work that is given to nobody is not done, and a form cannot release an offering that nobody knows.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {rollback: {who: jon}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {custom_operation: {release: [course, coures]}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, offering: masterclass, by_hand: jo}}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {test_purchases: {course: {expect: [order]}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   leave_alone: {offerings: {bonus: not dripped}}
    ///   order_forms: {course-checkout: {custom_operation: {release: [course, bonus]}}}
    /// site: {offering/bonus: {name: Bonus}}
    /// ```
    ///
    /// ## Fix
    /// Correct the name, or add what it names.
    {
        id: "reference-unknown",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/people",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    people(plan, out);
    releases(plan, out);
    for (name, webhook) in &plan.webhooks {
        if let Some(AfterSwitch::ReplacedBy(replacement)) = &webhook.after_switch {
            replacements(plan, name, replacement, out);
        }
    }
    for form in plan.test_purchases.keys().filter(|form| !plan.mentions("order_forms", form)) {
        let place = Location::key(pointer(&["test_purchases", form]));
        unknown(place, form, ("order form", "order_forms"), plan.order_forms.keys(), out);
    }
    Some(())
}

fn people(plan: &Plan, out: &mut Findings) {
    let by_hand = plan.webhooks.iter().filter_map(|(key, webhook)| match &webhook.after_switch {
        Some(AfterSwitch::ReplacedBy(Replacement { by_hand: Some(person), .. })) => {
            Some((pointer(&["webhooks", key, "after_switch", "replaced_by", "by_hand"]), person))
        }
        _ => None,
    });
    let owners = plan.offerings.iter().flat_map(|(key, offering)| {
        let modules = offering.modules.iter().enumerate();
        modules.filter_map(move |(index, module)| {
            let owner = module.owner.as_ref()?;
            Some((pointer(&["offerings", key, "modules", &index.to_string(), "owner"]), owner))
        })
    });
    let who = plan.rollback.iter().map(|rollback| (pointer(&["rollback", "who"]), &rollback.who));
    for (at, person) in owners.chain(by_hand).chain(who) {
        if !plan.people.contains_key(person) && !left_out_inside(plan, &["people", person]) {
            unknown(Location::value(at), person, ("person", "people"), plan.people.keys(), out);
        }
    }
}

fn releases(plan: &Plan, out: &mut Findings) {
    let order_forms = plan.order_forms.iter().map(|(key, form)| ("order_forms", key, &form.custom_operation));
    let opt_in_forms = plan.opt_in_forms.iter().map(|(key, form)| ("opt_in_forms", key, &form.custom_operation));
    for (section, key, operation) in order_forms.chain(opt_in_forms) {
        for (index, offering) in operation.release.iter().enumerate() {
            if !plan.mentions("offerings", offering) && !is_left_alone(plan, "offerings", offering) {
                let at = pointer(&[section, key, "custom_operation", "release", &index.to_string()]);
                unknown(Location::value(at), offering, ("offering", "offerings"), plan.offerings.keys(), out);
            }
        }
    }
}

fn replacements(plan: &Plan, webhook: &str, replacement: &Replacement, out: &mut Findings) {
    let Replacement { order_form, opt_in_form, offering, .. } = replacement;
    let parts: [(_, _, _, &mut dyn Iterator<Item = &String>); 3] = [
        (order_form, "order_form", ("order form", "order_forms"), &mut plan.order_forms.keys()),
        (opt_in_form, "opt_in_form", ("opt-in form", "opt_in_forms"), &mut plan.opt_in_forms.keys()),
        (offering, "offering", ("offering", "offerings"), &mut plan.offerings.keys()),
    ];
    for (name, part, wanted, known) in parts {
        if let Some(name) = name.as_ref().filter(|name| !plan.mentions(wanted.1, name)) {
            let at = pointer(&["webhooks", webhook, "after_switch", "replaced_by", part]);
            unknown(Location::value(at), name, wanted, known, out);
        }
    }
}

fn unknown<'a>(
    place: Location,
    name: &str,
    (wanted, section): (&str, &str),
    known: impl Iterator<Item = &'a String>,
    out: &mut Findings,
) {
    let known: Vec<&String> = if out.len() < SLIPS { known.collect() } else { Vec::new() };
    let near = nearest(name, known.iter().copied());
    let slip = slip_of(name, known.iter().copied());
    let help = match near {
        Some(near) => format!("write `{near}`, or add `{name}` to `{section}`"),
        None => format!("add `{name}` to `{section}`, or name one that is there"),
    };
    let written = slip.and_then(|slip| respelt(&place, slip));
    let mut finding = RULE.at(place, format!("the plan has no {wanted} `{name}`")).label("unknown name").help(help);
    if let Some((slip, written)) = slip.zip(written) {
        let title = format!("write `{slip}` for `{name}`");
        // Who does or answers for something is nobody's slip until somebody looked.
        finding = match section {
            "people" => finding.perhaps_corrected_by(title, [written]).which_a_person_decides(),
            _ => finding.corrected_by(title, [written]),
        };
    }
    if section != "people" {
        finding = finding.on_site(format!("{}/{name}", wanted.replace(' ', "-")));
    }
    out.push(finding);
}

/// The same place with the name that was meant.
fn respelt(place: &Location, to: &str) -> Option<Correction> {
    let (at, to) = (place.pointer()?.to_owned(), to.to_owned());
    match place {
        Location::At { part: Part::Key, .. } => Some(Correction::Key { at, to }),
        _ => Some(Correction::Value { at, to }),
    }
}
