//! What is personal stays masked in every format, and text from a plan or a site is data at every sink.

use std::path::Path;

use crate::common::{copy_of_plans, plan, steers, this_time};
use crate::place::Edited;
use amc_plan::diag::{Document, Finding};
use amc_plan::output::human::{self, Style};
use amc_plan::output::{Report, concise, github, gitlab, json, json_lines, junit, markdown, rdjson, sarif};
use amc_plan::rules::{Judgement, Phase};
use amc_plan::shape::{self, Sources};
use amc_plan::text::{Limits, compose_bytes};
use proptest::prelude::*;

/// A word that no output may hold.
const CANARY: &str = "canary@secret";

/// Contacts' values as a file, the word in every place that is about a person.
const VALUES: &str = r#"# canary@secret wrote this
"10019": # canary@secret
  first_name: "canary@secret"
  last_name: canary@secret # canary@secret
  email: 'canary@secret'
  tags: [canary@secret, "x, canary@secret"]
"10079":
  first_name: |
    canary@secret
    and canary@secret
  email: canary@secret
  affiliate: canary@secret
  orders: ["5014", canary@secret] # canary@secret
"#;

/// What turns a value into a mistake of each kind: put before it, behind it, or in its place.
const SPOILERS: &[&str] = &[
    "&canary@secret ",
    "*canary@secret ",
    "!canary@secret ",
    "\"",
    "'",
    "[",
    "{",
    "]",
    "}",
    ": ",
    ":\n",
    ", ",
    "\t",
    "#",
    "? ",
    "- ",
    "|",
    "<<: ",
    "canary@secret: ",
    "%canary@secret\n",
    "\n--- canary@secret\n",
    "\u{0}",
    "\u{202e}",
    "~: ",
    "1e999 ",
    "{canary@secret: canary@secret, canary@secret: 1} ",
    "first_name: ",
    "\"10019\": {email: canary@secret}\n",
];

/// Every format of what is found in a plan and in the file of contacts' values beside it.
fn shown(plan: &[u8], contacts: Option<&[u8]>) -> Vec<String> {
    let limits = Limits::default();
    let read = |bytes: &[u8], document| {
        let (source, tree, problems) = compose_bytes("p.yaml", bytes.to_vec(), &limits);
        let mut findings = shape::problems(problems, &source, tree.as_ref(), document);
        if let Some(tree) = &tree {
            let mut misfits = match document {
                Document::Plan => shape::plan(tree).1,
                Document::Contacts => shape::contact_values(tree).1,
                Document::Adapter => shape::adapter(tree).1,
                Document::Mapping => shape::mapping(tree).1,
                Document::Rules => shape::rules(tree).1,
            };
            shape::without_echoes(&mut misfits, &findings, tree);
            findings.extend(misfits);
        }
        ((source, tree), findings)
    };
    let (text, mut findings) = read(plan, Document::Plan);
    let beside = contacts.map(|bytes| read(bytes, Document::Contacts));
    let (beside, of_contacts): (Option<_>, Vec<Vec<Finding>>) = match beside {
        Some((text, findings)) => (Some(text), vec![findings]),
        None => (None, Vec::new()),
    };
    findings.extend(of_contacts.into_iter().flatten());
    let sources = Sources::new(text, beside, false);
    let judgement = Judgement::unread(findings);
    let report = Report {
        judgement: &judgement,
        gate: Phase::Configure,
        path: "p.yaml",
        plan: None,
        site: None,
        live: None,
        changes: 0,
        not_compared: 0,
        sources: &sources,
        show_personal: false,
        reading: None,
        after: None,
        own: &amc_plan::rules::OwnRules::default(),
        proofs: None,
        lifted: &[],
        suggested: None,
        folder: Path::new(""),
    };
    let mut outs = [const { Vec::new() }; 10];
    let all = std::slice::from_ref(&report);
    human::render(&report, Style { color: false, width: 200, most: 60, hints: true }, &mut outs[0]).unwrap();
    concise::render(&report, &mut outs[1]).unwrap();
    json::render(&report, &mut outs[2]).unwrap();
    json_lines::render(all, &mut outs[3]).unwrap();
    sarif::render(all, &mut outs[4]).unwrap();
    github::render(all, &mut outs[5]).unwrap();
    gitlab::render(all, &mut outs[6]).unwrap();
    junit::render(all, &mut outs[7]).unwrap();
    rdjson::render(all, &mut outs[8]).unwrap();
    markdown::render(all, &mut outs[9]).unwrap();
    outs.into_iter().map(|out| String::from_utf8(out).unwrap()).collect()
}

#[track_caller]
fn hides(plan: &str, contacts: Option<&str>) {
    for out in shown(plan.as_bytes(), contacts.map(str::as_bytes)) {
        let holds = out.contains("canary") || out.contains("secret");
        assert!(!holds, "\n--- plan\n{plan}\n--- contacts\n{}\n--- shown\n{out}", contacts.unwrap_or_default());
        assert_eq!(steers(&out), None, "{out}");
    }
}

