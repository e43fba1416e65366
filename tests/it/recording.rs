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
