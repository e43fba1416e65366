//! The plan's own rules beside it (`rules.yaml`): read bounded, and by no link. It can come with a repository, so it only ever adds findings.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Document, Finding, Location, Part, Severity};
use crate::fs::Folder;
use crate::model::own_rules::{FILE, RULES, RulesFile};
use crate::model::text::pointer;
use crate::rules::OwnRules;
use crate::shape;
use crate::text::{Limits, Source, Tree, compose_bytes};

/// Most bytes of it.
pub(crate) const LIMIT: u64 = 256 << 10;

/// What is nested deeper is no rule, and no example of one.
const DEEPEST: usize = 24;

/// Longest name of a rule.
const LONGEST: usize = 60;

/// That it cannot be read.
const UNREADABLE: &str = "own-rules-unreadable";

/// A file of rules, and what is to be said of it.
#[derive(Debug, Default)]
pub(crate) struct RulesText {
    /// The rules; none where anything is wrong with the file, which is a finding then.
    pub(crate) rules: Arc<OwnRules>,
    /// What is wrong.
    pub(crate) findings: Vec<Finding>,
    /// Its text; none where there is no such file.
    pub(crate) text: Option<(Source, Option<Tree>)>,
}

/// The bytes of the rules beside a plan; none where there are no such rules.
pub(super) fn bytes(plan: &Path) -> io::Result<Option<Vec<u8>>> {
    match Folder::of(plan).read(FILE, LIMIT) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where they lie.
pub(crate) fn path(plan: &Path) -> PathBuf {
    Folder::of(plan).path(FILE)
}

/// The rules beside a plan.
pub(crate) fn beside(plan: &Path) -> RulesText {
    of(plan, bytes(plan))
}

/// The same, read already. What the file says is never passed over: where it cannot be read that is an error.
pub(super) fn of(plan: &Path, read: io::Result<Option<Vec<u8>>>) -> RulesText {
    let name = plan.with_file_name(FILE).display().to_string();
    match read {
        Ok(None) => RulesText::default(),
        Ok(Some(bytes)) => understood(name, bytes),
        Err(error) => {
            let message = format!("the plan's own rules cannot be read from `{FILE}`: {error}");
            let finding = Finding::new(UNREADABLE, Severity::Error, Location::key(""), message)
                .help(format!("put the file itself beside the plan, or remove what is called `{FILE}` there"));
            RulesText { findings: Vec::from([finding]), ..RulesText::default() }
        }
    }
}

/// The rules of a text. Its content never fails.
pub(crate) fn understood(name: String, bytes: Vec<u8>) -> RulesText {
    let limits = Limits { bytes: LIMIT as usize, depth: DEEPEST, ..Limits::default() };
    let (source, tree, problems) = compose_bytes(name, bytes, &limits);
    let mut findings = shape::problems(problems, &source, tree.as_ref(), Document::Rules);
    let mut rules = OwnRules::default();
    if let Some(tree) = tree.as_ref().filter(|tree| tree.complete && findings.is_empty()) {
        let (file, misfits) = shape::rules(tree);
        findings.extend(misfits);
        findings.extend(file.iter().flat_map(misnamed));
        if let Some(file) = file.filter(|_| findings.is_empty()) {
            rules = OwnRules::new(file);
        }
    }
    RulesText { rules: Arc::new(rules), findings, text: Some((source, tree)) }
}

/// Names that are none.
fn misnamed(file: &RulesFile) -> Vec<Finding> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_name = |name: &str| name.len() <= LONGEST && name.split('-').all(is_word);
    let at = |name: &str, part: &[&str]| Location::At {
        document: Document::Rules,
        pointer: pointer(&[&["rules", name], part].concat()),
        part: Part::Key,
    };
    let misnamed = file.rules.keys().filter(|name| !is_name(name)).map(|name| {
        Finding::new("wrong-value", Severity::Error, at(name, &[]), "this cannot be the name of a rule")
            .help(format!("write it in kebab-case, at most {LONGEST} letters and digits: `no-free-forms`"))
    });
    let places = file.rules.iter().filter(|(_, rule)| rule.at.as_deref().is_some_and(|at| !at.starts_with('/')));
    let places = places.map(|(name, _)| {
        Finding::new("wrong-value", Severity::Error, at(name, &["at"]), "this is no place in a plan")
            .help("write it as a JSON pointer, for example `/window`")
    });
    let many = (file.rules.len() > RULES).then(|| {
        let place = Location::At { document: Document::Rules, pointer: "/rules".to_owned(), part: Part::Key };
        Finding::new("wrong-value", Severity::Error, place, format!("there are more than {RULES} rules"))
            .help("remove some")
    });
    many.into_iter().chain(misnamed).chain(places).collect()
}
