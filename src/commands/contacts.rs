//! `plan contacts`: the spot-check contacts of a plan that is there: their values as the site has them, and others to choose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::{Contacts, ContactsVerb, OfContacts};
use crate::failure::{Failure, exit};
use crate::fs::{Folder, Readers};
use crate::model::drip::Drip;
use crate::model::not_read::NotRead;
use crate::model::plan::{ContactRecord, ContactValues};
use crate::model::population::{Census, ContactField, Questions};
use crate::model::text::many;
use crate::model::{Plan, Snapshot};
use crate::output::{contacts, escape};
use crate::population::{Chosen, Wish};
use crate::project::{Opened, Project};
use crate::site::{self, Population};

use super::everybody::everybody_at;
use super::kept_values::Kept;
use super::{Terminal, contacts_export, contacts_import, told_git, tracked};

/// How many spot-check contacts the vendor's guide asks for.
const CONTACTS: usize = 10;

pub(super) fn run(args: &Contacts, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match &args.verb {
        ContactsVerb::Record { of } => record(of, terminal),
        ContactsVerb::Export(args) => contacts_export::run(args, terminal),
        ContactsVerb::Import(args) => contacts_import::run(args, terminal),
        ContactsVerb::Suggest { of, count, seed } => suggest(of, (count.map(usize::from), *seed), terminal),
    }
}

/// A plan, and the site whose contacts it lists, which must be one of the plan's two, with everybody there.
struct Whole {
    opened: Opened,
    snapshot: Snapshot,
    population: Box<dyn Population>,
}

fn opened(of: &OfContacts) -> Result<Whole, Failure> {
    let opened = Project::new(&of.plan, of.limits.into()).open()?;
    let (snapshot, population) = everybody_at(&of.site, of, &opened)?;
    Ok(Whole { opened, snapshot, population })
}

/// Writes the values of the contacts that are listed.
fn record(of: &OfContacts, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Whole { opened, snapshot, population } = opened(of)?;
    tracked::attend_to_populations([&*of.site], &opened.git, terminal)?;
    let plan = &opened.plan;
    let file = values_file(of, plan)?;
    ensure_before(&snapshot)?;
    let Census { contacts: mut found, unknown, .. } = site::counted(population.as_ref(), &Questions::of(plan))?;
    let missing: Vec<String> = plan.spot_check.list.keys().filter(|id| !found.contains_key(*id)).cloned().collect();
    if !missing.is_empty() {
        let ids: Vec<String> = missing.iter().map(|id| format!("`{}`", escape::line(id))).collect();
        let message = format!("the site has no contact {}, so nothing was written", ids.join(", "));
        return Err(Failure::new(exit::NOT_GREEN, message).help(format!(
            "correct the IDs under `spot_check/list`; others are proposed by `plan contacts suggest {} --site {}`",
            escape::shell(&of.plan.display().to_string()),
            escape::shell(&of.site)
        )));
    }
    let listed = plan.spot_check.list.keys().filter_map(|id| found.remove(id));
    let chosen: Vec<Chosen> = listed.map(|(contact, orders)| Chosen { contact, orders, reasons: Vec::new() }).collect();
    let are_orders_known = snapshot.header.is_captured("order");
    let before = opened.contacts.values.clone().unwrap_or_default();
    let record = |one: &Chosen| {
        let key = one.contact.key.clone();
        let read = one.record(&unknown, are_orders_known);
        let record = before.get(&key).map_or(read.clone(), |known| with_what_was_known(read, known));
        (key, record)
    };
    let records: Vec<(String, ContactRecord)> = chosen.iter().map(record).collect();
    let folder = Folder::of(&of.plan);
    let kept = Kept::of(&folder, file, &opened)?;
    write(&folder, file, &kept.with(&contacts::values(&records, 0)))?;
    let differs = |(key, record): &&(String, ContactRecord)| before.get(key).is_some_and(|known| !is(known, record));
    let (new, changed) =
        (records.iter().filter(|(key, _)| !before.contains_key(key)).count(), records.iter().filter(differs).count());
    writeln!(
        terminal.notes(),
        "wrote {}: {}, {new} of them new, {changed} with other values than before",
        escape::path(&of.plan.with_file_name(file)),
        many(chosen.len(), "contact")
    )?;
    if let Some(unknown) = not_written(&unknown, are_orders_known) {
        writeln!(
            terminal.err,
            "of the site's contacts it is unknown: {unknown}; what was known of that before is kept, and the rest is compared with nothing until you \
             write it down, as in docs/plan-file.md, *The contacts' values*"
        )?;
    }
    if kept.others() > 0 {
        writeln!(
            terminal.notes(),
            "the values of {} that the plan does not list were kept",
            many(kept.others(), "contact")
        )?;
    }
    tracked::attend_to_values(&folder.path(file), &chosen, &opened.git, terminal)?;
    Ok(exit::OK)
}

