use crate::diag::{Location, Severity::Error};
use crate::model::Plan;
use crate::model::plan::{AfterSwitch, Replacement, Setting};
use crate::model::text::pointer;
use crate::rules::plan::stub;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule, left_out_inside};

use super::command;

declare_rule! {
    /// Nobody decided what happens to a webhook after the switch.
    ///
    /// ## What it does
    /// Reports webhooks of the plan without `after_switch`.
    ///
    /// ## Why it matters
    /// Webhooks that the CRM fires stop working with the switch, and nobody notices.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: null}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: {replaced_by: {by_hand: jo}}}}}
    /// ```
    ///
    /// ## Fix
    /// Set `after_switch` to one of these: `replaced_by` something of the site or a person, `retired` with the reason, or
    /// `kept` with what fires it instead of the CRM.
    {
        id: "webhook-undecided",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P9",
        evidence: Documented,
        anchor: "/webhooks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (name, webhook) in &plan.webhooks {
        if webhook.after_switch.is_some() || left_out_inside(plan, &["webhooks", name, "after_switch"]) {
            continue;
        }
        let (idea, fate) = suggestion(plan, &command(&webhook.calls));
        out.push(
            RULE.at(
                Location::key(pointer(&["webhooks", name, "after_switch"])),
                format!("nobody decided what happens to the webhook `{}` after the switch", webhook.calls),
            )
            .label("no `after_switch`")
            .help(format!("say what happens to it: {idea}"))
            .fix(format!("add to `{name}`, if this is so"), stub("after_switch", &fate)),
        );
    }
    Some(())
}

/// What usually takes a command's place (inferred), in words and as an entry to paste.
fn suggestion(plan: &Plan, command: &str) -> (&'static str, AfterSwitch) {
    let retired = |why: &str| AfterSwitch::Retired(why.to_owned());
    let by_form = |setting| {
        let form = plan.order_forms.keys().next().map_or("the-order-form", String::as_str);
        let order_form = Some(form.to_owned());
        AfterSwitch::ReplacedBy(Replacement { order_form, setting: Some(setting), ..Replacement::default() })
    };
    let by_hand = || {
        let person = plan.people.keys().next().map_or("somebody", String::as_str);
        AfterSwitch::ReplacedBy(Replacement { by_hand: Some(person.to_owned()), ..Replacement::default() })
    };
    match command {
        "aal_genpass" => {
            ("usually a form makes the user, so this webhook can be retired", retired("a form makes the user"))
        }
        "aal_updateuser" | "aal_batchsync" => {
            ("tags are local after the switch, so this webhook can be retired", retired("tags are local"))
        }
        "aal_revokesubscription" => {
            ("usually the order form's failed-payment setting does its work", by_form(Setting::FailedPayment))
        }
        "aal_fieldop" => ("usually a form, a page or a person runs the operation", by_form(Setting::CustomOperation)),
        "aal_chargesubscription" => ("usually a person charges again under AccessAlly > Sales", by_hand()),
        _ => ("`replaced_by`, `retired` or `kept`, each with the reason", by_hand()),
    }
}
