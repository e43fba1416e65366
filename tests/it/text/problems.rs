//! Every problem with its code, its exact place and plain words.

use super::*;

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
