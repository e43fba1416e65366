//! A whole rehearsal on a real WordPress, of which core REST shows administrators, plugins and the environment, and nothing else: all
//! that AccessAlly's screens show a person says, and makes by hand.

use std::fs;
use std::process::Command;

use amc_plan::example::generate;
use amc_plan::model::saw::typed;
use amc_plan::model::state::{Kind, ObjectRef, State};
use amc_plan::site::snapshot_file::SnapshotFile;
use serde_json::Value;

use crate::common::one_of;
use crate::guided::{CERTIFICATE, FORMS};
use crate::place::{Edited, PLAN, Place, Ran};
use crate::staging::Staging;

/// The example's plan over a WordPress, in its window.
pub(crate) struct Desk<'s> {
    staging: &'s Staging,
    pub(crate) place: Place,
}

impl<'s> Desk<'s> {
    pub(crate) fn at(staging: &'s Staging) -> Self {
        let place = Place::new();
        // A site at an address is read now, whenever that is.
        let plan = place.read(PLAN).edited("https://staging.bloom.example", staging.url());
        let plan = plan
            .edited("2026-12-02 06:00", "2099-12-02 06:00")
            .edited("paid_until: \"2027-01-31\"", "paid_until: \"2100-01-31\"");
        fs::write(place.path(PLAN), plan).unwrap();
        fs::write(place.path("backup.zip"), "a backup").unwrap();
        let desk = Self { staging, place };
        desk.records(&["backup", "backup.zip", "--parts", "files,database", "--stored-off-server"]);
        desk
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    /// The program with the administrator's login, in the folder.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.place.command(words);
        command
            .env("PLAN_LOGIN_ORIGIN", self.staging.url())
            .env("PLAN_LOGIN_USER", "operator")
            .env("PLAN_LOGIN_PASSWORD", self.staging.text("/password"));
        command
    }

    /// The run is this user's one run on the site, from whichever folder somebody looks.
    fn is_seen_from_a_second_clone(&self, begin: &[&str]) {
        let clone = Place::new();
        fs::write(clone.path(PLAN), self.place.read(PLAN)).unwrap();
        let run = |words: &[&str]| {
            let mut command = clone.command(words);
            let login = [("PLAN_LOGIN_ORIGIN", self.staging.url()), ("PLAN_LOGIN_USER", "operator")];
            command.envs(login).env("PLAN_LOGIN_PASSWORD", self.staging.text("/password"));
            Ran::from(command.env("PLAN_STATE_HOME", self.place.home.path()).output().unwrap())
        };
        let folder = self.place.path("").canonicalize().unwrap().display().to_string();
        let status = run(&["status", PLAN, "--site", self.staging.url()]);
        status.ends(0, &[]);
        assert!(status.out.contains(&format!("begun in `{folder}`")), "{status:#?}");
        run(begin).ends(20, &["is not finished: it waits at", &folder]);
    }

    pub(crate) fn records(&self, words: &[&str]) {
        self.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(0, &[]);
    }

    pub(crate) fn resumes(&self, more: &[&str]) -> Ran {
        self.run(&[&["apply", PLAN, "--site", self.staging.url(), "--resume", "--no-input"], more].concat())
    }

