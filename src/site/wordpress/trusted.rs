//! Whose certificates are trusted: those that this system trusts, as browsers and other programs do.

use std::env;

use ureq::tls::{Certificate, RootCerts};

use super::address::Address;
use crate::site::SiteError;

/// Where certificates are read from instead of the system's store.
const INSTEAD: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The system's store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead. Where the system has no store, Mozilla's, built in.
///
/// # Errors
/// [`SiteError::Answer`] where one of the two is set and no certificate can be read there.
pub(super) fn roots(site: &Address) -> Result<RootCerts, SiteError> {
    let found = rustls_native_certs::load_native_certs().certs;
    if !found.is_empty() {
        return Ok(found.iter().map(|der| Certificate::from_der(der).to_owned()).into());
    }
    match INSTEAD.into_iter().find(|name| env::var_os(name).is_some()) {
        None => Ok(RootCerts::WebPki),
        Some(name) => Err(SiteError::Answer {
            origin: site.origin(),
            what: format!("{name} is set, and no certificate could be read there, so no site could be trusted"),
            help: format!("name a file of certificates in PEM form in SSL_CERT_FILE, or unset {name}"),
        }),
    }
}
