//! What an undo takes back, of which run, and what it leaves.

use super::*;

#[test]
fn undo_gives_the_bytes_back_that_were_there() {
    let place = Place::new();
    let before = place.read(SITE);
    place.run(&["undo", PLAN, "--site", SITE]).ends(2, &["nothing to undo"]);
    let digest = place.digest();
    place.confirm(&digest).ends(0, &[]);
    let after = place.read(SITE);
    for more in [&["--no-input"][..], &[], &["--confirm", "00000000"], &["--confirm", &digest[..4]]] {
        place.run(&[&["undo", PLAN, "--site", SITE], more].concat()).ends(12, &["nothing was written"]);
    }
    assert_eq!(place.read(SITE), after);
    let ran = place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    ran.ends(0, &[]);
    assert!(
        ran.out.contains("1/7 taken back: charging-guard") && ran.out.contains("as it was before the run"),
        "{ran:#?}"
    );
    assert_eq!(place.read(SITE), before);
    assert!(!place.journal().exists());
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(2, &["nothing to undo"]);
    // And again, from where a run stopped part-way.
    place.confirm(&digest).ends(0, &[]);
    let journal = fs::read_to_string(place.journal()).unwrap();
    fs::write(place.path(SITE), &before).unwrap();
    let begun: String = journal.lines().take(2).map(|line| format!("{line}\n")).collect();
    fs::write(place.journal(), begun).unwrap();
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    assert_eq!(place.read(SITE), before);
}

/// The example after two runs, the second of a plan that was edited since: the site before, and both digests.
pub(crate) fn twice() -> (Place, String, [String; 2]) {
    let place = Place::new();
    let before = place.read(SITE);
    let first = place.digest();
    place.confirm(&first).ends(0, &[]);
    place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
    let second = place.digest();
    place.confirm(&second).ends(0, &[]);
    (place, before, [first, second])
}

#[test]
fn undo_goes_on_from_run_to_run_that_a_newer_one_replaced() {
    let (place, before, [first, second]) = twice();
    let earlier = |place: &Place| status(place)["earlier"].as_str().map(str::to_owned);
    assert_eq!(earlier(&place), Some(first.clone()));
    assert!(place.run(&["status", PLAN, "--site", SITE]).out.contains("can be undone once this one is"));
    undo(&place, &first).ends(12, &["nothing was written"]);
    let ran = undo(&place, &second);
    ran.ends(0, &[]);
    assert!(ran.out.contains(&format!("of the changes {}, can be undone too", &first[..16])), "{ran:#?}");
    assert_eq!(earlier(&place), Some(first.clone()));
    place.run(&["log", PLAN, "--site", SITE]).ends(0, &["an earlier run", &first[..16]]);
    // Nobody confirmed that one yet.
    undo(&place, &second).ends(12, &["nothing was written"]);
    assert!(!place.journal().exists());
    let ran = undo(&place, &first);
    ran.ends(0, &[]);
    assert!(ran.out.contains("7/7 taken back") && !ran.out.contains("too"), "{ran:#?}");
    assert_eq!(place.read(SITE), before);
    assert_eq!((earlier(&place), place.archived().len()), (None, 2));
    for digest in [&first, &second] {
        undo(&place, digest).ends(2, &["nothing to undo"]);
    }
    // A third run, after both were undone, and a fourth in its place: again as far back as there is something to take back.
    place.confirm(&place.digest()).ends(0, &[]);
    let third = status(&place)["digest"].as_str().unwrap().to_owned();
    place.edit(PLAN, "release: 9 days after previous}", "release: 8 days after previous}");
    let fourth = place.digest();
    place.confirm(&fourth).ends(0, &[]);
    for digest in [&fourth, &third] {
        undo(&place, digest).ends(0, &[]);
    }
    assert_eq!((place.read(SITE), earlier(&place)), (before, None));
}

