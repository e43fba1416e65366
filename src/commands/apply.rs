//! `plan apply`: lock, fresh read, gate, confirmation, then exactly the confirmed changes, journaled.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use jiff::Timestamp;

use crate::apply::confirmation::{self, Confirmation};
use crate::apply::gate::{self, Before, Refusal};
use crate::apply::journal::{Begin, Event, Journal};
use crate::apply::lock::Lock;
use crate::apply::machine::Next;
use crate::apply::seal::{Demands, Presented, Sealed, Signature};
use crate::apply::{self};
use crate::change::{self, Change};
use crate::cli::{Apply, On};
use crate::model::plan::Place;
use crate::model::text::host;
use crate::model::{State, Step};
use crate::output::human::Style;
use crate::output::{concise, diff, escape, many};
use crate::rules::{self, Phase, Verdict};
use crate::site::{Executor, Site};

use super::event_log::EventLog;
use super::inputs::{self, Checked, Choice};
use super::run::Run;
use super::turn::{Files, Unfinished};
use super::{Failure, Terminal, check, exit, replay, seal, settings};

pub(super) fn run(args: &Apply, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    nothing_is_ignored(args)?;
    if args.resume {
        return resume(args, log, terminal);
    }
    let open =
        || Ok::<_, Failure>(inputs::open(&args.plan, args.limits, false)?.backup_dir(args.backup_dir.as_deref()));
    let opened = open()?;
    // A wrong name is told before anything is made beside the plan.
    drop(inputs::open_site(&args.site, Some(&opened.plan))?);
    let files = Files::of(&args.plan, &args.site);
    let lock = files.take(&args.plan)?;
    let earlier = files.unfinished()?;
    let live = args.on == On::Live;
    let choice = Choice::Live(args.site.clone());
    let mut checked = inputs::judged(opened, &choice, Phase::Configure, live, false)?;
    let cloned = earlier.as_ref().zip(checked.site.as_ref());
    let cloned = cloned.is_some_and(|(run, site)| was_cloned_again(run, &site.reading.snapshot.state));
    if cloned {
        writeln!(
            terminal.err,
            "the site was copied anew since the last run: that run is closed, and everything is judged afresh"
        )?;
    } else if let Some(run) = &earlier {
        not_in_the_way(args, run)?;
    }
    let confirmed = confirm(args, &checked, terminal)?;
    let Some(confirmation) = confirmed else { return nothing_to_do(args, &checked, earlier.as_ref(), terminal) };
    if args.confirm.is_none() && args.seal.is_none() {
        // A person took their time: the site may have moved while they read.
        checked = inputs::judged(open()?, &choice, Phase::Configure, live, false)?;
        let given = Given { known: Some(&confirmation), replay: live, ..Given::default() };
        may_begin(&checked, given, terminal)?;
    }
    if files.journal().exists() {
        close(&files, if cloned { "the site was copied anew" } else { "a new run took its place" }, log)?;
    }
    start(args, checked, Turn { files, lock, log: log.clone() }, terminal)
}

