//! Who is on a site: contacts, orders and subscriptions, one record a line, streamed and never edited.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use super::standing::{Parts, Standings};
use super::{Identity, Misfits, Plan, State};

/// The kinds of the population, in the order of its file, as a snapshot's sections name them.
pub const KINDS: [&str; 3] = ["contact", "order", "subscription"];

/// Why a contact is worth a look, in the words that `plan init` writes: of a sort of members, and of nobody in particular.
pub const REASONS: [&str; 7] =
    ["affiliate-referred", "mid-drip", "holds orders", "many tags", "odd characters", "paid", "free"];

/// Why a contact is chosen of whom none of these holds.
pub const BY_CHANCE: &str = "by chance";

/// The first record of a population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opening {
    /// The format's version, for example `1.0`.
    pub format: String,
    /// Which site it is.
    #[serde(flatten, with = "super::home")]
    #[schemars(with = "super::home::Home")]
    pub site: Identity,
    /// When reading began, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// What nobody read of the contacts, or not of all of them: unknown, whatever their records have or leave out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unknown: BTreeSet<ContactField>,
}

/// A field of contacts that a population can leave unknown as a whole: a record leaves out alike what nobody read and what is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactField {
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Tags.
    Tags,
    /// Who referred them.
    Affiliate,
}

impl ContactField {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::FirstName, Self::LastName, Self::Tags, Self::Affiliate];

    /// Its name in a record.
    pub fn key(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Tags => "tags",
            Self::Affiliate => "affiliate",
        }
    }

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Tags => "tags",
            Self::Affiliate => "affiliate",
        }
    }
}

/// A contact: one member of the site. The record's `key` is the contact ID, a string.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The contact ID.
    pub key: String,
    /// First name.
    #[serde(default)]
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: String,
    /// Names of the contact's tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Who referred them, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affiliate: Option<String>,
}

/// An order in AccessAlly. The record's `key` is the order's ID.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// The order's ID.
    pub key: String,
    /// The contact ID of the buyer.
    pub contact: String,
    /// The order form, by key.
    #[serde(default)]
    pub form: String,
    /// The amount with its currency.
    #[serde(default)]
    pub total: String,
    /// The day of the order.
    #[serde(default)]
    pub date: String,
    /// AccessAlly's word for its status: `Started (Not Finished)`, `Success`, `Failed`, `Refunded`, `Partially Refunded`,
    /// `SCA Pending`, `SCA Success`, `SCA Failed` or `Error`. Any other word is kept, and proves nothing.
    #[serde(default)]
    pub status: String,
    /// The ID of its transaction, as AccessAlly shows it: `null-transaction` where nothing was paid. Where it was not captured,
    /// nothing proves that anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}

/// A subscription in AccessAlly. The record's `key` is the subscription's ID.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subscription {
    /// The subscription's ID.
    pub key: String,
    /// The contact ID of the subscriber.
    pub contact: String,
    /// The order form, by key.
    #[serde(default)]
    pub form: String,
    /// AccessAlly's word for its status: `Active`, `Payment Due`, `Payment Failed`, `Finished`, `Revoked`, `Canceled by Admin`,
    /// `Canceled by Client`, `Paused` or `Replaced`. Any other word is kept, and proves nothing.
    #[serde(default)]
    pub status: String,
    /// The day of the next payment, where one is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_payment: Option<String>,
}

/// A member with what is theirs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// Who they are, and their tags.
    pub contact: Contact,
    /// Whether more than one contact has their ID.
    pub repeated: bool,
    /// Their orders, by ID.
    pub orders: Vec<Order>,
    /// Their subscriptions, by ID.
    pub subscriptions: Vec<Subscription>,
}

/// Whether an address can be a person's: one whose domain is not reserved for examples and tests.
pub fn is_somebodys(address: &str) -> bool {
    let Some((_, domain)) = address.trim().rsplit_once('@') else { return false };
    let domain = domain.trim_end_matches('.').as_bytes();
    let ends_with = |end: &&str| {
        let rest = domain.len().checked_sub(end.len()).map(|at| domain.split_at(at));
        rest.is_some_and(|(before, last)| {
            last.eq_ignore_ascii_case(end.as_bytes()) && matches!(before, [] | [.., b'.'])
        })
    };
    let reserved = ["example", "test", "invalid", "localhost", "example.com", "example.org", "example.net"];
    !reserved.iter().any(ends_with)
}

