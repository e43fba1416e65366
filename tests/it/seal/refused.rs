//! Seals that are refused, each with its reason.

use amc_plan::diag::Severity;
use amc_plan::rules::{OwnRules, Raised};

use super::*;

#[test]
fn a_seal_that_is_not_whole_or_not_its_own_is_refused() {
    let reviewed = Reviewed::new();
    let whole = reviewed.value();
    // Of pgschema's fingerprint the key can be deleted. Here deleting one skips no gate, nor does a value of another kind, whether or not the seal's own digest is made to fit.
    for key in whole.as_object().unwrap().keys() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(key);
        reviewed.write(&less.to_string());
        reviewed.refused(12, &["the seal is not valid here"]);
        for value in [Value::Null, json!([1])] {
            less[key] = value;
            reviewed.write(&if key == "seal" { less.to_string() } else { forged(less.clone()) });
            reviewed.refused(12, &["the seal is not valid here"]);
        }
        if key != "seal" {
            less.as_object_mut().unwrap().remove(key);
            reviewed.write(&forged(less));
            reviewed.refused(12, &["it is not a seal", key]);
        }
    }
    for key in ["intent", "changes", "facts"] {
        let mut less = whole.clone();
        less["digests"].as_object_mut().unwrap().remove(key);
        reviewed.write(&forged(less));
        reviewed.refused(12, &["it is not a seal", key]);
    }
    let twice = reviewed.seal.edited_once("\"plan\":", "\"plan\": \"x\", \"plan\":");
    let more = reviewed.seal.edited_once("\"plan\":", "\"force\": true, \"plan\":");
    let inside = reviewed.seal.edited_once("\"intent\":", "\"force\": true, \"intent\":");
    let mut newer = whole.clone();
    newer["format_version"] = json!(2);
    for text in ["", "{}", "null", "[]", "seal", "\u{feff}{}", &twice, &more, &inside, &forged(newer)] {
        reviewed.write(text);
        reviewed.refused(12, &["nothing was written"]);
    }
}

#[test]
fn a_seal_cut_anywhere_is_none() {
    let reviewed = Reviewed::new();
    let whole = reviewed.seal.trim_end();
    assert!(Seal::read(whole).is_ok());
    for cut in 0..whole.len() {
        assert!(Seal::read(&whole[..cut]).is_err(), "{cut}");
    }
    // Any one digit more or less.
    for (at, _) in whole.match_indices(|c: char| c.is_ascii_digit()) {
        let other = if whole[at..].starts_with('1') { "2" } else { "1" };
        let edited = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
        assert!(Seal::read(&edited).is_err(), "{at}");
    }
}

