//! Why no answer came, from what the library says of it.

use std::io;
use std::time::Duration;

use ureq::Timeout;

use super::{Failure, Reader, excerpt};

impl Reader {
    pub(super) fn failure(&self, error: ureq::Error, within: Duration) -> Failure {
        use ureq::Error as E;
        match error {
            E::HostNotFound => Failure::NoHost,
            E::Timeout(Timeout::Resolve | Timeout::Connect) => Failure::ConnectTimeout(self.limits.connect),
            E::Timeout(_) => Failure::Timeout(within),
            E::Tls(said) => Failure::Tls(said.to_owned()),
            E::Rustls(said) => Failure::Tls(excerpt(&said.to_string())),
            E::Io(error) => self.io_failure(&error, within),
            E::ConnectionFailed | E::ConnectProxyFailed(_) | E::InvalidProxyUrl => Failure::Unreachable,
            _ => Failure::NotHttp,
        }
    }

    /// What a connection that ends at its very beginning is.
    pub(super) fn unanswered(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Lost if self.address.is_https() && !self.answered.get() => Failure::NoTls,
            // So rustls names what begins as no record of TLS does.
            Failure::Tls(said) if said.contains("InvalidContentType") => Failure::NoTls,
            failure => failure,
        }
    }

    fn io_failure(&self, error: &io::Error, within: Duration) -> Failure {
        use io::ErrorKind as K;
        match error.kind() {
            K::ConnectionRefused => Failure::Refused,
            K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable => Failure::Unreachable,
            K::TimedOut | K::WouldBlock => Failure::Timeout(within),
            K::InvalidData if self.address.is_https() => Failure::Tls(excerpt(&error.to_string())),
            // The system's resolver has no kind of its own.
            _ if error.to_string().contains("lookup address") => Failure::NoHost,
            K::InvalidData | K::InvalidInput => Failure::NotHttp,
            _ => Failure::Lost,
        }
    }
}
