use serde_json::Value;

use crate::change::Change;
use crate::diag::{Location, Severity::Error};
use crate::model::plan::{DuringMigration, Strategy};
use crate::model::{Kind, Step};
use crate::rules::{Facts, Findings, Phase::Migrate, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// A change of the plan is not made yet.
    ///
    /// ## What it does
    /// From the gate `migrate` on, reports every object that is not as the plan wants it, one finding per object. An
    /// object of the plan that was not captured from the site is unproven, never "no change".
    ///
    /// ## Why it matters
    /// Every other rule judges the site as it will be after the plan's changes, since those are still to come. After the gate
    /// `configure` nothing makes them any more: whoever presses *Run Migration*, pushes or reopens takes the site as it is
    /// (inferred). A run may begin before its changes are made: this rule counts only from the step after the changes.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: false}, charging-guard: {enabled: false}}
    /// gate: migrate
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {emails: {enabled: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{grant: mini-course}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: false}, charging-guard: {enabled: true}}
    /// gate: migrate
    /// ```
    ///
    /// ## Fix
    /// Apply first: `plan diff`, then `plan apply` with the digest that it prints. Where the strategy is a push, nothing is
    /// applied on live: push what was made on staging, or set it by hand on live.
    {
        id: "change-pending",
        severity: Error,
        phase: Migrate,
        acceptable: false,
        settled_by: Some(Step::Configure),
        guide: "S2",
        evidence: Inferred,
        anchor: "/strategy",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (first, help) = next(facts);
    for change in facts.changes() {
        let on = change.on.to_string();
        let message = match &change.before {
            None => format!("`{on}` does not exist yet, and the plan creates it: {first}"),
            Some(before) => format!("`{on}` is not as the plan wants it{}: {first}", fields(before, change)),
        };
        out.push(RULE.at(Location::key(object(change)), message).label("not made yet").help(help).on_site(on));
    }
    // After the findings: what is not known hides none of them.
    compared(facts);
    Some(())
}

/// The object of the plan that a change comes from: its section, and its key where the section holds many.
fn object(change: &Change) -> String {
    let depth = match change.on.kind {
        Kind::Offering | Kind::OptInForm | Kind::OrderForm => 2,
        _ => 1,
    };
    let parts = change.cause.split('/').skip(1).take(depth);
    parts.fold(String::new(), |place, part| place + "/" + part)
}

/// The fields that differ, in brackets.
fn fields(before: &Value, change: &Change) -> String {
    let sides = before.as_object().zip(change.after.as_ref().and_then(Value::as_object));
    let names: Vec<&str> = sides.map_or_else(Vec::new, |(before, after)| {
        after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.as_str()).collect()
    });
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

/// What to do first, in a word and in a sentence.
fn next(facts: &Facts<'_>) -> (&'static str, &'static str) {
    match facts.plan().strategy {
        Some(Strategy::FreezeAndPush | Strategy::PushThenMerge) if facts.live() => (
            "nothing applies it on live",
            "with this strategy the push brings what was made on staging to live; set what is still missing by hand \
            on live, as `plan diff PLAN --site SITE --on live` shows it",
        ),
        _ => (
            "apply first",
            "look at the change with `plan diff PLAN --site SITE`, then make it with `plan apply PLAN --site SITE \
            --confirm DIGEST` and the digest that the diff prints",
        ),
    }
}

/// Asks for everything that the changes rest on: what is not known could not be compared.
fn compared(facts: &Facts<'_>) {
    let plan = facts.plan();
    if plan.guard_url().is_some()
        && let Some(guard) = facts.charging_guard(Before)
    {
        guard.enabled().and(guard.production_url());
    }
    if let Some(wanted) = &plan.emails
        && let Some(emails) = facts.emails(Before)
    {
        emails.enabled();
        if wanted.welcome.is_some() {
            emails.welcome();
        }
    }
    if is_mail_wished(facts)
        && let Some(mail) = facts.mail(Before)
    {
        mail.simulated();
    }
    timers(facts);
    for key in plan.opt_in_forms.keys() {
        facts.opt_in_form(Before, key).flatten().and_then(|form| form.operations());
    }
    for (key, intent) in &plan.order_forms {
        let Some(form) = facts.order_form(Before, key).flatten() else { continue };
        form.operations();
        if intent.failed_payment.is_some() {
            form.after_final_retry();
        }
    }
}

/// Whether the plan has the changes set how mail leaves this site.
fn is_mail_wished(facts: &Facts<'_>) -> bool {
    facts.plan().mail.as_ref().is_some_and(|mail| match facts.live() {
        true => mail.on_live.is_some() && facts.crm(Before).and_then(|crm| crm.managed()) != Some(true),
        false => mail.during_migration == DuringMigration::Simulate,
    })
}

fn timers(facts: &Facts<'_>) {
    for (key, intent) in &facts.plan().offerings {
        let timed = intent.numbered().filter(|(_, number, module)| *number != 0 && module.release.is_some());
        let wanted: Vec<u32> = timed.map(|(_, number, _)| number).collect();
        if wanted.is_empty() {
            continue;
        }
        let Some(offering) = facts.offering(Before, key).flatten() else { continue };
        for module in offering.modules().into_iter().flatten().filter(|module| wanted.contains(&module.number)) {
            offering.release(module);
        }
    }
}
