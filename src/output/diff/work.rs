//! What a plan asks of people: what no reading shows, the changes that are made by hand, its decisions, the steps of the guide.

use crate::guide::{duties, steps};
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::site::Executor;

use super::page::clipped;
use super::{Changes, wanted};

/// What people have to do, a sentence each: what nobody can forget first.
pub(super) fn of_people(changes: &Changes<'_>) -> Vec<String> {
    let look = changes.not_compared.iter().map(|one| {
        let fields = wanted(one).lines().map(str::trim).collect::<Vec<_>>().join("; ");
        format!(
            "look at `{}`, on `{}`, and set what is not as here: `{}`",
            one.on,
            one.on.kind.screen(),
            clipped(&fields).replace('`', "'")
        )
    });
    let by_hand = changes.by_kind().into_iter().filter_map(|(kind, list)| {
        let count = list.iter().filter(|(_, executor)| *executor != Executor::Automatic).count();
        (count > 0).then(|| format!("make {} of {kind} by hand, on `{}`", many(count, "change"), kind.screen()))
    });
    let decided = duties(changes.plan, changes.record).into_iter().filter(|duty| !duty.done).map(|duty| {
        let who = duty.who.map_or_else(String::new, |who| format!(", `{who}`"));
        // A command stays whole.
        let what = match duty.what.rsplit_once(": plan ").filter(|_| duty.at.starts_with("/sites/")) {
            Some((what, command)) => format!("{what}: `plan {command}`"),
            None => duty.what,
        };
        format!("{}{who}: {what}", duty.when.name())
    });
    look.chain(by_hand).chain(decided).chain(guide(changes)).collect()
}

/// The guide's own steps that a person takes on the site.
fn guide(changes: &Changes<'_>) -> Option<String> {
    let (on, place) = if changes.on_live { (SiteRole::Live, "live") } else { (SiteRole::Staging, "the copy") };
    let steps = steps(changes.plan.strategy?, on).iter().map(|step| step.about());
    let titles: Vec<&str> =
        steps.filter(|about| about.executor != Executor::Automatic).map(|about| about.title).collect();
    Some(format!("in a run on {place}, the guide's steps: {}", titles.join(", ")))
}
