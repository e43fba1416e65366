//! What is to be looked at after the switch: the one table of its dates, counted from the end of the run on live, and which of them
//! somebody put on record.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Release;
use crate::model::digest;
use crate::model::plan::{OfferingIntent, OrderFormIntent, Plan};
use crate::model::record::{Entry, Evidence, LookResult, Record};
use crate::model::schedule::Schedule;
use crate::model::text::many;

use super::Source::{self, Documented, Inferred};

/// How many days the CRM stays after the switch: until whoever pays by the month was charged once.
pub(super) const CRM_STAYS_DAYS: i32 = 31;

/// The name of the last date: until all others are done, this one is not.
pub const LAST: &str = "cancel-crm";

/// How the names of the dates begin on which live is looked at again.
const LOOK: &str = "look-again-";

/// How the name of a form's first renewal begins.
const RENEWAL: &str = "first-renewal/";

/// A date that counts by days from the end of the switch, whatever the plan holds.
struct Fixed {
    name: &'static str,
    what: &'static str,
    days: i32,
    need: Source,
    because: &'static str,
    day_because: &'static str,
}

/// Those that every switch has, in their order.
static FIXED: &[Fixed] = &[
    Fixed {
        name: "look-again-24h",
        what: "read live again and compare everybody with the reading that the run kept, as `verify` does with `--since`; sign in as a member of each level",
        days: 1,
        need: Documented,
        because: "the vendor's page on verification asks to compare contacts, and to try each membership level",
        day_because: "documented: within 24 to 48 hours",
    },
    Fixed {
        name: "look-again-48h",
        what: "read live again and compare everybody once more, as `verify` does with `--since`: what mail, cron and other plugins did in the meantime shows now",
        days: 2,
        need: Documented,
        because: "the vendor's page on verification gives 48 hours to find what is wrong",
        day_because: "documented: within 24 to 48 hours",
    },
    Fixed {
        name: "failed-payments",
        what: "look at each payment that failed since the switch, under AccessAlly > Sales > Subscriptions, and at who lost access by it",
        days: 4,
        need: Documented,
        because: "the vendor's page on verification says that failed payments may no longer cancel subscriptions",
        day_because: "inferred: three tries, one day apart (documented), are over on the fourth day",
    },
];

/// From where the dates count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFrom {
    /// The end of the run that took live through the switch.
    Run,
    /// The end of the plan's window, as no such run came to its end here.
    Window,
}

/// Who put a date on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ticked {
    /// A short name from the plan's `people`.
    pub who: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What came of looking at a site again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Looked {
    /// What came of it.
    pub result: LookResult,
    /// In words, without a personal value.
    pub says: String,
    /// Who put it on record.
    pub who: String,
    /// When, RFC 3339.
    pub at: String,
}

/// A date of the aftercare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Care {
    /// Its name, by which it is put on record.
    pub name: String,
    /// What is to be done.
    pub what: String,
    /// The day, by the clock of the window's zone; null where nobody knows it.
    pub day: Option<String>,
    /// What the day rests on: documented, inferred, the plan, a reading, or an assumption; or why nobody knows it.
    pub day_because: String,
    /// How well it is known that it is needed.
    pub need: Source,
    /// Why it is needed.
    pub because: String,
    /// Who put it on record, on its day or later; null where nobody did.
    pub done: Option<Ticked>,
    /// What came of looking at the site again, on its day or later, the last time; null where nobody did, or where it asks for something else.
    pub result: Option<Looked>,
    /// Whether its day has passed, counted from the run's end, and it is not done.
    pub overdue: bool,
}

impl Care {
    /// The short digest of what is to be done: what was put on record of something else is not done.
    pub fn now(&self) -> String {
        digest::short(&self.what)
    }

    /// Whether live is compared with how the run left it.
    pub fn is_a_look(&self) -> bool {
        self.name.starts_with(LOOK)
    }

    /// Its day.
    pub fn date(&self) -> Option<Date> {
        self.day.as_ref()?.parse().ok()
    }
}

/// What is to be looked at after the switch, the earliest first; what has no known day before the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Aftercare {
    /// From where the days count.
    pub counted_from: CountedFrom,
    /// The end that they count from, RFC 3339.
    pub end: String,
    /// What day it is, by the same clock.
    pub today: String,
    /// The plan's live site; empty where it names none.
    #[serde(skip)]
    pub live: String,
    /// The dates.
    pub dates: Vec<Care>,
}

impl Aftercare {
    /// Those that nobody put on record.
    pub fn open(&self) -> impl Iterator<Item = &Care> {
        self.dates.iter().filter(|care| care.done.is_none())
    }

    /// The open one whose day is the first.
    pub fn next(&self) -> Option<&Care> {
        self.open().filter(|care| care.day.is_some()).min_by_key(|care| care.date())
    }

