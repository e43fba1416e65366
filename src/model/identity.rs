//! Which site it is: its home address without the scheme, and the two ways to compare two of them.
//!
//! Nothing else in the crate compares hosts: agencies keep many clients under one staging host, distinguished by port or path.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::{Host, Url};

/// Most bytes of a written identity.
const LONGEST: usize = 2_000;
/// What stands before the blog's number, after everything else.
const BLOG: &str = "#blog=";

/// A site's identity: host, port and path of its home address, and on a multisite the blog.
///
/// International names are in their ASCII form, the host is in lower case, and the default port of the scheme, a trailing
/// slash and a final dot are gone. Its text is `host[:port][/path][#blog=N]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    host: String,
    port: Option<u16>,
    path: String,
    blog: Option<u64>,
}

/// Text that names no site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoIdentity;

impl fmt::Display for NoIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a site, expected its home address such as `staging.bloom.example:8443/wp`")
    }
}

impl std::error::Error for NoIdentity {}

impl Identity {
    /// Reads an address (`https://Bloom.example/wp/`), one without a scheme (`//bloom.example`) or a bare
    /// `host[:port][/path]`, as older files have it. None for anything else, and where a login, query or fragment is in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || c == '?') {
            return None;
        }
        let (rest, scheme_port) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (rest, Some(443)),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (rest, Some(80)),
            Some(_) => return None,
            None => (text.strip_prefix("//").unwrap_or(text), None),
        };
        let (rest, blog) = match rest.find('#').map(|at| rest.split_at(at)) {
            Some((rest, fragment)) if scheme_port.is_none() => (rest, Some(digits(fragment.strip_prefix(BLOG)?)?)),
            Some(_) => return None,
            None => (rest, None),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = host_and_port(authority)?;
        Some(Self { host, port: port.filter(|port| Some(*port) != scheme_port), path: plain_path(path)?, blog })
    }

    /// Stands where no site is named: a host that is kept for nobody (RFC 2606).
    pub fn unnamed() -> Self {
        Self { host: "site.invalid".to_owned(), port: None, path: String::new(), blog: None }
    }

    /// The host alone: lower case, ASCII, a v6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path, without a slash at its end; empty where the site is at the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The blog's number on a multisite, where it is known.
    pub fn blog(&self) -> Option<u64> {
        self.blog
    }

    /// The same address, as the blog of this number.
    pub fn with_blog(self, blog: Option<u64>) -> Self {
        Self { blog: blog.or(self.blog), ..self }
    }

    /// The web server that answers for it: host and port, without path and blog.
    pub fn server(&self) -> Self {
        Self { path: String::new(), blog: None, ..self.clone() }
    }

    /// Whether nothing but a host is known of it, as of files that older builds wrote.
    pub fn is_host_alone(&self) -> bool {
        self.port.is_none() && self.path.is_empty() && self.blog.is_none()
    }

    /// Whether it is the host of another one and no more: what an older file keeps of that site.
    pub fn is_only_host_of(&self, other: &Self) -> bool {
        self.is_host_alone() && self.host == other.host
    }

    /// Whether both are **the same site**: host, port and path exactly, `www.` included. The blog counts where both name one:
    /// a home address is one blog's, so that an address alone (a plan has no more) names it already.
    pub fn is_same_site(&self, other: &Self) -> bool {
        self.host == other.host && self.port == other.port && self.path == other.path && self.blogs_agree(other)
    }

    /// Whether both **could be the same** site: as [`Identity::is_same_site`], whatever the port, with `www.` or without. Such
    /// two are never taken for staging and live, nor for one another.
    pub fn could_be_the_same(&self, other: &Self) -> bool {
        self.without_www() == other.without_www() && self.path == other.path && self.blogs_agree(other)
    }

    /// Whether both are at one host, whatever the port and the path, with `www.` or without.
    pub fn is_at_the_host_of(&self, other: &Self) -> bool {
        self.without_www() == other.without_www()
    }

    /// The address, without scheme and blog: `bloom.example:8443/wp`.
    pub fn address(&self) -> String {
        Self { blog: None, ..self.clone() }.to_string()
    }

    fn without_www(&self) -> &str {
        self.host.strip_prefix("www.").filter(|rest| !rest.is_empty()).unwrap_or(&self.host)
    }

    fn blogs_agree(&self, other: &Self) -> bool {
        self.blog.zip(other.blog).is_none_or(|(one, two)| one == two)
    }
}

