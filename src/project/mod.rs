//! The plan of a command and what stands beside it, opened once: parsed once, and git asked at most once, however often it is looked at.

pub mod git;
pub mod limits;
mod nearest;
mod raise;
pub(crate) mod record;
pub(crate) mod rules_file;
pub mod settings;
pub mod signed;
pub(crate) mod site;
pub(crate) mod values_file;

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::diag::{Document, Finding};
use crate::failure::Failure;
use crate::model::Plan;
use crate::model::record::Record;
use crate::rules::{ContactsFile, OwnRules};
use crate::shape::{self, Sources};
use crate::text::{Limits, compose_bytes};

use git::Books;
use settings::Settings;

/// A plan, by its path, and what was parsed of it.
#[derive(Clone)]
pub(crate) struct Project {
    path: PathBuf,
    limits: Limits,
    show_personal: bool,
    backup_dir: Option<PathBuf>,
    /// Its text, where that is not in a file.
    given: Option<Arc<[u8]>>,
    parsed: RefCell<Option<Arc<Parsed>>>,
    git: Books,
    /// How often it was parsed.
    times: Cell<u32>,
}

/// What the text of a plan, and of its contacts' values, comes to.
pub(crate) struct Parsed {
    pub(crate) path: PathBuf,
    pub(crate) plan: Plan,
    pub(crate) findings: Vec<Finding>,
    pub(crate) contacts: ContactsFile,
    /// The plan's own rules.
    pub(crate) own: Arc<OwnRules>,
    /// Whether nothing is wrong with their file.
    rules_are_right: bool,
    pub(crate) sources: Sources,
    /// Whether the text was read to its end: else no rule may take what is missing for an absence.
    pub(crate) whole: bool,
}

/// A plan as it was read at one moment, with what stood beside it then.
pub(crate) struct Opened {
    parsed: Arc<Parsed>,
    pub(crate) record: Record,
    pub(crate) settings: Settings,
    /// The folder of backups that the command line names.
    pub(crate) backup_dir: Option<PathBuf>,
    /// What git tracks.
    pub(crate) git: Books,
}

impl Opened {
    /// What another text of the plan comes to, in its place; what stands beside it stays as it was read.
    pub(crate) fn with_text(&self, text: &str, limits: Limits, show_personal: bool) -> Parsed {
        parse(&self.path, text.as_bytes().to_vec(), (limits, show_personal), &self.git)
    }
}

impl Deref for Opened {
    type Target = Parsed;

    fn deref(&self) -> &Parsed {
        &self.parsed
    }
}

impl Project {
    /// Nothing is read yet.
    pub(crate) fn new(path: &Path, limits: Limits) -> Self {
        let (parsed, git, times) = (RefCell::new(None), Books::default(), Cell::new(0));
        Self { path: path.to_owned(), limits, show_personal: false, backup_dir: None, given: None, parsed, git, times }
    }

    /// A plan that was read already, as if it were a file `-` of the working folder.
    pub(crate) fn given(text: Vec<u8>, limits: Limits) -> Self {
        Self { given: Some(text.into()), ..Self::new(Path::new("-"), limits) }
    }

    /// The same, with personal values shown.
    pub(crate) fn showing_personal(self, show_personal: bool) -> Self {
        Self { show_personal, ..self }
    }

    /// The same, with what the command line says of the folder of backups.
    pub(crate) fn backup_dir(self, said: Option<&Path>) -> Self {
        Self { backup_dir: said.map(Path::to_owned), ..self }
    }

    /// What git tracks.
    pub(crate) fn git(&self) -> &Books {
        &self.git
    }

    /// The plan's path, as it was named.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the plan and at what stands beside it, as they are now. Its content never fails. Whatever changed since the last
    /// look is parsed again, and nothing else is.
    pub(crate) fn open(&self) -> Result<Opened, Failure> {
        let bytes = self.bytes()?;
        let (record, settings) = (self.record()?, self.settings()?);
        Ok(self.opened(bytes, (record, settings)))
    }

    /// The plan and what stands beside it, as far as they can be read, and why what is missing could not be.
    pub(crate) fn as_far_as_it_reads(&self) -> (Opened, Vec<Failure>) {
        let mut unread = Vec::new();
        let bytes = or_nothing(self.bytes(), &mut unread);
        let record = or_nothing(self.record(), &mut unread);
        let settings = or_nothing(self.settings(), &mut unread);
        (self.opened(bytes, (record, settings)), unread)
    }

    /// What is on record at this moment.
    pub(crate) fn record(&self) -> Result<Record, Failure> {
        record::load(&record::path_of(&self.path))
    }

