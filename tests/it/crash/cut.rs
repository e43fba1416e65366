//! A journal cut anywhere, of a run and of its undo.

use super::*;

#[test]
fn cut_anywhere_whether_or_not_the_last_act_landed() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let whole = fs::read(&path).unwrap();
    let states: Vec<State> = (0..=6).map(after).collect();
    let (mut points, mut unbegun) = (0, 0);
    for cut in cuts(&whole, 0) {
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        if lines == 0 {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(Journal::peek(&path, Some(&key())).unwrap().events, []);
            unbegun += 1;
            continue;
        }
        // Begin, then intent and outcome of each change in turn.
        let (done, intended) = ((lines - 1) / 2, lines % 2 == 0);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut site = StandIn::new(states[done + landed].clone(), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{cut}");
            assert_eq!(site.snapshot.state, states[6], "{cut}");
            assert!(site.landed.values().all(|count| *count == 1), "{cut}");
            assert_eq!(site.landed.len(), 6 - done - landed, "exactly what was missing, at {cut}");
            assert!(fs::read(&path).unwrap() == whole, "and the journal is that of a run without a crash, at {cut}");
            points += 1;
        }
    }
    println!("{points} crash points, and {unbegun} before the beginning");
    assert!(points > 400, "{points}");
}

#[test]
fn an_undo_cut_anywhere_ends_where_the_run_began() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    let mut site = StandIn::new(after(0), &path);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    let before = fs::read(&path).unwrap().len();
    let mut journal = Journal::open(&path, &key()).unwrap();
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    assert_eq!(site.snapshot.state, after(0));
    // Each was made once and taken back once.
    assert!(site.landed.values().all(|count| *count == 2));
    let whole = fs::read(&path).unwrap();
    let states: Vec<State> = (0..=6).map(after).collect();
    let mut points = 0;
    for cut in cuts(&whole, before + 1) {
        let lines = whole[before..cut].iter().filter(|byte| **byte == b'\n').count();
        if lines == 0 {
            continue;
        }
        // Undo, then intent and outcome of each change backwards, then the end.
        let (back, intended) = (((lines - 1) / 2).min(6), lines % 2 == 0 && lines < 14);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut site = StandIn::new(states[6 - back - landed].clone(), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{cut}");
            assert_eq!(site.snapshot.state, states[0], "{cut}");
            assert!(site.landed.values().all(|count| *count == 1), "{cut}");
            assert_eq!(site.landed.len(), 6 - back - landed, "exactly what was left, at {cut}");
            assert!(fs::read(&path).unwrap() == whole, "{cut}");
            points += 1;
        }
    }
    println!("{points} crash points of an undo");
    assert!(points > 400, "{points}");
}

#[test]
fn an_undo_from_every_point_of_a_run_takes_back_what_is_in_place() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for kept in 1..=lines.len() {
        let (done, intended) = ((kept - 1) / 2, kept % 2 == 0);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, lines[..kept].iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
            Journal::open(&path, &key()).unwrap().append(Event::Undo, now()).unwrap();
            let mut site = StandIn::new(after(done + landed), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{kept}");
            assert_eq!(site.snapshot.state, after(0), "{kept}");
            assert_eq!(site.landed.len(), done + landed, "{kept}");
            assert_eq!(Journal::open(&path, &key()).unwrap().events().last().unwrap().event, Event::End);
        }
    }
}

#[test]
fn an_undo_leaves_what_is_somebody_elses_where_that_is_said_and_takes_the_rest_back() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let mut journal = Journal::open(&path, &key()).unwrap();
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    let undoing = fs::read(&path).unwrap();
    for at in 0..6 {
        let on = &changes()[at].on;
        // Whether or not it was met before it was said that it be left; each time with every other object named too, of
        // which nothing is left since nobody changed it.
        for met in [false, true] {
            fs::write(&path, &undoing).unwrap();
            let mut site = StandIn::new(after(6), &path);
            site.meddle(on);
            if met {
                stops(go_on(&mut site), at, "somebody else changed it");
            }
            let leave: Vec<ObjectRef> = changes().into_iter().map(|change| change.on).collect();
            let mut journal = Journal::open(&path, &key()).unwrap();
            let mut tell = |_: usize, _: &Change| ();
            let watch = Watch { leave: &leave, ..watch(now, &|| false, &mut tell) };
            assert!(matches!(run(&mut site, &mut journal, &changes(), watch).unwrap(), Outcome::Finished));
            let left = journal.events().iter().filter(|told| matches!(told.event, Event::Left { .. }));
            assert_eq!(left.map(|told| &told.event).collect::<Vec<_>>(), [&Event::Left { change: at }]);
            assert!(journal.progress().is_undone() && Journal::peek(&path, Some(&key())).is_ok());
            assert_eq!(change::read(&site.snapshot.state, on), Some(foreign(on)), "nothing foreign is overwritten");
            let back =
                Change { before: Some(foreign(on)), after: changes()[at].before.clone(), ..changes()[at].clone() };
            change::apply(&mut site.snapshot.state, &back).unwrap();
            assert_eq!(site.snapshot.state, after(0), "and all else is as it was");
            assert_eq!(site.landed.len(), 5);
        }
    }
}
