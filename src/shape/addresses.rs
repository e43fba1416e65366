//! Addresses of people in any text: `name@host`, and the login before a host.

use std::borrow::Cow;
use std::ops::Range;

use super::personal::MASK;

/// The words of a text that hold an `@` with something on both sides.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let apart = |c: char| c.is_whitespace() || "\"'`<>()[]{}|\\,;/?&=#*!".contains(c);
    let mut end = 0;
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(move |at| {
        let start = text[end.min(at)..at].rfind(apart).map_or(end.min(at), |near| {
            let near = end.min(at) + near;
            near + text[near..].chars().next().map_or(0, char::len_utf8)
        });
        let after = text[at + 1..].find(apart).map_or(text.len(), |near| at + 1 + near);
        let whole = start < at && at + 1 < after && end <= at;
        if whole {
            end = after;
        }
        whole.then_some(start..after)
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
        assert_eq!(masked("a@b@c d@e"), "… …");
        for kept in ["@media print", "*@", "@", "a @ b", "12 % @home", ""] {
            assert_eq!(masked(kept), kept);
        }
    }
}
