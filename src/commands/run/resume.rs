//! `plan apply --resume`: exactly the changes of the journal, whatever became of the plan; then the guide's steps.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::journal::{Begin, Event, Journal, JournalEntry};
use crate::apply::limits::Tally;
use crate::apply::lock::Lock;
use crate::apply::machine::Progress;
use crate::apply::seal::Presented;
use crate::apply::{self};
use crate::apply::{confirmation, kept_seals};
use crate::cli::Apply;
use crate::commands::record::said::ensure_person_known;
use crate::commands::{Begun, Terminal, lifted, members};
use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::plan::SiteRole;
use crate::model::{Identity, Snapshot, Step};
use crate::output::escape::line;
use crate::project::Project;
use crate::project::settings::{self, Demands, Seals};
use crate::project::signed::Sealed;
use crate::site::wordpress::Through;
use crate::site::{self, Site};
use crate::trust::Key;

use super::event_log::EventLog;
use super::previous_run::{ensure_not_copied_again, ensure_of_this_plan};
use super::run_files::RunFiles;
use super::session::Turn;
use super::state::Unfinished;
use super::target::{ensure_gate_green, ensure_still_staging};
use super::{certificate, kept};

/// Continues with exactly the changes of the journal, whatever became of the plan; then with the steps.
pub(super) fn run(args: &Apply, project: Project, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let nothing = || Failure::new(exit::USAGE, "no run stopped part-way here, so there is nothing to resume");
    let files = RunFiles::of_project(&project, &args.site);
    if !apply::state_folder(&args.plan).is_dir() {
        files.ensure_no_other_run(&args.plan, None)?;
        return Err(nothing());
    }
    let (turn, open) = Turn::take((project, files), log, Begun::Journaled, terminal)?;
    let (project, files) = (&turn.project, &turn.files);
    let Unfinished { begin, progress, events, .. } = open.ok_or_else(nothing)?;
    ensure_of_this_plan(&args.plan, &begin, &args.site, |its| format!("continue with it: `{}`", its.named().resume()))?;
    if progress.is_over() {
        return files.archive_ended(terminal);
    }
    if progress.is_taking_back() {
        let help = format!("finish that: `{}`", files.undo());
        return Err(Failure::new(exit::PART_WAY, "this run is being undone").help(help));
    }
    if args.on == SiteRole::Live && begin.on != SiteRole::Live {
        let message = "`--on live` was given, and the run to resume is on the staging copy";
        return Err(Failure::new(exit::TARGET, message).help("leave `--on live` out"));
    }
    ensure_live_typed(&begin, args.host.as_deref())?;
    if progress.in_place() > 0 {
        // Whatever refuses from here on: the run has written, and no code may say that nothing was.
        terminal.has_begun(Begun::Written);
    }
    ensure_there(&args.site, &begin)?;
    // An address must be one that the plan names; of a file nothing is asked of the plan.
    let named = args.site.contains("://").then(|| project.open()).transpose()?;
    let through = match &named {
        Some(opened) => members::of_a_run(&args.site, &opened.settings.site, log.is_on_stderr())?,
        None => None,
    };
    let adapters = edited((&begin, &progress), through.as_ref(), terminal)?;
    let mut site = site::open_with_members(&args.site, named.as_ref().map(|opened| &opened.plan), through.as_ref())?;
    let run = Unfinished { begin, progress, events, foreign: None };
    if !run.progress.is_past_the_barrier() {
        // Past it nothing of the plan is written any more.
        lifted::attend_to([&settings::of(&args.plan)?], terminal.err)?;
        ensure_confirmed(args, files, &run)?;
    }
    let Unfinished { begin, progress, .. } = &run;
    let now = ensure_its_site(site.as_mut(), begin, progress)?;
    if !progress.is_configured() {
        ensure_within_limits((args, files), &run, &now)?;
    }
    if !progress.is_configured()
        && let Some(why) = is_migrated(&now)
    {
        let message = format!("{why}, before this run's changes were all in place: nothing more was written");
        let help = "no change is made after *Run Migration*; restore the copy from its backup, then begin again";
        return Err(Failure::new(exit::PART_WAY, message).help(help));
    }
    ensure_still_staging(project, &run, (&now, files), terminal)?;
    ensure_not_copied_again(files, &run, &now.state)?;
    if begin.on == SiteRole::Staging && progress.in_place() < begin.changes.len() {
        ensure_gate_green(
            (project, site.as_mut()),
            (begin.on, progress, begin.goes_without_members()),
            files,
            terminal,
        )?;
    }
    let mut journal = files.open_journal()?;
    journal.observe(log.observer());
    if journal.torn {
        writeln!(terminal.err, "the journal's last line was incomplete and is ignored")?;
    }
    journal.append(resumed(&journal, &turn.lock, adapters), Timestamp::now())?;
    if progress.is_past_the_barrier() && !journal.progress().is_past_the_barrier() {
        // The journal is older than the barrier; what is kept here since is what was kept there.
        if let Ok(sha256) = kept::digest(&files.before()) {
            journal.append(Event::Kept { sha256 }, Timestamp::now())?;
        }
        journal.append(Event::BarrierPassed { who: None, members: None }, Timestamp::now())?;
    }
    files.note_down(journal.events(), progress.is_past_the_barrier())?;
    let mut run = turn.at(site).run(journal);
    if let Some(who) = &args.who {
        ensure_person_known(who, &run.project.open()?.plan)?;
        run.who = Some(who.clone());
    }
    let last = begin.steps().last().copied().unwrap_or(Step::Configure);
    let through = args.through.unwrap_or(if progress.is_configured() { last } else { Step::Configure });
    run.walk(args, through, terminal)
}

