//! `[rules] raise` of `plan.toml`: warnings that are errors here count wherever a verdict is asked for, nothing is lowered, and what a nearer
//! `plan.toml` lifts is said.

use std::fs;

use serde_json::{Value, json};

use crate::formats::ALL;
use crate::guided::{PHRASE, POPULATION, configured, record, verified};
use crate::named_site::{SWITCH, repository};
use crate::place::{PLAN, Place, SITE};

const RAISED: &str = "[rules]\nraise = {support-closed-in-window = \"error\"}\n";

/// How a finding says that it is raised.
const SAID: &str = "(a warning by itself, an error by `plan.toml`)";

fn set(place: &Place, text: &str) {
    fs::write(place.path("plan.toml"), text).unwrap();
}

/// The example, with its window on a Saturday.
fn on_a_weekend() -> Place {
    let place = Place::new();
    place.edit(PLAN, "2026-12-02 06:00 Europe/Berlin", "2026-12-05 06:00 Europe/Berlin");
    place
}

#[test]
fn a_raised_warning_is_red_in_every_verb_and_says_by_which_file() {
    let place = on_a_weekend();
    let check = |more: &[&str]| place.run(&[&["check", PLAN, "--site", SITE], more].concat());
    check(&[]).ends(0, &[]);
    let digest = place.digest();
    set(&place, RAISED);
    for format in ALL {
        let ran = place.command(&["check", PLAN, "--site", SITE, "--format", format]).output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{format}: {out}");
        // Pictures break a line between words, and Markdown escapes what is a mark of it.
        let out = out.replace('\\', "").split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(out.contains("an error by") && out.contains("plan.toml"), "{format}: {out}");
    }
    let report: Value = serde_json::from_str(&check(&["--format", "json"]).out).unwrap();
    assert_eq!(report["verdict"], "red");
    let found = &report["findings"][0];
    assert_eq!(found["rule"], "support-closed-in-window");
    assert_eq!(
        (&found["severity"], &found["raised"]),
        (&json!("error"), &json!({"from": "warning", "by": "plan.toml"}))
    );
    let before = place.read(SITE);
    let diff = place.run(&["diff", PLAN, "--site", SITE]);
    assert!(diff.out.contains("red"), "{diff:#?}");
    let comment = place.run(&["diff", PLAN, "--site", SITE, "--format", "markdown"]);
    assert!(comment.out.contains("support-closed-in-window") && comment.out.contains("an error by"), "{comment:#?}");
    place.run(&["seal", PLAN, "--site", SITE]).ends(10, &["error[support-closed-in-window]", SAID]);
    place.confirm(&digest).ends(10, &["error[support-closed-in-window]", SAID]);
    assert_eq!(place.read(SITE), before);
    // Somebody answers for it, as for any other finding of this rule.
    let risk = "accepted_risks:\n  - {rule: support-closed-in-window, at: /window/start, reason: fewer members then, owner: jo, until: 2026-12-31}\n";
    fs::write(place.path(PLAN), place.read(PLAN) + risk).unwrap();
    check(&[]).ends(0, &[]);
}

#[test]
fn the_barrier_counts_it_too() {
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    // The run's window is on a Saturday.
    set(&place, RAISED);
    let open = || place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    open().ends(20, &["error[support-closed-in-window]", SAID]);
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("barrier-passed"));
    set(&place, "");
    open().ends(20, &["press it now, once"]);
}

#[test]
fn a_raised_rule_that_lacks_its_facts_is_unproven() {
    let place = Place::new();
    fs::remove_file(place.path(POPULATION)).unwrap();
    let unproven = || -> Vec<Value> {
        let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let is_error = |found: &&Value| found["unproven"] == true && found["severity"] == "error";
        report["findings"].as_array().unwrap().iter().filter(is_error).map(|found| found["rule"].clone()).collect()
    };
    assert!(!unproven().contains(&json!("order-of-nobody")));
    set(&place, "[rules]\nraise = {order-of-nobody = \"error\"}\n");
    assert!(unproven().contains(&json!("order-of-nobody")), "{:?}", unproven());
}

