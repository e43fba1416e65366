//! The run: what of it can be undone, what only a backup takes back, what nothing does; and the contacts that are compared by hand.

use crate::guide::{Back, Stage, WayBack, steps};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::{Plan, Step};
use crate::output::contacts::listed;
use crate::output::diff::Changes;

/// Most contacts that are listed.
const MOST: usize = 500;

/// The steps of a run, on one site or on both.
pub(super) struct Map {
    pub(super) parts: Vec<Part>,
}

/// The steps on one site.
pub(super) struct Part {
    pub(super) title: &'static str,
    pub(super) host: String,
    pub(super) steps: Vec<Taken>,
    /// The ways back: before the barrier, past it, and once the copy is pushed, where it is.
    pub(super) before: String,
    pub(super) past: String,
    pub(super) pushed: Option<String>,
}

/// A step.
pub(super) struct Taken {
    pub(super) title: &'static str,
    pub(super) who: &'static str,
    pub(super) back: &'static str,
    pub(super) means: &'static str,
    /// Whether the barrier stands in front of it.
    pub(super) barrier: bool,
    pub(super) screen: &'static str,
}

impl Map {
    /// The map of a plan's run; none where the plan names no strategy.
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        let strategy = plan.strategy?;
        let part = |title, on| part(plan, strategy, title, on);
        Some(Self {
            parts: match strategy {
                Strategy::RehearseAndReplay => {
                    vec![part("Rehearsal on staging", SiteRole::Staging), part("Replay on live", SiteRole::Live)]
                }
                Strategy::FreezeAndPush | Strategy::PushThenMerge => {
                    vec![part("The run on staging, and the way to live", SiteRole::Staging)]
                }
            },
        })
    }
}

fn part(plan: &Plan, strategy: Strategy, title: &'static str, on: SiteRole) -> Part {
    let way = plan.rollback.as_ref().map(|rollback| rollback.way);
    let back = |stage| Back { on, strategy: Some(strategy), way, stage }.message();
    let all = steps(strategy, on);
    let host = match on {
        SiteRole::Staging => plan.staging_site(),
        SiteRole::Live => plan.live_site(),
    };
    Part {
        title,
        host: host.map(|host| host.to_string()).unwrap_or_default(),
        steps: all
            .iter()
            .scan(false, |past, step| {
                *past |= *step == Step::RunMigration;
                Some(taken(*step, *past))
            })
            .collect(),
        before: back(Stage::BeforeBarrier),
        past: back(Stage::PastBarrier),
        pushed: all.contains(&Step::Push).then(|| back(Stage::Pushed)),
    }
}

fn taken(step: Step, past_the_barrier: bool) -> Taken {
    let about = step.about();
    Taken {
        title: about.title,
        who: about.executor.name(),
        back: about.back.name(),
        means: match about.back {
            // No undo reaches behind the barrier: what is harmless there is so by itself.
            WayBack::Reversible if past_the_barrier => "takes nothing away",
            WayBack::Reversible => "can be undone",
            WayBack::Restorable => "only a backup takes it back",
            WayBack::OneWay => "nothing takes it back",
        },
        barrier: step == Step::RunMigration,
        screen: about.screen,
    }
}

/// A contact that is compared by hand.
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) reason: String,
    pub(super) there: &'static str,
}

/// The plan's spot-check contacts.
pub(super) fn spot_check(plan: Option<&Plan>, changes: Option<&Changes<'_>>) -> Vec<Listed> {
    let census = changes.and_then(|changes| changes.census);
    let there = |key: &str| match census {
        None => "not known",
        Some(census) if census.contacts.contains_key(key) => "yes",
        Some(_) => "no",
    };
    let all = plan.into_iter().flat_map(|plan| listed(plan).zip(plan.spot_check.list.keys()));
    all.take(MOST).map(|((id, reason), key)| Listed { id, reason: reason.to_owned(), there: there(key) }).collect()
}
