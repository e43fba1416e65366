//! The fields beyond the format that only machines send.

use super::Kind;

/// Each with its kind. A person who finalizes their file did not type them.
pub const BY_MACHINES: [(Kind, &str); 7] = [
    (Kind::Crm, "migrated"),
    (Kind::Mail, "trapped"),
    (Kind::Offering, "option_key"),
    (Kind::Emails, "sender_name"),
    (Kind::Plugin, "select_crm"),
    (Kind::Environment, "users"),
    (Kind::Environment, "multisite"),
];
