//! Everybody's class, once both streams have gone by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use crate::model::population::{Contact, Opening};
use crate::model::snapshot::PopulationDigest;

use super::entries::{Became, Entries};
use super::field::{Field, Fields, differing, values};
use super::index::sharing;
use super::join::{Contacts, Join, side_by_side};
use super::matching::{doubles, heirs};
use super::purchases;
use super::tally::{Counted, Tally};
use super::{Alone, Ask, Changed, Classes, EXAMPLES, Examples, Ledger, Merged, Reconciled, Unreadable};

/// Joins the populations of both sides.
///
/// # Errors
/// [`Unreadable`] where a side cannot be read, or is not a whole population in the format.
pub fn reconcile<B: Read + Send, A: Read + Send>(before: B, after: A, ask: &Ask) -> Result<Reconciled, Unreadable> {
    let begin = |openings: [&Opening; 2]| Join::new(ask, openings.map(|opening| Fields::from(&opening.unknown)));
    let (join, digests) = side_by_side(before, after, begin, Join::see)?;
    Ok(classify(join, digests))
}

/// Puts everybody into a class.
fn classify(join: Join<'_>, [before, after]: [PopulationDigest; 2]) -> Reconciled {
    let Join { ask, mut contacts, orders, subscriptions, mut tally, .. } = join;
    let Join { asked_before, asked_after, imported, unknown, .. } = join;
    let imported = ask.without_user.then_some(imported);
    tally.set(Counted::SharedAddresses, [sharing(std::mem::take(&mut contacts.addresses)), contacts.index.sharing()]);
    let heirs = heirs(&contacts, &orders.open);
    let mut bought = purchases::bought(ask, &orders.open);
    let mut explained = purchases::explain(ask, &bought, &subscriptions.open, &mut tally);
    let mut room = Room::new(contacts, heirs);
    let orders = ask.orders.then(|| room.ledger(orders, Field::Orders));
    let subscriptions = ask.subscriptions.then(|| room.ledger(subscriptions, Field::Subscriptions));
    let extra = room.extra();
    let new: BTreeSet<&str> = extra.1.iter().map(|at| room.contacts.index.id(*at)).collect();
    for order in &mut bought {
        order.is_new = new.contains(order.buyer.as_str());
        order.buyer_before = room.ids_before(&order.buyer);
    }
    let buyers: BTreeSet<&str> =
        bought.iter().filter(|order| order.is_test && order.is_new).map(|order| order.buyer.as_str()).collect();
    explained.contacts = buyers.iter().map(|buyer| (*buyer).to_owned()).collect();
    let fresh = extra.1.iter().map(|at| &room.contacts.fresh[at]);
    let comes = |id: &String| imported.as_ref().is_none_or(|imported| imported.came.contains(id));
    let expected =
        |contact: &&Contact| ask.extra_expected && comes(&contact.key) || buyers.contains(contact.key.as_str());
    expect(&mut tally, fresh.filter(expected));
    let renamed = ask.contacts.iter().filter_map(|id| Some((id.clone(), room.new_id(id)?))).collect();
    Reconciled {
        contacts: room.classes(extra),
        orders,
        subscriptions,
        account: tally.lines(),
        imported,
        bought,
        explained,
        asked_before,
        asked_after,
        renamed,
        unknown,
        before,
        after,
    }
}

/// Expects what these contacts bring.
fn expect<'c>(tally: &mut Tally, contacts: impl Iterator<Item = &'c Contact>) {
    for contact in contacts {
        tally.expect(Counted::Contacts, "");
        tally.expect_tags(&contact.tags);
    }
}

/// The contacts with everybody matched.
struct Room {
    contacts: Contacts,
    heirs: Vec<Option<usize>>,
    /// The lost contacts that each after-contact claims, by its place.
    claims: BTreeMap<usize, Vec<usize>>,
    /// Where the holder of a contact ID from before is now, of those whose ID is no longer there.
    moved: HashMap<String, usize>,
}

impl Room {
    fn new(mut contacts: Contacts, heirs: Vec<Option<usize>>) -> Self {
        let mut claims: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut moved = HashMap::new();
        for (lost, at) in heirs.iter().enumerate().filter_map(|(lost, at)| Some((lost, (*at)?))) {
            claims.entry(at).or_default().push(lost);
            let id = &contacts.lost[lost].key;
            if contacts.index.with_id(id).is_empty() {
                moved.entry(id.clone()).or_insert(at);
            }
        }
        let mut shown = 0;
        for (at, lost) in &claims {
            if let ([lost], Some(now)) = (&lost[..], contacts.fresh.get(at)) {
                let was = &contacts.lost[*lost];
                let fields = differing(was, now).without(contacts.not_compared).and(Fields::of(Field::ContactId));
                contacts.changed.insert(*at, fields);
                if shown < EXAMPLES {
                    contacts.values.insert(*at, values(fields, Some(was), Some(now)));
                    shown += 1;
                }
            }
        }
        Self { contacts, heirs, claims, moved }
    }

    /// How many before-contacts have become this one.
    fn parents(&self, at: usize) -> u64 {
        let claimed = self.claims.get(&at).map_or(0, Vec::len) as u64;
        claimed + u64::from(self.contacts.index.is_known(at))
    }

