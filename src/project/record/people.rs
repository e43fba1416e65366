//! The record is committed, so no address of a person gets into it: what people say is kept without, and a name or an ID that holds
//! one is refused, since masked it would name nothing.

use serde_json::Value;

use crate::failure::{Failure, exit};
use crate::model::record::Evidence;
use crate::shape::without_addresses;

/// The fields that are a person's own words; whatever else is a text names something.
const SAID: [&str; 4] = ["says", "reason", "onto", "text"];

/// Evidence as it may be committed, and in how many of its texts something is masked.
///
/// # Errors
/// [`Failure`] where a name or an ID of it holds an address.
pub(crate) fn without_people(evidence: &Evidence) -> Result<(Evidence, usize), Failure> {
    let failed = |error: serde_json::Error| Failure::new(exit::COULD_NOT_RUN, error.to_string());
    let mut value = serde_json::to_value(evidence).map_err(failed)?;
    let mut masked = 0;
    mask(&mut value, "evidence", &mut masked).map_err(|field| {
        let message = format!("its `{field}` holds an e-mail address or a login, and the record is committed");
        Failure::new(exit::USAGE, message).help("nothing was recorded: use a number, or a name without an `@`")
    })?;
    Ok((serde_json::from_value(value).map_err(failed)?, masked))
}

/// Masks what was said in a value under this field; the field that may not be masked, where one would have to be.
fn mask(value: &mut Value, field: &str, masked: &mut usize) -> Result<(), String> {
    match value {
        Value::String(text) => {
            let clean = without_addresses(text).into_owned();
            if clean != *text && !SAID.contains(&field) {
                return Err(field.to_owned());
            }
            *masked += usize::from(clean != *text);
            *text = clean;
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| mask(item, field, masked)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(key, value)| {
            if without_addresses(key) != key.as_str() {
                return Err(field.to_owned());
            }
            mask(value, key, masked)
        }),
        _ => Ok(()),
    }
}
