//! Each step after the changes is taken on the site as the run left it, to the certificate: what moved is named, object by
//! object, with what puts it right.

use std::fs;

use crate::guided::{
    CERTIFICATE, FORMS, POPULATION, buys, configured, migrated, on, passed_barrier, record, rehearsed_to_review,
};
use crate::place::{PLAN, Place, SITE};

/// What somebody else does to a site, one text for another, and the object that it is done to.
const MOVES: [(&str, &str, &str); 5] = [
    (
        r#""kind":"charging-guard","key":"charging-guard","enabled":true"#,
        r#""kind":"charging-guard","key":"charging-guard","enabled":false"#,
        "`charging-guard`",
    ),
    (r#""simulated":true"#, r#""simulated":false"#, "`mail`"),
    (
        r#""kind":"emails","key":"emails","enabled":true"#,
        r#""kind":"emails","key":"emails","enabled":false"#,
        "`emails`",
    ),
    (r#""release":"7 days after previous""#, r#""release":"by-hand""#, "`offering/group-coaching`"),
    (r#"{"release":"foundations"}"#, r#"{"grant":"foundations"}"#, "`order-form/foundations-membership`"),
];

/// Nothing that moved goes through this step; set back, it goes on from where it was.
#[track_caller]
fn stops_at(place: &Place, step: &str) {
    let left = place.read(SITE);
    for (old, new, object) in MOVES {
        assert!(left.contains(old), "{old}");
        place.edit_site(SITE, old, new);
        let ran = on(place);
        ran.ends(20, &[&format!("{object} is not as the plan wants it"), &format!("stops at `{step}`"), "plan diff"]);
        assert!(!ran.err.contains("record moved"), "nobody talks that away: {ran:#?}");
        fs::write(place.path(SITE), &left).unwrap();
    }
}

#[test]
fn no_step_after_the_changes_is_taken_on_a_site_that_moved() {
    let place = configured();
    stops_at(&place, "start-verification");
    place.edit_site(
        SITE,
        r#""kind":"emails","key":"emails","enabled":true"#,
        r#""kind":"emails","key":"emails","enabled":false"#,
    );
    on(&place).ends(20, &["takes this run's place"]);
    let place = passed_barrier();
    migrated(&place, true, 30);
    // While it is looked whether somebody pressed, nobody is told to press again.
    let left = place.read(SITE);
    place.edit_site(SITE, MOVES[1].0, MOVES[1].1);
    on(&place).ends(20, &["`mail`", "do not press it again until the state of the migration is known"]);
    fs::write(place.path(SITE), &left).unwrap();
    stops_at(&place, "run-migration");
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    stops_at(&place, "leave-maintenance");
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet"]);
    stops_at(&place, "test-purchase");
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        buys(&place, at, form, tags);
    }
    stops_at(&place, "test-purchase");
    // Again in maintenance mode, where no purchase goes through.
    let left = place.read(SITE);
    place.edit_site(
        SITE,
        r#""kind":"maintenance","key":"maintenance","on":false"#,
        r#""kind":"maintenance","key":"maintenance","on":true"#,
    );
    on(&place).ends(20, &["`maintenance` is on again"]);
    fs::write(place.path(SITE), &left).unwrap();
    assert!(!place.path(CERTIFICATE).exists());
    // The site is read at the time of now here: a window that is over by then opens no replay.
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    on(&place).ends(0, &[]);
    assert!(place.path(CERTIFICATE).exists());
}

/// A copy that went through the switch, and waits for its push.
pub(crate) fn waits_for_its_push() -> Place {
    let place = Place::new();
    place.edit(PLAN, "strategy: rehearse-and-replay", "strategy: freeze-and-push");
    crate::guided::in_its_window(&place);
    // A push is for live, and there the machine's clock counts.
    record(&place, &["outside-window", "the owner agreed"]);
    record(&place, &["saw", "maintenance", "on=yes", "--on", "live"]);
    place.confirm(&place.digest()).ends(0, &[]);
    crate::guided::pass_barrier(&place);
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 40);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        on(&place);
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        buys(&place, at, form, tags);
    }
    on(&place).ends(20, &["waits at `push`"]);
    place
}

#[test]
fn a_push_is_not_offered_on_a_copy_that_moved() {
    let place = waits_for_its_push();
    stops_at(&place, "push");
    record(&place, &["step", "push", "pushed"]);
    stops_at(&place, "push");
    on(&place).ends(20, &["waits at `reopen-live`"]);
    stops_at(&place, "reopen-live");
}

