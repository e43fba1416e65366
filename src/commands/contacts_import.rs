//! `plan contacts import`: a population out of the exports that CRMs and sites have.

use std::io::BufRead;
use std::path::Path;

use jiff::Timestamp;

use crate::cli::ImportContacts;
use crate::exports::{
    self, Columns, Faults, Rows, Taken, Users, open_mapping, take_contacts, take_orders, take_subscriptions,
};
use crate::failure::{Failure, exit};
use crate::fs::{self, temporary};
use crate::model::mapping::Mapping;
use crate::model::population::Opening;
use crate::model::snapshot::{Capture, FORMAT, PopulationDigest};
use crate::model::text::many;
use crate::model::{Header, How, Identity, Snapshot, State};
use crate::output::escape;
use crate::population::{Complaints, Damage, Unordered};
use crate::project::git::Books;
use crate::site::snapshot_file::SnapshotFile;
use crate::site::wordpress::Address;
use crate::site::{disk, file};

use super::new_file::ensure_new;
use super::record::said::time;
use super::{Terminal, tracked};

/// Most bytes of a mapping.
const LONGEST: u64 = 1 << 20;

/// How the name of a population ends.
const POPULATION: &str = ".population.ndjson";

pub(super) fn run(args: &ImportContacts, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let is_alone = args.out.file_name().is_some_and(|name| name.to_string_lossy().contains(POPULATION));
    let population = if is_alone { args.out.clone() } else { disk::named_population(&args.out) };
    if let Some(there) = [&args.out, &population].into_iter().find(|new| new.symlink_metadata().is_ok()) {
        return Err(Failure::exists(there));
    }
    let site = Address::parse(&args.host)?.identity();
    let taken_at = exported_at(&args.taken_at)?;
    let mapping = args.mapping.as_deref().map_or_else(|| Ok(Mapping::default()), read_mapping)?;
    let read = read(args, &mapping, terminal)?;
    ensure_new(&args.out, terminal)?;
    let opening = Opening { format: FORMAT.to_owned(), site, taken_at, unknown: read.columns.unknown() };
    let digest = write(&population, &opening, read.all)?;
    writeln!(terminal.notes(), "wrote {}", escape::path(&population))?;
    let git = Books::default();
    if is_alone {
        tracked::attend_to_population(&population, &git, terminal)?;
    } else {
        let saved = file::save_text(&args.out, &configuration(args, &opening, &digest));
        if let Err(error) = saved {
            // A population belongs to its site's file.
            file::remove(&population)?;
            return Err(error.into());
        }
        writeln!(terminal.notes(), "wrote {}", escape::path(&args.out))?;
        tracked::attend_to_populations([&*args.out.to_string_lossy()], &git, terminal)?;
    }
    for file in [Some(&args.file), args.users.as_ref(), args.orders.as_ref(), args.subscriptions.as_ref()] {
        file.map_or(Ok(()), |file| tracked::attend_to_export(file, &git, terminal))?;
    }
    said(&opening, &digest, (&read.columns, &read.taken), terminal)?;
    if args.users.is_none() {
        writeln!(
            terminal.notes(),
            "every row counts as a member of the site: where contacts without a user are among them, name the site's users with `--users FILE`"
        )?;
    }
    if is_alone {
        writeln!(
            terminal.notes(),
            "next: name `contact` under `sections` of its site file, as {{\"how\":\"manual\"}}, then run `plan snapshot finalize FILE`"
        )?;
    }
    writeln!(terminal.notes(), "as a recording it counts as recorded: nothing here shows who exported it")?;
    Ok(exit::OK)
}

