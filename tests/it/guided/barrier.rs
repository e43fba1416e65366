//! The barrier: passed by its phrase alone, remembered, and never passed twice.

use amc_plan::trust::{Purpose, marked, unmarked};

use super::*;

#[test]
fn the_barrier_is_passed_by_its_phrase_alone_and_explained_before() {
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    for phrase in ["", "yes", "run migration on bloom.example", "run migration on"] {
        let ran = place.apply(&["--resume", "--no-input", "--acknowledge", phrase]);
        ran.ends(20, &["was not acknowledged"]);
        for word in [
            "login      attested: the spare administrator signed in; a site in a file has no login",
            "mailed to 240 members",
            "mail is simulated",
            "copy live to staging again",
            "\"Import all contacts\": NOT ticked",
            "\"Do NOT turn off Maintenance mode at the end\": ticked",
        ] {
            let out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
            let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(out.contains(&word), "`{word}`: {ran:#?}");
        }
        assert!(!ran.out.contains("payments taken") && !ran.out.contains("decides by"), "that is live's: {ran:#?}");
        assert!(!fs::read_to_string(place.journal()).unwrap().contains("barrier-passed"));
    }
    // The site is read afresh, whatever was green before.
    let as_applied = place.read(SITE);
    let open = || place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    place.edit_site(SITE, r#""simulated":true"#, r#""simulated":false"#);
    open().ends(20, &["`mail` is not as the plan wants it", "the run stops at `run-migration`"]);
    fs::write(place.path(SITE), &as_applied).unwrap();
    place.edit_site(SITE, r#""connected":true"#, r#""connected":false"#);
    open().ends(20, &["`crm` differs in connected", "the run stops at `run-migration`"]);
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("barrier-passed"));
    fs::write(place.path(SITE), &as_applied).unwrap();
    // The plan that is judged is the one that was confirmed.
    place.edit(PLAN, "no_older_than: 2h", "no_older_than: 48h");
    open().ends(20, &["the plan was edited"]);
    place.edit(PLAN, "no_older_than: 48h", "no_older_than: 2h");
    open().ends(20, &["press it now, once"]);
}

#[test]
fn where_nothing_was_written_a_barrier_that_is_not_passed_is_16() {
    let place = configured_anew();
    // A second run on a site that is as the plan wants it has no changes.
    let journal = fs::read_to_string(place.journal()).unwrap();
    let (begin, _) = unmarked(journal.lines().next().unwrap(), None, Purpose::Journal);
    let mut begin: Value = serde_json::from_str(&begin).unwrap();
    assert_eq!(begin["event"]["begin"]["changes"].as_array().unwrap().len(), 7);
    fs::remove_file(place.journal()).unwrap();
    begin["event"]["begin"]["changes"] = Value::Array(Vec::new());
    // As an earlier build has it, which notes nothing of the reading that is kept.
    begin["event"]["begin"].as_object_mut().unwrap().remove("kept").unwrap();
    let none = amc_plan::change::changes_digest(&"staging.bloom.example".parse().unwrap(), &[], &[]);
    begin["event"]["begin"]["digests"]["changes"] = none.clone().into();
    assert_eq!(place.digest(), none, "and its diff was shown");
    let begin = marked(&begin.to_string(), &crate::place::key(), Purpose::Journal);
    fs::write(place.journal(), begin + "\n").unwrap();
    fs::copy(place.path(SITE), place.state_files("before.site.ndjson").pop().unwrap()).unwrap();
    on(&place).ends(0, &[]);
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    on(&place).ends(16, &["was not acknowledged"]);
}

#[test]
fn a_flag_of_a_gate_is_enforced_or_refused() {
    let place = Place::new();
    let (digest, site) = (place.digest(), place.read(SITE));
    for more in [
        &["--confirm", &digest, "--acknowledge", PHRASE][..],
        &["--confirm", &digest, "--acknowledge", PHRASE, "--through", "start-verification"],
        &["--confirm", &digest, "--host", "staging.bloom.example"],
        &["--resume", "--through", "configure", "--acknowledge", PHRASE],
    ] {
        place.apply(more).ends(2, &["leave it out"]);
    }
    place.confirm(&"0".repeat(16)).ends(12, &[]);
    place.apply(&["--confirm", &digest, "--through", "backup"]).ends(2, &["cannot end before it"]);
    assert_eq!(place.read(SITE), site);
    place.confirm(&digest).ends(0, &[]);
    for through in ["start-verification", "run-migration"] {
        place.apply(&["--no-input", "--through", through]).ends(
            2,
            &["the run that waits: `plan apply bloom-coaching.yaml --site bloom-coaching.site.ndjson --resume`"],
        );
    }
    place.apply(&["--through", "run-migration", "--acknowledge", PHRASE]).ends(2, &["nothing to change"]);
    place.apply(&["--no-input", "--through", "configure"]).ends(0, &[]);
    place.apply(&["--resume", "--on", "live"]).ends(13, &["the run to resume is on the staging copy"]);
    place.apply(&["--resume", "--on", "live", "--host", "staging.bloom.example"]).ends(13, &[]);
}

#[test]
fn what_the_plan_calls_live_by_now_is_set_back_only_by_its_typed_host() {
    let place = Place::new();
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    let (plan, applied) = (place.read(PLAN), place.read(SITE));
    fs::write(place.path(PLAN), plan.edited("https://bloom.example", "https://staging.bloom.example")).unwrap();
    let undo = ["undo", PLAN, "--site", SITE, "--no-input", "--confirm", &digest];
    place.run(&undo).ends(13, &["now names `staging.bloom.example` as its live site", "--host staging.bloom.example"]);
    fs::write(place.path(PLAN), format!("{plan}\nzzz: [\n")).unwrap();
    place.run(&undo).ends(13, &["the plan now names no live site", "--host staging.bloom.example"]);
    assert_eq!(place.read(SITE), applied);
    place.run(&[&undo[..], &["--host", "staging.bloom.example"]].concat()).ends(0, &[]);
}

#[test]
fn that_nobody_pressed_is_asked_only_while_the_site_does_not_show_it() {
    let place = passed_barrier();
    let word = format!("plan record not-pressed \"HOW YOU KNOW\" --plan {PLAN} --who WHO --site {SITE}");
    on(&place).ends(20, &[&word]);
    let undo = || place.run(&["undo", PLAN, "--site", SITE, "--no-input"]);
    undo().ends(20, &[&word]);
    migrated(&place, true, 30);
    let ran = on(&place);
    ran.ends(20, &["the spare administrator", "do that, then continue with `plan apply"]);
    assert!(!ran.err.contains("not-pressed"), "{ran:#?}");
    let ran = undo();
    ran.ends(20, &["copy live to staging again"]);
    assert!(!ran.err.contains("not-pressed"), "{ran:#?}");
}

#[test]
fn past_the_barrier_nobody_presses_twice_undoes_or_forgets() {
    let place = passed_barrier();
    let site = place.read(SITE);
    for _ in 0..2 {
        let ran = on(&place);
        ran.ends(20, &["may have been pressed at", "do not press it again until the state of the migration is known"]);
        assert!(!ran.out.contains("press"), "{ran:#?}");
    }
    place.run(&["undo", PLAN, "--site", SITE]).ends(20, &["past *Run Migration*", "copy live to staging again"]);
    place.run(&["purge", PLAN, "--site", SITE]).ends(20, &["still needs it"]);
    place.edit(PLAN, "welcome: purchases-and-opt-ins", "welcome: purchases");
    place.apply(&["--no-input"]).ends(20, &["past *Run Migration*"]);
    on(&place).ends(20, &["the plan was edited"]);
    assert_eq!(place.read(SITE), site);
    assert_eq!(status(&place)["past_the_barrier"], true);
    let way_back = status(&place)["way_back"].as_str().unwrap().to_owned();
    assert!(way_back.contains("copy live to staging again") && !way_back.contains("payments"), "{way_back}");
}

#[test]
fn a_passed_barrier_is_remembered_beside_the_site_whatever_becomes_of_the_journal() {
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    on(&place).ends(20, &["was not acknowledged"]);
    let in_front = fs::read(place.journal()).unwrap();
    place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]).ends(20, &["press it now, once"]);
    let site = place.read(SITE);
    let nothing_more = |ran: Ran, words: &[&str]| {
        ran.ends(20, &[words, &["past *Run Migration*"]].concat());
        assert!(!ran.out.contains("now press"), "{ran:#?}");
        assert_eq!(place.read(SITE), site);
    };
    // Gone, or torn to nothing.
    for left in [None, Some("")] {
        drop(fs::remove_file(place.journal()));
        if let Some(text) = left {
            fs::write(place.journal(), text).unwrap();
        }
        for verb in [&["apply", PLAN, "--no-input"][..], &["apply", PLAN, "--resume", "--no-input"], &["undo", PLAN]] {
            nothing_more(place.run(&[verb, &["--site", SITE]].concat()), &["take it from a backup", "plan lock break"]);
        }
    }
    // From a backup that was made in front of the barrier: nobody is told to press once more, and the word helps.
    fs::write(place.journal(), &in_front).unwrap();
    assert_eq!(status(&place)["past_the_barrier"], true);
    nothing_more(place.run(&["undo", PLAN, "--site", SITE]), &["copy live to staging again"]);
    let word = ["record", "not-pressed", "nobody was there", "--plan", PLAN, "--site", SITE, "--who", "jo"];
    place.run(&word).ends(20, &["noted next to the site", "--resume"]);
    let again = place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    again.ends(20, &["do not press it again until the state of the migration is known"]);
    assert!(!again.out.contains("now press"), "{again:#?}");
    read_again(&place, &site, &jiff::Timestamp::now().to_string(), ("", ""));
    place.run(&word).ends(0, &[]);
    assert_eq!(status(&place)["past_the_barrier"], false);
}

