//! Two readings compared: of the plan's sites and in order, everybody and the plan's contacts, the test purchases; what live did since
//! its copy was made. `reconcile` joins what is read here.

mod merge_list;
mod notes;
mod purchases;
mod side;
mod sides;
mod since;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::failure::Failure;
use crate::guide::{IMPORT_ALL, MigrationSignals};
use crate::model::population::{Census, Questions};
use crate::model::purchase::{Confirmed, Purchased};
use crate::model::record::Record;
use crate::model::text::many;
use crate::population::take_census;
use crate::project::Opened;
use crate::reconcile::{
    Ask, Cell, Comparison, Fields, Imported, Reconciled, Side, Spot, Spotted, Unproven, WITHOUT_USER, reconcile,
    recorded, spot_check,
};
use crate::site::Population;

pub(crate) use merge_list::MergeList;
pub(crate) use notes::{notes, notes_of_age};
pub(crate) use side::SideReading;
pub(crate) use since::{Looked, look};

/// What came of the switch: both readings are of the plan's sites and in order, and whatever they say nothing of is unproven.
pub(crate) fn verify(
    opened: &Opened,
    before: Option<&SideReading>,
    after: &SideReading,
) -> Result<Comparison, Failure> {
    let mut record = opened.record.clone();
    if let Some(since) = before.and_then(SideReading::time) {
        // What was on record before the side before was read is no part of what it came to since.
        record.entries.retain(|entry| entry.at.parse::<Timestamp>().is_ok_and(|at| at >= since));
    }
    sides::ensure_of_the_plan(&opened.plan, before.into_iter().chain([after]))?;
    let order = before.map_or(Ok(None), |before| sides::in_order(before, after))?;
    let mut comparison = compare(opened, before, after, &record)?;
    comparison.unproven.extend(order);
    let max_age = opened.settings.max_age.as_str();
    comparison.unproven.extend(sides::say_nothing_of(&opened.plan, (before, after), max_age));
    comparison.unproven.extend(notes::too_old(opened, after));
    Ok(comparison)
}

/// Compares whatever was captured, and says what was not.
pub(crate) fn compare(
    opened: &Opened,
    before: Option<&SideReading>,
    after: &SideReading,
    record: &Record,
) -> Result<Comparison, Failure> {
    let plan = &opened.plan;
    let sides = [before.map(|place| place.population().ok()), Some(after.population().ok())].map(Option::flatten);
    let mut found = match sides {
        [Some(left), Some(right)] => both(opened, (before.unwrap_or(after), left), (after, right), record)?,
        [None, Some(right)] => after_only(opened, after, right)?,
        [_, None] => Found::default(),
    };
    found.unproven.splice(0..0, not_captured(before, after));
    found.unproven.extend(not_recorded(opened));
    let listed = plan.spot_check.list.len() as u64;
    let extra_expected = imports_all(opened, after);
    let Found { spots, everybody, members, purchases, mut unproven } = found;
    let purchases = purchases.unwrap_or_else(|| purchases::attested(opened, record, after));
    unproven.extend(purchases.iter().filter_map(not_confirmed));
    Ok(Comparison { spots, listed, everybody, members, extra_expected, purchases, unproven })
}

/// What was found so far.
#[derive(Default)]
struct Found {
    spots: Option<Vec<Spot>>,
    everybody: Option<Reconciled>,
    members: Option<u64>,
    purchases: Option<Vec<Purchased>>,
    unproven: Vec<Unproven>,
}

/// A test purchase of which something is not proven. What several confirmations lack for one reason is said once.
fn not_confirmed(purchased: &Purchased) -> Option<Unproven> {
    let open: Vec<&Confirmed> = purchased.open().collect();
    let why: Vec<String> = open
        .chunk_by(|one, next| (one.how, &one.seen) == (next.how, &next.seen))
        .map(|same| {
            let names: Vec<&str> = same.iter().map(|one| one.what.name()).collect();
            format!("{} {}: {}", names.join(", "), same[0].how.name(), same[0].seen)
        })
        .collect();
    (!why.is_empty())
        .then(|| Unproven { what: format!("the test purchase on `{}`", purchased.form), why: why.join("; ") })
}

/// Whether contacts without a user have to be there after: the plan wants them, and the site is not known to be unmigrated.
fn imports_all(opened: &Opened, after: &SideReading) -> bool {
    let wanted = opened.plan.migration.as_ref().is_some_and(|choices| choices.import_all_contacts);
    wanted && after.snapshot().is_none_or(|after| MigrationSignals::of(after).managed != Some(false))
}

