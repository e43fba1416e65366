//! The parts of a bundle that need no run: versions, the plan's size, the site as it was read, the verdict. In words of this program alone.

use std::collections::BTreeMap;

use crate::diag::{Finding, Severity};
use crate::model::snapshot::{Capture, FORMAT};
use crate::model::text::many;
use crate::model::{Kind, Plan, Snapshot, population};
use crate::output::{Mode, Report};

use super::Part;

/// Plugins that are sold or given away to everybody, by the folder that each is installed into: that a site has one says nothing of whose
/// it is. Any other may be somebody's own.
const PUBLIC: [&str; 36] = [
    "accessally",
    "progressally",
    "popupally",
    "popupally-pro",
    "plan-bridge",
    "fluent-smtp",
    "wp-mail-smtp",
    "wp-mail-smtp-pro",
    "post-smtp",
    "easy-wp-smtp",
    "wp-fusion",
    "wp-fusion-lite",
    "wordfence",
    "all-in-one-wp-security-and-firewall",
    "better-wp-security",
    "patchstack",
    "sucuri-scanner",
    "jetpack",
    "akismet",
    "hello-dolly",
    "updraftplus",
    "duplicator",
    "backupbuddy",
    "woocommerce",
    "elementor",
    "elementor-pro",
    "sfwd-lms",
    "buddypress",
    "bbpress",
    "wordpress-seo",
    "litespeed-cache",
    "w3-total-cache",
    "wp-super-cache",
    "wp-rocket",
    "redis-cache",
    "sg-cachepress",
];

/// What was read of a site.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The reading.
    pub snapshot: &'a Snapshot,
    /// How it was read.
    pub mode: Mode,
    /// Whether it lies in a file.
    pub is_in_a_file: bool,
}

