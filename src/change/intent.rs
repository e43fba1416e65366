//! What a plan intends, and what of that is rehearsed, as digests. Which key counts where is held by the test below, which goes through
//! every key of the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::plan::{AfterSwitch, LeaveAlone, OfferingIntent, TestPurchase, WebhookIntent};
use crate::model::{Plan, Price, digest};

use super::judged::{address, money, sort};

/// What is digested of a plan. What is most of a large one is not copied.
#[derive(Serialize)]
struct Intent<'a> {
    // These stand before those of the rest, which are none: of a field that comes twice the first counts.
    offerings: &'a BTreeMap<String, OfferingIntent>,
    webhooks: &'a BTreeMap<String, WebhookIntent>,
    test_purchases: &'a BTreeMap<String, TestPurchase>,
    #[serde(flatten)]
    rest: &'a Plan,
}

/// The digest of what the plan intends: what a diff shows and a run is confirmed for.
pub fn intent_digest(plan: &Plan) -> String {
    let Plan { offerings, webhooks, test_purchases, .. } = plan;
    digest::of(&Intent { offerings, webhooks, test_purchases, rest: &meaning(plan) })
}

/// The digest of what of it is rehearsed: what a run does to a site, and nothing of when it happens, who takes part, what is looked
/// at afterwards and why something was decided. A certificate binds it, and a run that is under way.
pub fn rehearsed_digest(plan: &Plan) -> String {
    let mut rehearsed = meaning(plan);
    rehearsed.name = None;
    rehearsed.crm.paid_until = None;
    if let Some(mail) = &mut rehearsed.mail {
        // Of live alone; the test buyers' addresses.
        (mail.on_live, mail.deliver_only_to) = (None, Vec::new());
    }
    (rehearsed.window, rehearsed.rollback) = (None, None);
    rehearsed.offerings = plan.offerings.clone();
    let modules = rehearsed.offerings.values_mut().flat_map(|offering| &mut offering.modules);
    modules.for_each(|module| module.owner = None);
    let failed = rehearsed.order_forms.values_mut().filter_map(|form| form.failed_payment.as_mut());
    failed.for_each(|failed| failed.reason = None);
    let after = rehearsed.order_forms.values_mut().filter_map(|form| form.access_after.as_mut());
    after.for_each(|after| after.reason = None);
    let LeaveAlone { offerings, order_forms, opt_in_forms, webhooks } = &mut rehearsed.leave_alone;
    let reasons = [offerings, order_forms, opt_in_forms, webhooks].into_iter().flat_map(BTreeMap::values_mut);
    reasons.for_each(String::clear);
    rehearsed.webhooks = plan.webhooks.clone();
    for webhook in rehearsed.webhooks.values_mut() {
        webhook.fired_by = None;
        match &mut webhook.after_switch {
            Some(AfterSwitch::Retired(why) | AfterSwitch::Kept(why)) => why.clear(),
            Some(AfterSwitch::ReplacedBy(by)) => by.by_hand.iter_mut().for_each(String::clear),
            None => {}
        }
    }
    digest::of(&rehearsed)
}

