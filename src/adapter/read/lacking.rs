//! What of members and of what they bought could not be read: which field, of how many rows, and why. Counted, and without their values.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::text::many;

/// How many IDs of rows are named.
const MOST_IDS: usize = 3;

/// How many reasons are kept of a kind.
const MOST_REASONS: usize = 8;

/// How many different words of a field are quoted: more are no vocabulary.
const MOST_WORDS: usize = 12;

/// The fields that a record leaves out where they are unknown; of any other one the kind is not captured.
const LEFT_OUT: [&str; 4] = ["affiliate", "next_payment", "tags", "transaction"];

/// The rows of which something is unknown, by kind, field and reason.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    rows: BTreeMap<&'static str, u64>,
    reasons: BTreeMap<(&'static str, String), BTreeMap<String, Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    count: u64,
    ids: Vec<String>,
}

impl Lacking {
    /// Counts a row of a kind.
    pub(super) fn row(&mut self, kind: &'static str) {
        *self.rows.entry(kind).or_default() += 1;
    }

    /// Says that a field of a row is unknown; whether a record has room for that.
    pub(super) fn field(&mut self, kind: &'static str, field: &str, why: &str, id: &str) -> bool {
        let reasons = self.reasons.entry((kind, field.to_owned())).or_default();
        let why = if reasons.contains_key(why) || reasons.len() < MOST_REASONS { why } else { "for other reasons" };
        let rows = reasons.entry(why.to_owned()).or_default();
        rows.count += 1;
        // A contact's ID is somebody's, an order's is not.
        if kind != "contact" && rows.ids.len() < MOST_IDS && is_id(id) {
            rows.ids.push(id.to_owned());
        }
        LEFT_OUT.contains(&field)
    }

    /// Why a kind is not captured; nothing where a record has room for all that is unknown.
    pub(super) fn section(&self, kind: &str) -> Option<String> {
        let total = self.rows.get(kind).copied().unwrap_or_default();
        let all = self.reasons.iter().filter(|((of, field), _)| *of == kind && !LEFT_OUT.contains(&field.as_str()));
        let said = all.flat_map(|((_, field), reasons)| {
            reasons
                .iter()
                .map(move |(why, rows)| format!("of {} of {total} the {} is unknown: {why}", rows.count, named(field)))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// Whether a field is unknown of a row.
    pub(super) fn has(&self, kind: &'static str, field: &str) -> bool {
        self.reasons.contains_key(&(kind, field.to_owned()))
    }

    /// The kinds of which something is unknown.
    pub(super) fn kinds(&self) -> BTreeSet<&'static str> {
        self.reasons.keys().map(|(kind, _)| *kind).collect()
    }

    /// The same for whoever reads the capture, a line for each: which rows, and of what a record leaves out, why.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for ((kind, field), reasons) in &self.reasons {
            let total = self.rows.get(kind).copied().unwrap_or_default();
            for (why, rows) in reasons {
                let more = rows.count - rows.ids.len() as u64;
                let ids = match (rows.ids.is_empty(), more) {
                    (true, _) => String::new(),
                    (false, 0) => format!(" (`{}`)", rows.ids.join("`, `")),
                    (false, more) => format!(" (`{}`, and {more} more)", rows.ids.join("`, `")),
                };
                if LEFT_OUT.contains(&field.as_str()) || !ids.is_empty() {
                    lines.push(format!("{kind}: {} unknown of {} of {total}: {why}{ids}", named(field), rows.count));
                }
            }
        }
        lines
    }
}

/// A field as a sentence has it.
fn named(field: &str) -> String {
    if field == CONTACT_ID { field.to_owned() } else { format!("`{field}`") }
}

/// What makes a user a contact.
pub(super) const CONTACT_ID: &str = "contact ID";

/// Whether an ID can be shown: a number, or a short code.
fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 40
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'#'))
}

/// Words of rows that an adapter does not know, by kind and field, with how many rows have each.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<(&'static str, String), BTreeMap<String, u64>>);

/// How many different words of a field are kept at most.
const MOST_KEPT: usize = 1_000;

impl Words {
    pub(super) fn take(&mut self, kind: &'static str, field: &str, word: &str) {
        let words = self.0.entry((kind, field.to_owned())).or_default();
        if words.len() < MOST_KEPT || words.contains_key(word) {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }

    /// A line for each field: all of its words, or where they are none of a vocabulary, what they look like.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |((kind, field), words): (&(&str, String), &BTreeMap<String, u64>)| {
            let (known, others): (Vec<_>, Vec<_>) =
                words.iter().partition(|(word, _)| words.len() <= MOST_WORDS && is_word(word));
            let quoted = known.iter().map(|(word, rows)| format!("`{word}` ({})", many(**rows, "row")));
            let mut shapes: BTreeMap<String, u64> = BTreeMap::new();
            others.iter().for_each(|(word, rows)| *shapes.entry(shape(word)).or_default() += **rows);
            let shapes =
                shapes.iter().take(MOST_WORDS).map(|(shape, rows)| format!("{shape} ({})", many(*rows, "row")));
            format!(
                "{kind} `{field}`: the adapter does not know {}",
                quoted.chain(shapes).collect::<Vec<_>>().join(", ")
            )
        };
        self.0.iter().map(line).collect()
    }
}

/// Whether a text looks like a word of a vocabulary, which says nothing of anybody.
pub(super) fn is_word(text: &str) -> bool {
    let is_number = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_text =
        text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
    !text.trim().is_empty() && (is_number || is_text)
}

/// What a text looks like.
pub(super) fn shape(text: &str) -> String {
    match text.chars().count() {
        0 => "an empty text".to_owned(),
        length if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("a number of {}", many(length, "digit")),
        length => format!("a text of {}", many(length, "character")),
    }
}
