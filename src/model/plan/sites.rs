//! The two sites of a plan, as what a site is known by.

use crate::model::Identity;

use super::Plan;

impl Plan {
    /// The live site; none where the plan names none that can be read.
    pub fn live_site(&self) -> Option<Identity> {
        Identity::parse(&self.sites.live)
    }

    /// The Production Site URL that this plan wants: as it is written, or else the live site's; none where that cannot be read.
    pub fn guard_url(&self) -> Option<String> {
        self.production_site_url.clone().or_else(|| Some(format!("//{}", self.live_site()?.address())))
    }

    /// The staging site; none where the plan names none that can be read.
    pub fn staging_site(&self) -> Option<Identity> {
        Identity::parse(&self.sites.staging)
    }
}
