//! What proves that a step of the guide is done: from the record's words and what the site shows. Pure.

use jiff::Timestamp;

use crate::guide::{MigrationSignals, Named, cheapest_paid_form};
use crate::model::facts::Counting;
use crate::model::plan::{BackupPart, Confirmation, RollbackWay, SiteRole};
use crate::model::purchase::{Confirmed, Known, Purchased};
use crate::model::record::{BackupSource, Record};
use crate::model::snapshot::{Capture, How};
use crate::model::text::many;
use crate::model::verified::Verified;
use crate::model::{Executor, Identity, Kind, ObjectRef, Plan, Snapshot, Step};

pub use super::login::{ToolLogin, spare_login, tool_login};
pub use super::open::{Ask, Open, Proof};
use super::since::read_after;

/// The last verification on record, and whether each of its flagged lines was looked at.
pub fn verification(record: &Record, named: &Named<'_>) -> Proof {
    match record.verified(named.host) {
        Verified::Missing => {
            let why = "no verification of this site was recorded since the changes were made";
            Proof::asks(Ask::Verification, why, named.verification())
        }
        Verified::Unseen(unseen) => {
            let first = unseen.first().copied().unwrap_or_default();
            let unseen: Vec<String> = unseen.iter().map(usize::to_string).collect();
            let why = format!("each line with a \"!\" needs a reason: {}", unseen.join(", "));
            Proof::asks_when(Ask::Acknowledgement(first), why, "for each", named.acknowledge(&first.to_string()))
        }
        Verified::Seen { lines, flagged } => {
            let seen = format!("{} on record, {flagged} with a \"!\" and a reason", many(lines, "line"));
            Proof::Behind { by: Executor::Attested, seen }
        }
    }
}

/// What is said while nobody knows whether the migration runs. Past the barrier nobody may press twice on a guess; `is_here` says that
/// whoever passed it is still there, who was asked to press and may not have done so yet.
pub fn careful(passed_at: Timestamp, is_here: bool) -> String {
    let pressed = if is_here {
        format!("*Run Migration* is pressed once: if it was pressed since {passed_at},")
    } else {
        format!("*Run Migration* may have been pressed at {passed_at}:")
    };
    format!(
        "{pressed} do not press it again until the state of the migration is known (a time-out does not stop the migration)"
    )
}

/// Whether the migration has taken place, and the spare administrator can sign in after it.
pub fn migration(sight: &Sighting, login: ToolLogin, record: &Record, at: &Named<'_>, careful: &str) -> Proof {
    let managed = |why, when| switch((Kind::Crm, "managed"), why, when, at);
    let (by, seen) = match (sight.captured, &sight.attested) {
        (Some(true), _) => (Executor::Guided, "the site says that it is on Managed Contacts".to_owned()),
        (Some(false), _) => {
            return Proof::open(format!("the site says that it is not on Managed Contacts yet; {careful}"));
        }
        (None, Some((true, who))) => (Executor::Attested, format!("`{who}` saw the site on Managed Contacts")),
        (None, Some((false, who))) => {
            return managed(
                format!("`{who}` saw that the site is not on Managed Contacts yet; {careful}"),
                "when it is",
            );
        }
        (None, None) => {
            return managed(format!("no reading shows whether the site is on Managed; {careful}"), "when it is over");
        }
    };
    match spare_login(login, record, at.host) {
        Some(how) => Proof::Behind { by, seen: format!("{seen}; login after the migration: {how}") },
        None => {
            let why = format!("no sign-in of the spare administrator after it is on record ({})", login.tested());
            Proof::asks(Ask::SignIn, why, at.sign_in_after())
        }
    }
}

/// Whoever looks says whether something is on, as no reading shows it.
fn switch((kind, field): (Kind, &'static str), why: String, when: &'static str, at: &Named<'_>) -> Proof {
    let command = at.saw_switch(&format!("{kind} {field}=VALUE"));
    Proof::asks_when(Ask::Switch(ObjectRef::only(kind), field), why, when, command)
}

/// A proof that rests on what the site shows, by when it was read. A person's attestation was given since the step was reached, and
/// rests on no reading.
pub fn as_read(proof: Proof, read: &Result<(), String>) -> Proof {
    match (&proof, read) {
        (Proof::Behind { by: Executor::Automatic | Executor::Guided, .. }, Err(why)) => Proof::open(why.clone()),
        _ => proof,
    }
}

/// Whether the site shows anything of them, so that they rest on when it was read.
fn rests_on_a_reading(purchased: &[Purchased]) -> bool {
    let mut all = purchased.iter().flat_map(|purchased| &purchased.confirmations);
    all.any(|one| matches!(one.how, Known::Captured | Known::Recorded))
}

/// What is known of a switch of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// What a reading shows.
    pub captured: Option<bool>,
    /// What a person saw, and who, where no reading shows it.
    pub attested: Option<(bool, String)>,
}

