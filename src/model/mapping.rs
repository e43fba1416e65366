//! Which column of an export is what: data only. The doc comments below are the descriptions in `schemas/mapping.schema.json`.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// From what an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// Ontraport
    Ontraport,
    /// Keap, or Infusionsoft
    Keap,
    /// ActiveCampaign
    #[value(name = "activecampaign")]
    ActiveCampaign,
    /// Drip
    Drip,
    /// Kit, or ConvertKit
    Kit,
    /// A WordPress's users, by `wp user list` or a plugin
    #[value(name = "wordpress")]
    WordPress,
    /// Any other file; a mapping says which column is what
    Csv,
}

impl System {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ontraport => "Ontraport",
            Self::Keap => "Keap",
            Self::ActiveCampaign => "ActiveCampaign",
            Self::Drip => "Drip",
            Self::Kit => "Kit",
            Self::WordPress => "WordPress",
            Self::Csv => "a file",
        }
    }
}

/// How the characters of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark
    #[value(name = "utf-8")]
    Utf8,
    /// UTF-16, little-endian unless a byte order mark says otherwise
    #[value(name = "utf-16")]
    Utf16,
    /// Windows-1252, as Excel saves `CSV` in western Europe and America
    #[value(name = "windows-1252")]
    Windows1252,
}

/// Which column of each file is what, each by the header that it has there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "mapping", extend("$id" = "https://amc-plan.example/schemas/mapping.schema.json"))]
pub struct Mapping {
    /// The version of this document's format: 1.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// Of the export of contacts.
    #[serde(default)]
    pub contacts: ContactColumns,
    /// Of the file of users (`--users`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<UserColumns>,
    /// Of the file of orders (`--orders`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<OrderColumns>,
    /// Of the file of subscriptions (`--subscriptions`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<SubscriptionColumns>,
}

/// The columns of contacts. What is left out is taken from the column that the system is known to have; where it has none, it is unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactColumns {
    /// The contact ID, as the CRM gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub id: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub email: Option<String>,
    /// The first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub last_name: Option<String>,
    /// Who referred them; an empty cell says that nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub affiliate: Option<String>,
    /// The tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagColumn>,
}

/// The column of tags, and how several of them stand in one cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagColumn {
    /// Its header; without one the column that the system is known to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub column: Option<String>,
    /// What stands between two tags, such as `,` or `*/*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8))]
    pub separator: Option<String>,
    /// Tags that have the separator, or quotes, in their own name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole: Vec<String>,
    /// What stands between a category and the tag's own name, such as ` -> `: it is left out, with the category before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8))]
    pub category: Option<String>,
}

/// The columns of the site's users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserColumns {
    /// The e-mail address, by which a contact is found among them.
    #[schemars(length(min = 1))]
    pub email: String,
}

/// The columns of orders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderColumns {
    /// The order's ID.
    #[schemars(length(min = 1))]
    pub id: String,
    /// The contact ID of the buyer.
    #[schemars(length(min = 1))]
    pub contact: String,
    /// The order form, by its name or its key.
    #[schemars(length(min = 1))]
    pub form: String,
    /// The amount, with its currency unless that is said by itself.
    #[schemars(length(min = 1))]
    pub total: String,
    /// The column of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub currency: Option<String>,
    /// The day.
    pub date: DayColumn,
    /// AccessAlly's word for its status.
    #[schemars(length(min = 1))]
    pub status: String,
    /// The ID of its transaction; without one nothing proves a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub transaction: Option<String>,
}

/// The columns of subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionColumns {
    /// The subscription's ID.
    #[schemars(length(min = 1))]
    pub id: String,
    /// The contact ID of the subscriber.
    #[schemars(length(min = 1))]
    pub contact: String,
    /// The order form, by its name or its key.
    #[schemars(length(min = 1))]
    pub form: String,
    /// AccessAlly's word for its status.
    #[schemars(length(min = 1))]
    pub status: String,
    /// The day of the next payment; without one an active subscription does not prove until when it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_payment: Option<DayColumn>,
}

/// A column of days, and how they are written there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayColumn {
    /// Its header.
    #[schemars(length(min = 1))]
    pub column: String,
    /// How a day is written there, with `%Y`, `%m` and `%d` for year, month and day, such as `%m/%d/%Y`; without it, as `2026-11-17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 40))]
    pub form: Option<String>,
}
