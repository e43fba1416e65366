//! The WordPress site: against a real WordPress (`tests/staging/up`), and against servers that misbehave.
//!
//! The real one needs Debian 12 (see tests/staging/README.md); `PLAN_WITHOUT_STAGING=1` leaves those two tests out.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::staging::Staging;
use amc_plan::change::Change;
use amc_plan::model::population::Questions;
use amc_plan::model::snapshot::{Capture, How};
use amc_plan::model::{Kind, ObjectRef, Snapshot};
use amc_plan::site::wordpress::{Address, Limits, Login, WordPress};
use amc_plan::site::{Executor, SignedIn, Site, SiteError};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "aBcD eFgH 1234 5678";

fn noon() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// Short pauses, so that no test waits for long.
pub(crate) fn quick() -> Limits {
    Limits { connect: Duration::from_secs(3), pause: Duration::from_millis(5), ..Limits::default() }
}

fn login(site: &Address, origin: &str, user: &str, password: &str) -> Result<Login, SiteError> {
    Login::from_variables(site, |name| match name {
        "PLAN_LOGIN_ORIGIN" => Some(origin.to_owned()),
        "PLAN_LOGIN_USER" => Some(user.to_owned()),
        "PLAN_LOGIN_PASSWORD" => Some(password.to_owned()),
        _ => None,
    })
}

pub(crate) fn connect(url: &str, user: &str, password: &str, limits: Limits) -> Result<WordPress, SiteError> {
    let site = Address::parse(url)?;
    let login = login(&site, &site.to_string(), user, password)?;
    WordPress::connect_within(site, login, noon, limits)
}

/// Kind, message and help of an error, of which none may show a secret or anybody's address.
pub(crate) fn said<T: std::fmt::Debug>(outcome: Result<T, SiteError>) -> String {
    let error = outcome.expect_err("this must not work");
    let kind = match &error {
        SiteError::Answer { .. } => "answer",
        SiteError::Login { .. } => "login",
        SiteError::Another { .. } => "another",
        _ => "other",
    };
    let all = format!("{kind}: {error}\n  {}", error.help().unwrap_or_default());
    for text in [all.clone(), format!("{error:?}")] {
        assert!(!text.contains('@') && !text.contains("aBcD") && !text.contains("eFgH"), "{text}");
    }
    assert!(error.help().is_some_and(|help| !help.is_empty()), "{all}");
    all
}

#[track_caller]
pub(crate) fn assert_says(all: &str, parts: &[&str]) {
    for part in parts {
        assert!(all.contains(part), "no `{part}` in: {all}");
    }
}

// ---- a real WordPress -------------------------------------------------------------------------------------------

trait Visit {
    fn connect(&self) -> Result<WordPress, SiteError>;
    fn with_fault<T>(&self, name: &str, act: impl FnOnce() -> T) -> T;
    fn says(&self, outcome: Result<WordPress, SiteError>, parts: &[&str]);
}

impl Visit for Staging {
    fn connect(&self) -> Result<WordPress, SiteError> {
        connect(self.url(), "operator", self.text("/password"), quick())
    }

    fn with_fault<T>(&self, name: &str, act: impl FnOnce() -> T) -> T {
        let file = self.dir().join("faults").join(name);
        std::fs::write(&file, "").unwrap();
        let result = act();
        std::fs::remove_file(&file).unwrap();
        result
    }

    fn says(&self, outcome: Result<WordPress, SiteError>, parts: &[&str]) {
        let all = said(outcome);
        assert_says(&all, parts);
        for secret in ["/password", "/spare/password", "/subscriber/password"] {
            assert!(!all.contains(self.text(secret)), "{all}");
        }
    }
}

fn read(site: &mut WordPress) -> Snapshot {
    let reading = site.read(&Questions::default()).unwrap();
    assert_eq!(reading.census, None);
    reading.snapshot
}

