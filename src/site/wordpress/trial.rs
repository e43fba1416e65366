//! One mail to an address that reaches nobody, sent by the build that writes, to see whether the site holds it back.

use serde_json::{Value, json};

use super::client::Asked;
use super::excerpt::excerpt;
use super::{WordPress, errors};
use crate::site::{SiteError, Trial};

/// What the address ends in, whose names lead nowhere (RFC 6761).
const NOWHERE: &str = ".invalid";

impl WordPress {
    /// What became of a mail; none where the site is not written to, and so sends none for us.
    pub(super) fn tried_mail(&mut self) -> Result<Option<Trial>, SiteError> {
        if self.writing.is_none() {
            return Ok(None);
        }
        let answer = self.asked_under_lock(Asked::Trial, |_| json!({}))?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        if !text("to").is_some_and(|to| to.ends_with(NOWHERE)) {
            return Err(errors::not_wordpress(self.reader.address()));
        }
        Ok(Some(Trial { held_back_by: text("held_back_by").map(excerpt) }))
    }
}
