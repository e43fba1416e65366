//! May the plan be replayed on live? Only after a rehearsal of the same intent, with the host typed out, in a window that is long enough.

use jiff::Timestamp;

use crate::apply::certificate::Ground;
use crate::cli::Apply;
use crate::commands::inputs::Checked;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::guide;
use crate::model::Identity;
use crate::model::plan::{SiteRole, Strategy};
use crate::output::escape;

use super::{certificate, on_time};

/// Refuses unless everything that a replay demands is there.
pub(super) fn ensure_may_replay(args: &Apply, checked: &Checked, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let plan = &checked.opened.plan;
    let refused = |message: String, help: &str| Err(Failure::new(exit::TARGET, message).help(help));
    let Some(live) = plan.live_site().filter(|live| is_there(checked, live)) else {
        let message = "`--on live` was given, and this site is not the plan's live site".to_owned();
        return refused(message, "leave `--on live` out, or name the live site");
    };
    if plan.strategy != Some(Strategy::RehearseAndReplay) {
        let message = "the plan's strategy reaches live by a push, so nothing is replayed there".to_owned();
        return refused(message, "apply on staging; its steps end with the push");
    }
    let Some(kept) = certificate::kept(&args.plan)? else {
        let message = "no finished rehearsal of this plan is on record".to_owned();
        return refused(
            message,
            "rehearse it on staging to its last step; the certificate is then written beside the plan",
        );
    };
    kept.ensure_proven(&checked.opened.settings.seal.keys)?;
    let rehearsed = kept.certificate;
    if let Some(why) = rehearsed.is_out_of_date(Timestamp::now()) {
        return refused(why, "rehearse it again on staging to its last step");
    }
    if Ground::of(&args.site) == Ground::Address && rehearsed.site == Ground::File {
        let message = "the rehearsal was on a site in a file, which proves nothing about a site at an address, so it \
        does not open live";
        return refused(message.to_owned(), "rehearse on the staging site at its address");
    }
    if !rehearsed.is_of(plan) {
        let message = format!(
            "what was rehearsed ({}…) is not what the plan intends now ({}…)",
            &clip(&rehearsed.intent),
            &clip(&crate::change::rehearsed_digest(plan))
        );
        return refused(message, "rehearse the plan as it is now");
    }
    if plan.staging_site().is_none_or(|staging| !staging.is_same_site(&rehearsed.host)) {
        let message = format!(
            "the rehearsal was on `{}`, which is not the plan's staging site",
            escape::line(&rehearsed.host.to_string())
        );
        return refused(message, "rehearse on the staging site that the plan names");
    }
    let steps = guide::from_configure(Strategy::RehearseAndReplay, SiteRole::Staging);
    if let Some(step) = steps.iter().find(|step| !rehearsed.steps.iter().any(|took| took.step == **step)) {
        let message = format!("the rehearsal on record lacks the step `{}`", step.name());
        return refused(message, "rehearse it on staging to its last step");
    }
    // Who gave the host learns of another one first; who did not is not asked for it in vain.
    if args.host.is_some() || !may_ask(args.no_input) {
        is_typed(args.host.as_deref().unwrap_or_default(), &live)?;
        return on_time::ensure_may_replay(args, checked, &rehearsed);
    }
    on_time::ensure_may_replay(args, checked, &rehearsed)?;
    is_typed(&terminal.ask("\nThis is the live site. Type its host to write to it: ")?, &live)
}

fn is_typed(typed: &str, live: &Identity) -> Result<(), Failure> {
    if super::resume::is_typed(typed, live) {
        return Ok(());
    }
    let message = "the live site's host was not typed out, so nothing was written";
    Err(Failure::new(exit::TARGET, message).help("give it with `--host HOST`"))
}

/// Whether what was read is this site.
fn is_there(checked: &Checked, live: &Identity) -> bool {
    checked.site.as_ref().is_some_and(|site| site.identity().is_same_site(live))
}

fn clip(digest: &str) -> String {
    escape::line(&digest.chars().take(12).collect::<String>())
}
