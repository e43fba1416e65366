use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::ModuleIntent;
use crate::model::spelling::{is_only_spelling, is_same, plain};
use crate::model::state::Module;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};
use crate::text::{Correction, apart, child, slip_of};

use super::{Planned, on_both_sides};

declare_rule! {
    /// A module of the plan is not the site's module under that number.
    ///
    /// ## What it does
    /// Compares each module of the plan with the site's module of the same number: the module's `number`, or else its
    /// place in the list, where 0 is the base module. Reports numbers that the site lacks, numbers under which the site
    /// has another name (`C++` is not `C#`, nor `Goals` `GOALS`), and numbers that the plan uses twice. A name that is the
    /// same but for spelling (`&` and `&amp;`, doubled spaces, letters composed or not) is information.
    ///
    /// ## Why it matters
    /// Timers are set by number. With one module missing from the list, every later timer would be set on the wrong
    /// module; so no timer is set where number and name do not match.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Bonus, release: 7 days after previous}]}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   offerings:
    ///     course: {modules: [{base: Welcome}, {module: Goals, number: 3, release: 7 days after previous}]}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals+, release: 7 days after previous}]}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   offerings:
    ///     course: {modules: [{base: Welcome}, {module: Goals, number: 3, release: 7 days after previous}]}
    /// site:
    ///   offering/course:
    ///     modules: [{number: 0, name: Welcome}, {number: 3, name: Goals, release: 7 days after previous}]
    /// ```
    ///
    /// ## Fix
    /// Write the module's name and `number` as the site has them.
    {
        id: "module-not-on-site",
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
        let numbers: BTreeMap<u32, &Module> = offering.modules.iter().map(|m| (m.number, m)).collect();
        let names = LazyCell::new(|| offering.modules.iter().map(|m| (plain(&m.name), m)).collect());
        let mut seen = BTreeMap::new();
        for (index, number, module) in offering.intent.numbered() {
            let found = numbers.get(&number);
            let again = seen.insert(number, index);
            let at = Location::key(offering.module(index));
            if let Some(found) = found.filter(|found| again.is_none() && is_same(module.name(), &found.name)) {
                if is_only_spelling(module.name(), &found.name) {
                    let finding = RULE.respelt(at, "the module's name", [module.name(), &found.name]);
                    let written = named(&offering.module(index), module, &found.name);
                    let finding = finding.corrected_by(as_on_site(&found.name), [written]);
                    out.push(offering.excerpt(finding, found, "the site's name"));
                }
                continue;
            }
            let names: &BTreeMap<_, &Module> = &names;
            let elsewhere = names.get(&plain(module.name())).copied();
            if let Some(first) = again {
                let message = format!("`{}` has module {number} twice in the plan", offering.intent.name);
                out.push(
                    RULE.at(at, message)
                        .label(format!("{number} again"))
                        .related(Location::key(offering.module(first)), format!("module {number} here"))
                        .help("give each module the `number` that it has on the site")
                        .on_site(format!("offering/{}", offering.key)),
                );
            } else if let Some(found) = found {
                out.push(other_name(&offering, (index, module), found, elsewhere));
            } else {
                let name = &offering.intent.name;
                let message =
                    format!("the site's `{name}` has no module {number}, which the plan calls `{}`", module.name());
                let finding = RULE.at(at, message).label("not on the site").help(help(elsewhere));
                out.push(match elsewhere {
                    Some(site) => {
                        let finding = numbered(finding, &offering.module(index), (module, site));
                        offering.excerpt(finding, site, "the module of this name")
                    }
                    None => finding.on_site(format!("offering/{}", offering.key)),
                });
            }
        }
    }
    known
}

fn other_name(
    offering: &Planned<'_, '_>,
    (index, module): (usize, &ModuleIntent),
    found: &Module,
    elsewhere: Option<&Module>,
) -> Finding {
    let at = offering.module(index);
    let (name, number) = (&offering.intent.name, found.number);
    let [shown, called] = apart(&found.name, module.name());
    let message = format!("module {number} of `{name}` is `{shown}` on the site, not `{called}`");
    let finding =
        RULE.at(Location::key(at.clone()), message).label(format!("not module {number}")).help(help(elsewhere));
    let finding = match elsewhere {
        Some(site) => numbered(finding, &at, (module, site)),
        // A list that slipped has names that are no slips of each other.
        None if slip_of(module.name(), [&found.name]).is_some() => {
            finding.corrected_by(as_on_site(&found.name), [named(&at, module, &found.name)])
        }
        None => finding,
    };
    offering.excerpt(finding, found, "another name")
}

fn as_on_site(name: &str) -> String {
    format!("write the module's name as the site does: `{name}`")
}

/// A module's name as the site has it.
fn named(at: &str, module: &ModuleIntent, name: &str) -> Correction {
    let key = if module.base.is_some() { "base" } else { "module" };
    Correction::Value { at: child(at, key), to: name.to_owned() }
}

/// Offers the number under which the site has a module of this name, where the plan says none.
fn numbered(finding: Finding, at: &str, (module, site): (&ModuleIntent, &Module)) -> Finding {
    if module.number.is_some() || module.base.is_some() {
        return finding;
    }
    let entries = format!("number: {}\n", site.number);
    finding.perhaps_corrected_by(
        format!("write `number: {}`", site.number),
        [Correction::Add { into: at.to_owned(), entries }],
    )
}

fn help(elsewhere: Option<&Module>) -> String {
    match elsewhere {
        Some(site) => format!("write `number: {}`: under that number the site has a module of this name", site.number),
        None => "list the modules in the site's order with the site's names (AccessAlly > Offerings, Content > \
                 Content Pages), or say each one's `number`"
            .to_owned(),
    }
}
