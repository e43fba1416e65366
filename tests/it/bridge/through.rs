//! From a real WordPress to a green plan: what the collector gives, read through adapters, is the invented site that was put into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Site;
use crate::place::program;

/// The objects of a site file, by kind and key, without how they were captured.
pub(super) fn objects(text: &str) -> BTreeMap<(String, String), Value> {
    let mut all = BTreeMap::new();
    for line in text.lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        let kind = fields.shift_remove("kind").unwrap().as_str().unwrap().to_owned();
        let key = fields.shift_remove("key").map(|key| key.as_str().unwrap().to_owned()).unwrap_or_default();
        fields.shift_remove("sources");
        if !matches!(kind.as_str(), "snapshot" | "population" | "end") {
            all.insert((kind, key), record);
        }
    }
    all
}

pub(super) fn adapter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staging/bloom.adapter.yaml")
}

pub(super) fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(name)).unwrap()
}

/// Runs the program in a folder; what it wrote to both streams.
pub(super) fn ran(folder: &Path, words: &[&str], code: i32) -> String {
    let ran = program().current_dir(folder).args(words).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{said}");
    said
}

/// A WordPress with the invented site, and the collector asked for what an adapter names; and a folder to work in.
fn captured(adapter: &Path) -> Option<(Site, tempfile::TempDir)> {
    let site = Site::up(&["--users", "0", "--bloom"])?;
    let folder = tempfile::tempdir().unwrap();
    let adapter = adapter.to_str().unwrap();
    ran(folder.path(), &["adapter", "request", adapter, "--out", "request.json"], 0);
    site.ask(&std::fs::read_to_string(folder.path().join("request.json")).unwrap());
    site.activate();
    let answer = site.get("/plan/v1/capture", &[]);
    assert_eq!(answer.status, 200);
    std::fs::write(folder.path().join("bloom.capture.ndjson"), answer.body).unwrap();
    Some((site, folder))
}

