//! What a run needs before it begins: a green gate, and somebody who confirmed exactly these changes.

use crate::apply::confirmation::{self, Confirmation};
use crate::apply::gate::{self, Before, Refusal};
use crate::apply::seal::{Presented, Signature};
use crate::apply::{self, kept_seals};
use crate::cli::Apply;
use crate::commands::inputs::Checked;
use crate::commands::{Terminal, check, may_ask};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::model::{Unmeasured, digest};
use crate::output::{concise, diff, escape};
use crate::project::signed;
use crate::rules;
use crate::site::Executor;
use crate::trust::Key;

use super::replay;
use super::typed::Typed;

/// What was confirmed; none where there is nothing to do.
pub(super) fn confirm(
    args: &Apply,
    checked: &Checked,
    terminal: &mut Terminal<'_>,
) -> Result<Option<Confirmation>, Failure> {
    let path = args.plan.display().to_string();
    let green = checked.may_go_on(without_members(args));
    if !green {
        concise::render(&checked.report(&path), terminal.err)?;
    }
    let replay = args.on == SiteRole::Live;
    if green && replay {
        replay::ensure_may_replay(args, checked, terminal)?;
    }
    let live = checked.is_live() && !replay;
    let Some(changes) = crate::commands::changes::of(checked, &path, (None, None), None).filter(|_| green && !live)
    else {
        let refusal = if green { Refusal::Live } else { Refusal::NotGreen };
        let mut failure = refusal.failure(&Typed::of(args).named());
        failure.details.extend(checked.judgement.lacks_only_members().then(|| lacks_members(&args.site)));
        return Err(failure);
    };
    let Some(here) = checked.site.as_ref().map(|site| site.identity()) else {
        return Err(Refusal::NotGreen.failure(&Typed::of(args).named()));
    };
    let key = Key::find_or_make()?;
    let known = args.confirm.as_ref().map(|digits| confirmation::find(&args.plan, Some(&key), digits, here));
    let known = known.transpose()?.flatten();
    let settings = &checked.opened.settings.seal;
    let sealed = args.seal.as_deref().map(signed::read).transpose()?;
    let presented = sealed.as_ref().map(|sealed| Presented::new(sealed, &settings.keys));
    if changes.is_empty() && (args.confirm.is_none() || known.is_some()) {
        let counts = |seal: &Presented| seal.of(settings.demands(), &apply::plan_name(&args.plan), here).is_ok();
        let required = settings.demands().required && args.confirm.is_some();
        if presented.as_ref().map_or(!required, counts) {
            return Ok(None);
        }
    }
    let given = Given {
        digits: args.confirm.as_deref(),
        known: known.as_ref(),
        seal: presented.as_ref(),
        replay,
        without_members: without_members(args),
    };
    let asks = may_ask(args.no_input) && !settings.demands().required;
    if args.confirm.is_some() || args.seal.is_some() || !asks {
        ensure_may_begin(args, (checked, given), terminal)?;
        if let Some(sealed) = &sealed {
            kept_seals::keep(&args.plan, &key, sealed)?;
        }
        if let Some(Signature::By(reviewer)) = presented.as_ref().map(Presented::signature) {
            writeln!(terminal.notes(), "the seal is signed by `{}`", escape::line(reviewer))?;
        }
        return Ok(known.or_else(|| checked.confirmation()));
    }
    ask(gate::ensure_may_be_confirmed, (checked, given), &Typed::of(args))?;
    let style = terminal.style(check::DRAWN);
    diff::human::render(&changes, style, terminal.out)?;
    let digits = &changes.digests.changes[..8];
    writeln!(terminal.out, "\n{}", who_acts(&checked.executors, &args.site))?;
    let answer =
        terminal.ask(&format!("Type the first eight digits of the changes' digest to begin the run ({digits}): "))?;
    let typed = digest::as_typed(&answer);
    if typed.len() >= digits.len() && changes.digests.changes.starts_with(&typed) {
        let confirmed = checked.confirmation();
        if let Some(confirmation) = &confirmed {
            confirmation::write(&args.plan, &key, confirmation)?;
        }
        return Ok(confirmed);
    }
    Err(Failure::new(exit::UNCONFIRMED, "that is not the digest, so nothing was written"))
}

