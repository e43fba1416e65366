//! Is the site still as the run left it? A reading, compared object by object with what the run found and what it changed. Pure.
//!
//! What a step of the guide is expected to move stands in one table, [`Step::moves`]; maintenance mode is due as the steps and the
//! plan have it. Everything else that moved stops the run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::change::{self, Change, differing, differs_in, facts_digest, marks_of};
use crate::model::plan::SiteRole;
use crate::model::record::Record;
use crate::model::snapshot::{COLLECTOR, Capture, How};
use crate::model::state::Object;
use crate::model::text::is_seen;
use crate::model::{Kind, ObjectRef, Plan, Snapshot, State, Step, digest};

use super::journal::{Begin, Event, Journal, JournalEntry};
use super::since::{read_after, when};

/// Marks of what the migration moved, by object: of those that no later step moves.
pub type Found = BTreeMap<String, String>;

/// Where a run is when its site is looked at.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// How it began.
    pub begin: &'a Begin,
    /// The plan.
    pub plan: &'a Plan,
    /// The steps that are proven.
    pub passed: &'a [Step],
    /// The step that is under way: what it moves may be on its way.
    pub under_way: Option<Step>,
    /// What the migration moved, as the first step after it found that.
    pub found: &'a Found,
}

impl At<'_> {
    fn are_changes_in_place(&self) -> bool {
        self.passed.contains(&Step::Configure)
    }
}

/// An object that is not as the run left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which one, as a change names it; a kind, where many of it moved or its keys are nobody's business.
    pub on: String,
    /// What of it differs, in names of fields.
    pub what: String,
    /// A short digest of how it is now: what an attestation is bound to.
    pub now: String,
    /// What may put it right.
    pub cure: Cure,
}

impl Moved {
    fn kind(&self) -> Option<Kind> {
        Kind::from_name(self.on.split('/').next()?)
    }
}

/// What may put an object right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cure {
    /// The plan says how it has to be: it is set back.
    SetBack,
    /// It is set back, or a named person attests why it may stand.
    Attest,
    /// Maintenance mode is off, though nobody may buy yet: somebody looks at the payments, and attests it.
    Payments,
}

impl Cure {
    /// What is behind it, in a sentence.
    pub fn explained(self) -> &'static str {
        match self {
            Self::SetBack => {
                "the plan says how this has to be, so no reason lets it stay; once a reading shows it as the plan wants it, \
                the run goes on"
            }
            Self::Attest => {
                "it is not as the run left it, so somebody or something changed it meanwhile; your reason is put on record \
                under your name, and counts only as long as it stays as it is now"
            }
            Self::Payments => {
                "while maintenance mode is off the site can take payments, which a restore of the backup would lose; your \
                reason is put on record under your name"
            }
        }
    }
}

/// Most objects of a kind that are named one by one.
const NAMED: usize = 24;

/// What is not as the run left it, but for what a named person attested since. `kept` is the reading from before the run, or
/// from right in front of the barrier; where it is gone only what the run changed can be compared.
pub fn moved(at: At<'_>, kept: Option<&Snapshot>, now: &Snapshot, record: &Record) -> Vec<Moved> {
    let mut all = if at.are_changes_in_place() {
        of_the_plan(at.begin, &now.state, &change::lower_on(at.plan, now, at.begin.on).changes)
    } else {
        Vec::new()
    };
    let mut known: BTreeSet<String> = all.iter().map(|moved| moved.on.clone()).collect();
    if let Some(kept) = kept {
        all.extend(of_the_rest(at, kept, now).into_iter().filter(|moved| known.insert(moved.on.clone())));
    }
    all.extend(of_the_migration(at, now).into_iter().filter(|moved| known.insert(moved.on.clone())));
    all.extend(maintenance(at, kept, now).filter(|moved| known.insert(moved.on.clone())));
    if is_gone(at, now) {
        // What only the collector showed nobody can see any more, and right before the push it was compared.
        all.retain(|moved| moved.kind().is_none_or(|kind| now.header.is_captured(kind.name())));
    }
    let here = &at.begin.host;
    let is_open = |moved: &Moved| moved.cure == Cure::SetBack || !record.stands(here, &moved.on, &moved.now);
    // By its whole name an earlier build had it attested.
    all.into_iter().filter(is_open).map(shown).filter(is_open).collect()
}

/// An object under a name that anybody can type, and that is nobody's address: where its own is none, its kind, and digits that
/// stand for both its name and how it is now. Its own name is said beside it, and whoever shows that masks and escapes it.
fn shown(moved: Moved) -> Moved {
    // No way to write an address does without the characters that are missing here.
    let is_plain = |c: char| is_seen(c) || "-_./ ".contains(c);
    if moved.on.chars().all(is_plain) {
        return moved;
    }
    let (kind, name) = moved.on.split_once('/').unwrap_or((&moved.on, ""));
    let what = format!(
        "named \"{name}\" {}; that name has characters that not everybody can type, so the command names its kind",
        moved.what
    );
    let now = digest::of_bytes(format!("{}\n{}", moved.on, moved.now).as_bytes())[..12].to_owned();
    Moved { on: kind.to_owned(), what, now, cure: moved.cure }
}

