//! How the first record of a file says which site it is of.
//!
//! `host` alone is what older builds wrote, and what a site at the root of its host needs; `home` and `blog` say the rest.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Identity;

/// The fields of a first record that say which site it is of.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Home {
    /// The site's host.
    host: String,
    /// Its home address where the host is not the whole of it, with or without the scheme, for example
    /// `staging.bloom.example:8443/wp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    home: Option<String>,
    /// The blog's number on a multisite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blog: Option<u64>,
}

pub(super) fn serialize<S: Serializer>(site: &Identity, to: S) -> Result<S::Ok, S::Error> {
    let address = site.address();
    let host = site.host().trim_matches(['[', ']']).to_owned();
    let home = (address != site.host()).then_some(address);
    Home { host, home, blog: site.blog() }.serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Identity, D::Error> {
    let Home { host, home, blog } = Home::deserialize(from)?;
    let host: Identity = host.parse().map_err(D::Error::custom)?;
    let site: Identity = home.map_or_else(|| Ok(host.clone()), |home| home.parse()).map_err(D::Error::custom)?;
    if site.host() != host.host() {
        return Err(D::Error::custom("`host` and `home` name two sites, expected `home` to be an address on `host`"));
    }
    Ok(site.with_blog(blog))
}
