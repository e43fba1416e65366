//! One pass over both populations, side by side.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Read;
use std::{ptr, thread};

use crate::model::population::{Contact, Opening};
use crate::model::snapshot::PopulationDigest;
use crate::population::{Allowance, Beside, Damage, Record, Records};

use super::entries::Entries;
use super::field::{Field, Fields, Values, differing, is_same_text, spelt_otherwise, values};
use super::index::{Index, address_number};
use super::tally::Tally;
use super::{Ask, Asked, EXAMPLES, Imported, Side, Unreadable, WITHOUT_USER};

fn in_before(damage: Damage) -> Unreadable {
    Unreadable { side: Side::Before, damage }
}

fn in_after(damage: Damage) -> Unreadable {
    Unreadable { side: Side::After, damage }
}

/// Goes through both streams at once: what one kind and key has on each side is seen together. Where both sides have one line, one record
/// stands for both. What there is to go by begins with what nobody read, of each side.
///
/// # Errors
/// [`Unreadable`] where a side cannot be read, or is not a whole population in the format.
pub(super) fn side_by_side<B: Read + Send, A: Read + Send, T>(
    before: B,
    after: A,
    begin: impl FnOnce([&Opening; 2]) -> T,
    mut see: impl FnMut(&mut T, Option<&Record<'_>>, Option<&Record<'_>>) -> Result<(), Damage>,
) -> Result<(T, [PopulationDigest; 2]), Unreadable> {
    thread::scope(|scope| {
        let mut left = Records::open(scope, before).map_err(in_before)?;
        let mut right = Records::open(scope, after).map_err(in_after)?;
        let mut all = begin([left.opening(), right.opening()]);
        let mut b = left.next().map_err(in_before)?;
        let mut a = right.next_beside(b.as_ref()).map_err(in_after)?;
        loop {
            let beside = match &a {
                Some(Beside::Same) => b.as_ref(),
                Some(Beside::Another(record)) => Some(record),
                None => None,
            };
            let order = match (&b, beside) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(b), Some(a)) => (&b.kind, &b.key).cmp(&(&a.kind, &a.key)),
            };
            let sides = (b.as_ref().filter(|_| order.is_le()), beside.filter(|_| order.is_ge()));
            see(&mut all, sides.0, sides.1).map_err(if sides.1.is_some() { in_after } else { in_before })?;
            if order.is_le() {
                b = left.next().map_err(in_before)?;
            }
            if order.is_ge() {
                a = right.next_beside(b.as_ref()).map_err(in_after)?;
            }
        }
        Ok((all, [left.finish().map_err(in_before)?, right.finish().map_err(in_after)?]))
    })
}

/// How many bytes may be kept while the streams go by: of ten million contacts that are the same, or of a quarter of a million
/// that all have a new ID.
const KEPT: u64 = 512 << 20;

/// What a contact of the side after takes in the index, with what that has in reserve.
const INDEXED: usize = 48;

/// What a contact that is on one side only takes beside its texts, with what is made from it when everybody is matched.
const WHOLE: usize = 512;

/// What a tag of such a contact takes beside its text.
const TAG: usize = 56;

/// What is kept while the streams go by.
pub(super) struct Join<'q> {
    pub(super) ask: &'q Ask,
    pub(super) contacts: Contacts,
    pub(super) orders: Entries,
    pub(super) subscriptions: Entries,
    pub(super) tally: Tally,
    pub(super) asked_before: Asked,
    pub(super) asked_after: Asked,
    pub(super) imported: Imported,
    /// What nobody read of the contacts of each side.
    pub(super) unknown: [Fields; 2],
    room: Allowance,
}

/// The contacts, joined by their ID.
#[derive(Default)]
pub(super) struct Contacts {
    /// What is unknown on a side.
    pub(super) not_compared: Fields,
    pub(super) before: u64,
    /// The addresses of the side before, as numbers.
    pub(super) addresses: Vec<u64>,
    pub(super) index: Index,
    /// What differs, by place in the index.
    pub(super) changed: BTreeMap<usize, Fields>,
    /// The values of the first of them.
    pub(super) values: BTreeMap<usize, Vec<Values>>,
    /// What is the same but for spelling, of those that do not differ, by place in the index.
    pub(super) respelt: BTreeMap<usize, Fields>,
    /// The values of the first of them.
    pub(super) respelt_values: BTreeMap<usize, Vec<Values>>,
    /// Before-contacts whose ID is not there after.
    pub(super) lost: Vec<Contact>,
    /// After-contacts whose ID was not there before, by place in the index.
    pub(super) fresh: BTreeMap<usize, Contact>,
}

