//! `plan check --suggest`: the plan is judged with and without each edit, against one reading of the site. Nothing is written.

use crate::change::{Lowered, lower_on, rehearsed_digest};
use crate::cli::Judging;
use crate::commands::around::Judged;
use crate::commands::executors::executor;
use crate::commands::inputs::{Checked, OpenSite, check_keeping_site, shown};
use crate::commands::own_rules;
use crate::commands::site_read::SiteRead;
use crate::diag::Document;
use crate::failure::Failure;
use crate::model::plan::SiteRole;
use crate::model::population::Questions;
use crate::output::suggested::{Sides, Suggested};
use crate::project::{Opened, Parsed, Project, plan_of};
use crate::rules::{Inputs, Judgement, LiveReading, Original, judge};
use crate::site::{Executor, Site};
use crate::suggest::{BOUNDS, Suggestion, remains, suggest as search};
use crate::text::{Limits, Source, compose_bytes, corrected};

use super::{Plan, shown_text};

/// A plan judged, and what is suggested for it.
pub(super) fn suggest(plan: Plan, judging: &Judging) -> Result<(Checked, Suggested), Failure> {
    let limits = Limits::from(judging.limits);
    let project = match plan {
        Plan::At(path) => Project::new(&path, limits),
        Plan::Given(bytes) => Project::given(bytes, limits),
    };
    let (checked, site) = check_keeping_site(project, judging, |opened| questions(opened, &limits))?;
    let before = checked.opened.sources.text(Document::Plan).source.text().to_owned();
    let mut first = Some(checked.judgement.clone());
    let mut judge = |text: &str| match first.take_if(|_| text == before) {
        Some(judgement) => judgement,
        None => of_text(&checked, text, limits).judgement,
    };
    let suggestion = match checked.opened.whole {
        true => search(&before, &limits, BOUNDS, &mut judge),
        // Against no reading of the site no edit can be tried.
        false => Suggestion::nothing(before.clone(), checked.judgement.clone()),
    };
    let suggested = of(&checked, site, (suggestion, &before), limits);
    Ok((checked, suggested))
}

fn of(checked: &Checked, site: OpenSite, (suggestion, before): (Suggestion, &str), limits: Limits) -> Suggested {
    let lowered = of_text(checked, &suggestion.text, limits).lowered;
    let changes = lowered.as_ref().map_or(&[][..], |lowered| &lowered.changes);
    let made_by = |change| {
        let read = checked.site.as_ref().map(|read| &read.reading.snapshot);
        let by = site.as_deref().zip(read).map(|(site, read): (&dyn Site, _)| executor(site, read, change));
        (change, by.unwrap_or(Executor::Guided))
    };
    let made_by: Vec<_> = changes.iter().map(made_by).collect();
    let not_compared = lowered.as_ref().map_or(&[][..], |lowered| &lowered.not_compared);
    let (_, tree, _) = compose_bytes(String::new(), suggestion.text.as_bytes().to_vec(), &limits);
    let remains = remains(&suggestion.judgement, &made_by, not_compared, &suggestion.refused, tree.as_ref());
    let path = checked.opened.path.display().to_string();
    let report = checked.report(&path);
    let text = |text: &str| shown_text(text, &limits, checked.show_personal);
    let (shown_before, shown_after) = (text(before), text(&suggestion.text));
    let after = suggestion.text.clone();
    let sides = |text, shown| Sides { text, shown };
    Suggested::new((suggestion, remains), &report, sides(before, &shown_before), sides(&after, &shown_after))
}

/// What the site's members are asked, so that the answers serve the plan as it is and with its form put right: of the window the plan
/// may say in words what only a slip keeps from being read.
fn questions(opened: &Opened, limits: &Limits) -> Questions {
    let mut text = opened.sources.text(Document::Plan).source.text().to_owned();
    for remedy in opened.findings.iter().filter_map(|finding| finding.remedy.as_ref()) {
        if let Ok(better) = corrected(&Source::new(String::new(), &*text), &remedy.corrections, limits) {
            text = better.text;
        }
    }
    let asked = Questions::of(&opened.plan);
    let then = plan_of(text.into_bytes(), limits).map(|plan| Questions::of(&plan)).unwrap_or_default();
    Questions {
        days: asked.days.or(then.days),
        contacts: asked.contacts.into_iter().chain(then.contacts).collect(),
        ..asked
    }
}

/// Another text of a plan, judged.
struct OfText {
    lowered: Option<Lowered>,
    judgement: Judgement,
}

/// Judges another text of a plan against what was read for it.
fn of_text(checked: &Checked, text: &str, limits: Limits) -> OfText {
    let Checked { opened, around, show_personal, .. } = checked;
    let parsed: Parsed = opened.with_text(text, limits, *show_personal);
    if !parsed.whole {
        return OfText { lowered: None, judgement: shown(Judgement::unread(parsed.findings), *show_personal) };
    }
    let place = if around.live { SiteRole::Live } else { SiteRole::Staging };
    let read = checked.site.as_ref();
    let lowered = read.map(|read| lower_on(&parsed.plan, &read.reading.snapshot, place));
    let live_reading = match &around.live_reading {
        LiveReading::Read(original) => {
            let snapshot = original.snapshot.clone();
            let after = lower_on(&parsed.plan, &snapshot, SiteRole::Live).after;
            LiveReading::Read(Box::new(Original { snapshot, after }))
        }
        unread => unread.clone(),
    };
    let judged = Judged { site: read, lowered: lowered.as_ref(), members_files: &checked.members_files };
    let asks = Questions::of(&parsed.plan);
    let was_asked = around.asked.as_ref().is_some_and(|asked| {
        asks.contacts.is_subset(&asked.contacts) && (asks.days.is_none() || asks.days == asked.days)
    });
    // What nobody asked the members is unknown.
    let census = read.and_then(SiteRead::census).filter(|_| was_asked);
    let own = match &around.unanswered {
        Some(came) => opened.own.rules.iter().zip(came.iter().cloned()).collect(),
        None => own_rules::evaluated(opened, &parsed.plan, read.zip(lowered.as_ref()), census),
    };
    let mut inputs = Inputs { census, ..around.inputs((&parsed, opened, &own), judged, &live_reading) };
    if rehearsed_digest(&parsed.plan) != rehearsed_digest(&opened.plan) {
        inputs.rehearsed = None;
    }
    let judgement = shown(judge(inputs, around.moment, parsed.findings.clone()), *show_personal);
    OfText { lowered, judgement }
}
