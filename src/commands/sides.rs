//! Two readings to be compared: of the plan's sites, and one later than the other.

use crate::model::{Identity, Plan};
use crate::reconcile::Unproven;

use super::side_reading::SideReading;
use super::{Failure, exit};

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
        let message = format!("the side after was read at {after}, before the side before, which was read at {before}");
        return Err(Failure::new(exit::USAGE, message).help("are `--before` and `--after` the wrong way round?"));
    }
    let is_later = both().all(|(before, after)| after > before);
    Ok((!is_later).then(|| Unproven {
        what: "what came of the switch".to_owned(),
        why: "the side after was not read later than the side before, so it says nothing of what happened since"
            .to_owned(),
    }))
}
