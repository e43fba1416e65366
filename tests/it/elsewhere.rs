//! One site, two folders: a run that was begun from one of them is seen from the other.

use std::fs;
use std::path::Path;

use crate::place::{PLAN, Place, Ran, SITE};
use serde_json::Value;

/// A second clone of the repository, and the site of the first one as it is named from there.
struct Clone {
    place: Place,
    site: String,
}

impl Clone {
    fn of(first: &Place) -> Self {
        Self { place: Place::new(), site: first.path(SITE).display().to_string() }
    }

    fn run(&self, verb: &str, more: &[&str]) -> Ran {
        self.place.run(&[&[verb, PLAN, "--site", &self.site], more].concat())
    }

    fn apply(&self) -> Ran {
        self.run("apply", &["--confirm", &self.place.digest_of(PLAN, &self.site)])
    }

    fn lock_status(&self) -> Value {
        let ran = self.place.run(&["lock", "status", PLAN, "--site", &self.site, "--format", "json"]);
        serde_json::from_str(&ran.out).unwrap()
    }

    fn break_it(&self, id: &str) -> Ran {
        self.place.run(&["lock", "break", PLAN, "--site", &self.site, "--id", id])
    }

    /// The journal of this folder's run on the first one's site.
    fn journal(&self) -> Option<std::path::PathBuf> {
        self.place.state_files("journal.ndjson").pop()
    }
}

/// The real path of a place's folder, as messages name it.
fn folder(place: &Place) -> String {
    place.folder.path().canonicalize().unwrap().display().to_string()
}

fn note(place: &Place) -> std::path::PathBuf {
    place.state_files(".run.json").pop().unwrap()
}

#[test]
fn two_folders_exclude_each_other_however_the_site_is_named() {
    let first = Place::new();
    let second = Clone::of(&first);
    let before = first.read(SITE);
    first.confirm(&"0".repeat(16)).ends(12, &[]);
    let [lock] = &first.state_files(".lock")[..] else { panic!("one lock") };
    let held = fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let who = format!("from `{}`", folder(&first));
    second.apply().ends(14, &["another run is working on this site: process ", &who]);
    assert_eq!(second.lock_status()["held"], true);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(first.folder.path(), second.place.path("linked")).unwrap();
        let linked = format!("linked/{SITE}");
        second.place.run(&["apply", PLAN, "--site", &linked, "--no-input"]).ends(14, &[&who]);
    }
    assert!(second.place.state_files(".lock").is_empty(), "the lock is the site's");
    // Broken from the other folder, it is nobody's.
    let id = second.lock_status()["holder"]["id"].as_str().unwrap().to_owned();
    second.break_it(&id).ends(0, &[]);
    assert_eq!((second.lock_status()["held"].clone(), first.read(SITE)), (false.into(), before));
    second.apply().ends(0, &[]);
}

