//! For tests: a plan that holds every key of the schema, but the values of its contacts, which can stand in it or in their file.

use serde_json::{Value, json};

/// The plan.
pub(crate) fn plan() -> Value {
    json!({
        "version": 1,
        "name": "Bloom",
        "sites": {"staging": "http://staging.bloom.example:8080/x", "live": "https://bloom.example"},
        "crm": {"name": "ontraport", "paid_until": "2027-01-31"},
        "strategy": "rehearse-and-replay",
        "people": {"jo": "operator"},
        "mail": {"transport": "fluent-smtp", "during_migration": "simulate", "on_live": "deliver", "deliver_only_to": ["a@b.example"]},
        "emails": {"enabled": true, "welcome": "purchases"},
        "production_site_url": "//bloom.example",
        "offerings": {
            "group": {
                "name": "Group", "access_through": "order-form", "members_between_modules": "none",
                "modules": [
                    {"base": "Welcome"},
                    {"module": "One", "release": "7 days after previous", "number": 1, "owner": "jo"},
                    {"module": "Two", "release": "by-hand", "owner": "jo"},
                ],
            },
        },
        "leave_alone": {"offerings": {"a": "b"}, "order_forms": {"a": "b"}, "opt_in_forms": {"a": "b"}, "webhooks": {"a": "b"}},
        "order_forms": {
            "group": {
                "name": "Group", "custom_operation": {"release": ["group"]},
                "failed_payment": {"after_final_retry": "revoke", "reason": "r"},
                "access_after": {"cancellation": "cancel", "refund": "revoke", "reason": "r"}, "expect": {"price": "USD 497.00", "gateway": "stripe"},
            },
            "other": {"name": "Other", "custom_operation": {"release": ["group"]}, "expect": {"price": 497.5}},
        },
        "opt_in_forms": {"free": {"name": "Free", "custom_operation": {"release": ["group"]}}},
        "webhooks": {
            "one": {
                "calls": "a?b=1", "fired_by": "ontraport",
                "after_switch": {"replaced_by": {
                    "order_form": "group", "opt_in_form": "free", "offering": "group", "setting": "welcome_email", "by_hand": "jo",
                }},
            },
            "two": {"calls": "a?b=2", "after_switch": {"retired": "why"}},
            "three": {"calls": "a?b=3", "after_switch": {"kept": "why"}},
        },
        "spot_check": {"values": "contacts.yaml", "list": {"7": "paid"}},
        "backup": {"of": "live", "parts": ["files", "database"], "no_older_than": "2h", "stored_off_server": true},
        "migration": {"import_all_contacts": true, "keep_maintenance_mode": true},
        "test_purchases": {"group": {"expect": ["order", "new-user"]}},
        "window": {"start": "2026-12-02 06:00 Europe/Berlin", "length": "90m"},
        "launches": {"sale": "2026-12-15"},
        "vendor_support": "09:00-17:00 America/New_York",
        "rollback": {"decide_by": "07:30", "who": "jo", "way": "back-to-crm"},
        "accepted_risks": [{"rule": "r", "at": "/offerings/group", "reason": "why", "owner": "jo", "until": "2026-12-31"}],
    })
}

/// The values of its contacts.
pub(crate) fn contacts() -> Value {
    json!({"7": {
        "first_name": "A", "last_name": "B", "email": "a@b.example", "tags": ["t"], "affiliate": "1", "orders": ["9"], "unknown": ["orders"],
    }})
}
