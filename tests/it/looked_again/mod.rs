//! A site after the switch, compared with how the run left it: what is expected is silent, and each accident is named.

mod accidents;
mod laws;
pub(crate) mod verb;

use std::collections::BTreeMap;

use amc_plan::journey::Released;
use amc_plan::model::{Plan, State};
use amc_plan::reconcile::{Bearing, Class, Grounds, Kind, Named, NamedByLine, Recorded, Since, Terms, since};
use serde_json::{Value, json};

use crate::reconcile::stream;

/// The days of the two readings.
const DAYS: [&str; 2] = ["2026-12-02", "2026-12-04"];

/// What plan, site and record of a small membership say.
struct World {
    plan: Plan,
    site: State,
    captured: [bool; 2],
    released: Released,
    tests: Recorded,
}

impl World {
    /// A course that is bought once, with timers of seven days and one; a club that charges each month and whose plan revokes; a free
    /// mini course; seats that a person opens.
    fn new() -> Self {
        let plan = json!({
            "version": 1,
            "sites": {"staging": "https://staging.bloom.example", "live": "https://bloom.example"},
            "crm": {"name": "ontraport"},
            "strategy": "rehearse-and-replay",
            "people": {"jo": "operator"},
            "offerings": {
                "course": {"access_through": "order-form", "modules": [
                    {"base": "Welcome"}, {"module": "Goals", "release": "7 days after previous"}, {"module": "Habits", "release": "1 day after previous"},
                    {"module": "Extra", "release": "by-hand", "owner": "jo"}]},
                "club": {"access_through": "order-form", "modules": [{"base": "Library"}]},
                "mini": {"access_through": "opt-in", "modules": [{"base": "Start"}, {"module": "Practice", "release": "immediately"}]},
                "seats": {"access_through": "by-hand", "modules": [{"base": "Room"}]},
            },
            "order_forms": {
                "checkout": {"custom_operation": {"release": ["course"]}},
                "club": {"custom_operation": {"release": ["club"]}, "failed_payment": {"after_final_retry": "revoke"},
                    "access_after": {"cancellation": "cancel", "refund": "revoke"}},
            },
            "opt_in_forms": {"signup": {"custom_operation": {"release": ["mini"]}}},
        });
        let own = |name: &str| json!({"base": format!("{name}_B"), "instant": format!("{name}_I"), "revoke": format!("{name}_R")});
        let offerings = json!({
            "course": {"name": "Course", "tags": own("C"), "modules": [
                {"number": 0, "name": "Welcome", "release": null, "tag": null},
                {"number": 1, "name": "Goals", "release": "7 days after previous", "tag": "C_1"},
                {"number": 2, "name": "Habits", "release": "1 day after previous", "tag": "C_2"},
                {"number": 3, "name": "Extra", "release": "by-hand", "tag": "C_3"}]},
            "club": {"name": "Club", "tags": own("K"), "modules": [{"number": 0, "name": "Library", "release": null, "tag": null}]},
            "mini": {"name": "Mini", "tags": own("M"), "modules": [
                {"number": 0, "name": "Start", "release": null, "tag": null},
                {"number": 1, "name": "Practice", "release": "immediately", "tag": "M_1"}]},
            "seats": {"name": "Seats", "tags": own("S"), "modules": [{"number": 0, "name": "Room", "release": null, "tag": null}]},
        });
        let site = State {
            offerings: serde_json::from_value(offerings).unwrap(),
            order_forms: serde_json::from_value(json!({
                "checkout": {"name": "Checkout", "operations": [{"release": "course"}, {"add-tags": ["Bought"]}], "recurring": false},
                "club": {"name": "Club", "operations": [{"release": "club"}], "recurring": true, "after_final_retry": "revoke"},
            }))
            .unwrap(),
            opt_in_forms: serde_json::from_value(json!({
                "signup": {"name": "Signup", "operations": [{"release": "mini"}, {"add-tags": ["Newsletter"]}]},
            }))
            .unwrap(),
            ..State::default()
        };
        let named = NamedByLine { orders: ["t1".to_owned()].into(), transaction: None };
        let tests = [("checkout".to_owned(), Named { lines: vec![named], charges_once: true })].into();
        let plan = serde_json::from_value(plan).unwrap();
        Self { plan, site, captured: [true; 2], released: Released::new(), tests }
    }

    fn compare(&self, before: &[Value], after: &[Value]) -> Since {
        let grounds = Grounds {
            days: DAYS.map(|day| day.parse().unwrap()),
            captured: self.captured,
            released: self.released.clone(),
            offerings: true,
            plan: &self.plan,
            site: &self.site,
        };
        let terms = Terms::of(grounds, self.tests.clone());
        let all = since(stream(before).as_bytes(), stream(after).as_bytes(), &terms).unwrap();
        assert_adds_up(&all);
        all
    }
}

