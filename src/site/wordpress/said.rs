//! What is said of a site in more than one place.

/// A login that was taken and is of no use.
pub(super) const NO_ADMINISTRATOR: &str = "this user is not an administrator (it lacks `manage_options`)";

/// The same, where it is not known whose it is.
pub(super) const SOMEBODY_ELSE: &str =
    "it answers `/wp/v2/users/me` for another user than the login names, so nothing that it says can be relied on";

/// How the collector gets there.
pub(super) const INSTALL: &str = "activate it under Plugins; where it is not there, make it with `plan bridge zip --out plan-bridge.zip` \
     and upload it under Plugins > Add New > Upload Plugin first";
