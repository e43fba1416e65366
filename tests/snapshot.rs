//! A site in a file: read whole or refused by name, written without touching what did not change.

use std::fs;
use std::path::{Path, PathBuf};

use amc_plan::change::{Change, inverse, read};
use amc_plan::example::generate;
use amc_plan::model::population::Questions;
use amc_plan::model::state::Kind;
use amc_plan::model::{On, digest};
use amc_plan::population::Damage;
use amc_plan::site::file::{FileSite, save, seal, seal_file};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Executor, Site, SiteError};
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
    assert!(text.contains(from), "{from}");
    resealed(&text.replacen(from, to, 1))
}

/// Counts and digest made right for lines in whatever order.
fn resealed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(r#"{"kind":"end""#)).collect();
    let mut counts = std::collections::BTreeMap::new();
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

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

/// The example in a folder of its own, with another configuration.
fn place(site: &str) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bloom.site.ndjson");
    fs::write(&path, site).unwrap();
    fs::write(folder.path().join("bloom.population.ndjson"), generate(7).population).unwrap();
    Place { path, _folder: folder }
}

/// Welcome e-mails switched on.
fn welcome(site: &mut FileSite) -> Change {
    let state = site.read(&Questions::default()).unwrap().snapshot.state;
    let on = On::only(Kind::Emails);
    let before = read(&state, &on);
    Change {
        on,
        before,
        after: Some(json!({"enabled": true, "welcome": "purchases"})),
        cause: "/emails/welcome".into(),
    }
}

