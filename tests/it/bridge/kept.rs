//! A login in a real keyring (gnome-keyring on a session of D-Bus): who gets it, and who does not.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdin};
use std::time::Duration;

use super::*;
use crate::place::{PLAN, Place, Ran};
use crate::typed::typed_to;

/// A session of a desktop, in a folder of its own, until this value is dropped.
struct Session {
    address: String,
    child: Child,
    stays: Option<ChildStdin>,
}

/// What begins on a session before it says where it is.
const UNLOCKED: &str = "printf 'of the keyring' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ";
/// A bus that starts nothing that it is asked for.
const BARE: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

impl Session {
    fn begin(home: &Path, first: &str, options: &[&str]) -> Self {
        let mut run = Command::new("dbus-run-session");
        run.args(options).args(["--", "sh", "-c", &format!("{first}echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat")]);
        run.env("HOME", home).env("XDG_RUNTIME_DIR", home).env("XDG_DATA_HOME", home.join("data")).env("DISPLAY", "");
        let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stays, mut address) = (child.stdin.take(), String::new());
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("unix:"), "no session: {address}");
        Self { address: address.trim().to_owned(), child, stays }
    }

    /// The program, as somebody runs it on this session.
    fn command(&self, place: &Place, words: &[&str]) -> Command {
        let mut command = place.command(words);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    fn run(&self, place: &Place, words: &[&str]) -> Ran {
        ran(&mut self.command(place, words))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.stays.take());
        let _ = self.child.wait();
    }
}

fn ran(command: &mut Command) -> Ran {
    Ran::from(command.output().unwrap())
}

fn login(command: &mut Command, site: &str, password: &str) -> Ran {
    let login = [("PLAN_LOGIN_ORIGIN", site), ("PLAN_LOGIN_USER", "operator"), ("PLAN_LOGIN_PASSWORD", password)];
    ran(command.envs(login))
}

/// A password as WordPress shows it, with a blank after each four letters.
fn spaced(password: &str) -> String {
    let parts: Vec<&str> = password.as_bytes().chunks(4).map(|four| str::from_utf8(four).unwrap()).collect();
    parts.join(" ")
}

#[test]
fn a_login_is_typed_tried_kept_used_for_its_site_alone_and_taken_out_again() {
    let Some(site) = Site::ready() else { return };
    let (place, home) = (Place::new(), tempfile::tempdir().unwrap());
    let session = Session::begin(home.path(), UNLOCKED, &[]);
    let (url, password) = (site.staging.url(), site.staging.text("/password"));
    place.edit(PLAN, "https://staging.bloom.example", url);
    let (capture, check) = (["site", "capture", url, "--out"], ["check", PLAN, "--site", url]);
    let captures = |file: &str| session.run(&place, &[&capture[..], &[file]].concat());
    let connect = |typed: &str| typed_to(&session.command(&place, &["site", "connect", url]), typed);

    captures("a.ndjson").ends(3, &["missing in the environment", &format!("plan site connect {url}"), "has no login"]);
    let (wrong, code) = connect("operator\nnot the password");
    assert!(code == Some(3) && wrong.contains("the user name and the password that were typed"), "{code:?} {wrong}");
    let (reader, code) = connect(&format!("reader\n{}", site.staging.text("/subscriber/password")));
    assert!(code == Some(3) && reader.contains("not an administrator"), "{code:?} {reader}");
    captures("a.ndjson").ends(3, &["has no login"]);

    let (shown, code) = connect(&format!("operator\n{}", spaced(password)));
    assert_eq!(code, Some(0), "{shown}");
    for part in
        ["WordPress 6.", "`operator`, an administrator", "`plan-bridge` 0.1.0 answers with a list of its own", "kept"]
    {
        assert!(shown.contains(part), "`{part}` is not shown: {shown}");
    }
    captures("a.ndjson").ends(0, &["wrote a.ndjson"]);
    // However its front page is written it is the same site, and below it is another one.
    session.run(&place, &["snapshot", "--site", &format!("{url}/index.php")]).ends(0, &[]);
    session.run(&place, &["snapshot", "--site", &format!("{url}/club")]).ends(3, &["has no login"]);
    // Red or unproven, as it was read.
    let checked = session.run(&place, &check);
    assert!(checked.code == Some(1) && checked.out.contains("unproven"), "{checked:?}");

    // What the environment says of this site counts first, and of another one not at all.
    login(&mut session.command(&place, &check), url, "wrong")
        .ends(3, &["application password is wrong", "PLAN_LOGIN_USER"]);
    let elsewhere = login(&mut session.command(&place, &check), "https://other.example", "wrong");
    assert_eq!(elsewhere.code, Some(1), "{elsewhere:?}");

    nobody_else_gets_it(&site, &session, &place);

    session.run(&place, &["site", "disconnect", url]).ends(0, &[]);
    captures("b.ndjson").ends(3, &["has no login"]);
    session.run(&place, &["site", "disconnect", url]).ends(3, &["holds no login", "revoked"]);
    drop(session);
    for said in [&wrong, &reader, &shown, &checked.out, &checked.err, &elsewhere.out, &elsewhere.err] {
        assert!(!said.contains(password) && !said.contains(&spaced(password)), "{said}");
    }
    for folder in [place.folder.path(), place.home.path(), home.path()] {
        holds_nowhere(folder, &[password, &spaced(password), site.staging.text("/subscriber/password")]);
    }
}

