//! The spot-check contacts of a first plan: a few members of every sort, the same for the same seed.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use super::each::each;
use super::record::Record;
use super::{Allowance, Damage};
use crate::model::drip::Drip;
use crate::model::not_read::NotRead;
use crate::model::plan::ContactRecord;
use crate::model::population::{Contact, ContactField, REASONS};
use crate::model::status::Payment;

/// What is wished for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Whom chance picks.
    pub seed: u64,
    /// How many contacts; the guide says ten.
    pub count: usize,
    /// The offerings whose modules open one after the other.
    pub drips: Vec<Drip>,
    /// The contact IDs that are not wished for.
    pub without: BTreeSet<String>,
    /// Whether nobody read the orders: then it is unknown who paid, and nobody counts as free.
    pub without_orders: bool,
}

/// Why a contact is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An affiliate referred them.
    AffiliateReferred,
    /// They are between two modules.
    MidDrip,
    /// They hold more than one order.
    HoldsOrders,
    /// They have many tags.
    ManyTags,
    /// Their name or address has characters that a careless export breaks.
    OddCharacters,
    /// They hold an order that went through and for which something was paid, as far as was captured.
    Paid,
    /// They hold no such order.
    Free,
}

impl Reason {
    /// Every reason, in the order in which contacts are chosen.
    pub const ALL: [Self; 7] = [
        Self::AffiliateReferred,
        Self::MidDrip,
        Self::HoldsOrders,
        Self::ManyTags,
        Self::OddCharacters,
        Self::Paid,
        Self::Free,
    ];

    /// The words for it in a plan.
    pub fn name(self) -> &'static str {
        REASONS[self as usize]
    }
}

/// A chosen contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The contact, with its values.
    pub contact: Contact,
    /// The IDs of its orders.
    pub orders: BTreeSet<String>,
    /// Every reason that holds for it, in the order of [`Reason::ALL`].
    pub reasons: Vec<Reason>,
}

impl Chosen {
    /// What is written down of the contact where these fields, or its orders, are unknown: nothing that was not read passes for nothing.
    pub fn record(&self, unknown: &BTreeSet<ContactField>, are_orders_known: bool) -> ContactRecord {
        let Contact { first_name, last_name, email, tags, affiliate, .. } = &self.contact;
        let is_known = |field| !unknown.contains(&field);
        let affiliate_is = is_known(ContactField::Affiliate);
        let not_read = [(NotRead::Affiliate, affiliate_is), (NotRead::Orders, are_orders_known)];
        ContactRecord {
            first_name: Some(first_name.clone()).filter(|_| is_known(ContactField::FirstName)),
            last_name: Some(last_name.clone()).filter(|_| is_known(ContactField::LastName)),
            email: Some(email.clone()),
            tags: Some(tags.clone()).filter(|_| is_known(ContactField::Tags)),
            affiliate: affiliate.clone().filter(|_| affiliate_is),
            orders: if are_orders_known { self.orders.iter().cloned().collect() } else { Vec::new() },
            unknown: not_read.into_iter().filter(|(_, is_known)| !is_known).map(|(field, _)| field).collect(),
        }
    }
}

/// From how many tags on a contact has many.
const MANY_TAGS: usize = 8;

/// Chooses spot-check contacts: of each sort the one that the seed points to, then whomever it points to next, without
/// regard to the order of records. A population with fewer members gives them all. Ordered by contact ID.
///
/// Two passes over one stream: who holds orders is known only after the contacts have gone by.
///
/// # Errors
/// [`Damage`] where a stream cannot be used, or the two are not the same.
pub fn choose<R: Read + Send>(first: R, second: R, wish: &Wish) -> Result<Vec<Chosen>, Damage> {
    let mut orders: HashMap<u64, Held> = HashMap::new();
    let mut room = Allowance::new(HELD, "who holds its orders");
    let digest = each(first, |record| {
        if record.kind == "order" {
            let held = match orders.entry(mix(wish.seed, &record.contact)) {
                Entry::Occupied(held) => held.into_mut(),
                Entry::Vacant(held) => {
                    room.take(HOLDER)?;
                    held.insert(Held::default())
                }
            };
            held.orders += 1;
            held.paid |=
                matches!(Payment::of(&record.status, record.transaction()), Payment::Paid | Payment::NotCaptured);
        }
        Ok(())
    })?;
    let room = Allowance::new(HELD, "the orders of the contacts drawn");
    let mut draw = Draw { wish, orders, sorts: Default::default(), held: None, room };
    if each(second, |record| draw.see(record))? != digest {
        return Err(Damage::whole("it changed while it was read"));
    }
    Ok(draw.finish())
}

