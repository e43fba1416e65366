//! Why a site gave no answer.

use std::time::Duration;

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing listens there.
    Refused,
    /// No way leads there.
    Unreachable,
    /// The name is unknown.
    NoHost,
    /// No connection in time.
    ConnectTimeout(Duration),
    /// No whole answer in time.
    Timeout(Duration),
    /// No secure connection; what TLS said of it.
    Tls(String),
    /// The connection ended while TLS was begun, or what came is no TLS.
    NoTls,
    /// The connection broke off before the whole answer had come.
    Lost,
    /// The answer is larger than this many bytes.
    TooLarge(u64),
    /// It redirects to this address outside the site.
    Elsewhere(String),
    /// It redirects more often than anybody should.
    RedirectsOnAndOn,
    /// What came is not HTTP.
    NotHttp,
    /// The whole reading goes beyond a bound; which one.
    NoEnd(String),
}

impl Failure {
    /// What to say of a failure of which there is no figure to give, and what to do about it.
    pub(super) fn without_figures(&self) -> (String, &'static str) {
        let (what, help) = match self {
            Self::Refused => ("nothing listens there", "check the address and its port, and that the site is up"),
            Self::Unreachable => {
                ("there is no network route to it", "check this machine's network, its proxy settings and the address")
            }
            Self::NoHost => {
                ("no host of this name is known", "check the spelling, and that this machine can look the name up")
            }
            Self::NoTls => (
                "no secure connection: TLS is not answered at this port",
                "look whether its address begins with `http://` or has another port, and give it as a browser shows it; where it is right, try again",
            ),
            Self::NotHttp => {
                ("what answers there does not speak HTTP as it should", "check the scheme and the port of the address")
            }
            Self::RedirectsOnAndOn => {
                ("it redirects more than 5 times", "open the address in a browser, and give the one where it ends")
            }
            _ => (
                "the connection broke off before the whole answer had come",
                "try again; if it happens again, the site's PHP error log says why",
            ),
        };
        (what.to_owned(), help)
    }
}
