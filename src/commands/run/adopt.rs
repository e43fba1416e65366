//! `plan adopt`: a run that is not proven ours, shown and confirmed again, and from then on of this user and this machine.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use crate::apply::intended::Intended;
use crate::apply::journal::Journal;
use crate::apply::kept_seals;
use crate::apply::seal::Presented;
use crate::apply::take_over::take_over;
use crate::apply::{self};
use crate::change;
use crate::cli::Adopt;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::model::Plan;
use crate::model::text::many;
use crate::output::escape::{self, line};
use crate::output::words::to_the_second;
use crate::project::settings;
use crate::project::signed;
use crate::project::{Opened, Project};
use crate::text::masked;
use crate::trust::{Fault, NotOurs};

use super::kept::is_kept;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::undo::ensure_named;
use super::{log, status};

/// Most characters of one side of a change that are shown.
const SHOWN: usize = 400;

pub(crate) fn run(args: &Adopt, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let project = Project::new(&args.of.plan, args.limits.into());
    let files = RunFiles::of_project(&project, &args.of.site);
    let opened = project.open();
    let Some((journal, run)) = adoptable(&files)? else {
        return Err(Failure::new(
            exit::USAGE,
            "no run on this site is on record here, so there is nothing to take over",
        ));
    };
    super::previous_run::ensure_of_this_plan(&args.of.plan, &run.begin, &args.of.site, |its| {
        format!("adopt that: `{}`", its.named().adopt())
    })?;
    let past = run.progress.is_past_the_barrier();
    let not_own = files.owned().err();
    if let Some(not_own) = not_own.clone().filter(|not_own| !may_be_taken_over(not_own, past)) {
        return Err(not_own.into());
    }
    let Some(why) = run.foreign.clone().or_else(|| not_own.as_ref().map(NotOurs::to_string)) else {
        writeln!(
            terminal.out,
            "the run on this site belongs to this user and this machine already: there is nothing to take over"
        )?;
        return Ok(exit::OK);
    };
    if let Some(unknown) = args.who.as_ref().filter(|who| is_unknown(who, opened.as_ref().ok())) {
        let message = format!("`{}` is not among the plan's `people`", line(unknown));
        return Err(Failure::new(exit::USAGE, message));
    }
    let now = opened.as_ref().ok().filter(|opened| opened.whole).map(|opened| &opened.plan);
    files.attend_to_modes(terminal.err)?;
    shown(&why, &run, now, &files, terminal)?;
    if past && let Ok(opened) = &opened {
        writeln!(terminal.out, "  way back  {}", line(&status::way_back(opened, (&run.begin, &run.progress))))?;
    }
    let digest = &run.begin.digests.changes;
    let given = match &args.confirm {
        Some(given) => given.clone(),
        None if !may_ask(args.no_input) => String::new(),
        None => terminal
            .ask(&format!("\nType the first eight digits of the run's digest to take it over ({}): ", &digest[..8]))?,
    };
    ensure_named(&given, digest, "adopt", &files)?;
    let lock = files.take_as_it_is()?;
    let aside = not_own.as_ref().map(|_| taken_over(&files)).transpose()?;
    let again = files.peeked(&journal)?.filter(|again| again.events == run.events);
    if again.is_none() {
        let message = "the journal changed while it was shown, so the run was not taken over";
        return Err(Failure::new(exit::UNCONFIRMED, message).help("look at it again"));
    }
    let key = files.key()?;
    if !past {
        sealed(args, &run, &key)?;
    }
    let as_begun = || Intended::of(&run.events).map(|intended| intended.digests());
    let meant = now.map(|plan| (change::intent_digest(plan), Some(change::rehearsed_digest(plan))));
    let meant = meant.or_else(as_begun).unwrap_or_default();
    let adopted = Journal::adopt(&journal, &key, (args.who.clone(), meant), Timestamp::now())?;
    if journal == files.journal() && !adopted.progress().is_over() {
        files.note_down(adopted.events(), past)?;
    }
    drop(lock);
    writeln!(terminal.out, "taken over: the run now belongs to this user and this machine")?;
    if let Some(aside) = aside {
        writeln!(terminal.out, "the earlier state folder is kept as {}", escape::path(&aside))?;
    }
    if let Err(still) = files.owned() {
        let help = still.help.clone().map_or_else(String::new, |help| format!("; {help}"));
        writeln!(terminal.err, "attention: {}{}", line(&still.to_string()), line(&help))?;
    }
    let go_on = if past || !run.progress.is_over() && !run.progress.is_taking_back() {
        format!("continue with it: `{}`", files.resume())
    } else {
        format!("take it back: `{}`", files.undo())
    };
    writeln!(terminal.out, "{go_on}")?;
    Ok(exit::OK)
}

/// Whether the state can be made ours by a copy. What came with a repository can be that of anybody, and only past the barrier,
/// where nothing of the plan is written any more, it is adopted all the same.
fn may_be_taken_over(not_own: &NotOurs, past: bool) -> bool {
    match not_own.fault {
        Fault::Shared => true,
        Fault::Tracked => past,
        Fault::Unproven => false,
    }
}

