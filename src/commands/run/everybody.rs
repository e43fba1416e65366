//! Everybody at the site of a run, read once for all that one look asks of them, and again once something happened since.

use std::rc::Rc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::failure::Failure;
use crate::model::snapshot::COLLECTOR;
use crate::model::{Kind, Step};
use crate::verify::SideReading;

use super::underway::Run;

/// How often the members of a site at an address are read at most while a step waits for what they show.
const AT_MOST: Duration = Duration::from_secs(10);

/// How many times as long as a reading takes the site is left in peace after it.
const PEACE: u32 = 10;

/// Everybody as they were at a moment.
pub(super) struct Everybody {
    side: Rc<SideReading>,
    /// When the reading began, by this machine's clock.
    begun: Timestamp,
    took: Duration,
    ended: Instant,
    /// How many lines the journal and the record had then.
    lines: [usize; 2],
}

impl Everybody {
    fn is_old(&self) -> bool {
        self.ended.elapsed() >= AT_MOST.max(self.took.saturating_mul(PEACE))
    }
}

impl Run {
    /// Everybody as they are. Of a site at an address each reading is a capture of all of it: one counts for as long as nothing is written
    /// into the journal or put on record, and nobody asks for another.
    pub(super) fn everybody(&mut self) -> Result<Rc<SideReading>, Failure> {
        if self.site.is_in_a_file() {
            return Ok(Rc::new(SideReading::of(self.site.as_mut())?));
        }
        let lines = [self.journal.events().len(), self.project.record()?.entries.len()];
        if let Some(read) = self.everybody.as_ref().filter(|read| read.lines == lines) {
            return Ok(Rc::clone(&read.side));
        }
        self.everybody = None;
        let (begun, since) = (Timestamp::now(), Instant::now());
        let side = Rc::new(SideReading::of(self.site.as_mut())?);
        let (took, ended) = (since.elapsed(), Instant::now());
        self.everybody = Some(Everybody { side: Rc::clone(&side), begun, took, ended, lines });
        Ok(side)
    }

    /// When the members were read; none where nothing of them was. At an address that is when we began to: the site's own clock may be
    /// another than the journal's.
    pub(super) fn members_read_at(&mut self) -> Result<Option<Timestamp>, Failure> {
        let read_at = self.everybody()?.times()[1];
        Ok(match &self.everybody {
            Some(read) => read_at.map(|_| read.begun),
            None => read_at,
        })
    }

    /// Whether nobody can be read any more, since the copy was pushed without the collector: right before that it was there.
    pub(super) fn lost_everybody_by_the_push(&mut self) -> Result<bool, Failure> {
        if self.site.is_in_a_file() || !self.journal.progress().passed().contains(&Step::Push) {
            return Ok(false);
        }
        let everybody = self.everybody()?;
        let lists_none = everybody.snapshot().is_some_and(|site| {
            site.header.is_captured(Kind::Plugin.name()) && !site.state.plugins.contains_key(COLLECTOR)
        });
        Ok(everybody.population().is_err() && lists_none)
    }

    /// Has everybody read again at the next look.
    pub(super) fn look_again_at_everybody(&mut self) {
        self.everybody = None;
    }

    /// The same, where the last reading is old: a step that waits is looked at every few seconds.
    pub(super) fn let_everybody_age(&mut self) {
        if self.everybody.as_ref().is_some_and(Everybody::is_old) {
            self.everybody = None;
        }
    }
}
