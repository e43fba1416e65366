//! The lines with which git marks a conflict that nobody resolved.

use std::ops::Range;

/// What is said of such a line.
pub const CONFLICT: &str = "a merge conflict is not resolved here";

/// What to do about it.
pub const RESOLVE: &str = "keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`";

/// What begins the lines that stand for a side.
const SIDES: [&str; 3] = ["<<<<<<<", "|||||||", ">>>>>>>"];

/// Whether git marks a conflict with this line.
pub fn marks_conflict(line: &str) -> bool {
    SIDES.iter().any(|side| line.starts_with(side)) || line.trim_end() == "======="
}

/// The first line that marks a conflict: its number, from 1, and its bytes. A row of equal signs alone marks none.
pub fn conflict(text: &str) -> Option<(usize, Range<usize>)> {
    SIDES.iter().find(|side| memchr::memmem::find(text.as_bytes(), side.as_bytes()).is_some())?;
    let mut start = 0;
    for (at, line) in text.split('\n').enumerate() {
        if SIDES.iter().any(|side| line.starts_with(side)) {
            return Some((at + 1, start..start + line.trim_end().len()));
        }
        start += line.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_begins_a_line() {
        assert_eq!(conflict("a: 1\n<<<<<<< HEAD\r\nb: 2\n"), Some((2, 5..17)));
        assert_eq!(conflict("a: 1\n>>>>>>> theirs"), Some((2, 5..19)));
        assert_eq!(conflict("a: '<<<<<<<'\n=======\n"), None);
        assert!(marks_conflict("=======\r") && !marks_conflict("======== ok"));
    }
}
