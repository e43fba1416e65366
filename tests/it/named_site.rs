//! `[site] staging` of `plan.toml`: which site a plan is judged against where the command line names none.

use std::fs;
use std::net::TcpListener;

use crate::place::{PLAN, Place, Ran, SITE};

fn names(place: &Place, staging: &str) {
    fs::write(place.path("plan.toml"), format!("[site]\nstaging = \"{staging}\"\n")).unwrap();
}

#[test]
fn a_site_is_named_on_the_command_line_or_by_the_settings() {
    let place = Place::new();
    let check = |more: &[&str]| place.run(&[&["check", PLAN][..], more].concat());
    check(&[]).ends(2, &["no site is named", "--no-site", "staging ="]);
    place.run(&["diff", PLAN]).ends(2, &["no site is named"]);
    // Nobody who runs the command vouches for a file that the settings name: it is a recording.
    names(&place, SITE);
    let (named, recording) = (check(&["--format", "json"]), check(&["--snapshot", SITE, "--format", "json"]));
    assert_eq!((named.code, named.out), (recording.code, recording.out));
    // What the command line says comes first, and the settings name no live site.
    check(&["--no-site"]).ends(0, &[]);
    check(&["--on", "live"]).ends(2, &["no site is named"]);
    place.run(&["apply", PLAN]).ends(2, &["--site"]);
}

#[test]
fn a_recording_that_the_settings_name_lies_in_the_plans_folder() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(place.path(SITE), elsewhere.path().join(SITE)).unwrap();
    let outside = elsewhere.path().join(SITE).display().to_string();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, place.path("link.site.ndjson")).unwrap();
    for name in ["../x.site.ndjson", &outside, "none.site.ndjson", "link.site.ndjson"] {
        names(&place, name);
        place.run(&["check", PLAN]).ends(3, &[&format!("names `{name}` as the staging copy")]);
    }
}

/// An address in a repository opens no connection: neither without a login, nor with one that is bound to another site.
#[test]
fn an_address_of_the_settings_is_asked_for_nothing_without_a_login_of_its_own() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    place.edit(PLAN, "https://staging.bloom.example", &address);
    names(&place, &address);
    let with = |variables: &[(&str, &str)]| -> Ran {
        place.command(&["check", PLAN]).envs(variables.iter().copied()).output().unwrap().into()
    };
    with(&[]).ends(3, &["PLAN_LOGIN_ORIGIN", &address]);
    let of_another =
        [("PLAN_LOGIN_ORIGIN", "https://x.example"), ("PLAN_LOGIN_USER", "jo"), ("PLAN_LOGIN_PASSWORD", "p")];
    with(&of_another).ends(3, &["x.example"]);
    assert!(listener.accept().is_err(), "somebody asked it");
    // What the plan does not name is no site of it, whatever login there is.
    names(&place, "https://x.example");
    with(&of_another).ends(2, &["is not a site of this plan"]);
}
