//! The book's generated pages are as the program and its schema have them: a page for each verb, and the plan file's reference.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test it book::` writes them anew.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use serde_json::Value;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Text as Markdown shows it: what stands in angle brackets is no markup.
fn text(of: &str) -> String {
    let mut out = String::new();
    for (at, part) in of.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        out += &if at % 2 == 1 { part.to_owned() } else { part.replace('<', "&lt;").replace('[', "\\[") };
    }
    out
}

/// The same in a cell of a table, in one line.
fn cell(of: &str) -> String {
    text(&of.split_whitespace().collect::<Vec<_>>().join(" ")).replace('|', "\\|")
}

/// A text of clap without the codes that colour it.
fn plain(styled: Option<&clap::builder::StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

fn row(arg: &Arg, out: &mut String) {
    let names = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let takes = arg.get_num_args().is_some_and(|count| count.takes_values());
    let short = arg.get_short().map(|short| format!(", `-{short}`")).unwrap_or_default();
    let name = match arg.get_long() {
        Some(long) if takes => format!("`--{long} {}`{short}", names.replace('|', "\\|")),
        Some(long) => format!("`--{long}`{short}"),
        None => format!("`{}`", names.replace('|', "\\|")),
    };
    let help = arg.get_long_help().or(arg.get_help());
    let mut what = cell(&plain(help));
    if !what.is_empty() && !what.ends_with('.') {
        what.push('.');
    }
    let values: Vec<_> = arg.get_possible_values().iter().filter(|value| !value.is_hide_set()).cloned().collect();
    if takes && values.len() > 1 {
        let shown = values.iter().map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({})", value.get_name(), cell(&help.to_string()).trim_end_matches('.')),
            None => format!("`{}`", value.get_name()),
        });
        write!(what, " One of {}.", shown.collect::<Vec<_>>().join(", ")).unwrap();
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
    if takes && !defaults.is_empty() {
        write!(what, " By default {}.", defaults.join(", ")).unwrap();
    }
    writeln!(out, "| {name} | {} |", what.trim()).unwrap();
}

/// One verb, and those below it.
fn verb(command: &Command, path: &str, level: usize, out: &mut String) {
    writeln!(out, "{} plan {path}\n", "#".repeat(level)).unwrap();
    let about = command.get_long_about().or(command.get_about());
    for part in plain(about).split("\n\n").filter(|part| !part.trim().is_empty()) {
        writeln!(out, "{}\n", text(&part.split_whitespace().collect::<Vec<_>>().join(" "))).unwrap();
    }
    let example = plain(command.get_before_help());
    if let Some(example) = example.strip_prefix("Example:\n  ") {
        writeln!(out, "```sh\n{}\n```\n", example.trim_end()).unwrap();
    }
    let shown =
        |arg: &&Arg| !arg.is_hide_set() && !arg.is_global_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let (positional, options): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(shown).partition(|arg| arg.is_positional());
    if !positional.is_empty() || !options.is_empty() {
        writeln!(out, "| what | is |\n|---|---|").unwrap();
        positional.into_iter().chain(options).for_each(|arg| row(arg, out));
        out.push('\n');
    }
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        verb(below, &format!("{path} {}", below.get_name()), level + 1, out);
    }
}

/// The page of each verb, by its name.
fn verbs() -> BTreeMap<String, String> {
    let mut all = amc_plan::cli::command();
    all.build();
    let shown = all.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    let page = |command: &Command| {
        let mut page = String::new();
        verb(command, command.get_name(), 1, &mut page);
        (command.get_name().to_owned(), page.trim_end().to_owned() + "\n")
    };
    shown.map(page).collect()
}

/// What a schema of the plan's file asks for at one place.
struct Reference<'s> {
    schema: &'s Value,
    /// What is still to be described, by its name in the schema.
    next: VecDeque<&'s str>,
    seen: BTreeSet<&'s str>,
}

