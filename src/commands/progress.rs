//! How much of a site or of a large file has come, while it comes: a bar on a terminal, which is taken away at the end.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::fs::{self, Seen};
use crate::output::escape;
use crate::text::without_addresses;

/// How long something takes before there is a bar of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often a second a bar is drawn again.
const OFTEN: u8 = 4;

/// Of what nobody knows how much comes.
const SO_FAR: &str = "reading {msg}: {bytes} so far, {bytes_per_sec}";

/// Of what has a length.
const OF_ALL: &str = "reading {msg}: {bar:20} {percent} %, {bytes_per_sec}, {eta} left";

/// Whether a question stands on the terminal, into which nothing may be drawn.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Whether bars may be drawn at all.
static IS_ALLOWED: AtomicBool = AtomicBool::new(false);

/// Whether a bar is there: of two files that are read at a time one is shown.
static IS_DRAWN: AtomicBool = AtomicBool::new(false);

/// A question stands on the terminal from now on, or no more.
pub(super) fn asked(is_asked: bool) {
    IS_ASKED.store(is_asked, Ordering::Relaxed);
}

/// One thing that is read.
struct Reading {
    what: String,
    /// Of how many bytes, where that is known.
    length: Option<u64>,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl Reading {
    fn of(what: String, length: Option<u64>) -> Self {
        Self { what, length, begun: Instant::now(), bar: None }
    }

    fn has(&mut self, bytes: u64) {
        if IS_ASKED.load(Ordering::Relaxed) {
            self.ends();
            return;
        }
        if self.bar.is_none() {
            if self.begun.elapsed() < PATIENCE || IS_DRAWN.swap(true, Ordering::Relaxed) {
                return;
            }
            self.bar = Some(self.drawn());
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }

    fn drawn(&self) -> ProgressBar {
        let target = ProgressDrawTarget::stderr_with_hz(OFTEN);
        let bar = ProgressBar::with_draw_target(self.length, target).with_elapsed(self.begun.elapsed());
        let form = if self.length.is_some() { OF_ALL } else { SO_FAR };
        // A form that is not understood is the ordinary one's.
        let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.with_style(style).with_message(self.what.clone())
    }

    fn ends(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            IS_DRAWN.store(false, Ordering::Relaxed);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.ends();
    }
}

/// Says whether bars may be drawn; where they may, on a terminal, each large file has one while it is read.
pub(super) fn allow(may_draw: bool) {
    let is_allowed = may_draw && io::stderr().is_terminal();
    IS_ALLOWED.store(is_allowed, Ordering::Relaxed);
    if is_allowed {
        fs::watch(of_file);
    }
}

fn of_file(path: &Path, bytes: u64) -> Seen {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut reading = Reading::of(escape::line(&without_addresses(&name)), Some(bytes));
    Box::new(move |read| reading.has(read))
}

/// Gets how many bytes have come of what is read, again and again, and at the end zero.
pub(super) fn drawn(what: &'static str) -> Rc<dyn Fn(u64)> {
    if !IS_ALLOWED.load(Ordering::Relaxed) {
        return unseen();
    }
    let reading = RefCell::new(None);
    Rc::new(move |bytes| {
        let mut reading = reading.borrow_mut();
        match bytes {
            0 => *reading = None,
            bytes => reading.get_or_insert_with(|| Reading::of(what.to_owned(), None)).has(bytes),
        }
    })
}

/// The same where nothing may be drawn.
pub(super) fn unseen() -> Rc<dyn Fn(u64)> {
    Rc::new(|_| {})
}
