//! What a `plan.toml` further up demands and the nearest one does not. The nearest holds alone, so whoever lays one lifts these.

use crate::model::Kind;

use crate::project::limits::{CHANGES, PERCENT};

use super::{Key, Settings};

/// Most names that are said of a demand; the others are counted.
const NAMED: usize = 5;

/// The demands of a file further up that the nearest one does not make, in words; none where it makes them all.
pub(super) fn lifted(above: &Settings, nearest: &Settings) -> Option<String> {
    let age = above.max_age.is_shorter_than(&nearest.max_age);
    let age = age.then(|| format!("no reading older than {} (`max_age`)", above.max_age.as_str()));
    let [of_above, of_nearest] = [above, nearest].map(|settings| settings.seal.demands());
    let seal = (of_above.required && !of_nearest.required).then(|| "a signed seal (`seal.required`)".to_owned());
    let refused = above.attestations.refuse.difference(&nearest.attestations.refuse);
    let refused =
        named(refused.map(String::as_str)).map(|rules| format!("no attestation for {rules} (`attestations.refuse`)"));
    let raised = named(above.raised.rules().filter(|rule| !nearest.raised.holds(rule)));
    let raised = raised.map(|rules| format!("{rules} as an error (`rules.raise`)"));
    let demands =
        [age, seal, reviewers(above, nearest), refused, changes(above, nearest), share(above, nearest), raised];
    let demands: Vec<String> = demands.into_iter().flatten().collect();
    (!demands.is_empty()).then(|| demands.join(", "))
}

/// That only reviewers count whom it names.
fn reviewers(above: &Settings, nearest: &Settings) -> Option<String> {
    if above.seal.keys.is_empty() {
        return None;
    }
    let is_own = |key: &Key| above.seal.keys.values().any(|own| own == key);
    if nearest.seal.keys.is_empty() {
        return Some("a reviewer's signature on a seal (`seal.keys`)".to_owned());
    }
    let others = nearest.seal.keys.iter().filter(|(_, key)| !is_own(key)).map(|(name, _)| name.as_str());
    named(others).map(|names| format!("no other reviewers than its own, and {names} is none of them (`seal.keys`)"))
}

fn changes(above: &Settings, nearest: &Settings) -> Option<String> {
    let most = above.limits.changes?.0;
    let allowed = nearest.limits.changes.map_or(CHANGES, |most| most.0);
    (most < allowed).then(|| format!("at most {most} changes (`limits.changes`)"))
}

fn share(above: &Settings, nearest: &Settings) -> Option<String> {
    let allowed = |kind: &Kind| nearest.limits.percent.get(kind).map_or(PERCENT, |most| most.0);
    let lower = above.limits.percent.iter().filter(|(kind, most)| most.0 < allowed(kind)).map(|(kind, _)| kind.name());
    named(lower).map(|kinds| format!("a smaller share of {kinds} (`limits.percent`)"))
}

/// The first few names, and how many more there are; none of none.
fn named<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        _ if names.is_empty() => None,
        0 => Some(first),
        more => Some(format!("{first} and {more} more")),
    }
}
