//! May this run begin? Decided on values; nothing is written before it says yes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

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
    ChangesMoved {
        /// Whether the plan intends something else now; else the site moved.
        edited: bool,
        /// The objects whose changes differ.
        objects: Vec<String>,
    },
    /// The changes are the same, but the plan intends something else than what was shown.
    IntentMoved,
    /// The configuration that the verdict or a change read is not what it was.
    FactsMoved {
        /// The objects that differ.
        objects: Vec<String>,
    },
    /// The site is the plan's live site.
    Live,
}

/// What stands before a run.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Whether the verdict is green.
    pub green: bool,
    /// Whether the site is the plan's live site: this build rehearses only.
    pub live: bool,
    /// The digest that was given.
    pub given: Option<&'a str>,
    /// The confirmation that it names.
    pub known: Option<&'a Confirmation>,
    /// What a diff would show now.
    pub now: &'a Confirmation,
}

/// Decides, in the order of the verdict, the target, the digest, its age, what moved.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn may_begin(before: Before<'_>) -> Result<(), Refusal> {
    let Before { green, live, given, known, now } = before;
    if !green {
        return Err(Refusal::NotGreen);
    }
    if live {
        return Err(Refusal::Live);
    }
    let Some(known) = known else {
        return Err(Refusal::Unconfirmed { given: given.map(str::to_owned) });
    };
    if known.has_expired(now.at) {
        return Err(Refusal::Expired { at: known.at });
    }
    if known.digests.changes != now.digests.changes {
        let edited = known.digests.intent != now.digests.intent;
        return Err(Refusal::ChangesMoved { edited, objects: differing(&known.marks.changes, &now.marks.changes) });
    }
    if known.digests.intent != now.digests.intent {
        return Err(Refusal::IntentMoved);
    }
    if known.digests.facts != now.digests.facts {
        return Err(Refusal::FactsMoved { objects: differing(&known.marks.facts, &now.marks.facts) });
    }
    Ok(())
}

/// The objects that are in one list only, or differ.
fn differing(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let all: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    all.into_iter().filter(|object| then.get(*object) != now.get(*object)).cloned().collect()
}

/// The first few objects, as words in brackets.
fn named(objects: &[String]) -> String {
    const MOST: usize = 8;
    let first: Vec<String> = objects.iter().take(MOST).map(|object| format!("`{}`", object.escape_debug())).collect();
    let more = objects.len().saturating_sub(MOST);
    match (first.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" ({})", first.join(", ")),
        (false, more) => format!(" ({} and {more} more)", first.join(", ")),
    }
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
                format!("run `plan diff`, read it, and repeat its digest with `--confirm` within {HOURS} hours"),
            ),
            Self::Unconfirmed { given: Some(given) } => {
                (format!("`plan diff` never showed the digest `{given}` for this site, so nothing was written"), again)
            }
            Self::Expired { at } => {
                (format!("the confirmation of {at} is not of the last {HOURS} h, so nothing was written"), again)
            }
            Self::ChangesMoved { edited, objects } => {
                let who = if *edited { "the plan was edited" } else { "the site moved" };
                let what = named(objects);
                (format!("{who} since it was confirmed: the changes are others{what}; nothing was written"), again)
            }
            Self::IntentMoved => (
                "the plan was edited since it was confirmed, and intends something else; nothing was written".into(),
                again,
            ),
            Self::FactsMoved { objects } => {
                let what = named(objects);
                let rests = "in what the verdict or a change rests on";
                (format!("the site moved since it was confirmed, {rests}{what}; nothing was written"), again)
            }
            Self::Live => (
                "this is the plan's live site, so nothing was written".into(),
                "this build rehearses on the staging copy; the replay on the live site comes later".into(),
            ),
        }
    }
}
