//! One pass over both readings: what moved is kept, and of everybody else a few bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::ptr;

use jiff::civil::Date;

use crate::model::population::{Opening, Order, Subscription};
use crate::model::spelling::plain;
use crate::model::standing::Part;
use crate::model::status::SubscriptionStatus;
use crate::population::{Allowance, Damage, Record};
use crate::reconcile::day::day;
use crate::reconcile::entries::is_same;
use crate::reconcile::field::{Field, Fields};
use crate::reconcile::join::Contacts;

use super::terms::{Meaning, Terms};

/// How many bytes may be kept: of half a million movements.
const KEPT: u64 = 512 << 20;

/// What a kept record takes beside its texts.
const EACH: usize = 400;

/// What a contact that moved nowhere takes.
const STANDING: usize = 16;

/// What is there before, after or on both sides, and differs.
#[derive(Debug)]
pub(super) struct Pair<T> {
    pub(super) before: Option<T>,
    pub(super) after: Option<T>,
}

impl<T> Pair<T> {
    /// The one that is there, rather the later.
    pub(super) fn any(&self) -> Option<&T> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// The tags that a contact got and lost.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) gained: Vec<String>,
    pub(super) lost: Vec<String>,
}

/// How many there are of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// At the earlier reading.
    pub before: u64,
    /// At the later one.
    pub after: u64,
    /// On both, and the same.
    pub same: u64,
}

/// Who holds what, as sets that many have in common.
#[derive(Debug, Default)]
struct Sets {
    numbers: HashMap<Vec<Meaning>, u32>,
    all: Vec<Vec<Meaning>>,
}

impl Sets {
    fn number(&mut self, held: Vec<Meaning>, room: &mut Allowance) -> Result<u32, Damage> {
        if let Some(number) = self.numbers.get(&held) {
            return Ok(*number);
        }
        room.take(EACH + held.len() * 2 * size_of::<Meaning>())?;
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(held.clone());
        self.numbers.insert(held, number);
        Ok(number)
    }
}

/// What went by.
pub(super) struct Moved<'t, 'a> {
    pub(super) terms: &'t Terms<'a>,
    pub(super) contacts: Contacts,
    sets: Sets,
    /// What each after-contact held before and holds after, by place.
    standing: Vec<[u32; 2]>,
    /// The tags of the contacts of whom they moved, by place.
    pub(super) tags: BTreeMap<usize, Tags>,
    pub(super) orders: Vec<Pair<Order>>,
    pub(super) subscriptions: Vec<Pair<Subscription>>,
    /// Whose orders are kept, moved or not.
    watched: HashSet<String>,
    /// Their orders, as they are after, else as they were.
    pub(super) history: HashMap<String, Vec<Order>>,
    /// Subscriptions that did not move, of who has an order that did, or a tag.
    pub(super) still: HashMap<String, Vec<Subscription>>,
    /// Who has an order that moved.
    ordering: HashSet<String>,
    /// Subscriptions that charge, each as its contact and form in a number.
    hasher: RandomState,
    pub(super) charging: HashMap<u64, u32>,
    /// Payments that were due and were not made: contact and form.
    pub(super) overdue: Vec<(String, String)>,
    pub(super) counts: [Sides; 4],
    room: Allowance,
}

impl<'t, 'a> Moved<'t, 'a> {
    pub(super) fn new(terms: &'t Terms<'a>, openings: [&Opening; 2]) -> Self {
        let [before, after] = openings.map(|opening| Fields::from(&opening.unknown));
        Self {
            terms,
            contacts: Contacts { not_compared: before.and(after), ..Contacts::default() },
            sets: Sets::default(),
            standing: Vec::new(),
            tags: BTreeMap::new(),
            orders: Vec::new(),
            subscriptions: Vec::new(),
            watched: HashSet::new(),
            history: HashMap::new(),
            still: HashMap::new(),
            ordering: HashSet::new(),
            hasher: RandomState::new(),
            charging: HashMap::new(),
            overdue: Vec::new(),
            counts: [Sides::default(); 4],
            room: Allowance::new(KEPT, "what moved between the two readings"),
        }
    }

    /// What the contact at this place held before and holds after, of one offering.
    pub(super) fn held(&self, at: usize, offering: usize) -> [Vec<Part>; 2] {
        let of = |number: &u32| {
            let set = self.sets.all.get(*number as usize).map_or(&[][..], Vec::as_slice);
            set.iter().filter(|(of, _)| *of == offering).map(|(_, part)| *part).collect()
        };
        self.standing.get(at).map_or_else(Default::default, |sets| [of(&sets[0]), of(&sets[1])])
    }

    /// How many subscriptions of a form charge a contact after.
    pub(super) fn charges(&self, contact: &str, form: &str) -> u32 {
        self.charging.get(&self.hasher.hash_one((contact, form.trim()))).copied().unwrap_or(0)
    }

