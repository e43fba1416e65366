//! An answer that is read while it comes, as it may be larger than memory.

use std::io::{self, Read};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::HeaderMap;
use ureq::http::header;
use url::Url;

use super::exchange::Counted;
use super::{Answer, Failure, Reader};

/// What comes of asking for a stream.
pub(in crate::site::wordpress) enum Got {
    /// Lines, as they come, and when they were sent.
    Lines(Box<dyn Read>, Sent),
    /// Something else.
    Answer(Answer),
}

/// When an answer was sent, by the clock of who sent it.
#[derive(Clone, Copy, Debug)]
pub(in crate::site::wordpress) struct Sent {
    /// `Date`; none where it is not said.
    pub(in crate::site::wordpress) at: Option<Timestamp>,
    /// `Age`: for how long a cache had kept it already.
    pub(in crate::site::wordpress) kept: Duration,
}

impl Sent {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let at = text(header::DATE).and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
        let seconds = text(header::AGE).and_then(|age| age.trim().parse::<u32>().ok());
        Self { at, kept: Duration::from_secs(seconds.unwrap_or_default().into()) }
    }
}

impl Reader {
    /// Asks for a route whose answer is lines of JSON. Where something in front of WordPress refuses the form of the address, it asks by
    /// the other one; asking again is left to a person, as the answer may be long.
    ///
    /// # Errors
    /// [`Failure`] where no answer began to come.
    pub(in crate::site::wordpress) fn lines(&self, route: &str) -> Result<Got, Failure> {
        let other = self.root.other(&self.address);
        let [first, second] = if self.other_first.get() { [&other, &self.root] } else { [&self.root, &other] };
        let refused = match self.begin_lines(first.url(route, &[]))? {
            Got::Answer(answer) if answer.is_refused_in_front() => {
                Answer { asked: format!("`{}`", first.shown(route)), ..answer }
            }
            Got::Answer(answer) => {
                return Ok(Got::Answer(Answer { asked: format!("`{}`", first.shown(route)), ..answer }));
            }
            lines => return Ok(lines),
        };
        match self.begin_lines(second.url(route, &[])) {
            Ok(Got::Answer(answer)) if answer.body.is_ok() => {
                Ok(Got::Answer(Answer { asked: format!("`{}`", second.shown(route)), ..answer }))
            }
            Ok(lines @ Got::Lines(..)) => Ok(lines),
            Ok(Got::Answer(_)) | Err(_) => Ok(Got::Answer(refused)),
        }
    }

    fn begin_lines(&self, url: Url) -> Result<Got, Failure> {
        let within = self.limits.reading;
        let (response, exchange) = self.respond(url, within)?;
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let of = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if response.status() == 200 && of.eq_ignore_ascii_case("application/x-ndjson") {
            let sent = Sent::of(response.headers());
            let lines = Counted::new(response.into_body().into_reader(), exchange, 200);
            return Ok(Got::Lines(Box::new(lines), sent));
        }
        self.receive(response, exchange, within).map(Got::Answer)
    }

    /// Why a stream broke off: what began as HTTP and goes on otherwise was cut.
    pub(in crate::site::wordpress) fn broke(&self, error: io::Error) -> Failure {
        match self.failure(error.into(), self.limits.reading) {
            Failure::NotHttp => Failure::Lost,
            failure => failure,
        }
    }
}
