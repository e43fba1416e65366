//! The list of all rules. Adding a rule touches its own file, its folder's `mod.rs`, and one line here.

use super::{Rule, contacts, forms, offerings, safety, waivers};

/// Every rule, by family, then by name.
pub static ALL: &[&Rule] = &[
    &contacts::contact_differs::RULE,
    &contacts::contact_id_repeated::RULE,
    &contacts::contact_incomplete::RULE,
    &contacts::contacts_tracked_by_git::RULE,
    &contacts::too_few_contacts::RULE,
    &forms::order_form_missing::RULE,
    &offerings::unscheduled_module::RULE,
    &safety::accessally_missing::RULE,
    &safety::backup_missing::RULE,
    &safety::backup_not_full::RULE,
    &safety::backup_not_off_server::RULE,
    &safety::backup_old::RULE,
    &safety::charging_guard_not_live::RULE,
    &safety::charging_guard_with_scheme::RULE,
    &safety::crm_differs::RULE,
    &safety::crm_disconnected::RULE,
    &safety::crm_paid_until_too_early::RULE,
    &safety::emails_off::RULE,
    &safety::mail_not_simulated::RULE,
    &safety::maintenance_mode_not_kept::RULE,
    &safety::migration_choices_missing::RULE,
    &safety::rollback_missing::RULE,
    &safety::site_not_in_plan::RULE,
    &safety::spare_admin_missing::RULE,
    &safety::target_not_staging::RULE,
    &safety::welcome_does_not_cover::RULE,
    &safety::window_missing::RULE,
    &waivers::waiver_expired::RULE,
    &waivers::waiver_forbidden::RULE,
    &waivers::waiver_owner_unknown::RULE,
    &waivers::waiver_unused::RULE,
];

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}