#[test]
fn verify_takes_no_old_reading_where_its_age_is_an_error() {
    let place = Place::new();
    for file in [POPULATION, SITE] {
        place.edit(file, r#""taken_at":"2026-11-21T06:12:00Z""#, r#""taken_at":"2024-11-21T06:12:00Z""#);
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    let why = || -> String {
        let ran = place.run(&["verify", PLAN, "--after", SITE, "--format", "json"]);
        serde_json::from_str::<Value>(&ran.out).unwrap()["unproven"].to_string()
    };
    assert!(!why().contains("reading-old"), "{}", why());
    set(&place, "[rules]\nraise = {reading-old = \"error\"}\n");
    assert!(why().contains("`reading-old` is an error by `plan.toml`"), "{}", why());
    let ran = place.run(&["check", PLAN, "--snapshot", SITE, "--format", "concise"]);
    assert!(ran.out.contains("error[reading-old]"), "{ran:#?}");
}

#[test]
fn what_raises_nothing_is_refused_with_its_place() {
    let place = Place::new();
    for (text, words) in [
        (
            "[rules]\nraise = {pirce-differs = \"error\"}\n",
            &["line 2, column 10", "no rule `pirce-differs`", "did you mean `price-differs`?"][..],
        ),
        (
            "[rules.raise]\nwindow-over = \"error\"\nprice-differs = \"warning\"\n",
            &["line 3, column 1", "nothing lowers an error", "accepted_risks"],
        ),
        ("[rules]\nraise = {support-closed-in-window = \"info\"}\n", &["line 2, column 10", "lowers nothing"]),
        ("[rules]\nraise = {support-closed-in-window = \"warning\"}\n", &["is a warning by itself", "write `error`"]),
        ("[rules]\nraise = {backup-cut = \"error\"}\n", &["line 2, column 10", "is called `backup-truncated` now"]),
        ("[rules]\nraise = {support-closed-in-window = \"fatal\"}\n", &["line 2, column", "`fatal`", "`error`"]),
        ("[rules]\nraise = [\"support-closed-in-window\"]\n", &["line 2, column"]),
        ("[rules]\nlower = {}\n", &["line 2, column 1", "`lower`"]),
        (
            "[rules]\nraise = {support-closed-in-window = \"error\", support-closed-in-window = \"error\"}\n",
            &["line 2, column"],
        ),
        ("[rules]\nraise = {\"x\\u001b[31m`y` \" = \"error\"}\n", &["there is no rule `x\\u{1b}[31m`y` `"]),
    ] {
        set(&place, text);
        for verb in ["check", "diff", "apply"] {
            place.run(&[verb, PLAN, "--site", SITE]).ends(3, &[&["`plan.toml`, line "][..], words].concat());
        }
    }
}

#[test]
fn a_seal_counts_under_what_was_raised_when_it_was_made() {
    let place = Place::new();
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    set(&place, RAISED);
    let apply = || place.apply(&["--seal", "bloom-coaching.seal.json"]);
    apply().ends(11, &["`plan.toml` raises others"]);
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    set(&place, "");
    apply().ends(11, &["`plan.toml` raises others"]);
    set(&place, RAISED);
    apply().ends(0, &[]);
}

#[test]
fn what_a_rule_weighs_here_stands_on_its_page() {
    let place = Place::new();
    let page = |more: &[&str]| place.run(&[&["explain", "support-closed-in-window"], more].concat());
    let without = page(&[]).out;
    set(&place, RAISED);
    assert!(page(&[]).out.contains("here, in plan.toml, its warnings are errors"), "{:#?}", page(&[]));
    assert!(page(&["--format", "markdown"]).out.contains("its warnings are errors"));
    let json: Value = serde_json::from_str(&page(&["--format", "json"]).out).unwrap();
    assert_eq!(json["rules"][0]["raised_by"], "plan.toml");
    assert!(!place.run(&["explain", "window-over"]).out.contains("here, in"));
    // Of a file that cannot be read the page says nothing, and it is there all the same.
    set(&place, "[rules]\nraise = {none = \"error\"}\n");
    let ran = page(&[]);
    ran.ends(0, &["attention: `plan.toml`, line 2", "whether it raises `support-closed-in-window` is not known"]);
    assert_eq!(ran.out, without);
}

#[test]
fn what_a_nearer_file_lifts_is_said_by_check_diff_seal_and_apply() {
    let place = repository();
    let key = |name: &str, first: char| format!("{name} = \"RW{first}{}\"", "A".repeat(53));
    let (sam, eve) = (key("sam", 'Q'), key("eve", 'S'));
    let demands = format!(
        "max_age = \"2h\"\n[seal]\nrequired = true\nkeys = {{{sam}}}\n[attestations]\nrefuse = [\"emails-off\"]\n[limits]\nchanges = 50\n\
         percent = {{offering = 30}}\n{RAISED}"
    );
    set(&place, &demands);
    let nearer = |text: &str| fs::write(place.path("plans/club/plan.toml"), text).unwrap();
    let check = || place.run(&["check", SWITCH, "--no-site"]);
    assert!(!check().err.contains("attention"), "{:#?}", check());
    nearer("");
    let all = [
        "attention: `plan.toml` demands what the nearer `plans/club/plan.toml` does not, and the nearer one holds alone: ",
        "no reading older than 2h (`max_age`)",
        "a signed seal (`seal.required`)",
        "a reviewer's signature on a seal (`seal.keys`)",
        "no attestation for `emails-off` (`attestations.refuse`)",
        "at most 50 changes (`limits.changes`)",
        "a smaller share of `offering` (`limits.percent`)",
        "`support-closed-in-window` as an error (`rules.raise`)",
    ];
    check().ends(0, &all);
    let quiet = place.run(&["check", SWITCH, "--no-site", "--quiet"]);
    quiet.ends(0, &all);
    // What other programs and the pull request show says it too.
    for (words, sign) in [
        (&["check", SWITCH, "--no-site", "--format", "json"][..], "\"lifted\": ["),
        (&["check", SWITCH, "--no-site", "--format", "json-lines"], "\"lifted\":["),
        (&["check", SWITCH, "--no-site", "--format", "markdown"], "- **attention** `plan.toml` demands what"),
        (&["diff", SWITCH, "--snapshot", SITE, "--format", "json"], "\"lifted\": ["),
        (&["diff", SWITCH, "--snapshot", SITE, "--format", "markdown"], "**Attention:** `plan.toml` demands what"),
    ] {
        let ran = place.run(words);
        assert!(ran.out.contains(sign) && ran.out.contains("a signed seal (`seal.required`)"), "{ran:#?}");
        fs::remove_file(place.path("plans/club/plan.toml")).unwrap();
        let ran = place.run(words);
        assert!(!ran.out.contains(sign) && !ran.out.contains("lifted"), "{ran:#?}");
        nearer("");
    }
    // Two plans of one folder share their settings.
    fs::copy(place.path(SWITCH), place.path("plans/club/other.yaml")).unwrap();
    let both = place.run(&["check", SWITCH, "plans/club/other.yaml", "--no-site"]);
    assert_eq!(both.err.matches("attention: `plan.toml` demands").count(), 1, "{both:#?}");
    fs::remove_file(place.path("plans/club/other.yaml")).unwrap();
    for words in [
        &["diff", SWITCH, "--snapshot", SITE][..],
        &["seal", SWITCH, "--site", SITE],
        &["apply", SWITCH, "--site", SITE, "--no-input"],
    ] {
        let ran = place.run(words);
        assert!(all.iter().all(|word| ran.err.contains(word)), "{ran:#?}");
    }
    // Whoever repeats the demands, or makes stricter ones, lifts nothing.
    nearer(&demands);
    assert!(!check().err.contains("attention"), "{:#?}", check());
    nearer(
        &demands
            .replace("\"2h\"", "\"1h\"")
            .replace("changes = 50", "changes = 7")
            .replace("offering = 30", "offering = 5"),
    );
    assert!(!check().err.contains("attention"), "{:#?}", check());
    // A reviewer of its own beside the real one.
    nearer(&demands.replace(&sam, &format!("{sam}, {eve}")));
    let ran = check();
    ran.ends(0, &["no other reviewers than its own, and `eve` is none of them (`seal.keys`)"]);
    assert!(!ran.err.contains("seal.required"), "{ran:#?}");
    // The same key under another name is the same reviewer.
    nearer(&demands.replace("sam =", "kim ="));
    assert!(!check().err.contains("attention"), "{:#?}", check());
    // What is between the two lifts some, and the nearest one the rest.
    fs::write(place.path("plans/plan.toml"), "max_age = \"1h\"\n").unwrap();
    nearer(&demands);
    check().ends(0, &["attention: `plans/plan.toml` demands what", "no reading older than 1h (`max_age`)"]);
    // One that cannot be read demands nobody knows what.
    fs::write(place.path("plans/plan.toml"), "max_age = 3\n").unwrap();
    check().ends(
        0,
        &[
            "attention: `plans/plan.toml`, line 1, column 11",
            "what it demands beyond `plans/club/plan.toml`, which is nearer, is not known",
        ],
    );
}
