//! A login: an application password bound to one site, outside every plan.
//!
//! It is read from the environment, from the system's keyring, or typed; is sent to that site only, and no text ever shows it. The way
//! there must be https, except to this machine itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::HeaderValue;
use url::Url;

use super::address::Address;
use crate::model::text::quoted;
use crate::site::SiteError;
use crate::site::keyring::{self, Kept};

/// The site that a login is for: `https://staging.bloom.example`, or `https://bloom.example/wp` where it is in a folder.
pub(super) const ORIGIN: &str = LOGIN.origin;

/// The variables of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variables {
    /// The site that it is for.
    origin: &'static str,
    /// The user's name on the site.
    user: &'static str,
    /// The user's application password.
    password: &'static str,
}

const LOGIN: Variables =
    Variables { origin: "PLAN_LOGIN_ORIGIN", user: "PLAN_LOGIN_USER", password: "PLAN_LOGIN_PASSWORD" };

/// A second login, as live's beside its copy's: where two sites at addresses are read at once.
const LIVE: Variables =
    Variables { origin: "PLAN_LIVE_LOGIN_ORIGIN", user: "PLAN_LIVE_LOGIN_USER", password: "PLAN_LIVE_LOGIN_PASSWORD" };

/// What stands for a login in a text.
const HIDDEN: &str = "***";

/// What is shorter may be a word that a site needs; an application password has 24 characters.
const A_WORD: usize = 16;

const HOW: &str = "an application password is made in the site's admin under Users > Profile > Application Passwords";

/// Where a login is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Environment(Variables),
    Keyring,
    Person,
}

/// Why there is no login for a site.
#[derive(Debug)]
pub enum NoLogin {
    /// Nobody gave one.
    None(SiteError),
    /// One was given, and cannot be used.
    Unusable(SiteError),
}

impl From<NoLogin> for SiteError {
    fn from(no: NoLogin) -> Self {
        let (NoLogin::None(error) | NoLogin::Unusable(error)) = no;
        error
    }
}

/// A user and an application password, for one site.
#[derive(Clone)]
pub struct Login {
    site: Address,
    source: Source,
    header: HeaderValue,
    /// The user's name as it was given.
    given: String,
    user: String,
    password: String,
    /// The password without blanks, as WordPress compares it.
    unspaced: String,
    /// What must not be shown, should a site send it back: the header's text, and the password however its groups are written.
    secrets: Vec<String>,
}

impl Login {
    /// The login for a site: the environment's, where it holds one for this site, and else the keyring's.
    ///
    /// # Errors
    /// [`NoLogin`] where neither has one, or where what one of them has cannot be used. It names variables, never their value.
    pub fn of(site: &Address) -> Result<Self, NoLogin> {
        let variable = |name: &str| std::env::var(name).ok();
        if variables_for(site, variable).is_some() {
            return Self::from_variables(site, variable).map_err(NoLogin::Unusable);
        }
        let why = match keyring::find(&site.bound()) {
            Ok(Some(kept)) => return Self::kept(site, &kept).map_err(NoLogin::Unusable),
            Ok(None) => "the keyring has no login for it".to_owned(),
            Err(why) => why.to_string(),
        };
        match Self::from_variables(site, variable) {
            Err(SiteError::Login { origin, what, help }) => {
                let help = format!("{help}; or keep one with `plan site connect {}` ({why})", pasted(site));
                Err(NoLogin::None(SiteError::Login { origin, what, help }))
            }
            other => other.map_err(NoLogin::Unusable),
        }
    }

    /// The login that the environment holds for a site; none where it holds none for this one.
    ///
    /// # Errors
    /// As [`Login::from_variables`], where a part of it is missing.
    pub fn from_environment(site: &Address) -> Result<Option<Self>, SiteError> {
        let variable = |name: &str| std::env::var(name).ok();
        variables_for(site, variable).map(|_| Self::from_variables(site, variable)).transpose()
    }

