use crate::change::text;
use crate::diag::{Place, Severity::Error};
use crate::model::Release;
use crate::model::plan::OfferingIntent;
use crate::model::state::{Module, Object, Offering};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// A module that nothing opens after the switch.
    ///
    /// ## What it does
    /// Reports a module that is "not released based on a schedule" when the plan's changes are made, and for which the
    /// plan names nobody who opens it by hand.
    ///
    /// ## Why it matters
    /// That setting leaves the module to the CRM, or to a person (documented). After the switch there is no CRM, so the
    /// module never opens unless a person does it (inferred). Members keep waiting and nobody is told.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: by-hand}]}}
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
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: by-hand, owner: jo}]}}}
    /// ```
    ///
    /// ## Fix
    /// Give the module a release, or say `release: by-hand` with an `owner` from `people`.
    {
        id: "unscheduled-module",
        severity: Error,
        phase: Configure,
        target: Both,
        waivable: true,
        guide: "P5",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let offerings = facts.offerings(After)?;
    for (key, intent) in &facts.plan().offerings {
        for module in offerings.get(key).into_iter().flat_map(|offering| &offering.modules) {
            if module.number > 0 {
                judge(facts, key, intent, (&offerings[key], module), out);
            }
        }
    }
    Some(())
}

fn judge(facts: &Facts<'_>, key: &str, intent: &OfferingIntent, site: (&Offering, &Module), out: &mut Findings) {
    let (offering, module) = site;
    let fact = format!("offering/{key}: release of module {}", module.number);
    let Some(release) = facts.field(crate::model::Kind::Offering, &fact, module.release.as_ref()) else { return };
    let planned = intent.numbered().find(|(_, number, _)| *number == module.number);
    let owner = planned.and_then(|(_, _, planned)| planned.owner.as_ref());
    let opened_by_a_person = owner.is_some_and(|owner| facts.plan().people.contains_key(owner));
    if *release != Release::ByHand || opened_by_a_person {
        return;
    }
    let at = planned.map_or_else(
        || pointer(&["offerings", key, "modules"]),
        |(index, ..)| pointer(&["offerings", key, "modules", &index.to_string()]),
    );
    let message = format!("nothing opens module `{}` of `{}` after the switch", module.name, intent.name);
    let excerpt = text::object(&Object::Offering(offering.clone()));
    let needle = format!("{} {}:", module.number, module.name);
    let finding = RULE
        .at(Place::key(at), message)
        .label("never opens")
        .help("add `release: 7 days after previous` (or another delay), or `release: by-hand` with an `owner` from `people`")
        .excerpt(format!("offering/{key}"), excerpt, &needle, "not based on a schedule");
    out.push(match owner {
        Some(owner) => finding.related(Place::key("/people"), format!("nobody is called `{owner}` here")),
        None => finding,
    });
}
