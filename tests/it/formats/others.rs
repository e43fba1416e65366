//! GitHub's commands as its runner reads them, GitLab's issues, JUnit's XML by a parser, reviewdog's own schema.

use std::collections::BTreeSet;
use std::fs;

use roxmltree::{Document, Node};
use serde_json::Value;

use super::{DRAFT, OTHERS, accepted, checks, fits, json, printed, schema};
use crate::place::{PLAN, Place, SITE};

/// A command as the runner reads one: its name, its properties, its message.
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) message: String,
}

impl Command {
    pub(crate) fn of(line: &str) -> Option<Self> {
        let (head, message) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
        let property = |text: &str| plain(text).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), property(value)));
        Some(Self {
            name: name.to_owned(),
            properties: properties.split(',').filter_map(pair).collect(),
            message: plain(message).replace("%25", "%"),
        })
    }

    pub(crate) fn get(&self, key: &str) -> &str {
        self.properties.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value)
    }
}

#[test]
fn github_is_given_the_worst_first_and_what_it_would_not_show_is_counted() {
    let place = Place::new();
    let out = printed(&place, "github", &[DRAFT, "--site", SITE]);
    let commands: Vec<Command> =
        out.lines().map(|line| Command::of(line).unwrap_or_else(|| panic!("{line}"))).collect();
    let errors: Vec<&Command> = commands.iter().filter(|command| command.name == "error").collect();
    let report = json(&place, "json", &[DRAFT, "--site", SITE]);
    let due: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["due"] == true).collect();
    assert_eq!((errors.len(), due.len()), (10, 22));
    for (command, finding) in errors.iter().zip(&due) {
        assert_eq!(command.get("file"), DRAFT);
        assert_eq!(command.get("line"), finding["location"]["line"].to_string());
        assert_eq!(command.get("title"), finding["rule"].as_str().unwrap());
        assert_eq!(command.message.lines().next(), finding["message"].as_str());
    }
    let last = commands.last().unwrap();
    assert_eq!((last.name.as_str(), last.get("title")), ("notice", "plan: red"));
    assert!(
        last.message.starts_with("red at gate `configure`\n19 errors, 3 warnings")
            && last.message.contains("\nand 9 errors more"),
        "{}",
        last.message
    );
    // An error comes before what is unproven, wherever they stand.
    fs::remove_file(place.path("private/bloom-coaching.contacts.yaml")).unwrap();
    place.edit(PLAN, "transport: fluent-smtp", "transport: another");
    let out = printed(&place, "github", &[PLAN, "--site", SITE]);
    let titles: Vec<String> = out.lines().map(|line| Command::of(line).unwrap().get("title").to_owned()).collect();
    assert_eq!(titles[0], "mail-transport-differs", "{out}");
    assert!(titles[1].ends_with(" (unproven)") && titles.last().unwrap() == "plan: red", "{titles:?}");
    assert_eq!(
        printed(&place, "github", &[PLAN, DRAFT, "--no-site"])
            .lines()
            .filter(|line| line.starts_with("::notice"))
            .count(),
        2
    );
}

#[test]
fn gitlab_gets_what_its_page_asks_for() {
    let place = Place::new();
    for words in checks(&place) {
        let issues = json(&place, "gitlab", &words);
        let mut known = BTreeSet::new();
        for issue in issues.as_array().unwrap() {
            for key in ["description", "check_name", "fingerprint", "severity"] {
                assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {issue}");
            }
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with("./") && place.path(path).exists(), "{path}");
            assert!(known.insert(issue["fingerprint"].to_string()), "{issue} has another's fingerprint");
        }
    }
    let issues = json(&accepted(), "gitlab", &[PLAN, "--site", SITE]);
    assert_eq!(issues.as_array().unwrap().len(), 0, "what somebody answers for is no issue: {issues}");
}

fn number(node: &Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap().parse().unwrap()
}

#[test]
fn junit_fails_where_the_verdict_is_not_green() {
    let place = accepted();
    let mut verdicts = BTreeSet::new();
    for words in checks(&place) {
        let text = printed(&place, "junit", &words);
        let tree = Document::parse(&text).unwrap_or_else(|e| panic!("{words:?}: {e}: {text}"));
        let of = |node: &Node<'_, '_>, name: &str| node.descendants().filter(|node| node.has_tag_name(name)).count();
        let suites: Vec<Node<'_, '_>> = tree.root_element().children().filter(Node::is_element).collect();
        for suite in suites.iter().chain([&tree.root_element()]) {
            assert_eq!(number(suite, "tests"), of(suite, "testcase"));
            assert_eq!(number(suite, "failures"), of(suite, "failure"));
            assert_eq!(number(suite, "errors"), of(suite, "error"));
        }
        for suite in suites {
            assert_eq!(number(&suite, "skipped"), of(&suite, "skipped"));
            let property = |name: &str| {
                let found = suite.descendants().find(|node| node.attribute("name") == Some(name));
                found.and_then(|node| node.attribute("value")).unwrap().to_owned()
            };
            let verdict = property("verdict");
            let fails = number(&suite, "failures") + number(&suite, "errors") > 0;
            // Without a site no rule that needs one is a case.
            assert_eq!(fails, verdict == "red" || verdict == "unproven" && !words.contains(&"--no-site"), "{text}");
            verdicts.insert(verdict);
            for case in suite.descendants().filter(|node| node.has_tag_name("testcase")) {
                assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
            }
        }
    }
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
    let text = printed(&place, "junit", &[PLAN, "--site", SITE]);
    assert!(text.contains("<skipped message=\"accepted: "), "{text}");
}

#[test]
fn reviewdog_gets_its_own_schema_and_columns_in_bytes() {
    let (place, schema) = (Place::new(), schema("rdjson"));
    for words in checks(&place) {
        fits(&schema, &json(&place, "rdjson", &words));
    }
    let mut other = json(&place, "rdjson", &[DRAFT, "--site", SITE]);
    other["diagnostics"][0]["severity"] = "fatal".into();
    assert!(!schema.is_valid(&other), "the schema asks for something");
    fs::write(place.path("x.yaml"), "version: 1\nname: {ü🌸: 1}\n{ü: a}\n").unwrap();
    fs::write(place.path("y.yaml"), "version: 1\nemails: {\"ü🌸\": 1, welcome: noone}\n").unwrap();
    let found = json(&place, "rdjson", &["y.yaml", "--no-site"]);
    let diagnostics = found["diagnostics"].as_array().unwrap().iter();
    let wrong =
        diagnostics.clone().find(|one| one["code"]["value"] == "wrong-value").unwrap_or_else(|| panic!("{found:#}"));
    let text = place.read("y.yaml");
    let line = text.lines().nth(1).unwrap();
    let at = line.find("noone").unwrap() + 1;
    let range = &wrong["location"]["range"];
    assert_eq!((&range["start"]["line"], &range["start"]["column"]), (&2.into(), &at.into()), "{wrong}");
    assert_eq!(range["end"]["column"], at + "noone".len());
    assert!(line.chars().count() < line.len(), "columns in characters would be others");
}

#[test]
fn no_text_is_longer_than_it_is_read() {
    let place = Place::new();
    place.edit(PLAN, "\nemails: {", &format!("\nemails: {{{}: 1, ", "x".repeat(100_000)));
    for format in OTHERS.into_iter().filter(|format| *format != "json-lines") {
        let out = printed(&place, format, &[PLAN, "--no-site"]);
        assert!(out.contains('…') && out.len() < 50_000, "{format}: {} bytes", out.len());
    }
}
