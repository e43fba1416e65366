//! The collector as a zip that WordPress installs.

use std::io::{self, Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::{FILES, WRITER_FILES};

/// The plugin's folder, in the zip and on the site.
pub const FOLDER: &str = "plan-bridge";

/// The plugin with this list of what it may read (`request.json`), as a zip: the same bytes for the same list, whoever makes it and
/// wherever.
///
/// # Errors
/// Where the zip cannot be made; in memory nothing is known to lead there.
pub fn packed(request: &str) -> io::Result<Vec<u8>> {
    zipped(FILES.iter().copied().chain([("request.json", request)]).collect())
}

/// The build that writes too, with the list of what it may set (`writes.json`) and the one site that this is for.
///
/// # Errors
/// As [`packed`].
pub fn packed_writer(request: &str, writes: &str) -> io::Result<Vec<u8>> {
    let is_replaced = |path: &str| WRITER_FILES.iter().any(|(of, _)| *of == path);
    let read = FILES.iter().copied().filter(|(path, _)| !is_replaced(path));
    let lists = [("request.json", request), ("writes.json", writes)];
    zipped(read.chain(WRITER_FILES.iter().copied()).chain(lists).collect())
}

fn zipped(mut files: Vec<(&str, &str)>) -> io::Result<Vec<u8>> {
    // Stored: what a packer makes of a text differs from version to version. The time is the earliest that a zip can hold.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o644);
    files.sort_unstable();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.start_file(format!("{FOLDER}/{path}"), options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a zip that a machine or a moment could get into, read as the format has them and not by the crate that wrote them.
    #[test]
    fn nothing_of_the_machine_or_the_moment_is_in_it() {
        let bytes = packed("{}\n").unwrap();
        assert_eq!(bytes, packed("{}\n").unwrap());
        let number = |at: usize, size: usize| {
            bytes[at..at + size].iter().rev().fold(0usize, |number, byte| number << 8 | usize::from(*byte))
        };
        let entries: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| at).collect();
        assert_eq!(entries.len(), FILES.len() + 1);
        let mut names = Vec::new();
        for at in entries {
            assert_eq!(number(at + 5, 1), 3, "made by Unix");
            assert_eq!(number(at + 10, 2), 0, "stored");
            assert_eq!((number(at + 12, 2), number(at + 14, 2)), (0, 1 << 5 | 1), "midnight of 1 January 1980");
            assert_eq!((number(at + 30, 2), number(at + 32, 2)), (0, 0), "no extra fields, no comment");
            assert_eq!(number(at + 38, 4) >> 16, 0o100_644, "a file that all may read");
            names.push(String::from_utf8(bytes[at + 46..at + 46 + number(at + 28, 2)].to_vec()).unwrap());
        }
        assert!(names.is_sorted() && names[0] == "plan-bridge/plan-bridge.php", "{names:?}");
    }
}
