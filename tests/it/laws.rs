//! What holds of every plan over every site: one after, applied once, taken back exactly, digested by what it means.

use std::collections::BTreeMap;

use amc_plan::change::{
    Change, Digests, Lowered, Marks, apply, changes_digest, facts_digest, intent_digest, inverse, lower, moved_fields,
    read, same, shows,
};
use amc_plan::model::Price;
use amc_plan::model::plan::{
    AcceptedRisk, AccessThrough, AfterFinalRetry, BackupDemand, BackupPart, Confirmation, Crm, CustomOperation,
    DuringMigration, EmailsIntent, FailedPayment, FormExpectation, LeaveAlone, MailIntent, MembersBetweenModules,
    MigrationChoices, ModuleIntent, OfferingIntent, OptInFormIntent, OrderFormIntent, Rollback, RollbackWay, SiteRole,
    Sites, SpotCheck, Strategy as Way, TestPurchase, WebhookIntent, Welcome, Window,
};
use amc_plan::model::population::Questions;
use amc_plan::model::snapshot::FORMAT;
use amc_plan::model::state::{
    ChargingGuard, Emails, Environment, Mail, Module, Offering, Operation, OptInForm, OrderForm, Tag, Webhook,
};
use amc_plan::model::text::slug;
use amc_plan::model::{Capture, Field, Header, How, Kind, ObjectRef, Plan, Release, Snapshot, State};
use amc_plan::site::Site as _;
use amc_plan::site::file::{FileSite, save};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const NAMES: [&str; 5] = ["Group Coaching", "Mini Course", "Foundations", "Être – là", "Team Seats"];
const MODULES: [&str; 4] = ["Goals", "Habits", "Money", "Bonus"];

fn config() -> ProptestConfig {
    ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() }
}

fn name() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(str::to_owned)
}

fn key() -> impl Strategy<Value = String> {
    name().prop_map(|name| slug(&name))
}

fn release() -> impl Strategy<Value = Release> {
    prop_oneof![
        Just(Release::Immediately),
        (1..60_u32).prop_map(|days| Release::After { days }),
        Just(Release::ByHand),
        Just(Release::Other("on 1 May".to_owned())),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        key().prop_map(Operation::Release),
        key().prop_map(Operation::Grant),
        vec(select(vec!["Webinar, March".to_owned(), "A".to_owned(), "b".to_owned()]), 0..4)
            .prop_map(Operation::AddTags),
        select(vec!["notify".to_owned(), "account".to_owned()]).prop_map(Operation::Other),
    ]
}

fn retry() -> impl Strategy<Value = AfterFinalRetry> {
    use AfterFinalRetry::{Cancel, Keep, Revoke, Stop};
    select(vec![Revoke, Cancel, Stop, Keep])
}

fn welcome() -> impl Strategy<Value = Welcome> {
    select(vec![Welcome::None, Welcome::Purchases, Welcome::PurchasesAndOptIns])
}

fn extra() -> impl Strategy<Value = Map<String, Value>> {
    option::of(any::<u8>()).prop_map(|n| n.map(|n| ("colour".to_owned(), json!(n))).into_iter().collect())
}

/// A field in each of its three states.
fn field<T: Clone + std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Field<T>> {
    prop_oneof![1 => Just(Field::Unknown), 1 => Just(Field::Nothing), 8 => of.prop_map(Field::Set)]
}

fn offering() -> impl Strategy<Value = Offering> {
    let module = (select(&MODULES[..]), field(release()), extra());
    (name(), vec(module, 0..4), extra()).prop_map(|(name, modules, extra)| {
        let base =
            Module { number: 0, name: "Start".into(), release: Field::Nothing, tag: Field::Nothing, extra: Map::new() };
        let further = modules.into_iter().enumerate().map(|(at, (name, release, extra))| {
            let number = u32::try_from(at).unwrap() + 1;
            Module { number, name: name.to_owned(), release, tag: Field::Unknown, extra }
        });
        let modules = Field::Set(std::iter::once(base).chain(further).collect());
        Offering { name, modules, extra, ..Offering::default() }
    })
}

