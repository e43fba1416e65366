use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::{is_timed, on_both_sides};

declare_rule! {
    /// Nobody decided about members who are between two modules.
    ///
    /// ## What it does
    /// Reports offerings with a timed module (after the plan's changes) for which the plan has no
    /// `members_between_modules`.
    ///
    /// ## Why it matters
    /// Timers start from a release (documented). Members whose drip was run by the CRM have no local schedule, and nothing
    /// in the vendor's pages says that the migration makes one (inferred): their next module may never open.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: null}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: none}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   offerings:
    ///     course: {members_between_modules: null, modules: [{base: Welcome}, {module: Goals, release: immediately}]}
    /// ```
    ///
    /// ## Fix
    /// Set `members_between_modules: complete-by-hand`, `re-release` or `none`.
    {
        id: "members-between-modules-undecided",
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
        let (key, intent) = (offering.key, offering.intent);
        let decided = intent.members_between_modules.is_some()
            || facts.plan().was_left_out(&["offerings", key, "members_between_modules"]);
        if decided || !is_timed(offering.site) {
            continue;
        }
        let at = pointer(&["offerings", key, "members_between_modules"]);
        let message =
            format!("nobody decided what happens to members of `{}` who are between two modules", intent.name);
        out.push(
            RULE.at(Location::key(at), message)
                .label("no `members_between_modules`")
                .help(
                    "decide: `complete-by-hand` (a person opens what is due to them), `re-release` (they start at the base \
                     module again) or `none` (there are none, or nothing is owed to them)",
                )
                .fix(format!("add to `{key}`"), "members_between_modules: complete-by-hand\n")
                .to_add_to(pointer(&["offerings", key]))
                .which_a_person_decides()
                .on_site(format!("offering/{key}")),
        );
    }
    known
}
