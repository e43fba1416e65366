//! The reader: HTTP that can send nothing but GET, to one site, within bounds.

mod body;
mod exchange;
mod failed;
mod probe;
mod stream;
mod writer;

use std::cell::Cell;
use std::fmt;
use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;
use ureq::http::{Response, header};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, Proxy};
use url::Url;

use super::address::Address;
use super::excerpt::excerpt;
use super::limits::{Limits, Spent};
use super::login::Login;
pub use super::no_answer::Failure;
use super::route::{Root, redirect, rest_link};
use super::trusted;
use crate::site::SiteError;

use body::json;
use exchange::Exchange;
pub(super) use probe::{Arrives, SAYS};
pub(super) use stream::{Got, Sent};
pub(super) use writer::{Asked, Writer};

const MAX_REDIRECTS: usize = 5;

/// In which the collector takes a login where the server drops `Authorization`.
const OWN_HEADER: &str = "X-Plan-Authorization";

/// Reads a site's REST API. It sends GET and nothing else, and its login goes to the login's own site only, once the one
/// that answers there was found to be the one that is meant.
pub struct Reader {
    agent: Agent,
    address: Address,
    login: Login,
    limits: Limits,
    root: Root,
    /// Whether the other form of address is asked first, since this one was refused.
    other_first: Cell<bool>,
    spent: Spent,
    /// Whether the site that answers was found to be the one that is meant; until then no login is sent.
    met: Cell<bool>,
    /// Whether the login was sent.
    sent: Cell<bool>,
    /// Whether it has no login, and none is ever sent.
    is_nobodys: Cell<bool>,
    /// Whether a header that is no login is sent.
    probing: Cell<bool>,
    /// Whether the login goes in a header of its own too, since the usual one does not arrive; none until that was asked.
    own_header: Cell<Option<bool>>,
    /// Whether anything ever answered.
    answered: Cell<bool>,
}

/// Why an answer is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotJson {
    /// A byte order mark comes before it.
    Bom,
    /// Something on the site printed this text around it.
    Printed(String),
    /// The collector reports why it gave nothing.
    Reported(String),
    /// It is a web page.
    Html,
    /// It breaks off.
    Cut,
    /// It says that it is of another type; the type, and how it begins.
    Other(String, String),
    /// It says that it is JSON, and is not; how it begins.
    Broken(String),
}

/// An answer of whatever status.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, if it says that it is JSON, and is.
    pub body: Result<Value, NotJson>,
    /// `X-WP-Total`.
    pub total: Option<u64>,
    /// Whether the server asks for a login of its own (`WWW-Authenticate`).
    pub asks_for_login: bool,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<Duration>,
    /// Where the site says that its REST API is (`Link`).
    pub rest_link: Option<String>,
    /// `Date`: the server's clock.
    pub date: Option<Timestamp>,
    /// Whether the header of a login arrived, where the collector answers.
    pub arrived: Option<bool>,
    /// Whether the collector's own header of a login arrived.
    pub own_arrived: bool,
    /// The route as it was asked for, in each form that was tried, to be shown; empty for the front page.
    pub asked: String,
}