impl<'s> Reference<'s> {
    fn named(&mut self, value: &'s Value) -> Option<&'s str> {
        let name = value["$ref"].as_str()?.rsplit('/').next()?;
        if self.seen.insert(name) {
            self.next.push_back(name);
        }
        Some(name)
    }

    /// What may stand there, in words.
    fn form(&mut self, value: &'s Value) -> String {
        if let Some(name) = self.named(value) {
            return format!("[{name}](#{})", name.to_lowercase());
        }
        if let Some(only) = value.get("const") {
            return format!("`{}`", only.to_string().trim_matches('"'));
        }
        if let Some(all) = value["enum"].as_array() {
            let shown = all.iter().map(|one| format!("`{}`", one.to_string().trim_matches('"')));
            return shown.collect::<Vec<_>>().join(", ");
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(all) = value[several].as_array() {
                let shown: Vec<String> =
                    all.iter().filter(|one| one["type"] != "null").map(|one| self.form(one)).collect();
                return shown.join(", or ");
            }
        }
        if let Some(kind) = value["type"].as_array() {
            let kinds = kind.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            return kinds.map(word).collect::<Vec<_>>().join(" or ");
        }
        match value["type"].as_str() {
            Some("array") => format!("list of {}", self.form(&value["items"])),
            Some("object") if value["additionalProperties"].is_object() => {
                format!("by key: {}", self.form(&value["additionalProperties"]))
            }
            Some("object") if value["properties"].is_object() => {
                let shown = value["properties"].as_object().unwrap().iter();
                let shown: Vec<String> = shown.map(|(key, of)| format!("`{key}`: {}", self.form(of))).collect();
                format!("{{{}}}", shown.join(", "))
            }
            Some("string") if value["format"].is_string() => value["format"].as_str().unwrap().to_owned(),
            Some("string") if value["pattern"].is_string() => {
                format!("text like `{}`", value["pattern"].as_str().unwrap())
            }
            Some(kind) => word(kind).to_owned(),
            None => "anything".to_owned(),
        }
    }

    fn object(&mut self, of: &'s Value, out: &mut String) {
        let needed: BTreeSet<&str> =
            of["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let Some(keys) = of["properties"].as_object() else {
            for one in of["oneOf"].as_array().or(of["anyOf"].as_array()).into_iter().flatten() {
                let what = one["description"].as_str().unwrap_or_default();
                writeln!(
                    out,
                    "- {}{}",
                    self.form(one),
                    if what.is_empty() { String::new() } else { format!(": {}", text(what)) }
                )
                .unwrap();
            }
            if of.get("oneOf").is_none() && of.get("anyOf").is_none() {
                writeln!(out, "{}", self.form(of)).unwrap();
            }
            return;
        };
        writeln!(out, "| key | value | what it says |\n|---|---|---|").unwrap();
        for (key, value) in keys {
            let must = if needed.contains(key.as_str()) { " (needed)" } else { "" };
            let what = value["description"].as_str().unwrap_or_default();
            writeln!(out, "| `{key}`{must} | {} | {} |", self.form(value).replace('|', "\\|"), cell(what)).unwrap();
        }
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "boolean" => "`true` or `false`",
        "integer" => "whole number",
        other => other,
    }
}

/// The plan file's reference.
fn reference() -> String {
    let text_of = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/plan.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text_of).unwrap();
    let mut all = Reference { schema: &schema, next: VecDeque::new(), seen: BTreeSet::new() };
    let mut out = "# The plan file: reference\n\nEvery key, out of the [schema](../schemas/plan.schema.json) by which your editor completes them. \
        How they are used, with an example of each, is in [The plan file](plan-file.md).\n\n"
        .to_owned();
    let whole = all.schema;
    all.object(whole, &mut out);
    while let Some(name) = all.next.pop_front() {
        let of = &all.schema["$defs"][name];
        assert!(!of.is_null(), "the schema has no `{name}`");
        writeln!(out, "\n## {name}\n").unwrap();
        if let Some(what) = of["description"].as_str() {
            writeln!(out, "{}\n", text(what)).unwrap();
        }
        all.object(of, &mut out);
    }
    out
}

/// Every generated page by its path in the book.
fn pages() -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> =
        verbs().into_iter().map(|(name, page)| (format!("verbs/{name}.md"), page)).collect();
    all.insert("plan-reference.md".to_owned(), reference());
    all
}

#[test]
fn the_generated_pages_are_as_the_program_has_them_and_stand_in_the_summary() {
    let (pages, writes) = (pages(), std::env::var_os("UPDATE_SNAPSHOTS").is_some());
    assert!(pages.len() > 30, "{}", pages.len());
    if writes {
        let _ = fs::remove_dir_all(docs().join("verbs"));
        fs::create_dir(docs().join("verbs")).unwrap();
        pages.iter().for_each(|(path, page)| fs::write(docs().join(path), page).unwrap());
    }
    for (path, page) in &pages {
        let there = fs::read_to_string(docs().join(path)).unwrap_or_default();
        assert!(
            there == *page,
            "run UPDATE_SNAPSHOTS=1 cargo test --test it book::, and read what changes in docs/{path}"
        );
    }
    let there: BTreeSet<String> = fs::read_dir(docs().join("verbs"))
        .unwrap()
        .map(|page| format!("verbs/{}", page.unwrap().file_name().to_str().unwrap()))
        .collect();
    let wanted: BTreeSet<String> = pages.keys().filter(|path| path.starts_with("verbs/")).cloned().collect();
    assert_eq!(there, wanted, "a page of a verb that is gone");
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    for path in pages.keys() {
        assert_eq!(summary.matches(&format!("({path})")).count(), 1, "docs/SUMMARY.md names {path} once");
    }
}
