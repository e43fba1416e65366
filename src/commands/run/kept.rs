//! How everybody was before a run: without it nobody can say that they kept what they had.

use std::path::Path;

use crate::apply::journal::{self, JournalEntry};
use crate::failure::Failure;
use crate::model::Snapshot;
use crate::site::Site as _;
use crate::site::file::{self, FileSite};

/// Why nobody can say that everybody kept what they had.
pub(super) const NOT_KEPT: &str = "the reading of the members from before the run is no longer kept here, or was changed, so only \
    the run's own changes were compared";

/// Whether a site was kept here, with its population where it had one.
pub(super) fn is_there(before: &Path) -> bool {
    std::fs::symlink_metadata(before).is_ok_and(|found| found.is_file()) && !file::lacks_population(before)
}

/// Whether the site as it was before the run of this journal is kept here, as it was kept: another reading proves nothing.
pub(super) fn is_kept(before: &Path, events: &[JournalEntry]) -> bool {
    is_there(before) && (journal::kept(events).is_none() || reading(before, events).is_some())
}

/// The reading that was kept of the site, where it is here as it was kept.
pub(crate) fn reading(before: &Path, events: &[JournalEntry]) -> Option<Snapshot> {
    let kept = FileSite::open(before).and_then(|mut kept| kept.configuration()).ok()?;
    journal::kept(events).is_none_or(|noted| kept.sha256 == noted).then_some(kept)
}

/// The digest of a reading's own records, that of its population among them.
pub(super) fn digest(before: &Path) -> Result<String, Failure> {
    Ok(FileSite::open(before)?.configuration()?.sha256)
}
