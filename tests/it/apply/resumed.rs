//! A run that stopped part-way is finished first, by its journal, on the site that it began on.

use super::*;

/// The example with the journal of a whole run, and the site as it was before and after.
struct Rerun {
    place: Place,
    lines: Vec<String>,
    before: String,
    after: String,
}

impl Rerun {
    fn new() -> Self {
        let place = Place::new();
        let before = place.read(SITE);
        place.confirm(&place.digest()).ends(0, &[]);
        let journal = fs::read_to_string(place.journal()).unwrap();
        let lines = journal.lines().map(|line| format!("{line}\n")).collect();
        let after = place.read(SITE);
        Self { place, lines, before, after }
    }

    /// The site as it was before the run, but for the objects of these kinds.
    fn with_shields(&self, kinds: &[&str]) {
        let is_shield = |line: &&str| kinds.iter().any(|kind| line.starts_with(&format!(r#"{{"kind":"{kind}""#)));
        let mut lines: Vec<&str> = self.before.lines().filter(|line| !is_shield(line)).collect();
        lines.splice(1..1, self.after.lines().filter(is_shield));
        fs::write(self.place.path(SITE), lines.join("\n") + "\n").unwrap();
        self.place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    }

    /// The site as it was before the run, with a journal that reads so.
    fn with_journal(&self, journal: &str) {
        fs::write(self.place.path(SITE), &self.before).unwrap();
        fs::write(self.place.journal(), journal).unwrap();
    }
}

#[test]
fn one_run_at_a_time_and_a_dead_holder_holds_nothing() {
    let place = Place::new();
    let (digest, before) = (place.digest(), place.read(SITE));
    place.confirm(BOGUS).ends(12, &[]);
    let [lock] = &place.state_files(".lock")[..] else { panic!("one lock") };
    assert!(fs::read_to_string(lock).unwrap().contains(r#""process":"#), "its holder is dead and still named");
    let held = fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    place.confirm(&digest).ends(14, &["another run is working on this site: process "]);
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    let spelled = place.path(".").join(SITE).display().to_string();
    for plan in [PLAN, "./other.yaml"] {
        place.run(&["apply", plan, "--site", &spelled, "--confirm", &digest]).ends(14, &[]);
        place.run(&["apply", plan, "--site", &spelled, "--resume"]).ends(14, &[]);
    }
    assert_eq!(place.read(SITE), before);
    drop(held);
    place.confirm(&digest).ends(0, &[]);
}

#[test]
fn an_unfinished_run_is_finished_first_and_by_its_journal_alone() {
    let rerun = Rerun::new();
    let place = &rerun.place;
    let digest = place.digest();
    for kept in (1..rerun.lines.len()).step_by(2) {
        rerun.with_journal(&rerun.lines[..kept].concat());
        let done = rerun.lines[..kept].iter().filter(|line| line.contains(r#""done""#)).count();
        if kept % 6 == 1 {
            // A site on which nothing is left of what was done is a fresh copy, for which that digest was not shown.
            let (code, what) = if done == 0 { (20, "not finished") } else { (11, "copied again since the last run") };
            place.confirm(&digest).ends(code, &[what]);
            if done == 0 {
                place.apply(&["--no-input"]).ends(20, &["not finished", "--resume"]);
            }
            assert_eq!(place.read(SITE), rerun.before);
            assert_eq!(fs::read_to_string(place.journal()).unwrap(), rerun.lines[..kept].concat());
        }
        // The changes whose outcome the journal holds are in place.
        if done > 0 {
            // What keeps the copy from charging and mailing must be, or nothing more is written.
            let lacks = if done < 3 { &["charging-guard"][..] } else { &["charging-guard", "mail"] };
            for kinds in [&["none"][..], &lacks[..lacks.len() - 1]] {
                rerun.with_shields(kinds);
                let before = place.read(SITE);
                place.apply(&["--resume"]).ends(20, &["is no longer as this run left it", "set it again"]);
                assert_eq!(place.read(SITE), before);
            }
            rerun.with_shields(lacks);
        }
        // Without the plan nobody knows whether the gate is green, or whether its contacts are as they were.
        let before = place.read(SITE);
        fs::rename(place.path(PLAN), place.path("gone")).unwrap();
        let gone = place.apply(&["--resume"]);
        fs::rename(place.path("gone"), place.path(PLAN)).unwrap();
        gone.ends(if done == 7 { 21 } else { 20 }, &["cannot read `bloom-coaching.yaml`"]);
        assert!(done == 7 || place.read(SITE) == before, "{kept}");
        // Those that it calls done are not done again: the site lacks all but the guard and the trap, and the last reading
        // says so.
        let ran = if done == 7 { gone } else { place.apply(&["--resume"]) };
        assert_eq!(ran.out.lines().filter(|line| line.starts_with("  ")).count(), 7 - done, "{ran:?}");
        ran.ends(if done <= 1 { 0 } else { 21 }, &[]);
        if done <= 1 {
            assert_eq!(place.read(SITE), rerun.after);
            assert!(
                ran.out.contains("read back; contacts are not compared") && !ran.out.contains("verified"),
                "{ran:?}"
            );
        }
    }
}

#[test]
fn a_run_is_resumed_by_its_own_plan_on_its_own_host() {
    let rerun = Rerun::new();
    let place = &rerun.place;
    let half = rerun.lines[..1].concat();
    rerun.with_journal(&half);
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    place.run(&["apply", "other.yaml", "--site", SITE, "--no-input"]).ends(20, &["`bloom-coaching.yaml` stopped"]);
    place.run(&["apply", "other.yaml", "--site", SITE, "--resume"]).ends(2, &["bloom-coaching.yaml"]);
    place.edit_site(SITE, r#""host":"staging.bloom.example""#, r#""host":"bloom.example""#);
    let moved = place.read(SITE);
    place.apply(&["--resume"]).ends(13, &["`staging.bloom.example`", "`bloom.example`"]);
    assert_eq!((place.read(SITE), fs::read_to_string(place.journal()).unwrap()), (moved, half));
}

#[test]
fn a_resumed_run_writes_only_where_the_site_is_still_the_staging_copy() {
    let rerun = Rerun::new();
    let place = &rerun.place;
    let half = rerun.lines[..1].concat();
    rerun.with_journal(&half);
    let plan = place.read(PLAN);
    let refused = |words: &[&str]| {
        let before = place.read(SITE);
        place
            .apply(&["--resume"])
            .ends(13, &[words, &["no longer proven to be that copy, so nothing more was written"]].concat());
        assert_eq!((place.read(SITE), fs::read_to_string(place.journal()).unwrap()), (before, half.clone()));
    };
    // The plan says by now that this is the live site, or that the site is none of its own.
    place.edit(PLAN, "live: https://bloom.example", "live: https://staging.bloom.example");
    refused(&["`staging.bloom.example` is the live site", "(target-not-staging)"]);
    fs::write(place.path(PLAN), plan.edited("https://staging.bloom.example", "https://copy.bloom.example")).unwrap();
    refused(&["(site-not-in-plan)"]);
    fs::write(place.path(PLAN), &plan).unwrap();
    // The site says of itself that it is live, or says nothing any more.
    for (old, new, word) in [
        (
            r#""url":"https://staging.bloom.example""#,
            r#""url":"https://bloom.example""#,
            "gives the live site's address",
        ),
        (r#""type":"staging""#, r#""type":"production""#, "nothing proves that"),
        (r#""environment":{"how":"bridge"}"#, r#""environment":{"missing":"off"}"#, "cannot evaluate"),
    ] {
        fs::write(place.path(SITE), &rerun.before).unwrap();
        place.edit(SITE, old, new);
        if new.contains("missing") {
            let text = place.read(SITE);
            let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(r#"{"kind":"environment""#)).collect();
            fs::write(place.path(SITE), kept.join("\n") + "\n").unwrap();
        }
        place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
        refused(&[word]);
        // No word counts for that rule, and none is asked for.
        let checked = place.run(&["check", PLAN, "--site", SITE]);
        for said in [&place.apply(&["--resume"]).err, &checked.out] {
            assert!(said.contains("staging") && !said.contains("record saw environment"), "{said}");
        }
    }
    // Somebody pressed meanwhile.
    fs::write(place.path(SITE), &rerun.before).unwrap();
    place.edit_site(SITE, r#""managed":false"#, r#""managed":true"#);
    let migrated = place.read(SITE);
    place.apply(&["--resume"]).ends(20, &["is on Managed Contacts", "nothing more was written"]);
    assert_eq!((place.read(SITE), fs::read_to_string(place.journal()).unwrap()), (migrated, half.clone()));
    // What is not green, in the plan or on the site, is not gone on with.
    rerun.with_journal(&half);
    let red = [plan.edited("crm: {name: ontraport", "crm: {name: keap"), "version: [1".to_owned()];
    for text in red {
        fs::write(place.path(PLAN), &text).unwrap();
        place.apply(&["--resume"]).ends(10, &["the gate `configure` is not green"]);
        assert_eq!(
            (place.read(SITE), fs::read_to_string(place.journal()).unwrap()),
            (rerun.before.clone(), half.clone())
        );
    }
    fs::write(place.path(PLAN), &plan).unwrap();
    place.edit_site(SITE, r#""connected":true"#, r#""connected":false"#);
    let disconnected = place.read(SITE);
    place.apply(&["--resume"]).ends(10, &["the gate `configure` is not green", "crm-disconnected"]);
    assert_eq!(place.read(SITE), disconnected);
    // An edit that leaves it green changes nothing of what runs.
    fs::write(place.path(SITE), &rerun.before).unwrap();
    place.edit(PLAN, "test_purchases:", "# Edited since.\ntest_purchases:");
    place.apply(&["--resume"]).ends(0, &[]);
    assert_eq!(place.read(SITE), rerun.after);
}

#[test]
fn a_guard_that_the_run_found_right_is_watched_too() {
    let place = Place::new();
    let (right, wrong) = (r#""production_url":"//bloom.example""#, r#""production_url":"//staging.bloom.example""#);
    place.edit_site(SITE, wrong, right);
    let before = place.read(SITE);
    place.confirm(&place.digest()).ends(0, &[]);
    let first = fs::read_to_string(place.journal()).unwrap().lines().next().unwrap().to_owned() + "\n";
    fs::write(place.journal(), first).unwrap();
    fs::write(place.path(SITE), &before).unwrap();
    place.edit_site(SITE, right, wrong);
    let unguarded = place.read(SITE);
    place.apply(&["--resume"]).ends(13, &["`charging-guard` is no longer as this run left it"]);
    assert_eq!(place.read(SITE), unguarded);
    fs::write(place.path(SITE), &before).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
}

#[test]
fn a_copy_made_anew_under_a_run_that_stopped_part_way_is_recognised() {
    let rerun = Rerun::new();
    let place = &rerun.place;
    let half = rerun.lines.iter().position(|line| line.contains(r#""done""#)).unwrap();
    rerun.with_journal(&rerun.lines[..=half].concat());
    let ran = place.confirm(&place.digest());
    ran.ends(0, &["the site was copied again since the last run"]);
    assert_eq!(place.read(SITE), rerun.after);
}

#[test]
fn a_journal_of_another_hand_is_refused_and_untouched() {
    let rerun = Rerun::new();
    let place = &rerun.place;
    let begin = &rerun.lines[0];
    let without =
        |at: usize| rerun.lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| l.as_str()).collect();
    let cases: [(&str, String); 11] = [
        ("words", "remember the milk".into()),
        ("a line of words", "remember the milk\n".into()),
        ("another journal", "{\"format\":1}\n".into()),
        ("no beginning", rerun.lines[1..3].concat()),
        ("an edited change", begin.edited_once(r#""simulated":true"#, r#""simulated":false"#)),
        (
            "an edited line in the middle",
            [begin.as_str(), &rerun.lines[1].edited_once(":0", ":1"), &rerun.lines[2]].concat(),
        ),
        ("a line taken out", without(2)),
        ("a blank line put in", [begin.as_str(), "\n", &rerun.lines[1]].concat()),
        ("a line twice", [begin.as_str(), &rerun.lines[1], &rerun.lines[1]].concat()),
        ("a newer version", begin.edited_once(r#"{"version":2"#, r#"{"version":9"#)),
        ("an end of another hand", [begin.as_str(), "and so on"].concat()),
    ];
    for (what, journal) in &cases {
        rerun.with_journal(journal);
        for more in [&["--resume"][..], &["--no-input"]] {
            let ran = place.apply(more);
            assert_eq!(ran.code, Some(3), "{what}: {ran:?}");
            assert!(ran.err.contains("journal.ndjson`, line "), "{what}: {ran:?}");
            assert_eq!(&fs::read_to_string(place.journal()).unwrap(), journal, "{what}");
            assert_eq!(place.read(SITE), rerun.before, "{what}");
        }
    }
}

#[test]
fn a_torn_last_line_is_dropped_and_told() {
    let rerun = Rerun::new();
    for tail in ["{", r#"{"version":1,"at":"2026-"#, "\0\0\0\0", "{\"version\":1,\0\0"] {
        rerun.with_journal(&[rerun.lines[0].as_str(), tail].concat());
        rerun.place.apply(&["--no-input"]).ends(20, &[]);
        assert!(fs::read_to_string(rerun.place.journal()).unwrap().ends_with(tail), "only a resumed run mends it");
        rerun.place.apply(&["--resume"]).ends(0, &["incomplete and is ignored"]);
        assert_eq!(rerun.place.read(SITE), rerun.after);
    }
    // A run whose beginning was not written whole has not begun.
    for torn in ["", "{\"ver", &rerun.lines[0][..40]] {
        rerun.with_journal(torn);
        rerun.place.apply(&["--resume"]).ends(2, &["nothing to resume"]);
        rerun.with_journal(torn);
        let digest = rerun.place.digest();
        rerun.place.confirm(&digest).ends(0, &[]);
        assert_eq!(rerun.place.read(SITE), rerun.after);
    }
}
