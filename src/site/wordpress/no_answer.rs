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
