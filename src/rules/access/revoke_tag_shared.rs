use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Warning};
use crate::model::spelling::plain;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule};

declare_rule! {
    /// Two offerings have one revoke tag.
    ///
    /// ## What it does
    /// Compares the revoke tags of the site's offerings, without regard to letters' case. Where they were not read there is nothing to compare, and
    /// nothing is found.
    ///
    /// ## Why it matters
    /// The revoke tag overrides every other tag of an offering (seen in code), and is what ends access when a payment fails. Shared by two
    /// offerings it closes both, so that whoever stops paying for one loses what they paid for in the other. With a CRM a person may have put that right
    /// by a sequence; afterwards nothing does (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/course: {tags: {revoke: All_Revoke}}, offering/mini-course: {tags: {revoke: All_Revoke}}, tag/All_Revoke: {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {offering/course: {tags: {revoke: Course_Revoke}}, offering/mini-course: {tags: {revoke: Mini_Revoke}}}
    /// ```
    ///
    /// ## Fix
    /// Give each offering a revoke tag of its own under AccessAlly > Offerings, Settings. Where both are meant to end together, accept this risk.
    {
        id: "revoke-tag-shared",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    let mut known = Some(());
    for (key, offering) in facts.offerings(After)?.iter() {
        let Some(tags) = offering.tags() else {
            known = None;
            continue;
        };
        let Some(tag) = tags.and_then(|tags| tags.get("revoke")).filter(|tag| !tag.is_empty()) else { continue };
        let other = *first.entry(plain(tag).to_lowercase()).or_insert(key);
        if other != key {
            let place = if facts.plan().offerings.contains_key(key) {
                pointer(&["offerings", key])
            } else {
                "/offerings".to_owned()
            };
            let finding = RULE
                .at(Location::key(place), format!("`{key}` and `{other}` have one revoke tag, `{tag}`"))
                .label("both are closed at once")
                .help("give each offering a revoke tag of its own under AccessAlly > Offerings, Settings");
            out.push(offering.excerpt(finding, "revoke:", "shared"));
        }
    }
    known
}
