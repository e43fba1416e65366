//! How old the reading is that is judged.

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::text::Seconds;

use super::Facts;

/// The rule that says so.
pub const READING_OLD: &str = "reading-old";

/// What counts as a reading of now.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Freshness {
    /// What the machine's clock shows.
    pub clock: Timestamp,
    /// How old a reading may be, as the settings write it; none where its age says nothing, as of an invented site.
    pub max_age: Option<String>,
    /// Whether the reading stands for a site as it is now: at an address, or a recording that is used for the live site.
    pub stands_for_now: bool,
}

impl Freshness {
    /// Of a check without a site.
    pub fn without_site(clock: Timestamp) -> Self {
        Self { clock, max_age: None, stands_for_now: false }
    }
}

/// How a reading is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// It was made longer ago than is allowed.
    Old,
    /// By the machine's clock it is still to be made.
    Ahead,
}

/// How a reading of this time is out of date by a clock; nothing where its age is allowed.
pub fn stale(read_at: Timestamp, clock: Timestamp, max_age: &str) -> Option<Stale> {
    let age = clock.duration_since(read_at);
    if age < -crate::model::fault::CLOCKS_APART {
        return Some(Stale::Ahead);
    }
    let allowed = Seconds::parse(max_age)?;
    (age.as_secs() > allowed.0).then_some(Stale::Old)
}

impl<'a> Facts<'a> {
    /// How old a reading may be. Of when it was made, and of no object on the site.
    pub fn freshness(&self) -> &'a Freshness {
        self.leaves_the_plan();
        self.inputs.freshness
    }

    /// The latest time of which evidence can be: the machine's clock, or that of a site in a file which is ahead of it.
    pub fn latest(&self) -> Timestamp {
        self.inputs.freshness.clock.max(self.now())
    }
}
