//! Whose a file is, and who else may write to it: what ssh checks of its own files.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, exit};
use crate::model::text::quoted;

/// Why something on disk is not taken for this user's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {why}", path.display())]
pub struct NotOurs {
    /// The file or the folder.
    pub path: PathBuf,
    /// What is the matter, in words that follow its name.
    pub why: String,
    /// What to do about it; none where it is to be adopted.
    pub help: Option<String>,
    /// What kind of fault it is.
    pub fault: Fault,
}

/// Why something is not this user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It belongs to another user, or others can change it: a copy of it can be this user's own.
    Shared,
    /// Git tracks it.
    Tracked,
    /// It is no file or folder, or bears no mark.
    Unproven,
}

impl NotOurs {
    /// Something that is not ours, and why.
    pub fn new(path: &Path, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), why: why.into(), help: None, fault: Fault::Unproven }
    }
}

impl From<NotOurs> for Failure {
    fn from(error: NotOurs) -> Self {
        let failure = Self::new(exit::UNCONFIRMED, format!("{error}, so it is not accepted here; nothing was written"));
        match error.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// Whether what lies here belongs to who runs this, with none of these rights of others: `0o022` is to write. What does not
/// lie here is nobody's, and no fault. Where the system has no owners and modes, as on Windows, the key alone counts.
///
/// # Errors
/// [`NotOurs`] with what is the matter.
#[cfg(unix)]
pub fn is_own(path: &Path, rights: u32) -> Result<(), NotOurs> {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    let here = rustix::process::geteuid().as_raw();
    // The mode of a link says nothing of what it leads to, and none is followed.
    let mode = if found.file_type().is_symlink() { 0 } else { found.mode() };
    belongs(path, (found.uid(), mode), (here, rights), || keeps_modes(path))
}

/// Whether an owner and a mode are this user's with none of these rights of others; modes count where they are kept.
#[cfg(unix)]
fn belongs(
    path: &Path,
    (owner, mode): (u32, u32),
    (here, rights): (u32, u32),
    keeps_modes: impl FnOnce() -> bool,
) -> Result<(), NotOurs> {
    let shared = |why: String| NotOurs { fault: Fault::Shared, ..NotOurs::new(path, why) };
    if owner != here {
        return Err(shared(format!("belongs to another user (number {owner}; this runs as number {here})")));
    }
    let open = mode & rights & 0o7777;
    if open == 0 || !keeps_modes() {
        return Ok(());
    }
    let (what, change) = if open & 0o022 != 0 { ("changed", "go-w") } else { ("read", "go-rwx") };
    let help = format!(
        "make sure that nobody else did so, then close it: `chmod {change} {}`",
        quoted(&path.display().to_string())
    );
    Err(NotOurs { help: Some(help), ..shared(format!("can be {what} by other users (mode {:03o})", mode & 0o777)) })
}

/// Whether the mode of what lies here says that others can change it and means nothing, as on a shared drive: the key alone counts.
#[cfg(unix)]
pub fn is_without_modes(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let open = std::fs::symlink_metadata(path).is_ok_and(|found| found.mode() & 0o022 != 0);
    open && !keeps_modes(path)
}

/// As on unix, where modes are not to be had.
#[cfg(not(unix))]
pub fn is_without_modes(_: &Path) -> bool {
    true
}

/// The number of the user whose this is, where that is another one than who runs this; of what is not there, its folder's.
#[cfg(unix)]
pub fn other_owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    let found = path.ancestors().find_map(|path| std::fs::symlink_metadata(path).ok())?;
    Some(found.uid()).filter(|owner| *owner != rustix::process::geteuid().as_raw())
}

/// As on unix, where owners are not to be had.
#[cfg(not(unix))]
pub fn other_owner(_: &Path) -> Option<u32> {
    None
}

/// As on unix, where owners and modes are not to be had.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn is_own(_: &Path, _: u32) -> Result<(), NotOurs> {
    Ok(())
}

/// Whether modes mean anything where this lies: some file systems (shared drives, those of other systems) show one mode for all.
#[cfg(unix)]
fn keeps_modes(path: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let probe = folder.join(format!(".plan-{}-mode.tmp", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&probe);
    let kept = made.and_then(|file| file.metadata()).map_or(true, |found| found.mode() & 0o077 == 0);
    // What cannot be taken away again harms nothing.
    drop(std::fs::remove_file(&probe));
    kept
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_can_write_is_not_ours_and_what_is_not_there_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        assert_eq!(is_own(&file, 0o022), Ok(()));
        std::fs::write(&file, "x").unwrap();
        for (mode, rights, fits) in [
            (0o600, 0o077, true),
            (0o644, 0o022, true),
            (0o644, 0o077, false),
            (0o664, 0o022, false),
            (0o602, 0o022, false),
        ] {
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(is_own(&file, rights).is_ok(), fits, "{mode:o} {rights:o}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
    }

    #[test]
    fn where_modes_mean_nothing_the_owner_alone_counts() {
        let path = Path::new("x");
        for (owner, mode, kept, fits) in [
            (7, 0o777, false, true),
            (7, 0o777, true, false),
            (8, 0o777, false, false),
            (8, 0o700, true, false),
            (7, 0o700, true, true),
        ] {
            assert_eq!(belongs(path, (owner, mode), (7, 0o022), || kept).is_ok(), fits, "{owner} {mode:o} {kept}");
        }
    }

    #[test]
    fn modes_are_probed_by_a_file_that_is_taken_away_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(keeps_modes(folder.path()) && keeps_modes(&folder.path().join("not-there")));
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
        assert!(!is_without_modes(folder.path()), "they mean something here");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_belongs_to_another_user_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, "x").unwrap();
        // Only the system's administrator can give a file away.
        if std::os::unix::fs::chown(&file, Some(54_321), None).is_ok() {
            assert!(is_own(&file, 0o022).unwrap_err().to_string().contains("another user (number 54321"));
        }
    }
}
