//! The whole switch on a real WordPress: from an empty folder to a rehearsal's certificate, and its replay on a second site. AccessAlly is a
//! stand-in, whose screens a person uses; what the sites are at each point is looked up in their databases.

pub(super) mod person;
mod pushed;
mod talk;
mod written;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Site;
use crate::place::{Edited, Ran, program};
use person::Person;
use talk::{acts, talk, types};

/// The plan.
const PLAN: &str = "switch.yaml";

/// The order forms by their numbers on the site, in the order in which the run asks for their purchases.
const FORMS: [(&str, &str); 6] = [
    ("foundations-membership", "14"),
    ("group-coaching-checkout", "15"),
    ("group-coaching-payment-plan", "12"),
    ("group-coaching-summer-sale", "16"),
    ("group-coaching-vip-checkout", "17"),
    ("team-seats-checkout", "18"),
];

/// WordPress lets application passwords be used on a production site over https alone, and the tests' sites have no certificate.
const OVER_HTTP: &str = "<?php add_filter('wp_is_application_passwords_available', '__return_true');";

/// Who makes the switch: a folder, and a machine with a key of its own.
struct Agency {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Agency {
    fn new() -> Self {
        let agency = Self { folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() };
        crate::place::own(agency.home.path(), 0o700);
        agency
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The invented site's own adapter, which the settings name.
    fn has_the_adapter(&self) {
        let adapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staging/bloom.adapter.yaml");
        fs::copy(adapter, self.path("bloom.adapter.yaml")).unwrap();
        fs::write(self.path("plan.toml"), "[site]\nadapter = \"bloom.adapter.yaml\"\n").unwrap();
    }

    /// The program with the login of the site's spare administrator, who is no contact of the CRM.
    fn command(&self, site: &Site, words: &[&str]) -> Command {
        let mut command = program();
        command.args(words).current_dir(self.folder.path()).env("NO_COLOR", "1");
        command.env("PLAN_STATE_HOME", self.home.path());
        command.env("PLAN_LOGIN_ORIGIN", site.staging.url()).env("PLAN_LOGIN_USER", "spare-admin");
        command.env("PLAN_LOGIN_PASSWORD", site.staging.text("/spare/password")).stdin(Stdio::null());
        command
    }

    fn run(&self, site: &Site, words: &[&str]) -> Ran {
        self.command(site, words).output().unwrap().into()
    }

    fn records(&self, site: &Site, words: &[&str]) {
        self.run(site, &[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(0, &[]);
    }

    /// A backup of live that was made now.
    fn backs_up(&self, site: &Site, point: &str) {
        // Its time is to the second, and nothing older counts.
        std::thread::sleep(std::time::Duration::from_secs(1));
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let words =
            ["backup", "--restore-point", point, "--of", "live", "--parts", "files,database", "--taken-at", &now];
        self.records(site, &[&words[..], &["--stored-off-server"]].concat());
    }

    fn digest(&self, site: &Site, more: &[&str]) -> String {
        let diff = self.run(site, &[&["diff", PLAN, "--site", site.staging.url(), "--format", "json"], more].concat());
        diff.ends(0, &[]);
        let diff: Value = serde_json::from_str(&diff.out).unwrap();
        diff["digests"]["changes"].as_str().unwrap().to_owned()
    }

    /// The finished plan: the example's decisions for these two sites, in a window that is open.
    fn decides(&self, copy: &Site, live: &Site) {
        let now = Timestamp::now();
        // Where it is about noon the window ends on the day on which it begins.
        let hour = TimeZone::UTC.to_datetime(now).hour();
        let zone = if hour > 12 { format!("Etc/GMT+{}", hour - 12) } else { format!("Etc/GMT-{}", 12 - hour) };
        let at = |minutes: i64| Offset::constant(12 - hour).to_datetime(now + SignedDuration::from_mins(minutes));
        let start = format!("{} {zone}", at(-10).strftime("%Y-%m-%d %H:%M"));
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/bloom-coaching.yaml")).unwrap();
        let text = text
            .edited("https://staging.bloom.example", copy.staging.url())
            .edited("https://bloom.example", live.staging.url())
            .edited("2026-12-02 06:00 Europe/Berlin", &start)
            .edited("length: 2h", "length: 4h")
            .edited("07:30", &at(180).strftime("%H:%M").to_string())
            .edited("paid_until: \"2027-01-31\"", "paid_until: \"2100-01-31\"")
            .edited("private/bloom-coaching.contacts.yaml", "private/switch.contacts.yaml");
        fs::write(self.path(PLAN), text).unwrap();
    }
}

fn host(site: &Site) -> &str {
    site.staging.url().trim_start_matches("http://")
}

/// What the diff names, made on the screens of the stand-in.
fn makes_the_changes(at: &Person<'_>, live: &Site, is_copy: bool) {
    at.sets("_accessally_setting_developer", "production-url", &format!("//{}", host(live)));
    at.sets("_accessally_setting_emails", "select-welcome", "purchases-and-opt-ins");
    if is_copy {
        at.sets("fluentmail-settings", "misc/simulate_emails", "yes");
    }
    at.sets("_accessally_offering_1", "modules/4/select-release", "schedule");
    at.sets("_accessally_offering_1", "modules/4/release-days", "7");
    at.sets("_accessally_order_form_12", "automation/select-final-retry", "revoke");
    at.sets("_accessally_order_form_16", "automation/operations", r#"["2","7"]"#);
    at.sets_of_a_page("922", "_accessally_optin_operations", "", r#"["12","11"]"#);
}

fn maintenance(at: &Person<'_>, on: bool) {
    at.sets("_accessally_setting_migration", "checked-maintenance", if on { "yes" } else { "no" });
}

/// The mails that the site has had to send so far, and how many of them would have left it.
fn mails(site: &Site) -> (usize, usize) {
    let all = fs::read_to_string(site.staging.dir().join("mail.ndjson")).unwrap_or_default();
    (all.lines().count(), all.matches("\"sent\":true").count())
}

/// How many members have the password that they began with.
fn old_passwords(site: &Site, before: &str) -> usize {
    let now = passwords(site);
    before.lines().filter(|line| now.lines().any(|now| now == *line)).count()
}

fn passwords(site: &Site) -> String {
    site.sql("SELECT user_login, user_pass FROM wp_users ORDER BY ID")
}

fn option(site: &Site, name: &str) -> String {
    site.sql(&format!("SELECT option_value FROM wp_options WHERE option_name = '{name}'"))
}

#[test]
fn from_an_empty_folder_to_a_certificate_and_its_replay_on_live() {
    let bloom = ["--users", "0", "--bloom"];
    let Some(copy) = Site::bare(&bloom) else { return };
    let live = Site::bare_named("localhost", &[&bloom[..], &["--environment", "production"]].concat()).unwrap();
    live.other_plugin("over-http.php", OVER_HTTP);
    let agency = Agency::new();
    let url = copy.staging.url();
    agency.has_the_adapter();

    // The owner installs the plugin; the login works; the first plan lists what the site has.
    agency.run(&copy, &["bridge", "zip", "--adapter", "bloom.adapter.yaml", "--out", "plan-bridge.zip"]).ends(0, &[]);
    let operator = Person::signs_in(&copy, "operator");
    operator.installs(&agency.path("plan-bridge.zip"));
    let connected = agency.run(&copy, &["site", "connect", url]);
    connected.ends(3, &["the site takes the login, and it is not kept"]);
    assert!(connected.out.contains("answers with a list of its own"), "{connected:#?}");
    let begun = agency.run(&copy, &["init", "--site", url, "--live", live.staging.url(), "--out", PLAN]);
    begun.ends(0, &["with 10 spot-check contacts"]);
    let check = || agency.run(&copy, &["check", PLAN, "--site", url]);
    let first = check();
    // The sender's domain: mail plugins keep an address, which is not asked for.
    assert!(
        first.code == Some(1) && first.out.contains("red at gate") && first.out.contains(", 1 unknown"),
        "{first:#?}"
    );

    // Somebody decides; then it is green.
    agency.decides(&copy, &live);
    fs::remove_file(agency.path("private/switch.contacts.yaml")).unwrap();
    agency.run(&copy, &["contacts", "record", PLAN, "--site", url]).ends(0, &["10 contacts, 10 of them new"]);
    agency.backs_up(&copy, "RP-1");
    let green = check();
    assert!(green.code == Some(0) && green.out.contains("apply would make 7 changes"), "{green:#?}");
    reads_alike(&agency, &copy);

    taken_back(&agency, (&copy, &live), &operator);
    rehearsed(&agency, (&copy, &live), &operator);
    assert!(agency.path("switch.rehearsal.json").exists());
    replayed(&agency, &live);
}

/// Whatever else looks at the site sees what the check saw.
fn reads_alike(agency: &Agency, copy: &Site) {
    let url = copy.staging.url();
    agency.run(copy, &["runbook", PLAN, "--site", url, "--out", "page.html"]).ends(0, &[]);
    let page = fs::read_to_string(agency.path("page.html")).unwrap();
    assert!(!page.contains("accept-unknown members") && !page.contains("no reading shows the members"));
    let survey = agency.run(copy, &["survey", PLAN, "--site", url, "--who", "jo"]);
    assert!(!format!("{}{}", survey.out, survey.err).contains("order-form"), "{survey:#?}");
    let bundle = ["support-bundle", PLAN, "--site", url, "--for", "vendor", "--yes", "--out", "vendor.txt"];
    agency.run(copy, &bundle).ends(0, &[]);
    let bundle = fs::read_to_string(agency.path("vendor.txt")).unwrap();
    assert!(!bundle.contains("not read"), "{bundle}");
}

/// A run that is taken back leaves the site as it was.
fn taken_back(agency: &Agency, (copy, live): (&Site, &Site), operator: &Person<'_>) {
    let (before, digest) = (copy.dump(), agency.digest(copy, &[]));
    let run = |verb: &str, more: &[&str]| {
        agency.run(copy, &[&[verb, PLAN, "--site", copy.staging.url(), "--no-input"], more].concat())
    };
    run("apply", &["--confirm", &digest]).ends(20, &["waits at `configure`"]);
    operator.sets("_accessally_setting_developer", "production-url", &format!("//{}", host(live)));
    assert_ne!(copy.dump(), before);
    // It ends once a reading shows that what a person made is set back.
    let undone = run("undo", &["--confirm", &digest]);
    undone.ends(20, &["the undo waits until 1 object is set back by hand"]);
    assert!(undone.out.contains("- production_url: //localhost"), "{undone:#?}");
    operator.sets("_accessally_setting_developer", "production-url", "//staging.bloom.example");
    let undone = run("undo", &[]);
    undone.ends(0, &[]);
    assert!(undone.out.contains("the site is as it was before the run"), "{undone:#?}");
    assert_eq!(copy.dump(), before);
    assert_eq!(agency.digest(copy, &[]), digest);
}

/// The rehearsal, on a terminal from its first question to the certificate.
fn rehearsed(agency: &Agency, (copy, live): (&Site, &Site), operator: &Person<'_>) {
    let (url, digest) = (copy.staging.url(), agency.digest(copy, &[]));
    let before = passwords(copy);
    let lines = format!("{}\nend", operator.verification().join("\n"));
    let phrase = format!("run migration on {}", host(copy));
    let spare = || Person::signs_in(copy, "spare-admin");
    let mut script = vec![
        ("who is at the keyboard?", types("jo")),
        ("waiting:", acts(|| makes_the_changes(operator, live, true))),
        ("of 240 contacts 240 the same", types("")),
        ("paste the lines that the screen shows", types(&lines)),
        (
            "Type `run migration on",
            acts(|| assert_eq!((mails(copy), old_passwords(copy, &before)), ((0, 0), 244), "nobody pressed yet")),
        ),
        ("", types(&phrase)),
        (
            "now press *Run Migration*, once",
            acts(|| assert_eq!(operator.presses("migrate", &[("maintenance", "yes")]), 302)),
        ),
        ("the site says that maintenance mode is on", acts(|| maintenance(&spare(), false))),
    ];
    let asked: Vec<String> = FORMS.iter().map(|(form, _)| format!("bought on `{form}`")).collect();
    for ((form, number), asked) in FORMS.into_iter().zip(&asked) {
        let email = format!("{form}@nowhere.example");
        let buys = move || assert_eq!(spare().presses("buy", &[("form", number), ("email", &email)]), 302);
        script.push((asked, acts(buys)));
        script.push(("", types("yes")));
        script.push(("the payment's transaction", types("")));
        script.push(("no other new order", types("")));
    }
    let command = agency.command(copy, &["apply", PLAN, "--site", url, "--confirm", &digest]);
    let (shown, code) = talk(&command, script);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("tested by machine: the tool's own login, which is the spare administrator's"), "{shown}");
    assert!(shown.contains("6 of the orders found on the site"), "{shown}");
    // The members' and the operator's are new. The reader and the editor are no contacts, and whom the test signs in it gives a password.
    assert_eq!((mails(copy), old_passwords(copy, &before)), ((247, 0), 2));
    assert!(option(copy, "_accessally_setting_api").contains("accessally-managed"));
    assert!(option(copy, "_accessally_setting_migration").contains(r#"s:2:"no""#));
    assert_eq!(
        copy.sql("SELECT COUNT(*) FROM wp_aal_orders WHERE transaction_id LIKE 'pi\\_%' AND order_date = UTC_DATE()")
            .trim(),
        "6"
    );
    assert!(!shown.contains("@nowhere.example") && !shown.contains("@mail.example"), "{shown}");
}

/// The same on live, in its window, by commands.
fn replayed(agency: &Agency, live: &Site) {
    let operator = Person::signs_in(live, "operator");
    operator.installs(&agency.path("plan-bridge.zip"));
    let (url, name, before) = (live.staging.url(), host(live), passwords(live));
    let on_live = ["--on", "live"];
    let digest = agency.digest(live, &on_live);
    let apply = |more: &[&str]| {
        let words = ["apply", PLAN, "--site", url, "--on", "live", "--host", name, "--no-input"];
        agency.run(live, &[&words[..], more].concat())
    };
    let resumes = || apply(&["--resume"]);
    apply(&["--confirm", &digest]).ends(20, &["waits at `enter-maintenance`"]);
    assert_eq!(live.fetch(url, &[]).status, 200);
    maintenance(&operator, true);
    assert_eq!(live.fetch(url, &[]).status, 503);
    resumes().ends(20, &["waits at `backup`"]);
    agency.backs_up(live, "RP-2");
    resumes().ends(20, &["waits at `configure`"]);
    makes_the_changes(&operator, live, false);
    let configured = resumes();
    configured.ends(0, &[]);
    assert!(configured.out.contains("of 240 contacts 240 the same"), "{configured:#?}");
    fs::write(agency.path("lines.txt"), operator.verification().join("\n") + "\n").unwrap();
    agency.records(live, &["verification", "lines.txt", "--host", name]);
    agency.records(live, &["restore-drill", "RP-1", "--took", "5s", "--onto", "another copy"]);
    let phrase = format!("run migration on {name}");
    // Somebody else's site is no way to the barrier.
    apply(&["--resume", "--acknowledge", "run migration on staging.bloom.example"]).ends(20, &[]);
    assert_eq!((mails(live), old_passwords(live, &before)), ((0, 0), 244));
    apply(&["--resume", "--acknowledge", &phrase]).ends(20, &["press it now, once"]);
    assert_eq!(operator.presses("migrate", &[("maintenance", "yes")]), 302);
    assert_eq!((mails(live), old_passwords(live, &before)), ((241, 241), 3), "on live they are mailed for real");
    resumes().ends(20, &["waits at `leave-maintenance`"]);
    let spare = Person::signs_in(live, "spare-admin");
    maintenance(&spare, false);
    resumes().ends(20, &["waits at `test-purchase`"]);
    assert_eq!(spare.presses("buy", &[("form", "14"), ("email", "real.buyer@nowhere.example")]), 302);
    let saw = ["purchase", "foundations-membership", "--saw", "order,content,welcome-email,new-user"];
    agency.records(live, &[&saw[..], &on_live].concat());
    // Live is open again, and a member changes: who it is stands in the answer, what was accepted in the run.
    live.sql("DELETE FROM wp_aal_user_tags ORDER BY user_id, tag_id LIMIT 1");
    let differs = resumes();
    let open = "since they were reviewed: ";
    differs.ends(20, &[open, "plan record step review-contacts"]);
    agency.records(live, &[&["step", "review-contacts", "she asked for it by mail"], &on_live[..]].concat());
    let ended = resumes();
    assert!(ended.out.contains("every step is done"), "{ended:#?}");
    let status = agency.run(live, &["status", PLAN, "--site", url]);
    assert!(status.out.contains(open) && status.out.contains("239 the same"), "{status:#?}");
}
