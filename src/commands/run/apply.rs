//! `plan apply`: lock, fresh read, gate, confirmation, then exactly the confirmed changes, journaled.

use jiff::Timestamp;

use crate::apply::confirmation::{self, Confirmation};
use crate::apply::gate::{self, Before, Refusal};
use crate::apply::intended::Intended;
use crate::apply::journal::{Begin, Journal, REPLACED};
use crate::apply::kept_seals;
use crate::apply::machine::Next;
use crate::apply::seal::{Presented, Signature};
use crate::apply::{self};
use crate::change::{self, Change};
use crate::cli::{Apply, On};
use crate::commands::inputs::{self, Checked, Choice};
use crate::commands::{Begun, Terminal, check, may_ask};
use crate::failure::{Failure, exit};
use crate::guide;
use crate::model::Step;
use crate::model::text::many;
use crate::output::human::Style;
use crate::output::{concise, diff, escape};
use crate::project::Project;
use crate::project::signed;
use crate::rules::{self, Moment, Verdict};
use crate::site::{self, Executor, Site};
use crate::trust::Key;

use super::event_log::EventLog;
use super::previous_run::{close, ensure_not_in_the_way, was_cloned_again};
use super::run_files::RunFiles;
use super::session::Session;
use super::state::Unfinished;
use super::typed::Typed;
use super::{kept, replay, resume};

pub(crate) fn run(args: &Apply, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    nothing_is_ignored(args)?;
    let project = Project::new(&args.plan, args.limits.into()).backup_dir(args.backup_dir.as_deref());
    if args.resume {
        return resume::resume(args, project, log, terminal);
    }
    let opened = project.open()?;
    // A wrong name is reported before anything is made beside the plan.
    drop(site::open(&args.site, Some(&opened.plan))?);
    let files = RunFiles::of(&args.plan, &args.site);
    let (session, earlier) = Session::open((project, files), log, Begun::No, terminal)?;
    let live = args.on == On::Live;
    let choice = Choice::Live(args.site.clone());
    let mut checked = inputs::judged(opened, &choice, Moment::Begin, live, false)?;
    let cloned = earlier.as_ref().zip(checked.site.as_ref());
    let cloned = cloned.is_some_and(|(run, site)| was_cloned_again(&session.files, run, &site.reading.snapshot.state));
    if cloned {
        writeln!(
            terminal.err,
            "the site was copied again since the last run: that run is closed, and everything is judged again"
        )?;
    } else if let Some(run) = &earlier {
        ensure_not_in_the_way(args, run)?;
    }
    if checked.judgement.verdict == Verdict::Green {
        checked.attend_to_age(terminal.err)?;
    }
    let confirmed = confirm(args, &checked, terminal)?;
    let Some(confirmation) = confirmed else {
        // Of a site that is as the plan wants it the guide's steps are still to be taken: a run without changes.
        let is_of = |run: &Unfinished| {
            let (plan, past) = (&checked.opened.plan, run.progress.is_past_the_barrier());
            Intended::of(&run.events).is_some_and(|intended| intended.is(plan, past))
        };
        let waits = earlier.as_ref().is_some_and(|run| !cloned && is_of(run));
        let confirmed = args.confirm.is_some() || args.seal.is_some();
        let compared = checked.lowered.as_ref().is_some_and(|lowered| lowered.not_compared.is_empty());
        if waits || !confirmed || !compared {
            return nothing_to_do(args, &checked, earlier.as_ref(), terminal);
        }
        return begin(args, checked, session, cloned, terminal);
    };
    let asked = args.confirm.is_none() && args.seal.is_none() || live && args.host.is_none();
    if asked {
        // A person took their time: the site may have moved while they read.
        checked = inputs::judged(session.project.open()?, &choice, Moment::Begin, live, false)?;
        let given = Given { known: Some(&confirmation), replay: live, ..Given::default() };
        ensure_may_begin(args, (&checked, given), terminal)?;
    }
    begin(args, checked, session, cloned, terminal)
}

/// Puts what an earlier run left away, and begins.
fn begin(
    args: &Apply,
    checked: Checked,
    session: Session,
    cloned: bool,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    if let Some(why) = session.lock.ousted(Timestamp::now()) {
        return Err(Failure::new(exit::LOCKED, format!("{why}; nothing was written")));
    }
    // The last that refuses: an earlier run is closed only once this one begins.
    let (site, begin) = first_line(args, checked)?;
    session.files.key()?;
    if session.files.journal().exists() {
        if session.files.unfinished()?.is_some() {
            terminal.has_begun(Begun::Journaled);
        }
        close(&session.files, if cloned { "the site was copied again" } else { REPLACED }, &session.log)?;
    }
    start(args, (site, begin), session, terminal)
}

