//! What stands between who asks and the process that evaluates: the word, the limits, an answer.

use serde::{Deserialize, Serialize};

use crate::rules::Came;

/// The word by which this program is asked to be that process. It is no verb: whoever types it gets nothing.
pub(in crate::commands) const EVALUATE: &str = "--evaluate-own-rules";

/// The seconds that one rule may take, on any clock.
pub(super) const SECONDS: u64 = 5;

/// The seconds that all of them may take together.
pub(super) const ALL_SECONDS: u64 = 60;

/// Most bytes of memory that it takes, where the system holds processes to that.
pub(super) const MEMORY: u64 = 768 << 20;

/// An answer on its way back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    /// Which of what was asked.
    pub(super) nth: usize,
    /// What came of it.
    pub(super) came: Came,
}
