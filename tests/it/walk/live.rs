//! The steps on live, in their order.

use amc_plan::apply::machine::Next;
use amc_plan::guide::{self};
use amc_plan::model::plan::BackupPart;
use amc_plan::model::record::{Backup, BackupSource};

use super::*;

/// A backup that is on record now, made at this time.
fn backup(made: Timestamp) -> Evidence {
    let (parts, source) = (vec![BackupPart::Files, BackupPart::Database], BackupSource::RestorePoint("r".into()));
    let taken_at = made.to_string();
    Evidence::Backup(Backup { of: SiteRole::Live, parts, taken_at, stored_off_server: true, source })
}

/// The journal of a run on live up to its changes, cut at every byte; the site and the backup as they may be at that time: about
/// 7 700 points. Nothing is changed on a site that sells or has no backup from since, and a run that is taken back opens it again.
#[test]
fn on_live_nothing_is_changed_before_it_is_closed_and_backed_up_and_an_undo_opens_it_again() {
    let folder = folder();
    let steps = guide::of_a_run(Strategy::RehearseAndReplay, SiteRole::Live).to_vec();
    let path = begun(&folder, SiteRole::Live, Some(steps));
    let first = fs::read(&path).unwrap().len();
    let mut ground = Ground::open(&path, &[Look::Sells]);
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::EnterMaintenance, .. }));
    ground.site.looks = vec![Look::Before];
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::EnterMaintenance, .. }));
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::Backup, .. }));
    ground.says(backup(ground.now()));
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::Backup, .. }));
    assert_eq!(ground.advance().unwrap(), nothing_by_hand());
    let whole = fs::read(&path).unwrap();
    let mut points = 0;
    for cut in first..=whole.len() {
        for look in [Look::Sells, Look::Before, Look::Other] {
            for made in [None, Some(0), Some(10_001)] {
                points += 1;
                fs::write(&path, &whole[..cut]).unwrap();
                let mut ground = Ground::open(&path, &[look]);
                let proven = ground.is_behind(Step::Backup);
                ground.clock = 10_000;
                made.into_iter().for_each(|at| ground.says(backup(Timestamp::from_second(at).unwrap())));
                ground.clock = 10_000;
                for _ in 0..4 {
                    match ground.advance().unwrap() {
                        Turn::Passed { step: Step::EnterMaintenance, .. } => assert_eq!(look, Look::Before, "at {cut}"),
                        Turn::Passed { step: Step::Backup, .. } => {
                            assert_eq!((look, made), (Look::Before, Some(10_001)), "at {cut}");
                        }
                        Turn::Configured { .. } => {
                            assert!(
                                proven || (look, made) == (Look::Before, Some(10_001)),
                                "{look:?} {made:?} at {cut}"
                            );
                            break;
                        }
                        Turn::Waits { .. } | Turn::Moved { .. } => break,
                        other => panic!("{other:?} at {cut}"),
                    }
                }
                let asked = ground.journal.events().iter().any(|told| matches!(told.event, Event::Reached { .. }));
                ground.note(Event::Undo).unwrap();
                let next = ground.journal.progress().next();
                assert_eq!(next, if asked { Next::Step(Step::LeaveMaintenance) } else { Next::Close }, "at {cut}");
                assert_eq!(ground.journal.progress().is_closed_to_buyers(), asked);
                if asked {
                    let (step, by) = (Step::LeaveMaintenance, Executor::Guided);
                    ground.note(Event::Reached { step }).unwrap();
                    ground.note(Event::Passed { step, by, seen: String::new(), found: BTreeMap::new() }).unwrap();
                    assert_eq!(ground.journal.progress().next(), Next::Close);
                }
                ground.note(Event::End).unwrap();
                assert!(Journal::peek(&path, None).unwrap().progress.is_undone(), "and it can be read again");
            }
        }
    }
    assert!(points > 7_000, "{points} points were tested");
}
