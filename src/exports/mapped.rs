//! A mapping's text, read with the place of every mistake.

use crate::diag::{Document, Finding};
use crate::model::mapping::Mapping;
use crate::shape::{self, Sources};
use crate::text::{Limits, compose_bytes};

/// How much of a mapping is read: a hundred times what one has.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 12, nodes: 20_000 };

/// A mapping that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The mapping; none where something is wrong with it.
    pub(crate) mapping: Option<Mapping>,
    /// What is wrong with it.
    pub(crate) findings: Vec<Finding>,
    /// Its text, in which findings have their places.
    pub(crate) sources: Sources,
}

/// Reads a mapping.
pub(crate) fn open_mapping(name: &str, bytes: Vec<u8>) -> Opened {
    let (source, tree, problems) = compose_bytes(name.to_owned(), bytes, &LIMITS);
    let mut findings = shape::problems(problems, &source, tree.as_ref(), Document::Mapping);
    let mut mapping = None;
    if let Some(tree) = tree.as_ref().filter(|tree| tree.complete && findings.is_empty()) {
        let (read, misfits) = shape::mapping(tree);
        mapping = read.filter(|_| misfits.is_empty());
        findings.extend(misfits);
    }
    Opened { mapping, findings, sources: Sources::new((source, tree), None, false) }
}
