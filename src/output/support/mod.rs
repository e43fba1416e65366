//! What goes to somebody who helps: a bundle for this program's own support, in parts; a page for AccessAlly's.
//!
//! Both are one text: it opens anywhere, goes into a mail or a ticket as it is, and whoever sends it can read it first.

mod parts;
mod redaction;
pub mod vendor;

use crate::model::text::many;

pub use parts::{Read, not_read, plan, site, verdict, versions};
pub use redaction::Redaction;

/// A part of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What it holds, in words for who sends it.
    pub holds: &'static str,
    /// Its lines, as they may leave the machine.
    pub lines: Vec<String>,
}

impl Part {
    /// Its line in a list of what is sent.
    pub fn listed(&self) -> String {
        format!("{:<10} {:>11}  {}", self.name, many(self.lines.len(), "line"), self.holds)
    }
}

/// A bundle as one text.
pub fn text(parts: &[Part]) -> String {
    let mut text = format!(
        "Support bundle of plan {}\nMade without contacts, addresses, secrets and what things on the site are called: … stands where one was left out.\n",
        env!("CARGO_PKG_VERSION")
    );
    for part in parts {
        text.push_str(&format!("\n== {} ==\n{}\n\n", part.name, part.holds));
        for line in &part.lines {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The last of these lines, and before them how many are left out.
pub fn last(mut lines: Vec<String>, most: usize) -> Vec<String> {
    let before = lines.len().saturating_sub(most);
    if before > 0 {
        lines.drain(..before);
        lines.insert(0, format!("(the first {} are left out)", many(before, "line")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_lines_the_last_are_kept_and_the_rest_is_counted() {
        let lines = |range: std::ops::Range<usize>| range.map(|at| format!("line {at}")).collect::<Vec<_>>();
        assert_eq!(last(lines(0..3), 3), lines(0..3));
        let kept = last(lines(0..7), 3);
        assert_eq!((kept[0].as_str(), &kept[1..]), ("(the first 4 lines are left out)", &lines(4..7)[..]));
    }
}
