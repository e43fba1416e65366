//! A second user of this machine: their run is adopted into files of one's own, and their lock is respected.
//!
//! Only the system's administrator can give files away and run a program as somebody else; anybody else skips these tests, loudly.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::place::{PLAN, Place, Ran, SITE};

/// The user that nobody is.
const OTHER: u32 = 65_534;

/// Whether there can be a second user here.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn can_give_away() -> bool {
    let probe = tempfile::NamedTempFile::new().unwrap();
    let can = chown(probe.path(), Some(OTHER), Some(OTHER)).is_ok();
    if !can {
        eprintln!(
            "SKIPPED: only the system's administrator can give a file to a second user, so nothing is tested here"
        );
    }
    can
}

/// Gives a folder with all that lies in it to the second user.
fn give(path: &Path) {
    for entry in fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { give(&entry) } else { std::os::unix::fs::lchown(&entry, Some(OTHER), Some(OTHER)).unwrap() }
    }
    chown(path, Some(OTHER), Some(OTHER)).unwrap();
}

fn mode(path: &Path, bits: u32) {
    fs::set_permissions(path, Permissions::from_mode(bits)).unwrap();
}

fn verb(place: &Place, words: &[&str]) -> Ran {
    place.run(&[words, &[PLAN, "--site", SITE]].concat())
}

#[test]
fn a_colleagues_run_is_adopted_into_files_of_ones_own() {
    if !can_give_away() {
        return;
    }
    for bits in [0o700, 0o770, 0o777] {
        let place = Place::new();
        let digest = place.digest();
        place.confirm(&digest).ends(0, &[]);
        fs::write(place.path("outside"), "secret").unwrap();
        symlink("../outside", place.path(".plan/linked.before.site.ndjson")).unwrap();
        give(&place.path(".plan"));
        mode(&place.path(".plan"), bits);
        let site = place.read(SITE);
        for words in [&["apply", "--resume", "--no-input"][..], &["undo", "--confirm", &digest], &["status"], &["log"]]
        {
            verb(&place, words).ends(12, &["belongs to another user (number 65534", "plan adopt"]);
        }
        let shown = verb(&place, &["adopt", "--no-input"]);
        shown.ends(12, &["the run was not confirmed"]);
        assert!(shown.out.contains("belongs to another user") && shown.out.contains(&digest), "{shown:#?}");
        verb(&place, &["adopt", "--no-input", "--confirm", "00000000"]).ends(12, &[]);
        assert_eq!(fs::metadata(place.path(".plan")).unwrap().uid(), OTHER, "nothing is taken over unconfirmed");
        let adopted = verb(&place, &["adopt", "--no-input", "--confirm", &digest[..8]]);
        adopted.ends(0, &[]);
        assert!(adopted.out.contains("is kept as .plan.before-"), "{adopted:#?}");
        let own = |path: &Path| {
            let found = fs::symlink_metadata(path).unwrap();
            (found.uid() != OTHER, found.mode() & 0o777)
        };
        assert_eq!((own(&place.path(".plan")), own(&place.journal())), ((true, 0o700), (true, 0o600)));
        assert!(!place.path(".plan/linked.before.site.ndjson").is_symlink() && place.read("outside") == "secret");
        assert_eq!(place.read(SITE), site);
        verb(&place, &["status"]).ends(0, &[]);
        verb(&place, &["undo", "--confirm", &digest[..8]]).ends(0, &[]);
        // Whoever forgets forgets the contacts in both.
        let mut found = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let aside = found.find(|path| path.to_string_lossy().contains(".plan.before-")).unwrap();
        let kept = |folder: &Path| amc_plan::apply::state_file(folder, SITE, "before.population.ndjson").exists();
        assert!(kept(&aside));
        verb(&place, &["purge"]).ends(0, &[]);
        assert!(!kept(&aside) && !kept(&place.path(".plan")));
    }
}

#[test]
fn past_the_barrier_a_colleagues_run_is_adopted_even_where_git_tracks_it() {
    if !can_give_away() {
        return;
    }
    for tracked in [false, true] {
        let place = crate::guided::passed_barrier();
        give(&place.path(".plan"));
        let journal = fs::read_to_string(place.journal()).unwrap();
        let (line, _) =
            amc_plan::trust::unmarked(journal.lines().next().unwrap(), None, amc_plan::trust::Purpose::Journal);
        let begin: serde_json::Value = serde_json::from_str(&line).unwrap();
        let digest = begin["event"]["begin"]["digests"]["changes"].as_str().unwrap().to_owned();
        if tracked {
            for words in [&["init", "-q"][..], &["add", "-f", ".plan"]] {
                let ran = std::process::Command::new("git").args(words).current_dir(place.folder.path()).status();
                assert!(ran.unwrap().success());
            }
        }
        let said: &[&str] = if tracked { &["is tracked by git", "git rm -r --cached"] } else { &[] };
        verb(&place, &["adopt", "--no-input", "--confirm", &digest[..8]]).ends(0, said);
        if tracked {
            verb(&place, &["apply", "--resume", "--no-input"]).ends(12, &["is tracked by git"]);
        } else {
            verb(&place, &["apply", "--resume", "--no-input"]).ends(20, &[]);
        }
    }
}

