//! A clean site with its plan, out of a seed: what the copy and live have before the switch, who is a member, what is on record.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::model::drip::Drip;
use amc_plan::model::plan::{
    AccessThrough, BackupDemand, BackupPart, ContactRecord, ContactValues, Crm, DuringMigration, EmailsIntent,
    MailIntent, MigrationChoices, Plan, Rollback, RollbackWay, SiteRole, Sites, SpotCheck, Strategy, Welcome, Window,
};
use amc_plan::model::population::{Order, Subscription};
use amc_plan::model::state::{
    Administrator, ChargingGuard, CrmConnection, Emails, Environment, Mail, Maintenance, Plugin,
};
use amc_plan::model::{Field, Identity, Release, State};
use amc_plan::population::{Wish, choose};
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Map, json};

use super::chance::Chance;
use super::members::{self, People};
use super::offerings::Register;
use super::record::{self, Said};
use super::stages::Stage;
use super::{forms, offerings, webhooks};

/// How large a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Size {
    pub(super) members: usize,
    pub(super) offerings: usize,
}

/// How the facts of a site reach whoever judges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facts {
    /// The collector read all of it.
    Captured,
    /// WordPress's own REST gave what it can; a person attested the rest.
    Attested,
}

/// A clean site and its plan.
#[derive(Clone)]
pub(super) struct Clean {
    pub(super) plan: Plan,
    pub(super) copy: State,
    pub(super) live: State,
    pub(super) people: People,
    pub(super) values: BTreeMap<String, ContactRecord>,
    pub(super) record: Vec<Said>,
    pub(super) now: Timestamp,
    pub(super) facts: Facts,
    /// Whether a reading of live is named beside the copy's.
    pub(super) compares: bool,
    /// Whether the migration tool gives each offering the new system.
    pub(super) moves_systems: bool,
    /// What happens to the site that is judged after the migration.
    pub(super) afterwards: fn(&mut State),
}

const CRMS: [(&str, &str); 7] = [
    ("ontraport", "Ontraport"),
    ("keap", "Keap"),
    ("Keap", "Infusionsoft"),
    ("active-campaign", "ActiveCampaign"),
    ("convertkit", "Kit"),
    ("drip", "Drip"),
    ("Active Campaign", "ActiveCampaign"),
];

/// Live, its copy, and the domain that mail comes from.
const SITES: [(&str, &str, &str); 5] = [
    ("https://bloom.example", "https://staging.bloom.example", "bloom.example"),
    ("https://www.bloom.example", "https://staging.bloom.example", "mail.bloom.example"),
    ("https://members.bloom.example", "https://bloom-copy.host.example", "bloom.example"),
    ("https://bloom.example/academy", "https://bloom.example/staging", "bloom.example"),
    ("https://members.bloom.example", "https://stg.bloom.example/academy", "mail.bloom.example"),
];

const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "UTC", "Australia/Sydney"];

impl Clean {
    /// One that is read on some day.
    pub(super) fn draw(seed: u64, size: Size, facts: Facts) -> Self {
        let day = SignedDuration::from_hours(24 * i64::try_from(Chance::new(seed).below(300)).unwrap());
        Self::draw_at("2026-11-21T06:12:00Z".parse::<Timestamp>().unwrap() + day, seed, size, facts)
    }

    /// One that is read at this time.
    pub(super) fn draw_at(now: Timestamp, seed: u64, size: Size, facts: Facts) -> Self {
        let mut chance = Chance::new(seed);
        let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let mut plan = beginning(&mut chance, today);
        let mut copy = State::default();
        let mut register = Register::new(facts == Facts::Captured && chance.percent(40));
        offerings::draw(&mut chance, &mut register, size.offerings, &mut plan, &mut copy);
        forms::draw(&mut chance, &mut register, &mut plan, &mut copy);
        webhooks::draw(&mut chance, &mut plan, &mut copy);
        let live = singles(&mut chance, &mut plan, &mut copy);
        for (at, tag) in copy.tags.values_mut().enumerate() {
            tag.id = Some((301 + at).to_string());
        }
        let live = State { tags: copy.tags.clone(), ..live };
        // The CRM calls the live host, so the copy's log may be the shorter one.
        if facts == Facts::Captured && chance.percent(40) {
            for key in [chance.any(copy.webhooks.keys().cloned()), chance.any(copy.webhooks.keys().cloned())] {
                copy.webhooks.remove(&key.unwrap_or_default());
            }
        }
        let people = members::draw(&mut chance, size.members, &plan, &copy, today);
        let values = spot_check(seed, &mut plan, &copy, &people);
        let record = record::draw(&mut chance, &plan, &people, now);
        let (compares, moves_systems) = (true, chance.percent(50));
        Self { plan, copy, live, people, values, record, now, facts, compares, moves_systems, afterwards: |_| {} }
    }

