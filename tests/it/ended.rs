//! What an exit code says after a run was begun, whatever became of its output and its files.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use super::common::{copy_of_plans, plan};
use super::place::{PLAN, Place, Ran, SITE};
use crate::place::Edited;

/// Runs it with its output into a disk that is full.
fn into_a_full_disk(place: &Place, words: &[&str]) -> Ran {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    place.command(words).stdout(full()).output().unwrap().into()
}

/// Runs it with its output into a pipe that nobody reads.
fn into_a_broken_pipe(place: &Place, words: &[&str]) -> Ran {
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    place.command(words).stdout(Stdio::from(write)).output().unwrap().into()
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_words_are_lost_never_says_that_nothing_was_done() {
    let place = Place::new();
    let digest = place.digest();
    let ran = into_a_full_disk(&place, &["apply", PLAN, "--site", SITE, "--confirm", &digest]);
    ran.ends(21, &["it was done, but its output could not be written"]);
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
    let ran = into_a_full_disk(&place, &["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    ran.ends(21, &["it was done, but its output could not be written"]);
    // Before anything was begun it could not be run.
    into_a_full_disk(&place, &["check", PLAN, "--site", SITE]).ends(3, &["cannot write"]);
}

#[test]
fn who_stops_reading_changes_nothing_of_a_run_and_the_code_says_what_became_of_it() {
    let place = Place::new();
    let digest = place.digest();
    let apply = ["apply", PLAN, "--site", SITE, "--confirm", &digest];
    into_a_broken_pipe(&place, &apply).ends(0, &[]);
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
    into_a_broken_pipe(&place, &["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    place.edit(PLAN, "emails: {", "emails: {enabled: false, ");
    into_a_broken_pipe(&place, &["check", PLAN, "--site", SITE]).ends(1, &[]);
}

#[test]
fn what_could_not_be_shown_whole_confirms_nothing() {
    let place = Place::new();
    into_a_broken_pipe(&place, &["diff", PLAN, "--site", SITE]).ends(0, &[]);
    assert!(!place.confirmations().exists());
}

#[test]
fn how_long_contacts_are_kept_is_said_until_they_are_removed() {
    let place = Place::new();
    let kept = || {
        let out = place.run(&["status", PLAN, "--site", SITE]).out;
        out.lines().find(|line| line.contains("contacts included")).map(str::to_owned)
    };
    assert_eq!(kept(), None);
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    let what = "the site as it was before, contacts included, is kept here";
    let purge = format!("`plan purge {PLAN} --site {SITE}` removes it");
    assert_eq!(kept().unwrap(), format!("{what} since today; the run needs it; once it is over {purge}"));
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    let before = File::options().append(true).open(&place.state_files("before.site.ndjson")[0]).unwrap();
    for (days, said) in [
        (1, format!("{what} for 1 day; {purge}")),
        (30, format!("{what} for 30 days; {purge}")),
        (31, format!("attention, longer than 30 days: {what} for 31 days; {purge}")),
    ] {
        before.set_modified(SystemTime::now() - Duration::from_hours(24 * days)).unwrap();
        assert_eq!(kept().unwrap(), said);
    }
    // A clock that was set back makes nothing younger than today.
    before.set_modified(SystemTime::now() + Duration::from_hours(48)).unwrap();
    assert_eq!(kept().unwrap(), format!("{what} since today; {purge}"));
    place.run(&["purge", PLAN, "--site", SITE]).ends(0, &[]);
    assert_eq!(kept(), None);
}

#[test]
fn a_resume_without_the_reading_before_is_not_verified() {
    let place = Place::new();
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    // The changes are in place, and their verification was cut off.
    let lines = fs::read_to_string(place.journal()).unwrap();
    let kept: String = lines.lines().filter(|line| !line.contains("passed")).map(|line| format!("{line}\n")).collect();
    fs::write(place.journal(), kept).unwrap();
    let before = place.state_files("before.site.ndjson")[0].clone();
    fs::rename(&before, place.path("kept")).unwrap();
    place.apply(&["--resume"]).ends(21, &["applied, but not verified"]);
    fs::rename(place.path("kept"), &before).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
}

#[test]
fn an_undo_whose_last_file_cannot_be_removed_says_what_was_done() {
    let place = Place::new();
    let digest = place.digest();
    let untouched = place.read(SITE);
    place.confirm(&digest).ends(0, &[]);
    // The note beside the site cannot be replaced or taken away: a folder stands in its place.
    let note = place.state_files("run.json")[0].clone();
    fs::remove_file(&note).unwrap();
    fs::create_dir_all(note.join("in the way")).unwrap();
    let undo = ["undo", PLAN, "--site", SITE, "--confirm", &digest];
    let ran = place.run(&undo);
    assert!(matches!(ran.code, Some(20 | 21)), "{ran:?}");
    assert!(!ran.err.contains("nothing was"), "{ran:?}");
    fs::remove_dir_all(&note).unwrap();
    place.run(&undo).ends(0, &[]);
    assert_eq!(place.read(SITE), untouched);
}

#[test]
fn a_hint_for_live_says_so() {
    let folder = copy_of_plans();
    let site = fs::read_to_string(folder.path().join("bloom-coaching.site.ndjson")).unwrap();
    let live = site.edited(r#""host":"staging.bloom.example""#, r#""host":"bloom.example""#);
    fs::write(folder.path().join("live.site.ndjson"), amc_plan::site::file::seal(&live).unwrap()).unwrap();
    let ran = plan(folder.path(), &["diff", "bloom-coaching.yaml", "--site", "live.site.ndjson", "--on", "live"]);
    assert!(
        ran.out.contains("plan check bloom-coaching.yaml --site live.site.ndjson --on live"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn an_attestation_is_counted() {
    let folder = copy_of_plans();
    let path = folder.path().join("bloom-coaching.site.ndjson");
    let site = fs::read_to_string(&path).unwrap();
    let without: String =
        site.lines().filter(|line| !line.contains(r#""kind":"emails""#)).map(|line| format!("{line}\n")).collect();
    let without = without.edited(r#""emails":{"how":"bridge"}"#, r#""emails":{"missing":"not read"}"#);
    fs::write(&path, amc_plan::site::file::seal(&without).unwrap()).unwrap();
    let facts = || {
        let words = ["check", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--format", "json"];
        let ran = plan(folder.path(), &words);
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.out));
        ["captured", "attested", "recorded", "unknown"].map(|how| report["evidence"][how].as_u64().unwrap())
    };
    assert_eq!(facts()[1..], [2, 0, 1]);
    let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
    let saw = ["record", "saw", "emails", "enabled=yes", "welcome=purchases-and-opt-ins"];
    let said = plan(folder.path(), &[&saw, &by[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    // The section, and each of its two fields; of two more fields it is known now that nobody said them, which is a warning's lack.
    assert_eq!(facts()[1..], [5, 0, 2]);
    // The settings can take none for a rule, under the name of an earlier version too.
    for table in ["attestations", "words"] {
        fs::write(folder.path().join("plan.toml"), format!("[{table}]\nrefuse = [\"emails-off\"]\n")).unwrap();
        assert_eq!(facts()[1..], [3, 0, 4], "{table}");
    }
}

/// Without the reading from before the run only its own changes can be compared: it is said, and no end is well.
#[test]
fn a_resume_whose_reading_from_before_is_gone_ends_unverified_and_says_so() {
    let place = Place::new();
    place.confirm(&place.digest()).ends(0, &[]);
    place.run(&["purge", PLAN, "--site", SITE]).ends(0, &[]);
    let only = "it is not verified: the reading of the members from before the run is no longer kept here, or was changed, so only \
    the run's own changes were compared";
    let resume = format!("`plan apply {PLAN} --site {SITE} --resume`");
    place.apply(&["--resume", "--through", "configure"]).ends(21, &[only, &resume]);
    // A run that stopped part-way is finished first, and is no better off.
    for gone in ["site.ndjson", "population.ndjson"] {
        let place = Place::new();
        place.confirm(&place.digest()).ends(0, &[]);
        let journal = fs::read_to_string(place.journal()).unwrap();
        let cut: String = journal.split_inclusive('\n').take(journal.lines().count() - 1).collect();
        fs::write(place.journal(), cut).unwrap();
        let kept = place.state_files(&format!("before.{gone}"));
        assert_eq!(kept.len(), 1);
        fs::remove_file(&kept[0]).unwrap();
        place.apply(&["--resume", "--through", "configure"]).ends(21, &["not verified", "--resume`"]);
        place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
    }
}

#[test]
fn a_run_that_has_written_never_says_that_nothing_was_written() {
    let place = crate::guided::configured();
    let digest = {
        let status = place.run(&["status", PLAN, "--site", SITE, "--format", "json"]);
        let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
        status["digest"].as_str().unwrap().to_owned()
    };
    let site = place.read(SITE);
    for broken in [None, Some("no site"), Some("")] {
        match broken {
            Some(text) => fs::write(place.path(SITE), text).unwrap(),
            None => fs::remove_file(place.path(SITE)).unwrap(),
        }
        place.apply(&["--resume"]).ends(20, &["stopped: "]);
        place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(20, &["stopped: "]);
    }
    fs::write(place.path(SITE), site).unwrap();
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
}

/// What each verb writes that is there for what it writes, and the file that shows that it did.
#[cfg(target_os = "linux")]
const WRITES: [(&[&str], &str); 19] = [
    (&["record", "saw", "emails", "enabled=yes"], "bloom-coaching.record.ndjson"),
    (&["record", "step", "push", "pushed"], "bloom-coaching.record.ndjson"),
    (&["record", "sign-in", "in another browser"], "bloom-coaching.record.ndjson"),
    (&["record", "verification", "lines.txt", "--host", "staging.bloom.example"], "bloom-coaching.record.ndjson"),
    (&["record", "ack", "1", "known"], "bloom-coaching.record.ndjson"),
    (&["record", "decision", "go-on", "all is well"], "bloom-coaching.record.ndjson"),
    (&["record", "outside-window", "agreed"], "bloom-coaching.record.ndjson"),
    (&["record", "merge-list", "--cloned", SITE, "--live", SITE], ""),
    (&["upgrade", "earlier.yaml"], ""),
    (&["seal", PLAN, "--site", SITE], "bloom-coaching.seal.json"),
    (&["snapshot", "finalize", SITE], SITE),
    (&["snapshot", "import", SITE, "--plan", PLAN, "--yes"], ""),
    (&["init", "--site", SITE, "--live", "https://bloom.example", "--out", "new.yaml"], "new.yaml"),
    (&["example", "example"], "example"),
    (&["schema", "--write", "schemas"], "schemas"),
    (&["man", "man"], "man"),
    (&["runbook", PLAN, "--site", SITE, "--out", "page.html"], "page.html"),
    (&["snapshot", "--site", SITE, "--out", "copy.ndjson"], "copy.ndjson"),
    (&["purge", PLAN, "--site", SITE], ""),
];

#[cfg(target_os = "linux")]
#[test]
fn a_verb_that_wrote_never_says_that_it_could_not_be_run() {
    let place = Place::new();
    place.confirm(&place.digest()).ends(0, &[]);
    fs::write(place.path("lines.txt"), "one ! line\n").unwrap();
    let earlier = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier");
    let earlier =
        fs::read_dir(earlier).unwrap().map(|entry| entry.unwrap().path().join(PLAN)).find(|plan| plan.exists());
    fs::copy(earlier.unwrap(), place.path("earlier.yaml")).unwrap();
    let mut done = 0;
    for (words, file) in WRITES {
        let by: &[&str] = if words[0] == "record" { &["--plan", PLAN, "--who", "jo"] } else { &[] };
        let written = |file: &str| fs::read(place.path(file)).ok();
        let (before, plan) = (written(file), written("earlier.yaml"));
        let ran = into_a_full_disk(&place, &[words, by].concat());
        if ran.code == Some(2) {
            // Not to be said of this run; then nothing is written.
            assert_eq!(written(file), before, "{ran:?}");
            continue;
        }
        done += 1;
        // Who says everything on the other stream lost nothing.
        assert!(matches!(ran.code, Some(0 | 21)), "{words:?} {ran:?}");
        if ran.code == Some(21) {
            ran.ends(21, &["it was done, but its output could not be written", "help: check what was done"]);
        }
        assert!(file.is_empty() || place.path(file).exists(), "{words:?} {ran:?}");
        assert!(!file.ends_with("record.ndjson") || written(file) != before, "{words:?} {ran:?}");
        assert!(words[0] != "upgrade" || written("earlier.yaml") != plan && ran.code == Some(21), "{ran:?}");
        assert!(words[0] != "purge" || place.state_files("before.site.ndjson").is_empty() && ran.code == Some(21));
    }
    assert!(done >= 15, "{done}");
    // What is there for what it says could not be run.
    for words in [&["upgrade", PLAN, "--dry-run"][..], &["schema", "plan"], &["status", PLAN, "--site", SITE]] {
        into_a_full_disk(&place, words).ends(3, &["cannot write"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_tour_that_nobody_can_see_says_so_and_where_its_files_are() {
    let place = Place::new();
    let ran = into_a_full_disk(&place, &["tour", "first"]);
    ran.ends(21, &["its output cannot be written", "its files are in `first`"]);
    assert!(!ran.err.contains("left no confirmation") && place.path("first/plans").exists(), "{ran:#?}");
    into_a_broken_pipe(&place, &["tour", "second"]).ends(0, &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_not_shown_is_not_acknowledged() {
    use crate::guided::{PHRASE, configured, on, record, verified};
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let words = ["apply", PLAN, "--site", SITE, "--resume", "--no-input", "--acknowledge", PHRASE];
    let not_shown = "could not be shown, so nobody can acknowledge it";
    into_a_full_disk(&place, &words).ends(20, &[not_shown]);
    into_a_broken_pipe(&place, &words).ends(20, &[not_shown]);
    Ran::from(place.command(&words).stdout(Stdio::null()).output().unwrap()).ends(20, &[not_shown]);
    let closed = "exec \"$0\" \"$@\" >&-";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", closed, env!("CARGO_BIN_EXE_plan")]).args(words).current_dir(place.folder.path());
    let shell = shell.env("PLAN_STATE_HOME", place.home.path()).stderr(Stdio::piped());
    Ran::from(shell.output().unwrap()).ends(20, &[not_shown]);
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("barrier-passed"));
    on(&place).ends(20, &["--acknowledge"]);
    place.run(&words).ends(20, &["press it now, once"]);
    assert!(fs::read_to_string(place.journal()).unwrap().contains("barrier-passed"));
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_at_the_prompt_of_the_barrier_ends_it_at_once_with_nothing_written() {
    use crate::guided::{configured, on, record, verified};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::Read as _;
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let mut options = File::options();
    let no_terminal_of_ours = rustix::fs::OFlags::NOCTTY.bits().cast_signed();
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_terminal_of_ours);
    let stdin = options.read(true).write(true).open(name).unwrap();
    let mut command = place.command(&["apply", PLAN, "--site", SITE, "--resume"]);
    let mut child = command.stdin(Stdio::from(stdin)).spawn().unwrap();
    let (mut out, mut said) = (child.stdout.take().unwrap(), Vec::new());
    while !String::from_utf8_lossy(&said).contains("anything else to stop here: ") {
        let mut some = [0; 4096];
        let read = out.read(&mut some).unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&said));
        said.extend(&some[..read]);
    }
    let journal = fs::read(place.journal()).unwrap();
    let process = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let began = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed().as_secs() > 20 {
            child.kill().unwrap();
            panic!("it waits for an answer that nobody gives");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Ran::from(child.wait_with_output().unwrap()).ends(130, &["interrupted", "--resume", "nothing is lost"]);
    assert_eq!(fs::read(place.journal()).unwrap(), journal);
    // Its lock is free, and it is asked again.
    on(&place).ends(20, &["--acknowledge"]);
}