impl Sighting {
    /// What a reading shows of a switch, and where it shows nothing, what somebody saw of it on this site, of the lines that count.
    pub fn of(
        captured: Option<bool>,
        record: &Record,
        (site, on, field): (&Identity, Kind, &str),
        counting: &Counting<'_>,
    ) -> Self {
        let saw = || record.saw(site, (&ObjectRef::only(on), field), counting);
        let attested = if captured.is_some() { None } else { saw() };
        Self { captured, attested: attested.and_then(|(value, who)| Some((value.as_bool()?, who.to_owned()))) }
    }
}

/// Whether maintenance mode is on.
pub fn closed(sight: &Sighting, at: &Named<'_>) -> Proof {
    maintenance_mode(sight, true, ", so it still sells", at)
}

/// Whether maintenance mode is off.
pub fn maintenance(sight: &Sighting, at: &Named<'_>) -> Proof {
    maintenance_mode(sight, false, "", at)
}

/// Whether mail is delivered, as a person saw it.
pub fn delivered(sight: &Sighting, at: &Named<'_>) -> Proof {
    let simulated = |why, when| switch((Kind::Mail, "simulated"), why, when, at);
    match &sight.attested {
        Some((false, who)) => {
            Proof::Behind { by: Executor::Attested, seen: format!("`{who}` saw that mail is delivered") }
        }
        Some((true, who)) => {
            simulated(format!("`{who}` saw that mail is simulated, so no member gets any"), "once it is delivered")
        }
        None => simulated("nobody has seen that mail is delivered".to_owned(), ""),
    }
}

/// Whether maintenance mode is as it is due; `otherwise` is what follows where it is not.
fn maintenance_mode(sight: &Sighting, due: bool, otherwise: &str, at: &Named<'_>) -> Proof {
    let looked = |why, when| switch((Kind::Maintenance, "on"), why, when, at);
    let (by, is, who) = match (sight.captured, &sight.attested) {
        (Some(is), _) => (Executor::Guided, is, "the site says that".to_owned()),
        (None, Some((is, who))) => (Executor::Attested, *is, format!("`{who}` saw that")),
        (None, None) => return looked("no reading shows whether maintenance mode is on".to_owned(), ""),
    };
    let seen = format!("{who} maintenance mode is {}", if is { "on" } else { "off" });
    match sight.captured {
        _ if is == due => Proof::Behind { by, seen },
        Some(_) => Proof::open(seen + otherwise),
        None => looked(format!("{seen}{otherwise}"), if due { "once it is on" } else { "once it is off" }),
    }
}

/// Whether a backup is on record from which live can be brought back: of each part that the plan asks for, and, where live is to
/// be restored from it, made after the site was seen to be closed to buyers.
pub fn backup(plan: &Plan, record: &Record, closed: Timestamp, now: Timestamp, at: &Named<'_>) -> Proof {
    let lacks = |why: String| Proof::asks(Ask::Backup, why, at.backup_file(plan));
    let restores = plan.rollback.as_ref().is_none_or(|rollback| rollback.way == RollbackWay::RestoreLiveBackup);
    let parts = plan.backup.as_ref().map_or(vec![BackupPart::Files, BackupPart::Database], |asked| asked.parts.clone());
    let (mut oldest, mut by) = (None, Executor::Guided);
    for part in parts {
        let Some((_, backup)) = record.backup(at.on, part) else {
            return lacks(format!("no backup of this site that holds its {} is on record", part.name()));
        };
        let made: Option<Timestamp> = backup.taken_at.parse().ok();
        if made.is_none_or(|made| made > now) {
            let of = &backup.taken_at;
            return lacks(format!(
                "the backup on record is said to have been made at {of}, which is not a valid time in the past"
            ));
        }
        match made.filter(|made| !restores || *made >= closed) {
            Some(made) => oldest = Some(oldest.map_or(made, |oldest: Timestamp| oldest.min(made))),
            None => {
                return lacks(format!(
                    "the backup on record was made at {}, and maintenance mode was first seen on at {closed}: a \
                    restore would lose the payments in between, so make a new backup",
                    backup.taken_at
                ));
            }
        }
        if !matches!(backup.source, BackupSource::File { .. }) {
            by = Executor::Attested;
        }
    }
    let made = oldest.map_or_else(String::new, |made| format!(" of {made}"));
    let since = if restores { format!(", made after maintenance mode was seen on at {closed}") } else { String::new() };
    Proof::Behind { by, seen: format!("the backup{made} is on record{since}") }
}

