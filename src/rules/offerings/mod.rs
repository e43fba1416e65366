//! Rules about offerings and the release timers of their modules.

pub(super) mod access_lost;
pub(super) mod base_module_timer;
pub(super) mod left_alone_offering_has_members;
pub(super) mod members_between_modules_found;
pub(super) mod members_between_modules_undecided;
pub(super) mod module_not_in_plan;
pub(super) mod module_not_on_site;
pub(super) mod offering_system_differs;
pub(super) mod re_release_restarts;
pub(super) mod release_not_understood;
pub(super) mod unscheduled_module;

use crate::change::text;
use crate::diag::Finding;
use crate::model::Release;
use crate::model::plan::{ModuleIntent, OfferingIntent};
use crate::model::spelling::is_same;
use crate::model::state::{Module, Offering};
use crate::model::text::pointer;

use super::{Facts, Known, Of, Side::After, left_out_inside};

/// An offering of the plan that the site has.
pub(super) struct Planned<'f, 'a> {
    key: &'a str,
    intent: &'a OfferingIntent,
    site: Of<'f, 'a, Offering>,
    modules: &'a [Module],
}

/// The plan's offerings that the site has when the changes are made, as far as their modules are known; and whether it is known
/// of each whether the site has it.
///
/// Without those of which a module did not fit the schema: it would be missed, and the places of the others would be wrong.
pub(super) fn on_both_sides<'f, 'a>(facts: &'f Facts<'a>) -> (Vec<Planned<'f, 'a>>, Known<()>) {
    let (plan, mut planned, mut known) = (facts.plan(), Vec::new(), Some(()));
    for (key, intent) in &plan.offerings {
        if left_out_inside(plan, &["offerings", key, "modules"]) {
            continue;
        }
        match facts.offering(After, key) {
            None => known = None,
            Some(None) => {}
            Some(Some(site)) => {
                planned.extend(site.modules().map(|modules| Planned { key, intent, site, modules }));
            }
        }
    }
    (planned, known)
}

impl<'a> Planned<'_, 'a> {
    /// Where a module of the plan is.
    fn module(&self, index: usize) -> String {
        pointer(&["offerings", self.key, "modules", &index.to_string()])
    }

    /// The place of a module of the site in the plan's list, and the plan's words for it.
    fn planned(&self, number: u32) -> Option<(usize, &'a ModuleIntent)> {
        let found = self.intent.numbered().find(|(_, planned, _)| *planned == number);
        found.map(|(index, _, module)| (index, module))
    }

    /// Whether the plan has another name under the number of this module of the site: a matter for `module-not-on-site`.
    fn is_misnamed(&self, module: &Module) -> bool {
        self.planned(module.number).is_some_and(|(_, planned)| !is_same(planned.name(), &module.name))
    }

    /// The finding with the site's offering under it, the line of this module labelled.
    fn excerpt(&self, finding: Finding, module: &Module, label: &str) -> Finding {
        let needle = text::key(&format!("{} {}", module.number, module.name));
        self.site.excerpt(finding, &needle, label)
    }
}

/// Asks for every tag that shows where a member stands in an offering: without one of them nobody can say who waits for a module.
pub(super) fn standing_tags(offering: Of<'_, '_, Offering>) -> Known<()> {
    let own = offering.tags().map(|_| ());
    let modules = offering.modules()?;
    modules.iter().map(|module| offering.tag(module).map(|_| ())).fold(own, Option::and)
}

/// Whether a timer opens any module of the offering.
pub(super) fn is_timed(offering: Of<'_, '_, Offering>) -> bool {
    let is_timer = |module: &&Module| matches!(offering.release(module), Some(Some(Release::After { .. })));
    let modules = offering.modules().into_iter().flatten();
    modules.filter(|module| module.number > 0).filter(is_timer).count() > 0
}
