//! An adapter's text, read with the place of every mistake; and those that are built in.

use std::sync::LazyLock;

use super::check;
use super::compile::asked;
use super::set::{Loaded, Set};
use crate::diag::{Document, Finding};
use crate::model::adapter::Adapter;
use crate::shape::{self, Sources};
use crate::text::{Limits, compose_bytes};

/// How much of an adapter is read: a hundred times what one of ours has.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 24, nodes: 100_000 };

/// The texts of the adapters that are built in.
const BUILT_IN: [(&str, &str); 7] = [
    ("accessally", include_str!("../../adapters/accessally.yaml")),
    ("fluent-smtp", include_str!("../../adapters/fluent-smtp.yaml")),
    ("progressally", include_str!("../../adapters/progressally.yaml")),
    ("wordpress", include_str!("../../adapters/wordpress.yaml")),
    ("wp-fusion", include_str!("../../adapters/wp-fusion.yaml")),
    ("wp-mail-smtp", include_str!("../../adapters/wp-mail-smtp.yaml")),
    ("wp-mail-smtp-pro", include_str!("../../adapters/wp-mail-smtp-pro.yaml")),
];

static LOADED: LazyLock<Vec<Loaded>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| open(name, text.as_bytes().to_vec(), &Set::default()).adapter;
    BUILT_IN.iter().filter_map(read).map(|adapter| Loaded { is_built_in: true, ..adapter }).collect()
});

/// The adapters that are built in, by name.
pub fn built_in() -> &'static [Loaded] {
    &LOADED
}

/// The text of a built-in adapter.
pub fn built_in_text(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(of, _)| *of == name).map(|(_, text)| *text)
}

/// Most bytes of an adapter.
pub const LONGEST: u64 = 1 << 20;

/// An adapter that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The adapter; none where something is wrong with it.
    pub adapter: Option<Loaded>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Its text, in which findings have their places.
    pub sources: Sources,
    /// How many guesses of a draft nobody decided yet.
    pub undecided: usize,
}

/// Reads an adapter that may refer to what others have.
pub fn open(name: &str, bytes: Vec<u8>, others: &Set) -> Opened {
    let undecided = bytes.split(|byte| *byte == b'\n').filter(|line| is_undecided(line)).count();
    let (source, tree, problems) = compose_bytes(name.to_owned(), bytes, &LIMITS);
    let mut findings = shape::problems(problems, &source, tree.as_ref(), Document::Adapter);
    let mut adapter = None;
    if let Some(tree) = tree.as_ref().filter(|tree| tree.complete && findings.is_empty()) {
        let (read, mut misfits) = shape::adapter(tree);
        if let Some(read) = &read {
            misfits.extend(check::all(read, others));
        }
        adapter = read.filter(|_| misfits.is_empty()).map(loaded);
        findings.extend(misfits);
    }
    Opened { adapter, findings, sources: Sources::new((source, tree), None, false), undecided }
}

/// Whether a line of a draft says that a person has to decide the next one.
fn is_undecided(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"# decide")
}

fn loaded(adapter: Adapter) -> Loaded {
    Loaded { sha256: asked(&adapter), adapter, is_built_in: false }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    #[test]
    fn every_adapter_that_is_built_in_is_right_and_has_the_name_of_its_file() {
        for (name, text) in BUILT_IN {
            let opened = open(name, text.as_bytes().to_vec(), &Set::default());
            assert_eq!(opened.findings, [], "{name}");
            assert_eq!(opened.adapter.unwrap().adapter.name, name);
        }
        assert_eq!(built_in().len(), BUILT_IN.len());
    }

    #[test]
    fn what_is_built_in_claims_no_more_than_public_code_shows() {
        let all = Set::new(built_in().iter().cloned());
        let kinds: Vec<&str> = all.bound().iter().map(|bound| bound.kind).collect();
        for unknown in
            ["order-form", "opt-in-form", "order", "subscription", "webhook", "emails", "maintenance", "charging-guard"]
        {
            assert!(!kinds.contains(&unknown), "no public code shows where `{unknown}` is kept");
        }
        let contact = all.bound().into_iter().find(|bound| bound.kind == "contact").unwrap();
        assert!(contact.entry.key.is_none(), "no public code shows where the contact ID is kept");
        let offering = all.bound().into_iter().find(|bound| bound.kind == "offering").unwrap();
        assert!(!offering.entry.fields["modules"].item.contains_key("release"), "nor how a timer is kept");
    }
}
