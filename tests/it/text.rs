//! The room `text`: every problem with its exact place, the tree against a second parser, hostile files, edits.

use amc_plan::text::{
    Edit, EditError, Limits, MAX_PROBLEMS, Problem, Source, Tree, Value, apply_edits, child, compose, compose_bytes,
    delete_pair, escape_pointer, insert_after, quote, replace_scalar,
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

/// Code and slice of each problem.
fn marks(text: &str) -> Vec<(&'static str, String)> {
    let (source, _, problems) = read(text);
    problems.iter().map(|problem| (problem.code, source.slice(problem.span.clone()).to_owned())).collect()
}

#[track_caller]
fn one(text: &str, code: &str, slice: &str) -> Problem {
    let (source, _, problems) = read(text);
    assert_eq!(codes(&problems), [code], "{text:?}: {problems:#?}");
    let problem = problems.into_iter().next().expect("one problem");
    assert_eq!(source.slice(problem.span.clone()), slice, "{text:?}: {problem:#?}");
    assert!(problem.help.is_some(), "{problem:#?}");
    problem
}

// ---- problems ----

#[test]
fn not_utf8_names_byte_and_line() {
    let (source, tree, problems) = compose_bytes("p", b"na\xC3\xAFve: 1\nb: \xFCn\xEF\n".to_vec(), &Limits::default());
    assert_eq!(codes(&problems), ["not-utf8", "not-utf8"]);
    assert_eq!(problems[0].message, "the byte 0xFC at offset 13, in line 2, is not UTF-8");
    assert_eq!(problems[1].message, "the byte 0xEF at offset 15, in line 2, is not UTF-8");
    assert_eq!(problems[0].span, 13..16);
    assert_eq!(source.slice(problems[0].span.clone()), "\u{FFFD}");
    assert_eq!(tree.expect("the rest").root.to_json(), serde_json::json!({"naïve": 1, "b": "\u{FFFD}n\u{FFFD}"}));
    for bytes in [&b"\xFF\xFEa\0:\0"[..], b"a\0:\0 \x001\0", b"\0a\0:\0 \x001", b"a\0\0\0:\0\0\0", b"\0\0\0a\0\0\0:"] {
        let (_, tree, problems) = compose_bytes("p", bytes.to_vec(), &Limits::default());
        assert_eq!((tree, codes(&problems)), (None, vec!["not-utf8"]));
        assert!(problems[0].message.contains("UTF-16"));
    }
}

#[test]
fn limits_name_their_flags() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    let (_, tree, problems) = compose_bytes("p", b"a: 1\nb: 2\nc: 3\n".to_vec(), &limits);
    assert_eq!((tree, codes(&problems)), (None, vec!["too-large"]));
    assert_eq!(problems[0].message, "the file is larger than the 10 bytes that are read (`--max-bytes 10`)");
    let (tree, problems) = compose(&Source::new("p", "a: 1\nb: 2\nc: 3\n"), &limits);
    assert_eq!((tree, codes(&problems)), (None, vec!["too-large"]));

    let limits = Limits { depth: 2, ..Limits::default() };
    let source = Source::new("p", "ü: [[1], {a: [2]}, ünï]\nb: {c: [3]}\nd: <<\n");
    let (tree, problems) = compose(&source, &limits);
    let spans: Vec<_> = problems.iter().map(|p| (p.code, p.span.clone())).collect();
    assert_eq!(spans, [("too-deep", 5..6), ("too-deep", 10..11), ("too-deep", 34..35)]);
    assert_eq!(problems[0].message, "this is nested more than 2 levels deep (`--max-depth 2`)");
    let json = tree.expect("what is not too deep").root.to_json();
    assert_eq!(json, serde_json::json!({"ü": [null, null, "ünï"], "b": {"c": null}, "d": "<<"}));

    let limits = Limits { nodes: 4, ..Limits::default() };
    let source = Source::new("p", "ü: 1\nb: 2\nc: 3\n");
    let (tree, problems) = compose(&source, &limits);
    assert_eq!((codes(&problems), source.slice(problems[0].span.clone())), (vec!["too-many-nodes"], "2"));
    assert_eq!(problems[0].message, "the plan has more than 4 keys and values (`--max-nodes 4`)");
    let tree = tree.expect("what came before");
    assert_eq!((tree.root.to_json(), tree.complete), (serde_json::json!({"ü": 1}), false));
}

#[test]
fn duplicate_key_keeps_the_first() {
    let text = "naïve: ünï\nb: 1\nnaïve: 2\n\"b\": [*x]\n";
    let (source, tree, problems) = read(text);
    assert_eq!(codes(&problems), ["duplicate-key", "duplicate-key", "alias-refused"]);
    assert_eq!(source.slice(problems[0].span.clone()), "naïve");
    assert_eq!((problems[0].span.start, problems[0].label.as_str()), (19, "given again here"));
    assert_eq!(problems[0].related, [(0..6, "first given here".to_owned())]);
    assert_eq!(source.slice(problems[1].span.clone()), "\"b\"");
    assert_eq!(tree.expect("a tree").root.to_json(), serde_json::json!({"naïve": "ünï", "b": 1}));
    one("{ü: 1, x: {a: 1, a: 2}}", "duplicate-key", "a");
}

