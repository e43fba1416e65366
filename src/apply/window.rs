//! Does the time allow it? When something may begin on live, when the barrier may open there, and by when somebody decides. Pure.
//!
//! Undo, reading, and finishing what lies past the barrier ask nothing here: they are never refused for the time.

use jiff::{SignedDuration, Timestamp};

use super::certificate::Certificate;
use super::timing::Lasted;
use crate::guide::Named;
use crate::model::plan::SiteRole;
use crate::model::schedule::Schedule;
use crate::model::text::Seconds;
use crate::model::{Plan, Step, Unmeasured};

/// Hours for which a recorded reason to begin outside the window counts.
pub const EXCUSED: SignedDuration = SignedDuration::from_hours(12);

/// How much longer than rehearsed a step may take before it is named, in times and in seconds: whichever is more.
const WIDE: (i64, i64) = (2, 300);

/// Why the time does not allow it.
#[derive(Clone, Debug, PartialEq)]
pub enum Late {
    /// The plan names no window.
    NoWindow,
    /// A time of the plan is no instant.
    NoInstant(&'static str),
    /// The window is not open.
    Outside {
        /// The window, in words.
        window: String,
        /// What time it is, in its zone.
        now: String,
        /// Whether a recorded reason may excuse it.
        excusable: bool,
    },
    /// It is past the time to decide by.
    Decided {
        /// The time to decide by.
        by: String,
        /// What time it is.
        now: String,
    },
    /// The rehearsal took longer than the window is.
    Replay {
        /// How long it took.
        took: Seconds,
        /// How long the window is.
        window: Seconds,
        /// The steps that took longest.
        longest: String,
    },
    /// The rest of the window is shorter than the rehearsal was.
    Rest {
        /// How long the rehearsal took.
        took: Seconds,
        /// What is left of the window.
        left: Seconds,
        /// The steps that took longest.
        longest: String,
    },
    /// What comes until the migration is over would take too long.
    Steps {
        /// How long it took in the rehearsal.
        took: Seconds,
        /// When it would be over.
        over: String,
        /// The time that this passes, and what it is.
        limit: String,
        /// The steps that took longest.
        longest: String,
    },
    /// The migration would be over too late.
    Migration {
        /// How long it took in the rehearsal.
        took: Seconds,
        /// When it would be over.
        over: String,
        /// The time that this passes, and what it is.
        limit: String,
    },
    /// A restore that is decided on at the last moment would be over too late.
    Restore {
        /// How long it took when it was measured.
        took: Seconds,
        /// The time to decide by.
        by: String,
        /// When the restore would be over.
        over: String,
        /// When the window is.
        end: String,
    },
}

/// What the barrier on live is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// What time it is at the site.
    pub now: Timestamp,
    /// How long the migration took in the rehearsal.
    pub migration: Option<Lasted>,
    /// How long a restore took when it was measured.
    pub restore: Option<Seconds>,
}

/// The plan's window as instants.
///
/// # Errors
/// Where it names none, or one that is none.
pub fn schedule(plan: &Plan) -> Result<Schedule, Late> {
    match Schedule::of(plan) {
        None => Err(Late::NoWindow),
        Some(Err((key, _))) => Err(Late::NoInstant(key)),
        Some(Ok(schedule)) => Ok(schedule),
    }
}

/// Whether something may begin on live now: in the window, or where a recorded reason says so.
///
/// # Errors
/// Why not.
pub fn ensure_may_begin(schedule: &Schedule, now: Timestamp, excused: bool) -> Result<(), Late> {
    if excused || schedule.is_open(now) {
        return Ok(());
    }
    Err(Late::Outside { window: schedule.message(), now: schedule.clock(now), excusable: true })
}

/// Whether a replay that takes what the rehearsal took fits into the window.
///
/// # Errors
/// Why not.
pub fn fits(schedule: &Schedule, rehearsed: &Certificate) -> Result<(), Late> {
    let took = Seconds::from(rehearsed.seconds());
    let window = Seconds(schedule.end.timestamp().as_second() - schedule.start.timestamp().as_second());
    if took <= window { Ok(()) } else { Err(Late::Replay { took, window, longest: rehearsed.longest() }) }
}

