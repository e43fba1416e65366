//! `plan explain --coverage`: what is known to go wrong at such a switch, and what looks at it.

use std::io::{self, Write};

use crate::cli::ExplainFormat;
use crate::output::explain;
use crate::output::human::{Style, paint};
use crate::output::words::wrapped;
use crate::rules::{CANDIDATES, Candidate, CoveredBy, OF_THE_PLAN, group};

/// Prints all of them.
pub(super) fn run(format: ExplainFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExplainFormat::Json => explain::coverage(CANDIDATES, OF_THE_PLAN, out),
        ExplainFormat::Markdown => table(out),
        ExplainFormat::Human => human(style, out),
    }
}

fn human(style: Style, out: &mut dyn Write) -> io::Result<()> {
    let columns = style.width.clamp(40, 100);
    for of_one in grouped() {
        writeln!(out, "{}", paint(style, "1", group(of_one[0].number)))?;
        for candidate in of_one {
            write!(out, "{}", wrapped(&format!("  {}  {}\n", candidate.number, candidate.what), columns))?;
            write!(out, "{}", wrapped(&format!("       {}\n", by(candidate)), columns))?;
        }
    }
    writeln!(out, "{}", paint(style, "1", "The plan's own shape, files and evidence"))?;
    for (rule, what) in OF_THE_PLAN {
        write!(out, "{}", wrapped(&format!("  `{rule}`: {what}\n"), columns))?;
    }
    writeln!(out, "\n{}", sums())
}

/// The candidates of each group.
fn grouped() -> impl Iterator<Item = &'static [Candidate]> {
    CANDIDATES.chunk_by(|a, b| group(a.number) == group(b.number))
}

/// What looks at a candidate, in words.
fn by(candidate: &Candidate) -> String {
    let in_words = |by: &CoveredBy| match by {
        CoveredBy::Rule(name) | CoveredBy::Reading(name) => format!("{} `{name}`", by.kind()),
        CoveredBy::Change(text) | CoveredBy::Run(text) | CoveredBy::NotChecked(text) => {
            format!("{}: {text}", by.kind())
        }
    };
    let all: Vec<String> = candidate.by.iter().map(in_words).collect();
    all.join("; ")
}

/// How many of them are checked.
fn sums() -> String {
    let count = |holds: fn(&Candidate) -> bool| CANDIDATES.iter().filter(|candidate| holds(candidate)).count();
    let whole = count(|candidate| candidate.not_checked().is_none());
    let none = count(|candidate| candidate.checked().next().is_none());
    let all = CANDIDATES.len();
    format!("{all} candidates: {whole} are checked, {} in part, and {none} are not", all - whole - none)
}

fn table(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| | what has to be so | what looks at it |\n| --- | --- | --- |")?;
    CANDIDATES
        .iter()
        .try_for_each(|candidate| writeln!(out, "| {} | {} | {} |", candidate.number, candidate.what, by(candidate)))
}

/// The part of the rule reference that says what nothing looks at.
pub(super) fn not_checked(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n## What is not checked\n\n{}: `plan explain --coverage` prints them all, each with what looks at it. Of these nothing does, or at \
         a part of them alone:\n\n| | what has to be so | why it is not checked |\n| --- | --- | --- |",
        sums()
    )?;
    CANDIDATES.iter().try_for_each(|candidate| match candidate.not_checked() {
        Some(why) if candidate.checked().next().is_some() => {
            writeln!(out, "| {} | {} | in part: {why} |", candidate.number, candidate.what)
        }
        Some(why) => writeln!(out, "| {} | {} | {why} |", candidate.number, candidate.what),
        None => Ok(()),
    })
}
