use crate::diag::{Location, Severity::Error};
use crate::model::spelling::{is_only_spelling, plain};
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::SeenInCode, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// The site uses another CRM than the plan says.
    ///
    /// ## What it does
    /// Compares `name` under `crm` with the site's own system and its label, ignoring case, spaces and dashes. The old
    /// and the new name of one product (Infusionsoft and Keap, ConvertKit and Kit) count as the same. A name that is the
    /// same but for spelling (`&` and `&amp;`) is information.
    ///
    /// ## Why it matters
    /// AccessAlly stores the system as a name in lower-case letters and dashes (seen in code). A plan for another CRM
    /// was written for another site, or before the site moved; its webhooks and its `paid_until` then belong to another
    /// system (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {crm: {name: keap}}
    /// site: {crm: {managed: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {name: ActiveCampaign}}
    /// site: {crm: {system: active-campaign, label: null, managed: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {name: keap}}
    /// site: {crm: {system: infusionsoft, label: null, managed: false}}
    /// ```
    ///
    /// ## Fix
    /// Write the CRM's name as AccessAlly > Settings > General Setup > CRM Integration shows it.
    {
        id: "crm-differs",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P3",
        evidence: SeenInCode,
        anchor: "/crm/name",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["crm"]) {
        return Some(());
    }
    let crm = facts.crm(Before)?;
    let name = &facts.plan().crm.name;
    let is_named = |known: Option<&String>| known.is_some_and(|known| product(known) == product(name));
    let names = [&crm.proposed().system, &crm.proposed().label].map(|known| known.set());
    if let Some(site) = names.into_iter().flatten().find(|known| is_only_spelling(known, name)) {
        let written = Correction::Value { at: "/crm/name".to_owned(), to: site.clone() };
        let finding = RULE.respelt(Location::value("/crm/name"), "the CRM's name", [name, site]).on_site("crm");
        out.push(finding.corrected_by(format!("write the name as the site does: `{site}`"), [written]));
    }
    // Either of its two names is enough, and of the other nothing is asked.
    if is_named(crm.proposed().system.set()) {
        crm.system()?;
    // A site that has switched names no CRM at all.
    } else if !crm.managed()? && !is_named(crm.label().flatten()) {
        let site = crm.system()?.map_or_else(|| "names none".to_owned(), |system| format!("uses `{system}`"));
        let finding = RULE
            .at(Location::value("/crm/name"), format!("the plan switches from `{name}`, and the site {site}"))
            .label("not the site's CRM")
            .help("write the name that AccessAlly > Settings > General Setup > CRM Integration shows");
        out.push(crm.excerpt(finding, "system:", "the site's CRM"));
    }
    Some(())
}

/// A CRM's name without what spelling adds.
pub(in crate::rules) fn product(name: &str) -> String {
    let plain: String = plain(name).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match plain.as_str() {
        "infusionsoft" => "keap".to_owned(),
        "convertkit" => "kit".to_owned(),
        _ => plain,
    }
}
