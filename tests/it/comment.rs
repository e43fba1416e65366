//! The comment of `plan diff --format markdown`, as a host reads it: whatever the plan, it is short enough, whole, and inert.

use std::fs;

use amc_plan::model::state::{Kind, Object};
use amc_plan::model::text::slug;
use amc_plan::site::file::FileSite;
use amc_plan::site::snapshot_file::SnapshotFile;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::place::{PLAN, Place, SITE};

/// What a comment may not be longer than.
const MOST: usize = 60_000;

/// What names are made of: each tries to be something in some Markdown.
const NASTY: &[&str] = &[
    "</details>",
    "<details>",
    "</summary>",
    "<script>pwned</script>",
    "<img src=x>",
    "-->",
    "<!--",
    "@pwned",
    "#1",
    "GH-12",
    "!5",
    "```",
    "~~~",
    "`",
    "``",
    "[pwned](https://pwned.example)",
    "![x](y)",
    "https://pwned.example",
    "www.pwned.example",
    "*pwned*",
    "_pwned_",
    "| x |",
    "---",
    "# pwned",
    "::error::x",
    "##[error]x",
    "&amp;",
    "&#64;pwned",
    "\\",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{200b}",
    "- [ ] x",
    "deadbeef00",
    ":smile:",
    "$x$",
    "\u{e0041}",
    "pwned@pwned.example",
    "[^1]",
    "日本語",
    "🌸",
];

/// What a comment holds, as a host's own parser reads it.
#[derive(Debug, Default)]
struct Read {
    /// Every text that is neither code nor HTML.
    texts: String,
    /// The summaries of folds, by what is neither code nor a tag.
    summaries: Vec<String>,
    /// Words in bold.
    bold: Vec<String>,
    /// Blocks of code: what they are called, and what is in them.
    code: Vec<(String, String)>,
    /// Folds that were opened, less those that were closed.
    open: i32,
}

fn read(comment: &str) -> Read {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    let arena = Arena::new();
    let mut found = Read::default();
    walk(parse_document(&arena, comment, &options), &mut found, comment);
    assert_eq!(found.open, 0, "folds: {comment}");
    found
}

fn walk<'a>(node: &'a AstNode<'a>, found: &mut Read, comment: &str) {
    match &node.data.borrow().value {
        NodeValue::Text(text) => found.texts.extend([text.as_ref(), "\n"]),
        NodeValue::Strong => found.bold.push(inside(node)),
        NodeValue::CodeBlock(block) => found.code.push((block.info.clone(), block.literal.clone())),
        NodeValue::HtmlBlock(block) => html(&block.literal, found, comment),
        NodeValue::Link(_)
        | NodeValue::Image(_)
        | NodeValue::HtmlInline(_)
        | NodeValue::FootnoteReference(_)
        | NodeValue::TaskItem(_) => {
            panic!("{:?}: {comment}", node.data.borrow().value)
        }
        _ => {}
    }
    node.children().for_each(|child| walk(child, found, comment));
}

fn inside<'a>(node: &'a AstNode<'a>) -> String {
    let texts = node.descendants().filter_map(|node| match &node.data.borrow().value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Code(code) => Some(code.literal.clone()),
        _ => None,
    });
    texts.collect()
}

/// A block of HTML: a marker, or folds with nothing but text and code in their summaries.
fn html(block: &str, found: &mut Read, comment: &str) {
    for line in block.lines() {
        if let Some(marker) = line.strip_prefix("<!-- plan diff: ").and_then(|rest| rest.strip_suffix(" -->")) {
            assert!(!marker.contains("--") && !marker.contains('>') && comment.starts_with(line), "{line}");
        } else if line == amc_plan::output::markdown::MARK {
            assert!(comment.starts_with(line), "{comment}");
        } else if line == "</details>" {
            found.open -= 1;
            assert!(found.open >= 0, "{comment}");
        } else if let Some(rest) = line.strip_prefix("<details><summary>") {
            found.open += 1;
            let mut plain = String::new();
            let mut rest = rest.strip_suffix("</summary>").unwrap_or_else(|| panic!("{line}"));
            while let Some((before, after)) = rest.split_once("<code>") {
                let (code, after) = after.split_once("</code>").unwrap_or_else(|| panic!("{line}"));
                assert!(!code.contains('<') && !code.contains('>'), "{line}");
                plain.extend([before, "`"]);
                rest = after;
            }
            plain += rest;
            assert!(!plain.contains(['<', '@', '#', '[']) && !plain.contains("://"), "{line}");
            found.summaries.push(plain);
        } else {
            panic!("a line of HTML {line:?}: {comment}");
        }
    }
}