/// Whether maintenance mode has to be on, or off, at this point; none where nothing says so.
pub fn maintenance_due(at: At<'_>) -> Option<bool> {
    let is_past = |step| at.passed.contains(&step);
    if at.under_way.is_some_and(|step| step.moves().contains(&Kind::Maintenance)) {
        return None;
    }
    if is_past(Step::LeaveMaintenance) {
        return Some(false);
    }
    if is_past(Step::RunMigration) {
        return at.plan.migration.as_ref().filter(|choices| choices.keep_maintenance_mode).map(|_| true);
    }
    is_past(Step::EnterMaintenance).then_some(true)
}

/// Kinds that the steps so far may have moved.
fn free(at: At<'_>) -> BTreeSet<Kind> {
    let steps = at.passed.iter().copied().chain(at.under_way);
    steps.flat_map(|step| step.moves().iter().copied()).collect()
}

/// Whether the collector is to be gone from a copy, which is pushed or was.
fn is_to_be_removed(at: At<'_>) -> bool {
    at.under_way == Some(Step::Push) || at.passed.contains(&Step::Push)
}

/// Whether it is gone by the site's own list, as it is to be.
fn is_gone(at: At<'_>, now: &Snapshot) -> bool {
    is_to_be_removed(at) && now.lists_no_collector()
}

/// What the run changed, or what the plan wants and the site has not, any more.
fn of_the_plan(begin: &Begin, now: &State, pending: &[Change]) -> Vec<Moved> {
    let is_off = |change: &&Change| !change::shows(change::read(now, &change.on).as_ref(), change.after.as_ref());
    let ons: BTreeSet<&ObjectRef> =
        begin.changes.iter().filter(is_off).chain(pending).map(|change| &change.on).collect();
    let what = |on: &ObjectRef| match change::read(now, on) {
        None if now.get(on).is_none() => "is gone".to_owned(),
        None => "was not captured".to_owned(),
        Some(_) => "is not as the plan wants it".to_owned(),
    };
    ons.into_iter()
        .map(|on| Moved { on: on.to_string(), what: what(on), now: mark(now, on), cure: Cure::SetBack })
        .collect()
}

/// What else the verdict read, and what of the plan's objects the plan does not set.
fn of_the_rest(at: At<'_>, kept: &Snapshot, now: &Snapshot) -> Vec<Moved> {
    let mut left = kept.state.clone();
    for change in at.begin.by_hand.with(&at.begin.changes).iter().filter(|_| at.are_changes_in_place()) {
        // Of a reading from in front of the barrier the change is in place.
        drop(change::apply(&mut left, change));
    }
    let free = free(at);
    // Nothing reads a site's tags, which a migration makes its own.
    let kinds = Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Tag && !free.contains(kind));
    let mut all = Vec::new();
    let mut is = Cow::Borrowed(&now.state);
    if is_gone(at, now) {
        left.plugins.remove(COLLECTOR);
        as_both_show(&mut left, is.to_mut(), |kind| {
            let captures = [kept, now].map(|reading| reading.header.capture(kind.name()));
            captures == [Capture::How(How::Bridge), Capture::How(How::CoreRest)]
        });
    }
    for kind in kinds.filter(|kind| kept.header.is_captured(kind.name())) {
        if !now.header.is_captured(kind.name()) {
            let (on, what) = (kind.name().to_owned(), "is no longer captured".to_owned());
            all.push(Moved { on, what, now: "missing".to_owned(), cure: cure(kind) });
            continue;
        }
        all.extend(of_a_kind(kind, &left, &is));
    }
    all
}

/// Two states without what only one of them shows, of kinds that core lists in the place of the collector: the same objects, with fewer
/// fields, and of the plugins none that WordPress loads without asking (must-use), whose files lie in no folder of their own.
fn as_both_show(then: &mut State, now: &mut State, is_listed_by_core: impl Fn(Kind) -> bool) {
    for on in then.places().into_iter().filter(|on| is_listed_by_core(on.kind)) {
        let (Some(was), Some(is)) = (then.get(&on), now.get(&on)) else {
            if on.kind == Kind::Plugin && !on.key.contains('/') {
                then.remove(&on);
            }
            continue;
        };
        let (mut was, mut is) = (was.fields(), is.fields());
        was.retain(|name, _| is.contains_key(name));
        is.retain(|name, _| was.contains_key(name));
        for (state, fields) in [(&mut *then, was), (&mut *now, is)] {
            // What a kind cannot do without both have.
            if let Ok(object) = Object::from_fields(on.kind, Value::Object(fields)) {
                state.insert(&on.key, object);
            }
        }
    }
}

/// What the migration moved, as this reading shows it, where it is the first one after it that a step is proven by.
pub fn found_first(journal: &Journal, site: &Snapshot, now: Timestamp) -> Found {
    let passed_at = when(journal.events(), |event| matches!(event, Event::BarrierPassed { .. }));
    let is_over = journal.progress().passed().contains(&Step::RunMigration);
    let is_first = is_over && found_before(journal.events()).is_empty();
    match is_first && read_after(&site.header.taken_at, passed_at, now).is_ok() {
        true => found(site),
        false => Found::new(),
    }
}

