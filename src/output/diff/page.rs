//! A comment of a bounded length: whole blocks of Markdown, one after the other, as long as there is room.
//!
//! A host cuts a comment that is too long, wherever that falls. Here a block is written whole or counted, so that no fence and no fold stays open.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::Write;

use crate::output::inert::Inert;

/// Most characters of a comment, as every host counts them at the most (UTF-16): GitHub takes 65,536.
pub(super) const MOST: usize = 59_900;

/// Most characters of a line that shows something of a plan or a site.
const LONGEST: usize = 160;

/// How long whole lines are once they are printed: what would be a command to a CI system's runner is spelt out then, and is longer.
pub(super) fn length(text: &str) -> usize {
    let mut printed = Vec::new();
    // A list of bytes takes whatever is written.
    let _ = Inert::new(&mut printed).write_all(text.as_bytes());
    String::from_utf8_lossy(&printed).encode_utf16().count()
}

/// The beginning of a text that is too long to be shown whole.
pub(super) fn clipped(text: &str) -> String {
    clipped_at(text, LONGEST)
}

/// The same, at so many characters.
pub(super) fn clipped_at(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// One block: whole Markdown, and how many things it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Its text, which opens nothing that it does not close.
    pub(super) text: String,
    /// How many things it shows.
    pub(super) shows: usize,
}

impl Block {
    /// One that shows one thing.
    pub(super) fn one(text: impl Into<String>) -> Self {
        Self { text: text.into(), shows: 1 }
    }
}

/// As many of these blocks as fit, and what is said of the rest, which gets how many things are left. Never longer than `room`, where
/// that holds what is said of the rest.
pub(super) fn fitting(blocks: &[Block], room: usize, rest: impl Fn(usize) -> String) -> String {
    let total: usize = blocks.iter().map(|block| block.shows).sum();
    let all: usize = blocks.iter().map(|block| length(&block.text)).sum();
    let mut text = String::new();
    if all <= room {
        text.extend(blocks.iter().map(|block| block.text.as_str()));
        return text;
    }
    // The longest that can be said of the rest.
    let mut left = room.saturating_sub(length(&rest(total)) + 2);
    let mut shown = 0;
    for block in blocks {
        let long = length(&block.text);
        if long > left {
            break;
        }
        left -= long;
        shown += block.shows;
        text.push_str(&block.text);
    }
    text + &rest(total - shown)
}

/// A sentence without what is quoted in it: by this sentences are alike, whatever they are about.
pub(super) fn shape(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    let one = |(at, part): (usize, &&str)| match (at % 2 == 1, at + 1 < parts.len()) {
        (true, true) => "…".to_owned(),
        // What no second backtick closes is not quoted.
        (true, false) => format!("`{part}"),
        (false, _) => (*part).to_owned(),
    };
    parts.iter().enumerate().map(one).collect()
}

/// What is quoted in a sentence.
pub(super) fn quoted(sentence: &str) -> Vec<&str> {
    let parts: Vec<&str> = sentence.split('`').collect();
    let is_quoted = |at: &usize| at % 2 == 1 && at + 1 < parts.len();
    (0..parts.len()).filter(is_quoted).map(|at| parts[at]).collect()
}

/// Things that are alike together, in the order of the first of them.
pub(super) fn alike<T, K: Eq + Hash>(things: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let (mut groups, mut places): (Vec<Vec<T>>, HashMap<K, usize>) = Default::default();
    for thing in things {
        let place = *places.entry(key(&thing)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(thing),
            None => groups.push(Vec::from([thing])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_or_counted() {
        let blocks: Vec<Block> = ["aaaa", "bbbb", "🌸🌸", "d"].map(Block::one).into();
        let rest = |more: usize| format!("+{more}");
        assert_eq!(fitting(&blocks, 100, rest), "aaaabbbb🌸🌸d");
        assert_eq!(fitting(&blocks, 13, rest), "aaaabbbb🌸🌸d");
        assert_eq!(fitting(&blocks, 12, rest), "aaaabbbb+2");
        assert_eq!(fitting(&blocks, 5, rest), "+4");
        assert_eq!((length("::a\nb::c"), length("see ##[error]x 🌸")), (13, 22));
        assert_eq!(shape("open `a b` for `c`, a ` b"), "open … for …, a ` b");
        assert_eq!(quoted("open `a b` for `c`, a ` b"), ["a b", "c"]);
        assert_eq!(alike([1, 4, 3, 2], |n| n % 2), [vec![1, 3], vec![4, 2]]);
        assert_eq!(clipped_at("üüü", 2), "üü…");
        assert_eq!(clipped_at("üü", 2), "üü");
    }
}
