use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// Members' addresses are in a file that git tracks.
    ///
    /// ## What it does
    /// Reports recorded contact values with an e-mail address where git tracks the file that holds them. Addresses at
    /// domains that are reserved for examples and tests belong to nobody and are not reported. Git itself is not run:
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
    /// ## Good
    /// ```yaml
    /// tracked: true
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
    let values = facts.contacts_file().values.iter().flat_map(|values| values.values());
    let count = values.filter_map(|record| record.email.as_deref()).filter(|address| somebodys(address)).count();
    // Where nobody's address stands it does not matter, and an unknown answer would only alarm.
    if count > 0 && facts.tracked_by_git()? {
        let own_file = facts.contacts_file().own_file;
        let (message, help) = if own_file {
            ("the file of contact values", "add the file to `.gitignore`, and take it out with `git rm --cached`")
        } else {
            ("the plan itself", "move the values into a file that git ignores, and name it as `values`")
        };
        let whose = if count == 1 { "a member's address".to_owned() } else { format!("{count} members' addresses") };
        let message = format!("git tracks {message}, which holds {whose}");
        out.push(RULE.at(Location::value("/spot_check/values"), message).label("tracked by git").help(help));
    }
    Some(())
}

/// Whether an address can be a person's: one whose domain is not reserved.
fn somebodys(address: &str) -> bool {
    let Some((_, domain)) = address.trim().rsplit_once('@') else { return false };
    let domain = format!(".{}", domain.trim_end_matches('.').to_lowercase());
    let reserved = [".example", ".test", ".invalid", ".localhost", ".example.com", ".example.org", ".example.net"];
    !reserved.iter().any(|end| domain.ends_with(end))
}
