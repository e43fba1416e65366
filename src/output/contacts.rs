//! Spot-check contacts as YAML: their values, and why each was chosen.

use std::fmt::Write as _;

use crate::diag::Document;
use crate::model::Plan;
use crate::model::plan::ContactRecord;
use crate::model::population::BY_CHANCE;
use crate::model::text::pointer;
use crate::population::Chosen;
use crate::shape::personal;
use crate::text::quote;

/// The contacts' recorded values by contact ID, indented by so many blanks.
pub fn values<'r>(records: impl IntoIterator<Item = &'r (String, ContactRecord)>, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let list = |items: &[String]| items.iter().map(|item| text(item)).collect::<Vec<_>>().join(", ");
    records.into_iter().fold(String::new(), |mut out, (key, record)| {
        let mut line = |text: String| out.extend([pad.as_str(), &text, "\n"]);
        line(format!("{}:", text(key)));
        let texts = [("first_name", &record.first_name), ("last_name", &record.last_name), ("email", &record.email)];
        for (field, value) in texts.into_iter().filter_map(|(field, value)| Some((field, value.as_ref()?))) {
            line(format!("  {field}: {}", text(value)));
        }
        if let Some(tags) = &record.tags {
            line(format!("  tags: [{}]", list(tags)));
        }
        if let Some(affiliate) = &record.affiliate {
            line(format!("  affiliate: {}", text(affiliate)));
        }
        if !record.orders.is_empty() {
            line(format!("  orders: [{}]", list(&record.orders)));
        }
        if !record.unknown.is_empty() {
            let unknown: Vec<&str> = record.unknown.iter().map(|field| field.key()).collect();
            line(format!("  unknown: [{}]", unknown.join(", ")));
        }
        out
    })
}

/// Contact ID and why it was chosen, indented by so many blanks.
pub fn reasons(contacts: &[Chosen], indent: usize) -> String {
    let pad = " ".repeat(indent);
    contacts.iter().fold(String::new(), |mut out, chosen| {
        let reasons: Vec<&str> = chosen.reasons.iter().map(|reason| reason.name()).collect();
        let reasons = if reasons.is_empty() { BY_CHANCE.to_owned() } else { reasons.join(", ") };
        let _ = writeln!(out, "{pad}{}: {}", text(&chosen.contact.key), quote(&reasons));
        out
    })
}

/// Text in quotes whatever it looks like: an ID stays text for any reader of YAML.
fn text(value: &str) -> String {
    let quoted = quote(value);
    if quoted.starts_with('"') { quoted } else { format!("\"{quoted}\"") }
}

/// The contacts of a plan's spot check: their IDs, without those that may be about a person, and why each was chosen.
pub fn listed(plan: &Plan) -> impl Iterator<Item = (String, &str)> {
    plan.spot_check.list.iter().map(|(id, reason)| {
        let at = pointer(&["spot_check", "list", id]);
        let id = if personal::pointer(Document::Plan, &at) == at { id.clone() } else { "…".to_owned() };
        (id, reason.as_str())
    })
}
