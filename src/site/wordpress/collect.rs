//! What the collector (`bridge/`) gives of a live site: checked while it comes, and never whole in memory.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::client::{Failure, Got, Sent};
use super::{Limits, WordPress, errors, meeting};
use crate::capture::{self, Header};
use crate::population::Damage;
use crate::site::{SiteError, disk};

/// What is asked of the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Values, as far as its request names them: members too.
    Capture,
    /// Names and shapes.
    Inventory,
}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// What its first line says.
    pub header: Header,
    /// The SHA-256 that its last line names, and that fits.
    pub digest: String,
    /// Whether it was made when it was asked for.
    pub made: Made,
}

/// When what came was made, as the clock of who sent it shows: a site's clock may be hours off, and a cache may answer in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Once it was asked for.
    Then,
    /// So long before it was sent, which is longer than anybody waited for it; after it, where it is less than nothing.
    Before(SignedDuration),
    /// The answer does not say when it was sent.
    Unknown,
}

impl Made {
    /// Seconds are not counted in parts, neither when it was made nor when it was sent.
    const ROUNDED: SignedDuration = SignedDuration::from_secs(2);

    fn of(taken_at: &str, sent: Sent, waited: Duration) -> Self {
        let (Some(sent_at), Ok(taken_at)) = (sent.at, taken_at.parse::<Timestamp>()) else { return Self::Unknown };
        let signed = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let before = sent_at.duration_since(taken_at).saturating_add(signed(sent.kept));
        let longest = signed(waited).saturating_add(Self::ROUNDED);
        if before >= -Self::ROUNDED && before <= longest { Self::Then } else { Self::Before(before) }
    }
}

/// What the collector gave was not made when it was asked for, as a part of a sentence.
pub(super) fn not_of_now(before: SignedDuration) -> String {
    let by = match before.unsigned_abs().as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    };
    let when = if before.is_negative() { "after" } else { "before" };
    format!(
        "by the site's clock what the plugin `plan-bridge` gave was made {by} {when} it was sent: a cache answers in its place and is to leave \
         out `wp-json` and `rest_route`, or the clock of PHP and that of the server differ"
    )
}

/// How much of an answer is checked at a time.
const BLOCK: usize = 1 << 18;

impl Given {
    /// The route that gives it.
    fn route(self) -> &'static str {
        match self {
            Self::Capture => "/plan/v1/capture",
            Self::Inventory => "/plan/v1/inventory",
        }
    }

    /// How many bytes of it are taken at most: an inventory grows with the words of a site's plugins, and not with its members.
    fn most(self, limits: &Limits) -> u64 {
        match self {
            Self::Capture => limits.collected,
            Self::Inventory => limits.collected.min(1 << 30),
        }
    }

    /// Reads it to its end.
    ///
    /// # Errors
    /// [`Damage`] where it is not whole.
    pub fn check(self, lines: impl BufRead) -> Result<Collected, Damage> {
        let kind = match self {
            Self::Capture => "capture",
            Self::Inventory => "inventory",
        };
        let (header, digest) = capture::whole(lines, kind)?;
        Ok(Collected { header, digest, made: Made::Unknown })
    }
}

impl WordPress {
    /// Reads what the collector gives into a new file, its owner's alone and packed by its name: whole, or there is none.
    ///
    /// # Errors
    /// [`SiteError`] where the site does not give it whole, or the file cannot be written.
    pub fn collect_into_file(
        &mut self,
        given: Given,
        path: &Path,
        came: &mut dyn FnMut(u64),
    ) -> Result<Collected, SiteError> {
        disk::replace_by_stream(path, |out| self.collect(given, (path, out), came))
    }

