//! The steps on a staging copy.

use amc_plan::model::saw::Saw;
use amc_plan::model::{Kind, ObjectRef};

use super::*;
use crate::crash::cuts;

/// Every order of four looks after the barrier.
fn scripts() -> Vec<[Look; 4]> {
    use Look::{Away, Before, LockedOut, Managed, Mute, Other};
    let all = [Before, Managed, Mute, Away, LockedOut, Other];
    let mut scripts = Vec::new();
    for a in all {
        for b in all {
            for c in all {
                scripts.extend(all.map(|d| [a, b, c, d]));
            }
        }
    }
    scripts
}

/// 1296 sequences of what the site shows while the migration is waited for, each with and without the spare
/// administrator's sign-in afterwards: 9210 looks, as a walk that is behind looks no more.
#[test]
fn whatever_the_site_shows_under_the_wait_nobody_is_told_to_press_again() {
    let folder = folder();
    let kept = {
        let ground = passed_barrier(&folder);
        (fs::read(folder.path().join("journal.ndjson")).unwrap(), ground.record.clone(), ground.clock)
    };
    let (scripts, mut looks) = (scripts(), 0);
    for script in &scripts {
        for signs_in in [false, true] {
            let path = folder.path().join("journal.ndjson");
            fs::write(&path, &kept.0).unwrap();
            let mut ground = Ground::open(&path, &script[..1]);
            (ground.record, ground.clock) = (kept.1.clone(), kept.2);
            if signs_in {
                ground.signs_in();
            }
            for look in script {
                ground.site.looks = vec![*look];
                looks += 1;
                let proven = *look == Look::Managed && signs_in;
                match ground.advance().unwrap() {
                    Turn::Passed { step: Step::RunMigration, .. } => assert!(proven, "{script:?}"),
                    Turn::Waits { step: Step::RunMigration, say, open } => {
                        assert_eq!((say, proven), (Prompt::PressNothing, false), "{script:?}");
                        let known = *look == Look::Managed;
                        assert!(
                            known
                                || open
                                    .to_string()
                                    .contains("do not press it again until the state of the migration is known"),
                            "{open}"
                        );
                    }
                    other => panic!("{script:?}: {other:?}"),
                }
                assert_eq!(ground.passed_barrier, 0);
                if ground.is_behind(Step::RunMigration) {
                    break;
                }
            }
            let shown = script.contains(&Look::Managed);
            assert_eq!(ground.is_behind(Step::RunMigration), shown && signs_in, "{script:?}");
        }
    }
    assert_eq!((scripts.len(), looks), (1296, 9210));
}

