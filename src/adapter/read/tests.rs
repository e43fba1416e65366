//! What a capture says through adapters: each value, each absence, and each reason why something is unknown.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

mod built_in;
mod members;
mod needs;
mod reasons;
mod tied;

use std::collections::BTreeMap;
use std::io::Cursor;

use serde_json::{Value as Json, json};

use super::{Taken, take};
use crate::adapter::{Loaded, Set, built_in, compile, open};
use crate::model::digest::of_bytes;
use crate::model::snapshot::Capture;
use crate::model::state::Kind;
use crate::model::{Field, ObjectRef, Release};
use crate::population::MakeSpill;

/// An adapter out of what its objects are.
pub(super) fn adapter(objects: &str) -> Loaded {
    let text = format!("version: 1\nname: test\nabout: A test's own.\n{objects}");
    let opened = open("test.yaml", text.into_bytes(), &Set::default());
    assert_eq!(opened.findings, [], "{objects}");
    opened.adapter.unwrap()
}

/// A capture of these lines, made with these adapters, with the last line that belongs to it.
fn capture(set: &Set, object_cache: bool, lines: &[Json]) -> String {
    let adapters: Vec<Json> =
        set.all().iter().map(|one| json!({"name": one.adapter.name, "sha256": one.sha256})).collect();
    let head = json!({"capture": {"format": 1, "plugin": {"name": "plan-bridge", "version": "0.1.0", "sha256": "5f"},
        "request": {"sha256": "77", "adapters": adapters}, "taken_at": "2026-11-29T07:00:00Z",
        "versions": {"wordpress": "6.8.7", "php": "8.2.31", "database": "10.11.14-MariaDB"}, "multisite": false, "object_cache": object_cache,
        "site": {"home": "https://staging.bloom.example", "url": "https://staging.bloom.example", "host": "staging.bloom.example",
            "environment": "staging", "blog": 1, "locale": "en_US", "timezone": "Europe/Berlin"}, "before": {"users": 2, "posts": 4}}});
    let (mut counts, mut expected): (BTreeMap<&str, u64>, BTreeMap<&str, u64>) = Default::default();
    let mut text = format!("{head}\n");
    for line in lines {
        let (kind, body) = line.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "source" => {}
            "users" | "usermeta" | "postmeta" | "table" => {
                let rows = body["rows"].as_array().unwrap().len() as u64;
                *counts.entry(kind).or_default() += rows;
                *expected.entry(kind).or_default() += rows;
            }
            "option" => {
                *counts.entry("option").or_default() += 1;
                *expected.entry("option").or_default() += 1;
            }
            kind => *counts.entry(kind).or_default() += 1,
        }
        text.push_str(&format!("{line}\n"));
    }
    let digest = of_bytes(text.as_bytes());
    text.push_str(&format!("{}\n", json!({"end": {"counts": counts, "expected": expected, "sha256": digest}})));
    text
}

fn source(kind: &str, of: &[&str], expected: u64) -> Json {
    json!({"source": {"kind": kind, "of": of, "engine": "InnoDB", "expected": expected}})
}

fn table(name: &str, columns: &[&str], rows: &[Json]) -> [Json; 2] {
    [
        json!({"source": {"kind": "table", "of": [name], "columns": columns, "engine": "InnoDB", "expected": rows.len()}}),
        json!({"table": {"name": name, "scope": "site", "columns": columns, "rows": rows}}),
    ]
}

fn option(name: &str, value: Json) -> Json {
    json!({"option": {"name": name, "scope": "site", "sha256": "0c", "length": 1, "twin": null, "value": value}})
}

fn taken(set: &Set, lines: &[Json]) -> Taken {
    taken_of(set, &capture(set, false, lines)).unwrap_or_else(|why| panic!("{why}"))
}

fn taken_of(set: &Set, text: &str) -> Result<Taken, String> {
    let spill = || -> MakeSpill { Box::new(|| Ok(Box::new(Cursor::new(Vec::new())))) };
    take(text.as_bytes(), set, [spill(), spill()]).map_err(|damage| damage.to_string())
}

fn only(loaded: Loaded) -> Set {
    Set::new([loaded])
}

