//! One snapshot comes out of every way: over HTTP, by the button under Tools > Plan, and by the script on the command line.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::Site;
use super::screen::{nonce, signed_in as at_the_screen};
use super::script::{made, run};
use super::through::{adapter, objects, ran, signed_in};

const WAYS: [&str; 3] = ["http", "button", "script"];

/// What each way gives of a site: files in a folder, by the names of the ways.
fn collected(site: &Site, folder: &Path, gives: &str) {
    // What WordPress itself keeps of somebody who signs in, and begins in its admin, is there before the first reading.
    let page = at_the_screen(site, "operator");
    page("wp-admin/", &[]);
    let url = site.staging.url();
    signed_in(site, folder, &["site", gives, url, "--out", &format!("http.{gives}.ndjson")]);
    let screen = String::from_utf8(page("wp-admin/tools.php?page=plan-bridge", &[]).body).unwrap();
    let fields = format!("action=plan_{gives}&_wpnonce={}", nonce(&screen, &format!("plan_{gives}")));
    let answer = page("wp-admin/admin-post.php", &["-d", &fields]);
    assert_eq!(answer.status, 200);
    std::fs::write(folder.join(format!("button.{gives}.ndjson")), answer.body).unwrap();
    let own = adapter();
    let mut words = vec!["--adapter", own.to_str().unwrap()];
    words.extend((gives == "inventory").then_some("--inventory"));
    let ran = run(site, &made(&words), &[]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
    std::fs::write(folder.join(format!("script.{gives}.ndjson")), ran.stdout).unwrap();
}

/// A WordPress with the invented site, and the plugin of a zip that was made for it.
fn bloom(folder: &Path) -> Option<Site> {
    let site = Site::up(&["--users", "0", "--bloom"])?;
    ran(folder, &["adapter", "request", adapter().to_str().unwrap(), "--out", "request.json"], 0);
    site.ask(&std::fs::read_to_string(folder.join("request.json")).unwrap());
    site.activate();
    Some(site)
}

/// A snapshot and its population made of a capture: every record, but for the time and the digest, which holds the time.
fn snapshot(folder: &Path, way: &str) -> [Vec<Value>; 2] {
    let own = adapter();
    let (from, out) = (format!("{way}.capture.ndjson"), format!("{way}.site.ndjson"));
    ran(folder, &["snapshot", "from-capture", &from, "--adapter", own.to_str().unwrap(), "--out", &out], 0);
    [out, format!("{way}.population.ndjson")].map(|name| {
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        let mut records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for record in &mut records {
            let fields = record.as_object_mut().unwrap();
            for differs in ["taken_at", "sha256", "digest"] {
                fields.shift_remove(differs);
            }
        }
        records
    })
}

#[test]
fn every_way_gives_the_same_snapshot_and_the_same_members() {
    let folder = tempfile::tempdir().unwrap();
    let Some(site) = bloom(folder.path()) else { return };
    collected(&site, folder.path(), "capture");
    let [http, button, script] = WAYS.map(|way| snapshot(folder.path(), way));
    assert!(http[0].len() > 40 && http[1].len() > 200, "{} and {}", http[0].len(), http[1].len());
    assert_eq!(http, button);
    assert_eq!(http, script);
    // Line by line too: only the first and the last say when.
    let lines = |way: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(folder.path().join(format!("{way}.capture.ndjson"))).unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines[0]["capture"].as_object_mut().unwrap().shift_remove("taken_at").unwrap();
        lines.last_mut().unwrap()["end"].as_object_mut().unwrap().shift_remove("sha256").unwrap();
        lines
    };
    assert_eq!(lines("http"), lines("button"));
    assert_eq!(lines("http"), lines("script"));

    // Where nothing is installed, nothing lacks but the plugin itself.
    std::fs::remove_dir_all(site.plugin()).unwrap();
    let alone = run(&site, &made(&["--adapter", adapter().to_str().unwrap()]), &[]);
    assert_eq!(alone.status.code(), Some(0));
    std::fs::write(folder.path().join("alone.capture.ndjson"), alone.stdout).unwrap();
    let all = |way: &str| -> BTreeMap<(String, String), Value> {
        objects(&std::fs::read_to_string(folder.path().join(format!("{way}.site.ndjson"))).unwrap())
    };
    let [_, members] = snapshot(folder.path(), "alone");
    assert_eq!(members, http[1]);
    let mut wanted = all("http");
    assert!(wanted.remove(&("plugin".to_owned(), "plan-bridge/plan-bridge.php".to_owned())).is_some());
    assert_eq!(all("alone"), wanted);
}

#[test]
fn every_way_gives_the_same_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let Some(site) = bloom(folder.path()) else { return };
    collected(&site, folder.path(), "inventory");
    let shown = |way: &str| {
        let said = ran(folder.path(), &["site", "inventory", &format!("{way}.inventory.ndjson")], 0);
        let (head, rest) = said.split_once('\n').unwrap();
        assert!(head.contains("read at"), "{head}");
        rest.to_owned()
    };
    let [http, button, script] = WAYS.map(shown);
    assert!(http.lines().count() > 100, "{http}");
    assert_eq!(http, button);
    assert_eq!(http, script);
}
