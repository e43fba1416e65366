//! The model of timers by which days are counted, statement by statement, with how well each is known.

use crate::model::adapter::Evidence;

/// A statement of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premise {
    /// Its name.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How well that is known.
    pub evidence: Evidence,
}

const fn premise(id: &'static str, evidence: Evidence, says: &'static str) -> Premise {
    Premise { id, says, evidence }
}

use Evidence::{Documented, Inferred, SeenInCode};

/// What is taken to hold of AccessAlly's timers and tags. Nothing of it was measured on a running site.
pub const MODEL: [Premise; 12] = [
    premise("base-at-once", Documented, "the base module opens at the release, and has no timer"),
    premise(
        "access-by-tags",
        SeenInCode,
        "a page opens for whoever has the instant tag, the module's own tag, or the base tag where the module has none; the revoke tag beats them all",
    ),
    premise("release-starts", Documented, "only a release starts timers: by a form, or by hand"),
    premise(
        "timers-chain",
        Inferred,
        "a delay counts from the opening of the module before it, in the offering's order",
    ),
    premise("whole-days", Inferred, "delays are whole days; there are no calendar dates"),
    premise("unscheduled", Documented, "a module that is not based on a schedule is opened by the CRM or by a person"),
    premise(
        "no-crm-after",
        Inferred,
        "after the switch nobody but a person opens such a module, and what is chained to it waits with it",
    ),
    premise(
        "no-schedule-moves",
        Inferred,
        "the migration makes no schedule for members who were released before it: without a person or a new release nothing more opens for them",
    ),
    premise("re-release", Inferred, "a new release starts at the base module again; tags that are there stay"),
    premise(
        "paused-goes-on",
        Documented,
        "whoever cancels is paused until the paid period ends: modules go on opening, then access is revoked",
    ),
    premise(
        "wrap-up",
        Documented,
        "where the last module's tag is forbidden on every page, its opening closes the offering; no reading shows whether it is",
    ),
    premise("by-hand-in-time", Inferred, "what a person opens for members between two modules is opened on its day"),
];

/// The words for how well a statement is known.
pub fn words(evidence: Evidence) -> &'static str {
    match evidence {
        Documented => "documented",
        SeenInCode => "seen in code",
        Inferred => "inferred",
        Evidence::Observed => "observed",
    }
}