/// Whether it fits into what is left of the window, with its migration over before the time to decide by.
///
/// # Errors
/// Why not.
pub fn fits_now(schedule: &Schedule, now: Timestamp, rehearsed: &Certificate) -> Result<(), Late> {
    let took = Seconds::from(rehearsed.seconds());
    let left = Seconds(schedule.end.timestamp().as_second() - now.as_second());
    if took > left {
        return Err(Late::Rest { took, left, longest: rehearsed.longest() });
    }
    let first = rehearsed.seconds_through(Step::RunMigration).into();
    ensure_in_time(schedule, now, first).map_err(|late| match late {
        Late::Migration { took, over, limit } => Late::Steps { took, over, limit, longest: rehearsed.longest() },
        late => late,
    })
}

/// Whether the barrier on live may open now; if so, what nobody measured and somebody has to accept.
///
/// # Errors
/// Why not, whatever is recorded or accepted.
pub fn ensure_may_pass_barrier(schedule: &Schedule, times: Times) -> Result<Vec<Unmeasured>, Late> {
    let Times { now, migration, restore } = times;
    if !schedule.is_open(now) {
        return Err(Late::Outside { window: schedule.message(), now: schedule.clock(now), excusable: false });
    }
    let mut unmeasured = Vec::new();
    let lasted = migration.unwrap_or(Lasted { at_least: 0, at_most: u64::MAX });
    ensure_in_time(schedule, now, lasted.at_least.into())?;
    if ensure_in_time(schedule, now, lasted.at_most.into()).is_err() {
        unmeasured.push(Unmeasured::MigrationTime);
    }
    if let Some(by) = &schedule.decide_by {
        let (clock, end) = (|at| schedule.clock(at), schedule.end.timestamp());
        match restore.map(|took| (took, after(by.timestamp(), took))) {
            Some((took, over)) if over > end => {
                return Err(Late::Restore { took, by: clock(by.timestamp()), over: clock(over), end: clock(end) });
            }
            Some(_) => {}
            None => unmeasured.push(Unmeasured::RestoreTime),
        }
    }
    Ok(unmeasured)
}

/// Whether a migration of this length is over before the time to decide by; before the window's end where there is none.
fn ensure_in_time(schedule: &Schedule, now: Timestamp, took: Seconds) -> Result<(), Late> {
    let limit = schedule.decide_by.as_ref().unwrap_or(&schedule.end).timestamp();
    let clock = schedule.clock(limit);
    if schedule.decide_by.is_some() && now >= limit {
        return Err(Late::Decided { by: clock, now: schedule.clock(now) });
    }
    let over = after(now, took);
    if over <= limit {
        return Ok(());
    }
    let limit = match schedule.decide_by {
        Some(_) => format!("{clock}, when it is decided whether to go back"),
        None => format!("{clock}, when the window is over"),
    };
    Err(Late::Migration { took, over: schedule.clock(over), limit })
}

fn after(at: Timestamp, took: Seconds) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(took.0)).unwrap_or(Timestamp::MAX)
}

/// What a waiting line says of the time: so far, in the rehearsal, and what is left until it is decided whether to go back.
pub fn waiting(so_far: Option<Seconds>, rehearsed: Option<Seconds>, until: Option<(Seconds, String)>) -> String {
    let so_far = so_far.map(|so_far| format!("{so_far} so far"));
    let rehearsed = rehearsed.map(|rehearsed| format!("rehearsed {rehearsed}"));
    let until = until.map(|(left, clock)| match left.0 {
        1.. => format!("{} min to {clock}", left.0.div_euclid(60)),
        _ => format!("{clock} is past"),
    });
    let words: Vec<String> = so_far.into_iter().chain(rehearsed).chain(until).collect();
    words.join(", ")
}