/// A flag of a gate that is given is enforced or refused, never ignored.
fn nothing_is_ignored(args: &Apply) -> Result<(), Failure> {
    let goes_through = args.resume && args.through.is_none() || args.through >= Some(Step::RunMigration);
    let refused = |what: &str, help: &str| Err(Failure::new(exit::USAGE, what.to_owned()).help(help));
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

/// Whether an earlier run is in the way of a new one. One whose changes are all in place, and that waits at a step before
/// the barrier, is not.
fn not_in_the_way(args: &Apply, run: &Unfinished) -> Result<(), Failure> {
    let progress = &run.progress;
    let other = args.plan.with_file_name(&run.begin.plan);
    let go_on =
        |verb: &str, flag: &str| format!("finish it with `plan {verb} {} --site {}{flag}`", other.display(), args.site);
    let whose = format!("an earlier run of `{}`", other.display());
    let part_way = |what: &str, help: String| Err(Failure::new(exit::PART_WAY, format!("{whose} {what}")).help(help));
    let waits = matches!(progress.next(), Next::Step(_)) && !progress.is_past_the_barrier();
    if progress.is_over() || waits && run.begin.plan == apply::plan_name(&args.plan) {
        Ok(())
    } else if progress.is_taking_back() {
        part_way("is being undone, and that is not finished", go_on("undo", ""))
    } else if progress.is_past_the_barrier() {
        part_way("is past *Run Migration* and not finished", go_on("apply", " --resume"))
    } else if waits {
        part_way("waits for a person's step", go_on("apply", " --resume") + ", or take it back with `plan undo`")
    } else {
        part_way("stopped part-way and is not finished", go_on("apply", " --resume"))
    }
}

/// Whether the site is a fresh copy: what the run left behind is gone.
fn was_cloned_again(run: &Unfinished, state: &State) -> bool {
    let gone = |change: &Change| change::same(change::read(state, &change.on).as_ref(), change.before.as_ref());
    let changes = &run.begin.changes;
    let undone = run.progress.is_configured() && !changes.is_empty() && changes.iter().all(gone);
    let unmigrated = run.progress.passed().contains(&Step::RunMigration)
        && state.crm.as_ref().is_some_and(|crm| crm.managed == Some(false));
    undone || unmigrated
}

/// Closes a run that is not gone on with, and puts its journal away.
fn close(files: &Files, why: &str, log: &EventLog) -> Result<(), Failure> {
    let path = files.journal();
    let mut journal = Journal::open(&path)?;
    journal.observe(log.observer());
    if journal.begin().is_none() {
        // A run that was not written down has not begun.
        drop(journal);
        return std::fs::remove_file(&path).map_err(|e| Failure::file("remove", &path, &e));
    }
    if !journal.progress().is_over() {
        journal.append(Event::Closed { why: why.to_owned() }, Timestamp::now())?;
    }
    journal.put_away(Timestamp::now())?;
    Ok(())
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
        replay::may_replay(args, checked, terminal)?;
    }
    let live = checked.is_live() && !replay;
    let Some(changes) = super::diff::changes(checked, &path, true).filter(|_| green && !live) else {
        return Err(refused(if green { &Refusal::Live } else { &Refusal::NotGreen }));
    };
    let known = args.confirm.as_ref().and_then(|digits| confirmation::find(&args.plan, digits, changes.host));
    let settings = &checked.opened.settings.seal;
    let sealed = args.seal.as_deref().map(seal::read).transpose()?;
    let presented = sealed.as_ref().map(|sealed| Presented::new(sealed, &settings.keys));
    if changes.list.is_empty() && (args.confirm.is_none() || known.is_some()) {
        let counts =
            |seal: &Presented| seal.of(settings.demands(), &apply::plan_name(&args.plan), changes.host).is_ok();
        let required = settings.demands().required && args.confirm.is_some();
        if presented.as_ref().map_or(!required, counts) {
            return Ok(None);
        }
    }
    let given = Given { digits: args.confirm.as_deref(), known: known.as_ref(), seal: presented.as_ref(), replay };
    let asks = !args.no_input && std::io::stdin().is_terminal() && !settings.demands().required;
    if args.confirm.is_some() || args.seal.is_some() || !asks {
        may_begin(checked, given, terminal)?;
        if let Some(sealed) = &sealed {
            confirmation::keep(&args.plan, sealed)?;
        }
        if let Some(Signature::By(reviewer)) = presented.as_ref().map(Presented::signature) {
            writeln!(terminal.err, "the seal is signed by `{}`", escape::line(reviewer))?;
        }
        return Ok(known.or_else(|| checked.confirmation()));
    }
    ask(gate::may_be_confirmed, checked, given)?;
    let style = Style { color: terminal.color, width: terminal.width, most: check::DRAWN };
    diff::human::render(&changes, style, terminal.out)?;
    let digits = &changes.digests.changes[..8];
    write!(terminal.out, "\nType the first eight digits of the changes' digest to carry them out ({digits}): ")?;
    terminal.out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == digits {
        let confirmed = checked.confirmation();
        if let Some(confirmation) = &confirmed {
            confirmation::write(&args.plan, confirmation)?;
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
    checked: &Checked,
    given: Given<'_>,
) -> Result<(), Failure> {
    let may = asked(gate, checked, given).unwrap_or(Err(Refusal::NotGreen));
    may.map_err(|refusal| {
        let changes = checked.lowered.as_ref().map_or(&[][..], |lowered| &lowered.changes);
        let changed: Vec<String> = changes.iter().map(|change| change.on.to_string()).collect();
        let mut failure = refused(&refusal);
        for consequence in gate::consequences(&refusal, &changed, &checked.judgement.readers) {
            failure.message.extend(["\n  ", &escape::line(&consequence)]);
        }
        failure
    })
}

/// Asks whether a run may begin, and says what moved without anything depending on it.
fn may_begin(checked: &Checked, given: Given<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    ask(gate::may_begin, checked, given)?;
    let beside = asked(gate::moved_beside, checked, given).unwrap_or_default();
    if !beside.is_empty() {
        let what = escape::line(&gate::named(&beside));
        let rests = "neither a rule nor a change reads that, so it goes on";
        writeln!(terminal.err, "the site moved since it was confirmed{what}: {rests}")?;
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

fn refused(refusal: &Refusal) -> Failure {
    let (message, help) = refusal.words();
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
    let host = checked.site.as_ref().map_or("the site", |site| &site.line.host);
    let unknown = checked.lowered.as_ref().map_or(0, |lowered| lowered.not_compared.len());
    if unknown > 0 {
        let kinds = many(unknown, "kind");
        writeln!(terminal.out, "no change to be seen on {}; {kinds} of object not captured", escape::line(host))?;
        return Ok(exit::OK);
    }
    writeln!(terminal.out, "no change: {} is as the plan wants it", escape::line(host))?;
    if let Some(Next::Step(step)) = earlier.map(|run| run.progress.next()) {
        writeln!(
            terminal.out,
            "the run waits at `{}`; go on with --resume: plan status {}",
            step.name(),
            args.plan.display()
        )?;
    }
    Ok(exit::OK)
}

/// A turn at a site: held until it is dropped.
struct Turn {
    files: Files,
    lock: Lock,
    log: EventLog,
}

fn start(args: &Apply, checked: Checked, turn: Turn, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let strategy = checked.opened.plan.strategy;
    let (Some(mut read), Some(lowered), Some(digests)) = (checked.site, checked.lowered, checked.digests) else {
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
        return Err(Failure::new(exit::TARGET, message).help("this build carries out changes on a site in a file only; make them in the admin screens that `plan diff` names, then check again"));
    }
    let begin = Begin {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: apply::plan_name(&args.plan),
        host: read.line.host.clone(),
        on: args.on.into(),
        strategy,
        digests,
        changes: lowered.changes,
    };
    read.site.keep(&turn.files.before())?;
    let changes = begin.changes.clone();
    let Turn { files, lock, log } = turn;
    let mut journal = Journal::create(&files.journal(), begin, Timestamp::now())?;
    journal.observe(log.observer());
    let mut run = Run { site: read.site, journal, lock, files, log };
    run.carry_out(&changes, terminal)?;
    run.configured(args, &changes, terminal)?;
    run.walk(args, args.through.unwrap_or(Step::Configure), terminal)
}

/// Goes on with exactly the changes of the journal, whatever became of the plan; then with the steps.
fn resume(args: &Apply, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let nothing = || Failure::new(exit::USAGE, "no run stopped part-way here, so there is nothing to resume");
    let mut site = if args.site.contains("://") {
        inputs::open_site(&args.site, Some(&inputs::open(&args.plan, args.limits, false)?.plan))?
    } else {
        inputs::open_site(&args.site, None)?
    };
    if !apply::state_folder(&args.plan).is_dir() {
        return Err(nothing());
    }
    let files = Files::of(&args.plan, &args.site);
    let lock = files.take(&args.plan)?;
    let Unfinished { begin, progress, .. } = files.unfinished()?.ok_or_else(nothing)?;
    if begin.plan != apply::plan_name(&args.plan) {
        let other = args.plan.with_file_name(&begin.plan);
        let message = format!("the run to resume is not of this plan, but of `{}`", other.display());
        let help = format!("go on with it: `plan apply {} --site {} --resume`", other.display(), args.site);
        return Err(Failure::new(exit::USAGE, message).help(help));
    }
    if progress.is_taking_back() && !progress.is_over() {
        return Err(Failure::new(exit::PART_WAY, "this run is being undone").help("finish that: `plan undo`"));
    }
    if args.on == On::Live && begin.on != Place::Live {
        let message = "`--on live` was given, and the run to resume is on the staging copy";
        return Err(Failure::new(exit::TARGET, message).help("leave `--on live` out"));
    }
    if args.host.as_deref().is_some_and(|typed| host(typed) != host(&begin.host)) {
        return Err(
            Failure::new(exit::TARGET, format!("the run to resume is on `{}`", begin.host)).help("type that host")
        );
    }
    was_confirmed(&args.plan, &begin, &files)?;
    is_its_site(site.as_mut(), &begin)?;
    let mut journal = Journal::open(&files.journal())?;
    journal.observe(log.observer());
    if journal.torn {
        writeln!(terminal.err, "the journal's last line was torn and is dropped")?;
    }
    if !journal.progress().is_over() {
        journal.append(Event::Resume { token: lock.token() }, Timestamp::now())?;
    }
    let mut run = Run { site, journal, lock, files, log: log.clone() };
    let last = begin.steps().last().copied().unwrap_or(Step::Configure);
    let mut through = args.through.unwrap_or(last);
    if !progress.is_configured() {
        run.carry_out(&begin.changes, terminal)?;
        run.configured(args, &begin.changes, terminal)?;
        through = args.through.unwrap_or(Step::Configure);
    }
    run.walk(args, through, terminal)
}

/// Whether somebody confirmed here what a journal holds, by a digest or by a seal; where a seal is demanded, only by one
/// that a reviewer signed. Else it comes from elsewhere.
pub(super) fn was_confirmed(plan: &Path, begin: &Begin, files: &Files) -> Result<(), Failure> {
    let settings = settings::beside(plan)?.seal;
    let demands = settings.demands();
    let sealed = confirmation::kept(plan).into_iter().any(|kept| {
        // A reviewer's key that was taken out of the settings since must not strand a run.
        let signature = kept.signature.filter(|_| demands.required);
        let presented = Presented::new(&Sealed { signature, ..kept }, &settings.keys);
        let demands = if demands.required { demands } else { Demands::default() };
        presented.of(demands, &begin.plan, &begin.host).is_ok_and(|seal| seal.digests == begin.digests)
    });
    let shown = || confirmation::find(plan, &begin.digests.changes, &begin.host).is_some();
    let whole = begin.digests.changes == change::changes_digest(&begin.host, &begin.changes);
    if whole && (sealed || !demands.required && shown()) {
        return Ok(());
    }
    let message = "the run to resume holds changes that nobody confirmed here, so nothing was written";
    let help = format!("move `{}` away, and begin anew with `plan diff`", files.journal().display());
    Err(Failure::new(exit::UNCONFIRMED, message).help(help))
}

/// Whether the site is the one that the run began on.
pub(super) fn is_its_site(site: &mut dyn Site, begin: &Begin) -> Result<(), Failure> {
    let here = site.configuration()?.header.host;
    if host(&here) == host(&begin.host) {
        return Ok(());
    }
    let message = format!("the run to resume is on `{}`, and this site is `{here}`", begin.host);
    Err(Failure::new(exit::TARGET, message).help("name the site that the run began on"))
}
