//! `plan apply` through the real binary: it carries out what was confirmed, or says why not and touches nothing.

use std::fs;

use crate::place::{Edited, PLAN, Place, SITE};
use amc_plan::apply::confirmation::Confirmation;
use amc_plan::apply::gate::{Before, Refusal, ensure_may_begin};
use amc_plan::apply::limits::{Limits, Tally};
use amc_plan::apply::seal::Demands;
use amc_plan::change::{Digests, Marks};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::trust::{Purpose, unmarked};
use serde_json::{Value, json};

const BOGUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A change of the site in a fact that rules read and no change names.
const FACT: (&str, &str) = (
    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":true"#,
);

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
fn check_diff_apply_and_again() {
    let place = Place::new();
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(1, &[]);
    let digest = place.digest();
    let ran = place.confirm(&digest[..16]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("7/7") && ran.out.contains("7 changes in place"), "{ran:?}");
    assert_eq!((place.archived().len(), place.journal().exists()), (0, true));
    let after = place.read(SITE);
    for more in [&["--confirm", &digest][..], &[], &["--no-input"]] {
        let ran = place.apply(more);
        ran.ends(0, &[]);
        assert!(ran.out.contains("no change"), "{ran:?}");
    }
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
    assert_eq!((place.read(SITE), place.archived().len()), (after, 0));
    place.apply(&["--resume"]).ends(20, &["waits at `start-verification`"]);
}

#[test]
fn a_red_plan_is_refused_before_any_digest_is_looked_at() {
    let place = Place::new();
    let before = place.read(SITE);
    place.edit(PLAN, "crm: {name: ontraport", "crm: {name: keap");
    let digest = place.digest();
    for more in [&["--confirm", &digest][..], &["--confirm", BOGUS], &["--no-input"], &[]] {
        place.apply(more).ends(10, &["crm-differs", "nothing was written"]);
    }
    place.run(&["apply", "bloom-coaching-first-draft.yaml", "--site", SITE, "--no-input"]).ends(10, &[]);
    fs::write(place.path("broken.yaml"), "version: [1").unwrap();
    place.run(&["apply", "broken.yaml", "--site", SITE, "--no-input"]).ends(10, &[]);
    assert_eq!(place.read(SITE), before);
    assert!(!place.journal().exists() && place.archived().is_empty());
}

#[test]
fn a_digest_that_nobody_was_shown_is_refused_even_where_nothing_is_to_be_done() {
    let place = Place::new();
    place.confirm(BOGUS).ends(12, &["never showed"]);
    let (digest, before) = (place.digest(), place.read(SITE));
    place.apply(&["--no-input"]).ends(12, &["no digest"]);
    place.apply(&[]).ends(12, &["no digest"]);
    let padded = format!("{digest}0");
    for wrong in [BOGUS, "", "0", &digest[..11], &digest[1..], &padded, " ", "../../confirmations"] {
        place.confirm(wrong).ends(12, &["nothing was written"]);
    }
    assert_eq!(place.read(SITE), before);
    place.confirm(&digest.to_uppercase()).ends(0, &[]);
    for wrong in [BOGUS, &digest[..11], ""] {
        place.confirm(wrong).ends(12, &["nothing was written"]);
    }
}

#[test]
fn a_digest_of_another_plan_site_or_folder_is_refused() {
    let place = Place::new();
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    place.edit("other.yaml", "Money, release: 7 days", "Money, release: 8 days");
    let other_plan = place.digest_of("other.yaml", SITE);
    fs::copy(place.path(SITE), place.path("other.site.ndjson")).unwrap();
    fs::copy(place.path("bloom-coaching.population.ndjson"), place.path("other.population.ndjson")).unwrap();
    place.move_to("other", "staging2.bloom.example");
    let other_site = place.digest_of(PLAN, "other.site.ndjson");
    let folder = Place::new();
    let other_folder = folder.digest();
    for wrong in [other_plan, other_site, other_folder] {
        place.confirm(&wrong).ends(12, &["never showed"]);
    }
    // The same changes, shown for another plan.
    fs::copy(place.path(PLAN), place.path("same.yaml")).unwrap();
    let same = place.digest_of("same.yaml", SITE);
    place.confirm(&same).ends(12, &["never showed"]);
    assert_eq!(place.digest(), same);
    place.confirm(&same).ends(0, &[]);
}

