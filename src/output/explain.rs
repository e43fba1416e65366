//! What is explained, for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::escape;
use super::json::FORMAT_VERSION;
use crate::diag::Severity;
use crate::rules::{Phase, Rule, Source, Target};

/// What `plan explain --format json` prints: rules, or a word.
#[derive(Debug, Serialize, JsonSchema)]
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
        Self { id, severity, phase, target, acceptable, evidence, guide, title: rule.title(), docs }
    }
}

/// Writes rules, each without its page.
pub fn rules(rules: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let rules = Some(rules.iter().map(|rule| About::of(rule, None)).collect());
    escape::json(&Document { format_version: FORMAT_VERSION, rules, words: None, codes: None }, out)
}

/// Writes a rule with its page.
pub fn rule(rule: &Rule, page: String, out: &mut dyn Write) -> io::Result<()> {
    let rules = Some(vec![About::of(rule, Some(page))]);
    escape::json(&Document { format_version: FORMAT_VERSION, rules, words: None, codes: None }, out)
}

/// Writes what a word means.
pub fn word(word: &str, means: &str, out: &mut dyn Write) -> io::Result<()> {
    let words = Some(vec![Meaning { word, means: means.replace('\n', " ") }]);
    escape::json(&Document { format_version: FORMAT_VERSION, rules: None, words, codes: None }, out)
}

/// Writes what a finding about reading a plan means.
pub fn code(id: &str, docs: &str, out: &mut dyn Write) -> io::Result<()> {
    let codes = Some(vec![Code { id, severity: Severity::Error, acceptable: false, docs }]);
    escape::json(&Document { format_version: FORMAT_VERSION, rules: None, words: None, codes }, out)
}
