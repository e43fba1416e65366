//! What was confirmed is applied, and nothing else: the digest, the plan, the site, the hour.

use amc_plan::trust::{Purpose, unmarked};
use serde_json::{Value, json};

use super::*;

/// A change of the site in a fact that rules read and no change names.
const FACT: (&str, &str) = (
    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":true"#,
);

#[test]
fn check_diff_apply_and_again() {
    let place = Place::new();
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(1, &[]);
    let digest = place.digest();
    // As it is copied from a page: in capitals, with blanks around it and in it.
    let ran = place.confirm(&format!(" {} {}\u{a0}\n", digest[..8].to_uppercase(), &digest[8..16]));
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
const BESIDE: [(&str, &str); 4] = [
    (r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#),
    (r#""sender_name":"Bloom Coaching""#, r#""sender_name":"Bloom""#),
    (r#""welcome":"none""#, r#""welcome":"none","option_key":"k""#),
    (r#""last_called":"2026-11-20T05:00:02Z","calls":212"#, r#""last_called":"2026-11-20T05:00:02Z","calls":213"#),
];

#[test]
fn a_site_that_moved_in_what_nothing_reads_is_gone_on_with_and_that_is_said() {
    const SAID: &str = "the site changed since it was confirmed, and no rule and no change depends on that, so the run continues: \
                        `emails` (option_key, sender_name), `maintenance` (on), `webhook";
    for sealed in [false, true] {
        let place = Place::new();
        let digest = place.digest();
        place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
        BESIDE.iter().for_each(|(old, new)| place.edit_site(SITE, old, new));
        let ran = if sealed { place.apply(&["--seal", "bloom-coaching.seal.json"]) } else { place.confirm(&digest) };
        ran.ends(0, &[SAID, "`webhook/aal_fieldop?operationId=7` (calls)"]);
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
        (FACT, &["\n  `plugin/hello-dolly/hello.php` (active): plugin is read by `foreign-cart-active`"]),
        (
            (r#""welcome":"none""#, r#""welcome":"purchases""#),
            &["\n  `emails` (welcome): its change differs from the confirmed one; emails is read by `", "`"],
        ),
        (
            (plan_row, r#""key":"group-coaching-payment-plan","id":"77""#),
            &[
                "\n  `order-form/group-coaching-payment-plan` (id): it has a confirmed change; order-form is read by `",
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
