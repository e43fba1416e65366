use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::population::is_somebodys;
use crate::rules::files::addresses_of;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, TAKE_OUT, declare_rule};

declare_rule! {
    /// Members' addresses are in a file that git tracks.
    ///
    /// ## What it does
    /// Reports recorded contact values with an e-mail address, a site's population with some, and a recorded backup, where git tracks
    /// the file that holds them. Addresses at domains that are reserved for examples and tests belong to nobody and are not reported. Git itself is not run:
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
    /// ## Bad
    /// ```yaml
    /// backup_tracked: true
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
        let message = format!("git tracks {what}, which holds {}", addresses_of(count as u64));
        out.push(found(message, help));
    }
    Some(())
}

fn members(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    let (files, addresses) = facts.members_files();
    for file in files {
        // Of a file with nobody's address git is not asked.
        let Some(told) = file.told(addresses) else { continue };
        match facts.tracked_by_git(&file.tracked) {
            Some(true) => out.push(found(told, TAKE_OUT)),
            Some(false) => {}
            None => known = None,
        }
    }
    known
}

fn found(message: String, help: &str) -> Finding {
    RULE.at(Location::value("/spot_check/values"), message).label("tracked by git").help(help)
}