/// A plan with the values in itself, under a section before and one behind.
fn inline(values: &str) -> String {
    let values: String = values.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "version: 2\ncontacts:\n  values:\n{values}  list: {{\"10019\": canary@secret}} # canary@secret\nbackup: {{of: lvie}}\n"
    )
}

#[test]
fn values_stay_masked_whatever_is_wrong_with_them() {
    hides("version: 2\n", Some(VALUES));
    hides(&inline(VALUES), None);
    let tried = this_time("CASES", 3);
    for (turn, (at, _)) in VALUES.match_indices(CANARY).enumerate() {
        for (index, spoiler) in SPOILERS.iter().enumerate().filter(|(index, _)| tried(turn + index)) {
            let place = if (turn + index) % 2 == 0 { at } else { at + CANARY.len() };
            let spoilt = format!("{}{spoiler}{}", &VALUES[..place], &VALUES[place..]);
            hides("version: 2\n", Some(&spoilt));
            hides(&inline(&spoilt), None);
        }
    }
}

#[test]
fn a_section_of_contacts_is_known_however_it_is_written() {
    let section = "{values: {\"1\": {email: canary@secret, tags: canary@secret}}, list: {\"1\": [canary@secret]}}";
    for plan in [
        format!("contacts: {section}\n"),
        format!("\"contacts\" : {section} # canary@secret\n"),
        format!("{{version: 2, contacts: {section}, backup: 1}}\n"),
        format!("contact: {section}\n"),
        format!("contcats: {section}\n"),
        format!("contacts: {{}}\nversion: 2\ncontacts: {section}\nbackup: 1\n"),
        format!("version: 2\ncontacts: {section}\nbackup: [\n"),
        format!("{{version: 2, \"contacts\": {section}, backup: [\n"),
        format!("version: 2\n---\ncontacts: {section}\n"),
        format!("<<: {{contacts: {section}}}\nversion: 2\n"),
        format!("contacts: &a {section}\nversion: *a\n"),
        format!("contacts: !x {section}\nversion: 2\n"),
        "contacts: canary@secret\n".to_owned(),
        "contacts: [canary@secret]\n".to_owned(),
        "spot_check: {list: canary@secret}\n".to_owned(),
        "spot_check: {values: 5, canary@secret: 1}\n".to_owned(),
    ] {
        hides(&plan, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_of_the_values_shows_them(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..SPOILERS.len(), 0usize..4), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut text = VALUES.to_owned();
        for (at, spoiler, removed) in edits {
            // Only between words: a word cut in two is not that word any more.
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).filter(|&at| !inside_word(&text, at)).collect();
            let at = ends[at.index(ends.len())];
            let end = (at + removed).min(text.len());
            let end = if text.is_char_boundary(end) && !inside_word(&text, end) { end } else { at };
            text.replace_range(at..end, SPOILERS[spoiler]);
        }
        if let Some(cut) = cut {
            let mut at = cut.index(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            text.truncate(at);
        }
        hides("version: 2\n", Some(&text));
    }
}

fn inside_word(text: &str, at: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '@' || c == '_';
    text[..at].ends_with(word) && text[at..].starts_with(word)
}

// ---- the real binary ----

/// Every way to say something about a plan, with what each says.
fn every_output(folder: &Path, name: &str) -> Vec<(String, String)> {
    let site = "bloom-coaching.site.ndjson";
    let mut all = Vec::new();
    for format in crate::formats::ALL {
        for reading in [&["--site", site][..], &["--no-site"]] {
            all.push([&["check", name, "--format", format, "--gate", "go-live"], reading].concat());
        }
    }
    for format in ["human", "json", "markdown"] {
        all.push(vec!["diff", name, "--site", site, "--format", format]);
    }
    all.push(vec!["diff", name, "--no-site"]);
    all.push(vec!["apply", name, "--site", site, "--no-input"]);
    let run = |args: Vec<&str>| {
        let ran = plan(folder, &args);
        assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
        (args.join(" "), ran.out + &ran.err)
    };
    all.into_iter().map(run).collect()
}

fn values_file(folder: &Path, text: &str) {
    std::fs::write(folder.join("private/bloom-coaching.contacts.yaml"), text).unwrap();
}

#[test]
fn no_verb_prints_a_contact() {
    let folder = copy_of_plans();
    let real = std::fs::read_to_string(folder.path().join("private/bloom-coaching.contacts.yaml")).unwrap();
    let personal = ["Hazel", "jonah", "अनन्या", "iris.vanderlinde2", "aff-linden"];
    let spoilt = [
        real.clone(),
        VALUES.to_owned(),
        real.edited("Hazel", "Hazle").edited("5225", "9999"),
        real.edited("\"Jonah\"", "\"Jonah"),
        real.edited("email: ", "emial: "),
        real.edited("first_name: \"Jonah\"", "first_name: [Jonah]"),
        real.edited("\"10703\":", "\"10019\":"),
        real.edited("\"10703\":", "jonah@x.example:"),
    ];
    for text in spoilt {
        values_file(folder.path(), &text);
        for (args, out) in every_output(folder.path(), "bloom-coaching.yaml") {
            let held = personal.iter().chain(["canary", "Jonah"].iter()).find(|word| out.contains(**word));
            assert_eq!(held, None, "{args}: {out}");
        }
    }
    values_file(folder.path(), &real.edited("\"Hazel\"", "\"Hazle\""));
    let args = ["check", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--show-personal"];
    let out = plan(folder.path(), &args).out;
    assert!(out.contains("Hazle") && out.contains("Hazel"), "{out}");
}

/// A name that tries to be something else in each sink.
const HOSTILE: &str = "x\u{1b}[31m\u{202e}\u{9b}2J</details></summary><img src=x>@octocat #1 `a` ``` | **b** [c](d) https://e.example\r\n::error::f";

#[test]
fn text_of_a_plan_and_a_site_is_data() {
    let folder = copy_of_plans();
    let site = folder.path().join("bloom-coaching.site.ndjson");
    let name = serde_json::to_string(HOSTILE).unwrap();
    let text = std::fs::read_to_string(&site).unwrap();
    let slug = amc_plan::model::text::slug(HOSTILE);
    let hostile = text
        .edited("\"Mini Course Webinar Signup\"", &name)
        .edited("\"mini-course-webinar-signup\"", &format!("\"{slug}\""))
        .edited("\"Summit 2019\"", &name)
        .edited("\"summit-2019\"", &format!("\"{slug}\""))
        .edited("\"collector_version\":\"0.1.0\"", &format!("\"collector_version\":{name}"))
        .edited("\"name\":\"Boundaries\"", &format!("\"name\":{name}"))
        .edited("\"aal_genpass\"", &name);
    assert_ne!(hostile, text);
    std::fs::write(&site, hostile).unwrap();
    let sealed = plan(folder.path(), &["snapshot", "finalize", "bloom-coaching.site.ndjson"]);
    assert_eq!(sealed.code, 0, "{}", sealed.err);
    let good = std::fs::read_to_string(folder.path().join("bloom-coaching.yaml")).unwrap();
    let yaml_name = name.edited("\\r\\n", "\\n");
    let at_home = good
        .edited("  mini-course-webinar-signup: {", &format!("  {slug}: {{name: {yaml_name}, "))
        .edited("summit-2019: archived", &format!("{slug}: archived"))
        .edited("module: Boundaries", &format!("module: {yaml_name}"));
    let plans = [
        good.clone(),
        at_home,
        good.edited("mini-course-webinar-signup: {", &format!("mini-course-webinar-signup: {{name: {yaml_name}, ")),
        good.edited("  foundations:\n", &format!("  foundations:\n    name: {yaml_name}\n")),
        good.edited("Bloom Coaching, off Ontraport", HOSTILE),
        good.edited("summit-2019: archived", &format!("{yaml_name}: archived")),
        good.edited("access_through: team", &format!("access_through: {yaml_name}")),
        good.edited("  aal_genpass:\n", &format!("  aal_genpass:\n    calls: {yaml_name}\n")),
        good.edited("transport: fluent-smtp", &format!("{yaml_name}: 1, {yaml_name}: 1")),
        good.edited("values: private/bloom-coaching.contacts.yaml", &format!("values: {yaml_name}")),
        good.edited("who: jo", &format!("who: {yaml_name}")),
        good.edited("release: [mini-course]", &format!("release: [{yaml_name}]")),
        good.edited("paid_until: \"2027-01-31\"", &format!("paid_until: &{HOSTILE}")),
        good.edited("live: https://bloom.example", &format!("live: {}", name.edited("\"x", "\"https://x"))),
    ];
    let tried = this_time("CASES", 3);
    for (number, text) in plans.iter().enumerate() {
        assert!(number == 0 || *text != good, "plan {number}");
        if !tried(number) {
            continue;
        }
        std::fs::write(folder.path().join("p.yaml"), text).unwrap();
        for (args, out) in every_output(folder.path(), "p.yaml") {
            assert_eq!(steers(&out), None, "plan {number}, {args}: {out}");
            let is_of_commands = args.contains("--format github");
            assert!(is_of_commands || !out.lines().any(|line| line.starts_with("::")), "plan {number}, {args}: {out}");
            if args.contains("json") && !args.contains("json-lines") && out.starts_with('{') {
                serde_json::from_str::<serde_json::Value>(out.split("\nplan: ").next().unwrap()).unwrap();
            }
            if args.contains("markdown") && out.starts_with("<!--") {
                // What standard error says is no part of it.
                super::comment::is_inert(out.split("\nattention: ").next().unwrap());
                assert!(
                    number != 1 || args.starts_with("check") || out.contains("**change opt-in-form** `x-31m"),
                    "{out}"
                );
            }
        }
    }
}
