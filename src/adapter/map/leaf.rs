//! What an inventory names, as words; and what is there, in words.

use std::collections::BTreeSet;

use crate::capture::inventory::{Entry, EntryKind, Shape};

/// The words of a name: runs of letters and digits, in small letters.
pub(super) fn words(name: &str) -> BTreeSet<String> {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_ascii_lowercase).collect()
}

/// Whether of each group of words one is among these.
pub(super) fn has(words: &BTreeSet<String>, groups: &[&[&str]]) -> bool {
    groups.iter().all(|group| group.iter().any(|word| words.contains(*word)))
}

/// Whether a name is the product's own.
pub(super) fn is_products(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| word.starts_with("accessally") || word == "aal")
}

/// What is there, by its shape.
pub(super) fn reads(entry: &Entry, shape: Option<&Shape>) -> String {
    let Some(shape) = shape else {
        return match (entry.about.rows, entry.kind) {
            (Some(rows), _) => format!("it has about {rows} rows"),
            (None, EntryKind::PostType) => format!("there are {} posts", entry.count),
            (None, _) => format!("there are {}", entry.count),
        };
    };
    let types: Vec<String> = shape.types.iter().map(|(name, count)| format!("{count} of the type {name}")).collect();
    let length = match shape.length {
        Some((least, most)) if least == most => format!(", {least} bytes"),
        Some((least, most)) => format!(", {least} to {most} bytes"),
        None => String::new(),
    };
    let looked: u64 = shape.types.values().sum();
    let of = match entry.kind {
        EntryKind::UserMeta | EntryKind::PostMeta if looked < entry.count => {
            format!(", of {looked} that were looked at ({} are there)", entry.count)
        }
        _ => String::new(),
    };
    format!("it would read {}{length}{of}", types.join(", "))
}

/// Words that turn a switch round.
const TURNED: [&str; 9] = ["disable", "disabled", "disables", "no", "not", "hide", "hidden", "without", "exclude"];

/// Whether a name says that something is not.
pub(super) fn is_turned(words: &BTreeSet<String>) -> bool {
    TURNED.iter().any(|word| words.contains(*word))
}

/// Whether a table is one of meta, which holds what belongs to something else.
pub(super) fn is_meta(name: &str) -> bool {
    name.ends_with("meta")
}

/// The types of a shape.
fn types(shape: &Shape) -> BTreeSet<&str> {
    shape.types.keys().map(String::as_str).collect()
}

/// Whether a shape is one of a list or map.
pub(super) fn is_list(shape: &Shape) -> bool {
    types(shape).iter().all(|name| matches!(*name, "array" | "php" | "json"))
}

/// Whether a shape is one of plain values that leave the site.
pub(super) fn is_plain(shape: &Shape) -> bool {
    let plain =
        ["empty", "digits", "yes-no", "date", "e-mail", "address", "text", "boolean", "integer", "number", "null"];
    !shape.types.is_empty() && types(shape).iter().all(|name| plain.contains(name))
}

/// How a switch of this shape is written.
pub(super) fn switch(shape: &Shape) -> Option<&'static str> {
    let all = types(shape);
    let short = shape.length.is_none_or(|(_, most)| most <= 3);
    let only = |names: &[&str]| all.iter().all(|name| names.contains(name));
    if only(&["yes-no"]) {
        Some("yes-no")
    } else if only(&["boolean"]) {
        Some("true-false")
    } else if only(&["digits", "integer"]) && short {
        Some("one-zero")
    } else if only(&["yes-no", "boolean", "digits", "integer", "empty", "text"]) && short {
        Some("flag")
    } else {
        None
    }
}

/// Whether a shape is one of whole numbers.
pub(super) fn is_number(shape: &Shape) -> bool {
    types(shape).iter().all(|name| matches!(*name, "digits" | "integer"))
}
