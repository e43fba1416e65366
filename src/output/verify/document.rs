//! The form of the verification for machines.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::Graded;
use crate::model::purchase::Purchased;
use crate::reconcile::{Counted, Field, Unproven, Verdict};

/// What `plan verify --format json` prints. Personal values are null unless they were asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "verify", extend("$id" = "https://amc-plan.example/schemas/verify.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    pub(super) format_version: &'static str,
    /// The answer.
    pub(super) verdict: Verdict,
    /// The plan's path as it was given.
    pub(super) plan: &'a str,
    /// The site before; null where nobody named one, or where it is no file.
    pub(super) before: Option<Side>,
    /// The site after; null where it is no file.
    pub(super) after: Option<Side>,
    /// What could not be compared.
    pub(super) unproven: &'a [Unproven],
    /// What a reader should know of the two sides.
    pub(super) notes: &'a [String],
    /// The plan's contacts, field by field; null where the side after was not captured.
    pub(super) spot_check: Option<Vec<Spot>>,
    /// Everybody; null where one of the sides was not captured.
    pub(super) everybody: Option<Everybody>,
    /// The test purchases on record, with the guide's confirmations.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) test_purchases: &'a [Purchased],
    /// What a sample as large as the plan's would show, where some of all members are hit.
    pub(super) detection: Vec<Detection>,
}

/// One of the two readings.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Side {
    /// What was read: a path or an address.
    pub(super) file: String,
    /// The site: its home address without the scheme.
    pub(super) host: String,
    /// When it was captured, RFC 3339.
    pub(super) captured_at: String,
    /// What the reading as a whole is worth.
    pub(super) worth: Graded,
    /// The same in words: by whom, or why no better.
    pub(super) vouched: String,
}

/// A spot-check contact.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Spot {
    /// The contact ID in the plan.
    pub(super) id: String,
    /// The contact ID after; null where it is the one that it was.
    pub(super) now: Option<String>,
    /// How each of the guide's fields compares.
    pub(super) fields: BTreeMap<Field, Compared>,
    /// Both values of each field that differs; null unless personal values were asked for.
    pub(super) values: Option<Vec<Values>>,
}

/// How a field compares.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Compared {
    /// Both sides are the same.
    Equal,
    /// They are the same but for spelling.
    SameButForSpelling,
    /// They are not.
    Differs,
    /// One side is not known.
    Unknown,
}

/// Both values of a field that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Values {
    /// The field.
    pub(super) field: Field,
    /// Before; null where that side has no such contact.
    pub(super) before: Option<Value>,
    /// After; null where that side has no such contact.
    pub(super) after: Option<Value>,
}

/// A sample as large as the plan's.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Detection {
    /// How many contacts the plan lists.
    pub(super) sample: u64,
    /// How many members there are.
    pub(super) members: u64,
    /// The share of them that is hit, in percent.
    pub(super) hit_percent: f64,
    /// How many members that is.
    pub(super) hit: u64,
    /// The chance, from 0 to 1, that the sample shows nothing of it.
    pub(super) shows_nothing: f64,
}

/// Everybody before and after.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Everybody {
    /// Every contact of both sides in one class each.
    pub(super) contacts: Contacts,
    /// Every order; null where they were not captured on both sides.
    pub(super) orders: Option<Ledger>,
    /// Every subscription; null where they were not captured on both sides.
    pub(super) subscriptions: Option<Ledger>,
    /// What is extra only because of the test purchases on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explained: Option<Explained>,
    /// What must be as many after as before.
    pub(super) account: Account,
    /// How many more contacts there are after, in percent of those before.
    pub(super) total_percent: f64,
    /// From how many percent the vendor's guide investigates. Here any loss is a failure.
    pub(super) vendors_bound_percent: f64,
}

/// The classes of contacts: before = same + changed + missing + merged; after = same + changed + merged_into + duplicated + extra.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Contacts {
    /// How many before.
    pub(super) before: u64,
    /// How many after.
    pub(super) after: u64,
    /// There on both sides, and the same.
    pub(super) same: u64,
    /// Of those that are the same, the ones that are so but for spelling.
    pub(super) same_but_for_spelling: Class<Contact>,
    /// There on both sides, and different.
    pub(super) changed: Class<Contact>,
    /// How many contacts differ in each field.
    pub(super) fields: BTreeMap<Field, u64>,
    /// Those before that nobody after is.
    pub(super) missing: Class<Contact>,
    /// Those before that share their contact after with another one.
    pub(super) merged: u64,
    /// The contacts after that they have become.
    pub(super) merged_into: Class<Contact>,
    /// Those after that nobody was, with an ID or address that another one has.
    pub(super) duplicated: Class<Contact>,
    /// All others after that nobody was.
    pub(super) extra: Class<Contact>,
    /// Whether the plan has the migration bring in contacts that the site did not have.
    pub(super) extra_expected: bool,
    /// What became of the contacts that had no user before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) without_user: Option<WithoutUser>,
}

/// The contacts that had no user before.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WithoutUser {
    /// How many there were.
    pub(super) before: u64,
    /// How many of them are contacts of the site after.
    pub(super) came: usize,
}

/// How many there are, and the first few.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Class<T> {
    /// How many there are.
    pub(super) total: u64,
    /// The first few.
    pub(super) examples: Vec<T>,
}

/// A contact.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Contact {
    /// Its ID: after, where it is there.
    pub(super) id: String,
    /// What its ID was before, where that was another; of several that became one, the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) was: Vec<String>,
    /// What differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fields: Vec<Field>,
    /// Its values; null unless personal values were asked for.
    pub(super) values: Option<Vec<Values>>,
}

/// Every order or subscription of both sides in one class each: before = same + changed + missing; after = same + changed + extra.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Ledger {
    /// How many before.
    pub(super) before: u64,
    /// How many after.
    pub(super) after: u64,
    /// There on both sides, of the same contact and with the same values.
    pub(super) same: u64,
    /// There on both sides, and different.
    pub(super) changed: Class<Contact>,
    /// There before only.
    pub(super) missing: Class<Contact>,
    /// There after only.
    pub(super) extra: Class<Contact>,
}

/// What is extra only because of the test purchases on record, by ID.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Explained {
    /// Contacts.
    pub(super) contacts: Vec<String>,
    /// Orders.
    pub(super) orders: Vec<String>,
    /// Subscriptions.
    pub(super) subscriptions: Vec<String>,
}

/// What must be as many after as before.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Account {
    /// How many lines there are.
    pub(super) lines: usize,
    /// Those that differ, or should.
    pub(super) differing: Vec<Line>,
}

/// A line of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Line {
    /// What is counted.
    pub(super) counted: Counted,
    /// Which of them; null where there is only one.
    pub(super) name: Option<String>,
    /// How many before.
    pub(super) before: u64,
    /// How many after.
    pub(super) after: u64,
    /// How many more there are after.
    pub(super) difference: Option<i64>,
    /// How many more the plan expects after.
    pub(super) expected: u64,
}
