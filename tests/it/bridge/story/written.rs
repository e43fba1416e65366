//! The whole switch where the sites' owner agreed that the program writes: what an adapter proves it makes itself, on the copy and on live in
//! the hours that its wp-config.php opens, and a person makes the rest.

use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::writer::{raw, writable};
use super::*;

const GUARD: &str = "_accessally_setting_developer";
const EMAILS: &str = "_accessally_setting_emails";
const MAIL: &str = "fluentmail-settings";

/// What other code of live does once a setting is saved, after the commit: as long as a file says so, the hours end once the guard is saved, and
/// the e-mails take a while. A run notices code that is new, so it is there from the beginning.
const OTHER_CODE: &str = r#"<?php
$in = getenv('PLAN_STAGING_SITE');
add_action('update_option__accessally_setting_developer', fn () => is_file("$in/ends") && copy("$in/ends", "$in/wp-config.php"));
add_action('update_option__accessally_setting_emails', fn () => is_file("$in/waits") && sleep(3));"#;

/// What a setting holds once its change is made: of what it held, one text is another one.
fn wanted(option: &str, live: &Site, before: &str) -> String {
    let url = format!("//{}", host(live));
    let (from, to) = match option {
        GUARD => ("s:23:\"//staging.bloom.example\"", format!("s:{}:\"{url}\"", url.len())),
        EMAILS => ("s:4:\"none\"", "s:21:\"purchases-and-opt-ins\"".to_owned()),
        _ => ("s:15:\"simulate_emails\";s:2:\"no\"", "s:15:\"simulate_emails\";s:3:\"yes\"".to_owned()),
    };
    before.to_owned().edited(from, &to)
}

/// A site of the story, and what it held before.
struct Written<'s> {
    agency: &'s Agency,
    site: &'s Site,
    live: &'s Site,
    operator: Person<'s>,
    /// What is written, by option.
    options: &'static [&'static str],
    before: (Vec<String>, String),
    more: Vec<String>,
}

