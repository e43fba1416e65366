use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::plan::Strategy;
use crate::model::record::Unlisted;
use crate::model::text::Seconds;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Documented, Target::Staging, declare_rule};

declare_rule! {
    /// The plan pushes staging over live and merges afterwards, but what happened on live meanwhile is not on record.
    ///
    /// ## What it does
    /// With `strategy: push-then-merge`, looks on record for a merge list of live: every contact, order and
    /// subscription that live gained, changed or lost since the copy. It must hold all three kinds, and be no older
    /// than the window is long.
    ///
    /// ## Why it matters
    /// A push overwrites, it never merges (documented by the hosts). After it nobody can find out who bought or joined on
    /// live since the copy was made, so the list has to be there before.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: push-then-merge}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: push-then-merge}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T02:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {merge-list: {host: small.example, cloned_at: "2026-11-20T09:00:00Z", read_at: "2026-11-21T02:30:00Z", counts: {new order: 3}, sha256: 000000000000000000000000000000000000000000000000000000000000000a}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: push-then-merge}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {merge-list: {host: small.example, cloned_at: "2026-11-20T09:00:00Z", read_at: "2026-11-21T05:30:00Z", counts: {}, not_captured: [order], sha256: 000000000000000000000000000000000000000000000000000000000000000a}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: push-then-merge}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {merge-list: {host: small.example, cloned_at: "2026-11-20T09:00:00Z", read_at: "2026-11-21T05:30:00Z", counts: {new order: 3}, sha256: 000000000000000000000000000000000000000000000000000000000000000a}}
    /// ```
    ///
    /// ## Fix
    /// Take a reading of live when it is copied and another right before the push, then
    /// ``plan record merge-list --cloned THEN --live NOW --plan PLAN --who WHO``.
    {
        id: "merge-list-missing",
        severity: Error,
        phase: GoLive,
        target: Staging,
        acceptable: false,
        settled_by: Some(Step::Push),
        guide: "S6",
        evidence: Documented,
        anchor: "/strategy",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.strategy != Some(Strategy::PushThenMerge) || plan.was_left_out(&["sites"]) {
        return Some(());
    }
    let window = plan.window.as_ref().and_then(|window| Seconds::parse(&window.length));
    // Of an address that names no site `sites-not-apart` tells.
    let Some(live) = plan.live_site() else { return Some(()) };
    let (message, label) = match facts.record().merge_list(&live, facts.now(), window) {
        Ok(_) => return Some(()),
        Err(Unlisted::Missing) => (
            "what happened on live since the copy is not on record, and the push overwrites it".to_owned(),
            "needs a merge list",
        ),
        Err(Unlisted::Lacks(kinds)) => (
            format!("the merge list on record lacks what was not captured on live: {kinds}"),
            "needs a whole merge list",
        ),
        Err(Unlisted::NothingBetween) => (
            "the merge list on record compares one reading of live with itself, so it shows nothing".to_owned(),
            "needs a reading of when live was copied",
        ),
        Err(Unlisted::Old(age, window)) => (
            format!("the merge list on record is {age} old, longer than the window of {window}"),
            "needs a newer merge list",
        ),
    };
    let help =
        "read live with its population, then: `plan record merge-list --cloned THEN --live NOW --plan PLAN --who WHO`";
    out.push(RULE.at(Location::value("/strategy"), message).label(label).help(help));
    Some(())
}
