//! A record of two branches: told, joined by `plan record merge` with every line as it was, and still refused where a line was changed,
//! moved or removed.

use std::fs;

use amc_plan::model::digest;

use crate::place::{PLAN, Place, SITE};

const RECORD: &str = "bloom-coaching.record.ndjson";

/// The example's record as it was, and the lines that two branches added to it.
struct Branches {
    place: Place,
    before: String,
    ours: String,
    theirs: String,
}

impl Branches {
    fn new(ours: &[&[&str]], theirs: &[&[&str]]) -> Self {
        let place = Place::new();
        fs::write(place.path("lines.txt"), "All tags are there\n! A tag is missing\n").unwrap();
        let before = place.read(RECORD);
        let add = |commands: &[&[&str]]| {
            fs::write(place.path(RECORD), &before).unwrap();
            for words in commands {
                record(&place, words).ends(0, &[]);
            }
            place.read(RECORD).strip_prefix(&before).unwrap().to_owned()
        };
        let (ours, theirs) = (add(ours), add(theirs));
        Self { place, before, ours, theirs }
    }

    fn write(&self, text: &str) {
        fs::write(self.place.path(RECORD), text).unwrap();
    }

    fn both(&self) -> String {
        format!("{}{}{}", self.before, self.ours, self.theirs)
    }
}

fn record(place: &Place, words: &[&str]) -> crate::place::Ran {
    place.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat())
}

fn check(place: &Place) -> crate::place::Ran {
    place.run(&["check", PLAN, "--site", SITE, "--format", "concise"])
}

const SIGNED_IN: &[&str] = &["sign-in", "in a private window"];

fn signed_in_and_saw() -> Branches {
    Branches::new(&[SIGNED_IN, &["saw", "maintenance", "on=no"]], &[&["sign-in", "on another machine"]])
}

#[test]
fn two_branches_are_told_and_joined_with_every_line_as_it_was() {
    let branches = signed_in_and_saw();
    let (place, both) = (&branches.place, branches.both());
    branches.write(&both);
    let told = ["two branches recorded evidence", "line 3, another with line 4", "plan record merge --plan"];
    check(place).ends(3, &told);
    record(place, SIGNED_IN).ends(3, &told);
    assert_eq!(place.read(RECORD), both);
    let merged = record(place, &["merge"]);
    merged.ends(0, &[]);
    assert!(merged.out.contains("4 lines of both branches"), "{merged:#?}");
    let joined = place.read(RECORD);
    assert!(joined.starts_with(&both), "each machine knows its own lines again by their bytes");
    check(place).ends(0, &[]);
    assert!(record(place, &["merge"]).out.contains("nothing to join"));
    assert_eq!(place.read(RECORD), joined);
    // What is recorded now follows both, and a third branch is joined as the second was.
    record(place, SIGNED_IN).ends(0, &[]);
    let first = branches.ours.lines().next().unwrap();
    let third = first.replace("in a private window", "by a third");
    branches.write(&format!("{}{third}\n", place.read(RECORD)));
    check(place).ends(3, &["two branches recorded evidence"]);
    record(place, &["merge"]).ends(0, &[]);
    check(place).ends(0, &[]);
}

#[test]
fn what_git_left_of_a_conflict_is_told_and_joined() {
    let branches = signed_in_and_saw();
    let (place, Branches { before, ours, theirs, .. }) = (&branches.place, &branches);
    for text in [
        format!("{before}<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> theirs\n"),
        format!("{before}<<<<<<< HEAD\r\n{ours}||||||| 1f2e3d4\r\n=======\r\n{theirs}>>>>>>> theirs\r\n"),
        // Both sides began with the same line, and git showed it on each.
        format!("<<<<<<< HEAD\n{before}{ours}=======\n{before}{theirs}>>>>>>> theirs\n"),
    ] {
        branches.write(&text);
        check(place).ends(3, &["a merge conflict is not resolved here", "plan record merge"]);
        record(place, &["merge"]).ends(0, &[]);
        assert!(place.read(RECORD).starts_with(&branches.both()));
        check(place).ends(0, &[]);
    }
    branches.write(&format!("{before}<<<<<<< HEAD\n=======\n{theirs}>>>>>>> theirs\n"));
    record(place, &["merge"]).ends(0, &[]);
    assert_eq!(place.read(RECORD), format!("{before}{theirs}"), "one branch alone needs nothing that joins it");
}