/// Where the seed puts a contact: FNV-1a over the id, then the finisher of splitmix64.
pub(crate) fn mix(seed: u64, id: &str) -> u64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// How many bytes the holders of orders may take, of whom a million are kept, and the orders of the contacts drawn.
const HELD: u64 = 64 << 20;

/// What a holder takes in the map, with what that has in reserve.
const HOLDER: usize = 64;

/// What a contact holds.
#[derive(Clone, Copy, Default)]
struct Held {
    orders: u32,
    paid: bool,
}

/// Contacts by where the seed puts them.
type Drawn = BTreeMap<(u64, String), (Contact, Vec<Reason>)>;

struct Draw<'w> {
    wish: &'w Wish,
    /// How many orders each contact holds, by where the seed puts it.
    orders: HashMap<u64, Held>,
    /// The first few of each sort, and of everybody.
    sorts: [Drawn; Reason::ALL.len() + 1],
    /// The orders of the contacts drawn; none while contacts still go by.
    held: Option<BTreeMap<String, BTreeSet<String>>>,
    room: Allowance,
}

impl Draw<'_> {
    fn see(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        match &*record.kind {
            "contact" => self.contact(record),
            "order" => {
                let drawn =
                    || self.sorts.iter().flat_map(|sort| sort.keys().map(|(_, id)| (id.clone(), BTreeSet::new())));
                let held = self.held.get_or_insert_with(|| drawn().collect());
                if let Some(orders) = held.get_mut(&*record.contact) {
                    self.room.keep([&*record.key])?;
                    orders.insert(record.key.to_string());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn contact(&mut self, record: &Record<'_>) {
        if self.wish.without.contains(&*record.key) {
            return;
        }
        let at = mix(self.wish.seed, &record.key);
        let reasons = self.reasons(record, self.orders.get(&at).copied().unwrap_or_default());
        let everybody = self.sorts.len() - 1;
        for sort in reasons.iter().map(|&reason| reason as usize).chain([everybody]) {
            let drawn = &mut self.sorts[sort];
            let full = drawn.len() >= self.wish.count;
            if full && drawn.last_key_value().is_none_or(|((last, _), _)| *last < at) {
                continue;
            }
            drawn.entry((at, record.key.to_string())).or_insert_with(|| (record.to_contact(), reasons.clone()));
            if drawn.len() > self.wish.count {
                drawn.pop_last();
            }
        }
    }

    fn reasons(&self, record: &Record<'_>, held: Held) -> Vec<Reason> {
        let tags = record.tags.iter().map(|tag| &*tag.0);
        let holds = |reason: &Reason| match reason {
            Reason::AffiliateReferred => record.is_referred(),
            Reason::MidDrip => self.wish.drips.iter().any(|drip| drip.is_under_way(tags.clone())),
            Reason::HoldsOrders => held.orders > 1,
            Reason::ManyTags => record.tags.len() >= MANY_TAGS,
            Reason::OddCharacters => {
                [&record.first_name, &record.last_name].into_iter().any(|name| is_odd(name, " -."))
                    || is_odd(&record.email, "@.-_")
            }
            Reason::Paid => held.paid,
            Reason::Free => !held.paid && !self.wish.without_orders,
        };
        Reason::ALL.into_iter().filter(holds).collect()
    }

    fn finish(mut self) -> Vec<Chosen> {
        let mut chosen: BTreeMap<String, (Contact, Vec<Reason>)> = BTreeMap::new();
        let everybody = self.sorts.len() - 1;
        for (sort, drawn) in std::mem::take(&mut self.sorts).into_iter().enumerate() {
            let most = if sort == everybody { self.wish.count } else { 1 };
            let left = self.wish.count.saturating_sub(chosen.len()).min(most);
            let new: Vec<_> = drawn.into_iter().filter(|((_, id), _)| !chosen.contains_key(id)).take(left).collect();
            chosen.extend(new.into_iter().map(|((_, id), found)| (id, found)));
        }
        let mut held = self.held.unwrap_or_default();
        let with_orders = chosen.into_iter().map(|(id, (contact, reasons))| {
            let orders = held.remove(&id).unwrap_or_default();
            Chosen { contact, orders, reasons }
        });
        with_orders.collect()
    }
}

/// Whether a text has anything but Latin letters without accents, digits and these.
fn is_odd(text: &str, plain: &str) -> bool {
    text.chars().any(|c| !c.is_ascii_alphanumeric() && !plain.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_may_meet_its_contact_again() {
        assert_ne!(mix(1, "10231"), mix(2, "10231"));
        assert_ne!(mix(1, "10231"), mix(1, "10232"));
        assert!(is_odd("O'Neil", " -.") && is_odd("Zoë", " -.") && is_odd("a+b@c.example", "@.-_"));
        assert!(!is_odd("Mary-Jane", " -.") && !is_odd("mary_jane@c.example", "@.-_"));
    }
}
