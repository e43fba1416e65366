//! The build that writes, on a real WordPress with MariaDB: what it takes, what it refuses, and a run through it, in one piece and in pieces.

mod faults;
mod in_between;
mod plugin;
#[cfg(target_os = "linux")]
mod random;
mod story;
mod trap;

use std::fs;

use serde_json::{Value, json};

use super::run::Switch;
use super::through::adapter;
use super::{Answer, Site};
use crate::place::{Edited, PLAN, Ran};

/// The options that a run of these tests writes, by their objects.
const WRITTEN: [(&str, &str); 3] = [
    ("charging-guard", "_accessally_setting_developer"),
    ("emails", "_accessally_setting_emails"),
    ("mail", "fluentmail-settings"),
];

/// What each holds once the plan's change is made: of what it held, one text is another one.
fn after(option: &str, before: &str) -> String {
    let (from, to) = match option {
        "_accessally_setting_developer" => ("s:23:\"//staging.bloom.example\"", "s:15:\"//bloom.example\""),
        "_accessally_setting_emails" => ("s:4:\"none\"", "s:21:\"purchases-and-opt-ins\""),
        _ => ("s:15:\"simulate_emails\";s:2:\"no\"", "s:15:\"simulate_emails\";s:3:\"yes\""),
    };
    before.to_owned().edited(from, to)
}

/// The adapter of the stand-in, with more that may be written.
pub(super) fn writable() -> String {
    let words = "words: {none: none, purchases: purchases, purchases-and-opt-ins: purchases-and-opt-ins}";
    fs::read_to_string(adapter())
        .unwrap()
        .edited(&format!("{words}}}"), &format!("{words}, writable: true}}"))
        .edited(
            "enabled: {at: /checked-production, as: yes-no}",
            "enabled: {at: /checked-production, as: yes-no, writable: true}",
        )
        .edited("production_url: {at: /production-url}", "production_url: {at: /production-url, writable: true}")
}

/// A site with the build that writes, and a plan whose settings say that its owner agreed.
struct Writer<'s> {
    site: &'s Site,
    switch: Switch<'s>,
}

impl<'s> Writer<'s> {
    fn at(site: &'s Site) -> Self {
        let writer = Self { site, switch: Switch::at(site) };
        fs::write(writer.switch.desk.place.path("bloom.adapter.yaml"), writable()).unwrap();
        writer.settings("writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n");
        writer.installs();
        writer
    }

    fn settings(&self, more: &str) {
        let text = format!("[site]\nadapter = \"bloom.adapter.yaml\"\n{more}");
        fs::write(self.switch.desk.place.path("plan.toml"), text).unwrap();
    }

    /// Puts the files of the zip in the place of the plugin's.
    fn installs(&self) {
        let _ = fs::remove_file(self.switch.desk.place.path("w.zip"));
        let url = self.site.staging.url();
        let words = ["bridge", "zip", "--writer", url, "--adapter", "bloom.adapter.yaml", "--out", "w.zip"];
        self.switch.desk.run(&words).ends(0, &[]);
        fs::remove_dir_all(self.site.plugin()).unwrap();
        for (name, text) in super::zipped::unzipped(&self.switch.desk.place.path("w.zip")) {
            let file = self.site.content().join("plugins").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }

    fn diff(&self) -> Value {
        let diff = self.switch.desk.run(&["diff", PLAN, "--site", self.site.staging.url(), "--format", "json"]);
        diff.ends(0, &[]);
        serde_json::from_str(&diff.out).unwrap()
    }

    fn digest(&self) -> String {
        self.diff()["digests"]["changes"].as_str().unwrap().to_owned()
    }

    fn undoes(&self, digest: &str) -> Ran {
        self.switch.desk.run(&["undo", PLAN, "--site", self.site.staging.url(), "--confirm", digest, "--no-input"])
    }

    /// What the three options hold, byte for byte.
    fn stored(&self) -> Vec<String> {
        WRITTEN.iter().map(|(_, option)| raw(self.site, option)).collect()
    }

    /// How many changes the site has on record, and of how many not every hook was seen to end.
    fn audited(&self) -> (usize, usize) {
        let count = |sql: &str| self.site.sql(sql).trim().parse().unwrap();
        let rows = count("SELECT COUNT(*) FROM wp_plan_bridge_audit");
        let keys: usize = count("SELECT COUNT(*) FROM wp_plan_bridge_changes");
        assert_eq!(rows, keys, "each change has a key and a row");
        (rows, count("SELECT COUNT(*) FROM wp_plan_bridge_changes WHERE outcome <> 'committed'"))
    }
}

/// An option's text in the database.
pub(super) fn raw(site: &Site, option: &str) -> String {
    let hex = site.sql(&format!("SELECT HEX(option_value) FROM wp_options WHERE option_name = '{option}'"));
    let digits = hex.trim().as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
    String::from_utf8(digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()).unwrap()
}

/// What a route of the build that writes answers an administrator.
fn posts(site: &Site, route: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    answered(
        &site.get(&format!("/plan/v1/{route}"), &["-X", "POST", "-H", "Content-Type: application/json", "-d", &body]),
    )
}

fn answered(answer: &Answer) -> (u16, Value) {
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// Who takes the lock of a site: any 64 digits.
fn holder(of: char) -> String {
    of.to_string().repeat(64)
}

/// The lock, taken.
fn locked(site: &Site, of: char) -> i64 {
    let (status, answer) = posts(site, "lock", &json!({"holder": holder(of)}));
    assert_eq!(status, 200, "{answer}");
    answer["token"].as_i64().unwrap()
}
