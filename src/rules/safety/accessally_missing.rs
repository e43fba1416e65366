use crate::diag::{Finding, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::SeenInCode, declare_rule};

use super::judged_site;

declare_rule! {
    /// AccessAlly is not active, or too old for Managed Contacts.
    ///
    /// ## What it does
    /// Asks for the plugin `accessally/accessally.php`, active, in version 4.0 or newer.
    ///
    /// ## Why it matters
    /// The migration is a screen of AccessAlly itself (documented), and AccessAlly Managed exists since version 4.0 (seen in
    /// code).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/accessally/accessally.php: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/accessally/accessally.php: {active: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/accessally/accessally.php: {version: 3.6.10}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site:
    ///   plugin/accessally/accessally.php: null
    ///   plugin/accessally/accessally: {version: "4.0", active: true}
    /// ```
    ///
    /// ## Fix
    /// Activate or update AccessAlly under WordPress > Plugins.
    {
        id: "accessally-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: SeenInCode,
        anchor: "/sites",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // WordPress's own REST names a plugin without `.php`.
    let [file, without] = ["accessally/accessally.php", "accessally/accessally"];
    let plugin = match facts.plugin(Before, file)? {
        Some(plugin) => Some(plugin),
        None => facts.plugin(Before, without)?,
    };
    let Some(plugin) = plugin else {
        let message = "the plugin AccessAlly is not installed on the site".to_owned();
        out.push(said(facts, message, "no AccessAlly", "install"));
        return Some(());
    };
    let on = plugin.place().to_string();
    if !plugin.active()? {
        let message = "the plugin AccessAlly is installed on the site and not active".to_owned();
        out.push(said(facts, message, "AccessAlly is not active", "activate").on_site(on));
        return Some(());
    }
    let version = plugin.version()?.map_or("", String::as_str);
    if major(version).is_none_or(|major| major < 4) {
        let message = format!("the site has AccessAlly `{version}`, and Managed Contacts needs 4.0");
        out.push(said(facts, message, "AccessAlly is too old", "update").on_site(on));
    }
    Some(())
}

fn major(version: &str) -> Option<u32> {
    version.trim().split('.').next()?.parse().ok()
}

fn said(facts: &Facts<'_>, message: String, label: &str, act: &str) -> Finding {
    RULE.at(judged_site(facts), message).label(label).help(format!("{act} AccessAlly under WordPress > Plugins"))
}
