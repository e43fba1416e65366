use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::plan::{self, BackupPart};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

declare_rule! {
    /// The plan asks for less than a full backup of the live site.
    ///
    /// ## What it does
    /// Reports a `backup` section that asks for the staging copy, or for the files or the database alone.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a full backup of the live site, and the vendor's checklist for both files and
    /// database. Half a backup cannot be restored to a working site.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {backup: {of: staging}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {backup: {parts: [database]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {backup: {of: live, parts: [database, files]}}
    /// ```
    ///
    /// ## Fix
    /// Ask for `of: live` and `parts: [files, database]`.
    {
        id: "backup-not-full",
        severity: Error,
        phase: Configure,
        acceptable: false,
        settled_by: Some(Step::Backup),
        precondition: true,
        guide: "P11",
        evidence: Documented,
        anchor: "/backup",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(demand) = &facts.plan().backup else { return Some(()) };
    if demand.of != plan::SiteRole::Live {
        let message = "the plan asks for a backup of the staging copy, and the vendor's guide for one of the live site";
        out.push(RULE.at(Location::value("/backup/of"), message).label("not the live site").help("set `of: live`"));
    }
    for part in [BackupPart::Files, BackupPart::Database] {
        if !demand.parts.contains(&part) {
            let name = part.name();
            let message = format!("the plan asks for a backup without the site's {name}");
            out.push(
                RULE.at(Location::key("/backup/parts"), message)
                    .label(format!("no `{name}`"))
                    .help("set `parts: [files, database]`"),
            );
        }
    }
    Some(())
}