#[test]
fn keys_that_are_not_text() {
    one("ü: 1\n[a, b]: 2\n", "key-not-text", "[a, b]");
    one("ü: 1\n{a: b}: 2\n", "key-not-text", "{a: b}");
    one("? - a\n  - b\n: 2\n", "key-not-text", "- a\n  - b");
    one("~: 2\n", "key-not-text", "~");
    one("null: 2\n", "key-not-text", "null");
    one("true: 2\n", "key-not-text", "true");
    one(": 2\n", "key-not-text", ":");
    assert_eq!(
        tree("1: a\n1.50: b\n0x1F: c\n\"~\": d\nno: e\n").root.to_json(),
        serde_json::json!({
            "1": "a", "1.50": "b", "0x1F": "c", "~": "d", "no": "e"
        })
    );
}

#[test]
fn what_a_plan_may_not_have() {
    one("ü: &name 1\n", "anchor-refused", "&name");
    one("&ünï key: 1\n", "anchor-refused", "&ünï");
    one("ü: &m\n  a: 1\n", "anchor-refused", "&m");
    one("ü: *name\n", "alias-refused", "*name");
    one("*ünï : 1\n", "alias-refused", "*ünï");
    one("ü: 1\n<<: {a: 1}\n", "merge-key-refused", "<<");
    one("ü: !!str 1\n", "tag-refused", "!!str");
    one("ü: !local\n", "tag-refused", "!local");
    one("ü: !h!x y\n", "tag-refused", "!h!x");
    one("!t ü: 1\n", "tag-refused", "!t");
    one("ü: !<tag:ünï> {a: 1}\n", "tag-refused", "!<tag:ünï>");
    one("%YAML 1.2\n---\na: 1\n", "directive-refused", "%YAML 1.2");
    one("%ünï x\na: 1\n", "directive-refused", "%ünï x");
    one("# ü\n%YAML 3.0\n---\na: 1\n", "directive-refused", "%YAML 3.0");
    one("a: ü\n---\nb: 1\n", "second-document", "---");
    one("a: ü\n...\nb: 1\n", "second-document", "b");
    assert_eq!(marks("<<: *base\n"), [("merge-key-refused", "<<".into()), ("alias-refused", "*base".into())]);
    assert_eq!(
        marks("\u{feff}%YAML 1.2\n# c\n%TAG ! !x\n---\na: !b &c 1\n---\n"),
        [
            ("directive-refused", "%YAML 1.2".into()),
            ("directive-refused", "%TAG ! !x".into()),
            ("tag-refused", "!b".into()),
            ("anchor-refused", "&c".into()),
            ("second-document", "---".into()),
        ]
    );
    // Text that only looks like them.
    tree("a: '*b'\nc: \"&d\"\ne: f & g * h\n# %YAML\n'<<': 1\ni: |\n  %x\n  !y\n  --- z\n");
}

#[test]
fn numbers_that_cannot_be_kept() {
    one("ü: 18446744073709551616\n", "number-out-of-range", "18446744073709551616");
    one("ü: -9223372036854775809\n", "number-out-of-range", "-9223372036854775809");
    one("ü: 0xFFFFFFFFFFFFFFFFF\n", "number-out-of-range", "0xFFFFFFFFFFFFFFFFF");
    one("ü: 1e400\n", "number-out-of-range", "1e400");
    for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN"] {
        one(&format!("ü: {text}\n"), "number-not-finite", text);
    }
    let long = one(&format!("ü: {}\n", "9".repeat(200)), "number-out-of-range", &"9".repeat(200));
    assert_eq!(long.message, format!("the number `{}…` is too large to be kept exactly", "9".repeat(60)));
}

#[test]
fn nothing_in_it() {
    for text in ["", "\n", "# ü\n\n# b\n", "\u{feff}", "---\n", "---\n...\n", "   \r\n"] {
        let (_, tree, problems) = read(text);
        assert_eq!((tree, codes(&problems)), (None, vec!["empty-plan"]), "{text:?}");
        assert_eq!(problems[0].span, 0..0);
    }
    assert_eq!(tree("~").root.to_json(), serde_json::Value::Null);
}

#[test]
fn control_characters() {
    assert_eq!(one("ü: a\u{1b}[31mb\n", "control-character", "\u{1b}").span, 5..6);
    one("ü: a\0b\n", "control-character", "\0");
    one("ü: a\u{7f}\n", "control-character", "\u{7f}");
    one("ü: a\u{9b}b\n", "control-character", "\u{9b}");
    one("ü: a\u{ffff}b\n", "control-character", "\u{ffff}");
    let (_, tree, problems) = read("a: \"x\0y\"\n# \u{7}\na: 1\n");
    assert_eq!(codes(&problems), ["control-character", "control-character", "duplicate-key"]);
    assert_eq!(tree.expect("a tree").root.to_json(), serde_json::json!({"a": "x_y"}));
    tree_eq("a: \"\\e\\0\u{85}\u{a0}\"\n", serde_json::json!({"a": "\u{1b}\0\u{85}\u{a0}"}));
}

