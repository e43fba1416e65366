//! `plan explain`: what a rule checks, why, and how to fix what it finds; what a word means; the whole rule reference.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::{Explain, ExplainFormat};
use crate::failure::{Failure, exit};
use crate::output::human::{Style, paint};
use crate::output::{escape, explain};
use crate::project::settings;
use crate::rules::{self, ALL, Rule};
use crate::shape::codes;
use crate::text;

use super::explain_example::pasted;
use super::{Terminal, explain_coverage, glossary, own_rules};

pub(super) fn run(args: &Explain, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let style = terminal.style(0);
    if args.coverage {
        explain_coverage::run(args.format, style, terminal.out)?;
        return Ok(exit::OK);
    }
    let plan = args.plan.as_deref().unwrap_or(Path::new("-"));
    if let Some(id) = &args.rule
        && let Some(own) = own_rules::own_rule(id, plan)?
    {
        own.by_id(id).map_or(Ok(()), |own| own_rules::explained(own, args.format, style, terminal.out))?;
        return Ok(exit::OK);
    }
    match (&args.rule, args.format) {
        (Some(id), format) => match glossary::word(id) {
            Some(word) => word.explain(format, style, terminal.out)?,
            None => match codes::about(id) {
                Some(about) => code(id, about, format, style, terminal.out)?,
                None => {
                    let rule = known(id)?;
                    let raised = raised_here(rule, terminal)?;
                    one(rule, raised.as_deref(), format, style, terminal.out)?;
                }
            },
        },
        (None, ExplainFormat::Human) => list(style, terminal.out)?,
        (None, ExplainFormat::Json) => {
            explain::rules(ALL, terminal.out)?;
        }
        (None, ExplainFormat::Markdown) => reference(terminal.out)?,
    }
    Ok(exit::OK)
}

pub(super) fn known(id: &str) -> Result<&'static Rule, Failure> {
    rules::by_id(id).ok_or_else(|| {
        let failure = Failure::new(exit::USAGE, format!("there is neither a rule nor a word `{id}`"));
        let words: Vec<String> = glossary::words().map(|word| word.id()).collect();
        let names = ALL
            .iter()
            .map(|rule| rule.id)
            .chain(words.iter().map(String::as_str))
            .chain(codes::names().map(|name| -> &str { name }));
        match text::nearest(id, names) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`plan explain` lists them all"),
        }
    })
}

/// What a finding about reading the plan means: nobody can accept the risk of it, and it is due at any time.
fn code(id: &str, about: &str, format: ExplainFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExplainFormat::Json => explain::code(id, about, out),
        ExplainFormat::Markdown => writeln!(out, "## {id}\n\n*{READING}*\n\n{about}"),
        ExplainFormat::Human => {
            let about = textwrap::fill(about, style.width.clamp(40, 100));
            writeln!(out, "{}  {READING}\n\n{about}", paint(style, "1", id))
        }
    }
}

/// What all these findings have in common.
const READING: &str = "error · about reading the plan, so due at any time · never accepted";

/// The `plan.toml` that holds for a plan in the working folder, where it makes errors of a rule's warnings. One that cannot be read is said, and
/// keeps nobody from the rule's page.
fn raised_here(rule: &Rule, terminal: &mut Terminal<'_>) -> Result<Option<String>, Failure> {
    match settings::of(Path::new("-")) {
        Ok(settings) => Ok(settings.raised.holds(rule.id).then(|| settings.raised.by().to_owned())),
        Err(failure) => {
            writeln!(
                terminal.err,
                "attention: {}; so whether it raises `{}` is not known",
                escape::line(&failure.message),
                rule.id
            )?;
            Ok(None)
        }
    }
}

fn one(rule: &Rule, raised: Option<&str>, format: ExplainFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let here = raised.map(|by| format!("here, in {}, its warnings are errors", escape::path(Path::new(by))));
    match format {
        ExplainFormat::Json => explain::rule(rule, rule.page(), raised, out),
        ExplainFormat::Markdown => {
            page(rule, out)?;
            here.map_or(Ok(()), |here| writeln!(out, "\n*{}*", escape::prose(&here)))
        }
        ExplainFormat::Human => {
            writeln!(out, "{}  {}", paint(style, "1", rule.id), facts(rule))?;
            here.map_or(Ok(()), |here| writeln!(out, "{here}"))?;
            writeln!(out)?;
            let mut example: Option<String> = None;
            for line in rule.page().lines() {
                match (&mut example, line.strip_prefix("## ")) {
                    (None, Some(heading)) => writeln!(out, "{}", paint(style, "1", heading))?,
                    (None, None) if line.starts_with("```yaml") => example = Some(String::new()),
                    (Some(fence), _) if line.starts_with("```") => {
                        writeln!(out, "{}", pasted(fence))?;
                        example = None;
                    }
                    (Some(fence), _) => fence.extend([line, "\n"]),
                    (None, None) => writeln!(out, "{line}")?,
                }
            }
            Ok(())
        }
    }
}

fn list(style: Style, out: &mut dyn Write) -> io::Result<()> {
    let widest = ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in ALL {
        let id = paint(style, "1", &format!("{:widest$}", rule.id));
        writeln!(out, "{id}  {:7} {:9} {}", rule.severity.name(), rule.phase.name(), rule.title())?;
    }
    let words: Vec<String> = glossary::words().map(|word| word.id()).collect();
    let words = textwrap::fill(&words.join(", "), style.width.clamp(40, 100));
    writeln!(out, "\n`plan explain NAME` prints a rule's full page, or what a word means. The words:\n{words}")
}

fn reference(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# Rules\n\nWritten by `plan explain --format markdown`. The fences are tests: small merge patches over one green plan and site."
    )?;
    writeln!(out, "\n| rule | severity | due | may be accepted | evidence |\n| --- | --- | --- | --- | --- |")?;
    for rule in ALL {
        let acceptable = if rule.acceptable { "yes" } else { "no" };
        writeln!(
            out,
            "| [`{0}`](#{0}) | {1} | {2} | {acceptable} | {3} |",
            rule.id,
            rule.severity.name(),
            rule.phase.name(),
            rule.evidence.name()
        )?;
    }
    explain_coverage::not_checked(out)?;
    ALL.iter().try_for_each(|rule| page(rule, out))
}

fn page(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n\n*{}*\n", rule.id, facts(rule))?;
    rule.page().lines().try_for_each(|line| match line.strip_prefix("## ") {
        Some(heading) => writeln!(out, "### {heading}"),
        None => writeln!(out, "{line}"),
    })
}

fn facts(rule: &Rule) -> String {
    let acceptable = if rule.acceptable { "may be accepted" } else { "never accepted" };
    let guide = if rule.guide == "–" { String::new() } else { format!(" · guide {}", rule.guide) };
    format!(
        "{} · due at `{}` · {acceptable} · {}{guide} · since {}",
        rule.severity.name(),
        rule.phase.name(),
        rule.evidence.name(),
        rule.since
    )
}