/// A version that is one; of anything else only that it is there.
pub(super) fn version(text: &str) -> &str {
    let parts = |number: &str| {
        (1..=4).contains(&number.split('.').count())
            && number
                .split('.')
                .all(|part| (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (number, more) = text.split_once('-').unwrap_or((text, ""));
    let word = more.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_named = more.len() <= 12 && matches!(word, "" | "alpha" | "beta" | "rc" | "RC" | "MariaDB");
    if parts(number) && is_named { text } else { "a version of another form" }
}

/// The plugins of a site that are not somebody's own, each with its version, and how many others there are.
pub(super) fn plugins(snapshot: &Snapshot) -> Vec<String> {
    let (mut lines, mut others) = (Vec::new(), 0);
    for (key, plugin) in &snapshot.state.plugins {
        let folder = key.split('/').next().unwrap_or_default();
        let Some(name) = PUBLIC.iter().find(|name| **name == folder.trim_end_matches(".php")) else {
            others += 1;
            continue;
        };
        let at = plugin.version.set().map_or("version not read", |text| version(text));
        let active = match plugin.active.set() {
            Some(true) => "active",
            Some(false) => "not active",
            None => "whether it is active was not read",
        };
        lines.push(format!("{name} {at}, {active}"));
    }
    if others > 0 {
        lines.push(format!("{} that may be this site's own: not named", many(others, "further plugin")));
    }
    if snapshot.state.plugins.is_empty() {
        lines.push("plugins: not read".to_owned());
    }
    lines
}

/// The WordPress of a site.
pub(super) fn wordpress(snapshot: &Snapshot) -> String {
    let found = snapshot.state.environment.as_ref().and_then(|environment| environment.wordpress.set());
    format!("WordPress {}", found.map_or("version not read", |text| version(text)))
}

/// The versions of everything that has one.
pub fn versions(plan: &Plan, read: Option<Read<'_>>) -> Part {
    let mut lines = vec![
        format!("plan {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH),
        format!("format of the plan {}, of a snapshot {FORMAT}", plan.version),
    ];
    match read {
        None => lines.push("no site was read".to_owned()),
        Some(Read { snapshot, .. }) => {
            lines.push(wordpress(snapshot));
            lines.extend(plugins(snapshot));
        }
    }
    Part { name: "versions", holds: "this program, the formats, WordPress and plugins that anybody can have", lines }
}

/// How large a plan is.
pub fn plan(plan: &Plan) -> Part {
    let strategy = match plan.strategy {
        Some(strategy) => {
            serde_json::to_value(strategy).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
        }
        None => "none".to_owned(),
    };
    let lines = vec![
        format!("strategy {strategy}"),
        [
            many(plan.offerings.len(), "offering"),
            many(plan.order_forms.len(), "order form"),
            many(plan.opt_in_forms.len(), "opt-in form"),
            many(plan.webhooks.len(), "webhook"),
            many(plan.spot_check.list.len(), "spot-check contact"),
            many(plan.accepted_risks.len(), "accepted risk"),
        ]
        .join(", "),
    ];
    Part { name: "plan", holds: "its strategy and how much stands in it; no name and no value", lines }
}

/// What of a site was read, and how.
pub fn site(read: Read<'_>) -> Part {
    let Read { snapshot, mode, is_in_a_file } = read;
    let place = match (mode, is_in_a_file) {
        (Mode::Snapshot, _) => "a recording",
        (_, true) => "a site in a file",
        (_, false) => "a site at an address",
    };
    let mut lines = vec![format!("{place}, format {}", version(&snapshot.header.format))];
    let (mut how, mut others): (BTreeMap<&str, Vec<&str>>, usize) = (BTreeMap::new(), 0);
    for (section, capture) in &snapshot.header.sections {
        let known = Kind::ALL.iter().map(|kind| kind.name()).chain(population::KINDS).find(|name| name == section);
        let by = match capture {
            Capture::How(how) => how.name(),
            Capture::Missing(_) => "not captured",
        };
        match known {
            Some(name) => how.entry(by).or_default().push(name),
            None => others += 1,
        }
    }
    lines.extend(how.into_iter().map(|(how, kinds)| format!("{how}: {}", kinds.join(", "))));
    if others > 0 {
        lines.push(format!("{} of another name", many(others, "section")));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for on in snapshot.state.places() {
        *counts.entry(on.kind.name()).or_default() += 1;
    }
    lines.extend(counts.into_iter().map(|(kind, count)| format!("{kind}: {count}")));
    Part { name: "site", holds: "which kinds of object were read, and how many of each; no name and no value", lines }
}

/// A site that could not be read.
pub fn not_read(code: u8, why: String) -> Part {
    let lines = vec![format!("it could not be read (exit code {code}): {why}")];
    Part { name: "site", holds: "why it could not be read", lines }
}

/// The verdict, and which rules speak how often.
pub fn verdict(report: &Report<'_>) -> Part {
    let mut lines = vec![format!("{} at gate `{}`", report.judgement.verdict.name(), report.gate.name())];
    if report.site.is_some() {
        lines.push(report.judgement.evidence.message());
        lines.push(format!("{}, {} not compared", many(report.changes, "change"), many(report.not_compared, "kind")));
    }
    let mut counts: BTreeMap<(bool, Severity, &str, &str), usize> = BTreeMap::new();
    for finding in &report.judgement.findings {
        *counts.entry((!finding.due, finding.severity, &finding.rule, stands(finding))).or_default() += 1;
    }
    lines.extend(counts.into_iter().map(|((_, severity, rule, stands), count)| {
        format!("{} {rule}: {}{stands}", severity.name(), many(count, "place"))
    }));
    Part { name: "verdict", holds: "which rules speak, and how often; not about what", lines }
}

fn stands(finding: &Finding) -> &'static str {
    match (finding.due, finding.accepted, finding.unproven) {
        (_, true, _) => ", accepted",
        (false, ..) => ", not yet due",
        (_, _, true) => ", a fact is missing",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_shown_and_no_other_word_in_its_place() {
        for shown in ["6.8", "6.8.7", "1.0.0.12", "7.0-beta2", "6.9-RC1", "10.11.14-MariaDB"] {
            assert_eq!(version(shown), shown);
        }
        for other in ["", "6.8-tess", "for tess", "6.8.7.1.1", "1.2@x", "123456", "6..8", "6.8-beta-for-bloom"] {
            assert_eq!(version(other), "a version of another form", "{other}");
        }
    }
}
