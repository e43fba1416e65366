//! Each way to install it, and what says of these ways: the workflow, the image, the hint for cargo-binstall.

use std::fs;
use std::process::Command;

use regex::Regex;
use serde_json::{Value, json};

use super::{Release, TARGET, VERSION, archive, linters, names, root, said};
use crate::place::Ran;

#[test]
fn archive_npm_package_and_wheel_are_installed_without_a_network_and_run() {
    let release = Release::made();
    let out = said(release.try_script().arg(&release.files));
    let plan = format!("plan {VERSION}");
    assert_eq!(out, format!("sums: 5 files\narchive: {plan}\nnpm: {plan}\npip: {plan}\n"));
}

#[test]
fn a_file_that_is_damaged_missing_or_added_is_found_before_anything_is_installed() {
    let release = Release::made();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for name in names(&release.files) {
        fs::hard_link(release.files.join(&name), folder.path().join(name)).unwrap();
    }
    let finds = |why: &str| {
        let ran = Ran::from(release.try_script().arg(folder.path()).output().unwrap());
        ran.ends(1, &[why]);
        assert_eq!(ran.out, "", "{ran:#?}");
    };
    let added = folder.path().join("plan-extra.tar.gz");
    fs::write(&added, "").unwrap();
    finds("SHA256SUMS names other files");
    fs::remove_file(added).unwrap();
    let damaged = folder.path().join(archive());
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&damaged).unwrap();
    fs::write(&damaged, bytes).unwrap();
    finds("a file is not what SHA256SUMS says");
    fs::remove_file(damaged).unwrap();
    finds("a file is not what SHA256SUMS says");
}

#[test]
fn the_npm_package_runs_nothing_while_it_is_installed_and_says_for_what_it_is() {
    let release = Release::made();
    let file = release.files.join(format!("amc-plan-{VERSION}-linux-x64.tgz"));
    let text = said(Command::new("tar").arg("-xzOf").arg(&file).arg("package/package.json"));
    let manifest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["bin"], json!({"plan": "bin/plan"}));
    assert_eq!(
        [&manifest["os"], &manifest["cpu"], &manifest["libc"]],
        [&json!(["linux"]), &json!(["x64"]), &json!(["glibc"])]
    );
    assert_eq!((&manifest["private"], &manifest["version"]), (&json!(true), &json!(VERSION)));
    assert!(manifest.get("scripts").is_none() && manifest.get("dependencies").is_none(), "{manifest:#}");
}

fn workflow() -> (String, Value) {
    let text = fs::read_to_string(root().join(".github/workflows/release.yml")).unwrap();
    let parsed = serde_yaml::from_str(&text).unwrap();
    (text, parsed)
}

#[test]
fn the_workflow_runs_the_scripts_that_are_here_and_what_builds_may_write_nothing() {
    let (text, workflow) = workflow();
    assert_eq!(workflow["permissions"], json!({}));
    assert_eq!(workflow["jobs"]["build"]["permissions"], json!({"contents": "read"}));
    let script = Regex::new(r"release/([a-z]+)").unwrap();
    let mut ran = Vec::new();
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        for step in job["steps"].as_array().unwrap() {
            if let Some(uses) = step["uses"].as_str() {
                let (_, revision) = uses.split_once('@').unwrap();
                assert!(
                    revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit()),
                    "{uses}: a tag can be moved"
                );
            }
            let Some(run) = step["run"].as_str() else { continue };
            assert!(!run.contains("${{"), "what is given would be text of a script: {run}");
            said(Command::new("bash").args(["-n", "-c", run]));
            for found in script.captures_iter(run) {
                assert!(root().join(&found[0]).is_file(), "{run}");
                // What signs and drafts runs nothing of the repository or of crates.
                assert_eq!(name, "build", "{run}");
                ran.push(found[1].to_owned());
            }
        }
    }
    assert_eq!(ran, ["build", "try", "image"]);
    assert!(!text.contains("secrets."), "the job's own token is enough");
    // The compiler of the archives is one that can build it.
    let compiler = workflow["jobs"]["build"]["env"]["RUSTUP_TOOLCHAIN"].as_str().unwrap();
    let number = |version: &str| version.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>();
    assert!(number(compiler) >= number(env!("CARGO_PKG_RUST_VERSION")), "{compiler}");
}

#[test]
fn linters_find_nothing_in_workflow_scripts_and_dockerfile() {
    let linter = |name: &str| Command::new(linters().join(name));
    said(
        linter("zizmor")
            .args(["--offline", "--no-progress", "--quiet"])
            .arg(root().join(".github/workflows/release.yml")),
    );
    said(linter("hadolint").arg(root().join("release/Dockerfile")));
    let scripts = ["release/try", "release/reproduce", "release/image", "tests/release/install"];
    said(Command::new("shellcheck").args(scripts.map(|script| root().join(script))));
}

#[test]
fn the_image_is_of_a_static_program_its_user_is_nobody_and_it_has_no_shell() {
    let text = fs::read_to_string(root().join("release/Dockerfile")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert!(lines.iter().all(|line| !line.starts_with("RUN ")), "a base without a shell runs nothing: {text}");
    assert!(lines[0].starts_with("ARG BASE=gcr.io/distroless/static"), "{text}");
    assert!(lines.contains(&"USER 65532:65532") && lines.contains(&"ENTRYPOINT [\"/usr/local/bin/plan\"]"), "{text}");
    // A program that needs a loader would not start there.
    let release = Release::made();
    let mut image = Command::new(root().join("release/image"));
    let ran = Ran::from(image.arg(&release.files).args(["plan:test"]).env("BUILDER", "false").output().unwrap());
    ran.ends(1, &["has 0 archives of a static program", "release/build makes it"]);
}

/// By https://github.com/cargo-bins/cargo-binstall/blob/main/SUPPORT.md: where a release has its archive, and where the program lies in it.
#[test]
fn binstall_is_led_to_the_archive_and_to_nobody_elses() {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).unwrap()).unwrap();
    let hint = &manifest["package"]["metadata"]["binstall"];
    let filled = |key: &str| {
        let text = hint[key].as_str().unwrap().to_owned();
        let values = [("repo", "REPO"), ("version", VERSION), ("target", TARGET), ("bin", "plan"), ("binary-ext", "")];
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
    };
    assert_eq!(filled("pkg-url"), format!("REPO/releases/download/v{VERSION}/{}", archive()));
    assert_eq!(hint["pkg-fmt"].as_str(), Some("tgz"));
    assert!(Release::made().unpacked.parent().unwrap().join(filled("bin-dir")).is_file(), "{}", filled("bin-dir"));
    // Nobody else's build of something that has this name.
    let disabled = hint["disabled-strategies"].as_array().unwrap();
    assert!(disabled.iter().any(|strategy| strategy.as_str() == Some("quick-install")), "{disabled:?}");
}
