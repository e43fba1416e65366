//! One run at a time on one site: the system's own file lock, a lease for holders on other machines, a fencing token.
//!
//! A holder that died lets go of the file lock at once. On a shared folder the file lock may not reach another machine: there
//! the lease counts, which its holder renews. The token grows with each holder; a holder whose lock was broken sees another
//! holder's id in the file before its next act, and stops.

use std::cell::Cell;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Identity, digest};

/// Seconds after which a holder on another machine that gave no sign of life counts as dead.
pub const LEASE: i64 = 120;

/// Seconds between two signs of life.
const BEAT: i64 = 10;

/// Most bytes of a lock's file.
const LIMIT: u64 = 4096;

/// Who holds a lock, or held it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    /// The lock's id, 8 hexadecimal digits: another for each holder.
    pub id: String,
    /// One more than the holder's before.
    pub token: u64,
    /// The process.
    pub process: u32,
    /// The machine's name.
    pub machine: String,
    /// The folder of its plan, where it wrote that down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Which site it is at, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Identity>,
    /// Since when.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
    /// The last sign of life; none where it was let go.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub alive_at: Option<Timestamp>,
    /// When it was let go; none where it is held, or its holder died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub let_go_at: Option<Timestamp>,
}

impl Holder {
    /// Whether its lease still runs. A sign of life from a time to come counts: clocks differ.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.alive_at.is_some_and(|beat| now.duration_since(beat) < SignedDuration::from_secs(LEASE))
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on `{}`", self.process, self.machine.escape_debug())?;
        if let Some(folder) = &self.folder {
            write!(f, ", from `{}`,", folder.escape_debug())?;
        }
        if let Some(site) = &self.site {
            write!(f, " at `{site}`,")?;
        }
        write!(f, " since {}", self.since)
    }
}

/// A held lock; let go when dropped, or when the process dies.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    holder: Holder,
    beat: Cell<Timestamp>,
    /// Who held it last. It is dead, or has let go.
    pub last: Option<Holder>,
}

/// How a lock stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody holds it.
    Free(Option<Holder>),
    /// Somebody holds it.
    Held(Option<Holder>),
}

