//! Most lines of a population read without serde: flat records as exporters write them. Whatever is not quite so is nothing here, and is
//! read by serde, which stays what counts.

use std::borrow::Cow;

use memchr::memchr2;

use super::record::{Record, Tags, Text};

/// A record of a line, where the line is one as exporters write it: no escapes, each field at most once, nothing but texts, lists of them
/// and `null`, blanks only where Python writes them. None says nothing about the line.
pub(super) fn quickly(text: &str) -> Option<Record<'_>> {
    // In a text of JSON no control character stands as it is.
    if holds_control(text.as_bytes()) {
        return None;
    }
    let mut rest = Rest(text);
    let (mut record, mut seen) = (Record::default(), 0_u32);
    rest.takes("{")?;
    loop {
        let name = rest.text()?;
        rest.takes(":")?;
        rest.blank();
        let field = match name {
            "kind" => rest.fills(&mut record.kind, 0),
            "key" => rest.fills(&mut record.key, 1),
            "first_name" => rest.fills(&mut record.first_name, 2),
            "last_name" => rest.fills(&mut record.last_name, 3),
            "email" => rest.fills(&mut record.email, 4),
            "tags" => rest.list().map(|tags| (record.tags = Tags::of(tags), 5).1),
            "affiliate" => rest.may_fill(&mut record.affiliate, 6),
            "contact" => rest.fills(&mut record.contact, 7),
            "form" => rest.fills(&mut record.form, 8),
            "total" => rest.fills(&mut record.total, 9),
            "date" => rest.fills(&mut record.date, 10),
            "status" => rest.fills(&mut record.status, 11),
            "transaction" => rest.may_fill(&mut record.transaction, 12),
            "next_payment" => rest.may_fill(&mut record.next_payment, 13),
            _ => None,
        }?;
        if seen & (1 << field) != 0 {
            return None;
        }
        seen |= 1 << field;
        if rest.takes("}").is_some() {
            break;
        }
        rest.takes(",")?;
        rest.blank();
    }
    // The kind is the one field that each record has to have.
    (rest.0.is_empty() && seen & 1 != 0).then_some(record)
}

/// Whether a byte is less than a blank. Eight at a time: a blank is taken from each, which sets the highest bit of a smaller byte that did not have it.
/// What that borrows can set it in the next byte too, and then the smaller one is there all the same.
fn holds_control(bytes: &[u8]) -> bool {
    const BLANKS: u64 = u64::from_ne_bytes([b' '; 8]);
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    let (eights, rest) = bytes.as_chunks::<8>();
    let of = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        eight.wrapping_sub(BLANKS) & !eight & HIGHEST
    };
    eights.iter().fold(0, |found, eight| found | of(eight)) != 0 || rest.iter().any(|byte| *byte < b' ')
}

/// What of a line is not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn takes(&mut self, sign: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(sign)?;
        Some(())
    }

    fn blank(&mut self) {
        self.0 = self.0.strip_prefix(' ').unwrap_or(self.0);
    }

    fn text(&mut self) -> Option<&'a str> {
        let inside = self.0.strip_prefix('"')?;
        let end = memchr2(b'"', b'\\', inside.as_bytes()).filter(|end| inside.as_bytes()[*end] == b'"')?;
        let (text, rest) = inside.split_at(end);
        self.0 = &rest[1..];
        Some(text)
    }

    fn fills(&mut self, field: &mut Cow<'a, str>, number: u32) -> Option<u32> {
        *field = Cow::Borrowed(self.text()?);
        Some(number)
    }

    fn may_fill(&mut self, field: &mut Option<Text<'a>>, number: u32) -> Option<u32> {
        *field = match self.takes("null") {
            Some(()) => None,
            None => Some(Text(Cow::Borrowed(self.text()?))),
        };
        Some(number)
    }

    fn list(&mut self) -> Option<Vec<Text<'a>>> {
        self.takes("[")?;
        let mut all = Vec::new();
        if self.takes("]").is_some() {
            return Some(all);
        }
        loop {
            all.push(Text(Cow::Borrowed(self.text()?)));
            if self.takes("]").is_some() {
                return Some(all);
            }
            self.takes(",")?;
            self.blank();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const CONTACT: &str = r#"{"kind":"contact","key":"10010","first_name":"Zoë","last_name":"","email":"a@b.example","tags":["A","B é"],"affiliate":null}"#;
    const ORDER: &str = r#"{"kind": "order", "key": "5", "contact": "1", "form": "f", "total": "1 USD", "date": "d", "status": "Success", "transaction": "pi"}"#;
    const SUBSCRIPTION: &str =
        r#"{"kind":"subscription","key":"7","contact":"1","form":"f","status":"Active","next_payment":"2026-12-08"}"#;
    const PIECES: &[&str] = &[
        "\"",
        "\\",
        "\\\"",
        "\\u0041",
        "\\ud800",
        "\\ud83d\\ude00",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "  ",
        "\t",
        "\u{1}",
        "\u{7f}",
        "null",
        "true",
        "1",
        "-1e9",
        "\"key\":\"2\",",
        ",\"key\":\"2\"",
        ",\"form\":\"x\"",
        ",\"tags\":null",
        ",\"tags\":[]",
        ",\"tags\":[null]",
        "\"kind\"",
        "é",
        "\u{2028}",
        "\"tags\"",
        "\"unknown\":\"x\",",
        "\u{feff}",
    ];

    /// A line with a few of its characters taken out, doubled, or pieces put between them.
    fn mutated() -> impl Strategy<Value = String> {
        let edits = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, select(PIECES)), 0..5);
        (select(&[CONTACT, ORDER, SUBSCRIPTION][..]), edits).prop_map(|(line, edits)| {
            let mut text = line.to_owned();
            for (at, taken, piece) in edits {
                let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                let place = at.index(ends.len());
                let to = ends[(place + taken).min(ends.len() - 1)];
                text.replace_range(ends[place]..to, piece);
            }
            text
        })
    }

    #[test]
    fn one_byte_among_others_is_control_where_it_is_less_than_a_blank() {
        for length in 1..20 {
            for (at, byte) in (0..length).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                for other in [b' ', b'!', 0x7f, 0x80, 0xa0, 0xff] {
                    let mut bytes = vec![other; length];
                    bytes[at] = byte;
                    assert_eq!(holds_control(&bytes), byte < b' ', "{bytes:?}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_is_read_quickly_is_what_serde_reads(text in mutated()) {
            if let Some(quick) = quickly(&text) {
                let slow = serde_json::from_str::<Record<'_>>(&text);
                prop_assert!(slow.is_ok(), "{text:?}: {slow:?}");
                prop_assert_eq!(format!("{quick:?}"), format!("{:?}", slow.unwrap()), "{}", text);
            }
        }
    }

    #[test]
    fn what_exporters_write_is_read_quickly() {
        for text in [CONTACT, ORDER, SUBSCRIPTION, &ORDER.replace(": ", ":").replace(", ", ",")] {
            assert!(quickly(text).is_some(), "{text}");
        }
        for text in [
            "",
            "{}",
            r#"{"key":"1"}"#,
            r#"{"kind":"a","kind":"a"}"#,
            r#"{"kind":"a"} "#,
            r#"{"kind":"\u0061"}"#,
            r#"{"kind":null}"#,
        ] {
            assert!(quickly(text).is_none(), "{text}");
        }
    }
}