    /// Changes what live has and its copy too.
    pub(super) fn on_both(&mut self, change: impl Fn(&mut State)) {
        change(&mut self.copy);
        change(&mut self.live);
    }

    /// Makes the plan's changes on both sites.
    pub(super) fn make_changes(&mut self) {
        self.copy = self.state(SiteRole::Staging, Stage::Changed);
        self.live = self.state(SiteRole::Live, Stage::Changed);
    }

    /// Gives somebody other tags, of whom they are written down again where they are listed.
    pub(super) fn tag_somebody(&mut self, chance: &mut Chance, change: impl Fn(&mut Vec<String>)) {
        let whose = chance.below(self.people.contacts.len());
        let contact = &mut self.people.contacts[whose];
        change(&mut contact.tags);
        if let Some(record) = self.values.get_mut(&contact.key) {
            record.tags = Some(contact.tags.clone());
        }
    }

    /// Gives somebody another address, which is written down again where they are listed.
    pub(super) fn readdress(&mut self, whose: usize, email: &str) {
        let contact = &mut self.people.contacts[whose];
        email.clone_into(&mut contact.email);
        if let Some(record) = self.values.get_mut(&contact.key) {
            record.email = Some(email.to_owned());
        }
    }

    pub(super) fn readdress_somebody(&mut self, chance: &mut Chance, email: &str) {
        let whose = chance.below(self.people.contacts.len());
        self.readdress(whose, email);
    }

    pub(super) fn subscribe_somebody(&mut self, chance: &mut Chance, form: &str, status: &str) {
        let contact = chance.of(&self.people.contacts).key.clone();
        self.subscribe(&contact, form, status);
    }

    pub(super) fn subscribe(&mut self, contact: &str, form: &str, status: &str) {
        let (contact, form, status) = (contact.to_owned(), form.to_owned(), status.to_owned());
        self.people.subscriptions.push(Subscription {
            key: "88001".to_owned(),
            contact,
            form,
            status,
            next_payment: None,
        });
    }

    pub(super) fn order(&mut self, contact: &str, key: &str, status: &str) {
        self.people.orders.push(Order {
            key: key.to_owned(),
            contact: contact.to_owned(),
            form: String::new(),
            total: "39.00 USD".to_owned(),
            date: "2026-11-01".to_owned(),
            status: status.to_owned(),
            transaction: Some("pi_1".to_owned()),
        });
    }

    /// Lists these contacts and no others, each written down as the site has it.
    pub(super) fn list(&mut self, ids: &[String]) {
        self.plan.spot_check.list = ids.iter().map(|id| (id.clone(), "by chance".to_owned())).collect();
        let listed = self.people.contacts.iter().filter(|of| ids.contains(&of.key));
        self.values = listed
            .map(|of| {
                let record = ContactRecord {
                    first_name: Some(of.first_name.clone()),
                    last_name: Some(of.last_name.clone()),
                    email: Some(of.email.clone()),
                    tags: Some(of.tags.clone()),
                    affiliate: of.affiliate.clone(),
                    ..ContactRecord::default()
                };
                (of.key.clone(), record)
            })
            .collect();
    }

    /// Everybody who is listed is written down again, as the site has them.
    pub(super) fn written_down_again(&mut self) {
        for contact in &self.people.contacts {
            if let Some(record) = self.values.get_mut(&contact.key) {
                record.tags = Some(contact.tags.clone());
            }
        }
    }

    pub(super) fn identity(&self, role: SiteRole) -> Identity {
        let address = if role == SiteRole::Live { &self.plan.sites.live } else { &self.plan.sites.staging };
        Identity::parse(address).unwrap()
    }
}