fn assert_right(snapshot: &Snapshot, url: &str) {
    let header = &snapshot.header;
    assert_eq!((header.format.as_str(), header.site.host()), ("1.0", "127.0.0.1"));
    assert_eq!((header.collector.as_str(), header.taken_at.as_str()), ("core-rest", "1970-01-01T00:00:00Z"));
    assert_eq!(header.collector_version, env!("CARGO_PKG_VERSION"));
    for kind in Kind::ALL {
        let captured = matches!(kind, Kind::Administrator | Kind::Environment | Kind::Plugin);
        match header.capture(kind.name()) {
            Capture::How(how) => assert!(captured && how == How::CoreRest, "{kind}"),
            Capture::Missing(why) => assert!(!captured && why.contains("REST API does not show it"), "{kind}: {why}"),
        }
    }
    assert_eq!(header.sections.len(), Kind::ALL.len() + 3);
    for kind in ["contact", "order", "subscription"] {
        assert!(
            matches!(&header.sections[kind], Capture::Missing(why) if why.contains("REST API does not show it")),
            "{kind}"
        );
    }
    let state = &snapshot.state;
    let plugins: Vec<_> = state.plugins.iter().map(|(key, p)| (key.as_str(), p.version.as_deref(), p.active)).collect();
    assert_eq!(
        plugins,
        [
            ("accessally/accessally.php", Some("4.3.1"), true),
            ("fluent-smtp/fluent-smtp.php", Some("2.2.80"), true),
            ("progressally/progressally.php", Some("2.9.3"), true),
        ]
    );
    assert_eq!(state.keys(Kind::Administrator), ["operator", "spare-admin"]);
    assert!(state.administrators.values().all(|administrator| administrator.crm_contact.is_none()));
    let environment = state.environment.clone().unwrap();
    assert_eq!(environment.url, url);
    assert_eq!(environment.home.as_deref(), Some(url));
    // WordPress 6.1 does not tell either.
    assert_eq!((environment.environment_type, environment.wordpress), (None, None));
    assert_eq!(environment.extra["users"], 29);
    assert_no_address(snapshot);
}

fn assert_no_address(snapshot: &Snapshot) {
    assert!(!format!("{snapshot:?}").contains('@'), "{snapshot:?}");
}

#[test]
fn a_real_wordpress_is_read_and_each_of_its_faults_is_named() {
    let Some(staging) = Staging::up(&[]) else { return };
    let mut site = staging.connect().unwrap();
    assert_right(&read(&mut site), staging.url());
    let login = site.signed_in().unwrap().unwrap();
    assert_eq!(login, SignedIn { key: "operator".to_owned(), is_administrator: true });
    assert_eq!(site.name(), staging.url());
    assert!(!format!("{site:?}").contains(staging.text("/password")));
    let change =
        Change { on: ObjectRef::only(Kind::Emails), before: None, after: Some(json!({})), cause: "/emails".into() };
    assert_eq!(site.executor(&change), Executor::Guided);
    assert!(matches!(site.execute(&change), Err(SiteError::NotAutomatic { .. })));
    real_logins(&staging);
    real_faults(&staging, &mut site);
    // Spaces, as WordPress shows the password.
    let spaced: Vec<&str> =
        staging.text("/password").as_bytes().chunks(4).map(|c| str::from_utf8(c).unwrap()).collect();
    connect(staging.url(), "operator", &spaced.join(" "), quick()).unwrap();
    assert_right(&read(&mut site), staging.url());
}

fn real_logins(staging: &Staging) {
    let as_user = |user: &str, password: &str| connect(staging.url(), user, password, quick());
    as_user("spare-admin", staging.text("/spare/password")).unwrap();
    let wrong =
        ["login: ", "user name or the application password is wrong", "drops the `Authorization`", "PLAN_LOGIN_USER"];
    staging.says(as_user("operator", SECRET), &wrong);
    staging.says(as_user("nobody", staging.text("/password")), &wrong);
    let subscriber = as_user("reader", staging.text("/subscriber/password"));
    staging.says(subscriber, &["login: ", "no administrator", "manage_options"]);
    // WordPress takes `?rest_route=` wherever it is asked, and is one site all the same.
    let folder = connect(&format!("{}/no-such-folder", staging.url()), "operator", staging.text("/password"), quick());
    staging.says(folder, &["another: ", &format!("its home is `{}`", staging.url())]);
}