#[track_caller]
fn tree_eq(text: &str, json: serde_json::Value) {
    assert_eq!(tree(text).root.to_json(), json, "{text:?}");
}

#[test]
fn syntax_in_plain_words() {
    let p = one("ü: 'it\nb: 1\n", "yaml-syntax", "b");
    assert_eq!(p.message, "a quoted text is not closed");
    assert_eq!(p.related, [(4..5, "the quote opened here".to_owned())]);
    let p = one("x: \"a\"\nü: \"it\n  x: \"y\"\n", "yaml-syntax", "y");
    assert_eq!(p.message, "something follows the closing quote of a quoted text");
    let p = one("ü: \"it\n  x", "yaml-syntax", "\"");
    assert_eq!((p.message.as_str(), p.span), ("a quoted text is not closed", 4..5));
    let p = one("- 'naïve: ünï\n- b\n", "yaml-syntax", "-");
    assert_eq!(p.related, [(2..3, "the quote opened here".to_owned())]);
    let p = one("ü: 'it's'\n", "yaml-syntax", "s");
    assert_eq!(p.related, [(4..5, "the quote opened here".to_owned())]);
    let p = one("ü: [1, 2\nb: 3\n", "yaml-syntax", ":");
    assert_eq!(p.related, [(4..5, "the `[` opened here".to_owned())]);
    let p = one("ü: {x: 1\n", "yaml-syntax", "{");
    assert_eq!(p.message, "the bracket `{` is not closed");
    let p = one("ünï: Foo: bar\n", "yaml-syntax", ":");
    assert_eq!(p.message, "a colon is not allowed here");
    for text in ["a:\n\t- b\n", "a:\n  b: 1\n\tc: 2\n", "a:\n\tb: 1\n", "a: |\n  x\n\ty\n"] {
        let p = one(text, "yaml-syntax", "\t");
        assert_eq!(
            (p.message.as_str(), p.help.as_deref()),
            ("a tab is used for indentation", Some("Indent with spaces."))
        );
    }
    one("ü: @x\n", "yaml-syntax", "@");
    one("a: 1\nünï\n", "yaml-syntax", "ü");
    one("- a\nü: 1\n", "yaml-syntax", "ü");
    one("a: \"\\q\"\n", "yaml-syntax", "\"");
    one("a: ]\n", "yaml-syntax", "]");
    one("a: , b\n", "yaml-syntax", ",");
    one("a: >x\n b\n", "yaml-syntax", ">");
    one("a: \"\\ud800\"\n", "yaml-syntax", "\"");
    one("a: [1}\n", "yaml-syntax", "[");
    one("a: * b\n", "yaml-syntax", "*");
}

#[test]
fn long_keys() {
    let key = "ü".repeat(1_025);
    for text in [
        format!("{key}: 1\n"),
        format!("a: 1\n{key}: 1\n"),
        format!("{{a: 1, {key}: 1}}\n"),
        format!("a: 1\nb:\n  c: 1\n  {key}: 1\n"),
        format!("a: 1\n{key}:\n"),
    ] {
        let p = one(&text, "yaml-syntax", &key);
        assert!(p.message.ends_with("is longer than the 1024 characters YAML allows"), "{}", p.message);
        assert!(p.message.len() < 200);
    }
    let key = "k".repeat(1_024);
    assert!(tree(&format!("a: 1\n{key}: 1\n")).locate(&child("", &key)).is_some());
    one(&format!("a: 1\n\"{key}\": 1\n"), "yaml-syntax", &format!("\"{key}\""));
    tree(&format!("a: 1\n? \"{key}\"\n: 1\n"));
}

#[test]
fn many_problems_in_one_run_and_a_partial_tree() {
    let text = "naïve: ünï\na: &x 1\nb: *x\nc: !!int 1\nnaïve: 2\n~: 1\n<<: {}\nd: .inf\ne: 1e999\ng: {h: [1, {i: 2, j: 'k\nl: m\n";
    let (source, tree, problems) = read(text);
    assert_eq!(
        codes(&problems),
        [
            "anchor-refused",
            "alias-refused",
            "tag-refused",
            "duplicate-key",
            "key-not-text",
            "merge-key-refused",
            "number-not-finite",
            "number-out-of-range",
            "yaml-syntax",
        ]
    );
    assert!(problems.is_sorted_by_key(|problem| problem.span.start));
    let tree = tree.expect("what came before");
    assert!(!tree.complete);
    assert_eq!(tree.root.to_json()["g"], serde_json::json!({"h": [1]}));
    let at = tree.locate("/g/h").expect("h");
    assert_eq!(source.slice(at.node.span), "[1");
}

