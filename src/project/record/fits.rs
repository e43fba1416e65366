//! What evidence has to do with what is on record before it, judged where nobody else can add a line.

use crate::failure::{Failure, exit};
use crate::model::record::{Evidence, Purchase, Record, Verification};

/// Refuses evidence that the record, as it is when the line is written, does not bear: a transaction of another purchase, a line
/// that no verification flagged.
pub(crate) fn still_fits(record: &Record, evidence: &Evidence) -> Result<(), Failure> {
    match evidence {
        Evidence::Purchase(said) => not_of_another(record, said),
        Evidence::Acknowledgement(seen) => is_flagged(record, seen.line),
        _ => Ok(()),
    }
}

/// Refuses a transaction that is on record for another test purchase.
fn not_of_another(record: &Record, purchase: &Purchase) -> Result<(), Failure> {
    let Some(named) = purchase.payment() else { return Ok(()) };
    let is_another = |said: &&Purchase| {
        (!said.host.is_same_site(&purchase.host) || said.form != purchase.form)
            && said.payment().is_some_and(|id| id == named)
    };
    let mut purchases = record.entries.iter().filter_map(|entry| match &entry.evidence {
        Evidence::Purchase(purchase) => Some(purchase),
        _ => None,
    });
    let Some(other) = purchases.find(is_another) else { return Ok(()) };
    let message = format!("this transaction is on record for `{}` on {}", other.form, other.host);
    Err(Failure::new(exit::USAGE, message)
        .help("each purchase has a transaction of its own: give the ID that this order's page shows"))
}

pub(crate) fn last_verification(record: &Record) -> Option<&Verification> {
    record.entries.iter().rev().find_map(|entry| match &entry.evidence {
        Evidence::Verification(verification) => Some(verification),
        _ => None,
    })
}

/// Refuses the number of a line that the last verification did not flag.
pub(crate) fn is_flagged(record: &Record, line: usize) -> Result<(), Failure> {
    let lines = last_verification(record).map_or(&[][..], |verification| &verification.lines);
    match lines.get(line.wrapping_sub(1)) {
        Some(found) if found.flagged => Ok(()),
        Some(_) => Err(Failure::new(exit::USAGE, format!("line {line} of the verification carries no \"!\""))),
        None => Err(Failure::new(exit::USAGE, format!("the verification has {} lines, not {line}", lines.len()))),
    }
}