    /// Makes every change on its screen, and types what the run printed, with what is there then.
    pub(crate) fn makes_what_is_asked(&self, begun: &Ran) {
        let typed = begun.out.lines().filter_map(|line| line.trim().strip_prefix("type       plan "));
        let (mut pasted, blind) = (0, [("VALUE", "//bloom.example"), ("VALUE", "yes"), ("VALUE", "revoke")]);
        for line in typed.filter(|line| line.starts_with("record saw ")) {
            let wanted = match line {
                line if line.contains("charging-guard") => blind[0],
                line if line.contains("saw mail") => blind[1],
                _ => blind[2],
            };
            let words = crate::hints::shell_words(&line.replace(wanted.0, wanted.1).replace("WHO", "jo")).unwrap();
            self.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).ends(0, &[]);
            pasted += 1;
        }
        assert_eq!(pasted, 7, "{}", begun.out);
    }

    /// Verification and sign-in in front of the barrier, and what is typed at it.
    pub(crate) fn comes_to_the_barrier(&self) -> String {
        fs::write(self.place.path("lines.txt"), "41 tags\n").unwrap();
        let host = self.staging.url().trim_start_matches("http://").to_owned();
        self.records(&["verification", "lines.txt", "--host", &host]);
        self.records(&["sign-in", "in another browser"]);
        format!("run migration on {host}")
    }

    /// Says what the migration hangs on, once more.
    pub(crate) fn looks_again_at_the_barrier(&self) {
        self.records(&["saw", "charging-guard", "enabled=yes", "production_url=//bloom.example"]);
        self.records(&["saw", "emails", "enabled=yes", "welcome=purchases-and-opt-ins"]);
        self.records(&["saw", "mail", "simulated=yes", "transport=fluent-smtp"]);
        self.records(&["saw", "crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=no", "sells=no"]);
        self.records(&["saw", "maintenance", "on=no"]);
    }

    /// Says every field of an object as a screen shows it.
    fn says(&self, state: &State, on: &ObjectRef) {
        let object = state.get(on).unwrap().fields();
        let known = on.kind.attestable_fields();
        let fields = object.iter().filter(|(name, _)| known.contains(name));
        let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", typed(name, value))).collect();
        let on = on.to_string();
        let words: Vec<&str> = ["saw", &on].into_iter().chain(fields.iter().map(String::as_str)).collect();
        self.records(&words);
    }

    /// Says what all screens show, but for what a reading shows.
    pub(crate) fn says_all(&self) {
        let state = &SnapshotFile::read(generate(7).site.as_bytes()).unwrap().into_snapshot().state;
        for kind in Kind::ALL.iter().copied().filter(|kind| !matches!(kind, Kind::Environment | Kind::Plugin)) {
            let keys = state.keys(kind);
            if !kind.is_only() && kind != Kind::Administrator {
                let names: Vec<String> = keys
                    .iter()
                    .map(|key| {
                        let fields = state.get(&ObjectRef::new(kind, key.as_str())).unwrap().fields();
                        fields.get("name").and_then(Value::as_str).unwrap_or(key).to_owned()
                    })
                    .collect();
                let words: Vec<&str> =
                    ["saw", kind.name(), "--all"].into_iter().chain(names.iter().map(String::as_str)).collect();
                self.records(&words);
            }
            for key in keys.into_iter().filter(|_| !matches!(kind, Kind::Webhook | Kind::Tag)) {
                self.says(state, &ObjectRef::new(kind, key));
            }
        }
        self.records(&["saw", "webhook/aal_fieldop?operationId=7", "runs=grant group-coaching"]);
        self.records(&["saw", "plugin/progressally/progressally.php", "select_crm=accessally"]);
    }
}

#[test]
fn a_rehearsal_on_a_wordpress_goes_from_preflight_to_its_certificate() {
    if one_of("RUNS", (1, 3)).is_none() {
        return;
    }
    let Some(staging) = Staging::up(&["--users", "12"]) else { return };
    let desk = Desk::at(&staging);
    let site = desk.staging.url().to_owned();
    desk.says_all();
    let checked = desk.run(&["check", PLAN, "--site", &site]);
    assert!(checked.out.contains("unproven at gate `configure`"), "{}", checked.out);
    let diff = desk.run(&["diff", PLAN, "--site", &site]);
    assert!(diff.out.contains("--accept-unknown members --confirm"), "{}", diff.out);
    let json: Value =
        serde_json::from_str(&desk.run(&["diff", PLAN, "--site", &site, "--format", "json"]).out).unwrap();
    let digest = json["digests"]["changes"].as_str().unwrap().to_owned();
    let begin = ["apply", PLAN, "--site", &site, "--no-input", "--confirm", &digest];
    desk.run(&begin).ends(10, &["only the members are unknown"]);
    let begun = desk.run(&[&begin[..], &["--accept-unknown", "members"]].concat());
    begun.ends(20, &["waits at `configure`", "plan record saw"]);
    assert!(begun.out.contains("by hand"), "{begun:#?}");
    desk.is_seen_from_a_second_clone(&begin);
    desk.makes_what_is_asked(&begun);
    let configured = desk.resumes(&[]);
    configured.ends(0, &[]);
    assert!(configured.out.contains("7 of 7 objects to set by hand are in place (attested)"), "{configured:#?}");
    let phrase = desk.comes_to_the_barrier();
    desk.resumes(&["--acknowledge", &phrase]).ends(20, &["the gate `migrate` is not green"]);
    desk.looks_again_at_the_barrier();
    desk.resumes(&["--acknowledge", &phrase]).ends(20, &["it is unknown who the members are"]);
    desk.resumes(&["--accept-unknown", "members", "--acknowledge", &phrase]).ends(20, &["press it now, once"]);
    desk.records(&["saw", "crm", "managed=yes"]);
    desk.records(&["sign-in", "still signed in"]);
    desk.resumes(&[]).ends(20, &["waits at `review-contacts`"]);
    desk.records(&["step", "review-contacts", "ten of ten compared by eye"]);
    desk.resumes(&[]).ends(20, &["waits at `leave-maintenance`"]);
    desk.records(&["saw", "maintenance", "on=no"]);
    desk.resumes(&[]).ends(20, &["waits at `test-purchase`"]);
    for (at, (form, _)) in FORMS.iter().enumerate() {
        let transaction = format!("pi_{at}");
        desk.records(&[
            "purchase",
            form,
            "--saw",
            "order,content,welcome-email,new-user",
            "--transaction",
            &transaction,
        ]);
    }
    let ended = desk.resumes(&[]);
    assert!(desk.place.path(CERTIFICATE).exists(), "{ended:#?}");
}
