//! What was found on the way to a site, for people and machines: a line a check, with cause and cure below it.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::escape::line;
use super::json::FORMAT_VERSION;
use super::words;
use crate::model::text::many;
use crate::site::wordpress::doctor::{Check, Examined, Verdict};

/// `plan site doctor --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "doctor", extend("$id" = "https://amc-plan.example/schemas/doctor.schema.json"))]
pub struct Document<'a> {
    /// The version of this format.
    pub format_version: &'static str,
    /// The site's address.
    pub site: &'a str,
    /// Whether anything answered there.
    pub reached: bool,
    /// What was found, in the order in which one check hangs on the other.
    pub checks: &'a [Check],
}

impl<'a> Document<'a> {
    /// What was found at a site.
    pub fn new(site: &'a str, examined: &'a Examined) -> Self {
        Self { format_version: FORMAT_VERSION, site, reached: examined.is_reached, checks: &examined.checks }
    }
}

/// How far what belongs to a check is moved in.
const INDENT: usize = 22;

/// The table.
pub fn table(examined: &Examined, width: usize) -> String {
    let mut text = String::new();
    for check in &examined.checks {
        let word = match check.verdict {
            Verdict::Ok => "ok",
            Verdict::Wrong => "wrong",
            Verdict::Unknown => "unknown",
        };
        text.push_str(&filled(&format!("{word:<8} {:<12} ", check.name), &check.seen, width));
        for (name, said) in [("cause", &check.cause), ("cure", &check.cure)] {
            if let Some(said) = said {
                text.push_str(&filled(&format!("{:INDENT$}{name:<6} ", ""), said, width));
            }
        }
    }
    let count = |verdict| examined.checks.iter().filter(|check| check.verdict == verdict).count();
    let (wrong, unknown) = (count(Verdict::Wrong), count(Verdict::Unknown));
    let _ = writeln!(text, "{}: {wrong} wrong, {unknown} unknown", many(examined.checks.len(), "check"));
    text
}

/// The lines of a table, each whole again where it was folded.
pub fn unfolded(table: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in table.lines() {
        let said = line.get(..INDENT).filter(|head| head.trim().is_empty()).and_then(|_| line.get(INDENT..));
        let is_more = |said: &&str| !["cause  ", "cure   "].iter().any(|name| said.starts_with(name));
        match (said.filter(is_more), lines.last_mut()) {
            (Some(said), Some(last)) => {
                last.push(' ');
                last.push_str(said.trim_start());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn filled(first: &str, said: &str, width: usize) -> String {
    let rest = " ".repeat(first.chars().count());
    let options = textwrap::Options::new(width)
        .word_separator(words::SEPARATOR)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
        .initial_indent(first)
        .subsequent_indent(&rest);
    format!("{}\n", textwrap::fill(&line(said), options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_folded_is_whole_again() {
        let said = "an answer of another type came: \"members are Zed Miller, Ann Price and some more of them\"";
        let check = |verdict, cause: Option<&str>, cure: Option<&str>| Check {
            name: "rest-api",
            verdict,
            seen: said.to_owned(),
            cause: cause.map(str::to_owned),
            cure: cure.map(str::to_owned),
        };
        let checks = vec![
            check(Verdict::Ok, None, None),
            check(
                Verdict::Wrong,
                Some(said),
                Some("cure it, as a cause of it is that many words follow each other here"),
            ),
        ];
        let folded = table(&Examined { checks: checks.clone(), is_reached: true }, 60);
        let whole = table(&Examined { checks, is_reached: true }, 10_000);
        assert!(folded.lines().count() > whole.lines().count());
        assert_eq!(unfolded(&folded), whole.lines().collect::<Vec<_>>());
    }
}
