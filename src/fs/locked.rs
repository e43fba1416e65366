//! A file held so that whoever else adds to it waits: the system's advisory lock, let go when the file is closed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{is_same, open_here};

/// How long somebody else may hold it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is asked for.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens a file in its folder and holds it alone: what is read of it now is there until something is added.
///
/// # Errors
/// As [`open_here`]; a file that somebody else holds for longer than ten seconds is said to be held.
pub(crate) fn open_alone(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let begun = Instant::now();
    loop {
        let file = open_here(path, options)?;
        match file.try_lock() {
            // Another file may have taken its place while this one was waited for, as git and editors put it.
            Ok(())
                if path.symlink_metadata().is_ok_and(|now| file.metadata().is_ok_and(|file| is_same(&now, &file))) =>
            {
                return Ok(file);
            }
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(source),
        }
        if begun.elapsed() > PATIENCE {
            let what = "another command has been adding to it for ten seconds: run this again when that one has ended";
            return Err(io::Error::new(ErrorKind::WouldBlock, what));
        }
        thread::sleep(PAUSE);
    }
}
