//! State must prove that it is this user's and this machine's; what is not counts for nothing until it is adopted.

use std::fs;
use std::path::{Path, PathBuf};

use amc_plan::trust::{Purpose, unmarked};

use crate::guided::POPULATION;
use crate::place::{Edited, PLAN, Place, Ran, SITE, own};

/// The state of a run that an earlier build left, in a folder of its own.
fn earlier(name: &str) -> Place {
    let place = Place::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier").join(name);
    fs::create_dir(place.path(".plan")).unwrap();
    own(&place.path(".plan"), 0o700);
    for file in [PLAN, SITE, "bloom-coaching.record.ndjson"] {
        fs::copy(from.join(file), place.path(file)).unwrap();
    }
    fs::copy(from.join("journal.ndjson"), place.journal()).unwrap();
    fs::copy(from.join("confirmations.ndjson"), place.confirmations()).unwrap();
    fs::copy(kept(POPULATION), place.path(POPULATION)).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    place.run(&["upgrade", PLAN]).ends(0, &[]);
    crate::earlier::looked_up(&place);
    place
}

/// What a build of the same format kept of the example before any run.
fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier/2026-11-28").join(name)
}

/// The site of that build's example before any run.
fn kept_site() -> PathBuf {
    amc_plan::apply::state_file(&kept("part-way/state"), SITE, "before.site.ndjson")
}

/// The site as it was before the run, as the run kept it.
fn with_before(place: &Place) {
    let kept = [("before.site.ndjson", kept_site()), ("before.population.ndjson", kept(POPULATION))];
    for (name, from) in kept {
        fs::copy(from, amc_plan::apply::state_file(&place.path(".plan"), SITE, name)).unwrap();
    }
}

fn verb(place: &Place, words: &[&str]) -> Ran {
    place.run(&[words, &[PLAN, "--site", SITE]].concat())
}

fn digest(place: &Place) -> String {
    let text = fs::read_to_string(place.journal()).unwrap();
    let (line, _) = unmarked(text.lines().next().unwrap(), None, Purpose::Journal);
    let begin: serde_json::Value = serde_json::from_str(&line).unwrap();
    begin["event"]["begin"]["digests"]["changes"].as_str().unwrap().to_owned()
}

fn adopt(place: &Place, digits: &str) -> Ran {
    verb(place, &["adopt", "--no-input", "--confirm", digits])
}

/// Every verb that reads the state of a run, without the plan and the site.
const READ_STATE: [&[&str]; 9] = [
    &["apply", "--no-input"],
    &["apply", "--no-input", "--confirm", "0123456789abcdef"],
    &["apply", "--resume", "--no-input"],
    &["undo", "--no-input", "--confirm", "0123456789abcdef"],
    &["status"],
    &["status", "--format", "json"],
    &["log"],
    &["log", "--format", "json"],
    &["purge"],
];

/// Every verb that reads it and names the plan by a flag.
const SAY_OF_A_RUN: [&[&str]; 2] =
    [&["record", "not-pressed", "nobody did"], &["record", "restored", "from the backup of this morning"]];

/// Each of them with its plan and its site.
fn all_that_read_state() -> Vec<Vec<&'static str>> {
    let of = READ_STATE.iter().map(|words| [*words, &[PLAN, "--site", SITE]].concat());
    let said = SAY_OF_A_RUN.iter().map(|words| [*words, &["--plan", PLAN, "--site", SITE, "--who", "jo"]].concat());
    of.chain(said).collect()
}

