use crate::diag::Severity::Error;
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::GoLive, Side::Before, Source::Documented, declare_rule};

use super::judged_site;

declare_rule! {
    /// The site is not on Managed Contacts.
    ///
    /// ## What it does
    /// At the gate `go-live`, reports a site that is not on AccessAlly Managed Contacts: live, before it counts as switched, and
    /// a copy, before it is pushed over live.
    ///
    /// ## Why it matters
    /// A site can be set up just as the plan wants it and still be on its CRM: then nothing was switched, and members lose
    /// what they have when the CRM is cancelled (documented: access follows the CRM's tags until the migration runs).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: true}}
    /// ```
    ///
    /// ## Fix
    /// Continue with the run that prepares the site: *Run Migration* is a step of it. Then judge a reading that was made after it.
    {
        id: "migration-not-run",
        severity: Error,
        phase: GoLive,
        acceptable: false,
        settled_by: Some(Step::RunMigration),
        guide: "S6",
        evidence: Documented,
        anchor: "/migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let crm = facts.crm(Before)?;
    if !crm.managed()? {
        let leads = match facts.live() {
            true => "`plan apply PLAN --site SITE --on live --host HOST --resume`",
            false => "`plan apply PLAN --site SITE --resume`",
        };
        let finding = RULE
            .at(judged_site(facts), "this site is not on Managed Contacts, so it is not switched")
            .label("not switched yet")
            .help(format!("run the migration first ({leads} leads to it), then judge a reading made after it"));
        out.push(crm.excerpt(finding, "managed:", "still on the CRM"));
    }
    Some(())
}
