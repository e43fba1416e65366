//! The guide's steps, one turn at a time: what proves a step, and what may be said to a person. It never waits, and nothing
//! of it depends on how long anybody did.

use jiff::Timestamp;

use crate::guide::{MigrationSignals, Named};
use crate::model::facts::{Counting, Here};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::record::Record;
use crate::model::text::Seconds;
use crate::model::{Executor, Identity, Kind, Plan, Snapshot, Step};

use super::again::unequal_since;
use super::by_hand;
use super::certificate::Ground;
use super::journal::{Event, JournalEntry};
use super::listed::listed;
use super::lost::with_why;
use super::machine::Next;
use super::proof::{self, Proof, Sighting, as_read, attested, both, migration, purchases, tool_login, verification};
use super::since::{began, configured_at, members_after, read_after, since_then, when};
pub use super::step_context::{Prompt, Reviewed, StepContext, Turn};
use super::still::{self, At, Found, Moved};

/// Takes the next step as far as it can be proven now.
///
/// # Errors
/// What the context says; a site that cannot be read past the barrier is no error, but a step that waits.
pub fn advance<W: StepContext>(context: &mut W, through: Step) -> Result<Turn, W::Error> {
    let step = match context.journal().progress().next() {
        next @ (Next::Run(_) | Next::Settle(_) | Next::Step(Step::Configure)) => {
            if is_beyond(context, Step::Configure, through) {
                return Ok(Turn::Beyond(Step::Configure));
            }
            begins(context, Step::Configure)?;
            if !matches!(next, Next::Step(_)) {
                return Ok(Turn::Changes);
            }
            return Ok(match by_hand(context)? {
                Proof::Behind { by, seen } => Turn::Configured { by, seen },
                Proof::Open(open) => Turn::Waits { step: Step::Configure, open, say: Prompt::Act },
            });
        }
        Next::Step(step) if is_beyond(context, step, through) => return Ok(Turn::Beyond(step)),
        Next::Step(step) => step,
        Next::Close => return close(context),
        _ => return Ok(Turn::Over),
    };
    if !context.journal().progress().is_reached() {
        begins(context, step)?;
        // A push overwrites live with whatever the copy is now.
        if step == Step::Push
            && let Some(waits) = unequal_since(context)?
        {
            return Ok(waits);
        }
        context.note(Event::Reached { step })?;
    }
    let plan = context.plan()?;
    let past = context.journal().progress().is_past_the_barrier();
    if step == Step::RunMigration && past {
        return run_migration(context, &plan);
    }
    let site = context.site().configuration()?;
    if let Some(open) = is_elsewhere(context, &site) {
        return Ok(Turn::Waits { step, open: open.into(), say: Prompt::Act });
    }
    if let Some(on) = turned(context, &site) {
        context.note(Event::Maintenance { on })?;
    }
    // In front of the barrier nothing of the migration may have moved yet.
    let under_way = Some(step).filter(|step| *step != Step::RunMigration);
    let moved = moved(context, &plan, &site, (&passed(context), under_way))?;
    if !moved.is_empty() {
        return Ok(Turn::Moved { step, moved });
    }
    if step == Step::RunMigration {
        // Whoever bought while live was open is in no backup that was made before.
        if was_open(context)
            && let Proof::Open(open) = prove(context, &plan, Step::Backup, &site)?
        {
            return Ok(Turn::Waits { step, open, say: Prompt::Act });
        }
        context.pass_barrier(&plan)?;
        return press(context);
    }
    let proof = prove(context, &plan, step, &site)?;
    match with_why(proof, || context.kept(), &site) {
        Proof::Behind { by, seen } => {
            let now = context.now();
            let found = still::found_first(context.journal(), &site, now);
            pass(context, step, by, (seen, found))
        }
        Proof::Open(open) => Ok(Turn::Waits { step, open, say: Prompt::Act }),
    }
}

/// How maintenance mode of live is now, where it was seen on for the first time and is not as it was seen last.
fn turned<W: StepContext>(context: &W, site: &Snapshot) -> Option<bool> {
    let is_on = MigrationSignals::of(site).maintenance?;
    let journal = context.journal();
    if journal.begin()?.on != SiteRole::Live || journal.progress().is_past_the_barrier() {
        return None;
    }
    let last = journal.events().iter().rev().find_map(|entry| match entry.event {
        Event::Maintenance { on } => Some(on),
        Event::Passed { step: Step::EnterMaintenance, .. } => Some(true),
        _ => None,
    })?;
    (last != is_on).then_some(is_on)
}

/// Whether live was found open once it had been closed.
fn was_open<W: StepContext>(context: &W) -> bool {
    context.journal().events().iter().any(|entry| matches!(entry.event, Event::Maintenance { .. }))
}

