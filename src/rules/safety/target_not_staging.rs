use super::other_addresses;
use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Identity;
use crate::model::state::Environment;
use crate::rules::hosts::{is_loopback, looks_like_staging};
use crate::rules::{
    Facts, Findings, Of, Phase::Configure, Side::Before, Source::Inferred, Target::Staging, declare_rule,
};

declare_rule! {
    /// Nothing proves that the site is the staging copy.
    ///
    /// ## What it does
    /// Reports a site that could be the plan's live site (the same host and path, whatever the port, with or without
    /// `www.`); one that gives a home address other than the one at which it was read; and one that nothing shows to be
    /// a staging copy: neither its environment type (staging, development, local), nor a constant that hosts set on
    /// copies (`IS_WPE_SNAPSHOT`, `KINSTA_DEV_ENV`, `WPSTAGECOACH_STAGING`), nor the name of its host or folder
    /// (`stage.small.example` is one, `stage-small.example` is not: a live site can be called that). The name counts
    /// only where the type is not `production`, or where the site is on this machine.
    ///
    /// ## Why it matters
    /// The vendor's guide works on a staging copy so that live users are untouched (documented). No single signal
    /// proves a copy, and WordPress calls itself `production` where nobody set anything (documented); that the site's
    /// own address together with one of these signals is proof enough is our own judgement (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// header: {host: small.example}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: https://copy.example.net}}
    /// header: {host: copy.example.net}
    /// site: {environment: {url: https://copy.example.net, type: production}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {environment: {url: https://small.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {environment: {home: https://www.small.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {environment: {url: https://shop.other.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {environment: {type: production}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: https://www.small.example}}
    /// header: {host: www.small.example}
    /// site: {environment: {url: https://www.small.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {environment: {home: https://staging.small.example:8443}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {sites: {staging: https://small.example:8443}}
    /// header: {home: https://small.example:8443, host: small.example}
    /// site: {environment: {url: https://small.example:8443}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: https://copy.example.net}}
    /// header: {host: copy.example.net}
    /// site: {environment: {url: https://copy.example.net, type: production, staging_constants: [KINSTA_DEV_ENV]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: https://staging.small.example:8443/wp}}
    /// header: {home: staging.small.example:8443/wp}
    /// site: {environment: {type: null, url: https://staging.small.example:8443, home: https://staging.small.example:8443/wp}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: http://127.0.0.1:8080}}
    /// header: {host: 127.0.0.1:8080}
    /// site: {environment: {url: http://127.0.0.1:8080, type: production}}
    /// ```
    ///
    /// ## Fix
    /// Name the staging copy, give it its own address, or set `WP_ENVIRONMENT_TYPE` to `staging` in its wp-config.php.
    {
        id: "target-not-staging",
        severity: Error,
        phase: Configure,
        target: Staging,
        acceptable: false,
        guide: "P1",
        evidence: Inferred,
        anchor: "/sites/staging",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["sites"]) {
        return Some(());
    }
    let site = facts.site()?;
    let Some(live) = facts.plan().live_site() else {
        let message = "the plan's live site has no valid address, so nothing can be compared with it";
        out.push(
            RULE.at(Location::value("/sites/live"), message).label("names no site").help("write its full address"),
        );
        return Some(());
    };
    if site.could_be_the_same(&live) {
        out.push(is_live(site));
        return Some(());
    }
    let environment = facts.environment(Before)?;
    let others = other_addresses(site, environment);
    if let Some((field, ..)) =
        others.iter().find(|(.., own)| own.as_ref().is_some_and(|own| own.could_be_the_same(&live)))
    {
        out.push(thinks_it_is_live(site, environment, field));
    } else if let Some((field, address, own)) = others.first() {
        out.push(is_another(site, environment, (field, address), own.as_ref()));
    } else if !proven(site, environment) {
        let kind = environment.environment_type()?.map_or("production", String::as_str);
        out.push(unproved(site, kind, environment));
    }
    Some(())
}

fn proven(site: &Identity, environment: Of<'_, '_, Environment>) -> bool {
    let named = ["staging", "development", "local"];
    let known = ["IS_WPE_SNAPSHOT", "KINSTA_DEV_ENV", "WPSTAGECOACH_STAGING"];
    // What is read here proves more or nothing: that it is not known is asked where nothing else does.
    let is = environment.proposed();
    let kind = is.environment_type.set().map(String::as_str);
    let constants = is.staging_constants.set().into_iter().flatten();
    constants.into_iter().any(|constant| known.contains(&constant.as_str()))
        || kind.is_some_and(|kind| named.contains(&kind))
        || is_loopback(site)
        || (kind != Some("production") && looks_like_staging(site))
}

fn is_live(site: &Identity) -> Finding {
    RULE.at(Location::value("/sites/live"), format!("`{site}` is the live site, but this needs the staging copy"))
        .label("this is the live site")
        .help("name the staging copy with `--site`; the live site comes later, with the replay")
        .on_site("environment")
}

fn thinks_it_is_live(site: &Identity, environment: Of<'_, '_, Environment>, field: &str) -> Finding {
    let finding = RULE
        .at(Location::value("/sites/live"), format!("the site at `{site}` gives the live site's address as its own"))
        .label("also the copy's own address")
        .help("set the copy's own address under Settings > General, then take the snapshot again");
    environment.excerpt(finding, field, "the live site's address")
}

fn is_another(
    site: &Identity,
    environment: Of<'_, '_, Environment>,
    (field, address): (&str, &str),
    own: Option<&Identity>,
) -> Finding {
    let help = match own {
        Some(own) if site.is_only_host_of(own) => format!(
            "write `staging: {address}` under `sites`, and take the snapshot again: this one keeps only the host, `{site}`"
        ),
        Some(own) if own.could_be_the_same(site) => {
            format!("write `staging: {address}` under `sites`, and read the site at that address")
        }
        _ => "set the copy's own address under Settings > General and take the snapshot again, or write its address \
        under `sites`"
            .to_owned(),
    };
    let finding = RULE
        .at(Location::value("/sites/staging"), format!("the site at `{site}` says it is `{address}`"))
        .label("not the site's own address")
        .help(help);
    environment.excerpt(finding, field, "another address")
}

fn unproved(site: &Identity, kind: &str, environment: Of<'_, '_, Environment>) -> Finding {
    let message = format!("nothing proves that `{site}` is a staging copy; its environment type is `{kind}`");
    let finding = RULE
        .at(Location::value("/sites/staging"), message)
        .label("not proven to be staging")
        .help("on the staging copy, add `define( 'WP_ENVIRONMENT_TYPE', 'staging' );` to wp-config.php");
    environment.excerpt(finding, "type:", "not a copy's type")
}
