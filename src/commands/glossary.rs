//! What the words of messages and help mean: the pages' own glossary.

use std::io::{self, Write};

use crate::cli::ExplainFormat;
use crate::output::explain;
use crate::output::human::{Style, paint};

/// The page.
const PAGE: &str = include_str!("../../docs/glossary.md");

/// A word, and what it means.
pub(super) struct Word {
    name: &'static str,
    means: &'static str,
}

/// Every word of the glossary.
pub(super) fn words() -> impl Iterator<Item = Word> {
    let entries = PAGE.split("\n## ").skip(1).filter_map(|entry| entry.split_once('\n'));
    entries.map(|(name, means)| Word { name: name.trim(), means: means.trim() })
}

/// The word of this name, however its letters are and with `-` for a blank.
pub(super) fn word(name: &str) -> Option<Word> {
    words().find(|word| word.id().eq_ignore_ascii_case(&name.trim().replace(' ', "-")))
}

impl Word {
    /// Its name as it is typed.
    pub(super) fn id(&self) -> String {
        self.name.to_lowercase().replace(' ', "-")
    }

    /// Prints what it means.
    pub(super) fn explain(&self, format: ExplainFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            ExplainFormat::Json => explain::word(self.name, self.means, out),
            ExplainFormat::Markdown => writeln!(out, "## {}\n\n{}", self.name, self.means),
            ExplainFormat::Human => writeln!(out, "{}\n\n{}", paint(style, "1", self.name), self.means),
        }
    }
}