/// What stands in a plan besides what is on the site.
fn beginning(chance: &mut Chance, today: Date) -> Plan {
    let (name, _) = *chance.of(&CRMS);
    let (live, staging, _) = *chance.of(&SITES);
    let strategy = *chance.of(&[
        Strategy::RehearseAndReplay,
        Strategy::RehearseAndReplay,
        Strategy::FreezeAndPush,
        Strategy::PushThenMerge,
    ]);
    let mut day = today + i64::try_from(3 + chance.below(20)).unwrap().days();
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().unwrap();
    }
    let zone = chance.of(&ZONES);
    let launches = if chance.percent(30) {
        BTreeMap::from([("Spring launch".to_owned(), (day + 40.days()).to_string())])
    } else {
        BTreeMap::new()
    };
    Plan {
        version: 1,
        name: Some("A clean switch".to_owned()),
        sites: Sites { staging: staging.to_owned(), live: live.to_owned() },
        crm: Crm { name: name.to_owned(), paid_until: Some((day + 60.days()).to_string()) },
        strategy: Some(strategy),
        people: [("jo", "operator"), ("sam", "reviewer"), ("mara", "site owner")]
            .map(|(person, part)| (person.to_owned(), part.to_owned()))
            .into(),
        mail: Some(MailIntent {
            transport: Some("fluent-smtp".to_owned()),
            during_migration: DuringMigration::Simulate,
            on_live: Some(*chance.of(&[DuringMigration::Simulate, DuringMigration::Deliver])),
            deliver_only_to: vec!["qa@agency.example".to_owned()],
        }),
        spot_check: SpotCheck {
            values: Some(ContactValues::File("private/contacts.yaml".to_owned())),
            list: BTreeMap::new(),
        },
        backup: Some(BackupDemand {
            of: SiteRole::Live,
            parts: vec![BackupPart::Files, BackupPart::Database],
            no_older_than: "4h".to_owned(),
            stored_off_server: true,
        }),
        migration: Some(MigrationChoices { import_all_contacts: chance.percent(50), keep_maintenance_mode: true }),
        window: Some(Window { start: format!("{day} 06:00 {zone}"), length: "2h".to_owned() }),
        launches,
        rollback: Some(Rollback {
            decide_by: "07:30".to_owned(),
            who: "jo".to_owned(),
            way: *chance.of(&[RollbackWay::RestoreLiveBackup, RollbackWay::BackToCrm]),
        }),
        ..Plan::default()
    }
}

/// What there is one of, on the copy and on live, as the host's clone and the CRM left it; what the plan asks of it.
fn singles(chance: &mut Chance, plan: &mut Plan, copy: &mut State) -> State {
    let (live_url, staging_url, sender) =
        *SITES.iter().find(|(live, copy, _)| plan.sites == sites(live, copy)).unwrap();
    let (_, label) = *CRMS.iter().find(|(name, _)| *name == plan.crm.name).unwrap();
    let ways: BTreeSet<AccessThrough> = plan.offerings.values().map(|offering| offering.access_through).collect();
    let needed = if ways.contains(&AccessThrough::OptIn) { Welcome::PurchasesAndOptIns } else { Welcome::Purchases };
    let (on, found) =
        (chance.percent(50), *chance.of(&[Welcome::None, Welcome::Purchases, Welcome::PurchasesAndOptIns]));
    // What is as it should be already needs no word in the plan.
    let says = !on || found < needed || chance.percent(50);
    plan.emails = says.then_some(EmailsIntent { enabled: true, welcome: Some(needed) });
    copy.emails = Some(Emails {
        enabled: Field::Set(on),
        welcome: Field::Set(found),
        module_release: Field::Set(true),
        failed_payment: Field::Set(true),
        extra: Map::new(),
    });
    copy.crm = Some(CrmConnection {
        system: Field::Set(plan.crm.name.to_lowercase().replace(' ', "-")),
        label: Field::Set(label.to_owned()),
        connected: Field::Set(true),
        managed: Field::Set(false),
        sells: Field::Set(false),
        extra: Map::new(),
    });
    copy.administrators = [("operator", true), ("spare-admin", false), ("owner", true)]
        .map(|(login, contact)| {
            (login.to_owned(), Administrator { crm_contact: Field::Set(contact), extra: Map::new() })
        })
        .into();
    copy.plugins = plugins(chance);
    copy.mail = Some(Mail {
        transport: Field::Set("fluent-smtp".to_owned()),
        simulated: Field::Set(chance.percent(30)),
        sender_domain: Field::Set(sender.to_owned()),
        extra: Map::new(),
    });
    copy.maintenance = Some(Maintenance { on: Field::Set(false), extra: Map::new() });
    let guard = |url: &str| {
        let url = url.trim_start_matches("https:").to_owned();
        ChargingGuard { enabled: Field::Set(true), production_url: Field::Set(url), extra: Map::new() }
    };
    let mut live = copy.clone();
    // A host's clone replaces the address here too.
    copy.charging_guard = Some(guard(if chance.percent(50) { staging_url } else { live_url }));
    live.charging_guard = Some(ChargingGuard { enabled: Field::Set(chance.percent(50)), ..guard(live_url) });
    copy.environment =
        Some(Environment { environment_type: Field::Set("staging".to_owned()), ..environment(staging_url) });
    live.environment = Some(Environment {
        environment_type: Field::known(chance.percent(50).then(|| "production".to_owned())),
        ..environment(live_url)
    });
    live.mail.as_mut().unwrap().simulated = Field::Set(false);
    // Where live is frozen it takes no payments until the push.
    live.maintenance.as_mut().unwrap().on = Field::Set(plan.strategy == Some(Strategy::FreezeAndPush));
    for form in live.order_forms.values_mut() {
        form.test_mode = Field::Set(false);
    }
    for webhook in live.webhooks.values_mut() {
        webhook.calls = webhook.calls.map(|calls| calls + 7);
    }
    live
}

