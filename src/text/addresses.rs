//! Addresses of people in any text: `name@host.example`, and the login before a host; and secrets in an address, which are nobody's to see
//! either.
//!
//! Whatever may be part of an address by RFC 5321 is taken for one, and rather too much than too little: in `it's'bo@mail.example` all of
//! it. What stands before an address in a URL, in a webhook's call or in the name of an object is no part of it, and neither are the
//! quotation marks around it.

use std::borrow::Cow;
use std::ops::Range;

use super::secrets::{joined, secrets, without_secrets};
use super::spelt::{Read, read};

/// What stands for an address in a text.
pub const MASK: &str = "…";

/// Most blanks between a sign and its name or its host.
const BLANKS: usize = 8;

/// Most characters of a name in quotes.
const QUOTED: usize = 128;

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// Bytes around a cut between two pieces in which there should be no sign.
const APART: usize = 256;

/// Words of ours that an address may follow after a slash: kinds of objects, and keys of a plan.
const OURS: [&str; 21] = [
    "accepted_risks",
    "administrator",
    "contact",
    "contacts",
    "leave_alone",
    "list",
    "offering",
    "offerings",
    "opt-in-form",
    "opt_in_forms",
    "order",
    "order-form",
    "order_forms",
    "people",
    "spot_check",
    "subscription",
    "tag",
    "test_purchases",
    "values",
    "webhook",
    "webhooks",
];

/// The words of a text that hold an `@`, however it is spelt, with something before it and a host after it; and the secrets in it.
pub fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut all: Vec<Range<usize>> = of_people(text).collect();
    let before = all.len();
    all.extend(secrets(text));
    if all.len() > before {
        all = joined(all);
    }
    all.into_iter()
}

/// The addresses of people in a text.
fn of_people(text: &str) -> impl Iterator<Item = Range<usize>> {
    pieces(text).filter(|(_, piece)| piece.bytes().any(may_be_sign)).flat_map(|(from, piece)| {
        // What goes on and on without a blank is not looked into.
        let whole = from..from + piece.len();
        if piece.len() > PIECE { std::iter::once(whole).collect() } else { inside(&read(piece, from)) }
    })
}

/// Whether a byte is in a sign, or begins one that is spelt out.
fn may_be_sign(byte: u8) -> bool {
    matches!(byte, b'@' | b'%' | b'&' | b'(' | b'[' | b'\\' | 0xef)
}

/// The lines of a text, long ones in pieces, each with where it begins.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
        let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let piece = &rest[..if line > PIECE { cut(&rest[..line]) } else { line }];
        from += piece.len();
        Some((from - piece.len(), piece))
    })
}

/// Where a long line can be cut: after what is no part of an address, and best where no sign is near.
fn cut(line: &str) -> usize {
    let is_cut = |at: &usize| matches!(line.as_bytes()[*at - 1], b' ' | b'\t' | b',' | b'<' | b'>');
    let is_far = |at: &usize| !line.as_bytes()[at.saturating_sub(APART)..line.len().min(at + APART)].contains(&b'@');
    let near = || (1..=PIECE).rev().filter(is_cut);
    near()
        .take(APART)
        .find(is_far)
        .or_else(|| near().next())
        .unwrap_or_else(|| (PIECE..line.len()).find(is_cut).unwrap_or(line.len()))
}

/// The addresses in a piece.
fn inside(all: &[Read]) -> Vec<Range<usize>> {
    let (mut found, mut end, mut at) = (Vec::new(), 0, 0);
    while at < all.len() {
        let Some(judged) = sign(&all[at..]).and_then(|length| around(all, end, at..at + length)) else {
            at += 1;
            continue;
        };
        if judged.is_address {
            found.push(bytes(all, judged.start..judged.end));
        }
        // Whatever it is, a word is judged once: looking at it once more for each of its signs would take for ever. What stands apart
        // from its sign may be an address by itself.
        if judged.is_address || judged.is_tight {
            end = judged.end;
        }
        at = end.max(at + 1);
    }
    found
}

/// What is around a sign.
struct Around {
    start: usize,
    end: usize,
    is_address: bool,
    is_tight: bool,
}