/// Whether the collector is gone from a copy that is to be pushed, as core's own list of plugins shows it. What the collector itself gave
/// into a file shows nothing of that: it was there to give it. What it gives now at an address shows that it is still there.
pub fn collector_removed(site: &Snapshot, is_in_a_file: bool, at: &Named<'_>) -> Proof {
    let by = Executor::Guided;
    match site.header.capture(Kind::Plugin.name()) {
        Capture::How(how) if site.has_collector() && (matches!(how, How::CoreRest | How::WpCli) || !is_in_a_file) => {
            let delete = "the plugin `plan-bridge` is still on this site, and the push would carry it to live: Plugins > Plan bridge > \
                Deactivate, Delete";
            Proof::open(delete)
        }
        Capture::How(How::CoreRest | How::WpCli) => {
            Proof::Behind { by, seen: format!("`{}` has no plugin `plan-bridge`", at.host) }
        }
        _ => Proof::Behind { by, seen: "no reading shows whether the plugin `plan-bridge` is gone".to_owned() },
    }
}

/// Both of two proofs: by what proves the second.
pub fn both(first: Proof, second: Proof) -> Proof {
    match (first, second) {
        (Proof::Behind { seen: one, .. }, Proof::Behind { by, seen }) => {
            Proof::Behind { by, seen: format!("{seen}; {one}") }
        }
        (Proof::Open(why), _) | (_, Proof::Open(why)) => Proof::Open(why),
    }
}

/// Whether a reading made past the barrier shows a site that is not migrated: what it shows, or why not.
///
/// # Errors
/// Why the site shows otherwise, or cannot show it.
pub fn unmigrated(
    (read_at, site): (Timestamp, &MigrationSignals),
    (passed_at, now): (Timestamp, Timestamp),
) -> Result<String, String> {
    read_after(&read_at.to_string(), passed_at, now)?;
    match site.managed {
        Some(false) => {}
        Some(true) => return Err("the site says that it is on Managed Contacts".to_owned()),
        None => return Err("whether the site is on Managed is not captured".to_owned()),
    }
    if let Some(members) = site.migrated.filter(|members| *members > 0) {
        return Err(format!("the site says that the migration has processed {}", many(members, "member")));
    }
    let counted = if site.migrated.is_some() { ", and that no member has been processed" } else { "" };
    Ok(format!("read at {read_at}, the site says that it is not on Managed Contacts{counted}"))
}

/// Whether nothing that a migration moves has moved since the barrier was passed; `before` is how it was then.
///
/// # Errors
/// What has moved, or what shows no more that it has not.
pub fn unmoved(before: &MigrationSignals, site: &MigrationSignals) -> Result<(), String> {
    match (before.maintenance, site.maintenance) {
        (Some(_), None) => return Err("whether maintenance mode was switched on since is not captured".to_owned()),
        (before, Some(true)) if before != Some(true) => {
            let why = "maintenance mode is on, but nothing shows that it was on before the barrier was passed";
            return Err(why.to_owned());
        }
        _ => {}
    }
    match (before.trapped, site.trapped) {
        (Some(_), None) => Err("whether mail was held back since then was not captured".to_owned()),
        (before, Some(now)) if now > before.unwrap_or(0) => {
            Err(format!("mail was held back since the barrier was passed: {} then, {now} now", before.unwrap_or(0)))
        }
        _ => Ok(()),
    }
}

/// A person's attestation of a step, given on this site since the step was reached. What they said stays in the record alone.
pub fn attested(record: &Record, step: Step, at: &Named<'_>, otherwise: &str) -> Proof {
    match record.step(step, at.host) {
        Some((entry, _)) => {
            let seen = format!("attested by `{}`, recorded {}", entry.who, entry.at);
            Proof::Behind { by: Executor::Attested, seen }
        }
        None => Proof::asks(Ask::Step(step), otherwise, at.attest(step, at.on)),
    }
}

