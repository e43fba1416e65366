//! `plan site doctor` on a real WordPress: each fault of the way to it is named, with its cause and its cure.

use std::fs;

use super::*;
use crate::common::validator;
use crate::place::Place;

/// What it found, a check under its name.
struct Found(Option<i32>, Value);

impl Found {
    #[track_caller]
    fn says(&self, name: &str, verdict: &str, words: &[&str]) -> &Self {
        let checks = self.1["checks"].as_array().unwrap();
        let check =
            checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {checks:#?}"));
        assert_eq!(check["verdict"], verdict, "{check:#}");
        let all = format!("{} {} {}", check["seen"], check["cause"], check["cure"]);
        words.iter().for_each(|word| assert!(all.contains(word), "`{word}` is not said: {check:#}"));
        self
    }

    /// A text of a check; empty where it has none.
    fn text(&self, name: &str, of: &str) -> &str {
        let checks = self.1["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()[of].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.0, Some(code), "{:#}", self.1);
        self
    }
}

fn doctor(site: &Site, login: Option<(&str, &str)>) -> Found {
    let place = Place::new();
    let mut command = place.command(&["site", "doctor", site.staging.url(), "--format", "json"]);
    if let Some((user, password)) = login {
        command.env("PLAN_LOGIN_ORIGIN", site.staging.url()).env("PLAN_LOGIN_USER", user);
        command.env("PLAN_LOGIN_PASSWORD", password);
    }
    let ended = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(login.is_none_or(|(_, password)| !said.contains(password)), "{said}");
    let value: Value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let errors: Vec<String> = validator("doctor").iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    Found(ended.status.code(), value)
}

impl Site {
    fn examined(&self) -> Found {
        doctor(self, Some(("operator", self.staging.text("/password"))))
    }

    fn examined_with(&self, fault: &str) -> Found {
        let switch = self.staging.dir().join("faults").join(fault);
        fs::write(&switch, "").unwrap();
        let found = self.examined();
        fs::remove_file(switch).unwrap();
        found
    }

    fn examined_beside(&self, php: &str) -> Found {
        let file = self.other_plugin("fault.php", php);
        let found = self.examined();
        fs::remove_file(file).unwrap();
        found
    }
}

const NAMES: [&str; 11] = [
    "certificate",
    "address",
    "rest-api",
    "site",
    "clock",
    "passwords",
    "login",
    "header",
    "collector",
    "cron",
    "environment",
];

#[test]
fn each_fault_between_here_and_a_site_is_named_with_its_cure() {
    let Some(site) = Site::ready() else { return };
    let well = site.examined();
    well.ends(0).says("login", "ok", &["`operator` is an administrator"]).says("header", "ok", &["arrives"]);
    well.says("collector", "ok", &["`plan-bridge` 0.1.0 answers, with a list of its own"]);
    well.says("cron", "unknown", &["nothing is scheduled"]).says("clock", "ok", &["s apart"]);
    let names: Vec<&Value> = well.1["checks"].as_array().unwrap().iter().map(|check| &check["name"]).collect();
    assert_eq!(names, NAMES);
    passwords_and_headers(&site);
    fronts(&site);
    for fault in ["maintenance", "redirect-to-other-host"] {
        site.examined_with(fault).ends(1);
    }
    site.examined_with("maintenance").says("site", "wrong", &["maintenance mode (503)", ".maintenance"]);
    site.examined_with("redirect-to-other-host").says("address", "wrong", &["redirects to `http://127.0.0.1:1`"]);
    site.examined_with("rest-logged-in-only").ends(0).says("passwords", "ok", &[]);

    site.sql("INSERT INTO wp_posts (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, \
        to_ping, pinged, post_content_filtered, post_modified, post_modified_gmt) VALUES \
        (1, '2037-01-01', '2037-01-01', '', 'Later', '', 'future', '', '', '', NOW(), NOW())");
    site.examined().ends(0).says("cron", "ok", &["none is overdue"]);
    site.sql("UPDATE wp_posts SET post_date = '2026-01-01', post_date_gmt = '2026-01-01' WHERE post_title = 'Later'");
    site.examined().ends(1).says("cron", "wrong", &["not published", "DISABLE_WP_CRON", "wp-cron.php"]);
    site.sql("DELETE FROM wp_posts WHERE post_title = 'Later'");

    site.ask("{}");
    site.examined().ends(1).says("collector", "wrong", &["no list that it can use", "plan adapter request"]);
    fs::copy(bridge().join("request.json"), site.plugin().join("request.json")).unwrap();
    site.examined().ends(0).says("collector", "ok", &["the list of the built-in adapters"]);
    site.sql("UPDATE wp_options SET option_value = 'a:0:{}' WHERE option_name = 'active_plugins'");
    site.examined().ends(1).says("collector", "wrong", &["does not answer", "activate"]);
}

/// A header that is dropped and a password that is wrong look the same to WordPress, and not to the collector.
fn passwords_and_headers(site: &Site) {
    let wrong = doctor(site, Some(("operator", "not the password")));
    wrong.ends(1).says(
        "login",
        "wrong",
        &["as if nobody had logged in", "the header arrives, so it is the user name or the password"],
    );
    assert!(!wrong.text("login", "cure").contains("SetEnvIf"), "the header arrives");
    wrong.says("header", "ok", &["arrives"]).says("passwords", "ok", &["offers"]).says("collector", "unknown", &[]);
    let stripped = site.examined_with("auth-header-stripped");
    stripped.ends(0).says("login", "ok", &["`operator` is an administrator"]);
    stripped.says("header", "ok", &["does not reach WordPress", "`X-Plan-Authorization`", "SetEnvIf Authorization"]);
    // Where that header is dropped too, and the login judged once where it is not.
    let drops = "<?php unset($_SERVER['HTTP_AUTHORIZATION'], $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW']);";
    let both = site.examined_beside(&format!("{drops} unset($_SERVER['HTTP_X_PLAN_AUTHORIZATION']);"));
    both.ends(1).says("login", "wrong", &["the header that carries the login does not arrive"]);
    both.says("header", "wrong", &["does not reach WordPress", "SetEnvIf Authorization"]);
    let judged = site.staging.dir().join("judged");
    let counts = format!(
        "{drops} add_action('application_password_failed_authentication', fn () => file_put_contents('{}', 'x', FILE_APPEND));",
        judged.display()
    );
    let file = site.other_plugin("fault.php", &counts);
    let wrong = doctor(site, Some(("operator", "not the password")));
    wrong.ends(1).says("login", "wrong", &["the header arrives, so it is the user name or the password"]);
    wrong.says("header", "ok", &["`X-Plan-Authorization`"]);
    fs::remove_file(file).unwrap();
    assert_eq!(fs::read_to_string(&judged).unwrap(), "x");
    let off = site.examined_with("app-passwords-off");
    off.ends(1).says("passwords", "wrong", &["application passwords are off there"]).says("header", "ok", &[]);
    assert_eq!(off.text("login", "cause"), "", "no password is taken there");
    let by_a_plugin = site.examined_beside(
        "<?php add_filter('wp_is_application_passwords_available', '__return_false');
        add_action('rest_api_init', fn () => register_rest_route('wordfence/v1', '/scan',
            ['methods' => 'GET', 'permission_callback' => '__return_false', 'callback' => '__return_null']));",
    );
    by_a_plugin.ends(1).says("passwords", "wrong", &["active: Wordfence", "Disable WordPress application passwords"]);
    let reader = doctor(site, Some(("reader", site.staging.text("/subscriber/password"))));
    reader.ends(1).says("login", "wrong", &["not an administrator"]).says("header", "ok", &[]);
    assert_eq!(reader.text("login", "cause"), "", "the password is right");
    doctor(site, None).ends(0).says("login", "unknown", &["plan site connect"]).says("header", "ok", &[]);
}

/// What stands in front of WordPress.
fn fronts(site: &Site) {
    let refuses = |what: &str| {
        format!(
            "<?php if ({what}) {{ http_response_code(403); header('Content-Type: text/html'); echo '<h1>No</h1>'; exit; }}"
        )
    };
    let one = site.examined_beside(&refuses("isset($_GET['rest_route'])"));
    one.ends(0).says("rest-api", "ok", &["`/?rest_route=/` is not: 403", "`/wp-json/` is answered", "firewall"]);
    let both = site.examined_beside(&refuses("true"));
    both.ends(1).says("rest-api", "wrong", &["403", "firewall"]).says("site", "unknown", &[]);
    let walled = site.examined_beside(
        "<?php header('WWW-Authenticate: Basic realm=\"x\"', true, 401); header('Content-Type: text/html'); echo 'No'; exit;",
    );
    walled.ends(1).says("rest-api", "wrong", &["login of its own", "one login only", "Tools > Plan"]);
}

#[test]
fn a_dead_address_is_not_reached_and_a_person_reads_one_line_a_check() {
    let place = Place::new();
    let dead = place.run(&["site", "doctor", "http://127.0.0.1:1", "--format", "json"]);
    dead.ends(3, &[]);
    let found: Value = serde_json::from_str(&dead.out).unwrap();
    assert_eq!(
        (found["reached"].as_bool(), found["checks"].as_array().map(Vec::len)),
        (Some(false), Some(NAMES.len()))
    );
    let shown = place.run(&["site", "doctor", "http://127.0.0.1:1"]);
    shown.ends(3, &[]);
    for name in NAMES {
        let word = if name == "address" { "wrong" } else { "unknown" };
        assert!(shown.out.contains(&format!("{word:<8} {name:<12} ")), "{}", shown.out);
    }
    assert!(shown.out.contains("nothing listens there") && shown.out.contains("11 checks: 1 wrong, 10 unknown"));
    place.run(&["site", "doctor", "https://jo:secret@bloom.example"]).ends(3, &["has a user or a password in it"]);
}
