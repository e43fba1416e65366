use crate::diag::{Place, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, Target::Both, day_in_words, declare_rule};

use super::{has_expired, written};

declare_rule! {
    /// A waiver whose last day has passed.
    ///
    /// ## What it does
    /// Reports every waiver whose `until` lies before today; for a site in a file, before the day on which it was read. Such a
    /// waiver has no effect any more.
    ///
    /// ## Why it matters
    /// Somebody answered for a known fault until that day. Nobody does now.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: unscheduled-module, at: /offerings/course, reason: opens by hand, owner: jo, until: 2026-11-01}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {accepted_risks: []}
    /// ```
    ///
    /// ## Fix
    /// Fix what was waived and take the waiver out, or agree on a new day with its owner.
    {
        id: "waiver-expired",
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
        if has_expired(waiver, facts) {
            let at = pointer(&["accepted_risks", &index.to_string(), "until"]);
            let today = day_in_words(facts);
            let message = format!("the waiver of `{}` counted until {}; {today}", waiver.rule, waiver.until);
            let help =
                format!("fix what was waived and remove the waiver, or agree on a new day with `{}`", waiver.owner);
            out.push(RULE.at(Place::value(at), message).label("has passed").help(help));
        }
    }
    Some(())
}
