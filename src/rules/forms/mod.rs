//! Rules about order forms and opt-in forms.

pub(super) mod failed_payment_undecided;
pub(super) mod form_opens_more;
pub(super) mod grant_instead_of_release;
pub(super) mod opt_in_form_missing;
pub(super) mod order_form_missing;
pub(super) mod order_form_without_release;
pub(super) mod released_offering_missing;
pub(super) mod test_purchase_missing;

use std::collections::BTreeSet;

use crate::change::text;
use crate::diag::Finding;
use crate::model::plan::AccessThrough;
use crate::model::state::{Object, Operation};
use crate::model::{Kind, Plan};

use super::{Facts, Known, Side::After};

/// A form of the plan, as its changes leave it on the site.
struct PlannedForm<'a> {
    section: &'static str,
    kind: Kind,
    key: &'a str,
    name: &'a str,
    /// The offerings that the plan has it release.
    release: &'a [String],
    operations: &'a [Operation],
    object: Object,
}

impl PlannedForm<'_> {
    /// The finding with the site's form under it, the line of this operation labelled.
    fn excerpt(&self, finding: Finding, (verb, offering): (&str, &str), label: &str) -> Finding {
        let (of, needle) = (format!("{}/{}", self.kind, self.key), format!("{verb}: {offering}"));
        finding.excerpt(of, text::object(&self.object), &needle, label)
    }
}

/// The plan's forms that the site has when the changes are made, as far as their operations could be read; and whether
/// all could.
fn planned_forms<'a>(facts: &Facts<'a>) -> (Vec<PlannedForm<'a>>, Known<()>) {
    let (plan, mut forms) = (facts.plan(), Vec::new());
    let order_forms = facts.order_forms(After).map(|site| {
        for (key, form) in site {
            let Some(intent) = plan.order_forms.get(key) else { continue };
            let (section, kind, release) = ("order_forms", Kind::OrderForm, &intent.custom_operation.release);
            let Some(operations) = operations(facts, kind, key, &form.operations) else { continue };
            let object = Object::OrderForm(form.clone());
            forms.push(PlannedForm { section, kind, key, name: &form.name, release, operations, object });
        }
    });
    let opt_in_forms = facts.opt_in_forms(After).map(|site| {
        for (key, form) in site {
            let Some(intent) = plan.opt_in_forms.get(key) else { continue };
            let (section, kind, release) = ("opt_in_forms", Kind::OptInForm, &intent.custom_operation.release);
            let Some(operations) = operations(facts, kind, key, &form.operations) else { continue };
            let object = Object::OptInForm(form.clone());
            forms.push(PlannedForm { section, kind, key, name: &form.name, release, operations, object });
        }
    });
    (forms, order_forms.and(opt_in_forms))
}

/// The offerings that operations open, each once, with the word for how.
fn opens(operations: &[Operation]) -> BTreeSet<(&'static str, &str)> {
    let mut all = BTreeSet::new();
    for operation in operations {
        match operation {
            Operation::Release(offering) => all.insert(("release", offering.as_str())),
            Operation::Grant(offering) => all.insert(("grant", offering.as_str())),
            Operation::AddTags(_) | Operation::Other(_) => false,
        };
    }
    all
}

/// The tags that operations add, each once.
fn tags<'a>(operations: &'a [Operation]) -> BTreeSet<&'a str> {
    let added = |operation: &'a Operation| match operation {
        Operation::AddTags(tags) => Some(tags),
        Operation::Other(_) | Operation::Release(_) | Operation::Grant(_) => None,
    };
    operations.iter().filter_map(added).flatten().map(String::as_str).collect()
}

/// What runs in a form of this kind; unknown where it could not be read.
type Operations = Option<Vec<Operation>>;

/// What a form runs.
pub(super) fn operations<'a>(
    facts: &Facts<'_>,
    kind: Kind,
    key: &str,
    operations: &'a Operations,
) -> Known<&'a [Operation]> {
    facts.field(kind, &format!("{kind}/{key}: operations"), operations.as_deref())
}

/// Whether it could not be read what any of these forms runs.
fn any_unread<'a>(
    facts: &Facts<'_>,
    kind: Kind,
    forms: impl IntoIterator<Item = (&'a String, &'a Operations)>,
) -> bool {
    forms.into_iter().filter(|(key, of)| operations(facts, kind, key, of).is_none()).count() > 0
}

/// The offerings that these operations release, as far as they could be read.
fn released<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> BTreeSet<&'a str> {
    let release = |operation: &'a Operation| match operation {
        Operation::Release(offering) => Some(offering.as_str()),
        Operation::Grant(_) | Operation::AddTags(_) | Operation::Other(_) => None,
    };
    operations.into_iter().filter_map(release).collect()
}

/// Whether members come to an offering through an order form: their own, another offering's, or one for a team.
fn is_bought(through: AccessThrough) -> bool {
    matches!(through, AccessThrough::OrderForm | AccessThrough::Bundle | AccessThrough::Team)
}

/// Whether members come to this offering of the plan in this way.
fn is_sold(plan: &Plan, offering: &str, through: AccessThrough) -> bool {
    plan.offerings.get(offering).is_some_and(|offering| offering.access_through == through)
}