#[test]
fn a_plan_that_was_edited_since_is_refused_and_the_object_is_named() {
    let place = Place::new();
    let (digest, before) = (place.digest(), place.read(SITE));
    place.edit(PLAN, "Money, release: 7 days", "Money, release: 8 days");
    place.confirm(&digest).ends(11, &["the plan was edited", "(`offering/group-coaching`)"]);
    assert_eq!(place.read(SITE), before);
    place.edit(PLAN, "Money, release: 8 days", "Money, release: 7 days");
    place.edit(PLAN, "people: {jo: operator", "# a word\npeople: {max: helper, jo: operator");
    place.confirm(&digest).ends(0, &[]);
}

/// Changes of the site in what no rule and no change reads: an object of which there is one, one of many of a kind, a field
/// that a collector brought, a counter.
const BESIDE: [(&str, &str); 5] = [
    (r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#),
    (r#""key":"Alumni_Base_Access","id":"302""#, r#""key":"Alumni_Base_Access","id":"902""#),
    (r#""sender_name":"Bloom Coaching""#, r#""sender_name":"Bloom""#),
    (r#""welcome":"none""#, r#""welcome":"none","option_key":"k""#),
    (r#""last_called":"2026-11-20T05:00:02Z","calls":212"#, r#""last_called":"2026-11-20T05:00:02Z","calls":213"#),
];

#[test]
fn a_site_that_moved_in_what_nothing_reads_is_gone_on_with_and_that_is_said() {
    const SAID: &str = "the site changed since it was confirmed, and no rule and no change depends on that, so the run continues: \
                        `emails` (option_key, sender_name), `maintenance` (on), `tag";
    for sealed in [false, true] {
        let place = Place::new();
        let digest = place.digest();
        place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
        BESIDE.iter().for_each(|(old, new)| place.edit_site(SITE, old, new));
        let ran = if sealed { place.apply(&["--seal", "bloom-coaching.seal.json"]) } else { place.confirm(&digest) };
        ran.ends(0, &[SAID, "`webhook/aal_fieldop?operationId=7` (calls)"]);
        let tag = if sealed { "`tag` (id)" } else { "`tag/Alumni_Base_Access` (id)" };
        ran.ends(0, &[tag]);
        assert!(ran.out.contains("7 changes in place"), "{ran:?}");
        assert!(place.read(SITE).contains(BESIDE[0].1), "what others did is not overwritten");
    }
}

#[test]
fn what_a_confirmation_does_not_tell_of_is_not_said_to_have_moved() {
    let place = Place::new();
    let digest = place.digest();
    let mut older = confirmed(&place);
    older["marks"].as_object_mut().unwrap().remove("others").unwrap();
    older["marks"].as_object_mut().unwrap().remove("fields").unwrap();
    place.is_confirmed(&older.to_string());
    place.edit_site(SITE, BESIDE[0].0, BESIDE[0].1);
    let ran = place.confirm(&digest);
    ran.ends(0, &[]);
    assert!(!ran.err.contains("moved"), "{ran:?}");
}

#[test]
fn a_refusal_says_what_hangs_on_each_object_that_moved() {
    let plan_row = r#""key":"group-coaching-payment-plan","id":"12""#;
    let moved: [((&str, &str), &[&str]); 3] = [
        (FACT, &["\n  `plugin/hello-dolly/hello.php` (active): plugin is read by `accessally-missing`"]),
        (
            (r#""welcome":"none""#, r#""welcome":"purchases""#),
            &["\n  `emails` (welcome): its change differs from the confirmed one; emails is read by `", "`"],
        ),
        (
            (plan_row, r#""key":"group-coaching-payment-plan","id":"77""#),
            &[
                "\n  `order-form/group-coaching-payment-plan` (id): a confirmed change is on it; order-form is read by `",
                " more rules",
            ],
        ),
    ];
    for ((old, new), words) in moved {
        for sealed in [false, true] {
            let place = Place::new();
            let digest = place.digest();
            place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
            place.edit_site(SITE, old, new);
            let before = place.read(SITE);
            let ran =
                if sealed { place.apply(&["--seal", "bloom-coaching.seal.json"]) } else { place.confirm(&digest) };
            ran.ends(11, words);
            assert_eq!(place.read(SITE), before);
        }
    }
}

#[test]
fn a_site_that_moved_in_what_was_read_is_refused_and_untouched() {
    let moves = [
        (FACT, "`plugin/hello-dolly/hello.php`"),
        ((r#""welcome":"none""#, r#""welcome":"purchases""#), "`emails`"),
        (
            (r#""key":"spare-admin","crm_contact":false"#, r#""key":"spare-admin-2","crm_contact":false"#),
            "`administrator/spare-admin`, `administrator/spare-admin-2`",
        ),
    ];
    for ((old, new), named) in moves {
        let place = Place::new();
        let digest = place.digest();
        place.edit_site(SITE, old, new);
        let moved = place.read(SITE);
        place.confirm(&digest).ends(11, &["the site changed", named, "nothing was written"]);
        assert_eq!(place.read(SITE), moved);
        assert!(!place.journal().exists());
        let again = place.digest();
        place.confirm(&again).ends(0, &[]);
    }
}

#[test]
fn a_site_that_moved_in_what_nobody_reads_is_applied() {
    let place = Place::new();
    let digest = place.digest();
    place.edit_site(SITE, r#""calls":212"#, r#""calls":213"#);
    place.edit_site(SITE, r#""last_called":"2026-11-20T05:00:02Z""#, r#""last_called":"2026-11-22T01:00:00Z""#);
    place.edit_site(SITE, r#""sender_name":"Bloom Coaching""#, r#""sender_name":"Bloom""#);
    place.confirm(&digest).ends(0, &[]);
    assert!(place.read(SITE).contains(r#""sender_name":"Bloom""#) && place.read(SITE).contains(r#""calls":213"#));
}

/// The one confirmation as JSON.
fn confirmed(place: &Place) -> Value {
    let text = fs::read_to_string(place.confirmations()).unwrap();
    let (line, ours) = unmarked(text.trim(), Some(&crate::place::key()), Purpose::Confirmation);
    assert!(ours, "{text}");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn a_confirmation_expires() {
    let place = Place::new();
    let (digest, before) = (place.digest(), place.read(SITE));
    let mut known = confirmed(&place);
    for at in ["2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z"] {
        known["at"] = json!(at);
        place.is_confirmed(&known.to_string());
        place.confirm(&digest).ends(11, &["has expired (valid for 24 h)"]);
    }
    assert_eq!(place.read(SITE), before);
}

#[test]
fn a_gate_whose_value_was_taken_out_refuses() {
    let place = Place::new();
    let (digest, before) = (place.digest(), place.read(SITE));
    let whole = confirmed(&place);
    let write = |value: &Value| place.is_confirmed(&value.to_string());
    for (parent, key) in [
        ("/digests", "facts"),
        ("/digests", "changes"),
        ("/digests", "intent"),
        ("", "digests"),
        ("", "host"),
        ("", "at"),
        ("", "plan"),
        ("", "marks"),
    ] {
        let mut less = whole.clone();
        less.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        write(&less);
        place.confirm(&digest).ends(12, &["never showed"]);
        less.pointer_mut(parent).unwrap()[key] = Value::Null;
        write(&less);
        place.confirm(&digest).ends(12, &["never showed"]);
    }
    let mut other = whole.clone();
    other["digests"]["facts"] = json!(BOGUS);
    write(&other);
    place.confirm(&digest).ends(11, &["the site changed"]);
    other["digests"]["facts"] = json!("");
    write(&other);
    place.confirm(&digest).ends(11, &["the site changed"]);
    other = whole.clone();
    other["digests"]["changes"] = json!(format!("{}{}", &digest[..32], &BOGUS[..32]));
    write(&other);
    place.confirm(&digest[..16]).ends(11, &["nothing was written"]);
    place.confirm(&digest).ends(12, &["nothing was written"]);
    let twice = format!("{whole}\n").edited_once(r#""facts":"#, &format!(r#""facts":"{BOGUS}","facts":"#));
    place.is_confirmed(&twice);
    place.confirm(&digest).ends(12, &[]);
    // What only explains decides nothing.
    other = whole.clone();
    other["marks"] = json!({"changes": {}, "facts": {}});
    write(&other);
    assert_eq!(place.read(SITE), before);
    place.confirm(&digest).ends(0, &[]);
}

#[test]
fn a_torn_confirmation_does_not_take_the_next_one_with_it() {
    let place = Place::new();
    place.digest();
    fs::write(place.confirmations(), r#"{"plan":"bloom"#).unwrap();
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
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
                place.apply(&["--resume"]).ends(20, &["is no longer as this run left it", "restore it"]);
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
            assert!(ran.out.contains("verified: equal"), "{ran:?}");
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
            assert!(said.contains("staging") && !said.contains("record attest"), "{said}");
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
        rerun.place.apply(&["--resume"]).ends(0, &["torn and is dropped"]);
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

#[test]
fn what_is_not_how_apply_is_used() {
    let place = Place::new();
    let digest = place.digest();
    let usages: [&[&str]; 8] = [
        &["apply", PLAN, "--snapshot", SITE, "--confirm", &digest],
        &["apply", PLAN, "--site", SITE, "--snapshot", SITE],
        &["apply", PLAN, "--no-site"],
        &["apply", PLAN],
        &["apply", PLAN, "--site", SITE, "--resume", "--confirm", &digest],
        &["apply", PLAN, "--site", SITE, "--resume"],
        &["apply", PLAN, "--site", SITE, "--confirm"],
        &["apply", PLAN, "--site", "https://elsewhere.example", "--confirm", &digest],
    ];
    for words in usages {
        assert_eq!(place.run(words).code, Some(2), "{words:?}");
    }
    for words in [["apply", "none.yaml", "--site", SITE], ["apply", PLAN, "--site", "none.site.ndjson"]] {
        place.run(&words).ends(3, &["none."]);
    }
    let cut = place.read(SITE);
    fs::write(place.path(SITE), &cut[..cut.len() / 2]).unwrap();
    place.confirm(&digest).ends(3, &[]);
}

#[test]
fn only_a_diff_of_what_apply_judges_can_be_confirmed() {
    let place = Place::new();
    for more in [
        &["--snapshot", SITE][..],
        &["--site", SITE, "--gate", "fit"],
        &["--site", SITE, "--gate", "go-live"],
        &["--site", SITE, "--on", "live"],
    ] {
        let ran = place.run(&[&["diff", PLAN], more].concat());
        ran.ends(0, &[]);
        assert!(!place.confirmations().exists() && !ran.out.contains("--confirm"), "{more:?}: {}", ran.out);
    }
    place.run(&["diff", PLAN, "--no-site"]).ends(2, &[]);
    assert!(!place.path(".plan").exists());
}

#[test]
fn a_reader_that_goes_away_does_not_stop_a_run() {
    let place = Place::new();
    let digest = place.digest();
    let mut child = place.command(&["apply", PLAN, "--site", SITE, "--confirm", &digest]).spawn().unwrap();
    drop(child.stdout.take());
    crate::place::Ran::from(child.wait_with_output().unwrap()).ends(0, &[]);
    assert!(place.journal().exists());
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
}

#[test]
fn the_live_site_is_out_of_reach() {
    let place = Place::new();
    place.move_to("bloom-coaching", "Bloom.example");
    let (digest, before) = (place.digest(), place.read(SITE));
    place.confirm(&digest).ends(10, &["target-not-staging"]);
    place.apply(&["--no-input"]).ends(10, &["target-not-staging"]);
    assert_eq!(place.read(SITE), before);
    // And if no rule said so.
    let digests = Digests { intent: "i".into(), changes: "c".into(), facts: "f".into() };
    let (at, marks) = (jiff::Timestamp::UNIX_EPOCH, Marks::default());
    let now = Confirmation { plan: PLAN.into(), host: "bloom.example".parse().unwrap(), at, digests, marks };
    let (limits, tally) = (Limits::default(), Tally::default());
    let ready = Before {
        green: true,
        live: false,
        limits: &limits,
        tally: &tally,
        demands: Demands::default(),
        seal: None,
        rules: "",
        given: Some("c"),
        known: Some(&now),
        now: &now,
    };
    assert_eq!(ensure_may_begin(Before { green: false, live: true, ..ready }), Err(Refusal::NotGreen));
    assert_eq!(ensure_may_begin(Before { live: true, ..ready }), Err(Refusal::Live));
    assert_eq!(ensure_may_begin(ready), Ok(()));
    let unknown = Before { live: true, given: None, known: None, ..ready };
    assert_eq!(ensure_may_begin(unknown), Err(Refusal::Live));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_state_folder_is_its_owners_alone() {
        let place = Place::new();
        fs::create_dir(place.path(".plan")).unwrap();
        fs::set_permissions(place.path(".plan"), fs::Permissions::from_mode(0o755)).unwrap();
        place.confirm(&place.digest()).ends(0, &[]);
        assert_eq!(mode(&place.path(".plan")), 0o700);
        assert_eq!(place.read(".plan/.gitignore"), "*\n");
        let all = place.state_files("");
        assert_eq!(all.len(), 7, "{all:?}");
        for path in all {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }

    #[test]
    fn a_link_in_the_state_folder_leads_nowhere() {
        let place = Place::new();
        let digest = place.digest();
        fs::write(place.path("precious"), "precious").unwrap();
        place.confirm(BOGUS).ends(12, &[]);
        let lock = place.state_files(".lock")[0].clone();
        for linked in [&lock, &place.journal()] {
            let _ = fs::remove_file(linked);
            symlink(place.path("precious"), linked).unwrap();
            place.confirm(&digest).ends(3, &["not a regular file"]);
            fs::remove_file(linked).unwrap();
        }
        fs::remove_file(place.confirmations()).unwrap();
        symlink(place.path("precious"), place.confirmations()).unwrap();
        place.run(&["diff", PLAN, "--site", SITE]).ends(3, &["not a regular file"]);
        fs::remove_dir_all(place.path(".plan")).unwrap();
        symlink(place.folder.path(), place.path(".plan")).unwrap();
        place.apply(&["--no-input"]).ends(12, &["`.plan` is a link"]);
        assert_eq!(place.read("precious"), "precious");
    }

    const NOBODY: u32 = 65_534;

    fn is_root(place: &Place) -> bool {
        let owner = fs::metadata(place.path(PLAN)).unwrap();
        std::os::unix::fs::MetadataExt::uid(&owner) == 0 || place.path("plan-binary").exists()
    }

    /// Gives the folder to nobody, where this is root.
    fn chown_all(place: &Place) {
        let mut all = vec![place.folder.path().to_owned()];
        while let Some(path) = all.pop().filter(|_| is_root(place)) {
            if path.is_dir() {
                all.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    /// As somebody who may not write everywhere: root is nobody for this.
    fn as_anybody(place: &Place, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        if !is_root(place) {
            return;
        }
        let copy = place.path("plan-binary");
        crate::place::copy_program(&copy);
        let state = place.path("state-of-nobody");
        fs::create_dir_all(&state).unwrap();
        fs::copy(crate::place::state_home().join("machine.key"), state.join("machine.key")).unwrap();
        chown_all(place);
        let words: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut again = Command::new(copy);
        again.args(words).current_dir(place.folder.path()).env("NO_COLOR", "1").uid(NOBODY).gid(NOBODY);
        again.env("PLAN_STATE_HOME", state);
        *command = again;
    }

    #[test]
    fn a_site_that_cannot_be_written_is_left_whole_and_the_run_can_be_resumed() {
        let place = Place::new();
        let site = format!("site/{SITE}");
        fs::create_dir(place.path("site")).unwrap();
        for name in [SITE, "bloom-coaching.population.ndjson"] {
            fs::rename(place.path(name), place.path("site").join(name)).unwrap();
        }
        let (digest, before) = (place.digest_of(PLAN, &site), place.read(&site));
        let words = ["apply", PLAN, "--site", &site, "--confirm", &digest];
        let mut command = place.command(&words);
        as_anybody(&place, &mut command);
        let mut unwritable = || {
            fs::set_permissions(place.path("site"), fs::Permissions::from_mode(0o555)).unwrap();
            let ran: crate::place::Ran = command.output().unwrap().into();
            fs::set_permissions(place.path("site"), fs::Permissions::from_mode(0o755)).unwrap();
            ran
        };
        // Where the site cannot be locked nothing begins.
        unwritable().ends(3, &["state folder beside", "let its folder be written"]);
        assert_eq!((place.read(&site), place.state_files("journal.ndjson").len()), (before.clone(), 0));
        // Where it was locked once, the lock is there, and the site alone cannot be written.
        let mut bogus = place.command(&["apply", PLAN, "--site", &site, "--confirm", BOGUS]);
        as_anybody(&place, &mut bogus);
        crate::place::Ran::from(bogus.output().unwrap()).ends(12, &[]);
        let ran = unwritable();
        ran.ends(20, &["stopped at change 1 of 7", "cannot write"]);
        assert!(ran.out.contains("0 of 7 changes in place"), "{ran:?}");
        assert_eq!(place.read(&site), before);
        let mut resumed = place.command(&["apply", PLAN, "--site", &site, "--resume"]);
        as_anybody(&place, &mut resumed);
        crate::place::Ran::from(resumed.output().unwrap()).ends(0, &[]);
    }

    #[test]
    fn without_a_state_folder_nothing_begins() {
        let place = Place::new();
        let before = place.read(SITE);
        let mut command = place.command(&["apply", PLAN, "--site", SITE, "--no-input"]);
        as_anybody(&place, &mut command);
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let ran: crate::place::Ran = command.output().unwrap().into();
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        ran.ends(3, &["state folder"]);
        assert_eq!(place.read(SITE), before);
    }

    /// Runs with files limited to so many blocks of 512 bytes, as a full disk limits them, but for anybody.
    fn limited(place: &Place, blocks: u64, words: &[&str]) -> crate::place::Ran {
        let script = format!("trap '' XFSZ; ulimit -f {blocks} || exit 99; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_plan")]).args(words);
        command.current_dir(place.folder.path()).env("NO_COLOR", "1").stdin(std::process::Stdio::null());
        command.env("PLAN_STATE_HOME", crate::place::state_home());
        command.output().unwrap().into()
    }

    #[test]
    fn a_full_disk_leaves_the_old_file_whole_at_every_size() {
        // Packed, the site is smaller than the journal, so that either can be what does not fit.
        let place = Place::new();
        let site = format!("{SITE}.zst");
        let whole = SnapshotFile::read(place.read(SITE).as_bytes()).unwrap().into_snapshot();
        amc_plan::site::file::save(&place.path(&site), whole).unwrap();
        let (digest, before) = (place.digest_of(PLAN, &site), fs::read(place.path(&site)).unwrap());
        let words = ["apply", PLAN, "--site", &site, "--confirm", &digest];
        // What is kept of the site before the run does not fit: nothing has begun.
        limited(&place, 1, &words).ends(3, &["too large"]);
        assert_eq!(
            (fs::read(place.path(&site)).unwrap(), place.state_files("journal.ndjson").len()),
            (before.clone(), 0)
        );
        place.run(&words).ends(0, &[]);
        let [journal] = &place.state_files("journal.ndjson")[..] else { panic!("one journal") };
        let begin = format!("{}\n", fs::read_to_string(journal).unwrap().lines().next().unwrap());
        let resume = ["apply", PLAN, "--site", &site, "--resume"];
        let mut met = std::collections::BTreeSet::new();
        for blocks in [1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] {
            fs::write(place.path(&site), &before).unwrap();
            fs::write(journal, &begin).unwrap();
            let ran = limited(&place, blocks, &resume);
            let began = ran.out.contains("in place");
            met.insert((ran.code.unwrap(), began));
            // A run is begun: whatever is written, no code says that nothing could be run.
            match (ran.code, began) {
                (Some(20), false) => {
                    assert!(fs::read(place.path(&site)).unwrap() == before, "{blocks}");
                    place.run(&resume).ends(0, &[]);
                }
                (Some(20), true) => {
                    place.run(&["check", PLAN, "--site", &site]).ends(0, &[]);
                    // A run whose changes are all in place is in nobody's way.
                    let whole = ran.out.contains("7 changes in place on");
                    place.run(&words).ends(if whole { 0 } else { 20 }, &[]);
                    place.run(&resume).ends(0, &[]);
                }
                (code, _) => assert_eq!(code, Some(0), "{blocks}: {ran:?}"),
            }
            let left = fs::read_dir(place.folder.path())
                .unwrap()
                .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".tmp"));
            assert_eq!(left.count(), 0);
            place.run(&["diff", PLAN, "--site", &site, "--exit-code"]).ends(0, &[]);
        }
        assert_eq!(met, [(0, true), (20, false), (20, true)].into(), "each of them was met");
    }
}
