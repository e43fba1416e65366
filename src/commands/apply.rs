//! `plan apply`: lock, fresh read, gate, confirmation, then exactly the confirmed changes, journaled.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::apply::confirmation::{self, Confirmation};
use crate::apply::gate::{self, Before, Refusal};
use crate::apply::journal::{Begin, Journal, JournalError};
use crate::apply::lock::{self, Lock, LockError};
use crate::apply::seal::{Demands, Presented, Sealed, Signature};
use crate::apply::{self, Outcome};
use crate::change::{self, Change};
use crate::cli::Apply;
use crate::model::population::Questions;
use crate::model::text::{host, host_and_port};
use crate::output::human::Style;
use crate::output::{concise, diff, escape, many};
use crate::rules::{self, Phase, Verdict};
use crate::site::file::FileSite;
use crate::site::{Executor, Site};

use super::inputs::{self, Checked, Choice};
use super::{Failure, Terminal, check, exit, seal, settings};

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new(exit::COULD_NOT_RUN, error.to_string())
            .help("nothing is done that cannot be written down first; mend the disk or the folder, then run it again")
    }
}

pub(super) fn run(args: &Apply, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if args.resume {
        return resume(args, terminal);
    }
    let opened = inputs::open(&args.plan, args.limits, false)?;
    // A wrong name is told before anything is made beside the plan.
    drop(inputs::open_site(&args.site, Some(&opened.plan))?);
    let (_lock, journal) = alone(args)?;
    unfinished(args, &journal)?;
    let choice = Choice::Live(args.site.clone());
    let mut checked = inputs::judged(opened, &choice, Phase::Configure, false, false)?;
    let Some(confirmation) = confirm(args, &checked, terminal)? else { return nothing_to_do(&checked, terminal) };
    if args.confirm.is_none() && args.seal.is_none() {
        // A person took their time: the site may have moved while they read.
        checked =
            inputs::judged(inputs::open(&args.plan, args.limits, false)?, &choice, Phase::Configure, false, false)?;
        ask(gate::may_begin, &checked, Given { known: Some(&confirmation), ..Given::default() })?;
    }
    start(checked, &args.plan, &journal, terminal)
}

/// Nobody else's turn at this site: the lock, and where the journal of a run on it is.
fn alone(args: &Apply) -> Result<(Lock, PathBuf), Failure> {
    let folder = apply::make_state_folder(&args.plan)
        .map_err(|e| Failure::file("make the state folder beside", &args.plan, &e))?;
    let name = one_name(args);
    let lock = take_lock(&apply::state_file(&folder, &name, "lock"))?;
    if let Some(dead) = lock.last.filter(|last| *last != std::process::id()) {
        FileSite::sweep(Path::new(&args.site), dead);
    }
    Ok((lock, apply::state_file(&folder, &name, "journal.ndjson")))
}

