//! What a run asks of the comparison that `plan verify` makes: everybody in a line, and the test purchases.

use std::path::Path;

use crate::failure::Failure;
use crate::model::purchase::Purchased;
use crate::model::record::Record;
use crate::output::verify::{human, named};
use crate::project::Opened;
use crate::reconcile::Verdict;
use crate::verify::{SideReading, compare};

/// The comparison of a site as it was kept with itself as it is, in a line, with its verdict: what a run says at its end.
///
/// `purchases` are the test purchases that were made until then: whoever else is extra is extra. A site at an address is read now,
/// whatever its clock says.
pub(super) fn in_a_line(
    opened: &Opened,
    (kept, after, is_read_now): (&Path, &SideReading, bool),
    purchases: &Record,
) -> Result<Ended, Failure> {
    let before = SideReading::kept(kept)?;
    let comparison = compare(opened, Some(&before), after, purchases)?;
    let verdict = comparison.verdict();
    // A population's own header is under its digest: the same one is the same reading.
    let read = |place: &SideReading| {
        let snapshot = place.snapshot()?;
        Some((place.times()[1].or(place.time())?, snapshot.population.as_ref()?.sha256.clone()))
    };
    let again = match (read(&before), read(after)) {
        _ if is_read_now => true,
        (Some(before), Some(after)) => after.0 > before.0 && after.1 != before.1,
        _ => true,
    };
    // Who was not read since is compared with themselves.
    let words = if verdict == Verdict::Equal && !again {
        "read back; contacts are not compared, as the file holds no reading of them since the run began".to_owned()
    } else {
        format!("verified: {}", human::line(&comparison))
    };
    Ok(Ended { verdict, words, who: named(&comparison), again })
}

/// The test purchases on record, as far as the site shows them, as it was kept and as it is.
pub(super) fn purchases(
    opened: &Opened,
    (kept, after): (Option<&Path>, &SideReading),
    record: &Record,
) -> Result<Vec<Purchased>, Failure> {
    let before = kept.map(SideReading::kept).transpose()?;
    Ok(compare(opened, before.as_ref(), after, record)?.purchases)
}

/// What the comparison at the end of a run came to.
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    pub(super) words: String,
    /// Who differs, a line a class.
    pub(super) who: Vec<String>,
    /// Whether the side after is another reading than the side before.
    pub(super) again: bool,
}
