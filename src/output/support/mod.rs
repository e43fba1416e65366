//! What goes to somebody who helps: a bundle for this program's own support, in parts; a page for AccessAlly's.
//!
//! Both are one text: it opens anywhere, goes into a mail or a ticket as it is, and whoever sends it can read it first.

mod parts;
mod redaction;
pub mod vendor;

use crate::model::text::many;

pub use parts::{Read, not_read, plan, site, verdict, versions};
pub use redaction::Redaction;

/// Most lines of a part: what comes before them is left out, and counted.
const MOST_LINES: usize = 2_000;

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
        let before = part.lines.len().saturating_sub(MOST_LINES);
        if before > 0 {
            text.push_str(&format!("(the first {} are left out)\n", many(before, "line")));
        }
        for line in &part.lines[before..] {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_part_the_end_is_kept_and_the_rest_is_counted() {
        let lines = (0..MOST_LINES + 3).map(|at| format!("line {at}")).collect();
        let text = text(&[Part { name: "journal", holds: "what a run did", lines }]);
        assert!(
            text.contains("\n== journal ==\nwhat a run did\n\n(the first 3 lines are left out)\nline 3\n"),
            "{text}"
        );
        assert!(text.ends_with(&format!("line {}\n", MOST_LINES + 2)));
    }
}
