//! Rules about offerings and the release timers of their modules.

pub(super) mod base_module_timer;
pub(super) mod members_between_modules_undecided;
pub(super) mod module_not_in_plan;
pub(super) mod module_not_on_site;
pub(super) mod offering_system_differs;
pub(super) mod re_release_restarts;
pub(super) mod release_not_understood;
pub(super) mod unscheduled_module;

use crate::change::text;
use crate::diag::Finding;
use crate::model::keyed::same_name;
use crate::model::plan::{ModuleIntent, OfferingIntent};
use crate::model::state::{Module, Object, Offering};
use crate::model::text::pointer;
use crate::model::{Kind, Release};

use super::{Facts, Known, Side::After, left_out_inside};

/// An offering of the plan that the site has.
pub(super) struct Planned<'a> {
    key: &'a str,
    intent: &'a OfferingIntent,
    site: &'a Offering,
    modules: &'a [Module],
}

/// The plan's offerings that the site has when the changes are made, as far as their modules could be read.
///
/// Without those of which a module did not fit the schema: it would be missed, and the places of the others would be wrong.
pub(super) fn on_both_sides<'a>(facts: &Facts<'a>) -> Known<Vec<Planned<'a>>> {
    let site = facts.offerings(After)?;
    let plan = facts.plan();
    let planned = plan.offerings.iter().filter_map(|(key, intent)| {
        let site = site.get(key).filter(|_| !left_out_inside(plan, &["offerings", key, "modules"]))?;
        let modules = modules(facts, key, site)?;
        Some(Planned { key, intent, site, modules })
    });
    Some(planned.collect())
}

/// The modules of an offering.
pub(super) fn modules<'a>(facts: &Facts<'_>, key: &str, offering: &'a Offering) -> Known<&'a [Module]> {
    facts.field(Kind::Offering, &format!("offering/{key}: modules"), offering.modules.as_deref())
}

impl<'a> Planned<'a> {
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
        self.planned(module.number).is_some_and(|(_, planned)| !same_name(planned.name(), &module.name))
    }

    /// The finding with the site's offering under it, the line of this module labelled.
    fn excerpt(&self, finding: Finding, module: &Module, label: &str) -> Finding {
        let needle = format!("{} {}:", module.number, module.name);
        let excerpt = text::object(&Object::Offering(self.site.clone()));
        finding.excerpt(format!("offering/{}", self.key), excerpt, &needle, label)
    }
}

/// When a module opens. The base module has no timer, so there nothing is unknown.
pub(super) fn release<'a>(facts: &Facts<'_>, key: &str, module: &'a Module) -> Known<&'a Release> {
    if module.number == 0 {
        return module.release.as_ref();
    }
    let fact = format!("offering/{key}: release of module {}", module.number);
    facts.field(Kind::Offering, &fact, module.release.as_ref())
}

/// Whether a timer opens any module of the offering.
pub(super) fn is_timed(facts: &Facts<'_>, key: &str, offering: &Offering) -> bool {
    let is_timer = |module: &Module| matches!(release(facts, key, module), Some(Release::After { .. }));
    modules(facts, key, offering)
        .is_some_and(|modules| modules.iter().any(|module| module.number > 0 && is_timer(module)))
}
