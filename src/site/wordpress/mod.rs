//! A WordPress, read over its REST API with an administrator's application password.
//!
//! It is read by GET alone, and where its owner agreed written to by `writing`. What core shows is little: plugins, administrators, the site's addresses and, from
//! WordPress 6.9 on, its environment. What AccessAlly keeps the collector on the site gives, as far as adapters know it; the header says of every section how
//! it was captured, or why not.

mod address;
mod client;
mod collect;
mod collector;
pub mod doctor;
mod errors;
mod excerpt;
mod limits;
mod login;
mod meeting;
mod members;
mod no_answer;
mod removed;
mod route;
mod rows;
mod said;
mod trial;
mod trusted;
mod unwritten;
mod who;
mod writing;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Everybody, Executor, Population, Reading, SignedIn, Site, SiteError, Trial, counted};
use crate::change::{Change, observed};
use crate::model::population::{self, Questions};
use crate::model::snapshot::{Capture, FORMAT, How};
use crate::model::state::{Administrator, Environment, Plugin};
use crate::model::{Field, Header, Kind, ObjectRef, Snapshot, State, Worth};

pub use address::Address;
pub use client::{Answer, Failure, NotJson, Reader};
pub use collect::{Collected, Given};
pub use collector::Collector;
pub use limits::Limits;
pub use login::{Login, NoLogin, bound_by};
use members::Members;
pub(crate) use members::Through;
pub use removed::{Left, LoginLeft};
use rows::{administrator_key, administrators, administrators_page, plugin};
use unwritten::Unwritten;
pub(crate) use writing::Writes;
use writing::{Held, Writing};

/// Where the time comes from; [`Timestamp::now`] outside tests.
pub type Clock = fn() -> Timestamp;

/// A live WordPress.
#[derive(Debug)]
pub struct WordPress {
    reader: Reader,
    clock: Clock,
    /// By what it is read beside core REST; none where the collector is not asked.
    through: Option<Through>,
    /// How long the collector's last answer took.
    took: Duration,
    /// What of it can be written; none where nothing can, or it was not read yet.
    writing: Option<Writing>,
    /// Why nothing is written although its owner agreed.
    not_written: Option<Unwritten>,
    held: Held,
}

/// A section that was read, or why it could not be.
type Section<T> = Result<T, String>;

const NOT_SHOWN: &str = "WordPress's own REST API does not show it";
/// What of an environment says that the site is one of several in a network.
const NETWORK: &str = "multisite";
const PER_PAGE: usize = 100;
const PASSES: usize = 3;
/// How many times as long as a capture took a site is left in peace after it.
const PEACE: u32 = 10;
/// Pages of administrators: no site has ten thousand.
const PAGES: usize = 100;

impl WordPress {
    /// Connects to a site, makes sure that it is the one at this address before any login is sent, and that the login is an
    /// administrator's.
    ///
    /// # Errors
    /// [`SiteError::Another`] where another site answers, [`SiteError::Login`] where the login may not go there or is not taken, [`SiteError::Answer`] where no WordPress
    /// answers as it should.
    pub fn connect(address: Address, login: Login, clock: Clock) -> Result<Self, SiteError> {
        Self::connect_within(address, login, clock, Limits::default())
    }

    /// As [`WordPress::connect`], waiting for no more than this.
    ///
    /// # Errors
    /// As [`WordPress::connect`].
    pub fn connect_within(address: Address, login: Login, clock: Clock, limits: Limits) -> Result<Self, SiteError> {
        let mut site = Self {
            reader: Reader::new(address, login, limits)?,
            clock,
            through: None,
            took: Duration::ZERO,
            writing: None,
            not_written: None,
            held: Held::default(),
        };
        site.identify()?;
        Ok(site)
    }

    /// Whether this is the address of a WordPress, asked without a login.
    ///
    /// # Errors
    /// As [`WordPress::connect`], but for what a login shows.
    pub fn answers_at(address: &Address) -> Result<(), SiteError> {
        meeting::meet(&mut Reader::of_nobody(address.clone(), Limits::default())?)
    }

    /// The same, whose members are read too, where the collector is on the site.
    pub(crate) fn with_members(mut self, through: Option<Through>) -> Self {
        self.through = through;
        self
    }

    /// Whether its owner agreed that it is written to.
    fn may_be_written(&self) -> bool {
        self.through.as_ref().is_some_and(|through| through.writes.is_some())
    }

    fn get(&self, route: &str, query: &[(&str, &str)]) -> Result<Answer, SiteError> {
        self.reader.get(route, query).map_err(|failure| errors::failed(self.reader.address(), &failure))
    }

    /// The body of an answer that must be there.
    fn body(&self, answer: Answer) -> Result<Value, SiteError> {
        match answer {
            Answer { status: 200, body: Ok(body), .. } => Ok(body),
            other => Err(errors::explain(&self.reader, &other)),
        }
    }

