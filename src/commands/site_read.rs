//! A site that was read: as it is now or as somebody recorded it, weighed, with what persons attested of it laid over.

use std::time::Instant;

use jiff::Timestamp;

use crate::failure::Failure;
use crate::model::population::{Census, Questions};
use crate::model::{Identity, Worth};
use crate::output::{Mode, SiteLine};
use crate::project::Opened;
use crate::project::settings::Settings;
use crate::rules::Freshness;
use crate::site::{Reading, Site};
use crate::trust::{Readings, recorded_here};

use super::attesting::{Attesting, make_void};

/// A site that was read.
pub(super) struct SiteRead {
    pub(super) reading: Reading,
    pub(super) line: SiteLine,
    /// The clock's time for a live site, the capture time for a site in a file.
    pub(super) now: Timestamp,
    /// Whether it is a site in a file.
    is_in_a_file: bool,
}

impl SiteRead {
    /// What was counted of its members; none where nobody could.
    pub(super) fn census(&self) -> Option<&Census> {
        self.reading.census.as_ref()
    }

    /// Which site it is.
    pub(super) fn identity(&self) -> &Identity {
        &self.reading.snapshot.header.site
    }
}

/// Reads a site: as it is now, or as somebody recorded it, with what persons attested of it laid over.
pub(super) fn read_site(site: &mut dyn Site, as_what: (Mode, Attesting), opened: &Opened) -> Result<SiteRead, Failure> {
    read_asking(site, as_what, opened, Questions::of(&opened.plan))
}

/// The same, asking its members this.
pub(super) fn read_asking(
    site: &mut dyn Site,
    (mode, attesting): (Mode, Attesting),
    opened: &Opened,
    questions: Questions,
) -> Result<SiteRead, Failure> {
    let staging = opened.plan.staging_site();
    let purchases = staging.iter().flat_map(|staging| opened.record.purchases(staging));
    let orders = purchases.flat_map(|purchase| purchase.orders.iter().cloned());
    let begun = Instant::now();
    let reading = site.read(&Questions { orders: orders.collect(), ..questions })?;
    log::info!(
        "the site `{}`: its members, and what was not read before, in {} ms",
        site.name(),
        begun.elapsed().as_millis()
    );
    Ok(weighed(site, reading, (mode, attesting), opened))
}

/// A reading of a site with what it is worth, and what persons attested of it laid over.
pub(super) fn weighed(
    site: &dyn Site,
    mut reading: Reading,
    (mode, attesting): (Mode, Attesting),
    opened: &Opened,
) -> SiteRead {
    let plan = &opened.plan;
    reading.snapshot.worth = match mode {
        Mode::Snapshot => Readings::of_this_machine().worth_for(&reading.snapshot, Some(plan)),
        // A site in a file is what it says for its own runs.
        Mode::Live | Mode::None => Worth::Captured,
    };
    let mut line = SiteLine::of(site.name(), &reading.snapshot, mode);
    if mode == Mode::Live && site.is_in_a_file() && !reading.snapshot.header.is_invented() {
        let worth = Readings::of_this_machine().worth_for(&reading.snapshot, Some(plan));
        line.as_recording = Some(worth).filter(|worth| *worth != Worth::Captured);
    }
    let taken_at = reading.snapshot.header.taken_at.parse().unwrap_or_else(|_| Timestamp::now());
    let here = recorded_here();
    reading.snapshot = attesting.over(reading.snapshot, &opened.record, &here);
    make_void(&mut reading.snapshot, (&site.name(), plan), &here);
    SiteRead { reading, line, now: taken_at, is_in_a_file: site.is_in_a_file() }
}

/// What counts as a reading of now. What a person names as a site is one: an address stands for itself as it is at this moment, and
/// a recording stands for the live site where that is judged.
pub(super) fn freshness(site: Option<&SiteRead>, settings: &Settings, live: bool) -> Freshness {
    let clock = Timestamp::now();
    let Some(site) = site else { return Freshness::without_site(clock) };
    let is_its_own = site.line.mode == Mode::Live;
    let stands_for_now = if is_its_own { !site.is_in_a_file } else { live };
    let invented = is_its_own && site.is_in_a_file && site.reading.snapshot.header.is_invented();
    let max_age = (!invented).then(|| settings.max_age.as_str().to_owned());
    Freshness { clock, max_age, stands_for_now }
}
