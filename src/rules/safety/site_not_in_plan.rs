use crate::diag::{Place, Severity::Error};
use crate::rules::hosts::plain_host;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// The site is none of the plan's.
    ///
    /// ## What it does
    /// Reports a site whose host is neither the staging nor the live host of the plan.
    ///
    /// ## Why it matters
    /// A plan is written for one site and its copy. Judged against another one, green means nothing, and a change would
    /// reach somebody else's members (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// header: {host: staging.other.example}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// header: {host: Staging.Small.example}
    /// ```
    ///
    /// ## Fix
    /// Name the right site, or correct the addresses under `sites`.
    {
        id: "site-not-in-plan",
        severity: Error,
        phase: Fit,
        target: Both,
        waivable: false,
        attestable: false,
        guide: "P1",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/sites",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.was_left_out(&["sites"]) {
        return Some(());
    }
    let host = plain_host(facts.host()?);
    let (named, words) = match facts.live() {
        true => (vec![plan.live_host()], "not the live site"),
        false => (vec![plan.staging_host(), plan.live_host()], "neither the staging nor the live site"),
    };
    if !named.contains(&Some(host.clone())) {
        let message = format!("the site is `{host}`, which is {words} of this plan");
        out.push(
            RULE.at(Place::key("/sites"), message)
                .label("other sites")
                .help("name one of the plan's sites with `--site`, or correct the addresses under `sites`")
                .on_site("environment"),
        );
    }
    Some(())
}
