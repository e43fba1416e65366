use crate::diag::{Location, Severity::Error};
use crate::model::Release;
use crate::model::keyed::name_to_say;
use crate::model::plan::{AccessThrough, ModuleIntent, OfferingIntent};
use crate::model::state::{Module, Offering};
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};

use super::{at, is_left_alone, mention, stub};

declare_rule! {
    /// An offering of the site that the plan does not mention.
    ///
    /// ## What it does
    /// Reports every offering that the site has, and that is neither in `offerings` nor left alone with a reason.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for module release timers on every offering, and for a form on every one that is sold or
    /// given away. An offering that nobody looked at is where both are missing.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/summit: {id: "9", name: Summit, modules: [{number: 0, name: Talks}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit: archived and without members}}}
    /// site: {offering/summit: {id: "9", name: Summit, modules: [{number: 0, name: Talks}]}}
    /// ```
    ///
    /// ## Fix
    /// Add it to `offerings`, or to `leave_alone` with the reason.
    {
        id: "offering-not-in-plan",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: Documented,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (key, offering) in facts.offerings(After)?.iter() {
        if plan.mentions("offerings", key) || is_left_alone(plan, "offerings", key) {
            continue;
        }
        let message = format!("the site's offering `{}` is neither in the plan nor left alone", offering.name());
        let finding = RULE
            .at(Location::key(at("offerings", key)), message)
            .label(format!("`{key}` is not here"))
            .help(mention("offerings"))
            .fix("add to `offerings`, and say how it is sold", stub(key, &intent(key, offering.proposed())))
            .to_add_to("/offerings");
        out.push(offering.excerpt(finding, "name:", "not in the plan"));
    }
    Some(())
}

fn intent(key: &str, offering: &Offering) -> OfferingIntent {
    let modules =
        offering.modules.set().into_iter().flatten().enumerate().map(|(index, module)| entry(index, module)).collect();
    OfferingIntent {
        name: name_to_say(key, &offering.name),
        access_through: AccessThrough::OrderForm,
        modules,
        members_between_modules: None,
    }
}

/// A module as the plan would write it.
pub(in crate::rules) fn entry(index: usize, module: &Module) -> ModuleIntent {
    let name = Some(module.name.clone());
    if module.number == 0 {
        return ModuleIntent { base: name, ..ModuleIntent::default() };
    }
    let number = (usize::try_from(module.number) != Ok(index)).then_some(module.number);
    // A plan cannot say what only the site understands.
    let release = module.release.set().cloned().filter(|release| !matches!(release, Release::Other(_)));
    ModuleIntent { module: name, number, release, ..ModuleIntent::default() }
}
