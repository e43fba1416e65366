//! Both sides of a change as a unified diff, with the headers of its hunks.

use std::ops::Range;

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
    /// Of both sides of a change, as a person reads it.
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

    /// The same to the byte, with a mark where a side ends without a line break: what `patch` and `git apply` take. Lines that are not to be
    /// shown stand in none of it but where they change. None where they leave a hunk without a line around it, by which it could be found.
    pub(super) fn exact(before: &str, after: &str, hides: impl Fn(&str) -> bool) -> Option<Self> {
        let all = lines(before, after);
        let is_around: Vec<bool> = all.iter().map(|line| line.side == Side::Both && !hides(&words(line))).collect();
        let mut shown: Vec<bool> = all.iter().map(|line| line.side != Side::Both).collect();
        for at in (0..all.len()).filter(|at| all[*at].side != Side::Both) {
            let ahead = (at + 1..all.len()).take(CONTEXT).take_while(|near| is_around[*near]);
            let back = (0..at).rev().take(CONTEXT).take_while(|near| is_around[*near]);
            ahead.chain(back).for_each(|near| shown[near] = true);
        }
        let (mut written, mut at) = (Vec::new(), 0);
        while let Some(start) = (at..all.len()).find(|at| shown[*at]) {
            let end = (start..all.len()).find(|at| !shown[*at]).unwrap_or(all.len());
            let changed: Vec<usize> = (start..end).filter(|at| all[*at].side != Side::Both).collect();
            let (first, last) = (*changed.first()?, *changed.last()?);
            // Where more stands before than after, or the other way round, both tools take the hunk for one at an end of the file.
            let around = match (start == 0, end == all.len()) {
                (true, true) => CONTEXT,
                (true, false) => end - 1 - last,
                (false, true) => first - start,
                (false, false) => (first - start).min(end - 1 - last),
            };
            if around == 0 {
                return None;
            }
            let (from, to) = (start.max(first.saturating_sub(around)), end.min(last + 1 + around));
            written.extend(exact_hunk(&all, from..to, [before, after]));
            at = end;
        }
        Some(Self { lines: written })
    }
}

/// How `diff` marks a last line without a line break.
const NO_LINE_BREAK: &str = "\\ No newline at end of file";

/// A hunk of these lines, with its header.
fn exact_hunk(all: &[Line<'_>], range: Range<usize>, sides: [&str; 2]) -> Vec<String> {
    let [before, own] = [counts(&all[..range.start]), counts(&all[range.clone()])];
    let [old, new] = [0, 1].map(|side| {
        let from = if own[side] == 0 { before[side] } else { before[side] + 1 };
        format!("{from},{}", own[side])
    });
    let mut written = Vec::from([format!("@@ -{old} +{new} @@")]);
    let others = [Side::After, Side::Before];
    let is_last = |at: usize, side: usize| {
        let is_cut = !sides[side].is_empty() && !sides[side].ends_with('\n');
        let is_on_it = |line: &Line<'_>| line.side != others[side];
        is_cut && is_on_it(&all[at]) && !all[at + 1..].iter().any(is_on_it)
    };
    for at in range {
        written.push(format!("{}{}", all[at].side.sign(), words(&all[at])));
        if is_last(at, 0) || is_last(at, 1) {
            written.push(NO_LINE_BREAK.to_owned());
        }
    }
    written
}

fn words(line: &Line<'_>) -> String {
    line.stretches.iter().map(|(_, words)| *words).collect()
}

fn text(line: &Line<'_>) -> String {
    format!("{}{}", line.side.sign(), clipped(&words(line)))
}

fn counts(hunk: &[Line<'_>]) -> [usize; 2] {
    [Side::After, Side::Before].map(|other| hunk.iter().filter(|line| line.side != other).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_one_keeps_every_byte_and_says_where_no_line_break_is() {
        let of = |before, after| Hunks::exact(before, after, |_| false).unwrap().lines;
        let none = NO_LINE_BREAK;
        assert_eq!(of("a\r\nb\r\n", "a\r\nc\r\n"), ["@@ -1,2 +1,2 @@", " a\r", "-b\r", "+c\r"]);
        assert_eq!(of("a: 1", "a: 1\nb: 2"), ["@@ -1,1 +1,2 @@", "-a: 1", none, "+a: 1", "+b: 2", none]);
        assert_eq!(of("a: 1\nb", "a: 2\nb"), ["@@ -1,2 +1,2 @@", "-a: 1", "+a: 2", " b", none]);
        let long = "x".repeat(2000);
        assert_eq!(
            of(&long, "y\n"),
            ["@@ -1,1 +1,1 @@".to_owned(), format!("-{long}"), none.to_owned(), "+y".to_owned()]
        );
        let far: String = (1..=9).map(|line| format!("{line}\n")).collect::<String>() + "end";
        let of_far = of(&far, &far.replace("1\n", "one\n"));
        assert!(!of_far.contains(&none.to_owned()), "{of_far:?}");
    }

    #[test]
    fn what_is_not_to_be_shown_is_around_no_hunk_and_both_sides_of_it_are_as_long() {
        let before: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let after = before.replace("10\n", "ten\n").replace("13\n", "thirteen\n");
        let of =
            |hidden: &[&str]| Hunks::exact(&before, &after, |line| hidden.contains(&line)).map(|hunks| hunks.lines);
        let headers = |hidden: &[&str]| -> Vec<String> {
            of(hidden).unwrap().into_iter().filter(|line| line.starts_with('@')).collect()
        };
        assert_eq!(headers(&[]), ["@@ -7,10 +7,10 @@"]);
        assert_eq!(headers(&["15"]), ["@@ -9,6 +9,6 @@"]);
        // Between the two nothing may be shown, so the second has no line before it.
        assert_eq!(of(&["8", "12"]), None);
        // Nothing is left around the second one.
        assert_eq!(of(&["12", "14"]), None);
        let shown = of(&["8"]).unwrap();
        assert!(!shown.contains(&" 8".to_owned()), "{shown:?}");
    }

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
