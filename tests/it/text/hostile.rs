//! Hostile files: deep, wide, long, many-fold.

use amc_plan::text::MAX_PROBLEMS;

use super::*;

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
