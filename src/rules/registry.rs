//! The list of all rules. Adding a rule touches its own file, its folder's `mod.rs`, and one line here.

use crate::model::digest;

use super::own::OwnRules;
use super::raised::Raised;
use super::{Rule, accepted_risks, access, contacts, forms, mail, money, offerings, plan, safety, webhooks};

/// Every rule, by family, then by name.
pub static ALL: &[&Rule] = &[
    &accepted_risks::accepted_risk_expired::RULE,
    &accepted_risks::accepted_risk_forbidden::RULE,
    &accepted_risks::accepted_risk_owner_unknown::RULE,
    &accepted_risks::accepted_risk_unused::RULE,
    &access::access_tag_shared::RULE,
    &access::access_tag_unset::RULE,
    &access::progressally_writes_to_crm::RULE,
    &access::revoke_tag_shared::RULE,
    &access::tag_missing::RULE,
    &access::tags_coincide::RULE,
    &contacts::address_doubtful::RULE,
    &contacts::contact_differs::RULE,
    &contacts::contact_id_repeated::RULE,
    &contacts::contact_incomplete::RULE,
    &contacts::contacts_tracked_by_git::RULE,
    &contacts::many_members::RULE,
    &contacts::population_out_of_step::RULE,
    &contacts::sort_of_members_missing::RULE,
    &contacts::too_few_contacts::RULE,
    &forms::access_kept_without_reason::RULE,
    &forms::cancel_or_refund_undecided::RULE,
    &forms::failed_payment_undecided::RULE,
    &forms::form_opens_more::RULE,
    &forms::grant_instead_of_release::RULE,
    &forms::left_alone_form_opens::RULE,
    &forms::opt_in_form_missing::RULE,
    &forms::order_form_missing::RULE,
    &forms::order_form_without_release::RULE,
    &forms::sold_offering_given_away::RULE,
    &forms::subscribed_form_missing::RULE,
    &forms::released_offering_missing::RULE,
    &forms::test_purchase_missing::RULE,
    &mail::sender_of_another_domain::RULE,
    &mail::test_mail_reaches_member::RULE,
    &mail::test_mail_reaches_nobody::RULE,
    &mail::type_of_mail_off::RULE,
    &money::crm_still_sells::RULE,
    &money::foreign_cart_active::RULE,
    &money::gateway_in_live_mode::RULE,
    &money::gateway_of_the_crm::RULE,
    &money::launch_in_window::RULE,
    &money::order_of_nobody::RULE,
    &money::price_of_nothing::RULE,
    &money::renewal_in_window::RULE,
    &money::subscription_of_nobody::RULE,
    &money::unpaid_subscription::RULE,
    &offerings::access_lost::RULE,
    &offerings::base_module_timer::RULE,
    &offerings::left_alone_offering_has_members::RULE,
    &offerings::members_between_modules_found::RULE,
    &offerings::members_between_modules_undecided::RULE,
    &offerings::module_not_in_plan::RULE,
    &offerings::module_not_on_site::RULE,
    &offerings::offering_system_differs::RULE,
    &offerings::re_release_restarts::RULE,
    &offerings::release_not_understood::RULE,
    &offerings::unscheduled_module::RULE,
    &plan::change_pending::RULE,
    &plan::gateway_differs::RULE,
    &plan::key_is_not_the_slug::RULE,
    &plan::leave_alone_and_planned::RULE,
    &plan::leave_alone_unknown::RULE,
    &plan::name_differs::RULE,
    &plan::not_on_site::RULE,
    &plan::offering_not_in_plan::RULE,
    &plan::opt_in_form_not_in_plan::RULE,
    &plan::order_form_not_in_plan::RULE,
    &plan::price_differs::RULE,
    &plan::price_impossible::RULE,
    &plan::reference_unknown::RULE,
    &plan::secret_in_plan::RULE,
    &plan::strategy_missing::RULE,
    &plan::webhook_not_in_plan::RULE,
    &safety::accessally_missing::RULE,
    &safety::attestation_contradicted::RULE,
    &safety::attestation_of_a_rule::RULE,
    &safety::backup_truncated::RULE,
    &safety::backup_file_differs::RULE,
    &safety::backup_lacks_tables::RULE,
    &safety::backup_lacks_users::RULE,
    &safety::backup_missing::RULE,
    &safety::backup_not_full::RULE,
    &safety::backup_not_off_server::RULE,
    &safety::backup_old::RULE,
    &safety::charging_guard_not_live::RULE,
    &safety::charging_guard_with_scheme::RULE,
    &safety::copy_drifted::RULE,
    &safety::copy_old::RULE,
    &safety::copy_runs_other_software::RULE,
    &safety::crm_differs::RULE,
    &safety::crm_disconnected::RULE,
    &safety::crm_paid_until_too_early::RULE,
    &safety::crm_paid_until_unknown::RULE,
    &safety::emails_off::RULE,
    &safety::live_mail_undecided::RULE,
    &safety::live_not_frozen::RULE,
    &safety::live_not_reopened::RULE,
    &safety::mail_not_simulated::RULE,
    &safety::mail_transport_differs::RULE,
    &safety::maintenance_mode_not_kept::RULE,
    &safety::merge_list_missing::RULE,
    &safety::migration_choices_missing::RULE,
    &safety::migration_not_run::RULE,
    &safety::preparation_not_on_record::RULE,
    &safety::reading_not_understood::RULE,
    &safety::reading_old::RULE,
    &safety::record_line_wrong::RULE,
    &safety::rollback_missing::RULE,
    &safety::site_not_in_plan::RULE,
    &safety::sites_not_apart::RULE,
    &safety::spare_admin_missing::RULE,
    &safety::support_closed_in_window::RULE,
    &safety::target_not_staging::RULE,
    &safety::test_orders_pushed::RULE,
    &safety::verification_missing::RULE,
    &safety::verification_unacknowledged::RULE,
    &safety::welcome_does_not_cover::RULE,
    &safety::window_impossible::RULE,
    &safety::window_missing::RULE,
    &safety::window_over::RULE,
    &webhooks::access_webhook_without_replacement::RULE,
    &webhooks::opening_webhook_without_replacement::RULE,
    &webhooks::replacement_does_nothing::RULE,
    &webhooks::replacement_of_another::RULE,
    &webhooks::webhook_undecided::RULE,
];

