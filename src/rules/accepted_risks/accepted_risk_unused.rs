use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Warning};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Fit, Rule, Source::Inferred, Target, declare_rule};

use super::{counts, written};

declare_rule! {
    /// An accepted risk that matches no finding.
    ///
    /// ## What it does
    /// Reports an accepted risk whose rule finds nothing at that place. Where the rule judges only the other site, or
    /// lacks a fact in this check, nothing is reported: its silence means nothing then.
    ///
    /// ## Why it matters
    /// The fault is fixed, or the accepted risk points at the wrong place. Left standing, it hides the next fault there.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: emails-off, at: /emails/enabled, reason: the CRM mails, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   emails: {enabled: false}
    ///   accepted_risks:
    ///     - {rule: emails-off, at: /emails, reason: the host mails, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   emails: {enabled: false}
    ///   accepted_risks:
    ///     - {rule: emails-off, at: /emails/enabled, reason: the host mails, owner: jo, until: "2026-12-31"}
    /// ```
    ///
    /// ## Fix
    /// Remove the accepted risk, or copy the place from the finding that it is meant for.
    {
        id: "accepted-risk-unused",
        severity: Warning,
        phase: Fit,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/accepted_risks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut telling = BTreeMap::new();
    for ((index, risk), used) in written(facts.plan()).zip(facts.risk_uses()) {
        let Some(rule) = facts.rule(&risk.rule).filter(|_| !used && counts(risk, facts)) else { continue };
        if *telling.entry(rule.id).or_insert_with(|| can_tell(rule, facts)) {
            let place = Location::value(pointer(&["accepted_risks", &index.to_string(), "at"]));
            let message = format!("the accepted risk of `{}` at `{}` matches no finding", risk.rule, risk.at);
            let help = "remove the accepted risk, or copy the place from the finding that it is meant for";
            out.push(RULE.at(place, message).label("nothing is found here").help(help));
        }
    }
    Some(())
}

/// Whether the rule spoke of this site and had every fact: else its silence means nothing.
fn can_tell(rule: &Rule, facts: &Facts<'_>) -> bool {
    let elsewhere = if facts.live() { Target::Staging } else { Target::Live };
    if rule.target == elsewhere {
        return false;
    }
    match facts.own(rule.id) {
        Some((_, Err(_))) => return false,
        Some((own, came)) => own.find(came, facts, &mut Findings::new()),
        None => _ = (rule.check)(facts, &mut Findings::new()),
    }
    facts.take_reads().iter().all(|read| read.grade.is_known())
}
