//! What comes between a run and its site while a person's step is waited for: firewalls, updates, other sites, a login that is revoked, a
//! plugin that is gone, clocks. Each is named, none is taken for the site, and once it is over the run goes on.

use std::fs;

use super::Site;
use super::host::{shows, watched};
use super::run::{CHANGES, Switch};
use crate::common::one_of;
use crate::place::{PLAN, Ran};

/// What answers in the place of a route.
fn instead(route: &str, php: &str) -> String {
    format!("<?php if (strpos(urldecode($_SERVER['REQUEST_URI'] ?? ''), '{route}')) {{ {php} exit; }}")
}

/// A page of a firewall's, with somebody's address on it.
const PAGE: &str = "header('Content-Type: text/html'); echo '<html><h1>Blocked: jo@canary.example</h1>';";
const MAINTENANCE: &str =
    "header('Retry-After: 600'); wp_load_translations_early(); wp_die('Updating', 'Maintenance', 503);";

/// By how much the clock of PHP alone, or with that of the server, is off.
fn clock(by: i64, and_the_servers: bool) -> String {
    let date =
        if and_the_servers { "header('Date: ' . \\gmdate('D, d M Y H:i:s', time() + $by) . ' GMT');" } else { "" };
    format!(
        "<?php namespace Plan\\Bridge; function gmdate($format) {{ $by = {by}; {date} return \\gmdate($format, time() + $by); }}"
    )
}

/// Other people's code while one command line runs: what it says, and how it ends.
fn meets(switch: &Switch<'_>, name: &str, php: &str, words: &[&str]) {
    let file = switch.site.other_plugin("between.php", php);
    let ran = switch.desk.resumes(&[]);
    fs::remove_file(file).unwrap();
    is_named(name, &ran, words);
}

#[track_caller]
fn is_named(name: &str, ran: &Ran, words: &[&str]) {
    assert!(matches!(ran.code, Some(13 | 20)), "{name}: {ran:#?}");
    for word in words {
        assert!(ran.err.contains(word), "{name}: `{word}` is not said: {ran:#?}");
    }
    assert!(!ran.err.contains("canary") && !ran.out.contains("in place ("), "{name}: {ran:#?}");
}

/// Notes each login that is refused.
const LOGINS: &str = "<?php add_action('application_password_failed_authentication', function () {
    file_put_contents(WP_CONTENT_DIR . '/../refused', \"once\\n\", FILE_APPEND);
});";

/// Whatever stands in between while a capture is asked for.
const FRONTS: [(&str, &str, &str, &str); 8] = [
    ("403", "plan/v1/capture", "header('HTTP/1.1 403 Forbidden');", "(403) before WordPress is asked"),
    ("200", "plan/v1/capture", "", "a web page came instead of JSON at `/?rest_route=/plan/v1/capture`"),
    (
        "as lines",
        "plan/v1/capture",
        "header('Content-Type: application/x-ndjson'); echo '<html>jo@canary.example'; exit;",
        "ends in the middle",
    ),
    ("plugins", "wp/v2/plugins", "", "a web page came instead of JSON"),
    ("429", "plan/v1/capture", "header('HTTP/1.1 429 Too Many Requests');", "asks for fewer requests (429)"),
    ("502", "plan/v1/capture", "header('HTTP/1.1 502 Bad Gateway');", "no answer from WordPress (502)"),
    ("503", "plan/v1/capture", MAINTENANCE, "it is in maintenance mode (503)"),
    (
        "302",
        "plan/v1/capture",
        "header('Location: http://127.0.0.1:1/x', true, 302);",
        "it redirects to `http://127.0.0.1:1`",
    ),
];