fn forms() -> impl Strategy<Value = (BTreeMap<String, OptInForm>, BTreeMap<String, OrderForm>)> {
    let opt_in = (name(), field(vec(operation(), 0..5)), extra()).prop_map(|(name, operations, extra)| {
        (slug(&name), OptInForm { id: Some("7".into()), name, operations, extra })
    });
    let order = (name(), field(vec(operation(), 0..5)), field(retry()), extra()).prop_map(
        |(name, operations, after_final_retry, extra)| {
            let [price, gateway] = ["497.00 USD", "stripe"].map(|text| Field::Set(text.to_owned()));
            (
                slug(&name),
                OrderForm {
                    id: None,
                    name,
                    operations,
                    after_final_retry,
                    price,
                    gateway,
                    recurring: false.into(),
                    test_mode: Field::Unknown,
                    extra,
                },
            )
        },
    );
    (vec(opt_in, 0..4), vec(order, 0..4))
        .prop_map(|(opt_in, order)| (opt_in.into_iter().collect(), order.into_iter().collect()))
}

fn state() -> impl Strategy<Value = State> {
    let url = || field(select(vec!["//bloom.example".to_owned(), "//Other.example".to_owned()]));
    let guard = (field(any::<bool>()), url(), extra()).prop_map(|(enabled, production_url, extra)| ChargingGuard {
        enabled,
        production_url,
        extra,
    });
    let emails = (field(any::<bool>()), field(welcome()), extra()).prop_map(|(enabled, welcome, extra)| Emails {
        enabled,
        welcome,
        extra,
        ..Emails::default()
    });
    let mail = (field(any::<bool>()), extra()).prop_map(|(simulated, extra)| Mail {
        transport: "fluent-smtp".to_owned().into(),
        simulated,
        sender_domain: Field::Unknown,
        extra,
    });
    let single = (option::of(guard), option::of(emails), option::of(mail));
    (single, vec(offering(), 0..4), forms(), any::<u64>()).prop_map(
        |((charging_guard, emails, mail), offerings, (opt_in_forms, order_forms), calls)| State {
            charging_guard,
            emails,
            mail,
            offerings: offerings.into_iter().map(|offering| (slug(&offering.name), offering)).collect(),
            opt_in_forms,
            order_forms,
            environment: Some(Environment { url: "https://staging.bloom.example".into(), ..Environment::default() }),
            tags: BTreeMap::from([("A".to_owned(), Tag { id: None, extra: Map::new() })]),
            webhooks: BTreeMap::from([("aal_genpass".to_owned(), webhook(calls))]),
            ..State::default()
        },
    )
}

fn webhook(calls: u64) -> Webhook {
    Webhook {
        command: "aal_genpass".into(),
        target: None,
        last_called: None,
        calls: Some(calls),
        runs: Field::Unknown,
        extra: Map::new(),
    }
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    (state(), any::<bool>()).prop_map(|(state, forms_captured)| {
        let mut sections: BTreeMap<String, Capture> =
            Kind::ALL.iter().map(|kind| (kind.name().to_owned(), Capture::How(How::Bridge))).collect();
        if !forms_captured && state.opt_in_forms.is_empty() {
            sections.insert("opt-in-form".to_owned(), Capture::Missing("not asked".to_owned()));
        }
        let header = Header {
            format: FORMAT.to_owned(),
            site: "staging.bloom.example".parse().unwrap(),
            address: None,
            collector: "bridge".to_owned(),
            collector_version: "0.1.0".to_owned(),
            taken_at: "2026-11-21T06:12:00Z".to_owned(),
            sections,
        };
        Snapshot::new(header, state, None)
    })
}

