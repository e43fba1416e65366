//! What no reading gives is asked for, screen by screen, and its values are recorded and judged.

mod sheets;

use std::fs;

use amc_plan::site::file::seal;
use serde_json::{Value, json};

use crate::place::{Edited, PLAN, Place, Ran, SITE};
use crate::typed::typed;

/// A third of the kinds that a person can attest, and money, mail and the migration hang on them.
const MISSING: [&str; 5] = ["charging-guard", "crm", "emails", "mail", "order-form"];

/// What is typed where the copy is as the example has it: one key a screen, and each blind fact.
const ANSWERS: [&str; 26] = [
    "y",
    "bloom.example",
    "no", // mail
    "y",
    "cancel",
    "revoke",
    "revoke",
    "-",
    "stripe",
    "297.00 USD",
    "-",
    "stripe",
    "1997.00 USD",
    "-",
    "stripe",
    "990.00 USD", // order forms
    "y",
    "yes",
    "no",
    "no", // CRM
    "y",
    "//staging.bloom.example", // guard
    "2=none",
    "y",
    "yes",
    "yes", // emails, which the plan switches on
];

/// The example with these kinds missing from its site.
pub(crate) fn without(kinds: &[&str]) -> Place {
    let place = Place::new();
    take_away(&place, SITE, kinds);
    place
}

fn take_away(place: &Place, site: &str, kinds: &[&str]) {
    let lines = place.read(site).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let kept = lines.into_iter().filter(|line| !kinds.contains(&line["kind"].as_str().unwrap())).map(|mut line| {
        if let Some(sections) = line.get_mut("sections") {
            kinds.iter().for_each(|kind| sections[*kind] = json!({"missing": "not read"}));
        }
        format!("{line}\n")
    });
    fs::write(place.path(site), seal(&kept.collect::<String>()).unwrap()).unwrap();
}

const SURVEY: [&str; 6] = ["survey", PLAN, "--site", SITE, "--who", "jo"];

/// The list of what would be asked.
fn listed(place: &Place, more: &[&str]) -> Value {
    let ran = place.run(&[&["survey", PLAN, "--site", SITE, "--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
}

fn count(of: &Value) -> usize {
    of.as_array().unwrap().len()
}

/// What was recorded of what persons saw.
pub(crate) fn facts(place: &Place) -> Vec<Value> {
    let lines = place.read("bloom-coaching.record.ndjson");
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["evidence"].clone());
    lines.filter(|evidence| evidence.get("saw").is_some() || evidence.get("saw-all").is_some()).collect()
}

fn check(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["check", PLAN, "--site", SITE], more].concat())
}

#[test]
fn as_many_answers_as_screens_and_blind_facts_make_the_plan_green() {
    let place = without(&MISSING);
    check(&place, &[]).ends(1, &[]);
    let asked = listed(&place, &[]);
    let fields: Vec<&Value> =
        asked["screens"].as_array().unwrap().iter().flat_map(|screen| screen["fields"].as_array().unwrap()).collect();
    let blind = fields.iter().filter(|field| field["typed"] == json!(true)).count();
    assert_eq!((count(&asked["screens"]), blind), (5, 20));
    assert_eq!(asked["answers"], json!(5 + blind));
    // One of them differs from what the plan makes of it, and is corrected.
    assert_eq!(ANSWERS.len(), 5 + blind + 1);
    let (shown, code) = typed(&place, &SURVEY, &ANSWERS.join("\n"));
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("nothing is left to ask"), "{shown}");
    let ran = check(&place, &[]);
    assert!(ran.code == Some(0) && ran.out.contains(" 0 unknown"), "{ran:#?}");
    assert_eq!(count(&listed(&place, &[])["screens"]), 0);
    place.run(&[&SURVEY[..], &["--no-input"]].concat()).ends(0, &[]);
}

