//! A text as it stands in a cell of a sheet: no spreadsheet takes it for a formula, nothing in it is unseen, and it is read back as it was.

use crate::text::is_unseen;

/// How an unseen character begins that is spelt out.
const SPELT: &str = "\\u{";

/// Whether a spreadsheet would take a text for a formula, or for one that was made harmless.
fn is_active(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\''])
}

/// A text as it is written into a cell.
pub(crate) fn written(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // What looks spelt out already is read back as it was too.
        if is_unseen(c) || text[at..].starts_with(SPELT) {
            cell.extend(c.escape_unicode());
        } else {
            cell.push(c);
        }
    }
    if is_active(&cell) { format!("'{cell}") } else { cell }
}

/// A cell's text as it was meant.
pub(crate) fn meant(cell: &str) -> String {
    let cell = cell.trim();
    let mut rest = cell.strip_prefix('\'').filter(|rest| is_active(rest)).unwrap_or(cell);
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = rest.find(SPELT) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = spelt(rest).unwrap_or(('\\', 1));
        text.push(c);
        rest = &rest[length..];
    }
    text + rest
}

/// The character that is spelt out where a text begins, and in how many bytes; none where it is none that is ever spelt out.
fn spelt(text: &str) -> Option<(char, usize)> {
    let (digits, _) = text.strip_prefix(SPELT)?.split_once('}').filter(|(digits, _)| !digits.starts_with('+'))?;
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    (is_unseen(c) || c == '\\').then_some((c, SPELT.len() + digits.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_a_formula_is_read_back_as_it_was() {
        for text in ["=1+1", "+1", "-", "-1", "@x", "'", "'=1", "''x", "'x", "\tx", "\r=", "a'b", "", "x=1"] {
            let cell = written(text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{text}");
            assert_eq!(meant(&cell), text);
        }
        assert_eq!(meant("'x"), "'x", "as a person wrote it");
    }

    #[test]
    fn what_is_unseen_is_spelt_out_and_read_back_as_it_was() {
        assert_eq!(written("a\u{1b}[2J\u{7}\u{202e}"), r"a\u{1b}[2J\u{7}\u{202e}");
        for text in
            ["\u{1b}", "=\u{0}\n=", r"\u{1b}", r"\\u{1b}\", "\\\u{1b}\u{9f}", r"\u{5c}u{1b}", r"\u{", r"\u{u{7}"]
        {
            let cell = written(text);
            assert!(!cell.chars().any(is_unseen), "{cell:?}");
            assert_eq!(meant(&cell), text, "{cell}");
        }
        for text in [r"\u{41}", r"\u{}", r"\u{110000}", r"\u{1b", r"\u{+1b}ü", r"C:\users"] {
            assert_eq!(meant(text), text, "nobody spells that out");
        }
    }
}
