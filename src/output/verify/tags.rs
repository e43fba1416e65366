//! What of a contact differs, by its name; of tags also which, as they are not personal, and nobody gives a lost one back without its name.

use serde_json::Value;

use crate::model::spelling::is_same;
use crate::output::escape;
use crate::reconcile::Field;
use crate::shape::without_addresses;

/// Most tags of a side that are named.
const NAMED: usize = 5;

/// A field that differs; of the tags those that were lost, and those that are new.
pub(super) fn differing(field: Field, before: Option<&Value>, after: Option<&Value>) -> String {
    let parts = if field == Field::Tags { moved(before, after) } else { Vec::new() };
    if parts.is_empty() { field.name().to_owned() } else { format!("{} ({})", field.name(), parts.join("; ")) }
}

/// The tags that only one side has.
pub(super) fn moved(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let list = |side: Option<&Value>| side.and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (list(before), list(after));
    let sides = [("lost", alone(&before, &after)), ("new", alone(&after, &before))];
    sides.into_iter().filter(|(_, tags)| !tags.is_empty()).map(|(word, tags)| named(word, &tags)).collect()
}

/// The texts of a list that another one has in no spelling.
fn alone<'v>(these: &'v [Value], those: &[Value]) -> Vec<&'v str> {
    let has = |tag: &str| those.iter().filter_map(Value::as_str).any(|other| is_same(tag, other));
    these.iter().filter_map(Value::as_str).filter(|tag| !has(tag)).collect()
}

fn named(word: &str, tags: &[&str]) -> String {
    let first: Vec<String> =
        tags.iter().take(NAMED).map(|tag| format!("`{}`", escape::line(&without_addresses(tag)))).collect();
    let more = match tags.len().saturating_sub(first.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{word}: {}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_that_one_side_alone_has_are_named_and_nothing_personal_is() {
        let said = |field, before: Value, after: Value| differing(field, Some(&before), Some(&after));
        assert_eq!(said(Field::Tags, json!(["A", "B"]), json!(["B", "C"])), "tags (lost: `A`; new: `C`)");
        assert_eq!(
            said(Field::Tags, json!(["A", "B "]), json!(["B"])),
            "tags (lost: `A`)",
            "a spelling is no other tag"
        );
        assert_eq!(said(Field::LastName, json!("Ash"), json!("Oak")), "last name");
        let masked = said(Field::Tags, json!(["of ana@post.example"]), json!([]));
        assert!(masked.starts_with("tags (lost: `of ") && !masked.contains("ana@post.example"), "{masked}");
        let many: Vec<String> = (0..8).map(|at| format!("T{at}")).collect();
        assert!(said(Field::Tags, json!(many), json!([])).ends_with("`T4` and 3 more)"));
    }
}
