//! Rules about what access goes by: tags, and what else on the site writes them.

pub(super) mod access_tag_shared;
pub(super) mod access_tag_unset;
pub(super) mod progressally_writes_to_crm;
pub(super) mod revoke_tag_shared;
pub(super) mod tag_missing;
pub(super) mod tags_coincide;
