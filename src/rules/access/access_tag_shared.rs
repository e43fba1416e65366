use std::collections::BTreeMap;

use crate::change::text;
use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::Release;
use crate::model::spelling::plain;
use crate::model::state::{Module, Offering};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Known, Of, Phase::Configure, Side::After, Source::SeenInCode, declare_rule};

declare_rule! {
    /// A tag opens two things, or opens one and closes another.
    ///
    /// ## What it does
    /// Compares the tags of the site's offerings (`base`, `instant`, `revoke`, those of their modules), within one offering and between two, without regard to
    /// letters' case. Reports a tag that stands for two of these. A module that opens at once may have its offering's base tag, since both
    /// open together; two offerings with one revoke tag are `revoke-tag-shared`.
    ///
    /// ## Why it matters
    /// A page opens for whoever has any of its offering's tags, and closes for whoever has the revoke tag (seen in code). Shared by two offerings, a
    /// tag opens what was not bought; shared by two modules, it opens the second one with the first, whatever its timer says; and a base tag that is another
    /// offering's revoke tag closes that one for everybody who buys this one (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/mini-course: {tags: {base: Course Base}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/mini-course: {tags: {instant: Course_Goals}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals, release: 7 days after previous, tag: Course Base}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/mini-course: {tags: {revoke: Course Base}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {modules: [{base: Welcome}, {module: Goals, release: immediately}]}}}
    /// site: {offering/course: {modules: [{number: 0, name: Welcome, tag: Course Base}, {number: 1, name: Goals, release: immediately, tag: Course Base}]}}
    /// ```
    ///
    /// ## Fix
    /// Give each its own tag under AccessAlly > Offerings, Settings. Where both are meant to open together, accept this risk.
    {
        id: "access-tag-shared",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "P5",
        evidence: SeenInCode,
        anchor: "/offerings",
    }
}

/// What a tag stands for in an offering.
#[derive(Clone, Copy)]
enum Role<'a> {
    /// `base`, `instant` or `revoke`.
    Part(&'a str),
    Module(&'a Module),
}

/// A tag's use.
#[derive(Clone, Copy)]
struct Use<'f, 'a> {
    key: &'a str,
    offering: Of<'f, 'a, Offering>,
    role: Role<'a>,
}

impl Use<'_, '_> {
    fn is_revoke(&self) -> bool {
        matches!(self.role, Role::Part("revoke"))
    }

    /// Whether whoever has the base tag has this at once.
    fn opens_with_base(&self) -> Known<bool> {
        match self.role {
            Role::Part(part) => Some(part == "base"),
            Role::Module(module) if module.number == 0 => Some(true),
            Role::Module(module) => Some(self.offering.release(module)? == Some(&Release::Immediately)),
        }
    }

    /// Whether one tag may stand for both.
    fn may_share(&self, other: &Self) -> Known<bool> {
        if self.key != other.key {
            return Some(self.is_revoke() && other.is_revoke());
        }
        Some(self.opens_with_base()? && other.opens_with_base()?)
    }

    fn named(&self) -> String {
        match self.role {
            Role::Part(part) => format!("the {part} tag of `{}`", self.key),
            Role::Module(module) => format!("the tag of module {} of `{}`", module.number, self.key),
        }
    }

    /// The line of the offering that has it.
    fn line(&self) -> String {
        match self.role {
            Role::Part(part) => format!("{part}:"),
            Role::Module(module) => text::key(&format!("{} {}", module.number, module.name)),
        }
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    let mut first: BTreeMap<String, Use<'_, '_>> = BTreeMap::new();
    for (key, offering) in facts.offerings(After)?.iter() {
        let (tags, all_known) = uses(key, offering);
        known = known.and(all_known);
        for (tag, one) in tags {
            let same = plain(tag).to_lowercase();
            let Some(other) = first.get(&same) else {
                first.insert(same, one);
                continue;
            };
            match one.may_share(other) {
                None => known = None,
                Some(true) => {}
                Some(false) => {
                    let planned = [key, other.key].into_iter().find(|key| plan.offerings.contains_key(*key));
                    let place = planned.map_or_else(|| "/offerings".to_owned(), |key| pointer(&["offerings", key]));
                    out.push(finding(place, tag, (other, &one)));
                }
            }
        }
    }
    known
}

fn finding(place: String, tag: &str, (other, one): (&Use<'_, '_>, &Use<'_, '_>)) -> Finding {
    let message = format!("`{tag}` is {}, and {} too", other.named(), one.named());
    let closes = one.is_revoke() || other.is_revoke();
    let label = if closes { "opens the one and closes the other" } else { "both open at once" };
    let help = "give each its own tag under AccessAlly > Offerings, Settings; what is meant to open together is a risk to accept";
    let finding = RULE.at(Location::key(place), message).label(label).help(help);
    one.offering.excerpt(finding, &one.line(), "used twice")
}

/// The tags of an offering as far as they are known, each with what it stands for; and whether all are.
fn uses<'f, 'a>(key: &'a str, offering: Of<'f, 'a, Offering>) -> (Vec<(&'a str, Use<'f, 'a>)>, Known<()>) {
    let (own, modules) = (offering.tags(), offering.modules());
    let mut known = own.and(modules).map(|_| ());
    let own = own.flatten().into_iter().flatten();
    let mut all: Vec<_> = own.map(|(part, tag)| (tag.as_str(), Role::Part(part))).collect();
    for module in modules.into_iter().flatten() {
        let tag = offering.tag(module);
        known = known.and(tag.map(drop));
        all.extend(tag.flatten().map(|tag| (tag.as_str(), Role::Module(module))));
    }
    let set = all.into_iter().filter(|(tag, _)| !tag.trim().is_empty());
    (set.map(|(tag, role)| (tag, Use { key, offering, role })).collect(), known)
}
