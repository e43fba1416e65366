use crate::diag::{Location, Severity::Warning};
use crate::model::keyed::is_key_of;
use crate::model::spelling::is_only_spelling;
use crate::model::state::Object;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Of, OfKind, Phase::Configure, Side::After, Source::Inferred, declare_rule};
use crate::text::{Correction, apart};

declare_rule! {
    /// The plan spells a name differently from the site.
    ///
    /// ## What it does
    /// Compares the `name` of offerings, order forms and opt-in forms with the site's, letter by letter. Where the plan
    /// gives no name, it is the words of the key, each with a capital letter. Names that are the same but for spelling
    /// (`&` and `&amp;`, doubled spaces, letters composed or not) are information.
    ///
    /// ## Why it matters
    /// Names are what people search for in the admin screens. A different spelling may also mean that two objects were
    /// mixed up. The plan never renames anything.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {name: COURSE!}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {name: COURSE!}}}
    /// site: {offering/course: {name: COURSE!}}
    /// ```
    ///
    /// ## Fix
    /// Write `name` as the site has it.
    {
        id: "name-differs",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    // A name that does not even belong to the key has a rule of its own.
    for (key, offering) in plan.offerings.iter().filter(|(key, offering)| is_key_of(key, &offering.name)) {
        let site = facts.offering(After, key);
        known = known.and(site.map(drop));
        compare(("offerings", key, &offering.name), site.flatten().map(|site| (site.name(), site)), out);
    }
    for (key, form) in plan.order_forms.iter().filter(|(key, form)| is_key_of(key, &form.name)) {
        let site = facts.order_form(After, key);
        known = known.and(site.map(drop));
        compare(("order_forms", key, &form.name), site.flatten().map(|site| (site.name(), site)), out);
    }
    for (key, form) in plan.opt_in_forms.iter().filter(|(key, form)| is_key_of(key, &form.name)) {
        let site = facts.opt_in_form(After, key);
        known = known.and(site.map(drop));
        compare(("opt_in_forms", key, &form.name), site.flatten().map(|site| (site.name(), site)), out);
    }
    known
}

fn compare<T: OfKind + Clone>(
    (section, key, name): (&str, &str, &str),
    site: Option<(&str, Of<'_, '_, T>)>,
    out: &mut Findings,
) where
    Object: From<T>,
{
    let Some((spelled, site)) = site.filter(|(spelled, _)| *spelled != name) else { return };
    let at = pointer(&[section, key, "name"]);
    let (place, written) = (Location::value(at.clone()), Correction::Value { at, to: spelled.to_owned() });
    if is_only_spelling(spelled, name) {
        let finding = RULE.respelt(place, "the name", [name, spelled]).corrected_by(as_on_site(spelled), [written]);
        return out.push(site.excerpt(finding, "name:", "the site's name"));
    }
    let [shown, called] = apart(spelled, name);
    let message = format!("the site spells `{shown}` what the plan calls `{called}`");
    let finding = RULE
        .at(place, message)
        .label("spelled otherwise")
        .help(format!("write it as the site does: `{spelled}`"))
        .corrected_by(as_on_site(spelled), [written]);
    out.push(site.excerpt(finding, "name:", "the site's name"));
}

fn as_on_site(spelled: &str) -> String {
    format!("write the name as the site does: `{spelled}`")
}
