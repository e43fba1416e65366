//! Rules about the plan itself: decisions that it must name, and what it covers.

pub(super) mod change_pending;
pub(super) mod gateway_differs;
pub(super) mod key_is_not_the_slug;
pub(super) mod leave_alone_and_planned;
pub(super) mod leave_alone_unknown;
pub(super) mod name_differs;
pub(super) mod not_on_site;
pub(super) mod offering_not_in_plan;
pub(super) mod opt_in_form_not_in_plan;
pub(super) mod order_form_not_in_plan;
pub(super) mod price_differs;
pub(super) mod price_impossible;
pub(super) mod reference_unknown;
pub(super) mod secret_in_plan;
pub(super) mod strategy_missing;
pub(super) mod webhook_not_in_plan;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::change::text;
use crate::model::keyed::webhook_key;
use crate::model::plan::LeaveAlone;
use crate::model::state::Operation;
use crate::model::text::pointer;
use crate::model::{Kind, Plan};

use super::{Drift, Facts, left_out_inside};

/// What a section of `leave_alone` holds: key and reason.
pub(super) fn left_alone<'a>(plan: &'a Plan, section: &str) -> &'a BTreeMap<String, String> {
    let LeaveAlone { offerings, order_forms, opt_in_forms, webhooks } = &plan.leave_alone;
    match section {
        "offerings" => offerings,
        "order_forms" => order_forms,
        "opt_in_forms" => opt_in_forms,
        _ => webhooks,
    }
}

/// What of `leave_alone` is about the object that the site has under this key: the key there. A webhook can be named by its whole
/// address.
pub(super) fn left_alone_as<'a>(plan: &'a Plan, section: &str, key: &str) -> Option<&'a str> {
    let of = |said: &str| if section == "webhooks" { webhook_key(said) == key } else { said == key };
    left_alone(plan, section).keys().map(String::as_str).find(|said| of(said))
}

/// Whether the plan leaves this alone, or may have said so in a part that did not fit the schema.
pub(super) fn is_left_alone(plan: &Plan, section: &str, key: &str) -> bool {
    left_alone_as(plan, section, key).is_some() || left_out_inside(plan, &["leave_alone", section, key])
}

/// The webhooks that the copy's log lacks and live's shows, where live was read beside it: the CRM calls the live host (inferred).
fn in_lives_log_alone(facts: &Facts<'_>) -> BTreeSet<String> {
    let Some(Some(original)) = facts.original() else { return BTreeSet::new() };
    let drifted = facts.drifted(original, Kind::Webhook).into_iter().flatten();
    drifted.filter(|(_, drift)| *drift == Drift::OnLiveAlone).map(|(on, _)| on.key).collect()
}

/// Where a key of the plan's section is, or would be.
fn at(section: &str, key: &str) -> String {
    pointer(&[section, key])
}

/// What to do about an object that the plan does not mention.
fn mention(section: &str) -> String {
    format!("add it to `{section}`, or to `leave_alone` under `{section}` with the reason")
}

/// One entry of a section, as text to paste.
pub(super) fn stub(key: &str, entry: &impl Serialize) -> String {
    let entry = serde_json::to_value(entry).unwrap_or_default();
    text::yaml(&Value::Object(Map::from_iter([(key.to_owned(), entry)])))
}

/// An entry of `leave_alone`, as text to paste.
fn leave_alone_stub(section: &str, key: &str) -> String {
    let reason = Value::String("say why this plan does not touch it".to_owned());
    let entry = Value::Object(Map::from_iter([(key.to_owned(), reason)]));
    stub("leave_alone", &Map::from_iter([(section.to_owned(), entry)]))
}

/// The offerings that a form's operations release or grant.
fn opened<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Vec<String> {
    let offering = |operation: &'a Operation| match operation {
        Operation::Release(offering) | Operation::Grant(offering) => Some(offering.clone()),
        Operation::AddTags(_) | Operation::Other(_) => None,
    };
    operations.into_iter().filter_map(offering).collect()
}
