//! What stands around a plan while it is judged, read once: so that another text of the plan is judged against the very same.

use crate::change::Lowered;
use crate::model::population::Questions;
use crate::output::SiteLine;
use crate::project::{Opened, Parsed};
use crate::rules::{BackupFiles, Came, Freshness, Inputs, LiveReading, MembersFile, Moment, Own};

use super::site_read::{SiteRead, freshness};

/// What was read beside a plan and its site.
pub(super) struct Around {
    /// At which moment the plan is judged.
    pub(super) moment: Moment,
    /// Whether the live site is judged.
    pub(super) live: bool,
    /// What the site's members were asked; none where nobody was.
    pub(super) asked: Option<Questions>,
    /// The live site beside its copy.
    pub(super) live_reading: LiveReading,
    /// Its line in a report.
    pub(super) live_line: Option<SiteLine>,
    pub(super) freshness: Freshness,
    pub(super) backup_files: Option<BackupFiles>,
    /// The day on which a rehearsal of the plan ended.
    pub(super) rehearsed: Option<jiff::civil::Date>,
    /// What came of the plan's own rules where one of them has no answer: it is not asked again of every other text, as it may take its
    /// seconds each time.
    pub(super) unanswered: Option<Vec<Came>>,
}

/// A site that was read, what a plan makes of it, and whose members stand in which files.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) site: Option<&'a SiteRead>,
    pub(super) lowered: Option<&'a Lowered>,
    pub(super) members_files: &'a [MembersFile],
}

impl Around {
    /// Around a plan that was not read to its end, of which nothing is judged.
    pub(super) fn nothing(opened: &Opened, (moment, live): (Moment, bool)) -> Self {
        Self {
            moment,
            live,
            asked: None,
            live_reading: LiveReading::NotNamed,
            live_line: None,
            freshness: freshness(None, &opened.settings, live),
            backup_files: None,
            rehearsed: None,
            unanswered: None,
        }
    }

    /// What rules judge: a plan as this text has it, with what stands beside it, and what came of its own rules.
    pub(super) fn inputs<'a>(
        &'a self,
        (plan, beside, own): (&'a Parsed, &'a Opened, &'a [(&'a Own, Came)]),
        Judged { site, lowered, members_files }: Judged<'a>,
        live_reading: &'a LiveReading,
    ) -> Inputs<'a> {
        Inputs {
            plan: &plan.plan,
            before: site.map(|site| &site.reading.snapshot),
            after: lowered.map(|lowered| &lowered.after),
            changes: lowered.map_or(&[], |lowered| &lowered.changes),
            census: site.and_then(SiteRead::census),
            contacts: &plan.contacts,
            record: &beside.record,
            members_files,
            backup_files: self.backup_files.as_ref(),
            refused_attestations: &beside.settings.attestations.refuse,
            raised: &beside.settings.raised,
            own,
            rehearsed: self.rehearsed,
            now: site.map_or(self.freshness.clock, |site| site.now),
            freshness: &self.freshness,
            live: self.live,
            live_reading,
        }
    }
}
