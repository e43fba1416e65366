//! What may become of one act: no answer, somebody else, a lost lock, a stop, a clock that goes back.

use std::sync::atomic::{AtomicI64, Ordering};

use amc_plan::apply::archive;

use super::*;

#[track_caller]
fn each_landed_once(site: &StandIn) {
    for change in changes() {
        assert_eq!(site.landed.get(&change.on), Some(&1), "{}", change.on);
    }
    assert_eq!(site.snapshot.state, after(6));
    assert_eq!(Journal::open(&site.journal, &key()).unwrap().events().last().unwrap().event, Event::Done { change: 5 });
}

#[test]
fn whoever_lost_the_lock_stops_and_writes_nothing_more() {
    for at in 0..12 {
        let folder = folder();
        let mut journal = begun(&folder);
        let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
        // Asked before each act and after it: from this question on the lock is somebody else's.
        let asked = std::cell::Cell::new(0);
        let ousted = || {
            asked.set(asked.get() + 1);
            (asked.get() > at).then(|| "its lock was broken".to_owned())
        };
        let watch = Watch { clock: now, stop: &|| false, ousted: &ousted, leave: &[], tell: &mut |_, _| () };
        let before = fs::read(&site.journal).unwrap();
        stops(run(&mut site, &mut journal, &changes(), watch).unwrap(), at / 2, "lock was broken");
        let written = fs::read(&site.journal).unwrap();
        let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        // An act that was under way has its intent written, and its outcome is left for the next holder to read.
        assert_eq!(lines(&written) - lines(&before), at / 2 * 2 + at % 2, "{at}");
        assert_eq!(site.landed.len(), at.div_ceil(2));
        drop(journal);
        assert!(matches!(go_on(&mut site), Outcome::Finished));
        each_landed_once(&site);
    }
}

#[test]
fn an_answer_that_never_came() {
    use Fault::{LandsBlind, LandsLate, LandsUnheard, Lost};
    for at in 0..6 {
        for faults in [
            &[LandsUnheard][..],
            &[Lost],
            &[Lost, Lost],
            &[Lost, LandsUnheard],
            &[LandsLate],
            &[Lost, LandsLate],
            &[LandsBlind],
            &[Lost, LandsBlind],
            &[Fault::Ignored],
            &[Fault::Ignored, Lost, Fault::Ignored],
        ] {
            let folder = folder();
            drop(begun(&folder));
            let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
            site.faults.insert(changes()[at].on.clone(), faults.to_vec());
            let mut runs = 0;
            while let Outcome::Stopped { at: stopped, why } = go_on(&mut site) {
                assert_eq!(stopped, at, "{faults:?}: {why}");
                runs += 1;
            }
            assert_eq!(runs, faults.iter().filter(|fault| **fault != LandsUnheard).count(), "{faults:?}");
            each_landed_once(&site);
        }
    }
}

#[test]
fn somebody_else_is_never_overwritten() {
    for at in 0..6 {
        for fault in [Fault::Overtaken, Fault::Overwritten] {
            let change = &changes()[at];
            let folder = folder();
            drop(begun(&folder));
            let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
            site.faults.insert(change.on.clone(), vec![fault]);
            stops(go_on(&mut site), at, "omebody");
            for _ in 0..2 {
                assert_eq!(change::read(&site.snapshot.state, &change.on), Some(foreign(&change.on)));
                stops(go_on(&mut site), at, "has neither the value before nor the value after the change");
            }
            let landed: usize = site.landed.values().sum();
            assert_eq!(landed, at + usize::from(fault == Fault::Overwritten), "and nothing after it was begun");
            // They take it back, to either side.
            let back = if fault == Fault::Overtaken { change.before.clone() } else { change.after.clone() };
            let undo = Change { before: Some(foreign(&change.on)), after: back, ..change.clone() };
            change::apply(&mut site.snapshot.state, &undo).unwrap();
            assert!(matches!(go_on(&mut site), Outcome::Finished));
            each_landed_once(&site);
        }
    }
}

#[test]
fn asked_to_stop_it_ends_the_act_it_is_in() {
    for wanted in 0..=6 {
        let folder = folder();
        let mut journal = begun(&folder);
        let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
        let told = std::cell::Cell::new(0);
        let stop = || told.get() >= wanted;
        let outcome =
            run(&mut site, &mut journal, &changes(), watch(now, &stop, &mut |_, _| told.set(told.get() + 1))).unwrap();
        match outcome {
            Outcome::Interrupted { at } => assert_eq!(at, wanted),
            other => assert!(wanted == 6 && matches!(other, Outcome::Finished), "{wanted}: {other:?}"),
        }
        assert_eq!((journal.progress().in_place(), site.landed.len()), (wanted, wanted));
        assert_eq!(site.snapshot.state, after(wanted));
        drop(journal);
        assert!(matches!(go_on(&mut site), Outcome::Finished));
        each_landed_once(&site);
    }
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    static SECONDS: AtomicI64 = AtomicI64::new(2_000_000_000);
    fn back() -> Timestamp {
        Timestamp::from_second(SECONDS.fetch_sub(86_400, Ordering::Relaxed)).unwrap()
    }
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    let mut site = StandIn::new(after(0), &path);
    site.faults.insert(changes()[3].on.clone(), vec![Fault::Lost]);
    let mut journal = Journal::create(&path, &key(), begin(), back()).unwrap();
    let outcome = run(&mut site, &mut journal, &changes(), watch(back, &|| false, &mut |_, _| ())).unwrap();
    stops(outcome, 3, "did not accept");
    let mut journal = Journal::open(&path, &key()).unwrap();
    assert!(matches!(
        run(&mut site, &mut journal, &changes(), watch(back, &|| false, &mut |_, _| ())).unwrap(),
        Outcome::Finished
    ));
    each_landed_once(&site);
    // Runs that end in one second, or before the last one ended, are all kept, in their order.
    let mut kept = vec![journal.archive(now()).unwrap()];
    let before = now() - jiff::SignedDuration::from_hours(48);
    for at in [now(), now(), before, now(), now(), now(), now(), now(), before, now(), now(), back()] {
        kept.push(begun(&folder).archive(at).unwrap());
    }
    assert!(!path.exists());
    assert_eq!(archive::archived(&path).unwrap(), kept);
    archive::restore(&kept[3], &path).unwrap();
    assert!(archive::restore(&kept[4], &path).is_err(), "nothing is overwritten");
    assert_eq!(archive::archived(&path).unwrap().len(), kept.len() - 1);
}
