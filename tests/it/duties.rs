//! What the plan's decisions ask of people reaches them: the page to print, the status, the record.

use serde_json::{Value, json};

use crate::guided::{record, status};
use crate::place::{PLAN, Place, SITE};

/// Each place with when, whose it is and whether it is done.
fn asked(place: &Place) -> Vec<(String, String, Value, bool)> {
    let status = status(place);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = status["decisions"].as_array().unwrap().iter();
    all.map(|duty| (text(&duty["at"]), text(&duty["when"]), duty["who"].clone(), duty["done"] == true)).collect()
}

#[test]
fn every_decision_that_asks_something_of_a_person_is_listed_with_its_time_and_its_owner() {
    let place = Place::new();
    place.edit(
        PLAN,
        "{module: Money, release: 7 days after previous}",
        "{module: Money, release: by-hand, owner: sam}",
    );
    place.edit(
        PLAN,
        "after_switch: {replaced_by: {order_form: group-coaching-checkout, setting: custom_operation}}",
        "after_switch: {replaced_by: {by_hand: mara}}",
    );
    let risk = "accepted_risks:\n  - {rule: emails-off, at: /emails, reason: it is on by Monday, owner: jo, until: 2027-01-31}\n";
    place.edit(PLAN, "\nbackup: {of: live", &format!("\n{risk}backup: {{of: live"));
    let nobody = Value::Null;
    let expected = [
        ("/emails/welcome", "before", nobody.clone()),
        ("/accepted_risks/0", "before", json!("jo")),
        ("/order_forms/foundations-membership/access_after", "before", nobody.clone()),
        ("/order_forms/group-coaching-payment-plan/access_after", "before", nobody.clone()),
        ("/rollback/who", "in", json!("jo")),
        ("/webhooks/aal_chargesubscription?productId=14/fired_by", "in", nobody.clone()),
        ("/webhooks/aal_fieldop?operationId=7/fired_by", "in", nobody.clone()),
        ("/webhooks/aal_genpass/fired_by", "in", nobody.clone()),
        ("/webhooks/aal_revokesubscription?productId=12/fired_by", "in", nobody.clone()),
        ("/webhooks/aal_updateuser/fired_by", "in", nobody.clone()),
        ("/webhooks/aal_genpass/after_switch", "after", json!("mara")),
        ("/offerings/alumni/access_through", "after", nobody.clone()),
        ("/offerings/coaching-calls/access_through", "after", nobody.clone()),
        ("/offerings/group-coaching/members_between_modules", "after", nobody.clone()),
        ("/offerings/group-coaching/modules/4", "after", json!("sam")),
        ("/offerings/mastermind/members_between_modules", "after", nobody.clone()),
        ("/offerings/mini-course/members_between_modules", "after", nobody.clone()),
        ("/sites/staging", "after", nobody.clone()),
        ("/sites/live", "after", nobody),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(at, when, who)| (at.to_owned(), when.to_owned(), who, false)).collect();
    assert_eq!(asked(&place), expected);
    let said = place.run(&["status", PLAN, "--site", SITE]).out;
    assert!(said.contains("give to people: 19 of 19 open (jo 2, mara 1, sam 1, whoever runs the switch 15)"), "{said}");
    place.run(&["runbook", PLAN, "--out", "page.html"]).ends(0, &[]);
    let page = place.read("page.html");
    for line in [
        "<td>before the window</td><td>________</td><td>write the welcome e-mail in AccessAlly Emails",
        "<td>see on the form `Foundations Membership`, under Automations, that a cancellation ends access with the paid period and a refund ends access at once</td>",
        "<td>in the window</td><td>________</td><td>pause what fires `aal_revokesubscription?productId=12` in the CRM: Ontraport: Dunning",
        "<td>after the window</td><td>mara</td><td>do by hand, from now on, what `aal_genpass` did</td>",
        "<td>after the window</td><td>sam</td><td>open module `Money` of `Group Coaching` for each member when it is due</td>",
        "revoke the application password that `plan` used, then prove both: plan site removed https://bloom.example</td>",
        "<td>for each member of `Mastermind` who is between two modules, open what is due to them</td>",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(page.find("<h2>To do</h2>").unwrap() > page.find("Part 2").unwrap());
}

#[test]
fn what_is_done_is_put_on_record_and_is_open_again_once_the_plan_asks_for_something_else() {
    let place = Place::new();
    let members = "/offerings/mastermind/members_between_modules";
    let is_done = || asked(&place).into_iter().find(|(at, ..)| at == members).unwrap().3;
    let open = || asked(&place).into_iter().filter(|(.., done)| !done).count();
    let all = open();
    record(&place, &["done", members, "opened for three members"]);
    assert!(is_done());
    assert_eq!(open(), all - 1);
    assert!(place.run(&["status", PLAN, "--site", SITE]).out.contains(&format!("{} of {all} open", all - 1)));
    place.run(&["runbook", PLAN, "--out", "page.html"]).ends(0, &[]);
    assert_eq!(place.read("page.html").matches("☑").count(), 1);
    let text = place.read(PLAN);
    let (head, rest) = text.split_once("  mastermind:").unwrap();
    let rest = rest.replacen("members_between_modules: complete-by-hand", "members_between_modules: re-release", 1);
    std::fs::write(place.path(PLAN), format!("{head}  mastermind:{rest}")).unwrap();
    assert!(!is_done(), "another decision asks for something else");
    let ran = place.run(&["record", "done", "/offerings/nothing", "did it", "--plan", PLAN, "--who", "jo"]);
    ran.ends(2, &["no decision at `/offerings/nothing`", "`/emails/welcome`"]);
}