impl Answer {
    /// Whether something in front of WordPress may have answered, for this form of address only: no JSON, no word of WordPress's own
    /// of where its API is, and nothing that asking otherwise would not change.
    fn is_refused_in_front(&self) -> bool {
        let is_no_json = matches!(self.body, Err(NotJson::Html | NotJson::Other(..)));
        let by_form = matches!(self.status, 200 | 400..=499) && !matches!(self.status, 407 | 429);
        is_no_json && by_form && !self.asks_for_login && self.rest_link.is_none()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {})", self.status, if self.body.is_ok() { "JSON" } else { "not JSON" })
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("address", &self.address).field("login", &self.login).finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader of one site. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SiteError::Login`] where the login may not go to that site.
    pub fn new(address: Address, login: Login, limits: Limits) -> Result<Self, SiteError> {
        login.check(&address)?;
        Self::unchecked(address, login, limits)
    }

    fn unchecked(address: Address, login: Login, limits: Limits) -> Result<Self, SiteError> {
        // A proxy would see what is sent over http; http goes to this machine only, and needs none.
        let proxy = address.is_https().then(Proxy::try_from_env).flatten();
        let mut agent = Agent::config_builder();
        if address.is_https() {
            let roots = trusted::roots(&address)?;
            agent = agent.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let agent = agent
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(proxy)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .build()
            .new_agent();
        let root = Root::of(&address);
        Ok(Self {
            agent,
            address,
            login,
            limits,
            root,
            other_first: Cell::new(false),
            spent: Spent::nothing(),
            met: Cell::new(false),
            sent: Cell::new(false),
            is_nobodys: Cell::new(false),
            probing: Cell::new(false),
            own_header: Cell::new(None),
            answered: Cell::new(false),
        })
    }

    /// Waits from now on for no more than this; what it waited for before.
    pub(super) fn within(&mut self, limits: Limits) -> Limits {
        std::mem::replace(&mut self.limits, limits)
    }

    /// A reading begins: its bounds count from here, and which site answers is to be found out again.
    pub(super) fn begin(&self) {
        self.spent.begin();
        self.met.set(false);
    }

    /// The site that answers is the one that is meant: from here on the login is sent.
    pub(super) fn is_met(&self) {
        self.met.set(!self.is_nobodys.get());
    }

    /// Asks without the login.
    pub(super) fn as_nobody<T>(&self, ask: impl FnOnce(&Self) -> T) -> T {
        let met = self.met.replace(false);
        let answer = ask(self);
        self.met.set(met);
        answer
    }

    /// Whether a login was ever sent to where this site answers.
    pub(super) fn has_sent_login(&self) -> bool {
        self.sent.get()
    }

    /// How long and how much it waits for.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Who reads it.
    pub(super) fn login(&self) -> &Login {
        &self.login
    }

    /// The site that it reads.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Asks for a route of the REST API, for example `/wp/v2/plugins`.
    ///
    /// Where the site is busy (429, 502, 503, 504) or the connection is lost, it asks again, within bounds. Where something in front of
    /// WordPress refuses the form of the address, it asks by the other one.
    ///
    /// # Errors
    /// [`Failure`] where no whole answer came. An answer of any status and kind is an [`Answer`].
    pub fn get(&self, route: &str, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let answer = self.get_once(route, query)?;
        if answer.status == 401 && self.is_lost_on_the_way() {
            return self.get_once(route, query);
        }
        Ok(answer)
    }

    /// The same, without a login in the collector's own header where that was not asked for yet.
    pub(super) fn get_once(&self, route: &str, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let other = self.root.other(&self.address);
        let [first, second] = if self.other_first.get() { [&other, &self.root] } else { [&self.root, &other] };
        let ask = |root: &Root| {
            let answer = self.ask(root.url(route, query))?;
            Ok::<_, Failure>(Answer { asked: format!("`{}`", root.shown(route)), ..answer })
        };
        let refused = ask(first)?;
        if !refused.is_refused_in_front() {
            return Ok(refused);
        }
        match ask(second) {
            Ok(answer) if answer.body.is_ok() => {
                self.other_first.set(!self.other_first.get());
                Ok(answer)
            }
            Ok(answer) => Ok(Answer { asked: format!("{} and {}", refused.asked, answer.asked), ..refused }),
            Err(_) => Ok(refused),
        }
    }

    /// Asks for the front page, as a browser does.
    pub(super) fn front(&self) -> Result<Answer, Failure> {
        self.ask(self.address.url().clone())
    }

    fn ask(&self, url: Url) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let mut outcome = self.follow(url.clone(), self.limits.answer);
        for tried in 1..self.limits.tries {
            let Some(pause) = self.pause(&outcome, tried) else { break };
            let left = self.limits.tries_together.saturating_sub(begun.elapsed() + pause);
            if left.is_zero() {
                break;
            }
            thread::sleep(pause);
            outcome = self.follow(url.clone(), left.min(self.limits.answer));
        }
        outcome
    }

    /// Asks for routes from now on where the site says that its REST API is, if that is in its own folder.
    pub(super) fn follow_link(&mut self, link: &str) -> bool {
        let root = Root::announced(&self.address, link);
        let is_own = root.is_some();
        self.root = root.unwrap_or_else(|| Root::of(&self.address));
        self.other_first.set(false);
        is_own
    }

    /// How long to wait before asking again; none where asking again is of no use.
    fn pause(&self, outcome: &Result<Answer, Failure>, tried: u32) -> Option<Duration> {
        let asked = match outcome {
            Ok(answer) if matches!(answer.status, 429 | 502 | 503 | 504) => answer.retry_after,
            Err(Failure::Lost | Failure::NoTls) => None,
            Ok(_) | Err(_) => return None,
        };
        let own = self.limits.pause * 2_u32.saturating_pow(tried - 1);
        Some(asked.unwrap_or(own)).filter(|pause| *pause <= self.limits.longest_pause)
    }

    /// One try, with redirects in the site's own folder.
    fn follow(&self, url: Url, within: Duration) -> Result<Answer, Failure> {
        let (response, exchange) = self.respond(url, within)?;
        self.receive(response, exchange, within)
    }

    fn respond(&self, mut url: Url, within: Duration) -> Result<(Response<Body>, Exchange), Failure> {
        let begun = Instant::now();
        let mut exchange = Exchange::begin(&url, &self.login);
        for _ in 0..=MAX_REDIRECTS {
            let left = within
                .min(self.spent.one_more(&self.limits).map_err(Failure::NoEnd)?)
                .saturating_sub(begun.elapsed())
                .max(Duration::from_millis(1));
            let response = self.send(&url, left).map_err(|error| {
                exchange.has_none();
                self.unanswered(self.failure(error, within))
            })?;
            self.answered.set(true);
            let Some(next) = redirect(&url, &response)? else { return Ok((response, exchange)) };
            exchange.is_redirected(response.status().as_u16());
            if !self.is_own(&next) {
                return Err(Failure::Elsewhere(self.login.hide(next.as_str())));
            }
            url = next;
            exchange = Exchange::begin_elsewhere(&url);
        }
        Err(Failure::RedirectsOnAndOn)
    }

    /// Whether a request may go there: into the site's folder while no login is sent, and then only to where this one site answers.
    fn is_own(&self, url: &Url) -> bool {
        let answers = self.address.answers_at(url) || self.root.holds(url);
        answers || !self.met.get() && self.address.holds(url)
    }

    fn send(&self, url: &Url, within: Duration) -> Result<Response<Body>, ureq::Error> {
        let mut request = self.agent.get(url.as_str());
        if let Some(login) = self.login.header_for(url).filter(|_| self.met.get() && self.is_own(url)) {
            self.sent.set(true);
            request = request.header(header::AUTHORIZATION, login);
            if self.own_header.get() == Some(true) {
                request = request.header(OWN_HEADER, login);
            }
        } else if let Some(probe) = self.probe() {
            request = request.header(header::AUTHORIZATION, probe).header(OWN_HEADER, probe);
        }
        request.config().timeout_global(Some(within)).build().call()
    }

    fn receive(&self, response: Response<Body>, exchange: Exchange, within: Duration) -> Result<Answer, Failure> {
        let (head, body) = response.into_parts();
        let text = |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = text(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let mut bytes = Vec::new();
        let limit = self.limits.body;
        let read = body.into_reader().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| self.failure(error.into(), within))?;
        exchange.is_answered(head.status.as_u16(), bytes.len() as u64);
        self.spent.received(bytes.len());
        if bytes.len() as u64 > limit {
            return Err(Failure::TooLarge(limit));
        }
        let seconds = text(header::RETRY_AFTER).and_then(|value| value.trim().parse().ok());
        let own = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let total = own("x-wp-total");
        let arrived = own("x-plan-login").and_then(|count| count.trim().parse::<u8>().ok());
        Ok(Answer {
            status: head.status.as_u16(),
            body: json(&bytes, &content_type).map(|body| self.login.hide_in(body)).map_err(|not| self.cut(not)),
            total: total.and_then(|value| value.trim().parse().ok()),
            asks_for_login: head.headers.contains_key(header::WWW_AUTHENTICATE),
            retry_after: seconds.map(Duration::from_secs),
            rest_link: text(header::LINK).and_then(rest_link).map(|link| self.login.hide(&link)),
            date: text(header::DATE).and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp()),
            arrived: arrived.map(|count| count > 0),
            own_arrived: own("x-plan-own-login").is_some_and(|count| count.trim() == "1"),
            asked: String::new(),
        })
    }

    /// With excerpts instead of the site's text, and without this reader's login, should the site have sent it back.
    fn cut(&self, not: NotJson) -> NotJson {
        let cut = |text: String| excerpt(&self.login.hide(&text));
        match not {
            NotJson::Printed(text) => NotJson::Printed(cut(text)),
            NotJson::Other(of, text) => NotJson::Other(cut(of), cut(text)),
            NotJson::Broken(text) => NotJson::Broken(cut(text)),
            // Its own sentence, whole: it is as short as the collector makes it.
            NotJson::Reported(text) => NotJson::Reported(self.login.hide(&text)),
            NotJson::Bom | NotJson::Html | NotJson::Cut => not,
        }
    }
}