/// Why a field is unknown.
fn why(taken: &Taken, kind: Kind, key: &str, field: &str) -> String {
    let on = ObjectRef::new(kind, key);
    match taken.snapshot.sources.get(&on).and_then(|sources| sources.fields.get(field)) {
        Some(Capture::Missing(why)) => why.clone(),
        other => panic!("{other:?}"),
    }
}

fn section(taken: &Taken, kind: &str) -> String {
    match taken.snapshot.header.capture(kind) {
        Capture::How(how) => how.name().to_owned(),
        Capture::Missing(why) => why,
    }
}

const TIMERS: &str = "
objects:
  offering:
    evidence: inferred
    source: a test
    from: {option: course_*}
    id: {of: star}
    fields:
      name: {at: /title}
      modules:
        each: /parts
        item:
          number: {of: key, as: count}
          name: {at: /title}
          release:
            variant: /opens
            cases:
              now: {is: immediately}
              hand: {is: by-hand}
              later: {at: /days, as: days}
      tags: {each: /tags, map: true, ref: tag}
  tag:
    evidence: inferred
    source: a test
    from: {table: labels}
    id: {at: /id}
    key: {at: /label}
";

fn course(parts: Json) -> Json {
    let mut picked = json!({"": {"php": 3}, "/title": "Group Coaching", "/tags": {"array": 1}, "/tags/base": "7", "/parts": {"array": 0}});
    picked.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "picked": picked })
}

fn labels() -> [Json; 2] {
    table("labels", &["id", "label"], &[json!(["7", "Coaching Base"]), json!(["8", "Revoked"])])
}

#[test]
fn an_offering_is_read_with_its_modules_timers_and_the_names_of_its_tags() {
    let set = only(adapter(TIMERS));
    let parts = json!({"/parts": {"array": 3}, "/parts/0": {"array": 2}, "/parts/0/title": "Welcome", "/parts/0/opens": "now",
        "/parts/1": {"array": 3}, "/parts/1/title": "Goals", "/parts/1/opens": "later", "/parts/1/days": 7,
        "/parts/2": {"array": 2}, "/parts/2/title": "Bonus", "/parts/2/opens": "hand"});
    let [first, rows] = labels();
    let taken = taken(&set, &[source("option", &["course_*"], 1), option("course_3", course(parts)), first, rows]);
    let offering = &taken.snapshot.state.offerings["group-coaching"];
    assert_eq!((offering.name.as_str(), offering.id.as_deref()), ("Group Coaching", Some("3")));
    let modules = offering.modules.set().unwrap();
    let releases: Vec<&Field<Release>> = modules.iter().map(|module| &module.release).collect();
    assert_eq!(
        releases,
        [&Field::Set(Release::Immediately), &Field::Set(Release::After { days: 7 }), &Field::Set(Release::ByHand)]
    );
    assert_eq!(offering.tags.set().unwrap()["base"], "Coaching Base");
    assert_eq!(section(&taken, "offering"), "bridge");
    assert_eq!(taken.snapshot.state.tags["Revoked"].id.as_deref(), Some("8"));
    // Nothing says in which CRM's name it was made: that is unknown, and the reason is kept.
    assert_eq!(why(&taken, Kind::Offering, "group-coaching", "system"), "no adapter says where it is kept");
}

