use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::diag::{Location, Severity::Warning};
use crate::model::Plan;
use crate::model::keyed::webhook_key;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};
use crate::text::{may_hold_secrets, without_secrets};

declare_rule! {
    /// The plan contains a secret.
    ///
    /// ## What it does
    /// Reports every text and key of the plan with an address that carries a secret, such as `?key=…` or `&token=…`. The plan
    /// does not need a webhook's full address as the CRM has it: command and target are enough.
    ///
    /// ## Why it matters
    /// A plan is committed, reviewed and kept. Whoever reads it can call the site's webhooks with that key: make passwords,
    /// and give or take access (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {calls: "https://small.example/?accessally_api=aal_revokesubscription&productId=12&key=0123"}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {fired_by: "Ontraport calls https://x.example/?token=0123"}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {dunning: {calls: "https://small.example/?accessally_api=aal_revokesubscription&productId=12"}}}
    /// ```
    ///
    /// ## Fix
    /// Write command and target, such as `aal_revokesubscription?productId=12`. If the plan was committed with the secret, make a new one
    /// where the old one came from: what is in a repository's history stays there.
    {
        id: "secret-in-plan",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Documented,
        anchor: "",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // Each field by its name, so that a new one is not forgotten; entry by entry, so that a large plan is not held twice.
    #[rustfmt::skip]
    let Plan {
        version: _, left_out: _, name, sites, crm, strategy, people, mail, emails, production_site_url, offerings, leave_alone, order_forms,
        opt_in_forms, webhooks, spot_check, backup, migration, test_purchases, window, launches, vendor_support, rollback, accepted_risks,
    } = facts.plan();
    let rest = json!({
        "name": name, "sites": sites, "crm": crm, "strategy": strategy, "people": people, "mail": mail, "emails": emails,
        "production_site_url": production_site_url, "leave_alone": leave_alone, "spot_check": spot_check, "backup": backup,
        "migration": migration, "window": window, "launches": launches, "vendor_support": vendor_support, "rollback": rollback, "accepted_risks": accepted_risks,
    });
    walk(&rest, &mut Vec::new(), out);
    entries("offerings", offerings, out);
    entries("order_forms", order_forms, out);
    entries("opt_in_forms", opt_in_forms, out);
    entries("webhooks", webhooks, out);
    entries("test_purchases", test_purchases, out);
    Some(())
}

fn entries<T: Serialize>(section: &str, all: &BTreeMap<String, T>, out: &mut Findings) {
    let mut text = Vec::new();
    for (key, entry) in all {
        // Most entries have nothing in them that a secret needs, and no tree is made of them.
        text.clear();
        let is_written = serde_json::to_writer(&mut text, &(key, entry)).is_ok();
        if !is_written || may_hold_secrets(&text) {
            walk(&json!({key: entry}), &mut vec![section.to_owned()], out);
        }
    }
}

fn walk(value: &Value, at: &mut Vec<String>, out: &mut Findings) {
    match value {
        Value::Object(all) => {
            for (key, value) in all {
                at.push(key.clone());
                // What an entry says of itself and its key says too is one text of the plan.
                let is_said = value.get("calls").and_then(Value::as_str) == Some(key);
                judge(key, || Location::key(pointer(at)), out);
                match value {
                    Value::Object(fields) if is_said => {
                        let rest = fields.iter().filter(|(name, _)| *name != "calls");
                        let rest = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
                        walk(&Value::Object(rest), at, out);
                    }
                    value => walk(value, at, out),
                }
                at.pop();
            }
        }
        Value::Array(all) => {
            for (index, value) in all.iter().enumerate() {
                at.push(index.to_string());
                walk(value, at, out);
                at.pop();
            }
        }
        Value::String(text) => judge(text, || Location::value(pointer(at)), out),
        _ => {}
    }
}

fn judge(text: &str, at: impl Fn() -> Location, out: &mut Findings) {
    if without_secrets(text) == text {
        return;
    }
    let key = webhook_key(text);
    let help = if key == text || without_secrets(&key) != key {
        "leave it out".to_owned()
    } else {
        format!("command and target are enough: `{key}`")
    };
    out.push(
        RULE.at(at(), "the plan contains a secret, and others read the plan")
            .label("a secret in an address")
            .help(format!("{help}; if the plan was committed, make a new secret where this one came from")),
    );
}
