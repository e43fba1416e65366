//! Which words of a text belong to somebody: what is written about members is sent to nobody with their names in it.

use std::collections::BTreeSet;
use std::io::Read;

use super::Damage;
use super::each::each;
use super::record::Record;
use crate::text::words_as_read;

/// The fewest characters of an ID that is looked for: a shorter number counts something.
const FEWEST: usize = 4;

/// The words of a text of more than one character, in small letters, as they are compared with what a population has.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    words_as_read(text).into_iter().map(|(word, _)| word).filter(|word| word.chars().nth(1).is_some())
}

/// Which of these words stand in a member's name, address, ID or referrer, or in the ID of an order's transaction.
///
/// # Errors
/// [`Damage`] where the population cannot be read to its end.
pub fn mentioned(population: impl Read + Send, among: &BTreeSet<String>) -> Result<BTreeSet<String>, Damage> {
    let mut found = BTreeSet::new();
    each(population, |record| {
        found.extend(of(record).flat_map(words).filter(|word| among.contains(word)));
        Ok(())
    })?;
    Ok(found)
}

/// What of a record is somebody's.
fn of<'r>(record: &'r Record<'_>) -> impl Iterator<Item = &'r str> {
    let id = if record.kind == "contact" { &*record.key } else { &*record.contact };
    let ids = [id, record.transaction()].into_iter().filter(|id| id.chars().count() >= FEWEST);
    // Whole addresses are left out of every text; a host by itself is nobody's.
    let local = record.email.split('@').next().unwrap_or_default();
    ids.chain([&*record.first_name, &*record.last_name, local, record.affiliate()])
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::sealed;
    use super::*;

    #[test]
    fn what_is_a_members_is_found_and_nothing_else() {
        let head = r#"{"kind":"population","format":"1.0","host":"x.example","taken_at":"2026-11-21T06:00:00Z"}"#;
        let records = [
            (
                "contact",
                r#"{"kind":"contact","key":"10231","first_name":"Zoë","last_name":"van Dyk","email":"z.dyk@nowhere.example","affiliate":"Partner-77","tags":["Course"]}"#,
            ),
            ("contact", r#"{"kind":"contact","key":"7","first_name":"J","email":"b@nowhere.example"}"#),
            ("order", r#"{"kind":"order","key":"9001","contact":"10231","form":"checkout","transaction":"pi_4242"}"#),
        ];
        let (population, _) = sealed(head, records, Map::new());
        let text = "! ZOË van Dyk (10231), J 7 orders of Course at nowhere.example, checkout 9001, pi_4242, partner-77";
        let found = mentioned(population.as_bytes(), &words(text).collect()).unwrap();
        let expected = ["zoë", "van", "dyk", "10231", "pi", "4242", "partner", "77"];
        assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
    }
}
