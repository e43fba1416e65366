//! A plan over a site: the changes that it asks for, and the site as it will be.

use crate::model::plan::{DuringMigration, OfferingIntent, SiteRole};
use crate::model::state::{Kind, Offering, Operation};
use crate::model::text::{pointer, slug};
use crate::model::{Identity, ObjectRef, Plan, Release, Snapshot, State};

use super::managed::{self, Checkout, Guard, Mails, OptIn, Timers, Transport};
use super::{Change, apply};

/// What a plan asks of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The changes, ordered by kind and key. Never one whose two sides mean the same.
    pub changes: Vec<Change>,
    /// The site after all of them.
    pub after: State,
    /// What the plan speaks of and the site's capture does not hold: not compared, so never "no change".
    pub not_compared: Vec<Kind>,
}

/// The changes that lead from the staging site to what the plan intends.
pub fn lower(plan: &Plan, before: &Snapshot) -> Lowered {
    lower_on(plan, before, SiteRole::Staging)
}

/// The changes that lead from one of the plan's two sites to what the plan intends for it.
///
/// What cannot be changed (an offering that the site lacks, a section that was not captured) yields no change; the
/// rules say so.
pub fn lower_on(plan: &Plan, before: &Snapshot, place: SiteRole) -> Lowered {
    let state = &before.state;
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(guard(plan, state));
    changes.extend(emails(plan, state));
    changes.extend(mail(plan, state, place));
    changes.extend(plan.offerings.iter().filter_map(|(key, intent)| timers(key, intent, state)));
    changes.extend(opt_in_forms(plan, state));
    changes.extend(order_forms(plan, state));
    // A record in a section that its own header calls missing is not to be trusted.
    changes.retain(|change| before.header.is_captured(change.on.kind.name()));
    let mut after = state.clone();
    for change in &changes {
        apply(&mut after, change).expect("a change that was just made from a state fits that state");
    }
    Lowered { changes, after, not_compared: not_compared(plan, before) }
}

fn not_compared(plan: &Plan, before: &Snapshot) -> Vec<Kind> {
    let spoken_of = [
        (Kind::ChargingGuard, plan.guard_url().is_some()),
        (Kind::Emails, plan.emails.is_some()),
        (Kind::Mail, plan.mail.is_some()),
        (Kind::Offering, !plan.offerings.is_empty()),
        (Kind::OptInForm, !plan.opt_in_forms.is_empty()),
        (Kind::OrderForm, !plan.order_forms.is_empty()),
    ];
    let lacking = |(kind, spoken): &(Kind, bool)| *spoken && !before.header.is_captured(kind.name());
    spoken_of.into_iter().filter(lacking).map(|(kind, _)| kind).collect()
}

/// The change of one object, unless both sides mean the same.
fn change(on: ObjectRef, state: &State, after: serde_json::Value, cause: String) -> Option<Change> {
    let before = managed::read(state, &on);
    (!managed::same(before.as_ref(), Some(&after))).then_some(Change { on, before, after: Some(after), cause })
}

fn guard(plan: &Plan, state: &State) -> Option<Change> {
    let url = plan.guard_url()?;
    let now = state.charging_guard.as_ref()?;
    let named = now.production_url.as_deref().and_then(Identity::parse).zip(Identity::parse(&url));
    let is_named = named.is_some_and(|(now, intent)| now.is_same_site(&intent));
    let production_url = if is_named { now.production_url.clone() } else { Some(url) };
    let after = managed::value(&Guard { enabled: true, production_url });
    let cause: &[&str] = if plan.production_site_url.is_some() { &["production_site_url"] } else { &["sites", "live"] };
    change(ObjectRef::only(Kind::ChargingGuard), state, after, pointer(cause))
}

fn emails(plan: &Plan, state: &State) -> Option<Change> {
    let intent = plan.emails.as_ref()?;
    let now = state.emails.as_ref()?;
    let after = managed::value(&Mails { enabled: intent.enabled, welcome: intent.welcome.or(now.welcome) });
    let cause = if now.enabled == intent.enabled { "welcome" } else { "enabled" };
    change(ObjectRef::only(Kind::Emails), state, after, pointer(&["emails", cause]))
}

