//! The tree: values, places, positions, against a second parser.

use amc_plan::text::escape_pointer;

use super::*;

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
