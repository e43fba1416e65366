//! May the plan be replayed on live? Only after a rehearsal of the same intent, with the host typed out, in a window that is long enough.

use crate::apply::certificate::{Certificate, Ground};
use crate::cli::Apply;
use crate::guide;
use crate::model::plan::{Place, Strategy};
use crate::model::text::{Seconds, host};
use crate::output::escape;

use super::inputs::Checked;
use super::{Failure, Terminal, certificate, exit, may_ask};

/// Refuses unless everything that a replay demands is there.
pub(super) fn may_replay(args: &Apply, checked: &Checked, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let plan = &checked.opened.plan;
    let refused = |message: String, help: &str| Err(Failure::new(exit::TARGET, message).help(help));
    let Some(live) = plan.live_host().filter(|_| checked.is_live()) else {
        let message = "`--on live` was given, and this site is not the plan's live site".to_owned();
        return refused(message, "leave `--on live` out, or name the live site");
    };
    if plan.strategy != Some(Strategy::RehearseAndReplay) {
        let message = "the plan's strategy reaches live by a push, so nothing is replayed there".to_owned();
        return refused(message, "apply on staging; its steps end with the push");
    }
    let Some(rehearsed) = certificate::load(&args.plan)? else {
        let message = "no finished rehearsal of this plan is on record".to_owned();
        return refused(
            message,
            "rehearse it on staging to its last step; the certificate is then written beside the plan",
        );
    };
    certificate::is_proven(&args.plan, &checked.opened.settings.seal.keys)?;
    if Ground::of(&args.site) == Ground::Address && rehearsed.site == Ground::File {
        let message = "the rehearsal was on a site in a file, which says of itself what it is, so it opens no live site at an address";
        return refused(message.to_owned(), "rehearse on the staging site at its address");
    }
    let intent = crate::change::intent_digest(plan);
    if rehearsed.intent != intent {
        let message = format!(
            "what was rehearsed ({}…) is not what the plan intends now ({}…)",
            &clip(&rehearsed.intent),
            &clip(&intent)
        );
        return refused(message, "rehearse the plan as it is now");
    }
    if Some(rehearsed.host.as_str()).and_then(host) != plan.staging_host() {
        let message =
            format!("the rehearsal was on `{}`, which is not the plan's staging site", escape::line(&rehearsed.host));
        return refused(message, "rehearse on the staging site that the plan names");
    }
    let steps = guide::from_configure(Strategy::RehearseAndReplay, Place::Staging);
    if let Some(step) = steps.iter().find(|step| !rehearsed.steps.iter().any(|took| took.step == **step)) {
        let message = format!("the rehearsal on record lacks the step `{}`", step.name());
        return refused(message, "rehearse it on staging to its last step");
    }
    fits_the_window(plan.window.as_ref().and_then(|window| Seconds::parse(&window.length)), &rehearsed)?;
    let typed = match &args.host {
        Some(typed) => typed.clone(),
        None if !may_ask(args.no_input) => String::new(),
        None => terminal.ask("\nThis is the live site. Type its host to write to it: ")?,
    };
    if typed.trim() != live {
        let message = "the live site's host was not typed out, so nothing was written".to_owned();
        return refused(message, "give it with `--host HOST`");
    }
    Ok(())
}

fn clip(digest: &str) -> String {
    escape::line(&digest.chars().take(12).collect::<String>())
}

/// The rehearsal's time must fit into the planned window.
fn fits_the_window(window: Option<Seconds>, rehearsed: &Certificate) -> Result<(), Failure> {
    let took = Seconds(i64::try_from(rehearsed.seconds()).unwrap_or(i64::MAX));
    let (message, help) = match window {
        Some(window) if took <= window => return Ok(()),
        Some(window) => (
            format!("the rehearsal took {took}, and `window/length` is {window}"),
            "plan a longer window, or rehearse again and be quicker".to_owned(),
        ),
        None => (
            "the plan names no `window` for the live site".to_owned(),
            format!("the rehearsal took {took}; add a `window` that is longer"),
        ),
    };
    Err(Failure::new(exit::LIMIT, message).help(help))
}