/// Why a lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("another run is working on this site{}", holder.as_ref().map(|holder| format!(": {holder} (lock {})", holder.id.escape_debug())).unwrap_or_default())]
    Held {
        /// Who, as far as they wrote it down.
        holder: Option<Holder>,
    },
    /// The file system said no.
    #[error("cannot lock `{}`: {source}", path.display())]
    File {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Takes the lock for a plan of this folder at a site, or says who holds it.
///
/// # Errors
/// [`LockError`] where it is held, or its file cannot be written.
pub fn take(path: &Path, (folder, site): (&Path, Option<&Identity>), now: Timestamp) -> Result<Lock, LockError> {
    let failed = |source| LockError::File { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    let mut file = super::open_private(path, &mut options).map_err(failed)?;
    let free = try_for_a_moment(&file).map_err(failed)?;
    let last = holder_in(&mut file);
    let elsewhere = last.as_ref().is_some_and(|last| last.machine != machine() && last.is_alive(now));
    if !free || elsewhere {
        return Err(LockError::Held { holder: last });
    }
    let (process, machine) = (std::process::id(), machine());
    let token = last.as_ref().map_or(1, |last| last.token.saturating_add(1));
    let id = digest::of_bytes(format!("{token} {process} {machine} {now}").as_bytes())[..8].to_owned();
    let folder = Some(folder.display().to_string());
    let (since, alive_at) = (now, Some(now));
    let site = site.cloned();
    let holder = Holder { id, token, process, machine, folder, site, since, alive_at, let_go_at: None };
    let lock = Lock { path: path.to_owned(), file, holder, beat: Cell::new(now), last };
    lock.write((Some(now), None)).map_err(failed)?;
    Ok(lock)
}

/// How a lock stands, without taking it.
///
/// # Errors
/// [`LockError`] where its file cannot be read.
pub fn standing(path: &Path, now: Timestamp) -> Result<Standing, LockError> {
    let failed = |source| LockError::File { path: path.to_owned(), source };
    let mut file = match super::open_private(path, OpenOptions::new().read(true).write(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Free(None)),
        Err(error) => return Err(failed(error)),
    };
    let free = try_lock(&file).map_err(failed)?;
    let holder = holder_in(&mut file);
    let elsewhere = holder.as_ref().is_some_and(|holder| holder.machine != machine() && holder.is_alive(now));
    Ok(if free && !elsewhere { Standing::Free(holder) } else { Standing::Held(holder) })
}

/// Takes a lock away from its holder, who stops before its next act. The id must be the holder's.
///
/// # Errors
/// [`LockError::Held`] where another holds it now; [`LockError::File`] where its file cannot be replaced.
pub fn break_it(path: &Path, id: &str) -> Result<(), LockError> {
    let failed = |source| LockError::File { path: path.to_owned(), source };
    let mut file = super::open_private(path, OpenOptions::new().read(true).write(true)).map_err(failed)?;
    let holder = holder_in(&mut file);
    let Some(holder) = holder.clone().filter(|holder| holder.id == id) else {
        return Err(LockError::Held { holder });
    };
    // A new file: the old one's lock dies with its holder, whenever that is.
    let freed = Holder { id: "00000000".to_owned(), alive_at: None, ..holder };
    let new = path.with_extension("lock.new");
    drop(std::fs::remove_file(&new));
    let mut file = super::open_private(&new, OpenOptions::new().create_new(true).write(true)).map_err(failed)?;
    file.write_all(line(&freed).as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)
}

impl Lock {
    /// The fencing token.
    pub fn token(&self) -> u64 {
        self.holder.token
    }

    /// Gives a sign of life; says why this lock is no longer its holder's, where that is so.
    pub fn ousted(&self, now: Timestamp) -> Option<String> {
        let mut options = OpenOptions::new();
        let there = super::open_private(&self.path, options.read(true)).ok().and_then(|mut file| holder_in(&mut file));
        if there.as_ref().is_none_or(|there| there.id != self.holder.id) {
            return Some("its lock was broken: another run may be working on the site".to_owned());
        }
        if now.duration_since(self.beat.get()).abs() >= SignedDuration::from_secs(BEAT) {
            self.beat.set(now);
            // A sign of life that cannot be given is no reason to stop: this machine's lock holds.
            drop(self.write((Some(now), None)));
        }
        None
    }

    /// The last sign of life of whoever held it before and wrote a journal's last line then; none where that is not known.
    pub fn last_alive(&self, last_line: Timestamp) -> Option<Timestamp> {
        let last = self.last.as_ref().filter(|last| last.since <= last_line)?;
        last.let_go_at.or(last.alive_at).filter(|alive| *alive >= last_line && *alive <= self.holder.since)
    }

    fn write(&self, (alive_at, let_go_at): (Option<Timestamp>, Option<Timestamp>)) -> io::Result<()> {
        let mut file = &self.file;
        // Longer first, then cut: a reader in between finds a whole line.
        file.seek(SeekFrom::Start(0))?;
        let line = line(&Holder { alive_at, let_go_at, ..self.holder.clone() });
        file.write_all(line.as_bytes())?;
        file.set_len(line.len() as u64)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where it was broken the file is no longer the one at the path, and writing to it does no harm.
        drop(self.write((None, Some(Timestamp::now()))));
    }
}

fn line(holder: &Holder) -> String {
    serde_json::to_string(holder).unwrap_or_default() + "\n"
}

/// A holder that was killed while it started another program leaves that one holding the lock until it has begun.
fn try_for_a_moment(file: &File) -> io::Result<bool> {
    const TRIES: u32 = 10;
    for _ in 1..TRIES {
        if try_lock(file)? {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    try_lock(file)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(source),
    }
}

/// Who it was is only reported and fenced by; what somebody else wrote into the file must not stop anybody.
fn holder_in(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text).ok()?;
    serde_json::from_str(text.lines().next()?).ok()
}

/// This machine's name.
pub fn machine() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn held(path: &Path, change: impl FnOnce(&mut Holder)) {
        let mut holder = Holder {
            id: "0a1b2c3d".into(),
            token: 41,
            process: 1,
            machine: "elsewhere".into(),
            folder: None,
            site: None,
            since: at(0),
            alive_at: Some(at(0)),
            let_go_at: None,
        };
        change(&mut holder);
        std::fs::write(path, line(&holder)).unwrap();
    }

    #[test]
    fn a_holder_on_another_machine_is_dead_when_its_lease_ran_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        held(&path, |_| ());
        for second in [-500, 0, LEASE - 1] {
            let refused = take(&path, (Path::new("/plans"), None), at(second)).unwrap_err().to_string();
            assert!(refused.contains("process 1 on `elsewhere`") && refused.contains("0a1b2c3d"), "{refused}");
            assert!(matches!(standing(&path, at(second)), Ok(Standing::Held(Some(_)))));
        }
        assert!(matches!(standing(&path, at(LEASE)), Ok(Standing::Free(Some(_)))));
        let lock = take(&path, (Path::new("/plans"), None), at(LEASE)).unwrap();
        assert_eq!((lock.token(), lock.last.as_ref().unwrap().process), (42, 1));
        assert_eq!(lock.ousted(at(LEASE)), None);
    }

    #[test]
    fn a_holder_that_let_go_or_died_here_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        held(&path, |holder| holder.alive_at = None);
        drop(take(&path, (Path::new("/plans"), None), at(0)).unwrap());
        held(&path, |holder| holder.machine = machine());
        let lock = take(&path, (Path::new("/plans"), None), at(0)).unwrap();
        let refused = take(&path, (Path::new("/other"), None), at(9_999)).unwrap_err();
        assert!(refused.to_string().contains(", from `/plans`, since "), "{refused}");
        assert!(matches!(refused, LockError::Held { holder: Some(holder) } if holder.token == 42));
        drop(lock);
        for text in ["", "process 9 since then\n", "{\"id\":1}\n", "\0\0\0"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(take(&path, (Path::new("/plans"), None), at(0)).unwrap().token(), 1, "{text:?}");
        }
    }

    #[test]
    fn a_broken_lock_ousts_its_holder_and_keeps_counting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let first = take(&path, (Path::new("/plans"), None), at(0)).unwrap();
        assert!(matches!(break_it(&path, "ffffffff"), Err(LockError::Held { holder: Some(_) })));
        assert_eq!(first.ousted(at(1)), None);
        break_it(&path, &first.holder.id).unwrap();
        assert!(first.ousted(at(2)).is_some(), "before anybody else came");
        let second = take(&path, (Path::new("/plans"), None), at(3)).unwrap();
        assert_eq!(second.token(), 2);
        assert!(first.ousted(at(60)).is_some() && second.ousted(at(60)).is_none());
        drop(first);
        assert_eq!(second.ousted(at(120)), None, "what the first one wrote when it let go harms nobody");
        std::fs::remove_file(&path).unwrap();
        assert!(second.ousted(at(121)).is_some());
    }

    #[test]
    fn a_holder_says_at_which_site_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let site = Identity::parse("https://bücher.example:443/").unwrap();
        let lock = take(&path, (Path::new("/plans"), Some(&site)), at(0)).unwrap();
        let refused = take(&path, (Path::new("/other"), None), at(1)).unwrap_err().to_string();
        assert!(refused.contains("from `/plans`, at `xn--bcher-kva.example`, since "), "{refused}");
        drop(lock);
        assert!(matches!(standing(&path, at(2)), Ok(Standing::Free(Some(last))) if last.site == Some(site)));
    }

    #[test]
    fn a_sign_of_life_is_given_now_and_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let lock = take(&path, (Path::new("/plans"), None), at(0)).unwrap();
        let alive_at = || holder_in(&mut File::open(&path).unwrap()).unwrap().alive_at;
        lock.ousted(at(BEAT - 1));
        assert_eq!(alive_at(), Some(at(0)));
        lock.ousted(at(BEAT));
        assert_eq!(alive_at(), Some(at(BEAT)));
        drop(lock);
        assert_eq!(alive_at(), None);
    }
}
