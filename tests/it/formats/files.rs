//! `--output FORMAT=FILE`: many reports of one run, each whole or not at all, and none in another file's place.

use std::fs;

use super::{ALL, DRAFT, printed};
use crate::place::{PLAN, Place, SITE};

fn option(format: &str, file: &str) -> String {
    format!("{format}={file}")
}

#[test]
fn one_run_writes_every_form_as_it_prints_it() {
    let place = Place::new();
    let options: Vec<String> = ALL.iter().map(|format| option(format, &format!("report.{format}"))).collect();
    let mut words = vec!["check", DRAFT, "--site", SITE, "--format", "concise"];
    options.iter().for_each(|option| words.extend(["--output", option]));
    place.run(&words).ends(1, &[]);
    for format in ALL {
        let mut alone = place.command(&["check", DRAFT, "--site", SITE, "--format", format]);
        // What is drawn in a file has these columns.
        let out = alone.env("COLUMNS", "100").output().unwrap().stdout;
        assert!(place.read(&format!("report.{format}")) == String::from_utf8(out).unwrap(), "{format}");
    }
    // Another run, of another plan, puts its own in their place.
    words[1] = PLAN;
    place.run(&words).ends(0, &[]);
    assert!(place.read("report.concise").starts_with("green at gate"), "{}", place.read("report.concise"));
    assert_eq!(place.read("report.gitlab"), "[]\n");
    words[1] = DRAFT;
    place.run(&words).ends(1, &[]);
    assert!(place.read("report.gitlab").contains("backup-missing"));
}

#[test]
fn no_other_file_is_taken_and_nothing_is_read_before_that_is_said() {
    let place = Place::new();
    let before = place.read(PLAN);
    fs::write(place.path("empty"), "").unwrap();
    fs::write(place.path("page.md"), "It says `green at gate `configure``, as in\n\n    green at gate `configure`\n\nand so on.\nOne more.\nAnother.\n").unwrap();
    let check = |outputs: &[&str]| {
        let mut words = vec!["check", "no such plan", "--no-site"];
        outputs.iter().for_each(|output| words.extend(["--output", output]));
        place.run(&words)
    };
    for taken in [PLAN, SITE, "bloom-coaching.record.ndjson", "page.md"] {
        for format in ALL {
            check(&[&option(format, taken)]).ends(2, &["exists and is no earlier report of this form", "--output"]);
        }
    }
    assert_eq!(place.read(PLAN), before);
    check(&["sarif=x", "json=x"]).ends(2, &["`x` is named for two reports"]);
    check(&["sarif=."]).ends(3, &["cannot write `.`"]);
    check(&["sarif"]).ends(2, &["FORMAT=FILE", "json-lines"]);
    check(&["sarif="]).ends(2, &["FORMAT=FILE"]);
    check(&["yaml=x"]).ends(2, &["FORMAT=FILE"]);
    check(&["json=-"]).ends(2, &["`--format`"]);
    // What may be written is written, in its turn; the plan is missed then.
    check(&["sarif=empty"]).ends(3, &["cannot read `no such plan`"]);
    place.run(&["check", PLAN, "--no-site", "--output", "sarif=none/x"]).ends(3, &["its folder is not there"]);
    place.run(&["check", PLAN, "--no-site", "--output", "sarif=empty"]).ends(0, &[]);
    assert!(place.read("empty").contains("\"2.1.0\""));
    // A report of another form is another file.
    check(&["junit=empty"]).ends(2, &["no earlier report of this form"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_and_what_was_asked_to_be_seen_is_its_owners() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let place = Place::new();
    fs::write(place.path("mine"), "").unwrap();
    symlink("mine", place.path("link")).unwrap();
    symlink("nowhere", place.path("dangling")).unwrap();
    for link in ["link", "dangling"] {
        place.run(&["check", PLAN, "--no-site", "--output", &option("json", link)]).ends(3, &["it is a link"]);
    }
    assert!(place.read("mine").is_empty() && !place.path("nowhere").exists());
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o077;
    place.run(&["check", PLAN, "--no-site", "--output", "json=shown", "--show-personal"]).ends(0, &[]);
    place.run(&["check", PLAN, "--no-site", "--output", "json=masked"]).ends(0, &[]);
    assert_eq!(mode("shown"), 0);
    assert!(mode("masked") & 0o044 != 0, "a step of CI under another user reads it");
    let left = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.filter(|name| name.to_string_lossy().ends_with(".tmp")).count(), 0);
}

#[test]
fn a_report_on_a_full_disk_is_said_and_leaves_the_earlier_one() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let place = Place::new();
    // What is no file is not written to, full or not.
    place.run(&["check", PLAN, "--no-site", "--output", "json=/dev/full"]).ends(3, &["not a regular file"]);
    assert!(printed(&place, "json", &[PLAN, "--no-site"]).contains("\"unproven\""));
}