/// One name for one site, however it was spelled: an address by host and port, a file by its way from the plan.
fn one_name(args: &Apply) -> String {
    if args.site.contains("://") {
        return host_and_port(&args.site).unwrap_or_else(|| args.site.clone());
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = args.plan.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = real(Path::new(&args.site));
    file.strip_prefix(real(folder)).unwrap_or(&file).display().to_string()
}

fn take_lock(path: &Path) -> Result<Lock, Failure> {
    lock::take(path, Timestamp::now()).map_err(|error| match error {
        LockError::Held(_) => {
            Failure::new(exit::LOCKED, error.to_string()).help("wait for it to end; nothing was written")
        }
        LockError::File { .. } => Failure::new(exit::COULD_NOT_RUN, error.to_string()),
    })
}

/// How the run to resume began, if there is one; without `--resume` one that is not finished is in the way. A journal
/// that holds no beginning is taken away: a run that was not written down has not begun.
fn unfinished(args: &Apply, journal: &Path) -> Result<Option<Begin>, Failure> {
    if std::fs::symlink_metadata(journal).is_err() {
        return Ok(None);
    }
    let Some(begin) = Journal::peek(journal)? else {
        std::fs::remove_file(journal).map_err(|e| Failure::file("remove", journal, &e))?;
        return Ok(None);
    };
    if args.resume && begin.plan == apply::plan_name(&args.plan) {
        return Ok(Some(begin));
    }
    let other = args.plan.with_file_name(&begin.plan);
    let (code, message) = if args.resume {
        (exit::USAGE, format!("the run to resume is not of this plan, but of `{}`", other.display()))
    } else {
        (exit::PART_WAY, format!("an earlier run of `{}` stopped part-way and is not finished", other.display()))
    };
    Err(Failure::new(code, message).help(format!(
        "finish it with `plan apply {} --site {} --resume`",
        other.display(),
        args.site
    )))
}

/// What was confirmed; none where there is nothing to do.
fn confirm(args: &Apply, checked: &Checked, terminal: &mut Terminal<'_>) -> Result<Option<Confirmation>, Failure> {
    let path = args.plan.display().to_string();
    let green = checked.judgement.verdict == Verdict::Green;
    if !green {
        concise::render(&checked.report(&path), terminal.err)?;
    }
    let Some(changes) = super::diff::changes(checked, &path, true).filter(|_| green && !checked.is_live()) else {
        return Err(refused(if green { &Refusal::Live } else { &Refusal::NotGreen }));
    };
    let known = args.confirm.as_ref().and_then(|digits| confirmation::find(&args.plan, digits, changes.host));
    let settings = &checked.opened.settings.seal;
    let sealed = args.seal.as_deref().map(seal::read).transpose()?;
    let presented = sealed.as_ref().map(|sealed| Presented::new(sealed, &settings.keys));
    if changes.list.is_empty() && (args.confirm.is_none() || known.is_some()) {
        let counts =
            |seal: &Presented| seal.of(settings.demands(), &apply::plan_name(&args.plan), changes.host).is_ok();
        let required = settings.demands().required && args.confirm.is_some();
        if presented.as_ref().map_or(!required, counts) {
            return Ok(None);
        }
    }
    let given = Given { digits: args.confirm.as_deref(), known: known.as_ref(), seal: presented.as_ref() };
    let asks = !args.no_input && std::io::stdin().is_terminal() && !settings.demands().required;
    if args.confirm.is_some() || args.seal.is_some() || !asks {
        ask(gate::may_begin, checked, given)?;
        if let Some(sealed) = &sealed {
            confirmation::keep(&args.plan, sealed)?;
        }
        if let Some(Signature::By(reviewer)) = presented.as_ref().map(Presented::signature) {
            writeln!(terminal.err, "the seal is signed by `{}`", escape::line(reviewer))?;
        }
        return Ok(known.or_else(|| checked.confirmation()));
    }
    ask(gate::may_be_confirmed, checked, given)?;
    let style = Style { color: terminal.color, width: terminal.width, most: check::DRAWN };
    diff::human::render(&changes, style, terminal.out)?;
    let digits = &changes.digests.changes[..8];
    write!(terminal.out, "\nType the first eight digits of the changes' digest to carry them out ({digits}): ")?;
    terminal.out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == digits {
        let confirmed = checked.confirmation();
        if let Some(confirmation) = &confirmed {
            confirmation::write(&args.plan, confirmation)?;
        }
        return Ok(confirmed);
    }
    Err(Failure::new(exit::UNCONFIRMED, "that is not the digest, so nothing was written"))
}

/// What was given in place of a person's answer.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    digits: Option<&'a str>,
    known: Option<&'a Confirmation>,
    seal: Option<&'a Presented>,
}