/// The message about a step that took longer than the window is, or much longer than was rehearsed; none where it did not.
pub fn too_long(step: Step, took: Seconds, rehearsed: Option<Seconds>, window: Option<Seconds>) -> Option<String> {
    let name = step.name();
    if let Some(window) = window.filter(|window| took > *window) {
        return Some(format!("`{name}` took {took}, longer than the whole window ({window})"));
    }
    let wide = |rehearsed: Seconds| took.0 > rehearsed.0.saturating_mul(WIDE.0).max(rehearsed.0.saturating_add(WIDE.1));
    let rehearsed = rehearsed.filter(|rehearsed| wide(*rehearsed))?;
    Some(format!("`{name}` took {took}, much longer than in the rehearsal ({rehearsed})"))
}

impl Late {
    /// What is the matter, and what to do next by these command lines.
    pub fn message(&self, typed: &Named<'_>) -> (String, String) {
        let reason = format!(
            "begin in the window; or record a reason, with who answers for it (valid for {} h): {}",
            EXCUSED.as_hours(),
            typed.record("outside-window \"WHY\"", SiteRole::Staging)
        );
        match self {
            Self::NoWindow => (
                "the plan names no `window` for the live site".into(),
                "agree on day, time and length with the site's owner, and add them as `window`".into(),
            ),
            Self::NoInstant(key) => (
                format!("`{key}` of the plan is not valid, so the window has no exact times"),
                format!("fix what `{} --gate go-live` finds", typed.check()),
            ),
            Self::Outside { window, now, excusable } => (
                format!("it is {now}, and the window on live is {window}"),
                if *excusable {
                    reason
                } else {
                    "*Run Migration* begins only in the window, whatever is on record".into()
                },
            ),
            Self::Decided { by, now } => (
                format!("it is {now}, and the decision whether to go back was due by {by}"),
                format!("take the changes back with `{}`, and agree on a new window", typed.undo()),
            ),
            Self::Replay { took, window, longest } => (
                format!("the rehearsal took {took}, longer than `window/length` ({window}){}", named(longest)),
                "plan a longer window, or rehearse again and be quicker".into(),
            ),
            Self::Rest { took, left, longest } => (
                format!("the rehearsal took {took}, but only {left} of the window are left{}", named(longest)),
                "agree on a new window".into(),
            ),
            Self::Steps { took, over, limit, longest } => (
                format!(
                    "the rehearsal took {took} until the migration was over, so on live the migration would be over \
                    at {over}, after {limit}{}",
                    named(longest)
                ),
                "agree on a new window, and begin earlier in it".into(),
            ),
            Self::Migration { took, over, limit } => (
                format!("the migration took {took} in the rehearsal, so it would be over at {over}, after {limit}"),
                "agree on a new window, and begin *Run Migration* earlier in it".into(),
            ),
            Self::Restore { took, by, over, end } => (
                format!(
                    "a restore took {took} when it was measured: if you decide at {by} to go back, the restore is over at {over}, \
                        after the end of the window ({end})"
                ),
                "set `rollback/decide_by` to an earlier time, or plan a longer window".into(),
            ),
        }
    }
}

