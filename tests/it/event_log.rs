//! `--log-json`: every event as it is written, how a run waits and how it ended; and a run that does not depend on it.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use crate::common::{copy_of_plans, plan};
use serde_json::Value;

const PLAN: &str = "bloom-coaching.yaml";
const SITE: &str = "bloom-coaching.site.ndjson";

fn digest(folder: &Path) -> String {
    let shown = plan(folder, &["diff", PLAN, "--site", SITE, "--format", "json"]).json();
    shown["digests"]["changes"].as_str().unwrap().to_owned()
}

fn applied(folder: &Path, log: &str) -> crate::common::Ran {
    plan(folder, &["apply", PLAN, "--site", SITE, "--confirm", &digest(folder), "--log-json", log])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn log_of(folder: &Path) -> Vec<Value> {
    lines(&fs::read_to_string(folder.join("run.log")).unwrap())
}

#[test]
fn it_tells_what_the_journal_tells_and_how_it_ended() {
    let folder = copy_of_plans();
    let ran = applied(folder.path(), "run.log");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = log_of(folder.path());
    let journal = lines(&plan(folder.path(), &["log", PLAN, "--site", SITE, "--format", "json"]).out);
    assert_eq!(told.len(), journal.len() + 2);
    assert_eq!(told[0]["event"]["opened"]["verb"], "apply");
    assert_eq!(told[1..=journal.len()], journal);
    assert!(journal[0]["event"]["begin"].is_object());
    assert_eq!(told.last().unwrap()["event"]["ended"], serde_json::json!({"code": 0, "message": null}));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.path().join("run.log")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn it_is_written_on_after_a_torn_line_and_tells_what_is_waited_for() {
    let folder = copy_of_plans();
    applied(folder.path(), "run.log");
    let before = fs::read_to_string(folder.path().join("run.log")).unwrap();
    fs::write(folder.path().join("run.log"), before.trim_end()).unwrap();
    let ran = plan(folder.path(), &["apply", PLAN, "--site", SITE, "--resume", "--no-input", "--log-json", "run.log"]);
    assert_eq!(ran.code, 20, "{}", ran.err);
    let text = fs::read_to_string(folder.path().join("run.log")).unwrap();
    let more = lines(text.strip_prefix(&before).unwrap());
    let names: Vec<&str> =
        more.iter().map(|line| line["event"].as_object().unwrap().keys().next().unwrap().as_str()).collect();
    assert_eq!(names, ["opened", "resume", "reached", "waiting", "ended"]);
    assert_eq!(more[3]["event"]["waiting"]["step"], "start-verification");
    assert_eq!(more[3]["event"]["waiting"]["seen"]["managed"], false);
    assert_eq!(more[4]["event"]["ended"]["code"], 20);
    let message = more[4]["event"]["ended"]["message"].as_str().unwrap();
    assert!(ran.err.contains(message), "{message}");
}

#[test]
fn undo_tells_it_on_standard_error() {
    let folder = copy_of_plans();
    let digest = digest(folder.path());
    plan(folder.path(), &["apply", PLAN, "--site", SITE, "--confirm", &digest]);
    let ran = plan(folder.path(), &["undo", PLAN, "--site", SITE, "--confirm", &digest[..8], "--log-json", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = lines(&ran.err);
    assert_eq!(told[0]["event"]["opened"]["verb"], "undo");
    assert_eq!(told[1]["event"], "undo");
    assert_eq!(told.iter().filter(|line| line["event"]["taken-back"].is_object()).count(), 7);
    assert_eq!(told.last().unwrap()["event"]["ended"]["code"], 0);
}

#[test]
fn what_is_no_such_log_is_left_alone_and_nothing_begins() {
    let folder = copy_of_plans();
    let site = fs::read(folder.path().join(SITE)).unwrap();
    let record = "bloom-coaching.record.ndjson";
    for name in [PLAN, SITE, record] {
        let before = fs::read(folder.path().join(name)).unwrap();
        let ran = applied(folder.path(), name);
        assert_eq!(ran.code, 2, "{name}: {}", ran.err);
        assert!(ran.err.contains(name), "{}", ran.err);
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), before);
    }
    assert_eq!(applied(folder.path(), "no/such/folder.log").code, 3);
    assert_eq!(fs::read(folder.path().join(SITE)).unwrap(), site);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_stops_no_run() {
    let folder = copy_of_plans();
    let digest = digest(folder.path());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = crate::place::program()
        .args(["apply", PLAN, "--site", SITE, "--confirm", &digest, "--log-json", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stderr(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert!(String::from_utf8(ended.stdout).unwrap().contains("7 changes in place"));
}

#[test]
fn it_holds_no_contacts_value() {
    let folder = copy_of_plans();
    applied(folder.path(), "run.log");
    let log = fs::read_to_string(folder.path().join("run.log")).unwrap();
    let population = fs::read_to_string(folder.path().join("bloom-coaching.population.ndjson")).unwrap();
    let contacts = population.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let emails: Vec<String> = contacts.filter_map(|line| Some(line["email"].as_str()?.to_owned())).collect();
    assert!(emails.len() > 200);
    assert!(emails.iter().all(|email| !log.contains(email.as_str())));
}