/// The name before a sign and the host after it; none where there is no name, or they are too far from it.
fn around(all: &[Read], from: usize, sign: Range<usize>) -> Option<Around> {
    let before = all.get(from..sign.start)?;
    let start = from + name(before)?;
    let blanks = all[sign.end..].iter().take_while(|it| is_blank(it.c)).count();
    let is_tight = blanks == 0 && before.last().is_some_and(|it| !is_blank(it.c));
    if blanks > BLANKS {
        return None;
    }
    let behind = &all[sign.end + blanks..];
    let literal = literal(behind);
    let length = literal.unwrap_or_else(|| behind.iter().take_while(|it| !is_apart(it.c)).count());
    let host: String = behind[..length].iter().map(|it| it.c).collect();
    let is_plain = sign.len() == 1 && all[sign.start].c == '@' && !all[sign.start].spelt;
    let is_host = if is_plain && is_tight { is_near_host(&host) } else { is_public_host(&host) };
    let is_address = literal.is_some() || is_host;
    Some(Around { start, end: sign.end + blanks + length, is_address, is_tight })
}

/// The bytes of some characters. A blank that is spelt out before them goes too: that it is none may be what was meant.
fn bytes(all: &[Read], range: Range<usize>) -> Range<usize> {
    let spelt = range.start.checked_sub(1).map(|before| all[before]).filter(|it| it.spelt && it.c.is_whitespace());
    spelt.unwrap_or(all[range.start]).start..all[range.end - 1].end
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

/// Whether a character is no part of a host.
fn is_apart(c: char) -> bool {
    c.is_whitespace() || "\"'`<>()[]{}|\\,;/?&=#*!".contains(c)
}

/// Whether a character is part of a name: all that RFC 5321 allows, with what a login has, and what somebody may have escaped.
fn is_name(c: char) -> bool {
    !c.is_whitespace() && !"\"<>()[],;".contains(c)
}

/// How long the sign is that a text begins with: as it is, wide, or as people spell it out.
fn sign(all: &[Read]) -> Option<usize> {
    match all[0].c {
        '@' | '\u{ff20}' | '\u{fe6b}' => Some(1),
        '(' | '[' | '{' => {
            let word: String = all.iter().take(4).map(|it| it.c.to_ascii_lowercase()).collect();
            matches!(&*word, "(at)" | "[at]" | "{at}").then_some(4)
        }
        _ => None,
    }
}

/// Where the name begins that a text ends with; none where there is none.
fn name(before: &[Read]) -> Option<usize> {
    let blanks = before.iter().rev().take_while(|it| is_blank(it.c)).count();
    let bare = &before[..before.len() - blanks];
    if blanks > BLANKS {
        return None;
    }
    let quoted = bare.split_last().filter(|(last, _)| last.c == '"');
    if let Some(from) = quoted.and_then(|(last, inside)| opening(inside, last.spelt)) {
        return Some(from);
    }
    let word = quoted.map_or(bare, |(_, inside)| inside);
    let start = word.len() - word.iter().rev().take_while(|it| is_name(it.c)).count();
    (start < word.len()).then(|| start + known(&word[start..]))
}

/// Where a name in quotes begins, of which this is all but the mark at its end.
fn opening(inside: &[Read], spelt: bool) -> Option<usize> {
    let within = inside.len().saturating_sub(QUOTED);
    let from = within + inside[within..].iter().rposition(|it| it.c == '"' && it.spelt == spelt)?;
    inside[from..].iter().any(|it| it.c.is_alphanumeric()).then_some(from)
}

/// How much of a word is no part of the name at its end: signs around it, words of ours, a URL as far as its host or the value of
/// its query.
fn known(word: &[Read]) -> usize {
    let letters: String = word.iter().map(|it| if it.spelt { '\u{fffd}' } else { it.c }).collect();
    let mut rest = letters.trim_start_matches(|c: char| c.is_ascii_punctuation());
    while let Some((_, after)) = rest.split_once('/').filter(|(first, _)| OURS.contains(first)) {
        rest = after;
    }
    if let Some((scheme, after)) = rest.split_once("://")
        && scheme.chars().all(|c| c.is_ascii_alphanumeric())
    {
        rest = after.find(['/', '?']).map_or(after, |host| value(&after[host + 1..]));
    } else if rest.starts_with("aal_") || rest.starts_with("accessally_") {
        let called = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest = rest[called..].strip_prefix('?').map_or(rest, value);
    }
    if rest.is_empty() { 0 } else { word.len() - rest.chars().count() }
}

/// The first value of a query; all of it where nothing is given a value.
fn value(query: &str) -> &str {
    query.split_once('=').map_or(query, |(_, value)| value)
}

/// How long the address in brackets is that a text begins with: `[10.0.0.1]`, `[IPv6:::1]`.
fn literal(all: &[Read]) -> Option<usize> {
    let (_, inside) = all.split_first().filter(|(first, _)| first.c == '[')?;
    let length = inside.iter().take_while(|it| it.c.is_ascii_alphanumeric() || matches!(it.c, '.' | ':' | '-')).count();
    let is_ended = inside.get(length).is_some_and(|it| it.c == ']');
    (is_ended && inside[..length].iter().any(|it| matches!(it.c, '.' | ':'))).then_some(length + 2)
}

const DOTS: [char; 4] = ['.', '\u{ff0e}', '\u{3002}', '\u{ff61}'];

/// Whether what follows a plain `@` without a blank is a host.
fn is_near_host(host: &str) -> bool {
    let host = host.trim_matches(DOTS);
    // Of a version or a price no part is a host's last one; of an address in digits every part is one of four.
    let digits = |part: &str| !part.is_empty() && part.chars().all(char::is_numeric);
    let last_is_number = host.rsplit(DOTS).next().is_some_and(digits);
    let is_number = host.split(DOTS).count() == 4 && host.split(DOTS).all(digits);
    (host.contains(DOTS) && (!last_is_number || is_number)) || host.starts_with("localhost")
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
        out.extend(colors(&text[address.clone()]));
        at = address.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// A text as it is shown: to who asked to see people with their addresses, to nobody with a secret.
pub fn masked(text: &str, shows_people: bool) -> Cow<'_, str> {
    if shows_people { without_secrets(text) } else { without_addresses(text) }
}

/// The sequences in a text that steer colours, so that none that was begun or ended goes with an address.
fn colors(text: &str) -> impl Iterator<Item = &str> {
    let sequence = |at: (usize, &str)| text[at.0..].find('m').map(|end| &text[at.0..=at.0 + end]);
    text.match_indices("\u{1b}[").filter_map(sequence)
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn addresses_and_logins_go_and_other_words_stay() {
        let masked = |text| without_addresses(text).into_owned();
        assert_eq!(masked("write to bob.o'neil+x@mail.example, now"), "write to …, now");
        assert_eq!(masked("at https://jo:hunter2@staging.example/x?mail=é@ü.example&b=1"), "at https://…/…&b=1");
        assert_eq!(masked("`/test_purchases/a@b.example/expect`"), "`/test_purchases/…/expect`");
        for name in ["pkg@1.0.0", "sale@39.00", "50@12.50 USD", "daily@2026.11"] {
            assert_eq!(masked(name), name, "a number is no host");
        }
        assert_eq!(masked("tess@10.0.0.1 tess@1.2.example"), "… …");
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
            // All that a name may hold, and marks around it.
            ("ask o'brien@nowhere.example, tess!x@nowhere.example", "ask …, …"),
            ("!#$%&'*+-/=?^_`{|}~tess!#$%&'*+-/=?^_`{|}~.x@nowhere.example", "!#$%&'*+-/=?^_`{|}~…"),
            ("Ärger.секрет@пример.рф", "…"),
            (
                "the tag 'tess@nowhere.example' and `tess@nowhere.example`, (tess@nowhere.example)",
                "the tag '…' and `…`, (…)",
            ),
            ("it's'tess@nowhere.example'", "…'"),
            ("'tag/o'\\''brien@nowhere.example'", "'tag/…'"),
            ("{tags: [o'brien@nowhere.example]}", "{tags: […]}"),
            // What is not seen is not there, raw or spelt out.
            ("te\u{200b}ss\u{ad}@\u{2060}nowhere\u{feff}.example!", "…!"),
            ("\"te\\u200bss@now\\u00adhere.example\"", "\"…\""),
            ("te\\u{200b}ss@nowhere\\u{2060}.example", "…"),
            ("te\u{1b}[1mss@\u{1b}[0mnowhere.example", "…\u{1b}[1m\u{1b}[0m"),
            ("<code>o&#39;brien&#64;nowhere.example</code>", "<code>…</code>"),
            ("te&#92;u&#123;200b&#125;ss&#64;nowhere.example", "…"),
            ("o%27brien%40nowhere.example", "…"),
            // JSON stays JSON.
            ("{\"a\": \"b\\ntess@nowhere.example\\n\"}", "{\"a\": \"b…\\n\"}"),
            ("{\"a\": \"\\\"tess x\\\"@nowhere.example\"}", "{\"a\": \"…\"}"),
            ("{\"a\": \"tess\\\"@nowhere.example\"}", "{\"a\": \"…\"}"),
            // What stands before it is shown where it is known.
            ("webhook/aal_updateuser?Email=o'brien@nowhere.example&a=b", "webhook/aal_updateuser?Email=…&a=b"),
            ("aal_updateuser?a=b&tess=x@nowhere.example", "aal_updateuser?a=…"),
            ("https://nowhere.example/tess/x@nowhere.example", "https://nowhere.example/…"),
            ("https://nowhere.example/x?a=tess=x@nowhere.example", "https://nowhere.example/x?a=…"),
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
