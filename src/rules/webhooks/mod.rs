//! Rules about the webhooks that stop with the switch.

pub(super) mod access_webhook_without_replacement;
pub(super) mod replacement_does_nothing;
pub(super) mod webhook_undecided;

use crate::model::keyed::webhook_key;

/// The command that a webhook calls, lower case: `aal_revokesubscription` of `aal_revokesubscription?productId=12`.
fn command(calls: &str) -> String {
    let calls = webhook_key(calls).to_lowercase();
    let mut words = calls.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or_default();
    words.find(|word| word.starts_with("aal_")).unwrap_or(first).to_owned()
}

/// Whether a command takes access away or takes money. The name of the one that cancels is not published.
fn guards_money_or_access(command: &str) -> bool {
    matches!(command, "aal_revokesubscription" | "aal_chargesubscription") || command.contains("cancel")
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
}
