//! What a record says about time: what excuses a step outside the window, how long a restore takes, what was decided.

use jiff::{SignedDuration, Timestamp};

use super::Identity;
use super::deadline::{DRILL_DAYS, Decision, RestoreDrill};
use super::plan::{BackupPart, Plan, RollbackWay, SiteRole};
use super::record::{Entry, Evidence, Record};
use super::text::Seconds;

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

    /// When this staging copy was made of live, as somebody put on record last, and who.
    pub fn copied(&self, copy: &Identity) -> Option<(Timestamp, &str)> {
        self.entries.iter().rev().find_map(|entry| match &entry.evidence {
            Evidence::Copied(copied) if copied.host.is_same_site(copy) => {
                Some((copied.at.parse().ok()?, entry.who.as_str()))
            }
            _ => None,
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