/// `plan` as the second user, with a plan's folder and a key of their own.
fn as_other(plans: &Place, words: &[&str]) -> Ran {
    let home = plans.path("home");
    fs::create_dir_all(&home).unwrap();
    give(plans.folder.path());
    // The program may lie where the second user cannot look.
    let copy = plans.path("plan");
    if !copy.exists() {
        crate::place::copy_program(&copy);
        mode(&copy, 0o755);
    }
    let mut command = std::process::Command::new(&copy);
    command.args(words).current_dir(plans.folder.path()).env_clear().env("PLAN_STATE_HOME", home);
    command.stdin(std::process::Stdio::null()).uid(OTHER).gid(OTHER).output().unwrap().into()
}

#[test]
fn whoever_cannot_look_at_a_site_s_lock_is_told_14_and_writes_nothing() {
    if !can_give_away() {
        return;
    }
    // The site is everybody's to write; what a run of its owner left beside it is theirs.
    let lock = |site: &Place| amc_plan::apply::state_file(&site.path(".plan"), SITE, "lock");
    let note = |site: &Place| amc_plan::apply::state_file(&site.path(".plan"), SITE, "run.json");
    type Shut = fn(&Path, &Path, &Path);
    let folder: Shut = |folder, _, _| mode(folder, 0o700);
    let lock_file: Shut = |_, lock, _| mode(lock, 0o600);
    let note_file: Shut = |_, _, note| mode(note, 0o600);
    for shut in [folder, lock_file, note_file] {
        let site = Place::new();
        site.confirm(&site.digest()).ends(0, &[]);
        mode(site.folder.path(), 0o777);
        mode(&site.path(".plan"), 0o777);
        for file in
            fs::read_dir(site.folder.path()).unwrap().map(|entry| entry.unwrap().path()).filter(|file| file.is_file())
        {
            mode(&file, 0o666);
        }
        for path in [lock(&site), note(&site)] {
            mode(&path, 0o666);
        }
        shut(&site.path(".plan"), &lock(&site), &note(&site));
        let before = site.read(SITE);
        let mine = Place::new();
        let shared = site.path(SITE).display().to_string();
        let ran = as_other(&mine, &["apply", PLAN, "--site", &shared, "--no-input"]);
        ran.ends(14, &["belongs to another user (number 0)", "nothing was written"]);
        let ran = as_other(&mine, &["apply", PLAN, "--site", &shared, "--resume", "--no-input"]);
        ran.ends(14, &["belongs to another user"]);
        assert_eq!(site.read(SITE), before);
    }
}

#[test]
fn state_that_cannot_be_looked_into_is_named_and_not_taken_for_none() {
    if !can_give_away() {
        return;
    }
    let place = Place::new();
    place.confirm(&place.digest()).ends(0, &[]);
    give(place.folder.path());
    mode(place.folder.path(), 0o755);
    // The state is the administrator's, and shut.
    for path in [place.path(".plan"), place.journal()] {
        chown(&path, Some(0), Some(0)).unwrap();
    }
    mode(&place.path(".plan"), 0o700);
    let copy = place.path("plan");
    crate::place::copy_program(&copy);
    mode(&copy, 0o755);
    for words in [
        &["adopt", "--no-input"][..],
        &["status"],
        &["apply", "--resume", "--no-input"],
        &["undo", "--confirm", "00000000"],
    ] {
        let mut command = std::process::Command::new(&copy);
        command.args([words, &[PLAN, "--site", SITE]].concat()).current_dir(place.folder.path()).env_clear();
        command.env("PLAN_STATE_HOME", place.path("home")).stdin(std::process::Stdio::null()).uid(OTHER).gid(OTHER);
        let ran: Ran = command.output().unwrap().into();
        assert!(matches!(ran.code, Some(12 | 14)) && ran.err.contains("another user"), "{words:?}: {ran:#?}");
        assert!(ran.err.contains("number 0"), "{words:?}: {ran:#?}");
    }
}