impl<'s> Written<'s> {
    /// Installs the build that writes, which is made for this one site.
    fn at(agency: &'s Agency, (site, live): (&'s Site, &'s Site), options: &'static [&'static str]) -> Self {
        let on_live = std::ptr::eq(site, live);
        let zip = if on_live { "live.zip" } else { "copy.zip" };
        let words = ["bridge", "zip", "--writer", site.staging.url(), "--adapter", "bloom.adapter.yaml", "--out", zip];
        agency.run(site, &words).ends(0, &[]);
        let operator = Person::signs_in(site, "operator");
        operator.installs(&agency.path(zip));
        let more = if on_live { vec!["--host".to_owned(), host(live).to_owned()] } else { Vec::new() };
        let mut all = Self { agency, site, live, operator, options, before: (Vec::new(), String::new()), more };
        all.before = (all.stored(), all.dump());
        all
    }

    fn is_live(&self) -> bool {
        !self.more.is_empty()
    }

    fn words<'w>(&'w self, verb: &'w str, more: &[&'w str]) -> Vec<&'w str> {
        let on: &[&str] = if self.is_live() && verb != "undo" { &["--on", "live"] } else { &[] };
        let host = self.more.iter().map(String::as_str);
        let own = [verb, PLAN, "--site", self.site.staging.url(), "--no-input"];
        own.into_iter().chain(on.iter().copied()).chain(host).chain(more.iter().copied()).collect()
    }

    fn apply(&self, more: &[&str]) -> Ran {
        self.agency.run(self.site, &self.words("apply", more))
    }

    fn resumes(&self) -> Ran {
        self.apply(&["--resume"])
    }

    fn undoes(&self, more: &[&str]) -> Ran {
        self.agency.run(self.site, &self.words("undo", more))
    }

    /// The digest of the changes, how many there are, how many of them the program makes, and what it says beside them.
    fn diff(&self) -> (String, usize, usize, String) {
        let on: &[&str] = if self.is_live() { &["--on", "live"] } else { &[] };
        let words = ["diff", PLAN, "--site", self.site.staging.url(), "--format", "json"];
        let diff = self.agency.run(self.site, &[&words[..], on].concat());
        let shown: Value = serde_json::from_str(&diff.out).unwrap();
        let all = shown["changes"].as_array().unwrap();
        let own = all.iter().filter(|change| change["executor"] == "automatic").count();
        (shown["digests"]["changes"].as_str().unwrap().to_owned(), all.len(), own, diff.err)
    }

    /// What the settings hold, byte for byte.
    fn stored(&self) -> Vec<String> {
        self.options.iter().map(|option| raw(self.site, option)).collect()
    }

    fn wanted(&self) -> Vec<String> {
        self.options.iter().zip(&self.before.0).map(|(option, before)| wanted(option, self.live, before)).collect()
    }

    /// All that the site holds but for the plugin's own tables.
    fn dump(&self) -> String {
        let dump = self.site.dump();
        let (mut all, mut is_own) = (Vec::new(), false);
        for line in dump.lines().filter(|line| !line.is_empty()) {
            if is_own || line.starts_with("DROP TABLE IF EXISTS `wp_plan_bridge_") {
                is_own = line != "UNLOCK TABLES;";
            } else {
                all.push(line);
            }
        }
        all.join("\n")
    }

    /// How many changes the site has on record.
    fn audited(&self) -> usize {
        let count = |table: &str| self.site.sql(&format!("SELECT COUNT(*) FROM wp_plan_bridge_{table}"));
        assert_eq!(count("audit"), count("changes"), "each change has a key and a row");
        count("audit").trim().parse().unwrap()
    }

    /// What the adapter cannot prove, made on the screens of the stand-in.
    fn makes_the_rest(&self) {
        let at = &self.operator;
        at.sets("_accessally_offering_1", "modules/4/select-release", "schedule");
        at.sets("_accessally_offering_1", "modules/4/release-days", "7");
        at.sets("_accessally_order_form_12", "automation/select-final-retry", "revoke");
        at.sets("_accessally_order_form_16", "automation/operations", r#"["2","7"]"#);
        at.sets_of_a_page("922", "_accessally_optin_operations", "", r#"["12","11"]"#);
    }

    /// From the changes in place to the test purchases; who is signed in then.
    fn migrates(&self) -> Person<'s> {
        let configured = self.resumes();
        configured.ends(0, &[]);
        assert!(configured.out.contains("of 240 contacts 240 the same"), "{configured:#?}");
        let (agency, site) = (self.agency, self.site);
        fs::write(agency.path("lines.txt"), self.operator.verification().join("\n") + "\n").unwrap();
        agency.records(site, &["verification", "lines.txt", "--host", host(site)]);
        let phrase = format!("run migration on {}", host(site));
        if !self.is_live() {
            self.tries_the_trap(&phrase);
        }
        let passed = self.apply(&["--resume", "--acknowledge", &phrase]);
        passed.ends(20, &["press it now, once"]);
        // On live mail is delivered, so none is sent to look.
        assert_eq!(passed.out.contains("was held back, as `fluent-smtp` shows"), !self.is_live(), "{passed:#?}");
        assert_eq!(self.operator.presses("migrate", &[("maintenance", "yes")]), 302);
        let reviewed = self.resumes();
        reviewed.ends(20, &["waits at `leave-maintenance`"]);
        assert!(reviewed.out.contains("Review contacts (automatic): verified: equal"), "{reviewed:#?}");
        // Past the barrier nothing of the plan is written, and nothing is taken back.
        self.undoes(&[]).ends(20, &["is past *Run Migration*"]);
        let spare = Person::signs_in(site, "spare-admin");
        maintenance(&spare, false);
        self.resumes().ends(20, &["waits at `test-purchase`"]);
        spare
    }

    /// In front of the barrier a mail is sent, which nobody gets: where it is not seen in the trap, a person looks.
    fn tries_the_trap(&self, phrase: &str) {
        let tried = || mails(self.site);
        self.operator.sets(MAIL, "misc/log_emails", "no");
        let words =
            ["was not seen to be held back", "*Run Migration* is not begun", "plan record saw mail simulated=yes"];
        self.apply(&["--resume", "--acknowledge", phrase]).ends(20, &words);
        assert_eq!(tried(), (1, 0));
        self.agency.records(self.site, &["saw", "mail", "simulated=yes"]);
        let seen = self.resumes();
        seen.ends(20, &["was not acknowledged"]);
        assert!(seen.out.contains("mail trap  attested by `jo`"), "{seen:#?}");
        self.operator.sets(MAIL, "misc/log_emails", "yes");
        let mail = fs::read_to_string(self.site.staging.dir().join("mail.ndjson")).unwrap();
        assert!(mail.lines().all(|line| line.contains("@trap.invalid\"")), "{mail}");
    }

    fn buys(&self, spare: &Person<'_>, (form, number): (&str, &str)) {
        let email = format!("{form}@nowhere.example");
        assert_eq!(spare.presses("buy", &[("form", number), ("email", &email)]), 302);
        let saw = ["purchase", form, "--saw", "order,content,welcome-email,new-user"];
        let on: &[&str] = if self.is_live() { &["--on", "live"] } else { &[] };
        self.agency.records(self.site, &[&saw[..], on].concat());
    }
}

