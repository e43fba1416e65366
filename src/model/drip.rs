//! Which tags say that a member is between two modules of an offering.

use super::state::Offering;

/// The tags of an offering whose modules open one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drip {
    /// Tags that open the base module or a further one, but not the last.
    pub begun: Vec<String>,
    /// Tags after which nothing more is due: the last module's, and those that open or close everything.
    pub over: Vec<String>,
}

impl Drip {
    /// The drip of an offering; none where it has one module, or where its tags were not captured.
    ///
    /// Names of the parts `base`, `instant` and `revoke` as seen in code.
    pub fn of(offering: &Offering) -> Option<Self> {
        let (last, earlier) = offering.modules.set()?.split_last()?;
        let last = last.tag.set().cloned().filter(|_| !earlier.is_empty())?;
        let part = |name: &str| offering.tags.set()?.get(name).cloned();
        let begun: Vec<_> =
            part("base").into_iter().chain(earlier.iter().filter_map(|m| m.tag.set().cloned())).collect();
        let over = [Some(last), part("instant"), part("revoke")].into_iter().flatten().collect();
        (!begun.is_empty()).then_some(Self { begun, over })
    }

    /// Whether a contact with these tags waits for a module.
    pub fn is_under_way<'t>(&self, tags: impl Iterator<Item = &'t str> + Clone) -> bool {
        let has = |wanted: &[String]| tags.clone().any(|tag| wanted.iter().any(|name| name == tag));
        has(&self.begun) && !has(&self.over)
    }
}
