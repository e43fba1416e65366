//! Which files of a folder, and of those below it, are plans.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, exit};
use crate::fs::{begin, ensure_way};
use crate::model::plan::REQUIRED;

/// Most plans of one call.
pub(super) const MOST: usize = 1_000;

/// Most files and folders that are looked at.
const ENTRIES: usize = 100_000;

/// Most folders within each other.
const DEEPEST: usize = 16;

/// Bytes of a file in which a plan shows what it is.
const BEGINNING: u64 = 1 << 20;

/// How the names of files end that lie beside plans and are none.
const BESIDE: [&str; 3] = [".adapter", ".contacts", ".mapping"];

/// What of a folder's files has the name of a plan, in the order of the names.
pub(super) struct Below {
    pub(super) plans: Vec<PathBuf>,
    /// Those that have no key of a plan.
    pub(super) others: Vec<PathBuf>,
}

/// Every plan of a folder and those below it. What is hidden, private or a link is passed over.
///
/// # Errors
/// Where a folder cannot be read, and where there is more in it than anybody means.
pub(super) fn below(top: &Path) -> Result<Below, Failure> {
    let failed = |folder: &Path, error: io::Error| Failure::file("read", folder, &error);
    ensure_way(&top.join("-")).map_err(|error| failed(top, error))?;
    let (mut found, mut folders, mut seen) = (Vec::new(), vec![(top.to_owned(), 0)], 0);
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let (name, kind) = (entry.file_name(), entry.file_type().map_err(|error| failed(&folder, error))?);
            let name = name.to_string_lossy();
            seen += 1;
            if seen > ENTRIES {
                let message = format!("there are more than {ENTRIES} files in `{}` and below", top.display());
                return Err(Failure::new(exit::USAGE, message).help("name a folder further down"));
            }
            if name.starts_with('.') || name == "private" {
                continue;
            }
            if kind.is_dir() && depth < DEEPEST {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && may_be_plan(&name) {
                found.push(entry.path());
            }
        }
        if found.len() > MOST {
            break;
        }
    }
    found.sort();
    let (plans, others): (Vec<PathBuf>, Vec<PathBuf>) = found.into_iter().partition(|path| shows_a_plan(path));
    Ok(Below { plans, others })
}

/// That a folder holds no plan.
pub(super) fn none_in(top: &Path) -> Failure {
    let message = format!("there is no plan in `{}`, nor in the folders below it", top.display());
    Failure::new(exit::USAGE, message).help("name the file of a plan")
}

/// That more plans are named than one call takes.
pub(super) fn too_many() -> Failure {
    Failure::new(exit::USAGE, format!("more than {MOST} plans are named")).help("name fewer, or a folder further down")
}

fn may_be_plan(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| !BESIDE.iter().any(|beside| stem.ends_with(beside)))
}

/// Whether a file has a key that only a plan has, or cannot be read: then who judges it says why.
fn shows_a_plan(path: &Path) -> bool {
    let Ok(bytes) = begin(path, BEGINNING) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    // A number of a version has many a file.
    let keys = || REQUIRED.iter().filter(|key| **key != "version");
    text.lines().any(|line| {
        let line = line.trim_start_matches(['\u{feff}', '"', '\'']);
        line.starts_with('{')
            || keys().any(|key| line.strip_prefix(key).is_some_and(|rest| rest.starts_with([':', '"', '\'', ' '])))
    })
}
