//! Reading a plan reports every problem of one run, each at its place, in the words of someone who writes plans.

use crate::common::{copy_of_plans, places, plan};
use crate::place::Edited;
use serde_json::Value;

/// A finding of reading or shape, in short.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    rule: String,
    /// The text that is marked.
    marked: String,
    message: String,
    help: String,
}

/// `check` on a text beside the example's files, without a site.
fn check(text: &str) -> Value {
    let folder = copy_of_plans();
    std::fs::write(folder.path().join("p.yaml"), text).unwrap();
    plan(folder.path(), &["check", "p.yaml", "--no-site", "--format", "json"]).json()
}

/// `check` on a text in the place of the example's plan: against its site, with its record.
fn judged(text: &str) -> Value {
    let folder = copy_of_plans();
    std::fs::write(folder.path().join("bloom-coaching.yaml"), text).unwrap();
    let args = ["check", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--format", "json"];
    plan(folder.path(), &args).json()
}

/// All that is said of the example with one passage replaced.
#[track_caller]
fn with(passage: &str, other: &str) -> Vec<Said> {
    let good = include_str!("../../plans/bloom-coaching.yaml");
    let text = good.edited_once(passage, other);
    let report = judged(&text);
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["due"] == true && f["unproven"] == false);
    findings.map(|finding| said(finding, &text)).collect()
}

fn said(finding: &Value, text: &str) -> Said {
    let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let at = |key: &str| usize::try_from(finding["location"][key].as_u64().unwrap()).unwrap();
    assert_eq!(at("line"), at("end_line"), "{finding}");
    let line: Vec<char> = text.lines().nth(at("line") - 1).unwrap_or_default().chars().collect();
    let marked = line[at("column") - 1..at("end_column") - 1].iter().collect();
    house_style(&word("message"));
    house_style(&word("help"));
    Said { rule: word("rule"), marked, message: word("message"), help: word("help") }
}

/// One lower-case sentence without a period, without the validator's jargon.
fn house_style(sentence: &str) {
    let first = sentence.chars().next().expect("a sentence");
    assert!(!first.is_uppercase(), "{sentence}");
    assert!(!sentence.ends_with('.'), "{sentence}");
    for jargon in [
        "oneOf",
        "anyOf",
        "instance",
        "schema",
        "additional",
        "propert",
        "null",
        "object",
        "array",
        "string",
        "regex",
        "^",
    ] {
        assert!(!sentence.contains(jargon), "{sentence}");
    }
}

/// The one thing that is said: rule, marked text, message, and a part of the help.
#[track_caller]
fn one(passage: &str, other: &str, rule: &str, marked: &str, message: &str, help: &str) {
    let all = with(passage, other);
    assert_eq!(all.len(), 1, "{other}: {all:#?}");
    assert_eq!((all[0].rule.as_str(), all[0].marked.as_str()), (rule, marked), "{all:#?}");
    assert_eq!(all[0].message, message);
    assert!(all[0].help.contains(help), "{all:#?}");
}

