//! The writer: POST to the four routes of the build that writes, once each, and never on to another address.

use serde_json::Value;
use ureq::http::header;

use super::exchange::Exchange;
use super::{Answer, Failure, OWN_HEADER, Reader};

/// What is asked of the build that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site::wordpress) enum Asked {
    /// The lock on the site, or to let it go.
    Lock,
    /// One stored value as it is, which only who holds the lock is given.
    Stored,
    /// One compare-and-set.
    Change,
    /// One mail to an address that reaches nobody.
    Trial,
}

impl Asked {
    fn route(self) -> &'static str {
        match self {
            Self::Lock => "/plan/v1/lock",
            Self::Stored => "/plan/v1/stored",
            Self::Change => "/plan/v1/changes",
            Self::Trial => "/plan/v1/trial",
        }
    }
}

/// Writes to the site that a reader reads, with its login and over its connections. A reader itself sends nothing but GET.
pub(in crate::site::wordpress) struct Writer<'r>(&'r Reader);

impl<'r> Writer<'r> {
    /// The writer beside a reader that met its site; none before that, or where it has no login.
    pub(in crate::site::wordpress) fn beside(reader: &'r Reader) -> Option<Self> {
        reader.met.get().then_some(Self(reader))
    }

    /// Sends one request, once. Whatever is no whole answer leaves it open what became of it.
    ///
    /// # Errors
    /// [`Failure`] where no whole answer came.
    pub(in crate::site::wordpress) fn post(&self, asked: Asked, body: &Value) -> Result<Answer, Failure> {
        let reader = self.0;
        let other = reader.root.other(&reader.address);
        let root = if reader.other_first.get() { &other } else { &reader.root };
        let url = root.url(asked.route(), &[]);
        let within = reader.limits.answer;
        let mut request = reader.agent.post(url.as_str()).header(header::CONTENT_TYPE, "application/json");
        let Some(login) = reader.login.header_for(&url).filter(|_| reader.is_own(&url)) else {
            return Err(Failure::Elsewhere(reader.login.hide(url.as_str())));
        };
        reader.sent.set(true);
        request = request.header(header::AUTHORIZATION, login);
        if reader.own_header.get() == Some(true) {
            request = request.header(OWN_HEADER, login);
        }
        let exchange = Exchange::begin(&url, &reader.login).posted();
        let sent = request.config().timeout_global(Some(within)).build().send(body.to_string().as_bytes());
        let response = sent.map_err(|error| {
            exchange.has_none();
            reader.unanswered(reader.failure(error, within))
        })?;
        let answer = reader.receive(response, exchange, within)?;
        Ok(Answer { asked: format!("`{}`", root.shown(asked.route())), ..answer })
    }
}
