//! What ends a check with 1, several plans, folders of them, and one from standard input.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::{ALL, DRAFT, accepted, json, printed};
use crate::place::{PLAN, Place, Ran, SITE};

/// A site that lacks a fact which a rule needs, and warns of nothing.
fn partly() -> Place {
    let place = Place::new();
    fs::remove_file(place.path("private/bloom-coaching.contacts.yaml")).unwrap();
    place
}

#[test]
fn without_a_site_what_needs_one_is_one_line_and_no_failure() {
    let place = Place::new();
    for format in ALL {
        let ran = place.run(&["check", PLAN, "--no-site", "--format", format]);
        ran.ends(0, &[]);
        assert!(!ran.out.to_lowercase().contains("green at"), "{format}: {}", ran.out);
        let says_none = matches!(format, "gitlab" | "rdjson");
        assert!(says_none || ran.out.contains("unproven"), "{format}: {}", ran.out);
    }
    for format in ["human", "concise", "github", "markdown", "sarif", "junit"] {
        let out = printed(&place, format, &[PLAN, "--no-site"]);
        assert_eq!(out.matches("rules need a site").count(), 1, "{format}: {out}");
        assert!(!out.contains("no site was read") && !out.contains("spare-admin-missing"), "{format}: {out}");
    }
    let human = printed(&place, "human", &[PLAN, "--no-site"]);
    assert!(human.lines().count() < 6, "{human}");
    // A clone has no private files either.
    let clone = printed(&partly(), "human", &[PLAN, "--no-site"]);
    assert!(clone.contains(" rules need a site, 1 needs a private file that is not here, so"), "{clone}");
    assert_eq!(clone.lines().count(), human.lines().count(), "{clone}");
    let report = json(&place, "json", &[PLAN, "--no-site"]);
    assert_eq!(report["verdict"], "unproven");
    let needs = |finding: &&Value| {
        finding["due"] == true && finding["message"].as_str().unwrap().contains("(no site was read)")
    };
    let needing = report["findings"].as_array().unwrap().iter().filter(needs);
    let said: usize = human.split(" rules need a site").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert_eq!(needing.count(), said, "the document has each");
    // What the plan alone shows is wrong all the same.
    place.run(&["check", DRAFT, "--no-site"]).ends(1, &[]);
    let draft = printed(&place, "concise", &[DRAFT, "--no-site"]);
    assert!(draft.contains("error[wrong-value]") && draft.contains("red at gate"), "{draft}");
}

#[test]
fn what_a_check_fails_on_can_be_said_and_the_verdict_stays() {
    let (green, red, unproven) = (Place::new(), Place::new(), partly());
    // Nothing is wrong with it, and one thing is worth a look: the reading is old.
    let warns = [PLAN, "--snapshot", SITE];
    for (place, words, [unsaid, error, on_unproven, warning], verdict) in [
        (&green, &[PLAN, "--site", SITE][..], [0, 0, 0, 0], "green"),
        (&red, &[DRAFT, "--site", SITE], [1, 1, 1, 1], "red"),
        (&unproven, &[PLAN, "--site", SITE], [1, 0, 1, 1], "unproven"),
        (&green, &warns, [0, 0, 0, 1], "green"),
        (&green, &[PLAN, "--no-site"], [0, 0, 1, 0], "unproven"),
        (&red, &[DRAFT, "--no-site"], [1, 1, 1, 1], "red"),
    ] {
        let code = |more: &[&str]| {
            let ran = place.run(&[&["check", "--format", "json"], words, more].concat());
            let report: Value = serde_json::from_str(&ran.out).unwrap();
            assert_eq!(report["verdict"], verdict, "{words:?} {more:?}");
            ran.code.unwrap()
        };
        assert_eq!(code(&[]), unsaid, "{words:?}");
        assert_eq!(code(&["--fail-on", "error"]), error, "{words:?} error");
        assert_eq!(code(&["--fail-on", "unproven"]), on_unproven, "{words:?} unproven");
        assert_eq!(code(&["--fail-on", "warning"]), warning, "{words:?} warning");
    }
    let members = ["check", PLAN, "--site", SITE, "--accept-unknown", "members"];
    unproven.run(&members).ends(0, &[]);
    unproven.run(&[&members[..], &["--fail-on", "warning"]].concat()).ends(0, &[]);
    accepted().run(&["check", PLAN, "--site", SITE, "--fail-on", "warning"]).ends(0, &[]);
    green.run(&["check", PLAN, "--site", SITE, "--fail-on", "never"]).ends(2, &["error, unproven, warning"]);
}

