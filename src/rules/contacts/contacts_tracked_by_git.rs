use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::population::is_somebodys;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// Members' addresses are in a file that git tracks.
    ///
    /// ## What it does
    /// Reports recorded contact values with an e-mail address, and a site's population with some, where git tracks the file that
    /// holds them. Addresses at domains that are reserved for examples and tests belong to nobody and are not reported. Git itself is not run:
    /// `plan` reads the index of each repository that contains the file and belongs to whoever runs `plan`. For another
    /// user's repository, and for a sparse or split index, the answer is unknown.
    ///
    /// ## Why it matters
    /// What was committed stays in every copy of the repository, and members did not agree to that (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// tracked: true
    /// values: {"101": {email: ada@mail.bloom-coaching.com}}
    /// contacts: {"101": {email: ada@mail.bloom-coaching.com}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// members_tracked: true
    /// addresses: 30
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// tracked: true
    /// members_tracked: true
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// tracked: false
    /// values: {"101": {email: ada@mail.bloom-coaching.com}}
    /// contacts: {"101": {email: ada@mail.bloom-coaching.com}}
    /// ```
    ///
    /// ## Fix
    /// Move the values into a file that git ignores, and remove them from what was committed.
    {
        id: "contacts-tracked-by-git",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "P10",
        evidence: Inferred,
        anchor: "/spot_check/values",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // Each is asked, so that what is unknown of one hides nothing of the other.
    let (values, members) = (values(facts, out), members(facts, out));
    values.and(members)
}

fn values(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let file = facts.contacts_file();
    let values = file.values.iter().flat_map(|values| values.values());
    let count = values.filter_map(|record| record.email.as_deref()).filter(|address| is_somebodys(address)).count();
    // Where nobody's address stands it does not matter, and an unknown answer would only alarm.
    if count > 0 && facts.tracked_by_git(&file.tracked)? {
        let (what, help) = if file.own_file {
            ("the file of contact values", TAKE_OUT)
        } else {
            ("the plan itself", "move the values into a file that git ignores, and name it as `values`")
        };
        out.push(found(what, count as u64, help));
    }
    Some(())
}

fn members(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some((file, count)) = facts.members_file() else { return Some(()) };
    if count > 0 && facts.tracked_by_git(&file.tracked)? {
        out.push(found(&format!("the population `{}`", file.name), count, TAKE_OUT));
    }
    Some(())
}

const TAKE_OUT: &str = "add the file to `.gitignore`, and take it out with `git rm --cached`";

fn found(what: &str, count: u64, help: &str) -> Finding {
    let whose = if count == 1 { "a member's address".to_owned() } else { format!("{count} members' addresses") };
    let message = format!("git tracks {what}, which holds {whose}");
    RULE.at(Location::value("/spot_check/values"), message).label("tracked by git").help(help)
}
