//! What proves a step is made after the step began: every step that a reading or a person's word proves, with one made before,
//! right then, in the future, and now.

use amc_plan::apply::journal::Event;
use amc_plan::apply::machine::Next;
use amc_plan::apply::walk::{StepContext, Turn};
use amc_plan::guide;
use amc_plan::model::plan::BackupPart;
use amc_plan::model::plan::{SiteRole, Strategy};
use amc_plan::model::purchase::Known;
use amc_plan::model::record::{Backup, BackupSource, Entry, Evidence, StepTaken};
use amc_plan::model::{Executor, Step};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::walk::{Ground, Look, begun, folder, here, passed_barrier};

/// A run that waits at this step, which the site proves at the next look if that counts.
fn waiting_at(step: Step, folder: &TempDir) -> Ground {
    let passes = |ground: &mut Ground, look: Look, step: Step| {
        ground.site.looks = vec![look];
        match ground.advance().unwrap() {
            Turn::Passed { step: passed, .. } => assert_eq!(passed, step),
            other => panic!("{other:?}"),
        }
    };
    let waits = |ground: &mut Ground, look: Look, next: Look| {
        ground.site.looks = vec![look];
        match ground.advance().unwrap() {
            Turn::Waits { step: at, .. } => assert_eq!(at, step),
            other => panic!("{other:?}"),
        }
        ground.site.looks = vec![next];
    };
    if step == Step::EnterMaintenance {
        let steps = guide::of_a_run(Strategy::RehearseAndReplay, SiteRole::Live).to_vec();
        let mut ground = Ground::open(&begun(folder, SiteRole::Live, Some(steps)), &[Look::Sells]);
        waits(&mut ground, Look::Sells, Look::Before);
        return ground;
    }
    let mut ground = passed_barrier(folder);
    ground.signs_in();
    if step == Step::RunMigration {
        waits(&mut ground, Look::Before, Look::Managed);
        return ground;
    }
    passes(&mut ground, Look::Managed, Step::RunMigration);
    if step == Step::ReviewContacts {
        waits(&mut ground, Look::Other, Look::Managed);
        return ground;
    }
    passes(&mut ground, Look::Managed, Step::ReviewContacts);
    if step == Step::LeaveMaintenance {
        waits(&mut ground, Look::Managed, Look::Open);
        return ground;
    }
    passes(&mut ground, Look::Open, Step::LeaveMaintenance);
    waits(&mut ground, Look::Open, Look::Open);
    ground.bought = Known::Captured;
    ground.says_everything();
    ground
}

/// Since when a reading proves the step: the press for what the migration moves, the reading in hand as the run began for its first
/// step, else when the step was reached.
fn began(step: Step, ground: &Ground) -> Timestamp {
    let is = |event: &Event| match step {
        Step::RunMigration | Step::ReviewContacts => matches!(event, Event::BarrierPassed { .. }),
        _ => matches!(event, Event::Reached { step: reached } if *reached == step),
    };
    let told = ground.journal.events().iter().rfind(|told| is(&told.event)).unwrap().at;
    if step == Step::EnterMaintenance { Timestamp::UNIX_EPOCH } else { told }
}

#[test]
fn a_reading_proves_a_step_only_where_it_was_made_after_the_step_began() {
    let (second, hour) = (SignedDuration::from_secs(1), SignedDuration::from_hours(1));
    for step in
        [Step::EnterMaintenance, Step::RunMigration, Step::ReviewContacts, Step::LeaveMaintenance, Step::TestPurchase]
    {
        let folder = folder();
        let mut ground = waiting_at(step, &folder);
        let began = began(step, &ground);
        for (read_at, why) in
            [(began - hour, "read it again"), (began, "read it again"), (ground.now() + hour, "in the future")]
        {
            ground.site.read_at = Some(read_at);
            match ground.advance().unwrap() {
                Turn::Waits { step: at, open, .. } => {
                    assert!(at == step && open.to_string().contains(why), "{step:?}: {open}")
                }
                other => panic!("{step:?} {why}: {other:?}"),
            }
        }
        ground.site.read_at = Some(began + second);
        ground.clock += 10;
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: passed, .. } if passed == step), "{step:?}");
    }
}

#[test]
fn a_recording_of_a_purchase_made_before_the_step_proves_no_more_than_a_captured_one() {
    let folder = folder();
    let mut ground = waiting_at(Step::TestPurchase, &folder);
    ground.site.read_at = Some(began(Step::TestPurchase, &ground));
    for (bought, passes) in [(Known::Captured, false), (Known::Recorded, false), (Known::Attested, true)] {
        ground.bought = bought;
        let turn = ground.advance().unwrap();
        assert_eq!(matches!(turn, Turn::Passed { .. }), passes, "{bought:?}: {turn:?}");
    }
}

