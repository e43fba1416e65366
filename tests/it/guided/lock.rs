//! Two at once: one lock, shown and broken by its id.

use super::*;

#[test]
fn two_at_once_are_one_after_the_other() {
    let place = Place::new();
    let digest = place.digest();
    let begin = || place.command(&["apply", PLAN, "--site", SITE, "--confirm", &digest]).spawn().unwrap();
    let both: Vec<_> = (0..2).map(|_| begin()).collect();
    let codes: Vec<Option<i32>> =
        both.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| [Some(0), Some(14)].contains(code)), "{codes:?}");
    let journal = fs::read_to_string(place.journal()).unwrap();
    assert_eq!(journal.matches(r#""done""#).count(), 7, "each change was made once");
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
}

#[test]
fn a_lock_is_shown_and_broken_by_its_id_only() {
    let place = Place::new();
    let status = || place.run(&["lock", "status", PLAN, "--site", SITE, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&status().out).unwrap()["held"], false);
    place.confirm("0123456789abcdef").ends(12, &[]);
    let [lock] = &place.state_files(".lock")[..] else { panic!("one lock") };
    let held = fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let ran = status();
    ran.ends(14, &[]);
    let holder = serde_json::from_str::<Value>(&ran.out).unwrap();
    let id = holder["holder"]["id"].as_str().unwrap();
    let broken = |id: &str| place.run(&["lock", "break", PLAN, "--site", SITE, "--id", id]);
    broken("ffffffff").ends(14, &[&format!("plan lock break {PLAN} --site {SITE} --id {id}")]);
    status().ends(14, &[]);
    place.apply(&["--no-input"]).ends(14, &[&format!("plan lock status {PLAN} --site {SITE}")]);
    // Neither a damaged journal nor a damaged note hides the holder.
    let notes = amc_plan::apply::state_file(&place.path(".plan"), SITE, "run.json");
    for path in [place.journal(), notes] {
        fs::write(&path, "a shopping list\n").unwrap();
        let ran = status();
        ran.ends(14, &["attention: ", path.file_name().unwrap().to_str().unwrap()]);
        assert!(ran.out.contains(id), "{ran:#?}");
        if path == place.journal() {
            broken("ffffffff").ends(14, &[id]);
        }
        fs::remove_file(path).unwrap();
    }
    fs::write(place.journal(), "a shopping list\n").unwrap();
    let ran = broken(id);
    ran.ends(0, &[]);
    let process =
        format!("if its process still exists, even suspended, end it first: process {}", holder["holder"]["process"]);
    assert!(ran.out.contains(&process), "{ran:#?}");
    status().ends(0, &["attention: ", "journal.ndjson"]);
    broken(id).ends(2, &["nobody holds it"]);
    fs::remove_file(place.journal()).unwrap();
    status().ends(0, &[]);
    place.run(&["lock", "status", PLAN, "--site", "typo.site.ndjson"]).ends(3, &["cannot read `typo.site.ndjson`"]);
    place.confirm(&place.digest()).ends(0, &[]);
}
