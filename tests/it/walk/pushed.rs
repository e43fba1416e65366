//! The end of a run whose copy was pushed: the collector that gave the members is gone from it.

use amc_plan::guide;

use super::*;

/// What the end of a run says in which nothing shows who the members are, after a review by a reading: of a strategy, with the collector
/// there when the site was kept, and now.
fn end(strategy: Strategy, collector: [bool; 2]) -> Turn {
    let folder = folder();
    let steps = guide::of_a_run(strategy, SiteRole::Staging).to_vec();
    let mut ground = Ground::open(&begun(&folder, SiteRole::Staging, Some(steps.clone())), &[Look::Open]);
    for step in steps {
        if step > Step::Configure {
            ground.note(Event::Reached { step }).unwrap();
        }
        if step == Step::RunMigration {
            ground.note(Event::BarrierPassed { who: None, members: None }).unwrap();
        }
        let (by, seen) = (Executor::Automatic, String::new());
        ground.note(Event::Passed { step, by, seen, found: BTreeMap::new() }).unwrap();
    }
    (ground.hides_members, ground.collector) = (true, collector);
    ground.advance().unwrap()
}

#[test]
fn who_was_compared_right_before_the_push_is_not_asked_for_once_the_collector_is_removed_for_it() {
    assert_eq!(end(Strategy::FreezeAndPush, [true, false]), Turn::Close);
    // Whoever can still be read, or never was, or is on a copy that goes on living, is looked at again.
    for (strategy, collector) in [
        (Strategy::FreezeAndPush, [true, true]),
        (Strategy::FreezeAndPush, [false, false]),
        (Strategy::RehearseAndReplay, [true, true]),
    ] {
        let said = end(strategy, collector);
        let Turn::Waits { open, .. } = &said else { panic!("{strategy:?} {collector:?}: {said:?}") };
        assert!(open.to_string().contains("since they were reviewed: nobody was read"), "{open}");
    }
}
