//! The way to live: a certificate, a decision on mail, a push, and what live did since the copy.

use amc_plan::model::plan::SiteRole;
use amc_plan::model::plan::Strategy;

use super::*;

/// A certificate under our mark, whatever it says.
fn as_ours(text: &str) -> String {
    let mut certificate: Value = serde_json::from_str(text).unwrap();
    certificate["mark"] = amc_plan::apply::certificate::mark(&certificate, &crate::place::key()).into();
    certificate.to_string()
}

#[test]
fn a_rehearsal_leaves_a_certificate_and_live_demands_it() {
    let place = rehearsed();
    let certificate: Value = serde_json::from_str(&place.read(CERTIFICATE)).unwrap();
    let steps: Vec<&str> =
        certificate["steps"].as_array().unwrap().iter().map(|s| s["step"].as_str().unwrap()).collect();
    let guide = amc_plan::guide::from_configure(Strategy::RehearseAndReplay, SiteRole::Staging);
    assert_eq!(steps, guide.iter().map(|step| step.name()).collect::<Vec<_>>());
    assert!(certificate["verified"]["seen"].as_str().unwrap().contains("of 240 contacts 240 the same"));
    assert!(!place.journal().exists() && place.archived().len() == 1);
    let log = place.run(&["log", PLAN, "--site", SITE]);
    assert!(log.out.contains("the barrier was passed, for 240 members") && log.out.contains("ended"), "{}", log.out);
    place.run(&["purge", PLAN, "--site", SITE]).ends(0, &[]);
    assert!(
        place.state_files("before.site.ndjson").is_empty() && place.state_files("before.population.ndjson").is_empty()
    );

    // The last line of a diff is the command that goes on, whatever the gate says of a copy that has switched.
    let diff = place.run(&["diff", PLAN, "--site", SITE]).out;
    let last = diff.lines().last().unwrap();
    let replay = "`plan diff bloom-coaching.yaml --site LIVE.site.ndjson --on live`";
    assert!(
        last.starts_with("the rehearsal on this site is finished; replay it on live") && last.ends_with(replay),
        "{diff}"
    );
    // Live, as it was copied, in a folder of its own.
    let live = LIVE;
    copied(&place);
    let (before, as_it_was) = (place.read(live), objects(&place));
    let diff = place.run(&["diff", PLAN, "--site", live, "--on", "live", "--format", "json"]);
    diff.ends(0, &[]);
    let diff: Value = serde_json::from_str(&diff.out).unwrap();
    let digest = diff["digests"]["changes"].as_str().unwrap();
    let when = |kind: &str| {
        let changes = diff["changes"].as_array().unwrap().iter();
        changes.filter(|change| change["on"]["kind"] == kind).map(|change| change["when"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((when("emails"), when("offering")), (vec!["window".into()], vec!["window".into()]));
    let apply = |more: &[&str]| {
        let mut words = vec!["apply", PLAN, "--site", live, "--no-input", "--confirm", digest];
        words.extend(more);
        place.run(&words)
    };
    apply(&[]).ends(10, &["target-not-staging"]);
    apply(&["--on", "live"]).ends(13, &["was not typed out"]);
    apply(&["--on", "live", "--host", "staging.bloom.example"]).ends(13, &["was not typed out"]);
    let kept = place.read(CERTIFICATE);
    fs::remove_file(place.path(CERTIFICATE)).unwrap();
    apply(&["--on", "live", "--host", "bloom.example"]).ends(13, &["no finished rehearsal"]);
    let write = |old: &str, new: &str| {
        assert!(kept.contains(old), "{old}");
        fs::write(place.path(CERTIFICATE), as_ours(&kept.edited(old, new))).unwrap();
    };
    write(certificate["intent"].as_str().unwrap(), &"0".repeat(64));
    apply(&["--on", "live", "--host", "bloom.example"]).ends(13, &["is not what the plan intends now"]);
    write("staging.bloom.example", "other.example");
    apply(&["--on", "live", "--host", "bloom.example"]).ends(13, &["`other.example`"]);
    write(r#""version": 1"#, r#""version": 2"#);
    apply(&["--on", "live", "--host", "bloom.example"]).ends(3, &["version 2"]);
    fs::write(place.path(CERTIFICATE), &kept[..kept.len() / 2]).unwrap();
    apply(&["--on", "live", "--host", "bloom.example"]).ends(3, &["not a rehearsal's certificate"]);
    // A rehearsal that took three hours does not fit into a window of two.
    let mut slow = certificate.clone();
    slow["steps"][0]["seconds"] = (3 * 3600).into();
    fs::write(place.path(CERTIFICATE), as_ours(&slow.to_string())).unwrap();
    apply(&["--on", "live", "--host", "bloom.example"])
        .ends(15, &["the rehearsal took 3 h", "longer than `window/length` (2 h"]);
    fs::write(place.path(CERTIFICATE), &kept).unwrap();
    assert_eq!(place.read(live), before, "nothing was written by all that");
    let mut cut = certificate.clone();
    cut["steps"].as_array_mut().unwrap().pop();
    fs::write(place.path(CERTIFICATE), as_ours(&cut.to_string())).unwrap();
    apply(&["--on", "live", "--host", "bloom.example"]).ends(13, &["lacks the step `test-purchase`"]);
    fs::write(place.path(CERTIFICATE), &kept).unwrap();
    assert_eq!(place.read(live), before, "nothing was written by all that");
    // It begins with maintenance mode on, and its backup is made after that.
    apply(&["--on", "live", "--host", "bloom.example"]).ends(20, &["waits at `enter-maintenance`"]);
    assert_eq!(place.read(live), before, "nothing was written by all that");
    closes(&place, true);
    on_live(&place).ends(20, &["waits at `backup`"]);
    backs_up(&place);
    on_live(&place).ends(0, &[]);
    let after = place.read(live);
    assert_ne!(after, before);
    // Whatever writes to live wants its host typed out.
    place.run(&["undo", PLAN, "--site", live, "--confirm", digest]).ends(13, &["was not typed out"]);
    place.run(&["apply", PLAN, "--site", live, "--resume"]).ends(13, &["was not typed out"]);
    assert_eq!(place.read(live), after);
    let undo =
        || place.run(&["undo", PLAN, "--site", live, "--confirm", digest, "--host", "bloom.example", "--no-input"]);
    undo().ends(20, &["waits at `leave-maintenance`", "takes no payment until then"]);
    reopens(&place);
    undo().ends(0, &[]);
    assert_eq!(objects(&place), as_it_was);
}

#[test]
fn what_becomes_of_mail_on_live_is_a_decision_of_its_own() {
    let place = Place::new();
    copied(&place);
    let mail_after = |on: &str, site: &str| {
        let ran = place.run(&["diff", PLAN, "--site", site, "--on", on, "--format", "json"]);
        let diff: Value = serde_json::from_str(&ran.out).unwrap();
        let changes = diff["changes"].as_array().unwrap().iter();
        changes.clone().find(|change| change["on"]["kind"] == "mail").map(|change| change["after"]["simulated"].clone())
    };
    assert_eq!(mail_after("staging", SITE), Some(true.into()));
    // The example has it delivered, as live does today.
    assert_eq!(mail_after("live", LIVE), None);
    place.edit_site(LIVE, r#""simulated":false"#, r#""simulated":true"#);
    assert_eq!(mail_after("live", LIVE), Some(false.into()));
    place.edit_site(LIVE, r#""simulated":true"#, r#""simulated":false"#);
    place.edit(PLAN, "on_live: deliver", "on_live: simulate");
    assert_eq!(mail_after("live", LIVE), Some(true.into()));
    place.edit(PLAN, "on_live: simulate, ", "");
    assert_eq!(mail_after("live", LIVE), None, "what nobody decided is not written");
    let ran = place.run(&["check", PLAN, "--site", LIVE, "--on", "live", "--format", "concise"]);
    assert!(ran.code == Some(1) && ran.out.contains("error[live-mail-undecided]"), "{ran:#?}");
    assert_eq!(mail_after("staging", SITE), Some(true.into()));
}

#[test]
fn a_new_plan_takes_the_place_of_a_run_that_waits_before_the_barrier() {
    let place = configured();
    place.edit(PLAN, "welcome: purchases-and-opt-ins", "welcome: purchases");
    on(&place).ends(20, &["the plan was edited"]);
    place.edit(PLAN, "welcome: purchases", "welcome: purchases-and-opt-ins");
    place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    assert!(fs::read_to_string(&place.archived()[0]).unwrap().contains("a new run took its place"));
    // The plan of somebody else, on the same site, does not.
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    fs::copy(place.path("bloom-coaching.record.ndjson"), place.path("other.record.ndjson")).unwrap();
    place.edit("other.yaml", "release: 9 days after previous}", "release: 8 days after previous}");
    let digest = place.digest_of("other.yaml", SITE);
    place
        .run(&["apply", "other.yaml", "--site", SITE, "--confirm", &digest])
        .ends(20, &["waits for a person's step", &format!("take it back with `plan undo {PLAN} --site {SITE}`")]);
}

#[test]
fn freeze_and_push_needs_the_word_that_live_is_frozen_and_ends_with_the_push() {
    let place = Place::new();
    place.edit(PLAN, "strategy: rehearse-and-replay", "strategy: freeze-and-push");
    place.apply(&["--no-input"]).ends(10, &["live-not-frozen"]);
    record(&place, &["saw", "maintenance", "on=no", "--on", "live"]);
    place.apply(&["--no-input"]).ends(10, &["live-not-frozen"]);
    record(&place, &["saw", "maintenance", "on=yes", "--on", "live"]);
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    let steps = status(&place)["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["step"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    assert_eq!(
        (steps[0].as_str(), steps[steps.len() - 2].as_str(), steps[steps.len() - 1].as_str()),
        ("freeze-live", "push", "reopen-live")
    );
    // It ends with a push: nothing is ever replayed on live.
    place.run(&["apply", PLAN, "--site", SITE, "--on", "live", "--no-input"]).ends(10, &["site-not-in-plan"]);
}

/// A rehearsal that a push follows, whose test purchases are made.
pub(crate) fn waits_at_push() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = Place::new();
        goes_to_push(&place, "push-then-merge");
        record(&place, &["outside-window", "agreed with the owner"]);
        place
    })
}

/// Goes on with a rehearsal of this strategy until its push is next.
fn goes_to_push(place: &Place, strategy: &str) {
    place.edit(PLAN, "strategy: rehearse-and-replay", &format!("strategy: {strategy}"));
    in_its_window(place);
    place.confirm(&place.digest()).ends(0, &[]);
    pass_barrier(place);
    migrated(place, true, 25);
    record(place, &["sign-in", "still signed in"]);
    on(place).ends(20, &["maintenance mode is on"]);
    migrated(place, false, 30);
    on(place).ends(20, &["not seen yet"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(place, &["purchase", form, "--saw", "content,welcome-email"]);
        buys(place, at, form, tags);
    }
    on(place).ends(20, &["`push` is not begun on live", "plan record outside-window"]);
}

#[test]
fn a_copy_is_not_pushed_while_its_list_of_plugins_has_the_collector() {
    let place = Place::new();
    // As WordPress's own REST API shows it, with the collector in it.
    let collector = r#"{"kind":"plugin","key":"plan-bridge/plan-bridge.php","version":"0.1.0","active":true}"#;
    let next = r#"{"kind":"plugin","key":"progressally/"#;
    place.edit(SITE, next, &format!("{collector}\n{next}"));
    place.edit_site(SITE, r#""plugin":{"how":"bridge"}"#, r#""plugin":{"how":"core-rest"}"#);
    goes_to_push(&place, "push-then-merge");
    record(&place, &["outside-window", "agreed with the owner"]);
    on(&place)
        .ends(20, &["waits at `push`", "`plan-bridge` is still on this site, and the push would carry it to live"]);
    record(&place, &["step", "push", "pushed"]);
    on(&place).ends(20, &["`plan-bridge` is still on this site"]);
    // Deleted, it is nothing that moved under the run; another plugin that goes is.
    place.edit_site(SITE, &format!("{collector}\n"), "");
    on(&place).ends(20, &["waits at `push`", "what happened on live since the copy is not on record"]);
    let other = r#"{"kind":"plugin","key":"hello-dolly/hello.php","version":"1.7.3","active":false}"#;
    place.edit_site(SITE, &format!("{other}\n"), "");
    on(&place).ends(20, &["plugin/hello-dolly/hello.php"]);
}

/// A reading of live at this time, with these records more.
pub(crate) fn reads_live(place: &Place, name: &str, at: &str, more: &str) {
    let site = Place::new().read(SITE).edited("staging.bloom.example", "bloom.example");
    fs::write(place.path(&format!("{name}.site.ndjson")), site.edited_once("2026-11-21T06:12:00Z", at)).unwrap();
    let population = Place::new().read(POPULATION).edited_once("staging.bloom.example", "bloom.example");
    let (head, rest) = population.split_once('\n').unwrap();
    fs::write(place.path(&format!("{name}.population.ndjson")), format!("{head}\n{more}{rest}")).unwrap();
    for end in ["population", "site"] {
        place.run(&["snapshot", "finalize", &format!("{name}.{end}.ndjson")]).ends(0, &[]);
    }
}

#[test]
fn push_then_merge_wants_what_live_did_on_record_before_the_push() {
    let place = waits_at_push();
    on(&place).ends(20, &["waits at `push`", "what happened on live since the copy is not on record"]);
    // A person's word alone does not make up for it.
    record(&place, &["step", "push", "pushed"]);
    on(&place).ends(20, &["what happened on live since the copy is not on record", "plan record merge-list"]);
    // Two readings of live: one as it was copied, one of now with an order more.
    let live = |name: &str, at: &str, more: &str| reads_live(&place, name, at, more);
    live("cloned", "2020-11-20T06:00:00Z", "");
    live("old", "2020-11-21T06:00:00Z", "");
    let now = jiff::Timestamp::now().to_string();
    live("now", &now, &format!("{}\n", order(7, "10019", "team-seats-checkout")));
    let list =
        |read: &str| ["merge-list", "--cloned", "cloned.site.ndjson", "--live", read].map(str::to_owned).to_vec();
    let put = |read: &str| {
        let words = list(read);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        place.run(&[&["record"], &words[..], &["--plan", PLAN, "--who", "jo"]].concat())
    };
    put(SITE).ends(13, &["two different sites"]);
    put("cloned.site.ndjson").ends(2, &["is not later than the `--cloned` reading"]);
    put("old.site.ndjson").ends(0, &[]);
    on(&place).ends(20, &["the merge list on record is", "the window is 2 h"]);
    // A reading since the run began on the copy is not one of when live was copied.
    let since = (jiff::Timestamp::now() - jiff::SignedDuration::from_millis(1)).to_string();
    live("since", &since, "");
    live("now", &jiff::Timestamp::now().to_string(), &format!("{}\n", order(7, "10019", "team-seats-checkout")));
    let late =
        ["merge-list", "--cloned", "since.site.ndjson", "--live", "now.site.ndjson", "--plan", PLAN, "--who", "jo"];
    place.run(&[&["record"], &late[..]].concat()).ends(0, &[]);
    on(&place).ends(20, &["after this run began on the copy", "plan record merge-list"]);
    let said = put("now.site.ndjson");
    said.ends(0, &[]);
    assert!(said.out.contains("1 new order to carry over from bloom.example"), "{said:#?}");
    // What is on record is the digest of what the list prints, and no more than counts.
    let words = list("now.site.ndjson");
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--format", "json"]).collect();
    let printed = place.run(&words).out;
    let record_text = place.read("bloom-coaching.record.ndjson");
    assert!(record_text.contains(&amc_plan::model::digest::of_bytes(printed.as_bytes())));
    assert!(printed.contains("\"9007\"") && !record_text.contains("\"9007\""));
    on(&place).ends(20, &["waits at `merge`", "it is not on record as done"]);
    record(&place, &["step", "merge", "carried over"]);
    on(&place).ends(20, &["waits at `reopen-live`"]);
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert_eq!(log.matches("the merge list of").count(), 2, "{log}");
}

#[test]
fn what_live_did_since_the_copy_is_listed_by_id_and_field() {
    let place = Place::new();
    let (cloned, live) = ("cloned.site.ndjson", "now.site.ndjson");
    let site = place.read(SITE).edited("staging.bloom.example", "bloom.example");
    fs::write(place.path(cloned), &site).unwrap();
    fs::write(place.path(live), site.edited_once("2026-11-21T06:12:00Z", "2026-11-22T06:12:00Z")).unwrap();
    let population = place.read(POPULATION).edited_once("staging.bloom.example", "bloom.example");
    fs::write(place.path("cloned.population.ndjson"), &population).unwrap();
    let mut lines: Vec<String> = population.lines().map(str::to_owned).collect();
    let at = lines
        .iter()
        .position(|line| line.contains(r#""kind":"subscription""#) && line.contains(r#""status":"Active""#))
        .unwrap();
    let changed: Value = serde_json::from_str(&lines[at]).unwrap();
    lines[at] = lines[at].edited(r#""status":"Active""#, r#""status":"Canceled by Client""#);
    let gone = lines.iter().position(|line| line.contains(r#""kind":"order""#)).unwrap();
    let gone: Value = serde_json::from_str(&lines.remove(gone)).unwrap();
    let end = lines.len() - 1;
    lines.insert(end, r#"{"kind":"contact","key":"99999","first_name":"Nia","last_name":"New","email":"nia@members.example","tags":[]}"#.into());
    fs::write(place.path("now.population.ndjson"), lines.join("\n") + "\n").unwrap();
    for name in ["now.population.ndjson", "cloned.population.ndjson", cloned, live] {
        place.run(&["snapshot", "finalize", name]).ends(0, &[]);
    }
    let ran = place.run(&["merge-list", "--cloned", cloned, "--live", live, "--format", "json"]);
    ran.ends(0, &[]);
    assert!(!ran.out.contains("nia@") && !ran.out.contains("Nia"));
    let list: Value = serde_json::from_str(&ran.out).unwrap();
    let moved: Vec<(&str, &str, &str, String)> = list["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            (
                r["how"].as_str().unwrap(),
                r["kind"].as_str().unwrap(),
                r["key"].as_str().unwrap(),
                r["fields"].to_string(),
            )
        })
        .collect();
    let (changed, gone) = (changed["key"].as_str().unwrap(), gone["key"].as_str().unwrap());
    assert_eq!(
        moved,
        [
            ("new", "contact", "99999", "[]".to_owned()),
            ("gone", "order", gone, "[]".to_owned()),
            ("changed", "subscription", changed, r#"["status"]"#.to_owned()),
        ]
    );
    let half = place.read(live).edited_once(r#""order":{"how":"bridge"}"#, r#""order":{"missing":"off"}"#);
    fs::write(place.path(live), half).unwrap();
    place.run(&["snapshot", "finalize", live]).ends(0, &[]);
    let ran = place.run(&["merge-list", "--cloned", cloned, "--live", live]);
    ran.ends(1, &["order: not captured on both sides"]);
    assert!(!ran.out.contains("gone"), "{ran:#?}");
    place.run(&["merge-list", "--cloned", live, "--live", cloned]).ends(2, &["wrong way round"]);
    place.run(&["merge-list", "--cloned", SITE, "--live", live]).ends(13, &["two different sites"]);
}