    pub(super) fn see(&mut self, before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> Result<(), Damage> {
        let Some(either) = after.or(before) else { return Ok(()) };
        match &*either.kind {
            "contact" => self.contact(before, after),
            "order" if self.terms.captured[0] => self.order(before, after),
            "subscription" if self.terms.captured[1] => self.subscription(before, after),
            _ => Ok(()),
        }
    }

    fn count(&mut self, kind: usize, before: Option<u64>, after: Option<u64>, is_same: bool) {
        let sides = &mut self.counts[kind];
        sides.before += before.unwrap_or(0);
        sides.after += after.unwrap_or(0);
        sides.same += if is_same { after.unwrap_or(0) } else { 0 };
    }

    fn contact(&mut self, before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> Result<(), Damage> {
        self.count(0, before.map(|_| 1), after.map(|_| 1), false);
        self.contacts.see(before, after, &mut self.room)?;
        let compares = !self.contacts.not_compared.has(Field::Tags);
        let held = |record: &Record<'_>, terms: &Terms<'_>| {
            let all = record.tags.iter().flat_map(|tag| terms.meanings(tag.as_ref()).iter().copied());
            all.collect::<BTreeSet<Meaning>>().into_iter().collect::<Vec<_>>()
        };
        if let Some(after) = after {
            self.room.take(STANDING)?;
            let now = self.sets.number(held(after, self.terms), &mut self.room)?;
            let was = match before {
                Some(before) if ptr::eq(before, after) => now,
                Some(before) => self.sets.number(held(before, self.terms), &mut self.room)?,
                None => self.sets.number(Vec::new(), &mut self.room)?,
            };
            self.standing.push([was, now]);
        }
        if !compares {
            return Ok(());
        }
        let sets = [before, after].map(|side| side.map(|side| meant(side)));
        let [was, is] = &sets;
        let counts = sets.each_ref().map(|side| side.as_ref().map(|tags| tags.len() as u64));
        let (Some(is), Some(after)) = (is, after) else {
            self.count(1, counts[0], counts[1], false);
            return Ok(());
        };
        let none = BTreeMap::new();
        let was = was.as_ref().unwrap_or(&none);
        let alone = |these: &BTreeMap<_, &str>, those: &BTreeMap<_, &str>| -> Vec<String> {
            these.iter().filter(|(tag, _)| !those.contains_key(*tag)).map(|(_, tag)| (*tag).to_owned()).collect()
        };
        let tags = Tags { gained: alone(is, was), lost: alone(was, is) };
        self.count(1, counts[0], counts[1], false);
        self.counts[1].same += (is.len() - tags.gained.len()) as u64;
        if before.is_none() || !tags.gained.is_empty() || !tags.lost.is_empty() {
            self.room
                .keep(tags.gained.iter().chain(&tags.lost).map(String::as_str).chain([&*after.key, &*after.key]))?;
            self.watched.insert(after.key.to_string());
            self.tags.insert(self.standing.len() - 1, tags);
        }
        Ok(())
    }

    fn order(&mut self, before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> Result<(), Damage> {
        let same = both_same(before, after);
        self.count(2, before.map(|_| 1), after.map(|_| 1), same);
        let Some(either) = after.or(before) else { return Ok(()) };
        let is_lost = || {
            before.is_some_and(|before| {
                self.contacts.lost.binary_search_by(|lost| (*lost.key).cmp(&before.contact)).is_ok()
            })
        };
        if same && !self.watched.contains(&*either.contact) && !is_lost() {
            return Ok(());
        }
        self.keep(either)?;
        self.history.entry(either.contact.to_string()).or_default().push(either.to_order());
        if !same {
            self.keep(either)?;
            self.ordering.extend([before, after].into_iter().flatten().map(|order| order.contact.to_string()));
            self.orders.push(Pair { before: before.map(Record::to_order), after: after.map(Record::to_order) });
        }
        Ok(())
    }

    fn subscription(&mut self, before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> Result<(), Damage> {
        let same = both_same(before, after);
        self.count(3, before.map(|_| 1), after.map(|_| 1), same);
        if let Some(after) = after {
            let status = SubscriptionStatus::of(&after.status);
            if status.is_some_and(SubscriptionStatus::still_charges) {
                self.room.take(STANDING)?;
                *self.charging.entry(self.hasher.hash_one((&*after.contact, after.form.trim()))).or_default() += 1;
            }
            if same && status == Some(SubscriptionStatus::Active) && self.is_overdue(after.next_payment()) {
                self.room.keep([&*after.contact, &*after.form])?;
                self.overdue.push((after.contact.to_string(), after.form.trim().to_owned()));
            }
        }
        let Some(either) = after.or(before) else { return Ok(()) };
        if !same {
            self.keep(either)?;
            let pair = Pair { before: before.map(Record::to_subscription), after: after.map(Record::to_subscription) };
            self.subscriptions.push(pair);
        } else if self.ordering.contains(&*either.contact) || self.watched.contains(&*either.contact) {
            self.keep(either)?;
            self.still.entry(either.contact.to_string()).or_default().push(either.to_subscription());
        }
        Ok(())
    }

    fn keep(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        let texts = [&*record.key, &record.contact, &record.form, &record.total, &record.date, &record.status];
        self.room.take(EACH + 2 * texts.iter().map(|text| text.len()).sum::<usize>())
    }

    /// Whether a payment became due since the earlier reading, and its day is over for certain.
    fn is_overdue(&self, next: &str) -> bool {
        let [since, now] = self.terms.days;
        let yesterday = |day: Date| day.yesterday().unwrap_or(day);
        day(next).is_some_and(|due| due >= yesterday(since) && due < yesterday(now))
    }
}

fn both_same(before: Option<&Record<'_>>, after: Option<&Record<'_>>) -> bool {
    before.zip(after).is_some_and(|(before, after)| {
        ptr::eq(before, after) || before.contact == after.contact && is_same(before, after)
    })
}

/// A contact's tags, each by what it means.
fn meant<'r>(record: &'r Record<'_>) -> BTreeMap<Cow<'r, str>, &'r str> {
    record.tags.iter().map(|tag| (plain(tag.as_ref()), tag.as_ref())).collect()
}