fn named(longest: &str) -> String {
    if longest.is_empty() { String::new() } else { format!("; the longest steps were {longest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From 06:00 to 08:00 in UTC, decided by 07:30.
    fn schedule(decides: bool) -> Schedule {
        let at = |clock: &str| format!("2026-12-02T{clock}:00+00:00[UTC]").parse().unwrap();
        Schedule { start: at("06:00"), end: at("08:00"), decide_by: decides.then(|| at("07:30")) }
    }

    fn at(clock: &str) -> Timestamp {
        format!("2026-12-02T{clock}:00Z").parse().unwrap()
    }

    /// What the barrier says at this time, of a migration and a restore of so many minutes.
    fn passes_barrier(
        now: &str,
        migration: Option<(u64, u64)>,
        restore: Option<i64>,
    ) -> Result<Vec<Unmeasured>, &'static str> {
        let migration = migration.map(|(least, most)| Lasted { at_least: least * 60, at_most: most * 60 });
        let times = Times { now: at(now), migration, restore: restore.map(|minutes| Seconds(minutes * 60)) };
        ensure_may_pass_barrier(&schedule(true), times).map_err(|late| match late {
            Late::Outside { .. } => "outside",
            Late::Decided { .. } => "decided",
            Late::Migration { .. } => "migration",
            Late::Restore { .. } => "restore",
            _ => "else",
        })
    }

    #[test]
    fn something_begins_in_the_window_its_end_not_included() {
        for (now, open) in [("05:59", false), ("06:00", true), ("07:59", true), ("08:00", false)] {
            assert_eq!(ensure_may_begin(&schedule(true), at(now), false).is_ok(), open, "{now}");
            assert_eq!(ensure_may_begin(&schedule(true), at(now), true), Ok(()), "a reason is on record");
        }
    }

    #[test]
    fn the_barrier_opens_where_migration_and_restore_are_over_in_time() {
        let known = |now| passes_barrier(now, Some((20, 20)), Some(30));
        assert_eq!(known("07:10"), Ok(vec![]));
        assert_eq!(known("07:11"), Err("migration"));
        assert_eq!(known("07:30"), Err("decided"));
        assert_eq!((known("05:59"), known("08:00")), (Err("outside"), Err("outside")));
        assert_eq!(passes_barrier("06:30", Some((20, 20)), Some(31)), Err("restore"));
        let huge = passes_barrier("06:30", Some((0, u64::MAX / 60)), Some(i64::MAX / 60));
        assert_eq!(huge, Err("restore"), "no overflow");
    }

    #[test]
    fn what_nobody_measured_is_asked_and_never_green() {
        use Unmeasured::{MigrationTime, RestoreTime};
        assert_eq!(passes_barrier("06:30", Some((20, 20)), None), Ok(vec![RestoreTime]));
        assert_eq!(passes_barrier("06:30", None, Some(30)), Ok(vec![MigrationTime]));
        // Not seen to be over for ten minutes, seen to be over in the morning after.
        assert_eq!(passes_barrier("06:30", Some((10, 600)), Some(30)), Ok(vec![MigrationTime]));
        assert_eq!(passes_barrier("07:25", Some((10, 600)), Some(30)), Err("migration"));
        let times = Times { now: at("07:40"), migration: Some(Lasted { at_least: 60, at_most: 60 }), restore: None };
        assert_eq!(
            ensure_may_pass_barrier(&schedule(false), times),
            Ok(vec![]),
            "the plan names nobody who decides, and no time"
        );
    }

    #[test]
    fn a_step_is_named_that_took_longer_than_the_window_or_far_longer_than_rehearsed() {
        let named = |took, rehearsed: Option<i64>| {
            too_long(Step::ReviewContacts, Seconds(took), rehearsed.map(Seconds), Some(Seconds(7_200)))
        };
        assert_eq!(
            named(7_201, None).unwrap(),
            "`review-contacts` took 2 h 0 min, longer than the whole window (2 h 0 min)"
        );
        assert_eq!(
            named(1_300, Some(600)).unwrap(),
            "`review-contacts` took 21 min, much longer than in the rehearsal (10 min)"
        );
        assert_eq!((named(1_200, Some(600)), named(310, Some(10)), named(5_000, None)), (None, None, None));
        assert!(named(311, Some(10)).is_some());
    }

    #[test]
    fn a_waiting_line_says_how_long_and_until_when() {
        let until = |left| Some((Seconds(left), "07:30".to_owned()));
        assert_eq!(
            waiting(Some(Seconds(720)), Some(Seconds(480)), until(2_599)),
            "12 min so far, rehearsed 8 min, 43 min to 07:30"
        );
        assert_eq!(waiting(Some(Seconds(5)), None, None), "5 s so far");
        assert_eq!(waiting(None, None, until(0)), "07:30 is past");
    }
}
