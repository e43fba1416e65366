//! The guide's steps as a run: each proven, the barrier behind its phrase, a way back until there, a certificate at the
//! end, and live only with it.

use std::fs;

use crate::place::{Edited, PLAN, Place, Ran, SITE};
use amc_plan::model::plan::SiteRole;
use amc_plan::model::plan::Strategy;
use amc_plan::trust::{Purpose, marked, unmarked};
use serde_json::Value;

pub(crate) const PHRASE: &str = "run migration on staging.bloom.example";
pub(crate) const CERTIFICATE: &str = "bloom-coaching.rehearsal.json";
pub(crate) const POPULATION: &str = "bloom-coaching.population.ndjson";

/// The example with its changes in place: the run waits for the vendor's verification.
pub(crate) fn configured() -> Place {
    let place = Place::new();
    in_its_window(&place);
    place.confirm(&place.digest()).ends(0, &[]);
    place
}

/// The window is open when the site is read, at 06:12 UTC.
pub(crate) fn in_its_window(place: &Place) {
    place.edit(PLAN, "2026-12-02 06:00 Europe/Berlin", "2026-11-21 07:00 Europe/Berlin");
    place.edit(PLAN, "decide_by: \"07:30\"", "decide_by: \"08:30\"");
}

pub(crate) fn on(place: &Place) -> Ran {
    place.apply(&["--resume", "--no-input"])
}

#[track_caller]
pub(crate) fn record(place: &Place, words: &[&str]) {
    place.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(0, &[]);
}

pub(crate) fn verified(place: &Place) {
    fs::write(place.path("lines.txt"), "41 tags\n! 3 users without a contact ID\n").unwrap();
    record(place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    record(place, &["ack", "2", "--reason", "ours"]);
}

/// Past the barrier, with nobody having pressed yet.
pub(crate) fn passed_barrier() -> Place {
    let place = configured();
    pass_barrier(&place);
    place
}

pub(crate) fn pass_barrier(place: &Place) {
    verified(place);
    record(place, &["sign-in", "in another browser"]);
    place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]).ends(20, &["press it now, once"]);
}

/// When a site is read: up to the minute 12 before any run began, and from there on now.
fn read_at(minute: u32) -> String {
    if minute > 12 { jiff::Timestamp::now().to_string() } else { format!("2026-11-21T06:{minute}:00Z") }
}

/// What the migration leaves on the site, read anew at this minute.
pub(crate) fn migrated(place: &Place, maintenance: bool, minute: u32) {
    let population = place.read(POPULATION);
    let (head, records) = population.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = read_at(minute).into();
    fs::write(place.path(POPULATION), format!("{head}\n{records}")).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    configured_as_migrated(place, maintenance, minute);
}

/// The configuration alone, read anew.
fn configured_as_migrated(place: &Place, maintenance: bool, minute: u32) {
    let mut lines = Vec::new();
    for line in place.read(SITE).lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        match record["kind"].as_str().unwrap() {
            "snapshot" => record["taken_at"] = read_at(minute).into(),
            "crm" => {
                record["managed"] = true.into();
                record["system"] = "accessally-managed".into();
            }
            "maintenance" => record["on"] = maintenance.into(),
            _ => {}
        }
        lines.push(record.to_string());
    }
    fs::write(place.path(SITE), lines.join("\n") + "\n").unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

/// A rehearsal from its beginning to its certificate.
pub(crate) fn rehearsed() -> Place {
    let place = passed_barrier();
    // From here on the site is read at the time of now: a window that is over by then opens no replay.
    let (then, to_come) = ("2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    place.edit(PLAN, then, to_come);
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet", "`group-coaching-checkout` (order, content, welcome-email, new-user)"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        assert!(!place.path(CERTIFICATE).exists(), "{form} is not bought yet");
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        place.run(&["status", PLAN, "--site", SITE]).ends(0, &[]);
        on(&place).ends(
            20,
            &[&format!("not found on the site, although it was attested: `{form}`: no new order on the form")],
        );
        buys(&place, at, form, tags);
        on(&place);
    }
    assert!(place.path(CERTIFICATE).exists());
    place.edit(PLAN, to_come, then);
    place
}

