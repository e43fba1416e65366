//! The end of a run whose copy was pushed: the collector that gave the members is gone from it.

use amc_plan::apply::proof::{Proof, collector_removed};
use amc_plan::apply::still::{At, moved};
use amc_plan::apply::{certificate, journal};
use amc_plan::guide;
use amc_plan::model::record::StepTaken;
use amc_plan::model::snapshot::{COLLECTOR, Capture, How};
use amc_plan::model::state::{Administrator, Environment, Plugin};
use amc_plan::model::{Field, Kind};

use super::*;

/// A run of which every step is behind, the review by a reading, and since then nothing shows who the members are: of a strategy, with the
/// collector there when the site was kept, and now.
fn ended(folder: &TempDir, strategy: Strategy, collector: [bool; 2]) -> Ground {
    let steps = guide::of_a_run(strategy, SiteRole::Staging).to_vec();
    let mut ground = Ground::open(&begun(folder, SiteRole::Staging, Some(steps.clone())), &[Look::Open]);
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
    ground
}

/// What its end says.
fn end(strategy: Strategy, collector: [bool; 2]) -> Turn {
    ended(&folder(), strategy, collector).advance().unwrap()
}

/// Whoever differs at the end, and is accepted by somebody, stands in the journal and in the certificate: "everybody is the same", which
/// was true at the review, is not what the run ended with.
#[test]
fn what_is_accepted_at_the_end_takes_the_place_of_what_the_review_saw() {
    let folder = folder();
    let mut ground = ended(&folder, Strategy::RehearseAndReplay, [true, true]);
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::ReviewContacts, .. }));
    ground.says(Evidence::Step(StepTaken {
        host: here(),
        step: Step::ReviewContacts,
        says: "looked at all of them".into(),
    }));
    for _ in 0..2 {
        assert_eq!(ground.advance().unwrap(), Turn::Close, "and it is said once");
    }
    let again = |entry: &&journal::JournalEntry| matches!(entry.event, Event::ReviewedAgain { .. });
    assert_eq!(ground.journal.events().iter().filter(again).count(), 1);
    ground.note(Event::End).unwrap();
    let read = Journal::peek(&folder.path().join("journal.ndjson"), None).unwrap();
    let certificate = certificate::Certificate::of(&read.events, "", certificate::Ground::of("a stand-in")).unwrap();
    assert_eq!(certificate.verified.by, Executor::Attested);
    let seen = certificate.verified.seen;
    assert!(seen.starts_with("since they were reviewed: nobody was read; attested by `jo`, recorded "), "{seen}");
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

/// The collector gave everything but plugins, administrators and the environment, and is removed for the push: what it gave cannot be compared
/// any more, and what is still read is.
#[test]
fn what_only_the_collector_showed_has_not_moved_once_it_is_removed_for_the_push() {
    let mut kept = example();
    kept.state.plugins.insert(COLLECTOR.to_owned(), Plugin { active: true.into(), ..Plugin::default() });
    kept.state.plugins.insert("other/other.php".to_owned(), Plugin { active: true.into(), ..Plugin::default() });
    let mut now = kept.clone();
    now.state.plugins.remove(COLLECTOR);
    let by_core = [Kind::Plugin, Kind::Administrator, Kind::Environment].map(Kind::name);
    for (_, capture) in now.header.sections.iter_mut().filter(|(kind, _)| !by_core.contains(&kind.as_str())) {
        *capture = Capture::Missing("the plugin is gone".to_owned());
    }
    (now.state.crm, now.state.maintenance) = (None, None);
    let folder = folder();
    let journal = Journal::open(&begun(&folder, SiteRole::Staging, None), &Key::new([7; 32])).unwrap();
    let begin = journal.begin().unwrap();
    let (plan, found) = (Plan::default(), BTreeMap::from([("crm".to_owned(), "0".to_owned())]));
    let said = |passed: &[Step], now: &Snapshot| -> Vec<String> {
        let at = At { begin, plan: &plan, passed, under_way: None, found: &found };
        moved(at, Some(&kept), now, &Record::default()).into_iter().map(|moved| moved.on).collect()
    };
    let pushed = [Step::Configure, Step::RunMigration, Step::ReviewContacts, Step::Push];
    assert_eq!(said(&pushed, &now), [] as [&str; 0]);
    let before = said(&pushed[..3], &now);
    assert!(before.iter().any(|on| on == "crm") && before.iter().any(|on| on.starts_with("plugin/")), "{before:?}");
    now.state.plugins.remove("other/other.php");
    assert_eq!(said(&pushed, &now), ["plugin/other/other.php"]);
}

