use crate::diag::{Location, Severity::Error};
use crate::model::plan::Strategy;
use crate::model::{Kind, Step};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, Target::Staging, declare_rule};

declare_rule! {
    /// The plan freezes live and pushes staging over it, but nobody has attested that live is frozen.
    ///
    /// ## What it does
    /// With `strategy: freeze-and-push`, looks for an attestation on record that live has been in maintenance mode since
    /// the copy was made. Live is another site, so nothing else can show it from here. Once a run has pushed, its own
    /// last step opens live again, and nothing is asked any more.
    ///
    /// ## Why it matters
    /// A push overwrites, it never merges: whoever buys or joins on live after the copy was made is lost with it
    /// (documented by the hosts). AccessAlly's maintenance mode stops payments (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: freeze-and-push}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: freeze-and-push}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {saw: {host: small.example, "on": {kind: maintenance, key: maintenance}, fields: {"on": true}, until: "2026-11-28"}}
    /// ```
    ///
    /// ## Fix
    /// Switch maintenance mode on, on live, make the copy, then `plan record saw maintenance on=yes --on live`.
    {
        id: "live-not-frozen",
        severity: Error,
        phase: Configure,
        target: Staging,
        acceptable: false,
        until: Some(Step::Push),
        guide: "S6",
        evidence: Documented,
        anchor: "/strategy",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.strategy == Some(Strategy::FreezeAndPush)
        && plan.live_site().is_none_or(|live| facts.saw_switch(&live, Kind::Maintenance, "on") != Some(true))
    {
        out.push(
            RULE.at(
                Location::value("/strategy"),
                "nobody has seen live in maintenance mode, so whatever happens there until the push is lost",
            )
            .label("needs live in maintenance mode")
            .help("switch maintenance mode on, on live, make the copy, then: `plan record saw maintenance on=yes --on live --plan PLAN --who WHO`"),
        );
    }
    Some(())
}
