//! Whose login a site is read with, and what shows that the spare administrator can sign in. Pure.

use std::collections::BTreeMap;

use crate::model::Identity;
use crate::model::record::{Evidence, Record};
use crate::model::state::Administrator;
use crate::site::SignedIn;

/// Whether somebody said that the spare administrator could sign in here.
fn has_signed_in(record: &Record, here: &Identity) -> bool {
    record
        .entries
        .iter()
        .any(|entry| matches!(&entry.evidence, Evidence::SignIn(signed) if signed.host.is_same_site(here)))
}

/// Whose login the tool itself reads the site with: each reading tests it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolLogin {
    /// The place has none: a file.
    None,
    /// A spare administrator's: one who is no contact of the CRM.
    Spare,
    /// An administrator's who is not the spare one.
    NotSpare,
    /// An administrator's of whom nobody captured whether they are a contact of the CRM.
    NotCaptured,
    /// Not an administrator's any more.
    NoAdministrator,
}

impl ToolLogin {
    /// What a machine tested by it, and what it did not.
    pub fn tested(self) -> &'static str {
        match self {
            Self::None => "a site in a file has no login that could be tested",
            Self::Spare => "tested by machine: the tool's own login, which is the spare administrator's",
            Self::NotSpare => {
                "tested by machine: the tool's own login, which is not the spare administrator's; that one a person tries"
            }
            Self::NotCaptured => {
                "tested by machine: the tool's own login; whether it is the spare administrator's was not captured"
            }
            Self::NoAdministrator => "tested by machine: the tool's own login no longer belongs to an administrator",
        }
    }
}

/// Whose login a place was read with, by the administrators as they were before the migration.
pub fn tool_login(login: Option<&SignedIn>, before: &BTreeMap<String, Administrator>) -> ToolLogin {
    let Some(login) = login else { return ToolLogin::None };
    if !login.is_administrator {
        return ToolLogin::NoAdministrator;
    }
    match before.get(&login.key).and_then(|administrator| administrator.crm_contact.set().copied()) {
        Some(false) => ToolLogin::Spare,
        Some(true) => ToolLogin::NotSpare,
        None => ToolLogin::NotCaptured,
    }
}

/// What proves that the spare administrator can sign in here now; none where nothing does.
pub fn spare_login(login: ToolLogin, record: &Record, here: &Identity) -> Option<String> {
    let tested = login.tested();
    match login {
        ToolLogin::Spare => Some(tested.to_owned()),
        _ if has_signed_in(record, here) => Some(format!("attested: the spare administrator signed in; {tested}")),
        _ => None,
    }
}