#[test]
fn what_a_real_wordpress_gives_is_read_as_the_site_that_was_put_into_it() {
    let Some((site, folder)) = captured(&adapter()) else { return };
    let own = adapter();
    let said = ran(
        folder.path(),
        &[
            "snapshot",
            "from-capture",
            "bloom.capture.ndjson",
            "--adapter",
            own.to_str().unwrap(),
            "--out",
            "bloom.site.ndjson",
        ],
        0,
    );
    assert!(said.contains("it counts as recorded"), "{said}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (found, wanted) = (objects(&read("bloom.site.ndjson")), objects(&example("bloom-coaching.site.ndjson")));
    for (place, object) in &wanted {
        // The stand-ins have their own versions, and the site its own address.
        if matches!(place.0.as_str(), "plugin" | "environment") {
            continue;
        }
        let mut object = object.clone();
        // The sender's domain no adapter reads: mail plugins keep an address, which is not asked for.
        for invented in ["sender_name", "option_key", "sender_domain"] {
            object.as_object_mut().unwrap().shift_remove(invented);
        }
        assert_eq!(found.get(place), Some(&object), "{place:?}\n{said}");
    }
    let unexpected: Vec<_> = found.keys().filter(|place| place.0 != "plugin" && !wanted.contains_key(*place)).collect();
    assert_eq!(unexpected, Vec::<&(String, String)>::new());
    let progressally = &found[&("plugin".to_owned(), "progressally/progressally.php".to_owned())];
    assert_eq!(progressally["select_crm"], "accessally");
    // The members too, record by record: tags in the order in which they are stored.
    let people = |text: &str| -> BTreeMap<(String, String), Value> {
        let mut all = objects(text);
        all.retain(|place, _| place.0 != "contact" || !place.1.is_empty());
        all
    };
    assert_eq!(people(&read("bloom.population.ndjson")), people(&example("bloom-coaching.population.ndjson")));

    planned(&site, folder.path());
    is_green(folder.path());
}

/// The plan of the example, once its staging site is this one, with a backup of now.
fn planned(site: &Site, folder: &Path) {
    let host = site.staging.url().trim_start_matches("http://");
    let here = |text: String| {
        text.replace("https://staging.bloom.example", site.staging.url()).replace("staging.bloom.example", host)
    };
    for name in ["bloom-coaching.yaml", "bloom-coaching.record.ndjson"] {
        std::fs::write(folder.join(name), here(example(name))).unwrap();
    }
    std::fs::create_dir(folder.join("private")).unwrap();
    std::fs::write(
        folder.join("private/bloom-coaching.contacts.yaml"),
        example("private/bloom-coaching.contacts.yaml"),
    )
    .unwrap();
    let backup = [
        "record",
        "backup",
        "--restore-point",
        "RP-9",
        "--parts",
        "files,database",
        "--stored-off-server",
        "--plan",
        "bloom-coaching.yaml",
    ];
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    ran(folder, &[&backup[..], &["--taken-at", &now, "--who", "jo"]].concat(), 0);
}

/// The plan is green against what was read.
fn is_green(folder: &Path) {
    let said = ran(folder, &["check", "bloom-coaching.yaml", "--snapshot", "bloom.site.ndjson"], 0);
    assert!(said.contains("green"), "{said}");
}

#[test]
fn without_the_invented_entries_what_nobody_has_seen_is_unknown_and_the_plan_unproven() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    site.activate();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.ndjson"), site.get("/plan/v1/capture", &[]).body).unwrap();
    let said = ran(folder.path(), &["snapshot", "from-capture", "c.ndjson", "--out", "bloom.site.ndjson"], 0);
    for kind in ["order-form", "opt-in-form", "webhook", "maintenance", "charging-guard", "emails"] {
        assert!(said.contains(&format!("{kind} not captured: no adapter says where it is kept")), "{kind}: {said}");
    }
    assert!(said.contains("contact not captured: no adapter says where a member's contact ID is kept"), "{said}");
    assert!(!folder.path().join("bloom.population.ndjson").exists());
    let found = objects(&std::fs::read_to_string(folder.path().join("bloom.site.ndjson")).unwrap());
    let offering = &found[&("offering".to_owned(), "group-coaching".to_owned())];
    assert_eq!(offering["modules"][1], json!({"number": 1, "name": "Goals"}), "no timer is made up");
    assert_eq!(found[&("mail".to_owned(), "mail".to_owned())], json!({"transport": "fluent-smtp", "simulated": false}));
    assert_eq!(found[&("crm".to_owned(), "crm".to_owned())], json!({"system": "ontraport"}));
}

#[test]
fn no_secret_and_nobodys_address_gets_into_what_is_written_or_printed() {
    let Some((site, folder)) = captured(&adapter()) else { return };
    // In every setting and every field of every user: as a key, as a value, under names of secrets and others.
    site.sql(
        "UPDATE wp_options SET option_value = REPLACE(option_value, 'ontraport', 'sk_live_CANARY00000001') WHERE option_name = '_accessally_setting_api';
         UPDATE wp_aal_tag_names SET tag_name = 'ask canary.person@real-club.org' WHERE tag_id = 301;
         UPDATE wp_aal_webhook_log SET target = 'key=CANARY0002aabbccdd' WHERE command = 'aal_genpass';
         UPDATE wp_usermeta SET meta_value = 'eyJCANARY0003abc.eyJxyz0001' WHERE meta_key = 'aal_affiliate';",
    );
    let answer = site.get("/plan/v1/capture", &[]);
    std::fs::write(folder.path().join("c.ndjson"), &answer.body).unwrap();
    let own = adapter();
    let own = own.to_str().unwrap();
    let said =
        ran(folder.path(), &["snapshot", "from-capture", "c.ndjson", "--adapter", own, "--out", "x.site.ndjson"], 0);
    let site_file = std::fs::read_to_string(folder.path().join("x.site.ndjson")).unwrap();
    for (what, text) in [("printed", &said), ("written", &site_file)] {
        assert!(!text.contains("CANARY"), "{what}: {text}");
        assert!(!text.contains('@'), "{what}: {text}");
        assert!(!text.contains("member.example"), "{what}: {text}");
    }
    // Of the members their addresses are in the population, and nothing that is shaped like a secret.
    let population = std::fs::read_to_string(folder.path().join("x.population.ndjson")).unwrap();
    assert!(population.contains("@member.example") && !population.contains("CANARY"));
    let shown = ran(folder.path(), &["snapshot", "import", "x.site.ndjson", "--plan", "none.yaml"], 3);
    assert!(!shown.contains("CANARY"));
}

