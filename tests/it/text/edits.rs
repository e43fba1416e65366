//! Edits of the text that keep everything else.

use amc_plan::text::{Edit, EditError, replace_scalar};

use super::*;

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