#[test]
fn one_diff_writes_every_form_as_it_prints_it_and_takes_no_other_files_place() {
    let place = Place::new();
    let forms = ["human", "json", "markdown", "html"];
    let options: Vec<String> = forms.iter().map(|format| option(format, &format!("diff.{format}"))).collect();
    let mut words = vec!["diff", PLAN, "--site", SITE, "--format", "json"];
    options.iter().for_each(|option| words.extend(["--output", option]));
    for round in 0..2 {
        let ran = place.run(&words);
        ran.ends(0, &[]);
        for format in forms {
            let mut alone = place.command(&["diff", PLAN, "--site", SITE, "--format", format]);
            let out = String::from_utf8(alone.env("COLUMNS", "100").output().unwrap().stdout).unwrap();
            assert!(place.read(&format!("diff.{format}")) == out, "{format}, the {round}. time");
        }
        assert_eq!(ran.out, place.read("diff.json"));
    }
    // Where nothing differs each is there all the same, and replaces the other.
    place.confirm(&place.digest()).ends(0, &[]);
    place.run(&words).ends(0, &[]);
    assert!(place.read("diff.human").contains("no change"), "{}", place.read("diff.human"));
    place.run(&words).ends(0, &[]);
    let diff = |output: &str| place.run(&["diff", PLAN, "--site", SITE, "--output", output]);
    for taken in [PLAN, SITE, "bloom-coaching.record.ndjson"] {
        for format in forms {
            diff(&option(format, taken)).ends(2, &["exists and is no earlier report of this form", "--output"]);
        }
    }
    diff("json=diff.markdown").ends(2, &["no earlier report of this form"]);
    diff("markdown=diff.human").ends(2, &["no earlier report of this form"]);
    diff("sarif=x").ends(2, &["FORMAT=FILE, where FORMAT is one of human, json, markdown, html"]);
    diff("json=none/x").ends(3, &["its folder is not there"]);
    // What was not written was not shown: nothing is confirmed by it.
    let fresh = Place::new();
    fresh.run(&["diff", PLAN, "--site", SITE, "--output", "json=none/x"]).ends(3, &[]);
    let digest = serde_json::from_str::<serde_json::Value>(
        &fresh.run(&["diff", PLAN, "--snapshot", SITE, "--format", "json"]).out,
    )
    .unwrap();
    fresh.confirm(digest["digests"]["changes"].as_str().unwrap()).ends(12, &[]);
}

/// Whenever it is killed, there is a whole report or none, and nothing beside it.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_leaves_no_file_without_an_owner() {
    let place = Place::new();
    fs::create_dir(place.path("reports")).unwrap();
    let words = [
        "check",
        PLAN,
        "--site",
        SITE,
        "--output",
        "json=reports/a",
        "--output",
        "sarif=reports/b",
        "--output",
        "junit=reports/c",
    ];
    let took = std::time::Instant::now();
    place.run(&words).ends(0, &[]);
    let took = took.elapsed();
    let whole: Vec<String> = ["a", "b", "c"].map(|name| place.read(&format!("reports/{name}"))).into();
    for round in 0..60_u32 {
        if round % 2 == 0 {
            fs::remove_dir_all(place.path("reports")).unwrap();
            fs::create_dir(place.path("reports")).unwrap();
        }
        let mut child = place.command(&words).spawn().unwrap();
        std::thread::sleep(took * (round + 20) / 80);
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in fs::read_dir(place.path("reports")).unwrap().map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            let at =
                ["a", "b", "c"].iter().position(|known| *known == name).unwrap_or_else(|| panic!("{name} is left"));
            assert!(fs::read_to_string(entry.path()).unwrap() == whole[at], "{name} is not whole");
        }
    }
}