/// Whether what a person makes of the plan's changes is seen in place: by a reading, or by a person of this machine, since the run began.
fn by_hand<W: StepContext>(context: &mut W) -> Result<Proof, W::Error> {
    let begun = context.journal().events().first().map_or(Timestamp::MAX, |entry| entry.at);
    let Some(begin) = context.journal().begin().filter(|begin| !begin.by_hand.is_empty()).cloned() else {
        return Ok(Proof::Behind { by: Executor::Automatic, seen: String::new() });
    };
    let (site, record, names) = (context.site().configuration()?, context.record()?, context.names());
    let (here, now) = (context.recorded_here(), context.now());
    let site = site.with_attested(&record, &since(begun, &here, now));
    if let Some(open) = is_elsewhere(context, &site) {
        return Ok(Proof::open(open));
    }
    let read = read_after(&site.header.taken_at, begun, context.now());
    let at = names.of(&begin.host, begin.on);
    let made = by_hand::made(&begin.by_hand, &site, &read, |task| at.saw(task.on, task.wanted, task.is_compared));
    Ok(with_why(made, || context.kept(), &site))
}

/// Whether a step comes after the last one that is to be taken, in the order of the run.
fn is_beyond<W: StepContext>(context: &W, step: Step, through: Step) -> bool {
    context.journal().begin().is_none_or(|begin| !begin.takes_by(step, through))
}

/// On live nothing begins at any time; what lies past the barrier there is finished at any. A push begins on live too.
fn begins<W: StepContext>(context: &mut W, step: Step) -> Result<(), W::Error> {
    let on_live = context.journal().begin().is_some_and(|begin| begin.on == SiteRole::Live);
    let before = !context.journal().progress().is_past_the_barrier();
    if on_live && before || step == Step::Push { context.ensure_may_begin(step) } else { Ok(()) }
}

/// Every step is proven; what they left has to be there still.
fn close<W: StepContext>(context: &mut W) -> Result<Turn, W::Error> {
    let Some(step) = context.journal().progress().passed().last().copied().filter(|step| *step != Step::Configure)
    else {
        return Ok(Turn::Close);
    };
    let (plan, site) = (context.plan()?, context.site().configuration()?);
    if let Some(open) = is_elsewhere(context, &site) {
        return Ok(Turn::Waits { step, open: open.into(), say: Prompt::Act });
    }
    let moved = moved(context, &plan, &site, (&passed(context), None))?;
    if !moved.is_empty() {
        return Ok(Turn::Moved { step, moved });
    }
    Ok(unequal_since(context)?.unwrap_or(Turn::Close))
}

fn pass<W: StepContext>(
    context: &mut W,
    step: Step,
    by: Executor,
    (seen, found): (String, Found),
) -> Result<Turn, W::Error> {
    context.note(Event::Passed { step, by, seen: seen.clone(), found })?;
    Ok(Turn::Passed { step, by, seen })
}

/// What of this reading is not as the run left it: once these steps are proven, and this one is under way.
fn moved<W: StepContext>(
    context: &mut W,
    plan: &Plan,
    site: &Snapshot,
    (passed, under_way): (&[Step], Option<Step>),
) -> Result<Vec<Moved>, W::Error> {
    let Some(begin) = context.journal().begin().cloned() else { return Ok(Vec::new()) };
    let since = context.journal().events().first().map_or(Timestamp::MAX, |entry| entry.at);
    let (kept, record) = (context.kept(), since_then(context.record()?, since, context.now()));
    let found = still::found_before(context.journal().events());
    Ok(still::moved(At { begin: &begin, plan, passed, under_way, found: &found }, kept.as_ref(), site, &record))
}

/// The steps that are proven.
fn passed<W: StepContext>(context: &W) -> Vec<Step> {
    context.journal().progress().passed().to_vec()
}

/// Why what was read is not the site of the run, or not as the migration left it; none where it is.
fn is_elsewhere<W: StepContext>(context: &mut W, site: &Snapshot) -> Option<String> {
    let journal = context.journal();
    if let Some(why) = journal.begin().and_then(|begin| is_not_the_site(site, &begin.host)) {
        return Some(why);
    }
    let migrated = journal.progress().passed().contains(&Step::RunMigration);
    (migrated && MigrationSignals::of(site).managed == Some(false))
        .then(|| "the site says that it is no longer on Managed Contacts: was it restored, or copied again?".to_owned())
}

