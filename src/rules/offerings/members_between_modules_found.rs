//! See the rule's own documentation.

use crate::diag::{Location, Severity::Error};
use crate::model::plan::MembersBetweenModules;
use crate::model::population::ContactField;
use crate::model::text::pointer;
use crate::rules::contacts::was_read;
use crate::rules::offerings::standing_tags;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Members wait for a module, but the plan says that there are none.
    ///
    /// ## What it does
    /// Reports offerings with `members_between_modules: none` although the site's contacts show such members: contacts with a
    /// tag that opens a module, but without the tag of the last one. The finding says how many there are. Where one of the offering's
    /// tags was not read, they cannot be counted, and the rule is unproven.
    ///
    /// ## Why it matters
    /// Nothing in the vendor's pages says that the migration continues the drip for members who are in the middle of it
    /// (inferred): their next module may never open.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: none}}}
    /// between_modules: {course: 3}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {members_between_modules: none}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// between_modules: {course: 3}
    /// ```
    ///
    /// ## Fix
    /// Set `complete-by-hand` or `re-release`; where nothing is owed to them, accept this risk with the name of whoever answers
    /// for it.
    {
        id: "members-between-modules-found",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P5",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (key, intent) in &facts.plan().offerings {
        if intent.members_between_modules != Some(MembersBetweenModules::None) {
            continue;
        }
        match waiting(facts, key) {
            None => known = None,
            Some(0) => {}
            Some(count) => {
                let place = Location::value(pointer(&["offerings", key, "members_between_modules"]));
                let (who, wait) = if count == 1 { ("member", "waits") } else { ("members", "wait") };
                let message = format!(
                    "{count} {who} of `{}` {wait} for a module, but the plan says that there are none",
                    intent.name
                );
                let help = "choose `complete-by-hand` or `re-release`; where nothing is owed to them, accept this risk with the name of whoever \
                            answers for it";
                out.push(RULE.at(place, message).label("there are some").help(help).on_site(format!("offering/{key}")));
            }
        }
    }
    known
}

/// How many members wait for a module of an offering, as their tags show.
fn waiting(facts: &Facts<'_>, key: &str) -> Known<u64> {
    let Some(offering) = facts.offering(Before, key)? else { return Some(0) };
    if offering.modules()?.len() < 2 {
        return Some(0);
    }
    standing_tags(offering)?;
    was_read(facts, ContactField::Tags)?;
    Some(facts.census()?.between_modules.get(key).copied().unwrap_or(0))
}
