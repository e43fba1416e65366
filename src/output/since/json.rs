//! What moved at a site since an earlier reading, for machines, format version 1.0. A minor version adds keys; a reader ignores those it does
//! not know.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::Moved;
use crate::model::Graded;
use crate::output::journey::contact;
use crate::output::json::FORMAT_VERSION;
use crate::output::{SiteLine, escape};
use crate::reconcile::{Bearing, Class, Group, Kind, Sides, Since, Unproven, Verdict};
use crate::shape::without_addresses;

/// What `plan verify --since --format json` prints. Contact IDs are shortened unless they were asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "since", extend("$id" = "https://amc-plan.example/schemas/since.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The answer: `equal` where everything that moved is expected, `different` where there is a finding, else `unproven`.
    verdict: Verdict,
    /// The plan's path as it was given.
    plan: &'a str,
    /// The earlier reading; null where it could not be read.
    since: Option<Side>,
    /// The later one; null where it could not be read.
    after: Option<Side>,
    /// What could not be compared.
    unproven: &'a [Unproven],
    /// What a reader should know.
    notes: &'a [String],
    /// Everybody by the worst that moved of them; null where nobody could be compared.
    people: Option<People>,
    /// What moved, by kind: `before` - `same` went or changed, `after` - `same` came or changed.
    account: Vec<Account>,
    /// Each class of which there is something.
    classes: Vec<Counted>,
}

/// One of the two readings.
#[derive(Debug, Serialize, JsonSchema)]
struct Side {
    /// What was read: a path or an address.
    file: String,
    /// The site: its home address without the scheme.
    host: String,
    /// When it was captured, RFC 3339.
    captured_at: String,
    /// Its day by the clock of the plan's window.
    day: String,
    /// What the reading as a whole is worth.
    worth: Graded,
    /// The same in words: by whom, or why no better.
    vouched: String,
}

/// Everybody: all = unmoved + expected + could_be + finding.
#[derive(Debug, Serialize, JsonSchema)]
struct People {
    /// How many there are, whoever is on one side alone included.
    all: u64,
    /// Of whom nothing moved.
    unmoved: u64,
    /// Of whom everything that moved is expected.
    expected: u64,
    /// Of whom something can be so, and no reading shows it.
    could_be: u64,
    /// Of whom there is a finding.
    finding: u64,
}

/// What of a kind moved.
#[derive(Debug, Serialize, JsonSchema)]
struct Account {
    /// What moved.
    kind: Kind,
    /// How many at the earlier reading.
    before: u64,
    /// How many at the later one.
    after: u64,
    /// On both, and the same.
    same: u64,
    /// How many movements are expected.
    expected: u64,
    /// How many can be so, and no reading shows it.
    could_be: u64,
    /// How many are findings.
    finding: u64,
}

/// A class.
#[derive(Debug, Serialize, JsonSchema)]
struct Counted {
    /// What moved.
    kind: Kind,
    /// The class.
    class: Class,
    /// What it says of the switch.
    bearing: Bearing,
    /// What it is, and why it is of that bearing.
    because: &'static str,
    /// How many.
    count: u64,
    /// The contact IDs of the first few.
    contacts: Vec<String>,
    /// How many of each form, tag or module, of the first that were met.
    of: BTreeMap<String, u64>,
}

/// Writes it.
pub fn render(moved: &Moved<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(moved), out)
}

fn document<'a>(moved: &'a Moved<'_>) -> Document<'a> {
    let side = |line: &SiteLine, at: usize| Side {
        file: line.name.clone(),
        host: line.host.clone(),
        captured_at: line.captured_at.clone(),
        day: moved.days[at].to_string(),
        worth: line.worth.word(),
        vouched: line.worth.message(),
    };
    Document {
        format_version: FORMAT_VERSION,
        verdict: moved.verdict(),
        plan: moved.path,
        since: moved.earlier.as_ref().map(|line| side(line, 0)),
        after: moved.later.as_ref().map(|line| side(line, 1)),
        unproven: moved.unproven,
        notes: moved.notes,
        people: moved.since.map(people),
        account: moved.since.map(account).unwrap_or_default(),
        classes: moved.since.map(|since| classes(since, moved.show_personal)).unwrap_or_default(),
    }
}

fn people(since: &Since) -> People {
    let [expected, could_be, finding] = since.people.moved;
    let all = since.people.all;
    People { all, unmoved: all - expected - could_be - finding, expected, could_be, finding }
}

fn account(since: &Since) -> Vec<Account> {
    let of = |(kind, sides): (Kind, Sides)| Account {
        kind,
        before: sides.before,
        after: sides.after,
        same: sides.same,
        expected: since.found.count(kind, Bearing::Expected),
        could_be: since.found.count(kind, Bearing::CouldBe),
        finding: since.found.count(kind, Bearing::Finding),
    };
    Kind::ALL.into_iter().zip(since.sides).map(of).collect()
}

fn classes(since: &Since, personal: bool) -> Vec<Counted> {
    let one = |((kind, class), group): (&(Kind, Class), &Group)| Counted {
        kind: *kind,
        class: *class,
        bearing: class.bearing(),
        because: class.because(),
        count: group.few.count,
        contacts: group.few.first.iter().map(|id| contact(id, personal)).collect(),
        of: group.of.iter().map(|(name, count)| (without_addresses(name).into_owned(), *count)).collect(),
    };
    since.found.groups.iter().map(one).collect()
}
