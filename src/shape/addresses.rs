//! Addresses of people in any text: `name@host.example`, and the login before a host.
//!
//! They are masked in findings and their pictures, in what `verify` lists and in the runbook. The objects of a diff show what they are,
//! since the digest that a person confirms is over them.

use std::borrow::Cow;
use std::ops::Range;

use super::personal::MASK;

/// How the sign of an address is written, in lower case: as it is, wide, and as URLs, HTML, JSON and people spell it out.
const SIGNS: [&str; 12] =
    ["@", "\u{ff20}", "\u{fe6b}", "%40", "%2540", "&#64;", "&#064;", "&#x40;", "&commat;", "\\u0040", "(at)", "[at]"];

/// Most blanks between a sign and its name or its host.
const BLANKS: usize = 8;

/// Most bytes of a name in quotes.
const QUOTED: usize = 128;

/// The words of a text that hold an `@`, however it is spelt, with something before it and a host after it.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    let firsts = |byte: &u8| matches!(byte, b'@' | b'%' | b'&' | b'(' | b'[' | b'\\' | 0xef);
    let places = text.bytes().enumerate().filter(move |(_, byte)| firsts(byte)).map(|(at, _)| at);
    places.filter_map(move |at| {
        let sign = sign(&text[at..])?;
        let before = text.get(end..at)?;
        let start = end + name(before)?;
        let behind = &text[at + sign..];
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let is_tight = blanks == 0 && !before.ends_with([' ', '\t']);
        if blanks > BLANKS {
            return None;
        }
        let host = &behind[blanks..];
        let literal = literal(host);
        let host = &host[..literal.unwrap_or_else(|| host.find(apart).unwrap_or(host.len()))];
        let after = at + sign + blanks + host.len();
        let is_host = literal.is_some()
            || match &text[at..at + sign] {
                "@" if is_tight => is_near_host(host),
                _ => is_public_host(host),
            };
        // Whatever it is, a word is judged once: looking at it once more for each of its signs would take for ever. What stands apart
        // from its sign may be an address by itself.
        if is_host || is_tight {
            end = after;
        }
        is_host.then_some(start..after)
    })
}

/// Whether a character is no part of an address.
fn apart(c: char) -> bool {
    c.is_whitespace() || "\"'`<>()[]{}|\\,;/?&=#*!".contains(c)
}

/// How long the sign is that a text begins with.
fn sign(text: &str) -> Option<usize> {
    let begins = |sign: &&&str| text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign));
    SIGNS.iter().find(begins).map(|sign| sign.len())
}

/// Where the name begins that a text ends with; none where there is none.
fn name(before: &str) -> Option<usize> {
    let bare = before.trim_end_matches([' ', '\t']);
    if before.len() - bare.len() > BLANKS {
        return None;
    }
    if let Some(inside) = bare.strip_suffix('"') {
        let from = inside.rfind(['"', '\n']).filter(|at| inside.len() - at <= QUOTED)?;
        return (inside[from..].starts_with('"') && inside[from..].contains(char::is_alphanumeric)).then_some(from);
    }
    bare.char_indices().rev().take_while(|(_, c)| !apart(*c)).last().map(|(at, _)| at)
}

/// How long the address in brackets is that a text begins with: `[10.0.0.1]`, `[IPv6:::1]`.
fn literal(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let length = inside.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-')))?;
    (length > 0 && inside[length..].starts_with(']') && inside[..length].contains(['.', ':'])).then_some(length + 2)
}

const DOTS: [char; 4] = ['.', '\u{ff0e}', '\u{3002}', '\u{ff61}'];

/// Whether what follows a plain `@` without a blank is a host.
fn is_near_host(host: &str) -> bool {
    host.trim_matches('.').contains(DOTS) || host.starts_with("localhost")
}

/// Whether this is a host by itself, as a price after `@` is not: it has a last part of letters.
fn is_public_host(host: &str) -> bool {
    let host = host.trim_end_matches(|c: char| !c.is_alphanumeric());
    host.rsplit_once(DOTS).is_some_and(|(rest, last)| {
        !rest.trim_matches(DOTS).is_empty() && last.chars().count() > 1 && last.starts_with(char::is_alphabetic)
    })
}

/// A text without the addresses in it.
pub fn without_addresses(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut at = 0;
    for address in addresses(text) {
        out.push_str(&text[at..address.start]);
        out.push_str(MASK);
        at = address.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn addresses_and_logins_go_and_other_words_stay() {
        let masked = |text| without_addresses(text).into_owned();
        assert_eq!(masked("write to bob.o'neil+x@mail.example, now"), "write to bob.o'…, now");
        assert_eq!(masked("at https://jo:hunter2@staging.example/x?mail=é@ü.example&b=1"), "at https://…/x?mail=…&b=1");
        assert_eq!(masked("`/test_purchases/a@b.example/expect`"), "`/test_purchases/…/expect`");
        assert_eq!(masked("a@b@c.d d@e.f @ jo:pw@localhost:80"), "… … @ …");
        for (text, left) in [
            ("ask tess%40nowhere.example today", "ask … today"),
            ("ask tess%2540nowhere.example", "ask …"),
            ("tess\u{ff20}nowhere.example", "…"),
            ("tess\u{fe6b}nowhere.example", "…"),
            ("by \"tess x\"@nowhere.example, now", "by …, now"),
            ("tess@[10.0.0.1] and tess@[IPv6:::1]", "… and …"),
            ("tess @ nowhere.example", "…"),
            ("tess@ nowhere.example and tess @nowhere.example", "… and …"),
            ("tess&#64;nowhere.example tess&#X40;nowhere.example tess&commat;nowhere.example", "… … …"),
            ("tess\\u0040nowhere.example", "…"),
            ("tess (at) nowhere.example, tess[AT]nowhere.example", "…, …"),
            ("tess@nowhere\u{ff0e}example", "…"),
            ("see @ tess@localhost", "see @ …"),
            ("at @ tess@nowhere.example", "…"),
        ] {
            assert_eq!(masked(text), left);
        }
        for kept in [
            "@media print",
            "*@",
            "@",
            "a @ b",
            "12 % @home",
            "497.00@USD",
            "Q&A@Lunch",
            "06:00@Europe/Berlin",
            "3 @ 12.50",
            "10%40.00",
            "see (at) noon",
            "list[at] a.b[0]",
            "Q&#64;A",
            "a @ b.c",
            "x@y.",
            "",
        ] {
            assert_eq!(masked(kept), kept);
        }
    }
}
