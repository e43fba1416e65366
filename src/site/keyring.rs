//! The system's keyring: a login for each site, where this user's other passwords are kept. Nothing is ever written to a file.
//!
//! An entry is known by its site, and says inside for which one it is: what was kept for one site is given out for no other.

#[cfg(any(target_os = "macos", windows))]
#[path = "keyring/native.rs"]
mod store;
#[cfg(target_os = "linux")]
#[path = "keyring/secret_service.rs"]
mod store;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "keyring/none.rs"]
mod store;

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most bytes of an entry: a user name and a password are some dozens.
const LONGEST: usize = 1 << 14;

/// A user name and an application password, for one site.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The site: its address, with the folder if it is in one.
    pub site: String,
    /// The user's name on the site.
    pub user: String,
    /// The application password.
    pub password: String,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({}, ***)", self.site)
    }
}

/// Why the keyring gives and takes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoKeyring {
    /// There is none that is known.
    #[error("`plan` knows no keyring of this system")]
    Unknown,
    /// There is no session of a desktop.
    #[error("there is no D-Bus session here, and so no keyring")]
    NoSession,
    /// Nobody on the session keeps passwords.
    #[error("nothing on this D-Bus session keeps passwords (gnome-keyring, KWallet and KeePassXC do)")]
    NoDaemon,
    /// It has nowhere to keep anything.
    #[error("the keyring has no default collection yet")]
    Empty,
    /// It is locked, and nobody unlocked it.
    #[error("the keyring is locked (signing in to the desktop, or its own program, unlocks it)")]
    Locked,
    /// It takes too long.
    #[error("the keyring does not answer")]
    Silent,
    /// It does not do what it is asked for; its own code of why.
    #[error("the keyring refuses ({0})")]
    Refused(String),
    /// What it holds for the site was not written by this program, or was changed.
    #[error("what the keyring holds for this site is not what `plan` keeps")]
    Foreign,
}

/// The login that is kept for a site; none where none is.
///
/// # Errors
/// [`NoKeyring`] where the keyring cannot be asked, or holds something else.
pub fn find(site: &str) -> Result<Option<Kept>, NoKeyring> {
    let Some(bytes) = store::read(site)? else { return Ok(None) };
    let kept = (bytes.len() <= LONGEST).then(|| serde_json::from_slice::<Kept>(&bytes).ok()).flatten();
    kept.filter(|kept| kept.site == site).map(Some).ok_or(NoKeyring::Foreign)
}

/// Keeps a login in place of an earlier one for its site, and makes sure that it is there.
///
/// # Errors
/// [`NoKeyring`] where it is not kept.
pub fn keep(kept: &Kept) -> Result<(), NoKeyring> {
    let bytes = serde_json::to_vec(kept).map_err(|_| NoKeyring::Foreign)?;
    store::write(&kept.site, &bytes)?;
    let is_there = |found: Result<Option<Kept>, NoKeyring>| matches!(found, Ok(Some(found)) if found == *kept);
    if is_there(find(&kept.site)) {
        return Ok(());
    }
    // Another one lies in a second collection, and is found before it.
    store::remove(&kept.site)?;
    store::write(&kept.site, &bytes)?;
    is_there(find(&kept.site))
        .then_some(())
        .ok_or_else(|| NoKeyring::Refused("what was kept does not come back".to_owned()))
}

/// Takes a site's login out; whether there was one.
///
/// # Errors
/// [`NoKeyring`] where it may still be there.
pub fn forget(site: &str) -> Result<bool, NoKeyring> {
    store::remove(site)
}

/// Whether there is a keyring that can be asked.
///
/// # Errors
/// [`NoKeyring`] where there is none.
pub fn reach() -> Result<(), NoKeyring> {
    store::reach()
}
