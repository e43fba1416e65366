//! Rules about the spot-check contacts.

pub(super) mod address_doubtful;
pub(super) mod contact_differs;
pub(super) mod contact_id_repeated;
pub(super) mod contact_incomplete;
pub(super) mod contacts_tracked_by_git;
pub(super) mod many_members;
pub(super) mod population_out_of_step;
pub(super) mod sort_of_members_missing;
pub(super) mod too_few_contacts;

use std::collections::BTreeSet;

use crate::diag::{Document, Location, Part};
use crate::model::Grade;
use crate::model::not_read::NotRead;
use crate::model::plan::ContactRecord;
use crate::model::population::{Contact, ContactField};
use crate::model::spelling::{is_only_spelling, is_same};
use crate::model::text::pointer;
use crate::population::{same_address, same_tags, set, tags, tags_spelt_otherwise};

use super::{Facts, Known};

/// Whether a field was read of all contacts; where it was not, that is noted.
pub(super) fn was_read(facts: &Facts<'_>, field: ContactField) -> Known<()> {
    let is_unknown = facts.census()?.unknown.contains(&field);
    if is_unknown {
        let why = format!("the {} was not read of all contacts", field.name());
        facts.note(format!("contact {}", field.key()), Grade::Unknown(why));
    }
    (!is_unknown).then_some(())
}

/// Where a contact's recorded values stand, or one of them.
fn recorded_at(facts: &Facts<'_>, id: &str, field: Option<&str>) -> Location {
    let mut path = vec![id];
    path.extend(field);
    let part = if field.is_some_and(|field| !matches!(field, "tags" | "orders")) { Part::Value } else { Part::Key };
    if facts.contacts_file().own_file {
        return Location::At { document: Document::Contacts, pointer: pointer(&path), part };
    }
    path.splice(..0, ["contacts", "values"]);
    Location::At { document: Document::Plan, pointer: pointer(&path), part }
}

/// Words as a sentence has them: `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// Whether any of the section did not fit the schema.
fn partly_left_out(facts: &Facts<'_>) -> bool {
    facts.plan().left_out.iter().any(|place| place.starts_with("/spot_check"))
}

/// A field that is not letter by letter as it was recorded.
pub(super) struct Difference {
    /// Its key.
    pub(super) key: &'static str,
    /// Its name in a sentence.
    pub(super) name: &'static str,
    /// The recorded value.
    pub(super) plan: String,
    /// The site's.
    pub(super) site: String,
    /// Whether both are the same but for spelling.
    pub(super) is_spelling: bool,
}

/// What differs, of what is recorded. No affiliate and no orders are a record too: that there are none.
/// Orders that were not captured are not compared, and nothing that nobody could read when it was recorded.
fn differences(record: &ContactRecord, contact: &Contact, orders: Option<&BTreeSet<String>>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |key, name, plan: String, site: String, (same, is_spelling): (bool, bool)| {
        if !same || is_spelling {
            found.push(Difference { key, name, plan, site, is_spelling });
        }
    };
    let texts = |recorded: &str, site: &str| (is_same(recorded, site), is_only_spelling(recorded, site));
    let names = [
        ("first_name", "first name", &record.first_name, &contact.first_name),
        ("last_name", "last name", &record.last_name, &contact.last_name),
    ];
    for (key, name, recorded, site) in names {
        let recorded = recorded.as_ref().unwrap_or(site);
        compare(key, name, recorded.clone(), site.clone(), texts(recorded, site));
    }
    if let Some(email) = &record.email {
        let same = (same_address(email, &contact.email), false);
        compare("email", "e-mail address", email.clone(), contact.email.clone(), same);
    }
    if let Some(said) = &record.tags {
        let same = (same_tags(said, &contact.tags), tags_spelt_otherwise(said, &contact.tags));
        compare("tags", "tags", words(&tags(said)), words(&tags(&contact.tags)), same);
    }
    let named = |affiliate: &Option<String>| affiliate.as_deref().unwrap_or_default().trim().to_owned();
    let (recorded, site) = (named(&record.affiliate), named(&contact.affiliate));
    if !record.unknown.contains(&NotRead::Affiliate) {
        compare("affiliate", "affiliate", recorded.clone(), site.clone(), texts(&recorded, &site));
    }
    if let Some(orders) = orders.filter(|_| !record.unknown.contains(&NotRead::Orders)) {
        let (recorded, site) = (set(&record.orders), set(orders));
        compare("orders", "orders", words(&recorded), words(&site), (recorded == site, false));
    }
    found
}

/// A set as a list in JSON: a comma in a tag is no end of it.
fn words(values: &BTreeSet<&str>) -> String {
    serde_json::json!(values).to_string()
}
