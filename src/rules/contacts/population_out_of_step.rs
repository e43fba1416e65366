use jiff::{SignedDuration, Timestamp};

use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// The population was read at another time than the configuration.
    ///
    /// ## What it does
    /// Reports a population whose reading began more than a day before or after that of the configuration beside it.
    ///
    /// ## Why it matters
    /// Who is on the site is compared before and after, and the spot-check contacts with what the plan says of them. A
    /// population of another day shows members who left since, and none who came (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// population_taken_at: 2026-11-19T06:12:00Z
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// population_taken_at: yesterday
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// population_taken_at: 2026-11-21T07:00:00Z
    /// ```
    ///
    /// ## Fix
    /// Take configuration and population again, together.
    {
        id: "population-out-of-step",
        severity: Error,
        phase: Configure,
        target: Both,
        acceptable: true,
        attestable: true,
        precondition: true,
        guide: "S3",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/spot_check",
    }
}

/// How far the two readings may lie apart: a large site is read for hours.
const APART: SignedDuration = SignedDuration::from_hours(24);

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let population = &facts.census()?.taken_at;
    let configuration = &facts.inputs.before?.header.taken_at;
    let times = population.parse::<Timestamp>().ok().zip(configuration.parse::<Timestamp>().ok());
    let message = match times {
        Some((population, configuration)) if population.duration_since(configuration).abs() <= APART => return Some(()),
        Some((population, configuration)) => {
            format!("the population was read {population}, and the configuration beside it {configuration}")
        }
        None => "when population and configuration were read cannot be read".to_owned(),
    };
    out.push(
        RULE.at(Location::key("/spot_check"), message)
            .label("compared with members of another day")
            .help("take configuration and population again, together"),
    );
    Some(())
}