    /// That the environment's login is for another site, in words; none where it has none, or one for this site.
    pub fn elsewhere(site: &Address) -> Option<String> {
        let variable = |name: &str| std::env::var(name).ok();
        if variables_for(site, variable).is_some() {
            return None;
        }
        let origins = [LOGIN, LIVE].into_iter().filter_map(|login| variable(login.origin));
        let bound_to: Vec<String> = origins.filter_map(|origin| Some(format!("`{}`", read_site(&origin)?))).collect();
        let bound_to = Some(bound_to.join(" and ")).filter(|sites| !sites.is_empty())?;
        Some(format!("the login in the environment is for {bound_to}, and is sent nowhere else"))
    }

    /// A login that a person types for a site.
    ///
    /// # Errors
    /// [`SiteError::Login`] where it cannot be sent, or not to this site.
    pub fn typed(site: &Address, user: &str, password: &str) -> Result<Self, SiteError> {
        Self::of_person(site, Source::Person, user, password)
    }

    /// Nobody's, which is never sent.
    pub(super) fn of_nobody(site: &Address) -> Result<Self, SiteError> {
        Self::new(site, site.clone(), Source::Person, ("nobody", "nothing"))
    }

    fn kept(site: &Address, kept: &Kept) -> Result<Self, SiteError> {
        Self::of_person(site, Source::Keyring, &kept.user, &kept.password)
    }

    fn of_person(site: &Address, source: Source, user: &str, password: &str) -> Result<Self, SiteError> {
        let login = Self::new(site, site.clone(), source, (user, password))?;
        login.check(site)?;
        Ok(login)
    }

    /// What the keyring keeps of it.
    pub fn to_keep(&self) -> Kept {
        Kept { site: self.site.bound(), user: self.given.clone(), password: self.password.clone() }
    }

    /// The login for a site, from variables: the second one's, where those are bound to this site and the first ones are not.
    ///
    /// # Errors
    /// [`SiteError::Login`] where a variable is missing, where the login is for another site, or where the way to the
    /// site is neither https nor this machine. It names the variable, never its value.
    pub fn from_variables(site: &Address, variable: impl Fn(&str) -> Option<String>) -> Result<Self, SiteError> {
        let names = variables_for(site, &variable).unwrap_or(LOGIN);
        let Variables { origin, user, password } = names;
        let read = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let (Some(bound_to), Some(with), Some(secret)) = (read(origin), read(user), read(password)) else {
            let missing: Vec<&str> = [origin, user, password].into_iter().filter(|name| read(name).is_none()).collect();
            return Err(refused(
                site,
                format!("missing in the environment: {}", missing.join(", ")),
                format!("set {}, {user} and {password}; {HOW}", names.bound_by(site)),
            ));
        };
        let bound_to = read_site(&bound_to).ok_or_else(|| {
            let what = format!("{origin} names no site");
            refused(
                site,
                what,
                format!("write scheme, host, port and, for a site in a folder, the folder: {}", names.bound_by(site)),
            )
        })?;
        let login = Self::new(site, bound_to, Source::Environment(names), (&with, &secret))?;
        login.check(site)?;
        Ok(login)
    }

    fn new(
        site: &Address,
        bound_to: Address,
        source: Source,
        (user, password): (&str, &str),
    ) -> Result<Self, SiteError> {
        let (name, secret) = match source {
            Source::Environment(names) => (names.user, names.password),
            Source::Keyring | Source::Person => ("the user name", "the password"),
        };
        if user.contains(':') {
            let help = format!("give {name} as it is on the site, and {secret} alone");
            return Err(refused(site, format!("{name} has a colon in it"), help));
        }
        let token = STANDARD.encode(format!("{user}:{password}"));
        let mut header = HeaderValue::from_str(&format!("Basic {token}"))
            .map_err(|_| refused(site, format!("{name} and {secret} cannot be sent in a header"), HOW.to_owned()))?;
        header.set_sensitive(true);
        let unspaced: String = password.split_whitespace().collect();
        let secrets = secrets(token, password, &unspaced);
        let (given, user, password) = (user.to_owned(), user.trim().to_lowercase(), password.to_owned());
        Ok(Self { site: bound_to, source, header, given, user, password, unspaced, secrets })
    }

