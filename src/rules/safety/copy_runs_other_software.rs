use crate::diag::{Location, Severity::Warning};
use crate::model::snapshot::COLLECTOR;
use crate::model::{Capture, Field, How, Kind, ObjectRef, Snapshot};
use crate::rules::{Drift, Facts, Findings, Phase::Configure, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// The staging copy runs other software than the live site.
    ///
    /// ## What it does
    /// Where a reading of live is named (`--live`, or `[site] live` in `plan.toml`), reports each plugin that is active on
    /// live and is missing, inactive or of another version on the copy. What only the copy runs, such as a plugin that
    /// keeps mail from leaving it, is not looked at, and neither is `plan-bridge`, nor a must-use plugin where the
    /// copy was read without `plan-bridge`, which alone lists those.
    ///
    /// ## Why it matters
    /// A rehearsal proves what the copy's versions do. With another version of AccessAlly the migration itself can run
    /// otherwise on live (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// live: {site: {plugin/accessally/accessally.php: {version: 4.2.0}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// live: {site: {plugin/coupons/coupons.php: {version: 1.0.0, active: true}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// live: {site: {plugin/plan-bridge/plan-bridge.php: {version: 1.0.0, active: true}, plugin/old/old.php: {version: 1.0.0, active: false}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// header: {sections: {plugin: {how: core-rest}}}
    /// live: {site: {plugin/host-cache.php: {version: 1.0.0, active: true}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {plugin/mail-trap/mail-trap.php: {version: 1.0.0, active: true}}
    /// live: {site: {plugin/mail-trap/mail-trap.php: null}}
    /// ```
    ///
    /// ## Fix
    /// Update the copy, or live, so that both run the same version; activate on the copy what live runs.
    {
        id: "copy-runs-other-software",
        severity: Warning,
        phase: Configure,
        target: Staging,
        acceptable: true,
        guide: "P1",
        evidence: Inferred,
        anchor: "/sites/live",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(original) = facts.original() else { return Some(()) };
    let original = original?;
    for (on, drift) in facts.drifted(original, Kind::Plugin)? {
        let Some(live) = original.after.plugins.get(&on.key) else { continue };
        if live.active != Field::Set(true) || on.key == COLLECTOR || is_not_listed(facts, &on) {
            continue;
        }
        let Some(how) = how(&drift) else { continue };
        let finding = RULE
            .at(Location::value("/sites/staging"), format!("the plugin `{}`, which is active on live, is {how}", on.key))
            .label("not as on live")
            .help("let both run the same version (Plugins > Installed Plugins), so that what is rehearsed is what live does");
        out.push(finding.on_site(on.to_string()));
    }
    Some(())
}

/// Whether the copy's list of plugins may leave this one out: what lies in no folder of its own may be loaded without asking (must-use),
/// which the collector alone shows.
fn is_not_listed(facts: &Facts<'_>, on: &ObjectRef) -> bool {
    let is_by_collector = |copy: &Snapshot| copy.header.capture(Kind::Plugin.name()) == Capture::How(How::Bridge);
    !on.key.contains('/') && !facts.inputs.before.is_some_and(is_by_collector)
}

/// How the copy has a plugin that live runs; none where nothing of it is known to be otherwise.
fn how(drift: &Drift) -> Option<String> {
    let Drift::Fields(apart) = drift else {
        return (*drift == Drift::OnLiveAlone).then(|| "missing on the copy".to_owned());
    };
    if apart.iter().any(|field| field.field == "active") {
        return Some("not active on the copy".to_owned());
    }
    let version = apart.iter().find(|field| field.field == "version")?;
    let [copy, live] = [&version.copy, &version.live].map(|side| side.as_ref().and_then(|side| side.as_str()));
    Some(format!("version `{}` there and `{}` on the copy", live.unwrap_or("unknown"), copy.unwrap_or("unknown")))
}