#[test]
fn what_is_not_as_the_adapter_has_it_is_unknown_and_never_something_else() {
    let set = only(adapter(TIMERS));
    let read = |parts: Json, more: &[Json]| {
        let lines = [source("option", &["course_*"], 1), option("course_3", course(parts))];
        taken(&set, &[&lines[..], more].concat())
    };
    let module = |opens: Json| json!({"/parts": {"array": 1}, "/parts/0": {"array": 2}, "/parts/0/title": "Welcome", "/parts/0/opens": opens});
    let release = |taken: &Taken| {
        let offering = &taken.snapshot.state.offerings["group-coaching"];
        offering.modules.set().unwrap()[0].release.clone()
    };
    // A word that the adapter does not know, and one that did not leave the site.
    assert_eq!(release(&read(module(json!("weekly")), &labels())), Field::Unknown);
    assert_eq!(release(&read(module(json!({"withheld": "secret-value"})), &labels())), Field::Unknown);
    // Two modules are there and one was captured.
    let two =
        json!({"/parts": {"array": 2}, "/parts/0": {"array": 2}, "/parts/0/title": "Welcome", "/parts/0/opens": "now"});
    assert_eq!(
        why(&read(two, &labels()), Kind::Offering, "group-coaching", "modules"),
        "not all of its elements were captured"
    );
    // The list of tags was not read, so an ID means nothing.
    let no_tags = read(
        json!({}),
        &[
            json!({"source": {"kind": "table", "of": ["labels"], "columns": ["id", "label"], "unread": "no-such-table"}}),
        ],
    );
    let said = why(&no_tags, Kind::Offering, "group-coaching", "tags");
    assert_eq!(said, "not every `tag` is known, and why not is said of that kind");
    assert_eq!(section(&no_tags, "tag"), "the site has no such table");
    // The list was read, and the ID is not in it.
    let [first, rows] = table("labels", &["id", "label"], &[json!(["8", "Revoked"])]);
    let said = why(&read(json!({}), &[first, rows]), Kind::Offering, "group-coaching", "tags");
    assert_eq!(said, "it names something that is not among `tag`");
    // Two tags have the ID.
    let [first, rows] = table("labels", &["id", "label"], &[json!(["7", "A"]), json!(["7", "B"])]);
    let said = why(&read(json!({}), &[first, rows]), Kind::Offering, "group-coaching", "tags");
    assert_eq!(said, "its ID stands for several things");
}

#[test]
fn an_object_without_its_name_makes_the_list_incomplete_and_the_others_stay() {
    let set = only(adapter(TIMERS));
    let nameless = json!({"picked": {"": {"php": 1}, "/title": {"withheld": "too-large"}}});
    let [first, rows] = labels();
    let lines = [
        source("option", &["course_*"], 2),
        option("course_1", nameless),
        option("course_3", course(json!({}))),
        first,
        rows,
    ];
    let taken = taken(&set, &lines);
    assert_eq!(
        section(&taken, "offering"),
        "of one of them the name is unknown: it is larger than the collector reads"
    );
    let on = ObjectRef::new(Kind::Offering, "group-coaching");
    assert_eq!(taken.snapshot.sources[&on].whole, Some(Capture::How(crate::model::How::Bridge)));
    assert!(taken.snapshot.is_believed(&on), "what was read of it counts");
}

#[test]
fn two_offerings_of_one_name_are_told_apart_by_their_ids() {
    let set = only(adapter(TIMERS));
    let [first, rows] = labels();
    let lines = [
        source("option", &["course_*"], 2),
        option("course_1", course(json!({}))),
        option("course_2", course(json!({}))),
        first,
        rows,
    ];
    let taken = taken(&set, &lines);
    let keys: Vec<&String> = taken.snapshot.state.offerings.keys().collect();
    assert_eq!(keys, ["group-coaching", "group-coaching-2"]);
    assert_eq!(section(&taken, "offering"), "bridge");
}

#[test]
fn an_empty_text_is_nothing_where_the_adapter_says_that_nothing_means_so() {
    let set = only(adapter(
        "
objects:
  order-form:
    evidence: inferred
    source: a test
    from: {table: forms}
    fields:
      name: {at: /name}
      gateway: {at: /way, absent: nothing}
      price: {at: /price, as: amount, currency: {is: EUR}, absent: nothing}
  offering:
    evidence: inferred
    source: a test
    from: {table: forms}
    fields: {name: {at: /name}, system: {at: /way}}
",
    ));
    let row = [json!(["Gold", "", ""])];
    let taken = taken(&set, &table("forms", &["name", "price", "way"], &row));
    let form = &taken.snapshot.state.order_forms["gold"];
    assert_eq!([&form.gateway, &form.price], [&Field::Nothing, &Field::Nothing]);
    // Of which nothing is said stays what it is.
    assert_eq!(taken.snapshot.state.offerings["gold"].system, Field::Set(String::new()));
}

