//! Rules that keep money, mail and the way back safe.

pub(super) mod accessally_missing;
pub(super) mod attestation_contradicted;
pub(super) mod attestation_of_a_rule;
pub(super) mod backup_file_differs;
pub(super) mod backup_lacks_tables;
pub(super) mod backup_lacks_users;
pub(super) mod backup_missing;
pub(super) mod backup_not_full;
pub(super) mod backup_not_off_server;
pub(super) mod backup_old;
pub(super) mod backup_truncated;
pub(super) mod charging_guard_not_live;
pub(super) mod charging_guard_with_scheme;
pub(super) mod copy_drifted;
pub(super) mod copy_old;
pub(super) mod copy_runs_other_software;
pub(super) mod crm_differs;
pub(super) mod crm_disconnected;
pub(super) mod crm_paid_until_too_early;
pub(super) mod crm_paid_until_unknown;
pub(super) mod emails_off;
pub(super) mod live_mail_undecided;
pub(super) mod live_not_frozen;
pub(super) mod live_not_reopened;
pub(super) mod mail_not_simulated;
pub(super) mod mail_transport_differs;
pub(super) mod maintenance_mode_not_kept;
pub(super) mod merge_list_missing;
pub(super) mod migration_choices_missing;
pub(super) mod migration_not_run;
pub(super) mod preparation_not_on_record;
pub(super) mod reading_not_understood;
pub(super) mod reading_old;
pub(super) mod record_line_wrong;
pub(super) mod rollback_missing;
pub(super) mod site_not_in_plan;
pub(super) mod sites_not_apart;
pub(super) mod spare_admin_missing;
pub(super) mod support_closed_in_window;
pub(super) mod target_not_staging;
pub(super) mod test_orders_pushed;
pub(super) mod verification_missing;
pub(super) mod verification_unacknowledged;
pub(super) mod welcome_does_not_cover;
pub(super) mod window_impossible;
pub(super) mod window_missing;
pub(super) mod window_over;

use crate::diag::Location;
use crate::model::Identity;
use crate::model::plan::{self, BackupDemand, BackupPart};
use crate::model::record::{Backup, Dump, DumpEnding, Entry};
use crate::model::state::Environment;

use super::{Facts, Known, Of};

/// The addresses that a site gives for itself and that are not the one at which it was read, with the field of each.
///
/// The home address is compared whole; of WordPress's own only the server, since its files may lie in a folder.
fn other_addresses<'a>(
    site: &Identity,
    environment: Of<'_, 'a, Environment>,
) -> Vec<(&'static str, &'a str, Option<Identity>)> {
    let home = environment.proposed().home.set().map(|home| ("home:", home.as_str(), Identity::parse(home)));
    let home = home.filter(|(.., own)| own.as_ref().is_none_or(|own| !own.is_same_site(site)));
    let own = Identity::parse(environment.url()).map(|own| own.server());
    let elsewhere = own.as_ref().is_none_or(|own| !own.is_same_site(&site.server()));
    let url = elsewhere.then_some(("url:", environment.url(), own));
    home.into_iter().chain(url).collect()
}

/// The identity that the plan gives to the judged site.
fn site_in_plan(facts: &Facts<'_>) -> Option<Identity> {
    if facts.live() { facts.plan().live_site() } else { facts.plan().staging_site() }
}

/// The judged site, where the plan names it.
fn judged_site(facts: &Facts<'_>) -> Location {
    Location::value(if facts.live() { "/sites/live" } else { "/sites/staging" })
}

/// The backups that together hold what the plan asks for, each once.
fn kept_backups<'a>(facts: &Facts<'a>, demand: &BackupDemand) -> Known<Vec<(&'a Entry, &'a Backup)>> {
    let mut kept: Vec<(&Entry, &Backup)> = Vec::new();
    for part in &demand.parts {
        let Some(backup) = facts.backup(demand.of, *part)? else { continue };
        if !kept.iter().any(|(_, known)| std::ptr::eq(*known, backup.1)) {
            kept.push(backup);
        }
    }
    Some(kept)
}

/// The dump that the demanded backup of the database was seen to be, with its file's name; none where it is no dump.
fn dump_asked_for<'a>(facts: &Facts<'a>) -> Known<Option<(&'a str, &'a Dump, plan::SiteRole)>> {
    let asked = facts.plan().backup.as_ref().filter(|demand| demand.parts.contains(&BackupPart::Database));
    let Some(demand) = asked else { return Some(None) };
    Some(facts.dump(demand.of)?.map(|(name, dump)| (name, dump, demand.of)))
}

/// The same where the dump goes to its end: of a cut one nothing can be said to be missing.
fn dump_not_cut<'a>(facts: &Facts<'a>) -> Known<Option<(&'a str, &'a Dump, plan::SiteRole)>> {
    Some(dump_asked_for(facts)?.filter(|(_, dump, _)| !matches!(dump.ending, DumpEnding::Broken(_))))
}

/// The place of a backup in words.
fn backup_of(of: plan::SiteRole) -> &'static str {
    match of {
        plan::SiteRole::Live => "live site",
        plan::SiteRole::Staging => "staging copy",
    }
}

/// Text to paste where the plan asks for no backup.
const BACKUP_STUB: &str =
    "backup:\n  of: live\n  parts: [files, database]\n  no_older_than: 2h\n  stored_off_server: true\n";
