//! What changed since a review: in the plan, in what it changes, on the site.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diag::Document;
use crate::model::Plan;
use crate::model::text::{many, pointer};
use crate::shape::personal;

/// What changed since a review. What nobody can say is unknown, and never nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Since {
    /// The review: a seal's file, or a revision as it was named.
    pub review: String,
    /// When that was, RFC 3339.
    pub at: String,
    /// The commit, of a revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What differs in the plan.
    pub plan: Differs,
    /// The objects whose changes are new, differ, or are no longer needed.
    pub changes: Differs,
    /// The objects of the site that differ, with their fields.
    pub site: Differs,
    /// The plan's own rules that ask for less, or later, or are gone.
    pub rules: Differs,
}

/// What differs between then and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Differs {
    /// Nobody can say, for this reason.
    Unknown(String),
    /// It differs, and what was reviewed does not show in what.
    Somewhere,
    /// This differs, a line each; nothing where there is none.
    In(Vec<String>),
}

impl Differs {
    fn message(&self, noun: &str) -> String {
        match self {
            Self::Unknown(why) => format!("unknown ({why})"),
            Self::Somewhere => "edited, in what the seal does not show".to_owned(),
            Self::In(lines) if lines.is_empty() => "nothing".to_owned(),
            Self::In(lines) => many(lines.len(), noun),
        }
    }

    /// What differs, line by line.
    pub(super) fn lines(&self) -> &[String] {
        match self {
            Self::In(lines) => lines,
            Self::Unknown(_) | Self::Somewhere => &[],
        }
    }
}

impl Since {
    /// It in a sentence.
    pub(super) fn message(&self) -> String {
        let commit = self.commit.as_deref().map(|commit| format!(", commit {}", commit.get(..12).unwrap_or(commit)));
        format!(
            "since `{}` ({}{}): in the plan {}; in what it changes {}; on the site {}{}",
            self.review,
            self.at,
            commit.unwrap_or_default(),
            self.plan.message("place"),
            self.changes.message("object"),
            self.site.message("object"),
            match &self.rules {
                Differs::In(lines) if lines.is_empty() => String::new(),
                rules => format!("; weaker in its own rules {}", rules.message("rule")),
            }
        )
    }

    /// That a rule of the plan's own asks for less than then, a sentence each.
    pub fn weaker(&self) -> impl Iterator<Item = String> {
        let review = &self.review;
        self.rules
            .lines()
            .iter()
            .map(move |line| format!("the plan's own rules ask for less than at `{review}`: {line}"))
    }

    /// What differs, by where.
    pub(super) fn parts(&self) -> [(&'static str, &Differs); 4] {
        [
            ("weaker in its own rules", &self.rules),
            ("in the plan", &self.plan),
            ("in what it changes", &self.changes),
            ("on the site", &self.site),
        ]
    }
}

/// Where two plans differ, a line a place: what stood there, and what stands there. Of what is about a person only the place.
pub fn in_plans(then: &Plan, now: &Plan) -> Vec<String> {
    let value = |plan: &Plan| serde_json::to_value(plan).unwrap_or_default();
    let mut lines = Vec::new();
    walk(&value(then), &value(now), &mut Vec::new(), &mut lines);
    lines
}

fn walk(then: &Value, now: &Value, at: &mut Vec<String>, lines: &mut Vec<String>) {
    if then == now {
        return;
    }
    let mut step = |key: String, then: Option<&Value>, now: Option<&Value>, lines: &mut Vec<String>| {
        at.push(key);
        match (then, now) {
            (Some(then), Some(now)) => walk(then, now, at, lines),
            (None, Some(now)) => lines.push(line(at, "is new", now)),
            (Some(then), None) => lines.push(line(at, "is gone", then)),
            (None, None) => {}
        }
        at.pop();
    };
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            for key in then.keys().chain(now.keys().filter(|key| !then.contains_key(*key))) {
                step(key.clone(), then.get(key), now.get(key), lines);
            }
        }
        (Value::Array(then), Value::Array(now)) => {
            for index in 0..then.len().max(now.len()) {
                step(index.to_string(), then.get(index), now.get(index), lines);
            }
        }
        (then, now) => {
            let place = place(at);
            let words = if is_personal(at) {
                "differs".to_owned()
            } else {
                format!("{} instead of {}", short(now), short(then))
            };
            lines.push(format!("`{place}`: {words}"));
        }
    }
}

fn is_personal(at: &[String]) -> bool {
    at.first().is_some_and(|section| section == "spot_check")
}

fn place(at: &[String]) -> String {
    personal::pointer(Document::Plan, &pointer(at)).into_owned()
}

fn line(at: &[String], what: &str, value: &Value) -> String {
    let is_scalar = !value.is_object() && !value.is_array();
    if is_scalar && !is_personal(at) {
        return format!("`{}` {what}: {}", place(at), short(value));
    }
    format!("`{}` {what}", place(at))
}

/// A value in a few words.
fn short(value: &Value) -> String {
    const MOST: usize = 80;
    let words = match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        Value::Object(_) | Value::Array(_) => return "a list".to_owned(),
        other => other.to_string(),
    };
    let cut: String = words.chars().take(MOST).collect();
    let more = if cut.len() < words.len() { "…" } else { "" };
    format!("`{}{more}`", cut.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_plans_differ_in_places_and_nobody_is_shown() {
        let plan = |text: &str| serde_json::from_str::<Plan>(text).unwrap_or_default();
        let then = plan(
            r#"{"name":"x","crm":{"name":"keap"},"spot_check":{"list":{"1":"Hazel"}},
                "webhooks":{"a":{"calls":"a","after_switch":{"retired":"no"}},"b":{"calls":"b"}}}"#,
        );
        let now = plan(
            r#"{"name":"y","crm":{"name":"keap"},"spot_check":{"list":{"1":"Jonah"}},
                "webhooks":{"a":{"calls":"a","after_switch":{"retired":"yes"}},"c":{"calls":"c"}}}"#,
        );
        assert_ne!(then, Plan::default());
        let lines = in_plans(&then, &now);
        for line in [
            "`/name`: `y` instead of `x`",
            "`/webhooks/a/after_switch/retired`: `yes` instead of `no`",
            "`/webhooks/b` is gone",
            "`/webhooks/c` is new",
        ] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
        assert!(lines.iter().any(|line| line.starts_with("`/spot_check")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("Hazel") || line.contains("Jonah")), "{lines:?}");
        assert!(in_plans(&now, &now).is_empty());
    }
}
