use crate::diag::{Location, Severity::Error};
use crate::model::Release;
use crate::model::state::Module;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule, left_out_inside};

use super::{Planned, on_both_sides};

declare_rule! {
    /// A module that nothing opens after the switch.
    ///
    /// ## What it does
    /// Reports a module that is "not released based on a schedule" after the plan's changes, or of which a reading found that no
    /// release is set at all, and for which the plan names nobody who opens it by hand. The base module opens at once.
    ///
    /// ## Why it matters
    /// That setting leaves the module to the CRM, or to a person (documented). After the switch there is no CRM, so the
    /// module never opens unless a person does it (inferred). Members keep waiting and nobody notices.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: by-hand}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: null}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: by-hand}]}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: 7 days after previous}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: by-hand}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: 7 days after previous}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome, release: null}, {number: 1, name: Goals, release: null}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: by-hand, owner: jo}]}}}
    /// ```
    ///
    /// ## Fix
    /// Give the module a release, or set `release: by-hand` with an `owner` from `people`.
    {
        id: "unscheduled-module",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (offerings, known) = on_both_sides(facts);
    for offering in offerings {
        for module in offering.modules.iter().filter(|module| module.number > 0) {
            judge(facts, &offering, module, out);
        }
    }
    known
}

fn judge(facts: &Facts<'_>, offering: &Planned<'_, '_>, module: &Module, out: &mut Findings) {
    let label = match offering.site.release(module) {
        Some(Some(Release::ByHand)) => "not based on a schedule",
        Some(None) => "no release is set",
        _ => return,
    };
    if offering.is_misnamed(module) {
        return;
    }
    let planned = offering.planned(module.number);
    let owner = planned.and_then(|(_, planned)| planned.owner.as_ref());
    let plan = facts.plan();
    if owner.is_some_and(|owner| plan.people.contains_key(owner) || left_out_inside(plan, &["people", owner])) {
        return;
    }
    let at =
        planned.map_or_else(|| pointer(&["offerings", offering.key, "modules"]), |(index, _)| offering.module(index));
    let message = format!("nothing opens module `{}` of `{}` after the switch", module.name, offering.intent.name);
    let finding = RULE.at(Location::key(at), message).label("never opens").help(
        "add `release: 7 days after previous` (or another delay), or `release: by-hand` with an `owner` from `people`",
    );
    let finding = offering.excerpt(finding, module, label);
    out.push(match owner {
        Some(owner) => finding.related(Location::key("/people"), format!("nobody is called `{owner}` here")),
        None => finding,
    });
}
