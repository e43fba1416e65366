use super::other_addresses;
use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Identity;
use crate::rules::{Facts, Findings, Phase::Fit, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// The site is not one of the plan's sites.
    ///
    /// ## What it does
    /// Reports a site whose home address (host, port and path) is neither the staging nor the live one of the plan; and
    /// a live site that gives a different address itself.
    ///
    /// ## Why it matters
    /// A plan is written for one site and its copy. Judged against another one, green means nothing, and a change would
    /// reach somebody else's members (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// header: {host: staging.other.example}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: https://staging.small.example/wp}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// header: {home: staging.small.example:8443}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// header: {host: Staging.Small.example}
    /// ```
    ///
    /// ## Fix
    /// Name the right site, or correct the addresses under `sites`.
    {
        id: "site-not-in-plan",
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "P1",
        evidence: Inferred,
        anchor: "/sites",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.was_left_out(&["sites"]) {
        return Some(());
    }
    let site = facts.site()?;
    let live = ("live", &plan.sites.live);
    let (named, words) = match facts.live() {
        true => (vec![live], "not the live site"),
        false => (vec![("staging", &plan.sites.staging), live], "neither the staging nor the live site"),
    };
    let is = |compare: fn(&Identity, &Identity) -> bool| {
        named.iter().find(|(_, address)| Identity::parse(address).is_some_and(|named| compare(&named, site)))
    };
    if is(Identity::is_same_site).is_some() {
        return says_another(facts, site, out);
    }
    let finding = match is(Identity::could_be_the_same) {
        Some((name, address)) => RULE
            .at(
                Location::value(format!("/sites/{name}")),
                format!(
                    "the site's home is `{site}`, and the plan writes `{address}`, which differs by `www.` or port"
                ),
            )
            .label("not the site's home address")
            .help(format!("if it is this site, write `{name}: {}{}`", scheme(address), site.address())),
        None => another(&named, words, site),
    };
    out.push(finding.on_site("environment"));
    Some(())
}

/// That it is none of the plan's sites; of one on the same host, that the folder differs.
fn another(named: &[(&str, &String)], words: &str, site: &Identity) -> Finding {
    if let Some((name, address)) = named.iter().find(|(_, address)| is_of_one_host(address, site)) {
        let message = format!(
            "the site is `{site}`, and the plan writes `{address}`: the host is the same, but the folder differs"
        );
        return RULE.at(Location::value(format!("/sites/{name}")), message).label("another folder").help(format!(
            "if it is this site, write `{name}: {}{}`; else name the site that is meant with `--site`",
            scheme(address),
            site.address()
        ));
    }
    RULE.at(Location::key("/sites"), format!("the site is `{site}`, which is {words} of this plan"))
        .label("other sites")
        .help("name one of the plan's sites with `--site`, or correct the addresses under `sites`")
}

/// Whether an address is on the site's host, in whichever folder.
fn is_of_one_host(address: &str, site: &Identity) -> bool {
    let host = |of: &Identity| Identity::parse(of.to_string().split('/').next()?);
    let both = Identity::parse(address).as_ref().and_then(host).zip(host(site));
    both.is_some_and(|(named, here)| named.is_same_site(&here))
}

fn scheme(address: &str) -> &str {
    address.find("//").map_or("https://", |at| &address[..at + 2])
}

/// On live, whether the site itself gives that address; of the staging copy `target-not-staging` asks.
fn says_another(facts: &Facts<'_>, site: &Identity, out: &mut Findings) -> Option<()> {
    if !facts.live() {
        return Some(());
    }
    let environment = facts.environment(Before)?;
    if let Some((field, address, _)) = other_addresses(site, environment).first() {
        let finding = RULE
            .at(Location::value("/sites/live"), format!("the site at `{site}` says it is `{address}`"))
            .label("not the site's own address")
            .help("name the site by the home address that it gives, and read it at that one");
        out.push(environment.excerpt(finding, field, "another address"));
    }
    Some(())
}
