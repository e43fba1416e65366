//! Where the system knows owners, modes and links.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_state_folder_is_its_owners_alone() {
    let place = Place::new();
    fs::create_dir(place.path(".plan")).unwrap();
    fs::set_permissions(place.path(".plan"), fs::Permissions::from_mode(0o755)).unwrap();
    place.confirm(&place.digest()).ends(0, &[]);
    assert_eq!(mode(&place.path(".plan")), 0o700);
    assert_eq!(place.read(".plan/.gitignore"), "*\n");
    let all = place.state_files("");
    assert_eq!(all.len(), 7, "{all:?}");
    for path in all {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_link_in_the_state_folder_leads_nowhere() {
    let place = Place::new();
    let digest = place.digest();
    fs::write(place.path("precious"), "precious").unwrap();
    place.confirm(BOGUS).ends(12, &[]);
    let lock = place.state_files(".lock")[0].clone();
    for linked in [&lock, &place.journal()] {
        let _ = fs::remove_file(linked);
        symlink(place.path("precious"), linked).unwrap();
        place.confirm(&digest).ends(3, &["not a regular file"]);
        fs::remove_file(linked).unwrap();
    }
    fs::remove_file(place.confirmations()).unwrap();
    symlink(place.path("precious"), place.confirmations()).unwrap();
    place.run(&["diff", PLAN, "--site", SITE]).ends(3, &["not a regular file"]);
    fs::remove_dir_all(place.path(".plan")).unwrap();
    symlink(place.folder.path(), place.path(".plan")).unwrap();
    place.apply(&["--no-input"]).ends(12, &["`.plan` is a link"]);
    assert_eq!(place.read("precious"), "precious");
}

const NOBODY: u32 = 65_534;

fn is_root(place: &Place) -> bool {
    let owner = fs::metadata(place.path(PLAN)).unwrap();
    std::os::unix::fs::MetadataExt::uid(&owner) == 0 || place.path("plan-binary").exists()
}

/// Gives the folder to nobody, where this is root.
fn chown_all(place: &Place) {
    let mut all = vec![place.folder.path().to_owned()];
    while let Some(path) = all.pop().filter(|_| is_root(place)) {
        if path.is_dir() {
            all.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// As somebody who may not write everywhere: root is nobody for this.
fn as_anybody(place: &Place, command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    if !is_root(place) {
        return;
    }
    let copy = place.path("plan-binary");
    crate::place::copy_program(&copy);
    let state = place.path("state-of-nobody");
    fs::create_dir_all(&state).unwrap();
    fs::copy(place.home.path().join("machine.key"), state.join("machine.key")).unwrap();
    chown_all(place);
    let words: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let mut again = Command::new(copy);
    again.args(words).current_dir(place.folder.path()).env("NO_COLOR", "1").uid(NOBODY).gid(NOBODY);
    again.env("PLAN_STATE_HOME", state);
    *command = again;
}

#[test]
fn a_site_that_cannot_be_written_is_left_whole_and_the_run_can_be_resumed() {
    let place = Place::new();
    let site = format!("site/{SITE}");
    fs::create_dir(place.path("site")).unwrap();
    for name in [SITE, "bloom-coaching.population.ndjson"] {
        fs::rename(place.path(name), place.path("site").join(name)).unwrap();
    }
    let (digest, before) = (place.digest_of(PLAN, &site), place.read(&site));
    let words = ["apply", PLAN, "--site", &site, "--confirm", &digest];
    let mut command = place.command(&words);
    as_anybody(&place, &mut command);
    let mut unwritable = || {
        fs::set_permissions(place.path("site"), fs::Permissions::from_mode(0o555)).unwrap();
        let ran: crate::place::Ran = command.output().unwrap().into();
        fs::set_permissions(place.path("site"), fs::Permissions::from_mode(0o755)).unwrap();
        ran
    };
    // Where the site cannot be locked nothing begins.
    unwritable().ends(3, &["state folder beside", "make that folder writable"]);
    assert_eq!((place.read(&site), place.state_files("journal.ndjson").len()), (before.clone(), 0));
    // Where it was locked once, the lock is there, and the site alone cannot be written.
    let mut bogus = place.command(&["apply", PLAN, "--site", &site, "--confirm", BOGUS]);
    as_anybody(&place, &mut bogus);
    crate::place::Ran::from(bogus.output().unwrap()).ends(12, &[]);
    let ran = unwritable();
    ran.ends(20, &["stopped at change 1 of 7", "cannot write"]);
    assert!(ran.out.contains("0 of 7 changes in place"), "{ran:?}");
    assert_eq!(place.read(&site), before);
    let mut resumed = place.command(&["apply", PLAN, "--site", &site, "--resume"]);
    as_anybody(&place, &mut resumed);
    crate::place::Ran::from(resumed.output().unwrap()).ends(0, &[]);
}

#[test]
fn without_a_state_folder_nothing_begins() {
    let place = Place::new();
    let before = place.read(SITE);
    let mut command = place.command(&["apply", PLAN, "--site", SITE, "--no-input"]);
    as_anybody(&place, &mut command);
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let ran: crate::place::Ran = command.output().unwrap().into();
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    ran.ends(3, &["state folder"]);
    assert_eq!(place.read(SITE), before);
}

/// Runs with files limited to so many blocks of 512 bytes, as a full disk limits them, but for anybody.
fn limited(place: &Place, blocks: u64, words: &[&str]) -> crate::place::Ran {
    let script = format!("trap '' XFSZ; ulimit -f {blocks} || exit 99; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_plan")]).args(words);
    command.current_dir(place.folder.path()).env("NO_COLOR", "1").stdin(std::process::Stdio::null());
    command.env("PLAN_STATE_HOME", place.home.path());
    command.output().unwrap().into()
}

/// The system kills whoever writes more than it lets them, as `kill -9` does in the middle of a file.
#[test]
fn who_is_killed_while_a_site_is_written_into_a_new_file_leaves_nothing_of_it() {
    let place = Place::new();
    let names = || {
        let all = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        all.collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -c 0; ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_plan")]);
    command.args(["snapshot", "--site", SITE, "--out", "new.site.ndjson"]).current_dir(place.folder.path());
    let ended = command.env("PLAN_STATE_HOME", place.home.path()).output().unwrap();
    assert_eq!(ended.status.code(), None, "it was not killed: {ended:?}");
    assert_eq!(names(), before);
}

#[test]
fn a_full_disk_leaves_the_old_file_whole_at_every_size() {
    // Packed, the site is smaller than the journal, so that either can be what does not fit.
    let place = Place::new();
    let site = format!("{SITE}.zst");
    let whole = SnapshotFile::read(place.read(SITE).as_bytes()).unwrap().into_snapshot();
    amc_plan::site::file::save(&place.path(&site), whole).unwrap();
    let (digest, before) = (place.digest_of(PLAN, &site), fs::read(place.path(&site)).unwrap());
    let words = ["apply", PLAN, "--site", &site, "--confirm", &digest];
    // What is kept of the site before the run does not fit: nothing has begun.
    limited(&place, 1, &words).ends(3, &["too large"]);
    assert_eq!((fs::read(place.path(&site)).unwrap(), place.state_files("journal.ndjson").len()), (before.clone(), 0));
    place.run(&words).ends(0, &[]);
    let [journal] = &place.state_files("journal.ndjson")[..] else { panic!("one journal") };
    let begin = format!("{}\n", fs::read_to_string(journal).unwrap().lines().next().unwrap());
    let resume = ["apply", PLAN, "--site", &site, "--resume"];
    let mut met = std::collections::BTreeSet::new();
    for blocks in [1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] {
        fs::write(place.path(&site), &before).unwrap();
        fs::write(journal, &begin).unwrap();
        let ran = limited(&place, blocks, &resume);
        let began = ran.out.contains("in place");
        met.insert((ran.code.unwrap(), began));
        // A run is begun: whatever is written, no code says that nothing could be run.
        match (ran.code, began) {
            (Some(20), false) => {
                assert!(fs::read(place.path(&site)).unwrap() == before, "{blocks}");
                place.run(&resume).ends(0, &[]);
            }
            (Some(20), true) => {
                place.run(&["check", PLAN, "--site", &site]).ends(0, &[]);
                // A run whose changes are all in place is in nobody's way.
                let whole = ran.out.contains("7 changes in place on");
                place.run(&words).ends(if whole { 0 } else { 20 }, &[]);
                place.run(&resume).ends(0, &[]);
            }
            (code, _) => assert_eq!(code, Some(0), "{blocks}: {ran:?}"),
        }
        let left = fs::read_dir(place.folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".tmp"));
        assert_eq!(left.count(), 0);
        place.run(&["diff", PLAN, "--site", &site, "--exit-code"]).ends(0, &[]);
    }
    assert_eq!(met, [(0, true), (20, false), (20, true)].into(), "each of them was met");
}
