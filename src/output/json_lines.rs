//! The report of one plan or of many as JSON lines: a line that says which version of the format it is, one a finding, and the verdict of each plan.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::rules::{Evidence, Phase, Verdict};

use super::ahead::Item;
use super::json::{self, Coming, Document, FORMAT_VERSION, Finding, PlanLine, Site};
use super::proofs::OfRule;
use super::{Report, escape};

/// One line of `plan check --format json-lines`. A reader skips a line whose `type` it does not know.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "report line", extend("$id" = "https://amc-plan.example/schemas/report-line.schema.json"))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line<'a> {
    /// The first line.
    Version {
        /// `1.0`.
        format_version: &'static str,
        /// The tool's version.
        tool: &'static str,
    },
    /// A finding, in the order of the text.
    Finding {
        /// The path of the plan, as given.
        plan: &'a str,
        /// The finding.
        #[serde(flatten)]
        finding: Finding,
    },
    /// A finding that is coming: the verdict does not count it.
    Coming {
        /// The path of the plan, as given.
        plan: &'a str,
        /// The finding, and when it is due.
        #[serde(flatten)]
        coming: Coming,
    },
    /// What a rule that is due rests on, with `--proofs` and `--why`.
    Proof {
        /// The path of the plan, as given.
        plan: &'a str,
        /// The rule and what it read.
        #[serde(flatten)]
        proof: OfRule,
    },
    /// What has to begin before the window, at the gate `fit`: a line each, the earliest first.
    BeforeTheWindow {
        /// The path of the plan, as given.
        plan: &'a str,
        /// What it is, and how far it is.
        #[serde(flatten)]
        item: Item,
    },
    /// The last line of a plan.
    Verdict {
        /// The answer.
        verdict: Verdict,
        /// The gate that was asked for.
        gate: Phase,
        /// The plan.
        plan: PlanLine,
        /// The site that was read.
        site: Site,
        /// The live site that was read beside its copy; null where none was.
        live: Option<Site>,
        /// How many facts the due rules read.
        evidence: Evidence,
        /// How many rules each later phase holds.
        not_due: BTreeMap<String, usize>,
        /// How many changes the plan asks for.
        changes: usize,
        /// What a `plan.toml` further up demands and the nearest one, which holds alone, does not; left out where it makes every demand.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        lifted: Vec<String>,
    },
}

/// Writes the reports, one line a finding.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut write = |line: &Line<'_>| writeln!(out, "{}", escape::json_line(line));
    write(&Line::Version { format_version: FORMAT_VERSION, tool: env!("CARGO_PKG_VERSION") })?;
    for report in reports {
        let Document {
            format_version: _,
            verdict,
            gate,
            plan,
            site,
            live,
            findings,
            coming,
            evidence,
            not_due,
            changes,
            lifted,
            proofs,
            before_the_window,
            // A patch is of the whole plan, and no line's.
            suggest: _,
        } = json::document(report);
        findings.into_iter().try_for_each(|finding| write(&Line::Finding { plan: report.path, finding }))?;
        coming.into_iter().try_for_each(|coming| write(&Line::Coming { plan: report.path, coming }))?;
        proofs.into_iter().flatten().try_for_each(|proof| write(&Line::Proof { plan: report.path, proof }))?;
        let work = before_the_window.into_iter().flat_map(|before| before.lead_times);
        work.map(|item| Line::BeforeTheWindow { plan: report.path, item }).try_for_each(|line| write(&line))?;
        write(&Line::Verdict { verdict, gate, plan, site, live, evidence, not_due, changes, lifted })?;
    }
    Ok(())
}
