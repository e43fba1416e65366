//! What live did since its copy was made, to be carried over after a push.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::{Identity, Plan, Snapshot, Worth, population};
use crate::reconcile::{Delta, Moved, Side, delta};
use crate::site::Population;
use crate::site::wordpress::Through;

use super::side::SideReading;

/// The records that are on one reading of the live site and not, or not so, on an earlier one.
pub(crate) struct MergeList {
    pub(crate) moved: Vec<Moved>,
    /// How many, by what became of them and kind.
    pub(crate) counts: BTreeMap<String, u64>,
    /// Kinds that were not captured on both sides.
    pub(crate) not_captured: Vec<String>,
    pub(crate) host: Identity,
    pub(crate) cloned_at: String,
    pub(crate) read_at: String,
    /// The digests of the two readings.
    pub(crate) readings: [String; 2],
    /// What the readings are worth, by the lesser of them.
    pub(crate) worth: Worth,
}

impl MergeList {
    /// The list between two readings, by name, worth what this machine knows of them; of a person who finalized one a plan has to know.
    pub(crate) fn between(
        [cloned, live]: [&str; 2],
        plan: Option<&Plan>,
        through: Option<&Through>,
    ) -> Result<Self, Failure> {
        let [cloned, live] = [SideReading::named(cloned, plan, through)?, SideReading::named(live, plan, through)?];
        let ((cloned, before), (live, now)) = (whole(&cloned)?, whole(&live)?);
        ensure_of_one_site_in_order(cloned, live)?;
        let mut not_captured: Vec<String> = population::KINDS
            .into_iter()
            .filter(|kind| !cloned.header.is_captured(kind) || !live.header.is_captured(kind))
            .map(str::to_owned)
            .collect();
        let mut moved: Vec<Moved> = Vec::new();
        let keep = |record: Moved| {
            // Of what one side did not capture nothing can be said to be gone or new.
            if !not_captured.contains(&record.kind) {
                moved.push(record);
            }
        };
        let Delta { digests, unknown } =
            delta(before.open()?, now.open()?, keep).map_err(|unreadable| match unreadable.side {
                Side::Before => before.damaged(unreadable.damage),
                Side::After => now.damaged(unreadable.damage),
            })?;
        before.belongs(&digests[0])?;
        now.belongs(&digests[1])?;
        if !not_captured.iter().any(|kind| kind == "contact") {
            not_captured.extend(unknown.iter().map(|field| format!("contact {}", field.key())));
        }
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for record in &moved {
            *counts.entry(format!("{} {}", record.how.name(), record.kind)).or_default() += 1;
        }
        Ok(Self {
            moved,
            counts,
            not_captured,
            host: live.header.site.clone(),
            cloned_at: cloned.header.taken_at.clone(),
            read_at: live.header.taken_at.clone(),
            readings: [cloned.sha256.clone(), live.sha256.clone()],
            worth: cloned.worth.clone().or_less(live.worth.clone()),
        })
    }
}

fn ensure_of_one_site_in_order(cloned: &Snapshot, live: &Snapshot) -> Result<(), Failure> {
    if !cloned.header.site.is_same_site(&live.header.site) {
        let message =
            format!("`{}` and `{}` are readings of two different sites", cloned.header.site, live.header.site);
        return Err(Failure::new(exit::TARGET, message)
            .help("both must be readings of the live site: one from when it was copied, one from now"));
    }
    let time = |snapshot: &Snapshot| snapshot.header.taken_at.parse::<Timestamp>().ok();
    if time(cloned) >= time(live) {
        let message = "the `--live` reading is not later than the `--cloned` reading";
        return Err(Failure::new(exit::USAGE, message).help("are the two the wrong way round?"));
    }
    Ok(())
}

/// A reading of the live site, with its population.
fn whole(side: &SideReading) -> Result<(&Snapshot, &dyn Population), Failure> {
    side.whole().map_err(|why| {
        Failure::new(exit::COULD_NOT_RUN, why)
            .help("a merge list consists of contacts, orders and subscriptions: take the reading with its population")
    })
}
