use crate::diag::Severity::{Error, Warning};
use crate::rules::{Facts, Findings, Phase::Fit, READING_OLD, Source::Inferred, Stale, declare_rule, stale};

use super::judged_site;

declare_rule! {
    /// The site was read too long ago.
    ///
    /// ## What it does
    /// Compares the time at which the site was read with the machine's clock and with `max_age` in `plan.toml`, which
    /// is 24 hours where it is not set and 7 days at most. An error where the reading stands for a site as it is now: a
    /// site at an address, or a recording (`--snapshot`) that is judged for the live site. A warning for a site in a
    /// file and for any other recording. A reading dated in the future is reported in the same way.
    ///
    /// ## Why it matters
    /// A site changes after it was read: forms are edited, webhooks fire, members buy. A green verdict on an old
    /// reading says nothing about the site that is switched.
    ///
    /// ## Bad
    /// ```yaml
    /// freshness: {clock: "2026-11-22T06:12:01Z"}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// freshness: {clock: "2026-11-21T07:12:01Z", max_age: 1h, stands_for_now: true}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// freshness: {clock: "2026-11-21T06:00:00Z"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// freshness: {clock: "2026-11-22T06:12:00Z"}
    /// ```
    ///
    /// ## Fix
    /// Read the site again and judge that reading: `plan snapshot --site URL --out FILE`, or a new export of the site.
    {
        id: READING_OLD,
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "P15",
        evidence: Inferred,
        anchor: "/sites",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let fresh = facts.freshness();
    let Some(max_age) = &fresh.max_age else { return Some(()) };
    let read_at = facts.now();
    let message = match stale(read_at, fresh.clock, max_age) {
        None => return Some(()),
        Some(Stale::Old) => format!("the site was read at {read_at}, longer ago than the {max_age} of `max_age`"),
        Some(Stale::Ahead) => format!("the site was read at {read_at}, which by this machine's clock is in the future"),
    };
    let severity = if fresh.stands_for_now { Error } else { Warning };
    let mut finding =
        RULE.at(judged_site(facts), message).label("this reading").help("read the site again, and judge that reading");
    finding.severity = severity;
    out.push(finding);
    Some(())
}
