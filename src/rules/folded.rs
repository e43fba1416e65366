//! A wrong key is one mistake: what follows from it is folded into the finding that names it.

use std::collections::BTreeMap;

use crate::diag::{Finding, Label};
use crate::model::text::many;

use crate::text::nearest;

/// The rule that names a key of the plan that the site has not.
const NAMES: &str = "not-on-site";

/// The rules that name an object of the site that the plan has not.
const LACKS: [&str; 3] = ["offering-not-in-plan", "order-form-not-in-plan", "webhook-not-in-plan"];

/// Folds what follows from a key that is misspelt into the finding that names it. One that somebody answers for takes nothing in.
pub(super) fn fold(findings: &mut Vec<Finding>) {
    for (wrong, right) in misspelt(findings) {
        let follows = |finding: &Finding| {
            let about = finding.site.as_deref();
            finding.rule != NAMES && !finding.accepted && (about == Some(&wrong) || about == Some(&right))
        };
        let (folded, kept) = std::mem::take(findings).into_iter().partition(follows);
        *findings = kept;
        let is_named = |finding: &&mut Finding| finding.rule == NAMES && finding.site.as_deref() == Some(&wrong);
        if let Some(finding) = findings.iter_mut().find(is_named) {
            take_in(finding, folded, &right);
        }
    }
}

/// The objects that the plan names and the site lacks, each with the one that the site has in its place.
fn misspelt(findings: &[Finding]) -> BTreeMap<String, String> {
    let counts = |finding: &&Finding| finding.due && !finding.accepted;
    let of = |rules: &'static [&'static str]| {
        let found = findings.iter().filter(counts).filter(|finding| rules.contains(&finding.rule.as_str()));
        found.filter_map(|finding| finding.site.clone())
    };
    let mut unplanned: Vec<String> = of(&LACKS).collect();
    let mut pairs = BTreeMap::new();
    for wrong in of(&[NAMES]) {
        let Some((kind, key)) = wrong.split_once('/') else { continue };
        let keys = unplanned.iter().filter_map(|other| other.strip_prefix(kind)?.strip_prefix('/'));
        let Some(right) = nearest(key, keys).map(|right| format!("{kind}/{right}")) else { continue };
        unplanned.retain(|other| *other != right);
        pairs.insert(wrong, right);
    }
    pairs
}

/// What follows stands at the finding: each other place that has the right key, and how many findings there were.
fn take_in(finding: &mut Finding, folded: Vec<Finding>, right: &str) {
    let key = right.split_once('/').map_or(right, |(_, key)| key);
    // An error does not become a warning by what takes it in.
    if let Some(worst) =
        folded.iter().filter(|other| other.severity > finding.severity).max_by_key(|other| other.severity)
    {
        (finding.severity, finding.raised) = (worst.severity, worst.raised.clone());
    }
    finding.message = format!("{}, and the plan has no entry for `{key}`, which the site has", finding.message);
    finding.help = Some(format!(
        "if you mean `{key}`, write that: it resolves {}; if they are different, create this one on the site, and add `{key}` to \
            the plan or to `leave_alone`",
        many(folded.len(), "more finding")
    ));
    let elsewhere =
        folded.into_iter().filter(|other| other.rule == "reference-unknown" && other.site.as_deref() == Some(right));
    finding.related.extend(elsewhere.map(|other| Label { text: format!("names `{key}`"), ..other.primary }));
}
