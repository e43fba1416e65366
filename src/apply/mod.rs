//! Carrying out exactly what was confirmed: gate, pure machine, journal.

mod again;
pub mod archive;
pub mod by_hand;
pub mod certificate;
pub mod confirmation;
pub mod decision;
pub mod event;
pub mod gate;
pub mod intended;
pub mod journal;
pub mod kept_seals;
pub mod limits;
mod listed;
pub mod lock;
mod login;
mod lost;
pub mod machine;
pub mod open;
pub mod open_run;
pub mod parity;
pub mod proof;
pub mod seal;
pub mod since;
mod step_context;
pub mod still;
pub mod take_over;
pub mod timing;
pub mod walk;
pub mod window;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::change::{Change, Conflict};
use crate::fs::{Folder, open_here};
use crate::model::text::quoted;
use crate::model::{ObjectRef, digest};
use crate::project::git::Books;
use crate::site::{Site, SiteError};
use crate::trust::{Fault, NotOurs, is_own};

use journal::{Event, Journal, JournalError};
use machine::{Next, Seen};

/// What became of a run.
#[derive(Debug)]
pub enum Outcome {
    /// Every change is in place.
    Finished,
    /// It stopped before this change was in place; everything before it is.
    Stopped {
        /// The change's number in the list.
        at: usize,
        /// Why.
        why: Stop,
    },
    /// It was asked to stop, and did so before it began this change.
    Interrupted {
        /// The change's number in the list.
        at: usize,
    },
}

/// Why a change was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why, in words.
    pub why: String,
    /// What to do where the site itself refused to be written to, and did nothing: a person can make the change then.
    pub refused: Option<String>,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Self { why, refused: None }
    }
}

impl From<SiteError> for Stop {
    fn from(error: SiteError) -> Self {
        let refused = match &error {
            SiteError::Refused { help, .. } => Some(help.clone()),
            SiteError::NotAutomatic { .. } => Some("make the change by hand".to_owned()),
            _ => None,
        };
        Self { why: error.to_string(), refused }
    }
}

/// What a run needs beside its site and its journal.
pub struct Watch<'a> {
    /// Asked only for the journal's own lines.
    pub clock: fn() -> Timestamp,
    /// Asked before a change is begun, never within one.
    pub stop: &'a dyn Fn() -> bool,
    /// Why this run may not go on: its lock is somebody else's now. Asked before each act.
    pub ousted: &'a dyn Fn() -> Option<String>,
    /// Objects that are not taken back where somebody else changed them.
    pub leave: &'a [ObjectRef],
    /// Hears of each change that is in place, or is taken back.
    pub tell: &'a mut dyn FnMut(usize, &Change),
}

/// Carries out the changes of a journal, or takes them back, as the journal has it: what is in place is left alone, what was
/// intended is settled by reading, the rest is done. The steps that follow the changes are not its own.
///
/// # Errors
/// [`JournalError`] where the journal itself cannot be written: nothing is done that was not written down before.
pub fn run(
    site: &mut dyn Site,
    journal: &mut Journal,
    changes: &[Change],
    watch: Watch<'_>,
) -> Result<Outcome, JournalError> {
    let Watch { clock, stop, ousted, leave, tell } = watch;
    loop {
        let next = journal.progress().next();
        let (at, back, begins) = match next {
            Next::Over | Next::Step(_) => return Ok(Outcome::Finished),
            Next::Close => {
                journal.append(Event::End, clock())?;
                continue;
            }
            Next::Run(at) => (at, false, true),
            Next::Settle(at) => (at, false, false),
            Next::TakeBack(at) => (at, true, true),
            Next::SettleBack(at) => (at, true, false),
        };
        if begins && stop() {
            return Ok(Outcome::Interrupted { at });
        }
        if let Some(why) = ousted() {
            return Ok(Outcome::Stopped { at, why: why.into() });
        }
        let change = &changes[at];
        if back && leave.contains(&change.on) {
            match site.observe(&change.on).map(|found| machine::seen(change, found.as_ref())) {
                Ok(Seen::Neither) => {
                    journal.append(Event::Left { change: at }, clock())?;
                    continue;
                }
                Ok(_) => {}
                Err(error) => return Ok(Outcome::Stopped { at, why: error.into() }),
            }
        }
        if begins {
            journal
                .append(if back { Event::TakeBack { change: at } } else { Event::Intent { change: at } }, clock())?;
        }
        let ended = match (back, begins) {
            (true, _) => settle(site, &change.inverse()),
            (false, true) => act(site, change),
            (false, false) => settle(site, change),
        };
        if let Some(why) = ousted() {
            // Nothing is written down: the journal is its new holder's, who settles this by reading.
            return Ok(Outcome::Stopped { at, why: why.into() });
        }
        if let Err(why) = ended {
            journal.append(Event::Halt { change: at, why: why.why.clone() }, clock())?;
            return Ok(Outcome::Stopped { at, why });
        }
        journal.append(if back { Event::TakenBack { change: at } } else { Event::Done { change: at } }, clock())?;
        tell(at, change);
    }
}

/// What became of a change that was intended once: it is in place, or it is tried again, or somebody else was there.
fn settle(site: &mut dyn Site, change: &Change) -> Result<(), Stop> {
    let found = site.observe(&change.on)?;
    match machine::seen(change, found.as_ref()) {
        Seen::After | Seen::Both => Ok(()),
        Seen::Before => act(site, change),
        Seen::Neither => Err(neither(change).into()),
        Seen::Unreadable => Err(unreadable(change).into()),
    }
}

