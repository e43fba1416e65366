//! A site by its name: a file's path, or an address.

use std::path::Path;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::Plan;

use super::file::FileSite;
use super::wordpress::{Address, Login, Through, WordPress};
use super::{Site, SiteError};

/// Opens the place that an address or a path names, without reading it.
///
/// With a plan, an address must be one that the plan names: nothing else is ever connected to.
pub(crate) fn open(name: &str, plan: Option<&Plan>) -> Result<Box<dyn Site>, Failure> {
    open_with_members(name, plan, None)
}

/// The same; of a site at an address the members are read too, where it is said through what. A site in a file has them beside it.
pub(crate) fn open_with_members(
    name: &str,
    plan: Option<&Plan>,
    through: Option<&Through>,
) -> Result<Box<dyn Site>, Failure> {
    if !name.contains("://") {
        return Ok(Box::new(open_file(name)?));
    }
    let address = Address::parse(name)?;
    if let Some(plan) = plan {
        let sites = [&plan.sites.staging, &plan.sites.live].map(|site| Address::parse(site));
        let named: Vec<Address> = sites.into_iter().filter_map(Result::ok).collect();
        let is_it =
            |site: &Address| site.origin() == address.origin() && site.identity().is_same_site(&address.identity());
        if !named.iter().any(is_it) {
            let message = format!("`{address}` is not a site of this plan, so `plan` does not connect to it");
            let named: Vec<String> = named.iter().map(|site| format!("`{site}`")).collect();
            return Err(
                Failure::new(exit::USAGE, message).help(format!("the plan's `sites` name {}", named.join(" and ")))
            );
        }
    }
    let login = Login::of(&address).map_err(SiteError::from)?;
    log::info!("the login for {address} is bound to it by {}", login.whence());
    Ok(Box::new(WordPress::connect(address, login, Timestamp::now)?.with_members(through.cloned())))
}

/// Opens a site in a file, without reading it.
pub(crate) fn open_file(name: &str) -> Result<FileSite, Failure> {
    let path = Path::new(name);
    let is_host = !name.contains('/') && name.contains('.') && !name.ends_with(".ndjson");
    if !path.exists() && is_host {
        return Err(Failure::new(exit::COULD_NOT_RUN, format!("there is no file `{name}`"))
            .help(format!("for a site's address, write `https://{name}`")));
    }
    Ok(FileSite::open(path)?)
}
