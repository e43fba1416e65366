//! `plan undo`: the changes of a run taken back, the last one first, and what a person made set back by them, as far as the barrier; then
//! those of the run before it.

use jiff::Timestamp;

use crate::apply::archive;
use crate::apply::journal::{Begin, Event, JournalEntry};
use crate::apply::machine::{Progress, Seen, seen};
use crate::change::{self, Change};
use crate::cli::Undo;
use crate::commands::{Begun, Terminal, may_ask, members};
use crate::failure::{Failure, exit};
use crate::guide::{MigrationSignals, Stage};
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::model::{Kind, ObjectRef, State, digest};
use crate::output::escape::{self, line};
use crate::project::settings::Seals;
use crate::project::{Opened, Project};
use crate::site::wordpress::Address;
use crate::site::{self, Site, SiteError, file};

use super::by_hand::show_back;
use super::event_log::EventLog;
use super::previous_run::ensure_of_this_plan;
use super::resume::{self, Confirmed, confirmed, ensure_its_site, ensure_live_typed, ensure_there};
use super::run_files::RunFiles;
use super::session::Turn;
use super::set_back;
use super::state::Unfinished;
use super::status;

pub(crate) fn run(args: &Undo, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let project = Project::new(&args.of.plan, args.limits.into());
    let (opened, unread) = project.as_far_as_it_reads();
    let files = RunFiles::of_project(&project, &args.of.site);
    let undoable = |files: &RunFiles| {
        files.undoable().map_err(|failure| {
            let message = format!("it is unknown whether an earlier run can be undone: {}", failure.message);
            Failure { message, ..failure }
        })
    };
    if !files.journal().exists() && undoable(&files)?.is_none() {
        files.ensure_no_other_run(&args.of.plan, None)?;
        return Err(unread.into_iter().next().unwrap_or_else(|| nothing(&files, &opened)));
    }
    let (turn, open) = Turn::take((project, files), log, Begun::Journaled, terminal)?;
    let files = &turn.files;
    let (archived, run) = match open {
        Some(run) => (None, run),
        None => undoable(files)?.map(|(archived, run)| (Some(archived), run)).ok_or_else(|| nothing(files, &opened))?,
    };
    let Unfinished { begin, progress, events, .. } = run;
    terminal.has_begun(Begun::Journaled);
    for failure in &unread {
        writeln!(terminal.err, "attention: {}; an undo needs only the journal", line(&failure.message))?;
    }
    let mut site = site_of(args, &opened, &begin, log.is_on_stderr())?;
    ensure_of_this_plan(&args.of.plan, &begin, &args.of.site, |its| format!("undo that: `{}`", its.named().undo()))?;
    let digest = &begin.digests.changes;
    let named_it = |given: &str| ensure_named(given, digest, "status", files);
    let ensure_that_one = || args.confirm.as_ref().map_or(Ok(()), |given| named_it(given));
    if progress.is_over() && !progress.is_replaced() {
        ensure_that_one()?;
        return files.archive_ended(terminal);
    }
    ensure_live_typed(&begin, args.host.as_deref())?;
    let live = opened.plan.live_site().filter(|_| opened.whole);
    if args.host.is_none() && live.as_ref().is_none_or(|live| live.could_be_the_same(&begin.host)) {
        let why = match live {
            Some(_) => format!("the plan now names `{}` as its live site", begin.host),
            None => format!("the plan now names no live site, and the run is on `{}`", begin.host),
        };
        let help = format!("to undo it anyway, give `--host {}`", begin.host);
        return Err(Failure::new(exit::TARGET, format!("{why}, and that host was not typed out")).help(help));
    }
    if progress.is_past_the_barrier() {
        let message =
            "this run is past *Run Migration*: what that did cannot be taken back by undoing the plan's changes";
        let mut help = status::way_back(&opened, (&begin, &progress));
        let shows = site.configuration().ok().and_then(|now| MigrationSignals::of(&now).managed);
        if progress.may_be_unpressed() && shows != Some(true) {
            help.extend(["; if nobody pressed it, attest that, and undo again: ", &files.say_not_pressed()]);
        }
        return Err(Failure::new(exit::PART_WAY, message).help(help));
    }
    ensure_that_one()?;
    // A seal that expired, or is demanded only since, hinders nobody from taking back what was confirmed.
    if confirmed(&args.of.plan, &begin, &events, &Seals::default())? == Confirmed::No {
        let message = "the run to undo holds changes that nobody confirmed here, so nothing was written";
        return Err(Failure::new(exit::UNCONFIRMED, message).help(format!(
            "take `.plan/` beside the plan from a backup, then undo again; or set back by hand what `{}` names",
            files.command("log")
        )));
    }
    let now = ensure_its_site(site.as_mut(), &begin, &progress)?;
    if let Some(why) = resume::is_migrated(&now) {
        let message = format!(
            "{why}: taking the changes back would remove its mail simulation and charging guard, so nothing \
            was written"
        );
        return Err(Failure::new(exit::PART_WAY, message).help(status::way_back_from(
            &opened,
            &begin,
            Stage::PastBarrier,
        )));
    }
    if begin.on == SiteRole::Staging && !progress.is_taking_back() {
        can_do_again(&begin.changes[..progress.in_place()], &args.leave, terminal)?;
    }
    let (leave, left_as_made) = to_leave(&args.leave, &begin, (&events, &now.state))?;
    if !progress.is_taking_back() && args.confirm.is_none() {
        named_it(&asked(args, (&begin, &progress), terminal)?)?;
    }
    if site.is_in_a_file() && progress.in_place() > 0 {
        let closed = if progress.is_closed_to_buyers() { ", before maintenance mode is switched off" } else { "" };
        writeln!(
            terminal.out,
            "attention: this undo changes the file `{}` and nothing on the WordPress that it describes: take each change back there \
             as well, by hand{closed}",
            line(&site.name())
        )?;
    }
    terminal.has_begun(Begun::Written);
    if let Some(archived) = &archived {
        // What lies there has no whole first line: that run has not begun.
        file::remove(&files.journal())?;
        archive::restore(archived, &files.journal())?;
    }
    let mut journal = files.open_journal()?;
    journal.observe(log.observer());
    let event =
        if journal.progress().is_taking_back() { resume::resumed(&journal, &turn.lock, None) } else { Event::Undo };
    journal.append(event, Timestamp::now())?;
    files.note_down(journal.events(), false)?;
    let mut run = turn.at(site).run(journal);
    if progress.came_to_its_changes() && !progress.is_closed_to_buyers() {
        run.ensure_nothing_is_left_made(&left_as_made, &now, terminal)?;
    }
    run.carry_out(&begin.changes, &leave, terminal)?;
    run.set_back(&left_as_made, args.no_input, terminal)?;
    run.reopen(args.no_input, terminal)?;
    run.carry_out(&begin.changes, &leave, terminal)?;
    let not_read = |error: SiteError| {
        Failure::new(exit::NOT_VERIFIED, format!("undone, but not read back: {error}"))
            .help(format!("run `{}` again once the site can be read", run.files.undo()))
    };
    let now = run.site.configuration().map_err(not_read)?;
    let seen_back = run.seen_back(&now);
    let state = now.state;
    let left: Vec<usize> = run.journal.events().iter().filter_map(left).collect();
    let is_off = |change: &Change| !change::shows(change::read(&state, &change.on).as_ref(), change.before.as_ref());
    let taken_back = begin.changes.iter().enumerate().filter(|(at, _)| !left.contains(at));
    let off = taken_back.filter(|(_, change)| is_off(change)).count();
    let not_closed = |failure: Failure| {
        let message = format!("every change is undone, but the run could not be closed: {}", failure.message);
        Failure::new(exit::PART_WAY, message).help(format!("repair that, then run `{}` again", run.files.undo()))
    };
    let kept = run.files.archive(&run.journal).map_err(not_closed)?;
    if off > 0 {
        let message = format!("{} differ from before the run when read back", many(off, "object"));
        return Err(Failure::new(exit::NOT_VERIFIED, message)
            .help(format!("somebody else may be changing the site; compare with `{}`", run.files.diff())));
    }
    let by_hand = match set_back::left_as_made(run.journal.events()) {
        // Where nothing waited for what a person sets back nothing of it is written down.
        left if set_back::is_set_back(run.journal.events()) => left,
        _ => left_as_made,
    };
    if progress.came_to_its_changes() {
        run.tell_set_back((&by_hand, &seen_back), &opened.record, terminal)?;
    }
    if !left.is_empty() || !by_hand.is_empty() {
        let others = left.iter().map(|at| begin.changes[*at].on.clone()).collect();
        let kinds = [(others, "left as somebody else changed it"), (by_hand, "left as it was made by hand")];
        let named = kinds.iter().filter(|(ons, _): &&(Vec<ObjectRef>, &str)| !ons.is_empty()).map(|(ons, why)| {
            let names: Vec<String> = ons.iter().map(|on| format!("`{on}`")).collect();
            format!("{}, {why}: {}", many(ons.len(), "object"), names.join(", "))
        });
        let message = format!("taken back, except {}", named.collect::<Vec<_>>().join("; and "));
        tell_earlier(&run.files, terminal)?;
        return Err(Failure::new(exit::NOT_VERIFIED, message).help(format!(
            "look at each of them with `{}`, and set by hand what should be different",
            run.files.diff()
        )));
    }
    let is_set_back = set_back::is_set_back(run.journal.events());
    let what = match (begin.by_hand.is_empty(), begin.changes.is_empty()) {
        (true, _) => "the site is as it was before the run, read back",
        (false, _) if is_set_back || seen_back.len() == begin.by_hand.tasks().len() => {
            "the site is as it was before the run, as far as it was read or seen"
        }
        (false, _) if !progress.came_to_its_changes() => "the run had not come to the plan's changes, and is over",
        (false, true) => "the run is over; all of its changes were a person's, so `plan` took nothing back",
        (false, false) => "all that was carried out is taken back, read back; what was set by hand is not",
    };
    writeln!(terminal.out, "{what}; the journal is {}", escape::path(&kept))?;
    tell_earlier(&run.files, terminal)?;
    Ok(exit::OK)
}

