//! Which plans a command line names: files, whatever a folder holds, standard input.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::commands::Terminal;
use crate::commands::plans_below::{Below, MOST, below, none_in, too_many};
use crate::failure::{Failure, exit};
use crate::output::escape;

use super::{Named, Plan};

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
            return Err(too_many());
        }
    }
    Ok(Named { plans, are_many: has_folder || given.len() > 1 })
}

/// Every plan of a folder and those below it; what has the name of one and is none is named.
fn in_folder(top: &Path, terminal: &mut Terminal<'_>) -> Result<Vec<PathBuf>, Failure> {
    let Below { plans, others } = below(top)?;
    for path in others {
        writeln!(
            terminal.err,
            "attention: {} has no key of a plan, so it is not judged; name the file itself to have it judged",
            escape::path(&path)
        )?;
    }
    if plans.is_empty() { Err(none_in(top)) } else { Ok(plans) }
}