/// Everybody is counted once, and each movement is in one class.
fn assert_adds_up(all: &Since) {
    assert!(all.people.moved.iter().sum::<u64>() <= all.people.all, "{:?}", all.people);
    for (kind, sides) in Kind::ALL.into_iter().zip(all.sides) {
        let moved: u64 =
            [Bearing::Expected, Bearing::CouldBe, Bearing::Finding].map(|of| all.found.count(kind, of)).iter().sum();
        let [gone, came] = [sides.before - sides.same, sides.after - sides.same];
        match kind {
            // A tag goes or comes; anything else can be there on both sides and differ, or have another ID.
            Kind::Tag => assert_eq!(moved, gone + came, "{sides:?}"),
            _ => assert!((gone.max(came)..=gone + came).contains(&moved), "{kind:?}: {moved} of {sides:?}"),
        }
    }
}

fn contact(id: &str, tags: &[&str]) -> Value {
    json!({"kind": "contact", "key": id, "first_name": "Ada", "last_name": "Ash", "email": format!("m{id}@member.example"), "tags": tags})
}

fn order(id: &str, contact: &str, form: &str, date: &str, status: &str) -> Value {
    json!({"kind": "order", "key": id, "contact": contact, "form": form, "total": "39.00 USD", "date": date, "status": status,
        "transaction": format!("pi_{id}")})
}

fn subscription(id: &str, contact: &str, status: &str, next: Option<&str>) -> Value {
    json!({"kind": "subscription", "key": id, "contact": contact, "form": "club", "status": status, "next_payment": next})
}

/// Everybody at the end of the run.
fn left() -> Vec<Value> {
    vec![
        contact("1", &["C_B", "Bought"]),
        contact("2", &["K_B"]),
        contact("3", &["K_B", "Quiz"]),
        contact("4", &["M_B", "M_1", "Newsletter"]),
        contact("5", &["K_B"]),
        contact("6", &["C_B", "C_1", "C_2"]),
        contact("7", &["K_B"]),
        contact("90", &["C_B", "Bought"]),
        order("o1", "1", "checkout", "2026-11-27", "Success"),
        order("o2", "2", "club", "2026-11-03", "Success"),
        order("o3", "3", "club", "2026-11-20", "Success"),
        order("o5", "5", "club", "2026-10-29", "Success"),
        order("o6", "6", "checkout", "2026-10-01", "Success"),
        order("o7", "7", "club", "2026-11-02", "Success"),
        order("t1", "90", "checkout", "2026-12-01", "Success"),
        subscription("s2", "2", "Active", Some("2026-12-03")),
        subscription("s3", "3", "Active", Some("2026-12-20")),
        subscription("s5", "5", "Payment Due", Some("2026-11-29")),
        subscription("s7", "7", "Active", Some("2026-12-02")),
    ]
}

/// The same two days later, as it should be: a timer has run out, two renewals were paid, one payment failed for good and access ended; four
/// are new; the test buyer is gone, as the aftercare asks.
fn two_days_later() -> Vec<Value> {
    vec![
        contact("1", &["C_B", "Bought", "C_1"]),
        contact("2", &["K_B"]),
        contact("3", &["K_B", "Quiz"]),
        contact("4", &["M_B", "M_1", "Newsletter"]),
        contact("5", &["K_B", "K_R"]),
        contact("6", &["C_B", "C_1", "C_2"]),
        contact("7", &["K_B"]),
        contact("10", &["C_B", "Bought"]),
        contact("11", &["M_B", "M_1", "Newsletter"]),
        contact("12", &[]),
        contact("13", &["K_B"]),
        order("o1", "1", "checkout", "2026-11-27", "Success"),
        order("o2", "2", "club", "2026-11-03", "Success"),
        order("o3", "3", "club", "2026-11-20", "Success"),
        order("o5", "5", "club", "2026-10-29", "Success"),
        order("o6", "6", "checkout", "2026-10-01", "Success"),
        order("o7", "7", "club", "2026-11-02", "Success"),
        order("p10", "10", "checkout", "2026-12-03", "Success"),
        order("p12", "12", "checkout", "2026-12-03", "Failed"),
        order("p13", "13", "club", "2026-12-03", "Success"),
        order("p2", "2", "club", "2026-12-03", "Success"),
        order("p7", "7", "club", "2026-12-02", "Success"),
        subscription("s2", "2", "Active", Some("2027-01-03")),
        subscription("s3", "3", "Active", Some("2026-12-20")),
        subscription("s5", "5", "Payment Failed", Some("2026-11-29")),
        subscription("s7", "7", "Active", Some("2027-01-02")),
        subscription("x13", "13", "Active", Some("2027-01-03")),
    ]
}

/// How many movements are in each class of this bearing.
fn classes(all: &Since, bearing: Bearing) -> BTreeMap<Class, u64> {
    let mut counts = BTreeMap::new();
    for ((_, class), group) in all.found.groups.iter().filter(|((_, class), _)| class.bearing() == bearing) {
        *counts.entry(*class).or_default() += group.few.count;
    }
    counts
}

/// Puts a record in the place of the one with its kind and key, or adds it.
fn with(records: &[Value], record: Value) -> Vec<Value> {
    let mut all = without(records, record["kind"].as_str().unwrap(), record["key"].as_str().unwrap());
    all.push(record);
    all
}

fn without(records: &[Value], kind: &str, key: &str) -> Vec<Value> {
    records.iter().filter(|record| record["kind"] != kind || record["key"] != key).cloned().collect()
}
