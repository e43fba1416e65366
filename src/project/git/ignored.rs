//! Whether git ignores a file, as the `.gitignore` of the folders above it and the repository's own `info/exclude` say. What a person's
//! own settings of git ignore counts for nobody else who has the repository, so it is not asked.

use std::fs::OpenOptions;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::fs::{bounded, open_here};

/// Most bytes of a file that says what is ignored: more than any has that a person wrote.
const LARGEST: u64 = 1 << 16;

/// Whether git ignores a file of a repository; none where that cannot be said. The file lies below the top, and the folder is the repository's
/// own (`.git`).
pub(super) fn is_ignored(top: &Path, own: &Path, file: &Path) -> Option<bool> {
    let folders: Vec<&Path> = file.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
    let mut deepest_first = Vec::new();
    for folder in &folders {
        deepest_first.push(rules(folder, &folder.join(".gitignore"))?);
    }
    let of_repository = rules(top, &own.join("info/exclude"))?;
    // From the top: what a folder that is ignored holds is ignored, whatever is said below.
    let way = folders.iter().rev().skip(1).map(|folder| (*folder, true)).chain([(file, false)]);
    for (path, is_folder) in way {
        let above = deepest_first
            .iter()
            .chain([&of_repository])
            .filter(|rules| path.starts_with(rules.path()) && path != rules.path());
        let said = above.map(|rules| rules.matched(path, is_folder)).find(|said| !said.is_none());
        if matches!(said, Some(Match::Ignore(_))) {
            return Some(true);
        }
    }
    Some(false)
}

/// What a file says is ignored in a folder; nothing where there is no such file, and none where it cannot be used.
fn rules(folder: &Path, file: &Path) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    // As git, which follows no link here.
    if let Ok(opened) = open_here(file, OpenOptions::new().read(true)) {
        let bytes = bounded(&opened, LARGEST).ok()?;
        for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
            // A line that is no pattern ignores nothing.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().ok()
}