fn both(
    opened: &Opened,
    (before, left): (&SideReading, &dyn Population),
    (after, right): (&SideReading, &dyn Population),
    record: &Record,
) -> Result<Found, Failure> {
    let captured = |kind| [before.lacks(kind).is_none(), after.lacks(kind).is_none()];
    let orders = captured("order");
    let ask = Ask {
        contacts: Questions::of(&opened.plan).contacts,
        orders: orders == [true; 2],
        subscriptions: captured("subscription") == [true; 2],
        extra_expected: imports_all(opened, after),
        without_user: before.lacks(WITHOUT_USER).is_none(),
        purchases: recorded(&opened.plan, after.snapshot().map(|after| &after.state), record, after.site()),
    };
    let all = reconcile(left.open()?, right.open()?, &ask).map_err(|unreadable| match unreadable.side {
        Side::Before => left.damaged(unreadable.damage),
        Side::After => right.damaged(unreadable.damage),
    })?;
    left.belongs(&all.before)?;
    right.belongs(&all.after)?;
    let spotted = Spotted {
        recorded: opened.contacts.values.as_ref(),
        before: Some(&all.asked_before),
        after: &all.asked_after,
        renamed: &all.renamed,
        orders,
        unknown: all.unknown,
    };
    let (spots, mut unproven) = spots(opened, &spotted);
    unproven.extend(before.lacks(WITHOUT_USER).filter(|_| ask.extra_expected).map(|why| Unproven {
        what: format!("whether every contact without a user was imported (\"{IMPORT_ALL}\")"),
        why: format!("who they were before: {why}"),
    }));
    for (fields, side) in all.unknown.into_iter().zip(["before", "after"]) {
        unproven.extend(fields.iter().map(|field| Unproven {
            what: format!("the {} of the contacts {side}", field.name()),
            why: "nobody read it of all of them, as the first line of that population says".to_owned(),
        }));
    }
    unproven.extend(all.imported.iter().filter(|_| ask.extra_expected).flat_map(not_captured_of_imported));
    for kind in ["order", "subscription"] {
        unproven.extend([(before, "before"), (after, "after")].into_iter().filter_map(|(place, side)| {
            place.lacks(kind).map(|why| Unproven { what: format!("{kind}s {side}"), why })
        }));
    }
    let purchases = match ask.orders {
        true => Some(purchases::shown(opened, record, (before, after), (left, right), &all.bought)?),
        false => None,
    };
    let members = Some(all.contacts.before);
    Ok(Found { spots: Some(spots), members, purchases, everybody: Some(all), unproven })
}

/// Without a population before, only what was recorded of the plan's contacts can be compared.
fn after_only(opened: &Opened, after: &SideReading, right: &dyn Population) -> Result<Found, Failure> {
    let read = take_census(right.open()?, &Questions::of(&opened.plan));
    let (Census { members, contacts, unknown, .. }, digest) = read.map_err(|damage| right.damaged(damage))?;
    right.belongs(&digest)?;
    let spotted = Spotted {
        recorded: opened.contacts.values.as_ref(),
        before: None,
        after: &contacts,
        renamed: &BTreeMap::new(),
        orders: [false, after.lacks("order").is_none()],
        unknown: [Fields::default(), Fields::from(&unknown)],
    };
    let (spots, unproven) = spots(opened, &spotted);
    Ok(Found { spots: Some(spots), members: Some(members), unproven, ..Found::default() })
}

fn spots(opened: &Opened, spotted: &Spotted<'_>) -> (Vec<Spot>, Vec<Unproven>) {
    let spots = spot_check(opened.plan.spot_check.list.keys(), spotted);
    let unknown: Vec<&str> = spots
        .iter()
        .filter(|spot| spot.is_there && spot.cells.iter().any(|(_, cell)| *cell == Cell::Unknown))
        .map(|spot| spot.id.as_str())
        .collect();
    let unproven = (!unknown.is_empty()).then(|| Unproven {
        what: format!("spot-check contacts {}", unknown.join(", ")),
        why: "not every field is known before and after".to_owned(),
    });
    (spots, unproven.into_iter().collect())
}

/// What nobody captured of contacts who had no user before, and who came.
fn not_captured_of_imported(all: &Imported) -> impl Iterator<Item = Unproven> {
    all.unknown.iter().map(|(field, count)| Unproven {
        what: format!("the {} of {} who were imported and had no user before", field.name(), many(*count, "contact")),
        why: "it was not captured before (`contact-without-user` of the population)".to_owned(),
    })
}

/// Which population was not captured, and why.
fn not_captured(before: Option<&SideReading>, after: &SideReading) -> Vec<Unproven> {
    let named = |what: &str, why| Unproven { what: what.to_owned(), why };
    let before = match before {
        None => Some("no reading was given; name one from before the switch with `--before`".to_owned()),
        Some(place) => place.population().err(),
    };
    let sides = [("the population before", before), ("the population after", after.population().err())];
    sides.into_iter().filter_map(|(what, why)| Some(named(what, why?))).collect()
}

/// Recorded values that the plan speaks of and that could not be read.
fn not_recorded(opened: &Opened) -> Option<Unproven> {
    (!opened.knows_its_contacts()).then(|| Unproven {
        what: "the plan's spot-check contacts".to_owned(),
        why: "what the plan says about them cannot be read completely; a check of the plan shows where".to_owned(),
    })
}
