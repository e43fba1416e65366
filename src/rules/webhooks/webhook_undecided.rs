use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Error};
use crate::model::keyed::webhook_key;
use crate::model::plan::{AfterSwitch, OfferingIntent, Replacement, Setting};
use crate::model::text::pointer;
use crate::model::{Plan, Release};
use crate::rules::plan::stub;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule, left_out_inside};

use super::{command, ending_access, listed};

declare_rule! {
    /// Nobody decided what happens to a webhook after the switch.
    ///
    /// ## What it does
    /// Reports webhooks of the plan without `after_switch`, and two entries that call one webhook and decide it differently.
    ///
    /// ## Why it matters
    /// Webhooks that the CRM fires stop working with the switch, and nobody notices.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {after_switch: null}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {one: {calls: aal_updateuser, after_switch: {retired: unused}}, two: {calls: aal_updateuser, after_switch: {kept: a script}}}}
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
    decided_twice(plan, out);
    for (name, webhook) in &plan.webhooks {
        if webhook.after_switch.is_some() || left_out_inside(plan, &["webhooks", name, "after_switch"]) {
            continue;
        }
        let (idea, fate) = suggestion(facts, &command(&webhook.calls));
        let finding = RULE
            .at(
                Location::key(pointer(&["webhooks", name, "after_switch"])),
                format!("nobody decided what happens to the webhook `{}` after the switch", webhook.calls),
            )
            .label("no `after_switch`")
            .help(format!("say what happens to it: {idea}"));
        out.push(match fate {
            Some(fate) => finding
                .fix(format!("add to `{name}`, if this is so"), stub("after_switch", &fate))
                .to_add_to(pointer(&["webhooks", name]))
                .which_a_person_decides(),
            None => finding,
        });
    }
    Some(())
}

/// Entries that call one webhook, by its command and target, and decide it differently.
fn decided_twice(plan: &Plan, out: &mut Findings) {
    let mut first = BTreeMap::new();
    for (name, webhook) in plan.webhooks.iter().filter(|(_, webhook)| webhook.after_switch.is_some()) {
        let key = webhook_key(&webhook.calls);
        let (other, decided) = *first.entry(key.clone()).or_insert((name, &webhook.after_switch));
        if *decided == webhook.after_switch {
            continue;
        }
        let at = |name: &str| Location::key(pointer(&["webhooks", name, "after_switch"]));
        out.push(
            RULE.at(at(name), format!("`{other}` and `{name}` decide the webhook `{key}` differently"))
                .label("decided here")
                .related(at(other), "and otherwise here")
                .help("both call one webhook: keep one of the two entries"),
        );
    }
}

/// What may take a command's place (inferred), in words; and as an entry to paste, where the plan leaves only one.
fn suggestion(facts: &Facts<'_>, command: &str) -> (String, Option<AfterSwitch>) {
    let plan = facts.plan();
    let retired = |idea: &str, why: &str| (idea.to_owned(), Some(AfterSwitch::Retired(why.to_owned())));
    match command {
        "aal_genpass" => retired(
            "usually the forms make the user, so this webhook can be retired, with a reason that names them",
            "the forms make the user",
        ),
        "aal_updateuser" | "aal_batchsync" => {
            retired("tags are local after the switch, so this webhook can be retired", "tags are local")
        }
        "aal_revokesubscription" => by_failed_payment(facts),
        "aal_fieldop" => by_timers(plan),
        "aal_chargesubscription" => by_hand(plan, "usually a person charges again under AccessAlly > Sales"),
        _ => by_hand(plan, "`replaced_by`, `retired` or `kept`, each with the reason"),
    }
}

fn by_failed_payment(facts: &Facts<'_>) -> (String, Option<AfterSwitch>) {
    let plan = facts.plan();
    let idea = "usually the failed-payment setting of the order form that sold the access does its work";
    let recurring = |key: &str| facts.order_form(After, key).flatten().and_then(|form| form.recurring());
    // What charges once has no payment that fails later.
    let forms: Vec<&str> = ending_access(plan).into_iter().filter(|key| recurring(key) != Some(false)).collect();
    let open =
        plan.order_forms.iter().filter(|(key, form)| form.failed_payment.is_none() && recurring(key) == Some(true));
    let open: Vec<&str> = open.map(|(key, _)| key.as_str()).collect();
    let how = "`replaced_by: {order_form: KEY, setting: failed_payment}`";
    let undecided = |open: &[&str]| format!("{}, once its `failed_payment` is decided", listed(open));
    match (&forms[..], &open[..]) {
        ([], []) => (format!("{idea}, but no order form of the plan ends access; {OR_A_PERSON}"), None),
        ([form], []) => {
            let (order_form, setting) = (Some((*form).to_owned()), Some(Setting::FailedPayment));
            (idea.to_owned(), Some(replaced_by(Replacement { order_form, setting, ..Replacement::default() })))
        }
        ([], open) => (format!("{idea}: {how}, where KEY is {}; {OR_A_PERSON}", undecided(open)), None),
        (forms, []) => (format!("{idea}: {how}, where KEY is {}; {OR_A_PERSON}", listed(forms)), None),
        (forms, open) => {
            let forms = listed(forms);
            (format!("{idea}: {how}, where KEY is {forms}, or {}; {OR_A_PERSON}", undecided(open)), None)
        }
    }
}

fn by_timers(plan: &Plan) -> (String, Option<AfterSwitch>) {
    let is_timed = |offering: &OfferingIntent| {
        offering.modules.iter().any(|module| matches!(module.release, Some(Release::After { .. })))
    };
    let timed = plan.offerings.iter().filter(|(_, offering)| is_timed(offering)).map(|(key, _)| key.as_str());
    let timed: Vec<&str> = timed.collect();
    let idea = "if it opens a module, the release timers of the offering do its work";
    let other = format!(
        "if a form runs the operation, `replaced_by: {{order_form: KEY, setting: custom_operation}}`; {OR_A_PERSON}"
    );
    match timed[..] {
        [] => (other, None),
        [offering] => {
            let (offering, setting) = (Some(offering.to_owned()), Some(Setting::ReleaseTimers));
            let fate = replaced_by(Replacement { offering, setting, ..Replacement::default() });
            (format!("{idea}; {other}"), Some(fate))
        }
        _ => {
            let how = "`replaced_by: {offering: KEY, setting: release_timers}`";
            (format!("{idea}: {how}, where KEY is {}; {other}", listed(&timed)), None)
        }
    }
}

/// The person who runs the switch, where the plan leaves no doubt who that is.
fn by_hand(plan: &Plan, idea: &str) -> (String, Option<AfterSwitch>) {
    let operators = || plan.people.iter().filter(|(_, part)| part.contains("operator"));
    let person = match plan.people.len() {
        1 => plan.people.keys().next(),
        _ if operators().count() == 1 => operators().map(|(person, _)| person).next(),
        _ => None,
    };
    let fate = person.map(|who| replaced_by(Replacement { by_hand: Some(who.clone()), ..Replacement::default() }));
    let idea = if fate.is_some() { idea.to_owned() } else { format!("{idea}; {OR_A_PERSON}") };
    (idea, fate)
}

const OR_A_PERSON: &str = "if a person does it from now on, `replaced_by: {by_hand: NAME}` with a name from `people`";

fn replaced_by(replacement: Replacement) -> AfterSwitch {
    AfterSwitch::ReplacedBy(replacement)
}
