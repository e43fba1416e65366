//! `plan snapshot from-capture` as a person runs it: what it says beside the files, and that it writes both or none.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::place::program;

/// A capture of tables: the name of each, its columns, its rows.
fn capture(adapters: &Value, options: &[&str], tables: &[(&str, &[&str], &[Value])]) -> String {
    let mut lines = vec![json!({"capture": {
        "format": 1, "plugin": {"name": "plan-bridge", "version": "0.1.0", "sha256": "5f2c"},
        "request": {"sha256": "77ab", "adapters": adapters}, "taken_at": "2026-11-21T06:12:00Z",
        "versions": {"wordpress": "6.8.7", "php": "8.2.31", "database": "10.11.14-MariaDB"}, "multisite": false, "object_cache": false,
        "site": {"home": "https://staging.bloom.example", "url": "https://staging.bloom.example", "host": "staging.bloom.example",
            "environment": "staging", "blog": 1, "locale": "en_US", "timezone": "UTC"},
        "before": {"users": 0, "posts": 0}
    }})];
    lines.push(json!({"source": {"kind": "option", "of": options, "engine": "InnoDB", "expected": 0}}));
    let mut rows_of_all = 0;
    for (name, columns, rows) in tables {
        rows_of_all += rows.len();
        lines.push(json!({"source": {"kind": "table", "of": [name], "columns": columns, "engine": "InnoDB", "expected": rows.len()}}));
        lines.push(json!({"table": {"name": name, "scope": "site", "columns": columns, "rows": rows}}));
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    let counts = json!({"table": rows_of_all});
    format!(
        "{text}{}\n",
        json!({"end": {"counts": counts, "expected": {"option": 0, "table": rows_of_all}, "sha256": digest}})
    )
}

const SHOP: &str = "version: 1
name: shop
about: A test's own.
objects:
  offering:
    evidence: inferred
    source: a test
    from: {table: levels}
    id: {at: /id}
    fields: {name: {at: /name}}
  charging-guard:
    evidence: inferred
    source: a test
    from: {option: shop_setings}
    fields: {enabled: {at: /sandbox, as: flag, default: false}}
  order:
    evidence: inferred
    source: a test
    from: {table: orders}
    key: {at: /id}
    fields: {contact: {at: /user_id}}
";

/// Runs it in a folder, with this adapter, on a capture with these names of levels.
fn run(folder: &Path, adapter: &str, names: &[&str]) -> Output {
    fs::write(folder.join("a.yaml"), adapter).unwrap();
    let asked = program().args(["adapter", "request"]).arg(folder.join("a.yaml")).output().unwrap();
    let request: Value = serde_json::from_slice(&asked.stdout).unwrap();
    let levels: Vec<Value> = names.iter().enumerate().map(|(at, name)| json!([format!("{}", 7 + at), name])).collect();
    let tables: [(&str, &[&str], &[Value]); 2] =
        [("levels", &["id", "name"], &levels), ("orders", &["id", "user_id"], &[json!(["5", "2"])])];
    let text = capture(&request["adapters"], &["_accessally_offering_*", "shop_setings"], &tables);
    fs::write(folder.join("a.capture.ndjson"), text).unwrap();
    let mut command = program();
    command.args(["snapshot", "from-capture"]).arg(folder.join("a.capture.ndjson")).arg("--adapter");
    command.arg(folder.join("a.yaml")).arg("--out").arg(folder.join("a.site.ndjson")).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_no_character_of_can_be_in_a_key_is_known_by_its_id() {
    let place = tempfile::tempdir().unwrap();
    let ran = run(place.path(), SHOP, &["Gold", "\u{1F680}"]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let site = fs::read_to_string(place.path().join("a.site.ndjson")).unwrap();
    assert!(site.contains(r#""kind":"offering","key":"8","#), "{site}");
}

#[test]
fn what_no_adapter_covers_and_another_list_lead_to_the_command_that_helps() {
    let place = tempfile::tempdir().unwrap();
    let ran = run(place.path(), SHOP, &["Gold"]);
    let said = text(&ran.stderr);
    assert!(said.contains("`plan site map INVENTORY --out NAME.adapter.yaml`"), "{said}");
    assert!(!said.contains("another list"), "{said}");
    let line = said.lines().find(|line| line.starts_with("no adapter says")).unwrap();
    assert!(line.contains("webhook") && !line.contains(" order,"), "only what is not covered: {line}");
    for (words, code) in [(&["init", "--out"][..], 0), (&["check", "first.yaml", "--format", "concise"], 1)] {
        let mut command = program();
        command.current_dir(place.path()).args(&words[..1]).args(["--site", "a.site.ndjson"]).args(&words[1..]);
        let ran = if words[0] == "init" { command.arg("first.yaml").output() } else { command.output() }.unwrap();
        assert_eq!(ran.status.code(), Some(code), "{}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains("`plan site map INVENTORY"), "{}", text(&ran.stderr));
    }
    // The same capture, once the adapter asks for more.
    for name in ["a.site.ndjson", "a.population.ndjson"] {
        fs::remove_file(place.path().join(name)).ok();
    }
    let more = SHOP.replace("fields: {name: {at: /name}}", "fields: {name: {at: /name}, system: {at: /more}}");
    fs::write(place.path().join("a.yaml"), more).unwrap();
    let mut command = program();
    command.current_dir(place.path()).args(["snapshot", "from-capture", "a.capture.ndjson", "--adapter", "a.yaml"]);
    let said = text(&command.args(["--out", "b.site.ndjson"]).output().unwrap().stderr);
    assert!(said.contains("`plan bridge zip --adapter a.yaml --out plan-bridge.zip`"), "{said}");
    let zip = ["bridge", "zip", "--adapter", "a.yaml", "--out", "plan-bridge.zip"];
    assert!(program().current_dir(place.path()).args(zip).output().unwrap().status.success());
    // The first zip is not overwritten, nor what was read first.
    let mut command = program();
    command.current_dir(place.path()).args(["snapshot", "from-capture", "a.capture.ndjson", "--adapter", "a.yaml"]);
    let said = text(&command.args(["--out", "c.site.ndjson"]).output().unwrap().stderr);
    assert!(said.contains("`plan bridge zip --adapter a.yaml --out plan-bridge-2.zip`"), "{said}");
    let read =
        "`plan snapshot from-capture a.capture.ndjson --adapter a.yaml --who WHO --plan PLAN --out next-c.site.ndjson`";
    assert!(said.contains(&format!("{read}, then `mv next-c.site.ndjson c.site.ndjson`")), "{said}");
}

#[test]
fn why_a_reading_counts_as_recorded_is_said_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let ran = run(place.path(), &SHOP.replace("objects:", "# decide\nobjects:"), &["Gold"]);
    let said = text(&ran.stderr);
    assert!(
        said.contains("1 lines of the adapters are still marked") && said.contains("until these are decided"),
        "{said}"
    );
    assert!(!said.contains("nothing here shows"), "{said}");
    let place = tempfile::tempdir().unwrap();
    let said = text(&run(place.path(), SHOP, &["Gold"]).stderr);
    assert!(said.contains("nothing here shows who took the capture: once there is a plan of this site"), "{said}");
}

#[test]
fn a_site_that_cannot_be_written_leaves_no_population_behind() {
    let place = tempfile::tempdir().unwrap();
    // Its key is not the slug of its name, so the file could not be read again.
    let ran = run(place.path(), &SHOP.replace("id: {at: /id}", "key: {at: /id}"), &["Gold"]);
    assert_eq!(ran.status.code(), Some(3), "{}", text(&ran.stderr));
    assert!(text(&ran.stderr).contains("cannot be written completely"), "{}", text(&ran.stderr));
    for left in ["a.site.ndjson", "a.population.ndjson"] {
        assert!(!place.path().join(left).exists(), "{left}");
    }
}

#[test]
fn what_an_adapter_puts_aside_and_what_it_takes_for_granted_is_said() {
    let place = tempfile::tempdir().unwrap();
    let ran = run(place.path(), SHOP, &["Gold"]);
    let replaced = "`offering` is read as `shop` says: what `accessally` says of it (option `_accessally_offering_*`) does not count";
    assert!(text(&ran.stderr).contains(replaced), "{}", text(&ran.stderr));
    let taken = "charging-guard `enabled`: nothing is stored in option `shop_setings`, `/sandbox`, so it is taken to be `false`, as the adapter has it";
    assert_eq!(text(&ran.stdout).matches(taken).count(), 1, "{}", text(&ran.stdout));
    let explained = program().args(["adapter", "explain"]).arg(place.path().join("a.yaml")).output().unwrap();
    assert!(text(&explained.stdout).contains(replaced), "{}", text(&explained.stdout));
    // Whoever adds a field to the built-in list puts nothing aside.
    let more = SHOP.replace("{table: levels}", "{option: _accessally_offering_*}").replacen(
        "{at: /id}\n    fields",
        "{of: star}\n    fields",
        1,
    );
    let ran = run(place.path(), &more, &[]);
    assert!(!text(&ran.stderr).contains("does not count"), "{}", text(&ran.stderr));
}
