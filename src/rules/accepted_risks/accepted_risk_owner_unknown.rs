use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

use super::written;

declare_rule! {
    /// Nobody answers for an accepted risk.
    ///
    /// ## What it does
    /// Reports an accepted risk whose `owner` is not one of the plan's `people`.
    ///
    /// ## Why it matters
    /// An accepted risk means that a person answers for a known fault of this site. Where that person is unknown,
    /// nobody does.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   migration: {keep_maintenance_mode: false}
    ///   accepted_risks:
    ///     - {rule: maintenance-mode-not-kept, at: /migration/keep_maintenance_mode, reason: free site, owner: kim, until: "2026-12-31"}
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
    /// Add the person to `people`, or name somebody who is there.
    {
        id: "accepted-risk-owner-unknown",
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/accepted_risks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (index, risk) in written(plan) {
        let owner = &risk.owner;
        let mistyped = plan.was_left_out(&["people"]) || plan.was_left_out(&["people", owner]);
        if !plan.people.contains_key(owner) && !mistyped {
            let place = Location::value(pointer(&["accepted_risks", &index.to_string(), "owner"]));
            let message =
                format!("the accepted risk of `{}` is owned by `{owner}`, who is not among `people`", risk.rule);
            out.push(
                RULE.at(place, message)
                    .label("not among `people`")
                    .help(format!("add `{owner}` to `people` with their role, or name somebody who is there"))
                    .related(Location::key("/people"), format!("nobody is called `{owner}` here")),
            );
        }
    }
    Some(())
}
