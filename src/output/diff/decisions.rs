//! What people decided and vouch for, line by line, for the diff in each of its forms.

use serde::Serialize;
use serde_json::Value;

use crate::model::plan::{AfterSwitch, LeaveAlone, WebhookIntent};
use crate::model::record::{BackupSource, Entry, Evidence, Saw, SawAll};
use crate::model::text::Seconds;
use crate::model::{Identity, Kind, Plan};

use super::Changes;
use crate::survey::shown;

/// Most fates that are listed: a comment has a limit.
const MOST: usize = 100;

/// What people decided and vouch for, which no object shows, every line of it.
pub(super) fn all(changes: &Changes<'_>) -> Vec<String> {
    let mut lines = of_the_plan(changes.plan);
    of_the_record(changes, &mut lines);
    lines.extend(fates(changes.plan));
    lines
}

/// The same for a person to read: of what becomes of things, the first.
pub(super) fn lines(changes: &Changes<'_>) -> Vec<String> {
    let mut lines = of_the_plan(changes.plan);
    of_the_record(changes, &mut lines);
    let fates = fates(changes.plan);
    lines.extend(fates.iter().take(MOST).cloned());
    lines.extend(
        fates
            .len()
            .checked_sub(MOST)
            .filter(|more| *more > 0)
            .map(|more| format!("and {more} more, which are in the plan")),
    );
    lines
}

/// What the plan decides.
fn of_the_plan(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(strategy) = plan.strategy {
        lines.push(format!("strategy: {}", word(&strategy)));
    }
    if let Some(window) = &plan.window {
        lines.push(format!("window: {}, {}", window.start, window.length));
    }
    if let Some(rollback) = &plan.rollback {
        let way = word(&rollback.way);
        lines.push(format!("rollback: {way}, decided by {} until {}", rollback.who, rollback.decide_by));
    }
    for risk in &plan.accepted_risks {
        lines.push(format!(
            "accepted: {} at {}, by {} until {}: {}",
            risk.rule, risk.at, risk.owner, risk.until, risk.reason
        ));
    }
    lines
}

/// What becomes of members, of webhooks, and of what is left alone.
fn fates(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, offering) in &plan.offerings {
        if let Some(fate) = &offering.members_between_modules {
            lines.push(format!("members between two modules of {key}: {}", word(fate)));
        }
    }
    lines.extend(plan.webhooks.values().map(|webhook| format!("webhook {}: {}", webhook.calls, fate(webhook))));
    let LeaveAlone { offerings, order_forms, opt_in_forms, webhooks } = &plan.leave_alone;
    let kinds = [Kind::Offering, Kind::OrderForm, Kind::OptInForm, Kind::Webhook];
    for (kind, reasons) in kinds.into_iter().zip([offerings, order_forms, opt_in_forms, webhooks]) {
        lines.extend(reasons.iter().map(|(key, why)| format!("left alone: {kind} {key}: {why}")));
    }
    lines
}

/// What becomes of a webhook.
fn fate(webhook: &WebhookIntent) -> String {
    match &webhook.after_switch {
        None => "not decided".to_owned(),
        Some(AfterSwitch::Retired(why)) => format!("retired: {why}"),
        Some(AfterSwitch::Kept(why)) => format!("kept: {why}"),
        Some(AfterSwitch::ReplacedBy(by)) => {
            let form = [("order-form", &by.order_form), ("opt-in-form", &by.opt_in_form), ("offering", &by.offering)];
            let parts = form.into_iter().filter_map(|(kind, key)| Some(format!("{kind} {}", key.as_ref()?)));
            let setting = by.setting.iter().map(word);
            let who = by.by_hand.iter().map(|who| format!("{who}, by hand"));
            format!("replaced by {}", parts.chain(setting).chain(who).collect::<Vec<_>>().join(", "))
        }
    }
}

