//! A site that never comes to an end: pages, bytes, requests and time of a reading are bounded.

use std::time::{Duration, Instant};

use amc_plan::model::population::Questions;
use amc_plan::site::Site as _;
use amc_plan::site::wordpress::Limits;
use serde_json::{Value, json};

use crate::wordpress::{JSON, Request, SECRET, Server, assert_says, connect, http, quick, said, users, wordpress};

/// The page that a request asks for.
fn page(request: &Request) -> u64 {
    let number = request.line.split("&page=").nth(1).unwrap_or("1");
    number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A reading of a server whose list of users is this, within these limits: what is said, and how many requests it took.
fn read(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static, limits: Limits) -> (String, usize) {
    let server = Server::new(move |request, _| {
        let is_list = request.asks("/wp/v2/users") && request.asks("roles=administrator");
        if is_list { answer(request) } else { wordpress(request) }
    });
    let began = Instant::now();
    let mut site = connect(&server.url, "operator", SECRET, limits).unwrap();
    let all = said(site.read(&Questions::default()));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    (all, server.seen().len())
}

#[test]
fn pages_that_are_always_full_come_to_an_end() {
    let (all, requests) = read(|request| users(u64::MAX, page(request) * 100..page(request) * 100 + 100), quick());
    assert_says(&all, &["answer: ", "its list of administrators has more than 100 pages"]);
    assert!(requests < 120, "{requests}");
}

#[test]
fn a_page_that_comes_again_is_noticed() {
    for (total, from) in [(u64::MAX, 0), (250, 0), (100_000, 7)] {
        let (all, requests) = read(move |_| users(total, from..from + 100), quick());
        assert_says(&all, &["repeats itself on page 2", "a cache or a security plugin"]);
        assert!(requests < 15, "{requests}");
    }
}

#[test]
fn a_total_that_grows_with_every_page_comes_to_an_end() {
    let (all, requests) =
        read(|request| users(page(request) * 1_000, page(request) * 100..page(request) * 100 + 100), quick());
    assert_says(&all, &["its users changed while they were read"]);
    assert!(requests < 20, "{requests}");
}

#[test]
fn requests_bytes_and_time_of_a_reading_are_bounded() {
    let endless = |request: &Request| {
        let row = |id: u64| json!({"id": id, "username": "x".repeat(2_000), "roles": ["administrator"]});
        let rows: Vec<Value> = (page(request) * 100..page(request) * 100 + 100).map(row).collect();
        std::thread::sleep(Duration::from_millis(30));
        http("200 OK", &[JSON, "X-WP-Total: 1000000"], Value::from(rows).to_string())
    };
    let (all, requests) = read(endless, Limits { requests: 20, ..quick() });
    assert_says(&all, &["reading it takes more than 20 requests"]);
    assert!(requests <= 22, "{requests}");
    let (all, requests) = read(endless, Limits { bytes: 2 * 1024 * 1024, ..quick() });
    assert_says(&all, &["reading it takes more than 2 MiB of answers"]);
    assert!(requests < 25, "{requests}");
    let (all, requests) = read(endless, Limits { reading: Duration::from_secs(1), ..quick() });
    assert!(all.contains("reading it takes more than 1 seconds") || all.contains("no complete answer within"), "{all}");
    assert!(requests < 60, "{requests}");
}

#[test]
fn each_reading_has_its_own_bounds() {
    let server = Server::new(|request, _| wordpress(request));
    let mut site = connect(&server.url, "operator", SECRET, Limits { requests: 12, ..quick() }).unwrap();
    for _ in 0..10 {
        site.read(&Questions::default()).unwrap();
    }
}