// ---- the tree ----

const SAMPLES: &[&str] = &[
    "a: 1\nb: [x, y]\nc: {d: e}\n",
    "lit: |\n  one\n   two\n\n  three\n\n\nfold: >-\n  a\n  b\n\n  c\nkeep: |+\n  x\n\nind: |2\n    y\nstrip: |-\n  z",
    "a: |\n\nb: >\n\n  x\n   more\n  y\n",
    "- |\n x\n- >\n y\n\n- - - deep\n  - k: v\n    l: |\n      text # not a comment\n",
    "q: \"a\\tb\\n\\u00e4\\x41\\U0001F600 \\\n   next\\\"\"\ns: 'it''s'\nm: \"one\n  two\n\n  three\"\nn: 'a\n  b'\np: plain\n  on two\n\n  lines\n",
    "{a: [1, 2, {b: c}], \"d\":e, f: , 'g': , h: null}",
    "{a, b: , ? c, ? d : e}\n",
    "[a, [b, c], {d: e}, f: g, \"h\": i]\n",
    "a: ~\nb: null\nc:\nd: Null\ne: ''\nf: NULL\n",
    "a: true\nb: True\nc: FALSE\nd: yes\ne: no\nf: on\ng: Off\nh: y\n",
    "a: 0\nb: -1\nc: +12\nd: 0o17\ne: 0xFF\nf: 012\ng: 1_000\nh: 12:30\ni: 2026-01-01\nj: -0\nk: 9223372036854775807\nl: 9223372036854775808\nm: -9223372036854775808\nn: 18446744073709551615\no: -012\n",
    "a: 1.5\nb: 1e3\nc: .5\nd: 1.\ne: -2.5E-3\nf: +.5\ng: 1.10\nh: 0.0\ni: 1.2.3\nj: 1e\nk: .\nl: '-'\nm: e5\nn: 497.00 USD\no: 7 days\np: 1e-400\n",
    "a: \"1\"\nb: 'true'\nc: \"null\"\nd: '~'\ne: |\n  1\nf: \"\"\n",
    "# head\na: 1 # right\n# mid\nb:\n  # in\n  - x # y\n  # last\n# end\n",
    "a:\n- 1\n- - 2\n- b: c\n  d:\n  - e\nf: -1\n",
    "? a\n: b\n? c\n? |\n  long\n: - x\n",
    "naïve: ünï\n\"ключ\": '値'\nemoji 😀: [😀, \"😀\"]\n",
    "a: b#c\nd: e:f\ng: http://x.y/?z#w\nh: -x\ni: ?y\nj: a - b\n'k ': l m\n",
    "---\na: 1\n...\n",
    "--- # c\n- a\n",
    "--- |\n  text\n",
    "\"just text\"\n",
    "plain text\n",
    "- \n- ~\n-\n- [ ]\n- {}\n- ''\n",
    "a: {\n  b: [\n    1,\n    2,\n  ],\n}\n",
    "a  :  1\nb\t: 2\nc:\t3\n",
    "a: 'x: y'\nb: \"# z\"\nc: '[d]'\n",
    "t: >\n\n  folded\n  line\n\n  next\n    * bullet\n\n    * list\n\n  last\n\n# c\nu: v\n",
];