/// Host and port of an authority. A login in it is no host.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    if authority.contains('@') {
        return None;
    }
    if let Ok(bare) = authority.parse::<Ipv6Addr>() {
        return Some((format!("[{bare}]"), None));
    }
    let port_at = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
    let (host, port) = port_at.map_or((authority, None), |at| (&authority[..at], Some(&authority[at + 1..])));
    let port = match port {
        Some(port) => Some(u16::try_from(digits(port)?).ok()?),
        None => None,
    };
    let host = Host::parse(host.trim_end_matches('.')).ok()?.to_string();
    let host = host.trim_end_matches('.').to_owned();
    (!host.is_empty()).then_some((host, port))
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A path in one spelling: as a browser sends it, no empty and no dot segments, nothing escaped that needs no escape.
fn plain_path(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(String::new());
    }
    let mut plain = path.to_owned();
    // What an escape hid may itself be a dot segment, so the path is read again until it stays as it is.
    for _ in 0..4 {
        let read = Url::parse(&format!("http://h{plain}")).ok()?;
        let segments = read.path().split('/').filter(|segment| !segment.is_empty());
        let next = segments.fold(String::new(), |all, segment| all + "/" + &unescaped(segment));
        if next == plain {
            return Some(plain);
        }
        plain = next;
    }
    None
}

/// A segment without needless escapes (RFC 3986, 6.2.2).
fn unescaped(segment: &str) -> String {
    let mut plain = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => plain.push(byte.into()),
            Some(byte) => plain.push_str(&format!("%{byte:02X}")),
            None => {
                plain.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        }
        rest = &rest[at + 3..];
    }
    plain + rest
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.iter().try_for_each(|port| write!(f, ":{port}"))?;
        f.write_str(&self.path)?;
        self.blog.iter().try_for_each(|blog| write!(f, "{BLOG}{blog}"))
    }
}

impl FromStr for Identity {
    type Err = NoIdentity;

    fn from_str(text: &str) -> Result<Self, NoIdentity> {
        Self::parse(text).ok_or(NoIdentity)
    }
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Identity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Identity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A site: its home address without the scheme, `host[:port][/path]`, and `#blog=N` on a multisite.",
            "examples": ["staging.bloom.example:8443/wp"],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> Identity {
        Identity::parse(text).unwrap_or_else(|| panic!("{text} names a site"))
    }

