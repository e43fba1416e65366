//! How long and how much a reader waits for: of one request, and of a whole reading.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long and how much a reader waits for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer, redirects included.
    pub answer: Duration,
    /// Bytes of an answer, unpacked.
    pub body: u64,
    /// How often one request is tried where the site is busy or the connection is lost.
    pub tries: u32,
    /// The pause before the second try; it doubles with every further one.
    pub pause: Duration,
    /// The longest pause that a site may ask for; where it asks for more, the request is not tried again.
    pub longest_pause: Duration,
    /// For all tries of one request after the first, with their pauses.
    pub tries_together: Duration,
    /// Requests of one reading, redirects and further tries included.
    pub requests: u32,
    /// Bytes of all answers of one reading, unpacked.
    pub bytes: u64,
    /// For one reading, all requests and pauses together.
    pub reading: Duration,
    /// Bytes of what the collector gives, unpacked: it goes into a file and never whole into memory.
    pub collected: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(60),
            body: 64 * 1024 * 1024,
            tries: 4,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            tries_together: Duration::from_secs(30),
            requests: 500,
            bytes: 256 * 1024 * 1024,
            reading: Duration::from_secs(300),
            collected: 64 << 30,
        }
    }
}

impl Limits {
    /// For what the collector gives: one answer takes as long as the site has members.
    pub fn of_collecting() -> Self {
        Self { reading: Duration::from_secs(30 * 60), ..Self::default() }
    }
}

/// What a reading has cost so far.
pub(super) struct Spent {
    since: Cell<Instant>,
    requests: Cell<u32>,
    bytes: Cell<u64>,
}

impl Spent {
    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        Self { since: Cell::new(Instant::now()), requests: Cell::new(0), bytes: Cell::new(0) }
    }

    /// A reading begins: its bounds count from here.
    pub(super) fn begin(&self) {
        self.since.set(Instant::now());
        self.requests.set(0);
        self.bytes.set(0);
    }

    /// An answer came, of so many bytes.
    pub(super) fn received(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_add(bytes as u64));
    }

    /// The time that is left for one more request of this reading.
    ///
    /// # Errors
    /// The bound that the reading goes beyond, in words.
    pub(super) fn one_more(&self, limits: &Limits) -> Result<Duration, String> {
        self.requests.set(self.requests.get().saturating_add(1));
        let left = limits.reading.saturating_sub(self.since.get().elapsed());
        if self.requests.get() > limits.requests {
            return Err(format!("{} requests", limits.requests));
        }
        if self.bytes.get() > limits.bytes {
            return Err(format!("{} MiB of answers", limits.bytes.div_ceil(1024 * 1024)));
        }
        if left.is_zero() {
            return Err(format!("{} seconds", limits.reading.as_secs()));
        }
        Ok(left)
    }
}