/// Neither where another site is named, nor where this one sends on whoever is logged in.
fn nobody_else_gets_it(site: &Site, session: &Session, place: &Place) {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let there = format!("http://{}", other.local_addr().unwrap());
    session.run(place, &["snapshot", "--site", &there]).ends(3, &["missing in the environment"]);
    let sends_on = "<?php if (isset($_SERVER['PHP_AUTH_USER'])) { header('Location: THERE/', true, 307); exit; }";
    let file = site.other_plugin("sends-on.php", &sends_on.replace("THERE", &there));
    session.run(place, &["snapshot", "--site", site.staging.url()]).ends(3, &["redirects"]);
    std::fs::remove_file(file).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert!(other.accept().is_err(), "somebody came to the other site");
}

/// No file below a folder holds one of these.
fn holds_nowhere(folder: &Path, texts: &[&str]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            holds_nowhere(&path, texts);
        } else if kind.is_file() {
            let mut bytes = Vec::new();
            std::fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            for text in texts {
                let is_there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                assert!(!is_there, "{} holds a password", path.display());
            }
        }
    }
}

#[test]
fn without_a_keyring_the_login_is_tried_and_not_kept_and_one_sentence_says_why() {
    let Some(site) = Site::ready() else { return };
    let (place, home) = (Place::new(), tempfile::tempdir().unwrap());
    let (url, password) = (site.staging.url(), site.staging.text("/password"));
    let connect = ["site", "connect", url];
    let bare = home.path().join("bare.conf");
    std::fs::write(&bare, BARE).unwrap();
    let is_tried = |command: &mut Command, why: &str| {
        let ran = login(command, url, password);
        ran.ends(3, &[why, "the site takes the login, and it is not kept", "PLAN_LOGIN_PASSWORD", "on a terminal"]);
        assert!(ran.out.contains("`operator`, an administrator") && !ran.out.contains("kept"), "{ran:?}");
        assert!(!format!("{ran:?}").contains(password), "{ran:?}");
    };
    is_tried(&mut place.command(&connect), "there is no D-Bus session here");
    is_tried(
        place.command(&connect).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        "there is no D-Bus session",
    );
    let trap = home.path().join("started");
    let starts = format!("unixexec:path=/bin/touch,argv1={}", trap.display());
    is_tried(place.command(&connect).env("DBUS_SESSION_BUS_ADDRESS", starts), "there is no D-Bus session");
    assert!(!trap.exists(), "a program was started");
    // A session that lets nobody in is not waited for without an end.
    let silent = std::os::unix::net::UnixListener::bind(home.path().join("silent")).unwrap();
    let mut command = place.command(&["site", "disconnect", url]);
    let began = std::time::Instant::now();
    ran(command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.path().join("silent").display())))
        .ends(3, &["the keyring does not answer: whether it still holds the login for http", "is not known"]);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    drop(silent);
    let session = Session::begin(home.path(), "", &["--config-file", bare.to_str().unwrap()]);
    is_tried(&mut session.command(&place, &connect), "nothing on this D-Bus session keeps passwords");
    drop(session);
    // The keyring that is unlocked first is there, and locked, when the next session begins.
    let session = Session::begin(home.path(), UNLOCKED, &[]);
    login(&mut session.command(&place, &connect), url, password).ends(0, &[]);
    drop(session);
    let session = Session::begin(home.path(), "", &[]);
    is_tried(&mut session.command(&place, &connect), "the keyring is locked");
    session.run(&place, &["snapshot", "--site", url]).ends(3, &["the keyring is locked", "missing in the environment"]);

    // Nobody is asked where nobody can answer, and on a terminal the login is asked for each time.
    place.run(&connect).ends(2, &["no terminal", "PLAN_LOGIN_ORIGIN"]);
    login(&mut place.command(&connect), "https://other.example", "x")
        .ends(2, &["no terminal", "for `https://other.example`, and is sent nowhere else"]);
    place
        .run(&["site", "connect", &format!("{url}/wp-admin/users.php?a=b")])
        .ends(3, &["a screen of a site's admin", &format!("`{url}`")]);
    // What is no WordPress is asked nothing of anybody's.
    let (shown, code) = typed_to(&place.command(&["site", "connect", &format!("{url}/club")]), "operator\nx");
    assert!(code == Some(13) && !shown.contains("User name"), "{code:?} {shown}");
    let capture = place.command(&["site", "capture", url, "--out", "a.ndjson"]);
    let (shown, code) = typed_to(&capture, &format!("operator\n{password}"));
    assert!(code == Some(0) && place.path("a.ndjson").exists(), "{code:?} {shown}");
    assert!(!shown.contains(password), "{shown}");
    // A password goes over http to this machine alone, and that is said before it is typed.
    let (shown, code) = typed_to(&place.command(&["site", "connect", "http://bloom.example"]), "operator\nx");
    assert!(code == Some(3) && shown.contains("not sent over http") && !shown.contains("User name"), "{shown}");
}