#[test]
fn on_a_site_that_shows_that_somebody_pressed_nothing_is_taken_back() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    for (old, new, word) in [
        (r#""managed":false"#, r#""managed":true"#, "is on Managed Contacts"),
        (r#""managed":false"#, r#""managed":false,"migrated":40"#, "has processed 40 members"),
    ] {
        let was = place.read(SITE);
        place.edit_site(SITE, old, new);
        let migrated = place.read(SITE);
        place
            .run(&["undo", PLAN, "--site", SITE, "--confirm", &digest])
            .ends(20, &[word, "copy live to staging again"]);
        assert_eq!(place.read(SITE), migrated);
        fs::write(place.path(SITE), was).unwrap();
    }
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
}

#[test]
fn a_site_that_was_restored_past_the_barrier_can_be_begun_again_by_an_attestation() {
    let place = passed_barrier();
    let site = place.read(SITE);
    let word = ["record", "restored", "the host's point r-17", "--plan", PLAN, "--site", SITE, "--who", "jo"];
    place.run(&word).ends(20, &["the site was read at 2026-11-21"]);
    let now = jiff::Timestamp::now().to_string();
    read_again(&place, &site, &now, (r#""managed":false"#, r#""managed":true"#));
    place.run(&word).ends(20, &["is on Managed Contacts"]);
    // Mail that was caught meanwhile, and maintenance mode, say nothing against it.
    read_again(&place, &site, &now, (r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#));
    let ran = place.run(&word);
    ran.ends(0, &[]);
    assert!(
        ran.out.contains("the run is closed") && ran.out.contains("takes no payment until it is switched off"),
        "{ran:#?}"
    );
    assert_eq!(place.state_files(".run.json"), Vec::<std::path::PathBuf>::new());
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert!(log.contains("restored from a backup"), "{log}");
    place.run(&word).ends(2, &["no run here is past the barrier"]);
    fs::write(place.path(SITE), Place::new().read(SITE)).unwrap();
    place.confirm(&place.digest()).ends(0, &[]);
}

/// The site as it is, read anew at this time, with one text in place of another.
fn read_again(place: &Place, as_it_was: &str, at: &str, (old, new): (&str, &str)) {
    assert!(as_it_was.contains(old), "{old}");
    let text = as_it_was.edited_once("2026-11-21T06:12:00Z", at).edited_once(old, new);
    fs::write(place.path(SITE), text).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

#[test]
fn that_nobody_pressed_counts_only_where_the_site_shows_it() {
    let place = passed_barrier();
    let site = place.read(SITE);
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    let undo = || place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    let says = |words: &str, who: &str| {
        place.run(&["record", "not-pressed", words, "--plan", PLAN, "--site", SITE, "--who", who])
    };
    let record = place.read("bloom-coaching.record.ndjson");
    undo().ends(20, &["past *Run Migration*", "plan record not-pressed"]);
    says("nobody was there", "max").ends(2, &["`max` is not among the plan's `people`"]);
    // The site was read before the barrier was passed.
    says("nobody was there", "jo").ends(20, &["the site was read at 2026-11-21", "do not press *Run Migration* again"]);
    let later = &jiff::Timestamp::now().to_string();
    let managed = r#""managed":false"#;
    read_again(&place, &site, "2999-01-01T00:00:00Z", ("", ""));
    says("nobody was there", "jo").ends(20, &["in the future", "do not press *Run Migration* again"]);
    for (new, why) in [
        (r#""managed":true"#, "is on Managed Contacts"),
        (r#""managed":false,"sources":{"managed":{"missing":"no screen"}}"#, "is not captured"),
        (r#""managed":false,"migrated":3"#, "processed 3 members"),
    ] {
        read_again(&place, &site, later, (managed, new));
        says("nobody was there", "jo").ends(20, &[why, "do not press *Run Migration* again"]);
    }
    read_again(&place, &site, later, (r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#));
    says("nobody was there", "jo").ends(20, &["maintenance mode is on", "do not press *Run Migration* again"]);
    read_again(&place, &site, later, ("", ""));
    says(" ", "jo").ends(2, &["the text has no visible characters"]);
    assert_eq!(place.read("bloom-coaching.record.ndjson"), record, "what is not accepted is not recorded");
    assert_eq!(status(&place)["past_the_barrier"], true);
    undo().ends(20, &[]);
    let ran = says("Ada ada@member.example watched the screen", "jo");
    ran.ends(0, &[]);
    assert!(ran.out.contains("attested by `jo`") && ran.out.contains("before the barrier again"), "{ran:#?}");
    assert!(place.read("bloom-coaching.record.ndjson").contains(r#""not-pressed""#));
    let journal = fs::read_to_string(place.journal()).unwrap();
    assert!(journal.contains(r#""not-pressed":{"who":"jo""#) && !journal.contains("ada@"), "{journal}");
    assert_eq!(status(&place)["past_the_barrier"], false);
    says("nobody was there", "jo").ends(2, &["no run here is past the barrier"]);
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert!(log.contains("not pressed, attested by jo, so the run is before the barrier again"), "{log}");
    // The barrier asks for its phrase again (judged by the site's own clock, so it is put back), and past it nothing is taken back.
    fs::write(place.path(SITE), &site).unwrap();
    on(&place).ends(20, &["was not acknowledged"]);
    place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]).ends(20, &["press it now, once"]);
    undo().ends(20, &["past *Run Migration*"]);
    // The word of before says nothing of the second time.
    on(&place).ends(20, &["do not press it again until the state of the migration is known"]);
    let note = place.state_files(".run.json").pop().unwrap();
    assert!(fs::read_to_string(&note).unwrap().contains(r#""past_the_barrier":true"#));
    let again = &jiff::Timestamp::now().to_string();
    read_again(&place, &site, again, ("", ""));
    says("nobody was there this time either", "jo").ends(0, &[]);
    assert!(fs::read_to_string(&note).unwrap().contains(r#""past_the_barrier":false"#));
    undo().ends(0, &[]);
    let was = Place::new().read(SITE).edited_once("2026-11-21T06:12:00Z", again);
    fs::write(place.path("was.site.ndjson"), was).unwrap();
    place.run(&["snapshot", "finalize", "was.site.ndjson"]).ends(0, &[]);
    assert_eq!(place.read(SITE), place.read("was.site.ndjson"), "all of it is taken back");
}

#[test]
fn what_a_hand_sets_back_past_the_barrier_does_not_pass_it_twice() {
    let place = passed_barrier();
    fs::copy(Place::new().path(SITE), place.path(SITE)).unwrap();
    place.confirm(&place.digest()).ends(20, &["past *Run Migration*"]);
    // Nor does a confirmation that is gone.
    fs::remove_file(place.confirmations()).unwrap();
    let ran = on(&place);
    ran.ends(20, &["do not press it again"]);
    assert!(!ran.err.contains("away"), "{ran:#?}");
}
