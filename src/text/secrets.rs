//! Secrets in an address: what stands after `?key=` or `&token=`, however a page or a plan spells that, and a password before a host.

use std::borrow::Cow;
use std::ops::Range;

use super::MASK;
use super::spelt::{Read, read};

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

/// Longest name that is looked at, in characters.
const LONGEST: usize = 64;

/// The values of a text's parameters that open something, however it is spelt out, and passwords before a host, in order.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found = Vec::new();
    if may_hold_secrets(text.as_bytes()) {
        found.extend(logins(text));
        let all = read(text, 0);
        let signs = all.iter().enumerate().filter(|(_, it)| it.c == '=');
        found.extend(signs.filter_map(|(at, _)| value_after(text, &all, at)));
    }
    joined(found).into_iter()
}

/// Whether a text, or a part of one, has any of the signs without which it holds no secret: that of a parameter, plain or spelt out,
/// or that of a login. Most texts have none, and need not be read.
pub fn may_hold_secrets(text: &[u8]) -> bool {
    memchr::memchr3(b'=', b'%', b'&', text).or_else(|| memchr::memchr2(b'\\', b'@', text)).is_some()
}

/// Stretches of a text in order, those that overlap as one.
pub(super) fn joined(mut all: Vec<Range<usize>>) -> Vec<Range<usize>> {
    all.sort_by_key(|range| range.start);
    all.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    all
}

/// The value behind the sign that stands there, if it is that of a parameter of ours.
fn value_after(text: &str, all: &[Read], sign: usize) -> Option<Range<usize>> {
    // What an address spells with `%` is part of the value.
    let is_plain = |it: &Read| !text[it.start..].starts_with('%');
    let ends = |it: &Read| is_plain(it) && (it.c.is_whitespace() || it.c.is_control() || "&#\"'`<>\\".contains(it.c));
    let after = &all[sign + 1..];
    let after = &after[usize::from(after.first().is_some_and(|it| matches!(it.c, '"' | '\'' | '`')))..];
    let (run, rest) = after.split_at(after.iter().position(ends).unwrap_or(after.len()));
    // What closes a sentence or a list around an address is no part of it.
    let closes = |it: &Read| is_plain(it) && ",;.)]}|".contains(it.c);
    let value = &run[..run.iter().rposition(|it| !closes(it))? + 1];
    let range = value.first()?.start..value.last()?.end;
    let goes_on = rest.first().is_some_and(|it| it.c == '&');
    (&text[range.clone()] != MASK && is_named(&all[..sign], goes_on)).then_some(range)
}

/// Whether a text ends with the beginning of a parameter, and its name is one of ours. At the beginning of a text it is one where
/// another one follows.
fn is_named(text: &[Read], goes_on: bool) -> bool {
    let mut before =
        text.iter().rev().map(|it| it.c).skip_while(|c| c.is_whitespace() || matches!(c, '[' | ']')).peekable();
    let mut name = String::new();
    while name.len() < LONGEST
        && let Some(c) = before.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    {
        name.insert(0, c.to_ascii_lowercase());
    }
    let plain = name.replace(['_', '-'], "");
    let last = name.rsplit(['_', '-']).find(|part| !part.is_empty());
    let is_ours = [Some(plain.as_str()), last].into_iter().flatten().any(|name| NAMES.contains(&name));
    is_ours && before.find(|c| !c.is_whitespace()).map_or(goes_on, |c| matches!(c, '?' | '&' | '#' | ';' | '/'))
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
            ("a?key=ab%26cd%22e x", "a?key=… x"),
            ("a?k\u{200b}ey=S3CR3T&quot; x", "a?k\u{200b}ey=…&quot; x"),
        ] {
            assert_eq!(without_secrets(text), left);
        }
    }
}
