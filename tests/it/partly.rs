//! A site of which only a part was captured: what no reading shows a person sees, sets by hand and says, from the first check to the
//! certificate. Nothing is ever "no change" that nobody compared.

use std::fs;

use serde_json::Value;

use crate::guided::{
    CERTIFICATE, FORMS, PHRASE, POPULATION, buys, in_its_window, migrated, on, record, status, undo, verified,
};
use crate::place::{PLAN, Place, SITE};

/// More than a third of the kinds, and those on which money, mail and the migration hang.
const UNREAD: [&str; 5] = ["charging-guard", "crm", "emails", "mail", "maintenance"];

/// The example, whose site says of these kinds that no reading shows them.
pub(crate) fn partly_captured() -> Place {
    without_records(&serde_json::json!({"missing": "no reading shows it"}))
}

/// The example, whose site declares these kinds, as a file that somebody writes by hand may, and has no record of them.
pub(crate) fn declared() -> Place {
    without_records(&serde_json::json!({"how": "manual"}))
}

fn without_records(section: &Value) -> Place {
    let place = Place::new();
    in_its_window(&place);
    without_records_in(&place, SITE, &UNREAD, section);
    place
}

/// Takes the records of these kinds out of a site's file, which says this of their sections.
pub(crate) fn without_records_in(place: &Place, site: &str, unread: &[&str], section: &Value) {
    let without = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if line["kind"] == "snapshot" {
            unread.iter().for_each(|kind| line["sections"][*kind] = section.clone());
        }
        (!unread.iter().any(|kind| line["kind"] == *kind)).then(|| format!("{line}\n"))
    };
    let left: String = place.read(site).lines().filter_map(without).collect();
    fs::write(place.path(site), left).unwrap();
    place.run(&["snapshot", "finalize", site]).ends(0, &[]);
}

/// What the screens of the copy show before anything is done.
pub(crate) fn says_what_is_there(place: &Place) {
    record(place, &["saw", "charging-guard", "enabled=yes", "production_url=//staging.bloom.example"]);
    record(place, &["saw", "emails", "enabled=yes", "welcome=none", "module_release=yes", "failed_payment=yes"]);
    record(place, &["saw", "mail", "transport=fluent-smtp", "simulated=no", "sender_domain=bloom.example"]);
    record(place, &["saw", "crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=no", "sells=no"]);
    record(place, &["saw", "maintenance", "on=no"]);
}

/// What they show once everything is set by hand.
fn says_what_was_made(place: &Place) {
    record(place, &["saw", "charging-guard", "enabled=yes", "production_url=//bloom.example"]);
    let welcome = "welcome=purchases-and-opt-ins";
    record(place, &["saw", "emails", "enabled=yes", welcome, "module_release=yes", "failed_payment=yes"]);
    record(place, &["saw", "mail", "simulated=yes", "sender_domain=bloom.example"]);
}

fn check(place: &Place) -> String {
    place.run(&["check", PLAN, "--site", SITE]).out
}

fn begun() -> Place {
    let place = partly_captured();
    says_what_is_there(&place);
    place.confirm(&place.digest()).ends(20, &["waits at `configure`"]);
    place
}

#[test]
fn what_was_not_compared_is_never_no_change() {
    let place = partly_captured();
    let said = check(&place);
    assert!(said.contains("unproven at gate") && !said.contains("no change"), "{said}");
    let diff = place.run(&["diff", PLAN, "--site", SITE]);
    for words in [
        "not compared: 3 objects",
        "look charging-guard",
        "? production_url: //bloom.example",
        "AccessAlly > Settings > General Setup > Developer Tools",
        "3 objects are not compared",
        "apply refuses this while the plan is unproven",
    ] {
        assert!(diff.out.contains(words), "{words}: {}", diff.out);
    }
    assert!(!diff.out.contains("no change") && !diff.out.contains("--confirm"), "{}", diff.out);
    assert!(said.contains("4 changes found; 3 kinds of object not captured, so not compared"), "{said}");
    place.apply(&["--no-input"]).ends(10, &[]);
    // Even where the plan changes nothing that a reading shows.
    let markdown = place.run(&["diff", PLAN, "--site", SITE, "--format", "markdown"]).out;
    assert!(markdown.contains("3 objects are not compared") && markdown.contains("Developer Tools"), "{markdown}");
}

