//! What goes wrong with the webhooks that die with the switch.

use amc_plan::model::keyed::webhook_key;
use amc_plan::model::plan::{AfterFinalRetry, AfterSwitch, FailedPayment, Replacement, Setting};
use amc_plan::model::state::{Operation, Webhook};
use amc_plan::model::{Field, Release};

use super::super::chance::Chance;
use super::super::site::Clean;
use super::super::webhooks::{ends_access, is_timed, of_command};
use super::{Accident, CONFIGURE, FIT, at};

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "the CRM calls a webhook that the plan does not have",
        at: CONFIGURE,
        rule: "webhook-not-in-plan",
        also: &[],
        plant: |clean, chance| {
            let command = *chance.of(&["aal_addtag", "aal_revokesubscription", "aal_genpass"]);
            let webhook = Webhook {
                command: command.to_owned(),
                target: Some("productId=990".to_owned()),
                calls: Some(3),
                ..Webhook::default()
            };
            let key = format!("{command}?productId=990");
            clean.on_both(|site| drop(site.webhooks.insert(key.clone(), webhook.clone())));
            at(["webhooks", &key])
        },
    },
    Accident {
        what: "nobody decided about a webhook",
        at: CONFIGURE,
        rule: "webhook-undecided",
        also: &[],
        plant: |clean, chance| {
            let name = chance.any(clean.plan.webhooks.keys().cloned())?;
            clean.plan.webhooks.get_mut(&name)?.after_switch = None;
            at(["webhooks", &name, "after_switch"])
        },
    },
    Accident {
        what: "a webhook that ends or charges subscriptions is retired",
        at: CONFIGURE,
        rule: "access-webhook-without-replacement",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            decide(clean, &name, AfterSwitch::Retired("nobody remembers what it was for".to_owned()));
            at(["webhooks", &name, "after_switch", "retired"])
        },
    },
    Accident {
        what: "a webhook that ends or charges subscriptions is kept, as if Managed Contacts had webhooks",
        at: CONFIGURE,
        rule: "access-webhook-without-replacement",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            decide(clean, &name, AfterSwitch::Kept("the bookkeeping calls it".to_owned()));
            at(["webhooks", &name, "after_switch", "kept"])
        },
    },
    Accident {
        what: "a webhook that ends or charges subscriptions is left alone",
        at: CONFIGURE,
        rule: "access-webhook-without-replacement",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            let key = webhook_key(&clean.plan.webhooks.remove(&name)?.calls);
            clean.plan.leave_alone.webhooks.insert(key.clone(), "it was always there".to_owned());
            at(["leave_alone", "webhooks", &key])
        },
    },
    Accident {
        what: "a webhook that ends subscriptions is replaced by what opens offerings",
        at: CONFIGURE,
        rule: "access-webhook-without-replacement",
        also: &[("replacement-of-another", "it is another product's form too")],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            let form = chance.any(clean.plan.order_forms.keys().cloned())?;
            replace(
                clean,
                &name,
                Replacement { order_form: Some(form), setting: Some(Setting::CustomOperation), ..none() },
            );
            at(["webhooks", &name, "after_switch", "replaced_by"])
        },
    },
    Accident {
        what: "a webhook that ends a subscription is replaced by another product's form",
        at: CONFIGURE,
        rule: "replacement-of-another",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            let own = webhook_key(&clean.plan.webhooks[&name].calls).rsplit('=').next()?.to_owned();
            let others = clean.plan.order_forms.keys().filter(|form| {
                ends_access(&clean.plan, &clean.copy, form) && clean.copy.order_forms[*form].id.as_deref() != Some(&own)
            });
            let form = chance.any(others.cloned())?;
            replace(
                clean,
                &name,
                Replacement { order_form: Some(form), setting: Some(Setting::FailedPayment), ..none() },
            );
            at(["webhooks", &name, "after_switch", "replaced_by", "order_form"])
        },
    },
    Accident {
        what: "a webhook that ends a subscription is replaced by a form that ends none",
        at: CONFIGURE,
        rule: "replacement-does-nothing",
        also: &[],
        plant: |clean, chance| {
            let (form, id) = chance.any(clean.plan.order_forms.keys().filter_map(|form| {
                let on_site = &clean.copy.order_forms[form];
                (on_site.recurring == Field::Set(true)).then(|| (form.clone(), on_site.id.clone().unwrap()))
            }))?;
            let reason = Some("the owner writes to each of them".to_owned());
            let failed_payment = Some(FailedPayment { after_final_retry: AfterFinalRetry::Stop, reason });
            clean.plan.order_forms.get_mut(&form)?.failed_payment = failed_payment;
            let of_form = |calls: &str| webhook_key(calls).ends_with(&format!("?productId={id}"));
            let names: Vec<String> =
                clean.plan.webhooks.iter().filter(|(_, of)| of_form(&of.calls)).map(|(name, _)| name.clone()).collect();
            (!names.is_empty()).then_some(())?;
            let mut places = Vec::new();
            for name in names {
                let order_form = Some(form.clone());
                replace(clean, &name, Replacement { order_form, setting: Some(Setting::FailedPayment), ..none() });
                places.extend(at(["webhooks", &name, "after_switch", "replaced_by", "order_form"])?);
            }
            Some(places)
        },
    },
    Accident {
        what: "a webhook that opens an offering is replaced by another one's timers",
        at: CONFIGURE,
        rule: "replacement-of-another",
        also: &[],
        plant: |clean, chance| {
            let (name, opened) = opening(clean, chance)?;
            let others = clean.plan.offerings.keys().filter(|key| **key != opened && is_timed(&clean.plan, key));
            let offering = chance.any(others.cloned());
            offering.as_ref()?;
            replace(clean, &name, Replacement { offering, setting: Some(Setting::ReleaseTimers), ..none() });
            at(["webhooks", &name, "after_switch", "replaced_by", "offering"])
        },
    },
    Accident {
        what: "a webhook that opens an offering is replaced by a form that does not",
        at: CONFIGURE,
        rule: "replacement-of-another",
        also: &[],
        plant: |clean, chance| {
            let (name, opened) = opening(clean, chance)?;
            let others =
                clean.plan.opt_in_forms.iter().filter(|(_, form)| !form.custom_operation.release.contains(&opened));
            let opt_in_form = chance.any(others.map(|(key, _)| key.clone()));
            opt_in_form.as_ref()?;
            replace(clean, &name, Replacement { opt_in_form, setting: Some(Setting::CustomOperation), ..none() });
            at(["webhooks", &name, "after_switch", "replaced_by", "opt_in_form"])
        },
    },
    Accident {
        what: "a webhook that opens an offering goes, and nothing takes its place",
        at: CONFIGURE,
        rule: "opening-webhook-without-replacement",
        also: &[],
        plant: |clean, chance| {
            let (name, _) = opening(clean, chance)?;
            match chance.below(3) {
                0 => {
                    decide(clean, &name, AfterSwitch::Retired("the CRM is gone".to_owned()));
                    at(["webhooks", &name, "after_switch", "retired"])
                }
                1 => {
                    decide(clean, &name, AfterSwitch::Kept("a colleague calls it".to_owned()));
                    at(["webhooks", &name, "after_switch", "kept"])
                }
                _ => {
                    let key = webhook_key(&clean.plan.webhooks.remove(&name)?.calls);
                    clean.plan.leave_alone.webhooks.insert(key.clone(), "it was always there".to_owned());
                    at(["leave_alone", "webhooks", &key])
                }
            }
        },
    },
    Accident {
        what: "a webhook is replaced by the timers of an offering that has none",
        at: CONFIGURE,
        rule: "replacement-does-nothing",
        also: &[],
        plant: |clean, chance| {
            let (name, _) = opening(clean, chance)?;
            let is_untimed = |key: &String| {
                let modules = clean.copy.offerings[key].modules.set().unwrap();
                !is_timed(&clean.plan, key)
                    && modules.iter().all(|module| !matches!(module.release.set(), Some(Release::After { .. })))
            };
            let offering = chance.any(clean.plan.offerings.keys().filter(|key| is_untimed(key)).cloned())?;
            let key = webhook_key(&clean.plan.webhooks[&name].calls);
            clean.on_both(|site| {
                site.webhooks.get_mut(&key).unwrap().runs = Field::Set(Operation::Grant(offering.clone()))
            });
            replace(
                clean,
                &name,
                Replacement { offering: Some(offering), setting: Some(Setting::ReleaseTimers), ..none() },
            );
            at(["webhooks", &name, "after_switch", "replaced_by", "offering"])
        },
    },
    Accident {
        what: "a webhook is replaced by a form that the plan does not have",
        at: CONFIGURE,
        rule: "reference-unknown",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            let order_form = Some("a-form-of-last-year".to_owned());
            replace(clean, &name, Replacement { order_form, setting: Some(Setting::FailedPayment), ..none() });
            at(["webhooks", &name, "after_switch", "replaced_by", "order_form"])
        },
    },
    Accident {
        what: "a webhook's task went to somebody whom the plan does not have",
        at: CONFIGURE,
        rule: "reference-unknown",
        also: &[],
        plant: |clean, chance| {
            let name = guarding(clean, chance)?;
            replace(clean, &name, Replacement { by_hand: Some("kim".to_owned()), ..none() });
            at(["webhooks", &name, "after_switch", "replaced_by", "by_hand"])
        },
    },
    Accident {
        what: "the CRM's forms still sell, and the webhook that makes their buyers' logins is retired",
        at: FIT,
        rule: "crm-still-sells",
        also: &[],
        plant: |clean, _| {
            let name = of_command(&clean.plan, "aal_genpass").into_keys().next()?.clone();
            decide(clean, &name, AfterSwitch::Retired("the forms make the user".to_owned()));
            clean.on_both(|site| site.crm.as_mut().unwrap().sells = Field::Set(true));
            Some([at(["crm"])?, at(["webhooks", &name, "after_switch", "retired"])?].concat())
        },
    },
    Accident {
        what: "a webhook of the plan is called at another site",
        at: CONFIGURE,
        rule: "not-on-site",
        also: &[
            ("webhook-not-in-plan", "the site's own of that command is in no entry"),
            ("copy-drifted", "live's log alone may show it"),
        ],
        plant: |clean, chance| {
            let name = chance.any(clean.plan.webhooks.keys().cloned())?;
            let called = webhook_key(&clean.plan.webhooks[&name].calls).replace('?', "&");
            clean.plan.webhooks.get_mut(&name)?.calls = format!("https://sister-site.example/?accessally_api={called}");
            at(["webhooks", &name, "calls"])
        },
    },
    Accident {
        what: "the address of a webhook stands in the plan with its secret",
        at: CONFIGURE,
        rule: "secret-in-plan",
        also: &[],
        plant: |clean, chance| {
            let name = chance.any(
                clean.plan.webhooks.iter().filter(|(name, of)| **name != of.calls).map(|(name, _)| name.clone()),
            )?;
            let called = webhook_key(&clean.plan.webhooks[&name].calls).replace('?', "&");
            let live = clean.plan.sites.live.clone();
            clean.plan.webhooks.get_mut(&name)?.calls = format!("{live}/?accessally_api={called}&key=s3cr3t");
            at(["webhooks", &name, "calls"])
        },
    },
    Accident {
        what: "two entries decide one webhook differently",
        at: CONFIGURE,
        rule: "webhook-undecided",
        also: &[("opening-webhook-without-replacement", "one of the two keeps what opens an offering")],
        plant: |clean, chance| {
            let name = chance.any(of_command(&clean.plan, "aal_fieldop").into_keys().cloned())?;
            let mut twin = clean.plan.webhooks[&name].clone();
            twin.after_switch = Some(AfterSwitch::Kept("a cron job calls it".to_owned()));
            // It stands behind the other, which counts as the first.
            clean.plan.webhooks.insert("zz a second look".to_owned(), twin);
            at(["webhooks", "zz a second look", "after_switch"])
        },
    },
];

