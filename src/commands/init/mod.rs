//! `plan init`: a first plan from a site, with ten spot-check contacts, commented where a person has to decide.

mod draft;
mod next;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::Init;
use crate::failure::{Failure, exit};
use crate::fs::folder_of;
use crate::fs::{Folder, Readers};
use crate::model::drip::Drip;
use crate::model::plan::ContactRecord;
use crate::model::population::{ContactField, Questions};
use crate::model::text::many;
use crate::model::{Identity, Kind, Snapshot};
use crate::output::{contacts, escape};
use crate::population::{Chosen, Wish};
use crate::project::git::Books;
use crate::project::settings;
use crate::site;
use crate::site::wordpress::Address;
use crate::text::{MASK, addresses, without_secrets};

use super::contacts::not_written;
use super::{Terminal, members, schema, told_git, tracked, without_adapter};

/// How many spot-check contacts the vendor's guide asks for.
const CONTACTS: usize = 10;

/// What a form that charges again says of a payment that fails for good, as a stub.
const FAILED_PAYMENT: &str =
    "    # decide: failed_payment: {after_final_retry: revoke}  (revoke, cancel, stop or keep)";
/// What it says of whoever cancels or is refunded, as a stub.
const ACCESS_AFTER: &str =
    "    # decide: access_after: {cancellation: cancel, refund: revoke}  (revoke, cancel or stop)";

pub(super) fn run(args: &Init, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if args.out.symlink_metadata().is_ok() {
        return Err(Failure::exists(&args.out));
    }
    if let Some(live) = &args.live {
        Address::parse(live)?;
    }
    let Looked { snapshot, address, chosen, unknown, without, settings } = look(args)?;
    let writes_values = !chosen.is_empty();
    let are_orders_known = snapshot.header.is_captured("order");
    let records: Vec<(String, ContactRecord)> =
        chosen.iter().map(|one| (one.contact.key.clone(), one.record(&unknown, are_orders_known))).collect();
    let inline = args.inline_contacts && writes_values;
    let stem = args.out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let values = format!("private/{stem}.contacts.yaml");
    let draft = draft::Draft {
        snapshot: &snapshot,
        staging: (&address.address, address.is_said),
        live: args.live.as_deref(),
        contacts: &chosen,
        records: &records,
        values: (!inline).then_some(values.as_str()),
    };
    let folder = folder_of(&args.out);
    fs::create_dir_all(folder).map_err(|e| Failure::file("make", folder, &e))?;
    let folder = Folder::at(folder);
    // Before anything is written that git must not have.
    ignore(&folder)?;
    if !inline && writes_values {
        write_values(&folder, &values, &records)?;
    }
    told_git::keep_line_ends(&folder)?;
    schema::write_beside(&folder, terminal)?;
    let drafted = draft.text();
    // Nothing that opens something goes into a file that is committed.
    let text = without_secrets(&drafted);
    write(&folder, args.out.file_name().unwrap_or_default(), &text)?;
    tracked::attend_to_populations([&*args.site], &Books::default(), terminal)?;
    if !inline && writes_values {
        writeln!(
            terminal.notes(),
            "wrote {}, which {} ignores",
            escape::path(&folder.path(&values)),
            escape::path(&folder.path(".gitignore"))
        )?;
    }
    writeln!(
        terminal.notes(),
        "wrote {} from {}, with {}",
        escape::path(&args.out),
        escape::line(&snapshot.header.site.to_string()),
        many(chosen.len(), "spot-check contact")
    )?;
    secrets(args, &drafted, terminal)?;
    people(args, &text, terminal)?;
    if writes_values && let Some(unknown) = not_written(&unknown, are_orders_known) {
        writeln!(
            terminal.err,
            "of the contacts it is unknown: {unknown}; that is compared with nothing until you write it down, or take a reading that has it and run `plan \
             contacts record PLAN --site SITE`"
        )?;
    }
    if let Some(why) = without {
        writeln!(
            terminal.notes(),
            "no contacts could be chosen, as the members are unknown: {}; until they are read, add ten by hand under `spot_check`",
            escape::line(&why)
        )?;
    } else if chosen.is_empty() {
        writeln!(terminal.err, "the site has no member, so no contacts could be chosen")?;
    }
    without_adapter::attend_to(&snapshot, terminal)?;
    let lacking: Vec<&str> =
        Kind::ALL.iter().filter(|kind| !snapshot.list_grade(**kind).is_known()).map(|kind| kind.name()).collect();
    if !lacking.is_empty() {
        writeln!(
            terminal.err,
            "not captured, so nothing is known about: {}; in a site file that you write by hand, name each kind under `sections`, \
                and its members as `contact`, `order` and `subscription`",
            lacking.join(", ")
        )?;
    }
    for line in next::next(&args.out, (&args.site, &args.adapters.files), &settings) {
        writeln!(terminal.notes(), "{}", escape::line(&line))?;
    }
    Ok(exit::OK)
}