/// On the staging copy mail is simulated or left as it is. On live it is as somebody decided: what is left as the copy had it
/// would be nobody's decision. What was decided is for the migration: once live has switched, mail is as live needs it.
fn mail(plan: &Plan, state: &State, place: SiteRole) -> Option<Change> {
    let intent = plan.mail.as_ref()?;
    state.mail.as_ref()?.simulated?;
    let switched = state.crm.as_ref().and_then(|crm| crm.managed) == Some(true);
    let (key, simulated) = match place {
        SiteRole::Live if switched => return None,
        SiteRole::Staging if intent.during_migration == DuringMigration::Deliver => return None,
        SiteRole::Staging => ("during_migration", true),
        SiteRole::Live => ("on_live", intent.on_live? == DuringMigration::Simulate),
    };
    change(ObjectRef::only(Kind::Mail), state, managed::value(&Transport { simulated }), pointer(&["mail", key]))
}

fn timers(key: &str, intent: &OfferingIntent, state: &State) -> Option<Change> {
    let now = state.offerings.get(key)?;
    let mut modules: Vec<_> = now.modules.as_ref()?.iter().map(|m| (m, m.release.clone())).collect();
    let mut cause = None;
    for (index, release) in wanted(intent, now) {
        let (number, release) = release;
        let Some((_, current)) = modules.iter_mut().find(|(module, _)| module.number == number) else { continue };
        if current.as_ref() != Some(release) {
            *current = Some(release.clone());
            cause.get_or_insert_with(|| pointer(&["offerings", key, "modules", &index.to_string(), "release"]));
        }
    }
    let cause = cause?;
    let modules = modules
        .into_iter()
        .map(|(module, release)| managed::Timer { number: module.number, name: module.name.clone(), release })
        .collect();
    change(ObjectRef::new(Kind::Offering, key), state, managed::value(&Timers { modules }), cause)
}

/// The releases that a plan sets on modules which the site has under the same number and name, and whose timer was captured.
fn wanted<'a>(intent: &'a OfferingIntent, now: &'a Offering) -> impl Iterator<Item = (usize, (u32, &'a Release))> {
    intent.numbered().filter_map(|(index, number, module)| {
        let release = module.release.as_ref().filter(|_| module.base.is_none())?;
        let site = now.module(number)?;
        let settable = site.release.is_some() && number != 0 && slug(&site.name) == slug(module.name());
        settable.then_some((index, (number, release)))
    })
}

fn opt_in_forms(plan: &Plan, state: &State) -> Vec<Change> {
    let forms = plan.opt_in_forms.iter().filter_map(|(key, intent)| {
        let now = state.opt_in_forms.get(key);
        let known = now.map_or(Some(&[][..]), |form| form.operations.as_deref())?;
        let operations = released(known, &intent.custom_operation.release);
        let name = now.map_or(&intent.name, |form| &form.name).clone();
        let cause = pointer(&["opt_in_forms", key, "custom_operation"]);
        change(ObjectRef::new(Kind::OptInForm, key), state, managed::value(&OptIn { name, operations }), cause)
    });
    forms.collect()
}

fn order_forms(plan: &Plan, state: &State) -> Vec<Change> {
    let forms = plan.order_forms.iter().filter_map(|(key, intent)| {
        let now = state.order_forms.get(key)?;
        let known = now.operations.as_deref()?;
        let operations = released(known, &intent.custom_operation.release);
        let wanted = intent.failed_payment.as_ref().map(|failed| failed.after_final_retry);
        let after_final_retry = wanted.or(now.after_final_retry);
        let part = if operations == *known { "failed_payment" } else { "custom_operation" };
        let after = managed::value(&Checkout { operations, after_final_retry });
        change(ObjectRef::new(Kind::OrderForm, key), state, after, pointer(&["order_forms", key, part]))
    });
    forms.collect()
}

/// A form's operations, in their order, with a Release for each of these offerings in place of a Grant of the same.
fn released(now: &[Operation], offerings: &[String]) -> Vec<Operation> {
    let mut all = Vec::with_capacity(now.len());
    for operation in now {
        match operation {
            Operation::Grant(of) if offerings.contains(of) => all.push(Operation::Release(of.clone())),
            kept => all.push(kept.clone()),
        }
    }
    all.extend(offerings.iter().cloned().map(Operation::Release));
    let mut seen = Vec::new();
    all.retain(|operation| match operation {
        // What the form had twice stays as it is; a wanted Release stands once.
        Operation::Release(of) if offerings.contains(of) => {
            let first = !seen.contains(of);
            seen.push(of.clone());
            first
        }
        _ => true,
    });
    if managed::as_set(&all) == managed::as_set(now) { now.to_vec() } else { all }
}
