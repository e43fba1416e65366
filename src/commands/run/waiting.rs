//! A step that is waited for, from one reading to the next.

use jiff::Timestamp;

use crate::guide::MigrationSignals;

/// A step that is waited for.
pub(super) struct Waiting {
    /// What was seen last, and when that changed.
    pub(super) moved: (MigrationSignals, Timestamp),
    /// What the log of events holds of it; none where it holds nothing yet.
    pub(super) logged: Option<Option<MigrationSignals>>,
    /// What the waiting line says of the time.
    pub(super) time: String,
}

impl Waiting {
    /// It begins to be waited for.
    pub(super) fn new() -> Self {
        Self { moved: (MigrationSignals::default(), Timestamp::now()), logged: None, time: String::new() }
    }
}