fn intents() -> impl Strategy<Value = BTreeMap<String, OfferingIntent>> {
    let module = (select(&MODULES[..]), option::of(release()), option::weighted(0.2, 0..5_u32));
    let intent = (name(), vec(module, 0..4)).prop_map(|(name, modules)| {
        let base = ModuleIntent { base: Some("Start".into()), ..ModuleIntent::default() };
        let further = modules.into_iter().map(|(module, release, number)| ModuleIntent {
            module: Some(module.to_owned()),
            release,
            number,
            ..ModuleIntent::default()
        });
        let modules = std::iter::once(base).chain(further).collect();
        (
            slug(&name),
            OfferingIntent { name, access_through: AccessThrough::ByHand, modules, members_between_modules: None },
        )
    });
    vec(intent, 0..4).prop_map(|all| all.into_iter().collect())
}

fn operations() -> impl Strategy<Value = CustomOperation> {
    vec(key(), 1..4).prop_map(|release| CustomOperation { release })
}

fn plan() -> impl Strategy<Value = Plan> {
    let order = (operations(), option::of(retry())).prop_map(|(custom_operation, retry)| (custom_operation, retry));
    let url = select(vec!["//bloom.example", "https://Bloom.example/", "//copy.example"]);
    let single = (option::of(url), option::of((any::<bool>(), option::of(welcome()))), option::of(any::<bool>()));
    (single, intents(), btree_map(name(), operations(), 0..4), btree_map(name(), order, 0..4)).prop_map(
        |((url, emails, simulate), offerings, opt_in, order)| Plan {
            version: 1,
            sites: Sites { staging: "https://staging.bloom.example".into(), live: "https://bloom.example".into() },
            crm: Crm { name: "ontraport".into(), paid_until: None },
            strategy: Some(Way::RehearseAndReplay),
            production_site_url: url.map(str::to_owned),
            emails: emails.map(|(enabled, welcome)| EmailsIntent { enabled, welcome }),
            mail: simulate.map(|simulate| MailIntent {
                transport: None,
                on_live: None,
                during_migration: if simulate { DuringMigration::Simulate } else { DuringMigration::Deliver },
                deliver_only_to: Vec::new(),
            }),
            offerings,
            opt_in_forms: opt_in
                .into_iter()
                .map(|(name, custom_operation)| (slug(&name), OptInFormIntent { name, custom_operation }))
                .collect(),
            order_forms: order.into_iter().map(order_form).collect(),
            ..Plan::default()
        },
    )
}

fn order_form(
    (name, (custom_operation, retry)): (String, (CustomOperation, Option<AfterFinalRetry>)),
) -> (String, OrderFormIntent) {
    let expect = FormExpectation { price: Some(Price("497.00 USD".into())), gateway: Some("stripe".into()) };
    let failed_payment = retry.map(|after_final_retry| FailedPayment { after_final_retry, reason: None });
    (slug(&name), OrderFormIntent { name, custom_operation, failed_payment, access_after: None, expect: Some(expect) })
}

/// The snapshot with another state.
fn with(snapshot: &Snapshot, state: State) -> Snapshot {
    Snapshot { state, ..snapshot.clone() }
}

fn all_digests(plan: &Plan, snapshot: &Snapshot, lowered: &Lowered) -> Digests {
    Digests {
        intent: intent_digest(plan),
        changes: changes_digest(&snapshot.header.site, &lowered.changes, &lowered.not_compared),
        facts: facts_digest(&snapshot.state, Kind::ALL.iter().copied()),
    }
}

