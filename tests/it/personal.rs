//! What is about a person is masked wherever it was written: in a wrong place, under a wrong key, in the wrong file.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{copy_of_plans, plan};
use crate::formats::{ALL, OTHERS};
use crate::inert_verbs::{BY, ROWS, TEXT};
use crate::place::{Edited, Place, Ran};

const PLAN: &str = "bloom-coaching.yaml";
const SITE: &str = "bloom-coaching.site.ndjson";
const SECRET: [&str; 5] = ["Zebediah", "Quill", "zeb@", "leak.example", "hunter2"];
const RECORD: &str =
    r#"{first_name: Zebediah, last_name: Quill, email: zeb@leak.example, tags: [Quill VIP], affiliate: Quill}"#;

fn check_masks(folder: &Path, what: &str) {
    let file = |name: &str| name.to_owned();
    let runs: [&[&str]; 6] = [
        &["check", PLAN, "--no-site"],
        &["check", PLAN, "--no-site", "--format", "json"],
        &["check", PLAN, "--site", SITE, "--format", "concise"],
        &["check", PLAN, "--site", SITE],
        &["diff", PLAN, "--site", SITE, "--format", "markdown"],
        &["apply", PLAN, "--site", SITE, "--no-input"],
    ];
    let others = OTHERS.map(|format| ["check", PLAN, "--site", SITE, "--format", format]);
    for args in runs.into_iter().chain(others.iter().map(|words| &words[..])) {
        let ran = plan(folder, args);
        let said = [ran.out, ran.err].concat();
        let told = SECRET.map(file).into_iter().find(|secret| said.contains(secret));
        assert_eq!(told, None, "{what}: {args:?} says\n{said}");
    }
}

/// The example with one change, checked in every way; what is personal shows where it is asked for, if it is in a picture at all.
fn with(what: &str, change: impl FnOnce(&str) -> String) {
    let folder = copy_of_plans();
    let text = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{what}: nothing was changed");
    fs::write(folder.path().join(PLAN), changed).unwrap();
    check_masks(folder.path(), what);
}

/// The text with the lines of one section replaced.
fn section(text: &str, key: &str, with: &str) -> String {
    let start = text.find(&format!("\n{key}:")).unwrap() + 1;
    let end = text[start..].match_indices('\n').map(|(at, _)| start + at + 1);
    let end = end.into_iter().find(|&at| !text[at..].starts_with([' ', '\n', '#'])).unwrap_or(text.len());
    format!("{}{with}{}", &text[..start], &text[end..])
}

#[test]
fn contacts_that_slipped_into_another_section() {
    let slipped = format!("  spot_check:\n  list: {{}}\n  values:\n    \"501\": {RECORD}\n");
    with("indented", |text| section(text, "spot_check", &slipped));
    with("values at the top", |text| {
        section(text, "spot_check", &format!("spot_check: {{list: {{}}}}\nvalues:\n  \"501\": {RECORD}\n"))
    });
    with("an ID at the top", |text| {
        section(text, "spot_check", &format!("spot_check: {{list: {{}}}}\n\"501\": {RECORD}\n"))
    });
    let fields =
        "spot_check:\n  list: {}\nfirst_name: Zebediah\nlast_name: Quill\nemial: zeb@leak.example\ntags:\n  - Quill\n";
    with("fields at the top", |text| section(text, "spot_check", fields));
    let before = format!("contacts:\n  list: {{}}\n  values:\n    \"501\": {RECORD}\n");
    with("the section's name of before", |text| section(text, "spot_check", &before));
}

#[test]
fn contacts_under_a_key_that_is_none_of_ours() {
    for key in ["spotcheck", "kontakte", "people_to_check", "\"c\\u006fntacts\"", "? contacts\n"] {
        with(key, |text| section(text, "spot_check", &format!("{key}: [\n  \"501\": {RECORD}\n")));
        with(key, |text| format!("{text}\n{key}:\n  \"501\": {RECORD}\n"));
    }
}

#[test]
fn a_field_by_whatever_key_the_parser_reads_as_one() {
    let fields = [
        "? first_name\n: Zebediah\n",
        "\"first\\u005fname\": Zebediah\n",
        "first-name: Zebediah\n\"last name\": Quill\n",
        "emial: zeb@leak.example\n",
        "zz:\n  - {first_name: \"Zebediah\n  Quill: the third\", k: 1}\n",
    ];
    for field in fields {
        with(field, |text| format!("{field}{text}"));
    }
    with("line ends of old", |text| format!("first_name: Zebediah\n{text}").replace('\n', "\r"));
}

