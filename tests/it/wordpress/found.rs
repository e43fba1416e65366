//! Which address is asked, and where a login goes.

use super::*;

#[test]
fn a_login_never_reaches_another_origin() {
    let elsewhere = Server::always(me());
    let to = elsewhere.url.clone();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let to = to.clone();
        let here = Server::new(move |_, _| http(status, &[&format!("Location: {to}/?rest_route=/")], ""));
        here.says(&["answer: ", &format!("redirects to `{}`", elsewhere.url), "PLAN_LOGIN_ORIGIN="]);
    }
    // Another name of the same machine is another origin, and so is another scheme.
    let port = to.rsplit_once(':').unwrap().1.to_owned();
    for location in
        [format!("http://localhost:{port}/"), format!("https://127.0.0.1:{port}/"), format!("//127.0.0.2:{port}/")]
    {
        Server::always(http("302 Found", &[&format!("Location: {location}")], "")).says(&["redirects to"]);
    }
    let link = format!("Link: <{to}/wp-json/>; rel=\"https://api.w.org/\"");
    Server::always(http("200 OK", &[HTML, &link], "<html>")).says(&["a web page came instead of JSON"]);
    for origin in [to.as_str(), "https://staging.bloom.example", &to.replace("127.0.0.1", "localhost")] {
        let site = Address::parse("http://127.0.0.1:9").unwrap();
        assert_says(
            &said(login(&site, origin, "operator", SECRET)),
            &["login: ", "is sent nowhere else", "http://127.0.0.1:9"],
        );
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn redirects_on_the_same_origin_are_followed_five_times() {
    let redirects = |count: usize| {
        Server::new(move |_, number| match number <= count {
            true => http("302 Found", &["Location: /index.php?rest_route=/wp/v2/users/me"], ""),
            false => me(),
        })
    };
    let few = redirects(5);
    few.connect().unwrap();
    assert!(few.seen().iter().all(Request::has_login));
    redirects(6).says(&["answer: ", "redirects more than 5 times"]);
    let tempting = Server::new(|_, number| match number {
        1 => http("302 Found", &["Location: /wp-json/again"], ""),
        _ => me(),
    });
    tempting.connect().unwrap();
    assert!(tempting.seen()[1].asks("GET /wp-json/again "));
}

#[test]
fn the_rest_api_is_found_where_the_site_says_it_is() {
    let server = Server::new(|request, _| {
        if request.asks("GET /blog/api/wp/v2/users/me?") {
            return me();
        }
        if request.asks("GET /blog/api/?_fields=home ") {
            return ok(&json!({"home": format!("{}/blog", request.url())}));
        }
        let link = "Link: <https://x.example/feed>; rel=\"alternate\", </blog/api/>; rel=\"https://api.w.org/\"";
        http("200 OK", &[HTML, link], "<!doctype html><title>jo@bloom.example</title>")
    });
    connect(&format!("{}/blog", server.url), "operator", SECRET, quick()).unwrap();
    assert!(server.seen()[0].asks("GET /blog/?rest_route=/&_fields=home "), "{:?}", server.seen());
}

#[test]
fn what_is_no_wordpress_is_told_apart() {
    Server::always(http("200 OK", &[HTML], "<html>jo@bloom.example")).says(&["answer: ", "a web page", "front page"]);
    Server::always(http("404 Not Found", &[HTML], "<h1>")).says(&[
        "answer: ",
        "no WordPress at this address (404 at `/?rest_route=/wp/v2/users/me` and `/wp-json/wp/v2/users/me`)",
    ]);
    Server::always(ok(&json!({"hello": 1}))).says(&["answer: ", "not as WordPress does"]);
    Server::always(ok(&json!({"capabilities": []}))).says(&["login: ", "not an administrator"]);
    Server::always(ok(&json!({"capabilities": {"manage_options": "1"}}))).says(&["login: ", "not an administrator"]);
    Server::always(http("200 OK", &["Content-Type: text/plain"], "hi \u{1b}[2J jo@bloom.example"))
        .says(&["`text/plain` came instead of JSON: \"hi \\u{1b}[2J …\""]);
    Server::always(http("200 OK", &[], "{}")).says(&["without a content type"]);
    Server::always(http("200 OK", &[HTML], me())).says(&["a web page came"]);
    Server::always("SSH-2.0-OpenSSH_9.2\r\n").says(&["answer: ", "does not speak HTTP", "port"]);
    Server::always(http("302 Found", &[HTML], "")).says(&["status 302"]);
    Server::always(error("418 I'm a teapot", "short_and_stout")).says(&["status 418 `short_and_stout`"]);
}

#[test]
fn a_login_is_complete_bound_and_never_shown() {
    let site = Address::parse("https://staging.bloom.example/members").unwrap();
    let none = Login::from_variables(&site, |name| (name == "PLAN_LOGIN_USER").then(|| "operator".to_owned()));
    let all = said(none);
    assert_says(&all, &["missing in the environment: PLAN_LOGIN_ORIGIN, PLAN_LOGIN_PASSWORD", "Application Passwords"]);
    assert_says(&all, &["PLAN_LOGIN_ORIGIN=https://staging.bloom.example/members,"]);
    assert_says(
        &said(login(&site, "https://staging.bloom.example/members", "operator", "  ")),
        &["missing in the environment: PLAN_LOGIN_PASSWORD"],
    );
    for origin in [
        "staging.bloom.example",
        "https://staging.bloom.example/members?x",
        "https://u:p@staging.bloom.example",
        "ftp://x",
    ] {
        assert_says(
            &said(login(&site, origin, "operator", SECRET)),
            &["PLAN_LOGIN_ORIGIN names no site", "the folder"],
        );
    }
    // Without a folder it is for the site at the root, which is another one.
    for origin in [
        "https://staging.bloom.example",
        "https://staging.bloom.example/Members",
        "https://staging.bloom.example/members/x",
        "http://staging.bloom.example/members",
        "https://staging.bloom.example:8443/members",
        "https://bloom.example/members",
    ] {
        assert_says(
            &said(login(&site, origin, "operator", SECRET)),
            &["is sent nowhere else", "PLAN_LOGIN_ORIGIN=https://staging.bloom.example/members, its folder included,"],
        );
    }
    let members = "https://staging.bloom.example/members";
    assert_says(&said(login(&site, members, "a:b", SECRET)), &["PLAN_LOGIN_USER has a colon"]);
    for same in [members, "https://STAGING.bloom.example:443/members/"] {
        login(&site, same, "operator", SECRET).unwrap();
    }
    // A second one stands beside the first, and each goes to its own site.
    let both = |site: &str| {
        Login::from_variables(&Address::parse(site).unwrap(), |name| {
            let set = match name {
                "PLAN_LOGIN_ORIGIN" => members,
                "PLAN_LIVE_LOGIN_ORIGIN" => "https://bloom.example",
                "PLAN_LOGIN_USER" | "PLAN_LIVE_LOGIN_USER" => "operator",
                "PLAN_LOGIN_PASSWORD" => SECRET,
                _ => return None,
            };
            Some(set.to_owned())
        })
    };
    assert!(both(members).is_ok());
    assert_says(&said(both("https://bloom.example")), &["missing in the environment: PLAN_LIVE_LOGIN_PASSWORD"]);
    assert_says(
        &said(both("https://other.example")),
        &["is sent nowhere else", "where two sites are read at once", "PLAN_LIVE_LOGIN_ORIGIN"],
    );
    let root = Address::parse("https://staging.bloom.example").unwrap();
    for same in ["https://staging.bloom.example", "https://STAGING.bloom.example:443/"] {
        let login = login(&root, same, "operator", SECRET).unwrap();
        assert_eq!(format!("{login:?}"), "Login(https://staging.bloom.example, ***)");
    }
}

#[test]
fn a_password_goes_over_http_to_this_machine_only() {
    for url in ["http://staging.bloom.example", "http://192.168.1.5:8080", "http://localhost.example"] {
        let site = Address::parse(url).unwrap();
        assert_says(&said(login(&site, url, "operator", SECRET)), &["login: ", "not sent over http", "https address"]);
    }
    for url in
        ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:81", "http://bloom.localhost", "https://x.example"]
    {
        login(&Address::parse(url).unwrap(), url, "operator", SECRET).unwrap();
    }
}

#[test]
fn an_address_has_no_login_in_it() {
    let shown = |typed: &str| Address::parse(typed).unwrap().to_string();
    assert_eq!(shown(" https://Staging.Bloom.example "), "https://staging.bloom.example");
    assert_eq!(shown("https://bloom.example:443/blog?x=1#y"), "https://bloom.example/blog");
    for typed in ["https://operator:aBcD@bloom.example", "https://operator@bloom.example", "https:// jo@x"] {
        assert_says(&said(Address::parse(typed)), &["answer: `the address that was given`"]);
    }
    for typed in ["bloom.example", "ftp://bloom.example", "", "https://"] {
        assert_says(&said(Address::parse(typed)), &["https://staging.bloom.example"]);
    }
}