/// The order forms, each with the tags that what it releases is opened by.
pub(crate) const FORMS: [(&str, &[&str]); 6] = [
    ("foundations-membership", &["Foundations_Base_Access"]),
    ("group-coaching-checkout", &["Group_Coaching_Base_Access"]),
    ("group-coaching-payment-plan", &["Group_Coaching_Base_Access"]),
    ("group-coaching-summer-sale", &["Group_Coaching_Base_Access"]),
    ("group-coaching-vip-checkout", &["Group_Coaching_Base_Access", "Mastermind_Base_Access"]),
    ("team-seats-checkout", &["Team_Seats_Base_Access"]),
];

/// The test buyer's address, which is nobody's business.
const BUYER: &str = "tess.buyer@nowhere.example";

/// A purchase by somebody new: contact 9000N, order 900N.
pub(crate) fn buys(place: &Place, at: usize, form: &str, tags: &[&str]) {
    let email = format!("{at}{BUYER}");
    let contact = serde_json::json!({"kind": "contact", "key": format!("9000{at}"), "email": email, "tags": tags});
    adds(place, &[contact, order(at, &format!("9000{at}"), form)]);
}

fn order(at: usize, contact: &str, form: &str) -> Value {
    serde_json::json!({"kind": "order", "key": format!("900{at}"), "contact": contact, "form": form, "status": "Success", "transaction": format!("pi_{at}")})
}

