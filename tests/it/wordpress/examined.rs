//! The doctor of a site at servers that no WordPress of the tests can be.

use amc_plan::site::wordpress::doctor::{Check, Examined, Verdict, examine};

use super::*;

fn examined(url: &str, password: Option<&str>, clock: fn() -> Timestamp) -> Examined {
    let site = Address::parse(url).unwrap();
    let login =
        password.map_or_else(|| Login::of(&site), |password| Ok(Login::typed(&site, "operator", password).unwrap()));
    examine(&site, login, clock, quick(), "")
}

fn check<'a>(of: &'a Examined, name: &str) -> &'a Check {
    of.checks.iter().find(|check| check.name == name).unwrap()
}

/// A WordPress whose server has this clock.
fn at(date: &'static str) -> Server {
    Server::unmet(move |request, _| {
        let whole = String::from_utf8(wordpress_of(request)).unwrap();
        whole.replacen("\r\n", &format!("\r\nDate: {date}\r\n"), 1).into_bytes()
    })
}

fn wordpress_of(request: &Request) -> Vec<u8> {
    match request.asks("rest_route=/&") {
        true => ok(&json!({"home": request.url(), "authentication": {"application-passwords": {}}})),
        false => wordpress(request),
    }
}

#[test]
fn clocks_that_are_more_than_a_minute_apart_are_wrong_in_either_direction() {
    // The reader's clock is at midnight of 1 January 1970.
    for (date, verdict, seconds) in [
        ("Thu, 01 Jan 1970 00:01:00 GMT", Verdict::Ok, "60 s apart"),
        ("Thu, 01 Jan 1970 00:01:01 GMT", Verdict::Wrong, "61 s apart"),
        ("Wed, 31 Dec 1969 23:58:59 GMT", Verdict::Wrong, "61 s apart"),
    ] {
        let examined = examined(&at(date).url, Some(SECRET), noon);
        let clock = check(&examined, "clock");
        assert_eq!(clock.verdict, verdict, "{clock:?}");
        assert!(clock.seen.contains(seconds), "{clock:?}");
    }
    let examined = examined(&at("yesterday").url, Some(SECRET), noon);
    assert_eq!(check(&examined, "clock").verdict, Verdict::Unknown, "a date that cannot be read is none");
}

#[test]
fn a_probe_is_no_login_and_no_login_goes_where_another_site_answers() {
    let server = Server::unmet(|_, _| ok(&json!({"home": "https://another.example", "authentication": {}})));
    let found = examined(&server.url, Some(SECRET), noon);
    let site = check(&found, "site");
    assert!(site.verdict == Verdict::Wrong && site.seen.contains("another.example"), "{site:?}");
    assert!(server.seen().iter().all(|request| !request.has_login()), "{:?}", server.seen());
    // Without a login a header is sent all the same, and it says nothing of anybody's password.
    let server = Server::unmet(|request, _| wordpress_of(request));
    let found = examined(&server.url, None, noon);
    assert_eq!(check(&found, "header").verdict, Verdict::Unknown);
    let sent: Vec<String> = server.seen().into_iter().flat_map(|request| request.headers).collect();
    let sent: Vec<&String> = sent.iter().filter(|header| header.to_lowercase().starts_with("authorization:")).collect();
    assert!(!sent.is_empty() && sent.iter().all(|header| header.ends_with("Plan-Probe does-this-arrive")), "{sent:?}");
}

#[test]
fn what_a_site_says_is_cut_and_never_shows_the_login_that_it_sends_back() {
    let server = Server::unmet(|request, _| match request.asks("/plan/v1/") {
        true => ok(&json!({
            "format": 1,
            "plugin": {"name": "plan-bridge", "version": format!("\u{1b}[2J{SECRET} {}", "x".repeat(5000))},
            "request": {"error": SECRET},
        })),
        false => wordpress_of(request),
    });
    let found = examined(&server.url, Some(SECRET), noon);
    let collector = check(&found, "collector");
    assert_eq!(collector.verdict, Verdict::Wrong, "{collector:?}");
    let all = format!("{found:?}");
    assert!(!all.contains(SECRET) && !all.contains('\u{1b}') && all.len() < 8000, "{all}");
    let huge = Server::unmet(|request, _| match request.asks("/plan/v1/") {
        true => ok(&json!({"format": u64::MAX, "plugin": {"name": "plan-bridge", "version": 1}, "request": []})),
        false => wordpress_of(request),
    });
    let found = examined(&huge.url, Some(SECRET), noon);
    assert_eq!(check(&found, "collector").verdict, Verdict::Wrong);
}
