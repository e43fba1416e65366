//! What this build leaves, kept for the builds that come after it.

use amc_plan::change::{self, Change};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::trust::{Purpose, unmarked};

use super::*;
use crate::guided::{configured, passed_barrier, rehearsed, undo, undone, verified};

/// Writes each stage of a run of this build into a folder of `tests/earlier`, as README.md there says.
#[test]
#[ignore = "it writes what later builds are tested with"]
fn this_build_is_kept() {
    let to = earlier().join(std::env::var("KEEP").expect("`KEEP` names a folder of tests/earlier"));
    fs::create_dir_all(&to).unwrap();
    fs::copy(Place::new().path(POPULATION), to.join(POPULATION)).unwrap();
    let waits = configured();
    waits.apply(&["--resume", "--no-input", "--through", "run-migration"]).ends(20, &["start-verification"]);
    let (replaced, ..) = undone::twice();
    let stages =
        [("part-way", part_way()), ("waits", waits), ("past-the-barrier", passed_barrier()), ("over", rehearsed())];
    for (stage, place) in stages.into_iter().chain([("being-undone", being_undone()), ("replaced", replaced)]) {
        keep(&place, &to.join(stage));
    }
    fs::copy(state_home().join(KEY), to.join(KEY)).unwrap();
}

/// Keeps a run: what its folder holds and is not the same for all, but for what names this machine.
fn keep(place: &Place, to: &Path) {
    fs::create_dir_all(to.join(STATE)).unwrap();
    let folders = [(place.folder.path().to_owned(), to.to_owned()), (place.path(".plan"), to.join(STATE))];
    for (from, to) in folders {
        for file in fs::read_dir(from).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            let is_of_a_machine = name.ends_with("lock") || name.ends_with("run.json");
            let is_of_all = name.ends_with("population.ndjson") || name == FIRST_DRAFT;
            if !is_of_a_machine && !is_of_all && !name.starts_with('.') {
                fs::copy(&file, to.join(name)).unwrap();
            }
        }
    }
}

/// The site with so many of these changes in place.
fn in_place(changes: &[Change]) -> String {
    let file = SnapshotFile::read(Place::new().read(SITE).as_bytes()).unwrap();
    let mut state = file.snapshot().state.clone();
    changes.iter().for_each(|change| change::apply(&mut state, change).unwrap());
    file.text_with(&state)
}

/// A run that lost its power behind the journal's line that says this, with so many changes in place.
fn cut(place: Place, journal: &str, behind: &str, done: usize) -> Place {
    let (begin, _) = unmarked(journal.lines().next().unwrap(), None, Purpose::Journal);
    let begin: serde_json::Value = serde_json::from_str(&begin).unwrap();
    let changes: Vec<Change> = serde_json::from_value(begin["event"]["begin"]["changes"].clone()).unwrap();
    let last = journal.lines().position(|line| line.contains(behind)).unwrap();
    let cut: String = journal.lines().take(last + 1).map(|line| format!("{line}\n")).collect();
    fs::write(place.journal(), cut).unwrap();
    fs::write(place.path(SITE), in_place(&changes[..done])).unwrap();
    place
}

fn part_way() -> Place {
    let place = configured();
    let journal = fs::read_to_string(place.journal()).unwrap();
    cut(place, &journal, r#"{"intent":{"change":2}}"#, 2)
}

fn being_undone() -> Place {
    let place = configured();
    verified(&place);
    undo(&place, &status(&place)["digest"].as_str().unwrap()[..8]).ends(0, &[]);
    let archived = place.archived().pop().unwrap();
    let journal = fs::read_to_string(&archived).unwrap();
    fs::remove_file(archived).unwrap();
    // It was taken back, and that is not written down.
    cut(place, &journal, r#"{"take-back":{"change":4}}"#, 4)
}
