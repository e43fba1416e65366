use std::collections::{BTreeMap, BTreeSet};

use crate::change::text;
use crate::diag::{Finding, Location, Severity::Error};
use crate::model::spelling::plain;
use crate::model::state::{Offering, Operation};
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Known, Of, Phase::Configure, SLIPS, Side::After, Source::SeenInCode, declare_rule,
};
use crate::text::nearest;

declare_rule! {
    /// A tag that opens or closes something is none of the site's tags.
    ///
    /// ## What it does
    /// Looks up each offering's own tags (`base`, `instant`, `revoke`, those of its modules) and each tag that a form adds among the site's
    /// tags, without regard to letters' case. Where the site's tags were not read, or of an offering or form not its own, there is nothing to compare,
    /// and nothing is found.
    ///
    /// ## Why it matters
    /// Access goes by tags (seen in code). A tag that does not exist opens nothing for anybody, and one that got a prefix on its way, as Keap's
    /// categories do, is another tag: the vendor names that as what "breaks all access" (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {tag/Course Base: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{release: course}, {add-tags: [Buyer]}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {tag/Course_Goals: null, "tag/Course: Course_Goals": {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{release: course}, {add-tags: [Buyer]}]}, tag/Buyer: {}}
    /// ```
    ///
    /// ## Fix
    /// Choose the right tag under AccessAlly > Offerings, Settings, or on the form under Automations; or make the tag under AccessAlly > Settings > Tags.
    {
        id: "tag-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P5",
        evidence: SeenInCode,
        anchor: "/offerings",
    }
}

/// A tag as it is compared.
fn same(tag: &str) -> String {
    plain(tag).to_lowercase()
}

/// The site's tags.
struct Tags {
    by_name: BTreeMap<String, String>,
    found: usize,
}

impl Tags {
    fn lacks(&self, tag: &str) -> bool {
        !tag.is_empty() && !self.by_name.contains_key(&same(tag))
    }

    /// What is to be done about a tag that is not there.
    fn help(&mut self, tag: &str) -> String {
        self.found += 1;
        let wanted = same(tag);
        let with_category = |name: &&String| {
            same(name).strip_suffix(&wanted).is_some_and(|before| before.ends_with(": ") || before.ends_with(" - "))
        };
        if let Some(name) = self.by_name.values().find(with_category) {
            return format!(
                "the site has `{name}`: a category was put in front of it on its way, so give one of the two the other's name"
            );
        }
        let near = (self.found <= SLIPS).then(|| nearest(tag, self.by_name.values().map(String::as_str))).flatten();
        match near {
            Some(near) => format!(
                "did you mean `{near}`? choose the right tag, or make this one under AccessAlly > Settings > Tags"
            ),
            None => "choose the right tag, or make this one under AccessAlly > Settings > Tags".to_owned(),
        }
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let all = facts.tags(After)?;
    let mut tags = Tags { by_name: all.keys().map(|name| (same(name), name.clone())).collect(), found: 0 };
    let offerings = of_offerings(facts, &mut tags, out);
    let forms = of_forms(facts, &mut tags, out);
    offerings.and(forms)
}

fn of_offerings(facts: &Facts<'_>, tags: &mut Tags, out: &mut Findings) -> Known<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    for (key, offering) in facts.offerings(After)?.iter() {
        let mut said = BTreeSet::new();
        let (access, all_known) = access_tags(offering);
        known = known.and(all_known);
        for (part, tag) in access {
            if !tags.lacks(tag) || !said.insert(tag) {
                continue;
            }
            let place =
                if plan.offerings.contains_key(key) { pointer(&["offerings", key]) } else { "/offerings".to_owned() };
            let message = format!("`{tag}`, a tag of `{}`, is none of the site's tags", offering.name());
            let finding =
                RULE.at(Location::key(place), message).label(format!("without its tag `{tag}`")).help(tags.help(tag));
            out.push(offering.excerpt(finding, &part, "not among the tags"));
        }
    }
    known
}

/// An offering's tags that are known, each with the line of the offering that has it; and whether all are.
fn access_tags<'a>(offering: Of<'_, 'a, Offering>) -> (Vec<(String, &'a String)>, Known<()>) {
    let (own, modules) = (offering.tags(), offering.modules());
    let mut known = own.and(modules).map(|_| ());
    let own = own.flatten().into_iter().flatten();
    let mut all: Vec<(String, &String)> = own.map(|(part, tag)| (format!("{part}:"), tag)).collect();
    for module in modules.into_iter().flatten() {
        let tag = offering.tag(module);
        known = known.and(tag.map(|_| ()));
        let line = || text::key(&format!("{} {}", module.number, module.name));
        all.extend(tag.flatten().map(|tag| (line(), tag)));
    }
    (all, known)
}

fn of_forms(facts: &Facts<'_>, tags: &mut Tags, out: &mut Findings) -> Known<()> {
    let mut known = Some(());
    for (key, form) in facts.order_forms(After)?.iter() {
        let Some(operations) = form.operations() else {
            known = None;
            continue;
        };
        let found = added(facts, ("order_forms", key, form.name()), operations, tags);
        out.extend(found.into_iter().map(|finding| form.excerpt(finding, "add-tags", "not among the tags")));
    }
    for (key, form) in facts.opt_in_forms(After)?.iter() {
        let Some(operations) = form.operations() else {
            known = None;
            continue;
        };
        let found = added(facts, ("opt_in_forms", key, form.name()), operations, tags);
        out.extend(found.into_iter().map(|finding| form.excerpt(finding, "add-tags", "not among the tags")));
    }
    known
}

/// Findings about what a form adds.
fn added(
    facts: &Facts<'_>,
    (section, key, name): (&str, &str, &str),
    operations: Option<&Vec<Operation>>,
    tags: &mut Tags,
) -> Vec<Finding> {
    let added = operations.into_iter().flatten().filter_map(|operation| match operation {
        Operation::AddTags(added) => Some(added),
        Operation::Release(_) | Operation::Grant(_) | Operation::Other(_) => None,
    });
    let missing: BTreeSet<&String> = added.flatten().filter(|tag| tags.lacks(tag)).collect();
    let place = if facts.plan().mentions(section, key) { pointer(&[section, key]) } else { format!("/{section}") };
    let finding = |tag: &String| {
        let message = format!("`{name}` adds `{tag}`, which is none of the site's tags");
        RULE.at(Location::key(&place), message).label("adds a tag that is not there").help(tags.help(tag))
    };
    missing.into_iter().map(finding).collect()
}
