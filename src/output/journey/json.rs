//! Journeys for other programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{OfAll, OfOne, contact};
use crate::journey::{By, Fate, MODEL, Opening, Step, When, words};
use crate::model::standing::Part;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;

/// What `plan journey --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "journey", extend("$id" = "https://amc-plan.example/schemas/journey.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The site that was read: its home address without the scheme.
    host: &'a str,
    /// When it was read, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    read_at: &'a str,
    /// The journey of one member; null of everybody.
    one: Option<One<'a>>,
    /// What becomes of everybody; null of one member.
    everybody: Option<All>,
    /// The model by which days are counted.
    model: Vec<Statement>,
}

/// A statement of the model of timers.
#[derive(Debug, Serialize, JsonSchema)]
struct Statement {
    /// Its name.
    id: &'static str,
    /// What it says.
    says: &'static str,
    /// How well that is known: `documented`, `seen in code`, `inferred`.
    evidence: &'static str,
}

/// The journey of one member.
#[derive(Debug, Serialize, JsonSchema)]
struct One<'a> {
    /// The offering's key.
    offering: &'a str,
    /// Its name on the site.
    name: &'a str,
    /// How many days before the switch the member was released; null where only their tags are known, and where they are released after it.
    released_days_ago: Option<u32>,
    /// What the plan says of members between two modules; null where it says nothing.
    members_between_modules: Option<&'static str>,
    /// From which day on everything is closed: before, and after.
    closed_from: [Option<u32>; 2],
    /// The modules in their order.
    modules: Vec<Module<'a>>,
    /// Where the two sides differ first; null where they do not.
    first_difference: Option<Difference>,
}

/// Where the two sides differ first.
#[derive(Debug, Serialize, JsonSchema)]
struct Difference {
    /// The number of the module.
    module: u32,
    /// The day; null where nobody knows it.
    day: Option<u32>,
}

/// A module, before and after.
#[derive(Debug, Serialize, JsonSchema)]
struct Module<'a> {
    /// Its number.
    number: u32,
    /// Its name.
    name: &'a str,
    /// When it opens on the site as it was read.
    before: Opens<'a>,
    /// When it opens as the plan intends it.
    after: Opens<'a>,
    #[serde(flatten)]
    /// What becomes of it.
    fate: Becomes,
}

/// When a module opens.
#[derive(Debug, Serialize, JsonSchema)]
struct Opens<'a> {
    /// `already`, `on` a day, `someday` (nobody knows when), `never`, or `unknown`.
    when: &'static str,
    /// The day; null where none is known.
    day: Option<u32>,
    /// What opens it: `release`, `timer`, `crm`, `person`; null where nothing does.
    by: Option<&'static str>,
    /// The person, by a short name from the plan's `people`; null where nobody is named.
    who: Option<&'a str>,
    /// Why it is unknown, or never opens; null where it does.
    why: Option<&'a str>,
}

/// What becomes of a module.
#[derive(Debug, Serialize, JsonSchema)]
struct Becomes {
    /// `loses`, `waits-for-ever`, `unknown`, `later`, `waits-for-a-person`, `by-hand`, `dated`, `earlier`, `gains` or `same`.
    fate: &'static str,
    /// By how many days it is later or earlier; null of the others.
    days: Option<u32>,
    /// For whom it waits; null where nobody is named.
    waits_for: Option<String>,
    /// Why nobody knows; null where it is known.
    unknown: Option<String>,
}

/// What becomes of everybody.
#[derive(Debug, Serialize, JsonSchema)]
struct All {
    /// How many contacts there are.
    contacts: u64,
    /// How many memberships meet each fate: whoever is a member of two offerings counts in both.
    counts: BTreeMap<&'static str, u64>,
    /// The cohorts, the worst first.
    cohorts: Vec<Cohort>,
}

