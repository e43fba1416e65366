//! JUnit's XML, as CI systems read it: a suite a plan, a case a finding, and one a rule that was evaluated and found nothing.
//!
//! Errors are failures; what could not be evaluated is an error of its case; what somebody answers for is skipped; a warning is a case
//! that passes and says so. So a suite fails exactly where the verdict is not green.

use std::io::{self, Write};

use crate::diag::Document;

use super::Report;
use super::escape::Html;
use super::listed::{Listed, Weight};

/// Writes the reports.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let suites: Vec<(Vec<Listed<'_>>, &Report<'_>)> = reports.iter().map(|report| (report.listed(), report)).collect();
    let all = |report: &Report<'_>, listed: &[Listed<'_>]| listed.len() + silent(report, listed).count();
    let tests: usize = suites.iter().map(|(listed, report)| all(report, listed)).sum();
    let count = |listed: &[Listed<'_>], outcome| listed.iter().filter(|listed| Outcome::of(listed) == outcome).count();
    let sum = |outcome| suites.iter().map(|(listed, _)| count(listed, outcome)).sum::<usize>();
    let (failures, errors) = (sum(Outcome::Failure), sum(Outcome::Error));
    writeln!(out, "<testsuites name=\"plan\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    for (listed, report) in &suites {
        let path = report.path_of(Document::Plan);
        let (failures, errors) = (count(listed, Outcome::Failure), count(listed, Outcome::Error));
        let (tests, skipped) = (all(report, listed), count(listed, Outcome::Skipped));
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            Html(&path)
        )?;
        writeln!(out, "    <properties>")?;
        let verdict = report.judgement.verdict.name();
        let said = report.masked(&report.summary().join(" · "));
        for (name, value) in [("verdict", verdict), ("gate", report.gate.name()), ("summary", &said)] {
            writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", Html(value))?;
        }
        writeln!(out, "    </properties>")?;
        listed.iter().try_for_each(|listed| case(listed, out))?;
        silent(report, listed).try_for_each(|rule| {
            writeln!(out, "    <testcase classname=\"{0}\" name=\"{0}\" file=\"{1}\"/>", Html(rule), Html(&path))
        })?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Failure,
    Error,
    Skipped,
    Passed,
}

impl Outcome {
    fn of(listed: &Listed<'_>) -> Self {
        match listed.weight {
            _ if listed.is_accepted() => Self::Skipped,
            Weight::Error => Self::Failure,
            Weight::Unproven => Self::Error,
            Weight::Warning | Weight::Info => Self::Passed,
        }
    }
}

/// The rules that were evaluated and found nothing.
fn silent<'a>(report: &'a Report<'_>, listed: &'a [Listed<'_>]) -> impl Iterator<Item = &'static str> + 'a {
    let speaks = |rule: &str| listed.iter().any(|listed| listed.finding.rule == rule);
    report.judgement.proofs.iter().map(|proof| proof.rule).filter(move |rule| !speaks(rule))
}

fn case(listed: &Listed<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (rule, message, start) = (&listed.finding.rule, Html(&listed.message), listed.place.spot.start);
    let at = format!("{}:{}:{}", listed.place.path, start.line, start.column);
    let name = listed.place.pointer.as_deref().filter(|pointer| !pointer.is_empty()).unwrap_or(&at);
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">",
        Html(rule),
        Html(name),
        Html(&listed.place.path),
        start.line
    )?;
    let help = listed.help.as_ref().map(|help| format!(" · {help}")).unwrap_or_default();
    let text = format!("{at}{help}");
    match Outcome::of(listed) {
        Outcome::Failure => {
            writeln!(out, "      <failure type=\"{}\" message=\"{message}\">{}</failure>", Html(rule), Html(&text))?
        }
        Outcome::Error => {
            writeln!(out, "      <error type=\"unproven\" message=\"{message}\">{}</error>", Html(&text))?
        }
        Outcome::Skipped => writeln!(out, "      <skipped message=\"accepted: {message}\"/>")?,
        Outcome::Passed => {
            writeln!(out, "      <system-out>{}: {message} · {}</system-out>", listed.weight.name(), Html(&text))?
        }
    }
    writeln!(out, "    </testcase>")
}