/// What an earlier step found of it.
pub fn found_before(events: &[JournalEntry]) -> Found {
    let found = |entry: &JournalEntry| match &entry.event {
        Event::Passed { found, .. } if !found.is_empty() => Some(found.clone()),
        _ => None,
    };
    events.iter().rev().find_map(found).unwrap_or_default()
}

fn found(site: &Snapshot) -> Found {
    let kinds = Step::RunMigration.moves().iter().copied().filter(|kind| *kind != Kind::Maintenance);
    let captured = kinds.filter(|kind| site.header.is_captured(kind.name()));
    captured.flat_map(|kind| marks(&site.state, kind)).collect()
}

/// What the migration moved and the first step after it found, and is not so any more.
fn of_the_migration(at: At<'_>, now: &Snapshot) -> Vec<Moved> {
    let is = found(now);
    let moved = at.found.iter().filter(|(on, mark)| is.get(*on) != Some(*mark));
    let one = |(on, _): (&String, &String)| {
        let (what, now) = match is.get(on) {
            Some(mark) => ("is not as the first reading after the migration showed it", mark.clone()),
            None => ("is gone, or no longer captured", "missing".to_owned()),
        };
        Moved { on: on.clone(), what: what.to_owned(), now, cure: Cure::Attest }
    };
    moved.map(one).collect()
}

fn of_a_kind(kind: Kind, left: &State, now: &State) -> Vec<Moved> {
    let (then, is) = (marks(left, kind), marks(now, kind));
    let keys: BTreeSet<String> = left.keys(kind).into_iter().chain(now.keys(kind)).collect();
    let ons = keys.into_iter().map(|key| ObjectRef::new(kind, key));
    let moved: Vec<ObjectRef> = ons.filter(|on| then.get(&on.to_string()) != is.get(&on.to_string())).collect();
    if moved.is_empty() {
        return Vec::new();
    }
    // An administrator's key is a login, which is nobody's business.
    if kind == Kind::Administrator || moved.len() > NAMED {
        let what = format!("{} of them changed", moved.len());
        let now = facts_digest(now, [kind])[..12].to_owned();
        return vec![Moved { on: kind.name().to_owned(), what, now, cure: cure(kind) }];
    }
    let one = |on: ObjectRef| Moved {
        what: differs(left, now, &on),
        now: mark(now, &on),
        on: on.to_string(),
        cure: cure(kind),
    };
    moved.into_iter().map(one).collect()
}

fn maintenance(at: At<'_>, kept: Option<&Snapshot>, now: &Snapshot) -> Option<Moved> {
    let due = maintenance_due(at)?;
    let object = ObjectRef::only(Kind::Maintenance);
    let cure = if due { Cure::Payments } else { Cure::Attest };
    let captured = |of: &Snapshot| {
        let is_captured = of.header.is_captured(Kind::Maintenance.name());
        of.state.maintenance.as_ref().filter(|_| is_captured).and_then(|maintenance| maintenance.on.set().copied())
    };
    let what = match (captured(now), at.begin.on) {
        // What nobody ever captured a step has a person say.
        (None, _) => {
            kept.and_then(captured)?;
            let what = "is no longer captured, so its state is unknown".to_owned();
            return Some(Moved { on: object.to_string(), what, now: "missing".to_owned(), cure });
        }
        (Some(is), _) if is == due => return None,
        (Some(true), _) => "is on again, so no purchase can be processed".to_owned(),
        (Some(false), SiteRole::Live) => {
            "is off, and has to be on: live may have processed payments since, which a restore of the backup would lose"
                .to_owned()
        }
        (Some(false), SiteRole::Staging) => {
            "is off, and the plan keeps it on (`keep_maintenance_mode`): payments could have been processed since"
                .to_owned()
        }
    };
    Some(Moved { on: object.to_string(), what, now: mark(&now.state, &object), cure })
}

/// A guard and a trap are never talked away.
fn cure(kind: Kind) -> Cure {
    match kind {
        Kind::ChargingGuard | Kind::Mail => Cure::SetBack,
        _ => Cure::Attest,
    }
}

/// The marks of the objects of a kind. Of the e-mails every field counts, a collector's own too: who writes to every member is in one.
fn marks(state: &State, kind: Kind) -> BTreeMap<String, String> {
    match state.emails.as_ref().filter(|_| kind == Kind::Emails) {
        Some(emails) => BTreeMap::from([(ObjectRef::only(kind).to_string(), digest::of(emails)[..12].to_owned())]),
        None => marks_of(state, kind),
    }
}

/// What of an object differs, in names of fields.
fn differs(then: &State, now: &State, on: &ObjectRef) -> String {
    match (then.get(on), now.get(on)) {
        (Some(then), Some(now)) if on.kind == Kind::Emails => differing(&then.fields(), &now.fields()),
        _ => differs_in(then, now, on),
    }
}

fn mark(state: &State, on: &ObjectRef) -> String {
    marks(state, on.kind).remove(&on.to_string()).unwrap_or_else(|| "gone".to_owned())
}