/// That a comment is inert: it reads as nothing but what this program writes.
pub(crate) fn is_inert(comment: &str) {
    nothing_is_live(&read(comment));
}

/// That no word outside code could be a mention, a link or a number of something.
fn nothing_is_live(found: &Read) {
    for mark in ["@", "#", "://", "www.", "](", "GH-12", ":smile:", "!5", "$x$"] {
        assert!(!found.texts.contains(mark), "{mark} in {}", found.texts);
    }
    let mut words = found.texts.split(|c: char| !c.is_alphanumeric());
    assert!(!words.any(|word| word == "deadbeef00"), "a commit in {}", found.texts);
}

/// The changes that a comment says it shows, and those that it says it leaves out.
fn changes_in(found: &Read) -> u64 {
    let number = |text: &str| text.split(' ').next().and_then(|word| word.parse::<u64>().ok());
    let one = |text: &str| ["change ", "create ", "remove "].iter().any(|verb| text.starts_with(verb));
    let summaries = found.summaries.iter().map(|summary| match summary.split_once(" × ") {
        Some((count, rest)) if one(rest) => number(count).unwrap(),
        _ => u64::from(one(summary)),
    });
    let bold = found.bold.iter().map(|bold| match bold.strip_prefix("And ") {
        Some(more) if more.ends_with("more change") || more.ends_with("more changes") => number(more).unwrap(),
        _ => u64::from(one(bold)),
    });
    summaries.chain(bold).sum()
}

/// The comment of a place, held to everything that is true of each.
fn comment(place: &Place, more: &[&str]) -> (String, Read) {
    let words = [&["diff", PLAN, "--site", SITE][..], more].concat();
    let document = place.run(&[&words[..], &["--format", "json"]].concat());
    let document: Value = serde_json::from_str(&document.out).unwrap_or_else(|_| panic!("{document:#?}"));
    let ran = place.run(&[&words[..], &["--format", "markdown"]].concat());
    ran.ends(0, &[]);
    let text = ran.out;
    assert!(text.encode_utf16().count() < MOST, "{}", text.len());
    let found = read(&text);
    assert_eq!(changes_in(&found), document["changes"].as_array().unwrap().len() as u64, "{text}");
    nothing_is_live(&found);
    // The command is the one that people are shown, in the last block, and the digests are whole.
    let human = place.run(&words).out;
    let last = human.lines().last().unwrap().to_owned();
    let (info, command) = found.code.last().unwrap();
    assert!(
        info == "sh" && last.ends_with(&format!(": {}", command.trim_end())) && command.starts_with("plan "),
        "{last}: {command}"
    );
    assert!(text.trim_end().ends_with("```"), "{text}");
    for digest in ["changes", "intent", "facts"] {
        assert!(text.contains(document["digests"][digest].as_str().unwrap()), "{digest}: {text}");
    }
    (text, found)
}