/// The journal of a whole walk, cut at every byte; the site as it may be at that time, and whatever a person said:
/// about 23 000 points.
#[test]
fn the_steps_cut_anywhere_are_gone_on_with_and_pressed_once() {
    let folder = folder();
    let mut ground = passed_barrier(&folder);
    ground.signs_in();
    for (step, look) in [
        (Step::RunMigration, Look::Managed),
        (Step::ReviewContacts, Look::Managed),
        (Step::LeaveMaintenance, Look::Open),
    ] {
        ground.site.looks = vec![look];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: passed, .. } if passed == step));
    }
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::TestPurchase, say: Prompt::Act, .. }));
    ground.says_everything();
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::TestPurchase, .. }));
    assert_eq!(ground.advance().unwrap(), Turn::Close);
    let path = folder.path().join("journal.ndjson");
    let whole = fs::read(&path).unwrap();
    let configured = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    let at_passed = whole.windows(18).position(|bytes| bytes == b"{\"barrier-passed\":").unwrap();
    let acknowledged = at_passed + whole[at_passed..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut points = 0;
    for cut in cuts(&whole, configured) {
        for look in [Look::Before, Look::Managed, Look::Open, Look::Away, Look::Other] {
            // Before the barrier was acknowledged nobody pressed, so the site has not switched.
            for said in [false, true] {
                fs::write(&path, &whole[..cut]).unwrap();
                let mut ground = Ground::open(&path, &[look]);
                let behind = ground.journal.progress().passed().to_vec();
                ground.clock = 10_000;
                if said {
                    ground.says_everything();
                }
                points += 1;
                let mut presses = 0;
                // No walk is longer: each turn passes a step, waits, or ends.
                for _ in 0..8 {
                    match ground.advance() {
                        Ok(Turn::Passed { step, .. }) => {
                            let may = match step {
                                Step::StartVerification => said,
                                // Open right after it, the site is not as the plan keeps it.
                                Step::RunMigration => said && look == Look::Managed,
                                Step::ReviewContacts => look == Look::Managed,
                                Step::LeaveMaintenance => look == Look::Open,
                                Step::TestPurchase => said && look == Look::Open,
                                step => panic!("{step:?} at {cut}"),
                            };
                            assert!(may && !behind.contains(&step), "{step:?} without its proof: {look:?} at {cut}");
                        }
                        Ok(Turn::Waits { say, .. }) => {
                            presses += usize::from(say == Prompt::PressOnce);
                            break;
                        }
                        Ok(Turn::Close) => break,
                        Ok(Turn::Moved { step, moved }) => {
                            assert!(step >= Step::StartVerification && !moved.is_empty());
                            break;
                        }
                        // What is not told apart from an error is not told to anybody either.
                        Err(Trouble::Shut | Trouble::Site) => break,
                        other => panic!("{other:?} at {cut}"),
                    }
                }
                let pressed_before = cut >= acknowledged;
                assert!(presses + usize::from(pressed_before) <= 1, "told to press twice: {look:?} at {cut}");
                assert_eq!(presses, ground.passed_barrier, "the barrier and the instruction are one");
                assert!(presses == 0 || look == Look::Before, "told to press on a site that has switched");
            }
        }
    }
    assert!(points > 4_000, "{points} points were tested");
}

/// A build that orders its steps otherwise wrote the journal: this one takes them as they stand there, and ends where it is told
/// to in that order.
#[test]
fn the_steps_of_a_journal_are_taken_in_its_own_order() {
    let folder = folder();
    let steps = [
        Step::Configure,
        Step::StartVerification,
        Step::RunMigration,
        Step::TestPurchase,
        Step::LeaveMaintenance,
        Step::ReviewContacts,
    ];
    assert!(!steps.is_sorted(), "this build has another order");
    let path = begun(&folder, SiteRole::Staging, Some(steps.to_vec()));
    let mut ground = Ground::open(&path, &[Look::Before]);
    assert_eq!(ground.advance().unwrap(), nothing_by_hand());
    let (step, by) = (Step::Configure, Executor::Automatic);
    ground.note(Event::Passed { step, by, seen: String::new(), found: BTreeMap::new() }).unwrap();
    ground.says_everything();
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::StartVerification, .. }));
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::RunMigration, .. }));
    ground.says_everything();
    ground.site.looks = vec![Look::Managed];
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::RunMigration, .. }));
    // Opened again, this process is to go no further than that, and a later one goes on from the file.
    let mut ground = Ground { record: ground.record, clock: ground.clock, ..Ground::open(&path, &[Look::Managed]) };
    assert!(matches!(
        advance(&mut ground, Step::LeaveMaintenance).unwrap(),
        Turn::Waits { step: Step::TestPurchase, .. }
    ));
    ground.says_everything();
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::TestPurchase, .. }));
    ground.site.looks = vec![Look::Open];
    assert!(matches!(advance(&mut ground, Step::LeaveMaintenance).unwrap(), Turn::Passed { .. }));
    assert_eq!(advance(&mut ground, Step::LeaveMaintenance).unwrap(), Turn::Beyond(Step::ReviewContacts));
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::ReviewContacts, .. }));
    assert_eq!(ground.advance().unwrap(), Turn::Close);
    assert_eq!(Journal::peek(&path, Some(&Key::new([7; 32]))).unwrap().progress.passed(), steps);
}

