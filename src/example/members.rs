//! Who is a member of Bloom Coaching: two hundred and forty invented people, their orders and subscriptions.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::Chance;
use super::names::person;
use super::offerings::{COACHING, LISTS, WEEKS, module_tag, tag};
use crate::model::population::{Contact, Order, Subscription};
use crate::model::snapshot::{FORMAT, INVENTED_AT, INVENTED_HOST, PopulationDigest};
use crate::model::status::OrderStatus;
use crate::model::status::SubscriptionStatus::{self, Active, CanceledByClient, Finished, Paused, PaymentDue};
use crate::population::sealed;

/// How many members there are.
const MEMBERS: usize = 240;
/// The day of the snapshot.
const TODAY: Date = date(2026, 11, 21);
/// Members that the example's plan names: one between two modules, one whom an affiliate referred.
const MID_DRIP: u32 = 10_231;
const REFERRED: u32 = 10_877;

/// The population's stream, and its digest.
pub(super) fn stream(chance: &mut Chance) -> (String, PopulationDigest) {
    let mut club = Club::default();
    for (number, id) in ids(chance).into_iter().enumerate() {
        club.join(chance, number, id);
    }
    let first = json!({"kind": "population", "format": FORMAT, "host": INVENTED_HOST, "taken_at": INVENTED_AT});
    let mut lines: Vec<(&str, String)> = Vec::new();
    lines.extend(club.contacts.iter().map(|contact| ("contact", line("contact", contact))));
    lines.extend(club.orders.iter().map(|order| ("order", line("order", order))));
    lines.extend(club.subscriptions.iter().map(|subscription| ("subscription", line("subscription", subscription))));
    sealed(&first.to_string(), lines.iter().map(|(kind, line)| (*kind, line.as_str())), serde_json::Map::new())
}

fn line<T: serde::Serialize>(kind: &str, record: &T) -> String {
    let mut fields = json!({ "kind": kind });
    if let (Value::Object(all), Ok(Value::Object(mut more))) = (&mut fields, serde_json::to_value(record)) {
        all.append(&mut more);
    }
    fields.to_string()
}

/// Contact IDs as a CRM hands them out: rising, with gaps. Those that the plan names are among them.
fn ids(chance: &mut Chance) -> Vec<u32> {
    let mut ids = BTreeSet::from([MID_DRIP, REFERRED]);
    let mut id = 10_004;
    while ids.len() < MEMBERS {
        id += 1 + u32::try_from(chance.below(7)).unwrap_or(0);
        ids.insert(id);
    }
    ids.into_iter().collect()
}

#[derive(Default)]
struct Club {
    contacts: Vec<Contact>,
    orders: Vec<Order>,
    subscriptions: Vec<Subscription>,
}

impl Club {
    fn join(&mut self, chance: &mut Chance, number: usize, id: u32) {
        let (first_name, last_name, email) = person(chance, number);
        let key = id.to_string();
        let referred = id == REFERRED || chance.percent(11);
        let affiliate = referred.then(|| chance.of(&["aff-linden", "aff-maple", "aff-sorrel"]).to_string());
        let mut tags = self.tags(chance, id, &key);
        let more = if chance.percent(8) { 6 } else { chance.below(3) };
        for _ in 0..more {
            tags.insert((*chance.of(&LISTS)).to_owned());
        }
        let tags = tags.into_iter().collect();
        self.contacts.push(Contact { key, first_name, last_name, email, tags, affiliate });
    }

    /// The tags of what a member has, with the orders and subscriptions that it came from.
    fn tags(&mut self, chance: &mut Chance, id: u32, key: &str) -> BTreeSet<String> {
        let mut tags = BTreeSet::new();
        let sort = if id == MID_DRIP { 0 } else { chance.below(100) };
        match sort {
            0..=16 => {
                let days = if id == MID_DRIP { 17 } else { i64::try_from(chance.below(42)).unwrap_or(0) };
                self.coaching(chance, key, days, &mut tags);
            }
            17..=33 => {
                let days = 45 + i64::try_from(chance.below(700)).unwrap_or(0);
                self.coaching(chance, key, days, &mut tags);
                if chance.percent(35) {
                    tags.insert(tag("Alumni", "Base_Access"));
                }
                if chance.percent(30) {
                    self.foundations(chance, key, &mut tags);
                }
            }
            34..=55 => self.foundations(chance, key, &mut tags),
            56..=60 => {
                self.order(key, "team-seats-checkout", "990.00 USD", TODAY - (9 * i64::from(id % 60)).days());
                tags.insert(tag("Team Seats", "Base_Access"));
            }
            61..=64 => drop(tags.insert(tag("Coaching Calls", "Base_Access"))),
            _ => {
                tags.insert(tag("Mini Course", "Base_Access"));
                if chance.percent(80) {
                    tags.insert(module_tag("Mini Course", "Practice"));
                }
            }
        }
        tags
    }