    /// What `plan.toml` says at this moment.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        settings::of(&self.path)
    }

    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        if let Some(text) = &self.given {
            return Ok(text.to_vec());
        }
        // One byte more than may be read: what is too long is a finding with a place.
        crate::fs::begin(&self.path, self.limits.bytes as u64 + 1).map_err(|e| Failure::file("read", &self.path, &e))
    }

    fn opened(&self, bytes: Vec<u8>, (record, settings): (Record, Settings)) -> Opened {
        let last = self.parsed.borrow().clone();
        let parsed = last.filter(|last| last.is_still(&bytes)).unwrap_or_else(|| {
            self.times.set(self.times.get() + 1);
            let (begun, length) = (Instant::now(), bytes.len());
            let parsed = parse(&self.path, bytes, (self.limits, self.show_personal), &self.git);
            log::info!(
                "the plan `{}`: {length} bytes; parsed, its form compared, and its contacts' values read in {} ms",
                self.path.display(),
                begun.elapsed().as_millis()
            );
            Arc::new(parsed)
        });
        self.parsed.replace(Some(Arc::clone(&parsed)));
        Opened { parsed, record, settings, backup_dir: self.backup_dir.clone(), git: self.git.clone() }
    }
}

fn or_nothing<T: Default>(read: Result<T, Failure>, unread: &mut Vec<Failure>) -> T {
    read.unwrap_or_else(|failure| {
        unread.push(failure);
        T::default()
    })
}

impl Parsed {
    /// Whether all that the plan and its file say of the spot-check contacts was read.
    pub(crate) fn knows_its_contacts(&self) -> bool {
        let unread = self.plan.spot_check.values.is_some() && self.contacts.values.is_none();
        let broken = self.findings.iter().any(|finding| finding.primary.place.document() == Document::Contacts);
        let misfit = self.plan.left_out.iter().any(|place| place.starts_with("/spot_check"));
        !(unread || broken || misfit)
    }

    /// Whether the plan's text, and that of its contacts' values, still are what was parsed.
    fn is_still(&self, bytes: &[u8]) -> bool {
        let is_same = |document, bytes: &[u8]| self.sources.text(document).source.text().as_bytes() == bytes;
        self.whole
            && is_same(Document::Plan, bytes)
            && match values_file::bytes(&self.path, &self.plan) {
                None => true,
                Some(Ok(bytes)) => self.contacts.values.is_some() && is_same(Document::Contacts, &bytes),
                Some(Err(_)) => false,
            }
            && match rules_file::bytes(&self.path) {
                Ok(None) => self.own.digest().is_none() && self.rules_are_right,
                Ok(Some(bytes)) => self.own.digest().is_some() && is_same(Document::Rules, &bytes),
                Err(_) => false,
            }
    }
}

/// The plan that these bytes are, by themselves; none where they cannot be read to their end.
pub(crate) fn plan_of(bytes: Vec<u8>, limits: &Limits) -> Option<Plan> {
    let (_, tree, _) = compose_bytes(String::new(), bytes, limits);
    let tree = tree.filter(|tree| tree.complete)?;
    Some(shape::plan(&tree).0)
}

/// A plan of these bytes.
fn parse(path: &Path, bytes: Vec<u8>, (limits, show_personal): (Limits, bool), git: &Books) -> Parsed {
    let (source, tree, problems) = compose_bytes(path.display().to_string(), bytes, &limits);
    let mut findings = shape::problems(problems, &source, tree.as_ref(), Document::Plan);
    let mut whole = tree.as_ref().is_some_and(|tree| tree.complete && tree.root.as_map().is_some());
    let mut plan = Plan::default();
    if let Some(tree) = &tree {
        let (typed, mut misfits) = shape::plan(tree);
        plan = typed;
        whole &= !misfits.iter().any(|finding| finding.rule == shape::DOES_NOT_FIT);
        shape::without_echoes(&mut misfits, &findings, tree);
        // Of a text that was not read to its end nothing can be said to be missing.
        findings.extend(misfits.into_iter().filter(|finding| tree.complete || finding.rule != "missing-key"));
    }
    let (contacts, contacts_text) = values_file::of(path, &plan, &mut findings, git);
    let rules = rules_file::of(path, rules_file::bytes(path));
    let rules_are_right = rules.findings.is_empty();
    findings.extend(rules.findings);
    let sources = Sources::new((source, tree), contacts_text, show_personal).with_rules(rules.text);
    Parsed { path: path.to_owned(), plan, findings, contacts, own: rules.rules, rules_are_right, sources, whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_parsed_again_only_where_it_or_its_values_changed() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.yaml");
        let plan = "version: 1\nname: x\nspot_check: {values: x.contacts.yaml, list: {}}\n";
        std::fs::write(&path, plan).unwrap();
        std::fs::write(place.path().join("x.contacts.yaml"), "\"1\": {email: a@example.com}\n").unwrap();
        let project = Project::new(&path, Limits::default());
        let names = || project.open().unwrap().plan.name.clone();
        let values = || project.open().unwrap().contacts.values.clone().map(|values| values.len());
        assert!(project.open().unwrap().whole, "{:?}", project.open().unwrap().findings);
        assert_eq!((names(), values(), project.times.get()), (Some("x".to_owned()), Some(1), 1));
        std::fs::write(&path, plan.replace("name: x", "name: y")).unwrap();
        assert_eq!((names(), project.times.get()), (Some("y".to_owned()), 2), "somebody changed the plan");
        std::fs::write(place.path().join("x.contacts.yaml"), "\"1\": {}\n\"2\": {}\n").unwrap();
        assert_eq!((values(), project.times.get()), (Some(2), 3), "somebody changed the values");
        std::fs::remove_file(place.path().join("x.contacts.yaml")).unwrap();
        assert_eq!(values(), None);
    }
}
