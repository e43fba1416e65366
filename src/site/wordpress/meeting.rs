//! Which site answers at an address: asked without a login, before anything else is.

use serde_json::Value;
use url::Url;

use super::address::Address;
use super::client::{Answer, Failure, Reader};
use super::{errors, route, text};
use crate::model::Identity;
use crate::site::SiteError;

/// Compares the site that answers with the one that the reader's address names. Only then does the reader send its login.
///
/// The index of the REST API says its home to anybody. Where a plugin keeps that from who is not logged in, the `Link` header
/// of its answer, or of the front page, names the API under that home.
///
/// # Errors
/// [`SiteError::Another`] where another site answers; [`SiteError::Login`] where nothing shows without a login which one it
/// is; [`SiteError::Answer`] where no WordPress answers as it should.
pub(super) fn meet(reader: &mut Reader) -> Result<(), SiteError> {
    let mut index = ask(reader)?;
    if index.body.is_err()
        && let Some(link) = index.rest_link.take()
    {
        if !reader.follow_link(&link) {
            // It leads to another site, which is asked nothing.
            let home = home_of(reader, &link);
            return Err(home.map_or_else(|| errors::explain(reader, &index), |home| differs(reader, &home)));
        }
        index = ask(reader)?;
        index.rest_link.get_or_insert(link);
    }
    let home = home(reader, &index)?;
    is_same(reader, &home)?;
    reader.is_met();
    Ok(())
}

/// Compares the home that a site says it has with the address that it was asked at.
///
/// # Errors
/// [`SiteError::Another`] where they differ.
pub(super) fn is_same(reader: &Reader, home: &str) -> Result<(), SiteError> {
    let found = Identity::parse(home);
    if found.is_some_and(|found| found.is_same_site(&reader.address().identity())) {
        return Ok(());
    }
    Err(differs(reader, home))
}

fn ask(reader: &Reader) -> Result<Answer, SiteError> {
    reader.get("/", &[("_fields", "home")]).map_err(|failure| failed(reader, &failure))
}

/// The home that the site gives whoever asks.
fn home(reader: &Reader, index: &Answer) -> Result<String, SiteError> {
    if let (200, Ok(body)) = (index.status, &index.body) {
        // An answer without its home may still say where its API is.
        let linked = || home_of(reader, index.rest_link.as_deref()?);
        return text(body, "home").or_else(linked).ok_or_else(|| errors::not_wordpress(reader.address()));
    }
    let is_withheld = matches!(index.status, 401 | 403 | 404) && index.body.is_ok();
    if !is_withheld {
        return Err(errors::explain(reader, index));
    }
    if let Some(home) = index.rest_link.as_deref().and_then(|link| home_of(reader, link)) {
        return Ok(home);
    }
    let front = reader.front().map_err(|failure| failed(reader, &failure))?;
    let home = front.rest_link.as_deref().and_then(|link| home_of(reader, link));
    home.ok_or_else(|| errors::unknown_identity(reader.address()))
}

/// The home under which a link to the REST API leads, as [`route::home_of`].
fn home_of(reader: &Reader, link: &str) -> Option<String> {
    route::home_of(&reader.address().url().join(link).ok()?)
}

/// No answer came; a redirect out of the site says which one it is instead.
fn failed(reader: &Reader, failure: &Failure) -> SiteError {
    let address = reader.address();
    let Failure::Elsewhere(to) = failure else { return errors::failed(address, failure) };
    let there = Url::parse(to).ok().map(|mut there| {
        if there.origin() == address.url().origin() {
            return route::home_behind(&there);
        }
        there.set_path(address.url().path());
        there.to_string()
    });
    differs(reader, there.as_deref().unwrap_or(to))
}

/// What to say where the home is not the address.
fn differs(reader: &Reader, home: &str) -> SiteError {
    let address = reader.address();
    let Ok(found) = Address::parse(home) else { return errors::no_home(reader, home) };
    let could_be = found.identity().could_be_the_same(&address.identity());
    errors::another(reader, &found, could_be)
}

/// Compares what the site says of its home to a reader that is logged in.
///
/// # Errors
/// As [`is_same`]; a home that is not said proves nothing, and was asked for before.
pub(super) fn is_same_index(reader: &Reader, index: &Value) -> Result<(), SiteError> {
    text(index, "home").map_or(Ok(()), |home| is_same(reader, &home))
}
