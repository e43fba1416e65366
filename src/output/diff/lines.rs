//! The lines of both sides of a change, and within lines that were rewritten the words that differ.

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, myers};

/// The side that a line is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// On both, unchanged.
    Both,
    /// Before only.
    Before,
    /// After only.
    After,
}

impl Side {
    /// The sign of a unified diff.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Both => ' ',
            Self::Before => '-',
            Self::After => '+',
        }
    }
}

/// A line, without its line break, in stretches: those that the other side has otherwise are marked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Where it stands.
    pub(super) side: Side,
    /// Its text, and whether it is marked.
    pub(super) stretches: Vec<(bool, &'t str)>,
}

/// All lines of two texts, in order: what was taken away before what came instead.
pub(super) fn lines<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    let mut lines = Vec::new();
    for op in differences(&before, &after) {
        let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
        if let DiffOp::Equal { .. } = op {
            lines.extend(old.iter().map(|line| plain(Side::Both, line)));
            continue;
        }
        if let Some(rewritten) = rewritten(old, new) {
            lines.extend(rewritten);
        } else {
            lines.extend(old.iter().map(|line| plain(Side::Before, line)));
            lines.extend(new.iter().map(|line| plain(Side::After, line)));
        }
    }
    lines
}

/// The one use of the library, so that it is compiled for one type.
fn differences(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut ops = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = myers::diff(&mut ops, old, 0..old.len(), new, 0..new.len());
    ops.into_inner().into_inner().into_ops()
}

fn plain<'t>(side: Side, line: &'t str) -> Line<'t> {
    Line { side, stretches: Vec::from([(false, line.trim_end_matches('\n'))]) }
}

/// Lines that have at least half of their words in common, with the others marked.
fn rewritten<'t>(old: &[&'t str], new: &[&'t str]) -> Option<Vec<Line<'t>>> {
    let half = |common: usize, one: usize, other: usize| 4 * common >= one + other;
    if !half(old.len().min(new.len()), old.len(), new.len()) {
        return None;
    }
    let (old_words, new_words) = (words(old), words(new));
    let ops = differences(&old_words, &new_words);
    let common = ops.iter().map(|op| if let DiffOp::Equal { len, .. } = op { *len } else { 0 }).sum();
    if !half(common, old_words.len(), new_words.len()) {
        return None;
    }
    let changed = || ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let mut lines = marked(Side::Before, old, &old_words, changed().flat_map(DiffOp::old_range));
    lines.extend(marked(Side::After, new, &new_words, changed().flat_map(DiffOp::new_range)));
    Some(lines)
}

/// Words, the space between them, and line breaks.
fn words<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let mut words = Vec::new();
    for line in lines {
        let mut rest = *line;
        while let Some(first) = rest.chars().next() {
            let kind = |c: char| (c == '\n', c.is_whitespace());
            let (word, after) = rest.split_at(rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len()));
            words.push(word);
            rest = after;
        }
    }
    words
}

/// Lines whose words of these numbers, which ascend, are marked.
fn marked<'t>(side: Side, lines: &[&'t str], words: &[&str], changed: impl Iterator<Item = usize>) -> Vec<Line<'t>> {
    let mut changed = changed.peekable();
    let mut words = words.iter().enumerate();
    let line = |text: &&'t str| {
        let text = text.trim_end_matches('\n');
        let mut stretches: Vec<(bool, &str)> = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (at, word) in words.by_ref() {
            let mark = changed.next_if_eq(&at).is_some();
            if *word == "\n" {
                break;
            }
            match stretches.last_mut() {
                Some((last, _)) if *last == mark => {}
                _ => {
                    begin = end;
                    stretches.push((mark, ""));
                }
            }
            end += word.len();
            if let Some((_, stretch)) = stretches.last_mut() {
                *stretch = &text[begin..end];
            }
        }
        Line { side, stretches }
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_marked_on_both_sides_and_nothing_is_lost() {
        let found = lines("a: 1\nb: one two\nc: é x\n", "a: 1\nb: one three\nc: é y\n");
        let shown: Vec<String> = found
            .iter()
            .map(|line| {
                let text =
                    line.stretches.iter().map(|(mark, s)| if *mark { format!("[{s}]") } else { (*s).to_owned() });
                format!("{}{}", line.side.sign(), text.collect::<String>())
            })
            .collect();
        assert_eq!(shown, [" a: 1", "-b: one [two]", "-c: é [x]", "+b: one [three]", "+c: é [y]"]);
    }

    #[test]
    fn lines_with_little_in_common_are_not_marked() {
        let found = lines("red green blue\n", "quite another text here\n");
        assert!(found.iter().all(|line| line.stretches.iter().all(|(mark, _)| !mark)), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_side_may_be_empty() {
        let found = lines("", "a: 1\nb: 2\n");
        assert!(found.iter().all(|line| line.side == Side::After) && found.len() == 2, "{found:?}");
        assert_eq!(lines("", ""), []);
    }
}
