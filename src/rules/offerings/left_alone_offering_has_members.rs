use crate::diag::{Location, Severity::Error};
use crate::model::population::ContactField;
use crate::model::text::{many, pointer};
use crate::rules::contacts::was_read;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// An offering is left alone because it has no members, and it has some.
    ///
    /// ## What it does
    /// Reports offerings under `leave_alone` whose reason says that they have no members (`without members`, `no members`, `no students`, and
    /// the like) while contacts have the offering's base tag. Says how many. An offering that is left alone for another reason is
    /// not asked.
    ///
    /// ## Why it matters
    /// What is left alone is looked at by nobody: neither its forms and timers, nor what is owed to its members. Members whom nobody knew of find
    /// out by themselves (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit: archived and without members}}}
    /// site: {offering/summit: {id: "3", name: Summit, system: ontraport, modules: [{number: 0, name: Talks}], tags: {base: Summit_Base}}, tag/Summit_Base: {}}
    /// tags: {Summit_Base: 12}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit: archived and without members}}}
    /// site: {offering/summit: {id: "3", name: Summit, system: ontraport, modules: [{number: 0, name: Talks}], tags: {base: Summit_Base}}, tag/Summit_Base: {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit: "open for good, and everything in it at once"}}}
    /// site: {offering/summit: {id: "3", name: Summit, system: ontraport, modules: [{number: 0, name: Talks}], tags: {base: Summit_Base}}, tag/Summit_Base: {}}
    /// tags: {Summit_Base: 12}
    /// ```
    ///
    /// ## Fix
    /// Take the offering into the plan, or give the reason for which it can be left alone although it has members.
    {
        id: "left-alone-offering-has-members",
        severity: Error,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "P5",
        evidence: Inferred,
        anchor: "/leave_alone",
    }
}

/// Whom a reason names, and how it says that there are none of them.
const MEMBERS: [&str; 4] = ["members", "students", "subscribers", "participants"];
const NONE: [&str; 6] = ["without", "without any", "no", "no active", "no current", "0"];

/// Whether a reason says that there are no members: in whole words, as `no membership` is about something else, and so is `no student waits`.
fn says_so(reason: &str) -> bool {
    let words: Vec<String> =
        reason.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let words = format!(" {} ", words.join(" "));
    NONE.iter().any(|none| MEMBERS.iter().any(|members| words.contains(&format!(" {none} {members} "))))
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (key, reason) in &facts.plan().leave_alone.offerings {
        if !says_so(reason) {
            continue;
        }
        match members(facts, key) {
            None => known = None,
            Some(0) => {}
            Some(count) => {
                let (members, have) = (many(count, "contact"), if count == 1 { "has" } else { "have" });
                let message =
                    format!("`{key}` is left alone as one without members, and {members} {have} its base tag");
                let help = "take the offering into the plan, or give the reason for which it can be left alone although it has members";
                let at = Location::value(pointer(&["leave_alone", "offerings", key]));
                out.push(RULE.at(at, message).label("there are some").help(help).on_site(format!("offering/{key}")));
            }
        }
    }
    known
}

/// How many contacts have an offering's base tag.
fn members(facts: &Facts<'_>, key: &str) -> Known<u64> {
    let Some(offering) = facts.offering(Before, key)? else { return Some(0) };
    let Some(tag) = offering.tags()?.and_then(|tags| tags.get("base")) else { return Some(0) };
    was_read(facts, ContactField::Tags)?;
    Some(facts.census()?.tags.get(tag).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_in_whole_words_that_there_are_no_members() {
        for reason in [
            "archived and without members",
            "No members since 2021.",
            "archived: no active students",
            "0 members, never sold",
        ] {
            assert!(says_so(reason), "{reason}");
        }
        for reason in [
            "no membership is sold for it any more",
            "no student waits for anything",
            "its members keep what they have",
            "no new members are taken",
        ] {
            assert!(!says_so(reason), "{reason}");
        }
    }
}