/// Runs the program with the login of a site.
pub(super) fn signed_in(site: &Site, folder: &Path, words: &[&str]) -> String {
    let mut command = program();
    command.current_dir(folder).args(words);
    command.env("PLAN_LOGIN_ORIGIN", site.staging.url()).env("PLAN_LOGIN_USER", "operator");
    command.env("PLAN_LOGIN_PASSWORD", site.staging.text("/password"));
    let ran = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0), "{words:?}\n{said}");
    said
}

#[test]
fn from_an_inventory_to_a_green_plan_without_reading_anybodys_source() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    site.activate();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let url = site.staging.url();
    // A draft out of names and shapes; what it asks for becomes the plugin's list.
    let drafted = signed_in(&site, here, &["site", "map", url, "--out", "bloom.adapter.yaml"]);
    assert!(drafted.contains("maintenance: on\n  option `_accessally_setting_migration`"), "{drafted}");
    ran(here, &["adapter", "check", "bloom.adapter.yaml"], 0);
    ran(here, &["adapter", "request", "bloom.adapter.yaml", "--out", "request.json"], 0);
    site.ask(&std::fs::read_to_string(here.join("request.json")).unwrap());
    signed_in(&site, here, &["site", "capture", url, "--out", "bloom.capture.ndjson.gz"]);
    let from = |out: &str| {
        ran(
            here,
            &["snapshot", "from-capture", "bloom.capture.ndjson.gz", "--adapter", "bloom.adapter.yaml", "--out", out],
            0,
        )
    };
    // The site's words were not in the inventory: each that is not known is named.
    let said = from("first.site.ndjson");
    for word in ["instant", "manual", "schedule", "release-offering", "nothing"] {
        assert!(
            said.contains(&format!("the site has `{word}` there, a word that the adapter does not know")),
            "{word}: {said}"
        );
    }
    assert!(said.contains("still marked `# decide`") && said.contains("it counts as recorded"), "{said}");
    // What a person decides: these words, and that the guesses are right.
    let mut text = std::fs::read_to_string(here.join("bloom.adapter.yaml")).unwrap();
    for (guess, decided) in [
        ("immediately: {is: immediately}", "instant: {is: immediately}"),
        ("by-hand: {is: by-hand}", "manual: {is: by-hand}"),
        ("after: {at:", "schedule: {at:"),
        ("release: {at: \"/offering\"", "release-offering: {at: \"/offering\""),
        ("grant: {at: \"/offering\"", "grant-offering: {at: \"/offering\""),
        ("none: {nothing: true}", "nothing: {nothing: true}"),
    ] {
        assert_eq!(text.matches(guess).count(), 1, "{guess}\n{text}");
        text = text.replace(guess, decided);
    }
    let decided: Vec<&str> = text.lines().filter(|line| !line.trim().starts_with("# decide")).collect();
    std::fs::write(here.join("bloom.adapter.yaml"), decided.join("\n") + "\n").unwrap();
    ran(here, &["adapter", "check", "bloom.adapter.yaml"], 0);
    // The same capture serves: nothing else is asked of the site.
    let said = from("bloom.site.ndjson");
    assert!(said.contains("it counts as captured: this machine took the capture"), "{said}");
    assert!(!said.contains("not captured:") && !said.contains("does not know"), "{said}");
    // What no setting shows a person looks up: whether the CRM still sells, and what its webhook's operation does.
    planned(&site, here);
    let said = ran(here, &["check", "bloom-coaching.yaml", "--snapshot", "bloom.site.ndjson"], 1);
    for lacks in ["`crm: sells`: crm-still-sells", "operationId=7: runs`: replacement-of-another", "2 rules unproven"] {
        assert!(said.contains(lacks), "{lacks}: {said}");
    }
    let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
    ran(here, &[&["record", "saw", "crm", "sells=no"], &by[..]].concat(), 0);
    let runs = ["record", "saw", "webhook/aal_fieldop?operationId=7", "runs=grant group-coaching"];
    ran(here, &[&runs, &by[..]].concat(), 0);
    is_green(here);
}
