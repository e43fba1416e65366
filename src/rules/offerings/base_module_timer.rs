use crate::diag::{Location, Severity::Error};
use crate::model::Release;
use crate::model::plan::{ModuleIntent, OfferingIntent};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule, left_out_inside};

use super::on_both_sides;

declare_rule! {
    /// A base module with a timer.
    ///
    /// ## What it does
    /// Reports a base module with any release other than `immediately`, in the plan or, after the plan's changes, on
    /// the site. Also reports another module with such a release in the base module's place.
    ///
    /// ## Why it matters
    /// The base module is always released at once and cannot carry a timer. A delay that is written there was meant for
    /// another module, which now has none.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {mini-course: {modules: [{base: Start, release: 7 days after previous}]}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {mini-course: {modules: [{module: Start, release: 7 days after previous}]}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/mini-course: {modules: [{number: 0, name: Start, release: 7 days after previous}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {mini-course: {modules: [{base: Start, release: immediately}]}}}
    /// ```
    ///
    /// ## Fix
    /// Remove the `release` from the base module, and give it to the module that it was meant for. Begin a list that
    /// has no base module with one: `base: NAME`.
    {
        id: "base-module-timer",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: Documented,
        anchor: "/offerings",
    }
}

fn is_timer(release: Option<&Release>) -> bool {
    // Words that nobody understands have a rule of their own.
    matches!(release, Some(Release::After { .. } | Release::ByHand))
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (key, intent) in &facts.plan().offerings {
        for (index, _, module) in intent.numbered().filter(|(_, number, _)| *number == 0) {
            if is_timer(module.release.as_ref()) && !left_out_inside(facts.plan(), &["offerings", key, "modules"]) {
                let place = Location::value(pointer(&["offerings", key, "modules", &index.to_string(), "release"]));
                let (message, help) = said(intent, module);
                let finding = RULE.at(place, message).label("opens at once anyway").help(help);
                out.push(finding.on_site(format!("offering/{key}")));
            }
        }
    }
    let (offerings, known) = on_both_sides(facts);
    for offering in offerings {
        let planned = offering.planned(0);
        let said = planned.is_some_and(|(_, module)| is_timer(module.release.as_ref()));
        let base = offering.modules.iter().find(|module| module.number == 0);
        if let Some(base) = base.filter(|base| is_timer(offering.site.release(base).flatten()) && !said) {
            let at = planned
                .map_or_else(|| pointer(&["offerings", offering.key, "modules"]), |(index, _)| offering.module(index));
            let message =
                format!("the site has a timer on the base module `{}` of `{}`", base.name, offering.intent.name);
            let finding = RULE.at(Location::key(at), message).label("has a timer on the site").help(
                "look at its timer under AccessAlly > Offerings, Content > Content Pages: which module was it meant for?",
            );
            out.push(offering.excerpt(finding, base, "the base module opens at once"));
        }
    }
    known
}

/// What is the matter with the timer of a module that has the base module's number, and what to do.
fn said(intent: &OfferingIntent, module: &ModuleIntent) -> (String, &'static str) {
    let (name, offering) = (module.name(), &intent.name);
    if module.base.is_some() {
        let help = "take `release` out here, and give it to the module that it was meant for";
        (format!("the base module `{name}` of `{offering}` has a timer"), help)
    } else if intent.modules.iter().any(|module| module.base.is_some()) {
        let help = "put the module with `base` first, and give no other one the number 0";
        (format!("module `{name}` of `{offering}` has a timer, and the base module's number, 0"), help)
    } else {
        let help = "begin the list with the module that opens at once, `base: NAME`, without a `release`";
        (
            format!("the modules of `{offering}` have no base module, and the first, `{name}`, does not open at once"),
            help,
        )
    }
}