#[test]
fn what_an_adapter_proves_is_written_on_the_copy_and_on_live_in_its_window_and_all_else_is_a_persons() {
    let bloom = ["--users", "0", "--bloom"];
    let Some(copy) = Site::bare(&bloom) else { return };
    let live = Site::bare_named("localhost", &[&bloom[..], &["--environment", "production"]].concat()).unwrap();
    live.other_plugin("over-http.php", OVER_HTTP);
    live.other_plugin("other-code.php", OTHER_CODE);
    let agency = Agency::new();
    agency.has_the_adapter();
    fs::write(agency.path("bloom.adapter.yaml"), writable()).unwrap();
    settings(&agency, "");
    agency.decides(&copy, &live);
    let copied = Written::at(&agency, (&copy, &live), &[GUARD, EMAILS, MAIL]);
    fs::remove_file(agency.path("private/switch.contacts.yaml")).unwrap_or_default();
    agency.run(&copy, &["contacts", "record", PLAN, "--site", copy.staging.url()]).ends(0, &["10 contacts"]);
    agency.backs_up(&copy, "RP-1");

    // Who makes a change moves no digest.
    let (digest, all, own, said) = copied.diff();
    assert_eq!((all, own, said.as_str()), (7, 0, ""));
    settings(&agency, "writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n");
    assert_eq!(copied.diff(), (digest.clone(), 7, 3, String::new()));

    rehearsed(&copied, &digest);
    assert!(agency.path("switch.rehearsal.json").exists());
    let opened = Written::at(&agency, (&live, &live), &[GUARD, EMAILS]);
    replayed(&opened);
}

fn settings(agency: &Agency, more: &str) {
    fs::write(agency.path("plan.toml"), format!("[site]\nadapter = \"bloom.adapter.yaml\"\n{more}")).unwrap();
}

/// Forth, back to the last byte, and forth again; then as far as the certificate.
fn rehearsed(at: &Written<'_>, digest: &str) {
    let tables = at.site.sql("SHOW TABLES");
    assert!(!tables.contains("plan_bridge"), "nothing is made before something is written");
    let ran = at.apply(&["-vv", "--confirm", digest]);
    ran.ends(20, &["waits at `configure`", "4 objects that are to be set by hand are not seen in place yet"]);
    for (number, object) in ["charging-guard", "emails", "mail"].into_iter().enumerate() {
        assert!(ran.out.contains(&format!("  {}/3 {object}\n", number + 1)), "{ran:#?}");
    }
    assert_eq!((at.stored(), at.audited()), (at.wanted(), 3));
    // One round trip for each change; the values, the lock, and to let it go, once for the run.
    let posts = |route: &str| ran.err.lines().filter(|line| line.contains("POST ") && line.contains(route)).count();
    assert_eq!((posts("/stored"), posts("/changes"), posts("/lock")), (1, 3, 2), "{}", ran.err);
    assert_eq!(at.site.sql("SELECT ends FROM wp_plan_bridge_lock").trim(), "0");

    at.undoes(&["--confirm", digest]).ends(0, &[]);
    assert_eq!((at.stored(), at.audited()), (at.before.0.clone(), 6));
    assert_eq!(at.dump(), at.before.1);
    at.apply(&["--confirm", digest]).ends(20, &["waits at `configure`", "4 objects"]);
    assert_eq!(at.stored(), at.wanted());
    at.makes_the_rest();
    let passwords = passwords(at.site);
    let spare = at.migrates();
    // The members' and the operator's are new, and of whom the test signs in; nobody was mailed.
    assert_eq!((mails(at.site), old_passwords(at.site, &passwords)), ((244, 0), 2));
    FORMS.into_iter().for_each(|form| at.buys(&spare, form));
    let ended = at.resumes();
    assert!(ended.code == Some(0) && ended.out.contains("6 of the orders found on the site"), "{ended:#?}");
    assert_eq!((&at.stored()[..2], at.audited()), (&at.wanted()[..2], 9));
}

/// Opens live for some hours.
fn opens(live: &Site, text: &str) {
    let until = "<?php\ndefine('PLAN_BRIDGE_WRITES_UNTIL', gmdate('Y-m-d H:i', time() + 7200) . ' UTC');";
    fs::write(live.staging.dir().join("wp-config.php"), text.to_owned().edited("<?php", until)).unwrap();
}

