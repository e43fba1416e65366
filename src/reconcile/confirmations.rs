//! The guide's confirmations of a test purchase: what two readings show of them, and what a person attests.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};

use crate::model::plan::Confirmation;
use crate::model::population::Census;
use crate::model::purchase::{Confirmed, Known, Purchased};
use crate::model::record::{Purchase, Record};
use crate::model::status::{Payment, transaction};
use crate::model::{Graded, Identity, Plan, State};
use crate::population::set;

use super::purchases::{Bought, recorded};

/// What two readings show of the test purchases.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// When the side after was read.
    pub as_of: &'a str,
    /// How well contacts and orders of both sides are known.
    pub grade: Graded,
    /// The new orders on the forms.
    pub bought: &'a [Bought],
    /// The side before, asked for who the buyers were and for the transactions.
    pub before: &'a Census,
    /// The side after, asked for the buyers and for the transactions.
    pub after: &'a Census,
    /// Mails that were caught before and after, where none is delivered and a collector counts them.
    pub trapped: Option<[u64; 2]>,
}

/// Every form on which a test purchase is on record for this site, with each confirmation that the plan expects.
///
/// Without contacts and orders of both sides what the record attests counts, and is said to be attested.
pub fn purchased(
    plan: &Plan,
    state: Option<&State>,
    (record, here): (&Record, &Identity),
    shown: Option<Shown<'_>>,
) -> Vec<Purchased> {
    let all: Vec<&Purchase> = record.purchases(here).collect();
    let forms = recorded(plan, record, here);
    let one = |(form, named): (&String, &BTreeSet<String>)| {
        let on_form = |bought: &'_ &Bought| bought.form == *form;
        let new: Vec<&Bought> = shown.iter().flat_map(|shown| shown.bought).filter(on_form).collect();
        let tests: Vec<&Bought> = new.iter().copied().filter(|order| order.is_test).collect();
        let look = Look { plan, state, form, named, said: &all, new: &new, tests: &tests, shown };
        let buyers: BTreeSet<String> = tests.iter().map(|order| order.buyer.clone()).collect();
        Purchased {
            form: form.clone(),
            orders: tests.iter().map(|order| order.order.clone()).collect(),
            buyers: buyers.into_iter().collect(),
            confirmations: plan.test_purchases[form].expect.iter().map(|what| look.confirm(*what)).collect(),
        }
    };
    forms.iter().map(one).collect()
}

/// What the confirmations of one form are looked up in.
struct Look<'a> {
    plan: &'a Plan,
    state: Option<&'a State>,
    form: &'a str,
    named: &'a BTreeSet<String>,
    /// Every test purchase on record for the site, of all forms.
    said: &'a [&'a Purchase],
    new: &'a [&'a Bought],
    tests: &'a [&'a Bought],
    shown: Option<Shown<'a>>,
}

