//! One report, many forms: one file a format, one function each. What the formats of other programs have in common is in `listed`.

pub mod aftercare;
mod ahead;
mod clip;
pub mod concise;
pub mod contacts;
pub mod diff;
pub mod doctor;
pub mod escape;
pub mod explain;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod inert;
pub mod inventory;
pub mod journey;
pub mod json;
pub mod json_lines;
pub mod junit;
mod listed;
pub mod markdown;
pub mod masked;
mod offered;
pub mod overview;
pub mod proofs;
pub mod rdjson;
pub mod runbook;
pub mod sarif;
pub mod since;
pub mod status;
pub mod suggested;
pub mod support;
pub mod survey;
pub mod verify;
pub mod words;

use std::collections::BTreeMap;
use std::path::Path;

use crate::diag::{Coming, Finding, Location, Missing, Severity};
use crate::model::text::many;
use crate::model::{Plan, Snapshot, State, Worth};
use crate::rules::{Judgement, NO_SITE, OwnRules, Phase, Rule, Verdict, by_id};
use crate::shape::{Sources, Spot, personal};

/// What a check found, with all that a format needs to show it.
#[derive(Debug)]
pub struct Report<'a> {
    /// Findings, evidence, verdict.
    pub judgement: &'a Judgement,
    /// The gate that was asked for.
    pub gate: Phase,
    /// The plan's path as it was given.
    pub path: &'a str,
    /// The plan; none where it could not be read whole.
    pub plan: Option<&'a Plan>,
    /// The site; none in a check without one.
    pub site: Option<SiteLine>,
    /// The live site, where it was read beside its copy.
    pub live: Option<SiteLine>,
    /// How many changes the plan asks for.
    pub changes: usize,
    /// How many kinds of object the plan speaks of and the site's capture does not hold.
    pub not_compared: usize,
    /// The texts that places are in.
    pub sources: &'a Sources,
    /// Whether personal values may be shown.
    pub show_personal: bool,
    /// The reading that was judged; none in a check without a site.
    pub reading: Option<&'a Snapshot>,
    /// The site once the plan's changes are made; none in a check without a site.
    pub after: Option<&'a State>,
    /// The plan's own rules.
    pub own: &'a OwnRules,
    /// Of which rules it is shown what they rest on; none where nobody asked.
    pub proofs: Option<proofs::Proofs<'a>>,
    /// What a `plan.toml` further up demands and the nearest one, which holds alone, does not: a line for each.
    pub lifted: &'a [String],
    /// What is suggested for the plan; none where nobody asked.
    pub suggested: Option<&'a suggested::Suggested>,
    /// The working folder, below which other programs look for the plan's files; empty where it is not known.
    pub folder: &'a Path,
}

