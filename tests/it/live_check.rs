//! `plan check --site http://…` against a real WordPress, as its user runs it.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::place::Edited;
use crate::staging::Staging;
use serde_json::Value;

fn plan(staging: &Staging, folder: &Path, words: &[&str]) -> Output {
    crate::place::program()
        .args(words)
        .current_dir(folder)
        .env("PLAN_LOGIN_ORIGIN", staging.url())
        .env("PLAN_LOGIN_USER", "operator")
        .env("PLAN_LOGIN_PASSWORD", staging.text("/password"))
        .output()
        .unwrap()
}

/// The example's plan over this site, with a backup of a moment ago on record.
fn prepare(staging: &Staging) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = amc_plan::example::generate(amc_plan::example::SEED);
    fs::create_dir(folder.path().join("private")).unwrap();
    fs::write(folder.path().join("private/bloom-coaching.contacts.yaml"), files.contacts).unwrap();
    fs::write(folder.path().join("plan.yaml"), files.plan.edited("https://staging.bloom.example", staging.url()))
        .unwrap();
    fs::write(folder.path().join("backup.zip"), "a backup").unwrap();
    let recorded = plan(
        staging,
        folder.path(),
        &[
            "record",
            "backup",
            "backup.zip",
            "--parts",
            "files,database",
            "--stored-off-server",
            "--plan",
            "plan.yaml",
            "--who",
            "jo",
        ],
    );
    assert!(recorded.status.success(), "{}", String::from_utf8_lossy(&recorded.stderr));
    folder
}

#[test]
fn what_core_rest_cannot_show_is_unproven_and_the_way_it_was_read_is_named() {
    let Some(staging) = Staging::up(&["--users", "12"]) else { return };
    let folder = prepare(&staging);
    let checked = plan(&staging, folder.path(), &["check", "plan.yaml", "--site", staging.url(), "--format", "json"]);
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    // What this machine took at the address stays captured in a file, whichever way the file was written.
    let printed = plan(&staging, folder.path(), &["snapshot", "--site", staging.url()]);
    fs::write(folder.path().join("printed.site.ndjson"), printed.stdout).unwrap();
    plan(&staging, folder.path(), &["snapshot", "--site", staging.url(), "--out", "taken.site.ndjson"]);
    for file in ["printed.site.ndjson", "taken.site.ndjson"] {
        let checked = plan(&staging, folder.path(), &["check", "plan.yaml", "--snapshot", file, "--format", "json"]);
        let recording: Value = serde_json::from_slice(&checked.stdout).unwrap();
        assert_eq!(recording["site"]["worth"], "captured", "{file}");
        assert_eq!(recording["evidence"]["recorded"], 0, "{file}");
    }
    let findings = report["findings"].as_array().unwrap();
    let due = |f: &&Value| f["due"] == true && f["severity"] == "error";
    let wrong: Vec<&Value> = findings.iter().filter(due).filter(|f| f["unproven"] == false).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((report["verdict"].as_str(), checked.status.code()), (Some("unproven"), Some(1)));
    assert_eq!(report["site"]["host"], staging.url().trim_start_matches("http://"));

    // The settings name it as well as a command line, where the login is bound to that very address.
    fs::write(folder.path().join("plan.toml"), format!("[site]\nstaging = \"{}\"\n", staging.url())).unwrap();
    let named = plan(&staging, folder.path(), &["check", "plan.yaml", "--format", "json"]);
    let named: Value = serde_json::from_slice(&named.stdout).unwrap();
    assert_eq!((&named["verdict"], &named["site"]["host"]), (&report["verdict"], &report["site"]["host"]));

    // What core shows is proven: where we are, that AccessAlly is active.
    let unproven: Vec<&str> = findings.iter().filter(due).map(|f| f["rule"].as_str().unwrap()).collect();
    for proven in ["accessally-missing", "target-not-staging", "site-not-in-plan", "backup-missing", "backup-old"] {
        assert!(!unproven.contains(&proven), "{unproven:?}");
    }
    // What it does not show is not: each says what would.
    for lacking in
        ["unscheduled-module", "spare-admin-missing", "charging-guard-not-live", "contact-differs", "crm-disconnected"]
    {
        assert!(unproven.contains(&lacking), "{lacking} is not among {unproven:?}");
    }
    for finding in findings.iter().filter(|f| f["unproven"] == true) {
        let help = finding["help"].as_str().unwrap();
        // What nobody can attest, as the members, only a reading shows.
        assert!(help.contains("docs/site-file.md") || help.contains("plan record saw "), "{finding:#}");
    }

    // Nothing is said to be as the plan wants it, and nothing is written.
    let diff = plan(&staging, folder.path(), &["diff", "plan.yaml", "--site", staging.url()]);
    let text = String::from_utf8(diff.stdout).unwrap();
    assert!(text.contains("not compared") && !text.contains("no change"), "{text}");
    let apply = plan(&staging, folder.path(), &["apply", "plan.yaml", "--site", staging.url(), "--no-input"]);
    assert_eq!(apply.status.code(), Some(10));
    for output in [&diff.stderr, &apply.stdout, &apply.stderr, &checked.stderr] {
        assert!(!String::from_utf8_lossy(output).contains(staging.text("/password")));
    }

    // A site in maintenance, a site that the plan does not name, a login that is missing: could not run, or may not.
    let fault = staging.dir().join("faults/maintenance");
    fs::write(&fault, "").unwrap();
    let closed = plan(&staging, folder.path(), &["check", "plan.yaml", "--site", staging.url()]);
    fs::remove_file(&fault).unwrap();
    assert_eq!(closed.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&closed.stderr).contains("maintenance"));
    let other = plan(&staging, folder.path(), &["check", "plan.yaml", "--site", "http://127.0.0.1:9"]);
    assert_eq!(other.status.code(), Some(2), "not a site of the plan");
    let refused = crate::place::program()
        .args(["check", "plan.yaml", "--site", staging.url()])
        .current_dir(folder.path())
        .env_remove("PLAN_LOGIN_ORIGIN")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("PLAN_LOGIN_ORIGIN"));
}
