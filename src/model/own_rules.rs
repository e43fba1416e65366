//! Rules of one's own: `rules.yaml` beside a plan, and what came of evaluating them. Data only; `own` reads the expressions.
//!
//! The doc comments of the file's types are the descriptions in `schemas/rules.schema.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The file's name.
pub const FILE: &str = "rules.yaml";

/// What stands before the name of each of them wherever it is said: no built-in rule is called so.
pub const PREFIX: &str = "own/";

/// Most rules of a file.
pub const RULES: usize = 100;

/// Longest expression, in characters.
pub const LONGEST: usize = 2_000;

/// Rules of one's own, beside a plan: they can only add findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rules", extend("$id" = "https://amc-plan.example/schemas/rules.schema.json"))]
pub struct RulesFile {
    /// The version of this document's format: 1.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The rules by name, in kebab-case, at most 100 of them. Everywhere else a name has `own/` before it.
    pub rules: BTreeMap<String, OwnRule>,
}

/// A rule of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRule {
    /// What it is asked of, one after the other; without it the rule is asked once.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// An expression: where it is false nothing is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = LONGEST))]
    pub when: Option<String>,
    /// An expression: what has to be true.
    #[schemars(length(min = 1, max = LONGEST))]
    pub require: String,
    /// What is said where it is not; `{object}` stands for the key of what it was asked of.
    #[schemars(length(min = 1, max = 300))]
    pub message: String,
    /// What to do then, as an imperative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 300))]
    pub help: Option<String>,
    /// Why it matters: a paragraph for `plan explain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2_000))]
    pub why: Option<String>,
    /// How much its findings weigh; without it they are errors.
    #[serde(default)]
    pub severity: OwnSeverity,
    /// From which gate on it is due; without it from `configure`.
    #[serde(default)]
    pub gate: OwnGate,
    /// Which part of the plan its findings are about, where it is asked once: a JSON pointer such as `/window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub at: Option<String>,
    /// Examples in which it finds nothing; `plan rules test` tries them.
    #[schemars(length(min = 1, max = 20))]
    pub good: Vec<OwnExample>,
    /// Examples in which it finds something.
    #[schemars(length(min = 1, max = 20))]
    pub bad: Vec<OwnExample>,
}

/// What a rule is asked of: the entries of a section of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    /// Each of the plan's offerings.
    Offerings,
    /// Each of the plan's order forms.
    OrderForms,
    /// Each of the plan's opt-in forms.
    OptInForms,
    /// Each of the plan's webhooks.
    Webhooks,
}

impl Each {
    /// The section's key in a plan, and the name by which an expression has the site's objects of that kind.
    pub fn section(self) -> &'static str {
        match self {
            Self::Offerings => "offerings",
            Self::OrderForms => "order_forms",
            Self::OptInForms => "opt_in_forms",
            Self::Webhooks => "webhooks",
        }
    }

    /// One of them in a sentence.
    pub fn one(self) -> &'static str {
        match self {
            Self::Offerings => "an offering",
            Self::OrderForms => "an order form",
            Self::OptInForms => "an opt-in form",
            Self::Webhooks => "a webhook",
        }
    }
}

/// How much the findings of a rule of one's own weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnSeverity {
    /// Worth a look.
    Warning,
    /// Makes the verdict red.
    #[default]
    Error,
}

/// From which gate on a rule of one's own is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnGate {
    /// From the first look on.
    Fit,
    /// Before the first write.
    #[default]
    Configure,
    /// Before Run Migration.
    Migrate,
    /// Before replay, push, reopening.
    GoLive,
}

/// A small plan and site: only what the rule asks of. What is not said of a site is unknown, and of a plan it is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnExample {
    /// Parts of a plan.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub plan: Value,
    /// The site as it is, by the names that expressions have; where only one side is said, both are the same.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub site: Value,
    /// The site as the plan's changes leave it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub after: Value,
    /// What was counted of the members.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub census: Value,
}

/// What came of a rule of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many times it was asked.
    pub asked: usize,
    /// The keys of what it was asked of where it is broken; an empty one where it is asked once.
    pub fails: Vec<String>,
    /// Whether anything that it hangs on is unknown.
    pub lacks: bool,
    /// Where it could not be evaluated, though everything that it read is known: the key, and why. The first few.
    pub broken: Vec<(String, String)>,
    /// The facts of the site that it hangs on, and whether each is known.
    pub reads: BTreeMap<String, bool>,
}
