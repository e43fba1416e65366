use jiff::{SignedDuration, Timestamp};

use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

declare_rule! {
    /// The population and the configuration were read at different times.
    ///
    /// ## What it does
    /// Reports a population whose reading began more than a day before or after that of the configuration beside it.
    ///
    /// ## Why it matters
    /// Members are compared before and after, and the spot-check contacts with what the plan says about them. A
    /// population from another day still shows members who have left since, and lacks those who have joined (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// population_taken_at: "2026-11-19T06:12:00Z"
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// population_taken_at: yesterday
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// population_taken_at: "2026-11-21T07:00:00Z"
    /// ```
    ///
    /// ## Fix
    /// Read configuration and population again, at the same time.
    {
        id: "population-out-of-step",
        severity: Error,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "S3",
        evidence: Inferred,
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
            format!("the population was read {population}, and the configuration next to it {configuration}")
        }
        None => "the times at which population and configuration were read are not valid".to_owned(),
    };
    out.push(
        RULE.at(Location::key("/spot_check"), message)
            .label("compared with members of another day")
            .help("read configuration and population again, at the same time"),
    );
    Some(())
}
