//! `plan check`: is the plan green against the site?

mod fix;
mod plans;
mod suggest;

use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};

use crate::cli::{Check, CheckFormat, FailOn, Judging};
use crate::diag::Document;
use crate::failure::{Failure, exit};
use crate::model::text::many;
use crate::output::html::Subject;
use crate::output::human::{self, Style};
use crate::output::proofs::{self, Proofs};

use crate::output::{
    Report, concise, github, gitlab, html, json, json_lines, junit, markdown, rdjson, sarif, suggested,
};
use crate::rules::Verdict;
use crate::shape::Sources;
use crate::text::{Limits, compose_bytes};

use super::explain::known;
use super::inputs::{self, Checked};
use super::{Terminal, changes, lifted, reports, tracked, without_adapter};

/// Findings that are drawn before the rest is only counted.
pub(super) const DRAWN: usize = 60;

pub(super) fn run(args: &Check, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    run_drawing(args, DRAWN, terminal)
}

/// The same, drawing no more than so many findings.
pub(super) fn run_drawing(args: &Check, most: usize, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    reports::ensure_may_be_written(&args.output)?;
    let named = plans::named(&args.plans, args.judging.limits.max_bytes, terminal)?;
    let mut suggested = Vec::new();
    let checked: Vec<Checked> = if args.fix {
        fix::fix(named.plans, args, terminal)?
    } else if args.suggest {
        ensure_shows_suggestions(args.format)?;
        let both = named.plans.into_iter().map(|plan| suggest::suggest(plan, &args.judging));
        let (checked, all) = both.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        suggested = all;
        checked
    } else {
        named.plans.into_iter().map(|plan| judged(plan, &args.judging)).collect::<Result<_, _>>()?
    };
    let folder = std::env::current_dir().unwrap_or_default();
    let paths: Vec<String> = checked.iter().map(|checked| checked.opened.path.display().to_string()).collect();
    let own = |id: &str| checked.iter().find_map(|checked| checked.opened.own.by_id(id)).map(|own| own.rule);
    let why = args.why.as_deref().map(|id| own(id).map_or_else(|| known(id), Ok)).transpose()?;
    let proofs = why.map(|rule| Proofs::Of(rule.id)).or_else(|| args.proofs.then_some(Proofs::All));
    let all = checked.iter().zip(&paths);
    let suggested = suggested.iter().map(Some).chain(iter::repeat(None));
    let all: Vec<Report<'_>> = all
        .zip(suggested)
        .map(|((checked, path), suggested)| Report { folder: &folder, proofs, suggested, ..checked.report(path) })
        .collect();
    let style = terminal.style(most);
    let all_of = Shown { reports: &all, checked: &checked, are_many: named.are_many };
    match args.format {
        CheckFormat::Human if terminal.is_quiet() && proofs.is_none() && !args.suggest => {
            all.iter().try_for_each(|report| concise::render_quietly(report, terminal.out))?
        }
        format => all_of.render(format, style, terminal.out)?,
    }
    for written in &args.output {
        let style = reports::style(most);
        reports::write(written, terminal.masks, |out| all_of.render(written.format, style, out))?;
    }
    for checked in &checked {
        attend(checked, terminal)?;
    }
    lifted::attend_to(checked.iter().map(|checked| &checked.opened.settings), terminal.err)?;
    let fails = all.iter().zip(&checked).any(|(report, checked)| fails(args, report, checked));
    checked.into_iter().for_each(Checked::leave);
    Ok(if fails { exit::NOT_GREEN } else { exit::OK })
}

fn ensure_shows_suggestions(format: CheckFormat) -> Result<(), Failure> {
    if matches!(format, CheckFormat::Human | CheckFormat::Json | CheckFormat::JsonV1) {
        return Ok(());
    }
    let help = "leave `--format` out, or ask for `--format json`";
    Err(Failure::new(exit::USAGE, "only `human` and `json` have room for what is suggested").help(help))
}

fn judged(plan: Plan, judging: &Judging) -> Result<Checked, Failure> {
    match plan {
        Plan::At(path) => inputs::check(&path, judging),
        Plan::Given(bytes) => inputs::check_given(bytes, judging),
    }
}

/// A plan's text as it may be shown.
pub(super) fn shown_text(text: &str, limits: &Limits, show_personal: bool) -> String {
    let (source, tree, _) = compose_bytes(String::new(), text.as_bytes().to_vec(), limits);
    Sources::new((source, tree), None, show_personal).shown(Document::Plan).text().to_owned()
}

