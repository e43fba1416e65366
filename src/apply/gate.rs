//! May this run begin? Decided on values; nothing is written before it says yes.

use jiff::Timestamp;

use crate::change::Digests;

use super::confirmation::{Confirmation, HOURS};

/// Why a run may not begin. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The verdict is not green.
    NotGreen,
    /// No digest was given, or `diff` never showed this one for this host.
    Unconfirmed {
        /// What was given, if anything.
        given: Option<String>,
    },
    /// The confirmation is too old.
    Expired {
        /// When `diff` showed it.
        at: Timestamp,
    },
    /// The changes are not those that were shown.
    ChangesMoved,
    /// The configuration that the verdict or a change read is not what it was.
    FactsMoved,
}

/// Decides, in the order of the exit codes: the verdict, then the digest, then its age, then what moved.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn may_begin(
    green: bool,
    given: Option<&str>,
    known: Option<&Confirmation>,
    now: Timestamp,
    digests: &Digests,
) -> Result<(), Refusal> {
    if !green {
        return Err(Refusal::NotGreen);
    }
    let Some(known) = known else {
        return Err(Refusal::Unconfirmed { given: given.map(str::to_owned) });
    };
    if known.has_expired(now) {
        return Err(Refusal::Expired { at: known.at });
    }
    if known.digests.changes != digests.changes {
        return Err(Refusal::ChangesMoved);
    }
    if known.digests.facts != digests.facts {
        return Err(Refusal::FactsMoved);
    }
    Ok(())
}

impl Refusal {
    /// What is the matter, and what to do next.
    pub fn words(&self) -> (String, String) {
        let again = "look at `plan diff` again, and confirm the digest that it prints".to_owned();
        match self {
            Self::NotGreen => {
                ("the plan is not green, so nothing was written".into(), "mend what `plan check` finds".into())
            }
            Self::Unconfirmed { given: None } => (
                "no digest was confirmed, so nothing was written".into(),
                format!("run `plan diff`, read it, and repeat its digest: `--confirm DIGEST` ({HOURS} h)"),
            ),
            Self::Unconfirmed { given: Some(given) } => {
                (format!("`plan diff` never showed the digest `{given}` for this site, so nothing was written"), again)
            }
            Self::Expired { at } => {
                (format!("the confirmation of {at} is older than {HOURS} h, so nothing was written"), again)
            }
            Self::ChangesMoved => (
                "the changes are not those that were confirmed: the plan or the site moved; nothing was written".into(),
                again,
            ),
            Self::FactsMoved => (
                "the site moved since it was confirmed, in what the verdict or a change rests on; nothing was written"
                    .into(),
                again,
            ),
        }
    }
}
