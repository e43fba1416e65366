//! Who is a member of a clean site: contacts with the tags of what they have, the orders and subscriptions that it came from.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::model::plan::MembersBetweenModules;
use amc_plan::model::population::{Census, Contact, Opening, Order, Questions, Subscription};
use amc_plan::model::snapshot::{FORMAT, PopulationDigest};
use amc_plan::model::state::Offering;
use amc_plan::model::{Field, Identity, Plan, State};
use amc_plan::population::{sealed, take_census};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::chance::Chance;
use super::forms::LISTS;
use super::offerings::REASONS;

const NAMES: [(&str, &str, &str); 6] = [
    ("Ada", "Ash", "ada"),
    ("Bo", "Birch", "bo"),
    ("Zoë", "O'Neil-Ørsted", "zoe"),
    ("Ольга", "Берёзова", "olga"),
    ("さくら", "松本", "sakura"),
    ("Mary-Jane", "Van der Linde", "mary-jane"),
];

/// Everybody on a site.
#[derive(Clone, Default)]
pub(super) struct People {
    pub(super) contacts: Vec<Contact>,
    pub(super) leads: Vec<String>,
    pub(super) orders: Vec<Order>,
    pub(super) subscriptions: Vec<Subscription>,
    /// When they were read, where not with the site.
    pub(super) read_at: Option<String>,
}

impl People {
    /// The stream of a population's file.
    pub(super) fn stream(&self, site: &Identity, read_at: &str) -> (String, PopulationDigest) {
        let read_at = self.read_at.as_deref().unwrap_or(read_at);
        let (format, site) = (FORMAT.to_owned(), site.clone());
        let opening = Opening { format, site, taken_at: read_at.to_owned(), unknown: BTreeSet::new() };
        let mut first = serde_json::to_value(opening).unwrap();
        first["kind"] = json!("population");
        let first = first.to_string();
        let mut lines: BTreeMap<(&str, &str, usize), Value> = BTreeMap::new();
        let mut add = |kind: &'static str, key, record: Value| {
            let mut fields = json!({"kind": kind});
            fields.as_object_mut().unwrap().append(&mut record.as_object().unwrap().clone());
            let nth = lines.len();
            lines.insert((kind, key, nth), fields);
        };
        self.contacts.iter().for_each(|of| add("contact", &of.key, serde_json::to_value(of).unwrap()));
        self.leads.iter().for_each(|key| add("contact-without-user", key, json!({"key": key})));
        self.orders.iter().for_each(|of| add("order", &of.key, serde_json::to_value(of).unwrap()));
        self.subscriptions.iter().for_each(|of| add("subscription", &of.key, serde_json::to_value(of).unwrap()));
        let lines: Vec<(&str, String)> = lines.iter().map(|((kind, ..), line)| (*kind, line.to_string())).collect();
        sealed(&first, lines.iter().map(|(kind, line)| (*kind, line.as_str())), Map::new())
    }

    /// What a check asks of them.
    pub(super) fn census(&self, stream: &str, plan: &Plan, site: &State, orders: BTreeSet<String>) -> Census {
        let questions = Questions { orders, ..Questions::of(plan) }.with_offerings_of(site);
        take_census(stream.as_bytes(), &questions).unwrap().0
    }
}

/// What a member can have: an offering, and the forms that sell it.
struct Offer<'a> {
    site: &'a Offering,
    forms: Vec<String>,
    /// Whether members may wait for a module of it.
    may_wait: bool,
}

pub(super) fn draw(chance: &mut Chance, count: usize, plan: &Plan, site: &State, today: Date) -> People {
    let offers = offers(plan, site);
    let mut people = People::default();
    let mut id = 10_000;
    for nth in 0..count {
        id += 1 + chance.below(9);
        let (first, last, email) = *chance.of(&NAMES);
        let mut tags = BTreeSet::new();
        for _ in 0..1 + chance.below(3) {
            let offer = chance.of(&offers);
            join(chance, &mut people, (&id.to_string(), offer), &mut tags, (plan, site, today));
        }
        for _ in 0..chance.below(4) {
            tags.insert((*chance.of(&LISTS)).to_owned());
        }
        people.contacts.push(Contact {
            key: id.to_string(),
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: format!("{email}{nth}@member.example"),
            tags: tags.into_iter().collect(),
            affiliate: chance.percent(10).then(|| "aff-linden".to_owned()),
        });
    }
    let leads = if chance.percent(50) { count / 3 } else { 0 };
    for nth in 0..leads {
        let lead = format!("lead-{nth}");
        order(chance, &mut people, (&lead, "nobody-knows-the-form"), today);
        people.leads.push(lead);
    }
    people
}