/// Members who hold the same parts of an offering.
#[derive(Debug, Serialize, JsonSchema)]
struct Cohort {
    /// The offering's key.
    offering: String,
    /// What they hold: `base`, `module/NUMBER`, `instant`, `revoke`.
    held: Vec<String>,
    /// The number of the module of which it is the worst; null where nothing is known of modules.
    module: Option<u32>,
    #[serde(flatten)]
    /// What becomes of it.
    fate: Becomes,
    /// How many they are.
    contacts: u64,
    /// The first few contact IDs, masked unless `--show-personal` is given.
    first: Vec<String>,
}

/// Writes the journey of one member.
///
/// # Errors
/// Where the output cannot be written.
pub fn of_one(of: &OfOne<'_>, out: &mut dyn Write) -> io::Result<()> {
    let journey = of.journey;
    let difference = journey.first_difference().map(|(at, day)| Difference { module: journey.steps[at].number, day });
    let one = One {
        offering: of.key,
        name: of.name,
        released_days_ago: of.released.filter(|_| !of.to_come),
        members_between_modules: of.between,
        closed_from: journey.closed_from,
        modules: journey.steps.iter().map(module).collect(),
        first_difference: difference,
    };
    let (host, read_at) = (&of.site.host, &of.site.captured_at);
    let document =
        Document { format_version: FORMAT_VERSION, host, read_at, one: Some(one), everybody: None, model: model() };
    escape::json(&document, out)
}

/// Writes what becomes of everybody.
///
/// # Errors
/// Where the output cannot be written.
pub fn of_all(of: &OfAll<'_>, out: &mut dyn Write) -> io::Result<()> {
    let cohorts = of.everybody.cohorts.iter().map(|cohort| Cohort {
        offering: cohort.offering.clone(),
        held: cohort.held.iter().map(part).collect(),
        module: cohort.module.as_ref().map(|(number, _)| *number),
        fate: becomes(&cohort.fate),
        contacts: cohort.contacts,
        first: cohort.first.iter().map(|id| contact(id, of.show_personal)).collect(),
    });
    let everybody = All { contacts: of.everybody.contacts, counts: of.everybody.counts(), cohorts: cohorts.collect() };
    let (host, read_at) = (&of.site.host, &of.site.captured_at);
    let document = Document {
        format_version: FORMAT_VERSION,
        host,
        read_at,
        one: None,
        everybody: Some(everybody),
        model: model(),
    };
    escape::json(&document, out)
}

fn model() -> Vec<Statement> {
    MODEL.iter().map(|of| Statement { id: of.id, says: of.says, evidence: words(of.evidence) }).collect()
}

fn part(part: &Part) -> String {
    match part {
        Part::Base => "base".to_owned(),
        Part::Module(number) => format!("module/{number}"),
        Part::Instant => "instant".to_owned(),
        Part::Revoke => "revoke".to_owned(),
    }
}

fn module(step: &Step) -> Module<'_> {
    Module {
        number: step.number,
        name: &step.name,
        before: opens(&step.before),
        after: opens(&step.after),
        fate: becomes(&step.fate),
    }
}

fn opens(opening: &Opening) -> Opens<'_> {
    let when = match opening.when {
        When::Already => "already",
        When::On(_) => "on",
        When::Someday => "someday",
        When::Never => "never",
        When::Unknown => "unknown",
    };
    let (by, who) = match &opening.by {
        By::Release => (Some("release"), None),
        By::Timer => (Some("timer"), None),
        By::Crm => (Some("crm"), None),
        By::Person(who) => (Some("person"), who.as_deref()),
        By::Nothing(_) | By::Unknown(_) => (None, None),
    };
    Opens { when, day: opening.when.day(), by, who, why: opening.why() }
}

fn becomes(fate: &Fate) -> Becomes {
    let days = if let Fate::Later(days) | Fate::Earlier(days) = fate { Some(*days) } else { None };
    let waits_for = if let Fate::WaitsForPerson(who) = fate { who.clone() } else { None };
    let unknown = if let Fate::Unknown(why) = fate { Some(why.clone()) } else { None };
    Becomes { fate: fate.word(), days, waits_for, unknown }
}
