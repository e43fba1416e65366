//! How much of a site has come, while it comes: a line on a terminal, which is taken away at the end.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Write as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How often the line is drawn again.
const EACH: Duration = Duration::from_millis(500);

/// Gets how many bytes have come of what is read, again and again, and at the end zero.
pub(super) fn drawn(what: &'static str) -> Rc<dyn Fn(u64)> {
    if !io::stderr().is_terminal() {
        return unseen();
    }
    let (said, is_drawn) = (Cell::new(Instant::now()), Cell::new(false));
    Rc::new(move |bytes| {
        let is_over = bytes == 0 && is_drawn.get();
        let line = match bytes {
            0 => String::new(),
            bytes => format!("reading {what}: {:.1} MB so far", bytes as f64 / 1e6),
        };
        if is_over || bytes > 0 && said.get().elapsed() >= EACH {
            // Nobody misses a line that says how far it is.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            said.set(Instant::now());
            is_drawn.set(!is_over);
        }
    })
}

/// The same where nothing may be drawn.
pub(super) fn unseen() -> Rc<dyn Fn(u64)> {
    Rc::new(|_| {})
}