/// What a pass over a population is asked for.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// The contact IDs whose values are wanted whole.
    pub contacts: BTreeSet<String>,
    /// The orders that are looked for, by ID.
    pub orders: BTreeSet<String>,
    /// The transactions whose orders are counted, as [`transaction`](super::status::transaction) gives them.
    pub transactions: BTreeSet<String>,
    /// The addresses and domains that mail may go to: whose address one of them is, or is of, is looked for.
    pub recipients: BTreeSet<String>,
    /// The offerings of which it is counted who holds what, by key.
    pub offerings: BTreeMap<String, Parts>,
    /// The first and the last day on which payments are looked for, as records write days; none where nobody asks.
    pub days: Option<(String, String)>,
    /// The day from which on the first payment of each form is looked for, as records write days; none where nobody asks.
    pub payments_from: Option<String>,
}

impl Questions {
    /// What a plan asks: the values of its spot-check contacts, who pays on the days of its window, and whom test mail may reach.
    pub fn of(plan: &Plan) -> Self {
        let days = Schedule::of(plan).and_then(Result::ok);
        let days = days.map(|window| (window.start.date().to_string(), window.end.date().to_string()));
        let recipients = plan.mail.iter().flat_map(|mail| mail.deliver_only_to.iter().cloned()).collect();
        Self { contacts: plan.spot_check.list.keys().cloned().collect(), days, recipients, ..Self::default() }
    }

    /// The same, and who holds what of a site's offerings.
    pub fn with_offerings_of(self, state: &State) -> Self {
        let offerings = state.offerings.iter().map(|(key, offering)| (key.clone(), Parts::of(offering)));
        Self { offerings: offerings.filter(|(_, parts)| !parts.of.is_empty()).collect(), ..self }
    }
}

/// How many there are, and the contact IDs of the first few of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Few {
    /// How many.
    pub count: u64,
    /// Contact IDs, in the order in which they were met.
    #[serde(default)]
    pub first: Vec<String>,
}

impl Few {
    /// How many IDs are kept.
    const KEPT: usize = 5;

    /// One more, of this contact. An ID that is longer than any is counted and not kept.
    pub fn add(&mut self, contact: &str) {
        self.count += 1;
        if self.first.len() < Self::KEPT && contact.len() <= 64 && self.first.iter().all(|id| id != contact) {
            self.first.push(contact.to_owned());
        }
    }
}

/// Addresses that no member should have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Addresses {
    /// Contacts without one.
    pub empty: Few,
    /// Contacts with what is no address.
    pub malformed: Few,
    /// Contacts whose address another one has too; each but the first that has it.
    pub shared: Few,
    /// Contacts whose address has a plus sign.
    pub plus: Few,
}

/// Orders and subscriptions of contact IDs that no contact has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OfNobody {
    /// Orders that went through.
    pub orders: Few,
    /// Subscriptions that still charge.
    pub subscriptions: Few,
}

/// What one pass over a population found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Census {
    /// How many contacts there are.
    pub members: u64,
    /// How many of their addresses can be a person's.
    pub addresses: u64,
    /// How many orders.
    pub orders: u64,
    /// How many subscriptions.
    pub subscriptions: u64,
    /// The order forms that subscriptions still charge through, by key, with how many do.
    pub subscribed: BTreeMap<String, u64>,
    /// The first day from the one that was asked for on which a payment of each of these forms is due, where one is.
    pub first_payments: BTreeMap<String, String>,
    /// How many contacts have each tag.
    pub tags: BTreeMap<String, u64>,
    /// How many contacts wait for a module of each offering that was asked for, where any do.
    pub between_modules: BTreeMap<String, u64>,
    /// Who holds what of each offering that was asked for, where anybody holds anything of it.
    pub standings: BTreeMap<String, Standings>,
    /// The contacts that were asked for, with the IDs of their orders.
    pub contacts: BTreeMap<String, (Contact, BTreeSet<String>)>,
    /// The orders that were looked for and are there.
    pub found_orders: BTreeSet<String>,
    /// How many orders have each transaction that was asked for.
    pub transactions: BTreeMap<String, u64>,
    /// Contact IDs that more than one contact has.
    pub repeated_ids: BTreeSet<String>,
    /// How many contacts somebody referred.
    pub referred: u64,
    /// Subscriptions of which a payment is due on the days that were asked for.
    pub renewals: Few,
    /// Subscriptions of which the last payment failed and is tried again.
    pub payment_due: Few,
    /// Subscriptions of which the last try failed.
    pub payment_failed: Few,
    /// Whom mail may reach by the entries that were asked for, each as it was asked; those that reach nobody are not there.
    pub recipients: BTreeMap<String, Few>,
    /// Addresses that no member should have.
    pub doubtful: Addresses,
    /// What belongs to nobody; none where there are too many members to remember each of them.
    pub of_nobody: Option<OfNobody>,
    /// When reading it began, as its first record says.
    pub taken_at: String,
    /// What nobody read of the contacts, as its first record says.
    pub unknown: BTreeSet<ContactField>,
    /// What stands in it and fits no format.
    pub misfits: Misfits,
}