    /// The body of an answer that this site may refuse.
    fn section(&self, answer: Answer) -> Result<Section<Value>, SiteError> {
        match errors::missing(&answer) {
            Some(why) => Ok(Err(why)),
            None => self.body(answer).map(Ok),
        }
    }

    fn environment(&self) -> Result<Environment, SiteError> {
        let index = self.body(self.get("/", &[("_fields", "url,home,namespaces")])?)?;
        meeting::is_same_index(&self.reader, &index)?;
        let settings = self.section(self.get("/wp/v2/settings", &[("_fields", "url")])?)?;
        // Only of a site of its own does WordPress have this setting.
        let is_in_network = settings.as_ref().is_ok_and(|settings| settings.get("url").is_none());
        let own = settings.ok().and_then(|settings| text(&settings, "url")).or_else(|| text(&index, "url"));
        let url = own.ok_or_else(|| errors::not_wordpress(self.reader.address()))?;
        let mut extra = Map::new();
        extra.extend(self.users_total()?.map(|users| ("users".to_owned(), Value::from(users))));
        extra.extend(is_in_network.then(|| (NETWORK.to_owned(), Value::Bool(true))));
        let info = self.environment_info(&index)?;
        let known = ["production", "staging", "development", "local"];
        let environment_type = text(&info, "environment").filter(|name| known.contains(&name.as_str()));
        let (home, wordpress) = (text(&index, "home"), text(&info, "wp_version"));
        let [home, environment_type, wordpress] = [home, environment_type, wordpress].map(Field::read);
        Ok(Environment { url, home, environment_type, wordpress, extra, ..Environment::default() })
    }

    /// What the Abilities API says of the environment; null before WordPress 6.9.
    fn environment_info(&self, index: &Value) -> Result<Value, SiteError> {
        let spaces = index.get("namespaces").and_then(Value::as_array);
        if !spaces.is_some_and(|spaces| spaces.iter().any(|space| space == "wp-abilities/v1")) {
            return Ok(Value::Null);
        }
        // A read-only ability is run by GET; any other method would be refused.
        let answer = self.get("/wp-abilities/v1/abilities/core/get-environment-info/run", &[])?;
        Ok(self.section(answer)?.unwrap_or_default())
    }

    /// How many users the site has, where it says.
    fn users_total(&self) -> Result<Option<u64>, SiteError> {
        let answer = self.get("/wp/v2/users", &[("context", "edit"), ("_fields", "id"), ("per_page", "1")])?;
        let total = answer.total;
        Ok(self.section(answer)?.ok().and(total))
    }

    fn plugins(&self) -> Result<Section<BTreeMap<String, Plugin>>, SiteError> {
        let answer = self.get("/wp/v2/plugins", &[("context", "edit"), ("_fields", "plugin,status,version")])?;
        let rows = match self.section(answer)? {
            Ok(rows) => rows,
            Err(why) => return Ok(Err(why)),
        };
        let plugins = rows.as_array().and_then(|rows| rows.iter().map(plugin).collect());
        plugins.map(Ok).ok_or_else(|| errors::not_wordpress(self.reader.address()))
    }

    fn administrators(&self) -> Result<Section<BTreeMap<String, Administrator>>, SiteError> {
        for _ in 0..PASSES {
            match self.administrators_once()? {
                Ok(Some(users)) => return Ok(administrators(users)),
                Ok(None) => {}
                Err(why) => return Ok(Err(why)),
            }
        }
        Err(errors::never_still(self.reader.address()))
    }

    /// One pass over all pages; none where the list changed under it. Pages are counted, not marked: where somebody
    /// leaves the first page, somebody else is missing from the second.
    fn administrators_once(&self) -> Result<Section<Option<BTreeMap<u64, Value>>>, SiteError> {
        let (mut users, mut first_total) = (BTreeMap::new(), None);
        for page in 1..=PAGES {
            let answer = self.get("/wp/v2/users", &administrators_page(&page.to_string()))?;
            let total = answer.total;
            let body = match self.section(answer)? {
                Ok(body) => body,
                Err(why) => return Ok(Err(why)),
            };
            let (Value::Array(rows), Some(total)) = (body, total) else {
                return Err(errors::not_wordpress(self.reader.address()));
            };
            let (last, known) = (rows.len() < PER_PAGE, users.len());
            for row in rows {
                let id = row.get("id").and_then(Value::as_u64);
                users.insert(id.ok_or_else(|| errors::not_wordpress(self.reader.address()))?, row);
            }
            if *first_total.get_or_insert(total) != total {
                return Ok(Ok(None));
            }
            if last || users.len() as u64 >= total {
                return Ok(Ok((users.len() as u64 == total).then_some(users)));
            }
            if users.len() == known {
                return Err(errors::endless(self.reader.address(), &format!("repeats itself on page {page}")));
            }
        }
        Err(errors::endless(self.reader.address(), &format!("has more than {PAGES} pages")))
    }