fn prove<W: StepContext>(context: &mut W, plan: &Plan, step: Step, site: &Snapshot) -> Result<Proof, W::Error> {
    let begin = context.journal().begin().map(|begin| (begin.host.clone(), begin.on));
    let Some((here, on)) = begin else { return Ok(Proof::open("no run began here")) };
    let names = context.names();
    let at = &names.of(&here, on);
    // The only step that asks for it: the kept reading is a file, and a step that waits is looked at every few seconds.
    let kept = if step == Step::EnterMaintenance { context.kept() } else { None };
    let kept_at = kept.and_then(|kept| kept.header.taken_at.parse().ok());
    let (since, now) = (began(step, context.journal().events(), kept_at), context.now());
    let read = read_after(&site.header.taken_at, since, now);
    let reached = when(context.journal().events(), |event| matches!(event, Event::Reached { .. }));
    let all = context.record()?;
    let whole = since_then(all.clone(), Timestamp::MIN, now);
    let record = since_then(whole.clone(), reached, now);
    let is_on = MigrationSignals::of(site).maintenance;
    let sight = match step {
        Step::EnterMaintenance | Step::LeaveMaintenance => {
            sighting(context, (is_on, &all), (&here, Kind::Maintenance, "on"), reached)
        }
        _ => Sighting::default(),
    };
    Ok(match step {
        Step::StartVerification => verification(&since_then(whole, configured_at(context.journal().events()), now), at),
        Step::ReviewContacts => {
            let members = members_since(context, since)?;
            as_read(as_read(review(context, &record, at)?, &read), &members)
        }
        Step::EnterMaintenance => as_read(proof::closed(&sight, at), &read),
        Step::LeaveMaintenance => as_read(proof::maintenance(&sight, at), &read),
        Step::TestPurchase => {
            let members = members_since(context, since)?;
            purchases(plan, &context.purchased(&record)?, &read.and(members), at)
        }
        Step::Push | Step::Merge => {
            let word = attested(&record, step, at, "it is not on record as done");
            let pushed = match plan.strategy {
                Some(Strategy::PushThenMerge) => {
                    // Once it is pushed nothing on live is as it was, and the list that was there then counts.
                    let window = plan.window.as_ref().filter(|_| step == Step::Push);
                    let window = window.and_then(|window| Seconds::parse(&window.length));
                    let said = record.step(step, &here).and_then(|(entry, _)| entry.at.parse().ok()).unwrap_or(now);
                    let on = Ground::of(&context.site().name());
                    let begun = context.journal().events().first().map_or(now, |entry| entry.at);
                    both(listed(&whole, at, (said, window), (begun, now, on)), word)
                }
                _ => word,
            };
            let is_in_a_file = context.site().is_in_a_file();
            if step == Step::Push { both(proof::collector_removed(site, is_in_a_file, at), pushed) } else { pushed }
        }
        Step::ReopenLive => {
            let Some(live) = plan.live_site() else {
                return Ok(Proof::open("the plan's live site has no valid address"));
            };
            let at_live = &names.of(&live, SiteRole::Live);
            let mail = sighting(context, (None, &all), (&live, Kind::Mail, "simulated"), reached);
            let maintenance = sighting(context, (None, &all), (&live, Kind::Maintenance, "on"), reached);
            both(proof::delivered(&mail, at_live), proof::maintenance(&maintenance, at_live))
        }
        Step::Backup => {
            let closed = |event: &Event| {
                matches!(event, Event::Passed { step: Step::EnterMaintenance, .. } | Event::Maintenance { on: true })
            };
            proof::backup(plan, &whole, when(context.journal().events(), closed), now, at)
        }
        Step::FreezeLive | Step::Preflight | Step::Configure | Step::RunMigration => {
            Proof::Behind { by: Executor::Automatic, seen: "before the run".into() }
        }
    })
}

/// Whether the members were read after this moment. To read them takes time, so what is now is asked for afterwards.
fn members_since<W: StepContext>(context: &mut W, since: Timestamp) -> Result<Result<(), String>, W::Error> {
    let read_at = context.members_read()?;
    Ok(members_after(read_at, since, context.now()))
}

/// The facts that count of what persons saw since then: those that were recorded on this machine.
pub fn since(at: Timestamp, here: &Here, now: Timestamp) -> Counting<'_> {
    Counting { now, here, only_here: true, since: Some(at), again_since: None }
}

/// What is known of a switch: what a reading shows, and where it shows nothing, what a person saw since then.
fn sighting<W: StepContext>(
    context: &W,
    (captured, record): (Option<bool>, &Record),
    of: (&Identity, Kind, &str),
    at: Timestamp,
) -> Sighting {
    // What a reading shows asks no ledger: a step that waits is looked at every few seconds.
    if captured.is_some() {
        return Sighting { captured, attested: None };
    }
    Sighting::of(captured, record, of, &since(at, &context.recorded_here(), context.now()))
}

