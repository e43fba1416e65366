//! Files that hold people where the next commit would take them in: said by who writes them and by who reads them, with a command that
//! works; and the folder that is made for them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::place::{PLAN, Place, SITE};

const POPULATION: &str = "bloom-coaching.population.ndjson";

fn git(folder: &Path, words: &[&str]) -> String {
    let ran = Command::new("git").args(words).current_dir(folder).output().expect("git is installed");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
    String::from_utf8(ran.stdout).unwrap()
}

/// The example in a repository, with members whose addresses can be a person's, and nothing that says what is ignored.
fn repository() -> Place {
    let place = Place::new();
    let some = place.read(POPULATION).replacen("@member.example", "@bloom.coach", 30);
    fs::write(place.path(POPULATION), some).unwrap();
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    git(place.folder.path(), &["init", "-q"]);
    place
}

/// Whether git itself would take a file in.
fn is_open(place: &Place, file: &str) -> bool {
    git(place.folder.path(), &["status", "--porcelain", "--untracked-files=all"]).contains(file)
}

/// The command that a message gives, as a person pastes it.
fn paste(place: &Place, said: &str) {
    let command = said.split("this ignores it: `").nth(1).and_then(|rest| rest.split('`').next()).expect(said);
    let ran = Command::new("sh").args(["-c", command]).current_dir(place.folder.path()).status().unwrap();
    assert!(ran.success(), "{command}");
}

#[test]
fn who_only_reads_a_population_that_git_would_take_in_is_told_and_the_command_cures_it() {
    let verbs: [&[&str]; 4] = [
        &["check", PLAN, "--site", SITE, "--format", "concise"],
        &["diff", PLAN, "--site", SITE],
        &["init", "--site", SITE, "--out", "new/new.yaml"],
        &["contacts", "suggest", PLAN, "--site", SITE],
    ];
    for verb in verbs {
        let place = repository();
        let ran = place.run(verb);
        let told = format!("git does not ignore the population `{POPULATION}`, which holds 30 members' addresses");
        assert!(ran.err.contains(&told), "{verb:?}: {ran:#?}");
        assert!(!ran.err.contains("@bloom"), "{ran:#?}");
        assert!(is_open(&place, POPULATION));
        paste(&place, &ran.err);
        assert!(!is_open(&place, POPULATION), "{verb:?}");
        assert!(!place.run(&["check", PLAN, "--site", SITE]).err.contains("does not ignore"), "{verb:?}");
    }
}

#[test]
fn what_git_ignores_in_whichever_way_is_not_warned_of() {
    let warned = |place: &Place| {
        let said = place.run(&["check", PLAN, "--site", SITE]).err.contains("does not ignore");
        assert_eq!(said, is_open(place, POPULATION), "git itself says otherwise");
        said
    };
    let place = repository();
    for (file, rules, is_warned) in [
        (".gitignore", "*.population.ndjson\n", false),
        (".gitignore", "# *\n\n!*\n", true),
        (".gitignore", "*\n!*.population.ndjson\n", true),
        (".gitignore", "/bloom-coaching.pop*\r\n", false),
        (".gitignore", "bloom-coaching.population.ndjson/\n", true),
        (".gitignore", "private/\n", true),
        (".git/info/exclude", "*.ndjson\n", false),
        (".gitignore", "!*.population.ndjson\n", true),
        (".git/info/exclude", "", true),
    ] {
        fs::create_dir_all(place.path(".git/info")).unwrap();
        fs::write(place.path(file), rules).unwrap();
        assert_eq!(warned(&place), is_warned, "{file}: {rules}");
        if file == ".gitignore" && !rules.starts_with("!*.pop") {
            fs::remove_file(place.path(file)).unwrap();
        }
    }
    // In no repository nobody commits it.
    fs::remove_dir_all(place.path(".git")).unwrap();
    assert!(!place.run(&["check", PLAN, "--site", SITE]).err.contains("does not ignore"));
}

#[test]
fn a_folder_above_that_is_ignored_holds_whatever_is_said_below() {
    let place = repository();
    let above = tempfile::tempdir().unwrap();
    git(above.path(), &["init", "-q"]);
    fs::write(above.path().join(".gitignore"), "/club/*\n").unwrap();
    fs::remove_dir_all(place.path(".git")).unwrap();
    fs::create_dir(above.path().join("club")).unwrap();
    let inside = above.path().join("club/plans");
    fs::rename(place.folder.path(), &inside).unwrap();
    fs::write(inside.join(".gitignore"), "!*\n").unwrap();
    let check = || {
        let mut plan = crate::place::program();
        plan.args(["check", PLAN, "--site", SITE]).current_dir(&inside);
        String::from_utf8(plan.output().unwrap().stderr).unwrap().contains("does not ignore")
    };
    assert!(!check());
    fs::write(above.path().join(".gitignore"), "/other/*\n").unwrap();
    assert!(check());
    fs::create_dir(place.folder.path()).unwrap();
}

