//! Byte edits: what changes is changed, and every other byte, comments above all, stays.
//!
//! The makers are cautious, not clever: after applying, compose again and compare, as a text may mean more than its
//! bytes show.

use std::ops::Range;

use super::{Entry, Map, Node, Source, Value, is_unseen, scalar};

/// One replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; empty to insert.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// Why edits cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two edits touch the same bytes, or insert at the same place.
    #[error("two edits overlap at byte {0}")]
    Overlap(usize),
    /// An edit is outside the text or cuts a character.
    #[error("an edit at byte {0} does not fit the text")]
    Outside(usize),
}

/// Applies edits given in any order.
///
/// # Errors
///
/// If two of them overlap, or one does not fit the text.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len());
    let (mut done, mut last) = (0, None);
    for edit in sorted {
        let start = edit.range.start;
        if start < done || last == Some(start) {
            return Err(EditError::Overlap(start));
        }
        if text.get(edit.range.clone()).is_none() {
            return Err(EditError::Outside(start));
        }
        out.push_str(&text[done..start]);
        out.push_str(&edit.text);
        (done, last) = (edit.range.end, Some(start));
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// Text as a YAML scalar: plain if that is read as the same text wherever it may stand, else in double quotes.
pub fn quote(text: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '@' | '(' | ')' | '+');
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/');
    let resolved = matches!(scalar::resolve(text), (Value::Str(_), None));
    // What YAML 1.1 reads as a boolean is quoted for the other readers of the file.
    let old = ["y", "n", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    if begins && resolved && !old && text.chars().all(|c| safe(c) && !is_unseen(c)) && !text.ends_with(' ') {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string().chars().fold(String::new(), |mut out, c| {
        // JSON leaves these as they are, YAML does not allow them or a reader cannot see them.
        if is_unseen(c) && u32::from(c) > 0xffff {
            out.push_str(&format!("\\U{:08X}", u32::from(c)));
        } else if is_unseen(c) {
            out.push_str(&format!("\\u{:04X}", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}

/// Replaces a scalar by YAML text, such as [`quote`] writes; `None` for a collection.
pub fn replace_scalar(source: &Source, node: &Node, text: &str) -> Option<Edit> {
    if matches!(node.value, Value::Seq(_) | Value::Map(_)) {
        return None;
    }
    let range = node.span.range();
    let before = source.text().get(..range.start)?.bytes().next_back();
    let lead = match before {
        _ if !range.is_empty() => "",
        Some(b':' | b'-' | b'?') => " ",
        Some(byte) if !byte.is_ascii_whitespace() => ": ",
        _ => "",
    };
    Some(Edit { range, text: format!("{lead}{text}") })
}

/// Inserts `key: value` after the pair of a sibling key; further lines of the value are indented with it.
///
/// `None` if the mapping lacks the sibling. The key is quoted where needed; the value is YAML text.
pub fn insert_after(source: &Source, map: &Node, sibling: &str, key: &str, value: &str) -> Option<Edit> {
    let entry = map.as_map()?.entry(sibling)?;
    let pair = format!("{}: {value}", quote(key));
    Some(insert(source, map, entry, &pair, &pair.replace('\n', " ")))
}

/// Adds pairs after the last one of a mapping: in lines of their own, which are indented as its own are, or inside its braces.
pub(super) fn add_all(source: &Source, map: &Node, lines: &str, in_flow: &str) -> Option<Edit> {
    match map.as_map()?.last() {
        Some(last) => Some(insert(source, map, last, lines, in_flow)),
        None => is_flow(source, map).then(|| Edit { range: map.span.range(), text: format!("{{{in_flow}}}") }),
    }
}

/// Inserts pairs after an entry of a mapping.
fn insert(source: &Source, map: &Node, entry: &Entry, lines: &str, in_flow: &str) -> Edit {
    let end = pair_end(source, entry.value.span.end.max(entry.key.span.end) as usize);
    if is_flow(source, map) {
        return Edit { range: end..end, text: format!(", {in_flow}") };
    }
    let end = last_line(source, end, &entry.value);
    let line_break = line_break(source);
    let first = map.as_map().and_then(|entries| entries.first()).unwrap_or(entry);
    let column = source.position(first.key.span.start as usize).column - 1;
    let indent = " ".repeat(column);
    let mut text = String::new();
    for line in lines.lines() {
        text.push_str(line_break);
        if !line.is_empty() {
            text.push_str(&indent);
        }
        text.push_str(line);
    }
    Edit { range: end..end, text }
}

/// Deletes the pair of a key, with its own line or lines and the comment after it; the last pair leaves `{}`.
pub fn delete_pair(source: &Source, map: &Node, key: &str) -> Option<Edit> {
    let entries = map.as_map()?;
    let at = entries.iter().position(|entry| &*entry.key.text == key)?;
    let entry = &entries[at];
    let (start, end) = (entry.key.span.start as usize, entry.value.span.end.max(entry.key.span.end) as usize);
    let end = pair_end(source, end);
    if is_flow(source, map) {
        let (start, end) = flow_pair(entries, at, start, end);
        return Some(Edit { range: start..end, text: String::new() });
    }
    if entries.len() == 1 {
        return Some(Edit { range: start..end, text: "{}".to_owned() });
    }
    let line = source.text()[..start].rfind('\n').map_or(0, |line| line + 1);
    let alone = source.slice(line..start).bytes().all(|byte| byte == b' ');
    match entries.get(at + 1) {
        // The first pair of a mapping in a list: the next one takes its place after the dash.
        Some(next) if !alone => Some(Edit { range: start..next.key.span.start as usize, text: String::new() }),
        _ => {
            let rest = last_line(source, end, &entry.value);
            let after = source.text()[rest..].find('\n').map_or(source.text().len(), |length| rest + length + 1);
            Some(Edit { range: if alone { line } else { start }..after, text: String::new() })
        }
    }
}

/// The end of a pair: an empty value's colon belongs to it.
fn pair_end(source: &Source, end: usize) -> usize {
    let rest = &source.text()[end..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[blanks..].starts_with(':') { end + blanks + 1 } else { end }
}

/// From a pair of a flow mapping to the next, or from the one before for the last.
fn flow_pair(entries: &Map, at: usize, start: usize, end: usize) -> (usize, usize) {
    if let Some(next) = entries.get(at + 1) {
        return (start, next.key.span.start as usize);
    }
    let before = at.checked_sub(1).and_then(|at| entries.get(at));
    (before.map_or(start, |before| before.value.span.end.max(before.key.span.end) as usize), end)
}

fn is_flow(source: &Source, map: &Node) -> bool {
    let span = map.span.range();
    let braces = source.slice(span.clone()).starts_with('{') && source.slice(span.clone()).ends_with('}');
    // A block mapping may begin with a brace only as a refused key.
    braces
        && map.as_map().is_none_or(|entries| entries.first().is_none_or(|entry| entry.key.span.start > map.span.start))
}

/// The end of the last line of a pair that ends at a byte, with the blank lines that belong to its value.
fn last_line(source: &Source, end: usize, value: &Node) -> usize {
    let end = line_rest(source, end);
    if keeps_breaks(source, value) { blank_lines(source, end) } else { end }
}

/// Whether a value ends in a block scalar to which the blank lines after it belong.
fn keeps_breaks(source: &Source, value: &Node) -> bool {
    let last = match &value.value {
        Value::Seq(items) => items.last(),
        Value::Map(entries) => entries.last().map(|entry| &entry.value),
        _ => {
            let header = source.slice(value.span).lines().next().unwrap_or_default();
            return header.starts_with(['|', '>']) && header.contains('+');
        }
    };
    last.is_some_and(|node| keeps_breaks(source, node))
}

/// The end of the last blank line after a line's end, without its break.
fn blank_lines(source: &Source, at: usize) -> usize {
    let rest = &source.text()[at..];
    let blank = &rest[..rest.len() - rest.trim_start().len()];
    let line = blank.rfind('\n').map_or("", |last| &blank[..last]);
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// The end of the line, without its break.
fn line_rest(source: &Source, at: usize) -> usize {
    let rest = &source.text()[at..];
    let length = rest.find('\n').unwrap_or(rest.len());
    at + rest[..length].trim_end_matches('\r').len()
}

fn line_break(source: &Source) -> &'static str {
    if source.text().contains("\r\n") { "\r\n" } else { "\n" }
}
