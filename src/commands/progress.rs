//! How much of a site has come, while it comes: a line on a terminal, which is taken away at the end.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Write as _};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the line is drawn again, and how long a reading takes before there is one.
const EACH: Duration = Duration::from_millis(500);

/// Whether a question stands on the terminal, into which nothing may be drawn.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// A question stands on the terminal from now on, or no more.
pub(super) fn asked(is_asked: bool) {
    IS_ASKED.store(is_asked, Ordering::Relaxed);
}

/// Gets how many bytes have come of what is read, again and again, and at the end zero.
pub(super) fn drawn(what: &'static str) -> Rc<dyn Fn(u64)> {
    if !io::stderr().is_terminal() {
        return unseen();
    }
    let (said, is_drawn) = (Cell::new(None), Cell::new(false));
    Rc::new(move |bytes| {
        if bytes == 0 {
            if is_drawn.replace(false) {
                draw("");
            }
            said.set(None);
            return;
        }
        let since = said.get().unwrap_or_else(Instant::now);
        said.set(Some(since));
        if since.elapsed() >= EACH && !IS_ASKED.load(Ordering::Relaxed) {
            draw(&format!("reading {what}: {:.1} MB so far", bytes as f64 / 1e6));
            said.set(Some(Instant::now()));
            is_drawn.set(true);
        }
    })
}

/// Nobody misses a line that says how far it is.
fn draw(line: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{line}");
}

/// The same where nothing may be drawn.
pub(super) fn unseen() -> Rc<dyn Fn(u64)> {
    Rc::new(|_| {})
}
