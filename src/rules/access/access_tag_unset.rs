use crate::change::text;
use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Release;
use crate::model::plan::{AccessAfter, AfterFinalRetry};
use crate::model::state::Offering;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Known, Of, Phase::Configure, Side::After, Source::SeenInCode, declare_rule};

declare_rule! {
    /// An offering lacks a tag that it needs.
    ///
    /// ## What it does
    /// Reports offerings of the plan without a base tag; modules that open later than the base module, by a timer or by hand, without a tag of their own;
    /// and offerings without a revoke tag where an order form of the plan that releases them revokes or cancels: after the plan's changes, once the last
    /// retry of a payment has failed, or by its `access_after`.
    ///
    /// ## Why it matters
    /// Access goes by tags: a page opens for whoever has its module's tag, or the base tag where the module has none, and closes for whoever has the revoke
    /// tag (seen in code). When a module is due, AccessAlly applies its tag (documented). Without a base tag nothing opens; a module
    /// without a tag opens with the base module, whatever its timer says; and without a revoke tag nothing closes (inferred). AccessAlly makes these tags with
    /// an offering (documented), so that one is missing says that somebody deleted it, or that the offering was never finished.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/mini-course: {tags: {base: null}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: 7 days after previous, tag: ""}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/course: {tags: {revoke: null}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {failed_payment: null, access_after: {cancellation: cancel, refund: revoke}}}, webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}
    /// site: {offering/course: {tags: {revoke: null}}, order-form/course-checkout: {after_final_retry: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {offering/mini-course: {tags: {revoke: null}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: immediately}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: immediately, tag: ""}]}}
    /// ```
    ///
    /// ## Fix
    /// Make the tag under AccessAlly > Settings > Tags, and choose it under AccessAlly > Offerings, Settings.
    {
        id: "access-tag-unset",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: SeenInCode,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for key in facts.plan().offerings.keys() {
        let Some(offering) = facts.offering(After, key) else {
            known = None;
            continue;
        };
        // What the site lacks has a rule of its own.
        let Some(offering) = offering else { continue };
        known = known.and(of_its_own(facts, key, offering, out));
        known = known.and(of_modules(key, offering, out));
    }
    known
}

fn is_set(tag: Option<&String>) -> bool {
    tag.is_some_and(|tag| !tag.trim().is_empty())
}

fn of_its_own(facts: &Facts<'_>, key: &str, offering: Of<'_, '_, Offering>, out: &mut Findings) -> Known<()> {
    let tags = offering.tags()?;
    let has = |part: &str| is_set(tags.and_then(|tags| tags.get(part)));
    let name = offering.name();
    if !has("base") {
        let message = format!("`{name}` has no base tag, so nothing of it opens for anybody");
        out.push(finding(key, message, "without a base tag"));
    }
    if has("revoke") {
        return Some(());
    }
    if let Some(form) = ending(facts, key)? {
        let message = format!("`{form}` is to end access to `{name}`, and there is no revoke tag to do so");
        out.push(finding(key, message, "without a revoke tag"));
    }
    Some(())
}

/// A form of the plan that releases an offering, and ends access to it.
fn ending<'a>(facts: &Facts<'a>, offering: &str) -> Known<Option<&'a str>> {
    let forms = facts.plan().order_forms.iter();
    let mut known = Some(());
    for (key, intent) in forms.filter(|(_, form)| form.custom_operation.release.iter().any(|of| of == offering)) {
        let form = facts.order_form(After, key);
        known = known.and(form.map(drop));
        let Some(form) = form.flatten() else { continue };
        if intent.access_after.as_ref().is_some_and(AccessAfter::ends_access) {
            return Some(Some(form.name()));
        }
        match form.after_final_retry() {
            None => known = None,
            Some(Some(AfterFinalRetry::Revoke | AfterFinalRetry::Cancel)) => return Some(Some(form.name())),
            Some(_) => {}
        }
    }
    known.map(|()| None)
}

fn of_modules(key: &str, offering: Of<'_, '_, Offering>, out: &mut Findings) -> Known<()> {
    let mut known = Some(());
    for module in offering.modules()?.iter().filter(|module| module.number > 0) {
        let tag = offering.tag(module);
        known = known.and(tag.map(drop));
        if tag.is_none_or(is_set) {
            continue;
        }
        let release = offering.release(module);
        known = known.and(release.map(drop));
        // A module without any release has a rule of its own.
        if matches!(release, Some(Some(release)) if *release != Release::Immediately) {
            let message = format!(
                "`{}` has no tag of its own, so it opens with the base module of `{}`",
                module.name,
                offering.name()
            );
            let line = text::key(&format!("{} {}", module.number, module.name));
            out.push(offering.excerpt(finding(key, message, "a module without a tag"), &line, "no tag"));
        }
    }
    known
}

fn finding(key: &str, message: String, label: &str) -> Finding {
    RULE.at(Location::key(pointer(&["offerings", key])), message)
        .label(label)
        .help("make the tag under AccessAlly > Settings > Tags, and choose it under AccessAlly > Offerings, Settings")
        .on_site(format!("offering/{key}"))
}