const SWITCH: &str = "
objects:
  emails:
    evidence: inferred
    source: a test
    from: {option: shop_emails}
    fields:
      enabled: {at: /on, as: yes-no}
      welcome: {at: /welcome, words: {never: none, all: purchases-and-opt-ins}, absent: nothing}
  maintenance:
    evidence: inferred
    source: a test
    fields:
      on: {from: {option: shop_closed, twin: first}, at: \"\", as: one-zero, default: false}
";

#[test]
fn an_absent_key_is_unknown_unless_the_adapter_says_what_it_means() {
    let set = only(adapter(SWITCH));
    let asked = source("option", &["shop_closed", "shop_emails"], 1);
    let emails = option("shop_emails", json!({"picked": {"": {"php": 0}}}));
    let taken = taken(&set, &[asked, emails]);
    assert_eq!(taken.snapshot.state.emails.as_ref().unwrap().enabled, Field::Unknown);
    assert_eq!(
        why(&taken, Kind::Emails, "emails", "enabled"),
        "nothing is stored there, and the adapter does not say what that means (`absent` or `default`)"
    );
    assert_eq!(taken.snapshot.state.emails.as_ref().unwrap().welcome, Field::Nothing);
    // An option that is not there has the value that the product takes then.
    assert_eq!(taken.snapshot.state.maintenance.as_ref().unwrap().on, Field::Set(false));
}

#[test]
fn what_a_capture_was_not_asked_for_is_unknown_even_where_nothing_is_there() {
    let set = only(adapter(SWITCH));
    let lines = [source("option", &["shop_emails"], 1), option("shop_emails", json!({"picked": {"": {"php": 0}}}))];
    let taken_now = taken(&set, &lines);
    assert_eq!(section(&taken_now, "maintenance"), "the capture was not asked for option `shop_closed`");
    // Made with another version of the adapter, an absent key may only not have been picked.
    let text = capture(&Set::default(), false, &lines);
    let other = taken_of(&set, &text).unwrap();
    assert_eq!(other.not_asked, ["test"]);
    let said = section(&other, "emails");
    assert!(said.starts_with("the capture was made with another version of the adapter"), "{said}");
}

#[test]
fn the_transient_of_an_option_counts_as_the_adapter_says() {
    let set = only(adapter(SWITCH));
    let closed = |twin: Json| {
        let line = json!({"option": {"name": "shop_closed", "scope": "site", "sha256": "0c", "length": 1, "twin": twin, "value": "0"}});
        [source("option", &["shop_closed", "shop_emails"], 1), line]
    };
    let on = |taken: &Taken| taken.snapshot.state.maintenance.as_ref().unwrap().on;
    assert_eq!(on(&taken(&set, &closed(json!({"state": "differs", "expires": 1, "value": "1"})))), Field::Set(true));
    assert_eq!(on(&taken(&set, &closed(json!({"state": "expired", "expires": 1})))), Field::Set(false));
    let cached = taken_of(&set, &capture(&set, true, &closed(Json::Null))).unwrap();
    assert!(section(&cached, "maintenance").starts_with("an object cache may hold a transient"));
    // Where the adapter says nothing of it, nothing is taken for granted.
    let emails = json!({"option": {"name": "shop_emails", "scope": "site", "sha256": "0c", "length": 1,
        "twin": {"state": "differs", "expires": 1, "value": {"picked": {"": {"php": 1}, "/on": "no"}}},
        "value": {"picked": {"": {"php": 1}, "/on": "yes"}}}});
    let unsure = taken(&set, &[source("option", &["shop_closed", "shop_emails"], 1), emails]);
    assert!(section(&unsure, "emails").starts_with("a transient of this option's name says something else"));
}

#[test]
fn nothing_personal_and_no_secret_gets_into_the_configuration() {
    let closed = only(adapter(
        "
objects:
  mail:
    evidence: inferred
    source: a test
    from: {option: shop_mail}
    fields: {transport: {at: /by}}
",
    ));
    for value in ["write to jo@bloom.coach", "https://x.example/?api_key=abcdefgh"] {
        let lines = [
            source("option", &["shop_mail"], 1),
            option("shop_mail", json!({"picked": {"": {"php": 1}, "/by": value}})),
        ];
        let taken = taken(&closed, &lines);
        assert!(!format!("{:?}", taken.snapshot).contains(value), "{value}");
    }
}