/// A sentence whose commands name this plan, where they have `PLAN` in its place.
pub(crate) fn naming_plan(sentence: &str, plan: &str) -> String {
    // What came by standard input has no name that a command could take.
    if plan == "-" {
        return sentence.to_owned();
    }
    let of = |command: &str| {
        let named = |word: &str| if word == "PLAN" { escape::shell(plan) } else { word.to_owned() };
        command.split(' ').map(named).collect::<Vec<_>>().join(" ")
    };
    let parts = sentence.split('`').map(|part| if part.starts_with("plan ") { of(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// The site of a report.
#[derive(Clone, Debug)]
pub struct SiteLine {
    /// What was read: a path or an address.
    pub name: String,
    /// Its home address without the scheme.
    pub host: String,
    /// When it was captured, RFC 3339.
    pub captured_at: String,
    /// How it was read.
    pub mode: Mode,
    /// What supports what was read.
    pub worth: Worth,
    /// What supports it where it is judged as a recording, if it is a file that stands for itself and that is another matter.
    pub as_recording: Option<Worth>,
}

impl SiteLine {
    /// Of this reading.
    pub fn of(name: String, reading: &Snapshot, mode: Mode) -> Self {
        let (host, captured_at) = (reading.header.site.to_string(), reading.header.taken_at.clone());
        Self { name, host, captured_at, mode, worth: reading.worth.clone(), as_recording: None }
    }

    /// How and when it was read; of a recording also what it is worth.
    pub fn how(&self) -> String {
        match self.mode {
            Mode::Snapshot => format!("a recording, as of {}, {}", self.captured_at, self.worth.message()),
            Mode::Live | Mode::None => match &self.as_recording {
                // Two verbs that weigh one file otherwise would contradict each other.
                Some(worth) => format!(
                    "read as of {}, taken as the file says; as a recording (`--snapshot`) it is {}",
                    self.captured_at,
                    worth.message()
                ),
                None => format!("read as of {}", self.captured_at),
            },
        }
    }
}

/// What is said of a recording that is judged at a gate past `configure`.
const OPENS_NOTHING: &str =
    "a recording is not enough for the barrier or a replay: for these read the site itself, with `--site`";

/// How a check reads the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A place that apply could write to.
    Live,
    /// A recording, which never permits apply.
    Snapshot,
    /// No site at all.
    None,
}

impl Report<'_> {
    /// The findings in the order of the text, those of one place by rule; not-yet-due ones last.
    pub fn sorted(&self) -> Vec<(&Finding, Spot)> {
        let mut all: Vec<(&Finding, Spot)> =
            self.judgement.findings.iter().map(|f| (f, self.sources.spot(&f.primary.place))).collect();
        all.sort_by(|(a, at), (b, bt)| {
            (!a.due, a.primary.place.document(), at.span.start, &a.rule, &a.message).cmp(&(
                !b.due,
                b.primary.place.document(),
                bt.span.start,
                &b.rule,
                &b.message,
            ))
        });
        all
    }

    /// What the plan alone shows already, of gates that are not due yet, in the order of the text.
    pub fn coming(&self) -> Vec<(&Finding, Coming, Spot)> {
        let mut all = self.sorted();
        all.retain(|(finding, _)| !finding.accepted);
        all.into_iter().filter_map(|(finding, spot)| Some((finding, finding.coming?, spot))).collect()
    }

    /// How many due findings count as errors, as warnings, and as unproven errors; accepted ones, and what needs a site in a check without one, aside.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in self.judgement.findings.iter().filter(|f| f.due) {
            match (finding.accepted, finding.unproven, finding.severity) {
                (true, ..) => counts.accepted += 1,
                _ if self.needs_site(finding) => {}
                (_, true, Severity::Error) => counts.unproven += 1,
                (_, true, _) => counts.told_less += 1,
                (_, _, Severity::Error) => counts.errors += 1,
                (_, _, Severity::Warning) => counts.warnings += 1,
                (_, _, Severity::Info) => {}
            }
        }
        counts
    }

    /// Whether a finding says nothing but that no site was read, or, where none was, that a private file is not here either.
    pub fn needs_site(&self, finding: &Finding) -> bool {
        let needs = |lacks: &Missing| lacks.why == NO_SITE || lacks.private_only;
        self.site.is_none() && finding.unproven && finding.lacks.as_ref().is_some_and(needs)
    }

    /// That there is no site, and what of it is missed.
    fn lacks_a_site(&self) -> String {
        let due = self.judgement.findings.iter().filter(|finding| finding.due && self.needs_site(finding));
        let no_site = |finding: &&Finding| finding.lacks.as_ref().is_some_and(|lacks| lacks.why == NO_SITE);
        let (of_site, of_files): (Vec<_>, Vec<_>) = due.partition(no_site);
        let need = |count: usize| if count == 1 { "needs" } else { "need" };
        let files = match of_files.len() {
            0 => String::new(),
            some => format!(", {some} {} a private file that is not here", need(some)),
        };
        match of_site.len() {
            0 => format!("no site was read{files}"),
            some => format!("{} {} a site{files}", many(some, "rule"), need(some)),
        }
    }

    /// The verdict and the gate, of the plan that is named.
    pub fn headline(&self) -> String {
        format!("{}: {}", self.path, self.summary().join(" · "))
    }

    /// The closing lines: the verdict and what it rests on.
    pub fn summary(&self) -> Vec<String> {
        let counts = self.counts();
        let mut lines = vec![format!("{} at gate `{}`", self.judgement.verdict.name(), self.gate.name())];
        let mut found = vec![many(counts.errors, "error"), many(counts.warnings, "warning")];
        if counts.unproven > 0 {
            found.push(format!("{} unproven", many(counts.unproven, "rule")));
        }
        if counts.accepted > 0 {
            found.push(format!("{} accepted", counts.accepted));
        }
        if counts.told_less > 0 {
            found.push(format!("{} could not be evaluated", many(counts.told_less, "further warning")));
        }
        lines.push(found.join(", "));
        match &self.site {
            Some(site) => {
                lines.push(format!("site {} ({})", site.host, site.how()));
                lines.extend(
                    self.live.as_ref().map(|live| format!("compared with live {} ({})", live.host, live.how())),
                );
                lines.push(self.judgement.evidence.message());
                if site.mode == Mode::Snapshot && self.gate >= Phase::Migrate {
                    lines.push(OPENS_NOTHING.to_owned());
                }
                let changes = many(self.changes, "change");
                lines.push(match self.not_compared {
                    0 if self.changes > 0 && self.gate >= Phase::Migrate => format!("{changes} pending"),
                    0 => format!("apply would make {changes}"),
                    unknown => {
                        let found = if self.changes == 0 {
                            "no change is known".to_owned()
                        } else {
                            format!("{changes} found")
                        };
                        format!("{found}; {} of object not captured, so not compared", many(unknown, "kind"))
                    }
                });
            }
            None if self.plan.is_none() => {
                lines.push("the plan could not be read completely, so no rule has judged it".to_owned())
            }
            None => lines.push(format!("{}, so this cannot be green: name one with `--site`", self.lacks_a_site())),
        }
        let coming = self.coming().len();
        if coming > 0 {
            lines.push(format!("coming: {}", many(coming, "finding")));
        }
        let later = not_due(&self.judgement.not_due, self.gate);
        if !later.is_empty() {
            lines.push(format!("not yet due: {later}"));
        }
        lines
    }

    /// The pointer of a place, without the personal words that a misfit may have put into it.
    pub fn pointer(&self, place: &Location) -> Option<String> {
        let pointer = place.pointer()?;
        Some(match self.show_personal {
            true => pointer.to_owned(),
            false => personal::pointer(place.document(), pointer).into_owned(),
        })
    }

    /// The rule of this name, built in or of the plan's own.
    pub fn rule(&self, id: &str) -> Option<&'static Rule> {
        by_id(id).or_else(|| self.own.by_id(id).map(|own| own.rule))
    }

    /// Whether the verdict is green.
    pub fn is_green(&self) -> bool {
        self.judgement.verdict == Verdict::Green
    }
}

/// How many findings of each weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Error-rules that lack a fact.
    pub unproven: usize,
    /// Warning-rules that lack a fact.
    pub told_less: usize,
    /// Findings that somebody answers for.
    pub accepted: usize,
}

fn not_due(phases: &BTreeMap<&'static str, usize>, gate: Phase) -> String {
    let later = Phase::ALL.iter().filter_map(|phase| Some((*phase, phases.get(phase.name())?)));
    let said = |(phase, count): (Phase, &usize)| {
        let of = format!("{} of `{}`", many(*count, "rule"), phase.name());
        // Of the gate itself, or of one before it, only what the run settles on its way is not due yet.
        if phase <= gate { format!("{of} that a step of the run settles") } else { of }
    };
    later.map(said).collect::<Vec<_>>().join(", ")
}