#[test]
fn a_dozen_mistakes_in_one_run_each_at_its_place() {
    let text = "\
# Blüten 🌸 und Öl
version: 2
sites: {staging: \"https://stäging.example\", live: bloom.example} # ü 🌸
crm: {name: öntraport, paid_until: 31.12.2026, prod: 🌸}
strategy: rehearse-and-repaly
people: {jö: operator, sam: 7, jö: twice}
offerings:
  grüppe-🌸: {name: Grüppe 🌸, access_through: order-from, modules: [{base: Ä}]}
  kürs:
    name: 🌸
    access_through: opt-in
    modules: [{base: Ü, module: Ö}, {modul: Ü}, {module: Ü, release: 7 days}, Ü]
order_forms:
  f: {name: Ö🌸, custom_operation: {release: []}, expect: {price: .inf}}
opt_in_forms: {}
webhooks:
  w1: {calls: ü, after_switch: {retierd: weg}}
  w2: &ä {calls: ü, after_switch: {retired: !x ö}}
  w3: *ä
  <<: {}
spot_check:
  values: {\"1\": {emial: ä@geheim.example, tags: ein Tag}}
backup: {of: live, parts: [files], no_older_than: 2 hours}
mail: {during_migration: simulate}
window: 99999999999999999999
migration: {import_all_contacts: yes}
";
    let expected = [
        ("wrong-value", 2, 10, 11),
        ("wrong-value", 3, 51, 64),
        ("wrong-value", 4, 36, 46),
        ("unknown-key", 4, 48, 52),
        ("wrong-value", 5, 11, 30),
        ("wrong-type", 6, 29, 30),
        ("duplicate-key", 6, 32, 34),
        ("wrong-value", 8, 46, 56),
        ("too-many-keys", 12, 25, 31),
        ("unknown-key", 12, 38, 43),
        ("wrong-value", 12, 70, 76),
        ("wrong-type", 12, 79, 80),
        ("wrong-value", 14, 36, 43),
        ("number-not-finite", 14, 66, 70),
        ("unknown-key", 17, 33, 40),
        ("anchor-refused", 18, 7, 9),
        ("tag-refused", 18, 45, 47),
        ("alias-refused", 19, 7, 9),
        ("merge-key-refused", 20, 3, 5),
        ("unknown-key", 22, 18, 23),
        ("wrong-type", 22, 49, 56),
        ("wrong-value", 23, 51, 58),
        ("number-out-of-range", 25, 9, 29),
        ("wrong-type", 26, 34, 37),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(rule, l, c, e)| (rule.to_owned(), l, c, e)).collect();
    assert_eq!(places(&check(text)), expected);
}

#[test]
fn the_first_syntax_error_ends_reading_and_what_came_before_is_said() {
    let report = check("version: 1\nname: \"ü\nname: again\npeople: {jo: x, jo: y}\nsites: [\n");
    let said = places(&report);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].0, "yaml-syntax");
    let report = check("people: {jo: x, jo: y}\nversion: [1\nname: x\n");
    let rules: Vec<String> = places(&report).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(rules, ["duplicate-key", "wrong-type", "yaml-syntax"]);
}

#[test]
fn a_key_given_twice_has_two_labels() {
    let report = check("version: 1\nname: ü\n\"name\": 🌸\n");
    let twice = report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "duplicate-key").unwrap();
    assert_eq!((&twice["location"]["line"], &twice["location"]["end_column"]), (&3.into(), &7.into()));
    let first = &twice["related"][0];
    assert_eq!((&first["location"]["line"], first["text"].as_str()), (&2.into(), Some("first given here")));
}

#[test]
fn wrong_types() {
    let (message, quotes) = ("`people/jo` must be text, not the number `7`", "put it in quotes");
    one("jo: operator", "jo: 7", "wrong-type", "7", message, quotes);
    one("jo: operator", "jo: true", "wrong-type", "true", "`people/jo` must be text, not `true`", quotes);
    one("jo: operator", "jo: [a]", "wrong-type", "jo", "`people/jo` must be text, not a list", "write text");
    one("jo: operator", "jo:", "wrong-type", "jo", "`people/jo` has no value, and must be text", "write text");
    let message = "`emails/enabled` must be `true` or `false`, not `yes`";
    one("{welcome:", "{enabled: yes, welcome:", "wrong-type", "yes", message, "write `true`");
    let message = "`crm` must be a mapping, not `ontraport`";
    one(
        "crm: {name: ontraport, paid_until: \"2027-01-31\"}",
        "crm: ontraport",
        "wrong-type",
        "ontraport",
        message,
        "the CRM that the site leaves",
    );
    let message = "`order_forms/group-coaching-checkout/custom_operation/release` must be a list, not `group-coaching`";
    one(
        "{release: [group-coaching]}",
        "{release: group-coaching}",
        "wrong-type",
        "group-coaching",
        message,
        "write a list",
    );
    let message = "`version` must be a whole number, not `one`";
    one("version: 1", "version: one", "wrong-type", "one", message, "version");
}

