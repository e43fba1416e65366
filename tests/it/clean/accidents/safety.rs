//! What goes wrong with the two sites, their mail and their guard, with the CRM, backups and evidence.

use amc_plan::model::plan::{
    AccessThrough, BackupPart, Confirmation, DuringMigration, EmailsIntent, SiteRole, Strategy, Welcome,
};
use amc_plan::model::record::{BackupSource, Dump, DumpEnding, Evidence, VerificationLine};
use amc_plan::model::state::{Operation, Plugin};
use amc_plan::model::{Field, Plan};
use amc_plan::rules::Phase;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, json};

use super::super::site::Clean;
use super::super::stages::Stage;
use super::{Accident, CONFIGURE, FIT, GO_LIVE, MIGRATE, at};

const ON_LIVE: (SiteRole, Stage, Phase) = (SiteRole::Live, Stage::Found, Phase::Configure);

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "AccessAlly Emails stay off",
        at: CONFIGURE,
        rule: "emails-off",
        also: &[],
        plant: |clean, _| {
            clean.plan.emails = None;
            clean.on_both(|site| site.emails.as_mut().unwrap().enabled = Field::Set(false));
            at(["emails", "enabled"])
        },
    },
    Accident {
        what: "whoever opts in for free gets no welcome",
        at: CONFIGURE,
        rule: "welcome-does-not-cover",
        also: &[],
        plant: |clean, chance| {
            let released =
                |key: &String| clean.plan.opt_in_forms.values().any(|form| form.custom_operation.release.contains(key));
            let free = clean.plan.offerings.iter().filter(|(_, of)| of.access_through == AccessThrough::OptIn);
            free.filter(|(key, _)| released(key)).count().checked_sub(1)?;
            let welcome = Some(*chance.of(&[Welcome::None, Welcome::Purchases]));
            clean.plan.emails = Some(EmailsIntent { enabled: true, welcome });
            at(["emails", "welcome"])
        },
    },
    Accident {
        what: "mail of the copy reaches members while passwords are reset",
        at: CONFIGURE,
        rule: "mail-not-simulated",
        also: &[],
        plant: |clean, _| {
            clean.plan.mail.as_mut()?.during_migration = DuringMigration::Deliver;
            at(["mail", "during_migration"])
        },
    },
    Accident {
        what: "the plan says nothing of mail",
        at: CONFIGURE,
        rule: "mail-not-simulated",
        also: &[],
        plant: |clean, _| {
            clean.plan.mail = None;
            at(["mail"])
        },
    },
    Accident {
        what: "another plugin sends the mail than the one that is silenced",
        at: CONFIGURE,
        rule: "mail-transport-differs",
        also: &[],
        plant: |clean, chance| {
            let other = *chance.of(&["wp-mail-smtp", "post-smtp", "PHP mail"]);
            clean.on_both(|site| site.mail.as_mut().unwrap().transport = Field::Set(other.to_owned()));
            at(["mail", "transport"])
        },
    },
    Accident {
        what: "mail comes from a domain that is not the site's",
        at: CONFIGURE,
        rule: "sender-of-another-domain",
        also: &[],
        plant: |clean, chance| {
            let sender = *chance.of(&["gmail.com", "bloom-mail.example", "mail.agency.example", "bloom.co.example"]);
            clean.on_both(|site| site.mail.as_mut().unwrap().sender_domain = Field::Set(sender.to_owned()));
            at(["mail"])
        },
    },
    Accident {
        what: "modules open, and no e-mail says so",
        at: CONFIGURE,
        rule: "type-of-mail-off",
        also: &[],
        plant: |clean, _| {
            clean.plan.offerings.keys().find(|key| super::super::webhooks::is_timed(&clean.plan, key))?;
            clean.on_both(|site| site.emails.as_mut().unwrap().module_release = Field::Set(false));
            at(["emails"])
        },
    },
    Accident {
        what: "payments fail, and no e-mail says so",
        at: CONFIGURE,
        rule: "type-of-mail-off",
        also: &[],
        plant: |clean, chance| {
            super::forms::recurring(clean, chance)?;
            clean.on_both(|site| site.emails.as_mut().unwrap().failed_payment = Field::Set(false));
            at(["emails"])
        },
    },
    Accident {
        what: "a test buyer waits for a welcome that nobody may get",
        at: MIGRATE,
        rule: "test-mail-reaches-nobody",
        also: &[],
        plant: |clean, _| {
            clean.plan.test_purchases.values().find(|of| of.expect.contains(&Confirmation::WelcomeEmail))?;
            clean.plan.mail.as_mut()?.deliver_only_to.clear();
            at(["mail", "deliver_only_to"])
        },
    },
    Accident {
        what: "test mail may reach a member, or whoever has an address where members have theirs",
        at: MIGRATE,
        rule: "test-mail-reaches-member",
        also: &[],
        plant: |clean, chance| {
            let somebody = chance.any(clean.people.contacts.iter().map(|of| of.email.clone()))?;
            let allowed = match chance.below(4) {
                0 | 1 => somebody,
                2 => somebody.to_uppercase(),
                _ => "*@Member.example".to_owned(),
            };
            clean.plan.mail.as_mut()?.deliver_only_to.push(allowed);
            at(["mail", "deliver_only_to", "1"])
        },
    },
    Accident {
        what: "nobody decided about mail on live",
        at: ON_LIVE,
        rule: "live-mail-undecided",
        also: &[],
        plant: |clean, _| {
            (clean.plan.strategy == Some(Strategy::RehearseAndReplay)).then_some(())?;
            clean.plan.mail.as_mut()?.on_live = None;
            at(["mail"])
        },
    },
    Accident {
        what: "the plan points the charging guard at the copy",
        at: CONFIGURE,
        rule: "charging-guard-not-live",
        also: &[],
        plant: |clean, _| {
            let copy = clean.plan.sites.staging.trim_start_matches("https:").to_owned();
            clean.plan.production_site_url = Some(copy);
            at(["production_site_url"])
        },
    },
    Accident {
        what: "the charging guard was typed with a scheme",
        at: CONFIGURE,
        rule: "charging-guard-with-scheme",
        also: &[],
        plant: |clean, _| {
            let live = clean.plan.sites.live.clone();
            clean.on_both(|site| site.charging_guard.as_mut().unwrap().production_url = Field::Set(live.clone()));
            at(["sites", "live"])
        },
    },
    Accident {
        what: "the plan names live as its own copy",
        at: FIT,
        rule: "sites-not-apart",
        also: &[],
        plant: |clean, chance| {
            let live = clean.plan.sites.live.replace("https://www.", "https://");
            let other = *chance.of(&["http://", "https://www."]);
            clean.plan.sites.staging = live.replace("https://", other);
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "the copy takes itself for live",
        at: CONFIGURE,
        rule: "target-not-staging",
        also: &[],
        plant: |clean, _| {
            let live = clean.plan.sites.live.clone();
            let environment = clean.copy.environment.as_mut()?;
            (environment.url, environment.home) = (live.clone(), Field::Set(live));
            at(["sites", "live"])
        },
    },
    Accident {
        what: "nothing shows that the copy is one",
        at: CONFIGURE,
        rule: "target-not-staging",
        also: &[],
        plant: |clean, _| {
            clean.copy.environment.as_mut()?.environment_type = Field::Set("production".to_owned());
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "every administrator is a contact of the CRM",
        at: CONFIGURE,
        rule: "spare-admin-missing",
        also: &[],
        plant: |clean, _| {
            clean.copy.administrators.values_mut().for_each(|of| of.crm_contact = Field::Set(true));
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "AccessAlly is too old, not active, or not there",
        at: CONFIGURE,
        rule: "accessally-missing",
        also: &[],
        plant: |clean, chance| {
            let how = chance.below(3);
            clean.on_both(|site| {
                let plugin = site.plugins.get_mut("accessally/accessally.php").unwrap();
                match how {
                    0 => plugin.version = Field::Set("3.5.6".to_owned()),
                    1 => plugin.active = Field::Set(false),
                    _ => drop(site.plugins.remove("accessally/accessally.php")),
                }
            });
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "the CRM does not answer any more",
        at: CONFIGURE,
        rule: "crm-disconnected",
        also: &[],
        plant: |clean, _| {
            clean.copy.crm.as_mut()?.connected = Field::Set(false);
            at(["crm"])
        },
    },
    Accident {
        what: "the copy has switched already",
        at: CONFIGURE,
        rule: "crm-disconnected",
        also: &[],
        plant: |clean, _| {
            clean.copy.crm.as_mut()?.managed = Field::Set(true);
            at(["crm"])
        },
    },
    Accident {
        what: "the site is on another CRM than the plan says",
        at: CONFIGURE,
        rule: "crm-differs",
        also: &[],
        plant: |clean, _| {
            clean.on_both(|site| {
                let crm = site.crm.as_mut().unwrap();
                (crm.system, crm.label) = (Field::Set("mailerlite".to_owned()), Field::Set("MailerLite".to_owned()));
            });
            at(["crm", "name"])
        },
    },
    Accident {
        what: "the CRM is paid until a day before the window",
        at: FIT,
        rule: "crm-paid-until-too-early",
        also: &[],
        plant: |clean, _| {
            clean.plan.crm.paid_until = Some((day(&clean.plan) - 1.day()).to_string());
            at(["crm", "paid_until"])
        },
    },
    Accident {
        what: "ProgressAlly writes to the CRM",
        at: CONFIGURE,
        rule: "progressally-writes-to-crm",
        also: &[],
        plant: |clean, _| {
            let crm = clean.plan.crm.name.to_lowercase();
            let plugin = plugin("2.4.2", Map::from_iter([("select_crm".to_owned(), json!(crm))]));
            clean.on_both(|site| drop(site.plugins.insert("progressally/progressally.php".to_owned(), plugin.clone())));
            at(["crm"])
        },
    },
    Accident {
        what: "a cart sells beside AccessAlly",
        at: FIT,
        rule: "foreign-cart-active",
        also: &[],
        plant: |clean, chance| {
            let cart =
                *chance.of(&["woocommerce/woocommerce.php", "easy-digital-downloads/easy-digital-downloads.php"]);
            let plugin = plugin("9.1.0", Map::new());
            clean.on_both(|site| drop(site.plugins.insert(cart.to_owned(), plugin.clone())));
            at(["order_forms"])
        },
    },
    Accident {
        what: "the backup is of days ago",
        at: CONFIGURE,
        rule: "backup-old",
        also: &[],
        plant: |clean, _| {
            let taken = clean.now - 50.hours();
            backup(clean)?.taken_at = taken.to_string();
            at(["backup", "no_older_than"])
        },
    },
    Accident {
        what: "the backup holds files alone",
        at: CONFIGURE,
        rule: "backup-missing",
        also: &[],
        plant: |clean, chance| {
            backup(clean)?.parts = vec![*chance.of(&BackupPart::ALL)];
            at(["backup"])
        },
    },
    Accident {
        what: "the backup is of the copy",
        at: CONFIGURE,
        rule: "backup-missing",
        also: &[],
        plant: |clean, _| {
            backup(clean)?.of = SiteRole::Staging;
            at(["backup"])
        },
    },
    Accident {
        what: "the plan asks for a backup of the copy",
        at: CONFIGURE,
        rule: "backup-not-full",
        also: &[("backup-missing", "only live was backed up")],
        plant: |clean, _| {
            clean.plan.backup.as_mut()?.of = SiteRole::Staging;
            at(["backup", "of"])
        },
    },
    Accident {
        what: "the dump was cut",
        at: CONFIGURE,
        rule: "backup-truncated",
        also: &[],
        plant: |clean, _| {
            dump(clean)?.ending = DumpEnding::Broken("it ends in the middle of a statement".to_owned());
            at(["backup"])
        },
    },
    Accident {
        what: "the dump holds fewer users than the site",
        at: CONFIGURE,
        rule: "backup-lacks-users",
        also: &[],
        plant: |clean, _| {
            let administrators = clean.copy.administrators.len();
            let fewer = clean.people.contacts.len().max(administrators) - 1;
            dump(clean)?.users = u64::try_from(fewer).unwrap();
            at(["backup"])
        },
    },
    Accident {
        what: "the dump lacks a table",
        at: CONFIGURE,
        rule: "backup-lacks-tables",
        also: &[],
        plant: |clean, chance| {
            dump(clean)?.lacks = vec![(*chance.of(&["usermeta", "options"])).to_owned()];
            at(["backup"])
        },
    },
    Accident {
        what: "the backup lies on the server alone",
        at: CONFIGURE,
        rule: "backup-not-off-server",
        also: &[],
        plant: |clean, _| {
            backup(clean)?.stored_off_server = false;
            at(["backup", "stored_off_server"])
        },
    },
    Accident {
        what: "nobody can say that they reach the host's database, or nobody has for long",
        at: MIGRATE,
        rule: "preparation-not-on-record",
        also: &[],
        plant: |clean, chance| {
            let is_it = |said: &Evidence| matches!(said, Evidence::Done(of) if of.at == "host-access");
            match chance.percent(50) {
                true => clean.record.retain(|(_, said)| !is_it(said)),
                false => clean.record.iter_mut().find(|(_, said)| is_it(said))?.0 = 60 * 24 * 40,
            }
            at(["people"])
        },
    },
    Accident {
        what: "what has to be seen to before live is touched is not on record",
        at: GO_LIVE,
        rule: "preparation-not-on-record",
        also: &[],
        plant: |clean, chance| {
            let (name, place) = *chance.of(&[
                ("crm-in-writing", "crm"),
                ("new-subscriptions", "order_forms"),
                ("sender", "mail"),
                ("notice", "window"),
            ]);
            clean.record.retain(|(_, said)| !matches!(said, Evidence::Done(of) if of.at == name));
            at([place])
        },
    },
    Accident {
        what: "the vendor's verification never ran",
        at: MIGRATE,
        rule: "verification-missing",
        also: &[],
        plant: |clean, _| {
            let copy = clean.identity(SiteRole::Staging);
            clean.record.retain(|(_, said)| !matches!(said, Evidence::Verification(of) if of.host == copy));
            at(["migration"])
        },
    },
    Accident {
        what: "nobody looked at a line that the verification flags",
        at: MIGRATE,
        rule: "verification-unacknowledged",
        also: &[],
        plant: |clean, _| {
            let copy = clean.identity(SiteRole::Staging);
            let lines = clean.record.iter_mut().find_map(|(_, said)| match said {
                Evidence::Verification(of) if of.host == copy => Some(&mut of.lines),
                _ => None,
            });
            lines?.push(VerificationLine { text: "3 contacts without an ID".to_owned(), flagged: true });
            at(["migration"])
        },
    },
    Accident {
        what: "maintenance mode ends with the migration",
        at: MIGRATE,
        rule: "maintenance-mode-not-kept",
        also: &[],
        plant: |clean, _| {
            clean.plan.migration.as_mut()?.keep_maintenance_mode = false;
            at(["migration", "keep_maintenance_mode"])
        },
    },
    Accident {
        what: "nobody decided which boxes of the migration are ticked",
        at: MIGRATE,
        rule: "migration-choices-missing",
        also: &[],
        plant: |clean, _| {
            clean.plan.migration = None;
            at(["migration"])
        },
    },
    Accident {
        what: "a change of the plan was not made",
        at: (SiteRole::Staging, Stage::Found, Phase::Migrate),
        rule: "change-pending",
        also: &[],
        plant: |clean, chance| {
            clean.make_changes();
            let form = chance.any(clean.plan.order_forms.keys().cloned())?;
            let Field::Set(operations) = &mut clean.copy.order_forms.get_mut(&form)?.operations else { return None };
            operations.retain(|operation| !matches!(operation, Operation::Release(_)));
            at(["order_forms", &form])
        },
    },
];

/// The day of the window.
pub(super) fn day(plan: &Plan) -> Date {
    plan.window.as_ref().unwrap().start[..10].parse().unwrap()
}

fn backup(clean: &mut Clean) -> Option<&mut amc_plan::model::record::Backup> {
    clean.record.iter_mut().find_map(|(_, said)| match said {
        Evidence::Backup(backup) => Some(backup),
        _ => None,
    })
}

fn dump(clean: &mut Clean) -> Option<&mut Dump> {
    match &mut backup(clean)?.source {
        BackupSource::File { dump, .. } => dump.as_mut(),
        BackupSource::RestorePoint(_) => None,
    }
}

fn plugin(version: &str, extra: Map<String, serde_json::Value>) -> Plugin {
    Plugin { version: Field::Set(version.to_owned()), active: Field::Set(true), extra }
}