#[test]
fn state_that_came_with_a_repository_writes_nothing_and_says_so() {
    let place = Place::new();
    let confirmed = place.digest();
    place.confirm(&confirmed).ends(0, &[]);
    // What somebody committed: the journal's first line and the confirmation, as any hand can write them.
    let journal = fs::read_to_string(place.journal()).unwrap();
    let (begin, _) = unmarked(journal.lines().next().unwrap(), None, Purpose::Journal);
    let confirmation = fs::read_to_string(place.confirmations()).unwrap();
    let (confirmation, _) = unmarked(confirmation.lines().next().unwrap(), None, Purpose::Confirmation);
    let forged = "0".repeat(64);
    for end in ["}".to_owned(), format!(r#","mark":"{forged}"}}"#)] {
        let clone = Place::new();
        let before = clone.read(SITE);
        fs::create_dir(clone.path(".plan")).unwrap();
        own(&clone.path(".plan"), 0o700);
        fs::write(clone.journal(), format!("{}{end}\n", begin.strip_suffix('}').unwrap())).unwrap();
        fs::write(clone.confirmations(), format!("{}{end}\n", confirmation.strip_suffix('}').unwrap())).unwrap();
        let kept = fs::read_to_string(clone.journal()).unwrap();
        // What a run would have kept of the site as it was, which is not anybody's to remove on the word of a repository.
        with_before(&clone);
        for words in all_that_read_state() {
            clone.run(&words).ends(12, &["is not proven to belong to this user and this machine", "plan adopt"]);
        }
        clone.confirm(&confirmed).ends(12, &["is not proven to belong to this user and this machine"]);
        verb(&clone, &["adopt", "--no-input"]).ends(12, &["the run was not confirmed"]);
        assert!(amc_plan::apply::state_file(&clone.path(".plan"), SITE, "before.site.ndjson").exists());
        assert_eq!((clone.read(SITE), fs::read_to_string(clone.journal()).unwrap()), (before, kept));
        // Without its journal the confirmation counts for nothing either.
        fs::remove_file(clone.journal()).unwrap();
        clone.confirm(&confirmed).ends(12, &["but has no mark of this machine's key"]);
    }
}

#[test]
fn a_run_of_an_earlier_build_is_adopted_then_finished_or_taken_back() {
    for finish in [true, false] {
        let place = earlier("part-way");
        with_before(&place);
        let (digest, site) = (digest(&place), place.read(SITE));
        verb(&place, &["apply", "--resume"]).ends(
            12,
            &["has no mark", "3 changes"]
                .map(|word| if word == "3 changes" { "has 2 of 7 changes in place" } else { word }),
        );
        let shown = verb(&place, &["adopt", "--no-input"]);
        shown.ends(12, &["the run was not confirmed"]);
        for word in [&digest[..], "1 charging-guard", "in place: change 2", "has 2 of 7 changes in place"] {
            assert!(shown.out.contains(word), "{word}: {shown:#?}");
        }
        adopt(&place, "00000000").ends(12, &[]);
        verb(&place, &["apply", "--resume"]).ends(12, &[]);
        assert_eq!(place.read(SITE), site);
        adopt(&place, &digest[..8]).ends(0, &[]);
        adopt(&place, &digest[..8]).ends(0, &[]);
        assert!(fs::read_to_string(place.journal()).unwrap().contains(r#""adopted""#));
        if finish {
            verb(&place, &["apply", "--resume"]).ends(0, &[]);
            assert!(place.run(&["log", PLAN, "--site", SITE]).out.contains("taken over on this machine"));
        } else {
            verb(&place, &["undo", "--confirm", &digest[..8]]).ends(0, &[]);
            assert_eq!(place.read(SITE), fs::read_to_string(kept_site()).unwrap());
        }
    }
}

#[test]
fn past_the_barrier_a_run_is_adopted_whatever_is_missing_and_ends_unverified() {
    let place = earlier("past-the-barrier");
    // Its window is no part of what was confirmed for the staging copy.
    place.edit(PLAN, "2026-12-02 06:00", "2099-12-02 06:00");
    let digest = digest(&place);
    verb(&place, &["status"]).ends(12, &["is past *Run Migration*"]);
    let shown = adopt(&place, &digest[..8]);
    shown.ends(0, &[]);
    assert!(shown.out.contains("the reading from before the run is missing here"), "{shown:#?}");
    let ran = verb(&place, &["apply", "--resume", "--no-input"]);
    ran.ends(20, &["do not press it again"]);
    crate::earlier::looked_up_again(&place);
    crate::guided::migrated(&place, true, 30);
    let record =
        |words: &[&str]| place.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(0, &[]);
    record(&["sign-in", "again"]);
    // Nobody can say that everybody kept what they had: a person says what they saw, and the run ends with 21.
    verb(&place, &["apply", "--resume", "--no-input"]).ends(20, &["is no longer kept here", "review-contacts"]);
    record(&["step", "review-contacts", "the ten contacts are as they were"]);
    verb(&place, &["apply", "--resume", "--no-input"]).ends(20, &["maintenance mode is on"]);
    crate::guided::migrated(&place, false, 40);
    verb(&place, &["apply", "--resume", "--no-input"]).ends(20, &["not seen yet"]);
    for (at, (form, _)) in crate::guided::FORMS.iter().enumerate() {
        let transaction = format!("txn_9{at}");
        record(&["purchase", form, "--saw", "order,content,welcome-email,new-user", "--transaction", &transaction]);
    }
    verb(&place, &["apply", "--resume", "--no-input"]).ends(21, &["it is not verified", "is no longer kept here"]);
    assert!(!place.path("bloom-coaching.rehearsal.json").exists(), "what nobody compared is no rehearsal");
}

#[test]
fn a_run_of_another_machine_is_another_key_s() {
    let place = Place::new();
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let there = |words: &[&str]| -> Ran {
        let mut command = place.command(&[words, &[PLAN, "--site", SITE]].concat());
        command.env("PLAN_STATE_HOME", elsewhere.path()).output().unwrap().into()
    };
    there(&["apply", "--resume", "--no-input"])
        .ends(12, &["does not have the mark of this machine's key", "plan adopt"]);
    there(&["adopt", "--no-input", "--confirm", &digest[..8]]).ends(0, &[]);
    there(&["apply", "--resume", "--no-input"]).ends(20, &["start-verification"]);
    // And it is not the first machine's any more.
    verb(&place, &["status"]).ends(12, &["does not have the mark of this machine's key"]);
    // A line that is put behind its own by a hand without the key is refused.
    adopt(&place, &digest[..8]).ends(0, &[]);
    let text = fs::read_to_string(place.journal()).unwrap();
    let previous = amc_plan::model::digest::of_bytes(text.lines().last().unwrap().as_bytes());
    let line = format!(r#"{{"version":2,"at":"2026-11-28T10:00:00Z","event":"undo","previous":"{previous}"}}"#);
    fs::write(place.journal(), format!("{text}{line}\n")).unwrap();
    verb(&place, &["apply", "--resume"]).ends(12, &["has no mark"]);
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_others_can_write_to_is_refused_by_name() {
    let place = Place::new();
    let digest = place.digest();
    own(&place.path(".plan"), 0o777);
    place.confirm(&digest).ends(12, &["`.plan` can be changed by other users (mode 777)", "chmod go-w .plan"]);
    own(&place.path(".plan"), 0o700);
    own(&place.confirmations(), 0o666);
    place.confirm(&digest).ends(12, &["confirmations.ndjson` can be changed by other users"]);
    own(&place.confirmations(), 0o600);
    place.confirm(&digest).ends(0, &[]);
}

#[test]
fn a_certificate_that_nobody_proves_opens_no_live_site() {
    let place = crate::guided::rehearsed();
    let certificate = "bloom-coaching.rehearsal.json";
    let kept = place.read(certificate);
    crate::guided::copied(&place);
    let apply = || place.run(&["apply", PLAN, "--site", "live.site.ndjson", "--on", "live", "--no-input"]);
    let mut value: serde_json::Value = serde_json::from_str(&kept).unwrap();
    value.as_object_mut().unwrap().remove("mark").unwrap();
    let without = value.to_string();
    value["mark"] = "0".repeat(64).into();
    for forged in [without, value.to_string(), kept.edited_once(r#""seconds": "#, r#""seconds": 1"#)] {
        fs::write(place.path(certificate), forged).unwrap();
        apply().ends(13, &["does not have the mark of this machine's key", "minisign -S -m"]);
    }
    fs::write(place.path(certificate), &kept).unwrap();
    apply().ends(13, &["was not typed out"]);
}

#[test]
fn a_resumed_run_is_held_to_the_limits_and_to_its_seals_end_and_undone_in_spite_of_both() {
    let place = Place::new();
    let before = place.read(SITE);
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    place.apply(&["--seal", "bloom-coaching.seal.json"]).ends(0, &[]);
    // As it was cut off after two changes: the site as far, and nothing but the seal that confirmed it.
    let journal = fs::read_to_string(place.journal()).unwrap();
    let done = journal.lines().position(|line| line.contains(r#"{"done":{"change":1}}"#)).unwrap();
    let cut: String = journal.lines().take(done + 1).map(|line| format!("{line}\n")).collect();
    fs::write(place.journal(), cut).unwrap();
    let changes: Vec<amc_plan::change::Change> = {
        let (line, _) = unmarked(journal.lines().next().unwrap(), None, Purpose::Journal);
        let begin: serde_json::Value = serde_json::from_str(&line).unwrap();
        serde_json::from_value(begin["event"]["begin"]["changes"].clone()).unwrap()
    };
    let file = amc_plan::site::snapshot_file::SnapshotFile::read(before.as_bytes()).unwrap();
    let mut state = file.snapshot().state.clone();
    changes[..2].iter().for_each(|change| amc_plan::change::apply(&mut state, change).unwrap());
    let part_way = file.text_with(&state);
    fs::write(place.path(SITE), &part_way).unwrap();
    fs::write(place.path("plan.toml"), "[limits]\nchanges = 3\n").unwrap();
    let limited = verb(&place, &["apply", "--resume", "--no-input"]);
    limited.ends(20, &["3"]);
    assert!(place.read(SITE) == part_way);
    fs::remove_file(place.path("plan.toml")).unwrap();
    // The same seal, kept by us, and over since long.
    let kept = place.path(".plan/seals.ndjson");
    let (line, ours) = unmarked(fs::read_to_string(&kept).unwrap().trim(), Some(&crate::place::key()), Purpose::Seal);
    assert!(ours);
    let mut sealed: serde_json::Value = serde_json::from_str(&line).unwrap();
    let mut seal: serde_json::Value = serde_json::from_str(sealed["text"].as_str().unwrap()).unwrap();
    seal.as_object_mut().unwrap().shift_remove("seal");
    (seal["created"], seal["expires"]) = ("2026-01-01T00:00:00Z".into(), "2026-01-02T00:00:00Z".into());
    seal["seal"] = amc_plan::model::digest::of(&seal).into();
    sealed["text"] = serde_json::to_string_pretty(&seal).unwrap().into();
    let line = amc_plan::trust::marked(&sealed.to_string(), &crate::place::key(), Purpose::Seal);
    fs::write(&kept, format!("{line}\n")).unwrap();
    verb(&place, &["apply", "--resume", "--no-input"]).ends(20, &["was valid until 2026-01-02T00:00:00Z"]);
    assert!(place.read(SITE) == part_way);
    verb(&place, &["undo", "--confirm", &digest(&place)[..8]]).ends(0, &[]);
    assert_eq!(place.read(SITE), before);
}

#[test]
fn state_that_git_tracks_is_refused_by_name_until_it_does_not() {
    let place = Place::new();
    let confirmed = place.digest();
    place.confirm(&confirmed).ends(0, &[]);
    let git = |words: &[&str]| {
        let ended = std::process::Command::new("git").args(words).current_dir(place.folder.path()).output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    };
    git(&["init", "-q"]);
    verb(&place, &["status"]).ends(0, &[]);
    let site = place.read(SITE);
    git(&["add", "-f", ".plan"]);
    let more = [["diff"], ["adopt"]].map(|verb| [&verb[..], &[PLAN, "--site", SITE]].concat());
    for words in all_that_read_state().into_iter().chain(more) {
        place.run(&words).ends(12, &["is tracked by git", "git rm -r --cached"]);
    }
    // Who holds the lock is told all the same, and that the rest is not read.
    let lock = verb(&place, &["lock", "status"]);
    lock.ends(0, &["attention", "is tracked by git"]);
    assert!(place.read(SITE) == site && place.journal().exists());
    git(&["rm", "-rq", "--cached", ".plan"]);
    verb(&place, &["undo", "--confirm", &confirmed]).ends(0, &[]);
}
