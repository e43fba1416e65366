//! What a member sees on which day, and what becomes of everybody: for a terminal, and for other programs.

pub mod human;
pub mod json;

use crate::journey::{By, Everybody, Journey, MODEL, Opening, When, shortened};
use crate::model::adapter::Evidence;
use crate::model::standing::Part;
use crate::model::state::Offering;

use super::SiteLine;

/// A journey, with whose it is.
#[derive(Debug)]
pub struct OfOne<'a> {
    /// The site that was read.
    pub site: &'a SiteLine,
    /// The offering's key.
    pub key: &'a str,
    /// The offering's name on the site.
    pub name: &'a str,
    /// How many days before the switch the member was released; none where only their tags are known.
    pub released: Option<u32>,
    /// Whether they are released after the switch.
    pub to_come: bool,
    /// What the plan says of members between two modules, in its own words; none where it says nothing.
    pub between: Option<&'static str>,
    /// The journey.
    pub journey: &'a Journey,
}

/// Everybody, with the site that was read.
#[derive(Debug)]
pub struct OfAll<'a> {
    /// The site that was read.
    pub site: &'a SiteLine,
    /// The offerings of the site, by key.
    pub offerings: &'a std::collections::BTreeMap<String, Offering>,
    /// What becomes of whom.
    pub everybody: &'a Everybody,
    /// Whether contact IDs are shown whole.
    pub show_personal: bool,
}

/// What becomes of members, the worst first: the word of a fate, and what is said of those who meet it.
pub const FATES: [(&str, &str); 10] = [
    ("loses", "lose what they have"),
    ("waits-for-ever", "wait for ever"),
    ("unknown", "unknown"),
    ("later", "get a module later"),
    ("waits-for-a-person", "wait for a person"),
    ("by-hand", "get it by hand on its day"),
    ("dated", "get a day that was unknown"),
    ("earlier", "get a module earlier"),
    ("gains", "gain"),
    ("same", "the same"),
];

/// A contact ID as it is shown: shortened, unless it was asked for.
pub fn contact(id: &str, show_personal: bool) -> String {
    if show_personal { id.to_owned() } else { shortened(id) }
}

/// When a module opens, in words.
pub fn opening(opening: &Opening) -> String {
    match (&opening.when, &opening.by) {
        (When::Already, _) => "open already".to_owned(),
        (When::On(day), By::Person(_)) => format!("day {day}, by hand"),
        (When::On(day), _) => format!("day {day}"),
        (When::Someday, By::Crm) => "by the CRM, day unknown".to_owned(),
        (When::Someday, By::Person(Some(who))) => format!("by {who}, day unknown"),
        (When::Someday, By::Person(None)) => "by hand, day unknown".to_owned(),
        (When::Someday, _) => "by its timer, day unknown".to_owned(),
        (When::Never, _) => "never".to_owned(),
        (When::Unknown, _) => "unknown".to_owned(),
    }
}

/// What members hold of an offering, in words.
pub fn held(parts: &[Part], offering: Option<&Offering>) -> String {
    let modules = offering.and_then(|offering| offering.modules.set()).map_or(&[][..], Vec::as_slice);
    let name = |number: u32| {
        let module = modules.iter().find(|module| module.number == number);
        module.map_or_else(|| format!("module {number}"), |module| module.name.clone())
    };
    let part = |number: u32| if number == 0 { Part::Base } else { Part::Module(number) };
    let open: Vec<&crate::model::state::Module> =
        modules.iter().filter(|of| parts.contains(&part(of.number))).collect();
    let in_a_row = modules.iter().take(open.len()).all(|module| parts.contains(&part(module.number)));
    let numbers = parts.iter().filter_map(|part| match part {
        Part::Base => Some(0),
        Part::Module(number) => Some(*number),
        Part::Instant | Part::Revoke => None,
    });
    let modules = match (open.as_slice(), in_a_row) {
        ([], _) => numbers.map(name).collect::<Vec<_>>().join(", "),
        ([only], true) => only.name.clone(),
        ([first, .., last], true) => format!("{} to {}", first.name, last.name),
        _ => numbers.map(name).collect::<Vec<_>>().join(", "),
    };
    let others = [(Part::Instant, "everything at once"), (Part::Revoke, "revoked")];
    let others = others.into_iter().filter(|(part, _)| parts.contains(part)).map(|(_, word)| word.to_owned());
    let all: Vec<String> = std::iter::once(modules).filter(|words| !words.is_empty()).chain(others).collect();
    all.join(", ")
}

/// By which model days are counted, and how much of it is inferred.
pub fn model_in_words() -> String {
    let inferred: Vec<&str> =
        MODEL.iter().filter(|premise| premise.evidence == Evidence::Inferred).map(|premise| premise.id).collect();
    format!(
        "days are counted by a model of AccessAlly's timers, none of it measured: of {} statements {} are inferred ({}); docs/journey.md has them all",
        MODEL.len(),
        inferred.len(),
        inferred.join(", ")
    )
}
