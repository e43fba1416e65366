//! What is due when: every strategy, site and gate, and every point of a run.

use std::collections::BTreeSet;

use amc_plan::model::Step;
use amc_plan::rules::{ALL, Judgement, Moment, Phase, Verdict};
use serde_json::{Value, json};

use crate::guided::{LIVE, PHRASE, configured, copied, record, rehearsed, verified};
use crate::place::{PLAN, Place, SITE};
use crate::rules::{fences, judged_at};

/// Guard off, Emails off, a module by hand, a form that grants.
fn unlike_the_plan() -> Value {
    json!({
        "charging-guard": {"enabled": false},
        "emails": {"enabled": false},
        "offering/course": {"modules": [{"number": 0, "name": "Welcome"}, {"number": 1, "name": "Goals", "release": "by-hand"}]},
        "opt-in-form/mini-course-signup": {"operations": [{"grant": "mini-course"}]},
    })
}

/// The objects that are named as pending.
fn pending(judgement: &Judgement) -> Vec<String> {
    let due = judgement.findings.iter().filter(|f| f.rule == "change-pending" && f.due && !f.unproven);
    let mut objects: Vec<String> = due.map(|finding| finding.site.clone().unwrap()).collect();
    objects.sort();
    objects
}

/// The rules that keep a judgement from being green.
fn stops(judgement: &Judgement) -> BTreeSet<&str> {
    judgement.stops().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn from_migrate_on_every_pending_change_is_named_whatever_strategy_site_and_gate() {
    for strategy in ["rehearse-and-replay", "freeze-and-push", "push-then-merge"] {
        for live in [false, true] {
            let mut fence = json!({"plan": {"strategy": strategy}, "site": {"mail": {"simulated": !live}}});
            if live {
                fence["header"] = json!({"host": "small.example"});
                fence["site"]["environment"] = json!({"url": "https://small.example", "type": "production"});
            }
            let mut moved = fence.clone();
            moved["site"].as_object_mut().unwrap().extend(unlike_the_plan().as_object().unwrap().clone());
            for gate in Phase::ALL {
                let case = format!("{strategy}, live: {live}, {}", gate.name());
                let judgement = judged_at(&moved, live, *gate);
                if *gate < Phase::Migrate {
                    assert_eq!(pending(&judgement), Vec::<String>::new(), "{case}");
                } else {
                    let all = ["charging-guard", "emails", "offering/course", "opt-in-form/mini-course-signup"];
                    assert_eq!(pending(&judgement), all, "{case}");
                    assert_eq!(judgement.verdict, Verdict::Red, "{case}");
                }
                assert!(!stops(&judged_at(&fence, live, *gate)).contains("change-pending"), "{case}");
            }
        }
    }
}

#[test]
fn what_could_not_be_compared_is_unproven_never_no_change() {
    for fence in [
        json!({"header": {"sections": {"emails": {"how": null, "missing": "not asked"}}}}),
        json!({"site": {"offering/course": {"modules": null}}}),
        json!({"site": {"order-form/course-checkout": {"operations": null}}}),
        json!({"site": {"mail": {"simulated": null}}}),
    ] {
        let judgement = judged_at(&fence, false, Phase::Migrate);
        let unproven = judgement.stops().any(|finding| finding.rule == "change-pending" && finding.unproven);
        assert!(unproven && pending(&judgement).is_empty(), "{fence}");
    }
}

#[test]
fn a_run_may_begin_with_its_changes_pending_and_no_step_after_them_may() {
    let fence = json!({"site": unlike_the_plan()});
    for moment in [Moment::Begin, Moment::Step(Step::Configure)] {
        assert_eq!(pending(&judged_at(&fence, false, moment)), Vec::<String>::new(), "{moment:?}");
    }
    for step in Step::ALL.iter().filter(|step| **step > Step::Configure) {
        assert_eq!(pending(&judged_at(&fence, false, Moment::Step(*step))).len(), 4, "{}", step.name());
    }
    assert_eq!(pending(&judged_at(&fence, false, Moment::End)).len(), 4);
}

#[test]
fn what_the_plan_alone_shows_is_due_at_the_barrier_for_a_certificate_and_where_a_replay_begins() {
    let fence = json!({"plan": {"test_purchases": null, "rollback": null, "window": null, "mail": {"on_live": null}}});
    let all = BTreeSet::from(["live-mail-undecided", "rollback-missing", "test-purchase-missing", "window-missing"]);
    let due = |live: bool, moment: Moment| -> BTreeSet<&str> {
        let judgement = judged_at(&fence, live, moment);
        all.iter().copied().filter(|rule| stops(&judgement).contains(rule)).collect()
    };
    let step = Moment::Step;
    for moment in [step(Step::RunMigration), Moment::End] {
        assert_eq!(due(false, moment), all, "{moment:?}");
    }
    // When the push happens is looked at by the clock; what has to be proven before it is of its gate.
    assert_eq!(due(false, step(Step::Push)), BTreeSet::from(["test-purchase-missing"]));
    for moment in [Moment::Begin, step(Step::Backup), step(Step::Configure), step(Step::RunMigration)] {
        assert_eq!(due(true, moment), all, "{moment:?}");
    }
    for moment in [Moment::Begin, Moment::Gate(Phase::Configure), step(Step::StartVerification)] {
        assert_eq!(due(false, moment), BTreeSet::new(), "{moment:?}");
        let coming: BTreeSet<String> = judged_at(&fence, false, moment).coming().map(|f| f.rule.clone()).collect();
        assert_eq!(coming.iter().map(String::as_str).collect::<BTreeSet<_>>(), all, "{moment:?}");
    }
    // Past the barrier on live nothing of the plan's own stands in the way of finishing.
    for at in [Step::ReviewContacts, Step::LeaveMaintenance] {
        assert_eq!(due(true, step(at)), BTreeSet::new(), "{}", at.name());
    }
}

#[test]
fn live_is_switched_only_on_managed_contacts_and_then_what_was_due_before_is_history() {
    let live = |managed: Value| {
        json!({
            "header": {"host": "small.example"}, "record": [],
            "site": {
                "crm": {"managed": managed}, "mail": {"simulated": false},
                "environment": {"url": "https://small.example", "type": "production"},
            },
        })
    };
    for strategy in ["rehearse-and-replay", "freeze-and-push", "push-then-merge"] {
        let judged = |managed: Value, gate: Phase| {
            let mut fence = live(managed);
            fence["plan"] = json!({"strategy": strategy});
            judged_at(&fence, true, gate)
        };
        let not_switched = judged(json!(false), Phase::GoLive);
        assert!(stops(&not_switched).contains("migration-not-run"), "{strategy}");
        assert_eq!(not_switched.verdict, Verdict::Red, "{strategy}");
        let unknown = judged(Value::Null, Phase::GoLive);
        let unproven = |f: &&amc_plan::diag::Finding| f.rule == "migration-not-run" && f.unproven;
        assert!(unknown.stops().find(unproven).is_some(), "{strategy}");
        // Neither a backup nor a verification is on record: after the switch nobody can make the one of before.
        assert_eq!(stops(&judged(json!(true), Phase::GoLive)), BTreeSet::new(), "{strategy}");
        let before = judged(json!(false), Phase::Migrate);
        assert!(stops(&before).is_superset(&BTreeSet::from(["backup-missing", "verification-missing"])), "{strategy}");
    }
}

#[test]
fn on_live_the_backups_rules_are_due_at_the_changes() {
    let fence = json!({"record": []});
    let missing = |live, moment| stops(&judged_at(&fence, live, moment)).contains("backup-missing");
    assert!(missing(false, Moment::Begin) && missing(false, Moment::Gate(Phase::Configure)));
    assert!(!missing(true, Moment::Begin) && !missing(true, Moment::Gate(Phase::Configure)));
    assert!(missing(true, Moment::Step(Step::Configure)) && missing(true, Moment::Step(Step::RunMigration)));
    assert!(!missing(true, Moment::Step(Step::ReviewContacts)) && !missing(true, Moment::End));
}

#[test]
fn live_has_to_be_frozen_until_the_push_and_what_the_run_itself_opens_again_is_history() {
    let fence = json!({"plan": {"strategy": "freeze-and-push"}});
    let is_due = |moment: Moment| stops(&judged_at(&fence, false, moment)).contains("live-not-frozen");
    for moment in [Moment::Begin, Moment::Step(Step::RunMigration), Moment::Step(Step::Push)] {
        assert!(is_due(moment), "{moment:?}");
    }
    for moment in [Moment::Step(Step::ReopenLive), Moment::End] {
        assert!(!is_due(moment), "{moment:?}");
    }
}

#[test]
fn which_later_rules_the_plan_alone_decides() {
    let mut alone = BTreeSet::new();
    for rule in ALL {
        for (_, fence) in fences(rule).into_iter().filter(|(bad, _)| *bad) {
            let judgement = judged_at(&fence, false, Phase::Configure);
            alone.extend(judgement.findings.iter().filter(|f| f.coming.is_some()).map(|f| f.rule.clone()));
        }
    }
    let expected = [
        "live-mail-undecided",
        "maintenance-mode-not-kept",
        "migration-choices-missing",
        "rollback-missing",
        "test-mail-reaches-nobody",
        "test-purchase-missing",
        "window-impossible",
        "window-missing",
        "window-over",
    ];
    assert_eq!(alone.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// The first line of a plan that begins so.
fn line(place: &Place, start: &str) -> String {
    place.read(PLAN).lines().find(|line| line.starts_with(start)).unwrap().to_owned() + "\n"
}

#[test]
fn before_apply_the_gate_migrate_is_red_and_says_apply_first() {
    let place = Place::new();
    let ran = place.run(&["check", PLAN, "--site", SITE, "--gate", "migrate", "--format", "concise"]);
    ran.ends(1, &[]);
    assert_eq!(ran.out.matches("error[change-pending]").count(), 7, "{ran:#?}");
    assert!(ran.out.contains("`charging-guard` is not as the plan wants it (production_url): apply first"), "{ran:#?}");
    let ran = place.run(&["diff", PLAN, "--site", SITE, "--format", "markdown"]);
    assert!(ran.out.contains("### 🟢 green at gate `configure`"), "{ran:#?}");
}

#[test]
fn a_diff_shows_what_people_decided_and_vouch_for_that_no_object_shows() {
    let place = Place::new();
    let risk = "accepted_risks:\n  - {rule: emails-off, at: /emails, reason: it is on by Monday, owner: jo, until: 2027-01-31}\n";
    place.edit(PLAN, "\nbackup: {of: live", &format!("\n{risk}backup: {{of: live"));
    record(&place, &["saw", "maintenance", "on=no"]);
    for format in ["human", "markdown"] {
        let ran = place.run(&["diff", PLAN, "--site", SITE, "--format", format]);
        ran.ends(0, &[]);
        // What is code to a host stands between backticks.
        let said = ran.out.replace('`', "");
        for line in [
            "webhook aal_revokesubscription?productId=12: replaced by order-form group-coaching-payment-plan, failed_payment",
            "webhook aal_updateuser: retired: tags are local after the switch, there is nothing to sync",
            "left alone: offering summit-2019: archived and without members",
            "members between two modules of mastermind: complete-by-hand",
            "accepted: emails-off at /emails, by jo until 2027-01-31: it is on by Monday",
            "maintenance on staging.bloom.example, seen by jo, until",
        ] {
            assert!(said.contains(line), "{line}: {said}");
        }
    }
}

#[test]
fn a_late_section_is_named_early_refuses_the_barrier_and_costs_no_rehearsal_of_what_was_done() {
    let place = Place::new();
    let rollback = line(&place, "rollback:");
    place.edit(PLAN, &rollback, "");
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
    ran.ends(0, &[]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&report["coming"][0]["rule"], &report["coming"][0]["gate"]),
        (&json!("rollback-missing"), &json!("go-live"))
    );
    place.confirm(&place.digest()).ends(0, &[]);
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let through = || place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]);
    through().ends(20, &["rollback-missing", "*Run Migration* is not begun"]);
    place.edit(PLAN, "\nmigration:", &format!("\n{rollback}migration:"));
    through().ends(20, &["press it now, once"]);
}