/// An independent parser reads the same, where both follow YAML 1.2.
#[test]
fn another_parser_agrees() {
    for text in SAMPLES {
        let theirs: serde_json::Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(tree(text).root.to_json(), theirs, "{text:?}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(tree(&crlf).root.to_json(), theirs, "{crlf:?}");
        let bom = format!("\u{feff}{text}");
        assert_eq!(tree(&bom).root.to_json(), theirs, "{bom:?}");
    }
}

#[test]
fn core_schema_and_nothing_older() {
    tree_eq(
        "[0b1, -0x1F, -0o7, +0x1, 0x, 0o8, 01, 00, -0, 1e+2, ., .e1, 1.e1, +, -., .INFX, -.nan, 0x7fffffffffffffff]",
        serde_json::json!([
            "0b1",
            "-0x1F",
            "-0o7",
            "+0x1",
            "0x",
            "0o8",
            "01",
            "00",
            0,
            100.0,
            ".",
            ".e1",
            10.0,
            "+",
            "-.",
            ".INFX",
            "-.nan",
            i64::MAX
        ]),
    );
    assert_eq!(tree("18446744073709551615").root.value, Value::UInt(u64::MAX));
    assert_eq!(tree("1.0").root.value, Value::Float(1.0));
}

/// The exact bytes of places.
#[test]
fn places() {
    let text = "\u{feff}naïve: ünï  # c\nlit: | # d\n  one\n\n  two\n\n\n\"q k\": 'x'\nempty:\nlist:\n- a\n-\n- b: 1\n  c:\n    d: [1, {e: f}]\n\n# end\n";
    let (source, tree, _) = read(text);
    let tree = tree.expect("a tree");
    let at = |pointer: &str| {
        let found = tree.locate(pointer).expect(pointer);
        (found.key.map(|key| source.slice(key)), source.slice(found.node.span))
    };
    assert_eq!(at("/naïve"), (Some("naïve"), "ünï"));
    assert_eq!(at("/lit"), (Some("lit"), "| # d\n  one\n\n  two"));
    assert_eq!(at("/q k"), (Some("\"q k\""), "'x'"));
    assert_eq!(at("/empty"), (Some("empty"), ""));
    assert_eq!(
        source.text()[..tree.locate("/empty").expect("empty").node.span.start as usize].chars().last(),
        Some(':')
    );
    assert_eq!(at("/list"), (Some("list"), "- a\n-\n- b: 1\n  c:\n    d: [1, {e: f}]"));
    assert_eq!(at("/list/1"), (None, ""));
    assert_eq!(at("/list/2"), (None, "b: 1\n  c:\n    d: [1, {e: f}]"));
    assert_eq!(at("/list/2/c"), (Some("c"), "d: [1, {e: f}]"));
    assert_eq!(at("/list/2/c/d/1"), (None, "{e: f}"));
    assert_eq!(at("").1, source.slice(3..source.text().rfind("]").expect("]") + 1));
    for missing in ["/nope", "/list/3", "/list/01", "/list/-", "/naïve/x", "naïve", "/list/2/c/d/1/e/f"] {
        assert_eq!(tree.locate(missing), None, "{missing}");
    }
    let near = tree.nearest("/list/2/c/x/y");
    assert_eq!((near.key.map(|key| source.slice(key)), near.depth, near.exact), (Some("c"), 3, false));
    let near = tree.nearest("/list/2/x");
    assert_eq!((near.key.map(|key| source.slice(key)), near.at.key, near.depth), (Some("list"), None, 2));
    assert_eq!((tree.nearest("").exact, tree.nearest("/x").depth, tree.nearest("/empty").exact), (true, 0, true));
}

#[test]
fn block_scalar_places() {
    for (text, expected) in [
        ("a: |\n\nb: 1\n", "|"),
        ("a: |- # c\n# d\nb: 1\n", "|-"),
        ("a: >+2\n    x\n\n# c\nb: 1\n", ">+2\n    x"),
        ("a:\n  # c |\n  |\n  x | y\n", "|\n  x | y"),
        ("a: |\n  x\n# c\n", "|\n  x"),
    ] {
        let (source, tree, problems) = read(text);
        assert_eq!(problems, [], "{text:?}");
        assert_eq!(source.slice(tree.expect("a tree").root.get("a").expect("a").span), expected, "{text:?}");
    }
    let (source, tree, _) = read("- |\n  a\n- >\n  > b\n--- |\n");
    let root = tree.expect("a tree").root;
    let slices: Vec<_> = root.as_seq().expect("a list").iter().map(|node| source.slice(node.span)).collect();
    assert_eq!(slices, ["|\n  a", ">\n  > b"]);
}

#[test]
fn pointers() {
    assert_eq!(escape_pointer("a/b~c"), "a~1b~0c");
    assert_eq!(child(&child("", "a/b"), "m~1"), "/a~1b/m~01");
    let tree = tree("a/b: {m~1: 1, '': 2}\n");
    assert_eq!(tree.locate("/a~1b/m~01").expect("it").node.value, Value::Int(1));
    assert_eq!(tree.locate("/a~1b/").expect("it").node.value, Value::Int(2));
}

#[test]
fn positions() {
    let source = Source::new("p", "\u{feff}ü: 1\r\nb\n\n😀x");
    let at = |byte| (source.position(byte).line, source.position(byte).column);
    assert_eq!([at(0), at(3), at(5), at(9)], [(1, 1), (1, 1), (1, 2), (1, 6)]);
    assert_eq!([at(10), at(11), at(12), at(13)], [(2, 1), (2, 2), (3, 1), (4, 1)]);
    assert_eq!([at(17), at(18), at(999)], [(4, 2), (4, 3), (4, 3)]);
    assert_eq!((source.line(1).map(|l| source.slice(l)), source.line(5), source.line(0)), (Some("ü: 1"), None, None));
    let long = Source::new("p", format!("a\n{}", "ü".repeat(10_000)));
    assert_eq!((long.position(2 + 2 * 9_999).column, long.position(2 + 2 * 10_000).column), (10_000, 10_001));
    assert_eq!(Source::new("p", "").position(7).column, 1);
    let full = Source::new("p", "x".repeat(4_096));
    assert_eq!(full.position(4_096).column, 4_097);
}

// ---- hostile files ----

fn hostile(text: &str) -> (Option<Tree>, Vec<&'static str>) {
    let (source, tree, problems) = read(text);
    check_spans(&source, tree.as_ref(), &problems);
    (tree, codes(&problems))
}

#[test]
fn deep_nesting() {
    for unit in ["[", "{a: ", "- ", "[{a: ", "? ", "{? ", "{", "[ # c\n", "!t [", "{a: [\n"] {
        assert_eq!(hostile(&unit.repeat(100_000)).1.last(), Some(&"too-deep"), "{unit}");
    }
    let lines: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(hostile(&lines).1, ["too-deep"]);
    let closed = format!("a: {}1{}\nb: 2\nb: 3\n", "[".repeat(200), "]".repeat(200));
    assert_eq!(hostile(&closed).1, ["too-deep", "duplicate-key"]);
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let (_, problems) = compose(&Source::new("p", "[".repeat(100_000)), &limits);
    assert_eq!(codes(&problems), ["too-deep"]);
    assert!(problems[0].message.contains("1000"));
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let (tree, problems) = compose(&Source::new("p", deep), &limits);
    assert_eq!(problems, []);
    assert_eq!(tree.expect("a tree").root.to_json().to_string().len(), 2_000);
}

#[test]
fn alias_bomb() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for n in 1..30 {
        text += &format!("a{n}: &a{n} [{0}, {0}, {0}]\n", format!("*a{}", n - 1));
    }
    let (tree, codes) = hostile(&text);
    assert_eq!(codes.len(), 30 + 29 * 3);
    assert!(codes.iter().all(|code| ["anchor-refused", "alias-refused"].contains(code)));
    assert_eq!(tree.expect("a tree").root.as_map().map(|map| map.len()), Some(30));
}

