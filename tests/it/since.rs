//! `plan diff --since`: what changed since a review, by a seal and by a revision; whose repository it is runs nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::place::{Edited, PLAN, Place, SITE};

/// Runs git in a place as its user would.
fn git(folder: &Path, words: &[&str]) -> String {
    let named = ["-c", "user.name=jo", "-c", "user.email=jo@agency.example", "-c", "init.defaultBranch=main"];
    let ran = Command::new("git").args(named).args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// A place whose plan and site are committed.
fn committed() -> Place {
    let place = Place::new();
    let folder = place.folder.path();
    git(folder, &["init", "-q"]);
    git(folder, &["add", PLAN, SITE]);
    git(folder, &["commit", "-q", "-m", "</details> @octocat\u{202e}"]);
    place
}

fn since(place: &Place, review: &str) -> Value {
    let ran = place.run(&["diff", PLAN, "--site", SITE, "--since", review, "--format", "json"]);
    ran.ends(0, &[]);
    serde_json::from_str::<Value>(&ran.out).unwrap()["since"].clone()
}

#[test]
fn since_a_revision_plan_changes_and_site_are_compared() {
    let place = committed();
    let nothing = json!({"in": []});
    let same = since(&place, "HEAD");
    assert_eq!((&same["plan"], &same["changes"], &same["site"]), (&nothing, &nothing, &nothing));
    place.edit(
        PLAN,
        "{module: Money, release: 7 days after previous}",
        "{module: Money, release: 9 days after previous}",
    );
    place.edit(PLAN, "\"10019\": free", "\"10019\": paid");
    place.edit_site(SITE, r#""welcome":"none""#, r#""welcome":"purchases-and-opt-ins""#);
    let moved = since(&place, "main");
    let plan = moved["plan"]["in"].as_array().unwrap();
    assert!(
        plan.contains(&json!(
            "`/offerings/group-coaching/modules/4/release`: `9 days after previous` instead of `7 days after previous`"
        )),
        "{moved:#}"
    );
    assert!(plan.contains(&json!("`/spot_check/list/10019`: differs")) && plan.len() == 2, "{moved:#}");
    assert_eq!(moved["changes"], json!({"in": ["`emails`", "`offering/group-coaching`"]}), "{moved:#}");
    assert_eq!(moved["site"], json!({"in": ["`emails` differs in welcome"]}), "{moved:#}");
    assert_eq!(moved["commit"], json!(git(place.folder.path(), &["rev-parse", "HEAD"])));
    let comment = place.run(&["diff", PLAN, "--site", SITE, "--since", "main", "--format", "markdown"]).out;
    assert!(comment.contains("in the plan 2 places; in what it changes 2 objects; on the site 1 object"), "{comment}");
    assert!(!comment.contains("octocat") && !comment.contains("agency.example"), "{comment}");
}

#[test]
fn what_no_revision_holds_is_unknown_and_not_nothing() {
    let place = committed();
    let folder = place.folder.path();
    git(folder, &["rm", "-q", "--cached", SITE]);
    git(folder, &["commit", "-q", "-m", "x"]);
    let gone = since(&place, "HEAD");
    let unknown = json!({"unknown": "the site's file was not committed then"});
    assert_eq!((&gone["site"], &gone["changes"]), (&unknown, &unknown));
    let refused = |review: &str, words: &str| {
        let ran = place.run(&["diff", PLAN, "--site", SITE, &format!("--since={review}")]);
        ran.ends(2, &[words, "name the file of a seal"]);
        assert!(ran.out.is_empty(), "{ran:#?}");
    };
    refused("nowhere", "git knows no such commit here");
    refused("--upload-pack=x", "no revision that git could know");
    refused("HEAD:other.yaml", "no revision that git could know");
    git(folder, &["rm", "-q", "--cached", PLAN]);
    git(folder, &["commit", "-q", "-m", "x"]);
    refused("HEAD", "was not there yet");
    let outside = Place::new();
    outside.run(&["diff", PLAN, "--site", SITE, "--since", "HEAD"]).ends(2, &["git knows no such commit here"]);
}

#[test]
fn a_hostile_name_of_a_branch_is_text() {
    let place = committed();
    let name = "x</details>@octocat#1`<img>";
    git(place.folder.path(), &["branch", name]);
    let comment = place.run(&["diff", PLAN, "--site", SITE, "--since", name, "--format", "markdown"]);
    comment.ends(0, &[]);
    super::comment::is_inert(&comment.out);
    assert!(comment.out.contains("octocat"), "{comment:#?}");
}

#[cfg(unix)]
#[test]
fn nothing_that_a_repository_configures_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let place = committed();
    let folder = place.folder.path();
    let pwned = place.home.path().join("pwned");
    let program = place.home.path().join("program");
    fs::write(&program, format!("#!/bin/sh\ntouch '{}'\n", pwned.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    for (key, value) in [
        ("core.fsmonitor", program.as_str()),
        ("core.pager", &program),
        ("core.sshCommand", &program),
        ("core.gitProxy", &program),
        ("gpg.program", &program),
        ("log.showSignature", "true"),
        ("diff.external", &program),
        ("diff.all.textconv", &program),
        ("filter.all.smudge", &program),
        ("alias.cat-file", &format!("!{program}")),
        ("alias.rev-parse", &format!("!{program}")),
        ("remote.origin.url", &format!("ext::{program}")),
        ("remote.origin.uploadpack", &program),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("core.repositoryFormatVersion", "1"),
    ] {
        git(folder, &["config", key, value]);
    }
    fs::write(folder.join(".gitattributes"), "* diff=all filter=all\n").unwrap();
    // The plan of then is not here: a partial clone would fetch it.
    let blob = git(folder, &["-c", "core.fsmonitor=false", "rev-parse", &format!("HEAD:{PLAN}")]);
    place.run(&["diff", PLAN, "--site", SITE, "--since", "HEAD"]).ends(0, &[]);
    let (first, rest) = blob.split_at(2);
    fs::remove_file(folder.join(".git/objects").join(first).join(rest)).unwrap();
    place.run(&["diff", PLAN, "--site", SITE, "--since", "HEAD"]).ends(2, &["was not there yet"]);
    assert!(!pwned.exists());
    // The same by git itself, or the test shows nothing.
    let fetches = Command::new("git")
        .args(["cat-file", "blob", &blob])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!fetches.status.success() && pwned.exists());
}

#[test]
fn since_a_seal_its_digests_are_compared_and_a_forged_one_is_no_review() {
    let place = Place::new();
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    let seal = "bloom-coaching.seal.json";
    let (same, nothing) = (since(&place, seal), json!({"in": []}));
    assert_eq!((&same["plan"], &same["changes"], &same["site"]), (&nothing, &nothing, &nothing));
    place.edit(
        PLAN,
        "{module: Money, release: 7 days after previous}",
        "{module: Money, release: 9 days after previous}",
    );
    place.edit_site(SITE, r#""welcome":"none""#, r#""welcome":"purchases-and-opt-ins""#);
    let moved = since(&place, seal);
    assert_eq!(
        (&moved["plan"], &moved["changes"]),
        (&json!("somewhere"), &json!({"in": ["`emails`", "`offering/group-coaching`"]})),
        "{moved:#}"
    );
    assert_eq!(moved["site"], json!({"in": ["`emails` (welcome)"]}), "{moved:#}");
    let forged = place
        .read(seal)
        .edited_once("\"plan\": \"bloom-coaching.yaml\"", "\"plan\": \"bloom-coaching.yaml\" ")
        .edited("\"offering\": 1", "\"offering\": 2");
    fs::write(place.path(seal), forged).unwrap();
    let ran = place.run(&["diff", PLAN, "--site", SITE, "--since", seal]);
    ran.ends(12, &["cannot be compared", "edited after it was made"]);
    assert!(ran.out.is_empty(), "{ran:#?}");
}
