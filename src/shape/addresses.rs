//! Addresses of people in any text: `name@host.example`, and the login before a host.
//!
//! They are masked in findings and their pictures, in what `verify` lists and in the runbook. The objects of a diff show what they are,
//! since the digest that a person confirms is over them.

use std::borrow::Cow;
use std::ops::Range;

use super::personal::MASK;

/// The words of a text that hold an `@` with something before it and a host after it.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let apart = |c: char| c.is_whitespace() || "\"'`<>()[]{}|\\,;/?&=#*!".contains(c);
    let mut end = 0;
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(move |at| {
        let before = text.get(end..at)?;
        let start = before.char_indices().rev().take_while(|(_, c)| !apart(*c)).last().map(|(near, _)| end + near)?;
        let after = text[at + 1..].find(apart).map_or(text.len(), |near| at + 1 + near);
        // Whatever it is, the word is judged: looking at it once more for each of its signs would take for ever.
        end = after;
        let host = &text[at + 1..after];
        let is_host = host.trim_matches('.').contains('.') || host.starts_with("localhost");
        is_host.then_some(start..after)
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
        for kept in [
            "@media print",
            "*@",
            "@",
            "a @ b",
            "12 % @home",
            "497.00@USD",
            "Q&A@Lunch",
            "06:00@Europe/Berlin",
            "x@y.",
            "",
        ] {
            assert_eq!(masked(kept), kept);
        }
    }
}
