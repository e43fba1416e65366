//! The vendor's steps from Managed Contacts back to a CRM, with what a plan says of each.
//!
//! The steps are those of the public page "Switch AccessAlly Managed to CRM" (documented); what is added to them is marked as inferred.

use crate::model::Plan;
use crate::model::plan::AfterSwitch;

/// A step of the way back to the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToCrm {
    /// What is done.
    pub what: String,
    /// Whether the vendor's page says so; else it is inferred from how the plan got here.
    pub is_documented: bool,
    /// What of the plan it goes through, one after the other: each is ticked off.
    pub each: Vec<String>,
}

/// The columns that the vendor's page keeps of the users' export.
const COLUMNS: &str = "`ID`, `customer_id`, `user_email`, `user_registered`, `first_name`, `last_name`";

/// The way back to the CRM, in its order.
pub fn to_crm(plan: &Plan) -> Vec<ToCrm> {
    let crm = &plan.crm.name;
    let documented = |what: String, each: Vec<String>| ToCrm { what, is_documented: true, each };
    let inferred = |what: String, each: Vec<String>| ToCrm { what, is_documented: false, each };
    let operations = plan.order_forms.values().map(|form| (&form.name, &form.custom_operation));
    let operations = operations.chain(plan.opt_in_forms.values().map(|form| (&form.name, &form.custom_operation)));
    let fired = plan.webhooks.values().filter(|webhook| !matches!(webhook.after_switch, Some(AfterSwitch::Kept(_))));
    vec![
        inferred(
            format!("see that the account with {crm} is still paid for, and that it takes contacts"),
            plan.crm.paid_until.iter().map(|day| format!("paid until {day}")).collect(),
        ),
        documented(
            "on live: switch maintenance mode on under AccessAlly > Settings > Migration Tools, and follow each step that it shows".to_owned(),
            Vec::new(),
        ),
        documented(
            format!("export the site's users as CSV with {COLUMNS}; their tags, and who joined since, are in the CSV of the command below"),
            Vec::new(),
        ),
        documented(format!("import that file into {crm}, and add all tags there"), Vec::new()),
        documented(
            format!("under AccessAlly > Settings > General Setup > CRM Integration enter the API keys, choose {crm}, and save"),
            Vec::new(),
        ),
        documented(
            "look at each offering's tags".to_owned(),
            plan.offerings.values().map(|offering| offering.name.clone()).collect(),
        ),
        documented(
            "look at each order form".to_owned(),
            plan.order_forms.values().map(|form| form.name.clone()).collect(),
        ),
        documented(
            "look at each opt-in form".to_owned(),
            plan.opt_in_forms.values().map(|form| form.name.clone()).collect(),
        ),
        documented(
            "look at each custom operation: what it releases depends on tags".to_owned(),
            operations.map(|(form, operation)| format!("{form}: releases {}", operation.release.join(", "))).collect(),
        ),
        documented("look at everything else that goes by tags, as events of ProgressAlly do".to_owned(), Vec::new()),
        inferred(
            format!("switch on again in {crm} what was paused, and see one of each arrive: AccessAlly > Settings > Developer Tools > Detailed Log"),
            fired
                .map(|webhook| match &webhook.fired_by {
                    Some(by) => format!("{}: {by}", webhook.calls),
                    None => webhook.calls.clone(),
                })
                .collect(),
        ),
        inferred("switch maintenance mode off, and buy once with each order form that sells".to_owned(), Vec::new()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::every_key;

    #[test]
    fn every_object_that_goes_by_tags_is_looked_at() {
        let plan: Plan = serde_json::from_value(every_key::plan()).unwrap();
        let all: Vec<String> = to_crm(&plan).into_iter().flat_map(|step| step.each).collect();
        let names = plan.offerings.values().map(|offering| &offering.name);
        let names = names.chain(plan.order_forms.values().map(|form| &form.name));
        for name in names.chain(plan.opt_in_forms.values().map(|form| &form.name)) {
            assert!(all.contains(name), "{name}: {all:?}");
        }
        assert!(plan.order_forms.values().all(|form| all.contains(&format!(
            "{}: releases {}",
            form.name,
            form.custom_operation.release.join(", ")
        ))));
    }
}