    /// What core REST shows, and no more.
    fn rest(&mut self) -> Result<Snapshot, SiteError> {
        self.reader.begin();
        meeting::meet(&mut self.reader)?;
        let taken_at = (self.clock)();
        let mut missing = BTreeMap::new();
        let environment = self.environment()?;
        let is_in_network = environment.extra.contains_key(NETWORK);
        let mut state = State { environment: Some(environment), ..State::default() };
        match self.plugins()? {
            Ok(plugins) => state.plugins = plugins,
            Err(why) => {
                let who = if is_in_network {
                    "; in a network of sites (multisite) only a super admin may list plugins"
                } else {
                    ""
                };
                missing.insert(Kind::Plugin, format!("{why}{who}"));
            }
        }
        match self.administrators()? {
            Ok(administrators) => state.administrators = administrators,
            Err(why) => drop(missing.insert(Kind::Administrator, why)),
        }
        Ok(Snapshot::new(self.header(taken_at, missing), state, None).with_worth(Worth::Captured))
    }

    /// What core REST shows and what the collector gives, and `everybody` too where they are wanted; or why nobody can be asked for.
    fn whole(&mut self, everybody: bool) -> Result<(Snapshot, Result<Members, String>), SiteError> {
        let mut rest = self.rest()?;
        Ok(match self.collected_beside(&mut rest, everybody)? {
            Some(collected) => collected.whole(rest),
            None => {
                let why = members::not_captured(&rest);
                (rest, Err(why))
            }
        })
    }

    fn header(&self, taken_at: Timestamp, missing: BTreeMap<Kind, String>) -> Header {
        let population = population::KINDS.map(|kind| (kind, Capture::Missing(NOT_SHOWN.to_owned())));
        let kinds = Kind::ALL.iter().map(|kind| {
            let capture = match (kind, missing.get(kind)) {
                (_, Some(why)) => Capture::Missing(why.clone()),
                (Kind::Administrator | Kind::Environment | Kind::Plugin, None) => Capture::How(How::CoreRest),
                _ => Capture::Missing(NOT_SHOWN.to_owned()),
            };
            (kind.name(), capture)
        });
        Header {
            format: FORMAT.to_owned(),
            site: self.reader.address().identity(),
            address: None,
            collector: How::CoreRest.name().to_owned(),
            collector_version: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: taken_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            sections: kinds.chain(population).map(|(name, capture)| (name.to_owned(), capture)).collect(),
        }
    }
}

impl Site for WordPress {
    fn name(&self) -> String {
        self.reader.address().to_string()
    }

    fn read(&mut self, questions: &Questions) -> Result<Reading, SiteError> {
        let (snapshot, members) = self.whole(true)?;
        let questions = questions.clone().with_offerings_of(&snapshot.state);
        let census = members.ok().map(|members| counted(&members, &questions)).transpose()?;
        Ok(Reading { snapshot, census, login: self.signed_in()? })
    }

    fn with_everybody(&mut self) -> Result<(Snapshot, Everybody), SiteError> {
        let (snapshot, members) = self.whole(true)?;
        Ok((snapshot, members.map(|members| Box::new(members) as Box<dyn Population>)))
    }

    fn configuration(&mut self) -> Result<Snapshot, SiteError> {
        Ok(self.whole(false)?.0)
    }

    fn signed_in(&mut self) -> Result<Option<SignedIn>, SiteError> {
        self.reader.begin();
        meeting::meet(&mut self.reader)?;
        let me = self.me()?;
        let id = me.get("id").and_then(Value::as_u64).ok_or_else(|| errors::not_wordpress(self.reader.address()))?;
        let is_administrator = me.pointer("/capabilities/manage_options") == Some(&Value::Bool(true));
        Ok(Some(SignedIn { key: administrator_key(id, text(&me, "username")), is_administrator }))
    }

    fn peace(&self) -> Duration {
        self.took.saturating_mul(PEACE)
    }

    fn observe(&mut self, on: &ObjectRef) -> Result<Option<Value>, SiteError> {
        let is_first = self.may_be_written() && self.writing.is_none();
        let read = if is_first { Some(self.configuration()?) } else { None };
        Ok(match (self.observe_stored(on)?, read) {
            (Some(found), _) => Some(found),
            (None, Some(read)) => observed(&read, on),
            (None, None) => observed(&self.configuration()?, on),
        })
    }

    fn executor(&self, change: &Change) -> Executor {
        if self.setting(change).is_some() { Executor::Automatic } else { Executor::Guided }
    }

    fn execute(&mut self, change: &Change) -> Result<(), SiteError> {
        self.write(change)
    }

    fn guided_why(&self) -> Option<String> {
        WordPress::guided_why(self)
    }

    fn try_mail(&mut self) -> Result<Option<Trial>, SiteError> {
        self.tried_mail()
    }

    fn noticed(&mut self) -> Vec<String> {
        self.noticed_since()
    }
}

/// A field that is a text with something in it.
fn text(of: &Value, field: &str) -> Option<String> {
    of.get(field)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
