//! `plan verify`: the plan's contacts and everybody else, before and after the switch.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::cli::{Verify, VerifyFormat};
use crate::diag::Document;
use crate::example;
use crate::failure::{Failure, exit};
use crate::guide::{IMPORT_ALL, MigrationSignals};
use crate::model::plan::ContactRecord;
use crate::model::population::Census;
use crate::model::purchase::{Confirmed, Purchased};
use crate::model::record::Record;
use crate::model::snapshot::Header;
use crate::model::status::{OrderStatus, SubscriptionStatus};
use crate::output::escape;
use crate::output::human::Style;
use crate::output::many;
use crate::output::verify::{Verification, human, json};
use crate::population::take_census;
use crate::project::{Opened, Project};
use crate::reconcile::{
    Ask, Cell, Comparison, Counted, Imported, Line, Reconciled, Side, Spotted, Unproven, Verdict, WITHOUT_USER,
    reconcile, recorded, spot_check,
};
use crate::rules::{Stale, stale};
use crate::site::Population;

use super::side_reading::SideReading;
use super::{Terminal, check, inputs, sides, test_purchases};

pub(super) fn run(args: &Verify, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let opened = Project::new(&args.plan, args.limits.into()).showing_personal(args.show_personal).open()?;
    if !opened.whole {
        let failure = Failure::new(exit::NOT_GREEN, "the plan cannot be read, so its contacts are not known");
        return Err(failure.help(format!(
            "`plan check {} --no-site` shows where it breaks",
            escape::shell(&args.plan.display().to_string())
        )));
    }
    let named = |name: &str| SideReading::named(name, Some(&opened.plan));
    let before = args.before.as_deref().map(named).transpose()?;
    let after = named(&args.after)?;
    let mut record = opened.record.clone();
    if let Some(since) = before.as_ref().and_then(SideReading::time) {
        // What was on record before the side before was read is no part of what it came to since.
        record.entries.retain(|entry| entry.at.parse::<Timestamp>().is_ok_and(|at| at >= since));
    }
    sides::ensure_of_the_plan(&opened.plan, before.iter().chain([&after]))?;
    let order = before.as_ref().map_or(Ok(None), |before| sides::in_order(before, &after))?;
    let mut comparison = compare(&opened, before.as_ref(), &after, &record)?;
    comparison.unproven.extend(order);
    let max_age = opened.settings.max_age.as_str();
    comparison.unproven.extend(sides::say_nothing_of(&opened.plan, (before.as_ref(), &after), max_age));
    let notes = notes(&opened, &after, &comparison);
    let path = opened.path.display().to_string();
    let verification = Verification {
        path: &path,
        before: before.as_ref().and_then(SideReading::line),
        after: after.line(),
        comparison: &comparison,
        notes: &notes,
        show_personal: args.show_personal,
    };
    let mut text = Vec::new();
    match args.format {
        VerifyFormat::Human => {
            let style = Style { color: terminal.color, width: terminal.width, most: check::DRAWN };
            human::render(&verification, style, &mut text)?;
        }
        VerifyFormat::Json => json::render(&verification, &mut text)?,
    }
    terminal.out.write_all(&text)?;
    Ok(match comparison.verdict() {
        Verdict::Equal => exit::OK,
        Verdict::Different => exit::NOT_VERIFIED,
        Verdict::Unproven => exit::NOT_GREEN,
    })
}

/// Compares whatever was captured, and says what was not.
pub(super) fn compare(
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
    let purchases = purchases.unwrap_or_else(|| test_purchases::attested(opened, record, after));
    unproven.extend(purchases.iter().filter_map(not_confirmed));
    Ok(Comparison { spots, listed, everybody, members, extra_expected, purchases, unproven })
}

/// What was found so far.
#[derive(Default)]
struct Found {
    spots: Option<Vec<crate::reconcile::Spot>>,
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
        contacts: inputs::questions(&opened.plan).contacts,
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
    };
    let (spots, mut unproven) = spots(opened, &spotted);
    unproven.extend(before.lacks(WITHOUT_USER).filter(|_| ask.extra_expected).map(|why| Unproven {
        what: format!("whether every contact without a user came (\"{IMPORT_ALL}\")"),
        why: format!("who they were before: {why}"),
    }));
    unproven.extend(all.imported.iter().filter(|_| ask.extra_expected).flat_map(not_captured_of_imported));
    for kind in ["order", "subscription"] {
        unproven.extend([(before, "before"), (after, "after")].into_iter().filter_map(|(place, side)| {
            place.lacks(kind).map(|why| Unproven { what: format!("{kind}s {side}"), why })
        }));
    }
    let purchases = match ask.orders {
        true => Some(test_purchases::shown(opened, record, (before, after), (left, right), &all.bought)?),
        false => None,
    };
    let members = Some(all.contacts.before);
    Ok(Found { spots: Some(spots), members, purchases, everybody: Some(all), unproven })
}