/// The same operations in another order, one of them twice, and tags turned round.
fn turned(operations: &mut Field<Vec<Operation>>, by: usize) {
    let Field::Set(operations) = operations else { return };
    operations.reverse();
    let by = by % operations.len().max(1);
    operations.rotate_left(by);
    for operation in operations.iter_mut() {
        if let Operation::AddTags(tags) = operation {
            tags.reverse();
        }
    }
    operations.extend(operations.first().cloned());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_site_in_a_file_ends_as_diff_said_and_goes_back_to_the_byte(plan in plan(), snapshot in snapshot()) {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let path = folder.path().join("x.site.ndjson");
        save(&path, snapshot.clone()).unwrap();
        let start = std::fs::read(&path).unwrap();
        let mut site = FileSite::open(&path).unwrap();
        let Lowered { changes, after, .. } = lower(&plan, &snapshot);
        for change in &changes {
            site.execute(change).unwrap();
            let now = site.observe(&change.on).unwrap();
            prop_assert!(same(now.as_ref(), change.after.as_ref()), "{}", change.on);
        }
        prop_assert_eq!(site.read(&Questions::default()).unwrap().snapshot, with(&snapshot, after));
        for change in inverse(&changes) {
            site.execute(&change).unwrap();
        }
        prop_assert!(std::fs::read(&path).unwrap() == start, "the bytes are those of the start");
    }

    #[test]
    fn applied_twice_is_applied_once(plan in plan(), snapshot in snapshot()) {
        let Lowered { after, .. } = lower(&plan, &snapshot);
        let again = lower(&plan, &with(&snapshot, after.clone()));
        prop_assert_eq!(&again.changes, &[]);
        prop_assert_eq!(again.after, after);
    }

    #[test]
    fn the_way_back_is_exact(plan in plan(), snapshot in snapshot()) {
        let Lowered { changes, after, .. } = lower(&plan, &snapshot);
        let mut state = after;
        for change in inverse(&changes) {
            apply(&mut state, &change).unwrap();
        }
        prop_assert_eq!(&state, &snapshot.state);
        for change in &changes {
            prop_assert_eq!(&change.inverse().inverse(), change);
        }
    }

    #[test]
    fn every_change_changes_what_it_means_and_one_object_once(plan in plan(), snapshot in snapshot()) {
        let Lowered { changes, .. } = lower(&plan, &snapshot);
        for (at, change) in changes.iter().enumerate() {
            prop_assert!(!same(change.before.as_ref(), change.after.as_ref()), "{}", change.on);
            prop_assert_eq!(&read(&snapshot.state, &change.on), &change.before);
            prop_assert!(change.after.is_some(), "nothing is ever taken away");
            prop_assert!(changes[..at].iter().all(|earlier| earlier.on < change.on), "ordered, and each once");
        }
    }

    #[test]
    fn what_no_change_names_is_left_alone(plan in plan(), snapshot in snapshot()) {
        let Lowered { changes, after, .. } = lower(&plan, &snapshot);
        for on in after.places().into_iter().chain(snapshot.state.places()) {
            if !changes.iter().any(|change| change.on == on) {
                prop_assert_eq!(after.get(&on), snapshot.state.get(&on));
            }
        }
    }

    #[test]
    fn digests_go_by_what_is_meant(plan in plan(), snapshot in snapshot(), by in 0..5_usize) {
        let lowered = lower(&plan, &snapshot);
        let mut other = snapshot.clone();
        other.header.site = "https://Staging.Bloom.EXAMPLE/".parse().unwrap();
        let state = &mut other.state;
        state.opt_in_forms.values_mut().for_each(|form| turned(&mut form.operations, by));
        for form in state.order_forms.values_mut() {
            turned(&mut form.operations, by);
            form.price = Field::Set(["497 USD", "USD 497.0", "497.00 usd", "497.0 USD", "usd 497"][by].to_owned());
            form.extra.insert("views".into(), json!(by));
        }
        state.webhooks.values_mut().for_each(|webhook| webhook.calls = None);
        state.environment.iter_mut().for_each(|is| is.url = "HTTPS://Staging.bloom.example/".to_owned());
        let mut same_plan = plan.clone();
        same_plan.sites.live = "https://Bloom.Example/".to_owned();
        for form in same_plan.order_forms.values_mut() {
            form.custom_operation.release.reverse();
            form.expect = Some(FormExpectation {
                price: Some(Price(["USD 497", "497 USD", "497.0 usd", "usd 497.00", "497.00 USD"][by].to_owned())),
                gateway: Some("stripe".into()),
            });
        }
        let now = lower(&same_plan, &other);
        prop_assert_eq!(all_digests(&same_plan, &other, &now), all_digests(&plan, &snapshot, &lowered));
        let kinds = || Kind::ALL.iter().copied();
        let [marks, then] = [(&now.changes, &other.state), (&lowered.changes, &snapshot.state)]
            .map(|(changes, state)| Marks::new(changes, state, kinds()));
        // Of what nobody judges the letter counts, and only there.
        let moved = moved_fields(&then.fields, &marks.fields).into_values().flatten();
        prop_assert!(moved.into_iter().all(|field| field == "views" || field == "calls"));
        let judged = |marks: Marks| (marks.changes, marks.facts, marks.others);
        prop_assert_eq!(judged(marks), judged(then));
    }

    #[test]
    fn a_change_that_finds_something_else_touches_nothing(
        plan in plan(), snapshot in snapshot(), other in state(), strange in select(vec![
            json!(null), json!({}), json!({"enabled": 1}), json!({"name": "X", "operations": [{"steal": "all"}]}),
            json!({"enabled": true, "welcome": "none", "sender": "me"}), json!({"modules": []}),
            json!({"operations": [], "after_final_retry": "keep"}), json!({"simulated": true}),
        ]), on in select(Kind::ALL),
    ) {
        let Lowered { changes, .. } = lower(&plan, &snapshot);
        let made_up = other.places().into_iter().chain([ObjectRef::only(on), ObjectRef::new(on, "none")]).map(|on| Change {
            before: read(&other, &on),
            on,
            after: Some(strange.clone()),
            cause: String::new(),
        });
        for change in changes.into_iter().chain(made_up) {
            let (found, mut state) = (read(&other, &change.on), other.clone());
            match apply(&mut state, &change) {
                Ok(()) => {
                    prop_assert!(shows(found.as_ref(), change.before.as_ref()));
                    prop_assert!(shows(read(&state, &change.on).as_ref(), change.after.as_ref()));
                }
                Err(conflict) => {
                    prop_assert_eq!(&state, &other, "as it was");
                    prop_assert_eq!((&conflict.on, &conflict.expected), (&change.on, &change.before));
                    prop_assert_eq!(conflict.found, found);
                }
            }
        }
    }

    #[test]
    fn intent_is_everything_but_contacts_people_and_accepted_risks(plan in plan()) {
        let start = intent_digest(&plan);
        for (field, counts, edit) in edits() {
            let mut edited = plan.clone();
            edit(&mut edited);
            prop_assert_ne!(&edited, &plan, "{}", field);
            prop_assert_eq!(intent_digest(&edited) != start, counts, "{}", field);
        }
    }
}

