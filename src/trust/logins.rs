//! Which logins a site took from this machine: that one is refused shows that it was revoked only if it worked before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

use super::key::{Key, Purpose};
use super::ledger::Ledger;

/// The ledger of logins that worked.
const LOGINS: Ledger = Ledger { file: "logins.ndjson", purpose: Purpose::Login };

/// A login that worked, by the mark that this machine's key makes of it: nobody reads the login out of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worked {
    /// Its mark.
    login: String,
    /// When it was taken.
    pub at: Timestamp,
    /// Whether the site's list of plugins was without the collector then.
    pub plugin_was_gone: bool,
}

/// The mark of a login on this machine.
///
/// # Errors
/// Where the machine's key can be neither read nor made.
pub fn mark_of_login(login: &[u8]) -> Result<String, Failure> {
    Ok(Key::find_or_make()?.mark(Purpose::Login, login))
}

/// When the login of this mark was taken last; none where nobody here saw it taken.
pub fn worked(mark: &str) -> Option<Worked> {
    LOGINS.lines::<Worked>().into_iter().rev().find(|worked| worked.login == mark)
}

/// Notes that a login was taken, where nobody here saw that before. Of the plugin that shows nothing.
///
/// # Errors
/// Where the ledger cannot be written.
pub fn note_taken(mark: &str, at: Timestamp) -> Result<(), Failure> {
    if worked(mark).is_some() { Ok(()) } else { note_worked(mark, false, at) }
}

/// Notes that a login was taken, and whether the plugin was gone then.
///
/// # Errors
/// Where the ledger cannot be written.
pub fn note_worked(mark: &str, plugin_was_gone: bool, at: Timestamp) -> Result<(), Failure> {
    // The same once more says nothing new.
    if worked(mark).is_some_and(|last| last.plugin_was_gone == plugin_was_gone) {
        return Ok(());
    }
    LOGINS.note(&Worked { login: mark.to_owned(), at, plugin_was_gone })
}