#[test]
fn several_plans_and_folders_are_one_check() {
    let place = Place::new();
    let both = ["check", PLAN, DRAFT, "--site", SITE, "--format", "concise"];
    let ran = place.run(&both);
    ran.ends(1, &[]);
    assert!(ran.out.ends_with("\n2 plans: 1 green, 1 red\n"), "{}", ran.out);
    place.run(&["check", PLAN, PLAN, "--site", SITE]).ends(0, &[]);
    // A folder: whatever lies beside a plan is none, and what else is there is not passed over in silence.
    fs::create_dir_all(place.path("clients/one/private")).unwrap();
    for (name, text) in [
        ("clients/one/switch.yml", "version: 1\nname: x\n"),
        ("clients/one/club.adapter.yaml", "version: 1\n"),
        ("clients/one/private/x.yaml", "sites: {}\n"),
        ("clients/.hidden.yaml", "sites: {}\n"),
        ("clients/compose.yaml", "services: {}\n"),
        ("clients/readme.md", "sites:\n"),
    ] {
        fs::write(place.path(name), text).unwrap();
    }
    place
        .run(&["check", "clients", "--no-site"])
        .ends(2, &["there is no plan in `clients`", "compose.yaml has no key of a plan"]);
    fs::write(place.path("clients/one/switch.yml"), "version: 1\n\"sites\": 5\n").unwrap();
    let ran = place.run(&["check", "clients", "--no-site", "--format", "json"]);
    ran.ends(1, &["attention: clients/compose.yaml has no key of a plan"]);
    let list: Value = serde_json::from_str(&ran.out).unwrap();
    let paths: Vec<&str> =
        list.as_array().unwrap().iter().map(|report| report["plan"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["clients/one/switch.yml"], "of a folder it is a list, whatever it holds");
    let all = json(&place, "sarif", &[".", "--no-site"]);
    let of = |path: &str| {
        let results = all["runs"][0]["results"].as_array().unwrap().iter();
        results.filter(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path).count()
    };
    assert!(of("clients/one/switch.yml") > 0 && of(DRAFT) > 0, "{all:#}");
    fs::create_dir(place.path("empty")).unwrap();
    place.run(&["check", "empty", "--no-site"]).ends(2, &["there is no plan in `empty`"]);
    place.run(&["check", PLAN, "absent.yaml", "--no-site"]).ends(3, &["cannot read `absent.yaml`"]);
    place.run(&["check"]).ends(2, &["<PLAN>..."]);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_out_of_a_folder() {
    let place = Place::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.yaml"), "sites: 5\n").unwrap();
    fs::create_dir(place.path("plans")).unwrap();
    std::os::unix::fs::symlink(outside.path(), place.path("plans/out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x.yaml"), place.path("plans/x.yaml")).unwrap();
    std::os::unix::fs::symlink(".", place.path("plans/again")).unwrap();
    place.run(&["check", "plans", "--no-site"]).ends(2, &["there is no plan in `plans`"]);
}

#[test]
fn a_plan_may_come_by_standard_input() {
    let place = Place::new();
    let given = |text: &[u8], words: &[&str]| {
        let mut child = place.command(&[&["check", "-"], words].concat()).stdin(Stdio::piped()).spawn().unwrap();
        // Who was refused already reads nothing.
        let _ = child.stdin.take().unwrap().write_all(text);
        Ran::from(child.wait_with_output().unwrap())
    };
    let text = fs::read(place.path(PLAN)).unwrap();
    let ran = given(&text, &["--no-site", "--format", "concise"]);
    ran.ends(0, &[]);
    assert!(ran.out.starts_with("unproven at gate"), "{}", ran.out);
    let draft = fs::read(place.path(DRAFT)).unwrap();
    let ran = given(&draft, &["--site", SITE, "--format", "concise"]);
    ran.ends(1, &[]);
    assert!(ran.out.starts_with("-:1:1: error[backup-missing]"), "{}", ran.out);
    for format in ALL {
        given(&draft, &["--site", SITE, "--format", format]).ends(1, &[]);
    }
    let human = given(&draft, &["--site", SITE]).out;
    assert!(
        human.contains("--plan PLAN") && !human.contains("--plan ./-"),
        "no command names what no file is: {human}"
    );
    let large = given(&[b'#'; 1001], &["--no-site", "--max-bytes", "1000", "--format", "concise"]);
    large.ends(1, &[]);
    assert!(large.out.contains("error[too-large]"), "{}", large.out);
    given(b"\xff\0", &["--no-site"]).ends(1, &[]);
    given(b"", &["--no-site"]).ends(1, &[]);
}
