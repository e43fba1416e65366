//! No argument that names a file and no fixed name beside a plan makes the program wait: pipes, devices, folders and links to them.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::this_time;
use crate::place::{PLAN, Place, SITE, state_home};

/// The longest that any of these may take, on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

fn fifo(place: &Place, name: &str) {
    assert!(Command::new("mkfifo").arg(place.path(name)).status().unwrap().success());
}

/// Runs one command line with a standard input that says nothing and never ends: the exit code and all that was said.
#[track_caller]
fn ended(mut command: Command, what: &str) -> (Option<i32>, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("{what} waits for ever");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// What is no file of anybody's, by its name in the place.
const NO_FILES: [&str; 4] = ["pipe", "to-a-pipe", "/dev/stdin", "folder"];

fn with_no_files() -> Place {
    let place = Place::new();
    fifo(&place, "pipe");
    symlink("pipe", place.path("to-a-pipe")).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    place
}

/// Every argument that names a file to read or to write, as `@`.
const ARGUMENTS: [&[&str]; 45] = [
    &["check", "@", "--no-site"],
    &["check", PLAN, "--site", "@"],
    &["check", PLAN, "--snapshot", "@"],
    &["check", PLAN, "--site", SITE, "--live", "@"],
    &["merge-list", "--cloned", SITE, "--live", SITE, "--plan", "@"],
    &["diff", "@", "--site", SITE],
    &["diff", PLAN, "--site", "@"],
    &["diff", PLAN, "--snapshot", "@"],
    &["seal", "@", "--site", SITE],
    &["seal", PLAN, "--site", "@"],
    &["seal", PLAN, "--snapshot", "@"],
    &["apply", "@", "--site", SITE, "--no-input"],
    &["apply", PLAN, "--site", "@", "--no-input"],
    &["apply", PLAN, "--site", SITE, "--seal", "@", "--no-input"],
    &["apply", PLAN, "--site", SITE, "--log-json", "@", "--no-input"],
    &["apply", PLAN, "--site", "@", "--resume", "--no-input"],
    &["undo", PLAN, "--site", SITE, "--log-json", "@", "--no-input"],
    &["adopt", "@", "--site", SITE, "--no-input"],
    &["journey", "@", "--site", SITE, "--everybody"],
    &["journey", PLAN, "--site", "@", "--everybody"],
    &["owed", PLAN, "--site", "@"],
    &["owed", PLAN, "--site", SITE, "--out", "@"],
    &["owed", PLAN, "--site", SITE, "--released", "@"],
    &["owed", PLAN, "--site", SITE, "--list", "@"],
    &["member", PLAN, "10231", "--site", SITE, "--after", "@"],
    &["runbook", "@", "--site", SITE, "--out", "page.html"],
    &["runbook", PLAN, "--site", "@", "--out", "page.html"],
    &["runbook", PLAN, "--site", SITE, "--out", "@"],
    &["verify", "@", "--after", SITE],
    &["verify", PLAN, "--before", "@", "--after", SITE],
    &["verify", PLAN, "--after", "@"],
    &["parity", PLAN, "--before", "@", "--after", SITE],
    &["parity", PLAN, "--before", SITE, "--after", "@"],
    &["parity", PLAN, "--before", SITE, "--after", SITE, "--out", "@"],
    &["parity", PLAN, "--check", "@"],
    &["merge-list", "--cloned", "@", "--live", SITE],
    &["merge-list", "--cloned", SITE, "--live", "@"],
    &["snapshot", "--site", "@"],
    &["snapshot", "--site", SITE, "--out", "@"],
    &["snapshot", "finalize", "@"],
    &["init", "--site", "@", "--out", "new/plan.yaml"],
    &["init", "--site", SITE, "--out", "@"],
    &["record", "backup", "@", "--plan", PLAN, "--who", "jo", "--parts", "files"],
    &["record", "backup", "@", "--plan", "@", "--who", "jo"],
    &["record", "verification", "@", "--plan", PLAN, "--who", "jo", "--host", "staging.bloom.example"],
];

/// Those that take a folder to write into, or two readings.
const FOLDERS: [&[&str]; 6] = [
    &["schema", "--write", "@"],
    &["man", "@"],
    &["example", "@"],
    &["tour", "@"],
    &["record", "merge-list", "--plan", PLAN, "--who", "jo", "--cloned", "@", "--live", SITE],
    &["record", "merge-list", "--plan", PLAN, "--who", "jo", "--cloned", SITE, "--live", "@"],
];

#[test]
fn no_argument_that_names_a_file_is_waited_for() {
    let tried = this_time("CASES", 2);
    for (nth, words) in ARGUMENTS.iter().chain(&FOLDERS).enumerate() {
        for (_, name) in NO_FILES.into_iter().enumerate().filter(|(at, _)| tried(nth + at)) {
            // A folder is what these write into.
            if name == "folder" && matches!(words[0], "schema" | "man" | "example" | "tour") {
                continue;
            }
            let place = with_no_files();
            let words: Vec<&str> = words.iter().map(|word| if *word == "@" { name } else { word }).collect();
            let (code, said) = ended(place.command(&words), &words.join(" "));
            assert!(matches!(code, Some(2 | 3)), "{words:?}: {code:?} {said}");
            assert!(!said.contains("panicked"), "{words:?}: {said}");
            assert!(place.path("pipe").exists() && !place.path("pipe").is_file(), "{words:?} replaced the pipe");
        }
    }
}

/// Verbs of a plan beside those above.
const OF_A_PLAN: [&[&str]; 10] = [
    &["status", "@", "--site", SITE],
    &["log", "@", "--site", SITE],
    &["purge", "@", "--site", SITE],
    &["undo", "@", "--site", SITE, "--no-input"],
    &["upgrade", "@"],
    &["upgrade", "@", "--dry-run"],
    &["record", "sign-in", "tried", "--plan", "@", "--who", "jo"],
    &["record", "outside-window", "agreed", "--plan", "@", "--who", "jo"],
    &["record", "restored", "seen", "--plan", "@", "--who", "jo", "--site", SITE],
    &["merge-list", "--cloned", SITE, "--live", SITE, "--plan", "@"],
];

/// Git can commit a link to anything that whoever checks the plan can read.
#[test]
fn no_argument_that_names_a_file_leads_through_a_link_to_one_outside() {
    const SECRET: &str = "aB3dE5fG7h";
    let text = format!("SECRET={SECRET}\nversion: 1\n{SECRET}: {{{SECRET}: {SECRET}}}\n");
    for words in ARGUMENTS.iter().chain(&FOLDERS[4..]).chain(&OF_A_PLAN) {
        let (place, outside) = (Place::new(), tempfile::tempdir().unwrap());
        let secret = outside.path().join("secret.yaml");
        fs::write(&secret, &text).unwrap();
        for (target, name) in [(secret.as_path(), "link.yaml"), ("/proc/self/environ".as_ref(), "environ.yaml")] {
            symlink(target, place.path(name)).unwrap();
            let words: Vec<&str> = words.iter().map(|word| if *word == "@" { name } else { word }).collect();
            let mut command = place.command(&words);
            command.env("PLAN_LOGIN_PASSWORD", SECRET);
            let (code, said) = ended(command, &words.join(" "));
            assert!(!said.contains(SECRET) && !said.contains("PLAN_LOGIN_PASSWORD="), "{words:?}: {said}");
            // Of a plan whose runs left nothing there is nothing to purge, whatever is in it.
            let is_refused = code.is_some_and(|code| code != 0 && code < 100);
            assert!(is_refused || words[0] == "purge", "{words:?}: {code:?} {said}");
            assert!(fs::symlink_metadata(place.path(name)).unwrap().is_symlink(), "{words:?} replaced the link");
        }
        assert_eq!(fs::read_to_string(&secret).unwrap(), text, "{words:?}");
        let kept = Command::new("grep")
            .args(["-rl", "--devices=skip", SECRET])
            .current_dir(place.folder.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&kept.stdout), "", "{words:?} kept it");
    }
}

