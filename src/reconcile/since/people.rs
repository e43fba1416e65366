//! Who came, who went, who is another one now, and of whom values differ.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::population::Order;
use crate::model::spelling::plain;
use crate::reconcile::entries::Entry;
use crate::reconcile::field::{Field, Fields};
use crate::reconcile::matching::{doubles, heirs};

use super::access::{Access, Who};
use super::class::{Bearing, Class, Found, Kind};
use super::money::{Explained, is_test};
use super::moved::{Moved, Pair, Tags};

/// Everybody of both readings, each in one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// How many there are, whoever is on one side alone included.
    pub all: u64,
    /// Of whom something moved, by the worst of it: expected, could be, finding.
    pub moved: [u64; 3],
}

/// Whom each contact without its ID has become, and who is new.
pub(super) struct Matched {
    /// The place of each lost contact's heir.
    heirs: Vec<Option<usize>>,
    /// The lost contacts that each after-contact claims, by its place.
    claims: BTreeMap<usize, Vec<usize>>,
    /// The new contacts that stand beside another one with their ID or address.
    doubles: BTreeSet<usize>,
}

impl Matched {
    pub(super) fn of(moved: &Moved<'_, '_>) -> Self {
        let contacts = &moved.contacts;
        let owners: Vec<Entry> = moved.orders.iter().filter_map(entry).collect();
        let heirs = heirs(contacts, &owners);
        let mut claims: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (lost, at) in heirs.iter().enumerate().filter_map(|(lost, at)| Some((lost, (*at)?))) {
            claims.entry(at).or_default().push(lost);
        }
        let unclaimed = contacts.fresh.keys().copied().filter(|at| !claims.contains_key(at)).collect();
        let doubles = doubles(contacts, &unclaimed);
        Self { heirs, claims, doubles }
    }

    /// Everybody by the worst that is known of them. What is of nobody counts for nobody.
    pub(super) fn people(&self, moved: &Moved<'_, '_>, worst: BTreeMap<String, Bearing>) -> People {
        let contacts = &moved.contacts;
        let mut of: HashMap<&str, Bearing> = HashMap::new();
        let lost: HashMap<&str, usize> = contacts.lost.iter().map(|lost| lost.key.as_str()).zip(0..).collect();
        for (id, bearing) in &worst {
            let heir =
                || lost.get(id.as_str()).map(|lost| self.heirs[*lost].map_or(id.as_str(), |at| contacts.index.id(at)));
            let here = || Some(id.as_str()).filter(|id| !contacts.index.with_id(id).is_empty());
            if let Some(id) = here().or_else(heir) {
                let known = of.entry(id).or_insert(*bearing);
                *known = bearing.max(known).to_owned();
            }
        }
        let gone = self.heirs.iter().filter(|heir| heir.is_none()).count() as u64;
        let mut people = People { all: contacts.index.len() as u64 + gone, moved: [0; 3] };
        of.values().for_each(|bearing| people.moved[*bearing as usize] += 1);
        people
    }
}

/// An order whose owner is another one.
fn entry(pair: &Pair<Order>) -> Option<Entry> {
    let (was, is) = (pair.before.as_ref()?, pair.after.as_ref()?);
    let owner = |order: &Order| Some(Box::from(order.contact.as_str()));
    (was.contact != is.contact).then(|| Entry {
        key: Box::from(is.key.as_str()),
        before: owner(was),
        after: owner(is),
        differs: true,
        arrived: None,
    })
}

/// Puts every contact and tag that moved into its class; how many contacts are there on both sides and differ themselves.
pub(super) fn classify(moved: &Moved<'_, '_>, matched: &Matched, explained: &Explained<'_>, found: &mut Found) -> u64 {
    let contacts = &moved.contacts;
    let tested: HashSet<&str> = explained.tests.iter().copied().filter(|id| bought_for_tests_only(moved, id)).collect();
    for (lost, contact) in contacts.lost.iter().enumerate() {
        let class = match matched.heirs[lost] {
            Some(at) if contacts.index.is_known(at) || matched.claims.get(&at).is_some_and(|all| all.len() > 1) => {
                Class::Merged
            }
            Some(_) => Class::IdChanged,
            None if tested.contains(contact.key.as_str()) => Class::TestRemoved,
            None => Class::MemberMissing,
        };
        found.add(Kind::Contact, class, &contact.key, "");
        all_tags(&contact.tags, class, &contact.key, moved, found);
    }
    for (at, contact) in contacts.fresh.iter().filter(|(at, _)| !matched.claims.contains_key(at)) {
        let class = match contact.key.as_str() {
            _ if matched.doubles.contains(at) => Class::Duplicated,
            id if explained.ordered.contains(id) => Class::NewBuyer,
            _ if is_let_in(&contact.tags, moved) => Class::NewByOptIn,
            _ => Class::NewWithoutOrder,
        };
        found.add(Kind::Contact, class, &contact.key, "");
    }
    let mut changed = 0;
    let no_tags = Fields::of(Field::Tags);
    for (at, fields) in contacts.changed.iter().filter(|(_, fields)| !fields.without(no_tags).is_empty()) {
        let class = if fields.has(Field::Affiliate) { Class::Affiliate } else { Class::Details };
        found.add(Kind::Contact, class, contacts.index.id(*at), "");
        changed += 1;
    }
    let access = Access { moved, explained };
    for (at, tags) in &moved.tags {
        let who = Who { id: contacts.index.id(*at), at: *at, is_new: contacts.fresh.contains_key(at) };
        match matched.claims.contains_key(at) && who.is_new {
            true => tags.gained.iter().for_each(|tag| found.add(Kind::Tag, Class::IdChanged, who.id, tag)),
            false => each_tag(&access, &who, tags, found),
        }
    }
    access.lacking(
        |id| Some(contacts.index.with_id(id)).filter(|places| !places.is_empty()).map(|places| places.start),
        found,
    );
    changed
}

fn each_tag(access: &Access<'_, '_, '_>, who: &Who<'_>, tags: &Tags, found: &mut Found) {
    for tag in &tags.gained {
        let (class, of) = access.gained(who, tag);
        found.add(Kind::Tag, class, who.id, &of);
    }
    for tag in &tags.lost {
        let (class, of) = access.lost(who, tag);
        found.add(Kind::Tag, class, who.id, &of);
    }
}

/// The tags of a contact who is gone, or another one now: they went with the contact.
fn all_tags(tags: &[String], class: Class, id: &str, moved: &Moved<'_, '_>, found: &mut Found) {
    if moved.contacts.not_compared.has(Field::Tags) {
        return;
    }
    let meant: BTreeMap<_, &String> = tags.iter().map(|tag| (plain(tag), tag)).collect();
    meant.values().for_each(|tag| found.add(Kind::Tag, class, id, tag));
}

/// Whether every order of a contact who is gone was a test purchase on record.
fn bought_for_tests_only(moved: &Moved<'_, '_>, id: &str) -> bool {
    moved.history.get(id).is_some_and(|orders| orders.iter().all(|order| is_test(order, moved.terms)))
}

/// Whether an opt-in form gives any of these tags.
fn is_let_in(tags: &[String], moved: &Moved<'_, '_>) -> bool {
    let by_opt_in = |tag: &String| {
        let released = moved.terms.meanings(tag).iter().any(|(offering, _)| moved.terms.offerings[*offering].by_opt_in);
        released || moved.terms.opt_in_tags.contains(&*plain(tag))
    };
    tags.iter().any(by_opt_in)
}