#[test]
fn what_the_plan_names_like_a_field_is_shown() {
    let folder = copy_of_plans();
    let text = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    let text = section(&text, "webhooks", "webhooks:\n  tags: {clls: aal_fieldop}\n");
    let text = section(&text, "emails", "emials: {enabled: true}\n");
    fs::write(folder.path().join(PLAN), text).unwrap();
    let ran = plan(folder.path(), &["check", PLAN, "--no-site"]);
    for shown in ["tags: {clls: aal_fieldop}", "emials: {enabled: true}"] {
        assert!(ran.out.contains(shown), "{shown}: {}", ran.out);
    }
}

#[test]
fn addresses_where_names_or_ids_are_due() {
    with("an address for an ID", |text| {
        section(text, "spot_check", "spot_check:\n  values: {}\n  list: {zeb@leak.example: mid-drip}\n")
    });
    with("an address for a form", |text| {
        section(text, "test_purchases", "test_purchases:\n  zeb@leak.example: {expect: [order]}\n")
    });
    with("an address in an accepted risk", |text| {
        let risk = "accepted_risks:\n  - {rule: too-few-contacts, at: /people/zeb@leak.example, reason: zeb@leak.example, owner: zeb@leak.example, until: 2026-12-31}\n";
        format!("{text}\n{risk}")
    });
    with("a person's address", |text| section(text, "people", "people:\n  zeb@leak.example: [a list]\n"));
}

