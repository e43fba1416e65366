//! The rows of core's lists: plugins, administrators.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Section, text};
use crate::model::Field;
use crate::model::state::{Administrator, Plugin};

/// Nothing is asked for that a snapshot does not need: no name, no address.
pub(super) fn administrators_page(page: &str) -> [(&str, &str); 7] {
    [
        ("context", "edit"),
        ("roles", "administrator"),
        ("_fields", "id,username,roles"),
        ("orderby", "id"),
        ("order", "asc"),
        ("per_page", "100"),
        ("page", page),
    ]
}

/// A plugin under its file, which core names without the ending.
pub(super) fn plugin(row: &Value) -> Option<(String, Plugin)> {
    let file = text(row, "plugin")?;
    let status = text(row, "status")?;
    let active = matches!(status.as_str(), "active" | "network-active");
    Some((
        format!("{file}.php"),
        Plugin { version: Field::read(text(row, "version")), active: active.into(), ..Plugin::default() },
    ))
}

/// The login, or the number where the login is an e-mail address or is unknown.
pub(super) fn administrator_key(id: u64, login: Option<String>) -> String {
    login.filter(|login| !login.contains('@')).unwrap_or_else(|| format!("user-{id}"))
}

/// The administrators among users, under the login, or under the number where the login is an e-mail address. A user of whom it is
/// not said who they are or what they may do leaves it unknown who the administrators are.
pub(super) fn administrators(users: BTreeMap<u64, Value>) -> Section<BTreeMap<String, Administrator>> {
    let mut found = BTreeMap::new();
    for (id, row) in users {
        let lacks = |field: &str| format!("the site's REST API does not say the `{field}` of user {id}");
        let is_it = match row.get("roles") {
            Some(Value::String(role)) => role == "administrator",
            Some(Value::Array(roles)) => roles.iter().any(|role| role == "administrator"),
            // PHP writes a list with gaps as an object.
            Some(Value::Object(roles)) => roles.values().any(|role| role == "administrator"),
            _ => return Err(lacks("roles")),
        };
        if is_it {
            let login = text(&row, "username").ok_or_else(|| lacks("username"))?;
            let administrator = Administrator { crm_contact: Field::Unknown, extra: Map::new() };
            found.insert(administrator_key(id, Some(login)), administrator);
        }
    }
    Ok(found)
}
