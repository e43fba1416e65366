//! The house keeps its order: arrows between rooms, sizes, generated files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    files.sort();
    files
}

/// Which rooms a room may use: the table of ARCHITECTURE.md.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
        (names(cells[0]).first().unwrap().clone(), names(cells[2]))
    })
    .collect()
}

/// The rooms that a text names after `crate::`.
fn used(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[test]
fn arrows_go_one_way() {
    let arrows = arrows();
    let src = root().join("src");
    let mut rooms = BTreeSet::new();
    for file in sources() {
        let inside = file.strip_prefix(&src).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let allowed = arrows.get(&room).unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{room}`"));
        for other in used(&fs::read_to_string(&file).unwrap()) {
            let is_room = arrows.contains_key(&other);
            assert!(
                !is_room || other == room || allowed.contains(&other),
                "{}: `{room}` may not use `{other}`",
                inside.display()
            );
        }
        rooms.insert(room);
    }
    assert_eq!(rooms, arrows.into_keys().collect(), "the rooms and the rows of ARCHITECTURE.md");
}

/// A host is part of which site it is, never the whole of it: port, path and blog count.
#[test]
fn sites_are_compared_by_their_identity_alone() {
    let own = ["src/model/identity.rs", "src/model/home.rs"];
    let compared = [".host() ==", ".host() !=", ".host ==", ".host !=", "host_str", "text::host", "== host", "!= host"];
    for file in sources().into_iter().filter(|file| !own.iter().any(|own| file.ends_with(own))) {
        let text = fs::read_to_string(&file).unwrap();
        let found = compared.iter().find(|sign| text.contains(**sign));
        assert_eq!(found, None, "{}: compare with `is_same_site` or `could_be_the_same`", file.display());
    }
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let pure = ["model", "change", "dump", "rules", "population", "reconcile", "text", "diag", "shape"];
    let outside =
        ["std::fs", "std::net::Tcp", "std::env", "std::process", "Timestamp::now", "SystemTime", "Instant::now"];
    for file in sources() {
        let inside = file.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let decides = [
            "apply/gate.rs",
            "apply/limits.rs",
            "apply/machine.rs",
            "apply/seal.rs",
            "apply/proof.rs",
            "apply/since.rs",
            "apply/decision.rs",
            "apply/timing.rs",
            "apply/window.rs",
            "apply/certificate.rs",
        ];
        if pure.iter().any(|room| inside.starts_with(room)) || decides.contains(&inside.as_str()) {
            let found = outside.iter().find(|name| text.contains(**name));
            assert_eq!(found, None, "{inside} is of a pure room");
        }
    }
}

#[test]
fn no_program_is_started() {
    // Git least of all: a repository's own settings name programs for it to run.
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let starts = ["process::Command", "Command::new(\"", "CommandExt", "posix_spawn", "execv"];
        let found = starts.iter().find(|name| text.contains(**name));
        assert_eq!(found, None, "{}", file.display());
    }
}

#[test]
fn only_one_file_draws_and_few_parse() {
    let users = |name: &str| -> BTreeSet<String> {
        let uses = |file: &PathBuf| fs::read_to_string(file).unwrap().contains(&format!("use {name}"));
        let inside = |file: PathBuf| file.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
        sources().into_iter().filter(uses).map(inside).collect()
    };
    assert_eq!(users("miette"), BTreeSet::from(["output/human.rs".to_owned()]));
    assert!(users("granit_parser").iter().all(|file| file.starts_with("text/compose")));
    assert!(users("ureq").iter().all(|file| file.starts_with("site/wordpress/")));
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for file in sources() {
        // Tests at the foot of a file are read on their own.
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        // The model's and the command line's files are lists of fields with their documentation.
        let list = ["model/plan.rs", "model/state.rs", "cli.rs"].iter().any(|name| file.ends_with(name));
        assert!(lines <= if list { 750 } else { 400 }, "{} has {lines} lines", file.display());
    }
}

#[test]
fn tests_are_one_program_of_files_that_can_be_read_in_one_sitting() {
    let mut files = Vec::new();
    rust_files(&root().join("tests"), &mut files);
    assert!(files.len() > 60, "{} files", files.len());
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", file.display());
        assert!(file.starts_with(root().join("tests/it")), "{} would be a program of its own", file.display());
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("[[test]]"), "a test is a module of tests/it");
}

#[test]
fn the_rule_reference_is_fresh() {
    let made = crate::place::program().args(["explain", "--format", "markdown"]).output().unwrap();
    let there = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    assert!(there == String::from_utf8(made.stdout).unwrap(), "run: plan explain --format markdown > docs/rules.md");
}
