use crate::diag::{Location, Severity::Warning};
use crate::model::Identity;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Mail is sent from a domain that is not the site's.
    ///
    /// ## What it does
    /// Compares the domain of the sender's address (`sender_domain` of the site's `mail`) with the live site's: it has to be the same, one below the
    /// other, or both below one domain (`mail.small.example` and `members.small.example`). Where the reading does not show it there is nothing to compare, and nothing is found.
    ///
    /// ## Why it matters
    /// After the switch the site itself sends the members' mail, their new passwords first. The vendor calls deliverability the first point of failure, and
    /// SPF, DKIM and DMARC of the sender's domain non-negotiable (documented): whoever does not own the domain cannot set them.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {mail: {sender_domain: webhost.example}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {mail: {sender_domain: mail.small.example}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {sites: {live: https://members.small.example}, production_site_url: //members.small.example}
    /// site: {mail: {sender_domain: mail.small.example}, charging-guard: {production_url: //members.small.example}}
    /// live: {header: {host: members.small.example}}
    /// ```
    ///
    /// ## Fix
    /// Give the mail plugin a sender of the live site's own domain, whose SPF, DKIM and DMARC records you can set.
    {
        id: "sender-of-another-domain",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "P2",
        evidence: Inferred,
        anchor: "/mail",
    }
}

/// Second-level names below which countries register domains, as `co.uk`.
const REGISTRIES: [&str; 12] = ["ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "nom", "or", "org"];

/// Whether one domain is the other, is below it, or both are below one that somebody can own.
fn have_one_owner(one: &str, other: &str) -> bool {
    let shared: Vec<&str> = one
        .rsplit('.')
        .zip(other.rsplit('.'))
        .take_while(|(one, other)| one == other)
        .map(|(label, _)| label)
        .collect();
    let is_whole = |host: &str| host.split('.').count() == shared.len();
    let of_a_country = |country: &str, second: &str| country.len() == 2 && REGISTRIES.contains(&second);
    match shared[..] {
        [] => false,
        [country, second] if of_a_country(country, second) => is_whole(one) || is_whole(other),
        [_] => is_whole(one) || is_whole(other),
        _ => true,
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(live) = Identity::parse(&facts.plan().sites.live) else { return Some(()) };
    let mail = facts.mail(Before)?;
    let Some(sender) = mail.sender_domain()? else { return Some(()) };
    let bare = |host: &str| host.trim().trim_end_matches('.').trim_start_matches("www.").to_lowercase();
    let (sender, host) = (bare(sender), bare(live.host()));
    if !have_one_owner(&sender, &host) {
        let finding = RULE
            .at(Location::key("/mail"), format!("mail is sent from `{sender}`, and the live site is `{host}`"))
            .label("another domain sends")
            .help("give the mail plugin a sender of the live site's own domain, whose SPF, DKIM and DMARC records you can set");
        out.push(mail.excerpt(finding, "sender_domain:", "not the site's"));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_one_owner_are_one_below_the_other_or_both_below_one() {
        for (one, other) in [
            ("small.example", "small.example"),
            ("mail.small.example", "small.example"),
            ("small.example", "members.small.example"),
            ("mail.small.example", "members.small.example"),
            ("mg.small.co.uk", "members.small.co.uk"),
            ("localhost", "localhost"),
        ] {
            assert!(have_one_owner(one, other) && have_one_owner(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("small.example", "smaller.example"),
            ("gmail.com", "small.com"),
            ("mail.big.co.uk", "small.co.uk"),
            ("small.co.example", "small.example"),
            ("", "small.example"),
        ] {
            assert!(!have_one_owner(one, other) && !have_one_owner(other, one), "{one} {other}");
        }
    }
}
