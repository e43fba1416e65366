//! What is not an offering: the site itself, its mail, its guard, its people, its webhooks.

use serde_json::{Map, Value, json};

use crate::model::plan::Welcome;
use crate::model::state::{
    Administrator, ChargingGuard, CrmConnection, Emails, Environment, Mail, Maintenance, Operation, Plugin, Webhook,
};
use crate::model::{Field, State};

/// Puts everything else into the state.
pub(super) fn fill(state: &mut State) {
    let none = Map::new;
    state.administrators.extend([
        ("operator".to_owned(), Administrator { crm_contact: true.into(), extra: none() }),
        ("spare-admin".to_owned(), Administrator { crm_contact: false.into(), extra: none() }),
    ]);
    // The host's clone replaced `//bloom.example` here too.
    let production_url = "//staging.bloom.example".to_owned().into();
    state.charging_guard = Some(ChargingGuard { enabled: true.into(), production_url, extra: none() });
    state.crm = Some(CrmConnection {
        system: "ontraport".to_owned().into(),
        label: "Ontraport".to_owned().into(),
        connected: true.into(),
        managed: false.into(),
        sells: false.into(),
        extra: none(),
    });
    let sender = extra(&[("sender_name", json!("Bloom Coaching"))]);
    state.emails = Some(Emails {
        enabled: true.into(),
        welcome: Welcome::None.into(),
        module_release: true.into(),
        failed_payment: true.into(),
        extra: sender,
    });
    state.environment = Some(Environment {
        url: "https://staging.bloom.example".to_owned(),
        home: Field::Unknown,
        environment_type: "staging".to_owned().into(),
        staging_constants: Vec::new().into(),
        wordpress: "6.8.7".to_owned().into(),
        extra: none(),
    });
    state.mail = Some(Mail {
        transport: "fluent-smtp".to_owned().into(),
        simulated: false.into(),
        sender_domain: "bloom.example".to_owned().into(),
        extra: none(),
    });
    state.maintenance = Some(Maintenance { on: false.into(), extra: none() });
    state.plugins.extend(plugins());
    state.webhooks.extend(webhooks());
}

fn extra(fields: &[(&str, Value)]) -> Map<String, Value> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn plugins() -> impl Iterator<Item = (String, Plugin)> {
    let all = [
        ("accessally/accessally.php", "4.2.0", true),
        ("fluent-smtp/fluent-smtp.php", "2.2.90", true),
        ("hello-dolly/hello.php", "1.7.3", false),
        ("progressally/progressally.php", "2.4.2", true),
        ("updraftplus/updraftplus.php", "1.25.4", true),
    ];
    all.into_iter().map(|(file, version, active)| {
        // ProgressAlly keeps its own choice of CRM; this one follows AccessAlly's.
        let choice = extra(&[("select_crm", json!("accessally"))]);
        let extra = if file.starts_with("progressally") { choice } else { Map::new() };
        (file.to_owned(), Plugin { version: version.to_owned().into(), active: active.into(), extra })
    })
}

/// What the CRM still calls: half of its automations were moved to AccessAlly years ago, and half were not.
fn webhooks() -> impl Iterator<Item = (String, Webhook)> {
    let all = [
        ("aal_chargesubscription", Some("productId=14"), "2026-11-14T09:30:11Z", 3),
        ("aal_fieldop", Some("operationId=7"), "2026-11-20T05:00:02Z", 212),
        ("aal_genpass", None, "2026-11-20T17:44:38Z", 96),
        ("aal_revokesubscription", Some("productId=12"), "2026-10-30T09:31:07Z", 4),
        ("aal_updateuser", None, "2026-11-21T04:58:20Z", 1_874),
    ];
    all.into_iter().map(|(command, target, last_called, calls)| {
        let key = target.map_or(command.to_owned(), |target| format!("{command}?{target}"));
        let webhook = Webhook {
            command: command.to_owned(),
            target: target.map(str::to_owned),
            last_called: Some(last_called.to_owned()),
            calls: Some(calls),
            // Ontraport opened one module of this offering by it, in the fourth week.
            runs: if command == "aal_fieldop" {
                Operation::Grant("group-coaching".to_owned()).into()
            } else {
                Field::Nothing
            },
            extra: Map::new(),
        };
        (key, webhook)
    })
}
