//! The room `text`: every problem with its exact place, the tree against a second parser, hostile files, edits.

mod edits;
mod hostile;
mod laws;
mod problems;
mod tree;

use amc_plan::text::{
    Limits, Problem, Source, Tree, Value, apply_edits, child, compose, compose_bytes, delete_pair, insert_after, quote,
};
use proptest::prelude::*;

fn read(text: &str) -> (Source, Option<Tree>, Vec<Problem>) {
    compose_bytes("plan.yaml", text.as_bytes().to_vec(), &Limits::default())
}

fn tree(text: &str) -> Tree {
    let (_, tree, problems) = read(text);
    assert_eq!(problems, [], "{text:?}");
    tree.expect("a tree")
}

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}

#[track_caller]
fn tree_eq(text: &str, json: serde_json::Value) {
    assert_eq!(tree(text).root.to_json(), json, "{text:?}");
}

fn check_spans(source: &Source, tree: Option<&Tree>, problems: &[Problem]) {
    let text = source.text();
    let fits = |range: std::ops::Range<usize>| assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    for problem in problems {
        fits(problem.span.clone());
        problem.related.iter().for_each(|(range, _)| fits(range.clone()));
        assert!(!problem.message.ends_with('.') && !problem.message.chars().any(char::is_control), "{problem:?}");
        assert!(problem.message.chars().count() < 250, "{problem:?}");
    }
    let Some(tree) = tree else { return };
    let mut open = vec![&tree.root];
    while let Some(node) = open.pop() {
        fits(node.span.range());
        let inside = |span: amc_plan::text::Span| {
            fits(span.range());
            assert!(node.span.start <= span.start && span.end <= node.span.end, "{span:?} in {node:?} of {text:?}");
        };
        node.as_seq().unwrap_or_default().iter().for_each(|item| {
            inside(item.span);
            open.push(item);
        });
        for entry in node.as_map().map(|map| &map[..]).unwrap_or_default() {
            inside(entry.key.span);
            inside(entry.value.span);
            open.push(&entry.value);
        }
    }
}

pub(crate) const TOKENS: &[&str] = &[
    "a",
    "ü",
    "😀",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    " ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "? ",
    "|",
    ">",
    "|-\n  x",
    "|2\n",
    "'",
    "\"",
    "\\",
    "''",
    "# c",
    "#",
    "&x ",
    "*x",
    "!t ",
    "!!str ",
    "!<",
    "%YAML 1.2\n",
    "---",
    "\n---\n",
    "\n...\n",
    "<<: ",
    "~",
    "1",
    "1e999",
    ".inf",
    "0x",
    "null",
    "\0",
    "\u{7f}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "key: value\n",
    "- item\n",
    "\\u",
    "\\x4",
    "@",
    "`",
    "\u{fffe}",
    "b: ",
    "c: 'x'\n",
    "k:\n  - v\n",
];

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[ -~äß\n]{0,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-zä]{1,6}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
