use crate::diag::{Location, Severity::Warning};
use crate::model::plan::MembersBetweenModules;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

declare_rule! {
    /// Members in the middle of an offering will start again.
    ///
    /// ## What it does
    /// Reports offerings with `members_between_modules: re-release`.
    ///
    /// ## Why it matters
    /// A release starts at the base module (documented). People who are in the middle of the course start there again
    /// (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: re-release}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: complete-by-hand}}}
    /// ```
    ///
    /// ## Fix
    /// Choose `complete-by-hand`, or accept this risk with the name of the person who accepts it.
    {
        id: "re-release-restarts",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "P5",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (key, offering) in &facts.plan().offerings {
        if offering.members_between_modules == Some(MembersBetweenModules::ReRelease) {
            let place = Location::value(pointer(&["offerings", key, "members_between_modules"]));
            let message = format!("members in the middle of `{}` start again at the base module", offering.name);
            out.push(
                RULE.at(place, message)
                    .label("starts again")
                    .help("choose `complete-by-hand`, or accept this risk with the name of whoever accepts it")
                    .on_site(format!("offering/{key}")),
            );
        }
    }
    Some(())
}