/// The guide's confirmations for each order form that the plan wants one bought on.
///
/// On live one purchase is enough, as it is real money and the rehearsal covered the other forms; what the site denies of any
/// other is said there too.
pub fn purchases(plan: &Plan, purchased: &[Purchased], read: &Result<(), String>, at: &Named<'_>) -> Proof {
    let on = at.on;
    let found = |form: &str| purchased.iter().find(|purchased| purchased.form == form);
    let forms: Vec<&String> =
        plan.test_purchases.keys().filter(|form| on == SiteRole::Staging || found(form).is_some()).collect();
    if forms.is_empty() && !plan.test_purchases.is_empty() {
        let why = "no real purchase is on record";
        let form = cheapest_paid_form(plan).and_then(|form| Some((form, at.purchase(plan, form)?)));
        return match form {
            Some((form, how)) => Proof::asks(Ask::Purchase(form.to_owned()), why, how),
            None => Proof::open(format!("{why}: {}", at.record("purchase FORM --saw SEEN --transaction ID", on))),
        };
    }
    let (mut unsaid, mut denied, mut captured, mut there, mut proven) = (Vec::new(), Vec::new(), 0, 0, 0);
    let mut how = None;
    for form in &forms {
        let Some(found) = found(form) else {
            let names: Vec<&str> = plan.test_purchases[*form].expect.iter().map(|wanted| wanted.name()).collect();
            unsaid.push(format!("`{form}` ({})", names.join(", ")));
            how = how.or_else(|| Some((*form, at.purchase(plan, form)?)));
            continue;
        };
        if let Some(names) = unknown(found) {
            unsaid.push(format!("`{form}` ({names})"));
            how = how.or_else(|| Some((*form, at.purchase(plan, form)?)));
        }
        denied.extend(denials(found).into_iter().map(|why| format!("`{form}`: {why}")));
        captured += usize::from(found.confirmations.iter().any(|one| one.how == Known::Captured));
        // As `verify` lists them, whoever said that they were paid.
        there += usize::from(!found.orders.is_empty());
        proven += usize::from(found.open().next().is_none());
    }
    let enough = unsaid.is_empty() || on == SiteRole::Live && proven > 0;
    if enough && denied.is_empty() {
        if let Some(why) = read.as_ref().err().filter(|_| rests_on_a_reading(purchased)) {
            return Proof::open(why.clone());
        }
        let by = if captured == forms.len() { Executor::Guided } else { Executor::Attested };
        let forms = many(forms.len(), "order form");
        let seen =
            format!("{forms}, each with everything that the plan expects; {there} of the orders found on the site");
        return Proof::Behind { by, seen };
    }
    let mut open = Vec::new();
    if !denied.is_empty() {
        open.push(format!("not found on the site, although it was attested: {}", denied.join(", ")));
    }
    if unsaid.is_empty() {
        return Proof::open(open.join("; "));
    }
    open.push(format!("not seen yet: {}", unsaid.join(", ")));
    match how {
        Some((form, how)) => Proof::asks(Ask::Purchase(form.clone()), open.join("; "), how),
        None => Proof::open(open.join("; ")),
    }
}

/// The confirmations of which nothing is known, and what would show the payment.
fn unknown(found: &Purchased) -> Option<String> {
    let open: Vec<&Confirmed> = found.open().filter(|one| one.how == Known::Unknown).collect();
    let names: Vec<&str> = open.iter().map(|one| one.what.name()).collect();
    let payment = open.iter().find(|one| one.what == Confirmation::Order);
    let why = payment.map_or_else(String::new, |one| format!(": {}", one.seen));
    (!names.is_empty()).then(|| names.join(", ") + &why)
}