impl Look<'_> {
    fn confirm(&self, what: Confirmation) -> Confirmed {
        let said = self.on_form().any(|said| said.saw.contains(&what));
        let (how, seen) = match (self.shown, what) {
            (None, Confirmation::Order) => match self.named_payment() {
                Ok(()) => (Known::Attested, NO_READING.to_owned()),
                Err(why) => (Known::Unknown, format!("{NO_READING}, and {why}")),
            },
            (None, _) => attested(said, NO_READING),
            (Some(shown), Confirmation::WelcomeEmail) if self.tests.is_empty() => mail(said, shown),
            (Some(shown), _) if self.tests.is_empty() => self.no_order(shown),
            (Some(shown), _) => {
                let (how, seen) = self.of_the_orders(what, said, shown);
                // What two readings show is known as well as they are.
                (if how == Known::Captured { shown.grade.into() } else { how }, seen)
            }
        };
        Confirmed { what, how, seen }
    }

    /// What is on record for this form.
    fn on_form(&self) -> impl Iterator<Item = &Purchase> {
        self.said.iter().copied().filter(|said| said.form == self.form)
    }

    /// What the orders that are taken for the test prove. One that did not go through, that is of another time, or whose
    /// status nobody knows, proves nothing at all.
    fn of_the_orders(&self, what: Confirmation, said: bool, shown: Shown<'_>) -> (Known, String) {
        let through: Vec<&Bought> = self.tests.iter().copied().filter(|order| order.payment().went_through()).collect();
        if through.is_empty() {
            return nothing_proven(self.tests);
        }
        let done: Vec<&Bought> = through.iter().copied().filter(|order| misdated(order, shown).is_none()).collect();
        match what {
            _ if done.is_empty() => {
                let why = through.first().and_then(|order| misdated(order, shown)).unwrap_or_default();
                (Known::NotFound, format!("{}: {why}, so it proves nothing; buy again", orders(through)))
            }
            Confirmation::Order => self.payment(shown, &done),
            Confirmation::WelcomeEmail => mail(said, shown),
            Confirmation::NewUser => new_user(&done),
            Confirmation::Content => self.content(said, shown, &done),
        }
    }

    fn no_order(&self, shown: Shown<'_>) -> (Known, String) {
        let as_of = shown.as_of;
        if self.named.is_empty() && self.new.len() > 1 {
            let ids: Vec<&str> = self.new.iter().map(|order| order.order.as_str()).collect();
            let ids = ids.join(", ");
            return (
                Known::NotFound,
                format!("several new orders on the form ({ids}): say which is the test with --order"),
            );
        }
        let what = match self.named.is_empty() {
            true => "no new order on the form".to_owned(),
            false => format!("no new order {} on the form", self.named.iter().cloned().collect::<Vec<_>>().join(", ")),
        };
        (Known::NotFound, format!("{what} as of {as_of}: read the site again if it was bought later, else buy again"))
    }

    /// Whether any of the orders that went through was paid.
    fn payment(&self, shown: Shown<'_>, done: &[&Bought]) -> (Known, String) {
        let unpaid = |order: &Bought| self.unpaid(order, shown);
        let of = |payment: Payment| {
            done.iter().copied().filter(move |order| order.payment() == payment && unpaid(order).is_none())
        };
        if of(Payment::Paid).next().is_some() {
            return (Known::Captured, format!("{}, paid", orders(of(Payment::Paid))));
        }
        if of(Payment::NotCaptured).next().is_some() {
            let unseen = orders(of(Payment::NotCaptured));
            return match self.named_payment() {
                Ok(()) => (Known::Attested, format!("{unseen}; its transaction is attested")),
                Err(why) => (Known::Unknown, format!("{unseen}: its transaction was not captured, and {why}")),
            };
        }
        let why = done.first().and_then(|order| unpaid(order)).unwrap_or_default();
        (Known::NotFound, format!("{}: {why}", orders(done.iter().copied())))
    }

    /// Why an order that went through shows no payment of its own.
    fn unpaid(&self, order: &Bought, shown: Shown<'_>) -> Option<String> {
        if order.payment() == Payment::Nothing {
            return Some("nothing was paid (`null-transaction`)".to_owned());
        }
        if is_zero(&order.total) && !self.is_free() {
            return Some(format!("its total is `{}`, so nothing was paid; buy at the form's price", order.total));
        }
        let id = transaction(&order.transaction)?;
        let [before, after] = [shown.before, shown.after].map(|side| side.transactions.get(&id).copied().unwrap_or(0));
        match (before, after) {
            (1.., _) => {
                Some("its transaction is that of an order from before, so it is no payment of its own".to_owned())
            }
            (_, 2..) => Some(format!("its transaction stands on {after} orders, so it proves none of them; buy again")),
            _ => None,
        }
    }

    /// Whether the plan expects that nothing is paid on the form.
    fn is_free(&self) -> bool {
        let expected = self.plan.order_forms.get(self.form).and_then(|form| form.expect.as_ref()?.price.as_ref());
        expected.and_then(|price| price.amount()).is_some_and(|(cents, _)| cents == 0)
    }

    /// Whether a person read a payment's transaction off an order that does not show it here. One that any other order has,
    /// or that is named for another form, is that one's.
    fn named_payment(&self) -> Result<(), String> {
        let named = self.on_form().filter(|said| said.saw.contains(&Confirmation::Order));
        let named: Vec<String> = named.filter_map(|said| transaction(said.transaction.as_deref()?)).collect();
        let of_another_form = |id: &String| {
            let others = self.said.iter().filter(|said| said.form != self.form);
            others.filter_map(|said| transaction(said.transaction.as_deref()?)).any(|other| other == *id)
        };
        let of_another_order = |id: &String| {
            let sides = self.shown.iter().flat_map(|shown| [shown.before, shown.after]);
            sides.into_iter().any(|side| side.transactions.contains_key(id))
        };
        match named.iter().any(|id| !of_another_form(id) && !of_another_order(id)) {
            true => Ok(()),
            false if named.is_empty() => Err(format!("nobody named the payment: {NAME_IT}")),
            false => Err(format!("the transaction on record is that of another order: {NAME_IT}")),
        }
    }

    /// The base access tags of what the form releases, at one of the buyers, who had none of them before. That the page really
    /// opens no tag shows.
    fn content(&self, said: bool, shown: Shown<'_>, done: &[&Bought]) -> (Known, String) {
        let releases = self.plan.order_forms.get(self.form).map(|form| &form.custom_operation.release[..]);
        let tag = |offering: &String| self.state?.offerings.get(offering)?.tags.get("base").map(|tag| tag.trim());
        let wanted: Option<BTreeSet<&str>> = releases.unwrap_or_default().iter().map(tag).collect();
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            return attested(said, "which tags open what the form releases was not captured");
        };
        let lacks = |order: &Bought| -> Vec<&str> {
            let has = shown.after.contacts.get(&order.buyer).map(|(contact, _)| set(&contact.tags)).unwrap_or_default();
            wanted.iter().copied().filter(|tag| !has.contains(tag)).collect()
        };
        let had = |order: &Bought| -> Vec<&str> {
            let was = order.buyer_before.iter().filter_map(|id| shown.before.contacts.get(id));
            let had: BTreeSet<&str> = was.flat_map(|(contact, _)| set(&contact.tags)).collect();
            wanted.iter().copied().filter(|tag| had.contains(tag)).collect()
        };
        let given: Vec<&Bought> = done.iter().copied().filter(|order| lacks(order).is_empty()).collect();
        let Some(first) = given.first() else {
            let (buyer, lacking) = (&done[0].buyer, lacks(done[0]).join("`, `"));
            let seen = format!("contact {buyer} lacks `{lacking}`: look at the form's Release operation");
            return (Known::NotFound, seen);
        };
        let Some(order) = given.iter().find(|order| had(order).is_empty()) else {
            let (buyer, had) = (&first.buyer, had(first).join("`, `"));
            let seen = format!("contact {buyer} had `{had}` before, so it shows nothing: {AS_SOMEBODY_NEW}");
            return (Known::NotFound, seen);
        };
        let tags = wanted.into_iter().collect::<Vec<_>>().join("`, `");
        let has = format!("contact {} has `{tags}`", order.buyer);
        match said {
            true => (Known::Captured, format!("{has}; that the page opens is attested")),
            false => (Known::Unknown, format!("{has}, and nobody has said that the page opens")),
        }
    }
}

