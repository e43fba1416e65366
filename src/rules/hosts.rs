//! What a host's name tells: whether two are one, and whether it is named as staging copies are.

use std::net::IpAddr;

use crate::model::text;

/// A site's own host in the form in which the plan's hosts are compared.
pub(super) fn plain_host(host: &str) -> String {
    let bare_v6 = host.parse::<IpAddr>().is_ok();
    text::host(host).filter(|_| !bare_v6).unwrap_or_else(|| host.to_lowercase())
}

/// A site's host without the `www.` under which most sites answer as well.
pub(super) fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether a host is this machine itself.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// First words of the hosts of staging copies (seen in code).
const STAGING_WORDS: &[&str] =
    &["staging", "stage", "stg", "dev", "test", "uat", "preprod", "sandbox", "local", "localhost"];

/// Last words of hosts that hosting companies give to copies (seen in code). Some live sites run on them too, so they
/// count only beside a live host that differs.
const STAGING_ENDS: &[&str] = &[
    ".test",
    ".local",
    ".localhost",
    ".staging.wpengine.com",
    ".dev.wpengine.com",
    ".wpengine.com",
    ".wpenginepowered.com",
    ".cloudwaysapps.com",
    ".myftpupload.com",
    ".mystagingwebsite.com",
    ".tempurl.host",
    ".wpmudev.host",
    ".flywheelsites.com",
    ".flywheelstaging.com",
    ".instawp.xyz",
    ".instawp.co",
    ".instawp.link",
    ".wpcomstaging.com",
    ".sg-host.com",
    ".stackstaging.com",
    ".hostingersite.com",
];

/// Starts that count only together with an end (seen in code).
const STAGING_PAIRS: &[(&str, &str)] = &[
    ("stg-", ".kinsta.cloud"),
    ("staging-", ".kinsta.cloud"),
    ("env-", ".kinsta.cloud"),
    ("test-", ".pantheonsite.io"),
    ("dev-", ".pantheonsite.io"),
];

/// Whether a host is named as staging copies are. A whole first word, for `testimonials.example` is no copy.
pub(super) fn looks_like_staging(host: &str) -> bool {
    let first = host.split('.').next().unwrap_or(host);
    is_loopback(host)
        || STAGING_WORDS.contains(&first.trim_end_matches(|c: char| c.is_ascii_digit()))
        || STAGING_ENDS.iter().any(|end| host.ends_with(end))
        || STAGING_PAIRS.iter().any(|(start, end)| host.starts_with(start) && host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_copies_are_told_by_whole_words() {
        for host in ["staging.bloom.example", "staging2.bloom.example", "localhost", "127.0.0.1", "::1", "bloom.test"] {
            assert!(looks_like_staging(host), "{host}");
        }
        for host in ["bloom.flywheelsites.com", "stg-bloom-env.kinsta.cloud", "dev-bloom.pantheonsite.io"] {
            assert!(looks_like_staging(host), "{host}");
        }
        for host in ["testimonials.example", "locals.example", "devon-yoga.example", "bloom.kinsta.cloud", "10.0.0.1"] {
            assert!(!looks_like_staging(host), "{host}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "bloom.localhost", "127.0.0.1", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "10.0.0.1", "local.example"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn hosts_are_compared_without_port_and_case() {
        assert_eq!(plain_host("Bloom.example:8443"), "bloom.example");
        assert_eq!(plain_host("::1"), "::1");
        assert_eq!(plain_host("127.0.0.1:8080"), "127.0.0.1");
    }
}