/// Says what the copy can do once its shields are taken back, before they are.
fn can_do_again(changes: &[Change], leave: &[String], terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let simulated =
        |change: &Change| change.before.as_ref().is_some_and(|mail| mail.get("simulated") == Some(&true.into()));
    let again = changes.iter().filter(|change| !leave.contains(&change.on.to_string()));
    let again: Vec<&str> = again
        .filter_map(|change| match change.on.kind {
            Kind::ChargingGuard => Some("charge members"),
            Kind::Mail if !simulated(change) => Some("mail members"),
            _ => None,
        })
        .collect();
    if !again.is_empty() {
        let what = again.join(" and ");
        writeln!(
            terminal.out,
            "attention: once this is taken back the copy can {what} again: keep people and scheduled jobs away from it, or delete it"
        )?;
    }
    Ok(())
}

/// The site to set back: an address must be one that the plan names, or, where no plan can be read, the run's own.
fn site_of(args: &Undo, opened: &Opened, begin: &Begin, log_is_on_stderr: bool) -> Result<Box<dyn Site>, Failure> {
    let site = &args.of.site;
    ensure_there(site, begin)?;
    let is_named = opened.whole || !site.contains("://");
    if !is_named && !Address::parse(site)?.identity().is_same_site(&begin.host) {
        let message = format!("the run to undo is on `{}`, and `{}` is another site", begin.host, line(site));
        return Err(Failure::new(exit::TARGET, message).help("name the site that the run began on"));
    }
    // An undo needs only the journal: where the adapters cannot be read, WordPress's own REST API has to do.
    let through = members::of_a_run(site, &opened.settings.site, log_is_on_stderr).unwrap_or_default();
    site::open_with_members(site, is_named.then_some(&opened.plan), through.as_ref())
}

