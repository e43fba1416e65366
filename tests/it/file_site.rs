//! A site in a file: it carries out changes itself, and loses nothing of what it does not know.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use amc_plan::change::{Change, inverse, read};
use amc_plan::example::generate;
use amc_plan::model::plan::Welcome;
use amc_plan::model::population::Questions;
use amc_plan::model::state::Kind;
use amc_plan::model::{ObjectRef, Snapshot};
use amc_plan::site::file::{FileSite, save, seal, seal_file};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Executor, Site, SiteError};
use serde_json::json;

fn text() -> String {
    generate(7).site
}

fn snapshot() -> Snapshot {
    SnapshotFile::read(text().as_bytes()).unwrap().into_snapshot()
}

/// Lines of the second text that the first one lacks, the end record aside.
fn differing<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let old: BTreeSet<&str> = old.lines().collect();
    new.lines().filter(|line| !old.contains(line) && !line.contains(r#""kind":"end""#)).collect()
}

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

/// The example in a folder of its own, with another configuration.
fn place(site: &str) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bloom.site.ndjson");
    fs::write(&path, site).unwrap();
    fs::write(folder.path().join("bloom.population.ndjson"), generate(7).population).unwrap();
    Place { path, _folder: folder }
}

/// Welcome e-mails switched on.
fn welcome(site: &mut FileSite) -> Change {
    let state = site.read(&Questions::default()).unwrap().snapshot.state;
    let on = ObjectRef::only(Kind::Emails);
    let before = read(&state, &on);
    Change {
        on,
        before,
        after: Some(json!({"enabled": true, "welcome": "purchases"})),
        cause: "/emails/welcome".into(),
    }
}

fn damaged(result: Result<impl Sized, SiteError>) -> String {
    match result.err() {
        Some(SiteError::Damaged { what, help, .. }) if !help.is_empty() => what,
        other => panic!("not damaged: {other:?}"),
    }
}

#[test]
fn a_change_changes_its_line_and_the_end() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let change = welcome(&mut site);
    assert_eq!(site.executor(&change), Executor::Automatic);
    site.execute(&change).unwrap();
    let new = fs::read_to_string(&place.path).unwrap();
    assert_eq!(
        differing(&text(), &new),
        [
            r#"{"kind":"emails","key":"emails","enabled":true,"welcome":"purchases","module_release":true,"failed_payment":true,"sender_name":"Bloom Coaching"}"#
        ]
    );
    assert_eq!(new.lines().count(), text().lines().count());
    let beside = fs::read_to_string(place.path.with_file_name("bloom.population.ndjson")).unwrap();
    assert!(beside == generate(7).population);
    assert!(site.read(&Questions::default()).unwrap().census.is_some());
    assert!(matches!(site.execute(&change), Err(SiteError::Conflict(_))), "a second time it finds another value");
    for change in inverse(&[change]) {
        site.execute(&change).unwrap();
    }
    assert!(fs::read_to_string(&place.path).unwrap() == text(), "and back");
}

#[test]
fn a_form_is_made_in_its_place_and_taken_away_again() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let form = |key: &str, name: &str| Change {
        on: ObjectRef::new(Kind::OptInForm, key),
        before: None,
        after: Some(json!({"name": name, "operations": [{"release": "foundations"}]})),
        cause: String::new(),
    };
    let made = form("library-card", "Library Card");
    site.execute(&made).unwrap();
    let new = fs::read_to_string(&place.path).unwrap();
    assert_eq!(
        differing(&text(), &new),
        [
            r#"{"kind":"opt-in-form","key":"library-card","name":"Library Card","operations":[{"release":"foundations"}]}"#
        ]
    );
    site.execute(&made.inverse()).unwrap();
    assert!(fs::read_to_string(&place.path).unwrap() == text());
    let what = damaged(site.execute(&form("library-card", "Another Name")));
    assert!(what.ends_with("the key of this `opt-in-form` is not the slug of its name"), "{what}");
    assert!(fs::read_to_string(&place.path).unwrap() == text());
}