#[test]
fn a_moved_window_leaves_a_certificate_what_it_is_and_what_was_rehearsed_does_not() {
    let place = rehearsed();
    copied(&place);
    let live = || place.run(&["apply", PLAN, "--site", LIVE, "--no-input", "--on", "live", "--confirm", "00000000"]);
    place.edit(PLAN, "2026-11-21 07:00", "2026-11-28 07:00");
    place.edit(PLAN, "length: 2h", "length: 3h");
    place.edit(PLAN, "who: jo, way", "who: sam, way");
    let stale = "is not what the plan intends now";
    let moved = live();
    assert!(moved.code != Some(0) && !moved.err.contains(stale), "{moved:#?}");
    let rollback = line(&place, "rollback:");
    place.edit(PLAN, &rollback, "");
    live().ends(10, &["rollback-missing"]);
    place.edit(PLAN, "\nmigration:", &format!("\n{rollback}migration:"));
    assert!(!live().err.contains(stale));
    place.edit(PLAN, "import_all_contacts: false", "import_all_contacts: true");
    live().ends(13, &[stale]);
}

#[test]
fn the_changes_of_a_run_that_began_are_no_error_of_the_barrier() {
    let place = configured();
    let ran = place.run(&["check", PLAN, "--site", SITE, "--gate", "migrate", "--format", "concise"]);
    assert!(!ran.out.contains("change-pending"), "{ran:#?}");
}

#[test]
fn a_diff_on_live_names_an_apply_only_where_one_may_begin() {
    let place = Place::new();
    copied(&place);
    let last = |place: &Place| {
        let ran = place.run(&["diff", PLAN, "--site", LIVE, "--on", "live"]);
        ran.ends(0, &[]);
        ran.out.lines().last().unwrap_or_default().to_owned()
    };
    let whole = last(&place);
    assert!(
        whole.contains("plan apply bloom-coaching.yaml") && whole.ends_with("--on live --host bloom.example"),
        "{whole}"
    );
    place.edit(PLAN, "rollback:", "# rollback:");
    let lacking = last(&place);
    assert!(
        lacking.contains("refuses") && lacking.contains("plan check") && lacking.ends_with("--on live"),
        "{lacking}"
    );
}
