use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::AcceptedRisk;
use crate::model::text::pointer;
use crate::rules::{ALL, Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

use super::written;

declare_rule! {
    /// An accepted risk of something that nobody may accept.
    ///
    /// ## What it does
    /// Reports an accepted risk whose rule does not exist, or whose rule allows none. Such an entry has no effect.
    ///
    /// ## Why it matters
    /// Whoever wrote the entry believes that the matter is settled. Some faults can never be accepted: those that can cost
    /// money or access, that let a copy mail members, or that leave no way back. What a decision of the plan settles is
    /// decided there.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: emails-of, at: /emails/enabled, reason: the host mails, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: backup-missing, at: /backup, reason: the host does it, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   migration: {keep_maintenance_mode: false}
    ///   accepted_risks:
    ///     - {rule: maintenance-mode-not-kept, at: /migration/keep_maintenance_mode, reason: free site, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Fix
    /// Correct the rule's name, or remove the accepted risk and fix the problem.
    {
        id: "accepted-risk-forbidden",
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/accepted_risks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (index, risk) in written(facts.plan()) {
        let place = Location::value(pointer(&["accepted_risks", &index.to_string(), "rule"]));
        match facts.rule(&risk.rule) {
            None => out.push(unknown(place, risk)),
            Some(rule) if !rule.acceptable => {
                let message = format!("nobody may accept the risk of `{}`", risk.rule);
                let help = format!("remove the accepted risk and fix the problem: `plan explain {}`", risk.rule);
                out.push(RULE.at(place, message).label("has no effect").help(help));
            }
            Some(_) => {}
        }
    }
    Some(())
}

fn unknown(place: Location, risk: &AcceptedRisk) -> Finding {
    let near = |rule: &str| strsim::normalized_damerau_levenshtein(rule, &risk.rule);
    let nearest = ALL.iter().map(|rule| (rule.id, near(rule.id))).max_by(|a, b| a.1.total_cmp(&b.1));
    let help = match nearest {
        Some((id, likeness)) if likeness >= 0.6 => format!("did you mean `{id}`?"),
        _ => "write the rule's name as the finding shows it, or remove the accepted risk".to_owned(),
    };
    RULE.at(place, format!("no rule is called `{}`", risk.rule)).label("no such rule").help(help)
}
