//! `plan apply`: lock, fresh read, gate, confirmation, then exactly the confirmed changes, journaled.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::apply::confirmation::{self, Confirmation};
use crate::apply::gate::{self, Refusal};
use crate::apply::journal::{Begin, Journal, JournalError};
use crate::apply::lock::{self, LockError};
use crate::apply::{self, Outcome};
use crate::change::Change;
use crate::cli::Apply;
use crate::output::human::Style;
use crate::output::{concise, diff, escape, many};
use crate::rules::Phase;
use crate::site::{Executor, Site};

use super::inputs::{self, Checked, Choice};
use super::{Failure, Terminal, check, exit};

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new(exit::COULD_NOT_RUN, error.to_string())
            .help("nothing is done that cannot be written down first; mend the disk or the folder, then run it again")
    }
}

pub(super) fn run(args: &Apply, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let opened = inputs::open(&args.plan, args.limits, false)?;
    let folder = apply::make_state_folder(&args.plan)
        .map_err(|e| Failure::file("make the state folder beside", &args.plan, &e))?;
    let host = inputs::open_site(&args.site, Some(&opened.plan))?.name();
    let _lock =
        lock::take(&apply::state_file(&folder, &args.plan, &host, "lock"), Timestamp::now()).map_err(|error| {
            match error {
                LockError::Held(_) => {
                    Failure::new(exit::LOCKED, error.to_string()).help("wait for it to end; nothing was written")
                }
                LockError::File { .. } => Failure::new(exit::COULD_NOT_RUN, error.to_string()),
            }
        })?;
    let journal_path = apply::state_file(&folder, &args.plan, &host, "journal.ndjson");
    match (args.resume, journal_path.exists()) {
        (true, true) => return resume(args, journal_path, terminal),
        (true, false) => {
            return Err(Failure::new(exit::USAGE, "no run stopped part-way here, so there is nothing to resume"));
        }
        (false, true) => {
            return Err(Failure::new(exit::PART_WAY, "an earlier run stopped part-way and is not finished")
                .help(format!("finish it with `plan apply {} --site {} --resume`", args.plan.display(), args.site)));
        }
        (false, false) => {}
    }
    let choice = Choice::Live(args.site.clone());
    let mut checked = inputs::judged(opened, &choice, Phase::Configure, false, false)?;
    let confirmation = confirm(args, &checked, terminal)?;
    let Some(confirmation) = confirmation else { return nothing_to_do(&checked, terminal) };
    if args.confirm.is_none() {
        // A person took their time: the site may have moved while they read.
        checked =
            inputs::judged(inputs::open(&args.plan, args.limits, false)?, &choice, Phase::Configure, false, false)?;
        refuse_unless(&checked, None, Some(&confirmation))?;
    }
    start(checked, &journal_path, terminal)
}

/// What was confirmed; none where there is nothing to do.
fn confirm(args: &Apply, checked: &Checked, terminal: &mut Terminal<'_>) -> Result<Option<Confirmation>, Failure> {
    let path = args.plan.display().to_string();
    if !checked.judgement.verdict.eq(&crate::rules::Verdict::Green) {
        concise::render(&checked.report(&path), terminal.err)?;
        return Err(refused(&Refusal::NotGreen));
    }
    let Some(changes) = super::diff::changes(checked, &path) else {
        return Err(Failure::new(exit::USAGE, "apply needs a site"));
    };
    let known = args.confirm.as_ref().and_then(|digits| confirmation::find(&args.plan, digits, changes.host));
    if changes.list.is_empty() && (args.confirm.is_none() || known.is_some()) {
        return Ok(None);
    }
    if args.confirm.is_some() || args.no_input || !std::io::stdin().is_terminal() {
        refuse_unless(checked, args.confirm.as_deref(), known.as_ref())?;
        return Ok(known);
    }
    let style = Style { color: terminal.color, width: terminal.width, most: check::DRAWN };
    diff::human::render(&changes, style, terminal.out)?;
    let digits = &changes.digests.changes[..8];
    write!(terminal.out, "\nType the first eight digits of the changes' digest to carry them out ({digits}): ")?;
    terminal.out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == digits {
        return Ok(Some(Confirmation::new(changes.digests, changes.host, Timestamp::now())));
    }
    Err(Failure::new(exit::UNCONFIRMED, "that is not the digest, so nothing was written"))
}