#[test]
fn an_undo_of_an_earlier_run_is_as_careful_as_of_the_last() {
    let (place, before, [first, second]) = twice();
    undo(&place, &second).ends(0, &[]);
    let after = place.read(SITE);
    // Its journal is another hand's.
    let aside = place.archived().into_iter().find(|path| fs::read_to_string(path).unwrap().contains("took its place"));
    let aside = aside.unwrap();
    let whole = fs::read_to_string(&aside).unwrap();
    let forged = whole.edited_once(r#"{"done":{"change":2}}"#, r#"{"done":{"change":2 }}"#);
    assert_ne!(forged, whole);
    fs::write(&aside, forged).unwrap();
    undo(&place, &first).ends(3, &["the chain is broken"]);
    let ran = place.run(&["status", PLAN, "--site", SITE]);
    ran.ends(0, &["it is unknown whether an earlier run can be undone"]);
    fs::write(&aside, &whole).unwrap();
    // Somebody else was at the site since.
    place.edit_site(SITE, r#""welcome":"purchases-and-opt-ins""#, r#""welcome":"purchases""#);
    undo(&place, &first).ends(20, &["`emails`", "somebody else changed it"]);
    undo(&place, &second).ends(12, &["nothing was written"]);
    place.apply(&["--no-input"]).ends(20, &["is being undone"]);
    place.edit_site(SITE, r#""welcome":"purchases""#, r#""welcome":"purchases-and-opt-ins""#);
    undo(&place, &first).ends(0, &[]);
    assert_eq!(place.read(SITE), before);
    // Cut off between its journal's way back and its first line there.
    let undone = place.archived().pop().unwrap();
    fs::remove_file(undone).unwrap();
    fs::write(place.journal(), &whole).unwrap();
    fs::write(place.path(SITE), &after).unwrap();
    undo(&place, &first).ends(0, &[]);
    assert_eq!(place.read(SITE), before);
}

/// The journal of the run that another one replaced.
fn replaced(place: &Place) -> std::path::PathBuf {
    let is = |path: &std::path::PathBuf| fs::read_to_string(path).unwrap().contains("took its place");
    place.archived().into_iter().find(is).unwrap()
}

#[test]
fn a_damaged_journal_of_an_earlier_run_is_named_and_spoils_no_undo() {
    let lines = |path: &std::path::PathBuf| fs::read_to_string(path).unwrap();
    let damages: [fn(&str) -> String; 3] = [
        |_| String::new(),
        |whole| whole.lines().filter(|line| !line.contains("took its place")).map(|line| format!("{line}\n")).collect(),
        |whole| whole.edited_once(r#"{"done":{"change":2}}"#, r#"{"done":{"change":2 }}"#),
    ];
    for damage in damages {
        let (place, before, [first, second]) = twice();
        let (aside, after) = (replaced(&place), place.read(SITE));
        let whole = lines(&aside);
        assert_ne!(damage(&whole), whole);
        fs::write(&aside, damage(&whole)).unwrap();
        let name = aside.file_name().unwrap().to_str().unwrap();
        let words = ["it is unknown whether an earlier run can be undone", name];
        place.run(&["status", PLAN, "--site", SITE]).ends(0, &words);
        let ran = undo(&place, &second);
        ran.ends(0, &words);
        assert!(ran.out.contains("as it was before the run, read back"), "{ran:#?}");
        undo(&place, &first).ends(3, &words);
        assert_ne!(place.read(SITE), after);
        fs::write(&aside, &whole).unwrap();
        undo(&place, &first).ends(0, &[]);
        assert_eq!(place.read(SITE), before);
    }
}

#[test]
fn a_journal_that_was_emptied_is_no_run_that_never_was() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    undo(&place, &digest).ends(0, &[]);
    let aside = place.archived().pop().unwrap();
    fs::write(&aside, "").unwrap();
    let name = aside.file_name().unwrap().to_str().unwrap();
    for verb in ["undo", "log"] {
        place.run(&[verb, PLAN, "--site", SITE]).ends(3, &[name, "its end is missing"]);
    }
}

#[test]
fn an_undo_that_leaves_something_says_that_an_earlier_run_can_be_undone_too() {
    let (place, _, [_, second]) = twice();
    place.edit_site(SITE, "9 days after previous", "5 days after previous");
    let group = "offering/group-coaching";
    let ran = place.run(&["undo", PLAN, "--site", SITE, "--confirm", &second, "--leave", group]);
    ran.ends(21, &["left as somebody else changed it"]);
    assert!(ran.out.contains("can be undone too: `plan undo bloom-coaching.yaml --site"), "{ran:#?}");
}

#[test]
fn an_undo_that_nobody_confirmed_here_is_not_given_up_for_it() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    fs::remove_file(place.confirmations()).unwrap();
    let ran = undo(&place, &digest);
    ran.ends(12, &["the run to undo holds changes", "from a backup, then undo again", "plan log"]);
    assert!(!ran.err.contains("begin again"), "{ran:#?}");
}

#[test]
fn after_the_last_step_undo_names_the_way_back() {
    let place = rehearsed();
    let undone = || place.run(&["undo", PLAN, "--site", SITE, "--no-input"]);
    undone().ends(2, &["finished and was past *Run Migration*", "copy live to staging again"]);
}

#[test]
fn what_stood_before_a_fresh_copy_is_not_undone() {
    let (place, before, [_, second]) = twice();
    fs::write(place.path(SITE), &before).unwrap();
    let digest = place.digest();
    place.confirm(&digest).ends(0, &["copied again"]);
    assert_ne!(digest, second);
    assert_eq!(status(&place)["earlier"], Value::Null);
    undo(&place, &digest).ends(0, &[]);
    undo(&place, &digest).ends(2, &["nothing to undo"]);
    assert_eq!(place.read(SITE), before);
}

#[test]
fn undo_overwrites_nobody() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    place.edit_site(SITE, r#""welcome":"purchases-and-opt-ins""#, r#""welcome":"purchases""#);
    let undo = || place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    undo().ends(20, &["`emails`", "somebody else changed it"]);
    assert!(place.read(SITE).contains(r#""welcome":"purchases""#));
    for words in [&["--no-input"][..], &["--resume"]] {
        place.apply(words).ends(20, &["undo"]);
    }
    // Once it has begun nothing is to be confirmed, but what is given still counts.
    let repeat = format!("--confirm {}", &digest[..8]);
    for other in ["deadbeef00", &digest[..7]] {
        place.run(&["undo", PLAN, "--site", SITE, "--confirm", other]).ends(12, &[&repeat]);
    }
    place.run(&["undo", PLAN, "--site", SITE, "--no-input"]).ends(20, &["somebody else changed it"]);
    place.edit_site(SITE, r#""welcome":"purchases""#, r#""welcome":"purchases-and-opt-ins""#);
    undo().ends(0, &[]);
    assert_eq!(place.read(SITE), Place::new().read(SITE));
}

#[test]
fn undo_leaves_what_is_somebody_elses_where_that_is_said() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    let leave = |more: &[&str]| place.run(&[&["undo", PLAN, "--site", SITE, "--confirm", &digest][..], more].concat());
    let site = place.read(SITE);
    for (name, why) in [
        ("emails", "there is no change by somebody else that could be left"),
        ("offering/alumni", "not among the objects that this run changed"),
        ("", "not among the objects"),
    ] {
        leave(&["--leave", name]).ends(2, &[why, "nothing was written"]);
    }
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("undo"));
    assert_eq!(place.read(SITE), site);
    let form = "order-form/group-coaching-payment-plan";
    place.edit_site(SITE, r#""welcome":"purchases-and-opt-ins""#, r#""welcome":"purchases""#);
    let line = |text: &str, key: &str| {
        text.lines().find(|line| line.contains(&format!(r#""key":"{key}""#))).unwrap().to_owned()
    };
    let set = line(&place.read(SITE), "group-coaching-payment-plan");
    assert!(set.contains(r#""after_final_retry":"revoke""#), "{set}");
    place.edit_site(SITE, &set, &set.edited(r#""after_final_retry":"revoke""#, r#""after_final_retry":"stop""#));
    leave(&["--leave", "emails"]).ends(20, &[form, "somebody else changed it", "--leave KIND/KEY"]);
    // Said again of both, the one that is left and the one that stopped it.
    let ran = leave(&["--leave", "emails", "--leave", form]);
    ran.ends(21, &["2 objects, left as somebody else changed it", "`emails`", &format!("`{form}`")]);
    let wanted = Place::new();
    wanted.edit_site(SITE, r#""welcome":"none""#, r#""welcome":"purchases""#);
    let now = place.read(SITE);
    let others = |text: &str| {
        let kept = text.lines().filter(|line| {
            ![r#""kind":"end""#, "group-coaching-payment-plan", r#""kind":"emails""#]
                .iter()
                .any(|word| line.contains(word))
        });
        kept.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(others(&now), others(&wanted.read(SITE)));
    assert!(line(&now, "emails").contains(r#""welcome":"purchases""#));
    assert!(line(&now, "group-coaching-payment-plan").contains(r#""after_final_retry":"stop""#));
    assert!(!place.journal().exists());
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert_eq!(log.matches("left as somebody else changed it: change").count(), 2, "{log}");
    leave(&[]).ends(2, &["nothing to undo"]);
}

#[test]
fn a_site_that_was_copied_anew_closes_the_run_before() {
    for past in [false, true] {
        let place = if past { rehearsed_to_review() } else { configured() };
        let fresh = Place::new();
        fs::copy(fresh.path(SITE), place.path(SITE)).unwrap();
        fs::copy(fresh.path(POPULATION), place.path(POPULATION)).unwrap();
        let digest = place.digest();
        let ran = place.confirm(&digest);
        ran.ends(0, &["copied again"]);
        let closed = fs::read_to_string(&place.archived()[0]).unwrap();
        assert!(closed.contains("the site was copied again"), "{closed}");
        assert_eq!(stands(&place, "next"), ["start-verification"]);
        // The guard and the mail trap are judged afresh: a copy whose guard cannot be mended is red.
        fs::copy(fresh.path(SITE), place.path(SITE)).unwrap();
        place.edit_site(
            SITE,
            r#""charging-guard":{"how":"bridge"}"#,
            r#""charging-guard":{"missing":"no way to read it"}"#,
        );
        let site = place.read(SITE);
        place.confirm(&digest).ends(10, &["charging-guard-not-live"]);
        assert_eq!(place.read(SITE), site);
    }
}
