//! Ctrl-C: raised once for a whole run, so that it ends between two acts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::failure::exit;

/// Raised by Ctrl-C, once for the whole run; a second one ends the process at once, which the journal stands as it stands
/// any other end.
pub(super) fn ctrl_c() -> &'static AtomicBool {
    RAISED.get_or_init(arm)
}

/// Whether Ctrl-C was pressed since somebody listens to it.
pub(super) fn is_interrupted() -> bool {
    RAISED.get().is_some_and(|raised| raised.load(Ordering::Relaxed))
}

static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

fn arm() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    let armed = flag::register_conditional_shutdown(SIGINT, exit::INTERRUPTED.into(), Arc::clone(&raised))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&raised)));
    // Where the system has no signals, Ctrl-C ends the process at once.
    drop(armed);
    raised
}
