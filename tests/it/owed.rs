//! What is due to members between two modules, and one member for the support desk.

use std::fs;

use serde_json::{Value, json};

use crate::guided::POPULATION;
use crate::place::{Edited as _, PLAN, Place, SITE};

/// A row of a list: contact, module, day, what it comes from.
type Row = (String, String, String, String);

fn rows(place: &Place, name: &str) -> Vec<Row> {
    let text = place.read(name);
    assert!(text.starts_with("contact_id,offering,module,name,tag,due,from,done_by,done_on\r\n"), "{text}");
    let mut read = csv::Reader::from_reader(text.as_bytes());
    let cells = read.records().map(Result::unwrap);
    cells.map(|of| (of[0].to_owned(), of[3].to_owned(), of[5].to_owned(), of[6].to_owned())).collect()
}

/// The population with these records in the place of the example's.
fn populate(place: &Place, records: &[Value]) {
    let opening = place.read(POPULATION).lines().next().unwrap().to_owned();
    let mut lines = vec![opening];
    lines.extend(records.iter().map(Value::to_string));
    lines.push(json!({"kind": "end", "counts": {}, "sha256": ""}).to_string());
    fs::write(place.path(POPULATION), lines.join("\n") + "\n").unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

fn contact(key: &str, tags: &[&str]) -> Value {
    let tags: Vec<String> = tags.iter().map(|tag| format!("Group_Coaching_{tag}_Access")).collect();
    json!({"kind": "contact", "key": key, "email": format!("m{key}@member.example"), "tags": tags})
}

fn order(key: &str, contact: &str, form: &str, date: &str, status: &str) -> Value {
    json!({"kind": "order", "key": key, "contact": contact, "form": form, "date": date, "status": status, "transaction": "t"})
}

fn made(place: &Place, more: &[&str]) -> Vec<Row> {
    let words = ["owed", PLAN, "--site", SITE, "--out", "owed.csv"];
    place.run(&[&words[..], more].concat()).ends(0, &[]);
    rows(place, "owed.csv")
}

fn days_of<'r>(rows: &'r [Row], id: &str) -> Vec<(&'r str, &'r str)> {
    rows.iter().filter(|row| row.0 == id).map(|row| (row.1.as_str(), row.2.as_str())).collect()
}

#[test]
fn a_day_comes_from_the_order_and_counts_by_the_plans_timers() {
    let place = Place::new();
    // The site was read on 21 November. Bought on the 11th: Goals on the 18th, Habits on the 25th, then every seventh day.
    populate(
        &place,
        &[
            contact("1", &["Base", "Goals"]),
            contact("2", &["Base", "Goals"]),
            contact("3", &["Base", "Goals", "Habits", "Boundaries", "Money"]),
            contact("4", &["Base", "Goals", "Habits", "Boundaries", "Money", "Visibility", "Celebration"]),
            contact("5", &["Base", "Revoke"]),
            order("a", "1", "group-coaching-checkout", "2026-11-11", "Success"),
            order("b", "3", "group-coaching-checkout", "2026-10-12", "Success"),
            order("c", "4", "group-coaching-checkout", "2026-08-01", "Success"),
            order("d", "5", "group-coaching-checkout", "2026-11-20", "Success"),
        ],
    );
    let rows = made(&place, &[]);
    let wanted = [
        ("Habits", "2026-11-25"),
        ("Boundaries", "2026-12-02"),
        ("Money", "2026-12-09"),
        ("Visibility", "2026-12-16"),
        ("Celebration", "2026-12-23"),
    ];
    assert_eq!(days_of(&rows, "1"), wanted);
    assert!(rows.iter().filter(|row| row.0 == "1").all(|row| row.3 == "order a"));
    assert!(days_of(&rows, "2").iter().all(|(_, day)| *day == "unknown"), "no order, no day");
    assert_eq!(days_of(&rows, "2").len(), 5);
    // The CRM opened Money on a day that nobody captured, and what comes after counts from that.
    assert_eq!(days_of(&rows, "3"), [("Visibility", "unknown"), ("Celebration", "unknown")]);
    assert_eq!(
        (days_of(&rows, "4"), days_of(&rows, "5")),
        (vec![], vec![]),
        "nothing is due to whoever has all, or is revoked"
    );
}

