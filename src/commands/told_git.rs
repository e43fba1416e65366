//! What git is told of the files beside a plan: which it ignores, and whose line ends it leaves as they are.

use crate::failure::Failure;
use crate::fs::{Folder, Readers};

/// Most bytes of a file that tells git something.
const LIMIT: u64 = 1 << 20;

/// Tells git to leave the line ends of what digests and signatures are over as they are.
pub(super) fn keep_line_ends(folder: &Folder) -> Result<(), Failure> {
    add(folder, ".gitattributes", &["*.ndjson -text", "*.seal.json* -text", "*.rehearsal.json* -text"])
}

/// Adds the lines that such a file lacks.
pub(super) fn add(folder: &Folder, name: &str, lines: &[&str]) -> Result<(), Failure> {
    let failed = |act: &'static str| move |e: std::io::Error| Failure::file(act, &folder.path(name), &e);
    let mut text = folder.text(name, LIMIT).map_err(failed("read"))?.unwrap_or_default();
    let missing: Vec<&&str> = lines.iter().filter(|line| !text.lines().any(|known| known.trim() == **line)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    missing.iter().for_each(|line| text.extend([**line, "\n"]));
    folder.write(name, &text, Readers::All).map_err(failed("write"))
}
