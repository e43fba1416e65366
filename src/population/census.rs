//! One pass over a population that answers the questions of a check.

use std::collections::HashMap;
use std::io::Read;

use jiff::civil::Date;

use super::Allowance;
use super::Damage;
use super::each::each;
use super::everybody::Everybody;
use super::holding::{Holding, Meaning};
use super::recipients::Recipients;
use super::record::Record;
use crate::model::population::{Census, Questions, is_somebodys};
use crate::model::snapshot::PopulationDigest;
use crate::model::status::{OrderStatus, SubscriptionStatus, transaction};

/// Reads a population once: what was asked of it, and its digest.
///
/// Holds one count a tag, one a cohort of each offering that was asked for, the contacts that were asked for with their orders, the ids that
/// are there more than once, and of each member's ID and address a few bytes; nothing else of what it reads.
///
/// # Errors
/// [`Damage`] where the stream cannot be read, or is not a whole population in the format.
pub fn take_census<R: Read + Send>(reader: R, questions: &Questions) -> Result<(Census, PopulationDigest), Damage> {
    let (census, tags, room) = (Census::default(), HashMap::new(), Allowance::new(NAMES, "its tags and repeated IDs"));
    let (held, everybody, recipients) =
        (Holding::of(questions), Everybody::default(), Recipients::of(&questions.recipients));
    let mut counter = Counter { questions, census, tags, room, held, everybody, recipients };
    let (opening, digest) = each(reader, |record| counter.see(record))?;
    let mut census = counter.census;
    census.taken_at = opening.taken_at;
    census.unknown = opening.unknown;
    (census.standings, census.between_modules) = counter.held.done();
    (census.of_nobody, census.doubtful) = counter.everybody.found();
    census.recipients = counter.recipients.found();
    census.tags = counter.tags.into_iter().map(|(name, count)| (name, count.contacts)).collect();
    Ok((census, digest))
}

/// How many bytes its tags, the IDs that are there more than once, and the orders that were asked for may take: of a hundred thousand.
const NAMES: u64 = 16 << 20;

struct Counter<'q> {
    questions: &'q Questions,
    census: Census,
    tags: HashMap<String, Count>,
    room: Allowance,
    held: Holding<'q>,
    everybody: Everybody,
    recipients: Recipients,
}

/// How many contacts have a tag, and the last one of them, by its place in the stream; and what the tag stands for.
struct Count {
    contacts: u64,
    last: u64,
    means: Meaning,
}

impl Counter<'_> {
    fn see(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        if !record.misfits.is_empty() {
            self.census.misfits.found(record.line, &record.shown(), record.misfits.clone());
        }
        match &*record.kind {
            "contact" => self.contact(record)?,
            // It is nobody's login, and orders can be of it.
            "contact-without-user" => self.everybody.knows(&record.key),
            "order" => {
                self.census.orders += 1;
                if OrderStatus::of(&record.status).is_some_and(OrderStatus::went_through) {
                    self.everybody.order(&record.contact);
                }
                if self.questions.orders.contains(&*record.key) {
                    self.census.found_orders.insert(record.key.to_string());
                }
                if !self.questions.transactions.is_empty()
                    && let Some(id) = transaction(record.transaction())
                    && self.questions.transactions.contains(&id)
                {
                    *self.census.transactions.entry(id).or_default() += 1;
                }
                if let Some((_, orders)) = self.census.contacts.get_mut(&*record.contact) {
                    self.room.keep([&*record.key])?;
                    orders.insert(record.key.to_string());
                }
            }
            "subscription" => self.subscription(record)?,
            _ => {}
        }
        Ok(())
    }

    fn subscription(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        self.census.subscriptions += 1;
        let status = SubscriptionStatus::of(&record.status);
        let still_charges = status.is_some_and(SubscriptionStatus::still_charges);
        match status {
            Some(SubscriptionStatus::PaymentDue) => self.census.payment_due.add(&record.contact),
            Some(SubscriptionStatus::PaymentFailed) => self.census.payment_failed.add(&record.contact),
            _ => {}
        }
        if still_charges {
            self.everybody.subscription(&record.contact);
        }
        let day = record.next_payment();
        let is_asked_for = |(first, last): &(String, String)| (first.as_str()..=last.as_str()).contains(&day);
        if still_charges && self.questions.days.as_ref().is_some_and(is_asked_for) {
            self.census.renewals.add(&record.contact);
        }
        if !still_charges || record.form.is_empty() {
            return Ok(());
        }
        if let Some(count) = self.census.subscribed.get_mut(&*record.form) {
            *count += 1;
        } else {
            self.room.keep([&*record.form])?;
            self.census.subscribed.insert(record.form.to_string(), 1);
        }
        if self.questions.payments_from.as_deref().is_some_and(|from| day >= from && day.parse::<Date>().is_ok()) {
            match self.census.first_payments.get_mut(&*record.form) {
                Some(first) if day < first.as_str() => day.clone_into(first),
                Some(_) => {}
                None => {
                    self.room.keep([&*record.form, day])?;
                    self.census.first_payments.insert(record.form.to_string(), day.to_owned());
                }
            }
        }
        Ok(())
    }

    fn contact(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        self.census.members += 1;
        self.census.addresses += u64::from(is_somebodys(&record.email));
        self.census.referred += u64::from(record.is_referred());
        self.everybody.contact(&record.key, &record.email);
        self.recipients.contact(&record.key, &record.email);
        for tag in &record.tags {
            match self.tags.get_mut(&*tag.0) {
                Some(count) if count.last == self.census.members => {}
                Some(count) => {
                    count.contacts += 1;
                    count.last = self.census.members;
                    self.held.has(count.means);
                }
                None => {
                    self.room.keep([&*tag.0])?;
                    let means = self.held.meaning(&tag.0);
                    self.tags.insert(tag.0.to_string(), Count { contacts: 1, last: self.census.members, means });
                    self.held.has(means);
                }
            }
        }
        self.held.see(&record.key);
        if record.repeats {
            if !self.census.repeated_ids.contains(&*record.key) {
                self.room.keep([&*record.key])?;
                self.census.repeated_ids.insert(record.key.to_string());
            }
        } else if self.questions.contacts.contains(&*record.key) {
            self.census.contacts.insert(record.key.to_string(), (record.to_contact(), Default::default()));
        }
        Ok(())
    }
}
