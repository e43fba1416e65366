//! Does the tree fit the schema? Every misfit is a finding; what fits becomes the typed [`Plan`].

pub mod codes;
mod decode;
mod editors;
mod forms;
mod key_order;
#[cfg(test)]
mod laws;
mod misfit;
pub mod personal;
pub mod renamed;
pub mod schema;
mod sources;
mod tree_json;
mod words;

pub(crate) use key_order::key_order;
pub(crate) use words::list;

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use serde::de::DeserializeOwned;

pub use crate::text::without_addresses;
pub use sources::{Sources, Spot};

use crate::diag::{Document, Finding, Label, Location, Severity};
use crate::model::Plan;
use crate::model::adapter::Adapter;
use crate::model::mapping::Mapping;
use crate::model::own_rules::RulesFile;
use crate::model::plan::{ContactValuesFile, REQUIRED};
use crate::text::{Problem, Source, Tree};

/// The code of a document that the schema allows and the types do not: nothing of it was read.
pub const DOES_NOT_FIT: &str = "does-not-fit";

/// A plan, as far as it fits, and every misfit.
///
/// What does not fit is left out by the object (an offering, a form, a whole section where the misfit is its own), and
/// named in [`Plan::left_out`].
pub fn plan(tree: &Tree) -> (Plan, Vec<Finding>) {
    let lacks_nothing = REQUIRED.iter().all(|key| tree.root.get(key).is_some());
    let (mut plan, findings, left_out): (Plan, _, _) = fitting(tree, Document::Plan, lacks_nothing);
    plan.left_out = left_out;
    (plan, findings)
}

/// The file of contact values, as far as it fits, every misfit, and the places that were left out: the field that does not fit.
pub fn contact_values(tree: &Tree) -> (ContactValuesFile, Vec<Finding>, BTreeSet<String>) {
    fitting(tree, Document::Contacts, true)
}

/// An adapter, and every misfit; none where there is one.
pub fn adapter(tree: &Tree) -> (Option<Adapter>, Vec<Finding>) {
    whole(tree, Document::Adapter)
}

/// A mapping of an export's columns, and every misfit; none where there is one.
pub fn mapping(tree: &Tree) -> (Option<Mapping>, Vec<Finding>) {
    whole(tree, Document::Mapping)
}

/// A plan's own rules, and every misfit; none where there is one.
pub fn rules(tree: &Tree) -> (Option<RulesFile>, Vec<Finding>) {
    whole(tree, Document::Rules)
}

/// All of a document, or every misfit.
fn whole<T: DeserializeOwned>(tree: &Tree, document: Document) -> (Option<T>, Vec<Finding>) {
    let misfits = misfit::all(tree, document);
    if !misfits.is_empty() {
        return (None, misfits.into_iter().filter_map(|misfit| misfit.finding).collect());
    }
    match read(tree, &BTreeSet::new()) {
        Ok(whole) => (Some(whole), Vec::new()),
        Err(what) => (None, vec![unreadable(document, &what)]),
    }
}

/// What fits, what is to be said of the rest, and the places that were left out.
///
/// What the types take fits the schema, which they are written to: it is asked only for what it says of a misfit.
fn fitting<T: DeserializeOwned + Default>(
    tree: &Tree,
    document: Document,
    lacks_nothing: bool,
) -> (T, Vec<Finding>, BTreeSet<String>) {
    if lacks_nothing && let Ok(whole) = read(tree, &BTreeSet::new()) {
        return (whole, Vec::new(), BTreeSet::new());
    }
    let misfits = misfit::all(tree, document);
    let left_out: BTreeSet<String> = misfits.iter().flat_map(|misfit| misfit.leaves_out.clone()).collect();
    let mut findings: Vec<Finding> = misfits.into_iter().filter_map(|misfit| misfit.finding).collect();
    // Of a text that is no mapping its misfit says it all.
    let rest = if tree.root.as_map().is_some() { read(tree, &left_out) } else { Ok(T::default()) };
    let rest = rest.unwrap_or_else(|what| {
        findings.push(unreadable(document, &what));
        T::default()
    });
    (rest, findings, left_out)
}

/// The findings of reading a text, before there is any shape; what they quote of contacts is masked.
pub fn problems(problems: Vec<Problem>, source: &Source, tree: Option<&Tree>, document: Document) -> Vec<Finding> {
    let stretches = match document {
        Document::Plan if !problems.is_empty() => personal::stretches(source, tree),
        _ => Vec::new(),
    };
    let is_personal = |at: usize| document == Document::Contacts || stretches.iter().any(|range| range.contains(&at));
    let finding = |problem: Problem| {
        let masked = is_personal(problem.span.start);
        let label = |span, text| Label { place: Location::Bytes { document, span }, text };
        let primary = label(problem.span, problem.label);
        let mut finding = Finding::new(problem.code, Severity::Error, primary.place.clone(), problem.message);
        finding.primary = primary;
        finding.help = problem.help.map(|help| imperative(&help));
        finding.related = problem.related.into_iter().map(|(span, text)| label(span, text)).collect();
        if masked {
            personal::mask(&mut finding);
        }
        finding
    };
    problems.into_iter().map(finding).collect()
}

/// A sentence as the helps of rules are written.
fn imperative(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// Takes out what the shape check says of a value that reading could not take: the reader has said it.
pub fn without_echoes(misfits: &mut Vec<Finding>, read: &[Finding], tree: &Tree) {
    let said: HashSet<Range<usize>> = read.iter().filter_map(|finding| bytes(&finding.primary.place)).collect();
    let value = |place: &Location| tree.locate(place.pointer()?).map(|at| at.node.span.range());
    if !said.is_empty() {
        misfits.retain(|finding| {
            value(&finding.primary.place).is_none_or(|span| span.is_empty() || !said.contains(&span))
        });
    }
}

fn bytes(place: &Location) -> Option<Range<usize>> {
    if let Location::Bytes { span, .. } = place { Some(span.clone()) } else { None }
}

fn read<T: DeserializeOwned>(tree: &Tree, left_out: &BTreeSet<String>) -> Result<T, decode::Unreadable> {
    let skipped = left_out.iter().filter_map(|place| tree.locate(place)).map(|at| decode::identity(at.node)).collect();
    T::deserialize(decode::Reader::new(&tree.root, &skipped))
}

/// What the schema allowed and the types did not: a gap between the two, reported rather than hidden.
fn unreadable(document: Document, what: &decode::Unreadable) -> Finding {
    let place = Location::At { document, pointer: String::new(), part: crate::diag::Part::Key };
    let mut finding =
        Finding::new(DOES_NOT_FIT, Severity::Error, place, "the document fits its schema and cannot be read")
            .help("this is a fault of `plan` itself: report it, with this message");
    match document {
        Document::Plan | Document::Adapter | Document::Mapping | Document::Rules => {
            finding.message = format!("{}: {}", finding.message, words::clean(&what.to_string()))
        }
        Document::Contacts => finding.personal.push(what.to_string()),
    }
    finding
}