#[test]
fn wrong_values_are_explained_by_example() {
    let of = |key: &str, found: &str| format!("`{key}` cannot be `{found}`");
    let release = "write it like `7 days after previous`, `immediately` or `by-hand`";
    one(
        "release: 7 days after previous",
        "release: 7 days",
        "wrong-value",
        "7 days",
        &of("offerings/group-coaching/modules/1/release", "7 days"),
        release,
    );
    one(
        "no_older_than: 2h",
        "no_older_than: 2 hours",
        "wrong-value",
        "2 hours",
        &of("backup/no_older_than", "2 hours"),
        "write it like `2h`",
    );
    one(
        "decide_by: \"07:30\"",
        "decide_by: \"7:30\"",
        "wrong-value",
        "\"7:30\"",
        &of("rollback/decide_by", "7:30"),
        "write it like `07:30`",
    );
    one(
        "length: 2h",
        "length: 2",
        "wrong-type",
        "2",
        "`window/length` must be text, not the number `2`",
        "write it like `2h`",
    );
    one(
        "live: https://bloom.example",
        "live: bloom.example",
        "wrong-value",
        "bloom.example",
        &of("sites/live", "bloom.example"),
        "write it like `https://bloom.example`",
    );
    one(
        "price: 497.00 USD",
        "price: 497.00 $",
        "wrong-value",
        "497.00 $",
        &of("order_forms/group-coaching-checkout/expect/price", "497.00 $"),
        "write `497.00 USD`: a point, and the currency's three letters",
    );
    one(
        "paid_until: \"2027-01-31\"",
        "paid_until: 2027-02-30",
        "wrong-value",
        "2027-02-30",
        "`crm/paid_until` must be a day, not `2027-02-30`",
        "name a day that exists",
    );
    one(
        "[order, content]",
        "[]",
        "wrong-value",
        "expect",
        "`test_purchases/group-coaching-payment-plan/expect` must not be empty",
        "name at least one",
    );
    one(
        "access_through: order-form",
        "access_through: orderform",
        "wrong-value",
        "orderform",
        &of("offerings/group-coaching/access_through", "orderform"),
        "did you mean `order-form`?",
    );
    one(
        "access_through: order-form",
        "access_through: zzz",
        "wrong-value",
        "zzz",
        &of("offerings/group-coaching/access_through", "zzz"),
        "write `order-form`, `opt-in`, `bundle`, `team`, `invitation` or `by-hand`",
    );
}

#[test]
fn keys_missing_unknown_or_misspelt() {
    one(
        "  foundations:\n    access_through: order-form\n",
        "  foundations:\n",
        "missing-key",
        "foundations",
        "`offerings/foundations` lacks `access_through`",
        "add `access_through`: how members come to this offering itself, whatever the product that brings it is called",
    );
    one(
        "name: Bloom Coaching, off Ontraport",
        "nmae: x",
        "unknown-key",
        "nmae",
        "unknown key `nmae` in the plan",
        "did you mean `name`?",
    );
    one(
        "  foundations:\n",
        "  foundations:\n    nmae: Foundations\n",
        "unknown-key",
        "nmae",
        "unknown key `nmae` in `offerings/foundations`",
        "did you mean `name`?",
    );
    one(
        "{staging: https",
        "{zzz: 1, staging: https",
        "unknown-key",
        "zzz",
        "unknown key `zzz` in `sites`",
        "remove it; the keys here are `staging` and `live`",
    );
    one(
        "setting: failed_payment",
        "setting: failed-payment",
        "wrong-value",
        "failed-payment",
        "`webhooks/aal_revokesubscription?productId=12/after_switch/replaced_by/setting` cannot be `failed-payment`",
        "did you mean `failed_payment`?",
    );
    let comma = "a comma inside `{…}` begins a new key: put the whole text in quotes";
    one(
        "price: 497.00 USD",
        "price: 1,497.00 USD",
        "unknown-key",
        "497.00 USD",
        "unknown key `497.00 USD` in `order_forms/group-coaching-checkout/expect`",
        comma,
    );
    one(
        "\"tags are local after the switch, there is nothing to sync\"",
        "tags are local, nothing to sync",
        "unknown-key",
        "nothing to sync",
        "unknown key `nothing to sync` in `webhooks/aal_updateuser/after_switch`",
        comma,
    );
    // Where any key can stand the rest is one without a value.
    one(
        "archived and without members",
        "archived, nobody is in it",
        "wrong-type",
        "nobody is in it",
        "`leave_alone/offerings/nobody is in it` has no value, and must be text",
        comma,
    );
}

#[test]
fn a_misspelt_section_is_one_mistake() {
    for section in [
        "offerings",
        "order_forms",
        "opt_in_forms",
        "webhooks",
        "spot_check",
        "mail",
        "emails",
        "backup",
        "window",
        "rollback",
        "people",
        "strategy",
        "migration",
        "sites",
        "crm",
    ] {
        let near = format!("{section}x");
        let all = with(&format!("\n{section}:"), &format!("\n{near}:"));
        let rules: Vec<&str> = all.iter().map(|said| said.rule.as_str()).collect();
        assert_eq!(rules, ["unknown-key"], "{near}: {all:#?}");
    }
}

