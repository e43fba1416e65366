//! What is put on a site to read it is removed again, and that is proven by the site itself: the plugin by core's own list, then the
//! password by a 401.

use std::fs;

use super::*;
use crate::place::{Ran, program};

/// A password of the right form that no site has.
const WRONG: &str = "Zq7s ecre tXyW 1234 abcd EFGH";

fn removed(site: &Site, password: &str) -> Ran {
    let login = [("ORIGIN", site.staging.url()), ("USER", "operator"), ("PASSWORD", password)];
    let words = ["site", "removed", site.staging.url()];
    let login = login.map(|(name, value)| (format!("PLAN_LOGIN_{name}"), value.to_owned()));
    let ran = Ran::from(program().args(words).envs(login).stdin(Stdio::null()).output().unwrap());
    crate::hints::hold(&words, &ran.err);
    for stream in [&ran.out, &ran.err] {
        assert!(!stream.contains(password) && !stream.contains("operator"), "{ran:#?}");
    }
    ran
}

/// How it ended, and what it says of the plugin and of the password.
fn said(ran: &Ran) -> (Option<i32>, &str, &str) {
    let of = |name: &str| ran.out.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim_start();
    (ran.code, of("plugin"), of("password"))
}

#[test]
fn the_plugin_is_gone_by_the_list_of_plugins_and_the_password_by_a_401() {
    let Some(site) = Site::up(&["--users", "0"]) else { return };
    let password = site.staging.text("/password").to_owned();
    let works = "the login still works; revoke it: Users > Profile > Application Passwords, Revoke";
    let first = "the login still works; once this command saw that the plugin is gone, revoke it: Users > Profile > Application Passwords, Revoke";
    let set = |status: &str| {
        let body = format!(r#"{{"status":"{status}"}}"#);
        let words = ["-X", "POST", "-H", "Content-Type: application/json", "-d", &body];
        assert_eq!(site.get("/wp/v2/plugins/plan-bridge/plan-bridge", &words).status, 200);
    };
    let there = |how: &str, cure: &str| format!("still there, {how}: Plugins > Plan bridge > {cure}");
    set("active");
    let ran = removed(&site, &password);
    assert_eq!(said(&ran), (Some(1), &*there("and active", "Deactivate, Delete"), first), "{ran:#?}");
    set("inactive");
    let ran = removed(&site, &password);
    assert_eq!(said(&ran), (Some(1), &*there("not active", "Delete"), first), "{ran:#?}");
    fs::remove_dir_all(site.plugin()).unwrap();
    let ran = removed(&site, &password);
    assert_eq!(said(&ran), (Some(1), "gone: `plan-bridge` is not in the site's list of plugins", works), "{ran:#?}");
    assert!(ran.err.contains("once it is, look again: plan site removed http://127.0.0.1:"), "{ran:#?}");

    // Where application passwords are off every login is refused, and that shows nothing of this one.
    let off = site.staging.dir().join("faults").join("app-passwords-off");
    fs::write(&off, "").unwrap();
    removed(&site, &password).ends(3, &["application passwords are off"]);
    fs::remove_file(off).unwrap();

    let all = site.get("/wp/v2/users/me/application-passwords", &[]);
    let all: Value = serde_json::from_slice(&all.body).unwrap();
    let [one] = all.as_array().unwrap().as_slice() else { panic!("{all}") };
    let route = format!("/wp/v2/users/me/application-passwords/{}", one["uuid"].as_str().unwrap());
    assert_eq!(site.get(&route, &["-X", "DELETE"]).status, 200);
    let ran = removed(&site, &password);
    let (code, plugin, said) = said(&ran);
    assert_eq!(
        (code, plugin),
        (Some(0), "gone: while the login worked it was not in the site's list of plugins"),
        "{ran:#?}"
    );
    assert!(
        said.starts_with("revoked: `users/me` answers 401 (") && said.contains("to the login that it took at 20"),
        "{said}"
    );
}

#[test]
fn a_refusal_of_a_login_that_nobody_saw_work_shows_nothing() {
    let Some(site) = Site::up(&["--users", "0"]) else { return };
    let never = |plugin: &str| {
        let ran = removed(&site, WRONG);
        let (code, of_plugin, password) = said(&ran);
        assert_eq!((code, of_plugin), (Some(1), plugin), "{ran:#?}");
        assert!(password.starts_with("unknown: `users/me` answers 401"), "{ran:#?}");
        assert!(ran.err.contains("a login that is mistyped, or that the server takes out of requests"), "{ran:#?}");
    };
    never("not active; whether it is deleted only a login shows: look under Plugins");
    site.activate();
    never("still there, and active: Plugins > Plan bridge > Deactivate, Delete");
    // The same password in groups is the same login.
    let password = site.staging.text("/password").to_owned();
    let stripped = site.staging.dir().join("faults").join("auth-header-stripped");
    fs::write(&stripped, "").unwrap();
    let ran = removed(&site, &password);
    assert!(said(&ran).2.starts_with("the login still works"), "by the collector's own header: {ran:#?}");
    fs::remove_file(&stripped).unwrap();
    assert!(said(&removed(&site, &password)).2.starts_with("the login still works"));
    let all = site.sql("DELETE FROM wp_usermeta WHERE meta_key = '_application_passwords'");
    assert_eq!(all, "");
    let groups: Vec<&str> = password.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    let ran = removed(&site, &groups.join(" "));
    let (code, plugin, of_password) = said(&ran);
    assert!(of_password.starts_with("revoked:"), "{ran:#?}");
    assert_eq!(
        (code, plugin),
        (Some(1), "still there, and active: Plugins > Plan bridge > Deactivate, Delete"),
        "{ran:#?}"
    );
}
