//! Everybody at a site that a plan names.

use crate::cli::OfContacts;
use crate::failure::{Failure, exit};
use crate::model::plan::ContactValues;
use crate::model::{Plan, Snapshot};
use crate::project::Opened;
use crate::site::{self, Population};

use super::members;

/// Everybody at a site, which must be one of the plan's two.
pub(super) fn everybody_at(
    name: &str,
    of: &OfContacts,
    opened: &Opened,
) -> Result<(Snapshot, Box<dyn Population>), Failure> {
    // Adapters that the command line names are for its address, where another site is in a file.
    let adapters = if name.contains("://") || name == of.site { &*of.adapters.files } else { &[] };
    let through = members::through([name], adapters, &opened.settings.site)?;
    let mut site = site::open_with_members(name, Some(&opened.plan), through.as_ref())?;
    let (snapshot, population) = site.with_everybody()?;
    let here = &snapshot.header.site;
    let plan = &opened.plan;
    if ![plan.staging_site(), plan.live_site()].into_iter().flatten().any(|named| named.is_same_site(here)) {
        let failure = Failure::new(exit::TARGET, format!("`{here}` is not one of the plan's `sites`"));
        return Err(failure.help("name a reading of the plan's staging copy or live site"));
    }
    let population = population.map_err(|why| no_population(name, plan, &why))?;
    Ok((snapshot, population))
}

fn no_population(site: &str, plan: &Plan, why: &str) -> Failure {
    let failure = Failure::new(exit::COULD_NOT_RUN, format!("the contacts of this site are unknown: {why}"));
    if !site.contains("://") {
        return failure.help("a site `X.site.ndjson` has its contacts in `X.population.ndjson` beside it");
    }
    let file = match &plan.spot_check.values {
        Some(ContactValues::File(name)) => format!("`{name}`"),
        _ => "the file that `spot_check/values` names".to_owned(),
    };
    failure.help(format!(
        "say where the site keeps its members, with `--adapter FILE` or in `plan.toml` (docs/live-site.md); or write what Users > All Users shows of each \
         contact into {file} yourself, as in docs/plan-file.md, *The contacts' values*"
    ))
}