#[test]
fn what_is_not_sure_is_no_day() {
    let place = Place::new();
    let member = |key: &str| contact(key, &["Base"]);
    populate(
        &place,
        &[
            member("1"),
            member("2"),
            member("3"),
            member("4"),
            member("5"),
            member("6"),
            order("a", "1", "group-coaching-checkout", "2026-11-11", "Failed"),
            order("b", "2", "group-coaching-checkout", "2026-11-11", "Success"),
            order("c", "2", "group-coaching-checkout", "2026-11-13", "Success"),
            order("d", "3", "group-coaching-payment-plan", "2026-11-16", "Success"),
            order("e", "3", "group-coaching-payment-plan", "2026-11-20", "Success"),
            order("f", "4", "foundations-membership", "2026-11-16", "Success"),
            order("g", "5", "group-coaching-checkout", "2026-11-24", "Success"),
            order("h", "6", "group-coaching-checkout", "last week", "Success"),
        ],
    );
    let first = |rows: &[Row], id: &str| {
        let row = rows.iter().find(|row| row.0 == id).unwrap();
        (row.2.clone(), row.3.clone())
    };
    let rows = made(&place, &[]);
    for (id, why) in [
        ("1", "no order releases the offering"),
        ("2", "several orders release the offering"),
        ("4", "no order releases the offering"),
        ("5", "which is after the reading"),
        ("6", "the date of order h is no day"),
    ] {
        let (day, from) = first(&rows, id);
        assert!(day == "unknown" && from.contains(why), "{id}: {day} {from}");
    }
    // Of a payment plan the first instalment released it.
    assert_eq!(first(&rows, "3"), ("2026-11-23".to_owned(), "order d".to_owned()));
    // A list of releases says what no order does; where an order says another day nobody knows it.
    let days = "contact_id,offering,released\n1,group-coaching,2026-11-18\n3,group-coaching,2026-11-15\n";
    fs::write(place.path("days.csv"), days).unwrap();
    fs::remove_file(place.path("owed.csv")).unwrap();
    let rows = made(&place, &["--released", "days.csv"]);
    assert_eq!(first(&rows, "1"), ("2026-11-25".to_owned(), "the list of releases".to_owned()));
    let (day, from) = first(&rows, "3");
    assert!(day == "unknown" && from.contains("2026-11-15") && from.contains("order d is of 2026-11-16"), "{from}");
}

#[test]
fn a_list_is_its_owners_alone_and_ticked_off_by_tags() {
    let place = Place::new();
    populate(
        &place,
        &[
            contact("10101", &["Base"]),
            contact("10102", &["Base"]),
            order("a", "10101", "group-coaching-checkout", "2026-11-11", "Success"),
        ],
    );
    let ran = place.run(&["owed", PLAN, "--site", SITE, "--out", "owed.csv"]);
    ran.ends(0, &["wrote owed.csv: 12 rows"]);
    assert!(!ran.out.contains("10101") && ran.out.contains("…01"), "{}", ran.out);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(place.path("owed.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    place.run(&["owed", PLAN, "--site", SITE, "--out", "owed.csv"]).ends(2, &["exists"]);
    let tick = || place.run(&["owed", PLAN, "--site", SITE, "--list", "owed.csv"]);
    // Goals was due on the 18th, and the site was read on the 21st: it is due on the day of the list.
    let ran = tick();
    ran.ends(0, &[]);
    assert!(ran.out.contains("0 done, 12 left, of them 0 overdue and 0 of contacts"), "{}", ran.out);
    let text = place.read("owed.csv");
    fs::write(place.path("owed.csv"), text.edited_once("2026-11-21", "2026-11-20")).unwrap();
    let ran = tick();
    ran.ends(1, &[]);
    assert!(ran.out.contains("overdue since 2026-11-20  …01"), "{}", ran.out);
    assert!(ran.out.contains("0 done, 12 left, of them 1 overdue and 0 of contacts"), "{}", ran.out);
    // What somebody writes into the list is not what is known by the tag.
    let text = place.read("owed.csv");
    fs::write(place.path("owed.csv"), text.replace(",,\r\n", ",jo,2026-11-18\r\n")).unwrap();
    assert!(tick().out.contains("0 done"), "{}", tick().out);
    populate(&place, &[contact("10101", &["Base", "Goals"])]);
    let ran = tick();
    ran.ends(1, &[]);
    assert!(
        ran.out.contains("1 done, 11 left, of them 0 overdue and 6 of contacts that the site does not have"),
        "{}",
        ran.out
    );
}

#[test]
fn no_list_is_made_after_the_switch_or_without_tags() {
    let place = Place::new();
    place.edit_site(SITE, r#""managed":false"#, r#""managed":true"#);
    place.run(&["owed", PLAN, "--site", SITE]).ends(1, &["is on Managed Contacts already"]);
}

#[test]
fn a_member_is_shown_with_tags_and_orders_and_by_name_only_where_that_is_asked_for() {
    let place = Place::new();
    let mut one = contact("77", &["Base", "Goals"]);
    one["first_name"] = "Quintilla".into();
    populate(&place, &[one, order("a", "77", "group-coaching-checkout", "2026-11-11", "Success")]);
    let words = ["member", PLAN, "77", "--site", SITE];
    let ran = place.run(&words);
    ran.ends(0, &[]);
    for said in [
        "`Group_Coaching_Goals_Access`",
        "order a: group-coaching-checkout, 2026-11-11",
        "1 Goals: open",
        "due 2026-11-25, from order a",
    ] {
        // Lines are broken where they are longer than the terminal.
        let out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(said), "{said}: {}", ran.out);
    }
    assert!(!ran.out.contains("Quintilla") && !ran.out.contains("m77@"), "{}", ran.out);
    let ran = place.run(&[&words[..], &["--show-personal"]].concat());
    assert!(ran.out.contains("Quintilla") && ran.out.contains("m77@member.example"), "{}", ran.out);
    place.run(&["member", PLAN, "7", "--site", SITE]).ends(1, &["the site has no contact `7`"]);
    // Revoked beats everything, and is said to.
    populate(&place, &[contact("77", &["Base", "Instant", "Revoke"])]);
    let ran = place.run(&words);
    assert!(ran.out.contains("0 Welcome: closed: revoked"), "{}", ran.out);
}