/// Asks a gate about what was checked.
pub(super) fn ask(
    gate: fn(Before<'_>) -> Result<(), Refusal>,
    checked: &Checked,
    given: Given<'_>,
) -> Result<(), Failure> {
    let Some(now) = checked.confirmation() else { return Err(refused(&Refusal::NotGreen)) };
    let settings = &checked.opened.settings;
    let before = Before {
        green: checked.judgement.verdict == Verdict::Green,
        live: checked.is_live(),
        limits: &settings.limits,
        tally: &checked.tally(),
        demands: settings.seal.demands(),
        seal: given.seal,
        rules: &rules::version(),
        given: given.digits,
        known: given.known,
        now: &now,
    };
    gate(before).map_err(|refusal| refused(&refusal))
}

fn refused(refusal: &Refusal) -> Failure {
    let (message, help) = refusal.words();
    let code = match refusal {
        Refusal::NotGreen => exit::GATE,
        Refusal::Live => exit::TARGET,
        Refusal::Limit(_) => exit::LIMIT,
        Refusal::Unconfirmed { .. } | Refusal::SealMissing | Refusal::SealUnknown(_) => exit::UNCONFIRMED,
        Refusal::Expired { .. } | Refusal::ChangesMoved { .. } | Refusal::IntentMoved | Refusal::FactsMoved { .. } => {
            exit::STALE
        }
        Refusal::SealExpired { .. } | Refusal::RulesMoved | Refusal::SealMoved(_) => exit::STALE,
    };
    Failure::new(code, message).help(help)
}

fn nothing_to_do(checked: &Checked, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let host = checked.site.as_ref().map_or("the site", |site| &site.line.host);
    let unknown = checked.lowered.as_ref().map_or(0, |lowered| lowered.not_compared.len());
    if unknown > 0 {
        let kinds = many(unknown, "kind");
        writeln!(terminal.out, "no change to be seen on {}; {kinds} of object not captured", escape::line(host))?;
        return Ok(exit::OK);
    }
    writeln!(terminal.out, "no change: {} is as the plan wants it", escape::line(host))?;
    Ok(exit::OK)
}

fn start(checked: Checked, plan: &Path, journal: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (Some(mut read), Some(lowered), Some(digests)) = (checked.site, checked.lowered, checked.digests) else {
        return Err(Failure::new(exit::USAGE, "apply needs a site"));
    };
    let by_hand: Vec<&Change> =
        lowered.changes.iter().filter(|change| read.site.executor(change) != Executor::Automatic).collect();
    if let Some(first) = by_hand.first() {
        let message = format!(
            "{} of {} changes have to be made by a person on this site, `{}` first",
            by_hand.len(),
            lowered.changes.len(),
            first.on
        );
        return Err(Failure::new(exit::TARGET, message).help("this build carries out changes on a site in a file only; make them in the admin screens that `plan diff` names, then check again"));
    }
    let begin = Begin {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: apply::plan_name(plan),
        host: read.line.host.clone(),
        digests,
        changes: lowered.changes,
    };
    let changes = begin.changes.clone();
    let journal = Journal::create(journal, begin, Timestamp::now())?;
    carry_out(read.site.as_mut(), journal, &changes, terminal)
}

/// Goes on with exactly the changes of the journal, whatever became of the plan.
fn resume(args: &Apply, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let nothing = || Failure::new(exit::USAGE, "no run stopped part-way here, so there is nothing to resume");
    let mut site = if args.site.contains("://") {
        inputs::open_site(&args.site, Some(&inputs::open(&args.plan, args.limits, false)?.plan))?
    } else {
        inputs::open_site(&args.site, None)?
    };
    if !apply::state_folder(&args.plan).is_dir() {
        return Err(nothing());
    }
    let (_lock, path) = alone(args)?;
    let begin = unfinished(args, &path)?.ok_or_else(nothing)?;
    let confirmed = &begin.digests.changes;
    if *confirmed != change::changes_digest(&begin.host, &begin.changes) || !was_confirmed(&args.plan, &begin)? {
        let message = "the run to resume holds changes that nobody confirmed here, so nothing was written";
        return Err(Failure::new(exit::UNCONFIRMED, message)
            .help(format!("move `{}` away, and begin anew with `plan diff`", path.display())));
    }
    let here = site.read(&Questions::default())?.snapshot.header.host;
    if host(&here) != host(&begin.host) {
        let message = format!("the run to resume is on `{}`, and this site is `{here}`", begin.host);
        return Err(Failure::new(exit::TARGET, message).help("name the site that the run began on"));
    }
    let journal = Journal::open(&path)?;
    if journal.torn {
        writeln!(terminal.err, "the journal's last line was torn and is dropped")?;
    }
    carry_out(site.as_mut(), journal, &begin.changes, terminal)
}

/// Whether what a run began with was confirmed here, by a digest or by a seal; where a seal is demanded, only by one
/// that a reviewer signed.
fn was_confirmed(plan: &Path, begin: &Begin) -> Result<bool, Failure> {
    let settings = settings::beside(plan)?.seal;
    let demands = settings.demands();
    let sealed = confirmation::kept(plan).into_iter().any(|kept| {
        // A reviewer's key that was taken out of the settings since must not strand a run.
        let signature = kept.signature.filter(|_| demands.required);
        let presented = Presented::new(&Sealed { signature, ..kept }, &settings.keys);
        let demands = if demands.required { demands } else { Demands::default() };
        presented.of(demands, &begin.plan, &begin.host).is_ok_and(|seal| seal.digests == begin.digests)
    });
    let shown = || confirmation::find(plan, &begin.digests.changes, &begin.host).is_some();
    Ok(sealed || (!demands.required && shown()))
}

/// Raised by Ctrl-C; a second one ends the process at once, which the journal stands as it stands any other end.
fn ctrl_c() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    let armed = flag::register_conditional_shutdown(SIGINT, exit::INTERRUPTED.into(), Arc::clone(&raised))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&raised)));
    // Where the system has no signals, Ctrl-C ends the process at once.
    drop(armed);
    raised
}

