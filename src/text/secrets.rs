//! Secrets in an address: what stands after `?key=` or `&token=`, however a page or a plan spells that, and a password before a host.

use std::borrow::Cow;
use std::ops::Range;

use super::MASK;

/// Names of parameters whose values open something, without `_` and `-`; so do those whose last part is one of them (`my_api_key`).
const NAMES: [&str; 25] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "auth",
    "authkey",
    "bearer",
    "clientsecret",
    "hmac",
    "jwt",
    "key",
    "licensekey",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "secretkey",
    "session",
    "sig",
    "signature",
    "token",
    "webhooksecret",
];

/// Longest name that is looked at, in bytes, with what is left out of it.
const LONGEST: usize = 64;

/// The sign between a name and its value: as it is, in an address, in a page and in a quoted text.
const EQUALS: [&str; 6] = ["=", "%3d", "&#61;", "&#061;", "&#x3d;", "\\u003d"];

/// What stands before a parameter, beside `;`, which also ends such a sign as a page spells it.
const BEFORE: [&str; 12] = ["?", "&", "#", ";", "/", "%26", "%3f", "%23", "\\u0026", "\\u003f", "\\x26", "\\x3f"];

/// The values of a text's parameters that open something, and passwords before a host, in order.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let signs = EQUALS.iter().flat_map(|sign| lower.match_indices(sign)).map(|(at, sign)| (at, at + sign.len()));
    let values = signs.filter_map(|(at, after)| value_of(text, &lower, (at, after)));
    let mut found: Vec<Range<usize>> = values.chain(logins(text)).collect();
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
    found.into_iter()
}

/// The value behind the sign that stands there, if it is that of a parameter of ours.
fn value_of(text: &str, lower: &str, (at, after): (usize, usize)) -> Option<Range<usize>> {
    let quoted = usize::from(text[after..].starts_with(['"', '\'', '`']));
    let start = after + quoted;
    let ends = |c: char| c.is_whitespace() || c.is_control() || "&#\"'`<>\\".contains(c);
    let run = &text[start..start + text[start..].find(ends).unwrap_or(text.len() - start)];
    // What closes a sentence or a list around an address is no part of it.
    let value = run.trim_end_matches([',', ';', '.', ')', ']', '}', '|']);
    let goes_on = text[start + run.len()..].starts_with('&');
    let is_secret = !value.is_empty() && value != MASK && is_named(&lower[..at], goes_on);
    is_secret.then_some(start..start + value.len())
}

/// Whether a text ends with the beginning of a parameter, and its name is one of ours. At the beginning of a text it is one where
/// another one follows.
fn is_named(text: &str, goes_on: bool) -> bool {
    let text = text.trim_end();
    let text = text.strip_suffix("[]").unwrap_or(text);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'%');
    let mut length = text.bytes().rev().take(LONGEST).take_while(is_name).count();
    // An escaped sign before the name is none of its letters.
    for sign in ["%26", "%3f", "%23", "u0026", "u003f", "x26", "x3f"] {
        length = text[text.len() - length..].rfind(sign).map_or(length, |at| length - at - sign.len());
    }
    let (before, name) = text.split_at(text.len() - length);
    let name = decoded(name);
    let mut parts = name.rsplit(['_', '-']).filter(|part| !part.is_empty());
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_ours = NAMES.contains(&plain.as_str()) || parts.next().is_some_and(|last| NAMES.contains(&last));
    let before = before.trim_end();
    is_ours && (BEFORE.iter().any(|sign| before.ends_with(sign)) || before.is_empty() && goes_on)
}

/// A name with its letters as they are, where an address has them as `%6b`.
fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase()
}

/// The passwords of logins before a host: `https://user:password@host`.
fn logins(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, sign)| {
        let start = at + sign.len();
        let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\"'`<>\\".contains(c);
        let authority = &text[start..start + text[start..].find(ends).unwrap_or(text.len() - start)];
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let from = start + user.len() + 1;
        (!password.is_empty() && password != MASK).then(|| from..from + password.len())
    })
}

/// A text without the secrets in it.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut at = 0;
    for secret in secrets(text) {
        out.push_str(&text[at..secret.start]);
        out.push_str(MASK);
        at = secret.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_goes_and_other_parameters_stay() {
        for (text, left) in [
            (
                "https://a.example/?accessally_api=aal_genpass&key=s3cr3t",
                "https://a.example/?accessally_api=aal_genpass&key=…",
            ),
            ("`/?key=s3cr3t&accessally_api=aal_x&productId=12`", "`/?key=…&accessally_api=aal_x&productId=12`"),
            ("/x?a=1&amp;API-Key=s&amp;b=2", "/x?a=1&amp;API-Key=…&amp;b=2"),
            ("x?access_token=a.b-c, then", "x?access_token=…, then"),
            ("x?key=…", "x?key=…"),
            ("x?key=", "x?key="),
            (
                "aal_x?productId=12 --key=plain monkey=1 ?monkey=1 &keys=2",
                "aal_x?productId=12 --key=plain monkey=1 ?monkey=1 &keys=2",
            ),
            ("é?key=ü", "é?key=…"),
            ("a?x=1&#038;key=S3CR3T&#38;b=2", "a?x=1&#038;key=…&#38;b=2"),
            ("a?x=1&amp;amp;key=S3CR3T", "a?x=1&amp;amp;key=…"),
            ("key=S3CR3T&accessally_api=aal_genpass", "key=…&accessally_api=aal_genpass"),
            ("/key=S3CR3T x#key=S3CR3T;key=S3CR3T", "/key=… x#key=…"),
            ("a?b=1& key =S3CR3T&\nkey=S3CR3T", "a?b=1& key =…&\nkey=…"),
            ("a?%6bey=S3CR3T&key%3DS3CR3T&key[]=S3CR3T", "a?%6bey=…&key%3D…&key[]=…"),
            (
                "a?pass=S&pwd=S&secret_key=S&signature=S&my_api-key=S",
                "a?pass=…&pwd=…&secret_key=…&signature=…&my_api-key=…",
            ),
            ("a?key='S3CR3T' a?key=…S3CR3T", "a?key='…' a?key=…"),
            ("a?key=ab,SECRET a?key=ab;SECRET a?key=ab(SECRET", "a?key=… a?key=… a?key=…"),
            ("{a: x?key=s}, (x?key=s)", "{a: x?key=…}, (x?key=…)"),
            ("a?b\\u0026key=S3CR3T", "a?b\\u0026key=…"),
            ("https://u:SECRET@host/x, https://u@host/a:b@c", "https://u:…@host/x, https://u@host/a:b@c"),
            ("the key = 5, a monkey=1, Taste: key=1", "the key = 5, a monkey=1, Taste: key=1"),
            ("/offerings/key=… and a=b", "/offerings/key=… and a=b"),
        ] {
            assert_eq!(without_secrets(text), left);
        }
    }
}