/// Makes the state folder ours, under the lock.
fn taken_over(files: &RunFiles) -> Result<PathBuf, Failure> {
    take_over(&files.folder, Timestamp::now()).map_err(|e| {
        Failure::file("take over", &files.folder, &e).help(
            "give yourself write access to the plan's folder; or copy the whole folder to one of your own, and adopt the run there",
        )
    })
}

/// The run that is not archived yet; else the newest that was, of which nobody knows whose it is.
fn adoptable(files: &RunFiles) -> Result<Option<(PathBuf, Unfinished)>, Failure> {
    if let Some(run) = files.found()? {
        return Ok(Some((files.journal(), run)));
    }
    let mut newest = None;
    for path in apply::archive::archived(&files.journal())?.into_iter().rev() {
        let Some(run) = files.peeked(&path)? else { continue };
        if run.foreign.is_some() {
            return Ok(Some((path, run)));
        }
        newest.get_or_insert((path, run));
    }
    Ok(newest)
}

fn is_unknown(who: &str, opened: Option<&Opened>) -> bool {
    opened.is_some_and(|opened| opened.whole && !opened.plan.people.contains_key(who))
}

/// Where the settings demand a seal, a digest alone takes no changes over that are still to be made: the seal that was given is
/// kept as that of an `apply` is.
fn sealed(args: &Adopt, run: &Unfinished, key: &crate::trust::Key) -> Result<(), Failure> {
    let settings = settings::of(&args.of.plan)?.seal;
    let demands = settings.demands();
    let Some(file) = &args.seal else {
        if !demands.required || run.progress.is_configured() || run.progress.is_over() {
            return Ok(());
        }
        let message = "the plan.toml that holds for the plan requires a seal of this run's changes, and none was given";
        return Err(
            Failure::new(exit::UNCONFIRMED, message).help("give the one that the run was begun with: `--seal FILE`")
        );
    };
    let sealed = signed::read(file)?;
    let presented = Presented::new(&sealed, &settings.keys);
    let refused = |why: String| Failure::new(exit::UNCONFIRMED, format!("the seal is not valid here: {why}"));
    let seal = presented.of(demands, &run.begin.plan, &run.begin.host).map_err(|unknown| refused(unknown.0))?;
    if seal.digests != run.begin.digests {
        return Err(refused("it is for other changes".to_owned()));
    }
    kept_seals::keep(&args.of.plan, key, &sealed).map_err(|e| Failure::file("write beside", &args.of.plan, &e))
}

/// What was confirmed, and what the run did since.
fn shown(
    why: &str,
    run: &Unfinished,
    now: Option<&Plan>,
    files: &RunFiles,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let begin = &run.begin;
    let out = &mut terminal.out;
    let began = run.events.first().map(|entry| to_the_second(&entry.at.to_string())).unwrap_or_default();
    let changes = many(begin.changes.len(), "change");
    writeln!(
        out,
        "a run of {} on {}: {changes}, begun {began} by plan {}",
        line(&begin.plan),
        line(&begin.host.to_string()),
        line(&begin.tool)
    )?;
    writeln!(out, "  not ours  {}", line(why))?;
    writeln!(out, "  changes   {}", line(&begin.digests.changes))?;
    writeln!(out, "  intent    {}", line(&begin.digests.intent))?;
    writeln!(out, "  facts     {}", line(&begin.digests.facts))?;
    for (at, change) in begin.changes.iter().enumerate() {
        let whole = |value: &Value| {
            let text = value.to_string();
            masked(&text, !terminal.masks).into_owned()
        };
        let side = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), |value| clipped(&whole(value)));
        writeln!(out, "  {} {}", at + 1, line(&change.on.to_string()))?;
        writeln!(out, "    from {}", side(change.before.as_ref()))?;
        writeln!(out, "    to   {}", side(change.after.as_ref()))?;
    }
    for task in begin.by_hand.tasks() {
        writeln!(out, "  by hand {}", line(&task.on.to_string()))?;
        for one in super::by_hand::lines(&task) {
            writeln!(out, "    {}", masked(&one, !terminal.masks))?;
        }
    }
    for entry in &run.events {
        writeln!(out, "  {}  {}", to_the_second(&entry.at.to_string()), log::message(entry, &run.events))?;
    }
    writeln!(out, "  stands    it {}", run.stands())?;
    let past = run.progress.is_past_the_barrier();
    if now.is_some_and(|plan| !Intended::of(&run.events).is_some_and(|intended| intended.is(plan, past))) {
        writeln!(
            out,
            "  attention the plan no longer wants what was confirmed, or this build computes it differently: whoever adopts the run confirms the plan as it is now"
        )?;
    }
    if !is_kept(&files.before(), &run.events) {
        writeln!(
            out,
            "  attention the reading from before the run is missing here: nobody can prove that everybody kept what \
            they had, and the run can only end with exit code 21"
        )?;
    }
    out.flush()?;
    Ok(())
}

fn clipped(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < text.len() { " …" } else { "" };
    line(&short) + more
}
