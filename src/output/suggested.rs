//! What is suggested for a plan: the patch, what each of its edits is needed for, and what remains for `apply`, for the site and for people.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Component, Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{self, Location};
use crate::model::text::many;
use crate::rules::Verdict;
use crate::shape::personal;
use crate::suggest::{Needed, Reached, Remains, Stop, Suggestion, Task};
use crate::text::{masked, same_length};

use super::diff::{exact_lines_between, lines_between};
use super::human::{self, Style};
use super::inert::inert;
use super::{Report, escape, naming_plan};

/// What is suggested for a plan, with all that a format needs to show it.
#[derive(Debug)]
pub struct Suggested {
    suggestion: Suggestion,
    remains: Remains,
    patch: Patch,
    /// The line of the plan as it is at which each edit is made.
    lines: Vec<usize>,
}

/// A text as it is, and as it may be shown.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// As it is.
    pub text: &'a str,
    /// The same with what is personal masked.
    pub shown: &'a str,
}

/// A unified diff of the plan.
#[derive(Debug)]
struct Patch {
    /// Its lines; none where nothing is suggested.
    lines: Vec<String>,
    /// Whether they are the plan's to the byte, so that `patch` takes them.
    is_exact: bool,
    /// The folder below which its file is found; none where that is the working folder.
    below: Option<String>,
}

impl Patch {
    fn of(path: &str, before: Sides<'_>, after: Sides<'_>, show_personal: bool) -> Self {
        let (name, below) = named(path);
        let hidden = hidden(before, show_personal).chain(hidden(after, show_personal)).collect::<HashSet<&str>>();
        let exact = exact_lines_between(before.text, after.text, |line| hidden.contains(line));
        let exact = exact.filter(|lines| !lines.iter().any(|line| hidden.contains(line.get(1..).unwrap_or_default())));
        let is_exact = exact.is_some();
        let shown = || lines_between(before.shown, after.shown).iter().map(|line| escape::terminal(line)).collect();
        let written: Vec<String> = exact.unwrap_or_else(shown);
        let head = match written.is_empty() {
            true => Vec::new(),
            false => Vec::from([format!("--- {}", quoted("a", &name)), format!("+++ {}", quoted("b", &name))]),
        };
        Self { lines: head.into_iter().chain(written).collect(), is_exact, below }
    }
}

/// The lines of a text that cannot be shown as they are.
fn hidden(sides: Sides<'_>, show_personal: bool) -> impl Iterator<Item = &str> {
    // What is shown has a character of its own for a carriage return and all that steers.
    let is_whole = move |(raw, shown): &(&str, &str)| {
        let body = raw.strip_suffix('\r').unwrap_or(raw);
        let is_plain = escape::terminal(body) == body && masked(body, show_personal) == body;
        is_plain && same_length(raw) == *shown && inert(&format!(" {raw}")) == format!(" {raw}")
    };
    let shown = sides.shown.split('\n').chain(std::iter::repeat(""));
    sides.text.split('\n').zip(shown).filter(move |both| !is_whole(both)).map(|(raw, _)| raw)
}

/// How a patch names a file, and below which folder where that is not the working one.
fn named(path: &str) -> (String, Option<String>) {
    let given = Path::new(path);
    if path == "-" {
        return ("plan.yaml".to_owned(), None);
    }
    // `patch` follows no name out of the folder that it is in.
    if given.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        let parts = given.components().filter(|part| matches!(part, Component::Normal(_)));
        return (parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"), None);
    }
    let name = given.file_name().unwrap_or(given.as_os_str()).to_string_lossy().into_owned();
    (name, given.parent().map(|folder| folder.display().to_string()))
}

/// A name in the header of a patch, as git and `patch` read it: in quotes where it has what would end it or steer.
fn quoted(side: &str, name: &str) -> String {
    let name = format!("{side}/{name}");
    let is_plain =
        |c: char| c != '"' && c != '\\' && escape::terminal(&c.to_string()) == c.to_string() && c != '\t' && c != '\n';
    if name.chars().all(is_plain) {
        // A name with blanks in it ends at a tab.
        return if name.contains(' ') { format!("{name}\t") } else { name };
    }
    let byte = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\{other:03o}"),
    };
    format!("\"{}\"", name.bytes().map(byte).collect::<String>())
}

