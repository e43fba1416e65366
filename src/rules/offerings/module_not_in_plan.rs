use std::collections::{BTreeMap, BTreeSet};

use crate::change::text;
use crate::diag::{Location, Severity::Error};
use crate::model::Release;
use crate::model::spelling::{is_same, plain};
use crate::model::state::Module;
use crate::model::text::pointer;
use crate::rules::plan::offering_not_in_plan::entry;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::on_both_sides;

declare_rule! {
    /// A module of the site that the plan's offering does not list.
    ///
    /// ## What it does
    /// Reports modules that the site's offering has under a number that the plan does not name.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for module release timers on every offering. The timer of a module that is not listed
    /// was not looked at.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}]}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {mini-course: {modules: []}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals}]}}}
    /// ```
    ///
    /// ## Fix
    /// List the module with its release.
    {
        id: "module-not-in-plan",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: Documented,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (offerings, known) = on_both_sides(facts);
    for offering in offerings {
        let numbers: BTreeMap<u32, &Module> = offering.modules.iter().map(|m| (m.number, m)).collect();
        let fits = |number, name: &str| numbers.get(&number).is_some_and(|m| is_same(&m.name, name));
        let planned = offering.intent.numbered().map(|(_, number, module)| (number, module.name()));
        let misplaced: BTreeSet<_> =
            planned.filter(|(number, name)| !fits(*number, name)).map(|(_, name)| plain(name)).collect();
        let listed: BTreeSet<u32> = offering.intent.numbered().map(|(_, number, _)| number).collect();
        for module in offering.modules.iter().filter(|module| !listed.contains(&module.number)) {
            // What nothing opens, what is not understood, and what the plan has under another number is reported as that.
            let as_that = match offering.site.release(module) {
                Some(None) => module.number > 0,
                Some(Some(release)) => matches!(release, Release::ByHand | Release::Other(_)),
                None => false,
            };
            if as_that || misplaced.contains(&plain(&module.name)) {
                continue;
            }
            let name = &offering.intent.name;
            let message = format!("the plan does not list module {} of `{name}`, `{}`", module.number, module.name);
            let paste = serde_json::to_value([entry(listed.len(), module)]).unwrap_or_default();
            let finding = RULE
                .at(Location::key(pointer(&["offerings", offering.key, "modules"])), message)
                .label(format!("module {} is missing", module.number))
                .help("list it under `modules` with its `release`")
                .fix("add to `modules`", text::yaml(&paste));
            out.push(offering.excerpt(finding, module, "not in the plan"));
        }
    }
    known
}
