//! How much of a large file was read, for somebody who waits for it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;

/// What is shorter is read before anybody waits.
const SHORT: u64 = 1 << 20;

/// Gets how many bytes were read so far; the reading is over once it is dropped.
pub type Seen = Box<dyn FnMut(u64) + Send>;

/// Makes what gets it, of a file and of how many bytes it has.
pub type Watcher = fn(&Path, u64) -> Seen;

static WATCHER: OnceLock<Watcher> = OnceLock::new();

/// Lets somebody see how much of each large file was read, from now on in this process.
pub fn watch(watcher: Watcher) {
    // Whoever came first stays.
    let _ = WATCHER.set(watcher);
}

/// A file that is seen while it is read.
pub struct Watched {
    file: File,
    read: u64,
    seen: Option<Seen>,
}

/// The file at a path, which somebody may want to see being read.
pub(crate) fn watched(path: &Path, file: File) -> Watched {
    let watcher = WATCHER.get().zip(file.metadata().ok().map(|about| about.len()));
    let seen = watcher.filter(|(_, bytes)| *bytes >= SHORT).map(|(watcher, bytes)| watcher(path, bytes));
    Watched { file, read: 0, seen }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        if let Some(seen) = self.seen.as_mut().filter(|_| read > 0) {
            seen(self.read);
        }
        if read == 0 {
            self.seen = None;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn each_part_is_seen_and_the_end_is() {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, b"abcdef").unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&told);
        let mut watched = Watched { file, read: 0, seen: Some(Box::new(move |read| seen.lock().unwrap().push(read))) };
        let mut part = [0; 4];
        for (length, all) in [(4, &[4][..]), (2, &[4, 6]), (0, &[4, 6])] {
            assert_eq!((watched.read(&mut part).unwrap(), told.lock().unwrap().as_slice()), (length, all));
        }
        assert_eq!(Arc::strong_count(&told), 1, "it is over");
    }
}
