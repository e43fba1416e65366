//! What plan and site say of what may move on its own: what each form gives and takes, and what each tag stands for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use crate::journey::{Course, Intent, Released, Releasing};
use crate::model::plan::{AccessAfter, AccessThrough, AfterFinalRetry, Plan};
use crate::model::spelling::plain;
use crate::model::standing::{Part, Parts};
use crate::model::state::{Offering, Operation};
use crate::model::{Field, State};
use crate::reconcile::Recorded;

/// A tag's meaning: the place of its offering among the terms, and the part of it.
pub(super) type Meaning = (usize, Part);

/// What is known of what may move between two readings of one site.
#[derive(Debug)]
pub struct Terms<'a> {
    pub(super) offerings: Vec<Of<'a>>,
    pub(super) forms: BTreeMap<&'a str, Form<'a>>,
    tags: HashMap<String, Vec<Meaning>>,
    /// What opt-in forms add beside what they release.
    pub(super) opt_in_tags: BTreeSet<String>,
    /// When members were released, by somebody's list.
    pub(super) released: Released,
    /// The days of both readings.
    pub(super) days: [Date; 2],
    /// Whether orders, and subscriptions, were captured on both sides.
    pub(super) captured: [bool; 2],
    /// The test purchases on record.
    pub(super) tests: Recorded,
    /// Whether every tag of every offering is known, so that a tag without a meaning is none of an offering.
    pub(super) tags_known: bool,
}

/// An offering.
#[derive(Debug)]
pub(super) struct Of<'a> {
    pub(super) key: &'a str,
    pub(super) course: Option<Course>,
    pub(super) intent: Intent,
    pub(super) releasing: Releasing<'a>,
    /// Whether an opt-in form releases it.
    pub(super) by_opt_in: bool,
    /// Whether a person, a team or an invitation opens it, so that no order shows it.
    pub(super) by_person: bool,
    /// Whether the tag of its base module was captured.
    pub(super) tagged: bool,
}

/// An order form.
#[derive(Debug, Default)]
pub(super) struct Form<'a> {
    /// The offerings that it opens, by their place.
    pub(super) opens: BTreeSet<usize>,
    /// Those of them of which it opens everything at once.
    pub(super) grants: BTreeSet<usize>,
    /// The tags that it adds, as they are compared.
    pub(super) adds: BTreeSet<String>,
    pub(super) recurring: Option<bool>,
    pub(super) retry: Option<AfterFinalRetry>,
    pub(super) after: Option<&'a AccessAfter>,
}

/// What [`Terms`] are made of.
#[derive(Debug)]
pub struct Grounds<'a> {
    /// The days of both.
    pub days: [Date; 2],
    /// Whether orders, and subscriptions, were captured on both.
    pub captured: [bool; 2],
    /// When members were released, by somebody's list.
    pub released: Released,
    /// Whether the later one captured the offerings.
    pub offerings: bool,
    /// The plan.
    pub plan: &'a Plan,
    /// The site as the later one has it.
    pub site: &'a State,
}

impl<'a> Terms<'a> {
    /// What a plan and the site as it is now say, with the test purchases on record.
    pub fn of(grounds: Grounds<'a>, tests: Recorded) -> Self {
        let Grounds { days, captured, released, offerings: all_captured, plan, site } = grounds;
        let mut tags = HashMap::<String, Vec<Meaning>>::new();
        let places: BTreeMap<&str, usize> = site.offerings.keys().map(String::as_str).zip(0..).collect();
        let opt_ins = site.opt_in_forms.values().filter_map(|form| form.operations.set()).flatten();
        let planned = plan.opt_in_forms.values().flat_map(|form| &form.custom_operation.release);
        let mut by_opt_in: BTreeSet<&str> = planned.map(String::as_str).collect();
        let mut opt_in_tags = BTreeSet::new();
        for operation in opt_ins {
            match operation {
                Operation::Release(key) | Operation::Grant(key) => drop(by_opt_in.insert(key)),
                Operation::AddTags(tags) => opt_in_tags.extend(tags.iter().map(|tag| plain(tag).into_owned())),
                Operation::Other(_) => {}
            }
        }
        let (mut offerings, mut tags_known) = (Vec::new(), all_captured);
        for (key, offering) in &site.offerings {
            for (tag, part) in Parts::of(offering).of {
                tags.entry(plain(&tag).into_owned()).or_default().push((offerings.len(), part));
            }
            let through = plan.offerings.get(key).map(|offering| offering.access_through);
            offerings.push(Of {
                key,
                course: Course::of(offering),
                intent: Intent::of(plan, key),
                releasing: Releasing::of(plan, site, key),
                by_opt_in: by_opt_in.contains(key.as_str()),
                by_person: through.is_none_or(|through| {
                    matches!(through, AccessThrough::Team | AccessThrough::Invitation | AccessThrough::ByHand)
                }),
                tagged: offering.tags.set().is_some_and(|tags| tags.contains_key("base")),
            });
            tags_known &= has_its_tags(offering);
        }
        let keys: BTreeSet<&String> = site.order_forms.keys().chain(plan.order_forms.keys()).collect();
        let forms = keys.into_iter().map(|key| (key.as_str(), form(key, plan, site, &places))).collect();
        Self { offerings, forms, tags, opt_in_tags, released, days, captured, tests, tags_known }
    }

    /// What a tag stands for, as it is compared.
    pub(super) fn meanings(&self, tag: &str) -> &[Meaning] {
        self.tags.get(&*plain(tag)).map_or(&[], Vec::as_slice)
    }

    /// Whether a day is over by this reading, give or take the zone in which a site writes days.
    pub(super) fn has_come(&self, day: Date) -> bool {
        day <= self.days[1].tomorrow().unwrap_or(self.days[1])
    }
}

/// Whether nothing is unknown of the tags of an offering and its modules.
fn has_its_tags(offering: &Offering) -> bool {
    let modules = offering.modules.set().into_iter().flatten();
    !offering.tags.is_unknown()
        && !offering.modules.is_unknown()
        && modules.into_iter().all(|module| !module.tag.is_unknown())
}

fn form<'a>(key: &str, plan: &'a Plan, site: &'a State, places: &BTreeMap<&str, usize>) -> Form<'a> {
    let (here, intent) = (site.order_forms.get(key), plan.order_forms.get(key));
    let mut form = Form {
        recurring: here.and_then(|form| form.recurring.as_known().and_then(|known| known.copied())),
        retry: here.and_then(|form| form.after_final_retry.set().copied()),
        after: intent.and_then(|intent| intent.access_after.as_ref()),
        ..Form::default()
    };
    form.retry = form.retry.or_else(|| Some(intent?.failed_payment.as_ref()?.after_final_retry));
    let place = |key: &String| places.get(key.as_str()).copied();
    match here.map(|form| &form.operations) {
        Some(Field::Set(operations)) => {
            for operation in operations {
                match operation {
                    Operation::Release(key) => form.opens.extend(place(key)),
                    Operation::Grant(key) => {
                        form.opens.extend(place(key));
                        form.grants.extend(place(key));
                    }
                    Operation::AddTags(tags) => form.adds.extend(tags.iter().map(|tag| plain(tag).into_owned())),
                    Operation::Other(_) => {}
                }
            }
        }
        Some(Field::Nothing) => {}
        Some(Field::Unknown) | None => {
            let said = intent.iter().flat_map(|intent| &intent.custom_operation.release);
            form.opens.extend(said.filter_map(place));
        }
    }
    form
}
