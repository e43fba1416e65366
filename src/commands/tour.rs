//! `plan tour`: check, diff and apply on the example, in a folder of its own, each with the command that was run.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use jiff::Timestamp;

use crate::cli::{self, SchemaName, Tour, Verb};
use crate::example;
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::human::paint;

use super::{Terminal, check, dispatch, schema};

/// Findings that the tour draws; the others are counted.
const FIRST: usize = 6;

pub(super) fn run(args: &Tour, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let folder = folder(args)?;
    let plans = folder.join("plans");
    example::write(&plans, example::SEED).map_err(|e| Failure::file("write into", &plans, &e))?;
    schema::write(&folder.join("schemas"), SchemaName::value_variants())?;
    let in_folder = |name: &str| plans.join(name).display().to_string();
    let (draft, plan, site) = (
        in_folder("bloom-coaching-first-draft.yaml"),
        in_folder("bloom-coaching.yaml"),
        in_folder("bloom-coaching.site.ndjson"),
    );
    say(terminal, "A first draft of the plan, checked against the staging site. Much is missing:")?;
    step(terminal, &["check", &draft, "--site", &site])?;
    say(terminal, "\nThe same plan once every finding was answered:")?;
    step(terminal, &["check", &plan, "--site", &site])?;
    say(terminal, "\nWhat it would change, for the reviewer:")?;
    step(terminal, &["diff", &plan, "--site", &site])?;
    if !terminal.is_shown() {
        return unshown(&folder, terminal);
    }
    say(terminal, "\nThe same as a page, with timelines, members and the run, for whoever looks rather than reads:")?;
    let report = in_folder("report.html");
    step(terminal, &["report", &plan, "--site", &site, "--out", &report])?;
    let digest = confirmed(&plan)?;
    say(terminal, "\nExactly that, and nothing else, is carried out:")?;
    step(terminal, &["apply", &plan, "--site", &site, "--confirm", &digest[..16]])?;
    say(terminal, "\nOnce more: there is nothing left to do.")?;
    let code = step(terminal, &["apply", &plan, "--site", &site])?;
    say(terminal, "\nA person takes the rest of the guide's steps; this is where the run stands:")?;
    step(terminal, &["status", &plan, "--site", &site])?;
    writeln!(
        terminal.out,
        "\nEverything is in {}: look at the plan, change it, and try again.",
        escape::path(&folder)
    )?;
    writeln!(terminal.out, "The page for a browser: {}", escape::line(&report))?;
    writeln!(terminal.out, "For a site of your own: plan init --site SITE --live URL --out plans/switch.yaml")?;
    Ok(code)
}

fn folder(args: &Tour) -> Result<PathBuf, Failure> {
    if let Some(folder) = &args.folder {
        if folder.exists() {
            return Err(Failure::new(
                exit::USAGE,
                format!("`{}` exists, and the tour wants a folder of its own", folder.display()),
            ));
        }
        return Ok(folder.clone());
    }
    let stamp = Timestamp::now().as_millisecond();
    Ok(std::env::temp_dir().join(format!("plan-tour-{stamp}-{}", std::process::id())))
}

/// What was not shown is not confirmed either: the tour ends where nobody can see it.
fn unshown(folder: &Path, terminal: &Terminal<'_>) -> Result<u8, Failure> {
    if terminal.is_left() {
        return Ok(exit::OK);
    }
    let message =
        "the tour ended early: its output cannot be written, and the tour does not confirm what nobody could see";
    Err(Failure::new(exit::NOT_VERIFIED, message).help(format!(
        "its files are in `{}`: take the tour again in another folder, where its output can be written",
        folder.display()
    )))
}

fn say(terminal: &mut Terminal<'_>, words: &str) -> Result<(), Failure> {
    Ok(writeln!(terminal.out, "{words}\n")?)
}

/// Runs one command line and shows it first.
fn step(terminal: &mut Terminal<'_>, words: &[&str]) -> Result<u8, Failure> {
    let style = terminal.style(0);
    let shown: Vec<&str> =
        words.iter().map(|word| Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or(word)).collect();
    writeln!(terminal.out, "{}", paint(style, "1;36", &format!("$ plan {}", shown.join(" "))))?;
    let cli = cli::parse(std::iter::once("plan").chain(words.iter().copied()), std::iter::empty())
        .map_err(|e| Failure::new(exit::USAGE, e.to_string()))?;
    match cli.verb {
        Verb::Check(args) => check::run_drawing(&args, FIRST, terminal),
        verb => dispatch(verb, terminal),
    }
}

/// The digest that the diff before it put beside the plan.
fn confirmed(plan: &str) -> Result<String, Failure> {
    let found = crate::apply::confirmation::latest(Path::new(plan), crate::trust::Key::find()?.as_ref());
    found
        .map(|known| known.digests.changes)
        .ok_or_else(|| Failure::new(exit::COULD_NOT_RUN, "the diff left no confirmation"))
}
