use jiff::Timestamp;

use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Step;
use crate::model::record::Backup;
use crate::model::text::Seconds;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::{backup_of, kept_backups};

declare_rule! {
    /// The backup is older than the plan allows.
    ///
    /// ## What it does
    /// Compares the time at which the recorded backup was made with `no_older_than`. A time later than its own
    /// recording, or one that is not valid, proves nothing and is reported as well.
    ///
    /// ## Why it matters
    /// Restoring a backup loses what happened on the site since. Payments taken in between vanish from the history and
    /// can be charged again, so the vendor wants a restore point as recent as possible.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {backup: {no_older_than: 30m}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: "2027-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {backup: {no_older_than: 1d}}
    /// ```
    ///
    /// ## Fix
    /// Make a new backup, then record it with `plan record backup FILE --plan PLAN --who WHO`.
    {
        id: "backup-old",
        severity: Error,
        phase: Configure,
        acceptable: false,
        settled_by: Some(Step::Backup),
        precondition: true,
        guide: "P11",
        evidence: Documented,
        anchor: "/backup/no_older_than",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(demand) = &facts.plan().backup else { return Some(()) };
    let Some(limit) = Seconds::parse(&demand.no_older_than) else { return Some(()) };
    let of = backup_of(demand.of);
    for (entry, backup) in kept_backups(facts, demand)? {
        out.extend(judge(&entry.at, backup, of, limit, facts.now()));
    }
    Some(())
}

fn judge(recorded: &str, backup: &Backup, of: &str, limit: Seconds, now: Timestamp) -> Option<Finding> {
    let taken = &backup.taken_at;
    let age = taken.parse::<Timestamp>().map(|taken| Seconds(now.as_second() - taken.as_second()));
    let new =
        format!("make a new backup of the {of}, then record it with `plan record backup FILE --plan PLAN --who WHO`");
    // A backup made after the site was captured is as new as can be; one made after it was recorded never was.
    let ahead =
        recorded.parse::<Timestamp>().ok().zip(taken.parse::<Timestamp>().ok()).is_none_or(|(at, taken)| taken > at);
    let (message, label, help) = match age {
        Ok(_) if ahead => (
            format!(
                "the backup of the {of} is said to have been made at `{taken}`, but was recorded before that, at \
            `{recorded}`"
            ),
            "lies ahead",
            "record the backup again with the time at which it was made".to_owned(),
        ),
        Ok(age) if age > limit => {
            (format!("the backup of the {of} is {age} old, and the plan allows {limit}"), "older than this", new)
        }
        Ok(_) => return None,
        Err(_) => (
            format!("the recorded backup of the {of} was made at `{taken}`, which is not a valid time"),
            "cannot be compared",
            new,
        ),
    };
    Some(RULE.at(Location::value("/backup/no_older_than"), message).label(label).help(help))
}