/// Says where the site holds a secret that the plan would have held: it is left out there.
fn secrets(args: &Init, drafted: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let lines = drafted.lines().enumerate().filter(|(_, line)| without_secrets(line) != *line);
    let lines: Vec<String> = lines.map(|(index, _)| (index + 1).to_string()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(
        terminal.err,
        "attention: the site holds a secret where {} of {} has `{MASK}` in its place ({}); before you commit the site file, take the \
            secret out of it, and if the file was committed, make a new secret where this one came from",
        if lines.len() == 1 { "one line" } else { "these lines" },
        escape::path(&args.out),
        lines.join(", ")
    )?;
    Ok(())
}

/// Says where the plan holds somebody's address: what the site calls or names with one can only be written as it is.
fn people(args: &Init, text: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    // Contacts that were asked for inline are meant to be there.
    let inline = text.find("\nspot_check:").zip(text.find("\nbackup:")).filter(|_| args.inline_contacts);
    let stretch = inline.map_or(0..0, |(from, to)| from..to);
    let mut found: Vec<usize> =
        addresses(text).filter(|at| !stretch.contains(&at.start)).map(|at| text[..at.start].lines().count()).collect();
    found.dedup();
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(usize::to_string).collect();
    writeln!(
        terminal.err,
        "attention: what looks like a person's address is in {} of {}: {}; before you commit the plan, remove it from the webhook \
            or the name on the site and run this again, or share the repository only with people who may see the address",
        if found.len() == 1 { "one line" } else { "these lines" },
        escape::path(&args.out),
        lines.join(", ")
    )?;
    Ok(())
}

/// The staging site's address.
struct Staging {
    address: String,
    /// Whether something says its scheme.
    is_said: bool,
}

/// What a first plan is made of.
struct Looked {
    snapshot: Snapshot,
    address: Staging,
    chosen: Vec<Chosen>,
    /// What nobody read of the contacts.
    unknown: BTreeSet<ContactField>,
    /// Why the members are unknown, where they are.
    without: Option<String>,
    /// The file of the settings by which it was read, or where one would be.
    settings: PathBuf,
}

/// Reads the site: its configuration, its address, and the contacts that the seed points to.
fn look(args: &Init) -> Result<Looked, Failure> {
    let settings = settings::of(&args.out)?.site;
    let through = members::through([&*args.site], &args.adapters.files, &settings)?;
    let settings = settings.file().to_owned();
    let mut site = site::open_with_members(&args.site, None, through.as_ref())?;
    let (snapshot, population) = site.with_everybody()?;
    let drips = snapshot.state.offerings.values().filter_map(Drip::of).collect();
    let without_orders = !snapshot.header.is_captured("order");
    let wish = Wish { seed: args.seed, count: CONTACTS, drips, without_orders, ..Wish::default() };
    let (chosen, unknown, without) = match population {
        Err(why) => (Vec::new(), BTreeSet::new(), Some(why)),
        Ok(population) => {
            let unknown = site::counted(population.as_ref(), &Questions::default())?.unknown;
            (site::choose(population.as_ref(), &wish)?, unknown, None)
        }
    };
    if args.site.contains("://") {
        let address = Staging { address: args.site.trim_end_matches('/').to_owned(), is_said: true };
        return Ok(Looked { snapshot, address, chosen, unknown, without, settings });
    }
    let here = &snapshot.header.site;
    let is_here = |address: &&String| Identity::parse(address).is_some_and(|named| named.is_same_site(here));
    let environment = snapshot.state.environment.as_ref();
    let own = environment.and_then(|is| is.home.set().into_iter().chain([&is.url]).find(is_here)).cloned();
    let typed = snapshot.header.address.as_ref().and_then(|typed| Address::parse(typed).ok());
    let typed = typed.filter(|typed| typed.identity().is_same_site(here)).map(|typed| typed.to_string());
    let address = match own.or(typed) {
        Some(address) => Staging { address, is_said: true },
        None => Staging { address: format!("https://{}", here.address()), is_said: false },
    };
    Ok(Looked { snapshot, address, chosen, unknown, without, settings })
}

fn write_values(folder: &Folder, name: &str, records: &[(String, ContactRecord)]) -> Result<(), Failure> {
    let failed = |act: &'static str, at: &str| {
        let path = folder.path(at);
        move |e: io::Error| Failure::file(act, &path, &e)
    };
    folder.make("private").map_err(failed("make", "private"))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    folder
        .open(name, &mut options)
        .and_then(|mut file| file.write_all(contacts::values(records, 0).as_bytes()))
        .map_err(failed("write", name))
}

/// Tells git to ignore what holds members: their values, a population, what a run keeps, a backup that is read.
fn ignore(folder: &Folder) -> Result<(), Failure> {
    told_git::add(
        folder,
        ".gitignore",
        &["private/", "*.population.ndjson*", ".plan/", "*.sql", "*.sql.gz", "*.sql.zst"],
    )
}

fn write(folder: &Folder, name: impl AsRef<Path>, text: &str) -> Result<(), Failure> {
    let path = folder.path(&name);
    folder.write(name, text, Readers::All).map_err(|e| Failure::file("write", &path, &e))
}