#[test]
fn maintenance_mode_off_right_after_the_migration_is_not_left_and_needs_a_word() {
    let place = passed_barrier();
    migrated(&place, false, 30);
    record(&place, &["sign-in", "still signed in"]);
    let ran = on(&place);
    ran.ends(
        20,
        &[
            "`maintenance` is off, and the plan keeps it on",
            "payments could have been processed",
            "plan record moved maintenance",
        ],
    );
    assert!(!ran.out.contains("done: Run Migration"), "{ran:#?}");
    let command = ran.err.split('`').find(|part| part.starts_with("plan record moved")).unwrap();
    let now = command.split("--now ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    record(&place, &["moved", "maintenance", "--now", "0123456789ab", "looked"]);
    on(&place).ends(20, &["payments could have been processed"]);
    place
        .run(&["record", "moved", "maintenance", " ", "--now", &now, "--plan", PLAN, "--who", "jo"])
        .ends(2, &["the text has no visible characters"]);
    record(&place, &["moved", "maintenance", "--now", &now, "no order since 06:12"]);
    // A step is proven by a reading that was made after it.
    on(&place).ends(20, &["waits at `leave-maintenance`"]);
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet"]);
    // What is not captured any more is not known to have been kept on.
    let place = passed_barrier();
    migrated(&place, true, 30);
    place.edit_site(SITE, r#""maintenance":{"how":"bridge"}"#, r#""maintenance":{"missing":"no way to read it"}"#);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["`maintenance` is no longer captured", "plan record moved maintenance"]);
    // The plan that lets it end has nothing to say against it.
    let place = Place::new();
    place.edit(PLAN, "import_all_contacts: false", "import_all_contacts: false, keep_maintenance_mode: false");
    place.edit(PLAN, "rollback:", "accepted_risks:\n  - {rule: maintenance-mode-not-kept, at: /migration/keep_maintenance_mode, reason: free site, owner: jo, until: 2099-12-31}\nrollback:");
    place.confirm(&place.digest()).ends(0, &[]);
    crate::guided::pass_barrier(&place);
    migrated(&place, false, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["waits at `leave-maintenance`"]);
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet"]);
}

#[test]
fn what_else_moved_stands_by_a_word_that_is_of_how_it_is_now() {
    let place = rehearsed_to_review();
    let digits = |err: &str| err.split("--now ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let kept = place.read(SITE);
    let version = |to: &str| {
        fs::write(place.path(SITE), &kept).unwrap();
        place.edit_site(SITE, r#""wordpress":""#, &format!(r#""wordpress":"{to}"#));
    };
    version("9");
    let ran = on(&place);
    ran.ends(20, &["`environment` differs in wordpress", "plan record moved environment"]);
    let now = digits(&ran.err);
    record(&place, &["moved", "environment", "--now", &now, "an update of the host's"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    version("8");
    on(&place).ends(20, &["`environment` differs in wordpress"]);
    // What is not captured any more is not known to be as it was.
    fs::write(place.path(SITE), &kept).unwrap();
    place.edit_site(SITE, r#""plugin":{"how":"bridge"}"#, r#""plugin":{"missing":"no way to read it"}"#);
    on(&place).ends(20, &["`plugin` is no longer captured"]);
    fs::write(place.path(SITE), &kept).unwrap();
    place.edit_site(SITE, r#""kind":"administrator","key":""#, r#""kind":"administrator","key":"x"#);
    let ran = on(&place);
    ran.ends(20, &["`administrator`"]);
    assert!(!ran.err.contains("administrator/"), "a login is nobody's business: {ran:#?}");
}

#[test]
fn the_connection_stays_as_the_first_reading_after_the_migration_showed_it_to_the_end() {
    let place = rehearsed_to_review();
    let command = |err: &str| {
        let command = err.split('`').find(|part| part.starts_with("plan record moved crm")).unwrap();
        command.split("--now ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    };
    let moves = |place: &Place, step: &str, old: &str, new: &str| {
        let left = place.read(SITE);
        place.edit_site(SITE, old, new);
        let ran = on(place);
        ran.ends(
            20,
            &["`crm` is not as the first reading after the migration showed it", &format!("stops at `{step}`")],
        );
        let now = command(&ran.err);
        fs::write(place.path(SITE), left).unwrap();
        now
    };
    let (connected, other) = (r#""connected":true"#, r#""connected":false"#);
    on(&place).ends(20, &["waits at `leave-maintenance`"]);
    moves(&place, "leave-maintenance", connected, other);
    moves(&place, "leave-maintenance", r#""system":"accessally-managed""#, r#""system":"keap""#);
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet"]);
    let now = moves(&place, "test-purchase", connected, other);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        buys(&place, at, form, tags);
    }
    moves(&place, "test-purchase", connected, other);
    // A named person says why it may stand.
    record(&place, &["moved", "crm", "--now", &now, "the old account is closed"]);
    place.edit_site(SITE, connected, other);
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    on(&place).ends(0, &[]);
    assert!(place.path(CERTIFICATE).exists());
}

/// Past the barrier everybody is compared with the reading that was kept in front of it, and with no other.
#[test]
fn the_kept_reading_counts_only_as_it_was_kept() {
    let place = passed_barrier();
    let kept = |end: &str| {
        let files = fs::read_dir(place.path(".plan")).unwrap().map(|entry| entry.unwrap().path());
        let kept = files.filter(|path| path.to_str().unwrap().ends_with(end)).collect::<Vec<_>>();
        assert_eq!(kept.len(), 1, "{kept:?}");
        kept[0].strip_prefix(place.path("")).unwrap().to_str().unwrap().to_owned()
    };
    let lose = |name: &str| {
        let lost = |line: &&str| !line.contains(r#""kind":"contact","key":"10010""#);
        let text: String = place.read(name).lines().filter(lost).map(|line| format!("{line}\n")).collect();
        assert!(text.len() < place.read(name).len());
        fs::write(place.path(name), text).unwrap();
        place.run(&["snapshot", "finalize", name]).ends(0, &[]);
    };
    let [population, site] = ["before.population.ndjson", "before.site.ndjson"].map(kept);
    lose(&population);
    place.run(&["snapshot", "finalize", &site]).ends(0, &[]);
    migrated(&place, true, 30);
    lose(POPULATION);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    record(&place, &["sign-in", "still signed in"]);
    let ran = on(&place);
    ran.ends(20, &["is no longer kept here, or was changed"]);
    assert!(!ran.out.contains("equal"), "{ran:#?}");
}

/// Adds contacts without a user to the population as it is before the run.
fn without_user(place: &Place, ids: &[&str]) {
    let text = place.read(POPULATION);
    let (head, rest) = text.split_once('\n').unwrap();
    let one = |id: &&str| {
        format!("{{\"kind\":\"contact-without-user\",\"key\":\"{id}\",\"email\":\"{id}@crm.example\",\"tags\":[]}}\n")
    };
    fs::write(place.path(POPULATION), format!("{head}\n{}{rest}", ids.iter().map(one).collect::<String>())).unwrap();
    place.edit(
        SITE,
        r#""contact":{"how":"bridge"}"#,
        r#""contact":{"how":"bridge"},"contact-without-user":{"how":"bridge"}"#,
    );
    for name in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", name]).ends(0, &[]);
    }
}

/// They are contacts of the site by now.
fn come(place: &Place, ids: &[&str]) {
    let text = place.read(POPULATION);
    let (head, rest) = text.split_once('\n').unwrap();
    let one = |id: &&str| format!("{{\"kind\":\"contact\",\"key\":\"{id}\",\"email\":\"{id}@crm.example\"}}\n");
    fs::write(place.path(POPULATION), format!("{head}\n{}{rest}", ids.iter().map(one).collect::<String>())).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
}

#[test]
fn contacts_without_a_user_that_did_not_come_stop_the_review_and_so_do_those_that_were_not_wanted() {
    for (wanted, came, ends) in [
        (true, &["90011", "90012"][..], 20),
        (true, &["90011"], 21),
        (true, &[], 21),
        (false, &["90011", "90012"], 21),
        (false, &[], 20),
    ] {
        let place = Place::new();
        place.edit(PLAN, "import_all_contacts: false", &format!("import_all_contacts: {wanted}"));
        without_user(&place, &["90011", "90012"]);
        place.confirm(&place.digest()).ends(0, &[]);
        crate::guided::pass_barrier(&place);
        come(&place, came);
        migrated(&place, true, 30);
        record(&place, &["sign-in", "still signed in"]);
        let ran = on(&place);
        let said = format!("of 2 contacts that had no user before, {} were imported", came.len());
        let wish = if wanted { "the plan wants all of them" } else { "the plan wants none of them" };
        assert_eq!(ran.code, Some(ends), "{wanted} {came:?}: {ran:#?}");
        assert!(ran.err.contains(&said) || ran.out.contains(&said), "{said}: {ran:#?}");
        assert!(ran.err.contains(wish) || ran.out.contains(wish), "{wish}: {ran:#?}");
    }
    // Not captured before, nobody knows whether they came.
    let place = Place::new();
    place.edit(PLAN, "import_all_contacts: false", "import_all_contacts: true");
    place.confirm(&place.digest()).ends(0, &[]);
    crate::guided::pass_barrier(&place);
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["whether every contact without a user was imported", "plan record step review-contacts"]);
}

/// A name that holds an address cannot be recorded, and one that holds what is not seen cannot be typed: the command that is printed
/// works as it stands, and lets that object stand, and no other.
#[test]
fn an_object_whose_name_nobody_can_type_is_attested_by_the_command_that_is_printed() {
    for key in [
        "aal_updateuser?Email=ada@member.com",
        "a\nb",
        "a\u{1b}[31mb",
        "a\u{202e}b\u{3164}",
        "x::error::y",
        "it's",
        "50%40",
    ] {
        let place = rehearsed_to_review();
        let (first, rest) = place.read(SITE).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let with = |key: &str| {
            let one = serde_json::json!({"kind": "plugin", "key": key, "version": "1", "active": true});
            fs::write(place.path(SITE), format!("{first}\n{one}\n{rest}")).unwrap();
            place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
        };
        with(key);
        let ran = on(&place);
        ran.ends(20, &["`plugin` ", "so the command names its kind"]);
        assert!(!ran.err.contains("member.com"), "{ran:#?}");
        let command = ran.err.split('`').find(|part| part.starts_with("plan record moved plugin ")).unwrap();
        let script = command.replacen("plan ", "\"$0\" ", 1).replace("--who WHO", "--who jo").replace("WHY", "seen");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_plan")]).current_dir(place.folder.path());
        let recorded = shell.env("PLAN_STATE_HOME", place.home.path()).output().unwrap();
        assert!(recorded.status.success(), "{script}: {recorded:?}");
        on(&place).ends(20, &["maintenance mode is on"]);
        with(&format!("{key}2"));
        on(&place).ends(20, &["so the command names its kind"]);
    }
}

/// What an earlier build had somebody attest by its whole name stands.
#[test]
fn an_attestation_by_the_whole_name_goes_on_to_count() {
    let place = rehearsed_to_review();
    let key = "it's";
    let (first, rest) = place.read(SITE).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let one = serde_json::json!({"kind": "plugin", "key": key, "version": "1", "active": true});
    fs::write(place.path(SITE), format!("{first}\n{one}\n{rest}")).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let text = place.read(SITE);
    let site = amc_plan::site::file::FileSite::open(place.path(SITE)).unwrap().snapshot().unwrap();
    assert!(text.contains("it's"));
    let marks = amc_plan::change::marks_of(&site.state, amc_plan::model::Kind::Plugin);
    record(&place, &["moved", "plugin/it's", "--now", &marks["plugin/it's"], "agreed"]);
    on(&place).ends(20, &["maintenance mode is on"]);
}

#[test]
fn a_member_who_changed_before_the_barrier_is_named_there() {
    let place = configured();
    crate::guided::verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let open = || place.apply(&["--resume", "--no-input", "--acknowledge", "anything else"]);
    let as_it_was = open();
    as_it_was.ends(20, &["was not acknowledged"]);
    assert!(!as_it_was.out.contains("not as when the run began"), "{as_it_was:#?}");
    // Nobody whom the plan lists.
    let line = place.read(POPULATION).lines().find(|line| line.contains(r#""key":"10010""#)).unwrap().to_owned();
    let mut member: serde_json::Value = serde_json::from_str(&line).unwrap();
    let lost = member["tags"].as_array_mut().unwrap().pop().unwrap();
    place.edit(POPULATION, &line, &member.to_string());
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    let named = open();
    named.ends(20, &["was not acknowledged"]);
    let said = named.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "not as when the run began, and from here on they count as they are now: changed: 10010 (tags";
    assert!(said.contains(expected), "{lost}: {named:#?}");
}

#[test]
fn whoever_made_a_test_purchase_is_nobody_to_look_for_at_the_end() {
    let place = rehearsed_to_review();
    migrated(&place, false, 40);
    on(&place).ends(20, &["waits at `test-purchase`"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        buys(&place, at, form, tags);
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
    }
    // Somebody else, without an order.
    let stranger = r#"{"kind":"contact","key":"91000","email":"nobody@buyer.example","tags":[]}"#;
    let population = place.read(POPULATION);
    let (head, rest) = population.split_once('\n').unwrap();
    fs::write(place.path(POPULATION), format!("{head}\n{stranger}\n{rest}")).unwrap();
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    let ran = on(&place);
    ran.ends(21, &["extra: 91000\n"]);
}
