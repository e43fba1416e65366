use crate::diag::{Location, Severity::Error};
use crate::model::spelling::is_same;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::SeenInCode, declare_rule};

declare_rule! {
    /// ProgressAlly writes to a CRM instead of to AccessAlly.
    ///
    /// ## What it does
    /// Reports an active ProgressAlly of which the setting `select-crm` names another system than `accessally`. An inactive one writes nothing.
    ///
    /// ## Why it matters
    /// ProgressAlly has a connection of its own, which the migration tool is not known to touch (seen in code, inferred). Left at the CRM it goes on
    /// writing tags there: whoever completes a lesson gets a tag that the site does not see, and nothing opens.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/progressally/progressally.php: {version: 2.4.2, active: true, select_crm: ontraport}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {plugin/progressally/progressally.php: {version: 2.4.2, active: true, select_crm: accessally}}
    /// ```
    ///
    /// ## Fix
    /// Choose AccessAlly under ProgressAlly > General Settings, as the system that it works with.
    {
        id: "progressally-writes-to-crm",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: SeenInCode,
        anchor: "/crm",
    }
}

/// The plugin's file.
const PROGRESSALLY: &str = "progressally/progressally.php";

/// What ProgressAlly calls AccessAlly.
const ACCESSALLY: &str = "accessally";

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(plugin) = facts.plugin(Before, PROGRESSALLY)? else { return Some(()) };
    if !plugin.active()? {
        return Some(());
    }
    let system = plugin.select_crm()?;
    if !is_same(&system.to_lowercase(), ACCESSALLY) {
        let message = format!("ProgressAlly works with `{system}`, and goes on writing tags there after the switch");
        let finding = RULE
            .at(Location::key("/crm"), message)
            .label("left by the site, and not by ProgressAlly")
            .help("choose AccessAlly under ProgressAlly > General Settings, as the system that it works with");
        out.push(plugin.excerpt(finding, "select_crm:", "not `accessally`"));
    }
    Some(())
}
