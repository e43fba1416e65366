//! How a run began: the first line of its journal.

use serde::{Deserialize, Serialize};

use crate::change::{Change, Digests};
use crate::guide;
use crate::model::plan::{Place, Strategy};
use crate::model::{Identity, Step};

/// How a run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The tool's version.
    pub tool: String,
    /// The plan's file name.
    pub plan: String,
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// Which of the plan's two places it is.
    pub on: Place,
    /// How the change reaches the live site; none where the run is over when the changes are in place.
    pub strategy: Option<Strategy>,
    /// What was confirmed.
    pub digests: Digests,
    /// The changes, in order: what a resumed run carries out, whatever became of the plan.
    pub changes: Vec<Change>,
    /// The steps, in order; none in the journal of an earlier build, which has those from the changes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
}

impl Begin {
    /// The steps, the changes among them: what has to be there before them, then the proof that they are in place, then the
    /// guide's.
    pub fn steps(&self) -> &[Step] {
        let earlier = || self.strategy.map_or(&[Step::Configure][..], |on| guide::from_configure(on, self.on));
        self.steps.as_deref().unwrap_or_else(earlier)
    }

    /// Whether its steps can be those of a run: each once, in their order, with the changes among them.
    pub(super) fn is_in_order(&self) -> bool {
        let steps = self.steps();
        steps.is_sorted_by(|one, next| one < next) && steps.contains(&Step::Configure)
    }
}
