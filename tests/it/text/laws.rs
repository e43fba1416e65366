//! Laws: anything at all is read, and what was written is read back.

use super::*;

fn yamlish() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TOKENS), 0..40).prop_map(|tokens| tokens.concat())
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