#[test]
fn a_hostile_file_of_what_is_ignored_neither_hangs_nor_ends_the_program() {
    let place = repository();
    let many: String = (0..4_000).map(|n| format!("*{n}*?[a-z]*\n")).collect();
    for rules in [many.clone(), "[".repeat(60_000), "**/".repeat(20_000), many.repeat(40), "\0\u{feff}\\".to_owned()] {
        fs::write(place.path(".gitignore"), rules).unwrap();
        let ran = place.run(&["check", PLAN, "--site", SITE]);
        assert!(ran.code == Some(0) || ran.code == Some(1), "{ran:#?}");
    }
    fs::remove_file(place.path(".gitignore")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", place.path(".gitignore")).unwrap();
    assert!(place.run(&["check", PLAN, "--site", SITE]).err.contains("does not ignore"), "as git, which follows none");
}

#[test]
fn an_export_that_is_imported_and_what_comes_of_it_are_named_with_strange_names_too() {
    let place = repository();
    let export = "2026 [all] *.csv";
    fs::write(place.path(export), "Id,Email\n1,c@real-club.org\n").unwrap();
    let words = ["contacts", "import", export, "--from", "keap", "--host", "https://staging.bloom.example"];
    let ran =
        place.run(&[&words[..], &["--taken-at", "2026-11-20T05:10:00Z", "--out", "members/a.site.ndjson"]].concat());
    ran.ends(0, &["made the folder of members/a.site.ndjson", &format!("git does not ignore the export `{export}`")]);
    paste(&place, &ran.err);
    assert!(!is_open(&place, "2026"));
    assert!(!is_open(&place, "members/"), "git ignores what is in the folder that was made");
    assert!(!ran.err.contains("ignore the population"), "{ran:#?}");
}

#[test]
fn the_folder_of_a_capture_is_made_for_its_owner_alone_before_anybody_is_asked_for_a_login() {
    let place = repository();
    // Nothing listens there, and no login is known: what is said comes after the folder.
    let words = ["site", "capture", "https://127.0.0.1:9", "--out", "private/deep/a.capture.ndjson.gz"];
    fs::remove_dir_all(place.path("private")).unwrap();
    place.run(&words).ends(
        3,
        &["made the folder of private/deep/a.capture.ndjson.gz: only you can enter it, and git ignores what is in it"],
    );
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("private"), mode("private/deep")), (0o700, 0o700));
    assert_eq!(place.read("private/.gitignore"), "*\n");
    fs::write(place.path("private/deep/x"), "").unwrap();
    assert!(!is_open(&place, "private"));
    assert!(!place.run(&words).err.contains("made the folder"), "it is there");
    // One that was there is nobody's to change.
    fs::create_dir(place.path("own")).unwrap();
    place.run(&["site", "capture", "https://127.0.0.1:9", "--out", "own/a.capture.ndjson"]).ends(3, &[]);
    assert!(!place.path("own/.gitignore").exists());
    let ran = place.run(&["site", "capture", "https://127.0.0.1:9", "--out", &format!("{PLAN}/a.capture.ndjson")]);
    assert!(ran.err.contains("cannot write") && !ran.err.contains("login"), "{ran:#?}");
}

#[test]
fn the_folder_of_a_first_plan_s_contacts_is_its_owner_s_alone() {
    let place = Place::new();
    place.run(&["init", "--site", SITE, "--out", "new/first.yaml"]).ends(0, &[]);
    assert_eq!(fs::metadata(place.path("new/private")).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_in_a_folder_that_is_not_there_says_so() {
    let place = Place::new();
    place
        .run(&["bridge", "zip", "--out", "none/plan-bridge.zip"])
        .ends(3, &["its folder is not there", "help: make the folder first"]);
    place.run(&["snapshot", "--site", SITE, "--out", "none/x.site.ndjson"]).ends(3, &["its folder is not there"]);
}

#[test]
fn of_a_file_whose_path_is_somebody_s_address_no_part_is_shown() {
    let place = repository();
    let folder = "secretada#$%&*+-";
    fs::create_dir(place.path(folder)).unwrap();
    let export = format!("{folder}/=?^_~x@leakhost.com");
    fs::write(place.path(&export), "Id,Email\n1,c@real-club.org\n").unwrap();
    let words = ["contacts", "import", &export, "--from", "keap", "--host", "https://staging.bloom.example"];
    let ran = place.run(&[&words[..], &["--taken-at", "2026-11-20T05:10:00Z", "--out", "m/a.site.ndjson"]].concat());
    ran.ends(0, &["git does not ignore the export", "add it to the `.gitignore` beside it"]);
    assert!(!ran.err.contains("secretada"), "{ran:#?}");
}
