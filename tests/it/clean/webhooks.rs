//! The webhooks that the CRM of a clean site calls, one of every command at least, each decided.

use std::collections::BTreeMap;

use amc_plan::model::keyed::webhook_key;
use amc_plan::model::plan::{AfterFinalRetry, AfterSwitch, Replacement, Setting, WebhookIntent};
use amc_plan::model::state::{Operation, Webhook};
use amc_plan::model::{Field, Plan, Release, State};
use serde_json::Map;

use super::chance::Chance;

pub(super) fn draw(chance: &mut Chance, plan: &mut Plan, site: &mut State) {
    let person = |chance: &mut Chance, plan: &Plan| {
        by(Replacement { by_hand: chance.any(plan.people.keys()).cloned(), ..none() })
    };
    genpass(chance, plan, site);
    let retired = |why: &str| AfterSwitch::Retired(why.to_owned());
    put(chance, (plan, site), "aal_updateuser", Field::Unknown, retired("tags are local, there is nothing to sync"));
    site.webhooks.insert("aal_batchsync".to_owned(), webhook("aal_batchsync", 3, Field::Unknown));
    plan.leave_alone.webhooks.insert("aal_batchsync".to_owned(), "tags are local after the switch".to_owned());
    // Products are known by the numbers of their forms.
    let recurring: Vec<(String, String)> = site
        .order_forms
        .iter()
        .filter(|(key, form)| form.recurring == Field::Set(true) && plan.order_forms.contains_key(*key))
        .map(|(key, form)| (key.clone(), form.id.clone().unwrap()))
        .collect();
    for (form, product) in recurring {
        for (command, often) in
            [("aal_revokesubscription", 60), ("aal_chargesubscription", 40), ("aal_cancelsubscription", 30)]
        {
            if !chance.percent(often) {
                continue;
            }
            let fate = match ends_access(plan, site, &form) && chance.percent(60) {
                true => by_form(&form, Setting::FailedPayment),
                false => person(chance, plan),
            };
            put(chance, (plan, site), &format!("{command}?productId={product}"), Field::Unknown, fate);
        }
    }
    let opened: Vec<String> = plan.offerings.keys().cloned().collect();
    for number in 1..=3 + opened.len() / 20 {
        let offering = chance.of(&opened).clone();
        let runs = match chance.percent(50) {
            true => Operation::Grant(offering.clone()),
            false => Operation::Release(offering.clone()),
        };
        let by_a_form = plan.order_forms.iter().find(|(_, form)| form.custom_operation.release.contains(&offering));
        let fate = match by_a_form {
            _ if is_timed(plan, &offering) => {
                by(Replacement { offering: Some(offering.clone()), setting: Some(Setting::ReleaseTimers), ..none() })
            }
            Some((form, _)) => by_form(&form.clone(), Setting::CustomOperation),
            None => person(chance, plan),
        };
        put(chance, (plan, site), &format!("aal_fieldop?operationId={number}"), Field::Set(runs), fate);
    }
    let counts = Field::Set(Operation::Other("count".to_owned()));
    put(chance, (plan, site), "aal_fieldop?operationId=901", counts, retired("nobody looks at that counter"));
}

/// Logins: the forms make them, or nothing calls for them any more.
fn genpass(chance: &mut Chance, plan: &mut Plan, site: &mut State) {
    let form = chance.any(plan.order_forms.keys().cloned());
    let fate = match form.filter(|_| chance.percent(50)) {
        Some(form) => by_form(&form, Setting::CustomOperation),
        None => AfterSwitch::Retired("the forms make the user".to_owned()),
    };
    put(chance, (plan, site), "aal_genpass", Field::Unknown, fate);
}

/// Puts a webhook into the log, and its entry into the plan: under what it calls, or under a name of its own.
fn put(chance: &mut Chance, to: (&mut Plan, &mut State), calls: &str, runs: Field<Operation>, fate: AfterSwitch) {
    let (plan, site) = to;
    site.webhooks.insert(webhook_key(calls), webhook(calls, 1 + chance.below(900), runs));
    let (name, calls) = match chance.below(4) {
        0 => (format!("automation {}", plan.webhooks.len()), calls.to_owned()),
        1 => {
            let address =
                format!("{}/?accessally_api={}", plan.sites.live.trim_end_matches('/'), calls.replace('?', "&"));
            (format!("automation {}", plan.webhooks.len()), address)
        }
        _ => (calls.to_owned(), calls.to_owned()),
    };
    let fired_by = chance.percent(60).then(|| format!("{}: an automation", plan.crm.name));
    plan.webhooks.insert(name, WebhookIntent { calls, fired_by, after_switch: Some(fate) });
}

fn webhook(calls: &str, count: usize, runs: Field<Operation>) -> Webhook {
    let (command, target) = calls.split_once('?').map_or((calls, None), |(command, target)| (command, Some(target)));
    Webhook {
        command: command.to_owned(),
        target: target.map(str::to_owned),
        last_called: Some("2026-11-20T09:30:11Z".to_owned()),
        calls: u64::try_from(count).ok(),
        runs,
        extra: Map::new(),
    }
}

fn none() -> Replacement {
    Replacement::default()
}

fn by(replacement: Replacement) -> AfterSwitch {
    AfterSwitch::ReplacedBy(replacement)
}

fn by_form(form: &str, setting: Setting) -> AfterSwitch {
    by(Replacement { order_form: Some(form.to_owned()), setting: Some(setting), ..none() })
}

/// Whether a form ends access after the last failed payment, once the plan's changes are made.
pub(super) fn ends_access(plan: &Plan, site: &State, form: &str) -> bool {
    let planned = plan.order_forms[form].failed_payment.as_ref().map(|failed| failed.after_final_retry);
    let by_itself = site.order_forms[form].after_final_retry.set().copied();
    matches!(planned.or(by_itself), Some(AfterFinalRetry::Revoke | AfterFinalRetry::Cancel))
}

/// Whether a timer of the plan opens a module.
pub(super) fn is_timed(plan: &Plan, offering: &str) -> bool {
    let modules = &plan.offerings[offering].modules;
    modules.iter().any(|module| matches!(module.release, Some(Release::After { .. })))
}

/// The entries of the plan whose webhooks are of this command, by name.
pub(super) fn of_command<'p>(plan: &'p Plan, command: &str) -> BTreeMap<&'p String, &'p WebhookIntent> {
    plan.webhooks.iter().filter(|(_, webhook)| webhook_key(&webhook.calls).starts_with(command)).collect()
}
