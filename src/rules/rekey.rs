//! An entry of the plan under another key, and everything in the plan that names it.

use crate::model::Plan;
use crate::model::plan::AfterSwitch;
use crate::model::text::pointer;
use crate::text::Correction;

/// What is written for an entry of a section to have another key: the key, and wherever the plan refers to it.
pub(in crate::rules) fn rekeyed(plan: &Plan, section: &str, [old, new]: [&str; 2]) -> Vec<Correction> {
    let key = |path: &[&str]| Correction::Key { at: pointer(path), to: new.to_owned() };
    let value = |path: &[&str]| Correction::Value { at: pointer(path), to: new.to_owned() };
    let mut written = vec![key(&[section, old])];
    if section == "offerings" {
        let order_forms = plan.order_forms.iter().map(|(key, form)| ("order_forms", key, &form.custom_operation));
        let opt_in_forms = plan.opt_in_forms.iter().map(|(key, form)| ("opt_in_forms", key, &form.custom_operation));
        for (section, form, operation) in order_forms.chain(opt_in_forms) {
            let named = operation.release.iter().enumerate().filter(|(_, released)| *released == old);
            written.extend(
                named.map(|(index, _)| value(&[section, form, "custom_operation", "release", &index.to_string()])),
            );
        }
    }
    for (webhook, intent) in &plan.webhooks {
        let Some(AfterSwitch::ReplacedBy(by)) = &intent.after_switch else { continue };
        let (part, named) = match section {
            "offerings" => ("offering", &by.offering),
            "order_forms" => ("order_form", &by.order_form),
            _ => ("opt_in_form", &by.opt_in_form),
        };
        if named.as_deref() == Some(old) {
            written.push(value(&["webhooks", webhook, "after_switch", "replaced_by", part]));
        }
    }
    if section == "order_forms" && plan.test_purchases.contains_key(old) {
        written.push(key(&["test_purchases", old]));
    }
    written
}
