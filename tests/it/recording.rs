//! A recording of a site may be green, says when it is old, and is never confirmed.

use crate::place::Edited;
use std::path::Path;
use std::process::Output;

fn plan(folder: &Path, words: &[&str]) -> Output {
    crate::place::program().args(words).current_dir(folder).output().unwrap()
}

/// The example as if it had been taken at this time, with its backup an hour before.
fn example(taken_at: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    amc_plan::example::write(folder.path(), amc_plan::example::SEED).unwrap();
    let site = folder.path().join("bloom-coaching.site.ndjson");
    let text = std::fs::read_to_string(&site).unwrap();
    std::fs::write(&site, text.edited_once(amc_plan::model::snapshot::INVENTED_AT, taken_at)).unwrap();
    amc_plan::site::file::seal_file(&site).unwrap();
    folder
}

const CHECK: [&str; 4] = ["check", "bloom-coaching.yaml", "--snapshot", "bloom-coaching.site.ndjson"];

#[test]
fn an_old_one_is_called_old() {
    let folder = example("2026-11-21T06:12:00Z");
    let checked = plan(folder.path(), &CHECK);
    assert_eq!(checked.status.code(), Some(0), "it is judged as of its time");
    assert!(String::from_utf8_lossy(&checked.stdout).contains("a recording, as of 2026-11-21T06:12:00Z"));
    let taken: jiff::Timestamp = "2026-11-21T06:12:00Z".parse().unwrap();
    let old = jiff::Timestamp::now().as_second() - taken.as_second() > 24 * 3_600;
    assert_eq!(String::from_utf8_lossy(&checked.stdout).contains("reading-old"), old);
    let older = plan(example("2026-01-01T00:00:00Z").path(), &CHECK);
    assert!(String::from_utf8_lossy(&older.stdout).contains("the site was read at 2026-01-01T00:00:00Z"));
}

#[test]
fn a_fresh_one_is_not() {
    let folder = example(&jiff::Timestamp::now().to_string());
    let checked = plan(folder.path(), &CHECK);
    assert_eq!(String::from_utf8_lossy(&checked.stderr), "");
    assert!(!String::from_utf8_lossy(&checked.stdout).contains("reading-old"));
}

#[test]
fn what_it_shows_cannot_be_confirmed() {
    let folder = example("2026-11-21T06:12:00Z");
    let words = ["diff", "bloom-coaching.yaml", "--snapshot", "bloom-coaching.site.ndjson", "--format", "json"];
    let shown: serde_json::Value = serde_json::from_slice(&plan(folder.path(), &words).stdout).unwrap();
    let digest = shown["digests"]["changes"].as_str().unwrap();
    let apply = ["apply", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--confirm", digest];
    assert_eq!(plan(folder.path(), &apply).status.code(), Some(12));
}

#[test]
fn in_a_clone_what_needs_the_private_files_is_unproven_and_nothing_is_red() {
    let folder = example("2026-11-21T06:12:00Z");
    crate::transcripts::as_cloned(folder.path());
    let checked = plan(folder.path(), &CHECK);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    for line in [
        "unproven at gate `configure`",
        "0 errors, ",
        "the private file `private/bloom-coaching.contacts.yaml` is not here",
        "the private file of the population is not here",
        "this is normal in a clone",
        "add `--accept-unknown members`",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("plan survey"), "no screen shows what is missing: {said}");
    let accepting = [&CHECK[..], &["--accept-unknown", "members"]].concat();
    let checked = plan(folder.path(), &accepting);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.code() == Some(0) && said.contains("unproven at gate `configure`"), "{said}");
    let comment = plan(folder.path(), &["diff", CHECK[1], "--snapshot", CHECK[3], "--format", "markdown"]);
    assert!(String::from_utf8_lossy(&comment.stdout).contains("### 🟡 unproven at gate `configure`"));
    // Whatever else is wrong or unknown still counts.
    let site = folder.path().join("bloom-coaching.site.ndjson");
    let text = std::fs::read_to_string(&site).unwrap();
    let without = text.edited_once(r#""webhook":{"how":"bridge"}"#, r#""webhook":{"missing":"no log"}"#);
    std::fs::write(&site, amc_plan::site::file::seal(&without).unwrap()).unwrap();
    assert_eq!(plan(folder.path(), &accepting).status.code(), Some(1));
    std::fs::write(&site, text).unwrap();
    let path = folder.path().join("bloom-coaching.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.edited_once("strategy: rehearse-and-replay", "strategi: rehearse-and-replay")).unwrap();
    assert_eq!(plan(folder.path(), &accepting).status.code(), Some(1));
}

#[test]
fn a_run_does_not_begin_without_the_contacts_values() {
    let folder = example(&jiff::Timestamp::now().to_string());
    std::fs::remove_dir_all(folder.path().join("private")).unwrap();
    let words = ["apply", CHECK[1], "--site", CHECK[3], "--accept-unknown", "members", "--no-input"];
    let ran = plan(folder.path(), &words);
    assert_eq!(ran.status.code(), Some(10), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn explain_answers_for_findings_about_reading_too() {
    let folder = tempfile::tempdir().unwrap();
    for (format, said) in
        [("human", "so a clone does not have it"), ("markdown", "## contact-values-unreadable"), ("json", "\"codes\"")]
    {
        let ran = plan(folder.path(), &["explain", "contact-values-unreadable", "--format", format]);
        let out = String::from_utf8_lossy(&ran.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(ran.status.code() == Some(0) && out.contains(said), "{out}");
    }
    let ran = plan(folder.path(), &["explain", "contact-value-unreadable"]);
    assert!(String::from_utf8_lossy(&ran.stderr).contains("did you mean `contact-values-unreadable`?"));
}
