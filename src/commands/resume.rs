//! `plan apply --resume`: exactly the changes of the journal, whatever became of the plan; then the guide's steps.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::confirmation;
use crate::apply::journal::{Begin, Event, Journal};
use crate::apply::lock::Lock;
use crate::apply::seal::{Demands, Presented, Sealed};
use crate::apply::{self};
use crate::change;
use crate::cli::{Apply, On};
use crate::guide::Movement;
use crate::model::plan::Place;
use crate::model::text::host;
use crate::model::{Snapshot, Step};
use crate::site::Site;
use crate::trust::Key;

use super::earlier::is_of_this_plan;
use super::event_log::EventLog;
use super::run::Run;
use super::state::Unfinished;
use super::target::is_still_staging;
use super::turn::Files;
use super::{Failure, Terminal, exit, inputs, settings};

/// Goes on with exactly the changes of the journal, whatever became of the plan; then with the steps.
pub(super) fn resume(args: &Apply, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let nothing = || Failure::new(exit::USAGE, "no run stopped part-way here, so there is nothing to resume");
    let mut site = if args.site.contains("://") {
        inputs::open_site(&args.site, Some(&inputs::open(&args.plan, args.limits, false)?.plan))?
    } else {
        inputs::open_site(&args.site, None)?
    };
    let files = Files::of(&args.plan, &args.site);
    if !apply::state_folder(&args.plan).is_dir() {
        files.nobody_elses(&args.plan, None)?;
        return Err(nothing());
    }
    let lock = files.take(&args.plan)?;
    let open = files.unfinished()?;
    files.nobody_elses(&args.plan, open.as_ref())?;
    let Unfinished { begin, progress, .. } = open.ok_or_else(nothing)?;
    is_of_this_plan(&args.plan, &begin, |other| {
        format!("go on with it: `plan apply {} --site {} --resume`", other.display(), args.site)
    })?;
    if progress.is_over() {
        return files.put_away_ended(terminal);
    }
    if progress.is_taking_back() {
        let help = format!("finish that: `{}`", files.command("undo"));
        return Err(Failure::new(exit::PART_WAY, "this run is being undone").help(help));
    }
    if args.on == On::Live && begin.on != Place::Live {
        let message = "`--on live` was given, and the run to resume is on the staging copy";
        return Err(Failure::new(exit::TARGET, message).help("leave `--on live` out"));
    }
    live_is_typed(&begin, args.host.as_deref())?;
    if !progress.is_past_the_barrier() {
        // Past it nothing of the plan is written any more.
        if !was_confirmed(&args.plan, &begin)? {
            let message = "the run to resume holds changes that nobody confirmed here, so nothing was written";
            let help = format!("move `{}` away, and begin anew with `plan diff`", files.journal().display());
            return Err(Failure::new(exit::UNCONFIRMED, message).help(help));
        }
    }
    let now = is_its_site(site.as_mut(), &begin)?;
    if !progress.is_configured()
        && let Some(why) = is_migrated(&now)
    {
        let message = format!("{why}, before this run's changes were all in place: nothing more was written");
        let help = "no change is made behind *Run Migration*; restore the copy from its backup, then begin anew";
        return Err(Failure::new(exit::PART_WAY, message).help(help));
    }
    is_still_staging(args, (&begin, &progress), (&now, &files), terminal)?;
    let mut journal = files.open_journal()?;
    journal.observe(log.observer());
    if journal.torn {
        writeln!(terminal.err, "the journal's last line was torn and is dropped")?;
    }
    journal.append(resumed(&journal, &lock), Timestamp::now())?;
    if progress.is_past_the_barrier() && !journal.progress().is_past_the_barrier() {
        journal.append(Event::Crossed { who: None, members: None }, Timestamp::now())?;
    }
    files.note_down(journal.events(), progress.is_past_the_barrier())?;
    let mut run = Run { site, journal, lock, files, log: log.clone() };
    let last = begin.steps().last().copied().unwrap_or(Step::Configure);
    let through = args.through.unwrap_or(if progress.is_configured() { last } else { Step::Configure });
    run.walk(args, through, terminal)
}

/// That a run is gone on with, and until when whoever was at it before gave a sign of life.
pub(super) fn resumed(journal: &Journal, lock: &Lock) -> Event {
    let last = journal.events().last().map_or(Timestamp::MAX, |told| told.at);
    Event::Resume { token: lock.token(), alive_until: lock.last_alive(last) }
}

/// Whether somebody confirmed here what a journal holds, by a digest or by a seal; where a seal is demanded, only by one
/// that a reviewer signed. Else it comes from elsewhere.
pub(super) fn was_confirmed(plan: &Path, begin: &Begin) -> Result<bool, Failure> {
    let settings = settings::beside(plan)?.seal;
    let demands = settings.demands();
    let key = Key::find()?;
    let sealed = confirmation::kept(plan, key.as_ref()).into_iter().any(|kept| {
        // A reviewer's key that was taken out of the settings since must not strand a run.
        let signature = kept.signature.filter(|_| demands.required);
        let presented = Presented::new(&Sealed { signature, ..kept }, &settings.keys);
        let demands = if demands.required { demands } else { Demands::default() };
        presented.of(demands, &begin.plan, &begin.host).is_ok_and(|seal| seal.digests == begin.digests)
    });
    let shown = || matches!(confirmation::find(plan, key.as_ref(), &begin.digests.changes, &begin.host), Ok(Some(_)));
    let whole = begin.digests.changes == change::changes_digest(&begin.host, &begin.changes);
    Ok(whole && (sealed || !demands.required && shown()))
}

/// A run on the live site is gone on with, or undone, only by who types its host.
pub(super) fn live_is_typed(begin: &Begin, typed: Option<&str>) -> Result<(), Failure> {
    if typed.map_or(begin.on != Place::Live, |typed| host(typed) == host(&begin.host)) {
        return Ok(());
    }
    let message = format!("the run is on `{}`, and that host was not typed out", begin.host);
    Err(Failure::new(exit::TARGET, message).help(match begin.on {
        Place::Live => "it is the live site: give `--host HOST`, to `apply` together with `--on live`",
        Place::Staging => "leave `--host` out",
    }))
}

/// Whether a reading shows that the site is migrated, or is being: whatever the journal says, somebody pressed.
pub(super) fn is_migrated(now: &Snapshot) -> Option<String> {
    let shows = Movement::of(now);
    match shows.migrated.filter(|members| *members > 0) {
        _ if shows.managed == Some(true) => Some("the site says that it is on Managed Contacts".to_owned()),
        Some(members) => Some(format!("the site says that the migration has been through {members} members")),
        None => None,
    }
}

/// The site as it is now, which must be the one that the run began on.
pub(super) fn is_its_site(site: &mut dyn Site, begin: &Begin) -> Result<Snapshot, Failure> {
    let now = site.configuration()?;
    let here = &now.header.host;
    if host(here) == host(&begin.host) {
        return Ok(now);
    }
    let message = format!("the run to resume is on `{}`, and this site is `{here}`", begin.host);
    Err(Failure::new(exit::TARGET, message).help("name the site that the run began on"))
}
