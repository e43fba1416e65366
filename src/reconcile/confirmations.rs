//! The guide's confirmations of a test purchase: what two readings show of them, and what a person attests.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};

use crate::model::money::Money;
use crate::model::plan::Confirmation;
use crate::model::purchase::{Confirmed, Known, Purchased};
use crate::model::record::{Purchase, Record};
use crate::model::status::{Payment, transaction};
use crate::model::{Identity, Plan, State};

use super::buyer;
use super::day::day;
use super::entries::Named;
use super::look::{Look, Shown, attested};
use super::purchases::{Bought, recorded};

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
    let forms = recorded(plan, state, record, here);
    let one = |(form, named): (&String, &Named)| {
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
                let first = through.first().and_then(|order| misdated(order, shown));
                let (known, why) = first.unwrap_or((Known::Unknown, String::new()));
                (known, format!("{}: {why}, so it proves nothing; buy again", orders(through)))
            }
            Confirmation::Order => self.payment(shown, &done),
            Confirmation::WelcomeEmail => mail(said, shown),
            Confirmation::NewUser => buyer::new_user(shown, &done),
            Confirmation::Content => self.content(said, shown, &done),
        }
    }

    fn no_order(&self, shown: Shown<'_>) -> (Known, String) {
        let as_of = shown.as_of;
        let named = self.named.orders();
        if self.named.lines.is_empty() && self.new.len() > 1 {
            let ids: Vec<&str> = self.new.iter().map(|order| order.order.as_str()).collect();
            let ids = ids.join(", ");
            return (
                Known::NotFound,
                format!(
                    "several new orders on the form ({ids}): record it again with `--order ID` of the test, and delete the others on the site"
                ),
            );
        }
        let what = match (named.is_empty(), self.new.is_empty()) {
            (true, true) => "no new order on the form".to_owned(),
            (true, false) => {
                format!("{} on the form, but without the transaction on record", orders(self.new.iter().copied()))
            }
            (false, _) => {
                let named = named.into_iter().collect::<Vec<_>>().join(", ");
                format!("no new order {named} on the form, or not with the transaction on record")
            }
        };
        (
            Known::NotFound,
            format!(
                "{what} as of {as_of}: read the site again if it was bought later, otherwise buy \
        again"
            ),
        )
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
        if let Some(order) =
            done.iter().find(|order| self.is_named(order) && matches!(unpaid(order), Some(Unpaid::Less(_))))
        {
            return (Known::Attested, format!("{}; it is attested that this is the payment", orders([*order])));
        }
        let unpaid = done.first().and_then(|order| unpaid(order));
        let why = unpaid.as_ref().map_or("", Unpaid::why);
        let known = if matches!(unpaid, Some(Unpaid::Nothing(_))) { Known::NotFound } else { Known::Unknown };
        (known, format!("{}: {why}", orders(done.iter().copied())))
    }

    /// Why an order that went through shows no payment of its own.
    fn unpaid(&self, order: &Bought, shown: Shown<'_>) -> Option<Unpaid> {
        if order.payment() == Payment::Nothing {
            return Some(Unpaid::Nothing("nothing was paid (`null-transaction`)".to_owned()));
        }
        if let Some(unpaid) = self.too_little(order) {
            return Some(unpaid);
        }
        let id = transaction(&order.transaction)?;
        let [before, after] = [shown.before, shown.after].map(|side| side.transactions.get(&id).copied().unwrap_or(0));
        let why = match (before, after) {
            (1.., _) => "its transaction belongs to an earlier order, so it is not a new payment".to_owned(),
            (_, 2..) => format!("{after} orders have its transaction, so it proves none of them; buy again"),
            _ => return None,
        };
        Some(Unpaid::Nothing(why))
    }

    /// Why an order's total shows no payment at the form's price.
    fn too_little(&self, order: &Bought) -> Option<Unpaid> {
        let total = order.total.trim();
        let expected = self.plan.order_forms.get(self.form).and_then(|form| form.expect.as_ref()?.price.as_ref());
        let expected = expected.and_then(|price| Money::parse(&price.0));
        if total.is_empty() {
            // Whoever reads the transaction off the order's page reads its total there.
            let expected = expected.filter(|expected| !expected.is_zero() && order.payment() == Payment::Paid)?;
            let what = format!("its total was not captured, and the plan expects `{expected}`: {NAME_IT}");
            return Some(Unpaid::Less(what));
        }
        let paid = match &expected {
            Some(expected) => Money::parse_beside(total, expected),
            None => Money::parse(total),
        };
        let Some(paid) = paid else {
            return Some(Unpaid::Unread(format!(
                "its total `{total}` is not an amount, so it is unknown whether anything was paid"
            )));
        };
        let is_free = expected.as_ref().is_some_and(Money::is_zero);
        if paid.is_zero() && !is_free {
            return Some(Unpaid::Nothing(format!(
                "its total is `{total}`, so nothing was paid; buy at the form's price"
            )));
        }
        let expected = expected?;
        if paid.covers(&expected) && paid.lacks_currency_of(&expected) && !is_free {
            let what = format!("its total `{total}` names no currency, and the plan expects `{expected}`: {NAME_IT}");
            return Some(Unpaid::Less(what));
        }
        if paid.covers(&expected) {
            return None;
        }
        Some(Unpaid::Less(format!(
            "its total is `{total}`, and the plan expects `{expected}`: buy at that price; or, if no more than this \
            is due at first, {NAME_IT}"
        )))
    }

    /// Whether the record names this order's own payment.
    fn is_named(&self, order: &Bought) -> bool {
        transaction(&order.transaction)
            .is_some_and(|id| self.named.transactions().contains(id.as_str()) && !self.is_of_another_form(&id))
    }

    fn is_of_another_form(&self, id: &str) -> bool {
        let others = self.said.iter().filter(|said| said.form != self.form);
        others.filter_map(|said| said.payment()).any(|other| other == id)
    }

    /// Whether a person read a payment's transaction off an order that does not show it here. One that any other order has,
    /// or that is named for another form, is that one's.
    fn named_payment(&self) -> Result<(), String> {
        let named = self.on_form().filter(|said| said.saw.contains(&Confirmation::Order));
        let named: Vec<String> = named.filter_map(Purchase::payment).collect();
        let of_another_order = |id: &String| {
            let sides = self.shown.iter().flat_map(|shown| [shown.before, shown.after]);
            sides.into_iter().any(|side| side.transactions.contains_key(id))
        };
        match named.iter().any(|id| !self.is_of_another_form(id) && !of_another_order(id)) {
            true => Ok(()),
            false if named.is_empty() => Err(format!("nobody named the payment: {NAME_IT}")),
            false => Err(format!("the transaction on record belongs to another order: {NAME_IT}")),
        }
    }
}