type Edit = (&'static str, bool, fn(&mut Plan));

/// One edit of every section, and whether it is a matter of intent. A new section does not compile until it has its line.
fn edits() -> Vec<Edit> {
    let Plan {
        version: _,
        name: _,
        sites: _,
        crm: _,
        strategy: _,
        people: _,
        mail: _,
        emails: _,
        production_site_url: _,
        offerings: _,
        leave_alone: _,
        order_forms: _,
        opt_in_forms: _,
        webhooks: _,
        spot_check: _,
        backup: _,
        migration: _,
        test_purchases: _,
        window: _,
        launches: _,
        vendor_support: _,
        rollback: _,
        accepted_risks: _,
        left_out: _,
    } = Plan::default();
    let sections: [Edit; 22] = [
        ("version", true, |p| p.version = 2),
        ("name", true, |p| p.name = Some("Another".into())),
        ("sites.staging", true, |p| p.sites.staging = "https://copy.bloom.example".into()),
        ("crm", true, |p| p.crm.paid_until = Some("2027-01-31".into())),
        ("strategy", true, |p| p.strategy = Some(Way::FreezeAndPush)),
        ("people", false, |p| drop(p.people.insert("jo".into(), "operator".into()))),
        ("mail", true, |p| {
            p.mail = Some(MailIntent {
                transport: Some("other".into()),
                on_live: None,
                during_migration: DuringMigration::Simulate,
                deliver_only_to: vec!["qa@agency.example".into()],
            })
        }),
        ("emails", true, |p| {
            p.emails = match p.emails {
                None => Some(EmailsIntent { enabled: true, welcome: None }),
                Some(_) => None,
            }
        }),
        ("production_site_url", true, |p| p.production_site_url = Some("//x.example".into())),
        ("offerings", true, |p| {
            drop(p.offerings.insert(
                "x".into(),
                OfferingIntent {
                    name: "X".into(),
                    access_through: AccessThrough::Team,
                    modules: Vec::new(),
                    members_between_modules: Some(MembersBetweenModules::None),
                },
            ))
        }),
        ("leave_alone", true, |p| {
            p.leave_alone = LeaveAlone {
                offerings: BTreeMap::from([("summit".to_owned(), "archived".to_owned())]),
                ..LeaveAlone::default()
            }
        }),
        ("order_forms", true, |p| {
            drop(p.order_forms.insert(
                "x".into(),
                OrderFormIntent {
                    name: "X".into(),
                    custom_operation: CustomOperation { release: vec!["x".into()] },
                    failed_payment: None,
                    access_after: None,
                    expect: None,
                },
            ))
        }),
        ("opt_in_forms", true, |p| {
            drop(p.opt_in_forms.insert(
                "x".into(),
                OptInFormIntent { name: "X".into(), custom_operation: CustomOperation { release: vec!["x".into()] } },
            ))
        }),
        ("webhooks", true, |p| {
            drop(
                p.webhooks.insert(
                    "x".into(),
                    WebhookIntent { calls: "aal_genpass".into(), fired_by: None, after_switch: None },
                ),
            )
        }),
        ("spot_check", false, |p| {
            p.spot_check =
                SpotCheck { values: None, list: BTreeMap::from([("10231".to_owned(), "mid-drip".to_owned())]) }
        }),
        ("backup", true, |p| {
            p.backup = Some(BackupDemand {
                of: SiteRole::Live,
                parts: vec![BackupPart::Files],
                no_older_than: "2h".into(),
                stored_off_server: true,
            })
        }),
        ("migration", true, |p| {
            p.migration = Some(MigrationChoices { import_all_contacts: true, keep_maintenance_mode: true })
        }),
        ("test_purchases", true, |p| {
            drop(p.test_purchases.insert("x".into(), TestPurchase { expect: vec![Confirmation::Order] }))
        }),
        ("window", true, |p| p.window = Some(Window { start: "2026-12-02 06:00 UTC".into(), length: "2h".into() })),
        ("rollback", true, |p| {
            p.rollback = Some(Rollback { decide_by: "07:30".into(), who: "jo".into(), way: RollbackWay::BackToCrm })
        }),
        ("accepted_risks", false, |p| {
            p.accepted_risks.push(AcceptedRisk {
                rule: "module-mail-missing".into(),
                at: "/offerings/x".into(),
                reason: "by hand".into(),
                owner: "jo".into(),
                until: "2026-12-31".into(),
            })
        }),
        ("left_out", false, |p| p.left_out.extend(["/emails".to_owned()])),
    ];
    let deeper: [Edit; 1] = [("sites.live", true, |p| p.sites.live = "https://bloom.example/shop".into())];
    sections.into_iter().chain(deeper).collect()
}