impl<'q> Join<'q> {
    /// Nothing has gone by yet; `unknown` is what nobody read of the contacts of each side, and what is not compared.
    pub(super) fn new(ask: &'q Ask, unknown: [Fields; 2]) -> Self {
        let not_compared = unknown[0].and(unknown[1]);
        Self {
            ask,
            contacts: Contacts { not_compared, ..Contacts::default() },
            orders: Entries::default(),
            subscriptions: Entries::default(),
            tally: Tally::without_tags(not_compared.has(Field::Tags)),
            unknown,
            asked_before: Asked::new(),
            asked_after: Asked::new(),
            imported: Imported::default(),
            room: Allowance::new(KEPT, "what differs between the two sides"),
        }
    }

    /// Takes a record that is there before, after, or both.
    pub(super) fn see(&mut self, before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> Result<(), Damage> {
        let Some(kind) = before.or(after).map(|record| &*record.kind) else { return Ok(()) };
        if kind == WITHOUT_USER {
            // By kind the contacts of both sides have gone by.
            if let Some(before) = before {
                self.imported.before += 1;
                let there = self.contacts.index.with_id(&before.key);
                if !there.is_empty() {
                    self.room.keep([&*before.key])?;
                    self.imported.came.insert(before.key.to_string());
                    let unknown = self.contacts.not_compared;
                    self.imported.compare(before, self.contacts.fresh.get(&there.start), unknown);
                }
            }
            return Ok(());
        }
        let sides = [(Side::Before, before), (Side::After, after)];
        let there = sides.into_iter().filter_map(|(side, record)| Some((side, record?)));
        there.clone().try_for_each(|(side, record)| self.keep_if_asked(side, record))?;
        if (kind == "order" && !self.ask.orders) || (kind == "subscription" && !self.ask.subscriptions) {
            return Ok(());
        }
        match (before, after) {
            (Some(before), Some(after)) if ptr::eq(before, after) => self.tally.see([1, 1], before)?,
            _ => {
                before.map_or(Ok(()), |before| self.tally.see([1, 0], before))?;
                after.map_or(Ok(()), |after| self.tally.see([0, 1], after))?;
            }
        }
        let room = &mut self.room;
        match kind {
            "contact" => self.contacts.see(before, after, room),
            "order" => self.orders.see(before, after, &self.ask.purchases, room),
            "subscription" => self.subscriptions.see(before, after, &self.ask.purchases, room),
            _ => Ok(()),
        }
    }

    fn keep_if_asked(&mut self, side: Side, record: &Record<'_>) -> Result<(), Damage> {
        let asked = match side {
            Side::Before => &mut self.asked_before,
            Side::After => &mut self.asked_after,
        };
        match &*record.kind {
            "contact" if !record.repeats && self.ask.contacts.contains(&*record.key) => {
                asked.insert(record.key.to_string(), (record.to_contact(), Default::default()));
            }
            "order" => {
                if let Some((_, orders)) = asked.get_mut(&*record.contact) {
                    self.room.keep([&*record.key])?;
                    orders.insert(record.key.to_string());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// What a contact takes that is kept whole.
fn whole(record: &Record<'_>) -> usize {
    let tags: usize = record.tags.iter().map(|tag| TAG + tag.0.len()).sum();
    let texts = [&*record.key, &record.first_name, &record.last_name, &record.email, record.affiliate()];
    WHOLE + tags + texts.into_iter().map(str::len).sum::<usize>()
}

impl Contacts {
    pub(super) fn see(
        &mut self,
        before: Option<&Record<'_>>,
        after: Option<&Record<'_>>,
        room: &mut Allowance,
    ) -> Result<(), Damage> {
        room.take(match (before, after) {
            (Some(one), None) | (None, Some(one)) => INDEXED + whole(one),
            _ => INDEXED + after.map_or(0, |after| after.key.len()),
        })?;
        let known = before.map(|before| address_number(&before.email));
        if let Some(number) = known {
            self.before += 1;
            self.addresses.push(number);
        }
        match (before, after) {
            (Some(before), None) => self.lost.push(before.to_contact()),
            (_, Some(after)) => {
                let same = before.filter(|before| before.email == after.email).and(known);
                let number = same.unwrap_or_else(|| address_number(&after.email));
                let at = self.index.push(&after.key, number, before.is_some());
                match before {
                    Some(before) => self.pair(at, before, after),
                    None => drop(self.fresh.insert(at, after.to_contact())),
                }
            }
            (None, None) => {}
        }
        Ok(())
    }

    fn pair(&mut self, at: usize, before: &Record<'_>, after: &Record<'_>) {
        if ptr::eq(before, after) || is_same_text(before, after) {
            return;
        }
        let (before, after) = (before.to_contact(), after.to_contact());
        let compared = |fields: Fields| fields.without(self.not_compared);
        let (differ, respelt) = (compared(differing(&before, &after)), compared(spelt_otherwise(&before, &after)));
        let (fields, all, first) = match differ.is_empty() {
            false => (differ, &mut self.changed, &mut self.values),
            true => (respelt, &mut self.respelt, &mut self.respelt_values),
        };
        if !fields.is_empty() {
            all.insert(at, fields);
            if first.len() < EXAMPLES {
                first.insert(at, values(fields, Some(&before), Some(&after)));
            }
        }
    }
}
