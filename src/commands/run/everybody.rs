//! Everybody at the site of a run, read once for all that one look asks of them, and again once something happened since.

use std::rc::Rc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::failure::Failure;
use crate::site::Site;
use crate::verify::SideReading;

/// How often the members of a site at an address are read at most while a step waits for what they show.
const AT_MOST: Duration = Duration::from_secs(10);

/// Everybody as they were read last; nobody where they are to be read again.
#[derive(Default)]
pub(super) struct Everybody(Option<Read>);

struct Read {
    side: Rc<SideReading>,
    /// When it began, by this machine's clock.
    begun: Timestamp,
    ended: Instant,
    /// How many lines journal and record had then.
    lines: [usize; 2],
}

impl Everybody {
    /// Everybody as they are. Of a site at an address each reading is a capture of all of it: one counts for as long as journal and record
    /// have as many lines, and nobody asks for another.
    pub(super) fn at(&mut self, site: &mut dyn Site, lines: [usize; 2]) -> Result<Rc<SideReading>, Failure> {
        if site.is_in_a_file() {
            return Ok(Rc::new(SideReading::of(site)?));
        }
        if let Some(read) = self.0.as_ref().filter(|read| read.lines == lines) {
            return Ok(Rc::clone(&read.side));
        }
        self.0 = None;
        let begun = Timestamp::now();
        let side = Rc::new(SideReading::of(site)?);
        self.0 = Some(Read { side: Rc::clone(&side), begun, ended: Instant::now(), lines });
        Ok(side)
    }

    /// When the reading began that counts; none where it is to be made. What a site at an address says of the time is of its own clock, and
    /// the journal goes by this machine's.
    pub(super) fn begun(&self) -> Option<Timestamp> {
        self.0.as_ref().map(|read| read.begun)
    }

    /// Has them read again at the next look.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    /// The same, where the last reading is old: a step that waits is looked at every few seconds, and the site is to be left in `peace`.
    pub(super) fn let_age(&mut self, peace: Duration) {
        let is_old = |read: &Read| read.ended.elapsed() >= AT_MOST.max(peace);
        if self.0.as_ref().is_some_and(is_old) {
            self.0 = None;
        }
    }
}