    /// The contact IDs before of whoever has this contact ID after.
    fn ids_before(&self, id: &str) -> Vec<String> {
        let places = self.contacts.index.with_id(id);
        let claimed =
            |at: &usize| self.claims.get(at).into_iter().flatten().map(|lost| self.contacts.lost[*lost].key.clone());
        let known = places.clone().any(|at| self.contacts.index.is_known(at)).then(|| id.to_owned());
        known.into_iter().chain(places.flat_map(|at| claimed(&at))).collect()
    }

    /// Where the holder of a contact ID from before is now.
    fn place(&self, id: &str) -> Option<usize> {
        let places = self.contacts.index.with_id(id);
        self.moved.get(id).copied().or_else(|| Some(places.start).filter(|_| !places.is_empty()))
    }

    fn new_id(&self, id: &str) -> Option<String> {
        self.moved.get(id).map(|at| self.contacts.index.id(*at).to_owned())
    }

    /// Closes what is open of one kind, and marks whose it is.
    fn ledger(&mut self, entries: Entries, field: Field) -> Ledger {
        let Entries { mut ledger, open } = entries;
        for entry in open {
            let was = entry.before.as_deref().map(|owner| self.new_id(owner).unwrap_or_else(|| owner.to_owned()));
            let became = match (&was, &entry.after) {
                (Some(was), Some(now)) if **was == **now && !entry.differs => Became::Same,
                (Some(_), Some(_)) => Became::Changed,
                (_, None) => Became::Missing,
                (None, Some(_)) => Became::Extra,
            };
            ledger.count(became, &entry.key);
            if became != Became::Same {
                let owners = [entry.before.as_deref(), entry.after.as_deref()];
                let places: Vec<usize> = owners.into_iter().flatten().filter_map(|owner| self.place(owner)).collect();
                places.into_iter().for_each(|at| self.mark(at, field));
            }
        }
        ledger
    }

    /// Adds a field to those that differ, of a contact that is there on both sides.
    fn mark(&mut self, at: usize, field: Field) {
        if self.parents(at) > 0 {
            let fields = self.contacts.changed.entry(at).or_default();
            *fields = fields.and(Fields::of(field));
        }
    }

    /// The after-contacts that nobody was, by place: doubles of others, and the rest.
    fn extra(&self) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let unclaimed = self.contacts.fresh.keys().copied().filter(|at| !self.claims.contains_key(at)).collect();
        let doubles = doubles(&self.contacts, &unclaimed);
        let rest = unclaimed.difference(&doubles).copied().collect();
        (doubles, rest)
    }

    fn classes(mut self, (doubles, rest): (BTreeSet<usize>, BTreeSet<usize>)) -> Classes {
        let mut classes = Classes { before: self.contacts.before, ..Classes::default() };
        classes.after = self.contacts.index.len() as u64;
        classes.same = self.contacts.index.known();
        self.merged(&mut classes);
        self.changed(&mut classes);
        self.respelt(&mut classes);
        for (lost, contact) in self.contacts.lost.iter().enumerate() {
            if self.heirs[lost].is_none() {
                classes.missing.push(|| alone(Some(contact), None));
            }
        }
        for (class, places) in [(&mut classes.duplicated, doubles), (&mut classes.extra, rest)] {
            places.iter().for_each(|at| class.push(|| alone(None, self.contacts.fresh.get(at))));
        }
        classes
    }

    /// Counts what became one, and takes it out of the other classes.
    fn merged(&mut self, classes: &mut Classes) {
        for (at, lost) in &self.claims {
            let known = self.contacts.index.is_known(*at);
            if !known && lost.len() == 1 {
                continue;
            }
            classes.same -= u64::from(known);
            classes.merged += lost.len() as u64 + u64::from(known);
            self.contacts.changed.remove(at);
            let into = self.contacts.index.id(*at);
            classes.merged_into.push(|| {
                let mut from = Examples::default();
                let itself = known.then_some(into);
                let ids = itself.into_iter().chain(lost.iter().map(|lost| self.contacts.lost[*lost].key.as_str()));
                ids.for_each(|id| from.push(|| id.to_owned()));
                Merged { into: into.to_owned(), from }
            });
        }
    }

    /// Names those of the same contacts of whom something is spelt otherwise.
    fn respelt(&mut self, classes: &mut Classes) {
        for (at, fields) in &self.contacts.respelt {
            if self.claims.contains_key(at) || self.contacts.changed.contains_key(at) {
                continue;
            }
            let values = self.contacts.respelt_values.remove(at).unwrap_or_default();
            let id = self.contacts.index.id(*at);
            classes.respelt.push(|| Changed { id: id.to_owned(), was: None, fields: *fields, values });
        }
    }

    fn changed(&mut self, classes: &mut Classes) {
        for (at, fields) in &self.contacts.changed {
            classes.same -= u64::from(self.contacts.index.is_known(*at));
            fields.iter().for_each(|field| *classes.fields.entry(field).or_default() += 1);
            classes.changed.push(|| Changed {
                id: self.contacts.index.id(*at).to_owned(),
                was: self
                    .claims
                    .get(at)
                    .and_then(|lost| lost.first())
                    .map(|lost| self.contacts.lost[*lost].key.clone()),
                fields: *fields,
                values: self.contacts.values.remove(at).unwrap_or_default(),
            });
        }
    }
}

/// A contact of one side with what a person needs to look it up.
fn alone(before: Option<&Contact>, after: Option<&Contact>) -> Alone {
    let fields = [Field::FirstName, Field::LastName, Field::Email].into_iter().collect();
    let id = before.or(after).map_or_else(String::new, |contact| contact.key.clone());
    Alone { id, values: values(fields, before, after) }
}
