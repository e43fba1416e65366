use crate::diag::{Location, Severity::Error};
use crate::model::Identity;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// The plan's staging and live could be the same site.
    ///
    /// ## What it does
    /// Reports a plan whose two sites have one host and one path, whatever the scheme and the port, with or without `www.`;
    /// and an address under `sites` that names no site.
    ///
    /// ## Why it matters
    /// Most web servers answer for a site under `http` and `https`, with `www.` and without. What is rehearsed at the one
    /// address is then done to the members of the other (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: https://www.small.example}}
    /// header: {host: www.small.example}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: http://small.example:8443/}}
    /// header: {host: small.example, home: small.example:8443}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {live: "https://small.example:99999"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: https://small.example/staging}}
    /// header: {host: small.example, home: small.example/staging}
    /// site: {environment: {url: https://small.example/staging}}
    /// ```
    ///
    /// ## Fix
    /// Put the copy at an address of its own, on another host or in another folder, and name that address.
    {
        id: "sites-not-apart",
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
    let sites = [("staging", &plan.sites.staging), ("live", &plan.sites.live)];
    let named = sites.map(|(name, address)| (name, address, Identity::parse(address)));
    for (name, address, site) in &named {
        if site.is_none() && !plan.was_left_out(&["sites", *name]) {
            let message = format!("`{address}` names no site");
            out.push(
                RULE.at(Location::value(format!("/sites/{name}")), message)
                    .label("no host or port that can be read")
                    .help("write the home address that WordPress shows under Settings > General"),
            );
        }
    }
    if let [(.., Some(staging)), (.., Some(live))] = &named
        && staging.could_be_the_same(live)
    {
        let message = format!("staging, `{staging}`, and live, `{live}`, could be the same site");
        out.push(
            RULE.at(Location::value("/sites/staging"), message)
                .label("not distinct from live")
                .help("name a copy that is on another host or in another folder")
                .related(Location::value("/sites/live"), "the live site"),
        );
    }
    Some(())
}
