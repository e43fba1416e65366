//! What this machine keeps of a login that a site took, and what a refusal of it shows then.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::place::{Place, Ran, program};
use crate::typed::typed_to;

const WHOLE: &str = "Zq7secretXyW1234abcdEFGH";

/// A site without the plugin, whose login is good until it is revoked.
fn until_revoked() -> (Server, Arc<AtomicBool>) {
    let revoked = Arc::new(AtomicBool::new(false));
    let is_revoked = Arc::clone(&revoked);
    let server = Server::unmet(move |request, _| match request {
        request if request.asks("rest_route=/&") => ok(&json!({
            "home": request.url(), "url": request.url(), "namespaces": ["wp/v2"], "authentication": {"application-passwords": {}}
        })),
        request if request.asks("/plan/v1/") => error("404 No", "rest_no_route"),
        request if request.asks("/users/me") && is_revoked.load(Ordering::SeqCst) => {
            error("401 No", "rest_not_logged_in")
        }
        request => wordpress(request),
    });
    (server, revoked)
}

fn command(server: &Server, home: &Path, words: &[&str]) -> std::process::Command {
    let mut command = program();
    command.args(words).env("PLAN_STATE_HOME", home).env("PLAN_LOGIN_ORIGIN", &server.url);
    command.env("PLAN_LOGIN_USER", "operator").env("PLAN_LOGIN_PASSWORD", WHOLE).stdin(Stdio::null());
    command
}

fn run(server: &Server, home: &Path, words: &[&str]) -> Ran {
    Ran::from(command(server, home, words).output().unwrap())
}

#[test]
fn a_login_that_was_used_here_is_known_to_have_worked() {
    let place = Place::new();
    for words in [&["site", "connect"][..], &["site", "inventory"], &["site", "capture", "--out", "x.ndjson"]] {
        let (server, revoked) = until_revoked();
        let home = tempfile::tempdir_in(place.folder.path()).unwrap();
        let here = [words, &[&server.url]].concat();
        // There is no keyring, and no plugin.
        run(&server, home.path(), &here).ends(3, &[]);
        revoked.store(true, Ordering::SeqCst);
        let ran = run(&server, home.path(), &["site", "removed", &server.url]);
        assert!(ran.out.contains("password  revoked: `users/me` answers 401"), "{words:?}: {ran:#?}");
        // Nobody looked whether the plugin is deleted.
        ran.ends(1, &["answers nobody's login with the same", "Users > Profile"]);
    }
}

#[test]
fn a_line_that_was_torn_inside_a_character_takes_no_other_with_it() {
    let place = Place::new();
    let (server, revoked) = until_revoked();
    let home = place.folder.path().join("machine");
    run(&server, &home, &["site", "removed", &server.url]).ends(1, &[]);
    let mut ledger = OpenOptions::new().append(true).open(home.join("logins.ndjson")).unwrap();
    ledger.write_all(b"{\"login\":\"\xc3").unwrap();
    revoked.store(true, Ordering::SeqCst);
    let ran = run(&server, &home, &["site", "removed", &server.url]);
    assert!(ran.out.contains("revoked:") && ran.out.contains("gone: while the login worked"), "{ran:#?}");
    ran.ends(0, &[]);
}

#[test]
fn who_leaves_at_the_question_is_asked_no_more_and_neither_is_the_site() {
    let place = Place::new();
    let (server, _) = until_revoked();
    let home = place.folder.path().join("machine");
    let mut command = command(&server, &home, &["site", "removed", &server.url]);
    command.current_dir(place.folder.path());
    let (shown, code) = typed_to(&command, "\u{4}");
    assert_eq!(shown.matches("Revoke it there").count(), 1, "{shown}");
    assert_eq!(code, Some(1), "{shown}");
}