#[test]
fn a_run_goes_from_preflight_to_its_certificate_on_what_persons_see() {
    let place = begun();
    // Five changes were carried out; three are a person's, and each says its screen, what is there and what is wanted.
    let stands = status(&place);
    assert_eq!((&stands["in_place"], &stands["changes"]), (&4.into(), &4.into()), "{stands:#}");
    assert_eq!(stands["by_hand"]["changes"].as_array().unwrap().len(), 3);
    let human = place.run(&["status", PLAN, "--site", SITE]).out;
    for words in
        ["by hand: charging-guard", "- production_url: //staging.bloom.example", "+ production_url: //bloom.example"]
    {
        assert!(human.contains(words), "{words}: {human}");
    }
    on(&place).ends(20, &["no reading shows `charging-guard`", "plan record saw charging-guard"]);
    // A value that is typed wrong proves nothing, whoever types it.
    record(&place, &["saw", "charging-guard", "enabled=yes", "production_url=//wrong.example"]);
    on(&place).ends(20, &["`charging-guard` is not as the plan wants it"]);
    says_what_was_made(&place);
    let ran = on(&place);
    ran.ends(0, &[]);
    assert!(
        ran.out.contains("3 of 3 objects to set by hand are in place (attested)")
            && ran.out.contains("next: Start Verification")
    );
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    // In front of the barrier what the migration hangs on is looked at again.
    let barrier = || place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    barrier().ends(
        20,
        &["the gate `migrate` is not green", "look at AccessAlly > Settings > General Setup > Developer Tools again"],
    );
    says_what_was_made(&place);
    record(&place, &["saw", "mail", "transport=fluent-smtp"]);
    record(&place, &["saw", "crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=no", "sells=no"]);
    barrier().ends(20, &["press it now, once"]);
    on(&place).ends(20, &["no reading shows whether the site is on Managed", "plan record saw crm managed=VALUE"]);
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    migrated(&place, true, 30);
    record(&place, &["saw", "crm", "managed=no"]);
    on(&place).ends(20, &["`jo` saw that the site is not on Managed Contacts yet"]);
    record(&place, &["saw", "crm", "managed=yes"]);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["no reading shows whether maintenance mode is on", "plan record saw maintenance on=VALUE"]);
    record(&place, &["saw", "maintenance", "on=no"]);
    migrated(&place, false, 40);
    on(&place).ends(20, &["not seen yet"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        buys(&place, at, form, tags);
        on(&place);
    }
    assert!(place.path(CERTIFICATE).exists(), "{:#?}", on(&place));
    let certificate: Value = serde_json::from_str(&place.read(CERTIFICATE)).unwrap();
    let configure = certificate["steps"].as_array().unwrap().iter().find(|step| step["step"] == "configure").unwrap();
    assert_eq!(configure["by"], "attested", "{certificate:#}");
}

