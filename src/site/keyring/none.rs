//! A system whose keyring is not known.

use super::NoKeyring;

pub(super) fn reach() -> Result<(), NoKeyring> {
    Err(NoKeyring::Unknown)
}

pub(super) fn read(_: &str) -> Result<Option<Vec<u8>>, NoKeyring> {
    Err(NoKeyring::Unknown)
}

pub(super) fn write(_: &str, _: &[u8]) -> Result<(), NoKeyring> {
    Err(NoKeyring::Unknown)
}

pub(super) fn remove(_: &str) -> Result<bool, NoKeyring> {
    Err(NoKeyring::Unknown)
}