/// Without a population before, only what was recorded of the plan's contacts can be compared.
fn after_only(opened: &Opened, after: &SideReading, right: &dyn Population) -> Result<Found, Failure> {
    let read = take_census(right.open()?, &inputs::questions(&opened.plan));
    let (Census { members, contacts, .. }, digest) = read.map_err(|damage| right.damaged(damage))?;
    right.belongs(&digest)?;
    let spotted = Spotted {
        recorded: opened.contacts.values.as_ref(),
        before: None,
        after: &contacts,
        renamed: &BTreeMap::new(),
        orders: [false, after.lacks("order").is_none()],
    };
    let (spots, unproven) = spots(opened, &spotted);
    Ok(Found { spots: Some(spots), members: Some(members), unproven, ..Found::default() })
}

fn spots(opened: &Opened, spotted: &Spotted<'_>) -> (Vec<crate::reconcile::Spot>, Vec<Unproven>) {
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
        what: format!(
            "the {} of {} who came and had no user before",
            field.name(),
            many(usize::try_from(*count).unwrap_or(usize::MAX), "contact")
        ),
        why: "it was not captured before (`contact-without-user` of the population)".to_owned(),
    })
}

/// Which population was not captured, and why.
fn not_captured(before: Option<&SideReading>, after: &SideReading) -> Vec<Unproven> {
    let named = |what: &str, why| Unproven { what: what.to_owned(), why };
    let before = match before {
        None => Some("nobody named it; give the site as it was with `--before`".to_owned()),
        Some(place) => place.population().err(),
    };
    let sides = [("the population before", before), ("the population after", after.population().err())];
    sides.into_iter().filter_map(|(what, why)| Some(named(what, why?))).collect()
}

/// Recorded values that the plan speaks of and that could not be read.
fn not_recorded(opened: &Opened) -> Option<Unproven> {
    let values: Option<&BTreeMap<String, ContactRecord>> = opened.contacts.values.as_ref();
    let unread = opened.plan.spot_check.values.is_some() && values.is_none();
    let broken = opened.findings.iter().any(|finding| finding.primary.place.document() == Document::Contacts);
    let misfit = opened.plan.left_out.iter().any(|place| place.starts_with("/spot_check"));
    (unread || broken || misfit).then(|| Unproven {
        what: "the plan's spot-check contacts".to_owned(),
        why: "what the plan says of them cannot be read whole; a check of it shows where".to_owned(),
    })
}

/// What a reader should know of the two sides.
fn notes(opened: &Opened, after: &SideReading, comparison: &Comparison) -> Vec<String> {
    let mut notes = Vec::new();
    if opened.plan.spot_check.list.is_empty() {
        notes.push("the plan lists no spot-check contacts".to_owned());
    }
    notes.extend(after.header().and_then(|header| out_of_date(header, opened.settings.max_age.as_str())));
    notes.extend(comparison.everybody.iter().flat_map(|all| &all.account).filter_map(unknown_status));
    notes
}

/// That the side after is not as the site is now.
fn out_of_date(after: &Header, max_age: &str) -> Option<String> {
    let read_at: Timestamp = after.taken_at.parse().ok()?;
    match stale(read_at, Timestamp::now(), max_age).filter(|_| !example::is_invented(after))? {
        Stale::Old => Some(format!(
            "the side after was read at {read_at}, longer ago than the {max_age} of `max_age`: read it again"
        )),
        // That is no note: it is unproven.
        Stale::Ahead => None,
    }
}

/// A status that is none of AccessAlly's.
fn unknown_status(line: &Line) -> Option<String> {
    let what = match line.counted {
        Counted::OrderStatus if !line.name.is_empty() && OrderStatus::of(&line.name).is_none() => "order",
        Counted::SubscriptionStatus if !line.name.is_empty() && SubscriptionStatus::of(&line.name).is_none() => {
            "subscription"
        }
        _ => return None,
    };
    let (before, after) = (line.before, line.after);
    Some(format!(
        "the {what} status `{}` is none of AccessAlly's ({before} before, {after} after), so it proves nothing",
        line.name
    ))
}