/// A flag of a gate that is given is enforced or refused, never ignored.
fn nothing_is_ignored(args: &Apply) -> Result<(), Failure> {
    let goes_through = args.resume && args.through.is_none() || args.through >= Some(Step::RunMigration);
    let refused = |what: &str, help: &str| Err(Failure::new(exit::USAGE, what.to_owned()).help(help));
    let first = if args.on == On::Live { Step::EnterMaintenance } else { Step::Configure };
    if args.through.is_some_and(|through| through < first) {
        return refused(
            &format!("a run begins with the step `{}`, so it cannot end before it", first.name()),
            &format!("name `{}` or a later step", first.name()),
        );
    }
    match (&args.acknowledge, &args.host) {
        (Some(_), _) if !goes_through => refused(
            "`--acknowledge` is for a run that goes through *Run Migration*, and this one ends before",
            "leave it out, or add `--through run-migration` or a later step",
        ),
        (_, Some(_)) if args.on != On::Live => {
            refused("`--host` is for the live site, and `--on live` was not given", "leave it out, or add `--on live`")
        }
        _ => Ok(()),
    }
}

/// What was confirmed; none where there is nothing to do.
fn confirm(args: &Apply, checked: &Checked, terminal: &mut Terminal<'_>) -> Result<Option<Confirmation>, Failure> {
    let path = args.plan.display().to_string();
    let green = checked.judgement.verdict == Verdict::Green;
    if !green {
        concise::render(&checked.report(&path), terminal.err)?;
    }
    let replay = args.on == On::Live;
    if green && replay {
        replay::ensure_may_replay(args, checked, terminal)?;
    }
    let live = checked.is_live() && !replay;
    let Some(changes) = crate::commands::diff::changes(checked, &path, true).filter(|_| green && !live) else {
        return Err(refused(if green { &Refusal::Live } else { &Refusal::NotGreen }, &Typed::of(args)));
    };
    let Some(here) = checked.site.as_ref().map(|site| site.identity()) else {
        return Err(refused(&Refusal::NotGreen, &Typed::of(args)));
    };
    let key = Key::find_or_make()?;
    let known = args.confirm.as_ref().map(|digits| confirmation::find(&args.plan, Some(&key), digits, here));
    let known = known.transpose()?.flatten();
    let settings = &checked.opened.settings.seal;
    let sealed = args.seal.as_deref().map(signed::read).transpose()?;
    let presented = sealed.as_ref().map(|sealed| Presented::new(sealed, &settings.keys));
    if changes.list.is_empty() && (args.confirm.is_none() || known.is_some()) {
        let counts = |seal: &Presented| seal.of(settings.demands(), &apply::plan_name(&args.plan), here).is_ok();
        let required = settings.demands().required && args.confirm.is_some();
        if presented.as_ref().map_or(!required, counts) {
            return Ok(None);
        }
    }
    let given = Given { digits: args.confirm.as_deref(), known: known.as_ref(), seal: presented.as_ref(), replay };
    let asks = may_ask(args.no_input) && !settings.demands().required;
    if args.confirm.is_some() || args.seal.is_some() || !asks {
        ensure_may_begin(args, (checked, given), terminal)?;
        if let Some(sealed) = &sealed {
            kept_seals::keep(&args.plan, &key, sealed)?;
        }
        if let Some(Signature::By(reviewer)) = presented.as_ref().map(Presented::signature) {
            writeln!(terminal.err, "the seal is signed by `{}`", escape::line(reviewer))?;
        }
        return Ok(known.or_else(|| checked.confirmation()));
    }
    ask(gate::ensure_may_be_confirmed, (checked, given), &Typed::of(args))?;
    let style = Style { color: terminal.color, width: terminal.width, most: check::DRAWN };
    diff::human::render(&changes, style, terminal.out)?;
    let digits = &changes.digests.changes[..8];
    let answer = terminal
        .ask(&format!("\nType the first eight digits of the changes' digest to carry them out ({digits}): "))?;
    if answer == digits {
        let confirmed = checked.confirmation();
        if let Some(confirmation) = &confirmed {
            confirmation::write(&args.plan, &key, confirmation)?;
        }
        return Ok(confirmed);
    }
    Err(Failure::new(exit::UNCONFIRMED, "that is not the digest, so nothing was written"))
}

/// What was given in place of a person's answer.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    digits: Option<&'a str>,
    known: Option<&'a Confirmation>,
    seal: Option<&'a Presented>,
    /// Whether it was asked for that the live site is written to.
    replay: bool,
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
        let mut failure = refused(&refusal, typed);
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
        green: checked.judgement.verdict == Verdict::Green,
        live: checked.is_live() && !given.replay,
        limits: &settings.limits,
        tally: &checked.tally(),
        demands: settings.seal.demands(),
        seal: given.seal,
        rules: &rules::version(),
        given: given.digits,
        known: given.known,
        now: &now,
    };
    Some(gate(before))
}