#[test]
fn a_persons_word_proves_a_step_only_where_it_was_given_after_the_step_began_and_not_later_than_now() {
    for (step, host) in [(Step::Push, here()), (Step::Merge, here())] {
        let folder = folder();
        let steps = guide::of_a_run(Strategy::PushThenMerge, SiteRole::Staging).to_vec();
        let mut ground = Ground::open(&begun(&folder, SiteRole::Staging, Some(steps.clone())), &[Look::Open]);
        for step in steps.into_iter().take_while(|before| *before != step) {
            if step != Step::Configure {
                ground.note(Event::Reached { step }).unwrap();
            }
            if step == Step::RunMigration {
                ground.note(Event::BarrierPassed { who: None, members: None }).unwrap();
            }
            ground
                .note(Event::Passed { step, by: Executor::Guided, seen: String::new(), found: Default::default() })
                .unwrap();
        }
        let words = |ground: &Ground, at: Timestamp| {
            let evidence = Evidence::Step(StepTaken { host: host.clone(), step, says: "done".into() });
            let (at, who, previous) = (at.to_string(), "jo".to_owned(), String::new());
            let mut entries = ground.record.entries.clone();
            entries.push(Entry { version: 1, at, who, evidence, previous, sha256: String::new(), line: 0 });
            entries
        };
        let (reached, hour) = (ground.now(), SignedDuration::from_hours(1));
        ground.clock += 10;
        assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: at, .. } if at == step), "{step:?}");
        let now = ground.now();
        for (at, proves) in [(reached - hour, false), (now + hour, false), (now, true)] {
            ground.record.entries = words(&ground, at);
            let turn = ground.advance().unwrap();
            assert_eq!(matches!(turn, Turn::Passed { .. }), proves, "{step:?} {at}: {turn:?}");
            ground.record.entries.pop();
        }
    }
}

/// The steps at which a run waits for a newer reading, where each is handed over only when it is asked for. The site itself is always ahead
/// of its reading: whatever a step wants to see is there.
fn asks_for_readings(on: SiteRole) -> Vec<Step> {
    let folder = folder();
    let steps = guide::of_a_run(Strategy::RehearseAndReplay, on).to_vec();
    let mut ground = Ground::open(&begun(&folder, on, Some(steps)), &[Look::Before]);
    ground.bought = Known::Captured;
    ground.site.read_at = Some(ground.journal.events()[0].at);
    let mut asked = Vec::new();
    for _ in 0..100 {
        if let Next::Step(step) = ground.journal.progress().next() {
            let past = ground.journal.progress().is_past_the_barrier();
            ground.site.looks = vec![match step {
                Step::LeaveMaintenance | Step::TestPurchase => Look::Open,
                Step::RunMigration if !past => Look::Before,
                Step::RunMigration | Step::ReviewContacts => Look::Managed,
                _ => Look::Before,
            }];
        }
        match ground.advance().unwrap() {
            Turn::Close => return asked,
            Turn::Waits { step, open, .. } if open.to_string().contains("read it again") => {
                asked.push(step);
                ground.clock += 10;
                ground.site.read_at = Some(ground.now());
            }
            Turn::Waits { step: Step::Backup, .. } => {
                let (parts, source) =
                    (vec![BackupPart::Files, BackupPart::Database], BackupSource::RestorePoint("r".into()));
                let taken_at = ground.now().to_string();
                ground.says(Evidence::Backup(Backup {
                    of: SiteRole::Live,
                    parts,
                    taken_at,
                    stored_off_server: true,
                    source,
                }));
            }
            Turn::Configured { .. } => {
                let (step, by) = (Step::Configure, Executor::Automatic);
                ground.note(Event::Passed { step, by, seen: String::new(), found: Default::default() }).unwrap();
            }
            Turn::Waits { .. } => ground.says_everything(),
            Turn::Passed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    panic!("it never ends: {asked:?}");
}

/// What the owner is asked for beforehand is what a run then waits for. The first reading is the one with which it begins, and of the plan's
/// changes those that a person makes are looked for in a reading that was made since.
#[test]
fn a_run_waits_for_as_many_readings_as_the_owner_is_asked_for() {
    let all = guide::readings(Strategy::RehearseAndReplay);
    for on in [SiteRole::Staging, SiteRole::Live] {
        let asked = asks_for_readings(on);
        let counted: Vec<Step> = {
            let steps = guide::steps(Strategy::RehearseAndReplay, on).iter();
            let mut since: Vec<Step> = steps.filter_map(|step| step.read_since()).collect();
            since.dedup();
            since.retain(|step| !matches!(step, Step::Preflight | Step::Configure));
            since
        };
        assert_eq!(asked, counted, "{on:?}");
        assert_eq!(all.iter().filter(|due| due.on == on).count(), asked.len() + 2, "{on:?}");
    }
    assert_eq!(all.len(), 11);
}