/// That a run is resumed, and until when whoever was at it before gave a sign of life.
pub(super) fn resumed(journal: &Journal, lock: &Lock, adapters: Option<String>) -> Event {
    let last = journal.events().last().map_or(Timestamp::MAX, |entry| entry.at);
    Event::Resume { token: lock.token(), alive_until: lock.last_alive(last), adapters }
}

/// What became of the confirmation of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmed {
    /// Somebody confirmed here what its journal holds.
    Yes,
    /// A seal alone confirmed it, and no longer counts, since this time.
    Expired(Timestamp),
    /// Nobody did here: it comes from elsewhere.
    No,
}

/// Whether somebody confirmed here what a journal holds, by a digest, by adopting it, or by a seal; where a seal is demanded,
/// only by one that a reviewer signed.
pub(super) fn confirmed(
    plan: &Path,
    begin: &Begin,
    events: &[JournalEntry],
    settings: &Seals,
) -> Result<Confirmed, Failure> {
    if begin.digests.changes != begin.changes_digest() {
        return Ok(Confirmed::No);
    }
    let demands = settings.demands();
    let key = Key::find()?;
    let adopted = events.iter().any(|entry| matches!(entry.event, Event::Adopted { .. }));
    let shown = || matches!(confirmation::find(plan, key.as_ref(), &begin.digests.changes, &begin.host), Ok(Some(_)));
    if !demands.required && (adopted || shown()) {
        return Ok(Confirmed::Yes);
    }
    let sealed = kept_seals::kept(plan, key.as_ref()).into_iter().filter_map(|kept| {
        // A reviewer's key that was taken out of the settings since must not strand a run.
        let signature = kept.signature.filter(|_| demands.required);
        let presented = Presented::new(&Sealed { signature, ..kept }, &settings.keys);
        let demands = if demands.required { demands } else { Demands::default() };
        let seal = presented.of(demands, &begin.plan, &begin.host).ok()?;
        (seal.digests == begin.digests).then_some(seal.expires)
    });
    Ok(match sealed.max() {
        Some(expires) if Timestamp::now() < expires => Confirmed::Yes,
        Some(expires) => Confirmed::Expired(expires),
        None => Confirmed::No,
    })
}

/// Refuses where nobody confirmed the changes that are still to be made, as things are at this moment.
fn ensure_confirmed(args: &Apply, files: &RunFiles, run: &Unfinished) -> Result<(), Failure> {
    let Unfinished { begin, progress, events, .. } = run;
    let refused = |code: u8, message: String| Failure::new(after_a_write(progress, code), message);
    match confirmed(&args.plan, begin, events, &settings::of(&args.plan)?.seal)? {
        Confirmed::Yes => Ok(()),
        Confirmed::Expired(_) if progress.is_configured() => Ok(()),
        Confirmed::Expired(expires) => {
            let message =
                format!("the seal that this run was begun with was valid until {expires}, so nothing more was written");
            let back = format!("take back what is in place with `{}`, and begin again with a new seal", files.undo());
            Err(refused(exit::STALE, message).help(back))
        }
        Confirmed::No => {
            let message = "the run to resume has changes that nobody confirmed here, so nothing was written".to_owned();
            let help = format!("move `{}` away, and begin again with `{}`", files.journal().display(), files.diff());
            Err(refused(exit::UNCONFIRMED, message).help(help))
        }
    }
}