#[test]
fn many_keys() {
    let text: String = (0..200_000).map(|n| format!("key-{n}: {n}\n")).collect();
    let tree = hostile(&text).0.expect("a tree");
    for n in 0..200_000 {
        let found = tree.locate(&format!("/key-{n}")).expect("it");
        assert_eq!(found.node.value, Value::Int(n));
    }
    let (tree, codes) = hostile(&"same: 1\n".repeat(100_000));
    assert_eq!(tree.expect("a tree").root.to_json(), serde_json::json!({"same": 1}));
    assert_eq!((codes.len(), codes[0], codes[MAX_PROBLEMS]), (MAX_PROBLEMS + 1, "duplicate-key", "more-problems"));
    let (_, _, problems) = read(&"same: 1\n".repeat(100_000));
    assert_eq!(problems[MAX_PROBLEMS].message, "98999 more problems are not listed");
    let mut text = "- *a\n".repeat(2_000);
    text += "- 'open\n";
    let codes = hostile(&text).1;
    assert_eq!((codes.len(), codes.contains(&"yaml-syntax")), (MAX_PROBLEMS + 2, true));
}

#[test]
fn long_things() {
    assert_eq!(hostile(&format!("{}: 1", "k".repeat(500_000))).1, ["yaml-syntax"]);
    assert_eq!(hostile(&format!("a: '{}", "k\n ".repeat(200_000))).1, ["yaml-syntax"]);
    assert_eq!(hostile(&"# c\n".repeat(100_000)).1, ["empty-plan"]);
    assert_eq!(hostile(&format!("a: 1\n{}b: 2\n", "# c\n".repeat(100_000))).1, [""; 0]);
    assert_eq!(hostile(&format!("a:\n{}", "  # c\n".repeat(100_000))).1, [""; 0]);
    assert_eq!(hostile(&format!("[{}]", "a, ".repeat(100_000))).1, [""; 0]);
    assert_eq!(hostile(&"%A\n".repeat(100_000)).1.len(), MAX_PROBLEMS + 1);
    assert_eq!(hostile(&"--- a\n".repeat(100_000)).1, ["second-document"]);
    assert_eq!(hostile(&"a: |\n\n".repeat(100_000)).1.len(), MAX_PROBLEMS + 1);
    assert_eq!(hostile(&"\0".repeat(100_000)).1.len(), MAX_PROBLEMS + 1);
    assert_eq!(hostile(&"- ".repeat(60)).1, [""; 0]);
    hostile(&"!".repeat(100_000));
    hostile(&"&".repeat(100_000));
    hostile(&"'".repeat(100_000));
    hostile(&"\"a\" ".repeat(100_000));
    hostile(&"a:".repeat(100_000));
    hostile(&"? a\n".repeat(200_000));
    hostile(&"-\n".repeat(100_000));
}

// ---- edits ----

fn edited(text: &str, edit: impl FnOnce(&Source, &Tree) -> Option<Edit>) -> String {
    let source = Source::new("p", text);
    let edit = edit(&source, &tree(text)).expect("an edit");
    apply_edits(text, &[edit]).expect("it fits")
}

#[test]
fn edits_are_applied_in_any_order() {
    let edit = |range, text: &str| Edit { range, text: text.to_owned() };
    assert_eq!(apply_edits("abcdef", &[edit(4..6, "X"), edit(0..1, ""), edit(3..3, "-")]), Ok("bc-dX".to_owned()));
    assert_eq!(apply_edits("abc", &[edit(0..2, ""), edit(1..3, "")]), Err(EditError::Overlap(1)));
    assert_eq!(apply_edits("abc", &[edit(1..1, "x"), edit(1..1, "y")]), Err(EditError::Overlap(1)));
    assert_eq!(apply_edits("ü", &[edit(1..2, "")]), Err(EditError::Outside(1)));
    assert_eq!(apply_edits("a", &[edit(1..3, "")]), Err(EditError::Outside(1)));
    assert_eq!(apply_edits("a", &[]), Ok("a".to_owned()));
}

