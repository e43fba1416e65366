use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Warning};
use crate::model::spelling::plain;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Two tags are one without the CRM's categories.
    ///
    /// ## What it does
    /// Of a site that leaves Keap or Infusionsoft: reports tags whose names are the same once a category in front of them (`Category: `) is
    /// left out, without regard to letters' case. A dash (`Category - `) counts as the end of a category only where most of the site's tags
    /// have one: an export puts it into all names alike (documented of Keap), and otherwise it is part of a name. Where the
    /// site's tags were not read there is nothing to compare.
    ///
    /// ## Why it matters
    /// Keap sorts tags into categories, and Managed Contacts has none (documented). Two tags of one name in two categories then look alike,
    /// and may become one: whoever has either has both (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {crm: {name: keap}}
    /// site: {crm: {system: keap, label: Keap}, offering/course: {system: keap}, offering/mini-course: {system: keap}, "tag/Courses: Gold": {}, "tag/Events: Gold": {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {name: keap}}
    /// site: {crm: {system: keap, label: Keap}, offering/course: {system: keap}, offering/mini-course: {system: keap}, "tag/Courses: Gold": {}, "tag/Events: Silver": {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {name: keap}}
    /// site: {crm: {system: keap, label: Keap}, offering/course: {system: keap}, offering/mini-course: {system: keap}, "tag/Newsletter - Weekly": {}, "tag/Podcast - Weekly": {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {"tag/Courses: Gold": {}, "tag/Events: Gold": {}}
    /// ```
    ///
    /// ## Fix
    /// Give one of the two another name in the CRM, and wherever it is used, before the migration.
    {
        id: "tags-coincide",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "S3",
        evidence: Inferred,
        anchor: "/crm",
    }
}

/// How many pairs a finding is made of at the most: a site whose names all coincide is one mistake.
const SHOWN: usize = 10;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.plan().crm.name.to_lowercase();
    if !["keap", "infusionsoft"].iter().any(|name| crm.contains(name)) {
        return Some(());
    }
    let tags = facts.tags(Before)?;
    let with_dash = tags.keys().filter(|name| name.contains(DASH)).count();
    let marks: &[&str] = if with_dash * 2 > tags.keys().count() { &[COLON, DASH] } else { &[COLON] };
    let mut first: BTreeMap<String, &String> = BTreeMap::new();
    let mut pairs = Vec::new();
    for name in tags.keys() {
        let other = *first.entry(without_category(name, marks)).or_insert(name);
        if other != name {
            pairs.push((other, name));
        }
    }
    let rest = pairs.len().saturating_sub(SHOWN);
    out.extend(pairs.into_iter().take(SHOWN).map(|(one, other)| {
        let message = format!("the tags `{one}` and `{other}` are one without their categories");
        let help = "give one of the two another name in the CRM, and wherever it is used, before the migration";
        let help = if rest == 0 { help.to_owned() } else { format!("{help}; {rest} more pairs are alike") };
        RULE.at(Location::key("/crm"), message).label("one name").help(help).on_site(format!("tag/{other}"))
    }));
    Some(())
}

/// What a category ends with.
const COLON: &str = ": ";
const DASH: &str = " - ";

/// A tag's name without a category in front of it, as it is compared.
fn without_category(name: &str, marks: &[&str]) -> String {
    let name = plain(name).to_lowercase();
    let after =
        |mark: &&str| name.split_once(*mark).map(|(_, rest)| rest.trim().to_owned()).filter(|rest| !rest.is_empty());
    marks.iter().find_map(after).unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_ends_a_category_only_where_it_is_asked_for() {
        assert_eq!(without_category("Courses: Gold", &[COLON]), "gold");
        assert_eq!(without_category("Newsletter - Weekly", &[COLON]), "newsletter - weekly");
        assert_eq!(without_category("Newsletter - Weekly", &[COLON, DASH]), "weekly");
        // A blank at the end is no part of a name, and so no mark of a category is left.
        assert_eq!(without_category("Courses - ", &[COLON, DASH]), "courses -");
    }
}
