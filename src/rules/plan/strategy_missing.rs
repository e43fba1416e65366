use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// The plan does not say how the switch reaches the live site.
    ///
    /// ## What it does
    /// Reports a plan without a `strategy`. There is no default.
    ///
    /// ## Why it matters
    /// The switch is almost entirely a change of the database. The guide ends with pushing staging to live (documented);
    /// the hosts advise never to push a database onto a live site, because a push overwrites whatever happened there
    /// since the clone (documented). Which of the three ways out is right for this site is a decision (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: freeze-and-push}
    /// ```
    ///
    /// ## Fix
    /// Set `strategy: rehearse-and-replay`, `freeze-and-push` or `push-then-merge`.
    {
        id: "strategy-missing",
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "S6",
        evidence: Inferred,
        anchor: "/strategy",
    }
}

const CHOICES: &str = "name one of the three: \
    `rehearse-and-replay` needs a second run of this plan on live in a short maintenance window, and loses the least; \
    `freeze-and-push` needs live in maintenance mode from the clone to the push, and loses hours of sales; \
    `push-then-merge` needs live purchases carried over after the push, and members and progress since the clone merged too";

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.strategy.is_none() && !plan.was_left_out(&["strategy"]) {
        out.push(
            RULE.at(
                Location::key("/strategy"),
                "the plan names no `strategy`, so nobody knows how the switch reaches the live site",
            )
            .label("no `strategy`")
            .help(CHOICES)
            .fix("add the one that fits, for example", "strategy: rehearse-and-replay\n")
            .to_add_to("")
            .which_a_person_decides(),
        );
    }
    Some(())
}
