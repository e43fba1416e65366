//! Contacts one after the other, in their order: members of a site, and contacts without a user.

use std::io::Read;
use std::thread;

use super::record::Record;
use super::{Damage, Records};
use crate::model::snapshot::PopulationDigest;

/// Reads a whole population and shows each of its contacts.
///
/// # Errors
/// [`Damage`] where the stream cannot be read or is not a whole population in the format, where a contact ID is there twice, and what `see`
/// gives first.
pub(crate) fn contacts<R: Read + Send>(
    reader: R,
    mut see: impl FnMut(&Record<'_>) -> Result<(), Damage>,
) -> Result<PopulationDigest, Damage> {
    thread::scope(|scope| {
        let mut records = Records::open(scope, reader)?;
        while let Some(record) = records.next()? {
            if !matches!(&*record.kind, "contact" | "contact-without-user") {
                continue;
            }
            if record.repeats {
                let what = format!("{} is there twice", record.shown());
                return Err(Damage::at(record.line, what)
                    .help("look at both under Users > All Users: which of them has this ID?"));
            }
            see(&record)?;
        }
        records.finish()
    })
}