fn real_faults(staging: &Staging, site: &mut WordPress) {
    let fails = |fault: &str, parts: &[&str]| staging.with_fault(fault, || staging.says(staging.connect(), parts));
    fails("app-passwords-off", &["login: ", "application passwords are off", "https"]);
    fails("auth-header-stripped", &["login: ", "as if nobody had logged in", "SetEnvIf Authorization"]);
    fails(
        "php-warning-before-json",
        &["answer: ", "prints text around the JSON: \"<br /> <b>Warning</b>", "display_errors"],
    );
    fails("maintenance", &["answer: ", "maintenance mode (503)", ".maintenance"]);
    fails("redirect-to-other-host", &["another: ", "its home is `http://127.0.0.1:1`", "no login was sent"]);
    let hasty = Limits { answer: Duration::from_secs(1), ..quick() };
    staging.with_fault("slow", || {
        let outcome = connect(staging.url(), "operator", staging.text("/password"), hasty);
        staging.says(outcome, &["answer: ", "no whole answer within 1 s"]);
        staging.connect().unwrap();
    });
    staging.with_fault("rest-logged-in-only", || {
        assert_right(&read(&mut staging.connect().unwrap()), staging.url());
        let wrong = connect(staging.url(), "operator", SECRET, quick());
        staging.says(wrong, &["login: ", "for logged-in users only (`rest_cannot_access`)"]);
    });
    staging.with_fault("users-endpoint-removed", || {
        let snapshot = read(&mut staging.connect().unwrap());
        assert!(snapshot.state.administrators.is_empty());
        assert_eq!(snapshot.state.plugins.len(), 3);
        let capture = snapshot.header.capture("administrator");
        assert!(matches!(&capture, Capture::Missing(why) if why.contains("404 `rest_no_route`")), "{capture:?}");
    });
    // A fault that begins between two readings.
    let late = staging.with_fault("auth-header-stripped", || said(site.read(&Questions::default())));
    assert_says(&late, &["login: "]);
}

#[test]
fn a_login_of_one_real_site_opens_no_other() {
    let (Some(http), Some(other)) = (Staging::up(&["--environment", "staging"]), Staging::up(&["--users", "0"])) else {
        return;
    };
    http.says(http.connect(), &["login: ", "application passwords are off", "https only", "WP_ENVIRONMENT_TYPE"]);
    let crossed = connect(other.url(), "operator", http.text("/password"), quick());
    http.says(crossed, &["login: ", "as if nobody had logged in"]);
    let site = Address::parse(other.url()).unwrap();
    let bound = login(&site, http.url(), "operator", http.text("/password"));
    let all = said(bound.map(|_| ()));
    assert_says(
        &all,
        &[&format!("`{}` and goes nowhere else", http.url()), &format!("PLAN_LOGIN_ORIGIN={}", other.url())],
    );
    let own = Address::parse(http.url()).unwrap();
    let login = login(&own, http.url(), "operator", http.text("/password")).unwrap();
    assert_says(&said(WordPress::connect(site, login, noon)), &["login: ", "goes nowhere else"]);
}

// ---- servers that misbehave -------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    headers: Vec<String>,
}

impl Request {
    /// The request line, decoded as far as tests need it.
    pub(crate) fn asks(&self, part: &str) -> bool {
        self.line.replace("%2F", "/").replace("%2C", ",").contains(part)
    }

    /// The server's own address, as it was asked for.
    pub(crate) fn url(&self) -> String {
        let host =
            self.headers.iter().find_map(|header| header.split_once(": ").filter(|h| h.0.eq_ignore_ascii_case("host")));
        format!("http://{}", host.unwrap().1)
    }

    /// Whether somebody without a login asks which site this is.
    fn asks_who(&self) -> bool {
        !self.has_login() && self.asks("GET /?rest_route=/&_fields=home ")
    }

    pub(crate) fn has_login(&self) -> bool {
        self.headers.iter().any(|header| header.to_lowercase().starts_with("authorization:"))
    }
}

/// A server that answers bytes, and remembers what it was asked; one that says which site it is to whoever asks first.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    /// Whether it answers by itself which site it is.
    meets: bool,
}

impl Server {
    pub(crate) fn new(answer: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let server = Self::unmet(move |request, _| match request.asks_who() {
            true => ok(&json!({"home": request.url()})),
            false => answer(request, asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1),
        });
        Self { meets: true, ..server }
    }

    /// A server whose every answer, to who asks which site it is too, is the test's own.
    pub(crate) fn unmet(answer: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (record, answer) = (Arc::clone(&seen), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &record, &*answer));
            }
        });
        Self { url, seen, meets: false }
    }

    fn always(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |_, _| answer.clone())
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap().clone();
        seen.into_iter().filter(|request| !(self.meets && request.asks_who())).collect()
    }

    fn connect(&self) -> Result<WordPress, SiteError> {
        connect(&self.url, "operator", SECRET, quick())
    }

    fn says(&self, parts: &[&str]) {
        assert_says(&said(self.connect()), parts);
    }
}

fn serve(mut stream: TcpStream, record: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request, usize) -> Vec<u8>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let line = lines.next().unwrap_or_default();
    let headers = lines.take_while(|line| !line.is_empty()).collect();
    let request = Request { line, headers };
    let number = {
        let mut record = record.lock().unwrap();
        record.push(request.clone());
        record.len()
    };
    let _ = stream.write_all(&answer(&request, number));
    let _ = stream.flush();
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
}

