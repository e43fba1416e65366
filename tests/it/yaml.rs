//! Our tree says the same as a second, independent parser, on every plan and every example of the project.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use amc_plan::rules::ALL;
use amc_plan::shape::schema;
use amc_plan::text::{Limits, Source, compose};

/// The page that shows the whole plan.
const PAGE: &str = "docs/plan-file.md";

fn same(name: &str, text: &str) {
    let source = Source::new(name, text);
    let (tree, problems) = compose(&source, &Limits::default());
    assert!(problems.is_empty(), "{name}: {problems:?}");
    let theirs: serde_json::Value = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(tree.unwrap().root.to_json(), theirs, "{name}");
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The fences of a language in a text.
pub(crate) fn fences(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            Some(_) if line.trim() == "```" => found.extend(open.take()),
            Some(fence) => fence.extend([line, "\n"]),
            None if line.trim() == format!("```{language}") => open = Some(String::new()),
            None => {}
        }
    }
    found
}

#[test]
fn on_every_plan() {
    let mut seen = 0;
    for folder in ["plans", "plans/private", "tests/rules"] {
        for path in fs::read_dir(root(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|ending| ending == "yaml") {
                same(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
                seen += 1;
            }
        }
    }
    assert!(seen >= 4);
}

#[test]
fn on_every_fence_of_a_rule_and_of_a_page() {
    for rule in ALL {
        for fence in fences(rule.docs, "yaml") {
            same(rule.id, &fence);
        }
    }
    for page in crate::docs::pages().into_iter().filter(|page| !page.ends_with("docs/rules.md")) {
        for fence in fences(&fs::read_to_string(&page).unwrap(), "yaml") {
            same(&page.display().to_string(), &fence);
        }
    }
}

/// The keys of a schema, and the words that it lets one choose from.
fn keys_and_words(schema: &serde_json::Value, keys: &mut BTreeSet<String>, words: &mut BTreeSet<String>) {
    if let Some(properties) = schema.get("properties").and_then(|p| p.as_object()) {
        keys.extend(properties.keys().cloned());
    }
    words.extend(schema.get("const").and_then(|word| word.as_str()).map(str::to_owned));
    let several = schema.get("enum").and_then(|words| words.as_array());
    words.extend(several.into_iter().flatten().filter_map(|word| word.as_str()).map(str::to_owned));
    match schema {
        serde_json::Value::Object(map) => map.values().for_each(|part| keys_and_words(part, keys, words)),
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| keys_and_words(part, keys, words)),
        _ => {}
    }
}

#[test]
fn the_page_shows_every_key_and_every_word_of_a_plan() {
    let (mut keys, mut words) = (BTreeSet::new(), BTreeSet::new());
    keys_and_words(&schema::plan(), &mut keys, &mut words);
    // The plan may hold the contacts' values itself: a fence of their own shows them.
    let shown = fences(&fs::read_to_string(root(PAGE)).unwrap(), "yaml").concat();
    let shown: BTreeSet<&str> = shown.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).collect();
    let missing: Vec<&String> = keys.iter().chain(&words).filter(|name| !shown.contains(name.as_str())).collect();
    assert!(keys.len() > 50 && words.len() > 20 && missing.is_empty(), "{missing:?}");
}

#[test]
fn the_page_s_plan_and_values_fit_the_schema() {
    let page = fs::read_to_string(root(PAGE)).unwrap();
    let plan = fences(&page, "yaml").into_iter().find(|fence| fence.contains("version: 1")).unwrap();
    let (tree, _) = compose(&Source::new(PAGE, plan), &Limits::default());
    let (_, misfits) = amc_plan::shape::plan(&tree.unwrap());
    assert!(misfits.is_empty(), "{misfits:#?}");
    let values = fences(&page, "yaml").into_iter().find(|fence| fence.contains("first_name:")).unwrap();
    let (tree, _) = compose(&Source::new(PAGE, values), &Limits::default());
    let (_, misfits, _) = amc_plan::shape::contact_values(&tree.unwrap());
    assert!(misfits.is_empty(), "{misfits:#?}");
}