#[test]
fn packed_files_are_read_and_written_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.population.ndjson"), generate(7).population).unwrap();
    for name in ["x.site.ndjson", "x.site.ndjson.zst", "x.site.ndjson.gz"] {
        let path = folder.path().join(name);
        save(&path, snapshot()).unwrap();
        let packed = fs::metadata(&path).unwrap().len() < text().len() as u64 / 3;
        assert_eq!(packed, name != "x.site.ndjson");
        let mut site = FileSite::open(&path).unwrap();
        site.execute(&welcome(&mut site.clone())).unwrap();
        let reading = site.read(&Questions::default()).unwrap();
        assert_eq!(reading.snapshot.state.emails.unwrap().welcome, Welcome::Purchases.into());
        assert_eq!(reading.census.unwrap().members, 240);
        if packed {
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            assert!(site.read(&Questions::default()).is_err());
            fs::write(&path, text()).unwrap();
            assert!(damaged(site.read(&Questions::default())).starts_with("it cannot be unpacked"));
        }
    }
}

#[test]
fn the_population_must_be_the_one_it_was_taken_with() {
    let place = place(&text());
    let mut site = FileSite::open(&place.path).unwrap();
    let beside = place.path.with_file_name("bloom.population.ndjson");
    fs::write(&beside, generate(8).population).unwrap();
    let what = damaged(site.read(&Questions::default()));
    assert_eq!(what, "the configuration next to it was taken with a different population");
    fs::write(&beside, &generate(7).population[..5_000]).unwrap();
    assert!(matches!(site.read(&Questions::default()), Err(SiteError::Damaged { path, .. }) if path == beside));
    fs::remove_file(&beside).unwrap();
    assert!(site.read(&Questions::default()).unwrap().census.is_none());
    let alone: String =
        text().lines().filter(|line| !line.contains(r#""kind":"population""#)).map(|l| format!("{l}\n")).collect();
    fs::write(&place.path, seal(&alone).unwrap()).unwrap();
    fs::write(&beside, generate(7).population).unwrap();
    assert_eq!(
        damaged(site.read(&Questions::default())),
        "the configuration beside it holds no digest of a population"
    );
    seal_file(&place.path).unwrap();
    assert!(fs::read_to_string(&place.path).unwrap() == text());
    assert!(site.read(&Questions::default()).unwrap().census.is_some());
}

#[test]
fn nothing_but_a_regular_file_is_opened() {
    let place = place(&text());
    let folder = place.path.parent().unwrap();
    assert!(matches!(FileSite::open(folder), Err(SiteError::File { act: "read", .. })));
    assert!(matches!(FileSite::open(folder.join("none")), Err(SiteError::File { act: "read", .. })));
    #[cfg(unix)]
    {
        let link = folder.join("link.site.ndjson");
        std::os::unix::fs::symlink(&place.path, &link).unwrap();
        assert!(FileSite::open(&link).unwrap().read(&Questions::default()).unwrap().census.is_none());
        assert!(FileSite::open("/dev/null").is_err());
        let beside = place.path.with_file_name("bloom.population.ndjson");
        fs::remove_file(&beside).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &beside).unwrap();
        assert!(FileSite::open(&place.path).unwrap().read(&Questions::default()).is_err());
    }
}

#[cfg(unix)]
#[test]
fn a_write_keeps_permissions_and_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = place(&text());
    let folder = place.path.parent().unwrap();
    let mut site = FileSite::open(&place.path).unwrap();
    for wanted in [0o640, 0o600] {
        fs::set_permissions(&place.path, fs::Permissions::from_mode(wanted)).unwrap();
        let change = welcome(&mut site);
        site.execute(&change).unwrap();
        assert_eq!(mode(&place.path), wanted);
        site.execute(&change.inverse()).unwrap();
    }
    save(&folder.join("new.site.ndjson"), snapshot()).unwrap();
    assert_eq!(mode(&folder.join("new.site.ndjson")), 0o600);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
    let change = welcome(&mut site);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
    // Whoever may write anywhere is not stopped by a folder.
    if site.execute(&change).is_err() {
        assert!(fs::read_to_string(&place.path).unwrap() == text());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
}