/// The version of the set of rules: a digest over what each of them is, how much it weighs by itself or as the project's settings raise
/// it, when and where it is due, and whether it may be accepted; and over what a plan's own rules ask. It is computed, so that no change of
/// a rule can forget it.
pub fn version(raised: &Raised, own: &OwnRules) -> String {
    let all = ALL.iter().map(|rule| {
        let Rule { id, phase, target, acceptable, settled_by, precondition, .. } = *rule;
        (id, raised.weight(rule), phase, target, acceptable, settled_by, precondition)
    });
    let built_in = digest::of(&all.collect::<Vec<_>>());
    own.digest().map_or(built_in.clone(), |own| digest::of_parts([built_in.as_str(), own]))
}

/// What rules were called before, and what they are called now. Plans and records of this version may still say the old one.
const RENAMED: &[(&str, &str)] = &[
    ("backup-cut", "backup-truncated"),
    ("members-mid-drip-undecided", "members-between-modules-undecided"),
    ("old-system", "offering-system-differs"),
    ("waiver-expired", "accepted-risk-expired"),
    ("waiver-forbidden", "accepted-risk-forbidden"),
    ("waiver-owner-unknown", "accepted-risk-owner-unknown"),
    ("waiver-unused", "accepted-risk-unused"),
    ("webhook-without-fate", "webhook-undecided"),
    ("window-on-a-weekend", "support-closed-in-window"),
];

/// Today's name of a rule that was called otherwise before.
pub fn renamed(id: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(old, _)| *old == id).map(|(_, new)| *new)
}

/// The rule with this id, or with this id before it was renamed.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    let id = renamed(id).unwrap_or(id);
    ALL.iter().copied().find(|rule| rule.id == id)
}
