//! Every digest and mark that the program makes, to the letter: what is kept beside a plan, committed and signed has to be known again by
//! a later build, whichever libraries it is made of.
//!
//! What stands here was worked out by hand or with another program (Python's `json`, `hashlib` and `hmac`), but for the digests of a
//! whole plan and of a place's fields, which are those of the build that introduced this file. A value here changes only with what it
//! is of, and then what is kept by earlier builds is no longer known: that is said in CHANGELOG.md.

use amc_plan::apply::certificate;
use amc_plan::change::{Change, changes_digest, facts_digest, intent_digest, marks_of, rehearsed_digest};
use amc_plan::model::{Identity, Kind, ObjectRef, Plan, Snapshot, digest};
use amc_plan::site::file::seal;
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::text::{Limits, Source, compose};
use amc_plan::trust::{Key, Purpose, marked};
use serde_json::{Value, json};

/// A plan with what is awkward to write: accents, an emoji, a slash in a key, prices, a quote.
const PLAN: &str = r#"
version: 1
name: "Ünïcode & Söhne 😀"
sites: {staging: https://staging.golden.example:8443/wp, live: https://golden.example}
crm: {name: ontraport, paid_until: 2027-01-31}
strategy: rehearse-and-replay
people: {jo: operator, "mära": reviewer}
mail: {transport: fluent-smtp, during_migration: simulate, on_live: deliver, deliver_only_to: [qa@agency.example]}
offerings:
  group-coaching:
    name: Group "Coaching"
    access_through: order-form
    modules: [{base: Welcome}, {module: Goals, release: 7 days after previous}, {module: Money, release: 2 weeks after previous}]
    members_between_modules: complete-by-hand
leave_alone: {offerings: {"summit-2019": "archived,\tand without members"}}
order_forms:
  checkout:
    name: Checkout
    custom_operation: {release: [group-coaching]}
    failed_payment: {after_final_retry: revoke}
    expect: {price: 1497.00 USD, gateway: stripe}
opt_in_forms: {}
webhooks:
  old:
    calls: aal_revokesubscription?productId=12
    fired_by: "Ontraport: Dunning"
    after_switch: {replaced_by: {order_form: checkout, setting: failed_payment}}
spot_check: {list: {"10019": free}}
backup: {of: live, parts: [files, database], no_older_than: 2h, stored_off_server: true}
test_purchases: {checkout: {expect: [order, content]}}
window: {start: "2026-12-02 06:00 Europe/Berlin", length: 2h}
rollback: {decide_by: "07:30", who: jo, way: restore-live-backup}
"#;

/// A site, not sealed yet and not in order.
const SITE: &str = r#"{"kind":"snapshot","format":"1.0","host":"staging.golden.example","collector":"hand","collector_version":"1","taken_at":"2026-11-21T06:12:00Z","sections":{"tag":{"how":"bridge"},"emails":{"how":"bridge"}}}
{"kind":"tag","key":"Résumé ✓","id":"7"}
{"kind":"emails","key":"emails","enabled":true,"welcome":"none","sender_name":"Müller / \"Co\""}
{"kind":"tag","key":"Alumni","id":"6"}
"#;

/// A population, not sealed yet and not in order.
const PEOPLE: &str = r#"{"kind":"population","format":"1.0","host":"staging.golden.example","taken_at":"2026-11-21T06:12:00Z"}
{"kind":"contact","key":"8","email":"zoë@golden.example","tags":[]}
{"kind":"contact","key":"10","email":"ada@golden.example","tags":["Alumni"]}
"#;

fn plan() -> Plan {
    let (tree, problems) = compose(&Source::new("golden.yaml", PLAN), &Limits::default());
    let (plan, misfits) = amc_plan::shape::plan(&tree.unwrap());
    assert!(problems.is_empty() && misfits.is_empty(), "{problems:?} {misfits:?}");
    plan
}

fn site() -> Snapshot {
    SnapshotFile::read(seal(SITE).unwrap().as_bytes()).unwrap().into_snapshot()
}

/// The digest in the end record of a sealed stream.
fn end(stream: &str) -> String {
    let sealed = seal(stream).unwrap();
    let end: Value = serde_json::from_str(sealed.lines().last().unwrap()).unwrap();
    end["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn awkward_numbers_have_one_canonical_form() {
    // The forms of RFC 8785, appendix B, and what stands between two of its rules.
    for (value, canonical) in [
        (json!(0.0), "0"),
        (json!(-0.0), "0"),
        (json!(5e-324), "5e-324"),
        (json!(-5e-324), "-5e-324"),
        (json!(f64::MAX), "1.7976931348623157e+308"),
        (json!(9_007_199_254_740_992_i64), "9007199254740992"),
        (json!(-9_007_199_254_740_992_i64), "-9007199254740992"),
        (json!(9_007_199_254_740_993_u64), "9007199254740992"),
        (json!(295_147_905_179_352_830_000.0), "295147905179352830000"),
        (json!(u64::MAX), "18446744073709552000"),
        (json!(i64::MIN), "-9223372036854776000"),
        (json!(9.999_999_999_999_997e22), "9.999999999999997e+22"),
        (json!(1e23), "1e+23"),
        (json!(999_999_999_999_999_700_000.0), "999999999999999700000"),
        (json!(1e21), "1e+21"),
        (json!(1e20), "100000000000000000000"),
        (json!(9.999_999_999_999_997e-7), "9.999999999999997e-7"),
        (json!(0.000_001), "0.000001"),
        (json!(333_333_333.333_333_2), "333333333.3333332"),
        (json!(333_333_333.333_333_3), "333333333.3333333"),
        (json!(1_424_953_923_781_206.2), "1424953923781206.2"),
        (json!(497.0), "497"),
        (json!(0.1), "0.1"),
        (json!(-1.5e-9), "-1.5e-9"),
    ] {
        assert_eq!(digest::canonical(&value), canonical);
    }
}

#[test]
fn awkward_texts_and_keys_have_one_canonical_form() {
    let value = json!({
        "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\u{1f600}": "Emoji", "\u{80}": "Control", "ö": "Latin Small Letter O With Diaeresis",
        "": [null, true, false, [], {}], "a\"b\\": "\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{8}\t\u{c}\u{7f}\u{2028}\u{0}",
    });
    // The order of UTF-16: the emoji's first half comes before U+FB33.
    let canonical = concat!(
        r#"{"":[null,true,false,[],{}],"\r":"Carriage Return","1":"One","a\"b\\":"#,
        "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\u{7f}\u{2028}\\u0000\",",
        "\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",",
        "\"\u{1f600}\":\"Emoji\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
    assert_eq!(digest::canonical(&value), canonical);
    assert_eq!(digest::of(&value), "0cc2d9ba07c0ae31fe03dcf5be26a9f4544554bab4ed0cce5a90ec40185ba9b4");
    assert_eq!(digest::of(&value), digest::of_parts([&canonical[..7], "", &canonical[7..]]));
    assert_eq!(digest::of_bytes(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_plan_and_what_of_it_is_rehearsed_keep_their_digests() {
    let plan = plan();
    assert_eq!(intent_digest(&plan), "caba3eafc67de7415875b342617bb09e1874248bcb54d1695a52928bdbae8cf4");
    assert_eq!(rehearsed_digest(&plan), "d297a76ec432e76c34041bec39441d9eeaa5cfcc148042bb633c2b93a4cae394");
}

#[test]
fn changes_keep_their_digest() {
    let changes = [
        Change {
            on: ObjectRef::new(Kind::Offering, "group-coaching"),
            before: Some(json!({"modules": [{"number": 0, "name": "Welcome"}], "price": "497.00 USD"})),
            after: Some(json!({"modules": [{"number": 0, "name": "Wëlcome"}], "price": "1497 USD"})),
            cause: "/offerings/group-coaching".to_owned(),
        },
        Change {
            on: ObjectRef::only(Kind::Emails),
            before: None,
            after: Some(json!({"enabled": true})),
            cause: String::new(),
        },
    ];
    let site: Identity = serde_json::from_value(json!("staging.golden.example:8443/wp")).unwrap();
    assert_eq!(
        changes_digest(&site, &changes, &[]),
        "2cc168632e7f3d218db33a6bbbf88e8b9e67bae49b8f5ffff7a1d373bcbe7da4"
    );
}

#[test]
fn a_reading_its_facts_and_a_population_keep_their_digests() {
    assert_eq!(end(SITE), "7ef7660b1b796e523e4e39f4dd3da5e0b3dd581cd9ee62829b60b1b1a94f8dde");
    assert_eq!(site().sha256, end(SITE));
    assert_eq!(end(PEOPLE), "47ed2a085ec30d1dc96e400863bae582a864c22693929f5f52e90e0c2d9f7d6c");
    assert_eq!(
        facts_digest(&site().state, [Kind::Emails, Kind::Tag]),
        "aa459d07312e29432e7b4485bbd6a95ba45c1343df23a9cbb8606c3424fbf113"
    );
    let marks = marks_of(&site().state, Kind::Tag);
    let marks: Vec<(&str, &str)> = marks.iter().map(|(on, mark)| (&**on, &**mark)).collect();
    assert_eq!(marks, [("tag/Alumni", "c45ad1538944"), ("tag/Résumé ✓", "389bf6f649e1")]);
}

#[test]
fn the_chain_of_a_record_keeps_its_digests() {
    let place = crate::place::Place::new();
    let record = "bloom-coaching.record.ndjson";
    let first = r#"{"version":1,"at":"2026-11-21T05:40:00Z","who":"jo","evidence":{"sign-in":{"host":"staging.bloom.example","says":"spare-admin got in, ✓"}},"previous":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    let second = r#"{"version":1,"at":"2026-11-21T05:41:00Z","who":"jo","evidence":{"sign-in":{"host":"staging.bloom.example","says":"and again"}},"previous":"fdfabef85e0fa818a6c2954bbbd3939f7050e1caa3107a61e0ad9e51590ab4ec"}"#;
    let read = |second: &str| {
        std::fs::write(place.path(record), format!("{first}\n{second}\n")).unwrap();
        place.run(&["check", crate::place::PLAN, "--site", crate::place::SITE])
    };
    let whole = read(second);
    assert!(!whole.err.contains("chain") && whole.out.contains("facts:"), "{whole:#?}");
    read(&second.replace("previous\":\"f", "previous\":\"e")).ends(3, &["line 2: the chain is broken"]);
}

#[test]
fn what_a_key_marks_keeps_its_mark() {
    let key = Key::new(std::array::from_fn(|at| at as u8));
    let marks = |purpose| key.mark(purpose, "Ünïcode\n".as_bytes());
    assert_eq!(marks(Purpose::Confirmation), "af73b19d45f1c438daeb15173930727128e8c85f86b209c79aad7210fdb3ba61");
    assert_eq!(marks(Purpose::Seal), "0a74b98eacbc210033d296499bce1cf9002fd5caf58771e7ede25bb4fe473e41");
    assert_eq!(marks(Purpose::Journal), "39c9445cfca3044556329f03b2330f8dffc38723888ad4bee9e1e139f1bc3d3e");
    assert_eq!(marks(Purpose::Certificate), "ab6220e520e1a4d10148b58f8d1576a174253ae417f817c976183b1b0142af2f");
    assert_eq!(marks(Purpose::Reading), "78ed51475c82d2784a7129b8cdc0d6c8bf27ae742ed820b981add7826656c708");
    let certificate =
        json!({"version": 1, "plan": "ü.yaml", "mark": "is not in it", "steps": [{"took": 1.50, "step": "back-up"}]});
    assert_eq!(
        certificate::mark(&certificate, &key),
        "3d178e07445c49b009ecaf769c13b4d37cd7bea530f128328b71623c3da44694"
    );
    assert_eq!(
        marked(r#"{"at":"2026-11-21T05:40:00Z"}"#, &key, Purpose::Confirmation),
        r#"{"at":"2026-11-21T05:40:00Z","mark":"745e870736ae98fbde620ff8eebb71432f36aec4a7ea5ca63b3cdc0d71eec7b8"}"#
    );
}