/// What of contacts nobody read, in words; none where all is known.
pub(super) fn not_written(unknown: &BTreeSet<ContactField>, are_orders_known: bool) -> Option<String> {
    let orders = (!are_orders_known).then_some("orders");
    let names: Vec<&str> = unknown.iter().map(|field| field.name()).chain(orders).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// With what was written down before in the place of what this reading does not have.
fn with_what_was_known(mut read: ContactRecord, before: &ContactRecord) -> ContactRecord {
    let or_before = |now: Option<String>, before: &Option<String>| now.or_else(|| before.clone());
    read.first_name = or_before(read.first_name, &before.first_name);
    read.last_name = or_before(read.last_name, &before.last_name);
    read.tags = read.tags.or_else(|| before.tags.clone());
    if read.unknown.contains(&NotRead::Affiliate) && !before.unknown.contains(&NotRead::Affiliate) {
        read.affiliate.clone_from(&before.affiliate);
        read.unknown.remove(&NotRead::Affiliate);
    }
    if read.unknown.contains(&NotRead::Orders) && !before.unknown.contains(&NotRead::Orders) {
        read.orders.clone_from(&before.orders);
        read.unknown.remove(&NotRead::Orders);
    }
    read
}

/// Whether what was recorded is what is recorded now, but for affiliate and orders.
fn is(known: &ContactRecord, now: &ContactRecord) -> bool {
    let of = |record: &ContactRecord| {
        (record.first_name.clone(), record.last_name.clone(), record.email.clone(), record.tags.clone())
    };
    of(known) == of(now)
}

/// The file that the plan names for the values.
fn values_file<'p>(of: &OfContacts, plan: &'p Plan) -> Result<&'p str, Failure> {
    if plan.spot_check.list.is_empty() {
        let (plan, site) = (escape::shell(&of.plan.display().to_string()), escape::shell(&of.site));
        return Err(Failure::new(exit::USAGE, "the plan lists no contacts under `spot_check/list`")
            .help(format!("some are proposed by `plan contacts suggest {plan} --site {site}`")));
    }
    let stem = of.plan.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let help = format!("write `values: private/{stem}.contacts.yaml` under `spot_check`, a file that git ignores");
    match &plan.spot_check.values {
        Some(ContactValues::File(name)) => Ok(name),
        Some(ContactValues::Inline(_)) => {
            Err(Failure::new(exit::USAGE, "the plan holds the contacts' values itself, and it is not rewritten")
                .help(help))
        }
        None => Err(Failure::new(exit::USAGE, "the plan names no file for the contacts' values").help(help)),
    }
}

/// What is recorded after the migration would be compared with itself.
fn ensure_before(snapshot: &Snapshot) -> Result<(), Failure> {
    let managed = snapshot.state.crm.as_ref().and_then(|crm| crm.managed.set().copied());
    if managed != Some(true) {
        return Ok(());
    }
    let message =
        "the site is on Managed Contacts already, and values that are recorded now would be compared with themselves";
    Err(Failure::new(exit::USAGE, message).help("give a reading from before *Run Migration*"))
}

fn write(folder: &Folder, name: &str, text: &str) -> Result<(), Failure> {
    let failed = |act: &'static str| move |e: std::io::Error| Failure::file(act, &folder.path(name), &e);
    let parent = Path::new(name).parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        folder.make(parent).map_err(failed("make the folder of"))?;
    }
    let ignored = parent.map_or_else(|| name.to_owned(), |parent| format!("{}/", parent.display()));
    told_git::add(folder, ".gitignore", &[&ignored])?;
    folder.write(name, text, Readers::Owner).map_err(failed("write"))
}

/// Proposes contacts that the plan does not list.
fn suggest(of: &OfContacts, (count, seed): (Option<usize>, u64), terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Whole { opened, snapshot, population } = opened(of)?;
    tracked::attend_to_populations([&*of.site], &opened.git, terminal)?;
    let list: &BTreeMap<String, String> = &opened.plan.spot_check.list;
    let drips = snapshot.state.offerings.values().filter_map(Drip::of).collect();
    let count = count.unwrap_or(CONTACTS.saturating_sub(list.len()).max(1));
    let without_orders = !snapshot.header.is_captured("order");
    let wish = Wish { seed, count, drips, without: list.keys().cloned().collect(), without_orders };
    let chosen = site::choose(population.as_ref(), &wish)?;
    if chosen.is_empty() {
        writeln!(terminal.notes(), "the plan lists every contact that the site has")?;
        return Ok(exit::OK);
    }
    write!(terminal.out, "# add to `spot_check/list`\n{}", contacts::reasons(&chosen, 4))?;
    writeln!(
        terminal.notes(),
        "then write down their values: plan contacts record {} --site {}",
        escape::shell(&of.plan.display().to_string()),
        escape::shell(&of.site)
    )?;
    Ok(exit::OK)
}