/// A plan with as many offerings and forms as there are names, and a site that differs in each.
fn of_names(place: &Place, names: &[String]) {
    let mut snapshot = FileSite::open(place.path(SITE)).unwrap().snapshot().unwrap();
    let state = &mut snapshot.state;
    state.offerings.clear();
    state.order_forms.clear();
    state.opt_in_forms.clear();
    state.webhooks.clear();
    let mut plan: Value = serde_yaml::from_str(&place.read(PLAN)).unwrap();
    for section in ["offerings", "order_forms", "opt_in_forms", "webhooks"] {
        plan[section] = json!({});
    }
    plan.as_object_mut().unwrap().remove("test_purchases");
    plan.as_object_mut().unwrap().remove("leave_alone");
    for (n, name) in names.iter().enumerate() {
        let (key, week) = (slug(name), "7 days after previous");
        let timers = |third: &str| {
            json!([{"number": 0, "name": name, "tag": "a"}, {"number": 1, "name": format!("B {name}"), "release": week, "tag": "b"},
            {"number": 2, "name": format!("C {name}"), "release": third, "tag": "c"}, {"number": 3, "name": "D", "release": week, "tag": "d"}])
        };
        // A few shapes, and some of which each is another one.
        let third = if n % 4 == 3 { format!("{} days after previous", n + 8) } else { "by-hand".to_owned() };
        let offering = json!({"name": name, "system": "ontraport", "modules": timers(&third)});
        state.insert(&key, Object::from_fields(Kind::Offering, offering).unwrap());
        plan["offerings"][&key] = json!({"name": name, "access_through": "order-form", "members_between_modules": "complete-by-hand",
            "modules": [{"base": name}, {"module": format!("B {name}"), "release": week}, {"module": format!("C {name}"), "release": week},
                {"module": "D", "release": week}]});
        let form = format!("{name} Form");
        let there =
            json!({"name": form, "operations": [{"grant": key}, {"add-tags": [name]}], "after_final_retry": null});
        state.insert(&slug(&form), Object::from_fields(Kind::OrderForm, there).unwrap());
        plan["order_forms"][slug(&form)] = json!({"name": form, "custom_operation": {"release": [key]}, "failed_payment": {"after_final_retry": "revoke"}});
    }
    fs::write(place.path(SITE), SnapshotFile::new(snapshot).text()).unwrap();
    fs::write(place.path(PLAN), serde_yaml::to_string(&plan).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_comment_is_short_whole_and_inert_whatever_things_are_called(
        count in prop_oneof![0_usize..12, 60_usize..300],
        words in prop::collection::vec(prop::sample::select(NASTY), 24),
        long in any::<bool>(),
    ) {
        let place = Place::new();
        let name = |n: usize| {
            let word = |at: usize| words[(n * 7 + at) % words.len()];
            format!("{} x{n} {} {}{}", word(0), word(1), word(2), if long { "y".repeat(200) } else { String::new() })
        };
        of_names(&place, &(0..count).map(name).collect::<Vec<_>>());
        comment(&place, &[]);
    }
}

#[test]
fn changes_of_one_shape_are_one_line_and_small_ones_stand_open() {
    let place = Place::new();
    of_names(&place, &(0..300).map(|n| format!("Course {n}")).collect::<Vec<_>>());
    let (text, found) = comment(&place, &[]);
    let whole = |summary: &&String| summary.starts_with("225 × change offering: module 2 ` → ` (automatic)");
    assert_eq!(found.summaries.iter().filter(whole).count(), 1, "{:?}", found.summaries);
    assert!(text.contains("module 2 <code>by-hand</code> → <code>7 days after previous</code>"), "{text}");
    assert!(text.contains("opens on day 14, 3 D opens on day 21"), "{text}");
    assert!(
        text.contains("- and ")
            && text.contains(" more: `plan diff bloom-coaching.yaml --site bloom-coaching.site.ndjson`"),
        "{text}"
    );
    // The seven changes of the example need no click.
    let place = Place::new();
    let (text, found) = comment(&place, &[]);
    assert_eq!(found.summaries, ["Decided and attested (13)"]);
    assert_eq!(
        found.code.iter().filter(|(info, diff)| info == "diff" && diff.starts_with("@@ -")).count(),
        7,
        "{text}"
    );
}

#[test]
fn computed_days_are_a_consequence_and_no_changed_line() {
    let place = Place::new();
    let (text, _) = comment(&place, &[]);
    assert!(
        text.contains(
            "*Consequence:* 4 Money opens on day 28, 5 Visibility opens on day 35, 6 Celebration opens on day 42"
        ),
        "{text}"
    );
    for out in [text, place.run(&["diff", PLAN, "--site", SITE]).out] {
        let of_modules = |sign: char| {
            out.lines().filter(|line| line.trim_start().starts_with(sign) && line.contains("after previous")).count()
        };
        assert_eq!((of_modules('+'), out.contains("-  5 Visibility")), (1, false), "{out}");
    }
}

#[test]
fn the_first_lines_say_what_is_known_and_nothing_else() {
    let place = Place::new();
    let (text, _) = comment(&place, &[]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).take(4).collect();
    assert!(
        lines[1].starts_with("### 🟢 green at gate `configure` · `bloom-coaching.yaml` on `staging.bloom.example`"),
        "{text}"
    );
    let report = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
    let evidence = &serde_json::from_str::<Value>(&report.out).unwrap()["evidence"];
    let captured = evidence["captured"].as_u64().unwrap();
    let facts = format!("{} facts: {captured} captured, 2 attested, 0 recorded, 0 unknown", captured + 2);
    assert!(lines[1].ends_with(&facts), "{facts}: {text}");
    assert_eq!(
        lines[2],
        "**Cannot be undone:** `2026-12-02 06:00 Europe/Berlin`, live (`bloom.example`): passwords of 240 members (counted on \
         `staging.bloom.example`) are reset and mailed."
    );
    assert!(
        lines[3].starts_with("**Approving** says that exactly 7 changes may be made on `staging.bloom.example`"),
        "{text}"
    );
    // Where nobody counted, no number is said; where nobody decided, that is said.
    fs::remove_file(place.path("bloom-coaching.population.ndjson")).unwrap();
    place.edit(PLAN, ", on_live: deliver", "");
    let window = place.read(PLAN).lines().find(|line| line.starts_with("window:")).unwrap().to_owned();
    place.edit(PLAN, &window, "");
    let ran = place.run(&["diff", PLAN, "--snapshot", SITE, "--format", "markdown"]);
    ran.ends(0, &[]);
    for words in [
        "at a time that the plan does not say (`window`), live (`bloom.example`): passwords of all members (how many is unknown) are reset; whether \
         they are mailed is not decided (`mail/on_live`)",
        "2 decisions are still open: `live-mail-undecided`, `window-missing`",
        "**Approving** lets nothing run yet",
        "**no way back** · an unknown number of members",
        "a recording of an invented site",
        "on `staging.bloom.example`: nothing can be carried out on a recording. ",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains("240") && !ran.out.contains("takes this one"), "{}", ran.out);
}

#[test]
fn two_plans_on_two_places_have_four_markers_and_a_red_one_asks_nobody_to_confirm() {
    let place = Place::new();
    fs::copy(place.path(PLAN), place.path("other--plan.yaml")).unwrap();
    fs::copy(place.path(SITE), place.path("live.site.ndjson")).unwrap();
    fs::copy(place.path("bloom-coaching.population.ndjson"), place.path("live.population.ndjson")).unwrap();
    place.move_to("live", "bloom.example");
    let mut markers = Vec::new();
    for plan in [PLAN, "other--plan.yaml"] {
        for (site, on) in [(SITE, "staging"), ("live.site.ndjson", "live")] {
            let ran = place.run(&["diff", plan, "--snapshot", site, "--on", on, "--format", "markdown"]);
            ran.ends(0, &[]);
            read(&ran.out);
            markers.push(ran.out.lines().next().unwrap().to_owned());
        }
    }
    let again = place.run(&["diff", PLAN, "--snapshot", SITE, "--format", "markdown"]).out;
    assert!(again.starts_with(&markers[0]), "{again}");
    markers.sort();
    markers.dedup();
    assert_eq!(markers.len(), 4, "{markers:?}");
    place.edit(PLAN, "strategy: rehearse-and-replay\n", "");
    let ran = place.run(&["diff", PLAN, "--site", SITE, "--format", "markdown"]);
    assert!(
        ran.out.contains("🔴 red") && ran.out.contains("unknown, since the plan names no `strategy`"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("takes this one") && !ran.out.contains("--confirm"), "{}", ran.out);
    assert!(
        ran.out.trim_end().ends_with("```sh\nplan check bloom-coaching.yaml --site bloom-coaching.site.ndjson\n```"),
        "{}",
        ran.out
    );
}

#[test]
fn what_nobody_read_of_the_members_counts_nobody_and_not_none() {
    let place = Place::new();
    let dangers = |place: &Place| -> Vec<(String, Value)> {
        let ran = place.run(&["diff", PLAN, "--site", SITE, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let all = report["dangers"].as_array().unwrap().iter();
        all.map(|danger| (danger["what"].as_str().unwrap().to_owned(), danger["count"].clone())).collect()
    };
    let of = |all: &[(String, Value)], words: &str| -> Vec<Value> {
        all.iter().filter(|(what, _)| what.contains(words)).map(|(_, count)| count.clone()).collect()
    };
    let (waiting, paying) = ("members between two modules", "a subscriber whose last retry fails");
    let known = dangers(&place);
    for words in [waiting, paying] {
        let counts = of(&known, words);
        assert!(!counts.is_empty() && counts.iter().all(|count| count["known"].is_u64()), "{words}: {known:?}");
    }
    let members = "bloom-coaching.population.ndjson";
    place.edit(members, "06:12:00Z\"}\n", "06:12:00Z\",\"unknown\":[\"tags\"]}\n");
    place.run(&["snapshot", "finalize", members]).ends(0, &[]);
    place.edit(SITE, "\"subscription\":{\"how\":\"bridge\"}", "\"subscription\":{\"missing\":\"not asked\"}");
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let unknown = dangers(&place);
    for words in [waiting, paying] {
        let counts = of(&unknown, words);
        assert!(!counts.is_empty() && counts.iter().all(|count| count == "unknown"), "{words}: {unknown:?}");
    }
}