#[test]
fn tagged_values_speak_of_the_form_that_was_meant() {
    let retired = "{retired: \"tags are local after the switch, there is nothing to sync\"}";
    let at = "webhooks/aal_updateuser/after_switch";
    let forms = "write `replaced_by: …`, `retired: …` or `kept: …` here";
    one(
        retired,
        "{retierd: x}",
        "unknown-key",
        "retierd",
        &format!("unknown key `retierd` in `{at}`"),
        "did you mean `retired`?",
    );
    one(
        retired,
        "{retired: 7}",
        "wrong-type",
        "7",
        &format!("`{at}/retired` must be text, not the number `7`"),
        "quotes",
    );
    one(
        retired,
        "{retired: x, kept: y}",
        "too-many-keys",
        "kept",
        &format!("`{at}` has both `retired` and `kept`"),
        "keep one of the two",
    );
    one(
        retired,
        "{zzz: x}",
        "missing-key",
        "after_switch",
        &format!("`{at}` must have exactly one of `replaced_by`, `retired` or `kept`"),
        forms,
    );
    one(
        retired,
        "{by_hand: jo}",
        "missing-key",
        "after_switch",
        &format!("`{at}` must have exactly one of `replaced_by`, `retired` or `kept`"),
        "write `by_hand` inside of `replaced_by`: `replaced_by: {by_hand: …}`",
    );
    one(
        retired,
        r#"{retired: " "}"#,
        "wrong-value",
        r#"" ""#,
        &format!("`{at}/retired` must not be empty"),
        "fill it in: why its work is not needed any more",
    );
    one(retired, "retired", "wrong-type", "retired", &format!("`{at}` must be a mapping, not `retired`"), forms);
    one(
        retired,
        "{replaced_by: {order_frm: x}}",
        "unknown-key",
        "order_frm",
        &format!("unknown key `order_frm` in `{at}/replaced_by`"),
        "did you mean `order_form`?",
    );
    one(
        retired,
        "{replaced_by: {}}",
        "wrong-value",
        "replaced_by",
        &format!("`{at}/replaced_by` must not be empty"),
        "name at least one",
    );
    one(
        retired,
        "{replaced_by: x}",
        "wrong-type",
        "x",
        &format!("`{at}/replaced_by` must be a mapping, not `x`"),
        "write a mapping",
    );
    let at = "offerings/group-coaching/modules/0";
    one(
        "base: Welcome",
        "bsae: Welcome",
        "unknown-key",
        "bsae",
        &format!("unknown key `bsae` in `{at}`"),
        "did you mean `base`?",
    );
    one(
        "base: Welcome",
        "{base: Welcome, module: x}",
        "too-many-keys",
        "module",
        &format!("`{at}` has both `base` and `module`"),
        "keep one",
    );
    one(
        "base: Welcome",
        "{owner: jo}",
        "missing-key",
        "owner",
        &format!("`{at}` must have exactly one of `base` or `module`"),
        "write `base: …` or `module: …` here",
    );
    one(
        "base: Welcome",
        "Welcome",
        "wrong-type",
        "Welcome",
        &format!("`{at}` must be a mapping, not `Welcome`"),
        "write",
    );
    // The other contacts lack their values then, which a rule says too.
    let values = "values: private/bloom-coaching.contacts.yaml";
    let shape = |other: &str| {
        let all = with(values, other).into_iter().filter(|said| said.rule != "contact-incomplete");
        all.map(|said| (said.marked, said.message)).collect::<Vec<_>>()
    };
    let said = |marked: &str, message: &str| vec![(marked.to_owned(), message.to_owned())];
    let message = "unknown key `emial` in `spot_check/values/1`";
    assert_eq!(shape("values: {\"1\": {emial: x}}"), said("emial", message));
    let message = "`spot_check/values/1/tags` must be a list, not text";
    assert_eq!(shape("values: {\"1\": {tags: x}}"), said("x", message));
    let message = "`spot_check/values` must be text or a mapping, not a number";
    assert_eq!(shape("values: 7"), said("7", message));
}