/// An offering that is left alone as one without members has none.
fn offers<'a>(plan: &Plan, site: &'a State) -> Vec<Offer<'a>> {
    let has_members = |key: &String| match plan.leave_alone.offerings.get(key) {
        Some(reason) => REASONS.iter().any(|(text, may)| text == reason && *may),
        None => true,
    };
    let sells = |offering: &str| {
        let forms =
            plan.order_forms.iter().filter(|(_, form)| form.custom_operation.release.iter().any(|of| of == offering));
        forms.map(|(key, _)| key.clone()).collect()
    };
    // In what is left alone nobody opens a module later.
    let may_wait = |key: &String| {
        plan.offerings.get(key).is_some_and(|of| of.members_between_modules != Some(MembersBetweenModules::None))
    };
    let offers = site.offerings.iter().filter(|(key, _)| has_members(key));
    offers.map(|(key, offering)| Offer { site: offering, forms: sells(key), may_wait: may_wait(key) }).collect()
}

fn join(
    chance: &mut Chance,
    people: &mut People,
    (contact, offer): (&str, &Offer<'_>),
    tags: &mut BTreeSet<String>,
    (plan, site, today): (&Plan, &State, Date),
) {
    let own = offer.site.tags.set().unwrap();
    tags.insert(own["base"].clone());
    let modules: Vec<&String> = offer.site.modules.set().into_iter().flatten().filter_map(|of| of.tag.set()).collect();
    let open = if offer.may_wait && chance.percent(40) { chance.below(modules.len() + 1) } else { modules.len() };
    tags.extend(modules[..open].iter().map(|tag| (*tag).clone()));
    if chance.percent(4) {
        tags.insert(own["revoke"].clone());
    }
    let Some(form) = chance.any(offer.forms.clone()) else { return };
    order(chance, people, (contact, &form), today);
    if site.order_forms[&form].recurring == Field::Set(true) {
        subscription(chance, people, (contact, &form), (plan, today));
    }
}

fn order(chance: &mut Chance, people: &mut People, (contact, form): (&str, &str), today: Date) {
    let key = format!("{}", 5_001 + people.orders.len());
    let status =
        *chance.of(&["Success", "Success", "Success", "SCA Success", "Refunded", "Failed", "Started (Not Finished)"]);
    let ago = i64::try_from(1 + chance.below(900)).unwrap();
    people.orders.push(Order {
        contact: contact.to_owned(),
        form: form.to_owned(),
        total: "39.00 USD".to_owned(),
        date: (today - ago.days()).to_string(),
        status: status.to_owned(),
        transaction: Some(format!("pi_{key}")),
        key,
    });
}

/// Nobody's payment is due, and none falls on the day of the window.
fn subscription(chance: &mut Chance, people: &mut People, (contact, form): (&str, &str), (plan, today): (&Plan, Date)) {
    let status =
        *chance.of(&["Active", "Active", "Active", "Finished", "Canceled by Client", "Paused", "Revoked", "Replaced"]);
    let days: Vec<i64> = (1..31).filter(|days| !is_in_window(plan, today + days.days())).collect();
    let next = matches!(status, "Active" | "Paused").then(|| (today + chance.of(&days).days()).to_string());
    people.subscriptions.push(Subscription {
        key: format!("{}", 701 + people.subscriptions.len()),
        contact: contact.to_owned(),
        form: form.to_owned(),
        status: status.to_owned(),
        next_payment: next,
    });
}

fn is_in_window(plan: &Plan, day: Date) -> bool {
    let start: Date = plan.window.as_ref().unwrap().start[..10].parse().unwrap();
    // A window may last into the next day.
    [start, start + 1.day()].contains(&day)
}
