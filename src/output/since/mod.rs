//! What moved at a site since an earlier reading: one file a form. Contact IDs are shortened unless they were asked for.

pub mod human;
pub mod json;

use jiff::civil::Date;

use crate::model::text::many;
use crate::reconcile::{Bearing, Kind, Since, Unproven, Verdict};

use super::SiteLine;

/// What `plan verify --since` found, with all that a format needs to show it.
#[derive(Debug)]
pub struct Moved<'a> {
    /// The plan's path as it was given.
    pub path: &'a str,
    /// The earlier reading; none where it could not be read.
    pub earlier: Option<SiteLine>,
    /// The later one; none where it could not be read.
    pub later: Option<SiteLine>,
    /// The days of both.
    pub days: [Date; 2],
    /// What moved; none where nobody could be compared.
    pub since: Option<&'a Since>,
    /// What could not be compared.
    pub unproven: &'a [Unproven],
    /// What a reader should know.
    pub notes: &'a [String],
    /// Whether personal values may be shown.
    pub show_personal: bool,
}

impl Moved<'_> {
    /// The answer.
    pub fn verdict(&self) -> Verdict {
        self.since.map_or(Verdict::Unproven, |since| since.verdict(self.unproven))
    }
}

/// What came of it in a line, without a personal value.
pub fn line(since: Option<&Since>, unproven: &[Unproven]) -> String {
    let Some(since) = since else { return "nobody could be compared".to_owned() };
    let of = |bearing| {
        let counts = Kind::ALL.into_iter().map(|kind| (kind, since.found.count(kind, bearing)));
        let some: Vec<String> =
            counts.filter(|(_, count)| *count > 0).map(|(kind, count)| counted(kind, count)).collect();
        if some.is_empty() { "none".to_owned() } else { some.join(", ") }
    };
    let lacks = match unproven.len() {
        0 => String::new(),
        some => format!("; {} could not be compared", many(some, "thing")),
    };
    format!(
        "of {} {} did not move; as expected: {}; unproven: {}; findings: {}{lacks}",
        many(since.people.all, "contact"),
        since.people.all - since.people.moved.iter().sum::<u64>(),
        of(Bearing::Expected),
        of(Bearing::CouldBe),
        of(Bearing::Finding)
    )
}

/// So many of a kind.
fn counted(kind: Kind, count: u64) -> String {
    match kind {
        Kind::Lacking => format!("{count} lacking"),
        kind => many(count, kind.noun()),
    }
}