/// A section that is declared and has no record shows nothing of its object: neither that it is right nor that it is wrong.
#[test]
fn of_a_kind_that_is_declared_without_a_record_nothing_is_known() {
    let place = declared();
    let diff = place.run(&["diff", PLAN, "--site", SITE]);
    assert!(diff.out.contains("not compared: 3 objects") && diff.out.contains("look charging-guard"), "{}", diff.out);
    says_what_is_there(&place);
    let begun = place.confirm(&place.digest());
    begun.ends(20, &["no reading shows `charging-guard`", "plan record saw charging-guard"]);
    assert!(!begun.err.contains("is not as the plan wants it"), "{}", begun.err);
    record(&place, &["saw", "charging-guard", "enabled=yes", "production_url=//bloom.example"]);
    let ran = on(&place);
    assert!(!ran.out.contains("`charging-guard`"), "what was seen in place is not listed again: {}", ran.out);
    assert!(ran.out.contains("`emails`") && ran.out.contains("`mail`"), "{}", ran.out);
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    verified(&place);
    let barrier = on(&place);
    barrier.ends(20, &["what was attested before the barrier was reached", "does not count here"]);
    for saw in ["saw charging-guard ", "saw crm ", "saw emails ", "saw mail ", "saw maintenance "] {
        assert!(barrier.err.contains(&format!("then: plan record {saw}")), "{saw}: {}", barrier.err);
    }
}

