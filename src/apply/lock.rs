//! One run at a time on one site: a lock that the system lets go when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;

/// A held lock; let go when dropped, or when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// The process that held it last. It is dead, or has let go.
    pub last: Option<u32>,
}

/// Why a lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("another run is at it: {0}")]
    Held(
        /// Who, as far as they wrote it down.
        String,
    ),
    /// The file system said no.
    #[error("cannot lock `{path}`: {source}")]
    File {
        /// The lock's file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Takes the lock, or says who holds it.
///
/// # Errors
/// [`LockError`] where it is held, or its file cannot be written.
pub fn take(path: &Path, now: Timestamp) -> Result<Lock, LockError> {
    let failed = |source| LockError::File { path: path.display().to_string(), source };
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    let mut file = super::open_private(path, &mut options).map_err(failed)?;
    let held = match file.try_lock() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    };
    let mut holder = String::new();
    // Who it was is only told; what somebody else wrote into the file must not stop anybody.
    let _ = (&mut file).take(200).read_to_string(&mut holder);
    if held {
        return Err(LockError::Held(holder.trim().to_owned()));
    }
    let last = holder.split_whitespace().nth(1).and_then(|process| process.parse().ok());
    let holder = format!("process {} since {now}\n", std::process::id());
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(holder.as_bytes()))
        .map_err(failed)?;
    Ok(Lock { _file: file, last })
}
