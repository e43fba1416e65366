//! What a reader should know of two sides that were compared.

use jiff::Timestamp;

use crate::model::snapshot::Header;
use crate::model::status::{OrderStatus, SubscriptionStatus};
use crate::project::Opened;
use crate::reconcile::{Comparison, Counted, Line, Unproven};
use crate::rules::{READING_OLD, Stale, stale};

use super::side::SideReading;

/// What a reader should know of the two sides.
pub(crate) fn notes(opened: &Opened, after: &SideReading, comparison: &Comparison) -> Vec<String> {
    let mut notes = Vec::new();
    if opened.plan.spot_check.list.is_empty() {
        notes.push("the plan lists no spot-check contacts".to_owned());
    }
    if !opened.settings.raised.holds(READING_OLD) {
        notes.extend(notes_of_age(opened, after));
    }
    notes.extend(comparison.everybody.iter().flat_map(|all| &all.account).filter_map(unknown_status));
    notes
}

/// What a reader should know of a site that was looked at again.
pub(crate) fn notes_of_age(opened: &Opened, after: &SideReading) -> Vec<String> {
    if opened.settings.raised.holds(READING_OLD) {
        return Vec::new();
    }
    after.header().and_then(|header| out_of_date(header, opened.settings.max_age.as_str())).into_iter().collect()
}

/// The same where `plan.toml` makes an error of it: then the two sides prove nothing.
pub(super) fn too_old(opened: &Opened, after: &SideReading) -> Option<Unproven> {
    let raised = &opened.settings.raised;
    let why = out_of_date(after.header().filter(|_| raised.holds(READING_OLD))?, opened.settings.max_age.as_str())?;
    let why = format!("{why} (`{READING_OLD}` is an error by `{}`)", raised.by());
    Some(Unproven { what: "the result of the switch".to_owned(), why })
}

/// That the side after is not as the site is now.
fn out_of_date(after: &Header, max_age: &str) -> Option<String> {
    let read_at: Timestamp = after.taken_at.parse().ok()?;
    match stale(read_at, Timestamp::now(), max_age).filter(|_| !after.is_invented())? {
        Stale::Old => Some(format!(
            "the site of `--after` was read at {read_at}, longer ago than the {max_age} of `max_age`: read it again"
        )),
        // That is no note: it is unproven.
        Stale::Ahead => None,
    }
}

/// A status that is none of AccessAlly's.
fn unknown_status(line: &Line) -> Option<String> {
    let what = match line.counted {
        Counted::OrderStatus if !line.name.is_empty() && OrderStatus::of(&line.name).is_none() => "order",
        Counted::SubscriptionStatus if !line.name.is_empty() && SubscriptionStatus::of(&line.name).is_none() => {
            "subscription"
        }
        _ => return None,
    };
    let (before, after) = (line.before, line.after);
    Some(format!(
        "the {what} status `{}` is not one of AccessAlly's ({before} before, {after} after), so it proves nothing",
        line.name
    ))
}
