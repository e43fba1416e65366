//! `[site] staging` of `plan.toml`: which site a plan is judged against where the command line names none, and which `plan.toml` that is.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

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

/// A repository whose plans lie in a folder of it, and whose settings name the site at its top.
pub(crate) fn repository() -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("plans/club")).unwrap();
    fs::create_dir(place.path(".git")).unwrap();
    for entry in fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_name() != "plans" && entry.file_name() != ".git" {
            fs::rename(entry.path(), place.path("plans/club").join(entry.file_name())).unwrap();
        }
    }
    fs::rename(place.path(&format!("plans/club/{SITE}")), place.path(SITE)).unwrap();
    place
}

pub(crate) const SWITCH: &str = "plans/club/bloom-coaching.yaml";

#[test]
fn settings_at_the_top_of_the_repository_hold_for_every_plan_below_wherever_the_command_runs() {
    let place = repository();
    place.run(&["check", SWITCH]).ends(2, &["no site is named"]);
    names(&place, SITE);
    let from_top = place.run(&["check", SWITCH, "--format", "json"]);
    assert_eq!(from_top.out, place.run(&["check", SWITCH, "--snapshot", SITE, "--format", "json"]).out);
    assert!(from_top.out.contains("\"verdict\""), "{from_top:#?}");
    let within = |folder: &str, words: &[&str]| -> Ran {
        place.command(words).current_dir(place.path(folder)).output().unwrap().into()
    };
    within("plans", &["check", "club/bloom-coaching.yaml"]).ends(1, &[]);
    within("plans/club", &["check", PLAN]).ends(1, &[]);
    // A demand of the agency's reaches the plan from there, and is named as the command can find it.
    fs::write(place.path("plan.toml"), "[limits]\nchanges = 3\n[attestations]\nrefuse = [\"none\"]\n").unwrap();
    for (folder, plan, named) in [
        ("", SWITCH, "`plan.toml`"),
        ("plans", "club/bloom-coaching.yaml", "`../plan.toml`"),
        ("plans/club", PLAN, "`../../plan.toml`"),
    ] {
        within(folder, &["check", plan, "--no-site"]).ends(3, &[&format!("{named} refuses attestations for `none`")]);
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let whole = fs::canonicalize(place.path("plan.toml")).unwrap();
    let ran: Ran = place
        .command(&["check", &place.path(SWITCH).display().to_string(), "--no-site"])
        .current_dir(elsewhere.path())
        .output()
        .unwrap()
        .into();
    ran.ends(3, &[&format!("`{}` refuses", whole.display())]);
    // The nearest one takes the place of the others, and nothing of theirs is left.
    fs::write(place.path("plans/plan.toml"), "").unwrap();
    let nearer = within("", &["check", SWITCH, "--no-site", "-v"]);
    nearer.ends(
        0,
        &["verbose: `plans/plan.toml` holds for", "verbose: `plan.toml` does not hold, as `plans/plan.toml` is nearer"],
    );
}

#[test]
fn what_settings_above_name_lies_in_their_folder_and_below() {
    let place = repository();
    let outside = tempfile::tempdir_in(place.folder.path().parent().unwrap()).unwrap();
    fs::copy(place.path(SITE), outside.path().join(SITE)).unwrap();
    let named = format!("../{}/{SITE}", outside.path().file_name().unwrap().to_str().unwrap());
    assert!(place.folder.path().join(&named).exists());
    names(&place, &named);
    place.run(&["check", SWITCH]).ends(3, &["`plan.toml` names", "it leaves its folder"]);
    fs::rename(place.path(SITE), place.path("plans/club").join(SITE)).unwrap();
    names(&place, &format!("plans/club/{SITE}"));
    place.run(&["check", SWITCH]).ends(0, &[]);
    // As seen from itself, and not from the plan.
    names(&place, SITE);
    place.run(&["check", SWITCH]).ends(3, &[&format!("`plan.toml` names `{SITE}`")]);
    let wanted = "[site]\nadapter = \"own.adapter.yaml\"\nstaging = \"https://staging.bloom.example\"\n[backup]\nfolder = \"../kept\"\n";
    fs::write(place.path("plan.toml"), wanted).unwrap();
    let site = format!("plans/club/{SITE}");
    place.run(&["check", SWITCH, "--site", &site]).ends(3, &["`plan.toml` names `../kept` as the folder of backups"]);
}

#[cfg(unix)]
#[test]
fn settings_above_are_read_through_no_link_and_a_strangers_do_not_count() {
    let place = repository();
    fs::write(place.path("plans/real.toml"), "").unwrap();
    for to in [Path::new("plans/real.toml"), Path::new("/dev/zero"), Path::new("nothing")] {
        std::os::unix::fs::symlink(to, place.path("plan.toml")).unwrap();
        place.run(&["check", SWITCH, "--no-site"]).ends(3, &["cannot read `plan.toml`: it is a link"]);
        fs::remove_file(place.path("plan.toml")).unwrap();
    }
    fs::write(place.path("plan.toml"), "").unwrap();
    // Only the system's administrator can give a file away.
    if std::os::unix::fs::chown(place.path("plan.toml"), Some(54_321), None).is_ok() {
        place.run(&["check", SWITCH, "--no-site"]).ends(3, &["`plan.toml` belongs to another user (number 54321"]);
    }
}

/// The settings of a hostile repository, at its top: both of its sites are asked for nothing.
#[test]
fn addresses_of_settings_above_are_asked_for_nothing_without_a_login_of_their_own() {
    let place = repository();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    place.edit(SWITCH, "https://staging.bloom.example", &format!("{address}/staging"));
    place.edit(SWITCH, "https://bloom.example", &address);
    let settings = format!("[site]\nstaging = \"{address}/staging\"\nlive = \"{address}\"\n");
    fs::write(place.path("plan.toml"), settings).unwrap();
    for login in [None, Some("https://staging.bloom.example"), Some("http://127.0.0.1:9")] {
        for verb in ["check", "diff"] {
            let mut command = place.command(&[verb, SWITCH]);
            if let Some(origin) = login {
                command
                    .env("PLAN_LOGIN_ORIGIN", origin)
                    .env("PLAN_LOGIN_USER", "jo")
                    .env("PLAN_LOGIN_PASSWORD", "canary pass");
            }
            Ran::from(command.output().unwrap()).ends(3, &[&address]);
            // Live beside a copy in a file is unknown, and asked for nothing either.
            let mut command = place.command(&[verb, SWITCH, "--snapshot", SITE]);
            if let Some(origin) = login {
                command
                    .env("PLAN_LOGIN_ORIGIN", origin)
                    .env("PLAN_LOGIN_USER", "jo")
                    .env("PLAN_LOGIN_PASSWORD", "canary pass");
            }
            command.output().unwrap();
        }
    }
    assert!(listener.accept().is_err(), "somebody asked it");
}
