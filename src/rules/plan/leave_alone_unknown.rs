use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::diag::{Location, Severity::Warning};
use crate::model::keyed::webhook_key;
use crate::model::text::pointer;
use crate::rules::{
    Facts, Findings, Known, Objects, OfKind, Phase::Configure, SLIPS, Side::After, Source::Inferred, declare_rule,
};
use crate::text::nearest;

use super::{in_lives_log_alone, left_alone};

declare_rule! {
    /// `leave_alone` names something that the site does not have.
    ///
    /// ## What it does
    /// Reports entries of `leave_alone` that name nothing on the site. A webhook that live's log shows, where live was read beside the
    /// copy, is there.
    ///
    /// ## Why it matters
    /// A misspelled entry protects nothing, and an outdated entry hides that its reason is outdated too.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit-2019: archived}}}
    /// site: {offering/summit-2018: {name: Summit 2018}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {summit-2019: archived}}}
    /// site: {offering/summit-2019: {name: Summit 2019}}
    /// ```
    ///
    /// ## Fix
    /// Correct the key (the slug of the name; for a webhook its command and target), or remove the entry.
    {
        id: "leave-alone-unknown",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/leave_alone",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let offerings = unknown(facts, "offerings", || Some(keys(facts.offerings(After)?)), out);
    let order_forms = unknown(facts, "order_forms", || Some(keys(facts.order_forms(After)?)), out);
    let opt_in_forms = unknown(facts, "opt_in_forms", || Some(keys(facts.opt_in_forms(After)?)), out);
    let webhooks = unknown(facts, "webhooks", || Some(keys(facts.webhooks(After)?)), out);
    offerings.and(order_forms).and(opt_in_forms).and(webhooks)
}

fn keys<'a, T: OfKind>(site: Objects<'_, 'a, T>) -> BTreeSet<&'a String> {
    site.keys().collect()
}

fn unknown<'a>(
    facts: &Facts<'a>,
    section: &str,
    site: impl Fn() -> Known<BTreeSet<&'a String>>,
    out: &mut Findings,
) -> Known<()> {
    let entries = left_alone(facts.plan(), section);
    if entries.is_empty() {
        return Some(());
    }
    let site = site()?;
    let on_site = |key: &String| if section == "webhooks" { webhook_key(key) } else { key.clone() };
    // The log of a copy may lack what the CRM calls at live.
    let on_live = LazyCell::new(|| in_lives_log_alone(facts));
    let is_there = |key: &String| site.contains(key) || section == "webhooks" && on_live.contains(key);
    for key in entries.keys().filter(|key| !is_there(&on_site(key))) {
        let near = (out.len() < SLIPS).then(|| nearest(key, site.iter().copied())).flatten();
        let help = match near {
            Some(near) => format!("write `{near}`, or remove the entry"),
            None => "remove the entry, or write the key that the site's object has".to_owned(),
        };
        let place = Location::key(pointer(&["leave_alone", section, key]));
        let message = format!("the plan leaves `{key}` alone, but it is not among the site's {}", words(section));
        out.push(RULE.at(place, message).label("not on the site").help(help));
    }
    Some(())
}

fn words(section: &str) -> &str {
    match section {
        "order_forms" => "order forms",
        "opt_in_forms" => "opt-in forms",
        other => other,
    }
}
