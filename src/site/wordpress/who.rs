//! Who we are on a site: the user that the login is of.

use serde_json::Value;

use super::{WordPress, errors, meeting, text};
use crate::site::SiteError;

/// Most characters of a user's name: those of its column in WordPress's database.
const LONGEST_NAME: usize = 60;

impl WordPress {
    /// Who we are there: never taken from the index, which WordPress gives to anybody.
    pub(super) fn identify(&mut self) -> Result<(), SiteError> {
        meeting::meet(&mut self.reader)?;
        let me = self.me()?;
        match me.get("capabilities") {
            Some(can) if can.get("manage_options") == Some(&Value::Bool(true)) => Ok(()),
            Some(Value::Object(can)) => Err(errors::no_administrator(&self.reader, can.is_empty())),
            // PHP writes an empty list for a user who may do nothing.
            Some(Value::Array(none)) if none.is_empty() => Err(errors::no_administrator(&self.reader, true)),
            Some(_) | None => Err(errors::not_wordpress(self.reader.address())),
        }
    }

    /// The user that the login is of. An address is asked for only where the login may be one, and compared with it alone.
    pub(super) fn me(&self) -> Result<Value, SiteError> {
        let login = self.reader.login();
        let fields = if login.may_be_address() { "id,username,capabilities,email" } else { "id,username,capabilities" };
        let me = self.body(self.get("/wp/v2/users/me", &[("context", "edit"), ("_fields", fields)])?)?;
        let names = [text(&me, "username"), text(&me, "email")];
        // WordPress has no longer ones; whoever signs in by an address may be called anything.
        if names[0].as_ref().is_some_and(|name| name.chars().count() > LONGEST_NAME) {
            return Err(errors::not_wordpress(self.reader.address()));
        }
        if names[0].is_some() && !names.iter().flatten().any(|name| login.is_of(name)) {
            return Err(errors::somebody_else(&self.reader));
        }
        Ok(me)
    }
}
