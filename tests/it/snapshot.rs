//! The format of a configuration: read whole or refused by name, written without touching what did not change.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::Edited;
use amc_plan::example::generate;
use amc_plan::model::digest;
use amc_plan::population::Damage;
use amc_plan::site::file::seal;
use amc_plan::site::snapshot_file::SnapshotFile;
use serde_json::{Value, json};

fn text() -> String {
    generate(7).site
}

fn read_text(text: &str) -> Result<SnapshotFile, Damage> {
    SnapshotFile::read(text.as_bytes())
}

/// The example with something else in it, sealed again as a careless tool would: in place.
fn altered(from: &str, to: &str) -> String {
    let text = text();
    resealed(&text.edited_once(from, to))
}

/// Counts and digest made right for lines in whatever order.
fn resealed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(r#"{"kind":"end""#)).collect();
    let mut counts = BTreeMap::new();
    for line in &lines[1..] {
        if let Ok(value) = serde_json::from_str::<Value>(line) {
            *counts.entry(value["kind"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
    }
    let body = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let end = json!({"kind": "end", "counts": counts, "sha256": digest::of_bytes(body.as_bytes())});
    format!("{body}{end}\n")
}

/// What is said of a damaged configuration, with the line.
fn said(text: &str) -> String {
    match read_text(text) {
        Ok(_) => "nothing".to_owned(),
        Err(Damage::Broken { line, what, help }) => {
            assert!(!help.is_empty());
            format!("{}: {what}", line.unwrap_or(0))
        }
        Err(Damage::Read(error)) => error.to_string(),
    }
}

#[test]
fn what_was_read_is_written_byte_for_byte() {
    let text = text();
    let file = read_text(&text).unwrap();
    assert!(file.text() == text);
    assert!(SnapshotFile::new(file.into_snapshot()).text() == text);
}

#[test]
fn spelling_order_and_unknown_things_are_kept() {
    let odd = text()
        .edited_once(
            r#"{"kind":"mail","key":"mail","#,
            r#"{ "key": "mail", "kind": "mail", "routes": [1.50, {"b":1,"a":null}], "#,
        )
        .edited_once(r#"{"kind":"tag""#, "{\"kind\":\"survey-note\",\"key\":\"a\",  \"x\": 1e2}\n{\"kind\":\"tag\"")
        .edited_once(r#""format":"1.1""#, r#""format":"1.7","later":true"#);
    let odd = resealed(&odd).edited_once(r#"{"kind":"end","#, r#"{"kind":"end","signed":"no","#);
    let file = read_text(&odd).unwrap();
    assert_eq!(file.text().lines().collect::<Vec<_>>()[..80], odd.lines().collect::<Vec<_>>()[..80]);
    let mail = file.snapshot().state.mail.clone().unwrap();
    assert_eq!(mail.extra["routes"], json!([1.5, {"b": 1, "a": null}]));
    let mut state = file.snapshot().state.clone();
    state.mail.as_mut().unwrap().simulated = true.into();
    let new = file.text_with(&state);
    assert_eq!(
        differing(&odd, &new),
        [
            r#"{"key":"mail","kind":"mail","routes":[1.5,{"b":1,"a":null}],"transport":"fluent-smtp","simulated":true,"sender_domain":"bloom.example"}"#
        ]
    );
    assert!(new.contains(r#""signed":"no""#) && new.contains("\"x\": 1e2"));
}

/// Lines of the second text that the first one lacks, the end record aside.
fn differing<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let old: BTreeSet<&str> = old.lines().collect();
    new.lines().filter(|line| !old.contains(line) && !line.contains(r#""kind":"end""#)).collect()
}

#[test]
fn every_damage_has_its_name() {
    let text = text();
    let lines: Vec<&str> = text.lines().collect();
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().join("\n") + "\n";
    let swapped = {
        let mut all = lines.clone();
        all.swap(3, 4);
        all.join("\n") + "\n"
    };
    let twice = {
        let mut all = lines.clone();
        all.insert(3, lines[2]);
        all.join("\n") + "\n"
    };
    let last = lines.len();
    let cases = [
        (String::new(), "1: it is not a snapshot: it is empty".to_owned()),
        ("{}\n".into(), "1: it is not a snapshot: its first record is of another kind".into()),
        ("{\"capture\":{\"format\":1}}\n".into(), "1: it is not a snapshot: it is a capture, of which a site file is made first".into()),
        ("{\"inventory\":{\"format\":1}}\n".into(), "1: it is not a snapshot: it is an inventory, which holds names and shapes and no values".into()),
        ("{\"error\":{}}\n".into(), "1: it is not a snapshot: it is what the collector wrote when it failed".into()),
        ("PK\n".into(), "1: it is not a snapshot: in the first line, it is not valid JSON (column 1)".into()),
        (generate(7).population, "1: it is not a snapshot: it is a population".into()),
        (text[..text.len() - 1].into(), format!("{last}: the last line is incomplete: the file is cut off, or its \
        last newline is missing")),
        (text[..2_000].into(), format!("{}: the last line is incomplete: the file is cut off, or its last newline is \
        missing", text[..2_000].lines().count())),
        (lines[..20].join("\n") + "\n", "0: it has no end record: the file is cut off".into()),
        (format!("{text}{{}}\n"), format!("{}: there is more after the end record", last + 1)),
        (swapped, "5: the records are not in order of kind and key".into()),
        (twice, "4: this `administrator` record is there twice".into()),
        (without(9), format!("{}: the end record counts 8 `offering` records, and there are 7", last - 1)),
        (text.edited_once("Bloom Coaching", "Bloom coaching"), format!("{last}: the digest does not match: the file was changed after it was written")),
        (altered(r#""format":"1.1""#, r#""format":"2.0""#), "1: its format is 2.x, and this build reads 1.x".into()),
        (altered(r#""format":"1.1""#, r#""format":"new""#), "1: it is not a snapshot: its format is no version such as `1.0`".into()),
        (altered(r#""host":"staging.bloom.example","#, ""), "1: the record does not fit: missing field `host`".into()),
        (altered(r#"{"kind":"crm","#, r#"{"kind":"crm""#), "5: it is not valid JSON (column 14)".into()),
        (altered(r#""key":"crm","#, ""), "5: the record has no key".into()),
        (altered(r#""key":"crm""#, r#""key":5"#), "5: the record's key is not text".into()),
        (altered(r#""key":"crm""#, r#""key":"ontraport""#), "5: the key of this `crm` is not the name of the kind, as a site has only one such object".into()),
        (altered(r#"{"kind":"crm","#, r#"{"#), "5: the record has no kind".into()),
        (altered(r#""managed":false"#, r#""managed":false,"managed":true"#), "5: the record does not fit: a field is there twice (column 114)".into()),
        (altered(r#""connected":true"#, r#""connected":"ada@member.example""#), "5: the fields of this `crm` do not fit in `connected`: expected a boolean".into()),
        (altered(r#""welcome":"none""#, r#""welcome":"ada@member.example""#), "6: the fields of this `emails` do not fit in `welcome`: expected one of `none`, `purchases`, `purchases-and-opt-ins`".into()),
        (altered(r#""name":"Alumni","#, r#""name":"Old Alumni","#), "10: the key of this `offering` is not the slug of its name".into()),
        (altered(r#""target":"productId=12""#, r#""target":"productId=13""#), "80: the key of this `webhook` is not its command and target".into()),
        (altered(r#"{"kind":"crm","key":"crm""#, r#"{"kind":"contact","key":"1""#), "5: a `contact` record is in the \
        configuration, which may be shared".into()),
    ];
    for (text, what) in cases {
        assert_eq!(said(&text), what);
    }
    let latin = [b"{\"kind\":\"snapshot\",\"format\":\"1.0\"".as_slice(), b"\xe9\n"].concat();
    assert_eq!(SnapshotFile::read(&latin[..]).unwrap_err().to_string(), "it is not UTF-8 (byte 34 of the line)");
}

#[test]
fn no_cut_passes_for_the_whole() {
    let text = text();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(7) {
        assert_ne!(said(&text[..end]), "nothing", "cut at byte {end}");
    }
}

#[test]
fn sealing_sorts_counts_and_digests() {
    let text = text();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    lines[1..].reverse();
    assert!(seal(&lines.join("\r\n\n")).unwrap() == text, "without an end, a last newline, an order");
    assert!(seal(&text).unwrap() == text);
    lines.push(lines[1]);
    assert_eq!(seal(&lines.join("\n")).unwrap_err().to_string(), "this `webhook` record is there twice");
    let population = generate(7).population;
    let mut lines: Vec<&str> = population.lines().collect();
    lines[1..].reverse();
    assert!(seal(&lines.join("\n")).unwrap() == population);
    assert!(seal("{}").is_err() && seal("").is_err());
}