#[test]
fn a_login_in_an_address_of_a_site() {
    with("a login", |text| {
        section(
            text,
            "sites",
            "sites:\n  staging: https://zeb:hunter2@staging.bloom.example\n  live: https://bloom.example\n",
        )
    });
    let folder = copy_of_plans();
    let text = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    let text = text.edited("staging: https://", "staging: https://zeb:hunter2@");
    fs::write(folder.path().join(PLAN), text).unwrap();
    let ran = plan(folder.path(), &["check", PLAN, "--no-site", "--format", "json"]);
    let rules: Vec<String> = ran.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| format!("{} {}", found["rule"], found["location"]["pointer"]))
        .collect();
    assert!(rules.contains(&r#""wrong-value" "/sites/staging""#.to_owned()), "{rules:?}");
    assert!(plan(folder.path(), &["check", PLAN, "--no-site"]).out.contains("`sites/staging` holds a login"));
}

#[test]
fn a_file_that_is_no_plan() {
    let folder = copy_of_plans();
    let contacts = String::from("\"501\":\n  first_name: Zebediah\n  last_name: \"Quill\n  email: zeb@leak.example\n");
    fs::write(folder.path().join(PLAN), contacts).unwrap();
    check_masks(folder.path(), "a file of contact values");
    fs::write(folder.path().join(PLAN), "\"501\":\n  first_name: Zebediah\n  last_name: Quill\n").unwrap();
    check_masks(folder.path(), "a whole file of contact values");
    let record =
        r#"{"kind":"contact","key":"501","first_name":"Zebediah","last_name":"Quill","email":"zeb@leak.example"}"#;
    fs::write(folder.path().join(PLAN), format!("{record}\n{record}\n")).unwrap();
    check_masks(folder.path(), "a population");
}

#[test]
fn who_asks_is_told() {
    let folder = copy_of_plans();
    let text = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    let text = section(&text, "spot_check", "spot_check:\n  values: {}\n  list: {zeb@leak.example: mid-drip}\n");
    fs::write(folder.path().join(PLAN), text).unwrap();
    let ran = plan(folder.path(), &["check", PLAN, "--no-site", "--show-personal"]);
    assert!(ran.out.contains("zeb@leak.example"), "{}", ran.out);
}

/// Every verb of `record` with an address in every word that a person can give it.
#[test]
fn no_address_gets_into_the_record_whatever_is_recorded() {
    const ADDRESS: &str = "ada.buyer@person.example";
    let place = Place::new();
    let path = place.path("bloom-coaching.record.ndjson");
    let by = ["--plan", PLAN, "--who", "jo"];
    let before = fs::read_to_string(&path).unwrap();
    fs::write(place.path("dump-ada.buyer@person.example.zip"), "x").unwrap();
    // A name or an ID is refused: masked it would name nothing.
    for words in [
        &["purchase", "group-coaching-checkout", "--saw", "order", "--order", "7", "--transaction", ADDRESS][..],
        &["backup", "--restore-point", ADDRESS, "--parts", "files", "--taken-at", "2026-01-02T03:04:05Z"],
        &["backup", "dump-ada.buyer@person.example.zip", "--parts", "files"],
        &["moved", ADDRESS, "it is well", "--now", "12345678"],
        &["saw", "mail", &format!("transport={ADDRESS}")],
        &["saw", &format!("plugin/{ADDRESS}"), "active=yes"],
        &["saw", "administrator", "--all", ADDRESS],
        &["saw", "mail", "simulated=yes", "--screen", ADDRESS],
        &["moved", "maintenance", "it is well", "--now", ADDRESS],
    ] {
        let ran = place.run(&[&["record"], words, &by].concat());
        ran.ends(2, &["holds an e-mail address or a login, and the record is committed", "nothing was recorded"]);
        assert!(!format!("{}{}", ran.out, ran.err).contains(ADDRESS), "{ran:#?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), before, "{words:?}");
    }
    // Nor is one an order's ID.
    let order = ["record", "purchase", "group-coaching-checkout", "--saw", "order", "--order", ADDRESS];
    let ran = place.run(&[&order[..], &by].concat());
    ran.ends(2, &["is not the ID of an order"]);
    assert!(!format!("{}{}", ran.out, ran.err).contains(ADDRESS), "{ran:#?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    // What somebody says is kept without it.
    let says = format!("{ADDRESS} saw it");
    fs::write(place.path("lines.txt"), format!("! {says}\n")).unwrap();
    for words in [
        &["step", "push", &says][..],
        &["sign-in", &says],
        &["verification", "lines.txt", "--host", "staging.bloom.example"],
        &["ack", "1", "--reason", &says],
        &["outside-window", &says],
        &["moved", "maintenance", &says, "--now", "12345678"],
        &["decision", "go-on", &says],
    ] {
        let length = fs::read_to_string(&path).unwrap().len();
        place.run(&[&["record"], words, &by].concat()).ends(0, &[]);
        let record = fs::read_to_string(&path).unwrap();
        assert!(record[length..].contains("… saw it") && !record.contains(ADDRESS), "{words:?}: {record}");
    }
}

#[test]
fn what_is_left_out_of_the_record_is_said_and_no_spelling_of_an_address_gets_in() {
    let place = Place::new();
    let path = place.path("bloom-coaching.record.ndjson");
    for address in [
        "tess@nowhere.example",
        "tess%40nowhere.example",
        "tess\u{ff20}nowhere.example",
        "tess\u{fe6b}nowhere.example",
        "\"tess x\"@nowhere.example",
        "tess@[10.0.0.1]",
        "tess @ nowhere.example",
        "tess&#64;nowhere.example",
        "tess (at) nowhere.example",
    ] {
        let says = format!("asked {address} about it");
        let ran = place.run(&["record", "step", "push", &says, "--plan", PLAN, "--who", "jo"]);
        ran.ends(0, &[]);
        let said = "what looks like an e-mail address or a login is left out of 1 text, as the record is committed: \
        look at its last line";
        assert!(ran.out.contains(said), "{ran:#?}");
        let record = fs::read_to_string(&path).unwrap();
        let last = record.lines().last().unwrap();
        assert!(last.contains("asked … about it") && !last.contains("tess"), "{last}");
    }
    let ran = place.run(&["record", "step", "push", "seen on its screen", "--plan", PLAN, "--who", "jo"]);
    assert!(ran.out.contains("recorded in") && !ran.out.contains("left out"), "{ran:#?}");
    // Nor does what a site in a file says of itself show one.
    place.edit(SITE, r#""collector":""#, r#""collector":"tess@nowhere.example "#);
    // A reading that was never imported before, whatever an earlier run of the tests left.
    let now = format!(r#""taken_at":"{}""#, jiff::Timestamp::now());
    place.edit(SITE, r#""taken_at":"2026-11-21T06:12:00Z""#, &now);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let ran = place.run(&["snapshot", "import", SITE, "--plan", PLAN, "--yes"]);
    ran.ends(0, &[]);
    let shown = ran.out + &ran.err;
    assert!(shown.contains("by         …") && !shown.contains("tess"), "{shown}");
}

/// Addresses in every way of writing one; each holds both words of [`LEAKS`].
const ADDRESSES: [&str; 20] = [
    "secretada@leakhost.com",
    "SECRETADA@LEAKHOST.COM",
    "o'secretada@leakhost.com",
    "secretada.o'x@leakhost.com",
    "secretada!x@leakhost.com",
    "secretada#$%&*+-/=?^_`{|}~x@leakhost.com",
    "secretada-o-x+y@leakhost.co.uk",
    "secretadaé@leakhost.рф",
    "\"secretada x\"@leakhost.com",
    "secretada\u{200b}@leakhost.com",
    "secretada@leakhost\u{ad}.com",
    "secretada\u{2060}x@\u{feff}leakhost.com",
    "secretada\u{2028}@leakhost.com",
    "secretada\u{ff20}leakhost.com",
    "secretada%40leakhost.com",
    "secretada%27x%40leakhost.com",
    "secretada&#64;leakhost.com",
    "secretada @ leakhost.com",
    "mailto:secretada@leakhost.com",
    "aal_updateuser?Email=secretada@leakhost.com",
];

/// What of them is nowhere.
const LEAKS: [&str; 2] = ["secretada", "leakhost"];

#[track_caller]
fn is_masked(what: &str, text: &str) {
    let line = text.lines().find(|line| LEAKS.iter().any(|word| line.to_lowercase().contains(word)));
    assert_eq!(line, None, "{what}");
}

/// A site in which addresses stand in what a green plan may meet; and, where `more`, in whatever else a site may name with one.
fn named_site(place: &Place, more: bool) {
    let all = ADDRESSES.join(", ");
    let tag = |address: &str| json!({"kind": "tag", "key": address, "id": "9"});
    let of_the_site = |address: &str| {
        let calls = format!("aal_updateuser?email={address}");
        [
            json!({"kind": "webhook", "key": calls, "command": "aal_updateuser", "target": format!("email={address}")}),
            json!({"kind": "administrator", "key": address, "crm_contact": true}),
            json!({"kind": "plugin", "key": format!("{address}/x.php"), "version": address, "active": true}),
        ]
    };
    let of_people = |address: &str| {
        [
            json!({"kind": "contact", "key": address, "email": "q@q.example", "tags": [address], "affiliate": address}),
            json!({"kind": "order", "key": address, "contact": address, "form": address, "status": address,
                   "transaction": address, "total": address, "date": address}),
            json!({"kind": "subscription", "key": address, "contact": address, "form": address, "status": address}),
            json!({"kind": "contact-without-user", "key": format!("x{address}"), "email": address}),
        ]
    };
    let with = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let begins = more && !record["format"].is_null();
        match (record["kind"].as_str().unwrap(), record["key"].as_str().unwrap_or_default()) {
            ("end", _) => return Vec::new(),
            ("order-form", "group-coaching-summer-sale") => {
                record["operations"].as_array_mut().unwrap().push(json!({"add-tags": ADDRESSES}));
            }
            ("emails", _) => record["sender_name"] = json!(all),
            ("crm", _) if more => record["label"] = json!(all),
            ("snapshot", _) if begins => {
                let form = json!({"kind": "order-form", "key": "of-x", "name": "OF X", "gateway": all, "price": "1 USD",
                                  "operations": [{"release": all}, {"add-tags": ADDRESSES}]});
                let offering = json!({"kind": "offering", "key": "for-x", "name": "For X", "tags": {"base": all},
                                      "modules": [{"number": 0, "name": format!("Base {all}")}]});
                return [record, form, offering]
                    .into_iter()
                    .chain(ADDRESSES.into_iter().flat_map(of_the_site))
                    .collect();
            }
            // What a form adds is among the tags, else the plan is red.
            ("snapshot", _) if record["format"].is_string() => {
                return [record].into_iter().chain(ADDRESSES.map(tag)).collect();
            }
            ("population", _) if begins => {
                return [record].into_iter().chain(ADDRESSES.into_iter().flat_map(of_people)).collect();
            }
            _ => {}
        }
        Vec::from([record])
    };
    for name in ["bloom-coaching.population.ndjson", SITE] {
        let records: Vec<Value> = place.read(name).lines().flat_map(with).collect();
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        fs::write(place.path(name), lines.join("\n") + "\n").unwrap();
        place.run(&["snapshot", "finalize", name]).ends(0, &[]);
    }
}

/// Runs a verb, and looks at both streams and at the files of words that it writes.
#[track_caller]
fn masks(place: &Place, words: &[&str]) -> Ran {
    let ran = Ran::from(place.command(words).output().unwrap());
    assert!(ran.code.is_some_and(|code| code < 100) && !ran.err.contains("panicked"), "{words:?}: {ran:#?}");
    is_masked(&format!("{words:?}: stdout"), &ran.out);
    is_masked(&format!("{words:?}: stderr"), &ran.err);
    for name in ["log.ndjson", "page.html", "bloom-coaching.record.ndjson", "bloom-coaching.seal.json"] {
        is_masked(&format!("{words:?}: {name}"), &fs::read_to_string(place.path(name)).unwrap_or_default());
    }
    ran
}

#[test]
fn an_address_in_whatever_form_gets_out_of_no_verb_format_stream_or_file_of_words() {
    let place = Place::new();
    named_site(&place, false);
    for format in ["human", "json", "markdown"] {
        let words = ["diff", PLAN, "--site", SITE, "--format", format, "--color", "always"];
        masks(&place, &words).ends(0, &[]);
        let shown = place.run(&[&words[..6], &["--show-personal"]].concat());
        assert!(format != "json" || LEAKS.iter().all(|word| shown.out.contains(word)), "{shown:#?}");
    }
    masks(&place, &["seal", PLAN, "--site", SITE]).ends(0, &[]);
    let begin = ["apply", PLAN, "--site", SITE, "--confirm", &place.digest(), "--log-json", "log.ndjson"];
    masks(&place, &begin).ends(0, &[]);
    for words in [["log", "--format", "json"], ["log", "--format", "human"], ["status", "--format", "json"]] {
        masks(&place, &[words[0], PLAN, "--site", SITE, words[1], words[2]]).ends(0, &[]);
    }
    assert!(place.read("log.ndjson").contains(r#""add-tags":["…","#));
    // Another machine, to which the run is not its own.
    let home = tempfile::tempdir().unwrap();
    let mut adopt = place.command(&["adopt", PLAN, "--site", SITE, "--no-input"]);
    let adopt = Ran::from(adopt.env("PLAN_STATE_HOME", home.path()).output().unwrap());
    adopt.ends(12, &[]);
    assert!(adopt.out.contains(r#""add-tags":["…","#), "{adopt:#?}");
    is_masked("adopt", &(adopt.out + &adopt.err));
    named_site(&place, true);
    for format in ALL {
        let output = format!("{format}=report");
        for more in [&["--color", "always"][..], &["--gate", "go-live", "--output", &output]] {
            masks(&place, &[&["check", PLAN, "--site", SITE, "--format", format], more].concat()).ends(1, &[]);
        }
        is_masked(&output, &place.read("report"));
        fs::remove_file(place.path("report")).unwrap();
    }
    let lines = ADDRESSES.map(|address| format!("! {address} has no ID\n"));
    fs::write(place.path("lines.txt"), lines.concat()).unwrap();
    let mut addresses = ADDRESSES.iter().cycle();
    for (verb, words) in ROWS {
        // Text of our own, and what takes the rest away.
        if matches!(*verb, "tour" | "example" | "man" | "purge" | "schema" | "completions") {
            continue;
        }
        let by: &[&str] = if verb.starts_with("record") { &BY } else { &[] };
        for _ in 0..3 {
            let given = words.iter().map(|word| if *word == TEXT { *addresses.next().unwrap() } else { *word });
            let all: Vec<&str> = verb.split(' ').chain(given).chain(by.iter().copied()).collect();
            let ran = masks(&place, &all);
            if *verb == "init" {
                ran.ends(0, &["what looks like a person's address is in these lines of new.yaml"]);
            }
            if !words.contains(&TEXT) {
                break;
            }
        }
    }
}

/// Ten times the text takes about ten times as long; a hundred times, where a sign is looked for again from each other one.
#[test]
fn a_text_of_nothing_but_signs_takes_no_longer_than_its_length() {
    for part in ["@", "a@", "a @ ", "\"@", "a\"@", "(at)", "a%40", "a@[", "@    ", "x @ y@", "a@\u{ff20}"] {
        let took = |times: usize| {
            let text = part.repeat(times);
            let once = |_| {
                let begun = std::time::Instant::now();
                amc_plan::shape::without_addresses(&text);
                begun.elapsed()
            };
            // The quickest of three: other tests run beside it.
            (0..3).map(once).min().unwrap()
        };
        let (short, long) = (took(20_000), took(200_000));
        assert!(long < short * 40, "{part}: {short:?} and {long:?}");
    }
}
