//! Which site answers at an address is found out before a login is sent there, at each reading.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amc_plan::model::population::Questions;
use amc_plan::model::{Kind, ObjectRef};
use amc_plan::site::wordpress::{Limits, WordPress};
use amc_plan::site::{Site as _, SiteError};
use serde_json::json;

use crate::place::{Edited, PLAN, Place};
use crate::wordpress::{JSON, Request, SECRET, Server, assert_says, connect, http, quick, said, wordpress};

const HTML: &str = "Content-Type: text/html; charset=UTF-8";

fn says_home(home: &str) -> Vec<u8> {
    http("200 OK", &[JSON], json!({ "home": home }).to_string())
}

fn withheld(link: &str) -> Vec<u8> {
    http("401 Unauthorized", &[JSON, link], r#"{"code": "rest_cannot_access"}"#)
}

fn link(target: &str) -> String {
    format!("Link: <{target}>; rel=\"https://api.w.org/\"")
}

fn to(server: &Server, path: &str) -> Result<WordPress, SiteError> {
    connect(&format!("{}{path}", server.url), "operator", SECRET, quick())
}

#[track_caller]
fn got_no_login(server: &Server) {
    let seen = server.seen();
    assert!(!seen.is_empty() && !seen.iter().any(Request::has_login), "{seen:?}");
}

/// Another site: refused with what it said, and without a login.
#[track_caller]
fn refused(path: &str, answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static, parts: &[&str]) {
    let server = Server::unmet(move |request, _| answer(request));
    assert_says(&said(to(&server, path)), parts);
    got_no_login(&server);
}

#[test]
fn no_login_is_sent_to_another_site() {
    for (home, shown) in [
        ("https://other.example", "https://other.example"),
        ("https://OTHER.example./", "https://other.example"),
        ("https://bücher.example/x/", "https://xn--bcher-kva.example/x"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ] {
        let parts = ["another: ", &format!("its home is `{shown}`"), "only if", "no login was sent"];
        refused("", move |_| says_home(home), &parts);
    }
    // A folder, or a blog of a multisite, is a site of its own.
    refused("", |request| says_home(&format!("{}/wp/", request.url())), &["another: ", "/wp`"]);
    refused("/shop", |request| says_home(&request.url()), &["another: ", "only if"]);
    refused("/shop", |request| says_home(&format!("{}/Shop", request.url())), &["another: ", "/Shop`"]);
}

#[test]
fn a_home_that_names_no_site_is_refused_and_not_repeated() {
    for home in ["https://jo:aBcD@127.0.0.1/", "javascript:alert(1)", "//x y", "\u{1b}[2J", "https://"] {
        refused("", move |_| says_home(home), &["another: ", "names no site", "Site Address (URL)"]);
    }
    let long = format!("https://{}.example", "a".repeat(100_000));
    refused("", move |_| says_home(&long), &["another: ", "names no site"]);
    for home in [json!(null), json!(7), json!([]), json!("")] {
        let body = json!({ "home": home }).to_string();
        refused("", move |_| http("200 OK", &[JSON], &body), &["answer: ", "not as WordPress does"]);
    }
}

#[test]
fn what_could_be_the_same_is_named_with_the_value_to_write() {
    refused(
        "",
        |_| says_home("http://127.0.0.1:1"),
        &["another: ", "write `http://127.0.0.1:1` in the plan's `sites`"],
    );
    let host = |request: &Request| request.url().edited("127.0.0.1", "www.localhost");
    let server = Server::unmet(move |request, _| says_home(&host(request).edited("localhost", "site.localhost")));
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let outcome = connect(&format!("http://site.localhost:{port}"), "operator", SECRET, quick());
    if let Err(SiteError::Another { .. }) = &outcome {
        assert_says(&said(outcome), &[&format!("write `http://www.site.localhost:{port}` in the plan's `sites`")]);
        got_no_login(&server);
    }
    // A redirect says it as well, and nothing is asked there.
    for (location, parts) in [
        ("http://127.0.0.1:1/?rest_route=/", ["another: ", "write `http://127.0.0.1:1` in the plan's `sites`"]),
        ("https://127.0.0.1:1/wp-login.php", ["another: ", "write `https://127.0.0.1:1` in the plan's `sites`"]),
        ("https://other.example/", ["another: ", "only if `https://other.example` is the site"]),
        ("//jo:pw@other.example/", ["another: ", "only if `http://other.example` is the site"]),
    ] {
        refused("", move |_| http("302 Found", &[&format!("Location: {location}")], ""), &parts);
    }
}

#[test]
fn where_the_index_is_for_the_logged_in_the_link_says_the_home() {
    let site = |path: &'static str, answer: fn(&Request) -> Vec<u8>| {
        let server =
            Server::unmet(move |request, _| if request.has_login() { wordpress(request) } else { answer(request) });
        to(&server, path).map(|_| ()).map_err(|error| error.to_string())
    };
    let api = |request: &Request| withheld(&link(&format!("{}/wp-json/", request.url())));
    assert_eq!(site("", api), Ok(()));
    assert_eq!(site("", |request| withheld(&link(&format!("{}/index.php?rest_route=/", request.url())))), Ok(()));
    assert_eq!(site("", |request| withheld(&link(&format!("{}/index.php/wp-json/", request.url())))), Ok(()));
    assert_eq!(site("/wp", |request| withheld(&link(&format!("{}/wp/wp-json/", request.url())))), Ok(()));
    // Only the front page says it.
    assert_eq!(
        site("", |request| match request.asks("rest_route") {
            true => withheld("X-Nothing: 0"),
            false => http("200 OK", &[HTML, &link(&format!("{}/wp-json/", request.url()))], "<html>"),
        }),
        Ok(())
    );
    refused(
        "",
        |_| withheld(&link("https://other.example/wp-json/")),
        &["another: ", "its home is `https://other.example`"],
    );
    refused("/wp", api, &["another: "]);
    // A name of its own says nothing of the home: it may lie in a folder.
    refused("", |request| withheld(&link(&format!("{}/api/", request.url()))), &["login: ", "it does not say without"]);
    refused("", |_| withheld("X-Nothing: 0"), &["login: ", "it does not say without a login", "`home`", "`Link`"]);
}

/// Two sites under one origin: what `/a` says leads to `/b`, and `/b` says of itself what it likes.
fn neighbours(leads: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static, home: &'static str) -> Server {
    Server::unmet(move |request, _| match request.line.starts_with("GET /a/") {
        true => leads(request),
        false if request.asks("rest_route=/wp") => wordpress(request),
        false => says_home(&format!("{}{home}", request.url())),
    })
}

#[test]
fn no_login_goes_to_a_neighbour_under_the_same_origin() {
    for home in ["/b", "/a"] {
        for location in
            ["/b/?rest_route=/", "../b/", "/a/%2e%2e/b/", "/b/wp-json/", "/b/index.php?rest_route=/", "/B/wp-login.php"]
        {
            let server = neighbours(move |_| http("302 Found", &[&format!("Location: {location}")], ""), home);
            assert_says(
                &said(to(&server, "/a")),
                &["another: ", &format!("its home is `{}/", server.url), "no login was sent"],
            );
            got_no_login(&server);
        }
        for api in ["/b/wp-json/", "/b/?rest_route=/", "/b/index.php/wp-json/", "/a/b/wp-json/"] {
            let server = neighbours(move |_| http("200 OK", &[HTML, &link(api)], "<html>"), home);
            assert_says(&said(to(&server, "/a")), &["another: ", "/b`"]);
            got_no_login(&server);
        }
        for out in ["/b/api/", "/a/..%2fb/", "/a/%252e%252e/b/", "/ab/", "/A/"] {
            for header in [format!("Location: {out}"), link(out)] {
                let server = neighbours(move |_| http("302 Found", &[HTML, &header], "<html>"), home);
                said(to(&server, "/a"));
                got_no_login(&server);
            }
        }
    }
    // Below the site's folder lies another one: it may say which site this is, and gets no login for it.
    let server = Server::unmet(|request, _| match request.line.starts_with("GET /b/") {
        true if request.asks("rest_route=/wp") => wordpress(request),
        true => says_home(&request.url()),
        false => {
            http("302 Found", &[&format!("Location: /b{}", request.line.split(' ').nth(1).unwrap_or_default())], "")
        }
    });
    assert_says(&said(to(&server, "")), &["answer: ", &format!("redirects to `{}/b`", server.url)]);
    assert!(!server.seen().iter().any(|request| request.line.starts_with("GET /b/") && request.has_login()));
}

#[test]
fn a_redirect_within_the_site_keeps_the_login() {
    for there in ["/a/index.php?rest_route=/", "/a/wp-json/", "/a/index.php/wp-json/", "/a?rest_route=/"] {
        let server = Server::unmet(move |request, _| match request.line.starts_with("GET /a/?") {
            true => {
                let route = if request.asks("users/me") { "wp/v2/users/me" } else { "" };
                http("302 Found", &[&format!("Location: {there}{route}")], "")
            }
            false if request.asks("users/me") => wordpress(request),
            false => says_home(&format!("{}/a", request.url())),
        });
        to(&server, "/a").unwrap();
        assert!(server.seen().iter().any(|request| !request.line.starts_with("GET /a/?") && request.has_login()));
    }
}

#[test]
fn a_site_that_becomes_another_gets_no_login_any_more() {
    let is_other = Arc::new(AtomicBool::new(false));
    let turned = Arc::clone(&is_other);
    let server = Server::unmet(move |request, _| match turned.load(Ordering::SeqCst) {
        true if !request.has_login() => says_home("https://other.example"),
        _ => wordpress(request),
    });
    let mut site = connect(&server.url, "operator", SECRET, quick()).unwrap();
    site.read(&Questions::default()).unwrap();
    let before = server.seen().len();
    is_other.store(true, Ordering::SeqCst);
    let on = ObjectRef::only(Kind::Mail);
    let outcomes = [
        site.read(&Questions::default()).map(drop),
        site.observe(&on).map(drop),
        site.configuration().map(drop),
        site.signed_in().map(drop),
    ];
    for outcome in outcomes {
        assert_says(&said(outcome), &["another: ", "`https://other.example`"]);
    }
    assert!(server.seen()[before..].iter().all(|request| !request.has_login()), "{:?}", server.seen());
    is_other.store(false, Ordering::SeqCst);
    site.read(&Questions::default()).unwrap();
}

#[test]
fn a_site_that_says_one_home_to_anybody_and_another_to_the_logged_in_is_refused() {
    let server = Server::unmet(|request, _| match request.has_login() && request.asks("rest_route=/&") {
        true => says_home("https://other.example"),
        false => wordpress(request),
    });
    let all = said(to(&server, "").unwrap().read(&Questions::default()));
    assert_says(&all, &["another: ", "`https://other.example`"]);
}

#[test]
fn the_question_which_site_it_is_has_an_end() {
    let small = Limits { body: 1 << 20, ..quick() };
    let huge = Server::unmet(|_, _| http("200 OK", &[JSON], vec![b' '; (1 << 20) + 1]));
    assert_says(&said(connect(&huge.url, "operator", SECRET, small)), &["answer: ", "larger than 1 MiB"]);
    got_no_login(&huge);
    let turning = Server::unmet(|_, number| http("302 Found", &[&format!("Location: /{number}")], ""));
    assert_says(&said(to(&turning, "")), &["answer: ", "redirects more than 5 times"]);
    got_no_login(&turning);
    // An API that is always somewhere else.
    let fleeing = Server::unmet(|_, number| http("200 OK", &[HTML, &link(&format!("/{number}/"))], "<html>"));
    assert_says(&said(to(&fleeing, "")), &["answer: ", "a web page came"]);
    got_no_login(&fleeing);
    assert!(fleeing.seen().len() <= 3, "{:?}", fleeing.seen());
}

#[test]
fn another_identity_ends_13_before_anything_is_sent() {
    let server = Server::unmet(|_, _| says_home("https://other.example"));
    let place = Place::new();
    place.edit(PLAN, "https://staging.bloom.example", &server.url);
    for verb in ["check", "diff", "apply"] {
        let mut command = place.command(&[verb, PLAN, "--site", &server.url]);
        command.env("PLAN_LOGIN_ORIGIN", &server.url).env("PLAN_LOGIN_USER", "jo").env("PLAN_LOGIN_PASSWORD", SECRET);
        let ran = crate::place::Ran::from(command.output().unwrap());
        ran.ends(13, &["another site answers there: its home is `https://other.example`", "no login was sent"]);
    }
    let mut command = place.command(&["snapshot", "--site", &server.url, "--out", "other.ndjson"]);
    command.env("PLAN_LOGIN_ORIGIN", &server.url).env("PLAN_LOGIN_USER", "jo").env("PLAN_LOGIN_PASSWORD", SECRET);
    let ran = crate::place::Ran::from(command.output().unwrap());
    ran.ends(13, &["another site answers there: its home is `https://other.example`", "no login was sent"]);
    assert!(!place.path("other.ndjson").exists());
    got_no_login(&server);
}

#[test]
fn a_site_that_answers_as_another_once_the_login_came_is_sent_nothing_more_and_it_is_said_that_it_was_sent() {
    let server = Server::unmet(|request, _| match request.has_login() && !request.asks("/users/me") {
        true => says_home("https://other.example"),
        false if request.has_login() => wordpress(request),
        false => says_home(&request.url()),
    });
    let mut site = to(&server, "").unwrap();
    let error = said(site.read(&Questions::default()));
    assert_says(
        &error,
        &["another: ", "https://other.example", "the login was sent while", "revoke that application password"],
    );
    assert!(!error.contains("no login was sent"), "{error}");
    let sent = server.seen().iter().filter(|request| request.has_login()).count();
    assert_eq!(sent, 2, "who is signed in, and the index: nothing after that");
    // It is as true where only the next reading meets another one.
    assert_says(&said(site.read(&Questions::default())), &["the login was sent while"]);
}

#[test]
fn an_address_is_read_by_every_comparison_as_a_file_is_and_says_why_it_gives_nobody() {
    let server = Server::new(|request, _| wordpress(request));
    let place = Place::new();
    place.edit(PLAN, "https://staging.bloom.example", &server.url);
    let compared = |words: &[&str]| {
        let mut command = place.command(words);
        command.env("PLAN_LOGIN_ORIGIN", &server.url).env("PLAN_LOGIN_USER", "jo").env("PLAN_LOGIN_PASSWORD", SECRET);
        crate::place::Ran::from(command.output().unwrap())
    };
    let why = "not captured, because WordPress's own REST API does not show it";
    let verified = compared(&["verify", PLAN, "--before", &server.url, "--after", &server.url]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    for side in ["before", "after"] {
        assert!(verified.out.contains(&format!("? the population {side}: {why}")), "{verified:?}");
        assert!(verified.out.contains(&format!("{side:7} {}", server.url.replace("http://", ""))), "{verified:?}");
    }
    compared(&["merge-list", "--cloned", &server.url, "--live", &server.url]).ends(3, &[why]);
    // As the reader keeps it in a file, so it is as a side in a file.
    compared(&["snapshot", "--site", &server.url, "--out", "read.site.ndjson"]).ends(0, &[]);
    let verified = compared(&["verify", PLAN, "--after", "read.site.ndjson"]);
    assert!(verified.out.contains(&format!("? the population after: {why}")), "{verified:?}");
}
