use crate::diag::{Location, Severity::Warning};
use crate::model::Identity;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Mail is sent from a domain that is not the site's.
    ///
    /// ## What it does
    /// Compares the domain of the sender's address (`sender_domain` of the site's `mail`) with the live site's: it has to be the same, or one below the
    /// other. Where the reading does not show it there is nothing to compare, and nothing is found.
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

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(live) = Identity::parse(&facts.plan().sites.live) else { return Some(()) };
    let mail = facts.mail(Before)?;
    let Some(sender) = mail.sender_domain()? else { return Some(()) };
    let bare = |host: &str| host.trim().trim_end_matches('.').trim_start_matches("www.").to_lowercase();
    let (sender, host) = (bare(sender), bare(live.host()));
    let is_below =
        |one: &str, other: &str| one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !is_below(&sender, &host) && !is_below(&host, &sender) {
        let finding = RULE
            .at(Location::key("/mail"), format!("mail is sent from `{sender}`, and the live site is `{host}`"))
            .label("another domain sends")
            .help("give the mail plugin a sender of the live site's own domain, whose SPF, DKIM and DMARC records you can set");
        out.push(mail.excerpt(finding, "sender_domain:", "not the site's"));
    }
    Some(())
}