/// Says that the run before can be undone too.
fn tell_earlier(files: &RunFiles, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if let Some(digest) = status::earlier(files, None, terminal)? {
        let digest = &digest[..16];
        writeln!(terminal.out, "the run before it, of the changes {digest}, can be undone too: `{}`", files.undo())?;
    }
    Ok(())
}

/// Why there is nothing to undo: no run is on record, or the last one passed the barrier.
fn nothing(files: &RunFiles, opened: &Opened) -> Failure {
    let last = files.archived().find_map(|archived| archived.ok().filter(|(_, run)| !run.progress.is_undone()));
    let ended = |run: &Unfinished| run.events.last().is_some_and(|entry| entry.event == Event::End);
    if let Some((_, run)) = last.filter(|(_, run)| ended(run) && run.progress.is_past_the_barrier()) {
        let message = "the last run on this site is finished and was past *Run Migration*: what that did cannot be taken back \
                       by undoing the plan's changes";
        return Failure::new(exit::USAGE, message).help(status::way_back(opened, (&run.begin, &run.progress)));
    }
    Failure::new(exit::USAGE, "no run on this site is on record here, so there is nothing to undo")
}

/// The number of a change that was left.
fn left(entry: &JournalEntry) -> Option<usize> {
    match entry.event {
        Event::Left { change } => Some(change),
        _ => None,
    }
}