impl Suggested {
    /// What is suggested for the plan of a report, and what remains then.
    pub fn new(
        (suggestion, remains): (Suggestion, Remains),
        report: &Report<'_>,
        before: Sides<'_>,
        after: Sides<'_>,
    ) -> Self {
        let line = |needed: &Needed| {
            let place = match &needed.edit.place {
                Location::At { document, part, .. } => {
                    Location::At { document: *document, pointer: needed.at.clone(), part: *part }
                }
                bytes => bytes.clone(),
            };
            report.sources.spot(&place).start.line
        };
        let lines = suggestion.edits.iter().map(line).collect();
        let patch = Patch::of(report.path, before, after, report.show_personal);
        let mut all = Self { suggestion, remains, patch, lines };
        if !report.show_personal {
            let tasks = all.remains.on_site.values_mut().flatten();
            let tasks = tasks.chain(&mut all.remains.by_apply).chain(&mut all.remains.for_people);
            tasks.filter_map(|task| task.at.as_mut()).for_each(mask);
            let stops = all.suggestion.edits.iter_mut().flat_map(|needed| &mut needed.without);
            stops.for_each(|stop| mask(&mut stop.at));
        }
        all
    }
}

fn mask(pointer: &mut String) {
    *pointer = personal::pointer(diag::Document::Plan, pointer).into_owned();
}

/// Draws what is suggested: the patch first, so that `patch` and `git apply` take the whole of it.
pub fn render(suggested: &Suggested, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Suggested { suggestion, remains, patch, .. } = suggested;
    patch.lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if !patch.lines.is_empty() {
        writeln!(out)?;
    }
    render_edits(suggested, report, style, out)?;
    let groups = [("`apply` does it:", &remains.by_apply)].into_iter();
    let is_left = !remains.by_apply.is_empty() || !remains.on_site.is_empty() || !remains.for_people.is_empty();
    if is_left {
        let then = if suggestion.edits.is_empty() { "what remains" } else { "what remains with them" };
        writeln!(out, "{}", human::paint(style, "1", then))?;
    }
    for (head, tasks) in groups.filter(|(_, tasks)| !tasks.is_empty()) {
        writeln!(out, "  {head}")?;
        render_tasks(tasks, report.path, "    ", style, out)?;
    }
    if !remains.on_site.is_empty() {
        writeln!(out, "  on the site, by screen:")?;
    }
    for (screen, tasks) in &remains.on_site {
        writeln!(out, "    {screen}")?;
        render_tasks(tasks, report.path, "      ", style, out)?;
    }
    if !remains.for_people.is_empty() {
        writeln!(out, "  for people:")?;
        render_tasks(&remains.for_people, report.path, "    ", style, out)?;
    }
    if is_left {
        writeln!(out)?;
    }
    human::summary(report, style, out)?;
    if !suggestion.edits.is_empty() {
        writeln!(out, "  with these edits: {} at gate `{}`", suggestion.judgement.verdict.name(), report.gate.name())?;
        let below = patch.below.as_ref().map(|folder| format!("-d {} ", escape::shell(folder))).unwrap_or_default();
        match patch.is_exact {
            true => writeln!(
                out,
                "  nothing was written; to take them, keep this text in a file, look at it, and run `patch -p1 {below}< FILE`"
            )?,
            false => writeln!(
                out,
                "  nothing was written; `patch` does not take these lines, as what is personal or cannot be shown is left out of \
                 them{}",
                if report.show_personal { "" } else { ": see `--show-personal`" }
            )?,
        }
    }
    Ok(())
}

fn render_edits(suggested: &Suggested, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let suggestion = &suggested.suggestion;
    let count = suggestion.edits.len();
    let head = match (count, report.judgement.verdict) {
        (0, Verdict::Green) => "nothing is suggested: the plan is green".to_owned(),
        (0, _) => "nothing is suggested: what is in the way of green is for the site or for people".to_owned(),
        (1, _) if suggestion.is_irreducible() => "1 edit is suggested, and is needed, as was tried:".to_owned(),
        (_, _) if suggestion.is_irreducible() => {
            format!("{} are suggested; each is needed, as was tried:", many(count, "edit"))
        }
        _ => format!("{} suggested:", many(count, "edit")),
    };
    writeln!(out, "{}", human::paint(style, "1", &head))?;
    for (Needed { edit, without, .. }, line) in suggestion.edits.iter().zip(&suggested.lines) {
        let (rule, title) = (&edit.rule, escape::line(&edit.remedy.title));
        writeln!(out, "  line {line}: {title} ({rule})")?;
        if !without.is_empty() {
            writeln!(out, "    without it: {}", escape::line(&listed(without)))?;
        }
    }
    if let Some(reached) = suggestion.reached {
        writeln!(out, "  {}", message(reached))?;
    }
    writeln!(out)
}

/// What a bound that was reached means.
fn message(reached: Reached) -> &'static str {
    match reached {
        Reached::Edits => "more is offered than is suggested at once: take these, and run this again",
        Reached::Tries => {
            "the plan was not judged often enough to see of every edit whether it is needed: take what is right, or write what is safe \
             with `--fix`, and run this again"
        }
    }
}

