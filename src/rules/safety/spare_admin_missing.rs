use crate::diag::Severity::Error;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Documented, declare_rule};

use super::judged_site;

declare_rule! {
    /// No administrator is safe from being locked out by the password reset.
    ///
    /// ## What it does
    /// Asks for at least one administrator of the site whose e-mail address is no contact of the CRM.
    ///
    /// ## Why it matters
    /// The vendor's latest guide says that the migration resets every user's password, and that an administrator whose
    /// address is also a CRM contact can be locked out. It asks for a spare administrator with another address, tested
    /// and kept signed in on another browser or device.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {administrator/spare-admin: {crm_contact: true}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {administrator/spare-admin: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {administrator/spare-admin: {crm_contact: false}}
    /// ```
    ///
    /// ## Fix
    /// Add an administrator under WordPress > Users with an address that the CRM does not know.
    {
        id: "spare-admin-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P12",
        evidence: Documented,
        anchor: "/sites",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let administrators = facts.administrators(Before)?;
    let are_contacts: Vec<Option<bool>> =
        administrators.iter().map(|(_, administrator)| administrator.proposed().crm_contact.set().copied()).collect();
    // One is enough: of the others nothing is asked.
    if let Some((_, spare)) =
        administrators.iter().zip(&are_contacts).find_map(|(of, is)| (*is == Some(false)).then_some(of))
    {
        spare.crm_contact()?;
        return Some(());
    }
    if administrators.iter().filter(|(_, administrator)| administrator.crm_contact().is_none()).count() > 0 {
        return None;
    }
    let message = match administrators.count() {
        0 => "the site has no administrator".to_owned(),
        1 => "the site's only administrator is a CRM contact, and the password reset can lock them out".to_owned(),
        count => {
            format!("each of the {count} administrators is a CRM contact, and the password reset can lock them all out")
        }
    };
    out.push(
        RULE.at(judged_site(facts), message).label("no spare administrator").help(
            "add one under WordPress > Users with an address that the CRM does not know, and stay signed in as it",
        ),
    );
    Some(())
}