/// Why what a person attests is all that there is.
const NO_READING: &str = "contacts and orders were not captured before and after";

/// What is asked where nobody named this payment.
const NAME_IT: &str = "give its transaction as the order's page shows it (--saw order --transaction ID)";

/// What is asked where a buyer was a member before.
const AS_SOMEBODY_NEW: &str = "buy as somebody whom the site does not know";

impl Bought {
    fn payment(&self) -> Payment {
        Payment::of(&self.status, &self.transaction)
    }
}

/// The orders with their status, in words.
fn orders<'b>(all: impl IntoIterator<Item = &'b Bought>) -> String {
    let one = |order: &Bought| match order.status.trim() {
        "" => format!("order {}", order.order),
        status => format!("order {} ({status})", order.order),
    };
    all.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Orders of which none went through.
fn nothing_proven(all: &[&Bought]) -> (Known, String) {
    let (unknown, failed): (Vec<&Bought>, Vec<&Bought>) =
        all.iter().partition(|order| order.payment() == Payment::Unknown);
    if unknown.is_empty() {
        let seen = format!("{}: it did not go through, so it proves nothing; buy again", orders(failed));
        return (Known::NotFound, seen);
    }
    (Known::Unknown, format!("{}: no status that AccessAlly is known to give, so it proves nothing", orders(unknown)))
}

/// Why an order was not made between the two readings, by the day that it says. A day more on both sides, as the site says
/// it in its own time zone; a day that cannot be read says nothing.
fn misdated(order: &Bought, shown: Shown<'_>) -> Option<String> {
    let date = day(&order.date)?;
    let [before, after] = [&shown.before.taken_at, &shown.after.taken_at];
    if day_of(before).and_then(|day| day.checked_sub(Span::new().days(1)).ok()).is_some_and(|first| date < first) {
        return Some(format!("it is dated {date}, and the site was read {before} without it"));
    }
    day_of(after)
        .and_then(|day| day.checked_add(Span::new().days(1)).ok())
        .is_some_and(|last| last < date)
        .then(|| format!("it is dated {date}, and the site was read {after}"))
}

/// The day that a site's text begins with.
fn day(text: &str) -> Option<Date> {
    text.trim().get(..10)?.parse().ok()
}

fn day_of(time: &str) -> Option<Date> {
    time.parse::<Timestamp>().ok().map(|time| time.to_zoned_datetime(TimeZone::UTC).date())
}

/// Whether an amount is nothing, whatever stands around its digits. Without a digit nobody knows.
fn is_zero(total: &str) -> bool {
    let mut digits = total.chars().filter_map(|letter| letter.to_digit(10)).peekable();
    digits.peek().is_some() && digits.all(|digit| digit == 0)
}

fn new_user(done: &[&Bought]) -> (Known, String) {
    match done.iter().find(|order| order.is_new) {
        Some(order) => (Known::Captured, format!("contact {} was not there before", order.buyer)),
        None => {
            let buyer = &done[0].buyer;
            let seen = format!("contact {buyer} was there before: {AS_SOMEBODY_NEW}");
            (Known::NotFound, seen)
        }
    }
}

fn attested(said: bool, why: &str) -> (Known, String) {
    match said {
        true => (Known::Attested, why.to_owned()),
        false => (Known::Unknown, format!("nobody has said so, and {why}")),
    }
}

/// A mail is seen by a person. Where none is delivered and none was caught since, there was none.
fn mail(said: bool, shown: Shown<'_>) -> (Known, String) {
    match shown.trapped {
        Some([before, after]) if said && after <= before => {
            let seen =
                format!("no mail was caught since the reading before ({after} in all): look at AccessAlly > Emails");
            (Known::NotFound, seen)
        }
        _ => attested(said, "a mail is seen by a person"),
    }
}
