//! What of a plan could be written otherwise for it to be green: edits of which none can be left out, and what remains for the site and for people.
//!
//! Nothing is suggested that attests, accepts a risk, decides what becomes of somebody or something, or changes a contact.

mod remains;
mod screens;
mod search;
mod stops;

use crate::diag::{Location, Remedy};
use crate::rules::Judgement;

pub use remains::{Remains, Task, remains};
pub use search::{BOUNDS, Bounds, Reached, suggest};
pub use stops::Stop;

/// An edit of a plan that a finding offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The finding's rule, or the code of the shape check.
    pub rule: String,
    /// The finding's place, in the text that the edits before it leave.
    pub place: Location,
    /// What is written.
    pub remedy: Remedy,
}

/// An edit without which the verdict is worse, as was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The edit.
    pub edit: Edit,
    /// The place of its finding as the plan names it before any edit: a JSON pointer.
    pub at: String,
    /// What keeps the verdict from being green without it; empty where nobody could try any more.
    pub without: Vec<Stop>,
}

/// An edit that was tried and brings something new with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The edit.
    pub edit: Edit,
    /// The rules that speak with it and not before it.
    pub brings: Vec<String>,
}

/// What is suggested for a plan.
#[derive(Debug)]
pub struct Suggestion {
    /// The plan's text with every edit made.
    pub text: String,
    /// The edits, in the order in which they are made.
    pub edits: Vec<Needed>,
    /// What was tried and is not suggested, as it brings something new.
    pub refused: Vec<Refused>,
    /// The judgement of the text with them.
    pub judgement: Judgement,
    /// The bound that ended the search, if one did.
    pub reached: Option<Reached>,
}

impl Suggestion {
    /// That nothing is suggested for a text.
    pub fn nothing(text: String, judgement: Judgement) -> Self {
        Self { text, edits: Vec::new(), refused: Vec::new(), judgement, reached: None }
    }

    /// Whether each edit was seen to be needed.
    pub fn is_irreducible(&self) -> bool {
        self.edits.iter().all(|needed| !needed.without.is_empty())
    }
}
