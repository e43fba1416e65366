//! Whom a contact without its ID has become: by its e-mail address, else by its orders.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::population::Contact;

use super::entries::Entry;
use super::index::{Index, address_number};
use super::join::Contacts;

/// For each lost contact the place of the after-contact that it has become, if any.
pub(super) fn heirs(contacts: &Contacts, orders: &[Entry]) -> Vec<Option<usize>> {
    let Contacts { lost, fresh, index, .. } = contacts;
    let numbers: Vec<u64> = lost.iter().map(|contact| address_number(&contact.email)).collect();
    let by_address = index.with_addresses(&numbers.iter().copied().collect());
    // A contact that nobody was may be somebody's new self: one for one, in the order of the IDs.
    let mut free: HashMap<u64, Vec<usize>> = by_address
        .iter()
        .map(|(number, places)| (*number, places.iter().rev().copied().filter(|at| fresh.contains_key(at)).collect()))
        .collect();
    let mut heirs: Vec<Option<usize>> =
        numbers.iter().map(|number| free.get_mut(number).and_then(|places| places.pop())).collect();
    let owners = new_owners(lost, orders);
    for ((contact, number), heir) in lost.iter().zip(&numbers).zip(&mut heirs) {
        let same_id =
            || Some(index.with_id(&contact.key)).filter(|places| !places.is_empty()).map(|places| places.start);
        let same_address = || by_address.get(number).and_then(|places| places.first().copied());
        let same_orders = || owners.get(contact.key.as_str()).and_then(|owners| chief(owners, index));
        *heir = heir.or_else(same_id).or_else(same_address).or_else(same_orders);
    }
    heirs
}

/// How many orders each lost contact has left to whom.
fn new_owners<'o>(lost: &[Contact], orders: &'o [Entry]) -> HashMap<&'o str, BTreeMap<&'o str, u64>> {
    let lost: HashSet<&str> = lost.iter().map(|contact| contact.key.as_str()).collect();
    let mut owners: HashMap<&str, BTreeMap<&str, u64>> = HashMap::new();
    for order in orders {
        if let (Some(before), Some(after)) = (&order.before, &order.after)
            && before != after
            && lost.contains(&**before)
        {
            *owners.entry(before).or_default().entry(after).or_default() += 1;
        }
    }
    owners
}

/// Of the new owners that exist, the one with the most orders; of several the first.
fn chief(owners: &BTreeMap<&str, u64>, index: &Index) -> Option<usize> {
    let places = owners.iter().map(|(owner, orders)| (index.with_id(owner), *orders));
    let there = places.filter(|(places, _)| !places.is_empty());
    there.min_by_key(|(places, orders)| (std::cmp::Reverse(*orders), places.start)).map(|(places, _)| places.start)
}

/// The fresh contacts that stand beside another after-contact with the same ID or address.
pub(super) fn doubles(contacts: &Contacts, unclaimed: &BTreeSet<usize>) -> BTreeSet<usize> {
    let index = &contacts.index;
    let by_address = index.with_addresses(&unclaimed.iter().map(|at| index.address(*at)).collect());
    let is_double = |at: &usize| {
        index.with_id(index.id(*at)).len() > 1
            || by_address.get(&index.address(*at)).is_some_and(|places| places.len() > 1)
    };
    unclaimed.iter().copied().filter(is_double).collect()
}