/// Why the site denies what was said. Several confirmations of one form can lack for one reason, which is said once.
fn denials(found: &Purchased) -> Vec<&str> {
    let mut reasons: Vec<&str> =
        found.open().filter(|one| one.how == Known::NotFound).map(|one| one.seen.as_str()).collect();
    reasons.dedup();
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attestation_about_the_barrier_needs_a_reading_that_shows_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let still = MigrationSignals { managed: Some(false), ..MigrationSignals::default() };
        let shown = |read_at, site: &MigrationSignals| unmigrated((at(read_at), site), (at(10), at(12)));
        assert!(shown(11, &still).unwrap().ends_with("it is not on Managed Contacts"));
        assert!(
            shown(12, &MigrationSignals { migrated: Some(0), ..still.clone() })
                .unwrap()
                .ends_with("no member has been processed")
        );
        for (read_at, why) in [(9, "is not after"), (10, "is not after"), (13, "in the future")] {
            assert!(shown(read_at, &still).unwrap_err().contains(why), "{read_at}");
        }
        for (managed, why) in [(Some(true), "is on Managed"), (None, "is not captured")] {
            assert!(shown(11, &MigrationSignals { managed, ..still.clone() }).unwrap_err().contains(why));
        }
        assert!(
            shown(11, &MigrationSignals { migrated: Some(1), ..still }).unwrap_err().contains("processed 1 member")
        );
    }

    #[test]
    fn on_live_one_purchase_is_enough_and_what_the_site_denies_of_another_is_said() {
        let purchase = |form: &str, how: &[Known]| {
            let what = [Confirmation::Order, Confirmation::Content];
            let confirmations = what.into_iter().zip(how);
            let confirmations =
                confirmations.map(|(what, how)| Confirmed { what, how: *how, seen: format!("{form} seen") }).collect();
            Purchased { form: form.to_owned(), orders: Vec::new(), buyers: Vec::new(), confirmations }
        };
        let mut plan = Plan::default();
        for form in ["a", "b"] {
            let expect = vec![Confirmation::Order, Confirmation::Content];
            plan.test_purchases.insert(form.to_owned(), crate::model::plan::TestPurchase { expect });
        }
        let proven = purchase("b", &[Known::Captured; 2]);
        let proof = |all: &[Purchased], on| {
            let named = Named {
                plan: "p",
                site: "s",
                host: &"h".parse().unwrap(),
                live: "l",
                on,
                without_members: false,
                quote: str::to_owned,
            };
            purchases(&plan, all, &Ok(()), &named)
        };
        let is_behind = |all: &[Purchased], on| matches!(proof(all, on), Proof::Behind { .. });
        assert!(is_behind(std::slice::from_ref(&proven), SiteRole::Live));
        assert!(!is_behind(std::slice::from_ref(&proven), SiteRole::Staging), "a rehearsal covers every form");
        let unknown = purchase("a", &[Known::Unknown, Known::Attested]);
        assert!(is_behind(&[unknown.clone(), proven.clone()], SiteRole::Live));
        assert!(!is_behind(&[purchase("a", &[Known::NotFound, Known::Captured]), proven], SiteRole::Live));
        assert!(!is_behind(&[unknown], SiteRole::Live), "a payment of which nothing is known is none");
        assert!(!is_behind(&[], SiteRole::Live));
        // An order that is there is found, as `verify` lists it, though only a person says that it was paid.
        let said = Purchased { orders: vec!["9".to_owned()], ..purchase("a", &[Known::Attested; 2]) };
        let Proof::Behind { seen, .. } = proof(&[said, purchase("b", &[Known::Attested; 2])], SiteRole::Staging) else {
            panic!("both forms are said")
        };
        assert!(seen.ends_with("; 1 of the orders found on the site"), "{seen}");
    }

    #[test]
    fn what_moved_or_can_no_more_be_seen_denies_that_nobody_pressed() {
        let maintenance = |on| MigrationSignals { maintenance: on, ..MigrationSignals::default() };
        for (before, now) in [(None, None), (None, Some(false)), (Some(false), Some(false)), (Some(true), Some(true))] {
            assert_eq!(unmoved(&maintenance(before), &maintenance(now)), Ok(()), "{before:?} {now:?}");
        }
        for (before, now) in [(None, Some(true)), (Some(false), Some(true)), (Some(false), None), (Some(true), None)] {
            let denied = unmoved(&maintenance(before), &maintenance(now)).unwrap_err();
            assert!(denied.contains("maintenance mode"), "{before:?} {now:?}");
        }
        let trapped = |count| MigrationSignals { trapped: count, ..MigrationSignals::default() };
        assert_eq!(unmoved(&trapped(Some(3)), &trapped(Some(3))), Ok(()));
        for (before, now) in [(Some(0), Some(240)), (None, Some(1)), (Some(3), None)] {
            assert!(unmoved(&trapped(before), &trapped(now)).unwrap_err().contains("mail was held back"));
        }
    }
}
