//! What a rule lacks: the finding that says so, and what would show it.

use crate::diag::{Finding, Location, Missing};
use crate::model::Grade;
use crate::model::text::quoted;

use super::Rule;
use super::facts::{BACKUP_END, CONTACT_VALUES, TRACKED};
use super::members::NOT_HERE;
use super::objects::kind_of;
use super::original::{COPIED, is_of_live};
use super::read::Read;

/// The facts that are about the site's members: only a reading shows them.
const POPULATION: [&str; 7] = [
    "contact",
    "contact affiliate",
    "contact first_name",
    "contact last_name",
    "contact tags",
    "order",
    "subscription",
];

/// Missing facts that are named; the others are counted.
const NAMED: usize = 3;

/// That a rule could not be evaluated, as facts that it asked for are unknown.
pub(super) fn unproven(rule: &Rule, reads: &[Read]) -> Finding {
    let missing: Vec<(&str, &str)> = reads
        .iter()
        .filter_map(|read| match &read.grade {
            Grade::Unknown(why) => Some((read.fact.as_str(), why.as_str())),
            _ => None,
        })
        .collect();
    let first = missing.first().map_or("", |(fact, _)| fact);
    let members_only = missing.iter().all(|(fact, _)| POPULATION.contains(fact));
    let private_only = missing.iter().all(|(fact, _)| POPULATION.contains(fact) || *fact == CONTACT_VALUES);
    let alone = if missing.iter().all(|(fact, _)| *fact == first) { first } else { "" };
    let why = missing.first().map_or("", |(_, why)| why).to_owned();
    let is_not_here = private_only && missing.iter().any(|(_, why)| *why == NOT_HERE);
    let named: Vec<String> = missing.iter().take(NAMED).map(|(fact, _)| format!("`{fact}`")).collect();
    let are = if missing.len() == 1 { "is" } else { "are" };
    let facts = match missing.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    let mut finding = rule.at(Location::key(rule.anchor), format!("cannot evaluate: {facts} {are} unknown ({why})"));
    finding.unproven = true;
    finding.lacks = Some(Missing { facts, why, members_only, private_only });
    finding.help(if is_not_here { PRIVATE.to_owned() } else { what_would_show(alone, first) })
}

/// What shows a fact that no reading of WordPress alone holds.
pub const BY_HAND: &str = "take a reading that contains it: through the plugin `plan-bridge` and an adapter (docs/live-site.md), or from a site \
    file that you write by hand from AccessAlly's screens (docs/site-file.md)";

/// The fact that says what kind of site it is, and no screen of the plugin shows.
const ENVIRONMENT_TYPE: &str = "environment: type";

/// How a person finds a fact that only a reading shows; none where nothing special is to be said.
pub fn how_to_find(fact: &str) -> Option<&'static str> {
    (fact == ENVIRONMENT_TYPE).then_some(
        "in WordPress open Tools > Site Health > Info > WordPress: write what stands at *Environment type* into the site file, as `type` of \
         the `environment` record. It is `production` if nobody set it, so on a staging copy first add \
         `define( 'WP_ENVIRONMENT_TYPE', 'staging' );` to wp-config.php",
    )
}

/// What a person does who lacks the private files.
pub const PRIVATE: &str = "this is normal in a clone, because git ignores the private files: whoever has them can check the rest. To let CI \
    pass without them, add `--accept-unknown members`. On the machine that prepares the plan, `plan contacts record PLAN --site FILE` \
    writes the contacts' values from a site in a file; of a site at an address a person writes them (docs/plan-file.md, *The contacts' values*)";

/// What a person does who lacks a fact of live, with which a copy is compared.
pub const OF_LIVE: &str = "name a reading of live that shows it: a recording (`--live FILE`), or its address, with a login that \
    `plan site connect LIVE` keeps and through the plugin `plan-bridge` (docs/live-site.md)";

/// What would show a fact that a rule lacks; `alone` is the fact's name where it is the only one.
fn what_would_show(alone: &str, first: &str) -> String {
    match alone {
        BACKUP_END => return "make the dump again without `--skip-comments` and record it".to_owned(),
        COPIED => return "say when the copy was made: `plan record copied TIME --plan PLAN --who WHO`".to_owned(),
        TRACKED => return "check whether `git ls-files` names the file".to_owned(),
        CONTACT_VALUES => return PRIVATE.to_owned(),
        _ => {}
    }
    if let Some(how) = how_to_find(alone) {
        return how.to_owned();
    }
    if is_of_live(first) {
        return OF_LIVE.to_owned();
    }
    let Some(kind) = kind_of(first).filter(|kind| kind.is_attestable()) else { return BY_HAND.to_owned() };
    let (object, field) = first.split_once(": ").unwrap_or((first, ""));
    let field = match field {
        "" => kind.attestable_fields().into_iter().find(|name| name != "name").unwrap_or_else(|| "FIELD".to_owned()),
        of_module if of_module.contains(' ') => "modules".to_owned(),
        field => field.to_owned(),
    };
    if !kind.attestable_fields().contains(&field) {
        return BY_HAND.to_owned();
    }
    let object = quoted(object);
    let saw = match kind.is_only() || first.contains(['/', ':']) {
        true => format!("plan record saw {object} {field}=VALUE --plan PLAN --who WHO"),
        false => format!("plan record saw {kind} --all NAME --plan PLAN --who WHO"),
    };
    format!("take a reading that shows it, or look at {} and record what you see: `{saw}`", kind.screen())
}