#[test]
fn what_a_plan_may_not_have_is_refused_by_name() {
    let all = with("jo: operator", "jo: &who operator");
    assert_eq!(
        (all.len(), all[0].message.as_str()),
        (
            1,
            "the anchor `&who` is not allowed: in a plan every value is \
    written where it is used"
        )
    );
    let all = with("jo: operator", "jo: *who");
    assert_eq!(
        (all.len(), all[0].message.as_str()),
        (
            1,
            "the alias `*who` is not allowed: in a plan every value is \
    written where it is used"
        )
    );
    let all = with("jo: operator", "jo: !!str operator");
    assert_eq!((all.len(), all[0].message.as_str()), (1, "the tag `!!str` is not allowed"));
    let all = with("{jo: operator", "{<<: {a: b}, jo: operator");
    assert_eq!((all.len(), all[0].rule.as_str()), (1, "merge-key-refused"));
    let all = with("version: 1", "%YAML 1.2\n---\nversion: 1");
    assert_eq!(all.iter().filter(|said| said.rule == "directive-refused").count(), 1, "{all:#?}");
    let all = with("window:", "---\nwindow:");
    assert_eq!(all.iter().filter(|said| said.rule == "second-document").count(), 1, "{all:#?}");
    let all = with("{welcome:", "{enabled: .nan, welcome:");
    assert_eq!((all.len(), all[0].rule.as_str()), (1, "number-not-finite"), "{all:#?}");
    let all = with("{welcome:", "{enabled: 18446744073709551616, welcome:");
    assert_eq!((all.len(), all[0].rule.as_str()), (1, "number-out-of-range"), "{all:#?}");
}

#[test]
fn what_does_not_fit_is_left_out_and_the_rest_is_still_judged() {
    let good = include_str!("../../plans/bloom-coaching.yaml");
    let rules = |report: &Value| places(report).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
    assert_eq!(rules(&judged(good)), [""; 0]);
    // An offering, a form and a webhook that do not fit: nothing is said of their absence or of what refers to them.
    let broken = good
        .edited("group-coaching:\n    access_through: order-form", "group-coaching:\n    access_through: 7")
        .edited("team-seats-checkout: {custom", "team-seats-checkout: {name: [x], custom")
        .edited("aal_genpass:\n", "aal_genpass:\n    calls: {}\n");
    assert_eq!(rules(&judged(&broken)), ["wrong-value", "wrong-type", "wrong-type"]);
    // And the rest is judged as before.
    let broken = broken
        .edited("release: 2 days after previous", "release: by-hand")
        .edited("price: 39.00 USD", "price: 40.00 USD");
    let found = rules(&judged(&broken));
    assert!(found.iter().any(|rule| rule == "price-differs"), "{found:?}");
    assert!(found.iter().any(|rule| rule == "unscheduled-module"), "{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn one_accepted_risk_that_does_not_fit_leaves_the_others() {
    let (message, help) = ("`accepted_risks/0/until` must be a day, not `never`", "2026-12-31");
    let risks = "accepted_risks:\n  - {rule: price-differs, at: /x, reason: r, owner: jo, until: never}\nwindow:";
    let all = with("window:", risks);
    assert!(all.iter().any(|said| said.message == message && said.help.contains(help)), "{all:#?}");
}

#[test]
fn every_form_names_the_same_column_behind_a_byte_order_mark() {
    let folder = copy_of_plans();
    std::fs::write(folder.path().join("p.yaml"), "\u{feff}version: 2\n").unwrap();
    for (format, place) in [("human", "[p.yaml:1:10]"), ("concise", "p.yaml:1:10: "), ("json", "\"column\": 10")] {
        let out = plan(folder.path(), &["check", "p.yaml", "--no-site", "--format", format]).out;
        assert!(out.contains(place) && !out.contains('\u{fffd}') && !out.contains('\u{feff}'), "{format}: {out}");
    }
}

#[test]
fn nothing_is_said_of_contacts_whose_values_were_not_read() {
    let folder = copy_of_plans();
    let file = folder.path().join("private/bloom-coaching.contacts.yaml");
    let good = std::fs::read_to_string(&file).unwrap();
    for (passage, other) in [("\"Jonah\"", "\"Jonah"), ("\"Referred a Friend\"]", "\"Referred a Friend\"")] {
        std::fs::write(&file, good.edited_once(passage, other)).unwrap();
        let args = ["check", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--format", "json"];
        let report = plan(folder.path(), &args).json();
        let rules: Vec<String> = places(&report).into_iter().map(|(rule, ..)| rule).collect();
        assert_eq!((rules, &report["verdict"]), (vec!["yaml-syntax".to_owned()], &Value::from("red")));
    }
}
