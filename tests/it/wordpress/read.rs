//! What is read, and answers that are no good.

use std::time::Instant;

use amc_plan::model::Field;

use super::*;

#[test]
fn a_reading_says_whose_login_it_was_made_with_and_what_it_is_now() {
    let as_whom = |answer: Value| {
        let user = answer["username"].as_str().unwrap().to_owned();
        let server = Server::new(move |request, nth| match (request.asks("/users/me"), nth) {
            // The first one connects.
            (true, 1) | (false, _) => wordpress(request),
            (true, _) => ok(&answer),
        });
        connect(&server.url, &user, SECRET, quick()).unwrap().read(&Questions::default()).unwrap().login.unwrap()
    };
    let of = |key: &str, is_administrator| SignedIn { key: key.to_owned(), is_administrator };
    let can = |may: bool| json!({"manage_options": may});
    assert_eq!(
        as_whom(json!({"id": 7, "username": "spare-admin", "capabilities": can(true)})),
        of("spare-admin", true)
    );
    assert_eq!(as_whom(json!({"id": 7, "username": "a@b.example", "capabilities": can(true)})), of("user-7", true));
    assert_eq!(
        as_whom(json!({"id": 7, "username": "spare-admin", "capabilities": can(false)})),
        of("spare-admin", false)
    );
    assert_eq!(as_whom(json!({"id": 7, "username": "reader", "capabilities": []})), of("reader", false));
    // A login that the migration took away is an error, and says so.
    let server = Server::new(|request, nth| match (request.asks("/users/me"), nth) {
        (true, 1) | (false, _) => wordpress(request),
        (true, _) => http("401 Unauthorized", &[JSON], r#"{"code": "rest_not_logged_in"}"#),
    });
    assert_says(&said(server.connect().unwrap().signed_in()), &["login: "]);
}

#[test]
fn from_wordpress_6_9_on_the_environment_is_known() {
    let server = Server::new(|request, _| wordpress(request));
    let snapshot = read(&mut server.connect().unwrap());
    let environment = snapshot.state.environment.clone().unwrap();
    assert_eq!(environment.url, server.url);
    assert_eq!(environment.environment_type, "staging".to_owned().into());
    assert_eq!(environment.wordpress, "6.9.1".to_owned().into());
    assert_eq!(snapshot.state.plugins["hello.php"].version, Field::Unknown);
    assert_eq!(snapshot.state.plugins["hello.php"].active, false.into());
    let seen = server.seen();
    assert!(seen.iter().all(|request| request.line.starts_with("GET ") && request.has_login()), "{seen:?}");
    let lists = seen.iter().filter(|request| request.asks("/wp/v2/users&"));
    assert!(lists.clone().count() > 0 && lists.clone().all(|request| request.asks("_fields=id")), "{seen:?}");
    for status in ["400 Bad Request", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let refusing = Server::new(move |request, _| match request.asks("wp-abilities") {
            true => error(status, "rest_ability_cannot_execute"),
            false => wordpress(request),
        });
        assert_eq!(read(&mut refusing.connect().unwrap()).state.environment.unwrap().environment_type, Field::Unknown);
    }
}

#[test]
fn administrators_are_read_page_by_page_and_again_where_they_changed() {
    let paged = |total: u64| move |page: u64| users(total, (page - 1) * 100 + 1..=total.min(page * 100));
    let page = |request: &Request| (1..9).find(|n| request.line.contains(&format!("&page={n} ")));
    let steady = Server::new(move |request, _| page(request).map_or_else(|| wordpress(request), paged(205)));
    assert_eq!(read(&mut steady.connect().unwrap()).state.administrators.len(), 205);

    // Somebody leaves after the first page was read, once.
    let moved = Server::new(move |request, number| match page(request) {
        Some(1) if number < 8 => paged(150)(1),
        Some(page) => paged(149)(page),
        None => wordpress(request),
    });
    assert_eq!(read(&mut moved.connect().unwrap()).state.administrators.len(), 149);

    let restless = Server::new(move |request, number| match page(request) {
        Some(page) => paged(150 + number as u64)(page),
        None => wordpress(request),
    });
    let all = said(restless.connect().unwrap().read(&Questions::default()));
    assert_says(&all, &["answer: ", "three times in a row", "try again"]);
    assert_eq!(restless.seen().iter().filter(|request| page(request) == Some(1)).count(), 3);

    let untold = Server::new(move |request, _| match page(request) {
        Some(_) => ok(&json!([])),
        None => wordpress(request),
    });
    assert_says(&said(untold.connect().unwrap().read(&Questions::default())), &["not as WordPress does"]);
}

#[test]
fn an_e_mail_address_as_a_login_is_no_key() {
    let server = Server::new(|request, _| {
        if !request.asks("roles=administrator") {
            return wordpress(request);
        }
        let rows = json!([
            {"id": 7, "username": "jo@bloom.example", "roles": ["administrator"]},
            {"id": 8, "username": "sam", "roles": ["editor"]},
        ]);
        http("200 OK", &[JSON, "X-WP-Total: 2"], rows.to_string())
    });
    let snapshot = read(&mut server.connect().unwrap());
    assert_eq!(snapshot.state.keys(Kind::Administrator), ["user-7"]);
    assert_no_address(&snapshot);
}

#[test]
fn json_that_is_not_whole_and_alone_is_told_apart() {
    let json = |body: &[u8]| Server::always(http("200 OK", &[JSON], body));
    // Printed before the headers, it leaves PHP's own content type on the answer.
    for (of, before) in [
        (JSON, "\u{feff}"),
        (JSON, "\n\u{feff}"),
        (JSON, "\u{feff}\u{feff}"),
        (HTML, "\u{feff}\r\n"),
        (HTML, "\u{feff}"),
    ] {
        Server::always(http("200 OK", &[of], format!("{before}{{\"id\":1}}"))).says(&[
            "answer: ",
            "byte order mark",
            "UTF-8 with BOM",
        ]);
    }
    json(b"Deprecated: jo@bloom.example {\"id\":1}").says(&["prints text around the JSON: \"Deprecated: … "]);
    json(b"{\"id\":1}\n<br />Fatal").says(&["prints text around the JSON: \"<br />Fatal\""]);
    json(b"{\"id\":1,\"cap").says(&["JSON ends too early", "memory or time"]);
    json(b"").says(&["JSON ends too early"]);
    json(b"{\"id\":1,<html>").says(&["JSON is broken"]);
    json(b"{\"id\":\"\xff\"}").says(&["JSON is broken"]);
    json(b"<!DOCTYPE html>{").says(&["a web page came"]);
    let echo = Server::new(|request, _| {
        let token = request.headers.iter().find_map(|header| header.split_once("Basic ")).unwrap().1.to_owned();
        http("200 OK", &[JSON], format!("{token} {SECRET} {} {{}}", SECRET.replace(' ', "")))
    });
    echo.says(&["prints text around the JSON: \"*** *** *** {}\""]);
    let early = "<br />\n<b>Warning</b>:  jo@bloom.example in <b>/srv/x.php</b><br />{\"id\":1}";
    Server::always(http("200 OK", &[HTML], early))
        .says(&["prints text around the JSON: \"<br /> <b>Warning</b>: … in"]);
}

#[test]
fn logins_that_are_refused_are_told_apart() {
    let wall = "WWW-Authenticate: Basic realm=\"Staging\"";
    Server::always(http("401 Unauthorized", &[HTML, wall], "<h1>")).says(&[
        "login: ",
        "a login of its own",
        "one login only",
    ]);
    for code in ["incorrect_password", "invalid_username"] {
        Server::always(error("401 Unauthorized", code)).says(&["login: ", "application password is wrong", code]);
    }
    Server::always(error("401 Unauthorized", "application_passwords_disabled"))
        .says(&["login: ", "are off there (`app"]);
    Server::always(error("401 Unauthorized", "rest_not_logged_in")).says(&["login: ", "as if nobody", "SetEnvIf"]);
    for off in [json!({"namespaces": [], "authentication": []}), json!({"namespaces": []})] {
        let server = Server::new(move |request, _| match request.asks("users/me") {
            true => error("401 Unauthorized", "rest_not_logged_in"),
            false => ok(&off),
        });
        server.says(&["login: ", "application passwords are off there\n"]);
    }
    Server::always(error("403 Forbidden", "rest_forbidden")).says(&["login: ", "refuses this user (`rest_forbidden`)"]);
    Server::always(http("403 Forbidden", &[HTML], "<h1>jo@bloom.example"))
        .says(&["answer: ", "refuses `/?rest_route=/wp/v2/users/me` and `/wp-json/wp/v2/users/me` (403) before"]);
    Server::always(error("404 Not Found", "rest_no_route")).says(&[
        "answer: ",
        "lacks what is asked for",
        "rest_no_route",
    ]);
}

#[test]
fn a_busy_site_is_asked_again_within_bounds() {
    let after = |status: &'static str, header: &'static str, failures: usize| {
        Server::new(move |_, number| match number <= failures {
            true => http(status, &[HTML, header], "<h1>"),
            false => me(),
        })
    };
    for status in ["429 Too Many", "502 Bad Gateway", "503 Busy", "504 Late"] {
        let server = after(status, "X-Nothing: 0", 3);
        server.connect().unwrap();
        assert_eq!(server.seen().len(), 4);
    }
    let asked = after("503 Busy", "Retry-After: 1", 1);
    let begun = Instant::now();
    asked.connect().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let counted = |server: Server, tries: usize, parts: &[&str]| {
        server.says(parts);
        assert_eq!(server.seen().len(), tries);
    };
    counted(after("503 Busy", "X-Nothing: 0", 9), 4, &["answer: ", "no answer from WordPress (503)"]);
    counted(after("502 Bad Gateway", "X-Nothing: 0", 9), 4, &["no answer from WordPress (502)"]);
    counted(after("503 Busy", "Retry-After: 600", 9), 1, &["maintenance mode"]);
    counted(after("429 Too Many", "Retry-After: 11", 9), 1, &["fewer requests (429)"]);
    counted(after("500 Oops", "X-Nothing: 0", 9), 1, &["fails while it answers (500)", "error log"]);
    counted(Server::always(error("500 Oops", "internal_server_error")), 1, &["(500 `internal_server_error`)"]);
    let lost = Server::new(|_, number| if number < 4 { Vec::new() } else { me() });
    lost.connect().unwrap();
    assert_eq!(lost.seen().len(), 4);
}

#[test]
fn an_answer_that_never_ends_or_never_comes_has_an_end() {
    let half = Server::always(&http("200 OK", &[JSON], me())[..120]);
    half.says(&["answer: ", "broke off before the whole answer"]);
    assert_eq!(half.seen().len(), 4);
    let small = Limits { body: 1 << 20, answer: Duration::from_secs(1), ..quick() };
    let huge = Server::always(http("200 OK", &[JSON], vec![b' '; (1 << 20) + 1]));
    assert_says(&said(connect(&huge.url, "operator", SECRET, small.clone())), &["answer: ", "larger than 1 MiB"]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = Server::always(http("200 OK", &[JSON, "Content-Encoding: gzip"], packed.finish().unwrap()));
    assert_says(&said(connect(&bomb.url, "operator", SECRET, small.clone())), &["larger than 1 MiB"]);
    let slow = Server::new(|_, _| {
        std::thread::sleep(Duration::from_secs(20));
        me()
    });
    let begun = Instant::now();
    assert_says(
        &said(connect(&slow.url, "operator", SECRET, small.clone())),
        &["answer: ", "no complete answer within 1 s"],
    );
    assert!(begun.elapsed() < Duration::from_secs(15), "the answer is not waited for");
    assert_eq!(slow.seen().len(), 1);
    // One byte at a time: each read succeeds, the whole answer does not come.
    let drip = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", drip.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = drip.accept().unwrap();
        let _ = stream.write_all(&http("200 OK", &[JSON], vec![b' '; 1000])[..110]);
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert_says(&said(connect(&url, "operator", SECRET, small)), &["no complete answer within 1 s"]);
}

#[test]
fn where_nothing_answers_it_says_which_nothing() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = connect(&format!("http://127.0.0.1:{port}"), "operator", SECRET, quick());
    assert_says(&said(dead), &["answer: ", "nothing listens there", "port"]);
    let unknown = connect("https://nothing.invalid", "operator", SECRET, quick());
    assert_says(&said(unknown), &["answer: ", "no host of this name", "spelling"]);
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.write_all(&http("400 Bad Request", &[HTML], "<h1>"));
        }
    });
    let tls = connect(&url, "operator", SECRET, quick());
    assert_says(&said(tls), &["answer: ", "TLS is not answered at this port", "`http://`"]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    std::thread::spawn(move || silent.incoming().flatten().for_each(drop));
    let tls = connect(&url, "operator", SECRET, quick());
    assert_says(&said(tls), &["answer: ", "TLS is not answered at this port", "`http://`"]);
}