/// A site that was behind the migration and is not any more passes nothing that comes after it.
#[test]
fn a_site_that_was_copied_anew_behind_the_migration_passes_no_further_step() {
    for look in [Look::Before, Look::Other] {
        let folder = folder();
        let mut ground = passed_barrier(&folder);
        ground.signs_in();
        ground.site.looks = vec![Look::Managed];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::RunMigration, .. }));
        ground.site.looks = vec![look];
        for _ in 0..3 {
            match ground.advance().unwrap() {
                Turn::Waits { step: Step::ReviewContacts, open, .. } => {
                    let words = if look == Look::Before { "copied again" } else { "this site is `other.example` now" };
                    assert!(open.to_string().contains(words), "{open}");
                }
                other => panic!("{other:?}"),
            }
        }
        ground.site.looks = vec![Look::Managed];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::ReviewContacts, .. }));
    }
}

/// What persons said of the administrators counts after the migration as it did in front of it.
#[test]
fn whose_login_it_is_is_known_after_the_migration_as_before_it() {
    let folder = folder();
    let mut ground = passed_barrier(&folder);
    ground.administrators.insert("ines".into(), Administrator::default());
    ground.site.administrators = Some(ground.administrators.clone());
    ground.site.login = Some(SignedIn { key: "ines".into(), is_administrator: true });
    ground.site.looks = vec![Look::Managed];
    let said = |turn: Turn| match turn {
        Turn::Waits { open, .. } => open.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(said(ground.advance().unwrap()).contains("was not captured"));
    let fields = serde_json::Map::from_iter([("crm_contact".to_owned(), true.into())]);
    let on = ObjectRef::new(Kind::Administrator, "ines");
    ground.says(Evidence::Saw(Saw { host: here(), on, fields, screen: None, until: "1970-01-20".into() }));
    assert!(said(ground.advance().unwrap()).contains("is not the spare administrator's"));
}

/// The tool's own login is tested with every reading; only as the spare administrator's it is a proof.
#[test]
fn the_login_of_the_tool_proves_the_spare_administrator_and_nobody_else() {
    let spare = |ground: &Ground, wanted: Option<bool>| {
        let is = |administrator: &Administrator| administrator.crm_contact.set().copied() == wanted;
        ground.administrators.iter().find(|(_, administrator)| is(administrator)).map(|(key, _)| key.clone())
    };
    for (crm_contact, is_administrator, words) in [
        (Some(false), true, None),
        (Some(true), true, Some("is not the spare administrator's")),
        (None, true, Some("was not captured")),
        (Some(false), false, Some("no longer belongs to an administrator")),
    ] {
        let folder = folder();
        let mut ground = passed_barrier(&folder);
        ground.administrators.insert("nobody-told".into(), Administrator::default());
        ground.site.administrators = Some(ground.administrators.clone());
        let key = spare(&ground, crm_contact).unwrap();
        ground.site.login = Some(SignedIn { key: key.clone(), is_administrator });
        ground.site.looks = vec![Look::Managed];
        let said = match (ground.advance().unwrap(), words) {
            (Turn::Passed { step: Step::RunMigration, seen, .. }, None) => seen,
            (Turn::Waits { open, .. }, Some(words)) => {
                assert!(open.to_string().contains(words) && open.to_string().contains("plan record sign-in"), "{open}");
                // By word it goes on, and what the machine tested is said beside it.
                ground.signs_in();
                match ground.advance().unwrap() {
                    Turn::Passed { step: Step::RunMigration, seen, .. } => {
                        assert!(seen.contains("attested") && seen.contains(words), "{seen}");
                        seen
                    }
                    other => panic!("{other:?}"),
                }
            }
            (other, _) => panic!("{other:?}"),
        };
        assert!(!said.contains(&key), "a login is nobody's business: {said}");
    }
}