/// Stops in a few words.
fn listed(stops: &[Stop]) -> String {
    const NAMED: usize = 3;
    let one = |stop: &Stop| {
        let at = if stop.at.is_empty() { String::new() } else { format!(" at {}", stop.at) };
        format!("{}{at}{}", stop.rule, if stop.unproven { ", unproven" } else { "" })
    };
    let named: Vec<String> = stops.iter().take(NAMED).map(one).collect();
    match stops.len().saturating_sub(NAMED) {
        0 => named.join("; "),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

fn render_tasks(tasks: &[Task], plan: &str, indent: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for task in tasks.iter().take(style.most) {
        let rules = if task.rules.is_empty() { String::new() } else { format!(" ({})", task.rules.join(", ")) };
        writeln!(out, "{indent}- {}{rules}", escape::line(&task.what))?;
        let place = task.at.as_deref().filter(|at| !at.is_empty());
        let place = match (place, &task.key) {
            (Some(at), Some(key)) => Some(format!("write `{key}` in {at}")),
            (None, Some(key)) => Some(format!("write `{key}` at the top of the plan")),
            (Some(at), None) => Some(format!("at {at}")),
            (None, None) => None,
        };
        place.into_iter().try_for_each(|place| writeln!(out, "{indent}  {}", escape::line(&place)))?;
        if let Some(help) = &task.help {
            writeln!(out, "{indent}  help: {}", naming_plan(&escape::line(help), plan))?;
        }
        if !task.brings.is_empty() {
            writeln!(out, "{indent}  not suggested: with it comes {}", task.brings.join(", "))?;
        }
    }
    match tasks.len().checked_sub(style.most).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "{indent}… and {more} more; `--format json` has them all"),
        None => Ok(()),
    }
}

/// What is suggested, in a report for machines.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// The verdict with every edit made.
    pub verdict: Verdict,
    /// Whether each edit was seen to be needed: the verdict is worse without it.
    pub irreducible: bool,
    /// That a bound ended the search, in words; null where none did.
    pub bound: Option<String>,
    /// The edits as a unified diff of the plan; null where nothing is suggested.
    pub patch: Option<String>,
    /// Whether the diff is the plan's to the byte; else what is personal or cannot be shown is left out of it.
    pub applies: bool,
    /// The edits, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// What `apply` does by itself once they are made.
    pub by_apply: Vec<Task>,
    /// What is done on the site then, by screen.
    pub on_site: Vec<OnScreen>,
    /// What people decide, find out, or put on record.
    pub for_people: Vec<Task>,
}

/// An edit that is suggested.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The finding's rule, or the code of the shape check.
    pub rule: String,
    /// What it does.
    pub title: String,
    /// Whether it is the one right answer.
    pub safe: bool,
    /// The line of the plan as it is, from 1.
    pub line: usize,
    /// What keeps the verdict from being green without it; empty where nobody tried.
    pub without: Vec<Without>,
}

/// What keeps a verdict from being green.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Without {
    /// The rule.
    pub rule: String,
    /// Where, as the plan as it is names it: a JSON pointer.
    pub pointer: String,
    /// Whether a fact is missing, rather than something wrong.
    pub unproven: bool,
}

/// What is done on an admin screen.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OnScreen {
    /// What to open, by its menus.
    pub screen: String,
    /// What to do there.
    pub tasks: Vec<Task>,
}

/// What is suggested as a document.
pub(super) fn document(suggested: &Suggested) -> Document {
    let Suggested { suggestion, remains, patch, lines } = suggested;
    let without = |stop: &Stop| Without { rule: stop.rule.clone(), pointer: stop.at.clone(), unproven: stop.unproven };
    let edits = suggestion.edits.iter().zip(lines).map(|(Needed { edit, without: stops, .. }, line)| Edit {
        rule: edit.rule.clone(),
        title: edit.remedy.title.clone(),
        safe: edit.remedy.is_safe(),
        line: *line,
        without: stops.iter().map(without).collect(),
    });
    let on_site = remains.on_site.iter();
    Document {
        verdict: suggestion.judgement.verdict,
        irreducible: suggestion.is_irreducible(),
        bound: suggestion.reached.map(|reached| message(reached).to_owned()),
        patch: (!patch.lines.is_empty()).then(|| patch.lines.iter().map(|line| format!("{line}\n")).collect()),
        applies: patch.is_exact,
        edits: edits.collect(),
        by_apply: remains.by_apply.clone(),
        on_site: on_site
            .map(|(screen, tasks)| OnScreen { screen: (*screen).to_owned(), tasks: tasks.clone() })
            .collect(),
        for_people: remains.for_people.clone(),
    }
}
