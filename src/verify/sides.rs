//! Two readings to be compared: of the plan's sites, of one site or of a copy of it, one later than the other, and the later one of a
//! site that is switched.

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::plan::Strategy;
use crate::model::{Identity, Plan};
use crate::reconcile::Unproven;
use crate::rules::{Stale, stale};

use super::side::SideReading;

/// Refuses a reading of a site that the plan does not name: it proves nothing of the plan's switch.
pub(super) fn ensure_of_the_plan<'p>(
    plan: &Plan,
    mut sides: impl Iterator<Item = &'p SideReading>,
) -> Result<(), Failure> {
    let named: Vec<Identity> = [plan.staging_site(), plan.live_site()].into_iter().flatten().collect();
    let Some(other) = sides.find(|side| !named.iter().any(|site| site.is_same_site(side.site()))) else {
        return Ok(());
    };
    let message = format!("`{}` is a reading of `{}`, which is not a site of this plan", other.name, other.site());
    let could_be = named.iter().find(|site| site.could_be_the_same(other.site()));
    let names: Vec<String> = named.iter().map(|site| format!("`{site}`")).collect();
    let help = match could_be {
        Some(site) => format!("the plan names `{site}`: if it is the same, write `{}` in its `sites`", other.site()),
        None => format!("the plan's `sites` name {}: give readings of those", names.join(" and ")),
    };
    Err(Failure::new(exit::TARGET, message).help(help))
}

/// Whether the side before was read before the side after, by their own times; what is unproven where it was not.
pub(super) fn in_order(before: &SideReading, after: &SideReading) -> Result<Option<Unproven>, Failure> {
    let both = || before.times().into_iter().zip(after.times()).filter_map(|(before, after)| before.zip(after));
    if let Some((before, after)) = both().find(|(before, after)| after < before) {
        let message =
            format!("the `--after` reading is from {after}, earlier than the `--before` reading from {before}");
        return Err(Failure::new(exit::USAGE, message).help("are `--before` and `--after` the wrong way round?"));
    }
    let is_later = both().all(|(before, after)| after > before);
    Ok((!is_later).then(|| Unproven {
        what: "the result of the switch".to_owned(),
        why: "the `--after` reading is not later than the `--before` reading, so it shows nothing that happened in between"
            .to_owned(),
    }))
}

/// What two readings say nothing of, however alike they are: of two sites of which neither is the other's copy, made in the future,
/// or of a site that is not known to be switched.
pub(super) fn say_nothing_of(
    plan: &Plan,
    (before, after): (Option<&SideReading>, &SideReading),
    max_age: &str,
) -> Vec<Unproven> {
    let future = before.into_iter().chain([after]).filter_map(|side| in_the_future(side, max_age));
    before
        .and_then(|before| not_a_copy(plan, before, after))
        .into_iter()
        .chain(future)
        .chain(not_switched(after))
        .collect()
}

/// What two readings of one site say nothing of: made in the future, or of a site that is not known to be switched at the later one.
pub(super) fn not_read_right((earlier, later): (&SideReading, &SideReading), max_age: &str) -> Vec<Unproven> {
    let future = [earlier, later].into_iter().filter_map(|side| in_the_future(side, max_age));
    future.chain(not_switched(later)).collect()
}

/// After a push live is what staging was; else a site is compared with itself.
fn not_a_copy(plan: &Plan, before: &SideReading, after: &SideReading) -> Option<Unproven> {
    let (left, right) = (before.site(), after.site());
    if left.is_same_site(right) {
        return None;
    }
    let is = |named: Option<Identity>, site: &Identity| named.is_some_and(|named| named.is_same_site(site));
    let pushed = matches!(plan.strategy, Some(Strategy::FreezeAndPush | Strategy::PushThenMerge));
    if pushed && is(plan.staging_site(), left) && is(plan.live_site(), right) {
        return None;
    }
    let why = if pushed {
        "a push copies staging to live, never live to staging"
    } else {
        "with this plan's strategy neither becomes a copy of the other: compare each site with itself"
    };
    Some(Unproven {
        what: "the result of the switch".to_owned(),
        why: format!("`--before` is a reading of `{left}` and `--after` one of `{right}`; {why}"),
    })
}

fn in_the_future(side: &SideReading, max_age: &str) -> Option<Unproven> {
    let now = Timestamp::now();
    let read_at =
        side.times().into_iter().flatten().find(|at| matches!(stale(*at, now, max_age), Some(Stale::Ahead)))?;
    let is_invented = side.snapshot().is_some_and(|snapshot| snapshot.header.is_invented());
    (!is_invented).then(|| Unproven {
        what: format!("what `{}` shows", side.name),
        why: format!("it says that it was read at {read_at}, which by this machine's clock is in the future"),
    })
}

fn not_switched(after: &SideReading) -> Option<Unproven> {
    let managed = MigrationSignals::of(after.snapshot()?).managed;
    let why = match managed {
        Some(true) => return None,
        Some(false) => "says that it is not on Managed Contacts: it is not migrated",
        None => "does not say whether it is on Managed Contacts",
    };
    Some(Unproven { what: "the result of the switch".to_owned(), why: format!("`{}` (`--after`) {why}", after.site()) })
}