#[test]
fn a_folder_of_ones_own_may_be_a_link_and_a_repositorys_leads_nobody_out_of_it() {
    let (place, own) = (Place::new(), tempfile::tempdir().unwrap());
    symlink(place.folder.path(), own.path().join("plans")).unwrap();
    let check = |plan: &str, site: &str| {
        let mut command = crate::place::program();
        command.args(["check", plan, "--site", site]).current_dir(own.path());
        crate::place::Ran::from(command.output().unwrap())
    };
    let (plan, site) = (format!("plans/{PLAN}"), format!("plans/{SITE}"));
    check(&plan, &site).ends(0, &[]);
    fs::create_dir(own.path().join(".git")).unwrap();
    check(&plan, &site).ends(3, &["is a link that leads out of the repository", "name the folder itself"]);
    let there = |name: &str| place.path(name).display().to_string();
    check(&there(PLAN), &site).ends(3, &["is a link that leads out of the repository"]);
    check(&there(PLAN), &there(SITE)).ends(0, &[]);
    for words in [
        ["snapshot", "--site", &there(SITE), "--out", "plans/new.site.ndjson"],
        ["runbook", &there(PLAN), "--no-site", "--out", "plans/page.html"],
    ] {
        let mut command = crate::place::program();
        let ran = crate::place::Ran::from(command.args(words).current_dir(own.path()).output().unwrap());
        assert!(matches!(ran.code, Some(2 | 3)), "{words:?}: {ran:#?}");
    }
    assert!(!place.path("new.site.ndjson").exists() && !place.path("page.html").exists());
}