/// Adds records to the population, which is read now.
fn adds(place: &Place, records: &[Value]) {
    let records: String = records.iter().map(|record| format!("{record}\n")).collect();
    for (file, more) in [(POPULATION, records.as_str()), (SITE, "")] {
        let text = place.read(file);
        let (head, rest) = text.split_once('\n').unwrap();
        let mut head: Value = serde_json::from_str(head).unwrap();
        head["taken_at"] = read_at(30).into();
        fs::write(place.path(file), format!("{head}\n{more}{rest}")).unwrap();
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
}

#[test]
fn a_test_purchase_is_looked_for_and_a_word_that_the_site_denies_is_none() {
    let place = passed_barrier();
    migrated(&place, true, 25);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 30);
    on(&place).ends(20, &["not seen yet"]);
    let form = "group-coaching-checkout";
    let population = place.read(POPULATION);
    let denied = |words: &str| on(&place).ends(20, &[&format!("`{form}`: {words}")]);
    let again = |records: &[Value]| {
        fs::write(place.path(POPULATION), &population).unwrap();
        adds(&place, records);
    };
    record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
    denied("no new order on the form as of ");
    // An order on another form is not it.
    again(&[order(1, "10019", "team-seats-checkout")]);
    denied("no new order on the form");
    // Somebody whom the site knew, and who has no access.
    let nobody = population.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let has = |one: &Value| one["tags"].as_array().unwrap().iter().any(|tag| tag == "Group_Coaching_Base_Access");
    let known = nobody.into_iter().find(|one| one["kind"] == "contact" && !has(one));
    let known = known.unwrap()["key"].as_str().unwrap().to_owned();
    again(&[order(1, &known, form)]);
    denied(&format!("contact {known} lacks `Group_Coaching_Base_Access`"));
    on(&place).ends(20, &[&format!("contact {known} was there before")]);
    // Several: which one it is, a person says.
    let contact = |at: usize, tags: &[&str]| serde_json::json!({"kind": "contact", "key": format!("9000{at}"), "email": format!("{at}{BUYER}"), "tags": tags});
    let tag: &[&str] = &["Group_Coaching_Base_Access"];
    again(&[contact(1, &[]), order(1, "90001", form), contact(2, tag), order(2, "90002", form)]);
    denied("several new orders on the form (9001, 9002): say which is the test with --order");
    let before = place.state_files("before.site.ndjson")[0].display().to_string();
    let verify = |more: &[&str]| place.run(&[&["verify", PLAN, "--before", &before, "--after", SITE], more].concat());
    verify(&[]).ends(21, &[]);
    record(&place, &["purchase", form, "--saw", "order", "--order", "9003"]);
    denied("no new order 9003 on the form");
    record(&place, &["purchase", form, "--saw", "order", "--order", "9002"]);
    let found = on(&place);
    assert!(!found.err.contains(&format!("`{form}`")), "the others are missing, this one is not: {found:#?}");
    let said = verify(&[]);
    said.ends(21, &[]);
    for words in [
        "extra because of the test purchases on record: contact 90002; order 9002",
        "order          recorded   order 9002 (Success), paid",
        "content        recorded   contact 90002 has `Group_Coaching_Base_Access`; that the page opens is attested",
        "welcome-email  attested   a mail is seen by a person",
        "new-user       recorded   contact 90002 was not there before",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert!(!said.out.contains(BUYER) && !found.err.contains(BUYER));
    let json: Value = serde_json::from_str(&verify(&["--format", "json"]).out).unwrap();
    assert_eq!(json["everybody"]["explained"]["orders"], serde_json::json!(["9002"]));
    assert_eq!(json["test_purchases"][0]["confirmations"][0]["how"], "recorded");
    // Alone, it is all that is extra.
    again(&[contact(2, tag), order(2, "90002", form)]);
    let all = verify(&[]);
    all.ends(0, &[]);
    assert!(all.out.contains("equal: everybody is as they were"), "{}", all.out);
    // With nobody's orders captured, a word is a word.
    place.edit_site(SITE, r#""order":{"how":"bridge"}"#, r#""order":{"missing":"no way to read it"}"#);
    let blind = verify(&[]);
    blind.ends(21, &[]);
    assert!(
        blind.out.contains("order          unknown    contacts and orders were not captured before and after, and nobody named the payment: give its transaction"),
        "{}",
        blind.out
    );
}

pub(crate) fn status(place: &Place) -> Value {
    let ran = place.run(&["status", PLAN, "--site", SITE, "--format", "json"]);
    ran.ends(0, &[]);
    serde_json::from_str(&ran.out).unwrap()
}

/// The steps by where they stand.
fn stands(place: &Place, stand: &str) -> Vec<String> {
    let status = status(place);
    let steps = status["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["stand"] == stand).map(|step| step["step"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_rehearsal_goes_from_step_to_step_each_proven() {
    let place = configured();
    assert_eq!(stands(&place, "next"), ["start-verification"]);
    on(&place).ends(20, &["no verification of this site was recorded since"]);
    // One that was recorded before the changes were in place says nothing of them.
    let before = place.read("bloom-coaching.record.ndjson");
    verified(&place);
    fs::write(place.path("bloom-coaching.record.ndjson"), &before).unwrap();
    fs::write(place.path("lines.txt"), "! a\nb\n! c\n").unwrap();
    record(&place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    on(&place).ends(20, &["the lines with a \"!\" need a reason each: 1, 3"]);
    record(&place, &["ack", "1", "--reason", "ours"]);
    on(&place).ends(20, &["lines with a \"!\" need a reason each: 3"]);
    record(&place, &["ack", "3", "--reason", "ours"]);
    on(&place).ends(20, &["a sign-in of the spare administrator is not on record"]);
    assert_eq!(stands(&place, "next"), ["run-migration"]);
    assert_eq!(status(&place)["past_the_barrier"], false);
}

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
    open().ends(20, &["`mail` is not as the plan wants it", "it stops at `run-migration`"]);
    fs::write(place.path(SITE), &as_applied).unwrap();
    place.edit_site(SITE, r#""connected":true"#, r#""connected":false"#);
    open().ends(20, &["`crm` differs in connected", "it stops at `run-migration`"]);
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
    let place = configured();
    // A second run on a site that is as the plan wants it has no changes.
    let journal = fs::read_to_string(place.journal()).unwrap();
    let (begin, _) = unmarked(journal.lines().next().unwrap(), None, Purpose::Journal);
    let mut begin: Value = serde_json::from_str(&begin).unwrap();
    assert_eq!(begin["event"]["begin"]["changes"].as_array().unwrap().len(), 7);
    fs::remove_file(place.journal()).unwrap();
    begin["event"]["begin"]["changes"] = Value::Array(Vec::new());
    let none = amc_plan::change::changes_digest(&"staging.bloom.example".parse().unwrap(), &[]);
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
    place.apply(&["--through", "run-migration", "--acknowledge", PHRASE]).ends(2, &["no change to make"]);
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
        ran.ends(20, &["may have been pressed at", "do not press it again until its state is known"]);
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
    place.run(&word).ends(20, &["noted beside the site", "--resume"]);
    let again = place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    again.ends(20, &["do not press it again until its state is known"]);
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
        (r#""managed":false"#, r#""managed":false,"migrated":40"#, "has been through 40 members"),
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
    says("nobody was there", "jo").ends(20, &["the site was read at 2026-11-21", "do not press it again"]);
    let later = &jiff::Timestamp::now().to_string();
    let managed = r#""managed":false"#;
    read_again(&place, &site, "2999-01-01T00:00:00Z", ("", ""));
    says("nobody was there", "jo").ends(20, &["in the future", "do not press it again"]);
    for (new, why) in [
        (r#""managed":true"#, "is on Managed Contacts"),
        (r#""missing":null"#, "is not captured"),
        (r#""managed":false,"migrated":3"#, "through 3 members"),
    ] {
        read_again(&place, &site, later, (managed, new));
        says("nobody was there", "jo").ends(20, &[why, "do not press it again"]);
    }
    read_again(&place, &site, later, (r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#));
    says("nobody was there", "jo").ends(20, &["maintenance mode is on", "do not press it again"]);
    read_again(&place, &site, later, ("", ""));
    says(" ", "jo").ends(2, &["the text is empty"]);
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
    on(&place).ends(20, &["do not press it again until its state is known"]);
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
    apply(&["--on", "live", "--host", "bloom.example"]).ends(15, &["the rehearsal took 3 h", "`window/length` is 2 h"]);
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

/// Somebody switches maintenance mode on live, which is read again a second after it was read last.
pub(crate) fn closes(place: &Place, on: bool) {
    let text = place.read(LIVE);
    let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let last: jiff::Timestamp = head["taken_at"].as_str().unwrap().parse().unwrap();
    switched(place, on, last + jiff::SignedDuration::from_secs(1));
}

/// Somebody switches maintenance mode off on live, which is read now.
pub(crate) fn reopens(place: &Place) {
    switched(place, false, jiff::Timestamp::now());
}

fn switched(place: &Place, on: bool, read_at: jiff::Timestamp) {
    let maintenance = |on: bool| format!(r#""kind":"maintenance","key":"maintenance","on":{on}"#);
    place.edit(LIVE, &maintenance(!on), &maintenance(on));
    let text = place.read(LIVE);
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = read_at.to_string().into();
    fs::write(place.path(LIVE), format!("{head}\n{rest}")).unwrap();
    place.run(&["snapshot", "finalize", LIVE]).ends(0, &[]);
}

/// The objects of live, whenever it was read.
pub(crate) fn objects(place: &Place) -> Vec<String> {
    let text = place.read(LIVE);
    text.lines().skip(1).filter(|line| !line.contains(r#""kind":"end""#)).map(str::to_owned).collect()
}

/// A backup of live, made now.
pub(crate) fn backs_up(place: &Place) {
    let now = jiff::Timestamp::now().to_string();
    let words = ["backup", "--restore-point", "RP-9", "--of", "live", "--parts", "files,database", "--taken-at", &now];
    record(place, &[&words[..], &["--stored-off-server"]].concat());
}

/// Goes on with the run on live.
pub(crate) fn on_live(place: &Place) -> Ran {
    place.run(&["apply", PLAN, "--site", LIVE, "--resume", "--no-input", "--on", "live", "--host", "bloom.example"])
}

/// The live site.
pub(crate) const LIVE: &str = "live.site.ndjson";

/// The live site as it was copied, in a file beside the plan.
pub(crate) fn copied(place: &Place) {
    let fresh = Place::new();
    let as_live = fresh
        .read(SITE)
        .edited("https://staging.bloom.example", "https://bloom.example")
        .edited(r#""type":"staging""#, r#""type":"production""#);
    fs::write(place.path(LIVE), as_live).unwrap();
    fs::copy(fresh.path(POPULATION), place.path("live.population.ndjson")).unwrap();
    place.move_to("live", "bloom.example");
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
fn somebody_who_lost_a_tag_stops_the_run_and_is_not_named() {
    let place = passed_barrier();
    let population = place.read(POPULATION);
    let line =
        population.lines().find(|line| line.contains(r#""kind":"contact""#) && line.contains(r#""tags":[""#)).unwrap();
    let mut contact: Value = serde_json::from_str(line).unwrap();
    contact["tags"] = Value::Array(Vec::new());
    fs::write(place.path(POPULATION), population.edited_once(line, &contact.to_string())).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    let ran = on(&place);
    ran.ends(21, &["239 the same, 1 changed", "plan verify"]);
    assert!(!ran.err.contains(contact["email"].as_str().unwrap()));
    // Mended, it goes on.
    fs::write(place.path(POPULATION), &population).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    migrated(&place, true, 31);
    on(&place).ends(20, &["maintenance mode is on"]);
}

#[test]
fn contacts_that_were_not_read_since_prove_nothing() {
    let place = passed_barrier();
    record(&place, &["sign-in", "still signed in"]);
    for minute in [12, 10] {
        // What was read before the barrier shows nothing of the press, whoever finalized it again since.
        configured_as_migrated(&place, true, minute);
        on(&place).ends(20, &["waits at `run-migration`", "read it again", "do not press it again"]);
        migrated(&place, true, minute);
        on(&place).ends(20, &["waits at `run-migration`", "read it again", "do not press it again"]);
    }
    fs::copy(Place::new().path(POPULATION), place.path(POPULATION)).unwrap();
    configured_as_migrated(&place, true, 30);
    on(&place).ends(20, &["were not read since the migration"]);
    migrated(&place, true, 31);
    on(&place).ends(20, &["maintenance mode is on"]);
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

#[test]
fn a_persons_own_words_stay_in_the_record() {
    let place = passed_barrier();
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    fs::remove_file(place.path(POPULATION)).unwrap();
    on(&place).ends(20, &["plan record step review-contacts"]);
    record(&place, &["step", "review-contacts", "Ada ada@member.example looks fine"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert!(log.contains("attested by `jo`") && !log.contains("ada@"), "{log}");
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("ada@"));
}

#[test]
fn an_ended_run_that_was_not_put_away_is_put_away_and_nothing_else() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    let undo = || place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    undo().ends(0, &[]);
    let ended = fs::read_to_string(&place.archived()[0]).unwrap();
    for again in [&undo as &dyn Fn() -> Ran, &|| on(&place)] {
        fs::write(place.journal(), &ended).unwrap();
        let site = place.read(SITE);
        let ran = again();
        ran.ends(0, &[]);
        assert!(ran.out.contains("had ended"), "{ran:#?}");
        assert!(!place.journal().exists() && place.read(SITE) == site);
    }
}

#[test]
fn a_site_that_is_as_planned_can_still_go_through_the_guide() {
    let place = configured();
    fs::remove_file(place.journal()).unwrap();
    place.apply(&["--no-input"]).ends(0, &[]);
    place.apply(&["--no-input", "--through", "start-verification"]).ends(2, &["leave them out", "`--confirm`"]);
    assert!(!place.journal().exists(), "nobody confirmed it");
    let ran = place.confirm(&place.digest());
    ran.ends(0, &[]);
    assert!(ran.out.contains("0 changes in place"), "{ran:#?}");
    assert_eq!(stands(&place, "next"), ["start-verification"]);
    // A plan that was edited where the site does not show it takes its place.
    place.edit(PLAN, "no_older_than: 2h", "no_older_than: 48h");
    on(&place).ends(20, &["the plan was edited"]);
    place.confirm(&place.digest()).ends(0, &[]);
    on(&place).ends(20, &["no verification"]);
}

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
fn twice() -> (Place, String, [String; 2]) {
    let place = Place::new();
    let before = place.read(SITE);
    let first = place.digest();
    place.confirm(&first).ends(0, &[]);
    place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
    let second = place.digest();
    place.confirm(&second).ends(0, &[]);
    (place, before, [first, second])
}

fn undo(place: &Place, digest: &str) -> Ran {
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", digest])
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
        place.run(&[verb, PLAN, "--site", SITE]).ends(3, &[name, "does not hold its end"]);
    }
}

#[test]
fn an_undo_that_leaves_something_says_that_an_earlier_run_can_be_undone_too() {
    let (place, _, [_, second]) = twice();
    place.edit_site(SITE, "9 days after previous", "5 days after previous");
    let group = "offering/group-coaching";
    let ran = place.run(&["undo", PLAN, "--site", SITE, "--confirm", &second, "--leave", group]);
    ran.ends(21, &["left as somebody else has it"]);
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
        ("emails", "nothing of somebody else's to leave"),
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
    ran.ends(21, &["2 objects, left as somebody else has it", "`emails`", &format!("`{form}`")]);
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
    assert_eq!(log.matches("left as somebody else has it: change").count(), 2, "{log}");
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

/// A run whose migration is behind.
pub(crate) fn rehearsed_to_review() -> Place {
    let place = passed_barrier();
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    place
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
    record(&place, &["step", "freeze-live", "maintenance mode on since 05:30", "--on", "live"]);
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

#[test]
fn push_then_merge_wants_what_live_did_on_record_before_the_push() {
    let place = Place::new();
    place.edit(PLAN, "strategy: rehearse-and-replay", "strategy: push-then-merge");
    in_its_window(&place);
    place.confirm(&place.digest()).ends(0, &[]);
    pass_barrier(&place);
    migrated(&place, true, 25);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 30);
    on(&place).ends(20, &["not seen yet"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(&place, &["purchase", form, "--saw", "content,welcome-email"]);
        buys(&place, at, form, tags);
    }
    on(&place).ends(20, &["`push` is not begun on live", "plan record outside-window"]);
    record(&place, &["outside-window", "agreed with the owner"]);
    on(&place).ends(20, &["waits at `push`", "what live did since the copy is not on record"]);
    // A person's word alone does not make up for it.
    record(&place, &["step", "push", "pushed"]);
    on(&place).ends(20, &["what live did since the copy is not on record", "plan record merge-list"]);
    // Two readings of live: one as it was copied, one of now with an order more.
    let live = |name: &str, at: &str, more: &str| {
        let site = Place::new().read(SITE).edited("staging.bloom.example", "bloom.example");
        fs::write(place.path(&format!("{name}.site.ndjson")), site.edited_once("2026-11-21T06:12:00Z", at)).unwrap();
        let population = Place::new().read(POPULATION).edited_once("staging.bloom.example", "bloom.example");
        let (head, rest) = population.split_once('\n').unwrap();
        fs::write(place.path(&format!("{name}.population.ndjson")), format!("{head}\n{more}{rest}")).unwrap();
        for end in ["population", "site"] {
            place.run(&["snapshot", "finalize", &format!("{name}.{end}.ndjson")]).ends(0, &[]);
        }
    };
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
    put(SITE).ends(13, &["two sites"]);
    put("old.site.ndjson").ends(0, &[]);
    on(&place).ends(20, &["the merge list on record is", "the window is 2 h"]);
    let said = put("now.site.ndjson");
    said.ends(0, &[]);
    assert!(said.out.contains("1 new order to carry over from bloom.example"), "{said:#?}");
    // What is on record is the digest of what the list prints, and no more than counts.
    let words = list("now.site.ndjson");
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--format", "json"]).collect();
    let printed = place.run(&words).out;
    let record_text = place.read("bloom-coaching.record.ndjson");
    assert!(record_text.contains(&amc_plan::model::digest::of_bytes(printed.as_bytes())));
    assert!(printed.contains("9007") && !record_text.contains("9007"));
    on(&place).ends(20, &["waits at `merge`", "it is not on record as done"]);
    record(&place, &["step", "merge", "carried over"]);
    on(&place).ends(20, &["waits at `reopen-live`"]);
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert_eq!(log.matches("the merge list of").count(), 2, "{log}");
}

#[test]
fn the_page_of_the_run_says_of_every_step_why_it_is_a_persons() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/run.md");
    let page = fs::read_to_string(&path).unwrap();
    let head = "| step | who | proven by | believed | why a person |\n|---|---|---|---|---|\n";
    let (before, rest) = page.split_once(head).unwrap();
    let (table, after) = rest.split_once("\n\n").unwrap();
    let steps = amc_plan::model::Step::ALL.iter().map(|step| step.about()).filter(|about| !about.why.is_empty());
    let cell = |text: &str| if text.is_empty() { "–".to_owned() } else { text.replace('|', "\\|") };
    let wanted: Vec<String> = steps
        .map(|about| {
            let cells = [about.title, about.executor.name(), about.observed, about.believed, about.why].map(cell);
            format!("| {} |", cells.join(" | "))
        })
        .collect();
    let wanted = wanted.join("\n");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, format!("{before}{head}{wanted}\n\n{}", after.trim_start_matches('\n'))).unwrap();
    } else {
        assert_eq!(table, wanted, "run UPDATE_SNAPSHOTS=1 cargo test --test it guided::, and read the difference");
    }
}

#[test]
fn two_at_once_are_one_after_the_other() {
    let place = Place::new();
    let digest = place.digest();
    let begin = || place.command(&["apply", PLAN, "--site", SITE, "--confirm", &digest]).spawn().unwrap();
    let both: Vec<_> = (0..2).map(|_| begin()).collect();
    let codes: Vec<Option<i32>> =
        both.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| [Some(0), Some(14)].contains(code)), "{codes:?}");
    let journal = fs::read_to_string(place.journal()).unwrap();
    assert_eq!(journal.matches(r#""done""#).count(), 7, "each change was made once");
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
}

#[test]
fn a_lock_is_shown_and_broken_by_its_id_only() {
    let place = Place::new();
    let status = || place.run(&["lock", "status", PLAN, "--site", SITE, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&status().out).unwrap()["held"], false);
    place.confirm("0123456789abcdef").ends(12, &[]);
    let [lock] = &place.state_files(".lock")[..] else { panic!("one lock") };
    let held = fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let ran = status();
    ran.ends(14, &[]);
    let holder = serde_json::from_str::<Value>(&ran.out).unwrap();
    let id = holder["holder"]["id"].as_str().unwrap();
    let broken = |id: &str| place.run(&["lock", "break", PLAN, "--site", SITE, "--id", id]);
    broken("ffffffff").ends(14, &[&format!("plan lock break {PLAN} --site {SITE} --id {id}")]);
    status().ends(14, &[]);
    place.apply(&["--no-input"]).ends(14, &[&format!("plan lock status {PLAN} --site {SITE}")]);
    // Neither a damaged journal nor a damaged note hides the holder.
    let notes = amc_plan::apply::state_file(&place.path(".plan"), SITE, "run.json");
    for path in [place.journal(), notes] {
        fs::write(&path, "a shopping list\n").unwrap();
        let ran = status();
        ran.ends(14, &["attention: ", path.file_name().unwrap().to_str().unwrap()]);
        assert!(ran.out.contains(id), "{ran:#?}");
        if path == place.journal() {
            broken("ffffffff").ends(14, &[id]);
        }
        fs::remove_file(path).unwrap();
    }
    fs::write(place.journal(), "a shopping list\n").unwrap();
    let ran = broken(id);
    ran.ends(0, &[]);
    let process =
        format!("if its process still exists, even suspended, end it first: process {}", holder["holder"]["process"]);
    assert!(ran.out.contains(&process), "{ran:#?}");
    status().ends(0, &["attention: ", "journal.ndjson"]);
    broken(id).ends(2, &["nobody holds it"]);
    fs::remove_file(place.journal()).unwrap();
    status().ends(0, &[]);
    place.run(&["lock", "status", PLAN, "--site", "typo.site.ndjson"]).ends(3, &["cannot read `typo.site.ndjson`"]);
    place.confirm(&place.digest()).ends(0, &[]);
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
    place.run(&["merge-list", "--cloned", SITE, "--live", live]).ends(13, &["two sites"]);
}
