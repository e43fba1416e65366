//! Where things are in a text stays where it was, to the byte: findings, edits and the reviewer's picture point there. Held over the YAML
//! suite and some thousand generated texts, so that an update of the parser that moves one is seen.

use std::fmt::Write as _;
use std::path::Path;

use amc_plan::model::digest;
use amc_plan::text::{Limits, Node, Value, compose_bytes};

use crate::text::TOKENS;

/// What all places came to when this was written, with granit-parser 2.1.0. Another value is looked into: the places are in
/// `target/tmp/places.txt`, to be compared with those of the build before.
const PLACES: &str = "2d6541a78e0e3dcecad0cb34872dfbf5836c554a9948e51d968363c07745565a";

/// How many texts are generated.
const GENERATED: usize = 4_000;

/// Which kind of value, its bytes, and those of what is in it.
fn node(out: &mut String, node: &Node) {
    let kind = match &node.value {
        Value::Null => '~',
        Value::Bool(_) => 'b',
        Value::Int(_) | Value::UInt(_) => 'i',
        Value::Float(_) => 'f',
        Value::Str(_) => 's',
        Value::Seq(_) => '[',
        Value::Map(_) => '{',
    };
    write!(out, " {kind}{}-{}", node.span.start, node.span.end).unwrap();
    node.as_seq().unwrap_or_default().iter().for_each(|item| self::node(out, item));
    for entry in node.as_map().map(|map| &map[..]).unwrap_or_default() {
        write!(out, " k{}-{}", entry.key.span.start, entry.key.span.end).unwrap();
        self::node(out, &entry.value);
    }
}

/// Every place of a text, on one line.
fn places(out: &mut String, text: &str) {
    let (_, tree, problems) = compose_bytes("p", text.as_bytes().to_vec(), &Limits::default());
    write!(out, "{}", &digest::of_bytes(text.as_bytes())[..8]).unwrap();
    if let Some(tree) = tree {
        node(out, &tree.root);
    }
    for problem in problems {
        write!(out, " {}{:?}", problem.code, problem.span).unwrap();
        problem.related.iter().for_each(|(span, _)| write!(out, "+{span:?}").unwrap());
    }
    out.push('\n');
}

/// The same texts in every run: up to 40 tokens each, chosen by Knuth's MMIX generator.
fn generated() -> impl Iterator<Item = String> {
    let mut state = 20_261_128_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..GENERATED).map(move |_| (0..next(40)).map(|_| TOKENS[next(TOKENS.len())]).collect())
}

#[test]
fn are_where_they_were() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/yaml-test-suite.ndjson");
    let mut all = String::new();
    for case in std::fs::read_to_string(suite).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(case).unwrap();
        places(&mut all, case["text"].as_str().unwrap());
    }
    generated().for_each(|text| places(&mut all, &text));
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("places.txt"), &all).unwrap();
    assert_eq!(digest::of_bytes(all.as_bytes()), PLACES);
}
