//! What comes between reading and writing: another copy of the site at its address, and an update of a plugin that keeps a value in another
//! shape. What was confirmed is made there where it is what was read, and nowhere else.

use std::process::Command;

use super::faults::Trial;
use super::*;

const EMAILS: &str = "_accessally_setting_emails";

/// The whole database, as another copy of the site has it: without the tables of the plugin, where it is made before the first change.
fn copy_of(site: &Site) -> String {
    let socket = format!("--socket={}", site.staging.dir().join("db.sock").display());
    let dump = Command::new("mariadb-dump").args(["--no-defaults", "--user=root", &socket, "wordpress"]).output();
    let dump = dump.unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    String::from_utf8(dump.stdout).unwrap()
}

/// Puts a copy in the place of the site.
fn answers(site: &Site, copy: &str) {
    site.sql(&format!("DROP DATABASE wordpress; CREATE DATABASE wordpress; USE wordpress;\n{copy}"));
}

/// Whether the site has anything of a change.
fn was_written_to(site: &Site) -> bool {
    !site.sql("SHOW TABLES LIKE 'wp\\_plan\\_bridge%'").trim().is_empty()
}

#[test]
fn another_copy_that_answers_at_the_address_is_never_taken_for_the_one_that_was_read() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let trial = Trial::of(&site);
    let copy = copy_of(&site);
    let resumes = || trial.writer.switch.desk.resumes(&[]);
    // After the diff: a copy that was made later, on which something of what was confirmed is other.
    site.set_option(EMAILS, &trial.before[1].edited("s:4:\"none\"", "s:9:\"purchases\""));
    let theirs = trial.writer.stored();
    let refused = trial.applies();
    assert!(matches!(refused.code, Some(11 | 12)), "{refused:#?}");
    assert!(trial.writer.stored() == theirs && !was_written_to(&site));

    // One that has what was confirmed gets it, all of it.
    answers(&site, &copy);
    trial.comes_to_the_person(trial.applies());
    assert_eq!(trial.writer.audited(), (3, 0));
    // While the run waits for a person: this copy is not that of the run, which ends, and everything is judged again.
    answers(&site, &copy);
    resumes().ends(20, &["is no longer as this run left it", "copied again"]);
    assert!(trial.writer.stored() == trial.before && !was_written_to(&site));
    let again = trial.applies();
    assert!(again.err.contains("the site was copied again since the last run"), "{again:#?}");
    trial.comes_to_the_person(again);
    assert_eq!(trial.writer.audited(), (3, 0));
    trial.comes_back();

    // Between a kill and going on. A change whose outcome nobody saw is made there, where it is not in place.
    answers(&site, &copy);
    trial.is_killed_in("slow");
    answers(&site, &copy);
    trial.comes_to_the_person(resumes());
    assert_eq!(trial.writer.audited(), (3, 0));
    trial.comes_back();
    // One that was in place is not there any more: nothing more is written.
    answers(&site, &copy);
    trial.is_killed_in("slow 2");
    std::thread::sleep(std::time::Duration::from_secs(3));
    answers(&site, &copy);
    resumes().ends(20, &["`charging-guard` is no longer as this run left it"]);
    assert!(trial.writer.stored() == trial.before && !was_written_to(&site));
    trial.comes_to_the_person(trial.applies());
    trial.comes_back();

    // In the middle of a run: the tables of the plugin are gone, or another site answers.
    for (fault, words) in [("copied", "did not accept the change"), ("elsewhere 2", "was made for another site")] {
        answers(&site, &copy);
        trial.will(fault);
        let ran = trial.applies();
        ran.ends(20, &[words]);
        assert!(!trial.file("fault").exists());
        trial.comes_to_the_person(ran);
        assert_eq!(trial.writer.audited(), (3, 0));
        trial.comes_back();
    }
}

#[test]
fn a_run_of_which_a_new_copy_has_nothing_does_not_go_on_there() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    // What keeps the copy from charging and mailing is as it is to be already, and no change of the run's.
    site.set_option(WRITTEN[0].1, &trial.wanted[0]);
    site.set_option(WRITTEN[2].1, &trial.wanted[2]);
    trial.writer.switch.desk.place.edit(PLAN, "Practice, release: 2 days", "Practice, release: 3 days");
    trial.digest = trial.writer.digest();
    let (copy, before) = (copy_of(&site), site.dump());
    trial.is_killed_in("slow 2");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(trial.writer.audited(), (2, 0));
    answers(&site, &copy);
    let refused = trial.writer.switch.desk.resumes(&[]);
    refused.ends(20, &["nothing is left on the site of what this run had put in place, so nothing more was written"]);
    assert_eq!(site.dump(), before);
    let again = trial.applies();
    again.ends(20, &["the site was copied again since the last run", "waits at `configure`"]);
    assert_eq!(trial.writer.audited(), (2, 0));
}

#[test]
fn a_value_that_an_update_keeps_in_another_shape_is_left_as_it_is() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let trial = Trial::of(&site);
    let nested = |raw: &str| format!("a:1:{{s:4:\"mail\";{raw}}}");
    let resumes = || trial.writer.switch.desk.resumes(&[]);
    // Between the diff and the run.
    site.set_option(EMAILS, &nested(&trial.before[1]));
    let theirs = trial.writer.stored();
    trial.applies().ends(10, &["`emails` is unknown", "nothing was written"]);
    assert!(trial.writer.stored() == theirs && !was_written_to(&site));
    site.set_option(EMAILS, &trial.before[1]);

    // Between the reading and the writing, in the middle of a run.
    trial.will("updated");
    trial.applies().ends(20, &["stopped at change 2 of 3", "somebody changed `emails` since it was read"]);
    let half = [trial.wanted[0].clone(), nested(&trial.before[1]), trial.before[2].clone()];
    assert_eq!(trial.writer.stored(), half);
    let stopped = resumes();
    assert!(stopped.code.is_some_and(|code| code >= 10) && !stopped.err.contains("waits at"), "{stopped:#?}");
    assert_eq!(trial.writer.stored(), half);
    assert_eq!(trial.writer.audited(), (1, 0));
    site.set_option(EMAILS, &trial.before[1]);
    trial.comes_to_the_person(resumes());
    assert_eq!(trial.writer.audited(), (3, 0));

    // Between the run and its undoing.
    site.set_option(EMAILS, &nested(&trial.wanted[1]));
    let unclear = "the reading of `emails` no longer shows the fields that the change sets";
    for _ in 0..2 {
        trial.writer.undoes(&trial.digest).ends(20, &["stopped at change 2 of 3", unclear]);
        let half = [trial.wanted[0].clone(), nested(&trial.wanted[1]), trial.before[2].clone()];
        assert_eq!(trial.writer.stored(), half);
    }
    site.set_option(EMAILS, &trial.wanted[1]);
    trial.comes_back();

    // The same places in another encoding are the same values: set, and taken back, in that one's bytes.
    let json = "{\"checked-enabled\":\"yes\", \"select-welcome\":\"none\",\"checked-module-release\":\"yes\",\"checked-failed-payment\":\"yes\"}";
    site.set_option(EMAILS, json);
    trial.applies().ends(20, &["waits at `configure`"]);
    assert_eq!(raw(&site, EMAILS), json.edited("none", "purchases-and-opt-ins"));
    trial.writer.undoes(&trial.digest).ends(0, &[]);
    assert_eq!(raw(&site, EMAILS), json);
}
