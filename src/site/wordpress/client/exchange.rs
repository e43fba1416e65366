//! One request and its answer, as they are shown to who asks for that (`-vv`): the address without what a query holds, the status, the bytes, the
//! time. No header, no body, no login.

use std::io::{self, Read};
use std::time::Instant;

use url::Url;

use crate::site::wordpress::login::Login;

/// What stands for a part of an address that may hold anything.
const HIDDEN: &str = "…";

/// Parameters whose values this program makes, and are numbers.
const COUNTED: [&str; 3] = ["page", "per_page", "offset"];

/// A request that was begun.
#[derive(Debug)]
pub(super) struct Exchange {
    /// None where nobody wants to see it.
    asked: Option<String>,
    how: &'static str,
    begun: Instant,
}

impl Exchange {
    /// At an address that this program made.
    pub(super) fn begin(url: &Url, login: &Login) -> Self {
        Self::of(|| login.hide(&shown(url)))
    }

    /// At one that the site led to: what it holds is the site's.
    pub(super) fn begin_elsewhere(url: &Url) -> Self {
        Self::of(|| format!("{}/{HIDDEN}", place(url)))
    }

    fn of(shown: impl FnOnce() -> String) -> Self {
        let asked = log::log_enabled!(log::Level::Debug).then(shown);
        Self { asked, how: "GET", begun: Instant::now() }
    }

    /// The same, of what is written.
    pub(super) fn posted(self) -> Self {
        Self { how: "POST", ..self }
    }

    /// It ended without an answer.
    pub(super) fn has_none(&self) {
        self.ends("no answer");
    }

    /// It was answered with another address.
    pub(super) fn is_redirected(&self, status: u16) {
        self.ends(&format!("{status}, another address"));
    }

    /// It was answered with so many bytes.
    pub(super) fn is_answered(&self, status: u16, bytes: u64) {
        self.ends(&format!("{status}, {bytes} bytes"));
    }

    fn ends(&self, how: &str) {
        if let Some(asked) = &self.asked {
            log::debug!("{} {asked} → {how}, {} ms", self.how, self.begun.elapsed().as_millis());
        }
    }
}

/// An answer that is read while it comes: it is over once it is dropped.
pub(super) struct Counted<R> {
    inner: R,
    bytes: u64,
    of: Exchange,
    status: u16,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R, of: Exchange, status: u16) -> Self {
        Self { inner, bytes: 0, of, status }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl<R> Drop for Counted<R> {
    fn drop(&mut self) {
        self.of.is_answered(self.status, self.bytes);
    }
}

/// An address as it may be shown: of a path the parts that are plain names, as a site can lead to any, and of a query the names, with the values of what is a
/// route or a number of a page.
fn shown(url: &Url) -> String {
    let is_plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c));
    let named = |path: &str| {
        path.split('/').map(|part| if is_plain(part) { part } else { HIDDEN }).collect::<Vec<_>>().join("/")
    };
    let query = url.query_pairs().map(|(name, value)| match &*name {
        "rest_route" => format!("rest_route={}", named(&value)),
        name if COUNTED.contains(&name) && value.len() < 7 && value.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{name}={value}")
        }
        name => format!("{}={HIDDEN}", named(name)),
    });
    let query: Vec<String> = query.collect();
    format!("{}{}{}{}", place(url), named(url.path()), if query.is_empty() { "" } else { "?" }, query.join("&"))
}

/// Scheme, host and port.
fn place(url: &Url) -> &str {
    let place = &url[..url::Position::BeforePath];
    // An address with a user in it is none that this program asks.
    if place.contains('@') { HIDDEN } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_it_could_hold_of_anybody() {
        for (url, is) in [
            ("https://x.example/wp-json/wp/v2/plugins", "https://x.example/wp-json/wp/v2/plugins"),
            (
                "https://x.example/wp/?rest_route=/wp/v2/users&per_page=100&page=2&_fields=id",
                "https://x.example/wp/?rest_route=/wp/v2/users&per_page=100&page=2&_fields=…",
            ),
            ("https://x.example/tess@nowhere.example/tess%40nowhere.example/", "https://x.example/…/…/"),
            (
                "https://x.example/?rest_route=/a%40b/&page=tess&per_page=12345678&k%40y=1",
                "https://x.example/?rest_route=/…/&page=…&per_page=…&…=…",
            ),
            ("https://tess:canary@x.example:8443/a?token=canary", "…/a?token=…"),
            ("http://[::1]:8080/#tess", "http://[::1]:8080/"),
        ] {
            assert_eq!(shown(&Url::parse(url).unwrap()), is);
        }
    }
}
