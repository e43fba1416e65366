//! Big invented plans with sites that match them, to measure `plan` by. The same size gives the same bytes.
//!
//! `cargo bench --profile dev --bench inputs -- FOLDER OFFERINGS…` writes, for each number of offerings, `N.yaml`, and
//! for each share of changed offerings `N.as-planned.site.ndjson`, `N.1.site.ndjson`, `N.10.site.ndjson` with the two
//! states as text: `N.P.before.json` and `N.P.after.json`, the second with its objects in another order.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use amc_plan::change::{self, Lowered};
use amc_plan::model::plan::ContactRecord;
use amc_plan::model::snapshot::{Capture, FORMAT};
use amc_plan::model::state::{Kind, Object, ObjectRef};
use amc_plan::model::{Header, How, Identity, Plan, Snapshot, State};
use amc_plan::shape;
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::text::{Limits, compose_bytes};
use serde_json::{Value, json};

/// Shares of changed offerings, in percent, with the word for each.
const SHARES: [(u64, &str); 3] = [(0, "as-planned"), (1, "1"), (10, "10")];
const ADJECTIVES: [&str; 8] = ["Quiet", "Bold", "Early", "Wild", "Steady", "Bright", "Deep", "Simple"];
const SUBJECTS: [&str; 8] = ["Coaching", "Baking", "Writing", "Yoga", "Gardening", "Drawing", "Singing", "Budgeting"];
const MODULES: [&str; 12] = [
    "Welcome",
    "Goals",
    "Habits",
    "Boundaries",
    "Money",
    "Visibility",
    "Practice",
    "Feedback",
    "Partners",
    "Review",
    "Planning Day",
    "Celebration",
];
const RELEASES: [&str; 4] = ["immediately", "2 days after previous", "7 days after previous", "2 weeks after previous"];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [folder, sizes @ ..] = arguments.as_slice() else { return Err("usage: FOLDER OFFERINGS…".into()) };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("contacts.yaml"), contacts()?)?;
    sizes.iter().try_for_each(|size| write_all(folder, size.parse()?))
}

fn write_all(folder: &Path, size: usize) -> Outcome<()> {
    let text = plan(size);
    fs::write(folder.join(format!("{size}.yaml")), &text)?;
    let (_, tree, problems) = compose_bytes("plan", text.into_bytes(), &Limits { nodes: 1 << 24, ..Limits::default() });
    let (plan, misfits) = shape::plan(&tree.ok_or("the plan has no tree")?);
    if !problems.is_empty() || !misfits.is_empty() {
        return Err(format!("the plan does not fit: {problems:?} {misfits:?}").into());
    }
    SHARES.iter().try_for_each(|(percent, word)| sites(folder, size, &plan, *percent, word))
}

fn sites(folder: &Path, size: usize, plan: &Plan, percent: u64, word: &str) -> Outcome<()> {
    let snapshot = Snapshot::new(header(), state(plan, percent)?, None);
    let name = |what: &str| folder.join(format!("{size}.{word}.{what}"));
    let Lowered { after, changes, .. } = change::lower(plan, &snapshot);
    if percent > 0 {
        fs::write(name("before.json"), as_text(&snapshot.state, false)?)?;
        fs::write(name("after.json"), as_text(&after, true)?)?;
    }
    fs::write(name("site.ndjson"), SnapshotFile::new(snapshot).text())?;
    println!("{size} offerings, {word}: {} changes", changes.len());
    Ok(())
}

fn name(n: usize) -> String {
    format!("{} {} {n}", ADJECTIVES[n % 8], SUBJECTS[n / 8 % 8])
}

fn key(n: usize) -> String {
    name(n).to_lowercase().replace(' ', "-")
}

/// A plan of so many offerings, each with its order form, webhook and test purchase.
fn plan(size: usize) -> String {
    let mut sections: [String; 4] = Default::default();
    for n in 0..size {
        let (key, name) = (key(n), name(n));
        let [offerings, forms, webhooks, purchases] = &mut sections;
        *offerings += &format!("  {key}:\n    name: {name}\n    access_through: order-form\n    modules:\n");
        for (number, module) in (0..).zip(MODULES) {
            *offerings += &match number {
                0 => format!("      - base: {module}\n"),
                _ => format!(
                    "      - module: {module} {n}\n        release: {}\n        number: {number}\n",
                    RELEASES[(n + number) % 4]
                ),
            };
        }
        offerings.push_str("    members_between_modules: complete-by-hand\n");
        let price = 19 + n % 480;
        *forms += &format!(
            "  {key}-checkout:\n    name: {name} Checkout\n    custom_operation:\n      release:\n        - {key}\n    \
             failed_payment:\n      after_final_retry: revoke\n    expect:\n      price: {price}.00 USD\n      gateway: stripe\n"
        );
        *webhooks += &format!(
            "  unpaid-{key}:\n    calls: aal_revokesubscription?productId={n}\n    fired_by: \"Ontraport: unpaid, {name}\"\n    \
             after_switch:\n      replaced_by:\n        order_form: {key}-checkout\n        setting: failed_payment\n"
        );
        let _ = write!(
            purchases,
            "  {key}-checkout:\n    expect:\n      - order\n      - content\n      - welcome-email\n"
        );
    }
    let [offerings, forms, webhooks, purchases] = sections;
    format!(
        "{HEAD}offerings:\n{offerings}\norder_forms:\n{forms}\nopt_in_forms: {{}}\n\nwebhooks:\n{webhooks}\n\
         {TAIL}test_purchases:\n{purchases}"
    )
}

const HEAD: &str = "\
# An invented plan, as large as none is.
version: 1
name: A very large school
sites:
  staging: https://staging.bloom.example
  live: https://bloom.example