fn damaged(result: Result<impl Sized, SiteError>) -> String {
    match result.err() {
        Some(SiteError::Damaged { what, help, .. }) if !help.is_empty() => what,
        other => panic!("not damaged: {other:?}"),
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
        .replacen(
            r#"{"kind":"mail","key":"mail","#,
            r#"{ "key": "mail", "kind": "mail", "routes": [1.50, {"b":1,"a":null}], "#,
            1,
        )
        .replacen(r#"{"kind":"tag""#, "{\"kind\":\"survey-note\",\"key\":\"a\",  \"x\": 1e2}\n{\"kind\":\"tag\"", 1)
        .replacen(r#""format":"1.0""#, r#""format":"1.7","later":true"#, 1);
    let odd = resealed(&odd).replacen(r#"{"kind":"end","#, r#"{"kind":"end","signed":"no","#, 1);
    let file = read_text(&odd).unwrap();
    assert_eq!(file.text().lines().collect::<Vec<_>>()[..80], odd.lines().collect::<Vec<_>>()[..80]);
    let mail = file.snapshot().state.mail.clone().unwrap();
    assert_eq!(mail.extra["routes"], json!([1.5, {"b": 1, "a": null}]));
    let mut state = file.snapshot().state.clone();
    state.mail.as_mut().unwrap().simulated = Some(true);
    let new = file.text_with(&state);
    assert_eq!(
        differing(&odd, &new),
        [r#"{"key":"mail","kind":"mail","routes":[1.5,{"b":1,"a":null}],"transport":"fluent-smtp","simulated":true}"#]
    );
    assert!(new.contains(r#""signed":"no""#) && new.contains("\"x\": 1e2"));
}

/// Lines of the second text that the first one lacks, the end record aside.
fn differing<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let old: std::collections::BTreeSet<&str> = old.lines().collect();
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
        ("PK\n".into(), "1: it is not a snapshot: in the first line, it is not valid JSON (column 1)".into()),
        (generate(7).population, "1: it is not a snapshot: it is a population".into()),
        (text[..text.len() - 1].into(), format!("{last}: the last line is not whole: the file is cut, or its last newline is missing")),
        (text[..2_000].into(), "10: the last line is not whole: the file is cut, or its last newline is missing".into()),
        (lines[..20].join("\n") + "\n", "0: it has no end record: the file is cut".into()),
        (format!("{text}{{}}\n"), format!("{}: there is more after the end record", last + 1)),
        (swapped, "5: the records are not in order of kind and key".into()),
        (twice, "4: this `administrator` record is there twice".into()),
        (without(9), format!("{}: the end record counts 8 `offering` records, and there are 7", last - 1)),
        (text.replacen("Bloom Coaching", "Bloom coaching", 1), format!("{last}: the digest does not match: the file was changed after it was written")),
        (altered(r#""format":"1.0""#, r#""format":"2.0""#), "1: its format is 2.x, and this build reads 1.x".into()),
        (altered(r#""format":"1.0""#, r#""format":"new""#), "1: it is not a snapshot: its format is no version such as `1.0`".into()),
        (altered(r#""host":"staging.bloom.example","#, ""), "1: the record does not fit: missing field `host`".into()),
        (altered(r#"{"kind":"crm","#, r#"{"kind":"crm""#), "5: it is not valid JSON (column 14)".into()),
        (altered(r#""key":"crm","#, ""), "5: the record has no key".into()),
        (altered(r#""key":"crm""#, r#""key":5"#), "5: the record's key is not text".into()),
        (altered(r#""key":"crm""#, r#""key":"ontraport""#), "5: the key of this `crm` is not the kind's own name, as a site has one".into()),
        (altered(r#"{"kind":"crm","#, r#"{"#), "5: the record has no kind".into()),
        (altered(r#""managed":false"#, r#""managed":false,"managed":true"#), "5: the record does not fit: a field is there twice (column 109)".into()),
        (altered(r#""connected":true"#, r#""connected":"ada@member.example""#), "5: the fields of this `crm` do not fit in `connected`: expected a boolean".into()),
        (altered(r#""welcome":"none""#, r#""welcome":"ada@member.example""#), "6: the fields of this `emails` do not fit in `welcome`: expected one of `none`, `purchases`, `purchases-and-opt-ins`".into()),
        (altered(r#""name":"Alumni","#, r#""name":"Old Alumni","#), "10: the key of this `offering` is not the slug of its name".into()),
        (altered(r#""target":"productId=12""#, r#""target":"productId=13""#), "80: the key of this `webhook` is not its command and target".into()),
        (altered(r#"{"kind":"crm","key":"crm""#, r#"{"kind":"contact","key":"1""#), "5: a `contact` record stands in the configuration, which may be shared".into()),
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
fn a_change_changes_its_line_and_the_end() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let change = welcome(&mut site);
    assert_eq!(site.executor(&change), Executor::Automatic);
    site.execute(&change).unwrap();
    let new = fs::read_to_string(&place.path).unwrap();
    assert_eq!(
        differing(&text(), &new),
        [r#"{"kind":"emails","key":"emails","enabled":true,"welcome":"purchases","sender_name":"Bloom Coaching"}"#]
    );
    assert_eq!(new.lines().count(), text().lines().count());
    let beside = fs::read_to_string(place.path.with_file_name("bloom.population.ndjson")).unwrap();
    assert!(beside == generate(7).population);
    assert!(site.read(&Questions::default()).unwrap().census.is_some());
    assert!(matches!(site.execute(&change), Err(SiteError::Conflict(_))), "a second time it finds another value");
    for change in inverse(&[change]) {
        site.execute(&change).unwrap();
    }
    assert!(fs::read_to_string(&place.path).unwrap() == text(), "and back");
}

#[test]
fn a_form_is_made_in_its_place_and_taken_away_again() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let form = |key: &str, name: &str| Change {
        on: On::new(Kind::OptInForm, key),
        before: None,
        after: Some(json!({"name": name, "operations": [{"release": "foundations"}]})),
        cause: String::new(),
    };
    let made = form("library-card", "Library Card");
    site.execute(&made).unwrap();
    let new = fs::read_to_string(&place.path).unwrap();
    assert_eq!(
        differing(&text(), &new),
        [
            r#"{"kind":"opt-in-form","key":"library-card","name":"Library Card","operations":[{"release":"foundations"}]}"#
        ]
    );
    site.execute(&made.inverse()).unwrap();
    assert!(fs::read_to_string(&place.path).unwrap() == text());
    let what = damaged(site.execute(&form("library-card", "Another Name")));
    assert!(what.ends_with("the key of this `opt-in-form` is not the slug of its name"), "{what}");
    assert!(fs::read_to_string(&place.path).unwrap() == text());
}

#[test]
fn packed_files_are_read_and_written_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = read_text(&text()).unwrap().into_snapshot();
    fs::write(folder.path().join("x.population.ndjson"), generate(7).population).unwrap();
    for name in ["x.site.ndjson", "x.site.ndjson.zst", "x.site.ndjson.gz"] {
        let path = folder.path().join(name);
        save(&path, snapshot.clone()).unwrap();
        let packed = fs::metadata(&path).unwrap().len() < text().len() as u64 / 3;
        assert_eq!(packed, name != "x.site.ndjson");
        let mut site = FileSite::open(&path).unwrap();
        site.execute(&welcome(&mut site.clone())).unwrap();
        let reading = site.read(&Questions::default()).unwrap();
        assert_eq!(reading.snapshot.state.emails.unwrap().welcome, Some(amc_plan::model::plan::Welcome::Purchases));
        assert_eq!(reading.census.unwrap().members, 240);
        if packed {
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            assert!(site.read(&Questions::default()).is_err());
            fs::write(&path, text()).unwrap();
            assert!(damaged(site.read(&Questions::default())).starts_with("it cannot be unpacked"));
        }
    }
}

#[test]
fn the_population_must_be_the_one_it_was_taken_with() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let beside = place.path.with_file_name("bloom.population.ndjson");
    fs::write(&beside, generate(8).population).unwrap();
    let what = damaged(site.read(&Questions::default()));
    assert_eq!(what, "it is not the population that the configuration beside it was taken with");
    fs::write(&beside, &generate(7).population[..5_000]).unwrap();
    assert!(matches!(site.read(&Questions::default()), Err(SiteError::Damaged { path, .. }) if path == beside));
    fs::remove_file(&beside).unwrap();
    assert!(site.read(&Questions::default()).unwrap().census.is_none());
    let alone: String =
        text().lines().filter(|line| !line.contains(r#""kind":"population""#)).map(|l| format!("{l}\n")).collect();
    fs::write(&place.path, seal(&alone).unwrap()).unwrap();
    fs::write(&beside, generate(7).population).unwrap();
    assert_eq!(
        damaged(site.read(&Questions::default())),
        "the configuration beside it holds no digest of a population"
    );
    seal_file(&place.path).unwrap();
    assert!(fs::read_to_string(&place.path).unwrap() == text());
    assert!(site.read(&Questions::default()).unwrap().census.is_some());
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

#[test]
fn nothing_but_a_regular_file_is_opened() {
    let place = place(&text());
    let folder = place.path.parent().unwrap();
    assert!(matches!(FileSite::open(folder), Err(SiteError::File { act: "read", .. })));
    assert!(matches!(FileSite::open(folder.join("none")), Err(SiteError::File { act: "read", .. })));
    #[cfg(unix)]
    {
        let link = folder.join("link.site.ndjson");
        std::os::unix::fs::symlink(&place.path, &link).unwrap();
        assert!(matches!(FileSite::open(&link), Err(SiteError::File { .. })));
        assert!(FileSite::open("/dev/null").is_err());
        let beside = place.path.with_file_name("bloom.population.ndjson");
        fs::remove_file(&beside).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &beside).unwrap();
        assert!(FileSite::open(&place.path).unwrap().read(&Questions::default()).is_err());
    }
}

#[cfg(unix)]
#[test]
fn a_write_keeps_permissions_and_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = place(&text());
    let folder = place.path.parent().unwrap();
    let mut site = FileSite::open(&place.path).unwrap();
    for wanted in [0o640, 0o600] {
        fs::set_permissions(&place.path, fs::Permissions::from_mode(wanted)).unwrap();
        let change = welcome(&mut site);
        site.execute(&change).unwrap();
        assert_eq!(mode(&place.path), wanted);
        site.execute(&change.inverse()).unwrap();
    }
    save(&folder.join("new.site.ndjson"), read_text(&text()).unwrap().into_snapshot()).unwrap();
    assert_eq!(mode(&folder.join("new.site.ndjson")), 0o600);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
    let change = welcome(&mut site);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
    // Whoever may write anywhere is not stopped by a folder.
    if site.execute(&change).is_err() {
        assert!(fs::read_to_string(&place.path).unwrap() == text());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
}

mod any {
    //! Whatever a site may hold comes back as it was.

    use amc_plan::model::snapshot::{FORMAT, PopulationDigest};
    use amc_plan::model::state::{Emails, Module, Offering, Operation, OrderForm, Plugin, Tag, Webhook};
    use amc_plan::model::text::slug;
    use amc_plan::model::{Capture, Header, How, Release, Snapshot, State};
    use amc_plan::site::snapshot_file::SnapshotFile;
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                btree_map("\\PC{0,6}", inner, 0..4).prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    fn extra() -> impl Strategy<Value = Map<String, Value>> {
        btree_map("x_\\PC{0,6}", value(), 0..3).prop_map(|all| all.into_iter().collect())
    }

    fn name() -> impl Strategy<Value = String> {
        ".{0,4}\\w.{0,12}".prop_filter("a name has a letter", |name| !slug(name).is_empty())
    }

    fn release() -> impl Strategy<Value = Release> {
        prop_oneof![
            Just(Release::Immediately),
            Just(Release::ByHand),
            (1_u32..9_999).prop_map(|days| Release::After { days }),
            "on .{0,8}".prop_map(Release::Other),
        ]
    }

    fn operation() -> impl Strategy<Value = Operation> {
        prop_oneof![
            ".{0,8}".prop_map(Operation::Release),
            ".{0,8}".prop_map(Operation::Grant),
            vec(".{0,8}", 0..3).prop_map(Operation::AddTags),
            ".{0,8}".prop_map(Operation::Other),
        ]
    }

    fn offering() -> impl Strategy<Value = Offering> {
        let module = (any::<u32>(), ".{0,9}", option::of(release()), option::of(".{0,9}"), extra())
            .prop_map(|(number, name, release, tag, extra)| Module { number, name, release, tag, extra });
        (option::of(".{0,9}"), name(), vec(module, 0..4), btree_map(".{0,6}", ".{0,9}", 0..3), extra())
            .prop_map(|(id, name, modules, tags, extra)| Offering { id, name, system: None, modules, tags, extra })
    }

    fn order_form() -> impl Strategy<Value = OrderForm> {
        (name(), vec(operation(), 0..4), option::of(".{0,9}"), any::<bool>(), extra()).prop_map(
            |(name, operations, price, recurring, extra)| OrderForm {
                id: None,
                name,
                operations,
                after_final_retry: None,
                price,
                gateway: None,
                recurring,
                extra,
            },
        )
    }

    fn state() -> impl Strategy<Value = State> {
        let emails =
            option::of((any::<bool>(), extra()).prop_map(|(enabled, extra)| Emails { enabled, welcome: None, extra }));
        let plugin = (any::<bool>(), extra()).prop_map(|(active, extra)| Plugin { version: None, active, extra });
        let webhook = ("aal_[a-z]{1,9}", option::of("[a-zA-Z]{1,9}=[0-9]{1,3}"), option::of(any::<u64>()));
        (
            vec(offering(), 0..4),
            vec(order_form(), 0..4),
            emails,
            btree_map(".{1,9}", plugin, 0..3),
            btree_map(".{1,9}", extra().prop_map(|extra| Tag { id: None, extra }), 0..4),
            vec(webhook, 0..4),
        )
            .prop_map(|(offerings, order_forms, emails, plugins, tags, webhooks)| State {
                offerings: offerings.into_iter().map(|offering| (slug(&offering.name), offering)).collect(),
                order_forms: order_forms.into_iter().map(|form| (slug(&form.name), form)).collect(),
                emails,
                plugins,
                tags,
                webhooks: webhooks
                    .into_iter()
                    .map(|(command, target, calls)| {
                        let key = target.as_ref().map_or(command.clone(), |target| format!("{command}?{target}"));
                        (key, Webhook { command, target, last_called: None, calls, extra: Map::new() })
                    })
                    .collect(),
                ..State::default()
            })
    }

    fn snapshot(state: State) -> Snapshot {
        let header = Header {
            format: FORMAT.to_owned(),
            host: "staging.bloom.example".to_owned(),
            collector: "survey".to_owned(),
            collector_version: "0.1.0".to_owned(),
            taken_at: "2026-11-21T06:12:00Z".to_owned(),
            sections: [("offering".to_owned(), Capture::How(How::Survey))].into(),
        };
        let population = Some(PopulationDigest { counts: [("contact".to_owned(), 3)].into(), sha256: "0".repeat(64) });
        Snapshot { header, state, population }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_state_comes_back(state in state()) {
            let snapshot = snapshot(state);
            let text = SnapshotFile::new(snapshot.clone()).text();
            let file = SnapshotFile::read(text.as_bytes()).unwrap();
            prop_assert_eq!(file.snapshot(), &snapshot);
            prop_assert_eq!(file.text(), text);
        }

        #[test]
        fn one_state_written_over_another_is_read_as_the_new(old in state(), new in state()) {
            let file = SnapshotFile::new(snapshot(old));
            let text = file.text_with(&new);
            let again = SnapshotFile::read(text.as_bytes()).unwrap();
            prop_assert_eq!(&again.snapshot().state, &new);
        }

        #[test]
        fn no_bytes_make_it_fall(bytes in vec(any::<u8>(), 0..400)) {
            prop_assert!(SnapshotFile::read(&bytes[..]).is_err());
        }
    }
}