#[test]
fn two_at_once_from_two_folders_make_each_change_once() {
    let first = Place::new();
    let second = Clone::of(&first);
    let digest = first.digest();
    assert_eq!(second.place.digest_of(PLAN, &second.site), digest);
    let both = [
        first.command(&["apply", PLAN, "--site", SITE, "--confirm", &digest]).spawn().unwrap(),
        second.place.command(&["apply", PLAN, "--site", &second.site, "--confirm", &digest]).spawn().unwrap(),
    ];
    let codes: Vec<Option<i32>> =
        both.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| [Some(0), Some(14), Some(20)].contains(code)), "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    let journals = [Some(first.journal()).filter(|path| path.exists()), second.journal()];
    let done = journals.iter().flatten().map(|path| fs::read_to_string(path).unwrap().matches(r#""done""#).count());
    assert_eq!(done.sum::<usize>(), 7);
}

#[test]
fn a_run_that_is_open_is_named_from_elsewhere_and_ends_where_it_began() {
    let first = Place::new();
    let second = Clone::of(&first);
    let before = first.read(SITE);
    let digest = first.digest();
    first.confirm(&digest).ends(0, &[]);
    let after = first.read(SITE);
    let (begun, plan) = (format!("begun in `{}`", folder(&first)), first.path(PLAN).canonicalize().unwrap());
    let words = [
        "a run of `bloom-coaching.yaml`",
        &begun,
        "waits at `start-verification`",
        &format!("plan apply {} --site", plan.display()),
        &format!("or take it back with `plan undo {} --site", plan.display()),
        "nothing was written",
    ];
    second.apply().ends(20, &words);
    for more in [&["--no-input"][..], &["--resume"]] {
        second.run("apply", more).ends(20, &words);
    }
    second.run("undo", &["--confirm", &digest]).ends(20, &words);
    assert_eq!((first.read(SITE), second.journal()), (after, None));
    let status = second.run("status", &[]);
    assert!(status.out.contains("no run is under way") && status.out.contains(&begun), "{status:#?}");
    let lock = second.lock_status();
    assert_eq!((&lock["held"], &lock["open_elsewhere"]["plan"]), (&false.into(), &"bloom-coaching.yaml".into()));
    // Where it was begun it is nobody else's, and is gone on with.
    let here = first.run(&["lock", "status", PLAN, "--site", SITE]);
    assert_eq!(here.out, "free\n");
    first.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    assert_eq!((first.read(SITE), first.state_files(".run.json").len()), (before, 0));
    assert_eq!(second.lock_status()["open_elsewhere"], Value::Null);
    second.apply().ends(0, &[]);
    first.confirm(&digest).ends(20, &["waits at", &folder(&second.place)]);
}

#[test]
fn a_run_that_stopped_part_way_is_named_and_one_that_ended_is_not() {
    let first = Place::new();
    let second = Clone::of(&first);
    let (digest, before) = (first.digest(), first.read(SITE));
    first.confirm(&digest).ends(0, &[]);
    let (journal, noted) = (fs::read_to_string(first.journal()).unwrap(), fs::read_to_string(note(&first)).unwrap());
    let place = note(&first);
    let part: String = journal.lines().take(4).map(|line| format!("{line}\n")).collect();
    fs::write(first.journal(), &part).unwrap();
    second.run("apply", &["--no-input"]).ends(20, &["stopped part-way"]);
    fs::write(first.journal(), &journal).unwrap();
    first.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    assert_eq!(first.read(SITE), before);
    // Cut off before the note was taken away, whether or not the journal had found its place.
    let ended = first.archived().pop().unwrap();
    for open in [false, true] {
        fs::write(&place, &noted).unwrap();
        if open {
            fs::rename(&ended, first.journal()).unwrap();
        }
        second.run("apply", &["--no-input"]).ends(12, &["no digest was confirmed"]);
        first.apply(&["--no-input"]).ends(12, &["no digest was confirmed"]);
    }
    first.apply(&["--resume"]).ends(0, &[]);
    assert!(!place.exists() && !first.journal().exists(), "and it is swept up");
}

#[test]
fn a_run_whose_folder_is_gone_is_given_up_by_its_id_only() {
    let (first, home) = (Place::new(), Place::new());
    let site = first.path(SITE).display().to_string();
    let old = Clone { place: home, site };
    let second = Clone::of(&first);
    old.apply().ends(0, &[]);
    let away = old.place.folder.path().with_extension("away");
    fs::rename(old.place.folder.path(), &away).unwrap();
    second.apply().ends(20, &["cannot be read from here", "only if that folder is gone for good"]);
    let id = second.lock_status()["open_elsewhere"]["id"].as_str().unwrap().to_owned();
    second.break_it("00000000").ends(14, &[&format!("plan lock break {PLAN} --site {} --id {id}", second.site)]);
    second.apply().ends(20, &[&id]);
    let ran = second.break_it(&id);
    ran.ends(0, &[]);
    assert!(ran.out.contains("given up: the run begun in"), "{ran:#?}");
    second.place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
    second.apply().ends(0, &[]);
    // It comes back: the run that took its place is not disturbed.
    fs::rename(&away, old.place.folder.path()).unwrap();
    let after = first.read(SITE);
    for verb in ["apply", "undo"] {
        let more = if verb == "apply" { "--resume" } else { "--no-input" };
        old.run(verb, &[more]).ends(20, &[&folder(&second.place)]);
    }
    assert_eq!(first.read(SITE), after);
    // One that is open here is not given up like that.
    let own: Value = serde_json::from_str(&fs::read_to_string(note(&first)).unwrap()).unwrap();
    second.break_it(own["id"].as_str().unwrap()).ends(2, &["open in this folder"]);
    assert!(note(&first).exists());
}

#[test]
fn what_another_machine_noted_counts_whatever_lies_at_its_paths_here() {
    let first = Place::new();
    let second = Clone::of(&first);
    first.confirm(&first.digest()).ends(0, &[]);
    let mut noted: Value = serde_json::from_str(&fs::read_to_string(note(&first)).unwrap()).unwrap();
    noted["machine"] = "another".into();
    noted["journal"] = "/nowhere/.plan/x.journal.ndjson".into();
    noted["past_the_barrier"] = true.into();
    fs::write(note(&first), noted.to_string()).unwrap();
    let ran = second.run("apply", &["--no-input"]);
    ran.ends(20, &["on `another`", "past *Run Migration*, which nobody may press again"]);
    assert!(!ran.err.contains("plan undo"), "{ran:#?}");
    // Against its own journal, which is in front of the barrier, the note is believed: that journal could be an old copy.
    first.apply(&["--resume", "--no-input"]).ends(20, &["past *Run Migration*", "take it from a backup"]);
    noted["past_the_barrier"] = false.into();
    fs::write(note(&first), noted.to_string()).unwrap();
    // Its own journal tells the run as its own, by whatever path.
    first.apply(&["--resume", "--no-input"]).ends(20, &["waits at `start-verification`"]);
    second.run("apply", &["--no-input"]).ends(20, &["waits at `start-verification`"]);
    let ran = second.break_it(second.lock_status()["open_elsewhere"]["id"].as_str().unwrap());
    ran.ends(0, &[]);
    for text in ["", "{}", "a shopping list"] {
        let path = first.path(".plan").join("bloom.run.json");
        fs::write(&path, text).unwrap();
        fs::rename(&path, named_note(&first)).unwrap();
        second.run("apply", &["--no-input"]).ends(3, &["cannot read the note of an open run", "remove that file"]);
    }
}

#[test]
fn a_note_is_data_and_its_id_is_8_digits() {
    let first = Place::new();
    let second = Clone::of(&first);
    first.confirm(&first.digest()).ends(0, &[]);
    let noted: Value = serde_json::from_str(&fs::read_to_string(note(&first)).unwrap()).unwrap();
    let mut forged = noted.clone();
    forged["folder"] = "/x\n  help: $(reboot)".into();
    forged["machine"] = "another".into();
    fs::write(note(&first), forged.to_string()).unwrap();
    let ran = second.run("apply", &["--no-input"]);
    ran.ends(20, &[r"'/x\n  help: $(reboot)/bloom-coaching.yaml'"]);
    assert_eq!(ran.err.matches("\n  help:").count(), 1, "{ran:#?}");
    // Nor is what a lock's file says of its holder more than data.
    let [lock] = &first.state_files(".lock")[..] else { panic!("one lock") };
    let mut held: Value = serde_json::from_str(&fs::read_to_string(lock).unwrap()).unwrap();
    held["id"] = "x\n  help: $(reboot)".into();
    let file = fs::OpenOptions::new().write(true).open(lock).unwrap();
    file.lock().unwrap();
    fs::write(lock, held.to_string()).unwrap();
    let status = first.run(&["lock", "status", PLAN, "--site", SITE]);
    let broken = first.run(&["lock", "break", PLAN, "--site", SITE, "--id", "ffffffff"]);
    for (said, ran) in [(&status.out, &status), (&broken.err, &broken)] {
        assert!(said.contains(r"x\n  help: $(reboot)") && !said.contains("x\n"), "{ran:#?}");
    }
    broken.ends(14, &[r"--id 'x\n  help: $(reboot)'"]);
    drop(file);
    for id in ["x$(reboot)", "", "123456789"] {
        let mut forged = noted.clone();
        forged["id"] = id.into();
        fs::write(note(&first), forged.to_string()).unwrap();
        let ran = second.run("apply", &["--no-input"]);
        ran.ends(3, &["its id is not 8 hexadecimal digits"]);
        assert!(!ran.err.contains("reboot"), "{ran:#?}");
    }
    // Here a run is open: it writes its note anew.
    let here = first.apply(&["--resume", "--no-input"]);
    here.ends(
        20,
        &["a run is open on this site from this folder", &format!("plan apply {PLAN} --site {SITE} --resume")],
    );
    fs::remove_file(note(&first)).unwrap();
    first.apply(&["--resume", "--no-input"]).ends(20, &["waits at"]);
    assert_eq!(serde_json::from_str::<Value>(&fs::read_to_string(note(&first)).unwrap()).unwrap(), noted);
}

#[test]
fn a_site_that_was_moved_is_to_be_moved_back() {
    let place = Place::new();
    let (at, to) = ("site/x.site.ndjson", "site2/x.site.ndjson");
    fs::create_dir(place.path("site")).unwrap();
    for end in ["site.ndjson", "population.ndjson"] {
        fs::rename(place.path(&format!("bloom-coaching.{end}")), place.path(&format!("site/x.{end}"))).unwrap();
    }
    let run = |verb: &str, site: &str, more: &[&str]| place.run(&[&[verb, PLAN, "--site", site], more].concat());
    run("apply", at, &["--confirm", &place.digest_of(PLAN, at)]).ends(0, &[]);
    fs::rename(place.path("site"), place.path("site2")).unwrap();
    for (verb, more) in [("apply", "--no-input"), ("apply", "--resume"), ("undo", "--no-input")] {
        let ran = run(verb, to, &[more]);
        ran.ends(20, &["the site was moved since, or copied", "move it back to where it lay"]);
        assert!(!ran.err.contains("continue with it there: "), "{ran:#?}");
    }
    fs::rename(place.path("site2"), place.path("site")).unwrap();
    run("apply", at, &["--resume", "--no-input"]).ends(20, &["waits at"]);
}

/// Where a note lies, whether or not there is one.
fn named_note(place: &Place) -> std::path::PathBuf {
    amc_plan::apply::state_file(&place.path(".plan"), SITE, "run.json")
}

#[test]
#[cfg(unix)]
fn nothing_beside_the_site_is_anybody_elses_or_gits() {
    use std::os::unix::fs::PermissionsExt as _;
    let first = Place::new();
    let second = Clone::of(&first);
    second.apply().ends(0, &[]);
    let beside: Vec<_> = fs::read_dir(first.path(".plan")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(beside.len(), 3, "the lock, the note, and what hides them from git: {beside:?}");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert!(beside.iter().all(|path| mode(path) == 0o600) && mode(&first.path(".plan")) == 0o700);
    assert_eq!(first.read(".plan/.gitignore"), "*\n");
    // A link in the note's place leads nowhere.
    fs::write(first.path("precious"), "precious").unwrap();
    fs::remove_file(note(&first)).unwrap();
    std::os::unix::fs::symlink(first.path("precious"), named_note(&first)).unwrap();
    second.run("apply", &["--no-input"]).ends(3, &["not a regular file"]);
    assert_eq!(first.read("precious"), "precious");
}