/// A plan without what is no intent, and without what means nothing; what is most of a large one is left to who digests it.
fn meaning(plan: &Plan) -> Plan {
    let mut intent = Plan {
        version: plan.version,
        name: plan.name.clone(),
        sites: plan.sites.clone(),
        crm: plan.crm.clone(),
        strategy: plan.strategy,
        people: Default::default(),
        mail: plan.mail.clone(),
        emails: plan.emails.clone(),
        // Writing out what holds anyway changes no digest.
        production_site_url: plan.guard_url().map(|url| address(&url)),
        offerings: Default::default(),
        leave_alone: plan.leave_alone.clone(),
        order_forms: plan.order_forms.clone(),
        opt_in_forms: plan.opt_in_forms.clone(),
        webhooks: Default::default(),
        spot_check: Default::default(),
        backup: plan.backup.clone(),
        migration: plan.migration.clone(),
        test_purchases: Default::default(),
        window: plan.window.clone(),
        launches: Default::default(),
        vendor_support: None,
        rollback: plan.rollback.clone(),
        accepted_risks: Vec::new(),
        left_out: Default::default(),
    };
    intent.sites.staging = address(&intent.sites.staging);
    intent.sites.live = address(&intent.sites.live);
    for form in intent.order_forms.values_mut() {
        sort(&mut form.custom_operation.release);
        if let Some(price) = form.expect.as_mut().and_then(|expect| expect.price.as_mut()) {
            *price = Price(money(&price.0));
        }
    }
    intent.opt_in_forms.values_mut().for_each(|form| sort(&mut form.custom_operation.release));
    intent
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::model::every_key;
    use crate::model::keyed::implied_name;

    /// A plan that holds every key of the schema.
    fn every_key() -> Value {
        let mut plan = every_key::plan();
        plan["spot_check"]["values"] = every_key::contacts();
        plan
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum In {
        /// It is confirmed and rehearsed.
        Both,
        /// It is confirmed: the diff of another day shows something else. A rehearsal stays what it was.
        Intent,
        /// It changes nothing of what is intended.
        Neither,
    }
    use In::{Both, Intent, Neither};

    /// Every key of the schema, a place that holds it, another value, and where it counts.
    fn table() -> Vec<(&'static str, &'static str, Value, In)> {
        let mut table = rehearsed();
        table.extend(not_rehearsed());
        table
    }

    fn rehearsed() -> Vec<(&'static str, &'static str, Value, In)> {
        vec![
            ("/sites/staging", "/sites/staging", json!("https://other.example"), Both),
            ("/sites/live", "/sites/live", json!("https://other.example"), Both),
            ("/crm/name", "/crm/name", json!("keap"), Both),
            ("/strategy", "/strategy", json!("push-then-merge"), Both),
            ("/mail/transport", "/mail/transport", json!("other"), Both),
            ("/mail/during_migration", "/mail/during_migration", json!("deliver"), Both),
            ("/emails/enabled", "/emails/enabled", json!(false), Both),
            ("/emails/welcome", "/emails/welcome", json!("none"), Both),
            ("/production_site_url", "/production_site_url", json!("//other.example"), Both),
            ("/offerings/*/name", "/offerings/group/name", json!("Other"), Both),
            ("/offerings/*/access_through", "/offerings/group/access_through", json!("team"), Both),
            (
                "/offerings/*/members_between_modules",
                "/offerings/group/members_between_modules",
                json!("re-release"),
                Both,
            ),
            ("/offerings/*/modules/*/base", "/offerings/group/modules/0/base", json!("Other"), Both),
            ("/offerings/*/modules/*/module", "/offerings/group/modules/1/module", json!("Other"), Both),
            ("/offerings/*/modules/*/number", "/offerings/group/modules/1/number", json!(2), Both),
            ("/offerings/*/modules/*/release", "/offerings/group/modules/1/release", json!("by-hand"), Both),
            ("/order_forms/*/name", "/order_forms/group/name", json!("Other"), Both),
            (
                "/order_forms/*/custom_operation/release",
                "/order_forms/group/custom_operation/release/0",
                json!("x"),
                Both,
            ),
            (
                "/order_forms/*/failed_payment/after_final_retry",
                "/order_forms/group/failed_payment/after_final_retry",
                json!("keep"),
                Both,
            ),
            (
                "/order_forms/*/access_after/cancellation",
                "/order_forms/group/access_after/cancellation",
                json!("stop"),
                Both,
            ),
            ("/order_forms/*/access_after/refund", "/order_forms/group/access_after/refund", json!("stop"), Both),
            ("/order_forms/*/expect/price", "/order_forms/group/expect/price", json!("1.00 USD"), Both),
            ("/order_forms/*/expect/gateway", "/order_forms/group/expect/gateway", json!("paypal"), Both),
            ("/opt_in_forms/*/name", "/opt_in_forms/free/name", json!("Other"), Both),
            (
                "/opt_in_forms/*/custom_operation/release",
                "/opt_in_forms/free/custom_operation/release/0",
                json!("x"),
                Both,
            ),
            ("/webhooks/*/calls", "/webhooks/two/calls", json!("a?b=9"), Both),
            (
                "/webhooks/*/after_switch/replaced_by/order_form",
                "/webhooks/one/after_switch/replaced_by/order_form",
                json!("x"),
                Both,
            ),
            (
                "/webhooks/*/after_switch/replaced_by/opt_in_form",
                "/webhooks/one/after_switch/replaced_by/opt_in_form",
                json!("x"),
                Both,
            ),
            (
                "/webhooks/*/after_switch/replaced_by/offering",
                "/webhooks/one/after_switch/replaced_by/offering",
                json!("x"),
                Both,
            ),
            (
                "/webhooks/*/after_switch/replaced_by/setting",
                "/webhooks/one/after_switch/replaced_by/setting",
                json!("failed_payment"),
                Both,
            ),
            ("/backup/of", "/backup/of", json!("staging"), Both),
            ("/backup/parts", "/backup/parts/1", json!("files"), Both),
            ("/backup/no_older_than", "/backup/no_older_than", json!("3h"), Both),
            ("/backup/stored_off_server", "/backup/stored_off_server", json!(false), Both),
            ("/migration/import_all_contacts", "/migration/import_all_contacts", json!(false), Both),
            ("/migration/keep_maintenance_mode", "/migration/keep_maintenance_mode", json!(false), Both),
        ]
    }

    fn not_rehearsed() -> Vec<(&'static str, &'static str, Value, In)> {
        let contact = |key: &'static str, at: &'static str, other: Value| (key, at, other, Neither);
        vec![
            ("/name", "/name", json!("Other"), Intent),
            ("/crm/paid_until", "/crm/paid_until", json!("2027-02-28"), Intent),
            ("/mail/on_live", "/mail/on_live", json!("simulate"), Intent),
            ("/mail/deliver_only_to", "/mail/deliver_only_to/0", json!("c@b.example"), Intent),
            ("/offerings/*/modules/*/owner", "/offerings/group/modules/1/owner", json!("sam"), Intent),
            (
                "/order_forms/*/failed_payment/reason",
                "/order_forms/group/failed_payment/reason",
                json!("other"),
                Intent,
            ),
            ("/order_forms/*/access_after/reason", "/order_forms/group/access_after/reason", json!("other"), Intent),
            ("/leave_alone/offerings/*", "/leave_alone/offerings/a", json!("c"), Intent),
            ("/leave_alone/order_forms/*", "/leave_alone/order_forms/a", json!("c"), Intent),
            ("/leave_alone/opt_in_forms/*", "/leave_alone/opt_in_forms/a", json!("c"), Intent),
            ("/leave_alone/webhooks/*", "/leave_alone/webhooks/a", json!("c"), Intent),
            ("/webhooks/*/fired_by", "/webhooks/one/fired_by", json!("other"), Intent),
            ("/webhooks/*/after_switch/retired", "/webhooks/two/after_switch/retired", json!("other"), Intent),
            ("/webhooks/*/after_switch/kept", "/webhooks/three/after_switch/kept", json!("other"), Intent),
            (
                "/webhooks/*/after_switch/replaced_by/by_hand",
                "/webhooks/one/after_switch/replaced_by/by_hand",
                json!("sam"),
                Intent,
            ),
            ("/test_purchases/*/expect", "/test_purchases/group/expect/0", json!("content"), Intent),
            ("/window/start", "/window/start", json!("2026-12-09 06:00 Europe/Berlin"), Intent),
            ("/window/length", "/window/length", json!("2h"), Intent),
            ("/rollback/decide_by", "/rollback/decide_by", json!("07:00"), Intent),
            ("/rollback/who", "/rollback/who", json!("sam"), Intent),
            ("/rollback/way", "/rollback/way", json!("restore-live-backup"), Intent),
            ("/people/*", "/people/jo", json!("reviewer"), Neither),
            ("/launches/*", "/launches/sale", json!("2026-12-16"), Neither),
            ("/vendor_support", "/vendor_support", json!("10:00-17:00 America/New_York"), Neither),
            contact("/spot_check/list/*", "/spot_check/list/7", json!("other")),
            contact("/spot_check/values/*/first_name", "/spot_check/values/7/first_name", json!("X")),
            contact("/spot_check/values/*/last_name", "/spot_check/values/7/last_name", json!("X")),
            contact("/spot_check/values/*/email", "/spot_check/values/7/email", json!("x@b.example")),
            contact("/spot_check/values/*/tags", "/spot_check/values/7/tags/0", json!("x")),
            contact("/spot_check/values/*/affiliate", "/spot_check/values/7/affiliate", json!("2")),
            contact("/spot_check/values/*/orders", "/spot_check/values/7/orders/0", json!("8")),
            contact("/spot_check/values/*/unknown", "/spot_check/values/7/unknown/0", json!("affiliate")),
            ("/accepted_risks/*/rule", "/accepted_risks/0/rule", json!("x"), Neither),
            ("/accepted_risks/*/at", "/accepted_risks/0/at", json!("/x"), Neither),
            ("/accepted_risks/*/reason", "/accepted_risks/0/reason", json!("other"), Neither),
            ("/accepted_risks/*/owner", "/accepted_risks/0/owner", json!("sam"), Neither),
            ("/accepted_risks/*/until", "/accepted_risks/0/until", json!("2027-01-31"), Neither),
        ]
    }

    /// Where a plan differs from another one.
    fn differs(plan: &Plan, other: &Plan) -> In {
        match (intent_digest(plan) != intent_digest(other), rehearsed_digest(plan) != rehearsed_digest(other)) {
            (true, true) => Both,
            (true, false) => Intent,
            (false, rehearsed) => {
                assert!(!rehearsed, "what is rehearsed is intended");
                Neither
            }
        }
    }

    #[test]
    fn every_key_counts_where_the_table_says() {
        let read = |plan: &Value| serde_json::from_value::<Plan>(plan.clone()).unwrap();
        let plan = read(&every_key());
        for (key, at, other, counts) in table() {
            let mut edited = every_key();
            let place = edited.pointer_mut(at).unwrap_or_else(|| panic!("the plan has no `{at}`"));
            assert_ne!(*place, other, "{key}");
            *place = other;
            assert_eq!(differs(&plan, &read(&edited)), counts, "{key}");
        }
        assert_eq!(differs(&plan, &Plan { version: 2, ..plan.clone() }), Both);
    }

    #[test]
    fn the_table_names_every_key_of_the_schema() {
        let schema: Value = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).unwrap();
        let mut keys = BTreeSet::new();
        leaves(&schema, &schema, "", &mut keys);
        let named: BTreeSet<String> =
            table().into_iter().map(|(key, ..)| key.to_owned()).chain(["/version".to_owned()]).collect();
        assert_eq!(named, keys);
    }

    /// The places of a schema's values that hold no further keys; whether there are any below this one.
    fn leaves(schema: &Value, node: &Value, at: &str, out: &mut BTreeSet<String>) -> bool {
        let node = match node["$ref"].as_str() {
            Some(name) => schema.pointer(name.trim_start_matches('#')).unwrap(),
            None => node,
        };
        let mut below = false;
        for one in ["oneOf", "anyOf"].into_iter().filter_map(|key| node[key].as_array()).flatten() {
            let mut found = BTreeSet::new();
            if leaves(schema, one, at, &mut found) {
                below = true;
                out.append(&mut found);
            }
        }
        // Where a form only names the key that it must have, what the key holds stands beside the forms.
        let told = node["properties"].as_object().into_iter().flatten().filter(|(_, value)| **value != true);
        for (key, value) in told {
            below = true;
            leaves(schema, value, &format!("{at}/{key}"), out);
        }
        for inner in [&node["additionalProperties"], &node["items"]].into_iter().filter(|inner| inner.is_object()) {
            let mut found = BTreeSet::new();
            let deeper = leaves(schema, inner, &format!("{at}/*"), &mut found);
            if deeper || std::ptr::eq(inner, &node["additionalProperties"]) {
                below = true;
                out.append(&mut found);
            }
        }
        if !below {
            out.insert(at.to_owned());
        }
        below
    }

    #[test]
    fn sections_that_come_late_change_nothing_of_what_was_rehearsed() {
        let whole: Plan = serde_json::from_value(every_key()).unwrap();
        for late in ["window", "rollback", "test_purchases", "accepted_risks", "people"] {
            let mut without = every_key();
            without.as_object_mut().unwrap().remove(late);
            let without: Plan = serde_json::from_value(without).unwrap();
            assert_eq!(rehearsed_digest(&without), rehearsed_digest(&whole), "{late}");
        }
        for rehearsed in ["migration", "emails", "mail", "backup"] {
            let mut without = every_key();
            without.as_object_mut().unwrap().remove(rehearsed);
            let without: Plan = serde_json::from_value(without).unwrap();
            assert_ne!(rehearsed_digest(&without), rehearsed_digest(&whole), "{rehearsed}");
        }
    }

    #[test]
    fn writing_out_what_holds_anyway_changes_no_digest() {
        let mut whole = every_key();
        whole["production_site_url"] = json!("//bloom.example/");
        whole["emails"]["enabled"] = json!(true);
        whole["migration"]["keep_maintenance_mode"] = json!(true);
        whole["backup"]["parts"] = json!(["files", "database"]);
        for purchase in whole["test_purchases"].as_object_mut().unwrap().values_mut() {
            *purchase = json!({"expect": ["order", "content", "welcome-email", "new-user"]});
        }
        whole["webhooks"]["two"]["calls"] = json!("two");
        let digests = |plan: &Value| {
            let plan: Plan = serde_json::from_value(plan.clone()).unwrap();
            (intent_digest(&plan), rehearsed_digest(&plan))
        };
        let mut short = whole.clone();
        short.as_object_mut().unwrap().remove("production_site_url");
        short["emails"].as_object_mut().unwrap().remove("enabled");
        short["migration"].as_object_mut().unwrap().remove("keep_maintenance_mode");
        short["backup"].as_object_mut().unwrap().remove("parts");
        for purchase in short["test_purchases"].as_object_mut().unwrap().values_mut() {
            *purchase = json!({});
        }
        for section in ["offerings", "order_forms", "opt_in_forms"] {
            for (key, entry) in short[section].as_object_mut().unwrap() {
                let name = entry.as_object_mut().unwrap().remove("name").unwrap();
                assert_eq!(name, implied_name(key), "{section}");
            }
        }
        short["webhooks"]["two"].as_object_mut().unwrap().remove("calls");
        assert_ne!(short, whole);
        assert_eq!(digests(&short), digests(&whole));
        // Another value than the one that holds anyway is another intent.
        let exceptions = [
            ("/migration", "keep_maintenance_mode", json!(false)),
            ("/order_forms/group", "name", json!("GROUP")),
            ("/webhooks/two", "calls", json!("a?b=9")),
        ];
        for (at, key, value) in exceptions {
            let mut other = short.clone();
            other.pointer_mut(at).unwrap()[key] = value;
            assert_ne!(digests(&other), digests(&whole), "{at}/{key}");
        }
    }
}
