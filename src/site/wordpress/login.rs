//! A login: an application password bound to one site, outside every plan.
//!
//! It is read from the environment, is sent to that site only, and no text ever shows it. The way there must be https,
//! except to this machine itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::HeaderValue;
use url::Url;

use super::address::Address;
use crate::site::SiteError;

/// The site that a login is for: `https://staging.bloom.example`, or `https://bloom.example/wp` where it is in a folder.
pub(super) const ORIGIN: &str = "PLAN_LOGIN_ORIGIN";
/// The user's name on the site.
pub(super) const USER: &str = "PLAN_LOGIN_USER";
/// The user's application password.
pub(super) const PASSWORD: &str = "PLAN_LOGIN_PASSWORD";

const HOW: &str = "an application password is made in the site's admin under Users > Profile > Application Passwords";

/// A user and an application password, for one site.
#[derive(Clone)]
pub struct Login {
    site: Address,
    header: HeaderValue,
    user: String,
    /// What must not be shown, should a site send it back.
    secrets: Vec<String>,
}

impl Login {
    /// The login for a site, from this process's environment.
    ///
    /// # Errors
    /// As [`Login::from_variables`].
    pub fn from_environment(site: &Address) -> Result<Self, SiteError> {
        Self::from_variables(site, |name| std::env::var(name).ok())
    }

    /// The login for a site, from variables.
    ///
    /// # Errors
    /// [`SiteError::Login`] where a variable is missing, where the login is for another site, or where the way to the
    /// site is neither https nor this machine. It names the variable, never its value.
    pub fn from_variables(site: &Address, variable: impl Fn(&str) -> Option<String>) -> Result<Self, SiteError> {
        let read = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let (Some(origin), Some(user), Some(password)) = (read(ORIGIN), read(USER), read(PASSWORD)) else {
            let missing: Vec<&str> = [ORIGIN, USER, PASSWORD].into_iter().filter(|name| read(name).is_none()).collect();
            return Err(refused(
                site,
                format!("missing in the environment: {}", missing.join(", ")),
                format!("set {ORIGIN}={site}, {USER} and {PASSWORD}; {HOW}"),
            ));
        };
        let login = Self::new(site, &origin, &user, &password)?;
        login.check(site)?;
        Ok(login)
    }

    fn new(site: &Address, origin: &str, user: &str, password: &str) -> Result<Self, SiteError> {
        let bound_to = read_site(origin).ok_or_else(|| {
            let what = format!("{ORIGIN} names no site");
            refused(
                site,
                what,
                format!("write scheme, host, port and, for a site in a folder, the folder: {ORIGIN}={site}"),
            )
        })?;
        if user.contains(':') {
            let help = format!("set {USER} to the user's name on the site, and {PASSWORD} to the password alone");
            return Err(refused(site, format!("{USER} has a colon in it"), help));
        }
        let token = STANDARD.encode(format!("{user}:{password}"));
        let mut header = HeaderValue::from_str(&format!("Basic {token}"))
            .map_err(|_| refused(site, format!("{USER} and {PASSWORD} cannot be sent in a header"), HOW.to_owned()))?;
        header.set_sensitive(true);
        let unspaced = password.split_whitespace().collect();
        let user = user.trim().to_lowercase();
        Ok(Self { site: bound_to, header, user, secrets: vec![token, password.to_owned(), unspaced] })
    }

    /// Whether the user may be given by an e-mail address, as WordPress lets them.
    pub(super) fn may_be_address(&self) -> bool {
        self.user.contains('@')
    }

    /// Whether a user name or an e-mail address is the one that was given, as WordPress compares them.
    pub(super) fn is_of(&self, name: &str) -> bool {
        name.trim().to_lowercase() == self.user
    }

    /// Whether this login may go to a site.
    ///
    /// # Errors
    /// [`SiteError::Login`] where it may not.
    pub fn check(&self, site: &Address) -> Result<(), SiteError> {
        let is_its = self.site.identity().is_same_site(&site.identity()) && self.header_for(site.url()).is_some();
        if !is_its {
            let in_folder = if site.identity().path().is_empty() { "" } else { ", its folder included," };
            return Err(refused(
                site,
                format!("the login is for `{}` and is sent nowhere else", self.site),
                format!("set {ORIGIN}={site}{in_folder} with {USER} and {PASSWORD} of that site"),
            ));
        }
        if !site.is_private() {
            return Err(refused(
                site,
                "a password is not sent over http, where anybody on the way can read it".to_owned(),
                format!(
                    "use the site's https address, in {ORIGIN} too; http is for this machine only (127.0.0.1, localhost)"
                ),
            ));
        }
        Ok(())
    }

    /// The header for a request, where the request goes into the folder of this login's site.
    pub(super) fn header_for(&self, url: &Url) -> Option<&HeaderValue> {
        self.site.holds(url).then_some(&self.header)
    }

    /// What a login is known by: its site, its user, and the password as WordPress compares it. It is as secret as the login.
    pub(crate) fn is_known_by(&self) -> Vec<u8> {
        let unspaced = self.secrets.last().map_or("", String::as_str);
        format!("{}\n{}\n{unspaced}", self.site.identity(), self.user).into_bytes()
    }

    /// A text without this login in it.
    pub(super) fn hide(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, ***)", self.site)
    }
}

/// A site, written as scheme, host, port and folder and nothing more.
fn read_site(text: &str) -> Option<Address> {
    (!text.contains(['?', '#', '@'])).then(|| Address::parse(text).ok())?
}

fn refused(site: &Address, what: String, help: String) -> SiteError {
    SiteError::Login { origin: site.origin(), what, help }
}