/// The exit code of a refusal: once the run wrote something it stopped part-way.
fn after_a_write(progress: &Progress, code: u8) -> u8 {
    if progress.in_place() > 0 { exit::PART_WAY } else { code }
}

/// Refuses where the changes that are still to be made are more than the settings allow now, or, on the live site, where the
/// rehearsal is not proven.
fn ensure_within_limits((args, files): (&Apply, &RunFiles), run: &Unfinished, now: &Snapshot) -> Result<(), Failure> {
    let Unfinished { begin, progress, .. } = run;
    let settings = settings::of(&args.plan)?;
    if let Some(exceeded) = Tally::new(&begin.changes, &now.state).exceeds(&settings.limits) {
        let (message, help) = exceeded.message(&files.diff());
        return Err(Failure::new(after_a_write(progress, exit::LIMIT), message).help(help));
    }
    if begin.on == SiteRole::Live {
        certificate::ensure_proven(&args.plan, &settings.seal.keys)
            .map_err(|refused| Failure { code: after_a_write(progress, refused.code), ..refused })?;
    }
    Ok(())
}

/// Whether what somebody typed is this site.
pub(super) fn is_typed(typed: &str, site: &Identity) -> bool {
    Identity::parse(typed).is_some_and(|typed| typed.is_same_site(site))
}

/// A run on the live site is resumed, or undone, only by who types its host.
pub(super) fn ensure_live_typed(begin: &Begin, typed: Option<&str>) -> Result<(), Failure> {
    if typed.map_or(begin.on != SiteRole::Live, |typed| is_typed(typed, &begin.host)) {
        return Ok(());
    }
    let message = format!("the run is on `{}`, and that host was not typed out", begin.host);
    Err(Failure::new(exit::TARGET, message).help(match begin.on {
        SiteRole::Live => "it is the live site: give `--host HOST`, to `apply` together with `--on live`",
        SiteRole::Staging => "leave `--host` out",
    }))
}

/// Refuses where the file of a run's site is gone.
pub(super) fn ensure_there(site: &str, begin: &Begin) -> Result<(), Failure> {
    if site.contains("://") || Path::new(site).exists() {
        return Ok(());
    }
    let message = format!(
        "there is no file `{}`, and the run on `{}` that is on record here wrote to it",
        line(site),
        begin.host
    );
    Err(Failure::new(exit::COULD_NOT_RUN, message).help("put the site's file back at that path, then run this again"))
}

/// Whether a reading shows that the site is migrated, or is being: whatever the journal says, somebody pressed.
pub(super) fn is_migrated(now: &Snapshot) -> Option<String> {
    let shows = MigrationSignals::of(now);
    match shows.migrated.filter(|members| *members > 0) {
        _ if shows.managed == Some(true) => Some("the site says that it is on Managed Contacts".to_owned()),
        Some(members) => Some(format!("the site says that the migration has processed {members} members")),
        None => None,
    }
}

/// The digest of what the site's own adapters say, where that is not what it was when the run began: what was kept of the site then is
/// compared with what is read now. Past the barrier, behind which the site may have another shape, it is said; before it, it is refused.
fn edited(
    (begin, progress): (&Begin, &Progress),
    through: Option<&Through>,
    terminal: &mut Terminal<'_>,
) -> Result<Option<String>, Failure> {
    let now = begin.adapters.as_ref().zip(through).map(|(then, now)| (then, now.adapters.own_digest()));
    let Some((_, now)) = now.filter(|(then, now)| *then != now) else { return Ok(None) };
    let what = "the adapters that `plan.toml` names were edited since this run began, so the site is read otherwise than it was kept";
    if progress.is_past_the_barrier() {
        writeln!(terminal.err, "attention: {what}; whoever differs may do so by that alone")?;
        return Ok(Some(now));
    }
    Err(Failure::new(exit::PART_WAY, what).help(
        "restore them, and the line `adapter` of `plan.toml`, for example with git, or begin again with a new diff",
    ))
}

/// The site as it is now, which must be the one that the run began on.
pub(crate) fn ensure_its_site(site: &mut dyn Site, begin: &Begin, progress: &Progress) -> Result<Snapshot, Failure> {
    let another = |failure: Failure| match failure.code {
        exit::TARGET => Failure { code: after_a_write(progress, exit::TARGET), ..failure },
        _ => failure,
    };
    let now = site.configuration().map_err(|error| another(error.into()))?;
    let here = &now.header.site;
    if here.is_same_site(&begin.host) {
        return Ok(now);
    }
    let message = format!("the run to resume is on `{}`, and this site is `{here}`", begin.host);
    Err(another(Failure::new(exit::TARGET, message).help("name the site that the run began on")))
}
