//! What has to be so for an entry to say anything: who defines a function, and who may answer in its place.

use crate::adapter::read::View;
use crate::adapter::read::ground::Placed;
use crate::capture::Text;
use crate::model::adapter::Needs;

impl View<'_> {
    /// Why what an entry needs is not so; nothing where it is.
    pub(super) fn unmet(&self, needs: &Needs) -> Option<String> {
        let name = &needs.function;
        let found = match self.ground.function(name) {
            Placed::There(found) => found,
            Placed::Absent => return Some(format!("the site has no function `{name}`")),
            Placed::Unknown(why) => return Some(why),
        };
        if found.owner.known() != Some(needs.defined_by.as_str()) {
            return Some(format!(
                "{} defines `{name}`, and what is known here counts only where {} does",
                who(found.owner.known()),
                who(Some(&needs.defined_by))
            ));
        }
        let may = |owner: &Text| {
            let known = owner.known();
            known.is_some_and(|owner| {
                (owner == needs.defined_by && owner != CORE) || needs.filtered_by.iter().any(|may| may == owner)
            })
        };
        let other = found.filters.iter().find(|owner| !may(owner))?;
        let who = match other.known() {
            // WordPress filters nothing of its own there.
            Some(CORE) => "somebody, with a function of WordPress,".to_owned(),
            known => who(known),
        };
        Some(format!("{who} filters `pre_{name}`, and may answer in the place of `{name}`"))
    }
}

/// What WordPress itself defines.
const CORE: &str = "core";

/// Who defines something, as a phrase.
fn who(owner: Option<&str>) -> String {
    let Some(owner) = owner else { return "somebody whose name did not leave the site".to_owned() };
    match owner.split_once(':') {
        Some(("plugin", folder)) => format!("the plugin `{folder}`"),
        Some(("must-use", file)) => format!("the must-use plugin `{file}`"),
        Some(("theme", folder)) => format!("the theme `{folder}`"),
        _ if owner == CORE => "WordPress itself".to_owned(),
        _ => "code that is no plugin's and no theme's".to_owned(),
    }
}
