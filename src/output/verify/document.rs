//! What `plan verify --format json` prints, format version 1.0. A minor version adds keys; a reader ignores those it does
//! not know.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Graded;
use crate::model::purchase::Purchased;
use crate::reconcile::{Counted, Field, Unproven, Verdict};

/// What `plan verify --format json` prints. Personal values are null unless they were asked for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// `1.0`.
    pub format_version: String,
    /// The answer.
    pub verdict: Verdict,
    /// The plan's path as given.
    pub plan: String,
    /// The side before; null where nobody named a file.
    pub before: Option<Side>,
    /// The side after; null where it is no file.
    pub after: Option<Side>,
    /// What could not be compared.
    pub unproven: Vec<Unproven>,
    /// What a reader should know of the two sides.
    pub notes: Vec<String>,
    /// The plan's contacts; null where the side after was not captured.
    pub spot_check: Option<Vec<Spot>>,
    /// Everybody; null where a side was not captured.
    pub everybody: Option<Everybody>,
    /// The test purchases on record, with the guide's confirmations.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub test_purchases: Vec<Purchased>,
    /// What a sample as large as the plan's would show.
    pub detection: Vec<Detection>,
}

/// One side.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// What was read.
    pub file: String,
    /// Its host.
    pub host: String,
    /// When it was captured, RFC 3339.
    pub captured_at: String,
    /// What the reading is worth: `captured` where this machine took or imported it, `attested` where a person finalized it, else
    /// `recorded`.
    pub worth: Graded,
    /// The same in words: by whom, or why no better.
    pub vouched: String,
}

/// A spot-check contact.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Spot {
    /// Its contact ID in the plan.
    pub id: String,
    /// Its contact ID after, where it is another.
    pub now: Option<String>,
    /// Each of the guide's fields.
    pub fields: BTreeMap<Field, State>,
    /// Both values of what differs.
    pub values: Option<Vec<Values>>,
}

/// What came of comparing a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Both sides are the same.
    Equal,
    /// They are not.
    Differs,
    /// One side is not known.
    Unknown,
}

/// Both values of a field.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Values {
    /// The field.
    pub field: Field,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Everybody in classes, and the account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Everybody {
    /// Contacts: before = same + changed + missing + merged; after = same + changed + merged_into + duplicated + extra.
    pub contacts: Contacts,
    /// Orders; null where they were not captured on both sides.
    pub orders: Option<Ledger>,
    /// Subscriptions; null where they were not captured on both sides.
    pub subscriptions: Option<Ledger>,
    /// What is extra only because of the test purchases on record; null where nothing is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub explained: Option<Explained>,
    /// What must be as many after as before.
    pub account: Account,
    /// By how many percent the total of contacts differs.
    pub total_percent: f64,
    /// From how many percent the vendor's guide investigates. Here any loss is a failure.
    pub vendors_bound_percent: f64,
}

/// What the test purchases on record explain, by ID.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the kinds are explained where they are made")]
pub struct Explained {
    pub contacts: Vec<String>,
    pub orders: Vec<String>,
    pub subscriptions: Vec<String>,
}

/// The classes of contacts; of each at most 20 examples.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the classes are explained where they are made")]
pub struct Contacts {
    pub before: u64,
    pub after: u64,
    pub same: u64,
    pub changed: Class,
    pub fields: BTreeMap<Field, u64>,
    pub missing: Class,
    pub merged: u64,
    pub merged_into: Class,
    pub duplicated: Class,
    pub extra: Class,
    pub extra_expected: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_user: Option<WithoutUser>,
}

/// The contacts that had no user before: how many, and how many of them are contacts of the site after.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "said above")]
pub struct WithoutUser {
    pub before: u64,
    pub came: u64,
}

/// The classes of orders or subscriptions; of each at most 20 examples.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the classes are explained where they are made")]
pub struct Ledger {
    pub before: u64,
    pub after: u64,
    pub same: u64,
    pub changed: Class,
    pub missing: Class,
    pub extra: Class,
}

/// How many there are, and the first few.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Class {
    /// How many.
    pub total: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

/// One of a class.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// Its ID: of a contact after, where it is there after.
    pub id: String,
    /// The contact IDs that it had before, where they are others; at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub was: Vec<String>,
    /// What differs.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<Field>,
    /// Its values.
    pub values: Option<Vec<Values>>,
}

/// What must be as many after as before.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// How many lines were compared.
    pub lines: u64,
    /// Those that differ.
    pub differing: Vec<Line>,
}

/// A line of the account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// What is counted.
    pub counted: Counted,
    /// Which of them; null where there is only one.
    pub name: Option<String>,
    /// How many before.
    pub before: u64,
    /// How many after.
    pub after: u64,
    /// How many more there are after.
    pub difference: i128,
    /// How many more the plan expects after.
    pub expected: u64,
}

/// What a sample would show.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Detection {
    /// Contacts in the sample.
    pub sample: u64,
    /// Members.
    pub members: u64,
    /// The share of members that are hit.
    pub hit_percent: f64,
    /// How many that is.
    pub hit: u64,
    /// The chance that none of them is in the sample, from 0 to 1.
    pub shows_nothing: f64,
}