#[test]
fn each_value_is_recorded_and_never_that_somebody_agreed() {
    let place = without(&MISSING);
    typed(&place, &SURVEY, &ANSWERS.join("\n"));
    let facts = facts(&place);
    // One line an object, and one for the list of forms.
    assert_eq!(facts.len(), 4 + 1 + 6, "{facts:#?}");
    assert_eq!(
        facts[0]["saw"]["fields"],
        json!({"sender_domain": "bloom.example", "simulated": false, "transport": "fluent-smtp"})
    );
    assert_eq!(facts[1]["saw-all"]["names"][5], json!("Team Seats Checkout"));
    let form = facts.iter().find(|fact| fact["saw"]["on"]["key"] == json!("group-coaching-vip-checkout")).unwrap();
    assert_eq!(form["saw"]["fields"]["name"], json!("Group Coaching VIP Checkout"));
    assert_eq!(form["saw"]["fields"]["after_final_retry"], Value::Null);
    assert_eq!(form["saw"]["screen"], json!("AccessAlly > Sales > Order Form Setup"));
    let emails = facts.last().unwrap();
    let seen = json!({"enabled": true, "failed_payment": true, "module_release": true, "welcome": "none"});
    assert_eq!(emails["saw"]["fields"], seen, "as it is, and not as wanted");
}

#[test]
fn what_money_and_mail_hang_on_is_typed_without_the_plans_value_and_judged_as_it_was_typed() {
    let place = without(&["charging-guard", "crm"]);
    let asked = listed(&place, &[]);
    let guard = &asked["screens"][1]["fields"];
    assert_eq!(guard[1], json!({"object": "charging-guard", "field": "production_url", "typed": true}));
    let (shown, code) = typed(&place, &SURVEY, "y\nyes\nyes\nno\ny\n//other.example");
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("//bloom.example"), "the wanted address is shown: {shown}");
    let ran = check(&place, &[]);
    assert!(ran.code == Some(1) && ran.out.contains("crm-disconnected"), "it is on Managed Contacts: {ran:#?}");
    let ran = check(&place, &["--gate", "migrate"]);
    assert!(ran.out.contains("`charging-guard` is not as the plan wants it (production_url)"), "{ran:#?}");
    let ran = place.run(&["diff", PLAN, "--site", SITE]);
    assert!(ran.out.contains("//other.example"), "{ran:#?}");
}

#[test]
fn a_survey_is_left_and_only_what_is_lacking_is_asked_when_it_goes_on() {
    let place = without(&MISSING);
    for (keys, code, left) in [("y\nbloom.example\nno\nq", 1, 4), ("n\ny\nyes\nno\nno\n\u{4}", 1, 3)] {
        let (shown, ended) = typed(&place, &SURVEY, keys);
        assert_eq!(ended, Some(code), "{keys:?}: {shown}");
        assert!(shown.contains(&format!("plan survey {PLAN} --site {SITE} --who WHO")), "{shown}");
        assert_eq!(count(&listed(&place, &[])["screens"]), left, "{keys:?}: {shown}");
    }
    // A screen that was begun and not ended is not recorded.
    typed(&place, &SURVEY, "y\ncancel\n\u{4}");
    assert_eq!(count(&listed(&place, &[])["screens"]), 3);
    // What one leaves out is asked again; what one gave is not.
    typed(&place, &SURVEY, "y\ncancel\n\nrevoke\n-\nstripe\n297 USD\n-\nstripe\n1997 USD\n-\nstripe\n990 USD\nq");
    let asked = listed(&place, &[]);
    assert_eq!(asked["screens"][0]["fields"].as_array().unwrap().len(), 1, "{asked:#}");
    assert_eq!(asked["screens"][0]["fields"][0]["object"], json!("order-form/group-coaching-checkout"));
}

