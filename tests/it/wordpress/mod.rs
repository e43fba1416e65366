//! The WordPress site: against a real WordPress (`tests/staging/up`), and against servers that misbehave.
//!
//! The real one needs Debian 12 (see tests/staging/README.md); `PLAN_WITHOUT_STAGING=1` leaves those two tests out.

mod authority;
mod examined;
mod found;
mod fronts;
mod read;
mod real;
mod remembered;
mod sent_back;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amc_plan::model::population::Questions;
use amc_plan::model::snapshot::Capture;
use amc_plan::model::{Kind, Snapshot};
use amc_plan::site::wordpress::{Address, Limits, Login, WordPress};
use amc_plan::site::{SignedIn, Site, SiteError};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::staging::Staging;

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

fn assert_no_address(snapshot: &Snapshot) {
    assert!(!format!("{snapshot:?}").contains('@'), "{snapshot:?}");
}

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
