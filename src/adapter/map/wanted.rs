//! The words by which each thing is looked for.

/// How a field is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// A switch.
    Switch,
    /// Text.
    Text,
    /// A number.
    Count,
    /// An amount with its currency.
    Price,
    /// One of our words.
    Words(&'static [&'static str]),
    /// One of our words, or that nothing is set.
    Cases(&'static [&'static str]),
    /// IDs of a lookup or kind.
    Refs(&'static str),
    /// Whose it is.
    Owner,
    /// A day.
    Day,
    /// An ID of a lookup or kind.
    Ref(&'static str),
}

/// A field, with the words of which one of each group has to be in the name of its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) field: &'static str,
    pub(super) words: &'static [&'static [&'static str]],
    pub(super) take: Take,
    /// Whether that nothing is stored says that nothing is set.
    pub(super) may_lack: bool,
}

const fn field(field: &'static str, words: &'static [&'static [&'static str]], take: Take) -> Wanted {
    Wanted { field, words, take, may_lack: false }
}

const fn lacking(field: &'static str, words: &'static [&'static [&'static str]], take: Take) -> Wanted {
    Wanted { field, words, take, may_lack: true }
}

/// The kinds that are looked for.
pub(super) const KINDS: [&str; 12] = [
    "charging-guard",
    "contact",
    "crm",
    "emails",
    "maintenance",
    "offering",
    "opt-in-form",
    "order",
    "order-form",
    "subscription",
    "tag",
    "webhook",
];

/// The settings of which a site has one.
pub(super) const ONES: [(&str, &[Wanted]); 4] = [
    ("maintenance", &[field("on", &[&["maintenance"]], Take::Switch)]),
    (
        "charging-guard",
        &[
            field("enabled", &[&["production", "charging", "charge"]], Take::Switch),
            field("production_url", &[&["production", "charging"], &["url", "site", "address", "domain"]], Take::Text),
        ],
    ),
    (
        "emails",
        &[
            field("enabled", &[&["email", "emails"], &["enabled", "enable", "active", "on"]], Take::Switch),
            field("welcome", &[&["welcome"]], Take::Words(&["none", "purchases", "purchases-and-opt-ins"])),
        ],
    ),
    (
        "crm",
        &[
            field("label", &[&["api", "crm"], &["label"]], Take::Text),
            field(
                "connected",
                &[&["api", "crm"], &["connected", "status", "connection"]],
                Take::Words(&["true", "false"]),
            ),
            field("managed", &[&["api", "crm"], &["managed"]], Take::Switch),
        ],
    ),
];

/// Columns that say whose a row is, those first that are the CRM's own.
const OWNER: &[&str] = &["contact", "customer", "member", "user"];
/// Columns that say when.
const DAY: &[&str] = &["date", "created", "timestamp", "time", "registered", "startdate"];

/// A kind of which a site has many: the words of its place, words that say that it is something else, and its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many {
    pub(super) kind: &'static str,
    pub(super) words: &'static [&'static [&'static str]],
    pub(super) not: &'static [&'static str],
    /// The columns by which a table is one although its name does not say so: of each group one.
    pub(super) columns: &'static [&'static [&'static str]],
    /// Words of a table's name that speak for it then.
    pub(super) also: &'static [&'static str],
    /// Where its key is, for a kind that has no name.
    pub(super) key: Option<&'static [&'static [&'static str]]>,
    pub(super) fields: &'static [Wanted],
}

/// The kinds of which a site has many, in the order in which they refer to each other.
pub(super) const MANY: [Many; 6] = [
    Many {
        kind: "tag",
        words: &[&["tag", "tags"]],
        not: &["user", "users", "cloud", "post", "posts"],
        columns: &[],
        also: &[],
        key: Some(&[&["name", "title", "label"]]),
        fields: &[],
    },
    Many {
        kind: "order-form",
        words: &[&["order", "checkout", "product"], &["form", "forms", "product"]],
        not: &["optin", "discount", "discounts", "coupon", "coupons", "log", "logs"],
        columns: &[&["id"], &["name", "title"], &["price", "amount", "payment", "cost"]],
        also: &["level", "levels", "product", "products", "plan", "plans", "package", "packages"],
        key: None,
        fields: &[
            field("name", &[&["name", "title"]], Take::Text),
            field("price", &[&["price", "amount", "cost", "payment"]], Take::Price),
            field("gateway", &[&["gateway", "processor"]], Take::Text),
            field("recurring", &[&["recurring", "subscription"]], Take::Switch),
            field("after_final_retry", &[&["retry", "retries"]], Take::Cases(&["revoke", "cancel", "stop", "keep"])),
            field("operations", &[&["operations", "operation", "actions"]], Take::Refs("operations")),
        ],
    },
    Many {
        kind: "opt-in-form",
        words: &[&["optin", "opt", "optins", "signup"]],
        not: &[],
        columns: &[],
        also: &[],
        key: None,
        fields: &[
            field("name", &[&["name", "title"]], Take::Text),
            field("operations", &[&["operations", "operation", "actions"]], Take::Refs("operations")),
        ],
    },
    Many {
        kind: "webhook",
        words: &[&["webhook", "webhooks"]],
        not: &[],
        columns: &[],
        also: &[],
        key: None,
        fields: &[
            field("command", &[&["command", "hook"]], Take::Text),
            lacking("target", &[&["target", "query", "arguments"]], Take::Text),
            lacking("last_called", &[&["last", "date", "time"]], Take::Text),
            lacking("calls", &[&["calls", "count"]], Take::Count),
        ],
    },
    Many {
        kind: "order",
        words: &[&["order", "orders"]],
        not: &["form", "forms", "subscription", "subscriptions", "log", "logs", "discount", "discounts"],
        columns: &[&["id"], OWNER, &["total", "amount", "subtotal", "price"], DAY, &["status"]],
        also: &["payment", "payments", "transaction", "transactions", "invoice", "invoices", "purchase", "purchases"],
        key: Some(&[&["id"], &["order"]]),
        fields: &[
            field("contact", &[OWNER], Take::Owner),
            field("form", &[&["form", "product"]], Take::Ref("order-form")),
            field("total", &[&["amount", "total", "price"]], Take::Price),
            field("date", &[DAY], Take::Day),
            field("status", &[&["status"]], Take::Text),
            lacking("transaction", &[&["transaction"]], Take::Text),
        ],
    },
    Many {
        kind: "subscription",
        words: &[&["subscription", "subscriptions"]],
        not: &["form", "forms", "order", "orders", "payment", "payments", "log", "logs", "discount", "discounts"],
        columns: &[&["id"], OWNER, &["status"], DAY, &["membership", "level", "product", "plan", "object"]],
        also: &["membership", "memberships", "member", "members"],
        key: Some(&[&["id"], &["subscription"]]),
        fields: &[
            field("contact", &[OWNER], Take::Owner),
            field("form", &[&["form", "product"]], Take::Ref("order-form")),
            field("status", &[&["status"]], Take::Text),
            lacking("next_payment", &[&["next"]], Take::Text),
        ],
    },
];
