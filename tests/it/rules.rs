//! Every rule's fences are its tests; every rule also runs on every other rule's fences, and the table of hits is a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use amc_plan::change::lower_on;
use amc_plan::model::facts::{Counting, Here};
use amc_plan::model::plan::{ContactRecord, SiteRole};
use amc_plan::model::population::{Census, Contact, Few};
use amc_plan::model::record::{Done, Entry, Evidence, Record};
use amc_plan::model::state::Object;
use amc_plan::model::{Header, Kind, Misfit, Misfits, Plan, Snapshot, State, Worth};
use amc_plan::rules::{
    ALL, BackupFiles, ContactsFile, Freshness, Inputs, Judgement, LeadTime, LiveReading, Members, MembersFile, Moment,
    Original, Phase, Raised, Rule, Tracking, Verdict, judge,
};
use serde_json::{Map, Value};

/// One world that rules can judge.
#[derive(Clone)]
pub(crate) struct StepContext {
    pub(crate) plan: Plan,
    pub(crate) before: Snapshot,
    census: Census,
    contacts: ContactsFile,
    pub(crate) record: Record,
    members_files: Vec<MembersFile>,
    backup_files: Option<BackupFiles>,
    pub(crate) now: jiff::Timestamp,
    freshness: Freshness,
    live_reading: LiveReading,
}

fn base() -> Value {
    serde_yaml::from_str(include_str!("../rules/base.yaml")).unwrap()
}

