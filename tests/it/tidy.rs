//! The house keeps its order: arrows between rooms, sizes, generated files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
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

/// Each source file as its module, with the code that is no test.
fn modules() -> BTreeMap<Vec<String>, String> {
    let src = root().join("src");
    let module = |file: &PathBuf| -> Vec<String> {
        let inside = file.strip_prefix(&src).unwrap().with_extension("");
        let names = inside.components().map(|name| name.as_os_str().to_str().unwrap().to_owned());
        names.filter(|name| name != "mod").collect()
    };
    let code = |file: &PathBuf| -> String {
        let text = fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    sources().iter().map(|file| (module(file), code(file))).collect()
}

/// Takes the braces of a `use` apart: a path for each name.
fn expand(before: &str, tree: &str, out: &mut Vec<String>) {
    let mut depth = 0;
    let parts = tree.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((path, inside)) => expand(&format!("{before}{path}"), inside.trim_end_matches('}'), out),
            None => out.push(format!("{before}{}", part.split(' ').next().unwrap())),
        }
    }
}

/// The paths that a text names: those that it uses, and those in its code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut named = Vec::new();
    for statement in code.split(';') {
        let is_use = |line: &str| matches!(line.trim(), "" | "pub" | "pub(super)" | "pub(crate)");
        let used = statement.rsplit_once("use ").filter(|(before, _)| is_use(before.rsplit('\n').next().unwrap()));
        let code = used.map_or(statement, |(before, tree)| {
            expand("", tree, &mut named);
            before
        });
        let words = code.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | ':'));
        named.extend(words.filter(|word| word.contains("::")).map(str::to_owned));
    }
    named.iter().map(|path| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()).collect()
}

/// The files of its own room that a file uses, but for those above and below it in the tree.
fn neighbours(module: &[String], code: &str, all: &BTreeMap<Vec<String>, String>) -> BTreeSet<Vec<String>> {
    let named = paths(code).into_iter().filter(|path| !path.is_empty()).flat_map(|path| {
        let up = path.iter().take_while(|name| *name == "super").count();
        let (from, skipped) = match path[0].as_str() {
            "crate" => (&[][..], 1),
            "self" => (module, 1),
            _ => (&module[..module.len() - up.min(module.len())], up),
        };
        let whole: Vec<String> = from.iter().chain(&path[skipped..]).cloned().collect();
        (1..=whole.len()).rev().map(|end| whole[..end].to_vec()).find(|path| all.contains_key(path))
    });
    named.filter(|other| other[0] == module[0] && !other.starts_with(module) && !module.starts_with(other)).collect()
}

/// Inside a room too, whoever follows one file to the next never comes back: each can be read before those that use it.
#[test]
fn no_circle_of_files() {
    let all = modules();
    let mut uses: BTreeMap<_, _> = all.iter().map(|(module, code)| (module, neighbours(module, code, &all))).collect();
    // Whatever uses nothing that is left is taken away; a circle stays.
    while let Some(free) = uses.iter().find(|(_, of)| of.iter().all(|other| !uses.contains_key(other))) {
        let free = free.0.to_vec();
        uses.remove(&free);
    }
    let left: Vec<String> = uses
        .iter()
        .map(|(module, of)| {
            let of = of.iter().filter(|other| uses.contains_key(other)).map(|other| other.join("::"));
            format!("{} uses {}", module.join("::"), of.collect::<Vec<_>>().join(", "))
        })
        .collect();
    assert!(left.is_empty(), "files that use each other in a circle, and what leads to them:\n{}", left.join("\n"));
}

#[test]
fn a_circle_of_files_is_found() {
    let module = |name: &str| vec!["room".to_owned(), name.to_owned()];
    let all: BTreeMap<Vec<String>, String> =
        ["a", "b", "c"].map(|name| (module(name), String::new())).into_iter().collect();
    let of = |code: &str| neighbours(&module("a"), code, &all);
    let (b, c) = (module("b"), module("c"));
    assert_eq!(of("use super::b::{self, X};\nfn f() { let x = 1; }"), BTreeSet::from([b.clone()]));
    assert_eq!(of("use crate::room::{b::X, c};"), BTreeSet::from([b.clone(), c.clone()]));
    assert_eq!(of("use super::{X, c::{Y, Z}, b};\nuse crate::other::d;"), BTreeSet::from([b, c.clone()]));
    assert_eq!(of("fn f() {\n    super::c::g();\n    b(1)\n}"), BTreeSet::from([c]));
    assert_eq!(of("use crate::room::{d::{X, Y}, e};\npub use super::{b::{X, Y}, Z};"), BTreeSet::from([module("b")]));
    assert_eq!(of("use std::fmt;\nstruct S { b: u8 }"), BTreeSet::new());
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
    let pure = [
        "model",
        "change",
        "capture",
        "dump",
        "rules",
        "own/",
        "population",
        "journey",
        "exports",
        "reconcile",
        "text",
        "diag",
        "shape",
    ];
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
            "apply/event.rs",
            "apply/intended.rs",
            "apply/unmeasured.rs",
        ];
        if pure.iter().any(|room| inside.starts_with(room)) || decides.contains(&inside.as_str()) {
            let found = outside.iter().find(|name| text.contains(**name));
            assert_eq!(found, None, "{inside} is of a pure room");
        }
    }
}

#[test]
fn no_program_is_started() {
    // Git least of all: a repository's own settings name programs for it to run. One file asks it what two files were, by two words of its
    // that run nothing, which `tests/it/since.rs` tries with every such setting.
    let asks_git = root().join("src/project/git/revision.rs");
    assert_eq!(fs::read_to_string(&asks_git).unwrap().matches("Command::new(\"git\")").count(), 1);
    // One starts this program itself, for what may not end: with nothing but two pipes, which `tests/it/own_rules` tries.
    let starts_itself = root().join("src/commands/own_rules/parent.rs");
    let text = fs::read_to_string(&starts_itself).unwrap();
    assert_eq!(
        (text.matches("Command::new(").count(), text.matches("Command::new(env::current_exe()?)").count()),
        (1, 1)
    );
    assert!(text.contains(".env_clear()"));
    for file in sources().into_iter().filter(|file| ![&asks_git, &starts_itself].contains(&file)) {
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
    assert_eq!(users("zip::"), BTreeSet::from(["bridge/packed.rs".to_owned()]));
    assert!(users("ureq").iter().all(|file| file.starts_with("site/wordpress/")));
    let kept = BTreeSet::from(["site/keyring/secret_service.rs".to_owned()]);
    assert_eq!(users("dbus_secret_service"), kept);
    // What an expression is belongs to one room, and what may not end to one process.
    assert!(users("cel::").iter().all(|file| file.starts_with("own/")), "{:?}", users("cel::"));
    assert_eq!(users("crate::own::{Request, answer}"), BTreeSet::from(["commands/own_rules/child.rs".to_owned()]));
}

/// A plan is parsed once a process: by the one file whose `Project` parses nothing twice, which a command opens once.
#[test]
fn a_command_opens_its_plan_once() {
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let opens = code.matches("Project::new(").count();
        assert!(opens <= 1, "{} opens a plan {opens} times: hand the `Project` on", file.display());
        let is_project = file.ends_with("project/mod.rs");
        assert!(!code.contains("shape::plan(") || is_project, "{} parses a plan", file.display());
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for file in sources() {
        // Tests at the foot of a file are read on their own.
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        // The model's and the command line's files are lists of fields with their documentation.
        let list = ["model/adapter.rs", "model/plan.rs", "model/state.rs", "src/cli.rs"]
            .iter()
            .any(|name| file.ends_with(name));
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
