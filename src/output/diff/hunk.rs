//! Both sides of a change as a unified diff, with the headers of its hunks.

use super::lines::{Line, Side, lines};
use super::page::clipped;

/// Lines around a changed one.
const CONTEXT: usize = 3;

/// A diff without its files' headers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunks {
    /// Its lines.
    pub(super) lines: Vec<String>,
}

impl Hunks {
    /// Of both sides of a change.
    pub(super) fn of(before: &str, after: &str) -> Self {
        let all = lines(before, after);
        let is_shown = |at: usize| {
            all[at.saturating_sub(CONTEXT)..all.len().min(at + CONTEXT + 1)].iter().any(|line| line.side != Side::Both)
        };
        let (mut written, mut at, mut numbers) = (Vec::new(), 0, [1, 1]);
        while at < all.len() {
            let end = (at..all.len()).find(|at| !is_shown(*at)).unwrap_or(all.len());
            if end > at {
                let hunk = &all[at..end];
                let counts = counts(hunk);
                let [old, new] = [0, 1].map(|side| {
                    // Before the first line, where a side has none.
                    let from = if counts[side] == 0 { numbers[side] - 1 } else { numbers[side] };
                    format!("{from},{}", counts[side])
                });
                written.push(format!("@@ -{old} +{new} @@"));
                written.extend(hunk.iter().map(text));
                numbers = [numbers[0] + counts[0], numbers[1] + counts[1]];
                at = end;
            } else {
                // What stays and is not shown is on both sides.
                numbers = numbers.map(|number| number + 1);
                at += 1;
            }
        }
        Self { lines: written }
    }
}

fn text(line: &Line<'_>) -> String {
    let words: String = line.stretches.iter().map(|(_, words)| *words).collect();
    format!("{}{}", line.side.sign(), clipped(&words))
}

fn counts(hunk: &[Line<'_>]) -> [usize; 2] {
    [Side::After, Side::Before].map(|other| hunk.iter().filter(|line| line.side != other).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hunk_says_where_it_stands() {
        let before: Vec<String> = (1..=20).map(|line| format!("line {line}\n")).collect();
        let mut after = before.clone();
        after[1] = "second\n".to_owned();
        after.insert(15, "between\n".to_owned());
        let hunks = Hunks::of(&before.concat(), &after.concat());
        let headers: Vec<&String> = hunks.lines.iter().filter(|line| line.starts_with("@@")).collect();
        // As `diff -U3` writes them.
        assert_eq!(headers, ["@@ -1,5 +1,5 @@", "@@ -13,6 +13,7 @@"]);
        assert_eq!(Hunks::of("", "a\nb\n").lines, ["@@ -0,0 +1,2 @@", "+a", "+b"]);
        assert!(Hunks::of("a\n", "a\n").lines.is_empty());
    }
}
