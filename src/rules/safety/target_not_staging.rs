use crate::change::text;
use crate::diag::{Finding, Place, Severity::Error};
use crate::model::Kind;
use crate::model::state::{Environment, Object};
use crate::rules::hosts::{is_loopback, looks_like_staging, plain_host, without_www};
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// Nothing proves that the site is the staging copy.
    ///
    /// ## What it does
    /// Reports a site that has the host of the plan's live site, with or without `www.`; one that gives another host than
    /// the one where it was read as its own address; and one that nothing shows to be a staging copy: neither its
    /// environment type (staging, development, local), nor a constant that hosts set on copies (`IS_WPE_SNAPSHOT`,
    /// `KINSTA_DEV_ENV`, `WPSTAGECOACH_STAGING`), nor its host's name. The name counts only where the type is not
    /// `production`, or where the site is on this machine.
    ///
    /// ## Why it matters
    /// The vendor's guide works on a staging copy so that live users are untouched (documented). No single signal proves
    /// a copy, and WordPress calls itself `production` where nobody set anything (documented); that the site's own address
    /// together with one of these signals is proof enough is our own reading (inferred).
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
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: https://copy.example.net}}
    /// header: {host: copy.example.net}
    /// site: {environment: {url: https://copy.example.net, type: production, staging_constants: [KINSTA_DEV_ENV]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {environment: {type: null, home: https://staging.small.example:8443}}
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
        waivable: false,
        attestable: false,
        guide: "P1",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/sites/staging",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["sites"]) {
        return Some(());
    }
    let host = plain_host(facts.host()?);
    let Some(live) = facts.plan().live_host() else {
        let message = "the plan names no live host, so nothing can be told apart from it";
        out.push(RULE.at(Place::value("/sites/live"), message).label("names no host").help("write its full address"));
        return Some(());
    };
    if without_www(&host) == without_www(&live) {
        out.push(is_live(&host));
        return Some(());
    }
    let environment = facts.environment(Before)?;
    let said = [("url:", Some(&environment.url)), ("home:", environment.home.as_ref())];
    let said = said.into_iter().filter_map(|(field, address)| Some((field, address?, own_host(address?))));
    let others: Vec<_> = said.filter(|(.., own)| *own != host && !(is_loopback(own) && is_loopback(&host))).collect();
    if let Some((field, ..)) = others.iter().find(|(.., own)| without_www(own) == without_www(&live)) {
        out.push(thinks_it_is_live(&host, environment, field));
    } else if let Some((field, address, _)) = others.first() {
        out.push(is_another(&host, environment, field, address));
    } else if !proven(&host, environment) {
        let kind = facts.field(Kind::Environment, "environment.type", environment.environment_type.as_ref())?;
        out.push(unproved(&host, kind, environment));
    }
    Some(())
}

/// The host of an address that a site gives for itself; empty where it names none.
fn own_host(address: &str) -> String {
    crate::model::text::host(address).unwrap_or_default()
}

fn proven(host: &str, environment: &Environment) -> bool {
    let named = ["staging", "development", "local"];
    let known = ["IS_WPE_SNAPSHOT", "KINSTA_DEV_ENV", "WPSTAGECOACH_STAGING"];
    let kind = environment.environment_type.as_deref();
    environment.staging_constants.iter().any(|constant| known.contains(&constant.as_str()))
        || kind.is_some_and(|kind| named.contains(&kind))
        || is_loopback(host)
        || (kind != Some("production") && looks_like_staging(host))
}

fn is_live(host: &str) -> Finding {
    RULE.at(Place::value("/sites/live"), format!("`{host}` is the live site, and a staging copy is wanted here"))
        .label("this is the live site")
        .help("name the staging copy with `--site`; the live site's turn comes with the replay")
        .on_site("environment")
}

fn thinks_it_is_live(host: &str, environment: &Environment, field: &str) -> Finding {
    let excerpt = text::object(&Object::Environment(environment.clone()));
    RULE.at(Place::value("/sites/live"), format!("the site at `{host}` gives the live site's address as its own"))
        .label("also the copy's own address")
        .help("set the copy's own address under Settings > General, then take the snapshot again")
        .excerpt("environment", excerpt, field, "the live site's address")
}

fn is_another(host: &str, environment: &Environment, field: &str, address: &str) -> Finding {
    let excerpt = text::object(&Object::Environment(environment.clone()));
    RULE.at(Place::value("/sites/staging"), format!("the site at `{host}` says it is `{address}`"))
        .label("not the site's own address")
        .help(
            "set the copy's own address under Settings > General and take the snapshot again, or name the site that it is \
             under `sites`",
        )
        .excerpt("environment", excerpt, field, "another host")
}

fn unproved(host: &str, kind: &str, environment: &Environment) -> Finding {
    let message = format!("nothing proves that `{host}` is a staging copy; its environment type is `{kind}`");
    let excerpt = text::object(&Object::Environment(environment.clone()));
    RULE.at(Place::value("/sites/staging"), message)
        .label("not proven to be staging")
        .help("on the staging copy, add `define( 'WP_ENVIRONMENT_TYPE', 'staging' );` to wp-config.php")
        .excerpt("environment", excerpt, "type:", "not a copy's type")
}
