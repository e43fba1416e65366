//! The owner's pages, without a rule's name and without jargon: what the switch means, and afterwards that it was done right.
//!
//! Every sentence stands in a catalogue (`words/`). What nobody knows is said to be unknown.

mod after;
mod before;
mod cancel;
mod words;

use askama::Template;

pub use after::render as after;
pub use after::{After, Happened, Journal, What};
pub use before::render as before;
pub use before::{Before, Rehearsed};
pub use cancel::AGREED;
pub use words::Language;

use super::Frame;
use words::Words;

/// A part of a page.
#[derive(Default)]
struct Part {
    heading: String,
    important: bool,
    lines: Vec<String>,
    items: Vec<String>,
}

impl Part {
    fn new(heading: String) -> Self {
        Self { heading, ..Self::default() }
    }

    fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    fn items(mut self, items: impl IntoIterator<Item = String>) -> Self {
        self.items.extend(items);
        self
    }
}

#[derive(Template)]
#[template(path = "owner/owner.html")]
struct Page {
    frame: Frame,
    what: String,
    title: String,
    lead: Vec<String>,
    parts: Vec<Part>,
    /// The draft of a notice, with its heading.
    draft: Option<(String, Vec<String>)>,
    sign: String,
    sign_line: String,
}

/// The key that a name has in the catalogue, behind the word for what it is.
fn key(of: &str, name: &str) -> String {
    format!("{of}{}", name.replace(['-', ' '], "_"))
}

/// A date after the switch in words: the catalogue's where it has the date, else those that it has anyway.
fn care(words: &Words, care: &crate::rules::Care, crm: &str) -> String {
    let (name, of) = care.name.split_once('/').unwrap_or((&care.name, ""));
    let key = key("care_", name);
    match words.known(&key) {
        Some(_) => words.fill(&key, &[("of", of), ("crm", crm)]),
        None => care.what.clone(),
    }
}
