use crate::diag::{Location, Severity::Error};
use crate::model::Release;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::on_both_sides;

declare_rule! {
    /// A release that `plan` does not know.
    ///
    /// ## What it does
    /// Reports modules whose release, after the plan's changes, is none of these: at once, after a number of days, not
    /// based on a schedule.
    ///
    /// ## Why it matters
    /// Releases on a date are described as the work of a CRM, so they seem not to exist as a timer of AccessAlly's own
    /// (inferred). Whether such a module opens after the switch is unknown.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: on 1 May}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: on 1 May}]}}
    /// ```
    ///
    /// ## Fix
    /// Give the module a release that does not depend on the CRM, or a person who opens it.
    {
        id: "release-not-understood",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P5",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (offerings, known) = on_both_sides(facts);
    for offering in offerings {
        for module in offering.modules {
            let Some(Some(Release::Other(words))) = offering.site.release(module) else { continue };
            if offering.is_misnamed(module) {
                continue;
            }
            let at = offering
                .planned(module.number)
                .map_or_else(|| pointer(&["offerings", offering.key, "modules"]), |(index, _)| offering.module(index));
            let name = &offering.intent.name;
            let message = format!(
                "module `{}` of `{name}` opens `{words}` on the site, and no timer of that kind is known",
                module.name
            );
            let finding = RULE.at(Location::key(at), message).label("release not understood").help(
                "give it `release: 7 days after previous` (or another delay), or `release: by-hand` with an `owner`; its \
                 timer is under AccessAlly > Offerings, Content > Content Pages",
            );
            out.push(offering.excerpt(finding, module, "not understood"));
        }
    }
    known
}
