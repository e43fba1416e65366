//! Rules whose warnings are errors, as the project's settings say. Nothing weighs less than by itself.

use std::collections::BTreeSet;

use crate::diag::{Finding, Raise, Severity};
use crate::text::nearest;

use super::{ALL, Rule, by_id, renamed};

/// The rules whose warnings are errors, and the file that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raised {
    by: String,
    rules: BTreeSet<&'static str>,
}

impl Raised {
    /// What a file raises; it is named as findings name it.
    ///
    /// # Errors
    /// Which entry raises nothing, why, and what to do about it.
    pub fn new<'a>(by: String, entries: impl IntoIterator<Item = (&'a str, Severity)>) -> Result<Self, NotRaised> {
        let rules = entries.into_iter().map(|(id, to)| {
            let refused = |(message, help)| NotRaised { id: id.to_owned(), message, help };
            raised(id, to).map(|rule| rule.id).map_err(refused)
        });
        Ok(Self { by, rules: rules.collect::<Result<_, _>>()? })
    }

    /// The file that says so.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The rules, by name.
    pub fn rules(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.rules.iter().copied()
    }

    /// Whether a rule's warnings are errors.
    pub fn holds(&self, rule: &str) -> bool {
        self.rules.contains(rule)
    }

    /// What a rule weighs by itself, or as it is raised.
    pub(super) fn weight(&self, rule: &Rule) -> Severity {
        if self.holds(rule.id) { Severity::Error } else { rule.severity }
    }

    /// Raises a rule's findings. What is only worth knowing asks nobody to do anything, and stays so.
    pub(super) fn raise(&self, rule: &Rule, findings: &mut [Finding]) {
        if !self.holds(rule.id) {
            return;
        }
        for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Warning) {
            let raise = Raise { from: finding.severity, by: self.by.clone() };
            finding.message = format!("{} ({})", finding.message, raise.message());
            finding.severity = Severity::Error;
            finding.raised = Some(raise);
        }
    }
}

/// An entry that raises nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRaised {
    /// The rule that it names.
    pub id: String,
    /// Why not.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// The rule that an entry raises; why it raises none.
fn raised(id: &str, to: Severity) -> Result<&'static Rule, (String, String)> {
    if let Some(now) = renamed(id) {
        return Err((format!("the rule `{id}` is called `{now}` now"), format!("write `{now}`")));
    }
    let Some(rule) = by_id(id) else {
        let near = nearest(id, ALL.iter().map(|rule| rule.id));
        let help =
            near.map_or_else(|| "`plan explain` lists them all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err((format!("there is no rule `{id}`"), help));
    };
    let (own, to_name) = (rule.severity.name(), to.name());
    match (rule.severity, to) {
        (_, Severity::Error) => Ok(rule),
        (Severity::Error, _) => Err((
            format!("`{id}` is an error, and nothing lowers an error, so it cannot be `{to_name}`"),
            "remove the entry; where somebody answers for one finding, write it under `accepted_risks` of the plan, with owner and last day"
                .to_owned(),
        )),
        (severity, to) if to < severity => Err((
            format!("`{id}` is a {own}, and `raise` lowers nothing, so it cannot be `{to_name}`"),
            "write `error`, or remove the entry".to_owned(),
        )),
        _ => Err((
            format!("`{id}` is a {own} by itself, so `{to_name}` raises nothing"),
            "write `error`, or remove the entry".to_owned(),
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;
    use crate::diag::Location;

    #[test]
    fn an_entry_raises_a_rule_or_says_why_it_does_not() {
        let why = |id: &str, to: Severity| {
            raised(id, to).map(|rule| rule.id).map_err(|(message, help)| message + "; " + &help)
        };
        assert_eq!(why("support-closed-in-window", Severity::Error), Ok("support-closed-in-window"));
        // An error whose findings are warnings now and then.
        assert_eq!(why("reading-old", Severity::Error), Ok("reading-old"));
        for (id, to, words) in [
            ("support-closed-in-window", Severity::Warning, "is a warning by itself"),
            ("support-closed-in-window", Severity::Info, "cannot be `info`"),
            ("price-differs", Severity::Warning, "nothing lowers an error"),
            ("price-differs", Severity::Info, "nothing lowers an error"),
            ("pirce-differs", Severity::Error, "did you mean `price-differs`?"),
            ("unknown-key", Severity::Error, "there is no rule `unknown-key`"),
            ("backup-cut", Severity::Error, "is called `backup-truncated` now; write `backup-truncated`"),
            ("", Severity::Error, "there is no rule ``"),
        ] {
            let said = why(id, to).unwrap_err();
            assert!(said.contains(words), "{id} {to:?}: {said}");
        }
    }

    #[test]
    fn a_warning_becomes_an_error_that_says_by_what_and_nothing_else_moves() {
        let raised = Raised::new("plan.toml".to_owned(), [("copy-drifted", Severity::Error)]).unwrap();
        let rule = |id| by_id(id).unwrap();
        let found = |severity| Finding::new("x", severity, Location::key(""), "m");
        let mut findings = [Severity::Info, Severity::Warning, Severity::Error].map(found);
        raised.raise(rule("copy-old"), &mut findings);
        assert!(findings.iter().all(|finding| finding.raised.is_none()));
        raised.raise(rule("copy-drifted"), &mut findings);
        let weights: Vec<_> = findings.iter().map(|finding| (finding.severity, finding.raised.is_some())).collect();
        assert_eq!(weights, [(Severity::Info, false), (Severity::Error, true), (Severity::Error, false)]);
        assert_eq!(findings[1].message, "m (a warning by itself, an error by `plan.toml`)");
        assert_eq!(findings[2].message, "m");
    }
}