/// Carries out a change, and looks whether it is in place.
fn act(site: &mut dyn Site, change: &Change) -> Result<(), Stop> {
    if let Err(error) = site.execute(change)
        && let Some(why) = hopeless(error)
    {
        return Err(why);
    }
    // Whatever execute said, only what the site shows now counts.
    let found = site.observe(&change.on)?;
    match machine::seen(change, found.as_ref()) {
        Seen::After | Seen::Both => Ok(()),
        Seen::Before => Err(format!("`{}` did not accept the change", change.on).into()),
        Seen::Neither => Err(neither(change).into()),
        Seen::Unreadable => Err(unreadable(change).into()),
    }
}

/// Why an execution that failed need not be looked into: it surely did nothing.
fn hopeless(error: SiteError) -> Option<Stop> {
    match error {
        SiteError::Conflict(Conflict { on, .. }) => {
            Some(format!("somebody changed `{on}` since it was read; their change was not overwritten").into())
        }
        SiteError::File { .. }
        | SiteError::NotAutomatic { .. }
        | SiteError::Refused { .. }
        | SiteError::Damaged { .. }
        | SiteError::Misfits { .. }
        | SiteError::Another { .. }
        | SiteError::Replaced { .. } => Some(error.into()),
        SiteError::Answer { .. } | SiteError::Login { .. } => None,
    }
}

fn neither(change: &Change) -> String {
    format!("`{}` has neither the value before nor the value after the change: somebody else changed it", change.on)
}

fn unreadable(change: &Change) -> String {
    format!(
        "the reading of `{}` no longer shows the fields that the change sets, so it is unknown whether the change is in place",
        change.on
    )
}

const STATE: &str = ".plan";

/// The folder beside a plan that holds confirmations and journals, and beside a site in a file its lock: `.plan`.
pub fn state_folder(beside: &Path) -> PathBuf {
    beside.parent().unwrap_or(Path::new("")).join(STATE)
}

/// Makes the state folder beside a plan, for its owner only, and hides it from git.
///
/// # Errors
/// Whatever the file system says; a link in its place, as a checkout may bring one, is refused.
pub fn make_state_folder(beside: &Path) -> std::io::Result<PathBuf> {
    let folder = make_shared_folder(beside)?;
    #[cfg(unix)]
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(folder)
}

/// Makes the folder beside a site in a file for its lock and the note of its open run. One that is there keeps its mode, so
/// that who shares a site can share its lock.
///
/// # Errors
/// As [`make_state_folder`].
pub fn make_shared_folder(beside: &Path) -> std::io::Result<PathBuf> {
    let folder = state_folder(beside);
    crate::fs::make_private(&folder)?;
    if !std::fs::symlink_metadata(&folder)?.is_dir() {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, "`.plan` is a link"));
    }
    let ignore = folder.join(".gitignore");
    if std::fs::symlink_metadata(&ignore).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        open_private(&ignore, OpenOptions::new().create_new(true).write(true))?.write_all(b"*\n")?;
    }
    Ok(folder)
}

/// Whether the state folder beside a plan, and what lies in it, is this user's alone. Locks and notes of open runs are the
/// exception: they are shared by all who write to a site in a file, confirm nothing, and can only refuse.
///
/// # Errors
/// [`NotOurs`] with the first that is not.
pub fn ensure_state_own(folder: &Path, git: &Books) -> Result<(), NotOurs> {
    const OTHERS_WRITE: u32 = 0o022;
    if let Ok(found) = std::fs::symlink_metadata(folder)
        && !found.is_dir()
    {
        return Err(NotOurs::new(folder, if found.is_symlink() { "is a link" } else { "is no folder" }));
    }
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    inside.sort();
    // What came with a repository is no colleague's, whoever owns it now.
    inside.iter().filter(|path| !is_shared(path)).try_for_each(|path| ensure_untracked(path, folder, git))?;
    is_own(folder, OTHERS_WRITE)?;
    inside.iter().filter(|path| !is_shared(path)).try_for_each(|path| is_own(path, OTHERS_WRITE))
}

/// Whether a file of the state folder is one that all who write to a site in a file share.
fn is_shared(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".lock") || name.ends_with(".run.json")
}

/// Whether git leaves a file of the state folder alone. Where that is unknown the key decides alone.
fn ensure_untracked(path: &Path, folder: &Path, git: &Books) -> Result<(), NotOurs> {
    if !git.tracks(path).unwrap_or(false) {
        return Ok(());
    }
    let help = format!(
        "see whose it is, then take it out of git's index: `git rm -r --cached {}`",
        quoted(&folder.display().to_string())
    );
    let why = "is tracked by git, so it may have come with the repository";
    Err(NotOurs { help: Some(help), fault: Fault::Tracked, ..NotOurs::new(path, why) })
}

/// Opens a file of the state folder: its owner's alone, and never through a link that a checkout may have brought, in the place of
/// the folder or of the file.
///
/// # Errors
/// Whatever the file system says; what is not a regular file is refused.
pub fn open_private(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder.ends_with(STATE) => {
            Folder::of(folder).open(Path::new(STATE).join(name), options)
        }
        _ => open_here(path, options),
    }
}

/// A plan's file name: what a confirmation and a journal know it by.
pub fn plan_name(plan: &Path) -> String {
    plan.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A file of the state folder that belongs to one site: a run holds it against every other plan too.
pub fn state_file(folder: &Path, site: &str, suffix: &str) -> PathBuf {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
    let start = site.char_indices().rev().nth(59).map_or(0, |(start, _)| start);
    let readable: String = site[start..].chars().map(safe).collect();
    folder.join(format!("{readable}-{}.{suffix}", &digest::of_bytes(site.as_bytes())[..8]))
}
