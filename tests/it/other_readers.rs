//! What is written as YAML is to any reader of YAML what it is to us: no date, time, number or truth value that we read as text.

use std::fs;
use std::path::Path;

use amc_plan::rules::ALL;
use amc_plan::text::{Limits, Node, Source, Value, compose, quote};
use jsonschema::Validator;
use serde_json::json;

use crate::common::plans;
use crate::docs::pages;
use crate::place::{PLAN, Place, SITE};
use crate::yaml::fences;

/// What YAML 1.1 makes of plain scalars (yaml.org/type): its tags with their patterns, as its readers have them. Of a number with two
/// points the specification would make one too, and no reader does.
const OLD: [(&str, &str); 9] = [
    ("merge", r"^<<$"),
    ("value", r"^=$"),
    ("null", r"^(~|null|Null|NULL|)$"),
    ("bool", r"^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$"),
    ("int", r"^[-+]?(0b[01_]+|0[0-7_]*|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$"),
    ("int", r"^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$"),
    (
        "float",
        r"^[-+]?(([0-9][0-9_]*)?\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*([eE][-+]?[0-9]+)|\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
    ),
    ("float", r"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$"),
    (
        "timestamp",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?([Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(\.[0-9]*)?(([ \t]*)(Z|[-+][0-9][0-9]?(:[0-9][0-9])?))?$",
    ),
];

/// A reader of YAML 1.1.
struct Old(Vec<(&'static str, Validator)>);

impl Old {
    fn new() -> Self {
        Self(
            OLD.iter()
                .map(|(tag, pattern)| (*tag, jsonschema::validator_for(&json!({"pattern": pattern})).unwrap()))
                .collect(),
        )
    }

    /// The tag that it gives a scalar as it is written.
    fn tag(&self, written: &str) -> &'static str {
        if written.starts_with(['"', '\'', '|', '>']) {
            return "str";
        }
        self.0.iter().find(|(_, is)| is.is_valid(&json!(written))).map_or("str", |(tag, _)| tag)
    }

    /// Whatever it reads otherwise than we do.
    fn differs(&self, name: &str, text: &str) -> Vec<String> {
        let source = Source::new(name, text);
        let (tree, problems) = compose(&source, &Limits::default());
        assert!(problems.is_empty(), "{name}: {problems:?}");
        let mut found = Vec::new();
        self.walk(&source, &tree.unwrap().root, &mut found);
        found.into_iter().map(|what| format!("{name}: {what}")).collect()
    }

    fn walk(&self, source: &Source, node: &Node, found: &mut Vec<String>) {
        let mut same = |span: std::ops::Range<usize>, ours: &str| {
            let written = source.slice(span);
            let theirs = self.tag(written);
            if theirs != ours {
                found.push(format!("`{written}` is {ours} to us, {theirs} to others"));
            }
        };
        match &node.value {
            Value::Null => same(node.span.range(), "null"),
            Value::Bool(_) => same(node.span.range(), "bool"),
            Value::Int(_) | Value::UInt(_) => same(node.span.range(), "int"),
            Value::Float(_) => same(node.span.range(), "float"),
            Value::Str(_) => same(node.span.range(), "str"),
            Value::Seq(items) => items.iter().for_each(|item| self.walk(source, item, found)),
            Value::Map(map) => {
                for entry in &**map {
                    let key = source.slice(entry.key.span.range());
                    if self.tag(key) != "str" {
                        found.push(format!("the key `{key}` is {} to others", self.tag(key)));
                    }
                    self.walk(source, &entry.value, found);
                }
            }
        }
    }
}

#[test]
fn an_old_reader_makes_of_plain_text_what_it_is_known_for() {
    let old = Old::new();
    for (written, tag) in [
        ("2027-01-31", "timestamp"),
        ("2026-12-02T06:00:00Z", "timestamp"),
        ("2026-12-02 06:00:00", "timestamp"),
        ("12:30", "int"),
        ("07:30", "str"),
        ("1.10", "float"),
        ("6.8.7", "str"),
        ("no", "bool"),
        ("On", "bool"),
        ("y", "bool"),
        ("0777", "int"),
        ("1_000", "int"),
        ("1e3", "float"),
        ("~", "null"),
        ("2h", "str"),
        ("497.00 USD", "str"),
        ("\"2027-01-31\"", "str"),
    ] {
        assert_eq!(old.tag(written), tag, "{written}");
    }
    let found = old.differs("x", "a: 2027-01-31\nb: {c: [no, 12:30], on: \"on\"}\nd: 7\ne: true\n");
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn the_example_its_contacts_and_its_first_draft() {
    let old = Old::new();
    let mut seen = 0;
    for folder in [plans(), plans().join("private")] {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|ending| ending == "yaml") {
                assert_eq!(old.differs(&path.display().to_string(), &fs::read_to_string(&path).unwrap()), [""; 0]);
                seen += 1;
            }
        }
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn every_fence_of_a_page_and_of_a_rule() {
    let old = Old::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = fs::read_to_string(root.join("tests/rules/base.yaml")).unwrap();
    assert_eq!(old.differs("the rules' base", &base), [""; 0]);
    let pages = pages().into_iter().chain([root.join("README.md")]);
    let pages = pages.map(|page| (page.display().to_string(), fs::read_to_string(&page).unwrap()));
    let rules = ALL.iter().map(|rule| (rule.id.to_owned(), rule.docs.to_owned()));
    let mut seen = 0;
    for (name, text) in pages.chain(rules) {
        for fence in fences(&text, "yaml") {
            assert_eq!(old.differs(&name, &fence), [""; 0]);
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

/// Names that an old reader takes for something else.
const NAMES: [&str; 12] =
    ["No", "on", "Y", "1.10", "12:30", "190:20:30", "2027-01-31", "0777", "1_000", "1e3", "~", "=x"];

#[test]
fn whatever_the_site_s_names_are_what_init_writes_and_upgrade_rewrites() {
    let old = Old::new();
    for name in NAMES {
        let place = Place::new();
        let quoted = json!(name).to_string();
        place.edit_site(SITE, r#""name":"Alumni Hall""#, &format!(r#""name":{quoted}"#));
        place.edit_site(SITE, r#""system":"ontraport","label""#, &format!(r#""system":{quoted},"label""#));
        place.edit_site(SITE, r#""transport":"fluent-smtp""#, &format!(r#""transport":{quoted}"#));
        for more in [&[][..], &["--inline-contacts"]] {
            place.run(&[&["init", "--site", SITE, "--out", "new.yaml"], more].concat()).ends(0, &[]);
            let text = place.read("new.yaml");
            assert!(text.contains(&format!("{{base: {}}}", quote(name))), "{name}: {text}");
            assert_eq!(old.differs(name, &text), [""; 0]);
            fs::remove_file(place.path("new.yaml")).unwrap();
        }
        assert_eq!(old.differs(name, &place.read("private/new.contacts.yaml")), [""; 0]);
        assert_eq!(old.tag(&quote(name)), "str", "{name}");
    }
    let place = Place::new();
    place.edit(PLAN, "spot_check:", "contacts:");
    place.run(&["upgrade", PLAN]).ends(0, &[]);
    assert_eq!(old.differs(PLAN, &place.read(PLAN)), [""; 0]);
    let ran = place.run(&["contacts", "suggest", PLAN, "--site", SITE, "--count", "5"]);
    ran.ends(0, &[]);
    assert_eq!(old.differs("suggest", &ran.out), [""; 0]);
    place.run(&["contacts", "record", PLAN, "--site", SITE]).ends(0, &[]);
    assert_eq!(old.differs("record", &place.read("private/bloom-coaching.contacts.yaml")), [""; 0]);
}
