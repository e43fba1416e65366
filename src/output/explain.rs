//! What is explained, for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::escape;
use super::json::FORMAT_VERSION;
use crate::diag::Severity;
use crate::rules::{Candidate, CoveredBy, Phase, Rule, Source, Target, group};

/// What `plan explain --format json` prints: rules, a word, or what looks at what is known to go wrong.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "explain", extend("$id" = "https://amc-plan.example/schemas/explain.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The rules: all, or the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<About<'a>>>,
    /// The word that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Vec<Meaning<'a>>>,
    /// The finding about reading a plan that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<Vec<Code<'a>>>,
    /// What is known to go wrong, with what looks at each.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Vec<Covered<'a>>>,
    /// The rules that are about the plan's own shape, files and evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_the_plan: Option<Vec<OfThePlan<'a>>>,
}

/// Something that has to be so for the switch to go well.
#[derive(Debug, Serialize, JsonSchema)]
struct Covered<'a> {
    /// Its number.
    number: &'a str,
    /// The group that it is of.
    group: &'a str,
    /// What has to be so.
    what: &'a str,
    /// What looks at it.
    by: Vec<Look<'a>>,
}

/// What looks at it.
#[derive(Debug, Serialize, JsonSchema)]
struct Look<'a> {
    /// `rule`, `reading`, `change`, `run` or `not checked`.
    kind: &'a str,
    /// The name of the rule, or of the finding about reading the plan; of all others, words.
    text: &'a str,
}

/// A rule about the plan's own shape, files and evidence.
#[derive(Debug, Serialize, JsonSchema)]
struct OfThePlan<'a> {
    /// Its name.
    rule: &'a str,
    /// What it keeps right.
    what: &'a str,
}

impl Document<'_> {
    fn empty() -> Self {
        Self { format_version: FORMAT_VERSION, ..Self::default() }
    }
}

/// A rule.
#[derive(Debug, Serialize, JsonSchema)]
struct About<'a> {
    /// Its name.
    id: &'a str,
    /// How much its findings weigh.
    severity: Severity,
    /// When it is due.
    phase: Phase,
    /// For which place it speaks.
    target: Target,
    /// Whether somebody may answer for a finding of it.
    acceptable: bool,
    /// How well the fact that it rests on is known.
    evidence: Source,
    /// The item of the vendor's guide that it protects, or `–`.
    guide: &'a str,
    /// What it is about, in a line.
    title: &'a str,
    /// Its whole page, in Markdown; only of one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
    /// The `plan.toml` of the working folder that makes errors of its warnings; only of one that was asked for, and left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    raised_by: Option<&'a str>,
}

/// A word.
#[derive(Debug, Serialize, JsonSchema)]
struct Meaning<'a> {
    /// The word.
    word: &'a str,
    /// What it means.
    means: String,
}

/// A finding about reading a plan: nobody can accept the risk of it, and it is due at any time.
#[derive(Debug, Serialize, JsonSchema)]
struct Code<'a> {
    /// Its name.
    id: &'a str,
    /// How much it weighs.
    severity: Severity,
    /// Whether somebody may answer for it.
    acceptable: bool,
    /// What it means, in Markdown.
    docs: &'a str,
}

impl<'a> About<'a> {
    fn of(rule: &'a Rule, docs: Option<String>) -> Self {
        let Rule { id, severity, phase, target, acceptable, evidence, guide, .. } = *rule;
        Self { id, severity, phase, target, acceptable, evidence, guide, title: rule.title(), docs, raised_by: None }
    }
}

/// Writes rules, each without its page.
pub fn rules(rules: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let rules = Some(rules.iter().map(|rule| About::of(rule, None)).collect());
    escape::json(&Document { rules, ..Document::empty() }, out)
}

/// Writes a rule with its page, and with the file that makes errors of its warnings.
pub fn rule(rule: &Rule, page: String, raised_by: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let rules = Some(vec![About { raised_by, ..About::of(rule, Some(page)) }]);
    escape::json(&Document { rules, ..Document::empty() }, out)
}

/// Writes what a word means.
pub fn word(word: &str, means: &str, out: &mut dyn Write) -> io::Result<()> {
    let words = Some(vec![Meaning { word, means: means.replace('\n', " ") }]);
    escape::json(&Document { words, ..Document::empty() }, out)
}

/// Writes what a finding about reading a plan means.
pub fn code(id: &str, docs: &str, out: &mut dyn Write) -> io::Result<()> {
    let codes = Some(vec![Code { id, severity: Severity::Error, acceptable: false, docs }]);
    escape::json(&Document { codes, ..Document::empty() }, out)
}

/// Writes what is known to go wrong, and what looks at each.
pub fn coverage(candidates: &[Candidate], of_the_plan: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
    let look = |by: &CoveredBy| Look { kind: by.kind(), text: by.text() };
    let covered = candidates.iter().map(|candidate| {
        let Candidate { number, what, by } = *candidate;
        Covered { number, group: group(number), what, by: by.iter().map(look).collect() }
    });
    let coverage = Some(covered.collect());
    let of_the_plan = Some(of_the_plan.iter().map(|&(rule, what)| OfThePlan { rule, what }).collect());
    escape::json(&Document { coverage, of_the_plan, ..Document::empty() }, out)
}