#[test]
fn replacing_scalars() {
    let replace = |text: &str, pointer: &str, new: &str| {
        edited(text, |source, tree| replace_scalar(source, tree.locate(pointer)?.node, new))
    };
    assert_eq!(replace("ü: old # c\nb: 1\n", "/ü", "new"), "ü: new # c\nb: 1\n");
    assert_eq!(replace("ü: 'old' # c\n", "/ü", "\"new\""), "ü: \"new\" # c\n");
    assert_eq!(replace("a: # c\nb: 1\n", "/a", "new"), "a: new # c\nb: 1\n");
    assert_eq!(replace("a:\n", "/a", "new"), "a: new\n");
    assert_eq!(replace("- \n-\n", "/0", "x"), "- x\n-\n");
    assert_eq!(replace("- \n-\n", "/1", "x"), "- \n- x\n");
    assert_eq!(replace("{a, b: }\n", "/a", "x"), "{a: x, b: }\n");
    assert_eq!(replace("{a, b: }\n", "/b", "x"), "{a, b: x }\n");
    assert_eq!(replace("a: |\n  one\n  two\n\nb: 1 # c\n", "/a", "x"), "a: x\n\nb: 1 # c\n");
    assert_eq!(replace_scalar(&Source::new("p", "a: []"), &tree("a: []").root, "x"), None);
}

#[test]
fn inserting_pairs() {
    let insert = |text: &str, pointer: &str, sibling: &str, value: &str| {
        let result =
            edited(text, |source, tree| insert_after(source, tree.locate(pointer)?.node, sibling, "new", value));
        let (_, after, problems) = read(&result);
        assert_eq!(problems, [], "{result:?}");
        let map = after.expect("a tree").locate(pointer).expect("the map").node.clone();
        let keys: Vec<String> = map.as_map().expect("a map").iter().map(|entry| entry.key.text.to_string()).collect();
        let at = keys.iter().position(|key| key == sibling).expect("the sibling");
        assert_eq!(keys.get(at + 1).map(String::as_str), Some("new"), "{result:?}");
        result
    };
    assert_eq!(insert("ü: 1 # c\n# d\nb: 2\n", "", "ü", "x"), "ü: 1 # c\nnew: x\n# d\nb: 2\n");
    assert_eq!(insert("a: 1", "", "a", "x"), "a: 1\nnew: x");
    assert_eq!(insert("a: 1\r\nb: 2\r\n", "", "a", "x"), "a: 1\r\nnew: x\r\nb: 2\r\n");
    assert_eq!(insert("l:\n  - ü: 1\n    b: 2\n", "/l/0", "ü", "x"), "l:\n  - ü: 1\n    new: x\n    b: 2\n");
    assert_eq!(
        insert("a:\n  b:\n    - 1\n    - 2 # c\nz: 1\n", "/a", "b", "x"),
        "a:\n  b:\n    - 1\n    - 2 # c\n  new: x\nz: 1\n"
    );
    assert_eq!(insert("a: |\n  one\n\nb: 1\n", "", "a", "x"), "a: |\n  one\nnew: x\n\nb: 1\n");
    assert_eq!(insert("a:\n- |+\n  one\n\n\nb: 1\n", "", "a", "x"), "a:\n- |+\n  one\n\n\nnew: x\nb: 1\n");
    assert_eq!(insert("a: # c\nb: 1\n", "", "a", "x"), "a: # c\nnew: x\nb: 1\n");
    assert_eq!(insert("o: {a: 1, b: 2}\n", "/o", "a", "x"), "o: {a: 1, new: x, b: 2}\n");
    assert_eq!(insert("o: {a, b: }\n", "/o", "a", "x"), "o: {a, new: x, b: }\n");
    assert_eq!(insert("o: {a: , b: }\n", "/o", "b", "x"), "o: {a: , b:, new: x }\n");
    assert_eq!(insert("a:\n  b: 1\n", "/a", "b", "\n  c: 1\n  d: [2]"), "a:\n  b: 1\n  new: \n    c: 1\n    d: [2]\n");
}