    /// The one of this name.
    pub fn named(&self, name: &str) -> Option<&Care> {
        self.dates.iter().find(|care| care.name == name)
    }
}

/// The first day on which a payment of a form is due, as a reading of the subscriptions shows it, by the form's key.
pub type Renewals = BTreeMap<String, Date>;

/// The aftercare of a plan: from the end of its run on live, else from the end of its window; none where there is neither.
pub fn aftercare(
    plan: &Plan,
    record: &Record,
    ended: Option<Timestamp>,
    renewals: &Renewals,
    now: Timestamp,
) -> Option<Aftercare> {
    let schedule = Schedule::of(plan).and_then(Result::ok);
    let zone = schedule.as_ref().map_or(TimeZone::UTC, |schedule| schedule.end.time_zone().clone());
    let (counted_from, end) = match (ended, schedule) {
        (Some(ended), _) => (CountedFrom::Run, ended.to_zoned_datetime(zone.clone())),
        (None, Some(schedule)) => (CountedFrom::Window, schedule.end),
        (None, None) => return None,
    };
    let today = now.to_zoned_datetime(zone).date();
    let mut dates: Vec<Care> = FIXED.iter().map(|fixed| of_every_switch(fixed, &end)).collect();
    dates.extend(test_buyers(plan, &end));
    dates.extend(plan.offerings.iter().filter_map(|(key, offering)| first_timer(key, offering, &end)));
    dates.extend(recurring(plan).map(|key| first_renewal(key, renewals.get(key).copied(), &end)));
    dates.push(cancel_crm(plan, &dates, &end));
    // The last stays the last, whatever its day.
    dates.sort_by_key(|care| (care.name == LAST, care.day.is_none(), care.date()));
    for care in &mut dates {
        care.done = ticked(care, record, &end);
        care.result = looked(care, plan, record, &end);
        settle(care);
        let is_over = care.date().is_some_and(|day| day < today);
        care.overdue = counted_from == CountedFrom::Run && is_over && care.done.is_none();
    }
    Some(Aftercare {
        counted_from,
        end: end.timestamp().to_string(),
        today: today.to_string(),
        live: plan.sites.live.clone(),
        dates,
    })
}

/// Whether this can be the name of a date of this plan.
pub fn is_aftercare(plan: &Plan, name: &str) -> bool {
    // The names do not depend on the day that they are counted from.
    let all = aftercare(plan, &Record::default(), Some(Timestamp::UNIX_EPOCH), &Renewals::new(), Timestamp::UNIX_EPOCH);
    all.is_some_and(|all| all.named(name).is_some())
}

fn later(end: &ZonedDateTime, days: i64) -> Date {
    end.date().saturating_add(Span::new().days(days.clamp(0, 36_500)))
}

fn care(name: String, what: String, day: (Option<Date>, String), (need, because): (Source, &str)) -> Care {
    let (day, day_because) = (day.0.map(|day| day.to_string()), day.1);
    Care { name, what, day, day_because, need, because: because.to_owned(), done: None, result: None, overdue: false }
}

fn of_every_switch(fixed: &Fixed, end: &ZonedDateTime) -> Care {
    let day = (Some(later(end, fixed.days.into())), fixed.day_because.to_owned());
    care(fixed.name.to_owned(), fixed.what.to_owned(), day, (fixed.need, fixed.because))
}

/// Who bought for a test, on live; none where the plan has nobody buy.
fn test_buyers(plan: &Plan, end: &ZonedDateTime) -> Option<Care> {
    let what = "remove the test buyers and their orders from live, under WordPress > Users and AccessAlly > Sales, and refund what was paid for real";
    let day = (Some(later(end, 1)), "assumption: the day after, once everybody was compared".to_owned());
    let because = "a test buyer keeps access, counts as a member, and may be charged again";
    let care = care("test-buyers".to_owned(), what.to_owned(), day, (Inferred, because));
    (!plan.test_purchases.is_empty()).then_some(care)
}

/// The first day on which a timer opens a module for whoever was released on the day of the switch; none where none does.
fn first_timer(key: &str, offering: &OfferingIntent, end: &ZonedDateTime) -> Option<Care> {
    let mut modules: Vec<_> = offering.numbered().map(|(_, number, module)| (number, module)).collect();
    modules.sort_by_key(|(number, _)| *number);
    let waits = modules.iter().filter(|(number, _)| *number > 0).map(|(_, module)| match &module.release {
        Some(release @ (Release::Immediately | Release::After { .. })) => release.days(),
        Some(Release::ByHand | Release::Other(_)) | None => None,
    });
    // After a module that a person opens nobody knows the day.
    let days = waits.map_while(|days| days).find(|days| *days > 0)?;
    let what = format!(
        "look whether the first module of the offering `{key}` that opens by a timer has opened for a buyer of the day of the switch"
    );
    let day = (Some(later(end, days.into())), format!("the plan: its first timer runs {}", many(days, "day")));
    let because =
        "the vendor's page on verification says that automations may not fire, and no reading shows what is scheduled";
    Some(care(format!("first-timer/{key}"), what, day, (Documented, because)))
}

