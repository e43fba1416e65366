//! What a hand writes into a site's file is checked as a plan is: each slip is named with its record and field, all at once, and
//! nothing is finalized; a file that another tool closed is red.

use std::fs;

use amc_plan::site::file::seal;
use serde_json::{Value, json};

use crate::place::{Edited, PLAN, Place, SITE};

const POPULATION: &str = "bloom-coaching.population.ndjson";

/// The example's site as a person would have written it down, without what only a machine sends.
fn by_hand() -> Place {
    let place = Place::new();
    let captured = place.read(SITE);
    let lines = captured.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        fields.retain(|name, _| !["option_key", "sender_name", "select_crm"].contains(&name.as_str()));
        format!("{record}\n")
    });
    let text = lines.collect::<String>().edited("bridge", "manual");
    fs::write(place.path(SITE), text).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    place
}

/// What `check` says of a site that somebody else closed.
fn checked(place: &Place) -> String {
    fs::write(place.path(SITE), seal(&place.read(SITE)).unwrap()).unwrap();
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    format!("{:?} {}", ran.code, ran.out)
}

#[test]
fn a_slip_is_named_with_its_record_and_nothing_is_finalized() {
    let form = r#"{"kind":"order-form","key":"group-coaching-checkout","#;
    for (old, new, said, red) in [
        (
            r#"{"kind":"plugin","#,
            "{\"kind\":\"order_form\",\"key\":\"secret\",\"name\":\"Secret\"}\n{\"kind\":\"plugin\",",
            "line 26: no record has the kind `order_form` (did you mean `order-form`?)",
            true,
        ),
        (
            r#""sections":{"#,
            r#""sections":{"order_form":{"how":"manual"},"#,
            "line 1: `sections` declares something that is not a kind of record: `order_form` (did you mean `order-form`?)",
            true,
        ),
        (
            r#""gateway":"#,
            r#""gatway":"#,
            "`order-form/foundations-membership`: there is no field `gatway` (did you mean `gateway`?)",
            true,
        ),
        (
            form,
            &format!(r#"{form}"seen_by":"jo","#),
            "`order-form/group-coaching-checkout`: there is no field `seen_by` (the fields here are `id`, `name`, `operations`",
            false,
        ),
        (
            form,
            &format!(r#"{form}"sources":{{"prise":{{"missing":"no screen"}}}},"#),
            "`order-form/group-coaching-checkout`: there is no field `prise` (did you mean `price`?)",
            true,
        ),
        (
            r#""release":"7 days after previous""#,
            r#""release":"7 days""#,
            "`offering/group-coaching`: module 1: its `release` is almost one that is known (did you mean `7 days after previous`?)",
            true,
        ),
        (
            r#""number":2,"#,
            r#""number":1,"#,
            "`offering/group-coaching`: two modules have the number 1 (number them in the order",
            true,
        ),
        (
            r#""price":"39.00 USD""#,
            r#""price":"39.00""#,
            "`order-form/foundations-membership`: its `price` names no currency (write it after the amount",
            false,
        ),
        (
            r#""name":"Habits","#,
            r#""name":"Habits","tagg":"x","#,
            "`offering/group-coaching`: module 2: there is no field `tagg` (did you mean `tag`?)",
            true,
        ),
        (
            "T06:12:00Z",
            " 06:12:00Z",
            "line 1: `taken_at` is not an RFC 3339 time (write it as 2026-11-21T06:12:00Z",
            true,
        ),
        (
            r#""release":"group-coaching""#,
            r#""release":"group-coachin""#,
            "`operations` releases an offering that this file does not have (did you mean `group-coaching`?)",
            false,
        ),
    ] {
        let place = by_hand();
        place.edit(SITE, old, new);
        let written = place.read(SITE);
        let ran = place.run(&["snapshot", "finalize", SITE]);
        ran.ends(3, &[said, "`bloom-coaching.site.ndjson` was not finalized: 1 thing in it fits no format"]);
        assert!(!ran.err.contains("snapshot finalize"), "what was just run is no advice: {}", ran.err);
        assert_eq!(place.read(SITE), written);
        assert_eq!(checked(&place).contains("error[reading-not-understood]"), red, "{new}: {}", checked(&place));
    }
}

#[test]
fn what_could_not_even_be_read_is_named_the_same_way() {
    for (old, new, said) in [
        (
            r#""key":"group-coaching","#,
            r#""key":"group-coachin","#,
            "`offering/group-coachin`: the key of this `offering` is not the slug of its name (write `\"key\":\"group-coaching\"`",
        ),
        (r#""order-form":{"how":"manual"},"#, "", "`sections` in the first line does not declare `order-form`"),
        (
            r#""recurring":true"#,
            r#""recurring":"yes""#,
            "`order-form/foundations-membership`: `recurring` does not fit: expected a boolean (write it without quotes",
        ),
        (
            r#""number":2,"#,
            r#""number":"2","#,
            "`offering/group-coaching`: module 2: `number` does not fit: expected a whole number",
        ),
        (r#""name":"Group Coaching","#, "", "`offering/group-coaching`: `name` is missing"),
        (r#""taken_at""#, r#""takenat""#, "line 1: there is no field `takenat` (did you mean `taken_at`?)"),
        (r#"{"kind":"plugin","#, r#"{"kind":"plugin""#, "line 26: it is not valid JSON (column 17)"),
        (
            r#"{"kind":"plugin","#,
            "{\"kind\":\"order\",\"key\":\"1\",\"contact\":\"2\"}\n{\"kind\":\"plugin\",",
            "`order/1`: members do not belong in the configuration (move it to the population's file)",
        ),
    ] {
        let place = by_hand();
        place.edit(SITE, old, new);
        let ran = place.run(&["snapshot", "finalize", SITE]);
        ran.ends(3, &[said]);
        assert!(!ran.err.contains("snapshot finalize"), "{}", ran.err);
    }
}

#[test]
fn everything_is_named_at_once_and_each_member_too() {
    let place = by_hand();
    place.edit(SITE, r#""gateway""#, r#""gatway""#);
    place.edit(SITE, r#""number":2,"#, r#""number":1,"#);
    place.edit(SITE, r#""recurring":true"#, r#""recurring":1"#);
    place
        .run(&["snapshot", "finalize", SITE])
        .ends(3, &["3 things in it fit no format", "gatway", "number 1", "recurring"]);

    let records = [
        json!({"kind": "contact", "key": "7", "emal": "a@member.example"}),
        json!({"kind": "contact", "key": 8}),
        json!({"kind": "contact-without-user", "key": "9", "tags": "Gold"}),
        json!({"kind": "order", "key": "5014", "contact": 7}),
        json!({"kind": "subscription", "key": "2", "contact": "7", "statuss": "Active"}),
        json!({"kind": "subscriptions", "key": "3", "contact": "7", "status": "Active"}),
        json!({"kind": "order", "key": "5015"}),
    ];
    let first = place.read(POPULATION).lines().next().unwrap().to_owned();
    let text = records.iter().fold(first, |text, record| format!("{text}\n{record}"));
    fs::write(place.path(POPULATION), text).unwrap();
    let ran = place.run(&["snapshot", "finalize", POPULATION]);
    ran.ends(
        3,
        &[
            "was not finalized: 7 things in it fit no format",
            "line 2, `contact/7`: there is no field `emal` (did you mean `email`?)",
            "line 3, `contact`: the record's key is not text",
            "line 4, `contact-without-user/9`: `tags` does not fit: expected a sequence",
            "line 5, `order/5014`: `contact` does not fit: expected a string (put it in quotes)",
            "line 6, `subscription/2` of `contact/7`: there is no field `statuss` (did you mean `status`?)",
            "line 7: no record of a population is of the kind `subscriptions` (did you mean `subscription`?)",
            "line 8, `order/5015`: `contact` is missing",
        ],
    );
    assert!(!ran.err.contains("snapshot finalize") && !ran.err.contains("member.example"), "{}", ran.err);
}

#[test]
fn a_slip_among_the_members_is_red_where_a_person_wrote_them() {
    let place = by_hand();
    place.edit(POPULATION, r#""status":"Active""#, r#""statuss":"Active""#);
    fs::write(place.path(POPULATION), seal(&place.read(POPULATION)).unwrap()).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let said = checked(&place);
    assert!(
        said.contains("in the file of the population, line ") && said.contains("there is no field `statuss`"),
        "{said}"
    );
    // What a collector sends beyond the format is its own.
    let machine = place.read(SITE).edited(r#""contact":{"how":"manual"}"#, r#""contact":{"how":"bridge"}"#);
    fs::write(place.path(SITE), machine).unwrap();
    assert!(!checked(&place).contains("reading-not-understood"));
}

#[test]
fn a_population_that_is_not_closed_is_finalized_first() {
    let place = by_hand();
    let text = place.read(POPULATION);
    fs::write(place.path(POPULATION), text.rsplit_once("{\"kind\":\"end\"").unwrap().0).unwrap();
    let first = "finalize the population first: `plan snapshot finalize bloom-coaching.population.ndjson`";
    place.run(&["snapshot", "finalize", SITE]).ends(3, &["it has no end record", first]);
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

#[test]
fn a_time_that_is_none_hides_nothing_and_rates_that_are_almost_releases_are_named() {
    let place = by_hand();
    place.edit(SITE, "2026-11-21T06:12:00Z", "soon");
    place.edit(SITE, r#""gateway""#, r#""gatway""#);
    place.edit(SITE, r#""release":"7 days after previous""#, r#""release":"every week""#);
    place.run(&["snapshot", "finalize", SITE]).ends(
        3,
        &[
            "3 things in it fit no format",
            "line 1: `taken_at` is not a time",
            "there is no field `gatway`",
            "its `release` is almost one that is known (did you mean `7 days after previous`?)",
        ],
    );
    let place = by_hand();
    place.edit(SITE, "2026-11-21T06:12:00Z", "2126-11-21T06:12:00Z");
    place
        .run(&["snapshot", "finalize", SITE])
        .ends(0, &["`taken_at` is 2126-11-21T06:12:00Z, which lies in the future"]);
}

#[test]
fn a_status_that_is_almost_one_of_the_vendors_words_is_named() {
    let place = by_hand();
    place.edit(POPULATION, r#""status":"Active""#, r#""status":"active""#);
    place.edit(POPULATION, r#""status":"Success""#, r#""status":"Succes""#);
    place
        .run(&["snapshot", "finalize", POPULATION])
        .ends(3, &["(did you mean `Active`?)", "(did you mean `Success`?)", "2 things in it fit no format"]);
    // Words of another build's are kept.
    let place = by_hand();
    place.edit(POPULATION, r#""status":"Active""#, r#""status":"Trialing until May""#);
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
}

/// A person finalizes, whatever the file claims of who captured it.
#[test]
fn a_slip_is_named_whoever_the_file_says_captured_it() {
    for how in ["bridge", "core-rest", "wp-cli"] {
        for (old, new, said) in [
            (r#""gateway":"#, r#""gatway":"#, "there is no field `gatway` (did you mean `gateway`?)"),
            (r#"{"kind":"plugin","#, r#"{"kind":"plugn","#, "(did you mean `plugin`?)"),
            (r#""format":"1.1""#, r#""format":"1.2""#, "is newer than this `plan` knows"),
        ] {
            let place = Place::new();
            let text = place.read(SITE).edited("bridge", how).edited_once(old, new);
            fs::write(place.path(SITE), &text).unwrap();
            place.run(&["snapshot", "finalize", SITE]).ends(3, &[said]);
            assert_eq!(place.read(SITE), text, "{how} {new}");
        }
        // What only a machine sends is no slip.
        let place = Place::new();
        place.edit(SITE, r#""managed":false"#, r#""managed":false,"migrated":3"#);
        place.edit(SITE, r#""simulated":"#, r#""trapped":2,"simulated":"#);
        place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    }
}
