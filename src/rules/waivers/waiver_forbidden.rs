use crate::diag::{Finding, Place, Severity::Error};
use crate::model::plan::AcceptedRisk;
use crate::model::text::pointer;
use crate::rules::{ALL, Facts, Findings, Phase::Fit, Source::Inferred, Target::Both, by_id, declare_rule};

use super::written;

declare_rule! {
    /// A waiver of what cannot be waived.
    ///
    /// ## What it does
    /// Reports a waiver that names no rule, or a rule that nobody may answer for. It has no effect.
    ///
    /// ## Why it matters
    /// Whoever wrote the waiver believes the matter to be settled. Some faults are never: those that cost members money or
    /// access, and those that take away the way back.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: unscheduled-modul, at: /offerings/course, reason: opens by hand, owner: jo, until: 2026-12-31}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: backup-missing, at: /backup, reason: the host does it, owner: jo, until: 2026-12-31}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   migration: {keep_maintenance_mode: false}
    ///   accepted_risks:
    ///     - {rule: maintenance-mode-not-kept, at: /migration/keep_maintenance_mode, reason: free site, owner: jo, until: 2026-12-31}
    /// ```
    ///
    /// ## Fix
    /// Correct the rule's name, or remove the waiver and fix what it is about.
    {
        id: "waiver-forbidden",
        severity: Error,
        phase: Fit,
        target: Both,
        waivable: false,
        attestable: true,
        guide: "–",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/accepted_risks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (index, waiver) in written(facts.plan()) {
        let place = Place::value(pointer(&["accepted_risks", &index.to_string(), "rule"]));
        match by_id(&waiver.rule) {
            None => out.push(unknown(place, waiver)),
            Some(rule) if !rule.waivable => {
                let message = format!("nobody may waive `{}`", waiver.rule);
                let help = format!("remove the waiver and fix what it is about: `plan explain {}`", waiver.rule);
                out.push(RULE.at(place, message).label("has no effect").help(help));
            }
            Some(_) => {}
        }
    }
    Some(())
}

fn unknown(place: Place, waiver: &AcceptedRisk) -> Finding {
    let near = |rule: &str| strsim::normalized_damerau_levenshtein(rule, &waiver.rule);
    let nearest = ALL.iter().map(|rule| (rule.id, near(rule.id))).max_by(|a, b| a.1.total_cmp(&b.1));
    let help = match nearest {
        Some((id, likeness)) if likeness >= 0.6 => format!("did you mean `{id}`?"),
        _ => "write the rule's name as the finding shows it, or remove the waiver".to_owned(),
    };
    RULE.at(place, format!("no rule is called `{}`", waiver.rule)).label("no such rule").help(help)
}
