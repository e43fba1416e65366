//! The spot-check contacts' values: in the plan or in a file of their own, and whether git tracks either.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::diag::{Document, Finding, Location, Severity};
use crate::fs::Folder;
use crate::model::Plan;
use crate::model::plan::ContactValues;
use crate::rules::{ContactsFile, Tracking};
use crate::shape;
use crate::text::{Limits, Source, Tree, compose_bytes};

use super::git::Books;

/// Most bytes of a file of contact values.
const CONTACTS_LIMIT: usize = 1 << 20;

type Beside = Option<(Source, Option<Tree>)>;

/// The values that a plan has or names, and the text of their file; what is to be said of it goes with the findings.
pub(super) fn of(path: &Path, plan: &Plan, findings: &mut Vec<Finding>, git: &Books) -> (ContactsFile, Beside) {
    let tracking = |file: &Path| tracking(file, git);
    match &plan.spot_check.values {
        None => (ContactsFile::default(), None),
        Some(ContactValues::Inline(values)) => {
            (ContactsFile { values: Some(values.clone()), tracked: tracking(path), ..ContactsFile::default() }, None)
        }
        Some(ContactValues::File(name)) => in_a_file(path, name, findings, tracking),
    }
}

/// Reads the file; its content never fails.
fn in_a_file(
    plan: &Path,
    name: &str,
    findings: &mut Vec<Finding>,
    tracking: impl Fn(&Path) -> Tracking,
) -> (ContactsFile, Beside) {
    let (file, bytes) = match read_values(plan, name) {
        Ok(read) => read,
        Err(error) => {
            let absent = (error.kind() == ErrorKind::NotFound).then(|| name.to_owned());
            if absent.is_none() {
                findings.push(unreadable(name, &error));
            }
            return (ContactsFile { absent, own_file: true, ..ContactsFile::default() }, None);
        }
    };
    let limits = Limits { bytes: CONTACTS_LIMIT, ..Limits::default() };
    let (source, tree, problems) = compose_bytes(file.display().to_string(), bytes, &limits);
    let read = shape::problems(problems, &source, tree.as_ref(), Document::Contacts);
    let mut left_out = BTreeSet::new();
    let values = tree.as_ref().and_then(|tree| {
        let (values, mut misfits, places) = shape::contact_values(tree);
        left_out = places;
        shape::without_echoes(&mut misfits, &read, tree);
        findings.extend(misfits);
        // Of a text that was not read to its end nobody can say which values are missing, nor that the last one is whole.
        tree.complete.then_some(values.0)
    });
    findings.extend(read);
    (ContactsFile { values, absent: None, left_out, own_file: true, tracked: tracking(&file) }, Some((source, tree)))
}

/// The bytes of the file that a plan names for its contacts' values, where it names one.
pub(super) fn bytes(path: &Path, plan: &Plan) -> Option<io::Result<Vec<u8>>> {
    match &plan.spot_check.values {
        Some(ContactValues::File(name)) => Some(read_values(path, name).map(|(_, bytes)| bytes)),
        _ => None,
    }
}

fn unreadable(name: &str, error: &io::Error) -> Finding {
    let what = format!("the contacts' values cannot be read from `{name}`: {error}");
    Finding::new("contact-values-unreadable", Severity::Error, Location::value("/spot_check/values"), what)
        .label("this file")
        .help("write the values with `plan contacts record PLAN --site FILE` from a site in a file, or by hand as in docs/plan-file.md, \
            *The contacts' values*; or correct the path: it must lie inside the plan's folder")
}

/// Reads a file that a plan names: inside the plan's folder, and no link on the way.
fn read_values(plan: &Path, name: &str) -> io::Result<(PathBuf, Vec<u8>)> {
    let folder = Folder::of(plan);
    let bytes = folder.read(name, CONTACTS_LIMIT as u64)?;
    log::info!("the contacts' values `{}`: {} bytes", plan.with_file_name(name).display(), bytes.len());
    Ok((folder.path(name), bytes))
}

/// Whether git tracks a file, as its index says.
pub(crate) fn tracking(file: &Path, git: &Books) -> Tracking {
    match git.tracks(file) {
        Ok(true) => Tracking::Tracked,
        Ok(false) => Tracking::Untracked,
        Err(why) => Tracking::Unknown(why),
    }
}
