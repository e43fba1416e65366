//! What becomes of a module for a member: before and after, compared.

use std::cmp::Reverse;

use super::opening::{By, Opening, When};

/// What becomes of a module for a member, the worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They have it on the day of the switch, and not after it.
    Loses,
    /// It would have opened, and never does.
    WaitsForEver,
    /// Nobody knows, on one side or on both.
    Unknown(
        /// Why.
        String,
    ),
    /// It opens later than it would have.
    Later(
        /// By so many days.
        u32,
    ),
    /// It opens on a day that is a person's to choose.
    WaitsForPerson(
        /// A short name from the plan's `people`.
        Option<String>,
    ),
    /// It opens on the same day, by a person's hand.
    ByHand,
    /// The CRM opened it on a day that nobody knows, and now it has one.
    Dated,
    /// It opens earlier than it would have.
    Earlier(
        /// By so many days.
        u32,
    ),
    /// It would never have opened, and does.
    Gains,
    /// Nothing.
    Same,
}

impl Fate {
    /// Of a module that is seen so on both sides.
    pub(super) fn between(before: &Opening, after: &Opening) -> Self {
        match (before.when, after.when) {
            (When::Unknown, _) | (_, When::Unknown) => {
                let unknown = [after, before].into_iter().filter(|of| of.when == When::Unknown);
                Self::Unknown(unknown.filter_map(Opening::why).next().unwrap_or_default().to_owned())
            }
            _ if before.open && after.open => Self::Same,
            (When::Never, When::Never) => Self::Same,
            _ if before.open => Self::Loses,
            (When::Never, _) => Self::Gains,
            (_, When::Never) => Self::WaitsForEver,
            _ if after.open => Self::Gains,
            (When::On(day), When::On(then)) if then > day => Self::Later(then - day),
            (When::On(day), When::On(then)) if then < day => Self::Earlier(day - then),
            (When::On(_), When::On(_)) if matches!(after.by, By::Person(_)) => Self::ByHand,
            (When::On(_), When::On(_)) => Self::Same,
            (_, When::On(_)) => Self::Dated,
            (When::On(_), _) => Self::waits_for(after),
            _ if before.by == after.by || matches!(before.by, By::Person(_)) => Self::Same,
            _ => Self::waits_for(after),
        }
    }

    fn waits_for(after: &Opening) -> Self {
        match &after.by {
            By::Person(who) => Self::WaitsForPerson(who.clone()),
            _ => Self::WaitsForPerson(None),
        }
    }

    /// The same of the module whose opening closes the others: what comes later, or never, takes nothing away.
    pub(super) fn of_what_closes(self) -> Self {
        match self {
            Self::Earlier(_) | Self::Gains => Self::Loses,
            Self::Later(_) | Self::WaitsForEver | Self::Loses => Self::Gains,
            other => other,
        }
    }

    /// Its place among the others, the worst first; of two delays the longer one.
    pub fn rank(&self) -> (u8, Reverse<u32>) {
        let (rank, days) = match self {
            Self::Loses => (0, 0),
            Self::WaitsForEver => (1, 0),
            Self::Unknown(_) => (2, 0),
            Self::Later(days) => (3, *days),
            Self::WaitsForPerson(_) => (4, 0),
            Self::ByHand => (5, 0),
            Self::Dated => (6, 0),
            Self::Earlier(days) => (7, *days),
            Self::Gains => (8, 0),
            Self::Same => (9, 0),
        };
        (rank, Reverse(days))
    }

    /// Whether the days before and after are others, or are not known to be the same.
    pub fn differs(&self) -> bool {
        !matches!(self, Self::Same | Self::ByHand)
    }

    /// Its word for other programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Loses => "loses",
            Self::WaitsForEver => "waits-for-ever",
            Self::Unknown(_) => "unknown",
            Self::Later(_) => "later",
            Self::WaitsForPerson(_) => "waits-for-a-person",
            Self::ByHand => "by-hand",
            Self::Dated => "dated",
            Self::Earlier(_) => "earlier",
            Self::Gains => "gains",
            Self::Same => "same",
        }
    }
}
