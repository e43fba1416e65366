//! Whether a condition holds.

use serde_json::Value as Json;

use super::At;
use crate::adapter::read::ground::Placed;
use crate::adapter::read::spot::Row;
use crate::adapter::read::{Found, View};
use crate::capture::Value;
use crate::model::adapter::{Rule, When};

/// A condition.
pub(in crate::adapter::read) enum Holds {
    Yes,
    No,
    Unknown(String),
}

impl View<'_> {
    /// Whether a condition holds.
    pub(in crate::adapter::read) fn holds(&self, when: &When, at: &At<'_>) -> Holds {
        if let Some(file) = &when.plugin {
            return self.is_active(file);
        }
        let rule = Rule { from: when.from.clone(), at: when.at.clone(), codec: when.codec, ..Rule::default() };
        match (self.found(&rule, at), &when.equals) {
            (Found::Value(value), Some(equals)) if value == equals.to_json() => Holds::Yes,
            (Found::Value(Json::String(text)), Some(equals)) if text == equals.to_string() => Holds::Yes,
            (Found::Value(_) | Found::Nothing | Found::Absent | Found::Skipped, _) => Holds::No,
            (Found::Unknown(why), _) => Holds::Unknown(why),
        }
    }

    fn is_active(&self, file: &str) -> Holds {
        let text = |row: &Row, column: &str| row.cell(column).and_then(Value::text).map(str::to_owned);
        match self.ground.plugins() {
            Placed::There(plugins) => {
                let plugin = plugins.iter().find(|row| text(row, "file").as_deref() == Some(file));
                match plugin.and_then(|row| text(row, "status")).as_deref() {
                    Some("active" | "network-active" | "must-use") => Holds::Yes,
                    _ => Holds::No,
                }
            }
            Placed::Absent => Holds::No,
            Placed::Unknown(why) => Holds::Unknown(why),
        }
    }
}
