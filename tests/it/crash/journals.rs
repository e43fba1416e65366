//! Journals that cannot have happened, that lack their steps, that end before the barrier.

use amc_plan::apply::journal::{JournalError, REPLACED};
use amc_plan::apply::machine::Next;
use amc_plan::guide;
use amc_plan::model::Step;
use amc_plan::trust::{Purpose, marked};

use super::*;

#[test]
fn a_well_chained_journal_that_cannot_have_happened_is_refused() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    let (intent, done) = (|n: usize| json!({"intent": {"change": n}}), |n: usize| json!({"done": {"change": n}}));
    let halt = |n: usize| json!({"halt": {"change": n, "why": "x"}});
    let start = json!({"begin": begin()});
    let reached = |step: &str| json!({"reached": {"step": step}});
    let passed = |step: &str| json!({"passed": {"step": step, "by": "guided", "seen": "x"}});
    let left = |n: usize| json!({"left": {"change": n}});
    let replaced = json!({"closed": {"why": REPLACED}});
    let unpressed = json!({"not-pressed": {"who": "jo", "seen": "x"}});
    let passing = json!({"barrier-passed": {"who": "jo", "members": 3}});
    // Every change in place and read back; then up to the barrier.
    let in_place = (0..6).flat_map(|n| [intent(n), done(n)]);
    let placed: Vec<Value> = [start.clone()].into_iter().chain(in_place).chain([passed("configure")]).collect();
    let to_the_barrier = [reached("start-verification"), passed("start-verification"), reached("run-migration")];
    let barrier: Vec<Value> = placed.iter().cloned().chain(to_the_barrier).collect();
    let mut other = begin();
    other.changes.reverse();
    let cases: Vec<(Vec<Value>, usize)> = vec![
        (vec![start.clone(), intent(99)], 2),
        (vec![start.clone(), intent(1)], 2),
        (vec![start.clone(), done(0)], 2),
        (vec![start.clone(), halt(0)], 2),
        (vec![start.clone(), json!("end")], 2),
        (vec![start.clone(), start.clone()], 2),
        (vec![start.clone(), intent(0), done(0), done(0)], 4),
        (vec![start.clone(), intent(0), done(usize::MAX)], 3),
        (vec![start.clone(), intent(0), intent(0)], 3),
        (vec![start.clone(), intent(0), halt(1)], 3),
        (vec![start.clone(), intent(0), halt(0), intent(1)], 4),
        (vec![intent(0)], 1),
        (vec![json!("end")], 1),
        (vec![start.clone(), json!({"reached": {"step": "start-verification"}})], 2),
        (vec![start.clone(), passed("configure")], 2),
        (vec![start.clone(), json!({"barrier-passed": {"who": null, "members": 3}})], 2),
        (vec![start.clone(), json!("undo"), json!("undo")], 3),
        (vec![start.clone(), json!("undo"), intent(0)], 3),
        (vec![start.clone(), json!("undo"), json!({"take-back": {"change": 0}})], 3),
        (vec![start.clone(), intent(0), json!("undo"), json!({"taken-back": {"change": 0}})], 4),
        (vec![start.clone(), intent(0), done(0), json!("undo"), json!({"take-back": {"change": 0}}), done(0)], 6),
        (vec![start.clone(), json!({"closed": {"why": "x"}}), intent(0)], 3),
        // Only what is next to be taken back is left.
        (vec![start.clone(), intent(0), done(0), left(0)], 4),
        (vec![start.clone(), intent(0), left(0)], 3),
        (vec![start.clone(), json!("undo"), left(0)], 3),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(1)], 5),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(0), left(0)], 6),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(0), json!({"take-back": {"change": 0}})], 6),
        // Only a run whose place a new one took is undone after its end, and once, and not past the barrier.
        (vec![start.clone(), json!({"closed": {"why": "x"}}), json!("undo")], 3),
        (vec![start.clone(), replaced.clone(), intent(0)], 3),
        (vec![start.clone(), replaced.clone(), json!({"resume": {"token": 1}})], 3),
        (vec![start.clone(), replaced.clone(), json!("undo"), json!("undo")], 4),
        (vec![start.clone(), replaced.clone(), json!("undo"), json!("end"), json!("undo")], 5),
        (vec![start.clone(), json!("undo"), replaced.clone(), json!("undo")], 4),
        ([barrier.clone(), vec![passing.clone(), replaced.clone(), json!("undo")]].concat(), 20),
        ([placed.clone(), vec![passed("start-verification")]].concat(), 15),
        ([placed.clone(), vec![reached("run-migration")]].concat(), 15),
        ([placed.clone(), vec![reached("start-verification"), reached("start-verification")]].concat(), 16),
        ([placed.clone(), vec![passing.clone()]].concat(), 15),
        ([barrier.clone(), vec![passed("run-migration")]].concat(), 18),
        ([barrier.clone(), vec![passing.clone(), passing.clone()]].concat(), 19),
        ([barrier.clone(), vec![passing.clone(), json!("undo")]].concat(), 19),
        ([barrier.clone(), vec![passing.clone(), json!("end")]].concat(), 19),
        // Nobody can say that it was not pressed before the barrier was passed, after it was proven pressed, or twice.
        ([barrier.clone(), vec![unpressed.clone()]].concat(), 18),
        ([barrier.clone(), vec![passing.clone(), passed("run-migration"), unpressed.clone()]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), unpressed.clone()]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), passed("run-migration")]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), passing.clone(), json!("undo")]].concat(), 21),
        (vec![json!({"begin": other})], 1),
    ];
    for (events, wrong) in cases {
        let mut previous = "0".repeat(64);
        let mut text = String::new();
        for event in &events {
            let line = json!({"version": 2, "at": now(), "event": event, "previous": previous}).to_string();
            let line = marked(&line, &key(), Purpose::Journal);
            previous = digest::of_bytes(line.as_bytes());
            text += &format!("{line}\n");
        }
        fs::write(&path, &text).unwrap();
        match Journal::open(&path, &key()) {
            Err(JournalError::Foreign { line, .. }) => assert_eq!(line, wrong, "{events:?}"),
            other => panic!("{events:?}: {other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// A journal of an earlier build has no list of steps: on live it began with the changes.
#[test]
fn a_journal_without_its_steps_is_read_as_it_was_written() {
    for on in [SiteRole::Staging, SiteRole::Live] {
        let begin = Begin { on, ..begin() };
        let text = serde_json::to_string(&begin).unwrap();
        assert!(!text.contains("steps"), "{text}");
        let folder = folder();
        let path = folder.path().join("journal.ndjson");
        drop(Journal::create(&path, &key(), begin.clone(), now()).unwrap());
        assert_eq!(Journal::peek(&path, Some(&key())).unwrap().progress.next(), Next::Run(0), "{on:?}");
        let steps = guide::of_a_run(Strategy::RehearseAndReplay, on).to_vec();
        let first = steps[0];
        let path = folder.path().join("new.ndjson");
        drop(Journal::create(&path, &key(), Begin { steps: Some(steps.clone()), ..begin.clone() }, now()).unwrap());
        let wanted = if on == SiteRole::Live { Next::Step(first) } else { Next::Run(0) };
        assert_eq!(Journal::peek(&path, Some(&key())).unwrap().progress.next(), wanted, "{on:?}");
        // Steps that no run has.
        let without: Vec<Step> = steps.iter().copied().filter(|step| *step != Step::Configure).collect();
        let twice: Vec<Step> = steps.iter().copied().flat_map(|step| [step, step]).collect();
        let back: Vec<Step> = steps.iter().rev().copied().collect();
        for (at, steps) in [without, twice, back, Vec::new()].into_iter().enumerate() {
            let path = folder.path().join(format!("bad{at}.ndjson"));
            drop(Journal::create(&path, &key(), Begin { steps: Some(steps), ..begin.clone() }, now()).unwrap());
            assert!(matches!(Journal::peek(&path, Some(&key())), Err(JournalError::Foreign { line: 1, .. })), "{at}");
        }
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = folder();
    let mut journal = begun(&folder);
    let path = folder.path().join("journal.ndjson");
    let written = fs::read(&path).unwrap();
    for event in [Event::Done { change: 0 }, Event::End, Event::Reached { step: Step::Configure }] {
        assert!(journal.append(event, now()).is_err());
    }
    assert!(fs::read(&path).unwrap() == written && journal.progress().next() == Next::Run(0));
    journal.append(Event::Intent { change: 0 }, now()).unwrap();
    assert_eq!(Journal::peek(&path, Some(&key())).unwrap().progress, *journal.progress());
}

#[test]
fn where_nobody_pressed_the_run_is_before_the_barrier_again() {
    let folder = folder();
    let mut journal = begun(&folder);
    let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
    run(&mut site, &mut journal, &changes(), watch(now, &|| false, &mut |_, _| ())).unwrap();
    let passed = |step| Event::Passed { step, by: Executor::Guided, seen: "x".into(), found: BTreeMap::new() };
    let passed_barrier = || Event::BarrierPassed { who: None, members: None };
    let unpressed = || Event::NotPressed { who: "jo".into(), seen: "x".into() };
    let (verify, migrate) = (Step::StartVerification, Step::RunMigration);
    let to_the_barrier =
        [passed(Step::Configure), Event::Reached { step: verify }, passed(verify), Event::Reached { step: migrate }];
    for event in to_the_barrier.into_iter().chain([passed_barrier(), unpressed(), passed_barrier(), unpressed()]) {
        let opens = matches!(event, Event::BarrierPassed { .. });
        journal.append(event, now()).unwrap();
        assert_eq!(journal.progress().is_past_the_barrier(), opens);
        assert_eq!(
            Journal::peek(&site.journal, Some(&key())).unwrap().progress,
            *journal.progress(),
            "and it can be read again"
        );
    }
    assert_eq!(journal.progress().next(), Next::Step(migrate));
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    assert_eq!(site.snapshot.state, after(0));
}
