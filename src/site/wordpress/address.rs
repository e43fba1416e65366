//! Where a site is: an address without a login in it.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::excerpt::excerpt;
use crate::model::Identity;
use crate::site::SiteError;
use crate::text::without_addresses;

/// The address of a site's front page, http or https, without user, password, query and fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url, Identity);

impl Address {
    /// Reads an address as a person types it: `https://staging.bloom.example`, with a folder where WordPress is in one.
    ///
    /// # Errors
    /// [`SiteError::Answer`] where it is no http address, or has a user or a password in it; neither is repeated.
    pub fn parse(typed: &str) -> Result<Self, SiteError> {
        let refused = |what: &str, help: &str| SiteError::Answer {
            origin: without_login(typed),
            what: what.to_owned(),
            help: help.to_owned(),
        };
        let whole = "give the site's address with its scheme, for example https://staging.bloom.example";
        let mut url = Url::parse(typed.trim()).map_err(|_| refused("this is not an address", whole))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("this is neither an http nor an https address", whole));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let help = "take them out of the address; a login is read from PLAN_LOGIN_USER and PLAN_LOGIN_PASSWORD";
            return Err(refused("the address has a user or a password in it", help));
        }
        url.set_query(None);
        url.set_fragment(None);
        let is_of_admin = |part: &str| matches!(part.trim_end_matches('/'), "wp-admin" | "wp-login.php");
        if url.path().split_inclusive('/').any(is_of_admin) {
            let front: String = url.path().split_inclusive('/').take_while(|part| !is_of_admin(part)).collect();
            url.set_path(&front);
            let help = format!("give the address of its front page, `{}`", excerpt(url.as_str().trim_end_matches('/')));
            return Err(refused("this is a screen of a site's admin", &help));
        }
        if !url.path().ends_with('/') && !url.path().ends_with(".php") {
            url.set_path(&format!("{}/", url.path()));
        }
        let site = Identity::parse(url.as_str().trim_end_matches("index.php"))
            .ok_or_else(|| refused("this is not the address of a site", whole))?;
        Ok(Self(url, site))
    }

    /// Scheme, host and port where it is not the scheme's own.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The site as a login is kept for it: scheme, host, port and folder, however its front page is written.
    pub fn bound(&self) -> String {
        format!("{}{}", self.origin(), self.1.path())
    }

    /// Which site it is, as far as an address shows.
    pub fn identity(&self) -> Identity {
        self.1.clone()
    }

    /// Whether it is spoken to over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the way there cannot be overheard: https, or this machine.
    pub fn is_private(&self) -> bool {
        self.is_https()
            || match self.0.host() {
                Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                Some(Host::Ipv4(ip)) => Ipv4Addr::is_loopback(&ip),
                Some(Host::Ipv6(ip)) => Ipv6Addr::is_loopback(&ip),
                None => false,
            }
    }

    /// Whether an address lies in this site's folder; for a site at its server's root that is all of the server.
    pub(super) fn holds(&self, url: &Url) -> bool {
        self.behind(url).is_some()
    }

    /// Whether this site, and no other one below it, answers at an address: its front page, `index.php`, or its REST API.
    pub(super) fn answers_at(&self, url: &Url) -> bool {
        let Some(rest) = self.behind(url) else { return false };
        let rest = match rest.strip_prefix("index.php") {
            Some("") => return true,
            Some(behind) => behind.strip_prefix('/').unwrap_or(rest),
            None => rest,
        };
        rest.is_empty() || rest == "wp-json" || rest.starts_with("wp-json/")
    }

    /// What stands in an address behind this site's folder; none of another place.
    fn behind<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let own = self.0.path();
        let folder = &own[..=own.rfind('/')?];
        let path = url.path();
        let rest = if folder.strip_suffix('/') == Some(path) { Some("") } else { path.strip_prefix(folder) };
        rest.filter(|rest| url.origin() == self.0.origin() && stays(rest))
    }

    /// The address itself.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// What was typed, without anything that may be a login.
fn without_login(typed: &str) -> String {
    if typed.contains('@') {
        return "the address that was given".to_owned();
    }
    // A person's address in another spelling is masked while it is whole: cut, it would look like none.
    excerpt(without_addresses(typed).split(['?', '#']).next().unwrap_or_default())
}

/// Whether a path stays in the folder that it is below, whatever a server makes of its escapes.
pub(super) fn stays(rest: &str) -> bool {
    let escaped = rest.to_ascii_lowercase();
    !["%2f", "%5c", "%25"].iter().any(|separator| escaped.contains(separator))
        && !rest.split('/').any(|segment| segment.starts_with(".."))
}
