use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};

declare_rule! {
    /// The Production Site URL is typed with a scheme.
    ///
    /// ## What it does
    /// Reports a charging guard whose Production Site URL does not start with `//` after the plan's changes. The
    /// setting is changed only where the address differs, so a scheme that the site already has stays until somebody
    /// removes it.
    ///
    /// ## Why it matters
    /// The vendor asks to type the address without a scheme, starting with `//` (documented). Typed differently it may
    /// match no site's address, and then the live site charges nobody (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {production_site_url: "https://small.example"}
    /// site: {charging-guard: {production_url: //staging.small.example}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {charging-guard: {production_url: "https://small.example"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {charging-guard: {production_url: //small.example}}
    /// ```
    ///
    /// ## Fix
    /// Type the address as `//` and the host, in the plan and under General Settings > Developer Tools.
    {
        id: "charging-guard-with-scheme",
        severity: Warning,
        phase: Configure,
        acceptable: false,
        guide: "S6",
        evidence: Documented,
        anchor: "/production_site_url",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["production_site_url"]) {
        return Some(());
    }
    let guard = facts.charging_guard(After)?;
    if !guard.enabled()? {
        return Some(());
    }
    let Some(url) = guard.production_url()? else { return Some(()) };
    if !url.trim().starts_with("//") {
        let written = &facts.plan().production_site_url;
        let planned = written.as_ref().filter(|planned| !planned.trim().starts_with("//"));
        let place = if written.is_some() { "/production_site_url" } else { "/sites/live" };
        let (whose, label, here) = match planned {
            Some(_) => ("the plan's", "without `//`", "here and "),
            None => ("the site's", "the plan has it right", ""),
        };
        let finding = RULE
            .at(Location::value(place), format!("{whose} Production Site URL does not start with `//`"))
            .label(label)
            .help(format!("type it as `//` and the host, {here}under General Settings > Developer Tools"));
        out.push(guard.excerpt(finding, "production_url:", "typed with a scheme"));
    }
    Some(())
}