/// Why what a person attests is all that there is.
const NO_READING: &str = "contacts and orders were not captured before and after";

/// What is asked where nobody named this payment.
const NAME_IT: &str = "give its transaction as the order's page shows it (--saw order --transaction ID)";

/// Why an order shows no payment.
enum Unpaid {
    /// Nothing was paid for it.
    Nothing(String),
    /// Less was paid than the plan expects.
    Less(String),
    /// What was paid cannot be read.
    Unread(String),
}

impl Unpaid {
    fn why(&self) -> &str {
        match self {
            Self::Nothing(why) | Self::Less(why) | Self::Unread(why) => why,
        }
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
    (Known::Unknown, format!("{}: not a status that AccessAlly is known to use, so it proves nothing", orders(unknown)))
}

/// Why an order shows no purchase between the two readings, by the day that it says. A day more on both sides, as the site
/// says it in its own time zone; where no day was captured that says nothing.
fn misdated(order: &Bought, shown: Shown<'_>) -> Option<(Known, String)> {
    if order.date.is_empty() {
        return None;
    }
    let Some(date) = day(&order.date) else {
        return Some((Known::Unknown, format!("its date `{}` is not a date such as 2026-11-21", order.date)));
    };
    let [before, after] = [&shown.before.taken_at, &shown.after.taken_at];
    if day_of(before).and_then(|day| day.checked_sub(Span::new().days(1)).ok()).is_some_and(|first| date < first) {
        return Some((
            Known::NotFound,
            format!("it is dated {date}, earlier than the reading of {before}, which does not show it"),
        ));
    }
    day_of(after)
        .and_then(|day| day.checked_add(Span::new().days(1)).ok())
        .is_some_and(|last| last < date)
        .then(|| (Known::NotFound, format!("it is dated {date}, later than the reading of {after} that shows it")))
}

fn day_of(time: &str) -> Option<Date> {
    time.parse::<Timestamp>().ok().map(|time| time.to_zoned_datetime(TimeZone::UTC).date())
}

/// A mail is seen by a person. Where none is delivered and none was caught since, there was none.
fn mail(said: bool, shown: Shown<'_>) -> (Known, String) {
    match shown.trapped {
        Some([before, after]) if said && after <= before => {
            let seen =
                format!("no mail was caught since the earlier reading ({after} in all): look at AccessAlly > Emails");
            (Known::NotFound, seen)
        }
        _ => attested(said, "only a person can see whether the mail arrived"),
    }
}