    /// Group Coaching, bought so many days ago: a module a week, the fourth of them opened by the CRM.
    fn coaching(&mut self, chance: &mut Chance, key: &str, days: i64, tags: &mut BTreeSet<String>) {
        let bought = TODAY - days.days();
        tags.insert(tag(COACHING, "Base_Access"));
        tags.insert("Group_Coaching_Made_Purchase".to_owned());
        match chance.below(10) {
            0 => {
                // This form grants everything at once.
                tags.insert(tag(COACHING, "Instant_Access"));
                self.order(key, "group-coaching-summer-sale", "397.00 USD", bought);
            }
            1 | 3 => self.instalments(key, bought),
            2 => {
                tags.insert(tag("Mastermind", "Base_Access"));
                self.order(key, "group-coaching-vip-checkout", "1497.00 USD", bought);
                if days >= 14 {
                    tags.insert(module_tag("Mastermind", "Planning Day"));
                }
            }
            _ => self.order(key, "group-coaching-checkout", "497.00 USD", bought),
        }
        if tags.contains(&tag(COACHING, "Instant_Access")) {
            return;
        }
        let open = WEEKS.iter().zip(0_i64..).skip(1).filter(|(_, number)| days >= number * 7);
        tags.extend(open.map(|((module, _), _)| module_tag(COACHING, module)));
        if days > 400 && chance.percent(12) {
            tags.insert(tag(COACHING, "Revoke_Access"));
            tags.insert("Group_Coaching_Payment_Failed".to_owned());
        }
    }

    /// Three payments, a month apart.
    fn instalments(&mut self, key: &str, bought: Date) {
        let form = "group-coaching-payment-plan";
        let due: Vec<Date> = (0..3).map(|month| bought + (month * 30).days()).collect();
        for &day in due.iter().filter(|&&day| day <= TODAY) {
            self.order(key, form, "179.00 USD", day);
        }
        let next = due.into_iter().find(|&day| day > TODAY);
        self.subscription(key, form, if next.is_some() { Active } else { Finished }, next);
    }

    /// The membership: thirty-nine dollars a month, of which the last few orders are kept.
    fn foundations(&mut self, chance: &mut Chance, key: &str, tags: &mut BTreeSet<String>) {
        let form = "foundations-membership";
        let day = i64::try_from(chance.below(30)).unwrap_or(0);
        let months = 1 + i64::try_from(chance.below(4)).unwrap_or(0);
        for month in (0..months).rev() {
            self.order(key, form, "39.00 USD", TODAY - (day + 30 * month).days());
        }
        let next = Some(TODAY + (30 - day).days());
        tags.insert(tag("Foundations", "Base_Access"));
        tags.insert(module_tag("Foundations", "Live Calls"));
        match chance.below(20) {
            0 => {
                tags.insert("Foundations_Payment_Failed".to_owned());
                self.subscription(key, form, PaymentDue, Some(TODAY + 1.days()));
            }
            1 => {
                tags.insert(tag("Foundations", "Revoke_Access"));
                self.subscription(key, form, CanceledByClient, None);
            }
            2 => self.subscription(key, form, Paused, None),
            _ => self.subscription(key, form, Active, next),
        }
    }

    fn order(&mut self, contact: &str, form: &str, total: &str, day: Date) {
        let key = (5_001 + self.orders.len()).to_string();
        let (form, total) = (form.to_owned(), total.to_owned());
        let (date, status) = (day.to_string(), OrderStatus::Success.name().to_owned());
        let transaction = Some(format!("pi_example_{key}"));
        self.orders.push(Order { key, contact: contact.to_owned(), form, total, date, status, transaction });
    }

    fn subscription(&mut self, contact: &str, form: &str, status: SubscriptionStatus, next: Option<Date>) {
        self.subscriptions.push(Subscription {
            key: (701 + self.subscriptions.len()).to_string(),
            contact: contact.to_owned(),
            form: form.to_owned(),
            status: status.name().to_owned(),
            next_payment: next.map(|day| day.to_string()),
        });
    }
}
