//! What lies in the files, and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::{Value, json};

use super::{Release, TARGET, VERSION, archive, build, git, names, root, said, sha256};
use crate::place::Ran;

/// Another folder, clock, mask, language and home, and the same bytes.
#[test]
fn two_builds_of_one_commit_give_the_same_bytes() {
    let release = Release::made();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (clone, files) = (folder.path().join("a folder/of another name"), folder.path().join("files"));
    said(git(&release.repository).args(["clone", "--quiet", "."]).arg(&clone));
    let touched = build(&clone, &release.program, &files);
    let mut shell = Command::new("bash");
    shell.args(["-c", "umask 077; find \"$0\" -name '*.md' -exec touch -d 2001-01-01 {} +; exec \"$@\""]).arg(&clone);
    shell.arg(touched.get_program()).args(touched.get_args());
    shell.env("TZ", "Asia/Tokyo").env("LC_ALL", "C").env("COLUMNS", "40").env("CLICOLOR_FORCE", "1");
    said(shell.env_remove("SOURCE_DATE_EPOCH"));
    assert_eq!(names(&files), names(&release.files));
    for name in names(&files) {
        assert!(fs::read(files.join(&name)).unwrap() == fs::read(release.files.join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn the_archive_is_one_folder_of_nobody_and_its_pages_lead_nowhere_outside_it() {
    let release = Release::made();
    let mut tar = Command::new("tar");
    tar.args(["--utc", "--full-time", "--numeric-owner", "-tvzf"]).arg(release.files.join(archive()));
    let listed = said(&mut tar);
    let top = format!("plan-{VERSION}-{TARGET}/");
    let mut inside = BTreeSet::new();
    for line in listed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mode, owner, _, day, time, path] = words[..] else { panic!("{line}") };
        assert_eq!((owner, day, time), ("0/0", "2026-11-30", "12:00:00"), "the commit's time: {line}");
        let may_run = path.ends_with('/') || path == format!("{top}plan");
        let letters = mode[1..].replace(['r', 'w', '-'], "");
        assert_eq!(letters, if may_run { "xxx" } else { "" }, "{line}");
        assert!(!mode[4..].contains('w'), "{line}");
        assert!(inside.insert(path.strip_prefix(&top).unwrap().to_owned()), "{line}");
    }
    for wanted in [
        "plan",
        "completions/plan.bash",
        "completions/_plan",
        "completions/plan.fish",
        "man/man1/plan.1",
        "man/man1/plan-check.1",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "THIRD-PARTY.txt",
        "licences/rust-standard-library.html",
        "sbom.cdx.json",
        "CHANGELOG.md",
        "docs/install.md",
    ] {
        assert!(inside.contains(wanted), "{wanted}: {inside:?}");
    }
    let link = Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").unwrap();
    for page in inside.iter().filter(|name| name.ends_with(".md")) {
        let text = fs::read_to_string(release.unpacked.join(page)).unwrap();
        for found in link.captures_iter(&text) {
            let to = release.unpacked.join(page).parent().unwrap().join(&found[1]);
            assert!(to.exists(), "{page} leads to {}", &found[1]);
        }
    }
}

/// npm's package, the wheel and the archive carry the very program that was given.
#[test]
fn each_file_carries_the_same_program() {
    let release = Release::made();
    let given = fs::read(&release.program).unwrap();
    let out = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    assert!(fs::read(release.unpacked.join("plan")).unwrap() == given);
    let npm = release.files.join(format!("amc-plan-{VERSION}-linux-x64.tgz"));
    assert!(out(Command::new("tar").arg("-xzOf").arg(npm).arg("package/bin/plan")) == given);
    let wheel = release.files.join(format!("amc_plan-{VERSION}-py3-none-linux_x86_64.whl"));
    let read = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let inside = format!("amc_plan-{VERSION}.data/scripts/plan");
    assert!(out(Command::new("python3").args(["-c", read]).arg(wheel).arg(inside)) == given);
}

/// Name and version of each locked crate, with its checksum.
fn locked() -> BTreeMap<(String, String), String> {
    let lock: toml::Table = toml::from_str(&fs::read_to_string(root().join("Cargo.lock")).unwrap()).unwrap();
    let text = |package: &toml::Value, key: &str| package.get(key).map_or("", |v| v.as_str().unwrap()).to_owned();
    let packages = lock["package"].as_array().unwrap().iter();
    packages.map(|one| ((text(one, "name"), text(one, "version")), text(one, "checksum"))).collect()
}

fn components(release: &Release) -> Vec<Value> {
    let document = release.json(&format!("plan-{VERSION}-{TARGET}.cdx.json"));
    document["components"].as_array().unwrap().clone()
}

#[test]
fn the_list_of_components_is_cyclonedx_and_has_what_is_linked_and_nothing_else() {
    let release = Release::made();
    let document = release.json(&format!("plan-{VERSION}-{TARGET}.cdx.json"));
    let [mut schema, licences] = ["cyclonedx-bom-1.6", "cyclonedx-spdx"].map(|name| -> Value {
        let text = fs::read_to_string(root().join(format!("tests/formats/{name}.schema.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    // Other files of theirs: the names of licences are looked at below, and there is no signature.
    *schema.pointer_mut("/definitions/license/oneOf/0/properties/id").unwrap_or(&mut Value::Null) = json!({});
    let text = schema.to_string().replace("\"$ref\":\"spdx.schema.json\"", "\"type\":\"string\"");
    let text = text.replace("\"$ref\":\"jsf-0.82.schema.json#/definitions/signature\"", "\"not\":{}");
    let schema =
        jsonschema::options().should_validate_formats(true).build(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&document).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");

    assert_eq!(document["metadata"]["component"]["version"], VERSION);
    assert_eq!(document["metadata"]["component"]["hashes"][0]["content"], sha256(&release.program));
    assert_eq!(
        fs::read(release.unpacked.join("sbom.cdx.json")).unwrap(),
        fs::read(release.files.join(format!("plan-{VERSION}-{TARGET}.cdx.json"))).unwrap()
    );
    let known: BTreeSet<&str> = licences["enum"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let (locked, mut found) = (locked(), BTreeSet::new());
    for component in components(release) {
        let [name, version] = ["name", "version"].map(|key| component[key].as_str().unwrap_or_default().to_owned());
        let expression = component["licenses"][0]["expression"].as_str().unwrap().to_owned();
        let words = expression.split([' ', '(', ')']).filter(|word| !["", "AND", "OR", "WITH"].contains(word));
        for id in words {
            assert!(known.contains(id) || id == "LLVM-exception", "{name}: {id} is no licence of SPDX");
        }
        if component["purl"].is_string() {
            assert_eq!(component["hashes"][0]["content"], locked[&(name.clone(), version)], "{name}");
        }
        assert!(found.insert(name.clone()) || component["purl"].is_string(), "{name}");
    }
    for linked in
        ["clap", "granit-parser", "ring", "rustls", "zstd-sys", "libzstd", "libdbus-sys", "libdbus", "rust-std"]
    {
        assert!(found.contains(linked), "{linked}: {found:?}");
    }
    // Tests, builds, other systems, and the program itself, which is what the list is of.
    for other in ["proptest", "comrak", "cc", "windows-sys", "keyring-core", "rpassword", "musl", "amc-plan"] {
        assert!(!found.contains(other), "{other}");
    }
}

#[test]
fn everything_that_is_linked_has_the_text_of_its_licence() {
    let release = Release::made();
    let text = fs::read_to_string(release.unpacked.join("THIRD-PARTY.txt")).unwrap();
    let (list, texts) = text.split_once(&"=".repeat(100)).unwrap();
    let owners: BTreeSet<&str> =
        texts.split(&"=".repeat(100)).flat_map(|part| part.trim_start().lines().next().unwrap().split(", ")).collect();
    for component in components(release).iter().filter(|component| component["purl"].is_string()) {
        let name = format!("{} {}", component["name"].as_str().unwrap(), component["version"].as_str().unwrap());
        assert!(list.contains(&format!("  {name}: ")) && owners.contains(name.as_str()), "{name}");
    }
    // What crates bring of C has a text of its own.
    for words in [
        "The Academic Free License\nv. 2.1",
        "Copyright (c) Meta Platforms, Inc. and affiliates",
        "Copyright (c) 2022 Tom Forbes",
    ] {
        assert!(texts.contains(words), "{words}");
    }
    assert!(!texts.contains("musl, the C library"), "it is linked into no program of the GNU system's");
}

/// A statement of in-toto with SLSA's provenance: the digests of the files, the commit, and no word of how a given program was built.
#[test]
fn the_provenance_says_what_is_known_and_no_more() {
    let release = Release::made();
    let name = format!("plan-{VERSION}-{TARGET}.provenance.json");
    let statement = release.json(&name);
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
    let subjects = statement["subject"].as_array().unwrap();
    let mut expected: Vec<String> = names(&release.files);
    expected.retain(|file| *file != name && file != "SHA256SUMS");
    assert_eq!(expected, subjects.iter().map(|subject| subject["name"].as_str().unwrap()).collect::<Vec<_>>());
    for subject in subjects {
        let file = release.files.join(subject["name"].as_str().unwrap());
        assert_eq!(subject["digest"], json!({"sha256": sha256(&file)}));
    }
    let definition = &statement["predicate"]["buildDefinition"];
    let commit = said(git(&release.repository).args(["rev-parse", "HEAD"]));
    let materials = definition["resolvedDependencies"].as_array().unwrap();
    assert_eq!(materials[0]["digest"], json!({"gitCommit": commit.trim()}));
    assert_eq!(materials[1]["digest"], json!({"sha256": sha256(&release.program)}));
    assert!(materials.len() == 2 && definition["externalParameters"]["binary"] == "given", "{definition:#}");

    // A file that is not committed: the commit is not what was packed, and is not named.
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("plan");
    said(git(&release.repository).args(["clone", "--quiet", "."]).arg(&clone));
    fs::write(clone.join("CHANGELOG.md"), "# Changelog\n").unwrap();
    let files = folder.path().join("files");
    refuses(&mut build(&clone, &release.program, &files), "CHANGELOG.md is not committed", &files);
    said(build(&clone, &release.program, &files).arg("--allow-changes"));
    let text = fs::read_to_string(files.join(name)).unwrap();
    assert!(text.contains("not-committed") && !text.contains(commit.trim()), "{text}");
}

#[track_caller]
fn refuses(command: &mut Command, why: &str, files: &Path) {
    let ran = Ran::from(command.output().unwrap());
    ran.ends(1, &[why]);
    assert!(!files.exists() || names(files).is_empty(), "{:?}", names(files));
}

#[test]
fn what_is_no_release_is_refused_before_anything_is_written() {
    let release = Release::made();
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let again = || build(&release.repository, &release.program, &files);
    refuses(again().args(["--tag", "v9.9.9"]), "the tag is v9.9.9", &files);
    let full = Ran::from(build(&release.repository, &release.program, &release.files).output().unwrap());
    full.ends(1, &["is not empty"]);
    // Not this version's program, and none that runs here.
    let other = folder.path().join("other");
    fs::write(&other, "#!/bin/sh\necho plan 0.0.1\n").unwrap();
    crate::place::own(&other, 0o755);
    refuses(&mut build(&release.repository, &other, &files), "is plan 0.0.1", &files);
    fs::write(&other, "\u{7f}ELF\u{2}").unwrap();
    refuses(&mut build(&release.repository, &other, &files), "does not run here", &files);
}

/// A disk that is full leaves no half of a release where a whole one is looked for.
#[test]
fn what_breaks_off_leaves_nothing() {
    let release = Release::made();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let files = folder.path().join("files");
    let whole = build(&release.repository, &release.program, &files);
    // No file may grow beyond the program itself: the archive, which holds more, is cut.
    let blocks = fs::metadata(&release.program).unwrap().len().div_ceil(1024);
    let mut shell = Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\""]).arg(blocks.to_string());
    let ran = Ran::from(shell.arg(whole.get_program()).args(whole.get_args()).output().unwrap());
    ran.ends(1, &["release/build: ", "File too large"]);
    assert_eq!(names(folder.path()), Vec::<String>::new());
}
