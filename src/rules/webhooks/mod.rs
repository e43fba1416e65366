//! Rules about the webhooks that stop with the switch.

pub(super) mod access_webhook_without_replacement;
pub(super) mod opening_webhook_without_replacement;
pub(super) mod replacement_does_nothing;
pub(super) mod replacement_of_another;
pub(super) mod webhook_undecided;

use crate::model::Plan;
use crate::model::keyed::webhook_key;
use crate::model::plan::{AfterFinalRetry, OrderFormIntent};

/// The value of a parameter after a command, whatever the case of its name: `12` of `aal_revokesubscription?productId=12`.
fn parameter(calls: &str, name: &str) -> Option<String> {
    let calls = webhook_key(calls);
    let query = calls.split_once('?').map_or(calls.as_str(), |(_, query)| query);
    let said = query.split('&').filter_map(|said| said.split_once('='));
    let mut value = said.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    value.rfind(|value| !value.is_empty()).map(str::to_owned)
}

/// The command that a webhook calls, lower case: `aal_revokesubscription` of `aal_revokesubscription?productId=12`.
pub(super) fn command(calls: &str) -> String {
    let calls = webhook_key(calls).to_lowercase();
    let mut words = calls.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or_default();
    words.find(|word| word.starts_with("aal_")).unwrap_or(first).to_owned()
}

/// Whether a command takes access away or takes money. The name of the one that cancels is not published.
fn guards_money_or_access(command: &str) -> bool {
    matches!(command, "aal_revokesubscription" | "aal_chargesubscription") || command.contains("cancel")
}

/// The order forms that, as the plan wants them, end access after the last failed payment.
fn ending_access(plan: &Plan) -> Vec<&str> {
    let ends = |retry: AfterFinalRetry| matches!(retry, AfterFinalRetry::Revoke | AfterFinalRetry::Cancel);
    let ends = |form: &OrderFormIntent| form.failed_payment.as_ref().is_some_and(|it| ends(it.after_final_retry));
    plan.order_forms.iter().filter(|(_, form)| ends(form)).map(|(key, _)| key.as_str()).collect()
}

/// Most keys that a message names.
const NAMED: usize = 6;

/// Keys as a sentence names them: one of them is meant.
fn listed(keys: &[&str]) -> String {
    let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    match keys.len().saturating_sub(NAMED) {
        0 => named.join(" or "),
        more => format!("{} or one of {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_any_spelling() {
        assert_eq!(command("aal_revokesubscription?productId=12"), "aal_revokesubscription");
        assert_eq!(command("/?aal_chargesubscription=7&productId=1"), "aal_chargesubscription");
        assert_eq!(command("https://bloom.example/?AAL_FieldOp=4"), "aal_fieldop");
        assert_eq!(command("https://aal_x.example/?key=aal_y&accessally_api=aal_genpass"), "aal_genpass");
        assert_eq!(command("ping"), "ping");
    }

    #[test]
    fn what_is_called_is_about_one_thing() {
        for calls in
            ["aal_revokesubscription?productId=12", "/?aal_chargesubscription=7&productId=12", "?aal_x=1&ProductID= 12"]
        {
            assert_eq!(parameter(calls, "productid").as_deref(), Some("12"), "{calls}");
        }
        for calls in ["aal_revokesubscription", "aal_revokesubscription?productId=", "aal_fieldop?operationId=12"] {
            assert_eq!(parameter(calls, "productid"), None, "{calls}");
        }
    }
}