/// Of the kinds that core lists itself the collector had shown more: fields that core leaves out, and plugins that are loaded without asking.
#[test]
fn what_core_shows_less_of_than_the_collector_has_not_moved_and_what_both_show_has() {
    let mut kept = example();
    let on = |version: &str| Plugin { active: true.into(), version: version.to_owned().into(), ..Plugin::default() };
    kept.state.plugins.insert(COLLECTOR.to_owned(), on("1.0.0"));
    kept.state.plugins.insert("mail-trap.php".to_owned(), on("1.0.0"));
    let url = "https://staging.bloom.example".to_owned();
    let kind = "staging".to_owned();
    kept.state.environment = Some(Environment {
        url,
        environment_type: kind.into(),
        wordpress: "6.8.7".to_owned().into(),
        ..Environment::default()
    });
    kept.state.plugins.insert("other/other.php".to_owned(), on("1.0.0"));
    let mut now = kept.clone();
    for plugin in [COLLECTOR, "mail-trap.php"] {
        now.state.plugins.remove(plugin);
    }
    for kind in [Kind::Plugin, Kind::Administrator, Kind::Environment].map(Kind::name) {
        kept.header.sections.insert(kind.to_owned(), Capture::How(How::Bridge));
        now.header.sections.insert(kind.to_owned(), Capture::How(How::CoreRest));
    }
    now.state.administrators.values_mut().for_each(|one| one.crm_contact = Field::Unknown);
    let environment = now.state.environment.as_mut().unwrap();
    (environment.environment_type, environment.wordpress) = (Field::Unknown, Field::Unknown);
    environment.staging_constants = Field::Unknown;
    let folder = folder();
    let journal = Journal::open(&begun(&folder, SiteRole::Staging, None), &Key::new([7; 32])).unwrap();
    let (begin, plan, found) = (journal.begin().unwrap(), Plan::default(), BTreeMap::new());
    let said = |now: &Snapshot| -> Vec<(String, String)> {
        let passed = [Step::Configure, Step::RunMigration, Step::ReviewContacts, Step::LeaveMaintenance];
        let at = At { begin, plan: &plan, passed: &passed, under_way: Some(Step::Push), found: &found };
        moved(at, Some(&kept), now, &Record::default()).into_iter().map(|moved| (moved.on, moved.what)).collect()
    };
    assert_eq!(said(&now), []);
    let mut updated = now.clone();
    updated.state.plugins.insert("other/other.php".to_owned(), on("1.0.1"));
    assert_eq!(said(&updated), [("plugin/other/other.php".to_owned(), "differs in version".to_owned())]);
    now.state.administrators.insert("mallory".to_owned(), Administrator::default());
    assert_eq!(said(&now), [("administrator".to_owned(), "1 of them changed".to_owned())]);
}

/// At an address the collector lists itself among the plugins: whoever reads through it knows that it is there.
#[test]
fn a_collector_that_gives_a_reading_at_an_address_is_still_there() {
    let mut site = example();
    site.state.plugins.insert(COLLECTOR.to_owned(), Plugin { active: true.into(), ..Plugin::default() });
    let [plan, place, live] = ["plan.yaml", "site", "live"].map(str::to_owned);
    let names = Names { plan, site: place, live, without_members: false, quote: str::to_owned };
    let (here, kind) = (here(), Kind::Plugin.name());
    let at = names.of(&here, SiteRole::Staging);
    for (how, is_in_a_file, is_open) in [
        (How::Bridge, false, true),
        (How::CoreRest, false, true),
        (How::CoreRest, true, true),
        // Who read it into this file may have deleted it since.
        (How::Bridge, true, false),
    ] {
        site.header.sections.insert(kind.to_owned(), Capture::How(how));
        let proof = collector_removed(&site, is_in_a_file, &at);
        let still = matches!(&proof, Proof::Open(open) if open.to_string().contains("is still on this site"));
        assert_eq!(still, is_open, "{how:?} {is_in_a_file}: {proof:?}");
    }
    site.state.plugins.remove(COLLECTOR);
    site.header.sections.insert(kind.to_owned(), Capture::How(How::CoreRest));
    assert!(matches!(collector_removed(&site, false, &at), Proof::Behind { .. }));
}
