//! Small looks at the text itself, where an event's span says less than a label needs.

use std::ops::Range;

/// YAML's own limit of a key written without `?`, in characters.
const LONGEST_KEY: usize = 1_024;

/// The character at a byte; empty at the end of the text and at a line break.
pub(super) fn char_at(text: &str, at: usize) -> Range<usize> {
    match text.get(at..).unwrap_or_default().chars().next() {
        Some(c) if c != '\n' && c != '\r' => at..at + c.len_utf8(),
        _ => at..at,
    }
}

/// The end of the line that a byte is in.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).unwrap_or_default().find('\n').map_or(text.len(), |length| at + length)
}

/// The first tab of the line that a byte is in, else the next one.
pub(super) fn tab(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let tab = start + text[start..].find('\t')?;
    Some(tab..tab + 1)
}

/// Whether only blanks stand before a byte in its line, a tab among them.
pub(super) fn after_tab(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let before = &text[start..at];
    before.contains('\t') && before.trim_start_matches([' ', '\t']).is_empty()
}

/// The directives before a byte: lines that begin with `%`, with nothing but comments and blank lines between them.
pub(super) fn directives(text: &str, end: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let mut start = 0;
    let lines = text[..end].split_inclusive('\n').map_while(move |line| {
        let body = line.trim_start_matches('\u{feff}');
        let at = start + line.len() - body.len();
        start += line.len();
        let trivia = body.trim_start().is_empty() || body.trim_start().starts_with('#');
        (trivia || body.starts_with('%')).then(|| (!trivia).then(|| at..at + body.trim_end().len()))
    });
    lines.flatten()
}

/// An empty value's place: after its colon, which the parser leaves after it.
pub(super) fn after_colon(text: &str, span: Range<usize>) -> Range<usize> {
    let rest = &text[span.start..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[blanks..].starts_with(':') {
        let at = span.start + blanks + 1;
        return at..at;
    }
    span
}

/// The first byte after `from` that is no blank, line break or comment, nor one of `marks` followed by a blank.
fn skip(text: &str, from: usize, marks: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        let blank_next = bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = line_end(text, at),
            byte if marks.contains(byte) && blank_next => at += 1,
            _ => break,
        }
    }
    at
}

/// The first dash of a sequence under a key; the parser starts one that is not indented after its dash.
pub(super) fn dash(text: &str, key_end: usize, start: usize) -> usize {
    let at = skip(text, key_end, b":");
    if at < start && text.as_bytes()[at] == b'-' { at } else { start }
}

/// A block scalar from its `|` or `>` to the end of its last line that is not blank; the parser starts it at its first
/// line, and ends it at the next token.
pub(super) fn block_scalar(text: &str, from: usize, content: Range<usize>, value: &str) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut at = skip(text, from, b":-?");
    while at < content.start && !matches!(bytes[at], b'|' | b'>') {
        // An anchor, a tag or `---`: already refused or of no interest.
        at += 1;
        at = skip(text, at, b":-?");
    }
    let start = if at < content.start { at } else { content.start };
    let header =
        text[start..].bytes().take_while(|byte| matches!(byte, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9')).count();
    if value.trim_matches('\n').is_empty() && header > 0 {
        return start..start + header;
    }
    let end = content.end.max(start);
    start..start + text[start..end].trim_end_matches([' ', '\t', '\r', '\n']).len()
}

/// The quote that opened last between two bytes.
pub(super) fn last_quote(text: &str, from: usize, to: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut at, mut found, mut fresh) = (from, None, true);
    while at < to {
        match bytes[at] {
            quote @ (b'"' | b'\'') if fresh => {
                found = Some(at..at + 1);
                at = closing(bytes, at, to, quote);
                fresh = false;
            }
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = line_end(text, at),
            b':' | b'-' | b',' | b'[' | b'{' | b'?' | b'\n' => fresh = true,
            b' ' | b'\t' => {}
            _ => fresh = false,
        }
        at += 1;
    }
    found
}

/// The closing quote of the one at `open`, or `to`.
fn closing(bytes: &[u8], open: usize, to: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < to {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    to
}

/// The key too long for YAML that an error at `at` comes from, if one does: `last` is the scalar before it.
pub(super) fn long_key(text: &str, last: Range<usize>, at: usize) -> Option<Range<usize>> {
    let long = |key: &str| !key.contains('\n') && key.chars().count() > LONGEST_KEY;
    if last.end <= at && long(&text[last.clone()]) {
        return Some(last);
    }
    let line = text.get(at..line_end(text, at))?.trim_end();
    let key = line.split(": ").next()?;
    let key = if key.len() < line.len() { key } else { key.strip_suffix(':')? };
    long(key).then(|| at..at + key.len())
}