    #[test]
    fn one_site_in_many_spellings() {
        for (text, plain) in [
            ("https://Bloom.example", "bloom.example"),
            ("HTTP://bloom.example./", "bloom.example"),
            ("//bloom.example", "bloom.example"),
            (" bloom.example ", "bloom.example"),
            ("https://bloom.example:443/", "bloom.example"),
            ("http://bloom.example:80", "bloom.example"),
            ("https://bloom.example:80", "bloom.example:80"),
            ("http://bloom.example:443", "bloom.example:443"),
            ("bloom.example:443", "bloom.example:443"),
            ("https://bloom.example:08443/WP//a/../b/", "bloom.example:8443/WP/b"),
            ("https://bloom.example/%77p/%7ea%2fb%c3%a9", "bloom.example/wp/~a%2Fb%C3%A9"),
            ("https://bloom.example/é", "bloom.example/%C3%A9"),
            ("https://bücher.example", "xn--bcher-kva.example"),
            ("https://XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("BÜCHER。example", "xn--bcher-kva.example"),
            ("::1", "[::1]"),
            ("http://[0:0::1]:8080/x", "[::1]:8080/x"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://0x7f.1", "127.0.0.1"),
            ("bloom.example/wp#blog=3", "bloom.example/wp#blog=3"),
        ] {
            assert_eq!(id(text).to_string(), plain, "{text}");
        }
    }

    #[test]
    fn what_is_no_home_address_names_no_site() {
        for text in [
            "",
            "https://",
            "//",
            "/wp",
            ".",
            "ftp://bloom.example",
            "https://jo:pw@bloom.example",
            "https://@bloom.example",
            "jo@bloom.example",
            "https://bloom.example?x",
            "https://bloom.example/#x",
            "https://bloom.example/#blog=3",
            "bloom.example#blog=",
            "bloom.example#blog=x",
            "bloom.example#x#blog=3",
            "https://bloom.example\\@evil.example",
            "bloom example",
            "bloom.example\n.evil",
            "bloom.example:99999",
            "bloom.example:+80",
            "https://[::1",
            "javascript:alert(1)",
            "https://https://bloom.example",
        ] {
            assert_eq!(Identity::parse(text), None, "{text:?}");
        }
        assert_eq!(Identity::parse(&"a".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn the_same_site_is_exact_and_what_could_be_it_is_not() {
        for (one, two, same, could) in [
            ("https://bloom.example", "http://bloom.example/", true, true),
            ("https://bücher.example", "xn--bcher-kva.example", true, true),
            ("https://bloom.example", "https://www.bloom.example", false, true),
            ("https://bloom.example", "https://bloom.example:8443", false, true),
            ("http://www.bloom.example:8080/wp", "https://bloom.example/wp/", false, true),
            ("https://bloom.example", "https://bloom.example/wp", false, false),
            ("https://bloom.example/wp", "https://bloom.example/WP", false, false),
            ("https://bloom.example", "https://staging.bloom.example", false, false),
            ("bloom.example#blog=2", "bloom.example#blog=3", false, false),
            ("bloom.example#blog=2", "https://bloom.example", true, true),
        ] {
            for (one, two) in [(one, two), (two, one)] {
                assert_eq!(id(one).is_same_site(&id(two)), same, "{one} {two}");
                assert_eq!(id(one).could_be_the_same(&id(two)), could, "{one} {two}");
            }
        }
    }

    #[test]
    fn a_host_of_an_older_file_is_read_as_that_host_alone() {
        let read: Identity = serde_json::from_str("\"Staging.Bloom.example\"").unwrap();
        assert!(read.is_host_alone() && read.is_same_site(&id("https://staging.bloom.example")));
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"staging.bloom.example\"");
        assert!(!id("https://staging.bloom.example/wp").is_host_alone());
        assert!(serde_json::from_str::<Identity>("\"https://jo@bloom.example\"").is_err());
    }

    fn written() -> impl Strategy<Value = String> {
        let host = prop::sample::select(vec![
            "a.example",
            "www.a.example",
            "bücher.example",
            "b.example",
            "[::1]",
            "10.0.0.1",
        ]);
        let scheme = prop::sample::select(vec!["https://", "http://", "//", ""]);
        let port = prop::option::of(prop::sample::select(vec![80_u16, 443, 8443]));
        let path = prop::sample::select(vec!["", "/", "/wp", "/wp/", "/a/./b", "/%41"]);
        (scheme, host, port, path).prop_map(|(scheme, host, port, path)| {
            format!("{scheme}{host}{}{path}", port.map(|port| format!(":{port}")).unwrap_or_default())
        })
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_panics_and_its_text_is_read_as_itself(text in ".{0,40}") {
            if let Some(read) = Identity::parse(&text) {
                prop_assert_eq!(Identity::parse(&read.to_string()), Some(read));
            }
        }

        #[test]
        fn both_comparisons_are_equivalences_and_the_exact_one_is_the_narrower(a in written(), b in written(), c in written()) {
            let (a, b, c) = (id(&a), id(&b), id(&c));
            for compare in [Identity::is_same_site, Identity::could_be_the_same] {
                prop_assert!(compare(&a, &a));
                prop_assert_eq!(compare(&a, &b), compare(&b, &a));
                prop_assert!(!(compare(&a, &b) && compare(&b, &c)) || compare(&a, &c));
            }
            prop_assert!(!a.is_same_site(&b) || a.could_be_the_same(&b));
            prop_assert_eq!(a.is_same_site(&b), a.to_string() == b.to_string());
        }

        #[test]
        fn a_written_identity_survives_json(text in written(), blog in prop::option::of(0_u64..9)) {
            let identity = id(&text).with_blog(blog);
            let json = serde_json::to_string(&identity).unwrap();
            prop_assert_eq!(serde_json::from_str::<Identity>(&json).unwrap(), identity);
        }
    }
}