/// Every verb that reads what lies beside a plan.
const VERBS: [&[&str]; 14] = [
    &["check", PLAN, "--site", SITE],
    &["diff", PLAN, "--site", SITE],
    &["seal", PLAN, "--site", SITE],
    &["apply", PLAN, "--site", SITE, "--no-input"],
    &["apply", PLAN, "--site", SITE, "--resume", "--no-input"],
    &["undo", PLAN, "--site", SITE, "--no-input"],
    &["adopt", PLAN, "--site", SITE, "--no-input"],
    &["status", PLAN, "--site", SITE],
    &["log", PLAN, "--site", SITE],
    &["purge", PLAN, "--site", SITE],
    &["lock", "status", PLAN, "--site", SITE],
    &["runbook", PLAN, "--site", SITE, "--out", "page.html"],
    &["verify", PLAN, "--after", SITE],
    &["record", "sign-in", "tried", "--plan", PLAN, "--who", "jo"],
];

#[test]
fn no_fixed_name_beside_a_plan_is_waited_for_or_followed() {
    let of_a_run = |end: &str| {
        let path = amc_plan::apply::state_file(std::path::Path::new(".plan"), SITE, end);
        path.display().to_string()
    };
    let names = [
        "bloom-coaching.record.ndjson".to_owned(),
        "plan.toml".to_owned(),
        "private/bloom-coaching.contacts.yaml".to_owned(),
        "bloom-coaching.population.ndjson".to_owned(),
        "bloom-coaching.seal.json".to_owned(),
        "bloom-coaching.rehearsal.json".to_owned(),
        "bloom-coaching.rehearsal.json.minisig".to_owned(),
        ".plan/confirmations.ndjson".to_owned(),
        ".plan/seals.ndjson".to_owned(),
        ".plan/.gitignore".to_owned(),
        of_a_run("journal.ndjson"),
        of_a_run("journal.20261121T061200Z.ndjson"),
        of_a_run("before.site.ndjson"),
        of_a_run("before.population.ndjson"),
        of_a_run("lock"),
        of_a_run("run.json"),
        ".git".to_owned(),
    ];
    let tried = this_time("CASES", 2);
    for (_, name) in names.into_iter().enumerate().filter(|(nth, _)| tried(*nth)) {
        let place = with_no_files();
        place.confirm(&place.digest()).ends(0, &[]);
        for (target, verbs) in [(None, &VERBS[..]), (Some("pipe"), &VERBS[3..5]), (Some("/dev/stdin"), &VERBS[3..5])] {
            drop(fs::remove_file(place.path(&name)));
            match target {
                None => fifo(&place, &name),
                Some(target) => {
                    let target = if target == "pipe" { place.path("pipe") } else { target.into() };
                    symlink(target, place.path(&name)).unwrap();
                }
            }
            for words in verbs {
                let (code, said) = ended(place.command(words), &format!("{name} -> {target:?}: {words:?}"));
                assert!(
                    code.is_some_and(|code| code < 100) && !said.contains("panicked"),
                    "{words:?}: {code:?} {said}"
                );
            }
        }
    }
}

#[test]
fn nothing_in_the_folder_of_this_machines_key_is_waited_for() {
    for name in ["machine.key", "machine.key.lock", "readings.ndjson"] {
        let place = with_no_files();
        fs::create_dir(place.path("home")).unwrap();
        if name != "machine.key" && name != "machine.key.lock" {
            fs::copy(state_home().join("machine.key"), place.path("home/machine.key")).unwrap();
        }
        fifo(&place, &format!("home/{name}"));
        for words in [VERBS[1], VERBS[3], &["check", PLAN, "--snapshot", SITE], &["snapshot", "finalize", SITE]] {
            let mut command = place.command(words);
            command.env("PLAN_STATE_HOME", place.path("home"));
            let (code, said) = ended(command, &format!("{name}: {words:?}"));
            assert!(code.is_some_and(|code| code < 100) && !said.contains("panicked"), "{words:?}: {code:?} {said}");
        }
    }
}
