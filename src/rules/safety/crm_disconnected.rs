use crate::diag::{Location, Severity::Error};
use crate::rules::{
    Facts, Findings,
    Phase::{Configure, GoLive},
    Side::Before,
    Source::Documented,
    declare_rule,
};

declare_rule! {
    /// The CRM is not connected any more.
    ///
    /// ## What it does
    /// Reports a site whose CRM does not answer, and at the gates before `go-live` a site that is on Managed Contacts already.
    ///
    /// ## Why it matters
    /// The CRM must still be active and connected while the migration runs: the vendor's tool reads the contacts there.
    /// On a site that has switched already there is nothing left to switch.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {connected: false, managed: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// gate: migrate
    /// site: {crm: {managed: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// gate: go-live
    /// site: {crm: {managed: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {connected: true, managed: false}}
    /// ```
    ///
    /// ## Fix
    /// Connect the CRM again, or name the site that has not switched yet.
    {
        id: "crm-disconnected",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P3",
        evidence: Documented,
        anchor: "/crm",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.crm(Before)?;
    let managed = crm.managed();
    if managed == Some(true) && facts.gate == GoLive {
        // Behind the migration that is what was wanted.
        return Some(());
    }
    if managed == Some(true) {
        let message = "the site is on AccessAlly Managed Contacts already, so there is nothing to switch";
        let finding = RULE
            .at(Location::key("/crm"), message)
            .label("switched already")
            .help(
                "name the site that has not switched yet, or restore the copy from before the switch. If it was restored or copied again \
                 since, what persons saw of it before no longer holds: `plan survey PLAN --site SITE --who WHO --renew=14` asks all of it again",
            );
        out.push(crm.excerpt(finding, "managed:", "switched already"));
    } else if !crm.connected()? {
        let system = crm.proposed().label.set().or(crm.proposed().system.set()).map_or("the CRM", String::as_str);
        let message = format!("`{system}` does not answer the site, and the migration needs it connected");
        let finding = RULE
            .at(Location::key("/crm"), message)
            .label("does not answer")
            .help("check its connection under AccessAlly > Settings > General Setup > CRM Integration");
        out.push(crm.excerpt(finding, "connected:", "does not answer"));
    }
    Some(())
}
