use crate::diag::{Location, Severity::Error};
use crate::model::plan::Strategy;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, Target::Live, declare_rule};

declare_rule! {
    /// Nobody decided whether mail is delivered while the plan is replayed on live.
    ///
    /// ## What it does
    /// With `strategy: rehearse-and-replay`, asks for `on_live` in the plan's `mail` section.
    ///
    /// ## Why it matters
    /// The vendor's latest guide says that the migration resets every user's password and mails new credentials
    /// (documented). What is right on the copy is a choice on live: with simulated mail no member gets a new password until
    /// they ask for one (inferred); with delivered mail everybody is mailed in one go (documented). Another page of the vendor
    /// says that logins are kept, so the rehearsal has to show which it is.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: rehearse-and-replay, mail: {on_live: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: rehearse-and-replay, mail: {on_live: deliver}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: freeze-and-push, mail: {on_live: null}}
    /// ```
    ///
    /// ## Fix
    /// Set `on_live: deliver` or `on_live: simulate` under `mail`.
    {
        id: "live-mail-undecided",
        severity: Error,
        phase: Configure,
        target: Live,
        acceptable: false,
        precondition: true,
        guide: "S2",
        evidence: Inferred,
        anchor: "/mail",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let replays = plan.strategy == Some(Strategy::RehearseAndReplay);
    let decided = plan.mail.as_ref().is_some_and(|mail| mail.on_live.is_some());
    if !replays || decided || plan.was_left_out(&["mail"]) || plan.was_left_out(&["mail", "on_live"]) {
        return Some(());
    }
    out.push(
        RULE.at(Location::key("/mail"), "nobody decided whether mail is delivered while the plan is replayed on live")
            .label("needs `on_live`")
            .help("set `on_live: deliver` (everybody is mailed) or `on_live: simulate` (nobody gets a new password)"),
    );
    Some(())
}