    /// How it is called where it is wrong: what to look at, or to replace.
    pub(super) fn named(&self) -> String {
        match self.source {
            Source::Environment(names) => format!("{} and {}", names.user, names.password),
            Source::Keyring => {
                format!("the login in the keyring, which `plan site connect {}` replaces", pasted(&self.site))
            }
            Source::Person => "the user name and the password that were typed".to_owned(),
        }
    }

    /// Where it is from.
    pub(in crate::site) fn whence(&self) -> &'static str {
        match self.source {
            Source::Environment(variables) => variables.origin,
            Source::Keyring => "the keyring",
            Source::Person => "who typed it",
        }
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
                format!(
                    "set {}{in_folder} with {} and {} of that site; where two sites are read at once, the second one's stand in {}, {} \
                     and {}",
                    bound_by(site),
                    LOGIN.user,
                    LOGIN.password,
                    LIVE.origin,
                    LIVE.user,
                    LIVE.password
                ),
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
        format!("{}\n{}\n{}", self.site.identity(), self.user, self.unspaced).into_bytes()
    }

    /// A text without this login in it.
    pub(super) fn hide(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
    }

    /// An answer without this login in it: what a site sends back goes into messages, readings and files.
    pub(super) fn hide_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide_long(text)),
            Value::Array(all) => all.into_iter().map(|value| self.hide_in(value)).collect(),
            Value::Object(all) => {
                all.into_iter().map(|(key, value)| (self.hide_long(key), self.hide_in(value))).collect()
            }
            other => other,
        }
    }

    /// As [`Login::hide`], but for what is so short that it may be a word of the site's own.
    fn hide_long(&self, text: String) -> String {
        let is_there = |secret: &&String| secret.len() >= A_WORD && text.contains(secret.as_str());
        if self.secrets.iter().any(|secret| is_there(&secret)) {
            let long = self.secrets.iter().filter(|secret| secret.len() >= A_WORD);
            return long.fold(text, |text, secret| text.replace(secret.as_str(), HIDDEN));
        }
        text
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, ***)", self.site)
    }
}

/// A header's text and a password in each way in which a site may write it, the longest first; never an empty one, which is everywhere.
fn secrets(token: String, password: &str, unspaced: &str) -> Vec<String> {
    let letters: Vec<char> = unspaced.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    let grouped = [" ", "+", "%20", "-"].map(|between| groups.join(between));
    let mut all: Vec<String> = [token, password.to_owned(), unspaced.to_owned()].into_iter().chain(grouped).collect();
    all.retain(|secret| !secret.trim().is_empty());
    all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    all.dedup();
    all
}

/// Which variables hold a login for this site, or a part of one.
fn variables_for(site: &Address, variable: impl Fn(&str) -> Option<String>) -> Option<Variables> {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.trim().is_empty());
    let is_its = |bound: Address| bound.identity().is_same_site(&site.identity()) && bound.holds(site.url());
    [LOGIN, LIVE].into_iter().find(|login| {
        let bound_to = variable(login.origin).and_then(|origin| read_site(&origin));
        bound_to.is_some_and(is_its) && (is_set(login.user) || is_set(login.password))
    })
}

/// A site's address, as it can be pasted into a shell; its place, where its letters could mean more there.
pub(super) fn pasted(site: &Address) -> String {
    let site = site.to_string();
    if is_plain(&site) && !site.contains('[') { site } else { "URL".to_owned() }
}

/// Whether an address does nothing in a shell.
pub(super) fn is_plain(address: &str) -> bool {
    address.chars().all(|c| c.is_ascii_alphanumeric() || ":/.-_%[]".contains(c))
}

/// The variable that binds a login to a site, as it can be pasted into a shell.
pub fn bound_by(site: &Address) -> String {
    LOGIN.bound_by(site)
}

impl Variables {
    fn bound_by(&self, site: &Address) -> String {
        format!("{}={}", self.origin, quoted(&site.to_string()))
    }
}

/// A site, written as scheme, host, port and folder and nothing more.
fn read_site(text: &str) -> Option<Address> {
    (!text.contains(['?', '#', '@'])).then(|| Address::parse(text).ok())?
}

fn refused(site: &Address, what: String, help: String) -> SiteError {
    SiteError::Login { origin: site.origin(), what, help }
}
