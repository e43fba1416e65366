//! What the plan's decisions ask of people, and no change and no step of the guide does: before the window, in it and after it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::plan::SiteRole;
use crate::model::plan::{
    AccessThrough, AfterSwitch, MembersBetweenModules, OfferingIntent, OrderFormIntent, Setting, WebhookIntent, Welcome,
};
use crate::model::record::{Evidence, Record};
use crate::model::text::{pointer, quoted};
use crate::model::{Plan, Release, Step, digest};

use super::steps;

/// When it is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the window.
    Before,
    /// In the window, once the migration is over.
    In,
    /// After it.
    After,
}

impl When {
    /// It in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before the window",
            Self::In => "in the window",
            Self::After => "after the window",
        }
    }
}

/// What a decision of the plan asks of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Duty {
    /// Where the plan decides it: a JSON pointer, by which it is put on record as done.
    pub at: String,
    /// Whose it is: a short name from the plan's `people`; none where the plan names nobody.
    pub who: Option<String>,
    /// When it is to be done.
    pub when: When,
    /// What is to be done.
    pub what: String,
    /// Whether somebody said that it is done.
    pub done: bool,
}

impl Duty {
    /// The short digest of what is to be done: where the plan asks something else since, it is not done.
    pub fn now(&self) -> String {
        digest::short(&self.what)
    }
}

/// What the plan asks of people, in the order of time, and what of it the record says is done.
pub fn duties(plan: &Plan, record: &Record) -> Vec<Duty> {
    let mut all = Vec::new();
    if plan
        .emails
        .as_ref()
        .is_some_and(|emails| emails.enabled && emails.welcome.is_some_and(|who| who != Welcome::None))
    {
        let what = "write the welcome e-mail in AccessAlly Emails, and send it to yourself";
        all.push(duty(&["emails", "welcome"], None, When::Before, what));
    }
    for (at, risk) in plan.accepted_risks.iter().enumerate() {
        let what =
            format!("look again at the accepted risk `{}` at `{}`: it counts until {}", risk.rule, risk.at, risk.until);
        all.push(duty(&["accepted_risks", &at.to_string()], Some(&risk.owner), When::Before, what));
    }
    if let Some(rollback) = &plan.rollback {
        let what = format!("decide by {} whether to go back", rollback.decide_by);
        all.push(duty(&["rollback", "who"], Some(&rollback.who), When::In, what));
    }
    plan.order_forms.iter().for_each(|(key, form)| of_an_order_form(key, form, &mut all));
    plan.webhooks.iter().for_each(|(key, webhook)| of_a_webhook(key, webhook, &mut all));
    plan.offerings.iter().for_each(|(key, offering)| of_an_offering(key, offering, &mut all));
    of_the_sites(plan, &mut all);
    all.sort_by_key(|duty| duty.when);
    for duty in &mut all {
        let is_decided = || record.entries.iter().any(|entry| matches!(entry.evidence, Evidence::Decided(_)));
        duty.done =
            record.said_done(&duty.at, duty.now()).next().is_some() || duty.at == "/rollback/who" && is_decided();
    }
    all
}

fn duty(at: &[&str], who: Option<&String>, when: When, what: impl Into<String>) -> Duty {
    Duty { at: pointer(at), who: who.cloned(), when, what: what.into(), done: false }
}

/// What was put on a site to read it is removed again. A copy that is pushed is without it before that, by a step of its run.
fn of_the_sites(plan: &Plan, all: &mut Vec<Duty>) {
    let is_pushed = plan.strategy.is_some_and(|strategy| steps(strategy, SiteRole::Staging).contains(&Step::Push));
    let staging = (!is_pushed).then_some(("staging", "the copy", &plan.sites.staging));
    for (key, place, site) in staging.into_iter().chain([("live", "live", &plan.sites.live)]) {
        if site.is_empty() {
            continue;
        }
        let aftercare = match key {
            "live" => {
                ", aftercare included (compare it after a day and after two, as `verify` does with `--since run`)"
            }
            _ => ", aftercare included",
        };
        let what = format!(
            "once nothing more is to be read of {place}{aftercare}: delete the plugin `plan-bridge` there and revoke the application \
             password that `plan` used, then prove both: plan site removed {}",
            quoted(site)
        );
        all.push(duty(&["sites", key], None, When::After, what));
    }
}

/// No reading shows what a form does then.
fn of_an_order_form(key: &str, form: &OrderFormIntent, all: &mut Vec<Duty>) {
    let Some(after) = &form.access_after else { return };
    let what = format!(
        "see on the form `{}`, under Automations, that a cancellation {} and a refund {}",
        form.name,
        after.cancellation.does(),
        after.refund.does()
    );
    all.push(duty(&["order_forms", key, "access_after"], None, When::Before, what));
}

/// What the way back to the CRM needs again (inferred from the vendor's page on it).
const UNTIL: &str = "do not delete it before aftercare is over";

fn of_a_webhook(key: &str, webhook: &WebhookIntent, all: &mut Vec<Duty>) {
    let (calls, fate) = (&webhook.calls, ["webhooks", key, "after_switch"]);
    if let Some(AfterSwitch::ReplacedBy(_) | AfterSwitch::Retired(_)) = &webhook.after_switch {
        let what = match &webhook.fired_by {
            Some(fires) => format!("pause what fires `{calls}` in the CRM: {fires}; {UNTIL}"),
            None => {
                format!(
                    "find what fires `{calls}` in the CRM, and pause it: the plan has no `fired_by` for it; {UNTIL}"
                )
            }
        };
        all.push(duty(&["webhooks", key, "fired_by"], None, When::In, what));
    }
    let Some(AfterSwitch::ReplacedBy(by)) = &webhook.after_switch else { return };
    if by.setting == Some(Setting::WelcomeEmail) {
        let what = format!("write the welcome e-mail that does the work of `{calls}`");
        all.push(duty(&fate, None, When::Before, what));
    }
    if by.by_hand.is_some() {
        let what = format!("do by hand, from now on, what `{calls}` did");
        all.push(duty(&fate, by.by_hand.as_ref(), When::After, what));
    }
}

fn of_an_offering(key: &str, offering: &OfferingIntent, all: &mut Vec<Duty>) {
    let name = &offering.name;
    let mut after = |at: &[&str], who: Option<&String>, what: String| all.push(duty(at, who, When::After, what));
    let members = match offering.members_between_modules {
        Some(MembersBetweenModules::CompleteByHand) => {
            Some(format!("for each member of `{name}` who is between two modules, open what is due to them"))
        }
        Some(MembersBetweenModules::ReRelease) => {
            Some(format!("release `{name}` again for each member who is between two modules"))
        }
        Some(MembersBetweenModules::None) | None => None,
    };
    if let Some(what) = members {
        after(&["offerings", key, "members_between_modules"], None, what);
    }
    let way = match offering.access_through {
        AccessThrough::ByHand => Some(format!("open `{name}` for each new member by hand")),
        AccessThrough::Invitation => Some(format!("send the invitations to `{name}`")),
        _ => None,
    };
    if let Some(what) = way {
        after(&["offerings", key, "access_through"], None, what);
    }
    for (at, module) in
        offering.modules.iter().enumerate().filter(|(_, module)| module.release == Some(Release::ByHand))
    {
        let what = format!("open module `{}` of `{name}` for each member when it is due", module.name());
        after(&["offerings", key, "modules", &at.to_string()], module.owner.as_ref(), what);
    }
}
