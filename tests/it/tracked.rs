//! Whether git tracks the contacts' values, as git itself says of real repositories.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::{PLAN, Place, SITE};

const VALUES: &str = "private/bloom-coaching.contacts.yaml";
const RULE: &str = "contacts-tracked-by-git";

fn git(folder: &Path, words: &[&str]) {
    let ran = Command::new("git").args(words).current_dir(folder).output().expect("git is installed");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
}

/// The example, with one address in its values that can be a person's.
fn example() -> Place {
    let place = Place::new();
    place.edit(VALUES, "@member.example", "@bloom.coach");
    place
}

/// Whether the check says that git tracks the values; it says so with no address in it.
#[track_caller]
fn warned(place: &Place) -> bool {
    let checked = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    assert!(checked.out.contains("contact-differs"), "the values were read: {checked:#?}");
    assert!(!checked.out.contains("@bloom"), "{checked:#?}");
    checked.out.contains(RULE)
}

#[test]
fn only_what_git_tracks_is_warned_of() {
    let place = example();
    assert!(!warned(&place), "without a repository");
    git(place.folder.path(), &["init", "-q"]);
    git(place.folder.path(), &["add", PLAN]);
    assert!(!warned(&place), "untracked");
    git(place.folder.path(), &["add", "-f", VALUES]);
    assert!(warned(&place), "tracked");
    git(place.folder.path(), &["rm", "-q", "--cached", VALUES]);
    assert!(!warned(&place), "tracked no more");
}

#[test]
fn a_repository_above_the_plan_or_inside_its_folder_counts_too() {
    let place = example();
    let above = tempfile::tempdir().unwrap();
    git(above.path(), &["init", "-q"]);
    let inside = above.path().join("client/plans");
    std::fs::create_dir_all(inside.parent().unwrap()).unwrap();
    std::fs::rename(place.folder.path(), &inside).unwrap();
    let check = || {
        let mut plan = crate::place::program();
        plan.args(["check", PLAN, "--site", SITE, "--format", "concise"]).current_dir(&inside);
        String::from_utf8(plan.output().unwrap().stdout).unwrap()
    };
    assert!(!check().contains(RULE));
    git(above.path(), &["add", "-f", "client/plans/private"]);
    assert!(check().contains(RULE), "tracked from above");
    git(above.path(), &["rm", "-rq", "--cached", "client"]);
    git(&inside.join("private"), &["init", "-q"]);
    assert!(!check().contains(RULE));
    git(&inside.join("private"), &["add", "-f", "."]);
    assert!(check().contains(RULE), "tracked by a repository of its own");
    std::fs::create_dir(place.folder.path()).unwrap();
}

#[test]
fn a_list_too_long_to_read_is_not_read() {
    let place = example();
    git(place.folder.path(), &["init", "-q"]);
    git(place.folder.path(), &["add", "-f", VALUES]);
    let names = (0..12_000).fold(String::new(), |mut names, n| {
        writeln!(names, "100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\tarchive/{n:0100}").unwrap();
        names
    });
    let mut index = Command::new("git");
    index.args(["update-index", "--index-info"]).current_dir(place.folder.path()).stdin(Stdio::piped());
    let mut index = index.spawn().unwrap();
    index.stdin.take().unwrap().write_all(names.as_bytes()).unwrap();
    assert!(index.wait().unwrap().success());
    assert!(warned(&place));
    git(place.folder.path(), &["rm", "-q", "--cached", VALUES]);
    assert!(!warned(&place));
}
