//! Evidence about time: a reason to begin outside the window, how long a restore took, whether to go on or back.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Identity;
use super::plan::{BackupPart, Plan, RollbackWay, SiteRole};
use super::record::{Entry, Evidence, Record};
use super::text::Seconds;

/// Days after which a drill says nothing of a restore today: sites grow, and hosts change.
pub const DRILL_DAYS: i64 = 90;

/// Something may begin on live though its window is not open. The barrier stays shut all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideWindow {
    /// The live site: its home address without the scheme.
    pub host: Identity,
    /// Why.
    pub says: String,
}

/// A backup was restored somewhere, and how long that took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreDrill {
    /// Which site's backup it was.
    pub of: SiteRole,
    /// The backup, as it is on record: its file's name, or its restore point's ID.
    pub backup: String,
    /// Which parts it holds.
    pub parts: Vec<BackupPart>,
    /// Where it was restored.
    pub onto: String,
    /// When the restore was over, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub ended_at: String,
    /// How many seconds it took, from its beginning until the site could be used again.
    pub seconds: u64,
}

/// Whether to go on or back, as the person says who decides by the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The live site: its home address without the scheme.
    pub host: Identity,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub says: String,
}

/// Whether to go on or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The run goes on.
    GoOn,
    /// The way back is taken.
    GoBack,
}

impl Decision {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::GoBack => "go-back",
        }
    }
}

impl Record {
    /// Whether a reason on record lets something begin on this live site outside its window: one that is no older than this,
    /// by the clock that wrote it.
    pub fn excuses(&self, live: &Identity, wall: Timestamp, age: SignedDuration) -> bool {
        self.entries.iter().any(|entry| match &entry.evidence {
            Evidence::OutsideWindow(reason) if reason.host.is_same_site(live) => {
                let since = at(entry).map(|at| wall.duration_since(at));
                since.is_some_and(|since| !since.is_negative() && since <= age)
            }
            _ => false,
        })
    }

    /// How long it takes to restore what the plan wants backed up, as it was measured last; none where a part of it was not,
    /// or the way back is another one.
    pub fn restore_time(&self, plan: &Plan, wall: Timestamp) -> Option<Seconds> {
        let way = plan.rollback.as_ref().is_none_or(|rollback| rollback.way == RollbackWay::RestoreLiveBackup);
        let wanted =
            plan.backup.as_ref().map_or(&[BackupPart::Files, BackupPart::Database][..], |backup| &backup.parts);
        let drills: Vec<&RestoreDrill> =
            self.entries.iter().rev().filter_map(|entry| drill(entry, wall)).filter(|_| way).collect();
        let mut used: Vec<usize> = Vec::new();
        for part in wanted {
            let found = drills.iter().position(|drill| drill.parts.contains(part))?;
            if !used.contains(&found) {
                used.push(found);
            }
        }
        let seconds = used.iter().fold(0, |sum: u64, at| sum.saturating_add(drills[*at].seconds));
        (!used.is_empty()).then(|| Seconds::from(seconds))
    }

    /// What was decided last by this person about this live site, and when, later than at this time.
    pub fn decided(&self, live: &Identity, who: &str, since: Timestamp) -> Option<(Timestamp, Decision)> {
        self.entries.iter().rev().find_map(|entry| match &entry.evidence {
            Evidence::Decided(decided) if entry.who == who && decided.host.is_same_site(live) => {
                at(entry).filter(|at| *at > since).map(|at| (at, decided.decision))
            }
            _ => None,
        })
    }
}

/// A drill of live's backup that still says something.
fn drill(entry: &Entry, wall: Timestamp) -> Option<&RestoreDrill> {
    let Evidence::RestoreDrill(drill) = &entry.evidence else { return None };
    let ended: Timestamp = drill.ended_at.parse().ok()?;
    let age = wall.duration_since(ended);
    let counts = !age.is_negative() && age <= SignedDuration::from_hours(24 * DRILL_DAYS);
    Some(drill).filter(|drill| counts && drill.of == SiteRole::Live && drill.seconds > 0)
}

fn at(entry: &Entry) -> Option<Timestamp> {
    entry.at.parse().ok()
}