/// Reports that are shown together.
struct Shown<'a> {
    reports: &'a [Report<'a>],
    /// What they are of, one for each.
    checked: &'a [Checked],
    /// Whether the command line asks for several, or for whatever a folder holds: then a list is one even where it has one entry.
    are_many: bool,
}

impl Shown<'_> {
    fn render(&self, format: CheckFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let all = self.reports;
        if matches!(format, CheckFormat::Human | CheckFormat::Concise) {
            all.iter().try_for_each(|report| proofs::render(report, out))?;
        }
        match format {
            CheckFormat::Human => all.iter().try_for_each(|report| match report.suggested {
                Some(suggested) => suggested::render(suggested, report, style, out),
                None => human::render(report, style, out),
            })?,
            CheckFormat::Concise if all.len() > 1 => {
                all.iter().try_for_each(|report| concise::render_of_many(report, out))?;
            }
            CheckFormat::Concise => all.iter().try_for_each(|report| concise::render(report, out))?,
            CheckFormat::Json | CheckFormat::JsonV1 if self.are_many => return json::render_all(all, out),
            CheckFormat::Json | CheckFormat::JsonV1 => {
                return all.iter().try_for_each(|report| json::render(report, out));
            }
            CheckFormat::JsonLines => return json_lines::render(all, out),
            CheckFormat::Sarif => return sarif::render(all, out),
            CheckFormat::Github => return github::render(all, out),
            CheckFormat::Gitlab => return gitlab::render(all, out),
            CheckFormat::Junit => return junit::render(all, out),
            CheckFormat::Rdjson => return rdjson::render(all, out),
            CheckFormat::Markdown => return markdown::render(all, out),
            CheckFormat::Html => return self.page(out),
        }
        if all.len() < 2 {
            return Ok(());
        }
        let of = |verdict| all.iter().filter(|report| report.judgement.verdict == verdict).count();
        let each = [Verdict::Green, Verdict::Red, Verdict::Unproven].map(|verdict| (of(verdict), verdict.name()));
        let each = each.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
        writeln!(out, "{}: {}", many(all.len(), "plan"), each.collect::<Vec<_>>().join(", "))
    }
}

impl Shown<'_> {
    /// The page of what they are, and of what each plan changes.
    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let both = self.checked.iter().zip(self.reports);
        let changes: Vec<_> =
            both.map(|(checked, report)| changes::of(checked, report.path, (None, None), None)).collect();
        let subjects = self.reports.iter().zip(&changes);
        let subjects =
            subjects.map(|(report, changes)| Subject { report, changes: changes.as_ref(), verification: None });
        html::render(&subjects.collect::<Vec<_>>(), out)
    }
}

/// What a person has to know besides the findings.
fn attend(checked: &Checked, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    tracked::attend_to_left_open(&checked.members_files, checked.addresses(), &checked.opened.git, terminal)?;
    if checked.judgement.verdict != Verdict::Green
        && let Some(site) = &checked.site
    {
        without_adapter::attend_to(&site.reading.snapshot, terminal)?;
    }
    Ok(())
}

/// Whether a plan ends the check with exit code 1.
fn fails(args: &Check, report: &Report<'_>, checked: &Checked) -> bool {
    let no_site = args.judging.reading.no_site;
    let asked = args.fail_on.unwrap_or(if no_site { FailOn::Error } else { FailOn::Unproven });
    let counts = report.counts();
    let is_unproven = match checked.judgement.verdict {
        Verdict::Green => false,
        Verdict::Red => return true,
        // Where nobody wants a site read, a warning is asked for and not what every plan lacks.
        Verdict::Unproven if no_site && asked == FailOn::Warning => counts.unproven > 0,
        Verdict::Unproven => true,
    };
    let is_accepted = args.accept_unknown.is_some() && checked.judgement.lacks_only_private_files();
    (asked >= FailOn::Unproven && is_unproven && !is_accepted) || (asked >= FailOn::Warning && counts.warnings > 0)
}

/// The plans that a command line names.
struct Named {
    plans: Vec<Plan>,
    are_many: bool,
}

/// A plan to be judged.
#[derive(Clone)]
enum Plan {
    /// In a file.
    At(PathBuf),
    /// Read already, from standard input.
    Given(Vec<u8>),
}

impl Plan {
    /// What it is called.
    fn path(&self) -> &Path {
        match self {
            Self::At(path) => path,
            Self::Given(_) => Path::new("-"),
        }
    }
}