/// A file that a person writes follows the site: its changes are made there, and the file is written again.
#[test]
fn what_a_person_wrote_into_the_file_a_person_changes_on_the_site() {
    let place = Place::new();
    in_its_window(&place);
    place.edit_site(SITE, r#""order-form":{"how":"bridge"}"#, r#""order-form":{"how":"manual"}"#);
    let forms = || place.read(SITE).lines().filter(|line| line.contains(r#""kind":"order-form""#)).count();
    let (before, all) = (place.read(SITE), forms());
    let begun = place.confirm(&place.digest());
    begun.ends(20, &["waits at `configure`", "with a new `taken_at`, and finalize it", "plan snapshot finalize"]);
    assert!(begun.err.contains("nothing on the WordPress that it describes"), "{}", begun.err);
    let of_forms = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.contains(r#""kind":"order-form""#)).map(str::to_owned).collect()
    };
    assert_eq!(of_forms(&place.read(SITE)), of_forms(&before), "apply does not write what a person wrote");
    let by_hand = status(&place)["by_hand"]["changes"].clone();
    let by_hand = by_hand.as_array().unwrap();
    assert!(!by_hand.is_empty() && by_hand.iter().all(|change| change["on"]["kind"] == "order-form"), "{by_hand:#?}");
    // The person sets it on the site, and writes down what the screens show then.
    let again = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        if record["kind"] == "snapshot" {
            record["taken_at"] = jiff::Timestamp::now().to_string().into();
        }
        let key = record["key"].clone();
        for change in by_hand.iter().filter(|change| change["on"]["key"] == key) {
            let fields = change["after"].as_object().unwrap().iter();
            fields.for_each(|(name, value)| record[name] = value.clone());
        }
        format!("{record}\n")
    };
    let written: String = place.read(SITE).lines().map(again).collect();
    fs::write(place.path(SITE), written).unwrap();
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    assert_eq!(forms(), all);
    let ran = on(&place);
    ran.ends(0, &[]);
    assert!(ran.out.contains("next: Start Verification"), "{}", ran.out);
    let said = place.run(&["status", PLAN, "--site", SITE]).out;
    assert!(said.contains("`apply` changes that file, and nothing on the WordPress"), "{said}");
}

/// An answer to another question is no sign-in and no order.
#[test]
fn what_cannot_be_an_answer_is_refused() {
    let place = Place::new();
    let refused = |words: &[&str], why: &str| {
        place.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(2, &[why]);
    };
    refused(&["sign-in", "as"], "`as` does not say how the spare administrator signed in");
    let bought = ["purchase", FORMS[0].0, "--saw", "order", "--transaction", "pi_1", "--order", "yes"];
    refused(&bought, "`yes` is not the ID of an order");
}

/// Where a part of an object is read, what was seen of the rest is looked at again all the same.
#[test]
fn in_front_of_the_barrier_a_field_that_was_seen_is_asked_for_although_another_is_read() {
    let place = declared();
    let mail = r#"{"kind":"mail","key":"mail","transport":"fluent-smtp"}"#;
    place.edit_site(SITE, r#"{"kind":"offering""#, &format!("{mail}\n{{\"kind\":\"offering\""));
    says_what_is_there(&place);
    place.confirm(&place.digest()).ends(20, &["waits at `configure`"]);
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    verified(&place);
    let barrier = on(&place);
    barrier.ends(20, &["then: plan record saw mail sender_domain=VALUE simulated=VALUE --plan"]);
}

/// A wrong word in front of the barrier is put right by a right one.
#[test]
fn what_was_attested_wrongly_in_front_of_the_barrier_is_attested_again() {
    let place = declared();
    says_what_is_there(&place);
    place.confirm(&place.digest()).ends(20, &["waits at `configure`"]);
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    verified(&place);
    on(&place).ends(20, &["does not count here"]);
    says_what_was_made(&place);
    record(&place, &["saw", "mail", "transport=fluent-smtp"]);
    record(&place, &["saw", "crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=yes", "sells=no"]);
    record(&place, &["saw", "maintenance", "on=no"]);
    let red = on(&place);
    red.ends(20, &["if that was wrong, attest it again", "then: plan record saw crm "]);
    assert!(red.err.contains("managed=VALUE") && !red.err.contains("does not count here"), "{}", red.err);
    record(&place, &["saw", "crm", "managed=no"]);
    on(&place).ends(20, &["a sign-in of the spare administrator is not on record"]);
}

#[test]
fn what_a_reading_shows_stands_over_what_a_person_said() {
    let place = begun();
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    let head = place.read(SITE);
    let shown = head.replace(r#""mail":{"missing":"no reading shows it"}"#, r#""mail":{"how":"bridge"}"#);
    let end = shown.find(r#"{"kind":"end""#).unwrap();
    let mail = r#"{"kind":"mail","key":"mail","transport":"fluent-smtp","simulated":false}"#;
    fs::write(place.path(SITE), format!("{}{mail}\n{}", &shown[..end], &shown[end..])).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    verified(&place);
    on(&place).ends(20, &["mail"]);
}

#[test]
fn undo_takes_back_what_was_carried_out_and_names_what_a_person_made() {
    let place = begun();
    let before = place.read(POPULATION);
    let digest = status(&place)["digest"].as_str().unwrap()[..8].to_owned();
    let ran = undo(&place, &digest);
    ran.ends(0, &[]);
    let back = "enabled: true - production_url: //bloom.example + production_url: //staging.bloom.example";
    assert!(ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(back), "{}", ran.out);
    for words in [
        "set back   `charging-guard`",
        "3 objects may have been set by hand in the run: set back what was, by hand",
        "plan survey bloom-coaching.yaml --site bloom-coaching.site.ndjson --who WHO",
        "all that was carried out is taken back, read back; what was set by hand is not",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert_eq!(place.read(POPULATION), before);
}

#[test]
fn the_runbook_lists_what_is_made_by_hand_and_what_is_typed_then() {
    let place = partly_captured();
    says_what_is_there(&place);
    place.run(&["runbook", PLAN, "--site", SITE, "--out", "page.html"]).ends(0, &[]);
    let page = place.read("page.html");
    for words in [
        "By hand, on their screens",
        "<code>charging-guard</code>",
        "<div>now:<pre>enabled: true\nproduction_url: //staging.bloom.example</pre>",
        "3. The plan&#39;s changes <small>guided",
        "<th scope=\"row\">The plan&#39;s changes</th>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains(r"\n"), "a line break is spelt out");
}

/// What a person made in a run that was undone is to be seen again: nobody looked since it was set back.
#[test]
fn after_an_undo_what_was_made_in_the_run_is_unknown_until_somebody_looks() {
    let place = begun();
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    let digest = status(&place)["digest"].as_str().unwrap()[..8].to_owned();
    undo(&place, &digest).ends(0, &[]);
    let said = check(&place);
    assert!(said.contains("unproven at gate") && said.contains("that it was made in was undone"), "{said}");
    says_what_is_there(&place);
    assert!(check(&place).contains("green at gate"), "{}", check(&place));
}

/// An undo in a copy of the folder makes void what was seen in the run of the folder that it was copied from: the run there says how all of
/// it is seen again.
#[test]
fn a_run_whose_attestations_an_undo_elsewhere_made_void_names_what_asks_for_them() {
    let place = begun();
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    let digest = status(&place)["digest"].as_str().unwrap()[..8].to_owned();
    let copy = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp").arg("-a").arg(place.path(".")).arg(copy.path()).status().unwrap();
    assert!(copied.success());
    let mut undone = place.command(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    assert!(undone.current_dir(copy.path()).output().unwrap().status.success());
    let survey = "`plan survey bloom-coaching.yaml --site bloom-coaching.site.ndjson --who WHO` asks for what only a screen shows";
    on(&place).ends(20, &["so `start-verification` is not begun", survey]);
}

/// What came with a repository proves no step and opens no barrier, however well its lines are chained.
#[test]
fn lines_that_another_machine_recorded_prove_no_step() {
    let place = begun();
    says_what_was_made(&place);
    on(&place).ends(0, &[]);
    let mut lines = place.read("bloom-coaching.record.ndjson");
    for evidence in [
        serde_json::json!({"verification": {"host": "staging.bloom.example", "lines": [{"text": "41 tags", "flagged": false}]}}),
        serde_json::json!({"sign-in": {"host": "staging.bloom.example", "says": "in another browser"}}),
    ] {
        let previous = amc_plan::model::digest::of_bytes(lines.lines().last().unwrap().as_bytes());
        let at = jiff::Timestamp::now().to_string();
        let line = serde_json::json!({"version": 1, "at": at, "who": "jo", "evidence": evidence, "previous": previous});
        lines = format!("{lines}{line}\n");
    }
    fs::write(place.path("bloom-coaching.record.ndjson"), lines).unwrap();
    on(&place).ends(20, &["waits at `start-verification`"]);
    verified(&place);
    on(&place).ends(20, &["the gate `migrate` is not green"]);
    says_what_was_made(&place);
    record(&place, &["saw", "mail", "transport=fluent-smtp"]);
    record(&place, &["saw", "crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=no", "sells=no"]);
    on(&place).ends(20, &["a sign-in of the spare administrator is not on record"]);
}

/// What a record itself calls missing is not believed, whatever stands beside it.
#[test]
fn a_value_whose_own_source_is_missing_is_unknown() {
    let place = Place::new();
    let guard = r#""kind":"charging-guard","key":"charging-guard","#;
    place.edit_site(SITE, guard, &format!(r#"{guard}"source":{{"missing":"the screen did not open"}},"#));
    let diff = place.run(&["diff", PLAN, "--site", SITE]).out;
    assert!(diff.contains("look charging-guard") && !diff.contains("change charging-guard"), "{diff}");
    record(&place, &["saw", "charging-guard", "enabled=yes", "production_url=//staging.bloom.example"]);
    let diff = place.run(&["diff", PLAN, "--site", SITE]).out;
    assert!(diff.contains("change charging-guard") && diff.contains("guided"), "{diff}");
    place
        .run(&["record", "saw", "charging-guard", "production_url=VALUE", "--plan", PLAN, "--who", "jo"])
        .ends(2, &["replace VALUE with"]);
}

/// Facts that came with a repository count, and are shown as such.
#[test]
fn what_was_recorded_elsewhere_is_shown_as_such() {
    let place = partly_captured();
    says_what_is_there(&place);
    assert!(!check(&place).contains("elsewhere"), "{}", check(&place));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = place.command(&["check", PLAN, "--site", SITE]);
    let said = String::from_utf8(command.env("PLAN_STATE_HOME", elsewhere.path()).output().unwrap().stdout).unwrap();
    assert!(said.contains("green at gate") && said.contains("recorded elsewhere)"), "{said}");
}