/// The replay: a window that closes in the middle, a process that is killed, all of it taken back, and the switch.
fn replayed(at: &Written<'_>) {
    let (live, agency) = (at.live, at.agency);
    let config = live.staging.dir().join("wp-config.php");
    let closed = fs::read_to_string(&config).unwrap();
    let (digest, all, own, said) = at.diff();
    assert_eq!((all, own), (6, 0));
    for words in ["a person makes every change", "wp-config.php", "define('PLAN_BRIDGE_WRITES_UNTIL', '20"] {
        assert!(said.contains(words), "{said}");
    }
    opens(live, &closed);
    assert_eq!(at.diff(), (digest.clone(), 6, 2, String::new()));

    begins(at, &digest, "RP-2");
    // The window ends once the first change is made.
    let ends = live.staging.dir().join("ends");
    fs::write(&ends, &closed).unwrap();
    let stopped = at.resumes();
    stopped.ends(20, &["stopped at change 2 of 2", "does not open now", "PLAN_BRIDGE_WRITES_UNTIL", "by hand, then"]);
    assert!(stopped.out.contains("`emails`, on ") && stopped.out.contains("+ welcome: purchases-and-opt-ins"));
    assert_eq!(at.stored(), [at.wanted()[0].clone(), at.before.0[1].clone()]);
    fs::remove_file(ends).unwrap();
    opens(live, &closed);

    // Killed once the second one is made, before it heard of it.
    let waits = live.staging.dir().join("waits");
    fs::write(&waits, "").unwrap();
    let mut child = agency.command(live, &at.words("apply", &["--resume"])).spawn().unwrap();
    is_made(at, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_file(waits).unwrap();
    at.resumes().ends(20, &["waits at `configure`", "4 objects"]);
    assert_eq!((at.stored(), at.audited()), (at.wanted(), 2), "nothing is made twice");

    // All of it is taken back, and live sells again.
    at.undoes(&["--confirm", &digest]).ends(20, &["waits at `leave-maintenance`"]);
    assert_eq!((at.stored(), at.audited()), (at.before.0.clone(), 4));
    maintenance(&at.operator, false);
    at.undoes(&[]).ends(0, &[]);
    assert_eq!(at.dump(), at.before.1);

    begins(at, &digest, "RP-3");
    at.resumes().ends(20, &["waits at `configure`", "4 objects"]);
    assert_eq!((at.stored(), at.audited()), (at.wanted(), 6));
    at.makes_the_rest();
    agency.records(live, &["restore-drill", "RP-1", "--took", "5s", "--onto", "another copy"]);
    let passwords = passwords(live);
    let spare = at.migrates();
    assert_eq!((mails(live), old_passwords(live, &passwords)), ((241, 241), 2), "on live they are mailed for real");
    at.buys(&spare, FORMS[0]);
    let ended = at.resumes();
    assert!(ended.code == Some(0) && ended.out.contains("every step is done"), "{ended:#?}");
    assert_eq!((at.stored(), at.audited()), (at.wanted(), 6));

    // Uninstalling leaves nothing.
    let (plugin, json) = ("/wp/v2/plugins/plan-bridge/plan-bridge", "Content-Type: application/json");
    assert_eq!(live.get(plugin, &["-X", "POST", "-H", json, "-d", "{\"status\":\"inactive\"}"]).status, 200);
    assert_eq!(live.get(plugin, &["-X", "DELETE"]).status, 200);
    assert!(!live.plugin().exists() && !live.sql("SHOW TABLES").contains("plan_bridge"));
    let is_new = |line: &&str| !at.before.1.contains(*line) && line.to_lowercase().contains("plan_bridge");
    assert_eq!(live.dump().lines().filter(is_new).collect::<Vec<_>>(), Vec::<&str>::new());
}

/// A run on live, as far as its changes.
fn begins(at: &Written<'_>, digest: &str, point: &str) {
    at.apply(&["--confirm", digest]).ends(20, &["waits at `enter-maintenance`"]);
    maintenance(&at.operator, true);
    at.resumes().ends(20, &["waits at `backup`"]);
    at.agency.backs_up(at.live, point);
}

/// Waits until the last change is made.
fn is_made(at: &Written<'_>, child: &mut Child) {
    let (until, wanted) = (Instant::now() + Duration::from_secs(60), at.wanted());
    while at.stored() != wanted {
        assert!(child.try_wait().unwrap().is_none() && Instant::now() < until, "it is never made");
        std::thread::sleep(Duration::from_millis(50));
    }
}
