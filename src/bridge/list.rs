//! What a list of the collector (`request.json`) reads, in the words of its entries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What is read from one sort of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// From where, for example `settings`.
    pub from: &'static str,
    /// What for, or what it is where no adapter says what for; each once.
    pub what: Vec<String>,
    /// How many entries of the list that are.
    pub entries: usize,
}

/// The sections whose entries say what they are for.
const WITH_REASONS: [(&str, &str); 6] = [
    ("options", "settings"),
    ("users", "accounts"),
    ("usermeta", "fields of accounts"),
    ("postmeta", "fields of pages"),
    ("tables", "tables of the database"),
    ("calls", "answers of other plugins"),
];

/// The sections that name things.
const NAMES: [(&str, &str); 3] =
    [("constants", "constants of PHP"), ("functions", "who defines a function"), ("cron", "scheduled work")];

/// What a list reads, in words, section by section; what it leaves out is not there.
pub fn read_in_words(request: &Value) -> Vec<Read> {
    let mut all = Vec::new();
    for (section, from) in WITH_REASONS {
        let entries: Vec<&Value> = match &request[section] {
            Value::Array(entries) => entries.iter().collect(),
            Value::Null => Vec::new(),
            entry => vec![entry],
        };
        let mut what: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (reason, key) in entries.iter().flat_map(|entry| reasons(section, entry)) {
            what.entry(reason).or_default().extend(key);
        }
        let what = what.into_iter().map(|(reason, keys)| match keys.is_empty() {
            true => reason,
            false => format!("{reason} ({})", keys.into_iter().collect::<Vec<_>>().join(", ")),
        });
        push(&mut all, from, what.collect(), entries.len());
    }
    for (section, from) in NAMES {
        let names =
            texts(&request[section]).map(|name| if name == "*" { "all of it".to_owned() } else { name.to_owned() });
        let names: Vec<String> = names.collect();
        let count = names.len();
        push(&mut all, from, names, count);
    }
    let content = &request["content"];
    let mut what: Vec<String> = texts(&content["shortcodes"]).map(|name| format!("[{name}]")).collect();
    if content["hosts"] == true {
        what.push("hosts of embedded forms, frames and scripts".to_owned());
    }
    let count = what.len();
    push(&mut all, "published pages, without their text", what, count);
    if request["plugins"] == true {
        push(&mut all, "plugins", vec!["names, versions, whether active".to_owned()], 1);
    }
    all
}

/// Whether a list names the text of pages and posts.
pub fn reads_text(request: &Value) -> bool {
    let is_text = |entry: &Value| {
        let of_posts = entry["name"].as_str().is_some_and(|name| name == "posts" || name.ends_with("_posts"));
        of_posts
            && texts(&entry["columns"]).any(|column| {
                column.to_ascii_lowercase().starts_with("post_content") || column.eq_ignore_ascii_case("post_excerpt")
            })
    };
    request["tables"].as_array().into_iter().flatten().any(is_text)
}

fn push(all: &mut Vec<Read>, from: &'static str, what: Vec<String>, entries: usize) {
    if !what.is_empty() {
        all.push(Read { from, what, entries });
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// What one entry is for, with what of the site's people or rows leaves the site for that: an owner is not told less than is read,
/// whatever words an adapter has. Fields of accounts and pages give their keys apart, as many have one reason. A call that may have
/// effects is not made, and says so.
fn reasons(section: &str, entry: &Value) -> Vec<(String, Option<String>)> {
    let name = ["name", "key", "call"].iter().find_map(|member| entry[member].as_str());
    let reasons: Vec<&str> = match entry["for"].as_str() {
        Some(reasons) => reasons.split("; ").collect(),
        None => vec![name.unwrap_or("all of them")],
    };
    let not_called = entry["effects"].as_str().filter(|effects| *effects != "none");
    let columns: Vec<&str> = texts(&entry["columns"]).collect();
    let suffix = match (section, name) {
        _ if not_called.is_some() => " (not asked for: it is not known to be without effect)".to_owned(),
        ("tables", Some(name)) if columns.is_empty() => format!(" ({name}: only the number of rows)"),
        ("tables", Some(name)) => format!(" ({name}: {})", columns.join(", ")),
        ("users", _) if !columns.is_empty() => format!(" ({})", columns.join(", ")),
        _ => String::new(),
    };
    let key = name.filter(|_| section.ends_with("meta") && entry["for"].is_string());
    reasons.into_iter().map(|reason| (format!("{reason}{suffix}"), key.map(str::to_owned))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_section_says_what_its_entries_are_for_and_what_of_people_and_rows_is_read() {
        let request = json!({
            "format": 1, "adapters": [{"name": "secret-sauce", "sha256": "0"}],
            "options": [{"name": "a_*", "for": "the offerings; the pages"}, {"name": "plain", "pick": ["/x"]}],
            "users": {"columns": ["user_email"], "for": "who the members are"},
            "tables": [{"name": "rows", "columns": ["id"], "for": "orders"}, {"name": "more", "columns": [], "for": "orders"}],
            "calls": [{"call": "A::b", "effects": "unknown", "for": "the tags"}, {"call": "A::c", "effects": "none", "for": "the forms"}],
            "usermeta": [{"key": "last_name", "for": "who the members are"}, {"key": "first_name", "for": "who the members are"}],
            "constants": ["X"], "cron": ["*"], "postmeta": [{"key": "own"}],
            "content": {"types": ["page"], "shortcodes": ["form_*"], "hosts": true}, "plugins": true,
        });
        let found = read_in_words(&request);
        let found: Vec<(&str, usize, Vec<&str>)> = found
            .iter()
            .map(|read| (read.from, read.entries, read.what.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(
            found,
            [
                ("settings", 2, vec!["plain", "the offerings", "the pages"]),
                ("accounts", 1, vec!["who the members are (user_email)"]),
                ("fields of accounts", 2, vec!["who the members are (first_name, last_name)"]),
                ("fields of pages", 1, vec!["own"]),
                ("tables of the database", 2, vec!["orders (more: only the number of rows)", "orders (rows: id)"]),
                (
                    "answers of other plugins",
                    2,
                    vec!["the forms", "the tags (not asked for: it is not known to be without effect)"]
                ),
                ("constants of PHP", 1, vec!["X"]),
                ("scheduled work", 1, vec!["all of it"]),
                (
                    "published pages, without their text",
                    2,
                    vec!["[form_*]", "hosts of embedded forms, frames and scripts"]
                ),
                ("plugins", 1, vec!["names, versions, whether active"]),
            ]
        );
        assert_eq!(
            read_in_words(&json!({"format": 1, "options": 7, "users": [], "cron": "x"})).len(),
            1,
            "a wrong form is no panic"
        );
    }
}
