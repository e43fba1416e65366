//! The list of all rules. Adding a rule touches its own file, its folder's `mod.rs`, and one line here.

use super::{Rule, forms, offerings, plan, safety, waivers, webhooks};

/// Every rule, by family, then by name.
pub static ALL: &[&Rule] = &[
    &forms::failed_payment_undecided::RULE,
    &forms::grant_instead_of_release::RULE,
    &forms::opt_in_form_missing::RULE,
    &forms::order_form_missing::RULE,
    &forms::order_form_without_release::RULE,
    &forms::test_purchase_missing::RULE,
    &offerings::base_module_timer::RULE,
    &offerings::members_mid_drip_undecided::RULE,
    &offerings::module_not_in_plan::RULE,
    &offerings::module_not_on_site::RULE,
    &offerings::old_system::RULE,
    &offerings::re_release_restarts::RULE,
    &offerings::release_not_understood::RULE,
    &offerings::unscheduled_module::RULE,
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
    &plan::reference_unknown::RULE,
    &plan::strategy_missing::RULE,
    &plan::webhook_not_in_plan::RULE,
    &safety::emails_off::RULE,
    &waivers::waiver_expired::RULE,
    &webhooks::access_webhook_without_replacement::RULE,
    &webhooks::replacement_does_nothing::RULE,
    &webhooks::webhook_without_fate::RULE,
];

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}