pub(crate) fn http(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(crate) const JSON: &str = "Content-Type: application/json; charset=UTF-8";
const HTML: &str = "Content-Type: text/html; charset=UTF-8";

fn ok(body: &Value) -> Vec<u8> {
    http("200 OK", &[JSON], body.to_string())
}

fn error(status: &str, code: &str) -> Vec<u8> {
    http(status, &[JSON], json!({"code": code, "message": "jo@bloom.example"}).to_string())
}

fn me() -> Vec<u8> {
    ok(&json!({"id": 1, "capabilities": {"manage_options": true}}))
}

pub(crate) fn users(total: u64, rows: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let row = |id: u64| json!({"id": id, "username": format!("admin-{id}"), "roles": ["administrator"]});
    let rows: Vec<Value> = rows.into_iter().map(row).collect();
    http("200 OK", &[JSON, &format!("X-WP-Total: {total}")], Value::from(rows).to_string())
}

/// What a WordPress 6.9 answers, where a test has nothing else to say.
pub(crate) fn wordpress(request: &Request) -> Vec<u8> {
    let url = request.url();
    if request.asks("/users/me") {
        me()
    } else if request.asks("get-environment-info/run") {
        ok(&json!({"environment": "staging", "php_version": "8.3", "db_server_info": "x", "wp_version": "6.9.1"}))
    } else if request.asks("/wp/v2/plugins") {
        ok(&json!([{"plugin": "hello", "status": "inactive", "version": ""}]))
    } else if request.asks("/wp/v2/settings") {
        ok(&json!({"url": url}))
    } else if request.asks("/wp/v2/users") {
        users(1, [1])
    } else {
        ok(&json!({"url": url, "home": url, "namespaces": ["wp/v2", "wp-abilities/v1"], "authentication": {}}))
    }
}

#[test]
fn a_reading_says_whose_login_it_was_made_with_and_what_it_is_now() {
    let as_whom = |answer: Value| {
        let server = Server::new(move |request, nth| match (request.asks("/users/me"), nth) {
            // The first one connects.
            (true, 1) | (false, _) => wordpress(request),
            (true, _) => ok(&answer),
        });
        server.connect().unwrap().read(&Questions::default()).unwrap().login.unwrap()
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
    assert_eq!(environment.environment_type.as_deref(), Some("staging"));
    assert_eq!(environment.wordpress.as_deref(), Some("6.9.1"));
    assert_eq!(snapshot.state.plugins["hello.php"].version, None);
    assert!(!snapshot.state.plugins["hello.php"].active);
    let seen = server.seen();
    assert!(seen.iter().all(|request| request.line.starts_with("GET ") && request.has_login()), "{seen:?}");
    let lists = seen.iter().filter(|request| request.asks("/wp/v2/users&"));
    assert!(lists.clone().count() > 0 && lists.clone().all(|request| request.asks("_fields=id")), "{seen:?}");
    for status in ["400 Bad Request", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let refusing = Server::new(move |request, _| match request.asks("wp-abilities") {
            true => error(status, "rest_ability_cannot_execute"),
            false => wordpress(request),
        });
        assert_eq!(read(&mut refusing.connect().unwrap()).state.environment.unwrap().environment_type, None);
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
    assert_says(&all, &["answer: ", "three times over", "try again"]);
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
fn a_login_never_reaches_another_origin() {
    let elsewhere = Server::always(me());
    let to = elsewhere.url.clone();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let to = to.clone();
        let here = Server::new(move |_, _| http(status, &[&format!("Location: {to}/?rest_route=/")], ""));
        here.says(&["answer: ", &format!("sends us on to `{}`", elsewhere.url), "PLAN_LOGIN_ORIGIN="]);
    }
    // Another name of the same machine is another origin, and so is another scheme.
    let port = to.rsplit_once(':').unwrap().1.to_owned();
    for location in
        [format!("http://localhost:{port}/"), format!("https://127.0.0.1:{port}/"), format!("//127.0.0.2:{port}/")]
    {
        Server::always(http("302 Found", &[&format!("Location: {location}")], "")).says(&["sends us on to"]);
    }
    let link = format!("Link: <{to}/wp-json/>; rel=\"https://api.w.org/\"");
    Server::always(http("200 OK", &[HTML, &link], "<html>")).says(&["a web page came instead of JSON"]);
    for origin in [to.as_str(), "https://staging.bloom.example", &to.replace("127.0.0.1", "localhost")] {
        let site = Address::parse("http://127.0.0.1:9").unwrap();
        assert_says(
            &said(login(&site, origin, "operator", SECRET)),
            &["login: ", "goes nowhere else", "http://127.0.0.1:9"],
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
    Server::always(http("404 Not Found", &[HTML], "<h1>")).says(&["answer: ", "no WordPress at this address (404)"]);
    Server::always(ok(&json!({"hello": 1}))).says(&["answer: ", "not as WordPress does"]);
    Server::always(ok(&json!({"capabilities": []}))).says(&["login: ", "no administrator"]);
    Server::always(ok(&json!({"capabilities": {"manage_options": "1"}}))).says(&["login: ", "no administrator"]);
    Server::always(http("200 OK", &["Content-Type: text/plain"], "hi \u{1b}[2J jo@bloom.example"))
        .says(&["`text/plain` came instead of JSON: \"hi \\u{1b}[2J (e-mail)\""]);
    Server::always(http("200 OK", &[], "{}")).says(&["without a type"]);
    Server::always(http("200 OK", &[HTML], me())).says(&["a web page came"]);
    Server::always("SSH-2.0-OpenSSH_9.2\r\n").says(&["answer: ", "does not speak HTTP", "port"]);
    Server::always(http("302 Found", &[HTML], "")).says(&["status 302"]);
    Server::always(error("418 I'm a teapot", "short_and_stout")).says(&["status 418 `short_and_stout`"]);
}

#[test]
fn json_that_is_not_whole_and_alone_is_told_apart() {
    let json = |body: &[u8]| Server::always(http("200 OK", &[JSON], body));
    json(b"\xef\xbb\xbf{\"id\":1}").says(&["answer: ", "byte order mark", "UTF-8 with BOM"]);
    json(b"Deprecated: jo@bloom.example {\"id\":1}").says(&["prints text around the JSON: \"Deprecated: (e-mail) "]);
    json(b"{\"id\":1}\n<br />Fatal").says(&["prints text around the JSON: \"<br />Fatal\""]);
    json(b"{\"id\":1,\"cap").says(&["JSON breaks off", "memory or time"]);
    json(b"").says(&["JSON breaks off"]);
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
        .says(&["prints text around the JSON: \"<br /> <b>Warning</b>: (e-mail) in"]);
}

#[test]
fn logins_that_are_refused_are_told_apart() {
    let wall = "WWW-Authenticate: Basic realm=\"Staging\"";
    Server::always(http("401 Unauthorized", &[HTML, wall], "<h1>")).says(&[
        "login: ",
        "a login of its own",
        "room for one",
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
    Server::always(http("403 Forbidden", &[HTML], "<h1>jo@bloom.example")).says(&["answer: ", "refuses (403) before"]);
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
    counted(after("500 Oops", "X-Nothing: 0", 9), 1, &["breaks while it answers (500)", "error log"]);
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
        std::thread::sleep(Duration::from_secs(3));
        me()
    });
    let begun = Instant::now();
    assert_says(
        &said(connect(&slow.url, "operator", SECRET, small.clone())),
        &["answer: ", "no whole answer within 1 s"],
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
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
    assert_says(&said(connect(&url, "operator", SECRET, small)), &["no whole answer within 1 s"]);
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
    assert_says(&said(tls), &["answer: ", "no secure connection", "certificate"]);
}

// ---- logins and addresses ---------------------------------------------------------------------------------------

#[test]
fn a_login_is_complete_bound_and_never_shown() {
    let site = Address::parse("https://staging.bloom.example/members").unwrap();
    let none = Login::from_variables(&site, |name| (name == "PLAN_LOGIN_USER").then(|| "operator".to_owned()));
    let all = said(none);
    assert_says(&all, &["PLAN_LOGIN_ORIGIN and PLAN_LOGIN_PASSWORD are not set", "Application Passwords"]);
    assert_says(&all, &["PLAN_LOGIN_ORIGIN=https://staging.bloom.example/members,"]);
    assert_says(
        &said(login(&site, "https://staging.bloom.example/members", "operator", "  ")),
        &["PLAN_LOGIN_PASSWORD is not set"],
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
            &["goes nowhere else", "PLAN_LOGIN_ORIGIN=https://staging.bloom.example/members, its folder included,"],
        );
    }
    let members = "https://staging.bloom.example/members";
    assert_says(&said(login(&site, members, "a:b", SECRET)), &["PLAN_LOGIN_USER has a colon"]);
    for same in [members, "https://STAGING.bloom.example:443/members/"] {
        login(&site, same, "operator", SECRET).unwrap();
    }
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
