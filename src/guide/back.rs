//! The way back, in one text for the terminal, for a status and for the runbook: by target, strategy, the plan's way, and how
//! far a run is.

use crate::model::plan::{RollbackWay, SiteRole, Strategy};

/// How far a run is, as far as its way back depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// *Run Migration* was not acknowledged yet.
    BeforeBarrier,
    /// It was.
    PastBarrier,
    /// The staging copy was pushed over live, or is being pushed.
    Pushed,
}

/// What the way back depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back {
    /// Which of the plan's two sites the run is on.
    pub on: SiteRole,
    /// How the change reaches the live site; none where nobody said.
    pub strategy: Option<Strategy>,
    /// The plan's own way back on live; none where it names none.
    pub way: Option<RollbackWay>,
    /// How far the run is.
    pub stage: Stage,
}

const UNDO: &str = "an undo takes the plan's changes back, the last one first";

const COPY_AGAIN: &str = "copy live to staging again, and begin again; live was not touched by this run";

/// The danger of every restore (the first half documented, the second inferred from it).
pub const PAYMENTS: &str = "restoring a backup over a live site is a last resort: payments taken since the backup vanish from history \
    and can be charged again (documented); it is safe only while maintenance mode has been on since the backup was made (inferred)";

impl Back {
    /// The way back, and what it loses.
    pub fn message(self) -> String {
        match (self.stage, self.on) {
            (Stage::BeforeBarrier, SiteRole::Live) => {
                format!(
                    "{UNDO}, and has a person set back those that were made by hand; then maintenance mode is switched off, and live \
                     sells again"
                )
            }
            (Stage::BeforeBarrier, SiteRole::Staging) => self.with_live(UNDO),
            (Stage::PastBarrier, SiteRole::Staging) => {
                format!("{}; mails that were sent stay sent (inferred)", self.with_live(COPY_AGAIN))
            }
            (Stage::PastBarrier | Stage::Pushed, _) => self.on_live(),
        }
    }

    /// Whether it is live that has to be brought back, so that a backup of live and its payments are at stake.
    pub fn concerns_live(self) -> bool {
        self.stage == Stage::Pushed || self.stage == Stage::PastBarrier && self.on == SiteRole::Live
    }

    /// Of a copy: live is left as it is, and with one strategy that is closed.
    fn with_live(self, what: &str) -> String {
        let frozen = if self.strategy == Some(Strategy::FreezeAndPush) {
            "; live stays frozen until maintenance mode is switched off there"
        } else {
            ""
        };
        format!("{what}{frozen}")
    }

    fn on_live(self) -> String {
        let way = match self.way {
            None => "the plan names none (`rollback`)".to_owned(),
            Some(RollbackWay::RestoreLiveBackup) => {
                "restore the backup of live; payments taken since it was made vanish from history and can be charged \
                again (documented); while maintenance mode stayed on, none were taken (inferred)"
                    .to_owned()
            }
            Some(RollbackWay::BackToCrm) => {
                "the vendor's steps from Managed back to a CRM, every tag-based item by hand (documented): the runbook has them, with this plan's objects"
                    .to_owned()
            }
        };
        format!("{way}; mails that were sent stay sent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRATEGIES: [Option<Strategy>; 4] =
        [None, Some(Strategy::RehearseAndReplay), Some(Strategy::FreezeAndPush), Some(Strategy::PushThenMerge)];

    fn all() -> impl Iterator<Item = Back> {
        let ways = [None, Some(RollbackWay::RestoreLiveBackup), Some(RollbackWay::BackToCrm)];
        let stages = [Stage::BeforeBarrier, Stage::PastBarrier, Stage::Pushed];
        [SiteRole::Staging, SiteRole::Live].into_iter().flat_map(move |on| {
            STRATEGIES.into_iter().flat_map(move |strategy| {
                ways.into_iter().flat_map(move |way| stages.map(|stage| Back { on, strategy, way, stage }))
            })
        })
    }

    #[test]
    fn payments_of_live_are_at_stake_only_where_live_was_touched() {
        assert_eq!(all().count(), 72);
        for back in all() {
            let said = back.message();
            let restores = back.concerns_live() && back.way == Some(RollbackWay::RestoreLiveBackup);
            assert_eq!(said.contains("payments taken since"), restores, "{back:?}: {said}");
            assert_eq!(said.contains("`rollback`"), back.concerns_live() && back.way.is_none(), "{back:?}: {said}");
            let undoes = back.stage == Stage::BeforeBarrier;
            assert_eq!(said.contains("an undo"), undoes, "{back:?}: {said}");
            let copied = back.stage == Stage::PastBarrier && back.on == SiteRole::Staging;
            assert_eq!(said.contains("copy live to staging again"), copied, "{back:?}: {said}");
        }
    }

    #[test]
    fn live_is_never_left_closed_without_a_word() {
        for back in all().filter(|back| !back.concerns_live()) {
            let closed = back.on == SiteRole::Live || back.strategy == Some(Strategy::FreezeAndPush);
            assert_eq!(back.message().contains("maintenance mode is switched off"), closed, "{back:?}");
        }
    }
}