/// The barrier was passed in this very turn: somebody is asked to press, once.
fn press<W: StepContext>(context: &mut W) -> Result<Turn, W::Error> {
    let passed_at = when(context.journal().events(), |event| matches!(event, Event::BarrierPassed { .. }));
    Ok(Turn::Waits { step: Step::RunMigration, open: proof::careful(passed_at, true).into(), say: Prompt::PressOnce })
}

/// Whether the process that passed the barrier is still the one that runs: nobody resumed the run since.
fn is_where_it_was_passed(events: &[JournalEntry]) -> bool {
    let since = events.iter().rev().take_while(|entry| !matches!(entry.event, Event::BarrierPassed { .. }));
    !since.into_iter().any(|entry| matches!(entry.event, Event::Resume { .. }))
}

/// Past the barrier a site that does not answer, or is another one, proves nothing either way.
fn run_migration<W: StepContext>(context: &mut W, plan: &Plan) -> Result<Turn, W::Error> {
    let step = Step::RunMigration;
    let begin = context.journal().begin().map(|begin| (begin.host.clone(), begin.on));
    let Some((here, on)) = begin else {
        return Ok(Turn::Waits { step, open: "no run began here".to_owned().into(), say: Prompt::PressNothing });
    };
    let names = context.names();
    let passed_at = when(context.journal().events(), |event| matches!(event, Event::BarrierPassed { .. }));
    let careful = proof::careful(passed_at, is_where_it_was_passed(context.journal().events()));
    let waits = |why: String| Turn::Waits { step, open: format!("{why}; {careful}").into(), say: Prompt::PressNothing };
    let read = context.site().configuration();
    let login = context.site().signed_in();
    let (site, login) = match (read, login) {
        (Ok(site), Ok(login)) => (site, login),
        (Err(error), _) | (_, Err(error)) => return Ok(waits(error.to_string())),
    };
    if let Some(why) = is_not_the_site(&site, &here) {
        return Ok(waits(why));
    }
    let mut shows = MigrationSignals::of(&site);
    let kept = context.kept();
    if shows.managed == Some(true) {
        if let Err(why) = read_after(&site.header.taken_at, passed_at, context.now()) {
            return Ok(waits(why));
        }
        // What it said in front of the barrier already shows nothing of the press: that is attested.
        let before = kept.as_ref().and_then(|kept| MigrationSignals::of(kept).managed);
        shows.managed = shows.managed.filter(|_| before != Some(true));
    }
    if shows.managed == Some(true) && !context.journal().progress().is_migrated() {
        // What is waited for from here on is a person, and no more the migration.
        context.note(Event::Migrated)?;
    }
    let all = context.record()?;
    let record = since_then(all.clone(), passed_at, context.now());
    // As in front of the barrier: what persons said of the administrators before it counts.
    let lines = context.recorded_here();
    let said = Counting { now: passed_at, here: &lines, only_here: true, since: None, again_since: None };
    let kept = kept.map(|kept| kept.with_attested(&all, &said).state.administrators).unwrap_or_default();
    let sight = sighting(context, (shows.managed, &all), (&here, Kind::Crm, "managed"), passed_at);
    let is_switched = sight.captured == Some(true) || sight.attested.as_ref().is_some_and(|(managed, _)| *managed);
    let login = tool_login(login.as_ref(), &kept);
    let proof = migration(&sight, login, &record, &names.of(&here, on), &careful);
    let proof = with_why(proof, || context.kept(), &site);
    // While it is under way nobody knows how it leaves what it moves; once it is over that is as the plan wants it.
    let mut then = passed(context);
    let is_over = is_switched || matches!(proof, Proof::Behind { .. });
    then.extend(Some(step).filter(|_| is_over));
    let moved = moved(context, plan, &site, (&then, Some(step).filter(|_| !is_over)))?;
    if !moved.is_empty() {
        return Ok(Turn::Moved { step, moved });
    }
    match proof {
        Proof::Behind { by, seen } => pass(context, step, by, (seen, Default::default())),
        Proof::Open(open) => Ok(Turn::Waits { step, open, say: Prompt::PressNothing }),
    }
}

fn review<W: StepContext>(context: &mut W, record: &Record, at: &Named<'_>) -> Result<Proof, W::Error> {
    Ok(match context.reviewed(None)? {
        Reviewed::Equal(seen) => Proof::Behind { by: Executor::Automatic, seen },
        Reviewed::NotRead => {
            Proof::open("the site's contacts were not read since the migration: take a new snapshot of it")
        }
        Reviewed::Unproven(words) => attested(record, Step::ReviewContacts, at, &words),
    })
}

/// Why what was read is not the site of the run; none where it is.
fn is_not_the_site(found: &Snapshot, here: &Identity) -> Option<String> {
    let there = &found.header.site;
    (!there.is_same_site(here)).then(|| format!("this site is `{there}` now, and the run is on `{here}`"))
}
