//! Of whom a journey is.

use std::collections::BTreeSet;

use crate::model::standing::Part;

/// A member of an offering, as far as their journey hangs on who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// How many days ago they were released, on the day of the switch; none where nobody knows. Then day 0 is the day of the switch, and
    /// the module that they got last counts as opened on it: nobody got it later, so nobody waits longer than that.
    pub released: Option<u32>,
    /// Whether they are released only after the switch: then nothing of it is theirs before.
    pub to_come: bool,
    /// What of the offering they hold on the day of the switch; none where the timers say it.
    pub held: Option<BTreeSet<Part>>,
    /// On which day, counted as the modules' are, their access is revoked; none where it is not. Somebody who cancels is paused until then:
    /// that closes nothing, and modules go on opening (documented).
    pub revoked_on: Option<u32>,
}

impl Member {
    /// Somebody who is released after the switch.
    pub fn after_the_switch() -> Self {
        Self { to_come: true, ..Self::released(0) }
    }

    /// Somebody who was released so many days before the switch, and got what the timers opened since.
    pub fn released(days: u32) -> Self {
        Self { released: Some(days), ..Self::default() }
    }

    /// Somebody of whom only the tags are known.
    pub fn holding(held: impl IntoIterator<Item = Part>) -> Self {
        Self { held: Some(held.into_iter().collect()), ..Self::default() }
    }

    /// The day of the switch, counted as the modules' are.
    pub(super) fn today(&self) -> u32 {
        self.released.unwrap_or(0)
    }

    pub(super) fn has(&self, part: Part) -> bool {
        self.held.as_ref().is_some_and(|held| held.contains(&part))
    }
}
