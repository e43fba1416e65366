//! What a site's address shows: whether it is named as staging copies are, and whether it is on this machine.

use std::net::IpAddr;

use crate::model::Identity;

/// Whether a site is on this machine itself.
pub(super) fn is_loopback(site: &Identity) -> bool {
    let host = site.host().trim_matches(['[', ']']);
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

/// Whether a site's host or folder is named as staging copies are. A whole first word, for `testimonials.example` is no copy.
pub(super) fn looks_like_staging(site: &Identity) -> bool {
    let host = site.host();
    let first = host.split('.').next().unwrap_or(host);
    let folder = site.path().split('/').nth(1).unwrap_or_default();
    let is_word = |word: &str| STAGING_WORDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()));
    is_loopback(site)
        || is_word(first)
        || is_word(folder)
        || STAGING_ENDS.iter().any(|end| host.ends_with(end))
        || STAGING_PAIRS.iter().any(|(start, end)| host.starts_with(start) && host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Identity {
        Identity::parse(text).unwrap()
    }

    #[test]
    fn copies_are_told_by_whole_words_of_host_or_folder() {
        for text in ["staging.bloom.example", "staging2.bloom.example", "localhost", "127.0.0.1", "::1", "bloom.test"] {
            assert!(looks_like_staging(&site(text)), "{text}");
        }
        for text in ["bloom.flywheelsites.com", "stg-bloom-env.kinsta.cloud", "bloom.example/staging/wp"] {
            assert!(looks_like_staging(&site(text)), "{text}");
        }
        for text in
            ["testimonials.example", "devon-yoga.example", "bloom.kinsta.cloud", "10.0.0.1", "bloom.example/tests"]
        {
            assert!(!looks_like_staging(&site(text)), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for text in ["localhost", "bloom.localhost", "127.0.0.1:8080", "::1", "http://[::1]:8080"] {
            assert!(is_loopback(&site(text)), "{text}");
        }
        for text in ["localhost.example", "10.0.0.1", "local.example"] {
            assert!(!is_loopback(&site(text)), "{text}");
        }
    }
}
