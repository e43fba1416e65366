//! Whatever a site may hold comes back as it was.

use amc_plan::model::snapshot::{FORMAT, PopulationDigest};
use amc_plan::model::state::{Emails, Module, Offering, Operation, OrderForm, Plugin, Tag, Webhook};
use amc_plan::model::text::slug;
use amc_plan::model::{Capture, Field, Header, How, Release, Snapshot, State};
use amc_plan::site::snapshot_file::SnapshotFile;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("\\PC{0,6}", inner, 0..4).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

fn extra() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("x_\\PC{0,6}", value(), 0..3).prop_map(|all| all.into_iter().collect())
}

fn name() -> impl Strategy<Value = String> {
    ".{0,4}\\w.{0,12}".prop_filter("a name has a letter", |name| !slug(name).is_empty())
}

fn release() -> impl Strategy<Value = Release> {
    prop_oneof![
        Just(Release::Immediately),
        Just(Release::ByHand),
        (1_u32..9_999).prop_map(|days| Release::After { days }),
        "on .{0,8}".prop_map(Release::Other),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        ".{0,8}".prop_map(Operation::Release),
        ".{0,8}".prop_map(Operation::Grant),
        vec(".{0,8}", 0..3).prop_map(Operation::AddTags),
        ".{0,8}".prop_map(Operation::Other),
    ]
}

/// A field in each of its three states.
fn field<T: Clone + std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Field<T>> {
    prop_oneof![1 => Just(Field::Unknown), 1 => Just(Field::Nothing), 8 => of.prop_map(Field::Set)]
}

fn offering() -> impl Strategy<Value = Offering> {
    let module = (any::<u32>(), ".{0,9}", field(release()), field(".{0,9}"), extra())
        .prop_map(|(number, name, release, tag, extra)| Module { number, name, release, tag, extra });
    (option::of(".{0,9}"), name(), field(vec(module, 0..4)), field(btree_map(".{0,6}", ".{0,9}", 0..3)), extra())
        .prop_map(|(id, name, modules, tags, extra)| Offering {
            id,
            name,
            system: Field::Unknown,
            modules,
            tags,
            extra,
        })
}

fn order_form() -> impl Strategy<Value = OrderForm> {
    (name(), field(vec(operation(), 0..4)), field(".{0,9}"), field(any::<bool>()), extra()).prop_map(
        |(name, operations, price, recurring, extra)| OrderForm {
            id: None,
            name,
            operations,
            after_final_retry: Field::Nothing,
            price,
            gateway: Field::Unknown,
            recurring,
            test_mode: Field::Unknown,
            extra,
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    let emails = option::of((field(any::<bool>()), extra()).prop_map(|(enabled, extra)| Emails {
        enabled,
        extra,
        ..Emails::default()
    }));
    let plugin =
        (field(any::<bool>()), extra()).prop_map(|(active, extra)| Plugin { active, extra, ..Plugin::default() });
    let webhook = ("aal_[a-z]{1,9}", option::of("[a-zA-Z]{1,9}=[0-9]{1,3}"), option::of(any::<u64>()));
    (
        vec(offering(), 0..4),
        vec(order_form(), 0..4),
        emails,
        btree_map(".{1,9}", plugin, 0..3),
        btree_map(".{1,9}", extra().prop_map(|extra| Tag { id: None, extra }), 0..4),
        vec(webhook, 0..4),
    )
        .prop_map(|(offerings, order_forms, emails, plugins, tags, webhooks)| State {
            offerings: offerings.into_iter().map(|offering| (slug(&offering.name), offering)).collect(),
            order_forms: order_forms.into_iter().map(|form| (slug(&form.name), form)).collect(),
            emails,
            plugins,
            tags,
            webhooks: webhooks
                .into_iter()
                .map(|(command, target, calls)| {
                    let key = target.as_ref().map_or(command.clone(), |target| format!("{command}?{target}"));
                    (
                        key,
                        Webhook { command, target, last_called: None, calls, runs: Field::Unknown, extra: Map::new() },
                    )
                })
                .collect(),
            ..State::default()
        })
}

fn snapshot(state: State) -> Snapshot {
    let header = Header {
        format: FORMAT.to_owned(),
        site: "staging.bloom.example".parse().unwrap(),
        address: None,
        collector: "survey".to_owned(),
        collector_version: "0.1.0".to_owned(),
        taken_at: "2026-11-21T06:12:00Z".to_owned(),
        sections: [("offering".to_owned(), Capture::How(How::Survey))].into(),
    };
    let population = Some(PopulationDigest { counts: [("contact".to_owned(), 3)].into(), sha256: "0".repeat(64) });
    Snapshot::new(header, state, population)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_state_comes_back(state in state()) {
        let snapshot = snapshot(state);
        let text = SnapshotFile::new(snapshot.clone()).text();
        let file = SnapshotFile::read(text.as_bytes()).unwrap();
        prop_assert_eq!(file.snapshot(), &snapshot);
        prop_assert_eq!(file.text(), text);
    }

    #[test]
    fn one_state_written_over_another_is_read_as_the_new(old in state(), new in state()) {
        let file = SnapshotFile::new(snapshot(old));
        let text = file.text_with(&new);
        let again = SnapshotFile::read(text.as_bytes()).unwrap();
        prop_assert_eq!(&again.snapshot().state, &new);
    }

    #[test]
    fn no_bytes_make_it_fall(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(SnapshotFile::read(&bytes[..]).is_err());
    }
}