fn refuse_unless(checked: &Checked, given: Option<&str>, known: Option<&Confirmation>) -> Result<(), Failure> {
    let Some(digests) = &checked.digests else { return Err(refused(&Refusal::NotGreen)) };
    let green = checked.judgement.verdict == crate::rules::Verdict::Green;
    gate::may_begin(green, given, known, Timestamp::now(), digests).map_err(|refusal| refused(&refusal))
}

fn refused(refusal: &Refusal) -> Failure {
    let (message, help) = refusal.words();
    let code = match refusal {
        Refusal::NotGreen => exit::GATE,
        Refusal::Unconfirmed { .. } => exit::UNCONFIRMED,
        Refusal::Expired { .. } | Refusal::ChangesMoved | Refusal::FactsMoved => exit::STALE,
    };
    Failure::new(code, message).help(help)
}

fn nothing_to_do(checked: &Checked, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let host = checked.site.as_ref().map_or("the site", |site| &site.line.host);
    writeln!(terminal.out, "no change: {} is as the plan wants it", escape::line(host))?;
    Ok(exit::OK)
}

fn start(checked: Checked, journal_path: &std::path::Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
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
        host: read.line.host.clone(),
        digests,
        changes: lowered.changes,
    };
    let changes = begin.changes.clone();
    let journal = Journal::create(journal_path, begin, Timestamp::now())?;
    carry_out(read.site.as_mut(), journal, &changes, terminal)
}

fn resume(args: &Apply, path: PathBuf, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let opened = inputs::open(&args.plan, args.limits, false)?;
    let mut site = inputs::open_site(&args.site, Some(&opened.plan))?;
    let journal = Journal::open(&path)?;
    if journal.torn {
        writeln!(terminal.err, "the journal's last line was torn and is dropped")?;
    }
    let Some(begin) = journal.begin() else {
        std::fs::remove_file(&path).map_err(|e| Failure::file("remove", &path, &e))?;
        writeln!(terminal.out, "the run had not begun: nothing was written, and nothing is left to finish")?;
        return Ok(exit::OK);
    };
    let changes = begin.changes.clone();
    carry_out(site.as_mut(), journal, &changes, terminal)
}

/// Runs the journal to its end and says what is in place, whatever happens.
fn carry_out(
    site: &mut dyn Site,
    mut journal: Journal,
    changes: &[Change],
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let mut in_place = 0;
    let out = &mut *terminal.out;
    let outcome = apply::run(site, &mut journal, changes, Timestamp::now, &mut |at, change| {
        in_place += 1;
        // A closed pipe must not stop a run half-way.
        let _ = writeln!(out, "  {}/{} {}", at + 1, changes.len(), escape::line(&change.on.to_string()));
    });
    match outcome? {
        Outcome::Finished => {
            let off = not_in_place(site, changes)?;
            let kept = journal.archive(Timestamp::now())?;
            if let Some(first) = off.first() {
                let message = format!(
                    "{} read back otherwise than they were written, `{first}` first",
                    many(off.len(), "change")
                );
                return Err(Failure::new(exit::NOT_VERIFIED, message)
                    .help("somebody else is at the site; compare with `plan diff`"));
            }
            writeln!(
                terminal.out,
                "{} in place on {}, read back; the journal is {}",
                many(changes.len(), "change"),
                escape::line(&site.name()),
                kept.display()
            )?;
            Ok(exit::OK)
        }
        Outcome::Stopped { at, why } => {
            writeln!(terminal.out, "{in_place} of {} in place in this run", many(changes.len(), "change"))?;
            Err(Failure::new(exit::PART_WAY, format!("stopped at change {} of {}: {why}", at + 1, changes.len()))
                .help("look at the site, then finish with `--resume`; what is in place is not done again"))
        }
    }
}

/// The changes that a fresh read does not show in place.
fn not_in_place(site: &mut dyn Site, changes: &[Change]) -> Result<Vec<String>, Failure> {
    let state = site.read(&crate::model::population::Questions::default())?.snapshot.state;
    let off = changes.iter().filter(|change| crate::change::read(&state, &change.on) != change.after);
    Ok(off.map(|change| change.on.to_string()).collect())
}