/// Who makes the changes, and what `plan` itself writes: what somebody has to know who has not run it before.
fn who_acts(executors: &[Executor], site: &str) -> String {
    let own = executors.iter().filter(|executor| **executor == Executor::Automatic).count();
    let (all, by_person) = (many(executors.len(), "change"), executors.len() - own);
    if site.contains("://") && own == 0 {
        return format!(
            "The run has {all}, and a person makes each of them on the admin screens: `plan` writes nothing to this WordPress. It says \
             what to do, and reads back that it was done."
        );
    }
    let by_person = match by_person {
        0 => String::new(),
        some => format!(", and a person makes {some}"),
    };
    let place = if site.contains("://") { "to" } else { "into the file" };
    format!("The run has {all}: `plan` writes {own} of them {place} `{}`{by_person}.", escape::line(site))
}

/// What is said where nothing but the members keeps a run from beginning.
fn lacks_members(site: &str) -> String {
    let read = match site.contains("://") {
        true => "have them read by the adapter that `plan.toml` names under `[site]` (docs/live-site.md), or ",
        false => "",
    };
    format!(
        "only the members are unknown: {read}add `--accept-unknown members` to begin without them, and compare them by hand at \
         *Review contacts*"
    )
}

/// What was given in place of a person's answer.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    digits: Option<&'a str>,
    known: Option<&'a Confirmation>,
    seal: Option<&'a Presented>,
    /// Whether it was asked for that the live site is written to.
    replay: bool,
    /// Whether it was accepted that the members are unknown.
    without_members: bool,
}

/// Whether a command line accepts that the members are unknown.
pub(super) fn without_members(args: &Apply) -> bool {
    args.accept_unknown.contains(&Unmeasured::Members)
}

/// Asks a gate about what was checked.
pub(super) fn ask(
    gate: fn(Before<'_>) -> Result<(), Refusal>,
    (checked, given): (&Checked, Given<'_>),
    typed: &Typed,
) -> Result<(), Failure> {
    let may = asked(gate, checked, given).unwrap_or(Err(Refusal::NotGreen));
    may.map_err(|refusal| {
        let changes = checked.lowered.as_ref().map_or(&[][..], |lowered| &lowered.changes);
        let changed: Vec<String> = changes.iter().map(|change| change.on.to_string()).collect();
        let moved = asked(gate::moved_since, checked, given).unwrap_or_default();
        let mut failure = refusal.failure(&typed.named());
        for consequence in gate::consequences(&refusal, &changed, &checked.judgement.readers, &moved) {
            failure.details.push(consequence);
        }
        failure
    })
}

/// Asks whether a run may begin, and says what moved without anything depending on it.
fn ensure_may_begin(
    args: &Apply,
    (checked, given): (&Checked, Given<'_>),
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    ask(gate::ensure_may_begin, (checked, given), &Typed::of(args))?;
    let beside = asked(gate::moved_since, checked, given).unwrap_or_default();
    if !beside.is_empty() {
        let what = escape::line(&gate::named(&beside));
        let rests = "no rule and no change depends on that, so the run continues";
        writeln!(terminal.err, "the site changed since it was confirmed, and {rests}: {what}")?;
    }
    Ok(())
}

/// Puts a question about what was checked; none without a site.
fn asked<T>(gate: fn(Before<'_>) -> T, checked: &Checked, given: Given<'_>) -> Option<T> {
    let now = checked.confirmation()?;
    let settings = &checked.opened.settings;
    let before = Before {
        green: checked.may_go_on(given.without_members),
        live: checked.is_live() && !given.replay,
        limits: &settings.limits,
        tally: &checked.tally(),
        demands: settings.seal.demands(),
        seal: given.seal,
        rules: &rules::version(&settings.raised, &checked.opened.own),
        given: given.digits,
        known: given.known,
        now: &now,
    };
    Some(gate(before))
}

/// Whether what a person confirmed still stands on a site that was read again since.
pub(super) fn ensure_still_confirmed(
    args: &Apply,
    checked: &Checked,
    confirmation: &Confirmation,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let given = Given {
        known: Some(confirmation),
        replay: args.on == SiteRole::Live,
        without_members: without_members(args),
        ..Given::default()
    };
    ensure_may_begin(args, (checked, given), terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_confirms_reads_who_writes_what() {
        let said = who_acts(&[Executor::Guided, Executor::Attested], "https://staging.example.com");
        assert!(
            said.starts_with("The run has 2 changes, and a person makes each of them on the admin screens"),
            "{said}"
        );
        assert!(said.contains("`plan` writes nothing to this WordPress"), "{said}");
        let said = who_acts(&[Executor::Automatic, Executor::Guided], "a.site.ndjson");
        assert_eq!(
            said,
            "The run has 2 changes: `plan` writes 1 of them into the file `a.site.ndjson`, and a person makes 1."
        );
    }
}