#[test]
fn two_branches_that_each_began_the_record_are_joined() {
    let branches = signed_in_and_saw();
    let start = branches.before.replace("RP-4471", "RP-1");
    branches.write(&format!("{}{start}", branches.before));
    check(&branches.place).ends(3, &["two branches recorded evidence"]);
    record(&branches.place, &["merge"]).ends(0, &[]);
    check(&branches.place).ends(0, &[]);
}

#[test]
fn a_joined_record_in_which_a_line_was_changed_moved_or_removed_is_refused() {
    let branches = signed_in_and_saw();
    branches.write(&branches.both());
    record(&branches.place, &["merge"]).ends(0, &[]);
    record(&branches.place, SIGNED_IN).ends(0, &[]);
    let joined = branches.place.read(RECORD);
    let lines: Vec<&str> = joined.lines().collect();
    let write = |lines: &[String]| branches.write(&(lines.join("\n") + "\n"));
    let refused = |what: &str| {
        let ran = check(&branches.place);
        ran.ends(3, &[]);
        assert!(["the chain is broken", "two branches recorded"].iter().any(|word| ran.err.contains(word)), "{what}");
        let before = branches.place.read(RECORD);
        if ran.err.contains("the chain is broken") {
            record(&branches.place, &["merge"]).ends(3, &["the chain is broken"]);
            assert_eq!(branches.place.read(RECORD), before);
        }
    };
    for at in 0..lines.len() - 1 {
        let changed = |with: &dyn Fn(&mut Vec<String>)| {
            let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            with(&mut all);
            write(&all);
        };
        changed(&|all| drop(all.remove(at)));
        refused(&format!("line {} is gone", at + 1));
        changed(&|all| all[at] = all[at].replace("\"who\":\"jo\"", "\"who\":\"sam\""));
        refused(&format!("line {} is by another", at + 1));
    }
    for (one, other) in [(0, 1), (1, 2), (2, 4), (3, 4), (4, 5)] {
        let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        all.swap(one, other);
        write(&all);
        refused(&format!("lines {} and {} changed places", one + 1, other + 1));
    }
    // A line of a hand that says it joins what is not there.
    let none = digest::of_bytes(b"none");
    let ends = lines[4].replace(&lines[4][lines[4].find("ends\":[\"").unwrap() + 8..][..64], &none);
    let forged: Vec<String> = lines[..4].iter().map(|line| (*line).to_owned()).chain([ends]).collect();
    write(&forged);
    refused("it joins what is not there");
}

#[test]
fn what_one_branch_acknowledged_is_not_of_the_verification_that_another_recorded() {
    let verification: &[&str] = &["verification", "lines.txt", "--host", "staging.bloom.example"];
    let place = Place::new();
    fs::write(place.path("lines.txt"), "All tags are there\n! A tag is missing\n").unwrap();
    record(&place, verification).ends(0, &[]);
    let before = place.read(RECORD);
    record(&place, verification).ends(0, &[]);
    let again = place.read(RECORD).strip_prefix(&before).unwrap().to_owned();
    fs::write(place.path(RECORD), &before).unwrap();
    record(&place, &["ack", "2", "--reason", "that tag is not used"]).ends(0, &[]);
    let answered = place.read(RECORD);
    let gate = || place.run(&["check", PLAN, "--site", SITE, "--gate", "migrate", "--format", "concise"]).out;
    assert!(!gate().contains("verification-unacknowledged"));
    fs::write(place.path(RECORD), format!("{answered}{again}")).unwrap();
    record(&place, &["merge"]).ends(0, &["no longer valid: 1 acknowledgement, as the verification was recorded again"]);
    assert!(gate().contains("verification-unacknowledged"));
}
