//! What must be as many after as before, whoever it belongs to.

use std::collections::{BTreeMap, HashMap};

use super::day::moment;
use crate::model::spelling::plain;
use crate::population::{Allowance, Damage, Record, tags};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Contacts.
    Contacts,
    /// Contacts that share their e-mail address with another one.
    SharedAddresses,
    /// Contacts with a tag, by its name.
    Tag,
    /// Orders.
    Orders,
    /// Orders of a status, by its word.
    OrderStatus,
    /// Subscriptions.
    Subscriptions,
    /// Subscriptions of a status, by its word.
    SubscriptionStatus,
    /// Subscriptions with a next payment.
    NextPayments,
    /// Subscriptions whose next payment is due on a day.
    NextPaymentOn,
    /// Records of a kind that this build does not know.
    Records,
}

impl Counted {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::SharedAddresses => "contacts that share an address",
            Self::Tag => "tag",
            Self::Orders => "orders",
            Self::OrderStatus => "orders of status",
            Self::Subscriptions => "subscriptions",
            Self::SubscriptionStatus => "subscriptions of status",
            Self::NextPayments => "subscriptions with a next payment",
            Self::NextPaymentOn => "next payments on",
            Self::Records => "records of kind",
        }
    }
}

/// One line of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is counted.
    pub counted: Counted,
    /// Which of them: a tag, a status, a day, a kind; empty where there is only one.
    pub name: String,
    /// How many before.
    pub before: u64,
    /// How many after.
    pub after: u64,
    /// How many more the plan expects after.
    pub expected: u64,
}

impl Line {
    /// How many more there are after.
    pub fn difference(&self) -> i128 {
        i128::from(self.after) - i128::from(self.before)
    }

    /// Whether a reader should see it: it differs, or should.
    pub fn is_worth_showing(&self) -> bool {
        self.before != self.after || !self.is_conserved()
    }

    /// Whether the difference is the expected one.
    pub fn is_conserved(&self) -> bool {
        self.difference() == i128::from(self.expected)
    }
}

/// One side or the other of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before the switch.
    Before,
    /// After it.
    After,
}

#[derive(Debug, Default)]
struct Count {
    sides: [u64; 2],
    expected: u64,
}

/// How many bytes the names of what is counted may take: a hundred thousand tags, statuses and days.
const NAMES: u64 = 16 << 20;

/// The counts while both streams go by.
#[derive(Debug)]
pub(super) struct Tally {
    counts: BTreeMap<Counted, HashMap<String, Count>>,
    room: Allowance,
    /// Whether tags are unknown on a side, and not counted.
    without_tags: bool,
}

impl Tally {
    /// Nothing is counted yet.
    pub(super) fn without_tags(without_tags: bool) -> Self {
        let room = Allowance::new(NAMES, "its tags, statuses and days");
        Self { counts: BTreeMap::new(), room, without_tags }
    }

    /// Counts a record of a kind that is compared, which is there so often on each side.
    pub(super) fn see(&mut self, side: [u64; 2], record: &Record<'_>) -> Result<(), Damage> {
        match &*record.kind {
            "contact" => {
                self.add(side, Counted::Contacts, "")?;
                if self.without_tags {
                    return Ok(());
                }
                // In most readings the tags of a contact come in order, each once.
                if record.tags.is_sorted_by(|one, next| one.0 < next.0) {
                    return record.tags.iter().try_for_each(|tag| self.add(side, Counted::Tag, &tag.0));
                }
                tags(record.tags.iter().map(|tag| &*tag.0))
                    .into_iter()
                    .try_for_each(|tag| self.add(side, Counted::Tag, tag))
            }
            "order" => {
                self.add(side, Counted::Orders, "")?;
                self.add(side, Counted::OrderStatus, record.status.trim())
            }
            "subscription" => {
                self.add(side, Counted::Subscriptions, "")?;
                self.add(side, Counted::SubscriptionStatus, record.status.trim())?;
                let day = record.next_payment().trim();
                if day.is_empty() {
                    return Ok(());
                }
                self.add(side, Counted::NextPayments, "")?;
                self.add(side, Counted::NextPaymentOn, &moment(day))
            }
            kind => self.add(side, Counted::Records, kind),
        }
    }

    /// Sets a count of both sides.
    pub(super) fn set(&mut self, counted: Counted, sides: [u64; 2]) {
        *self.named(counted, "") = Count { sides, expected: 0 };
    }

    /// Expects one more after.
    pub(super) fn expect(&mut self, counted: Counted, name: &str) {
        self.named(counted, name).expected += 1;
    }

    /// Expects one more after of each of these tags.
    pub(super) fn expect_tags(&mut self, of: &[String]) {
        if !self.without_tags {
            tags(of).into_iter().for_each(|tag| self.expect(Counted::Tag, tag));
        }
    }

    fn add(&mut self, side: [u64; 2], counted: Counted, name: &str) -> Result<(), Damage> {
        let group = self.counts.entry(counted).or_default();
        // A name without a character reference that stands there already is spelt as it is counted.
        let as_is = if name.contains('&') { None } else { group.get_mut(name) };
        let count = match as_is {
            Some(count) => count,
            None => {
                let name = plain(name);
                if !group.contains_key(&*name) {
                    self.room.keep([&*name])?;
                }
                self.counts.entry(counted).or_default().entry(name.into_owned()).or_default()
            }
        };
        count.sides.iter_mut().zip(side).for_each(|(all, more)| *all += more);
        Ok(())
    }

    /// A count of what has gone by already, or of nothing.
    fn named(&mut self, counted: Counted, name: &str) -> &mut Count {
        self.counts.entry(counted).or_default().entry(plain(name).into_owned()).or_default()
    }

    /// The account, ordered by what is counted and its name.
    pub(super) fn lines(self) -> Vec<Line> {
        let lines = self.counts.into_iter().flat_map(|(counted, group)| {
            let named: BTreeMap<String, Count> = group.into_iter().collect();
            named.into_iter().map(move |(name, Count { sides: [before, after], expected, .. })| Line {
                counted,
                name,
                before,
                after,
                expected,
            })
        });
        lines.collect()
    }
}
