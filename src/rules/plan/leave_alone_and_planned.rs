use crate::diag::{Location, Severity::Error};
use crate::model::keyed::webhook_key;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::left_alone_as;

declare_rule! {
    /// The same thing is planned and left alone.
    ///
    /// ## What it does
    /// Reports entries of `leave_alone` for which the plan has an entry of its own.
    ///
    /// ## Why it matters
    /// The changes follow the plan's own entry, so what was meant to stay untouched would be changed.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {offerings: {course: archived}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {webhooks: {aal_revokesubscription?productId=12: not ours}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit: archived}}}
    /// site: {offering/summit: {name: Summit}}
    /// ```
    ///
    /// ## Fix
    /// Remove one of the two entries.
    {
        id: "leave-alone-and-planned",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/leave_alone",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let named = [
        ("offerings", plan.offerings.keys().collect::<Vec<_>>()),
        ("order_forms", plan.order_forms.keys().collect()),
        ("opt_in_forms", plan.opt_in_forms.keys().collect()),
    ];
    for (section, keys) in named {
        for key in keys {
            judge(facts, section, (key, key), out);
        }
    }
    for (name, webhook) in &plan.webhooks {
        judge(facts, "webhooks", (name, &webhook_key(&webhook.calls)), out);
    }
    Some(())
}

/// Of what the plan calls `name` and the site `key`.
fn judge(facts: &Facts<'_>, section: &str, (name, key): (&str, &str), out: &mut Findings) {
    if let Some(said) = left_alone_as(facts.plan(), section, key) {
        out.push(
            RULE.at(
                Location::key(pointer(&["leave_alone", section, said])),
                format!("`{key}` is left alone, and `{section}` has an entry for it too"),
            )
            .label("left alone here")
            .related(Location::key(pointer(&[section, name])), "planned here")
            .help("remove one of the two entries"),
        );
    }
}
