//! Single members with what is theirs: contacts that somebody wants, with their orders and subscriptions.

use std::collections::BTreeMap;
use std::io::Read;

use super::each::each;
use super::record::Record;
use super::{Allowance, Damage};
use crate::model::population::{Opening, Person};
use crate::model::snapshot::PopulationDigest;

/// How many bytes of members may be kept: of a hundred thousand with a few orders each.
const MOST: u64 = 128 << 20;

/// Reads a population once, and keeps the contacts that are wanted by ID and tags, with their orders and subscriptions.
///
/// # Errors
/// [`Damage`] where the stream cannot be read, is not a whole population in the format, or more is wanted than is kept.
pub fn people<R: Read + Send>(
    reader: R,
    mut wanted: impl FnMut(&str, &[&str]) -> bool + Send,
) -> Result<(BTreeMap<String, Person>, Opening, PopulationDigest), Damage> {
    let (mut found, mut room) = (BTreeMap::<String, Person>::new(), Allowance::new(MOST, "members with their orders"));
    let (opening, digest) = each(reader, |record| keep(record, &mut found, &mut room, &mut wanted))?;
    Ok((found, opening, digest))
}

fn keep(
    record: &Record<'_>,
    found: &mut BTreeMap<String, Person>,
    room: &mut Allowance,
    wanted: &mut impl FnMut(&str, &[&str]) -> bool,
) -> Result<(), Damage> {
    if record.kind == "contact" {
        if record.repeats {
            found.entry(record.key.to_string()).and_modify(|person| person.repeated = true);
            return Ok(());
        }
        let tags: Vec<&str> = record.tags.iter().map(AsRef::as_ref).collect();
        if wanted(&record.key, &tags) {
            room.keep(tags.iter().copied().chain([
                &*record.key,
                &*record.email,
                &*record.first_name,
                &*record.last_name,
            ]))?;
            let person = Person { contact: record.to_contact(), ..Person::default() };
            found.insert(record.key.to_string(), person);
        }
        return Ok(());
    }
    let Some(person) = found.get_mut(&*record.contact) else { return Ok(()) };
    match &*record.kind {
        "order" => {
            room.keep([
                &*record.key,
                &*record.form,
                &*record.total,
                &*record.date,
                &*record.status,
                record.transaction(),
            ])?;
            person.orders.push(record.to_order());
        }
        "subscription" => {
            room.keep([&*record.key, &*record.form, &*record.status, record.next_payment()])?;
            person.subscriptions.push(record.to_subscription());
        }
        _ => {}
    }
    Ok(())
}
