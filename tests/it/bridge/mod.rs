//! The collector (`bridge/`) on a real WordPress: what it gives, what it never gives, and what a broken site makes of it.
//!
//! `PLAN_WITHOUT_STAGING=1` leaves these tests out, but for those of the code itself.

mod capture;
mod code;
mod collected;
mod doctor;
mod failing;
mod hidden;
#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
mod in_between;
mod inventory;
mod kept;
#[cfg(target_os = "linux")]
mod killed;
mod members;
mod network;
mod newer;
mod odd;
mod removed;
mod run;
pub(crate) mod screen;
mod script;
mod story;
mod through;
mod tutorial;
mod ways;
mod writer;
mod zipped;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::staging::Staging;

fn bridge() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bridge")
}

/// The PHP files of the collector, as they go into its zip.
fn php_files() -> Vec<PathBuf> {
    let of = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = of(bridge()).chain(of(bridge().join("src"))).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "php"));
    files.sort();
    files
}

/// A WordPress with the collector in it, not yet switched on.
pub(crate) struct Site {
    pub(crate) staging: Staging,
}

/// What came of one request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Site {
    pub(crate) fn up(options: &[&str]) -> Option<Self> {
        let site = Self::bare(options)?;
        site.install();
        Some(site)
    }

    /// A WordPress without the collector.
    pub(crate) fn bare(options: &[&str]) -> Option<Self> {
        Some(Self { staging: Staging::up(options)? })
    }

    /// The same under another name of this machine: two sites at one name could be one.
    pub(crate) fn bare_named(name: &str, options: &[&str]) -> Option<Self> {
        let mut site = Self::bare(options)?;
        site.staging.rename(name);
        Some(site)
    }

    /// A WordPress with the collector switched on, and the request of these tests.
    fn ready() -> Option<Self> {
        Self::ready_with(&[])
    }

    fn ready_with(options: &[&str]) -> Option<Self> {
        let site = Self::up(options)?;
        site.ask(&std::fs::read_to_string("tests/it/bridge/request.json").unwrap());
        site.activate();
        Some(site)
    }

    fn plugin(&self) -> PathBuf {
        self.content().join("plugins/plan-bridge")
    }

    pub(crate) fn content(&self) -> PathBuf {
        self.staging.dir().join("content")
    }

    fn install(&self) {
        std::fs::create_dir_all(self.plugin().join("src")).unwrap();
        for file in php_files().into_iter().chain([bridge().join("request.json")]) {
            std::fs::copy(&file, self.plugin().join(file.strip_prefix(bridge()).unwrap())).unwrap();
        }
    }

    /// Puts another request in the place of the collector's own.
    pub(crate) fn ask(&self, request: &str) {
        std::fs::write(self.plugin().join("request.json"), request).unwrap();
    }

    pub(crate) fn activate(&self) {
        let body = ["-X", "POST", "-H", "Content-Type: application/json", "-d", r#"{"status":"active"}"#];
        assert_eq!(self.get("/wp/v2/plugins/plan-bridge/plan-bridge", &body).status, 200);
    }

    /// Other people's code, loaded before the collector.
    pub(crate) fn other_plugin(&self, name: &str, php: &str) -> PathBuf {
        let file = self.content().join("mu-plugins").join(name);
        std::fs::write(&file, php).unwrap();
        file
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        let mut client = self.mariadb().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        client.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
        let ended = client.wait_with_output().unwrap();
        assert!(ended.status.success(), "{sql}");
        String::from_utf8_lossy(&ended.stdout).into_owned()
    }

    fn mariadb(&self) -> Command {
        let mut client = Command::new("mariadb");
        client.arg(format!("--defaults-file={}", self.staging.dir().join("my.cnf").display()));
        client.args(["-N", "--default-character-set=utf8mb4", "wordpress"]);
        client
    }

    fn set_option(&self, name: &str, raw: &str) {
        self.sql(&format!(
            "REPLACE INTO wp_options (option_name, option_value, autoload) VALUES ({}, {}, 'no')",
            quoted(name),
            quoted(raw)
        ));
    }

    fn url(&self, route: &str) -> String {
        format!("{}/index.php?rest_route={route}", self.staging.url())
    }

    /// As the administrator, by the address that works under every form of permalinks.
    fn get(&self, route: &str, options: &[&str]) -> Answer {
        let login = format!("operator:{}", self.staging.text("/password"));
        self.fetch(&self.url(route), &[&["-u", &login], options].concat())
    }

    pub(crate) fn fetch(&self, url: &str, options: &[&str]) -> Answer {
        let ended = Command::new("curl").args(["-sS", "-i", "-m", "60"]).args(options).arg(url).output().unwrap();
        let at = ended.stdout.windows(4).position(|four| four == b"\r\n\r\n").map_or(ended.stdout.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&ended.stdout[..at]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Answer { status, head, body: ended.stdout[at..].to_vec() }
    }

    fn capture(&self) -> Lines {
        let answer = self.get("/plan/v1/capture", &[]);
        assert_eq!(answer.status, 200);
        Lines::of(&answer.body)
    }

    fn inventory(&self) -> Lines {
        Lines::of(&self.get("/plan/v1/inventory", &[]).body)
    }

    /// All that the site holds, but for what WordPress itself writes when it is read.
    pub(crate) fn dump(&self) -> String {
        let dump = Command::new("mariadb-dump")
            .args([
                "--no-defaults",
                "--user=root",
                &format!("--socket={}", self.staging.dir().join("db.sock").display()),
            ])
            .args(["--skip-comments", "--skip-extended-insert", "wordpress"])
            .output()
            .unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let own =
            ["_transient_", "_application_passwords", "session_tokens", "'active_plugins'", "'recently_activated'"];
        let text = String::from_utf8_lossy(&dump.stdout).into_owned();
        text.lines().filter(|line| !own.iter().any(|own| line.contains(own))).collect::<Vec<_>>().join("\n")
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The lines of a whole capture or inventory.
struct Lines(Vec<Value>);

impl Lines {
    /// Each line parsed, and the last held against all before it.
    fn of(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let last = lines.last().unwrap_or_else(|| panic!("nothing came"));
        let start = text.trim_end().rfind('\n').unwrap_or_default() + 1;
        let digest = Sha256::digest(&text.as_bytes()[..start]);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(last["end"]["sha256"], json!(digest), "{last}");
        Self(lines)
    }

    fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter_map(move |line| line.get(kind))
    }

    fn named(&self, kind: &str, name: &str) -> Value {
        let found = self.all(kind).find(|line| line["name"] == name);
        found.unwrap_or_else(|| panic!("no {kind} {name} in {:?}", self.0)).clone()
    }

    fn rows(&self, kind: &str) -> Vec<Value> {
        self.all(kind).flat_map(|block| block["rows"].as_array().unwrap().clone()).collect()
    }

    fn source(&self, kind: &str, of: &str) -> Value {
        let is_of = |line: &&Value| line["kind"] == kind && line["of"].as_array().unwrap().contains(&json!(of));
        let mut source = self.all("source").find(is_of).unwrap_or_else(|| panic!("no source of {of}")).clone();
        // How many rows there are is said after them.
        let from = self.0.iter().position(|line| line["source"] == source).unwrap();
        let counted = self.0[from..].iter().skip(1).take_while(|line| line["source"].is_null());
        for counted in counted.filter(|line| !line["counted"].is_null()) {
            assert_eq!((&counted["counted"]["kind"], &source["expected"]), (&json!(kind), &json!(null)));
            source["expected"] = counted["counted"]["expected"].clone();
        }
        source
    }

    fn end(&self) -> &Value {
        &self.0.last().unwrap()["end"]
    }
}