crm:
  name: ontraport
  paid_until: 2027-01-31
strategy: rehearse-and-replay
people:
  jo: operator
  sam: reviewer
mail:
  transport: fluent-smtp
  during_migration: simulate
emails:
  enabled: true
  welcome: purchases-and-opt-ins
production_site_url: //bloom.example

";

const TAIL: &str = "\
spot_check:
  values: contacts.yaml
  list:
    \"10001\": mid-drip, many tags
    \"10002\": holds orders
    \"10003\": free
backup:
  of: live
  parts: [files, database]
  no_older_than: 2h
  stored_off_server: true
migration:
  import_all_contacts: false
  keep_maintenance_mode: true
window:
  start: \"2026-12-02 06:00 Europe/Berlin\"
  length: 2h
rollback:
  decide_by: \"07:30\"
  who: jo
  way: restore-live-backup

";

/// The recorded values of the spot-check contacts.
fn contacts() -> Outcome<String> {
    let record = |n: usize| -> Outcome<(String, ContactRecord)> {
        let fields = json!({"first_name": "Ada", "last_name": "Fern", "email": format!("ada{n}@member.example"), "tags": ["Newsletter"]});
        Ok(((10_001 + n).to_string(), serde_json::from_value(fields)?))
    };
    let all = (0..3).map(record).collect::<Outcome<std::collections::BTreeMap<_, _>>>()?;
    Ok(serde_json::to_string_pretty(&all)?)
}

fn header() -> Header {
    Header {
        format: FORMAT.to_owned(),
        site: Identity::parse("staging.bloom.example").unwrap_or_else(Identity::unnamed),
        address: None,
        collector: "bridge".to_owned(),
        collector_version: "0.1.0".to_owned(),
        taken_at: "2026-11-21T06:12:00Z".to_owned(),
        sections: Kind::ALL.iter().map(|kind| (kind.name().to_owned(), Capture::How(How::Bridge))).collect(),
    }
}

/// The site of a plan, as planned but for a share of its offerings, each of which has one other timer.
fn state(plan: &Plan, percent: u64) -> Outcome<State> {
    let mut state = State::default();
    let mut put = |kind: Kind, key: &str, fields: Value| -> Outcome<()> {
        state.insert(key, Object::from_fields(kind, fields)?);
        Ok(())
    };
    put(Kind::Administrator, "operator", json!({"crm_contact": true}))?;
    put(Kind::Administrator, "spare-admin", json!({"crm_contact": false}))?;
    put(Kind::ChargingGuard, "charging-guard", json!({"enabled": true, "production_url": "//bloom.example"}))?;
    put(
        Kind::Crm,
        "crm",
        json!({"system": "ontraport", "label": "Ontraport", "connected": true, "managed": false, "sells": false}),
    )?;
    put(
        Kind::Emails,
        "emails",
        json!({"enabled": true, "welcome": "purchases-and-opt-ins", "module_release": true, "failed_payment": true}),
    )?;
    put(Kind::Environment, "environment", json!({"url": "https://staging.bloom.example", "type": "staging"}))?;
    put(Kind::Mail, "mail", json!({"transport": "fluent-smtp", "simulated": true, "sender_domain": "bloom.example"}))?;
    put(Kind::Maintenance, "maintenance", json!({"on": true}))?;
    put(Kind::Plugin, "accessally/accessally.php", json!({"version": "4.2.0", "active": true}))?;
    for (n, (key, intent)) in (0..).zip(&plan.offerings) {
        let mut modules = Vec::new();
        for (_, number, module) in intent.numbered() {
            let tag = format!("{}_{number}_Access", intent.name);
            put(Kind::Tag, &tag, json!({}))?;
            modules.push(json!({"number": number, "name": module.name(), "release": module.release, "tag": tag}));
        }
        if n % 100 < percent {
            modules[3]["release"] = json!("30 days after previous");
        }
        let tags = json!({"base": format!("{key}_Base"), "instant": format!("{key}_Instant"), "revoke": format!("{key}_Revoke")});
        for tag in ["Base", "Instant", "Revoke"] {
            put(Kind::Tag, &format!("{key}_{tag}"), json!({}))?;
        }
        let fields =
            json!({"id": n.to_string(), "name": intent.name, "system": "ontraport", "modules": modules, "tags": tags});
        put(Kind::Offering, key, fields)?;
    }
    for (key, intent) in &plan.order_forms {
        // The number that its webhook names: `early-baking-10-checkout` is the tenth.
        let number = key.rsplit('-').nth(1).ok_or("a form has a number")?;
        let price = intent.expect.as_ref().and_then(|expect| expect.price.clone());
        let fields = json!({"id": number, "name": intent.name, "operations": [{"release": intent.custom_operation.release[0]}], "after_final_retry": "revoke", "price": price, "gateway": "stripe", "recurring": true, "test_mode": true});
        put(Kind::OrderForm, key, fields)?;
    }
    for intent in plan.webhooks.values() {
        let (command, target) = intent.calls.split_once('?').ok_or("a webhook calls something")?;
        put(Kind::Webhook, &intent.calls, json!({"command": command, "target": target, "calls": 3}))?;
    }
    Ok(state)
}

/// A state as text, its objects in the order of their keys or shuffled.
fn as_text(state: &State, shuffled: bool) -> Outcome<String> {
    let mut places = state.places();
    if shuffled {
        places.sort_by_cached_key(|on| mixed(&on.to_string()));
    }
    let object = |on: &ObjectRef| state.get(on).map(|object| json!({"on": on, "is": object.fields()}));
    Ok(serde_json::to_string_pretty(&places.iter().map(object).collect::<Vec<_>>())?)
}

/// A number that tells little of the text's order (FNV-1a).
fn mixed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
