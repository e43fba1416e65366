//! The spot-check contacts' values: in the plan or in a file of their own, and whether git tracks either.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::diag::{Document, Finding, Place, Severity};
use crate::model::Plan;
use crate::model::plan::ContactValues;
use crate::rules::ContactsFile;
use crate::shape;
use crate::text::{Limits, Source, Tree, compose_bytes};

use super::folder_of;
use super::inputs::read_at_most;

/// Most bytes of a file of contact values.
const CONTACTS_LIMIT: usize = 1 << 20;

type Beside = Option<(Source, Option<Tree>)>;

/// The values that a plan has or names, and the text of their file; what is to be said of it goes with the findings.
pub(super) fn of(path: &Path, plan: &Plan, tracked: Tracked, findings: &mut Vec<Finding>) -> (ContactsFile, Beside) {
    match &plan.contacts.values {
        None => (ContactsFile::default(), None),
        Some(ContactValues::Inline(values)) => {
            (ContactsFile { values: Some(values.clone()), own_file: false, tracked: tracked.holds(path) }, None)
        }
        Some(ContactValues::File(name)) => in_a_file(path, name, tracked, findings),
    }
}

/// Reads the file; its content never fails.
fn in_a_file(plan: &Path, name: &str, tracked: Tracked, findings: &mut Vec<Finding>) -> (ContactsFile, Beside) {
    let (file, bytes) = match read_values(plan, name) {
        Ok(read) => read,
        Err(what) => {
            findings.push(unreadable(what));
            return (ContactsFile { values: None, own_file: true, tracked: None }, None);
        }
    };
    let limits = Limits { bytes: CONTACTS_LIMIT, ..Limits::default() };
    let (source, tree, problems) = compose_bytes(file.display().to_string(), bytes, &limits);
    let read = shape::problems(problems, &source, tree.as_ref(), Document::Contacts);
    let values = tree.as_ref().and_then(|tree| {
        let (values, mut misfits) = shape::contact_values(tree);
        shape::without_echoes(&mut misfits, &read, tree);
        findings.extend(misfits);
        // Of a text that was not read to its end nobody can say which values are missing, nor that the last one is whole.
        tree.complete.then_some(values.0)
    });
    findings.extend(read);
    (ContactsFile { values, own_file: true, tracked: tracked.holds(&file) }, Some((source, tree)))
}

fn unreadable(what: String) -> Finding {
    Finding::new("contact-values-unreadable", Severity::Error, Place::value("/contacts/values"), what)
        .label("this file")
        .help("write the values with `plan init`, or correct the path: it must lie inside the plan's folder")
}

/// Reads a file that a plan names: inside the plan's folder, whatever links lie on the way.
fn read_values(plan: &Path, name: &str) -> Result<(PathBuf, Vec<u8>), String> {
    let shown = crate::output::escape::line(name);
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Err(format!("`{shown}` leaves the plan's folder, and a plan reads nothing outside it"));
    }
    let folder = folder_of(plan);
    let file = folder.join(name);
    let missing = |e: std::io::Error| format!("the contacts' values cannot be read from `{shown}`: {e}");
    let real = file.canonicalize().map_err(missing)?;
    if !real.starts_with(folder.canonicalize().map_err(missing)?) {
        return Err(format!("`{shown}` is a link that leaves the plan's folder, and a plan reads nothing outside it"));
    }
    if !real.is_file() {
        return Err(format!("`{shown}` is not a file"));
    }
    let bytes = read_at_most(&real, CONTACTS_LIMIT).map_err(|failure| failure.message)?;
    Ok((file, bytes))
}

/// Most bytes of git's list of a folder: of a longer one git is asked about the one file.
const LISTED: u64 = 1 << 20;

/// What git tracks in a plan's folder: asked while the plan is read, which names the file only at its end.
pub(super) struct Tracked {
    folder: PathBuf,
    git: Option<Child>,
}

impl Tracked {
    /// Begins to ask.
    pub(super) fn ask(plan: &Path) -> Self {
        let folder = folder_of(plan).to_owned();
        let git = git(&folder, &["ls-files", "-z"]).stdout(Stdio::piped()).spawn().ok();
        Self { folder, git }
    }

    /// Whether git tracks a file in the folder or below; none where it cannot tell.
    fn holds(self, file: &Path) -> Option<bool> {
        let alone = || {
            let mut git = git(folder_of(file), &["ls-files", "--error-unmatch", "--"]);
            match git.arg(file.file_name()?).status().ok()?.code()? {
                0 => Some(true),
                1 => Some(false),
                _ => None,
            }
        };
        let Some((listed, real)) = self.git.and_then(listed).zip(file.canonicalize().ok()) else { return alone() };
        let folder = self.folder.canonicalize().ok()?;
        let inside = real.strip_prefix(&folder).ok().and_then(Path::to_str);
        let folders_between = real.ancestors().skip(1).take_while(|between| **between != *folder);
        match inside {
            // A repository inside the folder has a list of its own.
            Some(inside) if !folders_between.into_iter().any(|between| between.join(".git").exists()) => {
                Some(listed.split(|&byte| byte == 0).any(|name| name == inside.as_bytes()))
            }
            _ => alone(),
        }
    }
}

/// Git's list, each name ended by a zero; none where it gave none, or too long a one.
fn listed(mut git: Child) -> Option<Vec<u8>> {
    let mut list = Vec::new();
    let read = git.stdout.take()?.take(LISTED + 1).read_to_end(&mut list);
    let whole = read.is_ok() && list.len() as u64 <= LISTED;
    // With its pipe closed it ends by itself.
    let ended = git.wait().ok()?;
    (whole && ended.success()).then_some(list)
}

/// Git in a folder, silent.
fn git(folder: &Path, words: &[&str]) -> Command {
    let mut git = Command::new("git");
    // Settings of a hostile checkout must not run anything.
    git.args(["--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]).args(words);
    git.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    git
}
