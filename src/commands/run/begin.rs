//! A run begins: its first line, what is kept of the site, and the journal.

use jiff::Timestamp;

use crate::apply::journal::{Begin, Journal, REPLACED};
use crate::apply::{self};
use crate::change::{self, ByHand};
use crate::cli::Apply;
use crate::commands::inputs::Checked;
use crate::commands::record::said::ensure_person_known;
use crate::commands::{Begun, Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::guide;
use crate::model::{Plan, Step, Unmeasured};
use crate::output::escape;
use crate::trust::Key;

use super::begun_by::ask_who;
use super::kept;
use super::previous_run::close;
use super::session::{Session, Turn};
use super::underway::Run;

/// Puts what an earlier run left away, and begins. `cloned` says that the site was copied again since.
pub(super) fn begin(
    args: &Apply,
    checked: Checked,
    session: Session,
    cloned: bool,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let Turn { files, lock, log, .. } = &session.turn;
    if let Some(why) = lock.ousted(Timestamp::now()) {
        return Err(Failure::new(exit::LOCKED, format!("{why}; nothing was written")));
    }
    // The last that refuses: an earlier run is closed only once this one begins.
    let who = who(args, &checked.opened.plan, terminal)?;
    let begin = Begin { adapters: session.adapters.clone(), ..first_line(args, checked, who)? };
    let key = files.key()?;
    if files.journal().exists() {
        if files.unfinished()?.is_some() {
            terminal.has_begun(Begun::Journaled);
        }
        close(files, if cloned { "the site was copied again" } else { REPLACED }, log)?;
    }
    let changes_its_file = session.site.is_in_a_file() && !begin.changes.is_empty();
    let mut run = journaled(session, begin, &key, terminal)?;
    if changes_its_file {
        writeln!(terminal.err, "attention: {}", only_its_file(&run.site.name()))?;
    }
    run.walk(args, args.through.unwrap_or(Step::Configure), terminal)
}

/// What a run on a site in a file changes, and what it does not.
pub(super) fn only_its_file(file: &str) -> String {
    format!(
        "this run changes the file `{}` and nothing on the WordPress that it describes: make each change there too, by hand",
        escape::line(file)
    )
}

/// The first line of the journal of a run.
fn first_line(args: &Apply, checked: Checked, who: Option<String>) -> Result<Begin, Failure> {
    let (strategy, on) = (checked.opened.plan.strategy, args.on);
    let (Some(read), Some(lowered), Some(digests)) = (checked.site, checked.lowered, checked.digests) else {
        return Err(Failure::new(exit::USAGE, "apply needs a site"));
    };
    // What is known needs nobody's acceptance.
    let is_open = checked.judgement.lacks_only_members();
    let accepted = if is_open { vec![Unmeasured::Members] } else { Vec::new() };
    let (changes, by_hand) = ByHand::split(lowered.changes, &checked.executors, lowered.not_compared);
    Ok(Begin {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: apply::plan_name(&args.plan),
        host: read.identity().clone(),
        on,
        strategy,
        digests,
        rehearsed: Some(change::rehearsed_digest(&checked.opened.plan)),
        changes,
        by_hand,
        accepted,
        steps: strategy.map(|strategy| guide::of_a_run(strategy, on).to_vec()),
        kept: None,
        adapters: None,
        who,
    })
}

/// Who begins it: named, or on a terminal asked where the plan names several people.
fn who(args: &Apply, plan: &Plan, terminal: &mut Terminal<'_>) -> Result<Option<String>, Failure> {
    match &args.who {
        Some(who) => ensure_person_known(who, plan).map(|()| Some(who.clone())),
        None if !may_ask(args.no_input) || plan.people.len() < 2 => {
            Ok(plan.people.keys().next().filter(|_| plan.people.len() == 1).cloned())
        }
        None => ask_who(plan, terminal),
    }
}

/// Keeps the site as it is, writes the first line, and notes beside the site that the run is open.
fn journaled(mut session: Session, mut begin: Begin, key: &Key, terminal: &mut Terminal<'_>) -> Result<Run, Failure> {
    let files = &session.turn.files;
    session.site.keep(&files.before())?;
    begin.kept = Some(kept::digest(&files.before())?);
    let mut journal = Journal::create(&files.journal(), key, begin, Timestamp::now())?;
    if let Err(failure) = files.note_down(journal.events(), false) {
        // A run that nobody else can know of has not begun; the failure is reported already.
        drop(std::fs::remove_file(files.journal()));
        return Err(failure);
    }
    terminal.has_begun(Begun::Journaled);
    journal.observe(session.turn.log.observer());
    Ok(session.run(journal))
}
