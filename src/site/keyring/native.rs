//! macOS's Keychain, Windows's Credential Manager.

use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{Entry, Error};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;

use super::NoKeyring;

const SERVICE: &str = "amc-plan";

pub(super) fn reach() -> Result<(), NoKeyring> {
    Store::new().map(drop).map_err(|error| said(&error))
}

pub(super) fn read(site: &str) -> Result<Option<Vec<u8>>, NoKeyring> {
    match entry(site)?.get_secret() {
        Ok(secret) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(said(&error)),
    }
}

pub(super) fn write(site: &str, secret: &[u8]) -> Result<(), NoKeyring> {
    entry(site)?.set_secret(secret).map_err(|error| said(&error))
}

pub(super) fn remove(site: &str) -> Result<bool, NoKeyring> {
    match entry(site)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(said(&error)),
    }
}

fn entry(site: &str) -> Result<Entry, NoKeyring> {
    Store::new().and_then(|store| store.build(SERVICE, site, None)).map_err(|error| said(&error))
}

/// An error may carry the secret's own bytes, so none is quoted.
fn said(error: &Error) -> NoKeyring {
    match error {
        Error::NoStorageAccess(_) => NoKeyring::Locked,
        Error::TooLong(..) => NoKeyring::Refused("it is too long for it".to_owned()),
        _ => NoKeyring::Refused("no reason".to_owned()),
    }
}