/// RFC 7396.
fn patch(target: &mut Value, with: &Value) {
    let Value::Object(with) = with else {
        *target = with.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let target = target.as_object_mut().unwrap();
    for (key, value) in with {
        if value.is_null() {
            target.remove(key);
        } else {
            patch(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn world(mut fence: Value) -> StepContext {
    // A removed required map is an empty one: an absent section would not be a plan.
    for section in ["offerings", "order_forms", "opt_in_forms", "webhooks", "spot_check"] {
        fence["plan"].as_object_mut().unwrap().entry(section).or_insert_with(|| Value::Object(Map::new()));
    }
    let read = |name: &str| fence.get(name).cloned().unwrap_or(Value::Null);
    let state = state(&read("site"));
    let header: Header = serde_json::from_value(read("header")).unwrap();
    let mut misfits = Misfits::default();
    for misfit in read("misfits").as_array().into_iter().flatten() {
        let word = |name: &str| misfit[name].as_str().unwrap().to_owned();
        let line = misfit["line"].as_u64().unwrap();
        misfits.push(Misfit { line, on: word("on"), what: word("what"), help: word("help") });
    }
    let repeated_ids = serde_json::from_value(read("repeated_ids")).unwrap_or_default();
    let found_orders = serde_json::from_value(read("found_orders")).unwrap_or_default();
    let subscribed = serde_json::from_value(read("subscribed")).unwrap_or_default();
    let between_modules = serde_json::from_value(read("between_modules")).unwrap_or_default();
    let standings = serde_json::from_value(read("standings")).unwrap_or_default();
    let few = |name: &str| -> Few { serde_json::from_value(read(name)).unwrap_or_default() };
    let mut census = Census {
        addresses: read("addresses").as_u64().unwrap_or(0),
        between_modules,
        standings,
        found_orders,
        subscribed,
        members: read("members").as_u64().unwrap(),
        repeated_ids,
        referred: read("referred").as_u64().unwrap_or(0),
        orders: read("orders").as_u64().unwrap_or(0),
        tags: serde_json::from_value(read("tags")).unwrap_or_default(),
        recipients: serde_json::from_value(read("recipients")).unwrap_or_default(),
        renewals: few("renewals"),
        payment_due: few("payment_due"),
        payment_failed: few("payment_failed"),
        doubtful: serde_json::from_value(read("doubtful")).unwrap_or_default(),
        of_nobody: Some(serde_json::from_value(read("of_nobody")).unwrap_or_default()),
        ..Census::default()
    };
    census.taken_at = read("population_taken_at").as_str().unwrap_or(&header.taken_at).to_owned();
    let population: BTreeMap<String, ContactRecord> = serde_json::from_value(read("contacts")).unwrap();
    for (id, fields) in population {
        let contact = Contact {
            key: id.clone(),
            first_name: fields.first_name.unwrap_or_default(),
            last_name: fields.last_name.unwrap_or_default(),
            email: fields.email.unwrap_or_default(),
            tags: fields.tags.unwrap_or_default(),
            affiliate: fields.affiliate,
        };
        census.contacts.insert(id, (contact, fields.orders.into_iter().collect()));
    }
    let mut plan: Plan = serde_json::from_value(read("plan")).unwrap();
    plan.left_out =
        serde_json::from_value(fence.get("left_out").cloned().unwrap_or_else(|| Value::Array(Vec::new()))).unwrap();
    StepContext {
        before: Snapshot { misfits, ..Snapshot::new(header, state, None).with_worth(Worth::Captured) },
        census,
        contacts: ContactsFile {
            values: serde_json::from_value(read("values")).unwrap(),
            absent: None,
            own_file: true,
            left_out: BTreeSet::new(),
            tracked: tracked(&read("tracked")),
        },
        members_files: [
            ("small.population.ndjson", Members::Population, "members_tracked"),
            ("live.sql.gz", Members::Backup, "backup_tracked"),
        ]
        .map(|(name, holds, said)| MembersFile { name: name.to_owned(), holds, tracked: tracked(&read(said)) })
        .to_vec(),
        record: prepared(record(read("record")), &read("prepared")),
        backup_files: serde_json::from_value(read("backup_files")).unwrap(),
        freshness: serde_json::from_value(read("freshness")).unwrap(),
        now: read("now").as_str().unwrap().parse().unwrap(),
        live_reading: live_reading(&fence, &plan),
        plan,
    }
}

/// The objects by `kind/key`.
fn state(site: &Value) -> State {
    let mut state = State::default();
    for (place, fields) in site.as_object().unwrap() {
        let (kind, key) = place.split_once('/').unwrap_or((place, place));
        let kind = Kind::from_name(kind).unwrap_or_else(|| panic!("no kind {kind}"));
        let mut fields = fields.clone();
        // A patch cannot say that nothing is set; a fence that does not speak of it means that.
        if let (Kind::OrderForm, Some(fields)) = (kind, fields.as_object_mut()) {
            fields.entry("after_final_retry").or_insert(Value::Null);
        }
        state.insert(key, Object::from_fields(kind, fields).unwrap());
    }
    state
}

/// Live as the copy is, but for what the fence says of it.
fn live_reading(fence: &Value, plan: &Plan) -> LiveReading {
    let live = match fence.get("live") {
        None => return LiveReading::NotNamed,
        Some(Value::String(why)) => return LiveReading::Unread(why.clone()),
        Some(live) => live,
    };
    let [mut header, mut site] = ["header", "site"].map(|part| fence[part].clone());
    header.as_object_mut().unwrap().remove("home");
    patch(&mut header, &live["header"]);
    patch(&mut site, &live["site"]);
    let header: Header = serde_json::from_value(header).unwrap();
    let snapshot = Snapshot::new(header, state(&site), None).with_worth(Worth::Captured);
    let after = lower_on(plan, &snapshot, SiteRole::Live).after;
    LiveReading::Read(Box::new(Original { snapshot, after }))
}

fn tracked(said: &Value) -> Tracking {
    match said {
        Value::Bool(true) => Tracking::Tracked,
        Value::String(why) => Tracking::Unknown(why.clone()),
        _ => Tracking::Untracked,
    }
}

fn record(entries: Value) -> Record {
    let entries: Vec<Entry> = serde_json::from_value(entries).unwrap();
    Record { entries: (1..).zip(entries).map(|(line, entry)| Entry { line, ..entry }).collect() }
}

/// The record with a line for each of these that somebody did before the window.
fn prepared(mut record: Record, names: &Value) -> Record {
    for name in names.as_array().into_iter().flatten().map(|name| name.as_str().unwrap()) {
        let of = LeadTime::named(name).unwrap_or_else(|| panic!("nothing is called {name}"));
        let done = Done { at: name.to_owned(), now: of.now(), says: "seen".to_owned() };
        record.entries.push(Entry {
            version: 1,
            at: "2026-11-21T05:30:00Z".to_owned(),
            who: "jo".to_owned(),
            evidence: Evidence::Done(done),
            previous: "0".to_owned(),
            sha256: String::new(),
            line: record.entries.len() + 1,
        });
    }
    record
}

fn judged(fence: &Value, live: bool) -> Judgement {
    judged_at(fence, live, gate_of(fence))
}

/// The gate that a fence is judged at.
pub(crate) fn gate_of(fence: &Value) -> Phase {
    let gate = Phase::ALL.iter().find(|gate| Some(gate.name()) == fence["gate"].as_str());
    *gate.unwrap_or(&Phase::GoLive)
}

pub(crate) fn judged_at(fence: &Value, live: bool, moment: impl Into<Moment>) -> Judgement {
    patched(fence).judged(live, moment)
}

/// The base as a fence patches it.
pub(crate) fn patched(fence: &Value) -> StepContext {
    let mut all = base();
    patch(&mut all, fence);
    world(all)
}

impl StepContext {
    /// The same with another reading and record.
    pub(crate) fn but(&self, before: Snapshot, record: Record) -> Self {
        Self { before, record, ..self.clone() }
    }

    /// The reading with what persons attested of it laid over.
    pub(crate) fn reading(&self) -> Snapshot {
        let here = Here::default();
        let counting = Counting { now: self.now, here: &here, only_here: false, since: None, again_since: None };
        self.before.clone().with_attested(&self.record, &counting)
    }

    pub(crate) fn judged(&self, live: bool, moment: impl Into<Moment>) -> Judgement {
        let before = self.reading();
        let lowered = lower_on(&self.plan, &before, if live { SiteRole::Live } else { SiteRole::Staging });
        let inputs = Inputs {
            plan: &self.plan,
            before: Some(&before),
            after: Some(&lowered.after),
            changes: &lowered.changes,
            census: Some(&self.census),
            contacts: &self.contacts,
            record: &self.record,
            backup_files: self.backup_files.as_ref(),
            members_files: &self.members_files,
            refused_attestations: &BTreeSet::new(),
            raised: &Raised::default(),
            own: &[],
            rehearsed: None,
            now: self.now,
            freshness: &self.freshness,
            live,
            live_reading: &self.live_reading,
        };
        judge(inputs, moment, Vec::new())
    }
}

/// The fences of a rule with their headings, in order: `Bad` or `Good`.
pub(crate) fn fences(rule: &Rule) -> Vec<(bool, Value)> {
    let mut found = Vec::new();
    let mut heading = "";
    let mut fence: Option<String> = None;
    for line in rule.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        match &mut fence {
            Some(text) if line.trim_start().starts_with("```") => {
                let value = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{}: {e}\n{text}", rule.id));
                found.push((heading == "Bad", value));
                fence = None;
            }
            Some(text) => writeln!(text, "{line}").unwrap(),
            None if line.starts_with("```yaml") => fence = Some(String::new()),
            None => heading = line.strip_prefix("## ").unwrap_or(heading),
        }
    }
    found
}

/// A rule that speaks of the live site only is judged there.
pub(crate) fn live(rule: &Rule) -> bool {
    rule.target == amc_plan::rules::Target::Live
}

#[test]
fn the_base_is_green_and_every_rule_gave_its_proof() {
    let judgement = judged(&Value::Object(Map::new()), false);
    let said: Vec<_> = judgement.findings.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect();
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(judgement.verdict, Verdict::Green);
    let speaking = ALL.iter().filter(|rule| !live(rule)).count();
    assert_eq!(judgement.proofs.len(), speaking);
}

#[test]
fn every_bad_fence_is_found_and_no_good_one_is() {
    for rule in ALL {
        let fences = fences(rule);
        assert!(fences.iter().any(|(bad, _)| *bad) && fences.iter().any(|(bad, _)| !bad), "{} lacks a fence", rule.id);
        for (index, (bad, fence)) in fences.iter().enumerate() {
            let judgement = judged(fence, live(rule));
            let hits = judgement.findings.iter().filter(|f| f.rule == rule.id && !f.unproven && !f.accepted).count();
            assert_eq!(hits > 0, *bad, "{} fence {index}: {:#?}", rule.id, judgement.findings);
        }
    }
}

/// Rules of which the page says that what was not read is compared with nothing.
const COMPARES_WHAT_WAS_READ: &[&str] = &[
    "cancel-or-refund-undecided",
    "foreign-cart-active",
    "revoke-tag-shared",
    "gateway-of-the-crm",
    "gateway-in-live-mode",
    "many-members",
    "sender-of-another-domain",
    "type-of-mail-off",
    "crm-still-sells",
    "replacement-of-another",
    "subscribed-form-missing",
    "tag-missing",
    "tags-coincide",
];

#[test]
fn without_its_facts_a_rule_is_unproven_never_silent() {
    for rule in ALL {
        let judgement = judged(&Value::Object(Map::new()), live(rule));
        let Some(proof) = judgement.proofs.iter().find(|proof| proof.rule == rule.id) else { continue };
        let is_section = |fact: &&String| {
            Kind::from_name(fact).is_some() || ["contact", "order", "subscription"].contains(&fact.as_str())
        };
        // What compares what was read has nothing to compare without it, and its page says so.
        if COMPARES_WHAT_WAS_READ.contains(&rule.id) {
            continue;
        }
        for section in proof.reads.iter().map(|read| &read.fact).filter(is_section) {
            let fence =
                serde_json::json!({"header": {"sections": {section.clone(): {"how": null, "missing": "not asked"}}}});
            let judgement = judged(&fence, live(rule));
            let unproven = judgement.findings.iter().any(|f| f.rule == rule.id && f.unproven);
            assert!(unproven, "{} says nothing without `{section}`", rule.id);
        }
    }
}

#[test]
fn what_did_not_fit_the_schema_is_not_taken_for_an_absence() {
    let cases = [
        ("{plan: {strategy: null}, left_out: [/strategy]}", "strategy-missing"),
        ("{plan: {offerings: {mini-course: null}}, left_out: [/offerings/mini-course]}", "offering-not-in-plan"),
        ("{plan: {offerings: {mini-course: null}}, left_out: [/offerings/mini-course]}", "reference-unknown"),
        ("{plan: {order_forms: null}, left_out: [/order_forms]}", "order-form-not-in-plan"),
        ("{plan: {order_forms: null}, left_out: [/order_forms]}", "order-form-missing"),
        ("{plan: {opt_in_forms: null}, left_out: [/opt_in_forms]}", "opt-in-form-not-in-plan"),
        ("{plan: {opt_in_forms: null}, left_out: [/opt_in_forms]}", "opt-in-form-missing"),
        ("{plan: {webhooks: null}, left_out: [/webhooks/dunning]}", "webhook-not-in-plan"),
        (
            "{plan: {webhooks: {dunning: {after_switch: null}}}, left_out: [/webhooks/dunning/after_switch]}",
            "webhook-undecided",
        ),
        ("{site: {offering/summit: {name: Summit}}, left_out: [/leave_alone]}", "offering-not-in-plan"),
        ("{plan: {people: null}, left_out: [/people]}", "reference-unknown"),
        ("{plan: {test_purchases: null}, left_out: [/test_purchases/course-checkout]}", "test-purchase-missing"),
        (
            "{plan: {offerings: {course: {modules: [{base: Welcome}]}}}, left_out: [/offerings/course/modules/1]}",
            "module-not-in-plan",
        ),
        (
            "{plan: {offerings: {course: {members_between_modules: null}}}, left_out: [/offerings/course/members_between_modules]}",
            "members-between-modules-undecided",
        ),
    ];
    for (fence, rule) in cases {
        let fence: Value = serde_yaml::from_str(fence).unwrap();
        let says = |fence: &Value| judged(fence, false).findings.iter().any(|f| f.rule == rule);
        assert!(!says(&fence), "{rule}: {fence}");
        let mut fitting = fence.clone();
        fitting.as_object_mut().unwrap().remove("left_out");
        assert!(says(&fitting), "{rule} would not speak anyway: {fitting}");
    }
}

#[test]
fn without_an_optional_field_a_rule_is_unproven() {
    let fences = [
        ("accessally-missing", "site: {plugin/accessally/accessally.php: {version: null}}"),
        ("contact-differs", "values: null"),
        ("contact-incomplete", "values: null"),
        ("contact-differs", "header: {sections: {order: {how: null, missing: not asked}}}"),
        ("crm-differs", "{plan: {crm: {name: keap}}, site: {crm: {managed: null}}}"),
        ("crm-disconnected", "{site: {crm: {connected: null, managed: false}}, gate: migrate}"),
        ("crm-disconnected", "site: {crm: {managed: null}}"),
        (
            "failed-payment-undecided",
            "{plan: {order_forms: {course-checkout: {failed_payment: null}}, \
             webhooks: {dunning: {after_switch: {replaced_by: {order_form: null, setting: null, by_hand: jo}}}}}, \
             site: {order-form/course-checkout: {recurring: null, after_final_retry: null}}}",
        ),
        ("form-opens-more", "site: {order-form/course-checkout: {operations: null}}"),
        ("form-opens-more", "site: {opt-in-form/mini-course-signup: {operations: null}}"),
        // It adds a tag, and nobody knows whether that is an offering's.
        (
            "form-opens-more",
            "site: {order-form/course-checkout: {operations: [{release: course}, {add-tags: [Buyer]}]}, tag/Buyer: {}, \
             offering/course: {tags: null}, offering/mini-course: {tags: null}}",
        ),
        ("released-offering-missing", "site: {order-form/course-checkout: {operations: null}}"),
        ("grant-instead-of-release", "site: {order-form/course-checkout: {operations: null}}"),
        ("grant-instead-of-release", "site: {opt-in-form/mini-course-signup: {operations: null}}"),
        ("members-between-modules-undecided", "site: {offering/course: {modules: null}}"),
        ("module-not-on-site", "site: {offering/course: {modules: null}}"),
        ("opt-in-form-missing", "site: {opt-in-form/mini-course-signup: {operations: null}}"),
        ("order-form-without-release", "site: {order-form/course-checkout: {operations: null}}"),
        ("unscheduled-module", "site: {offering/course: {modules: null}}"),
        ("mail-not-simulated", "site: {mail: {simulated: null}}"),
        (
            "members-between-modules-undecided",
            "{plan: {offerings: {course: {members_between_modules: null}}}, \
             site: {offering/course: {modules: [{number: 0, name: Welcome}, {number: 1, name: Goals}]}}}",
        ),
        ("price-differs", "site: {order-form/course-checkout: {price: null}}"),
        ("spare-admin-missing", "site: {administrator/spare-admin: {crm_contact: null}}"),
        (
            "target-not-staging",
            "{plan: {sites: {staging: https://copy.example.net}}, header: {host: copy.example.net}, \
             site: {environment: {url: https://copy.example.net, type: null}}}",
        ),
        ("welcome-does-not-cover", "{plan: {emails: {welcome: null}}, site: {emails: {welcome: null}}}"),
    ];
    for (rule, fence) in fences {
        let judgement = judged(&serde_yaml::from_str(fence).unwrap(), false);
        let said: Vec<_> = judgement.findings.iter().map(|f| (f.rule.as_str(), f.unproven)).collect();
        assert!(said.contains(&(rule, true)) && !said.contains(&(rule, false)), "{rule}: {said:?}");
        assert_eq!(judgement.verdict, Verdict::Unproven, "{rule}");
    }
}

#[test]
fn what_a_finding_says_holds_nothing_personal() {
    for (rule, fence) in ALL.iter().flat_map(|rule| fences(rule).into_iter().map(move |(_, fence)| (rule, fence))) {
        for finding in judged(&fence, live(rule)).findings {
            let labels = finding.related.iter().chain([&finding.primary]).map(|label| label.text.as_str());
            let said = [finding.message.as_str(), finding.help.as_deref().unwrap_or_default()];
            for text in said.into_iter().chain(labels) {
                let personal = ["@", "Birch", "Ørsted", "Ash", "9001"].iter().find(|value| text.contains(**value));
                assert_eq!(personal, None, "{}: {text}", finding.rule);
            }
        }
    }
}

#[test]
fn rules_are_named_after_their_files_and_documented_in_fixed_sections() {
    let mut ids = BTreeSet::new();
    for rule in ALL {
        assert!(ids.insert(rule.id), "{} is listed twice", rule.id);
        let sections: Vec<&str> = rule.docs.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        let mut once = sections.clone();
        once.dedup();
        assert_eq!(once, ["What it does", "Why it matters", "Bad", "Good", "Fix"], "{}", rule.id);
        assert!(rule.title().ends_with('.'), "{}: the title is a sentence", rule.id);
    }
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = BTreeSet::new();
    for family in std::fs::read_dir(src).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            if name != "mod" {
                files.insert(name);
            }
        }
    }
    assert_eq!(files, ids.iter().map(|id| (*id).to_owned()).collect());
}

#[test]
fn every_rule_on_every_fence() {
    let mut table = String::from(
        "# Which rules speak on which fence. Written by UPDATE_SNAPSHOTS=1 cargo test --test it rules::.\n",
    );
    for rule in ALL {
        for (index, (bad, fence)) in fences(rule).into_iter().enumerate() {
            let judgement = judged(&fence, live(rule));
            let hits: BTreeSet<String> = judgement
                .findings
                .iter()
                .map(|f| if f.unproven { format!("{}?", f.rule) } else { f.rule.clone() })
                .collect();
            let kind = if bad { "bad" } else { "good" };
            let hits: Vec<String> = hits.into_iter().collect();
            writeln!(table, "{} {index} {kind}: {}", rule.id, hits.join(" ")).unwrap();
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/all-on-all.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), table);
}