/// The objects to leave, and those that a person made and that stay so. Each of the former must be of a change that is not taken back yet,
/// and be as neither side of it.
fn to_leave(
    named: &[String],
    begin: &Begin,
    (events, state): (&[JournalEntry], &State),
) -> Result<(Vec<ObjectRef>, Vec<ObjectRef>), Failure> {
    let changes = &begin.changes;
    let by_hand = begin.by_hand.tasks();
    let behind = |at: usize| {
        events.iter().any(|entry| left(entry) == Some(at) || entry.event == Event::TakenBack { change: at })
    };
    let refused = |name: &str, what: &str| {
        let message = format!("`{}` {what}", line(name));
        Err(Failure::new(exit::USAGE, message).help("leave that `--leave` out; nothing was written"))
    };
    let (mut leave, mut left_as_made) = (Vec::new(), Vec::new());
    for name in named {
        if let Some(task) = by_hand.iter().find(|task| task.on.to_string() == *name) {
            left_as_made.push(task.on.clone());
            continue;
        }
        let Some((at, change)) = changes.iter().enumerate().find(|(_, change)| change.on.to_string() == *name) else {
            return refused(name, "is not among the objects that this run changed");
        };
        if !behind(at) && seen(change, change::read(state, &change.on).as_ref()) != Seen::Neither {
            return refused(
                name,
                "is as the run found it or left it, so there is no change by somebody else that could be left",
            );
        }
        leave.push(change.on.clone());
    }
    Ok((leave, left_as_made))
}

/// Fewest digits of a digest that name a run.
const FEWEST: usize = 8;

/// Whether these are digits of the run's digest.
pub(super) fn ensure_named(given: &str, digest: &str, shown_by: &str, files: &RunFiles) -> Result<(), Failure> {
    let given = digest::as_typed(given);
    if given.len() >= FEWEST && digest.starts_with(&given) {
        return Ok(());
    }
    let help =
        format!("repeat the run's digest, as `{}` shows it: --confirm {}", files.command(shown_by), &digest[..FEWEST]);
    Err(Failure::new(exit::UNCONFIRMED, "the run was not confirmed, so nothing was written").help(help))
}

/// What a person typed; nothing where there is nobody to ask.
fn asked(args: &Undo, (begin, progress): (&Begin, &Progress), terminal: &mut Terminal<'_>) -> Result<String, Failure> {
    if !may_ask(args.no_input) {
        return Ok(String::new());
    }
    let changes = &begin.changes[..progress.in_place()];
    for change in changes.iter().rev() {
        writeln!(terminal.out, "  take back {}", line(&change.on.to_string()))?;
    }
    let tasks = if progress.came_to_its_changes() { begin.by_hand.tasks() } else { Vec::new() };
    show_back(&tasks, "set back", terminal)?;
    let by_hand = format!("{} by hand", many(tasks.len(), "object"));
    let what = match (changes.len(), tasks.len()) {
        (0, 0) => "to end this run, which made no change".to_owned(),
        (0, _) => format!("to undo it, and set back {by_hand}"),
        (count, 0) => format!("to take back {}", many(count, "change")),
        (count, _) => format!("to take back {}, and set back {by_hand}", many(count, "change")),
    };
    terminal.ask(&format!(
        "\nType the first {FEWEST} digits of the run's digest {what} ({}): ",
        &begin.digests.changes[..FEWEST]
    ))
}