/// The forms that charge again: those of which the plan says what a payment that fails for good does, or what ends access.
fn recurring(plan: &Plan) -> impl Iterator<Item = &String> {
    let recurs = |form: &OrderFormIntent| form.failed_payment.is_some() || form.access_after.is_some();
    plan.order_forms.iter().filter(move |(_, form)| recurs(form)).map(|(key, _)| key)
}

fn first_renewal(key: &str, day: Option<Date>, end: &ZonedDateTime) -> Care {
    let what = format!(
        "look at the first renewals of the order form `{key}`, under AccessAlly > Sales > Subscriptions and at the gateway: each charged once"
    );
    let because = "two copies of a site that both charge are the accident that the vendor warns of most";
    let day = match day.filter(|day| *day >= end.date()) {
        Some(day) => (Some(day), "a reading: the first next payment of its subscriptions".to_owned()),
        None => (None, "unknown: no reading here shows a next payment of its subscriptions".to_owned()),
    };
    care(format!("{RENEWAL}{key}"), what, day, (Documented, because))
}

/// After all others, and not before the CRM is paid for no longer.
fn cancel_crm(plan: &Plan, others: &[Care], end: &ZonedDateTime) -> Care {
    let paid = plan.crm.paid_until();
    let month = later(end, CRM_STAYS_DAYS.into());
    let last = others.iter().filter_map(Care::date).max();
    let (own, why) = match paid {
        Some(paid) => (paid, "the plan: the CRM is paid until then".to_owned()),
        None => {
            (month, format!("assumption: {CRM_STAYS_DAYS} days to look things up in; the plan has no `crm/paid_until`"))
        }
    };
    let day = match last.filter(|last| *last > own) {
        Some(last) => (last, "after the last of the other dates".to_owned()),
        None => (own, why),
    };
    let what = "cancel the CRM, once all other dates are done: export what is still wanted of it, and mind its period of notice";
    let because = "what the CRM holds is the only place to look up how a member was before";
    care(LAST.to_owned(), what.to_owned(), (Some(day.0), day.1), (Inferred, because))
}

/// What came of looking at live again since this date's day, the last time; none of a date that asks for something else.
fn looked(care: &Care, plan: &Plan, record: &Record, end: &ZonedDateTime) -> Option<Looked> {
    let (day, live) = (care.date().filter(|_| care.is_a_look())?, plan.live_site()?);
    let mut looks = record.entries.iter().rev().filter_map(|entry| match &entry.evidence {
        Evidence::LookedAgain(look) if look.host.is_same_site(&live) => Some((entry, look)),
        _ => None,
    });
    looks.find(|(entry, _)| is_from(entry, end, day)).map(|(entry, look)| Looked {
        result: look.result,
        says: look.says.clone(),
        who: entry.who.clone(),
        at: entry.at.clone(),
    })
}

/// A date is done by the last that was put on record of it: by a person's line, or by a look that found everything as expected.
fn settle(care: &mut Care) {
    let Some(looked) = &care.result else { return };
    let time = |at: &str| at.parse::<Timestamp>().ok();
    if care.done.as_ref().is_some_and(|done| time(&done.at) >= time(&looked.at)) {
        return;
    }
    let ticked = Ticked { who: looked.who.clone(), at: looked.at.clone() };
    care.done = (looked.result == LookResult::AsExpected).then_some(ticked);
}

/// Whether a line was recorded after the end of the switch, on this day or later.
fn is_from(entry: &Entry, end: &ZonedDateTime, day: Date) -> bool {
    let at = entry.at.parse::<Timestamp>().ok();
    at.is_some_and(|at| at >= end.timestamp() && at.to_zoned_datetime(end.time_zone().clone()).date() >= day)
}

/// The line that says that it is done. What was seen before its day is not what is asked for.
fn ticked(care: &Care, record: &Record, end: &ZonedDateTime) -> Option<Ticked> {
    // Where no reading is opened the day of a renewal is unknown: what counts there counts everywhere.
    let own = care.date().filter(|_| !care.name.starts_with(RENEWAL));
    let day = own.unwrap_or_else(|| end.date());
    record
        .said_done(&care.name, care.now())
        .find(|entry| is_from(entry, end, day))
        .map(|entry| Ticked { who: entry.who.clone(), at: entry.at.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_each_name_stands_once() {
        assert!(FIXED.is_sorted_by(|a, b| a.days < b.days && a.name != b.name));
        assert!(FIXED.iter().all(|fixed| super::super::LeadTime::named(fixed.name).is_none()));
    }
}
