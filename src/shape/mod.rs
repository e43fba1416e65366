//! Does the tree fit the schema? Every misfit is a finding; what fits becomes the typed [`Plan`].

mod decode;
mod misfit;
pub mod schema;
mod tree_json;
mod words;

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use crate::diag::{Document, Finding, Label, Place, Severity};
use crate::model::Plan;
use crate::model::plan::ContactValuesFile;
use crate::text::{Problem, Tree};

/// A plan, as far as it fits, and every misfit.
///
/// What does not fit is left out by the object (an offering, a form, a whole section where the misfit is its own), and
/// named in [`Plan::left_out`].
pub fn plan(tree: &Tree) -> (Plan, Vec<Finding>) {
    let misfits = misfit::all(tree, &schema::plan(), Document::Plan);
    let left_out: BTreeSet<String> = misfits.iter().filter_map(|misfit| misfit.leaves_out.clone()).collect();
    let mut findings: Vec<Finding> = misfits.into_iter().filter_map(|misfit| misfit.finding).collect();
    let mut plan = read::<Plan>(tree, &left_out).unwrap_or_else(|what| {
        findings.push(unreadable(Document::Plan, &what));
        Plan::default()
    });
    plan.left_out = left_out;
    (plan, findings)
}

/// The file of contact values, as far as it fits, and every misfit.
pub fn contact_values(tree: &Tree) -> (ContactValuesFile, Vec<Finding>) {
    let misfits = misfit::all(tree, &schema::contact_values(), Document::Contacts);
    let left_out: BTreeSet<String> = misfits.iter().filter_map(|misfit| misfit.leaves_out.clone()).collect();
    let mut findings: Vec<Finding> = misfits.into_iter().filter_map(|misfit| misfit.finding).collect();
    let values = read(tree, &left_out).unwrap_or_else(|what| {
        findings.push(unreadable(Document::Contacts, &what));
        ContactValuesFile::default()
    });
    (values, findings)
}

/// The findings of reading a text, before there is any shape.
pub fn problems(problems: Vec<Problem>, document: Document) -> Vec<Finding> {
    let finding = |problem: Problem| {
        let label = |span, text| Label { place: Place::Bytes { document, span }, text };
        let primary = label(problem.span, problem.label);
        let mut finding = Finding::new(problem.code, Severity::Error, primary.place.clone(), problem.message);
        finding.primary = primary;
        finding.help = problem.help.map(|help| help.trim_end_matches('.').to_owned());
        finding.related = problem.related.into_iter().map(|(span, text)| label(span, text)).collect();
        finding
    };
    problems.into_iter().map(finding).collect()
}

fn read<T: DeserializeOwned>(tree: &Tree, left_out: &BTreeSet<String>) -> Result<T, decode::Unreadable> {
    let skipped = left_out.iter().filter_map(|place| tree.locate(place)).map(|at| decode::identity(at.node)).collect();
    T::deserialize(decode::Reader::new(&tree.root, &skipped))
}

/// What the schema allowed and the types did not: a gap between the two, reported rather than hidden.
fn unreadable(document: Document, what: &decode::Unreadable) -> Finding {
    let place = Place::At { document, pointer: String::new(), part: crate::diag::Part::Key };
    Finding::new("does-not-fit", Severity::Error, place, format!("the document cannot be read: {what}"))
        .help("compare it with `plan schema`, and report this as a fault of `plan`")
}
