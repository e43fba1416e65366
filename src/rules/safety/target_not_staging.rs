use crate::change::text;
use crate::diag::{Finding, Place, Severity::Error};
use crate::model::Kind;
use crate::model::state::{Environment, Object};
use crate::rules::hosts::{looks_like_staging, plain_host};
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// Nothing proves that the site is the staging copy.
    ///
    /// ## What it does
    /// Reports a site that has the host of the plan's live site, and a site that nothing shows to be a staging copy:
    /// neither its environment type (staging, development, local), nor a constant that hosts set on copies
    /// (`IS_WPE_SNAPSHOT`, `KINSTA_DEV_ENV`, `WPSTAGECOACH_STAGING`), nor its host's name.
    ///
    /// ## Why it matters
    /// The vendor's guide works on a staging copy so that live users are untouched (documented). No single signal proves
    /// a copy, and WordPress calls itself `production` where nobody set anything (documented); that another host together
    /// with one of these signals is proof enough is our own reading (inferred).
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
    /// ## Good
    /// ```yaml
    /// plan: {sites: {staging: https://copy.example.net}}
    /// header: {host: copy.example.net}
    /// site: {environment: {url: https://copy.example.net, type: production, staging_constants: [KINSTA_DEV_ENV]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {environment: {type: null}}
    /// ```
    ///
    /// ## Fix
    /// Name the staging copy, or set `WP_ENVIRONMENT_TYPE` to `staging` in its wp-config.php.
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
    if host == live {
        out.push(is_live(&host));
        return Some(());
    }
    let environment = facts.environment(Before)?;
    if crate::model::text::host(&environment.url) == Some(live) {
        out.push(thinks_it_is_live(&host, environment));
    } else if !proven(&host, environment) {
        let kind = facts.field(Kind::Environment, "environment.type", environment.environment_type.as_ref())?;
        out.push(unproved(&host, kind, environment));
    }
    Some(())
}

fn proven(host: &str, environment: &Environment) -> bool {
    let named = ["staging", "development", "local"];
    let known = ["IS_WPE_SNAPSHOT", "KINSTA_DEV_ENV", "WPSTAGECOACH_STAGING"];
    environment.environment_type.as_deref().is_some_and(|kind| named.contains(&kind))
        || environment.staging_constants.iter().any(|constant| known.contains(&constant.as_str()))
        || looks_like_staging(host)
}

fn is_live(host: &str) -> Finding {
    RULE.at(Place::value("/sites/live"), format!("`{host}` is the live site, and a staging copy is wanted here"))
        .label("this is the live site")
        .help("name the staging copy with `--site`; the live site's turn comes with the replay")
        .on_site("environment")
}

fn thinks_it_is_live(host: &str, environment: &Environment) -> Finding {
    let excerpt = text::object(&Object::Environment(environment.clone()));
    RULE.at(Place::value("/sites/live"), format!("the site at `{host}` gives the live site's address as its own"))
        .label("also the copy's own address")
        .help("set the copy's own address under Settings > General, then take the snapshot again")
        .excerpt("environment", excerpt, "url:", "the live site's address")
}

fn unproved(host: &str, kind: &str, environment: &Environment) -> Finding {
    let message = format!("nothing proves that `{host}` is a staging copy; its environment type is `{kind}`");
    let excerpt = text::object(&Object::Environment(environment.clone()));
    RULE.at(Place::value("/sites/staging"), message)
        .label("not proven to be staging")
        .help("on the staging copy, add `define( 'WP_ENVIRONMENT_TYPE', 'staging' );` to wp-config.php")
        .excerpt("environment", excerpt, "type:", "not a copy's type")
}