#[test]
fn what_comes_between_while_a_step_is_waited_for_is_named_and_the_run_goes_on() {
    let Some((all, turn)) = one_of("CUTS", (2, 3)) else { return };
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let switch = Switch::at(&site);
    switch.waits();
    let fronts = FRONTS.iter().cycle().skip(turn % FRONTS.len()).take(if all { FRONTS.len() } else { 2 });
    for (name, route, php, words) in fronts {
        meets(&switch, name, &instead(route, &format!("{php} {PAGE}")), &["stopped: ", words, "--resume"]);
    }
    let trials: [fn(&Switch<'_>); 5] = [another_site, another_list, deactivated, revoked, a_cache];
    trials
        .iter()
        .cycle()
        .skip(turn % trials.len())
        .take(if all { trials.len() } else { 2 })
        .for_each(|trial| trial(&switch));
    switch.desk.resumes(&[]).ends(20, &["waits at `configure`", "`charging-guard` is not as the plan wants it"]);
    clocks(&switch, turn);
}

/// Another site answers at the address: a copy over it, or a domain that leads elsewhere.
fn another_site(switch: &Switch<'_>) {
    let url = switch.site.staging.dir().join("url");
    let own = fs::read(&url).unwrap_or_default();
    fs::write(&url, "http://other.example").unwrap();
    is_named("another", &switch.desk.resumes(&[]), &["its home is `http://other.example`", "no login was sent to it"]);
    fs::write(&url, own).unwrap();
}

fn list(switch: &Switch<'_>) -> std::path::PathBuf {
    switch.site.plugin().join("request.json")
}

/// The plugin is replaced by one with the list of another adapter.
fn another_list(switch: &Switch<'_>) {
    let own = fs::read(list(switch)).unwrap();
    fs::copy("bridge/request.json", list(switch)).unwrap();
    let lacks = "`charging-guard` is not read any more, as it was when the run began: ";
    let why =
        "the capture was not asked for option `_accessally_setting_developer`; the plugin on the site has another list";
    let cure = "`plan bridge zip --adapter FILE --out NEW.zip` makes one with it";
    is_named("list", &switch.desk.resumes(&[]), &["waits at `configure`", lacks, why, cure]);
    fs::write(list(switch), "{").unwrap();
    is_named("no list", &switch.desk.resumes(&[]), &["stopped: ", "request.json cannot be used"]);
    fs::write(list(switch), own).unwrap();
}

fn deactivated(switch: &Switch<'_>) {
    let set = |status: &str| {
        let body = format!("{{\"status\":\"{status}\"}}");
        let options = ["-X", "POST", "-H", "Content-Type: application/json", "-d", &body];
        assert_eq!(switch.site.get("/wp/v2/plugins/plan-bridge/plan-bridge", &options).status, 200);
    };
    set("inactive");
    let lacks = "`charging-guard` is not read any more, as it was when the run began: ";
    is_named(
        "inactive",
        &switch.desk.resumes(&[]),
        &["waits at `configure`", lacks, "not active: activate it under Plugins"],
    );
    set("active");
}

/// The login is revoked while a terminal waits: it is named, and not sent on and on.
fn revoked(switch: &Switch<'_>) {
    let file = switch.site.other_plugin("between.php", LOGINS);
    let (mut child, shown) =
        watched(&switch.desk.command(&["apply", PLAN, "--site", switch.site.staging.url(), "--resume"]));
    shows(&shown, "waiting: 7 objects");
    let is_called = |from: &str, to: &str| {
        switch.site.sql(&format!("UPDATE wp_usermeta SET meta_key = '{to}' WHERE meta_key = '{from}'"));
    };
    is_called("_application_passwords", "_revoked");
    shows(&shown, "stopped: cannot log in to");
    assert_eq!(child.wait().unwrap().code(), Some(20));
    is_called("_revoked", "_application_passwords");
    fs::remove_file(file).unwrap();
    let refused = fs::read_to_string(switch.site.staging.dir().join("refused")).unwrap();
    // With the index, which this WordPress gives to nobody too, and with what it gives to nobody: no second reading begins.
    assert!((1..=2).contains(&refused.lines().count()), "a user is locked out by so many: {refused}");
}

/// A cache answers with an older capture in the place of the plugin.
fn a_cache(switch: &Switch<'_>) {
    let old = switch.site.get("/plan/v1/capture", &[]);
    let kept = switch.site.staging.dir().join("kept.ndjson");
    fs::write(&kept, old.body).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let php = "header('Content-Type: application/x-ndjson'); readfile(WP_CONTENT_DIR . '/../kept.ndjson');";
    let words = ["stopped: ", "before it was sent: a cache answers in its place"];
    meets(switch, "cache", &instead("plan/v1/capture", php), &words);
}

/// A clock that is hours off keeps no step from being proven; two that differ are named.
fn clocks(switch: &Switch<'_>, turn: usize) {
    meets(switch, "ahead alone", &clock(3 * 3600 + 1800, false), &["made 3 h after it was sent", "clock of PHP"]);
    switch.does(CHANGES);
    let by = [3 * 3600, -3 * 3600];
    let file = switch.site.other_plugin("between.php", &clock(by[turn % 2], true));
    let ran = switch.desk.resumes(&[]);
    fs::remove_file(file).unwrap();
    ran.ends(0, &[]);
    assert!(ran.out.contains("of 240 contacts 240 the same"), "{ran:#?}");
}