/// An entry whose webhook revokes, charges or cancels.
fn guarding(clean: &Clean, chance: &mut Chance) -> Option<String> {
    let commands = ["aal_revokesubscription", "aal_chargesubscription", "aal_cancelsubscription"];
    let all = commands.iter().flat_map(|command| of_command(&clean.plan, command).into_keys());
    chance.any(all.cloned())
}

/// An entry whose webhook opens an offering, and which.
fn opening(clean: &Clean, chance: &mut Chance) -> Option<(String, String)> {
    let all = of_command(&clean.plan, "aal_fieldop").into_iter().filter_map(|(name, webhook)| {
        match clean.copy.webhooks.get(&webhook_key(&webhook.calls))?.runs.set()? {
            Operation::Release(of) | Operation::Grant(of) => Some((name.clone(), of.clone())),
            Operation::AddTags(_) | Operation::Other(_) => None,
        }
    });
    chance.any(all)
}

fn none() -> Replacement {
    Replacement::default()
}

fn decide(clean: &mut Clean, name: &str, fate: AfterSwitch) {
    clean.plan.webhooks.get_mut(name).unwrap().after_switch = Some(fate);
}

fn replace(clean: &mut Clean, name: &str, by: Replacement) {
    decide(clean, name, AfterSwitch::ReplacedBy(by));
}
