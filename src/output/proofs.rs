//! What a judgement rests on: for each rule that is due the facts that it read, each with its value, how it is known and since when.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Report, escape};
use crate::model::text::many;
use crate::model::{Grade, Graded, State};
use crate::rules::{About, Phase, Proof, Read};

/// Facts of one rule that are shown to a person who asked for all rules; a machine, and who asked for one rule, gets them all.
const SHOWN: usize = 12;

/// Longest value in a line, in characters.
const LONGEST: usize = 80;

/// Of which rules a report shows what they rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proofs<'a> {
    /// Of each rule that is due.
    All,
    /// Of this one.
    Of(&'a str),
}

/// What a rule that is due rests on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OfRule {
    /// The rule's ID.
    pub rule: String,
    /// What came of it.
    pub says: Says,
    /// The facts that it read; none where it judges the plan alone.
    pub facts: Vec<Fact>,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// Nothing is wrong.
    Nothing,
    /// It has findings.
    Findings,
    /// It lacks a fact.
    LacksAFact,
}

/// A fact that a rule read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// Its name: a kind of object, an object, or a field of one.
    pub fact: String,
    /// Its value in the reading that was judged: of a kind how many objects there are, of an object whether it is there. Null where it is
    /// unknown, or no single value (the population).
    pub value: Option<Value>,
    /// Its value once the plan's changes are made, where that is another one: rules judge the site as it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Value>,
    /// How well it is known.
    pub grade: Graded,
    /// By what it was read, by whom it was attested and when, or why it is unknown.
    pub by: String,
}

/// What the rules rest on that a report was asked for.
pub(super) fn of(report: &Report<'_>) -> Option<Vec<OfRule>> {
    let wanted = report.proofs?;
    let judgement = report.judgement;
    let lacks =
        |rule: &str| judgement.findings.iter().any(|finding| finding.rule == rule && finding.due && finding.unproven);
    let silent = judgement.proofs.iter().map(|proof| (proof, Says::Nothing));
    let speaking = judgement
        .speaking
        .iter()
        .map(|proof| (proof, if lacks(proof.rule) { Says::LacksAFact } else { Says::Findings }));
    let all = silent.chain(speaking).filter(|(proof, _)| match wanted {
        Proofs::All => true,
        Proofs::Of(rule) => proof.rule == rule,
    });
    let mut all: Vec<OfRule> = all
        .map(|(proof, says)| of_rule(proof, says, (report.reading.map(|reading| &reading.state), report.after)))
        .collect();
    all.sort_by(|a, b| a.rule.cmp(&b.rule));
    Some(all)
}

fn of_rule(proof: &Proof, says: Says, (before, after): (Option<&State>, Option<&State>)) -> OfRule {
    let of = |read: &Read, state: Option<&State>| {
        state.filter(|_| read.grade.is_known()).and_then(|state| value(&read.fact, state))
    };
    let fact = |read: &Read| Fact {
        fact: read.fact.clone(),
        value: of(read, before),
        planned: of(read, after).filter(|planned| Some(planned) != of(read, before).as_ref()),
        grade: read.grade.word(),
        by: match &read.grade {
            Grade::Captured(how) | Grade::Recorded(how) => (*how).to_owned(),
            Grade::Attested(who) => who.clone(),
            Grade::Unknown(why) => why.clone(),
        },
    };
    OfRule { rule: proof.rule.to_owned(), says, facts: proof.reads.iter().map(fact).collect() }
}

/// The value of a fact in a state of the site.
fn value(name: &str, state: &State) -> Option<Value> {
    let about = About::named(name)?;
    match &about {
        About::List(kind) => Some(state.keys(*kind).len().into()),
        About::Object(on) => Some(state.get(on).is_some().into()),
        About::Field(on, name) => {
            let fields = state.get(on)?.fields();
            let Some((part, number)) = name.split_once(" of module ") else { return fields.get(name).cloned() };
            let modules = fields.get("modules")?.as_array()?;
            let number: u64 = number.parse().ok()?;
            modules.iter().find(|module| module["number"] == number)?.get(part).cloned()
        }
    }
}

/// Writes them for a person, before the findings.
pub fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (Some(all), Some(wanted)) = (of(report), report.proofs) else { return Ok(()) };
    let read =
        report.site.as_ref().map_or_else(|| "without a site".to_owned(), |site| escape::line(&site.how()).to_string());
    if let (Proofs::Of(rule), []) = (wanted, &all[..]) {
        let phase = report.rule(rule).map_or(Phase::Configure, |rule| rule.phase).name();
        return writeln!(out, "{rule}: not due at gate `{}` here; it is of the gate `{phase}`\n", report.gate.name());
    }
    match wanted {
        Proofs::All => writeln!(out, "what {} that are due rest on, {read}:", many(all.len(), "rule"))?,
        Proofs::Of(_) => writeln!(out, "what it rests on, {read}:")?,
    }
    for of in &all {
        let says = match of.says {
            Says::Nothing => "nothing is wrong",
            Says::Findings => "has findings",
            Says::LacksAFact => "lacks a fact",
        };
        let title = report.rule(&of.rule).map(|rule| rule.title()).filter(|_| wanted != Proofs::All);
        writeln!(out, "  {}: {says}", of.rule)?;
        if let Some(title) = title {
            writeln!(out, "    it reports: {title}")?;
        }
        if of.facts.is_empty() {
            writeln!(out, "    the plan alone")?;
        }
        let shown = if wanted == Proofs::All { SHOWN } else { usize::MAX };
        for fact in of.facts.iter().take(shown) {
            writeln!(out, "    {}", line(fact))?;
        }
        if let more @ 1.. = of.facts.len().saturating_sub(shown) {
            writeln!(out, "    and {more} more: `--why {}`", of.rule)?;
        }
    }
    writeln!(out)
}

fn line(fact: &Fact) -> String {
    let value = fact.value.as_ref().map_or_else(String::new, |value| format!(" = {}", short(value)));
    let known = match fact.grade {
        Graded::Captured => format!("captured ({})", escape::line(&fact.by)),
        Graded::Recorded => format!("recorded ({}), and nobody here vouches for it", escape::line(&fact.by)),
        Graded::Attested => format!("attested by {}", escape::line(&fact.by)),
        Graded::Unknown => format!("unknown: {}", escape::line(&fact.by)),
    };
    let planned = fact.planned.as_ref().map_or_else(String::new, |value| format!(", and {} by the plan", short(value)));
    format!("{}{value}{planned} · {known}", escape::line(&fact.fact))
}

/// A value in a line, cut where it is long.
fn short(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut cut: String = whole.chars().take(LONGEST).collect();
    if cut.len() < whole.len() {
        cut.push('…');
    }
    escape::line(&cut).to_string()
}