    /// Reads what the collector gives into a writer, which messages call by this name. What was written counts only where this ends well.
    /// `came` gets how many bytes have come, unpacked, again and again.
    ///
    /// # Errors
    /// [`SiteError`] where the site does not give it whole, or it cannot be written.
    pub fn collect(
        &mut self,
        given: Given,
        (name, to): (&Path, &mut dyn Write),
        came: &mut dyn FnMut(u64),
    ) -> Result<Collected, SiteError> {
        self.reader.begin();
        meeting::meet(&mut self.reader)?;
        let address = self.reader.address();
        let asked = Instant::now();
        let (from, sent) =
            match self.reader.lines(given.route()).map_err(|failure| errors::failed(address, &failure))? {
                Got::Lines(lines, sent) => (lines, sent),
                Got::Answer(answer) => return Err(errors::no_collection(&self.reader, &answer)),
            };
        let waited = asked.elapsed();
        let broken = RefCell::new(None);
        let most = given.most(self.reader.limits());
        let copied = Copied { from, to, bytes: 0, most, came, broken: &broken };
        let checked = given.check(BufReader::with_capacity(BLOCK, copied));
        match (checked, broken.take()) {
            (_, Some(Broken::Source(error))) => Err(errors::failed(address, &self.reader.broke(error))),
            (_, Some(Broken::Endless)) => Err(errors::failed(address, &Failure::TooLarge(most))),
            (_, Some(Broken::Target(source))) => Err(disk::failed("write", name, source)),
            (Ok(collected), None) => {
                Ok(Collected { made: Made::of(&collected.header.taken_at, sent, waited), ..collected })
            }
            (Err(Damage::Broken { line, what, help }), None) => {
                Err(errors::damaged(address, line, &self.reader.login().hide(&what), &help))
            }
            (Err(Damage::Read(error)), None) => Err(errors::failed(address, &self.reader.broke(error))),
        }
    }
}

/// What comes, written down as it is read.
struct Copied<'a> {
    from: Box<dyn Read>,
    to: &'a mut dyn Write,
    bytes: u64,
    most: u64,
    came: &'a mut dyn FnMut(u64),
    broken: &'a RefCell<Option<Broken>>,
}

/// Which side of a copy failed.
enum Broken {
    Source(io::Error),
    Target(io::Error),
    Endless,
}

impl Copied<'_> {
    fn fail(&self, broken: Broken) -> io::Error {
        self.broken.replace(Some(broken));
        io::ErrorKind::Other.into()
    }
}

impl Read for Copied<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer).map_err(|error| self.fail(Broken::Source(error)))?;
        if self.bytes + read as u64 > self.most {
            return Err(self.fail(Broken::Endless));
        }
        self.to.write_all(&buffer[..read]).map_err(|error| self.fail(Broken::Target(error)))?;
        self.bytes += read as u64;
        (self.came)(self.bytes);
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_before_it_was_asked_for_is_known_whatever_the_clocks_say() {
        let made = |taken_at: &str, sent: Option<&str>, kept: u64, waited: u64| {
            let sent = Sent { at: sent.map(|at| at.parse().unwrap()), kept: Duration::from_secs(kept) };
            Made::of(taken_at, sent, Duration::from_secs(waited))
        };
        let noon = "2026-11-29T12:00:00Z";
        assert_eq!(made(noon, Some(noon), 0, 0), Made::Then);
        // A large site is asked for long before its first line is sent.
        assert_eq!(made(noon, Some("2026-11-29T12:00:50Z"), 0, 50), Made::Then);
        let before = |seconds| Made::Before(SignedDuration::from_secs(seconds));
        assert_eq!(made(noon, Some("2026-11-29T12:00:50Z"), 0, 1), before(50));
        assert_eq!(made(noon, Some("2026-11-29T09:00:00Z"), 0, 1), before(-3 * 3600));
        // A cache that keeps the time with it says for how long it did.
        assert_eq!(made(noon, Some(noon), 600, 1), before(600));
        assert_eq!(made(noon, None, 0, 1), Made::Unknown);
        assert_eq!(made("today", Some(noon), 0, 1), Made::Unknown);
    }
}