/// When it was exported, as a reading has it.
fn exported_at(text: &str) -> Result<String, Failure> {
    let at = time(text)?;
    if at > Timestamp::now() {
        let failure = Failure::new(exit::USAGE, format!("`--taken-at {at}` is in the future"));
        return Err(failure.help("say when the export was made"));
    }
    Ok(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let bytes = fs::read(path, LONGEST).map_err(|error| Failure::file("read", path, &error))?;
    let opened = open_mapping(&path.display().to_string(), bytes);
    if let Some(mapping) = opened.mapping {
        return Ok(mapping);
    }
    let lines = opened.findings.iter().map(|finding| {
        let start = opened.sources.spot(&finding.primary.place).start;
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{}:{}: {}{help}", path.display(), start.line, start.column, finding.message)
    });
    let mut failure = Failure::new(exit::COULD_NOT_RUN, "the mapping cannot be used, so nothing was written");
    failure.details = lines.take(10).collect();
    Err(failure.help("`plan schema mapping` prints its form"))
}

/// What was read of all files.
struct Read {
    all: Unordered,
    columns: Columns,
    taken: Taken,
}

fn read(args: &ImportContacts, mapping: &Mapping, terminal: &mut Terminal<'_>) -> Result<Read, Failure> {
    let mut all = Unordered::new(Box::new(|| Ok(Box::new(temporary()?))));
    let users = match &args.users {
        Some(path) => {
            let mut rows = open(path, args)?;
            let (users, faults) = Users::read(&mut rows, mapping).map_err(|damage| disk::damaged(path, damage))?;
            ensure_right(path, &faults)?;
            attend_to_end(path, &rows, terminal)?;
            Some(users)
        }
        None => None,
    };
    let path = &args.file;
    let damaged = |damage: Damage| disk::damaged(path, damage);
    let mut rows = open(path, args)?;
    let columns = Columns::of(&rows, args.from, &mapping.contacts).map_err(damaged)?;
    let how = (args.from, &mapping.contacts, users.as_ref());
    let taken = take_contacts(&mut rows, &columns, how, &mut all).map_err(damaged)?;
    ensure_right(path, &taken.faults)?;
    if let Some([blank, none]) = taken.mixed {
        let message = format!(
            "`{}`, line {blank}: a comma between tags has a blank after it, and in line {none} it has none, so a comma may be part of a \
             tag; nothing was written",
            path.display()
        );
        return Err(Failure::new(exit::COULD_NOT_RUN, message).help(
            "say in a mapping what separates tags, `contacts: {tags: {separator: \",\"}}`, and under `whole` which tags have a comma in \
             their name",
        ));
    }
    if taken.contacts + taken.without_user == 0 {
        // Where nobody was, nobody can be missed afterwards.
        let damage = Damage::whole("it holds no contact").help(match taken.users_only {
            0 => "export it again: under its headers there is no row",
            _ => "no user has a contact ID in the column that is taken for it: look whether it is the right one",
        });
        return Err(damaged(damage).into());
    }
    attend_to_end(path, &rows, terminal)?;
    if let Some(path) = &args.orders {
        let said = mapping.orders.as_ref().ok_or_else(|| not_mapped("orders"))?;
        let mut rows = open(path, args)?;
        let (_, faults) = take_orders(&mut rows, said, &mut all).map_err(|damage| disk::damaged(path, damage))?;
        ensure_right(path, &faults)?;
        attend_to_end(path, &rows, terminal)?;
    }
    if let Some(path) = &args.subscriptions {
        let said = mapping.subscriptions.as_ref().ok_or_else(|| not_mapped("subscriptions"))?;
        let mut rows = open(path, args)?;
        let (_, faults) =
            take_subscriptions(&mut rows, said, &mut all).map_err(|damage| disk::damaged(path, damage))?;
        ensure_right(path, &faults)?;
        attend_to_end(path, &rows, terminal)?;
    }
    Ok(Read { all, columns, taken })
}

fn open(path: &Path, args: &ImportContacts) -> Result<Rows<Box<dyn BufRead + Send>>, Failure> {
    Ok(Rows::open(disk::open(path)?, args.encoding).map_err(|damage| disk::damaged(path, damage))?)
}

fn not_mapped(what: &str) -> Failure {
    Failure::new(exit::USAGE, format!("the mapping does not say which column of the {what} is what"))
        .help(format!("name them under `{what}`; `plan schema mapping` prints the form"))
}

/// Refuses a file in which something is wrong with a row.
fn ensure_right(path: &Path, faults: &Faults) -> Result<(), Failure> {
    if faults.count() == 0 {
        return Ok(());
    }
    let rows = many(usize::try_from(faults.count()).unwrap_or(usize::MAX), "row");
    let message = format!("`{}`: {rows} cannot be taken, so nothing was written", path.display());
    let mut failure = Failure::new(exit::COULD_NOT_RUN, message).help(faults.help());
    failure.details = faults.lines();
    Err(failure)
}

/// Says where a file that was cut off would look the same.
fn attend_to_end<R: BufRead>(path: &Path, rows: &Rows<R>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if rows.ends_a_line() {
        return Ok(());
    }
    Ok(writeln!(
        terminal.err,
        "attention: the last line of {} has no line end: some programs write so, and a download that broke off looks the same; compare \
         the number of rows with what the export says",
        escape::path(path)
    )?)
}

fn write(population: &Path, opening: &Opening, all: Unordered) -> Result<PopulationDigest, Failure> {
    let twice = |kind: &str, lines| {
        let kind = if kind.starts_with("contact") { "contact" } else { kind };
        Some(exports::twice(kind, lines))
    };
    let alike = "no export of these systems has such IDs: look whether the right column is taken for the ID";
    let complaints = Complaints { twice: &twice, alike };
    Ok(disk::replace_by_stream(population, |out| {
        let written = all.ordered().and_then(|all| all.write(opening, |_| true, &complaints, out));
        written.map_err(|damage| disk::unwritten(population, damage))
    })?)
}

/// The site's file: nothing but how its members were captured.
fn configuration(args: &ImportContacts, opening: &Opening, digest: &PopulationDigest) -> String {
    let not_given = |what: &str| Capture::Missing(format!("no file of {what} was given to the import"));
    let manual = Capture::How(How::Manual);
    let without_user = match args.users {
        Some(_) => manual.clone(),
        None => Capture::Missing("the export does not say which contacts have a user on the site".to_owned()),
    };
    let orders = if args.orders.is_some() { manual.clone() } else { not_given("orders") };
    let subscriptions = if args.subscriptions.is_some() { manual.clone() } else { not_given("subscriptions") };
    let sections = [
        ("contact", manual),
        ("contact-without-user", without_user),
        ("order", orders),
        ("subscription", subscriptions),
    ];
    let header = Header {
        format: FORMAT.to_owned(),
        site: opening.site.clone(),
        address: Address::parse(&args.host).ok().map(|address| address.to_string()),
        collector: format!("export from {}", args.from.name()),
        collector_version: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: opening.taken_at.clone(),
        sections: sections.into_iter().map(|(kind, capture)| (kind.to_owned(), capture)).collect(),
    };
    SnapshotFile::new(Snapshot::new(header, State::default(), Some(digest.clone()))).text()
}

/// What was taken, what is unknown, and what is worth a look.
fn said(
    opening: &Opening,
    digest: &PopulationDigest,
    (columns, taken): (&Columns, &Taken),
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let site: &Identity = &opening.site;
    for (kind, count) in &digest.counts {
        writeln!(terminal.out, "{}", many(usize::try_from(*count).unwrap_or(usize::MAX), kind))?;
    }
    writeln!(terminal.out, "of {} at {}", escape::line(&site.to_string()), escape::line(&opening.taken_at))?;
    for field in &opening.unknown {
        writeln!(terminal.out, "contact `{}` unknown: no column is taken for it", field.key())?;
    }
    if let Some(header) = &columns.tag_ids {
        writeln!(
            terminal.out,
            "the column `{}` holds IDs of tags, and no names: export the tags' names too",
            escape::line(header)
        )?;
    }
    if !columns.not_taken.is_empty() {
        writeln!(terminal.out, "not taken: {}", escape::line(&columns.others()))?;
    }
    if taken.users_only > 0 {
        writeln!(terminal.out, "without a contact ID, and so no contacts: {}", many(count(taken.users_only), "user"))?;
    }
    if taken.leading_zeros > 0 {
        writeln!(
            terminal.out,
            "{} with a zero in front, kept as they stand",
            many(count(taken.leading_zeros), "contact ID")
        )?;
    }
    if taken.prefixed > 0 {
        writeln!(
            terminal.err,
            "attention: {} as if a category stood before the name (`Category -> Tag`), and were taken as they are; if the site has them \
             without it, say so in a mapping: `contacts: {{tags: {{category: \" -> \"}}}}`",
            if taken.prefixed == 1 {
                "one tag of a contact looks".to_owned()
            } else {
                format!("{} tags of contacts look", taken.prefixed)
            }
        )?;
    }
    if taken.splits_at_commas {
        writeln!(
            terminal.err,
            "tags were separated at commas: one with a comma in its name is taken for two, unless a mapping names it (`contacts: {{tags: \
             {{whole: [\"…\"]}}}}`)"
        )?;
    }
    Ok(())
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
