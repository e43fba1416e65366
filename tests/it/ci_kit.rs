//! What CI takes from this repository: the action's steps as they are written, on a machine without network beside a stand-in of GitHub's
//! API for comments; the hook, the matcher of problems and GitLab's job.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use regex::Regex;
use serde_json::{Value, json};

use crate::place::{PLAN, Place, Ran, SITE};

const TOKEN: &str = "ghs_aB3dE5fG7hJ9kL2m";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(name)).unwrap()).unwrap()
}

/// A stand-in of GitHub's API for the comments of one pull request, by what its documentation says of the three calls.
struct Api {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    comments: Vec<Value>,
    /// Method and path of each call that wrote.
    written: Vec<String>,
    /// What each call is answered with instead.
    refuses: Option<u16>,
}

impl Api {
    fn with(comments: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { comments, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &shared)));
        Self { url, state }
    }

    fn bodies(&self, author: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let own = state.comments.iter().filter(|comment| comment["user"]["login"] == author);
        own.map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }
}

fn comment(id: usize, author: &str, body: &str) -> Value {
    json!({"id": id, "user": {"login": author}, "body": body})
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let Some((method, rest)) = lines.first().and_then(|first| first.split_once(' ')) else { return };
    let path = rest.split(' ').next().unwrap_or_default().to_owned();
    let header = |name: &str| {
        lines.iter().find_map(|line| {
            line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let (status, text) = match header("authorization") == Some(&format!("Bearer {TOKEN}")) {
        true => respond(method, &path, &body, &mut state.lock().unwrap()),
        false => (401, Value::Null),
    };
    let text = text.to_string();
    let _ = write!(
        reader.get_mut(),
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn respond(method: &str, path: &str, body: &[u8], state: &mut State) -> (u16, Value) {
    const ALL: &str = "/repos/agency/site/issues/7/comments";
    const ONE: &str = "/repos/agency/site/issues/comments/";
    if method != "GET" {
        state.written.push(format!("{method} {path}"));
        if let Some(status) = state.refuses {
            return (status, json!({"message": "Resource not accessible by integration"}));
        }
    }
    let new = || serde_json::from_slice::<Value>(body).unwrap()["body"].clone();
    match (method, path.split_once('?')) {
        ("GET", Some((ALL, query))) => {
            let page: usize = query.strip_prefix("per_page=100&page=").unwrap().parse().unwrap();
            (200, state.comments.chunks(100).nth(page - 1).unwrap_or_default().to_vec().into())
        }
        ("POST", None) if path == ALL => {
            let id = 1000 + state.comments.len();
            state.comments.push(comment(id, "github-actions[bot]", new().as_str().unwrap()));
            (201, json!({"id": id}))
        }
        ("PATCH", None) => {
            let id: u64 = path.strip_prefix(ONE).unwrap().parse().unwrap();
            state.comments.iter_mut().find(|comment| comment["id"] == id).unwrap()["body"] = new();
            (200, json!({"id": id}))
        }
        _ => (404, Value::Null),
    }
}

/// What the steps of `action.yml` said and left.
#[derive(Debug)]
struct Acted {
    out: String,
    outputs: BTreeMap<String, String>,
    summary: String,
    /// Whether each step ended with 0.
    succeeded: bool,
}

/// Runs the steps of `action.yml`, each by this shell, as the runner does: a step that fails ends it.
fn act(place: &Place, inputs: &[(&str, &str)], event: &str, api: &Api, shell: &[&str]) -> Acted {
    let (folder, action) = (place.folder.path(), yaml("action.yml"));
    let beside = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = beside.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let [output, summary] = [("output", ""), ("summary", "")].map(|(name, text)| file(name, text));
    let pull_request = if event == "pull_request" { json!({"pull_request": {"number": 7}}) } else { json!({}) };
    let event_path = file("event.json", &pull_request.to_string());
    let outputs = || -> BTreeMap<String, String> {
        let text = fs::read_to_string(&output).unwrap();
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let of_input = |name: &str| {
        let given = inputs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        given.unwrap_or_else(|| match action["inputs"][name]["default"].as_str().expect(name) {
            "${{ github.token }}" => TOKEN.to_owned(),
            plain => plain.to_owned(),
        })
    };
    let (mut out, mut succeeded) = (String::new(), true);
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "sh");
        let run = step["run"].as_str().unwrap();
        assert!(!run.contains("${{"), "what is given would be text of a script: {run}");
        match step["if"].as_str() {
            None => {}
            Some("inputs.comment == 'true' && github.event_name == 'pull_request'") => {
                if of_input("comment") != "true" || event != "pull_request" {
                    continue;
                }
            }
            other => panic!("{other:?} is not understood here"),
        }
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).args(["-e", "-c", &in_this_shell(run, shell)]).current_dir(folder);
        command.env_clear().env("PATH", path_with_plan(beside.path())).env("PLAN_STATE_HOME", place.home.path());
        command
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("GITHUB_EVENT_PATH", &event_path);
        command.env("GITHUB_EVENT_NAME", event).env("GITHUB_API_URL", &api.url).env("GITHUB_REPOSITORY", "agency/site");
        for (name, value) in step["env"].as_object().unwrap() {
            let value = value.as_str().unwrap().strip_prefix("${{ ").unwrap().strip_suffix(" }}").unwrap();
            let value = match value {
                "github.action_path" => root().display().to_string(),
                "steps.judge.outputs.code" => outputs().get("code").cloned().unwrap_or_default(),
                input => of_input(input.strip_prefix("inputs.").unwrap()),
            };
            command.env(name, value);
        }
        let ran = Ran::from(command.stdin(Stdio::null()).output().unwrap());
        assert!(!format!("{ran:?}").contains(TOKEN), "{ran:#?}");
        out += &format!("{}{}", ran.out, ran.err);
        if ran.code != Some(0) {
            succeeded = false;
            break;
        }
    }
    Acted { out, outputs: outputs(), summary: fs::read_to_string(&summary).unwrap(), succeeded }
}

/// A step that calls a script of the action calls it by the same shell.
fn in_this_shell(run: &str, shell: &[&str]) -> String {
    match run.strip_prefix("\"$ACTION/review/") {
        Some(_) => format!("{} {run}", shell.join(" ")),
        None => run.to_owned(),
    }
}

/// A path on which `plan` is found first.
fn path_with_plan(beside: &Path) -> String {
    let bin = beside.join("bin");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_plan"), bin.join("plan")).unwrap();
    }
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

const BOT: &str = "github-actions[bot]";

#[test]
fn one_comment_is_written_and_edited_in_place_and_only_ours_is() {
    for shell in [&["dash"][..], &["bash", "--posix"]] {
        let place = Place::new();
        let first_line = "<!-- plan diff: bloom%2dcoaching.yaml on staging.bloom.example as staging -->";
        // A stranger's comment begins as ours, and ours would stand on the second page.
        let mut others: Vec<Value> = (0..104).map(|id| comment(id, "sam", "words")).collect();
        others[3] = comment(3, "mallory", &format!("{first_line}\nmine"));
        let api = Api::with(others);
        let inputs = [("plan", PLAN), ("snapshot", SITE)];
        let acted = act(&place, &inputs, "pull_request", &api, shell);
        assert!(acted.succeeded, "{acted:#?}");
        let bodies = api.bodies(BOT);
        assert!(bodies.len() == 1 && bodies[0].starts_with(first_line), "{bodies:?}");
        let diff = place.run(&["diff", PLAN, "--snapshot", SITE, "--format", "markdown"]).out;
        assert_eq!(bodies[0], diff);
        assert_eq!([&acted.outputs["status"], &acted.outputs["changes"]], ["green", "7"], "{acted:#?}");
        assert_eq!(acted.outputs["digest"], place.digest());
        assert!(acted.summary.contains(PLAN), "{acted:#?}");
        for name in ["plan.json", "plan.sarif", "plan.xml", "plan.md"] {
            assert!(place.path(&format!("plan-report/{name}")).exists(), "{name}");
        }

        place.edit(PLAN, "{module: Money, release: 7 days", "{module: Money, release: 9 days");
        let acted = act(&place, &inputs, "pull_request", &api, shell);
        assert!(api.bodies(BOT).len() == 1 && api.bodies(BOT)[0] != bodies[0], "{acted:#?}");
        let written = api.state.lock().unwrap().written.clone();
        assert_eq!(
            written,
            ["POST /repos/agency/site/issues/7/comments", "PATCH /repos/agency/site/issues/comments/1104"]
        );
        assert_eq!(api.bodies("mallory"), [format!("{first_line}\nmine")]);
    }
}

/// A plan is judged once, and compared once, whatever is made of it: a site at an address is read for each.
#[test]
fn each_plan_is_compared_once() {
    let place = Place::new();
    let text = place.read(PLAN);
    fs::write(place.path("second.yaml"), text).unwrap();
    let counts = place.home.path().join("counts");
    fs::write(&counts, "#!/bin/sh\nprintf '%s\\n' \"$1\" >>calls\nexec plan \"$@\"\n").unwrap();
    crate::place::own(&counts, 0o755);
    let mut command = Command::new("dash");
    command.arg(root().join("review/judge.sh")).current_dir(place.folder.path()).env_clear();
    command.env("PATH", path_with_plan(place.home.path())).env("PLAN_STATE_HOME", place.home.path());
    command.env("PLAN", &counts).env("PLANS", format!("{PLAN}\nsecond.yaml")).env("SNAPSHOT", SITE);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(place.read("calls"), "check\ndiff\ndiff\n");
    let files = |name: &str| place.path(&format!("plan-report/{name}")).exists();
    assert!(files("comment-1.md") && files("comment-2.md") && !files("diff.json"), "{ran:#?}");
}

#[test]
fn a_verdict_fails_the_job_once_it_is_said_and_what_could_not_run_is_no_verdict() {
    let (place, api) = (Place::new(), Api::with(Vec::new()));
    place.edit(PLAN, "{module: Money, release: 7 days after previous}", "{module: Money}");
    let inputs = [("plan", PLAN), ("snapshot", SITE)];
    let red = act(&place, &inputs, "pull_request", &api, &["dash"]);
    assert!(!red.succeeded && red.outputs["status"] == "red" && api.bodies(BOT).len() == 1, "{red:#?}");
    assert!(red.out.contains("::error file=bloom-coaching.yaml"), "{red:#?}");
    // Without a site nothing is compared, and what needs one fails nothing.
    let alone = act(&place, &[("plan", "bloom-coaching-first-draft.yaml")], "pull_request", &api, &["dash"]);
    assert_eq!((alone.outputs["changes"].as_str(), api.bodies(BOT).len()), ("", 1), "{alone:#?}");
    let gone = act(&place, &[("plan", "none.yaml"), ("snapshot", SITE)], "pull_request", &api, &["dash"]);
    assert!(!gone.succeeded && gone.outputs["status"] == "could-not-run" && gone.outputs["code"] == "3", "{gone:#?}");
    // Another event has no pull request.
    let pushed = act(&place, &inputs, "push", &api, &["dash"]);
    assert!(!pushed.succeeded && api.state.lock().unwrap().written.len() == 1, "{pushed:#?}");
}

#[test]
fn a_fork_is_no_failure_and_a_strangers_plan_gets_no_secrets() {
    let (place, api) = (Place::new(), Api::with(Vec::new()));
    let inputs = [("plan", PLAN), ("snapshot", SITE)];
    api.state.lock().unwrap().refuses = Some(403);
    let fork = act(&place, &inputs, "pull_request", &api, &["dash"]);
    assert!(fork.succeeded && fork.out.contains("::notice::this token may not comment"), "{fork:#?}");
    api.state.lock().unwrap().refuses = Some(500);
    let broken = act(&place, &inputs, "pull_request", &api, &["dash"]);
    assert!(!broken.succeeded && broken.out.contains("answered with status 500"), "{broken:#?}");
    let target = act(&place, &inputs, "pull_request_target", &api, &["dash"]);
    assert!(!target.succeeded && target.out.contains("use pull_request"), "{target:#?}");
    assert!(target.outputs.is_empty() && target.summary.is_empty(), "{target:#?}");
}

#[test]
fn no_name_is_part_of_a_script_or_of_the_outputs() {
    let (place, api) = (Place::new(), Api::with(Vec::new()));
    let odd = ["$(touch pwned).yaml", "a b; touch pwned.yaml", "-x.yaml", "`touch pwned`'\".yaml"];
    let text = place.read(PLAN);
    for name in odd {
        fs::write(place.path(name), &text).unwrap();
    }
    for shell in [&["dash"][..], &["bash", "--posix"]] {
        let plans = odd.join("\n");
        let acted = act(&place, &[("plan", &plans), ("snapshot", SITE)], "pull_request", &api, shell);
        assert_eq!([&acted.outputs["changes"], &acted.outputs["digest"]], ["28", ""], "{acted:#?}");
        assert_eq!(api.bodies(BOT).len(), odd.len(), "{acted:#?}");
        let broken = [("plan", PLAN), ("report", "x\nstatus=green")];
        let acted = act(&place, &broken, "pull_request", &api, shell);
        assert!(!acted.succeeded && acted.outputs.is_empty(), "{acted:#?}");
    }
    assert!(!place.path("pwned").exists() && !root().join("pwned").exists());
}

#[test]
fn each_line_of_concise_is_a_problem_with_its_place() {
    let file: Value =
        serde_json::from_str(&fs::read_to_string(root().join("review/problem-matcher.json")).unwrap()).unwrap();
    let pattern = &file["problemMatcher"][0]["pattern"][0];
    let regex = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let place = Place::new();
    let ran = place.run(&["check", "bloom-coaching-first-draft.yaml", "--site", SITE, "--format", "concise"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    let (last, findings) = lines.split_last().unwrap();
    assert!(findings.len() > 5 && !regex.is_match(last), "{ran:#?}");
    // What comes later is no problem yet.
    let (coming, findings): (Vec<&str>, Vec<&str>) = findings.iter().partition(|line| line.contains(": coming["));
    assert!(!coming.is_empty() && coming.iter().all(|line| !regex.is_match(line)), "{coming:?}");
    for line in findings {
        let found = regex.captures(line).unwrap_or_else(|| panic!("{line}"));
        let part = |name: &str| &found[usize::try_from(pattern[name].as_u64().unwrap()).unwrap()];
        assert_eq!(part("file"), "bloom-coaching-first-draft.yaml");
        assert!(part("line").parse::<u32>().unwrap() > 0 && part("column").parse::<u32>().unwrap() > 0, "{line}");
        assert!(line.contains(&format!("{}[{}] {}", part("severity"), part("code"), part("message"))), "{line}");
    }
}

#[test]
fn the_hook_takes_plans_and_nothing_beside_them() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = &hooks[0];
    let regex = |name: &str| Regex::new(hook[name].as_str().unwrap()).unwrap();
    let is_taken = |path: &str| regex("files").is_match(path) && !regex("exclude").is_match(path);
    assert!(is_taken("plans/switch.yaml") && is_taken("plans/club/switch.yml"));
    for other in ["docs/x.yaml", "plans/private/x.contacts.yaml", "plans/club.adapter.yaml", "plans/x.mapping.yml"] {
        assert!(!is_taken(other), "{other}");
    }
    let entry = hook["entry"].as_str().unwrap().strip_prefix("plan ").unwrap();
    let words: Vec<&str> = entry.split(' ').collect();
    let place = Place::new();
    place.run(&[&words[..], &[PLAN]].concat()).ends(0, &[]);
    place.edit(PLAN, "{module: Money, release: 7 days after previous}", "{module: Money, relaese: 7}");
    place.run(&[&words[..], &[PLAN]].concat()).ends(1, &[]);
}

#[test]
fn gitlabs_job_leaves_its_reports_whatever_the_verdict() {
    let job = &yaml("review/gitlab.yml")["plan-check"];
    let script =
        job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n");
    for (snapshot, code) in [("", 0), (SITE, 0), ("none.ndjson", 3)] {
        let place = Place::new();
        let mut command = Command::new("dash");
        command.args(["-e", "-c", &script]).current_dir(place.folder.path()).env_clear();
        command.env("PATH", path_with_plan(place.home.path())).env("PLAN_STATE_HOME", place.home.path());
        let ran = Ran::from(command.env("PLANS", PLAN).env("PLAN_SNAPSHOT", snapshot).output().unwrap());
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        for report in ["codequality", "junit"] {
            let name = job["artifacts"]["reports"][report].as_str().unwrap();
            assert_eq!(place.path(name).exists(), code < 3, "{name}: {ran:#?}");
        }
    }
}

#[test]
fn the_workflow_that_others_call_gives_the_action_inputs_that_it_has_and_asks_for_no_more_than_it_needs() {
    let (workflow, action) = (yaml(".github/workflows/review.yml"), yaml("action.yml"));
    assert_eq!(workflow["permissions"], json!({"contents": "read", "pull-requests": "write"}));
    let steps = workflow["jobs"]["review"]["steps"].as_array().unwrap();
    let [.., last] = steps.as_slice() else { panic!("{workflow}") };
    let own = &workflow["on"]["workflow_call"]["inputs"];
    for (name, value) in last["with"].as_object().unwrap() {
        assert!(action["inputs"].get(name).is_some(), "{name}");
        assert!(own.get(value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}")).is_some());
    }
    for step in steps.iter().filter(|step| step["uses"].as_str().unwrap().starts_with("actions/checkout@")) {
        assert_eq!(step["with"]["persist-credentials"], false, "no step of a plan's needs the token of git");
    }
}