#[test]
fn a_seal_of_another_plan_host_or_rule_set_or_time_is_refused() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    fs::copy(place.path("bloom-coaching.record.ndjson"), place.path("other.record.ndjson")).unwrap();
    place.run(&["seal", "other.yaml", "--site", SITE]).ends(0, &[]);
    reviewed.refused_with(&["--seal", "other.seal.json"], 12, &["it was made for the plan `other.yaml`"]);
    let with = |key: &str, value: Value| {
        let mut seal = reviewed.value();
        seal[key] = value;
        reviewed.write(&forged(seal));
    };
    with("host", json!("staging2.bloom.example"));
    reviewed.refused(12, &["for `staging2.bloom.example`"]);
    with("rules", json!(BOGUS));
    reviewed.refused(11, &["the set of rules differs"]);
    let times = |created: &str, expires: &str| {
        let mut seal = reviewed.value();
        (seal["created"], seal["expires"]) = (json!(created), json!(expires));
        reviewed.write(&forged(seal));
    };
    times("2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    reviewed.refused(11, &["valid from 2026-01-01T00:00:00Z until 2026-01-04T00:00:00Z only"]);
    times("2999-01-01T00:00:00Z", "2999-01-04T00:00:00Z");
    reviewed.refused(11, &["only, so nothing was written"]);
    times("2026-01-01T00:00:00Z", "2999-01-04T00:00:00Z");
    reviewed.refused(12, &["more than 14 days"]);
    times("2999-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    reviewed.refused(11, &[]);
    reviewed.write(&reviewed.seal);
    reviewed.applied().ends(0, &[]);
}

/// Atlantis #1508: what was approved is A, what would be applied is B.
#[test]
fn a_plan_edited_or_a_site_moved_since_it_was_sealed_is_refused_and_named() {
    let mut reviewed = Reviewed::new();
    reviewed.place.edit(PLAN, "Money, release: 7 days", "Money, release: 8 days");
    reviewed
        .refused(11, &["the plan was edited since the diff was sealed", "(`offering/group-coaching`)", "plan seal"]);
    reviewed.place.edit(PLAN, "Money, release: 8 days", "Money, release: 7 days");
    for (old, new, named) in [
        (r#""welcome":"none""#, r#""welcome":"purchases""#, "(`emails`)"),
        (r#""key":"spare-admin","#, r#""key":"spare-admin-2","#, "(`administrator`)"),
        (
            r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
            r#""key":"hello-dolly/hello.php","version":"1.7.3","active":true"#,
            "(`plugin/hello-dolly/hello.php`)",
        ),
    ] {
        let before = reviewed.site.clone();
        reviewed.place.edit_site(SITE, old, new);
        reviewed.site = reviewed.place.read(SITE);
        reviewed.refused(11, &["the site changed since the diff was sealed", named]);
        reviewed.site = before;
        fs::write(reviewed.place.path(SITE), &reviewed.site).unwrap();
    }
    // What nobody reads may move.
    reviewed.place.edit_site(SITE, r#""calls":212"#, r#""calls":213"#);
    reviewed.applied().ends(0, &[]);
}

/// octoDNS ignores a checksum where none is asked for; here a value that is given is enforced.
#[test]
fn with_a_digest_both_must_hold() {
    let reviewed = Reviewed::new();
    let digest = reviewed.value()["digests"]["changes"].as_str().unwrap().to_owned();
    // Nobody was shown it here.
    for (wrong, why) in
        [(BOGUS, "never showed"), (&*digest, "never showed"), ("", "is no digest"), ("0123456789g", "is no digest")]
    {
        reviewed.refused_with(&["--seal", SEAL, "--confirm", wrong], 12, &[why]);
    }
    assert_eq!(reviewed.place.digest(), digest);
    reviewed.write(&reviewed.seal.edited_once("bloom", "gloom"));
    reviewed.refused_with(&["--seal", SEAL, "--confirm", &digest], 12, &["the seal is not valid here"]);
    reviewed.write(&reviewed.seal);
    reviewed.refused_with(&["--seal", "none.json", "--confirm", &digest], 3, &["none.json"]);
    reviewed.place.apply(&["--seal", SEAL, "--confirm", &digest]).ends(0, &[]);
}

#[test]
fn a_red_plan_is_refused_before_the_seal_is_judged() {
    let reviewed = Reviewed::new();
    reviewed.place.edit(PLAN, "crm: {name: ontraport", "crm: {name: keap");
    reviewed.refused(10, &["crm-differs"]);
    reviewed.write("not a seal");
    reviewed.refused(10, &["crm-differs"]);
}

#[test]
fn what_is_no_file_is_no_seal() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    fs::create_dir(place.path("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    for name in ["none.json", "folder", "pipe", "/dev/zero"] {
        reviewed.refused_with(&["--seal", name], 3, &["cannot read", name]);
    }
    fs::write(place.path("large"), " ".repeat(1 << 20)).unwrap();
    fs::write(place.path("bytes"), [0xff; 40]).unwrap();
    reviewed.refused_with(&["--seal", "large"], 12, &["not a seal"]);
    reviewed.refused_with(&["--seal", "bytes"], 12, &["not text"]);
    fs::create_dir(place.path(SIGNATURE)).unwrap();
    reviewed.refused(3, &["minisig"]);
}

#[test]
fn the_order_of_refusals() {
    let now = shown(3);
    let stale = Confirmation { digests: Digests { facts: "g".into(), ..now.digests.clone() }, ..now.clone() };
    let limits: Limits = toml::from_str("changes = 1").unwrap();
    let tally = Tally { changes: [(amc_plan::model::Kind::Offering, 2)].into(), ..Tally::default() };
    let moved = of(&Seal::new(&stale, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)));
    let none = Presented::new(&Sealed { text: String::new(), signature: None }, &BTreeMap::new());
    let worst = Before {
        green: false,
        live: true,
        limits: &limits,
        tally: &tally,
        demands: Demands { required: true, signed: false },
        seal: None,
        rules: "r",
        given: Some("x"),
        known: None,
        now: &now,
    };
    assert_eq!(ensure_may_begin(worst), Err(Refusal::NotGreen));
    let green = Before { green: true, ..worst };
    assert_eq!(ensure_may_begin(green), Err(Refusal::Live));
    let staging = Before { live: false, ..green };
    assert!(matches!(ensure_may_begin(staging), Err(Refusal::Limit(_))));
    let few = Before { tally: &Tally::default(), ..staging };
    assert_eq!(ensure_may_begin(few), Err(Refusal::SealMissing));
    assert!(matches!(ensure_may_begin(Before { seal: Some(&none), ..few }), Err(Refusal::SealUnknown(_))));
    // What is unknown is told before what is stale.
    let both = Before { seal: Some(&moved), ..few };
    assert_eq!(ensure_may_begin(both), Err(Refusal::Unconfirmed { given: Some("x".into()) }));
    let known = Before { known: Some(&stale), ..both };
    assert_eq!(ensure_may_begin(Before { rules: "other", ..known }), Err(Refusal::RulesMoved));
    assert!(matches!(ensure_may_begin(known), Err(Refusal::SealMoved(_))));
    let sealed = of(&Seal::new(&now, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)));
    assert!(matches!(ensure_may_begin(Before { seal: Some(&sealed), ..known }), Err(Refusal::FactsMoved { .. })));
    let confirmed = Before { seal: Some(&sealed), known: Some(&now), ..known };
    assert_eq!(ensure_may_begin(confirmed), Ok(()));
    assert_eq!(ensure_may_begin(Before { seal: Some(&sealed), given: None, known: None, ..few }), Ok(()));
    let free = Before { demands: Demands::default(), seal: None, given: None, known: None, ..few };
    assert_eq!(ensure_may_begin(free), Err(Refusal::Unconfirmed { given: None }));
}

#[test]
fn the_version_of_the_rules_is_over_what_decides() {
    let parts = |rule: &&rules::Rule| {
        let due = (rule.phase, rule.target, rule.acceptable, rule.settled_by, rule.precondition);
        json!([rule.id, rule.severity, due.0, due.1, due.2, due.3, due.4])
    };
    let mut all: Vec<Value> = rules::ALL.iter().map(parts).collect();
    let by_themselves = rules::version(&Raised::default(), &OwnRules::default());
    assert_eq!(by_themselves, digest::of(&all));
    for part in 0..7 {
        let mut other = all.clone();
        other[7][part] = json!("other");
        assert_ne!(by_themselves, digest::of(&other));
    }
    // What the settings make an error of weighs as one, and an error is one already.
    let raised = |id: &str| {
        rules::version(&Raised::new("plan.toml".to_owned(), [(id, Severity::Error)]).unwrap(), &OwnRules::default())
    };
    assert_eq!(raised("price-differs"), by_themselves);
    let at = rules::ALL.iter().position(|rule| rule.id == "support-closed-in-window").unwrap();
    let mut heavier = all.clone();
    heavier[at][1] = json!("error");
    assert_eq!(raised("support-closed-in-window"), digest::of(&heavier));
    all.pop();
    assert_ne!(by_themselves, digest::of(&all));
}