fn refused(refusal: &Refusal, typed: &Typed) -> Failure {
    let (message, help) = refusal.message(&typed.named());
    let code = match refusal {
        Refusal::NotGreen => exit::GATE,
        Refusal::Live => exit::TARGET,
        Refusal::Limit(_) => exit::LIMIT,
        Refusal::Unconfirmed { .. } | Refusal::SealMissing | Refusal::SealUnknown(_) => exit::UNCONFIRMED,
        Refusal::Expired { .. } | Refusal::ChangesMoved { .. } | Refusal::IntentMoved | Refusal::FactsMoved { .. } => {
            exit::STALE
        }
        Refusal::SealExpired { .. } | Refusal::RulesMoved | Refusal::SealMoved(_) => exit::STALE,
    };
    Failure::new(code, message).help(help)
}

fn nothing_to_do(
    args: &Apply,
    checked: &Checked,
    earlier: Option<&Unfinished>,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let waits = match earlier.map(|run| run.progress.next()) {
        Some(Next::Step(step)) => Some(step),
        _ => None,
    };
    let (plan, site) = (escape::shell(&args.plan.display().to_string()), escape::shell(&args.site));
    let live = if args.on == On::Live { " --on live" } else { "" };
    if args.acknowledge.is_some() || args.through > Some(Step::Configure) {
        let what = "there is no change to make, so no run begins, and `--through` and `--acknowledge` have no effect";
        return Err(Failure::new(exit::USAGE, what).help(match waits {
            Some(_) => format!("continue with the run that waits: `{}`", Typed::of(args).named().resume()),
            None => format!(
                "leave them out, or begin a run without changes: `plan diff {plan} --site {site}{live}`, then the same with `--confirm`"
            ),
        }));
    }
    let host = checked.site.as_ref().map_or("the site", |site| &site.line.host);
    let unknown = checked.lowered.as_ref().map_or(0, |lowered| lowered.not_compared.len());
    if unknown > 0 {
        let kinds = many(unknown, "kind");
        writeln!(terminal.out, "no change seen on {}; {kinds} of object were not captured", escape::line(host))?;
        return Ok(exit::OK);
    }
    writeln!(terminal.out, "no change: {} is as the plan wants it", escape::line(host))?;
    if let Some(step) = waits {
        writeln!(
            terminal.out,
            "the run waits at `{}`; continue with `{}`, or look: `plan status {plan} --site {site}`",
            step.name(),
            Typed::of(args).named().resume()
        )?;
    }
    Ok(exit::OK)
}

/// The site, and the first line of the journal of a run on it; refused where a person has to make a change.
fn first_line(args: &Apply, checked: Checked) -> Result<(Box<dyn Site>, Begin), Failure> {
    let strategy = checked.opened.plan.strategy;
    let (Some(read), Some(lowered), Some(digests)) = (checked.site, checked.lowered, checked.digests) else {
        return Err(Failure::new(exit::USAGE, "apply needs a site"));
    };
    let by_hand: Vec<&Change> =
        lowered.changes.iter().filter(|change| read.site.executor(change) != Executor::Automatic).collect();
    if let Some(first) = by_hand.first() {
        let message = format!(
            "{} of {} changes have to be made by a person on this site, `{}` first",
            by_hand.len(),
            lowered.changes.len(),
            first.on
        );
        return Err(Failure::new(exit::TARGET, message).help(format!(
            "this build carries out changes on a site in a file only; make them in the admin screens that `{}` names, then check again",
            Typed::of(args).named().diff()
        )));
    }
    let begin = Begin {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: apply::plan_name(&args.plan),
        host: read.identity().clone(),
        on: args.on.into(),
        strategy,
        digests,
        rehearsed: Some(change::rehearsed_digest(&checked.opened.plan)),
        changes: lowered.changes,
        steps: strategy.map(|strategy| guide::of_a_run(strategy, args.on.into()).to_vec()),
        kept: None,
    };
    Ok((read.site, begin))
}

fn start(
    args: &Apply,
    (mut site, mut begin): (Box<dyn Site>, Begin),
    session: Session,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    site.keep(&session.files.before())?;
    begin.kept = Some(kept::digest(&session.files.before())?);
    let files = &session.files;
    let mut journal = Journal::create(&files.journal(), &files.key()?, begin, Timestamp::now())?;
    if let Err(failure) = files.note_down(journal.events(), false) {
        // A run that nobody else can know of has not begun; the failure is reported already.
        drop(std::fs::remove_file(files.journal()));
        return Err(failure);
    }
    terminal.has_begun(Begun::Journaled);
    journal.observe(session.log.observer());
    let mut run = session.run(site, journal);
    run.walk(args, args.through.unwrap_or(Step::Configure), terminal)
}