fn sites(live: &str, staging: &str) -> Sites {
    Sites { staging: staging.to_owned(), live: live.to_owned() }
}

fn environment(url: &str) -> Environment {
    Environment {
        url: url.to_owned(),
        home: Field::Set(url.to_owned()),
        environment_type: Field::Nothing,
        staging_constants: Field::Set(Vec::new()),
        wordpress: Field::Set("6.8.7".to_owned()),
        extra: Map::new(),
    }
}

fn plugins(chance: &mut Chance) -> BTreeMap<String, Plugin> {
    let plugin = |version: &str, active| Plugin {
        version: Field::Set(version.to_owned()),
        active: Field::Set(active),
        extra: Map::new(),
    };
    let mut all = BTreeMap::from([
        ("accessally/accessally.php".to_owned(), plugin(["4.0", "4.2.0", "10.1"][chance.below(3)], true)),
        ("fluent-smtp/fluent-smtp.php".to_owned(), plugin("2.2.90", true)),
        ("hello-dolly/hello.php".to_owned(), plugin("1.7.3", false)),
    ]);
    if chance.percent(60) {
        let extra = Map::from_iter([("select_crm".to_owned(), json!("accessally"))]);
        all.insert("progressally/progressally.php".to_owned(), Plugin { extra, ..plugin("2.4.2", true) });
    }
    if chance.percent(30) {
        // A cart that nobody uses any more.
        all.insert("woocommerce/woocommerce.php".to_owned(), plugin("9.1.0", false));
    }
    all
}

/// The ten contacts of the guide, or everybody where there are fewer; what is recorded of them.
fn spot_check(seed: u64, plan: &mut Plan, site: &State, people: &People) -> BTreeMap<String, ContactRecord> {
    let (stream, _) = people.stream(&Identity::parse(&plan.sites.staging).unwrap(), "2026-11-21T06:12:00Z");
    let drips = site.offerings.values().filter_map(Drip::of).collect();
    let wish = Wish { seed, count: 10, drips, ..Wish::default() };
    let chosen = choose(stream.as_bytes(), stream.as_bytes(), &wish).unwrap();
    let reason = |reasons: &[amc_plan::population::Reason]| {
        reasons.first().map_or("by chance", |reason| reason.name()).to_owned()
    };
    plan.spot_check.list = chosen.iter().map(|one| (one.contact.key.clone(), reason(&one.reasons))).collect();
    chosen.iter().map(|one| (one.contact.key.clone(), one.record(&BTreeSet::new(), true))).collect()
}

/// Whether a release is by a timer.
pub(super) fn is_timer(release: Option<&Release>) -> bool {
    matches!(release, Some(Release::After { .. }))
}
