//! Contacts out of an export.

use std::io::BufRead;
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::columns::Columns;
use super::fault::{Fault, Faults};
use super::rows::{Row, Rows};
use super::tags::Splitter;
use super::users::{Users, digest_of};
use crate::model::mapping::{ContactColumns, System};
use crate::population::{Allowance, Damage, Unordered};
use crate::text::is_unseen;

/// The longest ID.
const LONGEST_ID: usize = 64;

/// How many bytes the contact IDs may take, each with its line: of four million.
const KEPT: u64 = 128 << 20;

/// What came of an export of contacts.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) faults: Faults,
    /// How many contacts.
    pub(crate) contacts: u64,
    /// How many contacts without a user.
    pub(crate) without_user: u64,
    /// Users of a WordPress without a contact ID: no contacts.
    pub(crate) users_only: u64,
    /// IDs that begin with a zero.
    pub(crate) leading_zeros: u64,
    /// Tags that look as if a category stood before them.
    pub(crate) prefixed: u64,
    /// Whether tags were separated by commas.
    pub(crate) splits_at_commas: bool,
    /// Two lines that write what follows a comma between tags differently.
    pub(crate) mixed: Option<[u64; 2]>,
}

/// Takes every contact of an export.
///
/// # Errors
/// [`Damage`] where it cannot be read, or what does not fit into memory not be written.
pub(crate) fn take_contacts<R: BufRead>(
    rows: &mut Rows<R>,
    columns: &Columns,
    (system, said, users): (System, &ContactColumns, Option<&Users>),
    out: &mut Unordered,
) -> Result<Taken, Damage> {
    let mut taken = Taken::default();
    let mut splitter = Splitter::new(system, said.tags.as_ref());
    // Two of one ID, of whom one has a user and one has none, are records of two kinds, which nobody sees beside each other later.
    let (mut ids, mut room) = (Vec::new(), Allowance::new(KEPT, "the contact IDs"));
    while let Some(row) = rows.next()? {
        let row = match row {
            Ok(row) => row,
            Err((line, fault)) => {
                taken.faults.push(line, fault);
                continue;
            }
        };
        if system == System::WordPress && row.cell(columns.id).is_empty() {
            taken.users_only += 1;
            continue;
        }
        match contact(&row, columns, &mut splitter) {
            Err(fault) => taken.faults.push(row.line, fault),
            Ok(fields) => {
                let id = row.cell(columns.id);
                let is_user = users.is_none_or(|users| users.has(row.cell(columns.email)));
                taken.leading_zeros += u64::from(id.len() > 1 && id.starts_with('0'));
                *(if is_user { &mut taken.contacts } else { &mut taken.without_user }) += 1;
                if users.is_some() {
                    room.take(size_of::<(u128, u64)>())?;
                    ids.push((digest_of(id), row.line));
                }
                out.push(if is_user { "contact" } else { "contact-without-user" }, id, row.line, fields)?;
            }
        }
    }
    ids.sort_unstable();
    if let Some(both) = ids.windows(2).find(|both| both[0].0 == both[1].0) {
        return Err(twice("contact", [both[0].1, both[1].1]));
    }
    (taken.prefixed, taken.splits_at_commas) = (splitter.prefixed(), splitter.splits_at_commas());
    taken.mixed = splitter.mixed();
    Ok(taken)
}

/// Two rows of one ID, by their lines.
pub(crate) fn twice(kind: &str, [first, second]: [u64; 2]) -> Damage {
    let damage = Damage::whole(format!("lines {first} and {second} of the export have one {kind} ID"));
    damage.help("remove the row that is not right from the file; or merge the two in the system that it is from, and export again")
}

/// What an export says of a contact.
fn contact(row: &Row<'_>, columns: &Columns, splitter: &mut Splitter) -> Result<Map<String, Value>, Fault> {
    id(row.cell(columns.id))?;
    let email = row.cell(columns.email);
    if !email.is_empty() && !email.contains('@') {
        return Err(Fault::NoAddress);
    }
    let mut fields = Map::new();
    for (key, at) in [("first_name", columns.first_name), ("last_name", columns.last_name)] {
        fields.extend(at.map(|at| (key.to_owned(), json!(row.cell(at)))));
    }
    fields.insert("email".to_owned(), json!(email));
    if let Some(at) = columns.tags {
        fields.insert("tags".to_owned(), json!(splitter.split(row.line, row.cell(at))?));
    }
    let affiliate = columns.affiliate.map(|at| row.cell(at)).filter(|affiliate| !affiliate.is_empty());
    fields.extend(affiliate.map(|affiliate| ("affiliate".to_owned(), json!(affiliate))));
    Ok(fields)
}

/// Whether a text can be an ID as the system gave it.
pub(super) fn id(text: &str) -> Result<(), Fault> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let decimal =
        |text: &str| text.split_once(['.', ',']).is_some_and(|(whole, rest)| is_number(whole) && is_number(rest));
    if text.is_empty() {
        return Err(Fault::NoId);
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E'])
        && exponent.starts_with(['+', '-'])
        && is_number(&exponent[1..])
        && (is_number(mantissa) || decimal(mantissa))
    {
        return Err(Fault::ScientificId);
    }
    if decimal(text) {
        return Err(Fault::DecimalId);
    }
    let is_strange = |c: char| c.is_whitespace() || is_unseen(c) || matches!(c, '"' | '\'' | '=' | '@');
    if text.len() > LONGEST_ID || text.contains(is_strange) || text.parse::<IpAddr>().is_ok() {
        return Err(Fault::StrangeId);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_the_system_gave_and_not_what_a_spreadsheet_made_of_it() {
        for text in ["7", "007", "10231", "z1togz2hcjrkpp5treip", "1e5f", "12e34", "a-b_c"] {
            assert_eq!(id(text), Ok(()), "{text}");
        }
        for (text, fault) in [
            ("", Fault::NoId),
            ("1.23E+08", Fault::ScientificId),
            ("1,23E+08", Fault::ScientificId),
            ("5E+11", Fault::ScientificId),
            ("10231.0", Fault::DecimalId),
            ("10231,00", Fault::DecimalId),
            ("=\"0123\"", Fault::StrangeId),
            ("'0123", Fault::StrangeId),
            ("1 023", Fault::StrangeId),
            ("10.0.0.2", Fault::StrangeId),
            ("2001:db8::7", Fault::StrangeId),
            ("ada@member.example", Fault::StrangeId),
            ("12\u{202e}3", Fault::StrangeId),
            (&"1".repeat(65), Fault::StrangeId),
        ] {
            assert_eq!(id(text), Err(fault), "{text}");
        }
    }
}
