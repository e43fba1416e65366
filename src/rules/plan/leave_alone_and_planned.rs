use crate::diag::{Location, Severity::Error};
use crate::model::keyed::{key_with_id, webhook_key};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule};

use super::{left_alone, left_alone_as};

declare_rule! {
    /// The same thing is planned and left alone.
    ///
    /// ## What it does
    /// Reports entries of `leave_alone` for which the plan has an entry of its own: under the same key, or under the key that
    /// the site now gives to the object of this name and ID.
    ///
    /// ## Why it matters
    /// The changes follow the plan's own entry, so what was meant to stay untouched would be changed. Where two objects
    /// share a name (`gold` and `gold-52`) and one is deleted, the other takes the bare key, and with it what was planned for
    /// the one that is gone.
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
    /// Remove one of the two entries. Where a twin took the key, see on the site which of the two is meant.
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
    let mut known = Some(());
    for (section, keys) in named {
        for key in &keys {
            judge(facts, section, (key, key), out);
        }
        known = known.and(twins(facts, section, &keys, out));
    }
    for (name, webhook) in &plan.webhooks {
        judge(facts, "webhooks", (name, &webhook_key(&webhook.calls)), out);
    }
    known
}

/// What the plan leaves alone by the ID that tells it from another of its name, where the site has it under a key of the plan.
fn twins(facts: &Facts<'_>, section: &str, keys: &[&String], out: &mut Findings) -> Option<()> {
    let (alone, mut known) = (left_alone(facts.plan(), section), Some(()));
    // Nothing is asked of a site for entries that hold no ID.
    if !alone.keys().any(|said| said.ends_with(|c: char| c.is_ascii_digit())) {
        return known;
    }
    for key in keys {
        let now = match section {
            "offerings" => facts.offering(After, key).map(|of| of.map(|of| (of.name(), of.object.id.as_deref()))),
            "order_forms" => facts.order_form(After, key).map(|of| of.map(|of| (of.name(), of.object.id.as_deref()))),
            _ => facts.opt_in_form(After, key).map(|of| of.map(|of| (of.name(), of.object.id.as_deref()))),
        };
        known = known.and(now.map(drop));
        let with_id = now.flatten().and_then(|(name, id)| key_with_id(name, id));
        let Some((said, _)) = with_id.filter(|with_id| with_id != *key).and_then(|it| alone.get_key_value(&it)) else {
            continue;
        };
        let message = format!("`{said}` is left alone, and the site now has it under `{key}`, which `{section}` plans");
        out.push(
            RULE.at(Location::key(pointer(&["leave_alone", section, said])), message)
                .label("left alone here")
                .related(Location::key(pointer(&[section, key])), "planned here")
                .help(format!(
                    "look on the site which object is meant: what had the key `{key}` before may be deleted. Remove one \
                     of the two entries"
                )),
        );
    }
    known
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
