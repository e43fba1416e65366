//! Two readings of one site after the switch: of the plan's site, in order, and what of them is not known.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::failure::{Failure, exit};
use crate::journey::Released;
use crate::model::Kind;
use crate::model::schedule::Schedule;
use crate::project::Opened;
use crate::reconcile::{Grounds, Side, Since, Terms, Unproven, recorded, since};

use super::side::SideReading;
use super::{notes, sides};

/// What was compared, and what could not be.
pub(crate) struct Looked {
    /// What moved; none where a side has no contacts.
    pub(crate) since: Option<Since>,
    /// What could not be compared.
    pub(crate) unproven: Vec<Unproven>,
    /// The days of both readings, by the clock of the plan's window.
    pub(crate) days: [Date; 2],
}

/// Compares an earlier reading of a site with a later one.
pub(crate) fn look(
    opened: &Opened,
    (earlier, later): (&SideReading, &SideReading),
    released: Released,
) -> Result<Looked, Failure> {
    sides::ensure_of_the_plan(&opened.plan, [earlier, later].into_iter())?;
    ensure_one_site(earlier, later)?;
    let times = [earlier, later].map(|side| side.times()[1].or(side.time()));
    let mut unproven = in_order(times)?;
    unproven.extend(sides::not_read_right((earlier, later), opened.settings.max_age.as_str()));
    unproven.extend(notes::too_old(opened, later));
    let zone = Schedule::of(&opened.plan).and_then(Result::ok);
    let zone = zone.map_or(TimeZone::UTC, |schedule| schedule.end.time_zone().clone());
    let days = times.map(|at| at.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone.clone()).date());
    unproven.extend(not_captured((earlier, later)));
    let (Ok(left), Ok(right), Some(snapshot)) = (earlier.population(), later.population(), later.snapshot()) else {
        return Ok(Looked { since: None, unproven, days });
    };
    let captured = ["order", "subscription"].map(|kind| earlier.lacks(kind).is_none() && later.lacks(kind).is_none());
    let offerings = snapshot.header.is_captured(Kind::Offering.name());
    let grounds = Grounds { days, captured, released, offerings, plan: &opened.plan, site: &snapshot.state };
    let tests = recorded(&opened.plan, Some(&snapshot.state), &opened.record, later.site());
    let terms = Terms::of(grounds, tests);
    let all = since(left.open()?, right.open()?, &terms).map_err(|unreadable| match unreadable.side {
        Side::Before => left.damaged(unreadable.damage),
        Side::After => right.damaged(unreadable.damage),
    })?;
    left.belongs(&all.digests[0])?;
    right.belongs(&all.digests[1])?;
    for (fields, side) in all.unknown.into_iter().zip(["earlier", "later"]) {
        unproven.extend(fields.iter().map(|field| Unproven {
            what: format!("the {} of the contacts at the {side} reading", field.name()),
            why: "nobody read it of all of them, as the first line of that population says".to_owned(),
        }));
    }
    Ok(Looked { since: Some(all), unproven, days })
}

/// Refuses two sites: an ID of one is nobody's of the other.
fn ensure_one_site(earlier: &SideReading, later: &SideReading) -> Result<(), Failure> {
    if earlier.site().is_same_site(later.site()) {
        return Ok(());
    }
    let message = format!("`{}` and `{}` are readings of two different sites", earlier.site(), later.site());
    Err(Failure::new(exit::TARGET, message).help(
        "both must be of one site: after a push take a reading of live on that day, and name it with `--since FILE` later",
    ))
}

fn in_order([earlier, later]: [Option<Timestamp>; 2]) -> Result<Vec<Unproven>, Failure> {
    match earlier.zip(later) {
        Some((earlier, later)) if later < earlier => {
            let message =
                format!("the `--after` reading is from {later}, earlier than the `--since` reading from {earlier}");
            Err(Failure::new(exit::USAGE, message).help("are the two the wrong way round?"))
        }
        Some((earlier, later)) if later > earlier => Ok(Vec::new()),
        _ => Ok(vec![Unproven {
            what: "what happened since".to_owned(),
            why: "the `--after` reading is not known to be later than the `--since` reading".to_owned(),
        }]),
    }
}

/// What of the two readings was not captured, and why.
fn not_captured((earlier, later): (&SideReading, &SideReading)) -> Vec<Unproven> {
    let mut all = Vec::new();
    for (side, name) in [(earlier, "earlier"), (later, "later")] {
        if let Err(why) = side.population() {
            all.push(Unproven { what: format!("the population of the {name} reading"), why });
            continue;
        }
        for kind in ["order", "subscription"] {
            all.extend(
                side.lacks(kind).map(|why| Unproven { what: format!("the {kind}s of the {name} reading"), why }),
            );
        }
    }
    let offerings = later.header().is_some_and(|header| header.is_captured(Kind::Offering.name()));
    if !offerings && later.snapshot().is_some() {
        let why = "the later reading did not capture the offerings: no tag can be matched to what it opens".to_owned();
        all.push(Unproven { what: "access".to_owned(), why });
    }
    all
}