#[test]
fn deleting_pairs() {
    let delete = |text: &str, pointer: &str, key: &str| {
        let result = edited(text, |source, tree| delete_pair(source, tree.locate(pointer)?.node, key));
        let mut expected = tree(text).root.to_json();
        expected.pointer_mut(pointer).and_then(|map| map.as_object_mut()).expect("a map").remove(key);
        assert_eq!(tree(&result).root.to_json(), expected, "{result:?}");
        result
    };
    assert_eq!(delete("ü: 1 # c\n# d\nb: 2\n", "", "ü"), "# d\nb: 2\n");
    assert_eq!(delete("a: 1\nb: 2", "", "b"), "a: 1\n");
    assert_eq!(delete("a: 1\r\nb: 2\r\nc: 3\r\n", "", "b"), "a: 1\r\nc: 3\r\n");
    assert_eq!(delete("a: 1 # x\n", "", "a"), "{} # x\n");
    assert_eq!(delete("x:\n  a: 1\ny: 2\n", "/x", "a"), "x:\n  {}\ny: 2\n");
    assert_eq!(delete("- a: 1 # c\n  b: 2\n", "/0", "a"), "- b: 2\n");
    assert_eq!(delete("- a: 1\n  b: 2 # c\n- c\n", "/0", "b"), "- a: 1\n- c\n");
    assert_eq!(delete("a:\n  - 1\n  - 2 # c\nb:\n  c: |\n    x\n\nd: 1\n", "", "a"), "b:\n  c: |\n    x\n\nd: 1\n");
    assert_eq!(delete("b:\n  c: |\n    x\n\nd: 1\n", "", "b"), "\nd: 1\n");
    assert_eq!(delete("{a: 1, b: 2, c: 3}", "", "a"), "{b: 2, c: 3}");
    assert_eq!(delete("{a: 1, b: 2, c: 3}", "", "b"), "{a: 1, c: 3}");
    assert_eq!(delete("{a: 1, b: 2, c: 3}", "", "c"), "{a: 1, b: 2}");
    assert_eq!(delete("{a: 1, c: }", "", "c"), "{a: 1 }");
    assert_eq!(delete("{a, c: [1]}", "", "c"), "{a}");
    assert_eq!(delete("{c: [1] }", "", "c"), "{ }");
    assert_eq!(delete("a:\nb:\n", "", "a"), "b:\n");
}

#[test]
fn quoting() {
    for (text, written) in [
        ("plain text", "plain text"),
        ("naïve-ünï", "naïve-ünï"),
        ("no", "\"no\""),
        ("true", "\"true\""),
        ("", "\"\""),
        ("12", "\"12\""),
        ("a: b", "\"a: b\""),
        ("a #b", "\"a #b\""),
        ("it's", "\"it's\""),
        ("a\nb", "\"a\\nb\""),
        ("x ", "\"x \""),
        ("\u{7f}\u{85}", "\"\\u007F\\u0085\""),
        ("null", "\"null\""),
        ("2026-01-01", "\"2026-01-01\""),
    ] {
        assert_eq!(quote(text), written);
    }
}

// ---- anything at all ----

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

fn yamlish() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TOKENS), 0..40).prop_map(|tokens| tokens.concat())
}

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tokens_are_read(text in yamlish()) {
        let (source, tree, problems) = read(&text);
        check_spans(&source, tree.as_ref(), &problems);
        prop_assert!(tree.is_some() || !problems.is_empty());
        if let Some(tree) = &tree {
            prop_assert!(tree.complete || !problems.is_empty());
            tree.root.to_json();
        }
        for problem in &problems {
            source.position(problem.span.start);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (source, tree, problems) = compose_bytes("p", bytes, &Limits::default());
        check_spans(&source, tree.as_ref(), &problems);
    }

    #[test]
    fn what_was_written_is_read(value in json()) {
        let text = serde_yaml::to_string(&value).expect("it can be written");
        let ours = tree(&text).root.to_json();
        prop_assert_eq!(ours, value.clone());
        prop_assert_eq!(tree(&value.to_string()).root.to_json(), value);
    }

    #[test]
    fn quoted_text_reads_back(text in "\\PC{0,20}|[ -~\n\t]{0,20}") {
        let root = tree(&format!("a: {}\nb: {{c: {}}}\n", quote(&text), quote(&text))).root;
        prop_assert_eq!(root.to_json(), serde_json::json!({"a": text, "b": {"c": text}}));
    }

    #[test]
    fn edits_do_what_they_say(value in json(), flow: bool, at in 0usize..5) {
        let value = serde_json::json!({"k0": {"in": value}, "k1": value, "k2": [value]});
        let text = if flow { value.to_string() } else { serde_yaml::to_string(&value).expect("it can be written") };
        let source = Source::new("p", text.as_str());
        let before = tree(&text);
        let key = format!("k{}", at % 3);
        let edit = delete_pair(&source, &before.root, &key).expect("an edit");
        let mut expected = value.clone();
        expected.as_object_mut().expect("a map").remove(&key);
        prop_assert_eq!(tree(&apply_edits(&text, &[edit]).expect("it fits")).root.to_json(), expected);
        let edit = insert_after(&source, &before.root, &key, "new", "[x]").expect("an edit");
        let mut expected = value;
        expected["new"] = serde_json::json!(["x"]);
        prop_assert_eq!(tree(&apply_edits(&text, &[edit]).expect("it fits")).root.to_json(), expected);
    }
}
