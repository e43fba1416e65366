//! A plan over a site: the changes that it asks for, the site as it will be, and what could not be compared.

use serde_json::{Map, Value, json};

use crate::model::plan::{CustomOperation, DuringMigration, OfferingIntent, SiteRole};
use crate::model::spelling::is_same;
use crate::model::state::{Kind, Offering, Operation};
use crate::model::text::pointer;
use crate::model::{Identity, ObjectRef, Plan, Release, Snapshot, State};

use super::managed;
use super::{Change, apply};

/// What a plan asks of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The changes, ordered by kind and key. Never one whose two sides mean the same.
    pub changes: Vec<Change>,
    /// The site after all of them.
    pub after: State,
    /// What the plan wants and nobody knows whether the site has it, ordered by kind and key: never "no change".
    pub not_compared: Vec<NotCompared>,
}

/// What a plan wants of an object, where nobody knows what the object has there.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct NotCompared {
    /// The object.
    pub on: ObjectRef,
    /// What the plan wants of the fields that nobody read: as a change's `after`.
    pub wanted: Value,
    /// Where in the plan it comes from, as a JSON pointer.
    pub cause: String,
}

impl Lowered {
    /// The kinds of object that could not be compared whole, in order.
    pub fn kinds_not_compared(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.not_compared.iter().map(|one| one.on.kind).collect();
        kinds.dedup();
        kinds
    }
}

/// The changes that lead from the staging site to what the plan intends.
pub fn lower(plan: &Plan, before: &Snapshot) -> Lowered {
    lower_on(plan, before, SiteRole::Staging)
}

/// The changes that lead from one of the plan's two sites to what the plan intends for it.
///
/// What cannot be changed, as an offering that the site is known to lack, yields no change; the rules say so. What
/// nobody knows of the site yields none either, and is named as not compared.
pub fn lower_on(plan: &Plan, before: &Snapshot, place: SiteRole) -> Lowered {
    let state = before.believed();
    let mut asked = Asked { before, state: &state, changes: Vec::new(), not_compared: Vec::new() };
    guard(plan, &mut asked);
    emails(plan, &mut asked);
    mail(plan, place, &mut asked);
    plan.offerings.iter().for_each(|(key, intent)| timers(key, intent, &mut asked));
    opt_in_forms(plan, &mut asked);
    order_forms(plan, &mut asked);
    let Asked { changes, not_compared, .. } = asked;
    let mut after = state.clone().into_owned();
    for change in &changes {
        apply(&mut after, change).expect("a change that was just made from a state fits that state");
    }
    Lowered { changes, after, not_compared }
}

/// What a plan asks of a site, one object after the other.
struct Asked<'a> {
    before: &'a Snapshot,
    state: &'a State,
    changes: Vec<Change>,
    not_compared: Vec<NotCompared>,
}

impl Asked<'_> {
    /// Asks for fields of an object as a plan wants them. Those that nobody read are not compared; the others make a change, unless
    /// they are as they should be. Nothing is asked of an object that is known not to be there.
    fn ask(&mut self, on: ObjectRef, wanted: Map<String, Value>, cause: String) {
        let Some(Value::Object(mut before)) = managed::read(self.state, &on) else {
            if !self.before.object_grade(&on).is_known() {
                self.not_compared.push(NotCompared { on, wanted: Value::Object(wanted), cause });
            }
            return;
        };
        let (known, unknown): (Map<_, _>, Map<_, _>) =
            wanted.into_iter().partition(|(name, _)| before.contains_key(name));
        if !unknown.is_empty() {
            let (on, cause) = (on.clone(), cause.clone());
            self.not_compared.push(NotCompared { on, wanted: Value::Object(unknown), cause });
        }
        let mut after = before.clone();
        after.extend(known);
        // An object of which only a part is known is compared by that part.
        before.retain(|name, _| after.contains_key(name));
        let (before, after) = (Value::Object(before), Value::Object(after));
        if !managed::same(Some(&before), Some(&after)) {
            self.changes.push(Change { on, before: Some(before), after: Some(after), cause });
        }
    }
}

