//! Past the barrier, and not migrated: a person attests that *Run Migration* was not pressed (`plan record not-pressed`), or
//! that the site was restored from a backup (`plan record restored`), taken only where the site shows nothing else.

use jiff::Timestamp;

use crate::apply::journal::Event;
use crate::apply::machine::Progress;
use crate::apply::proof;
use crate::cli::{By, PastBarrier};
use crate::commands::run::event_log::EventLog;
use crate::commands::run::previous_run::{self, ensure_of_this_plan};
use crate::commands::run::resume::ensure_its_site;
use crate::commands::run::session::Session;
use crate::commands::run::state::Unfinished;
use crate::commands::run::underway::Run;
use crate::commands::run::{kept, status};
use crate::commands::{Begun, Terminal};
use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::record::{Evidence, NotPressed, Restored};
use crate::model::{Identity, Snapshot, Step};
use crate::output::escape;
use crate::project::record::{append, path_of};
use crate::project::{Opened, Project};

use super::said::{ensure_person_known, ensure_sound, of_masked};

/// Why a run is closed whose site was restored.
const RESTORED: &str = "the site was restored from a backup";

/// Nobody pressed: the run is before the barrier again.
pub(super) fn not_pressed(
    word: PastBarrier,
    of: (Project, &Opened),
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let PastBarrier { by, says, site } = word;
    let says = |host| Evidence::NotPressed(NotPressed { host, says });
    let (mut run, seen) = given(
        of,
        (&by, Progress::may_be_unpressed),
        says,
        &site,
        |kept, now| {
            let kept = kept.ok_or_else(|| "the reading from before the barrier is no longer kept".to_owned())?;
            proof::unmoved(&MigrationSignals::of(kept), &MigrationSignals::of(now))
        },
        terminal,
    )?;
    let line = escape::line(&seen);
    run.note(Event::NotPressed { who: by.who().to_owned(), seen })?;
    run.files.note_down(run.journal.events(), false)?;
    writeln!(terminal.out, "recorded: nobody pressed *Run Migration*, attested by `{}`; {line}", by.who())?;
    writeln!(
        terminal.out,
        "the run is before the barrier again: take its changes back with `{}`, or continue with `{}`, which asks for \
        the phrase again",
        run.files.undo(),
        run.files.resume()
    )?;
    Ok(exit::OK)
}

/// The site was restored: the run is over.
pub(super) fn restored(word: PastBarrier, of: (Project, &Opened), terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let PastBarrier { by, says, site } = word;
    let says = |host| Evidence::Restored(Restored { host, says });
    let mut closed = false;
    let (run, seen) = given(
        of,
        (&by, Progress::is_past_the_barrier),
        says,
        &site,
        |_, now| {
            closed = MigrationSignals::of(now).maintenance == Some(true);
            Ok(())
        },
        terminal,
    )?;
    let typed = run.typed();
    let Run { journal, lock, files, log, .. } = run;
    drop(journal);
    previous_run::close(&files, RESTORED, &log)?;
    drop(lock);
    let line = escape::line(&seen);
    writeln!(terminal.out, "recorded: the site was restored, attested by `{}`; {line}", by.who())?;
    writeln!(
        terminal.out,
        "the run is closed: begin again with `{}` and `{}`",
        typed.named().check(),
        typed.named().diff()
    )?;
    if closed {
        let screen = Step::LeaveMaintenance.about().screen;
        writeln!(
            terminal.out,
            "maintenance mode is on, as it was in the backup: the site takes no payment until it is switched off under {screen}"
        )?;
    }
    Ok(exit::OK)
}

/// The attestation and the reading are of one moment: what was attested before somebody pressed after all must not count.
fn given(
    (project, opened): (Project, &Opened),
    (by, may_be): (&By, fn(&Progress) -> bool),
    evidence: impl FnOnce(Identity) -> Evidence,
    name: &str,
    allows: impl FnOnce(Option<&Snapshot>, &Snapshot) -> Result<(), String>,
    terminal: &mut Terminal<'_>,
) -> Result<(Run, String), Failure> {
    ensure_person_known(by.who(), &opened.plan)?;
    let (mut session, _, open) = Session::open(project, name, &EventLog::default(), terminal)?;
    let files = &session.turn.files;
    let nothing = || Failure::new(exit::USAGE, "no run here is past the barrier with *Run Migration* still unproven");
    let Unfinished { begin, progress, events, .. } = open.ok_or_else(nothing)?;
    ensure_of_this_plan(&by.plan, &begin, name, |its| {
        format!("attest it for that one: `--plan {}`", escape::shell(its.named().plan))
    })?;
    if !may_be(&progress) {
        return Err(nothing());
    }
    let barrier = events.iter().rfind(|entry| matches!(entry.event, Event::BarrierPassed { .. })).ok_or_else(|| {
        let first = files.resume();
        Failure::new(
            exit::PART_WAY,
            "it is noted next to the site that the barrier was passed, but not in the \
        journal yet",
        )
        .help(format!("have the journal completed first: `{first}`; then attest it again"))
    })?;
    let evidence = evidence(begin.host.clone());
    ensure_sound(&evidence, Timestamp::now())?;
    let now = ensure_its_site(session.site.as_mut(), &begin, &progress)?;
    let read_at = now.header.taken_at.parse().unwrap_or(Timestamp::MIN);
    let kept = kept::reading(&files.before(), &events);
    let shown = proof::unmigrated((read_at, &MigrationSignals::of(&now)), (barrier.at, Timestamp::now()));
    let seen = shown.and_then(|seen| allows(kept.as_ref(), &now).map(|()| seen)).map_err(|why| {
        Failure::new(exit::PART_WAY, format!("that attestation about *Run Migration* is not accepted: {why}")).help(format!(
            "do not press *Run Migration* again until the state of the migration is known; read the site again and attest it \
                again, or take the way back: {}",
            status::way_back(opened, (&begin, &progress))
        ))
    })?;
    // The site is past its barrier or was restored: what is recorded here belongs to a run that wrote.
    terminal.has_begun(Begun::Written);
    let masked = append(&path_of(&by.plan), by.who(), Timestamp::now(), &evidence)?.masked;
    if masked > 0 {
        writeln!(terminal.notes(), "recorded{}", of_masked(masked))?;
    }
    let journal = files.open_journal()?;
    Ok((session.run(journal), seen))
}