/// Runs the journal to its end and says what is in place, whatever happens.
fn carry_out(
    site: &mut dyn Site,
    mut journal: Journal,
    changes: &[Change],
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let raised = ctrl_c();
    let out = &mut *terminal.out;
    let outcome = apply::run(
        site,
        &mut journal,
        changes,
        Timestamp::now,
        &|| raised.load(Ordering::Relaxed),
        &mut |at, change| {
            // A closed pipe must not stop a run half-way, and what is in place is told even if it stops.
            let _ = writeln!(out, "  {}/{} {}", at + 1, changes.len(), escape::line(&change.on.to_string()));
            let _ = out.flush();
        },
    );
    let total = changes.len();
    let (code, why) = match outcome {
        Ok(Outcome::Finished) => return finished(site, journal, changes, terminal),
        Ok(Outcome::Stopped { at, why }) => (exit::PART_WAY, format!("stopped at change {} of {total}: {why}", at + 1)),
        Ok(Outcome::Interrupted { at }) => {
            (exit::INTERRUPTED, format!("interrupted before change {} of {total}", at + 1))
        }
        Err(error) => (exit::PART_WAY, format!("stopped, as it could not be written down: {error}")),
    };
    let _ = writeln!(terminal.out, "{} of {} in place", journal.in_place(), many(total, "change"));
    Err(Failure::new(code, why)
        .help("look at the site, then finish with `--resume`; what is in place is not done again"))
}

/// Every change is in place: reads the site once more, and puts the journal away.
fn finished(
    site: &mut dyn Site,
    journal: Journal,
    changes: &[Change],
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let again = "every change is in place; run it with `--resume` to read the site once more";
    let unverified = |error: &dyn std::fmt::Display| {
        Failure::new(exit::NOT_VERIFIED, format!("applied, but not read back: {error}")).help(again)
    };
    let state = site.read(&Questions::default()).map_err(|error| unverified(&error))?.snapshot.state;
    let is_off = |change: &&Change| !change::same(change::read(&state, &change.on).as_ref(), change.after.as_ref());
    let off: Vec<&Change> = changes.iter().filter(is_off).collect();
    let kept: PathBuf = journal.archive(Timestamp::now()).map_err(|error| unverified(&error))?;
    if let Some(first) = off.first() {
        let message =
            format!("{} read back otherwise than they were written, `{}` first", many(off.len(), "change"), first.on);
        return Err(
            Failure::new(exit::NOT_VERIFIED, message).help("somebody else is at the site; compare with `plan diff`")
        );
    }
    // The site is as it should be, whoever hears of it.
    let _ = writeln!(
        terminal.out,
        "{} in place on {}, read back; the journal is {}",
        many(changes.len(), "change"),
        escape::line(&site.name()),
        kept.display()
    );
    let _ = writeln!(terminal.out, "next, before the migration: plan check PLAN --site SITE --gate migrate");
    Ok(exit::OK)
}