fn fields<const N: usize>(of: [(&str, Value); N]) -> Map<String, Value> {
    of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn guard(plan: &Plan, asked: &mut Asked<'_>) {
    let Some(url) = plan.guard_url() else { return };
    let now = asked.state.charging_guard.as_ref().and_then(|guard| guard.production_url.set());
    let named = now.and_then(|now| Identity::parse(now)).zip(Identity::parse(&url));
    let is_named = named.is_some_and(|(now, intent)| now.is_same_site(&intent));
    let production_url = now.filter(|_| is_named).cloned().unwrap_or(url);
    let cause: &[&str] = if plan.production_site_url.is_some() { &["production_site_url"] } else { &["sites", "live"] };
    let wanted = fields([("enabled", json!(true)), ("production_url", json!(production_url))]);
    asked.ask(ObjectRef::only(Kind::ChargingGuard), wanted, pointer(cause));
}

fn emails(plan: &Plan, asked: &mut Asked<'_>) {
    let Some(intent) = &plan.emails else { return };
    let is_as_wanted =
        asked.state.emails.as_ref().is_some_and(|now| now.enabled.set().is_some_and(|now| *now == intent.enabled));
    let mut wanted = fields([("enabled", json!(intent.enabled))]);
    wanted.extend(intent.welcome.map(|welcome| ("welcome".to_owned(), json!(welcome))));
    let cause = if is_as_wanted { "welcome" } else { "enabled" };
    asked.ask(ObjectRef::only(Kind::Emails), wanted, pointer(&["emails", cause]));
}

/// On the staging copy mail is simulated or left as it is. On live it is as somebody decided: what is left as the copy had it
/// would be nobody's decision. What was decided is for the migration: once live has switched, mail is as live needs it.
fn mail(plan: &Plan, place: SiteRole, asked: &mut Asked<'_>) {
    let Some(intent) = &plan.mail else { return };
    let switched = asked.state.is_managed();
    let (key, simulated) = match (place, intent.on_live) {
        (SiteRole::Live, _) if switched => return,
        (SiteRole::Live, None) => return,
        (SiteRole::Live, Some(on_live)) => ("on_live", on_live == DuringMigration::Simulate),
        (SiteRole::Staging, _) if intent.during_migration == DuringMigration::Deliver => return,
        (SiteRole::Staging, _) => ("during_migration", true),
    };
    asked.ask(ObjectRef::only(Kind::Mail), fields([("simulated", json!(simulated))]), pointer(&["mail", key]));
}

fn timers(key: &str, intent: &OfferingIntent, asked: &mut Asked<'_>) {
    let on = ObjectRef::new(Kind::Offering, key);
    let now = asked.state.offerings.get(key);
    let timer =
        |number: u32, name: &str, release: &Release| json!({"number": number, "name": name, "release": release});
    let at = |index: usize| pointer(&["offerings", key, "modules", &index.to_string(), "release"]);
    let Some((now, modules)) = now.and_then(|now| Some((now, now.modules.set()?))) else {
        let timed = intent.numbered().filter(|(_, number, _)| *number != 0);
        let timed = timed.filter_map(|(index, number, module)| {
            Some((index, timer(number, module.name(), module.release.as_ref()?)))
        });
        let (indices, timers): (Vec<usize>, Vec<Value>) = timed.unzip();
        if let Some(first) = indices.first() {
            asked.ask(on, fields([("modules", json!(timers))]), at(*first));
        }
        return;
    };
    let (mut cause, mut unread) = (None, Vec::new());
    let mut wanted: Vec<(u32, &str, Option<&Release>)> =
        modules.iter().map(|module| (module.number, module.name.as_str(), module.release.set())).collect();
    for (index, (number, release)) in settable(intent, now) {
        let Some((_, name, current)) = wanted.iter_mut().find(|(of, ..)| *of == number) else { continue };
        if now.module(number).is_some_and(|module| module.release.is_unknown()) {
            unread.push((index, timer(number, name, release)));
        } else if *current != Some(release) {
            *current = Some(release);
            cause.get_or_insert_with(|| at(index));
        }
    }
    if let Some((first, _)) = unread.first() {
        let (cause, timers) = (at(*first), unread.into_iter().map(|(_, timer)| timer).collect::<Vec<_>>());
        asked.not_compared.push(NotCompared { on: on.clone(), wanted: json!({"modules": timers}), cause });
    }
    if let Some(cause) = cause {
        let all =
            wanted.iter().map(|(number, name, release)| json!({"number": number, "name": name, "release": release}));
        asked.ask(on, fields([("modules", all.collect())]), cause);
    }
}

/// The releases that a plan sets on modules which the site has under the same number and name, each with its place in the plan.
fn settable<'a>(
    intent: &'a OfferingIntent,
    now: &'a Offering,
) -> impl Iterator<Item = (usize, (u32, &'a Release))> + use<'a> {
    intent.numbered().filter_map(|(index, number, module)| {
        let release = module.release.as_ref().filter(|_| module.base.is_none())?;
        let site = now.module(number)?;
        let settable = number != 0 && is_same(&site.name, module.name());
        settable.then_some((index, (number, release)))
    })
}

fn opt_in_forms(plan: &Plan, asked: &mut Asked<'_>) {
    for (key, intent) in &plan.opt_in_forms {
        let on = ObjectRef::new(Kind::OptInForm, key);
        let now = asked.state.opt_in_forms.get(key);
        let operations = released(now.and_then(|form| form.operations.set()), &intent.custom_operation);
        let name = now.map_or(&intent.name, |form| &form.name);
        let wanted = fields([("name", json!(name)), ("operations", json!(operations))]);
        let cause = pointer(&["opt_in_forms", key, "custom_operation"]);
        if now.is_none() && asked.before.list_grade(Kind::OptInForm).is_known() {
            asked.changes.push(Change { on, before: None, after: Some(Value::Object(wanted)), cause });
        } else {
            asked.ask(on, wanted, cause);
        }
    }
}

fn order_forms(plan: &Plan, asked: &mut Asked<'_>) {
    for (key, intent) in &plan.order_forms {
        let now = asked.state.order_forms.get(key).and_then(|form| form.operations.set());
        let operations = released(now, &intent.custom_operation);
        let part = if now.is_some_and(|now| operations == *now) { "failed_payment" } else { "custom_operation" };
        let mut wanted = fields([("operations", json!(operations))]);
        let retry = intent.failed_payment.as_ref().map(|failed| json!(failed.after_final_retry));
        wanted.extend(retry.map(|retry| ("after_final_retry".to_owned(), retry)));
        asked.ask(ObjectRef::new(Kind::OrderForm, key), wanted, pointer(&["order_forms", key, part]));
    }
}

/// A form's operations, in their order, with a Release for each of the plan's offerings in place of a Grant of the same.
fn released(now: Option<&Vec<Operation>>, wanted: &CustomOperation) -> Vec<Operation> {
    let (now, offerings) = (now.map_or(&[][..], Vec::as_slice), &wanted.release);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Header;
    use crate::model::state::Object;

    #[test]
    fn a_module_of_which_nothing_is_set_gets_the_timer_of_the_plan_and_the_base_module_none() {
        let plan = json!({"offerings": {"course": {"access_through": "by-hand", "modules": [
            {"base": "Welcome", "release": "7 days after previous"}, {"module": "Goals", "release": "7 days after previous"}]}}});
        let header = json!({"format": "1.1", "host": "staging.example", "collector": "c", "collector_version": "1",
            "taken_at": "2026-11-21T06:12:00Z", "sections": {"offering": {"how": "manual"}}});
        let site = |release: Value| {
            let modules = [
                json!({"number": 0, "name": "Welcome", "release": null}),
                json!({"number": 1, "name": "Goals", "release": release}),
            ];
            json!({"modules": modules})
        };
        let mut state = State::default();
        let mut course = site(Value::Null);
        course["name"] = json!("Course");
        state.insert("course", Object::from_fields(Kind::Offering, course).unwrap());
        let header: Header = serde_json::from_value(header).unwrap();
        let lowered = lower(&serde_json::from_value(plan).unwrap(), &Snapshot::new(header, state, None));
        let change = Change {
            on: ObjectRef::new(Kind::Offering, "course"),
            before: Some(site(Value::Null)),
            after: Some(site(json!("7 days after previous"))),
            cause: "/offerings/course/modules/1/release".to_owned(),
        };
        let of_course: Vec<_> = lowered.changes.into_iter().filter(|change| change.on.kind == Kind::Offering).collect();
        assert_eq!(of_course, [change]);
    }
}
