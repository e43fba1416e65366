use crate::diag::{Finding, Location, Severity::Error};
use crate::model::Identity;
use crate::model::state::ChargingGuard;
use crate::rules::{Facts, Findings, Of, Phase::Configure, Side::After, Source::Documented, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// The charging guard does not name the live site.
    ///
    /// ## What it does
    /// Reports a site whose charging guard, after the plan's changes, is off, or whose Production Site URL is not
    /// exactly the live site's address (host, port and path). Then another site than the live one may charge
    /// subscriptions.
    ///
    /// ## Why it matters
    /// AccessAlly cannot distinguish a copy from the live site. A copy carries the charging instructions, so both would charge
    /// every subscriber. The vendor recommends the guard on every copy, live or staging (documented). Hosts replace the live
    /// domain everywhere when they make a copy; the guard can then name the copy itself and let it charge (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {production_site_url: //staging.small.example}
    /// site: {charging-guard: {enabled: true, production_url: //staging.small.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {production_site_url: //shop.small.example}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {production_site_url: //small.example/shop}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {production_site_url: //small.example}
    /// site: {charging-guard: {enabled: true, production_url: //staging.small.example}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {production_site_url: null}
    /// site: {charging-guard: {enabled: false, production_url: //staging.small.example}}
    /// ```
    ///
    /// ## Fix
    /// Leave `production_site_url` out, or give it the live site's address, typed without a scheme.
    {
        id: "charging-guard-not-live",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "S6",
        evidence: Documented,
        anchor: "/production_site_url",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.was_left_out(&["production_site_url"]) || plan.was_left_out(&["sites"]) {
        return Some(());
    }
    // Of an address that names no site `sites-not-apart` tells.
    let Some(live) = plan.live_site() else { return Some(()) };
    let guard = facts.charging_guard(After)?;
    if !guard.enabled()? {
        let message = "the charging guard is off, so this site and its copy can both charge subscribers";
        out.push(shown(facts, &live, guard, message.to_owned(), "enabled:"));
        return Some(());
    }
    let named = guard.production_url()?.and_then(|url| Identity::parse(url));
    if named.as_ref().is_none_or(|named| !named.is_same_site(&live)) {
        let message = match named {
            Some(named) if plan.staging_site().is_some_and(|staging| staging.is_same_site(&named)) => {
                format!("the charging guard names the staging copy, `{named}`, so the copy can charge subscribers")
            }
            Some(named) => format!("the charging guard names `{named}`, and the live site is `{live}`"),
            None => format!("the charging guard names no site, and the live site is `{live}`"),
        };
        out.push(shown(facts, &live, guard, message, "production_url:"));
    }
    Some(())
}

/// Where it stands in AccessAlly.
const WHERE: &str = "in AccessAlly it is the Production Site URL under General Settings > Developer Tools";

fn shown(
    facts: &Facts<'_>,
    live: &Identity,
    guard: Of<'_, '_, ChargingGuard>,
    message: String,
    needle: &str,
) -> Finding {
    // Without the key the changes set it right, where the site's own could be read at all.
    let written = facts.plan().production_site_url.is_some();
    let place = if written { Location::value("/production_site_url") } else { Location::value("/sites/live") };
    let finding = RULE
        .at(place, message)
        .label(if written { "not the live site's address" } else { "the live site" })
        .help(format!("set `production_site_url: //{live}`; {WHERE}"));
    let at = "/production_site_url".to_owned();
    let finding = match written {
        // Without the key the changes write the same.
        true => {
            let address = format!("//{live}");
            finding.perhaps_corrected_by(
                format!("write the live site's address: `{address}`"),
                [Correction::Value { at, to: address }],
            )
        }
        false => finding,
    };
    guard.excerpt(finding, needle, "as it stays")
}