/// The plan creates a form that the copy lacks: what it then does is known, whoever says that it is lacking.
#[test]
fn a_list_is_pasted_or_said_to_be_the_plans_own() {
    let place = without(&["webhook", "opt-in-form"]);
    let keys = "p\nMini Course Signup\nAnother Form\n\ny\np\naal_updateuser\n/aal_new?x=1\n";
    // What lacks something that was expected is shown again before it is recorded.
    let (shown, code) = typed(&place, &SURVEY, &format!("{keys}\ny\n-"));
    assert!(shown.contains("not in your list: `Mini Course Webinar Signup`"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
    let lists: Vec<Value> = facts(&place).iter().filter_map(|fact| fact.get("saw-all").cloned()).collect();
    assert_eq!(lists[0]["names"], json!(["Mini Course Signup", "Another Form"]));
    assert_eq!(lists[1]["names"], json!(["aal_updateuser", "/aal_new?x=1"]));
    let ran = check(&place, &[]);
    assert!(ran.out.contains("webhook-not-in-plan") && ran.out.contains("aal_new"), "{ran:#?}");
    let none = without(&["webhook"]);
    assert_eq!(typed(&none, &SURVEY, "0\ny").1, Some(0));
    assert_eq!(facts(&none)[0]["saw-all"]["names"], json!([]));
}

#[test]
fn whom_the_plan_does_not_name_are_pasted_and_what_decides_is_asked_of_them_next() {
    let place = without(&["administrator"]);
    // One key cannot say it, an address is refused, and one spare administrator is enough.
    let keys = "y\np\noperator\nspare@agency.example\n\np\noperator\nspare\n\n\nno";
    let (shown, code) = typed(&place, &SURVEY, keys);
    assert!(shown.contains("the plan names none of them") && shown.contains("holds an e-mail address"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(facts(&place)[1]["saw"]["fields"], json!({"crm_contact": false}));
    check(&place, &[]).ends(0, &[]);
    assert!(!place.read("bloom-coaching.record.ndjson").contains("agency.example"));
}

#[test]
fn what_offerings_need_is_asked_at_once_and_the_tags_that_no_plan_names_are_typed() {
    let place = without(&["offering"]);
    let asked = listed(&place, &[]);
    assert_eq!(count(&asked["screens"]), 1);
    let fields = asked["screens"][0]["fields"].as_array().unwrap();
    let of = |key: &str, field: &str| {
        let on = format!("offering/{key}");
        fields.iter().find(|one| one["object"] == json!(on) && one["field"] == json!(field)).unwrap()
    };
    assert_eq!(of("alumni", "modules")["typed"], json!(false), "{asked:#}");
    assert_eq!(of("group-coaching", "modules")["typed"], json!(true), "a module's tag is asked for");
    assert_eq!(of("group-coaching", "tags")["typed"], json!(true));
    assert_eq!(of("group-coaching", "system")["beside"], json!("ontraport"));
}

#[test]
fn of_modules_that_were_read_without_their_timers_the_timers_are_asked() {
    let place = Place::new();
    let timer = r#""release":"7 days after previous","#;
    let text = place.read(SITE);
    let without: String = text
        .lines()
        .map(|line| {
            if line.contains(r#""key":"group-coaching","id""#) {
                line.replace(timer, "") + "\n"
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    assert_ne!(without, text);
    fs::write(place.path(SITE), seal(&without).unwrap()).unwrap();
    check(&place, &[]).ends(1, &[]);
    let asked = listed(&place, &[]);
    assert_eq!(asked["answers"], json!(1), "{asked:#}");
    let beside = &asked["screens"][0]["fields"][0]["beside"];
    assert_eq!(beside[1]["release"], json!("7 days after previous"), "as planned");
    assert_eq!(beside[4]["release"], json!("by-hand"), "as it was read");
    let (shown, code) = typed(&place, &SURVEY, "y");
    assert_eq!(code, Some(0), "{shown}");
    check(&place, &[]).ends(0, &[]);
}

#[test]
fn only_another_reading_shows_what_a_site_is_and_nobody_is_asked() {
    let place = without(&["environment", "emails"]);
    let asked = listed(&place, &[]);
    assert_eq!(count(&asked["screens"]), 1);
    assert_eq!(asked["only_a_reading_shows"], json!(["environment"]));
    let (shown, code) = typed(&place, &SURVEY, "y\nyes\nyes");
    assert!(code == Some(1) && shown.contains("`environment` cannot be asked for"), "{code:?} {shown}");
}

#[test]
fn what_the_settings_take_no_attestation_for_is_not_asked() {
    let place = without(&["administrator", "emails"]);
    let kinds = || {
        let asked = listed(&place, &[]);
        let screens = asked["screens"].as_array().unwrap().iter();
        screens.map(|screen| screen["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(), ["administrator", "emails"]);
    fs::write(place.path("plan.toml"), "[attestations]\nrefuse = [\"spare-admin-missing\"]\n").unwrap();
    assert_eq!(kinds(), ["emails"], "nobody's word would count");
}

#[test]
fn whoever_is_asked_is_one_of_the_plans_people_and_the_site_is_the_plans() {
    let place = without(&["emails"]);
    for (words, said) in [
        (vec!["survey", PLAN, "--site", SITE], "it is not known who looks"),
        (vec!["survey", PLAN, "--site", SITE, "--who", "nobody"], "`nobody` is not among the plan's `people`"),
        (
            vec!["survey", PLAN, "--site", SITE, "--who", "jo", "--on", "live"],
            "the plan's live site is `bloom.example`",
        ),
    ] {
        let (shown, code) = typed(&place, &words, "y");
        assert!(code == Some(2) && shown.contains(said), "{words:?}: {code:?} {shown}");
    }
    assert!(facts(&place).is_empty());
}

/// Adds a fact as if it had been recorded then.
fn seen_at(place: &Place, at: &str, until: &str, saw: Value) {
    let path = place.path("bloom-coaching.record.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let previous = amc_plan::model::digest::of_bytes(text.lines().last().unwrap().as_bytes());
    let mut saw = saw;
    saw["host"] = json!("staging.bloom.example");
    saw["until"] = json!(until);
    let line = json!({"version": 1, "at": at, "who": "sam", "evidence": {"saw": saw}, "previous": previous});
    fs::write(&path, format!("{text}{line}\n")).unwrap();
}

fn in_days(days: i64) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    then.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string()
}

#[test]
fn what_ends_is_renewed_by_one_key_a_screen_with_the_old_value_beside_it() {
    let place = without(&["charging-guard", "emails", "mail"]);
    // One has ended, one ends tomorrow, one lasts.
    let guard = json!({"on": {"kind": "charging-guard", "key": "charging-guard"}, "fields": {"enabled": true, "production_url": "//old.example"}});
    seen_at(&place, "2026-01-01T00:00:00Z", "2026-01-10", guard);
    let saw = |words: &[&str], until: &str| {
        let by = ["--until", until, "--plan", PLAN, "--who", "sam"];
        place.run(&[&["record", "saw"], words, &by[..]].concat()).ends(0, &[]);
    };
    saw(&["mail", "sender_domain=bloom.example", "simulated=no", "transport=fluent-smtp"], &in_days(1));
    saw(&["emails", "enabled=yes", "welcome=none", "module_release=yes", "failed_payment=yes"], &in_days(9));
    assert_eq!(count(&listed(&place, &[])["screens"]), 1, "what ended is asked as what nobody ever saw");
    assert_eq!(listed(&place, &[])["answers"], json!(2), "and what is blind is typed");
    for (more, screens) in [("--renew", 2), ("--renew=0", 1), ("--renew=14", 3)] {
        let asked = listed(&place, &[more]);
        assert_eq!((count(&asked["screens"]), &asked["answers"]), (screens, &json!(screens)), "{more}: {asked:#}");
    }
    let mut words = SURVEY.to_vec();
    words.push("--renew=3");
    let (shown, code) = typed(&place, &words, "y\n2=//staging.bloom.example\ny");
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("no  (sam saw it, valid until ")
            && shown.contains("//old.example  (sam saw it, valid until 2026-01-10)"),
        "{shown}"
    );
    let renewed = facts(&place);
    let mail = json!({"sender_domain": "bloom.example", "simulated": false, "transport": "fluent-smtp"});
    assert_eq!(renewed[3]["saw"]["fields"], mail);
    assert_eq!(renewed[3]["saw"]["until"], json!(in_days(14)));
    assert_eq!(renewed[4]["saw"]["fields"]["production_url"], json!("//staging.bloom.example"));
    assert_eq!(count(&listed(&place, &["--renew"])["screens"]), 0);
    check(&place, &[]).ends(0, &[]);
}

#[test]
fn what_somebody_said_in_part_is_asked_with_their_own_words_and_never_with_the_plans() {
    let place = without(&["offering"]);
    let modules = "modules=0 Welcome; 1 Goals: by-hand; 2 Habits: by-hand; 3 Boundaries: by-hand; 4 Money: by-hand; 5 Visibility: by-hand";
    let words = ["record", "saw", "offering/group-coaching", modules, "--plan", PLAN, "--who", "jo"];
    place.run(&words).ends(0, &[]);
    let asked = listed(&place, &[]);
    let fields: Vec<&Value> =
        asked["screens"].as_array().unwrap().iter().flat_map(|one| one["fields"].as_array().unwrap()).collect();
    let of = |field: &&&Value| field["object"] == "offering/group-coaching" && field["field"] == "modules";
    let field = fields.iter().find(of).unwrap_or_else(|| panic!("{asked:#}"));
    assert!(field.get("beside").is_none_or(Value::is_null), "one key does not say the plan's wish: {field:#}");
    let (shown, _) = typed(&place, &SURVEY, "y\nq");
    assert!(shown.contains("4 Money: by-hand") && !shown.contains("4 Money: 7 days"), "{shown}");
}

#[test]
fn nothing_after_the_sign_says_that_nothing_is_set_and_a_question_mark_explains() {
    let place = without(&["opt-in-form"]);
    let (shown, _) = typed(&place, &SURVEY, "?\n1=\n1=nobody knows\nnone\ny\nq");
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "operations: What runs after an opt-in. To say what the screen shows, write release KEY, grant KEY, add-tags TAG|TAG, or `-` if nothing is set.",
        "1 operations (nothing is set) (corrected)",
        "this is not a valid value of `operations`: write `release KEY",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let seen: Vec<Value> = facts(&place).into_iter().filter(|fact| fact.get("saw").is_some()).collect();
    assert_eq!(seen[0]["saw"]["fields"]["operations"], Value::Null, "{seen:#?}");
}

#[test]
fn what_a_reading_shows_otherwise_is_void_and_is_not_renewed() {
    let place = without(&["mail"]);
    let by = ["--plan", PLAN, "--who", "sam"];
    place.run(&[&["record", "saw", "emails", "welcome=purchases"], &by[..]].concat()).ends(0, &[]);
    let asked = listed(&place, &["--renew=14"]);
    assert_eq!(count(&asked["screens"]), 1, "{asked:#}");
    assert!(asked["void"][0].as_str().unwrap().starts_with("sam saw `emails: welcome` on "), "{asked:#}");
    let (shown, _) = typed(&place, &SURVEY, "q");
    assert!(shown.contains("void: sam saw `emails: welcome`"), "{shown}");
}

#[test]
fn what_a_later_reading_showed_otherwise_is_not_offered_again_where_the_next_one_lacks_it() {
    let place = without(&["emails"]);
    let (without_emails, whole) = (place.read(SITE), without(&[]).read(SITE));
    let by = ["--plan", PLAN, "--who", "sam"];
    place.run(&[&["record", "saw", "emails", "enabled=yes", "welcome=purchases"], &by[..]].concat()).ends(0, &[]);
    let offered = || listed(&place, &["--renew=14"])["screens"][0]["fields"][3]["beside"].clone();
    assert_eq!(offered(), json!("purchases"));
    let later = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(5)).to_string();
    let whole = whole.edited_once("2026-11-21T06:12:00Z", &later);
    fs::write(place.path(SITE), whole).unwrap();
    place.run(&[&["snapshot", "finalize", SITE], &by[..]].concat()).ends(0, &[]);
    assert!(check(&place, &[]).out.contains("attestation-contradicted"));
    fs::write(place.path(SITE), without_emails).unwrap();
    let asked = listed(&place, &["--renew=14"]);
    assert_eq!(asked["screens"][0]["fields"][0]["beside"], json!(true), "what no reading showed otherwise: {asked:#}");
    assert_eq!(offered(), json!("purchases-and-opt-ins"), "what the plan wants");
}

#[test]
fn stagings_values_are_offered_again_for_live_and_what_is_blind_is_typed_again() {
    let live = "live.site.ndjson";
    let place = without(&[]);
    fs::copy(place.path(SITE), place.path(live)).unwrap();
    place.edit_site(live, r#""host":"staging.bloom.example""#, r#""host":"bloom.example""#);
    fs::copy(place.path(SITE), place.path("staging.site.ndjson")).unwrap();
    for site in [SITE, live] {
        take_away(&place, site, &MISSING);
    }
    let on_live = ["survey", PLAN, "--site", live, "--on", "live"];
    let listed = |more: &[&str]| {
        let ran = place.run(&[&on_live[..], &["--format", "json"], more].concat());
        serde_json::from_str::<Value>(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
    };
    let welcome = |asked: &Value| {
        let screens = asked["screens"].as_array().unwrap().clone();
        let emails = screens.into_iter().find(|screen| screen["kind"] == json!("emails")).unwrap();
        emails["fields"].as_array().unwrap().iter().find(|one| one["field"] == json!("welcome")).unwrap()["beside"]
            .clone()
    };
    assert_eq!(welcome(&listed(&[])), json!("purchases-and-opt-ins"), "what the plan wants");
    // A recording of the copy, which shows more than what was asked about it.
    let from = ["--from", "staging.site.ndjson"];
    assert_eq!(welcome(&listed(&from)), json!("none"));
    assert_eq!(typed(&place, &SURVEY, &ANSWERS.join("\n")).1, Some(0));
    let asked = listed(&[]);
    assert_eq!(welcome(&asked), json!("none"), "what was seen of the copy");
    let keys = [
        &["y", "no"][..],                                               // mail
        &["y", "cancel", "revoke", "revoke", "-", "-", "-"],            // order forms
        &["y", "yes", "no", "no", "y", "//staging.bloom.example", "y"], // CRM, guard, emails
    ]
    .concat();
    assert_eq!(asked["answers"], json!(keys.len()), "one key a screen, and what is blind once more");
    let mut words = on_live.to_vec();
    words.extend(["--who", "sam"]);
    let (shown, code) = typed(&place, &words, &keys.join("\n"));
    assert!(code == Some(0) && shown.contains("none  (as on the staging copy)"), "{code:?} {shown}");
    assert!(!shown.contains("//staging.bloom.example  (as on"), "{shown}");
    let of_live: Vec<Value> = facts(&place).split_off(11);
    assert_eq!(of_live.len(), 11);
    assert!(of_live.iter().all(|fact| fact.to_string().contains(r#""host":"bloom.example""#)), "{of_live:#?}");
    let wrong = place.run(&[&on_live[..], &["--from", live, "--no-input"]].concat());
    wrong.ends(2, &["the plan's staging site is `staging.bloom.example`"]);
}

#[test]
fn ctrl_c_leaves_it_with_what_was_answered_recorded() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::process::Stdio;
    let place = without(&["emails", "mail"]);
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let mut options = File::options();
    let no_terminal_of_ours = rustix::fs::OFlags::NOCTTY.bits().cast_signed();
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_terminal_of_ours);
    let stdin = options.read(true).write(true).open(name).unwrap();
    let mut child = place.command(&SURVEY).stdin(Stdio::from(stdin)).spawn().unwrap();
    let (mut out, mut said, mut answers) = (child.stdout.take().unwrap(), Vec::new(), Some(b"y\nbloom.example\nno\n"));
    while !String::from_utf8_lossy(&said).split("Screen 2 of 2").nth(1).is_some_and(|rest| rest.ends_with("> ")) {
        let mut some = [0; 4096];
        let read = out.read(&mut some).unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&said));
        said.extend(&some[..read]);
        // Once it is asked, and no earlier.
        if let Some(keys) = answers.take_if(|_| said.ends_with(b"> ")) {
            File::from(terminal.try_clone().unwrap()).write_all(keys).unwrap();
        }
    }
    let process = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let again = format!("plan survey {PLAN} --site {SITE} --who WHO");
    Ran::from(child.wait_with_output().unwrap()).ends(130, &["that were answered are recorded", &again]);
    assert_eq!(facts(&place).len(), 1);
    assert_eq!(count(&listed(&place, &[])["screens"]), 1);
}

#[test]
fn every_screen_fits_eighty_columns() {
    let place = without(&["offering", "order-form", "mail", "webhook", "administrator", "plugin", "crm"]);
    let mut words = SURVEY.to_vec();
    words.push("--gate=go-live");
    let (shown, _) = typed(&place, &words, "\n\nn\nn\nn\nn\nn\nn");
    assert!(shown.contains("Screen 7 of 7"), "{shown}");
    let long: Vec<&str> = shown.lines().filter(|line| line.trim_end().chars().count() > 80).collect();
    assert!(long.iter().all(|line| line.contains("`plan survey")), "{long:#?}");
}
