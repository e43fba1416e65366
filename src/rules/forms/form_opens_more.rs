use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Error};
use crate::model::spelling::plain;
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Known, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside,
};

use super::{PlannedForm, opens, planned_forms, tags};

declare_rule! {
    /// A form opens more than the plan says.
    ///
    /// ## What it does
    /// Reports forms of the plan that, after its changes, release or grant an offering which the plan does not list
    /// under the form's `release`. Also reports forms that add an access tag of an offering: `base`, `instant`, a
    /// module's, or `revoke`, as the site's offerings name them. The base tag of a listed offering is not reported,
    /// since Release adds it too. The plan's changes add what is listed, and remove nothing else.
    ///
    /// ## Why it matters
    /// Whoever uses the form gets access that nobody planned, and that nothing takes away again (inferred). An access
    /// tag opens its pages by itself: `instant` opens all of them at once, whatever the timers say, and `revoke`
    /// overrides all other tags (documented for tags in general, seen in code for how a page decides). Where a form
    /// adds tags and an offering's own tags were not captured, the answer is unknown.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{release: course}, {release: mini-course}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{release: mini-course}, {grant: course}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{release: mini-course}, {add-tags: [Course_Base]}]}, offering/course: {tags: {base: Course_Base}}, offering/mini-course: {tags: {base: Mini_Base}}, tag/Course_Base: {}, tag/Buyer: {}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{release: course}, {add-tags: [Buyer, Course_Instant]}]}, offering/course: {tags: {base: Course_Base, instant: Course_Instant}}, offering/mini-course: {tags: {base: Mini_Base}}, tag/Course_Base: {}, tag/Buyer: {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {custom_operation: {release: [course, mini-course]}}}}
    /// site: {order-form/course-checkout: {operations: [{grant: course}, {grant: mini-course}, {add-tags: [Buyer, Course_Base]}]}, offering/course: {tags: {base: Course_Base}}, offering/mini-course: {tags: {base: Mini_Base}}, tag/Course_Base: {}, tag/Buyer: {}}
    /// ```
    ///
    /// ## Fix
    /// List the offering under `release` of the form, or remove the operation that opens it from the form's
    /// automations.
    {
        id: "form-opens-more",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P7",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (forms, known) = planned_forms(facts);
    for form in &forms {
        if left_out_inside(facts.plan(), &[form.section, form.key, "custom_operation"]) {
            continue;
        }
        for (verb, offering) in opens(form.operations) {
            if form.release.iter().any(|listed| listed == offering) {
                continue;
            }
            let message = format!("`{}` also opens `{offering}`, which the plan does not list", form.name);
            let help = format!(
                "add `{offering}` to `release` of this form, or remove the operation that opens it, under Automations \
                of the form"
            );
            let at = pointer(&[form.section, form.key, "custom_operation", "release"]);
            let finding = RULE.at(Location::key(at), message).label(format!("without `{offering}`")).help(help);
            out.push(form.excerpt(finding, &format!("{verb}: {offering}"), "opens more"));
        }
    }
    known.and(tags_added(facts, &forms, out))
}

/// A tag that decides about access to an offering.
struct AccessTag<'a> {
    offering: &'a str,
    part: &'a str,
}

/// The access tags of the site's offerings, each with what it is, as far as they are known; each unknown one is noted.
fn access_tags<'a>(facts: &Facts<'a>) -> Known<BTreeMap<String, Vec<AccessTag<'a>>>> {
    let mut tags = BTreeMap::<String, Vec<AccessTag<'_>>>::new();
    for (key, offering) in facts.offerings(After)?.iter() {
        let of_modules = offering.modules().into_iter().flatten();
        let of_modules = of_modules.filter_map(|module| offering.tag(module)?).map(|tag| ("module", tag.as_str()));
        let own = offering.tags().flatten().into_iter().flatten().map(|(part, tag)| (part.as_str(), tag.as_str()));
        for (part, tag) in own.chain(of_modules) {
            tags.entry(same(tag)).or_default().push(AccessTag { offering: key, part });
        }
    }
    Some(tags)
}

/// A tag as it is compared: whether letter case or spelling makes another tag is not known, so they do not here.
fn same(tag: &str) -> String {
    plain(tag).to_lowercase()
}

/// Forms that add an access tag; none where it is not known of all tags.
fn tags_added(facts: &Facts<'_>, forms: &[PlannedForm<'_, '_>], out: &mut Findings) -> Option<()> {
    let added: Vec<(&PlannedForm<'_, '_>, &str)> =
        forms.iter().flat_map(|form| tags(form.operations).into_iter().map(move |tag| (form, tag))).collect();
    // Access tags are asked for only where a form adds some.
    if added.is_empty() {
        return Some(());
    }
    let access = access_tags(facts)?;
    for (form, tag) in added {
        let is_released =
            |of: &AccessTag<'_>| of.part == "base" && form.release.iter().any(|listed| listed == of.offering);
        if left_out_inside(facts.plan(), &[form.section, form.key, "custom_operation"]) {
            continue;
        }
        let Some(of) = access.get(&same(tag)).and_then(|of| of.iter().find(|of| !is_released(of))) else { continue };
        let does = if of.part == "revoke" { "closes" } else { "opens" };
        let message = format!("`{}` adds `{tag}`, the {} tag that {does} `{}`", form.name, of.part, of.offering);
        let help =
            "remove the tag under Automations of the form: what the form should open is listed under its `release`";
        let at = pointer(&[form.section, form.key, "custom_operation", "release"]);
        let finding = RULE.at(Location::key(at), message).label(format!("not with `{tag}`")).help(help);
        out.push(form.excerpt(finding, tag, "adds an access tag"));
    }
    Some(())
}
