use crate::diag::{Location, Severity::Warning};
use crate::model::text::pointer;
use crate::rules::safety::crm_differs::product;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::SeenInCode, declare_rule};

declare_rule! {
    /// An offering was made under another system than the one that the site is connected to.
    ///
    /// ## What it does
    /// Compares the system that is stored in each planned offering with the system that the site is connected to,
    /// ignoring case and dashes. A site that is on Managed Contacts is not asked: whether the migration tool changes what
    /// an offering stores is not known, and both are right there.
    ///
    /// ## Why it matters
    /// Each offering stores the system that it was made under (seen in code). What a different value causes is not
    /// known, so look at such an offering.
    ///
    /// ## Bad
    /// ```yaml
    /// gate: configure
    /// site: {crm: {managed: false}, offering/course: {system: infusionsoft}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// gate: configure
    /// site: {crm: {managed: false}, offering/course: {system: Ontraport}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {system: accessally-managed, label: AccessAlly Managed}}
    /// ```
    ///
    /// ## Fix
    /// Look at the offering's tags and forms with care, and open it as a test member after the rehearsal.
    {
        id: "offering-system-differs",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "S2",
        evidence: SeenInCode,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.crm(After)?;
    if crm.managed()? {
        return Some(());
    }
    let Some(of_site) = crm.system()? else { return Some(()) };
    let mut known = Some(());
    for (key, intent) in &facts.plan().offerings {
        let Some(offering) = facts.offering(After, key) else {
            known = None;
            continue;
        };
        let Some((offering, Some(system))) = offering.and_then(|offering| Some((offering, offering.system()?))) else {
            continue;
        };
        if product(system) != product(of_site) {
            let message =
                format!("`{}` was made under `{system}`, and the site is connected to `{of_site}`", intent.name);
            let finding = RULE
                .at(Location::key(pointer(&["offerings", key])), message)
                .label("made under another system")
                .help("look at its tags and forms under AccessAlly > Offerings, and open it as a test member");
            out.push(offering.excerpt(finding, "system:", "not the site's system"));
        }
    }
    known
}