/// What people vouch for. Of what they saw the last statement about each field alone, and on live only what was seen there: what was
/// said before it, or of the copy, no longer counts.
fn of_the_record(changes: &Changes<'_>, lines: &mut Vec<String>) {
    let entries = &changes.record.entries;
    let here = Identity::parse(changes.host).filter(|_| changes.on_live);
    let is_of_here = |host: &Identity| here.as_ref().is_none_or(|here| here.is_same_site(host));
    for (at, entry) in entries.iter().enumerate() {
        match &entry.evidence {
            Evidence::Saw(saw) if is_of_here(&saw.host) => {
                let stands = |name: &str| !entries[at + 1..].iter().any(|later| says_again(later, saw, name));
                let fields = saw.fields.iter().filter(|(name, _)| stands(name));
                let fields: Vec<String> = fields
                    .map(|(name, value)| match value {
                        Value::Null => format!("{name}: nothing is set"),
                        value => format!("{name}: {}", shown(&saw.on, name, value)),
                    })
                    .collect();
                if !fields.is_empty() {
                    let (on, host, until, fields) = (&saw.on, &saw.host, &saw.until, fields.join(", "));
                    lines.push(format!("{on} on {host}, seen by {}, until {until}: {fields}", entry.who));
                }
            }
            Evidence::SawAll(all) if entries[at + 1..].iter().any(|later| lists_again(later, all)) => {}
            Evidence::Saw(_) => {}
            Evidence::SawAll(all) if !is_of_here(&all.host) => {}
            Evidence::SawAll(all) => lines.push(format!(
                "all objects of {} on {}, seen by {}, until {}: {}",
                all.kind,
                all.host,
                entry.who,
                all.until,
                all.names.join(", ")
            )),
            // Of an earlier build: it counts for nothing.
            Evidence::Attestation(it) => {
                lines.push(format!(
                    "statements of {} about the rule {}, which no longer count: only facts can be attested",
                    entry.who, it.rule
                ));
            }
            Evidence::Backup(backup) => {
                let source = match &backup.source {
                    BackupSource::File { name, bytes, dump: Some(dump), .. } => {
                        format!("file {name}, {bytes} bytes, {dump}")
                    }
                    BackupSource::File { name, bytes, .. } => format!("file {name}, {bytes} bytes, contents attested"),
                    BackupSource::RestorePoint(id) => format!("restore point {id}"),
                };
                lines.push(format!(
                    "backup of {}, made {}: {source}, recorded by {}",
                    word(&backup.of),
                    backup.taken_at,
                    entry.who
                ));
            }
            Evidence::OutsideWindow(reason) => lines.push(format!(
                "outside the window on {}, attested by {}, recorded {}: {}",
                reason.host, entry.who, entry.at, reason.says
            )),
            Evidence::RestoreDrill(drill) => lines.push(format!(
                "restore drill of {} onto {}: {}, over at {}, recorded by {}",
                drill.backup,
                drill.onto,
                Seconds::from(drill.seconds),
                drill.ended_at,
                entry.who
            )),
            Evidence::Copied(copied) => lines.push(format!(
                "{} was copied from live as it was at {}, recorded by {}",
                copied.host, copied.at, entry.who
            )),
            // Of a run, not of what is reviewed before it.
            Evidence::Verification(_)
            | Evidence::MergeList(_)
            | Evidence::Moved(_)
            | Evidence::Done(_)
            | Evidence::LookedAgain(_)
            | Evidence::Merged(_)
            | Evidence::Acknowledgement(_)
            | Evidence::Step(_)
            | Evidence::SignIn(_)
            | Evidence::Purchase(_)
            | Evidence::NotPressed(_)
            | Evidence::Restored(_)
            | Evidence::Decided(_) => {}
        }
    }
}

/// Whether a line says again what somebody saw of this field.
fn says_again(later: &Entry, saw: &Saw, name: &str) -> bool {
    matches!(&later.evidence, Evidence::Saw(new) if new.host.is_same_site(&saw.host) && new.on == saw.on && new.fields.contains_key(name))
}

/// Whether a line lists the objects of this kind again.
fn lists_again(later: &Entry, all: &SawAll) -> bool {
    matches!(&later.evidence, Evidence::SawAll(new) if new.host.is_same_site(&all.host) && new.kind == all.kind)
}

/// A choice in the plan's own word for it.
fn word(choice: &impl Serialize) -> String {
    let written = serde_json::to_value(choice).ok();
    written.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned()
}
