//! Which plans a command line names: files, whatever a folder holds, standard input.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::fs::{begin, ensure_way};
use crate::model::plan::REQUIRED;
use crate::output::escape;

use super::{Named, Plan};

/// Most plans of one call.
const MOST: usize = 1_000;

/// Most folders within each other.
const DEEPEST: usize = 16;

/// Bytes of a file in which a plan shows what it is.
const BEGINNING: u64 = 1 << 20;

/// How the names of files end that lie beside plans and are none.
const BESIDE: [&str; 3] = [".adapter", ".contacts", ".mapping"];

/// The plans that are named, each once, those of a folder in the order of their names.
pub(super) fn named(given: &[PathBuf], max_bytes: usize, terminal: &mut Terminal<'_>) -> Result<Named, Failure> {
    let (mut plans, mut has_folder, mut seen) = (Vec::new(), false, HashSet::new());
    for path in given {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            // One byte more than may be read: what is too long is a finding with a place.
            let read = io::stdin().lock().take(max_bytes as u64 + 1).read_to_end(&mut bytes);
            read.map_err(|error| Failure::new(exit::COULD_NOT_RUN, format!("cannot read standard input: {error}")))?;
            if seen.insert(path.clone()) {
                plans.push(Plan::Given(bytes));
            }
            continue;
        }
        let found = if fs::symlink_metadata(path).is_ok_and(|seen| seen.is_dir()) || path.is_dir() {
            has_folder = true;
            in_folder(path, terminal)?
        } else {
            Vec::from([path.clone()])
        };
        for path in found {
            // Under whatever name it comes a second time.
            if seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                plans.push(Plan::At(path));
            }
        }
        if plans.len() > MOST {
            return Err(Failure::new(exit::USAGE, format!("more than {MOST} plans are named"))
                .help("name fewer, or a folder further down"));
        }
    }
    Ok(Named { plans, are_many: has_folder || given.len() > 1 })
}

/// Every plan of a folder and those below it. What is hidden, private or a link is passed over.
fn in_folder(top: &Path, terminal: &mut Terminal<'_>) -> Result<Vec<PathBuf>, Failure> {
    let failed = |folder: &Path, error: io::Error| Failure::file("read", folder, &error);
    ensure_way(&top.join("-")).map_err(|error| failed(top, error))?;
    let (mut found, mut folders) = (Vec::new(), vec![(top.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let (name, kind) = (entry.file_name(), entry.file_type().map_err(|error| failed(&folder, error))?);
            let name = name.to_string_lossy();
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
    for path in others {
        writeln!(
            terminal.err,
            "attention: {} has no key of a plan, so it is not judged; name the file itself to have it judged",
            escape::path(&path)
        )?;
    }
    if plans.is_empty() {
        let message = format!("there is no plan in `{}`, nor in the folders below it", top.display());
        return Err(Failure::new(exit::USAGE, message).help("name the file of a plan"));
    }
    Ok(plans)
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
