//! The list of all rules. Adding a rule touches its own file, its folder's `mod.rs`, and one line here.

use super::{Rule, forms, offerings, safety, waivers};

/// Every rule, by family, then by name.
pub static ALL: &[&Rule] = &[
    &forms::order_form_missing::RULE,
    &offerings::unscheduled_module::RULE,
    &safety::emails_off::RULE,
    &waivers::waiver_expired::RULE,
];

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}
