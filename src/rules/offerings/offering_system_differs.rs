use crate::change::text;
use crate::diag::{Location, Severity::Warning};
use crate::model::Kind;
use crate::model::state::Object;
use crate::model::text::pointer;
use crate::rules::safety::crm_differs::product;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::SeenInCode, Target::Both, declare_rule};

declare_rule! {
    /// An offering was made under another system than the one that the site is connected to.
    ///
    /// ## What it does
    /// Compares the system that is stored in each planned offering with the system that the site is connected to,
    /// ignoring case and dashes.
    ///
    /// ## Why it matters
    /// Each offering stores the system that it was made under (seen in code). What a different value causes is not
    /// known, so look at such an offering.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {offering/course: {system: infusionsoft}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {offering/course: {system: Ontraport}}
    /// ```
    ///
    /// ## Fix
    /// Look at the offering's tags and forms with care, and open it as a test member after the rehearsal.
    {
        id: "offering-system-differs",
        severity: Warning,
        phase: Configure,
        target: Both,
        acceptable: true,
        attestable: true,
        precondition: true,
        guide: "S2",
        evidence: SeenInCode,
        since: "0.1.0",
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let site = facts.offerings(After)?;
    let crm = facts.crm(After)?;
    for (key, intent) in &facts.plan().offerings {
        let Some(offering) = site.get(key) else { continue };
        let fact = format!("offering/{key}: system");
        let Some(system) = facts.field(Kind::Offering, &fact, offering.system.as_ref()) else { continue };
        if product(system) != product(&crm.system) {
            let message =
                format!("`{}` was made under `{system}`, and the site is connected to `{}`", intent.name, crm.system);
            out.push(
                RULE.at(Location::key(pointer(&["offerings", key])), message)
                    .label("made under another system")
                    .help("look at its tags and forms under AccessAlly > Offerings, and open it as a test member")
                    .excerpt(
                        format!("offering/{key}"),
                        text::object(&Object::Offering(offering.clone())),
                        "system:",
                        "not the site's system",
                    ),
            );
        }
    }
    Some(())
}
