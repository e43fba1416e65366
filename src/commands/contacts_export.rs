//! `plan contacts export`: everybody at a site as a CSV, for the way back to a CRM.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::Path;

use csv::{Terminator, WriterBuilder};
use jiff::Timestamp;

use crate::cli::ExportContacts;
use crate::failure::{Failure, exit};
use crate::model::population::{Census, ContactField, Questions};
use crate::model::text::many;
use crate::output::escape;
use crate::population::{Allowance, Damage, Record, contacts};
use crate::project::{Opened, Project};
use crate::site::{self, Population, SiteError, disk};
use crate::survey::written;

use super::everybody::everybody_at;
use super::new_file::ensure_new;
use super::{Terminal, tracked};

/// How many bytes the IDs of an earlier reading may take: of four million contacts.
const MOST: u64 = 640 << 20;

/// What stands above the columns that every reading has.
const ALWAYS: [&str; 2] = ["contact_id", "email"];

/// The fields that a reading may lack, in the order of their columns.
const FIELDS: [ContactField; 3] = [ContactField::FirstName, ContactField::LastName, ContactField::Tags];

pub(super) fn run(args: &ExportContacts, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    ensure_new(&args.out, terminal)?;
    let opened = Project::new(&args.of.plan, args.of.limits.into()).open()?;
    let (_, population) = everybody_at(&args.of.site, &args.of, &opened)?;
    let earlier = args.joined_since.as_deref().map(|name| earlier(name, population.taken_at(), args, &opened));
    let earlier = earlier.transpose()?;
    let sites = [Some(&*args.of.site), args.joined_since.as_deref()];
    tracked::attend_to_populations(sites.into_iter().flatten(), &opened.git, terminal)?;
    let Census { unknown, tags, .. } = site::counted(population.as_ref(), &Questions::default())?;
    let separator = separator(args.separator.as_deref(), tags.keys())?;
    let known: Vec<ContactField> = FIELDS.into_iter().filter(|field| !unknown.contains(field)).collect();
    let rows = Rows { known: &known, earlier: earlier.as_ref(), separator };
    let done = disk::replace_by_stream(&args.out, |out| rows.write(population.as_ref(), &args.out, out))?;
    let joined = match &earlier {
        Some(_) => format!(", {} of them joined since", done.joined),
        None => String::new(),
    };
    writeln!(
        terminal.notes(),
        "wrote {}: {}{joined}; it holds everybody's address: keep it out of every repository, and delete it once it is imported",
        escape::path(&args.out),
        many(done.contacts, "contact")
    )?;
    tracked::attend_to_export(&args.out, &opened.git, terminal)?;
    said(&done, &unknown, terminal)?;
    if known.contains(&ContactField::Tags) && (args.separator.is_none() && separator != BETWEEN[0]) {
        writeln!(
            terminal.err,
            "attention: `{separator}` stands between tags, as one of them has a comma in its name: say so to the CRM's import, or name another with \
             `--separator TEXT`"
        )?;
    }
    writeln!(
        terminal.notes(),
        "the vendor's list has two columns more, which no reading shows: `customer_id` and `user_registered`; a CSV export of the site's users has them"
    )?;
    Ok(exit::OK)
}

/// What is worth a look before the file is imported.
fn said(done: &Done, unknown: &BTreeSet<ContactField>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    for field in FIELDS.iter().filter(|field| unknown.contains(field)) {
        writeln!(
            terminal.err,
            "attention: it has no column `{}`, as the reading does not show it; that it is not there says nothing of anybody",
            field.key()
        )?;
    }
    if done.without_address > 0 {
        writeln!(
            terminal.err,
            "attention: {} no e-mail address, by which a CRM knows a contact",
            if done.without_address == 1 {
                "one contact has".to_owned()
            } else {
                format!("{} contacts have", done.without_address)
            }
        )?;
    }
    if done.changed > 0 {
        writeln!(
            terminal.err,
            "attention: {} written otherwise than the site has it, as a spreadsheet would run it or nobody would see it: with `'` in front, or spelt \
             out (`\\u{{200b}}`)",
            if done.changed == 1 { "one value is".to_owned() } else { format!("{} values are each", done.changed) }
        )?;
    }
    Ok(())
}

/// What stands between tags where the command line says nothing: the first that is part of none.
const BETWEEN: [&str; 4] = [",", ";", "|", "*/*"];

/// What stands between tags.
fn separator<'s>(said: Option<&'s str>, tags: impl Iterator<Item = &'s String> + Clone) -> Result<&'s str, Failure> {
    let inside = |text: &str| tags.clone().find(|tag| tag.contains(text));
    let Some(said) = said else {
        let failure = || {
            let all = BETWEEN.map(|text| format!("`{text}`")).join(", ");
            Failure::new(exit::USAGE, format!("each of {all} is part of a tag's own name"))
                .help("name with `--separator TEXT` what stands in no tag, and say the same to the CRM's import")
        };
        return BETWEEN.into_iter().find(|text| inside(text).is_none()).ok_or_else(failure);
    };
    inside(said).map_or(Ok(said), |tag| {
        let message = format!(
            "the tag `{}` has `{}` in its own name, so a CRM takes it for two",
            escape::line(tag),
            escape::line(said)
        );
        Err(Failure::new(exit::USAGE, message)
            .help("name with `--separator TEXT` what stands in no tag, and say the same to the CRM's import"))
    })
}

/// The IDs of an earlier reading.
fn earlier(
    name: &str,
    read_at: Option<Timestamp>,
    args: &ExportContacts,
    opened: &Opened,
) -> Result<HashSet<String>, Failure> {
    let (_, population) = everybody_at(name, &args.of, opened)?;
    if let (Some(before), Some(now)) = (population.taken_at(), read_at)
        && before >= now
    {
        let message =
            format!("`--joined-since` was read at {before}, which is not before {now}, when the contacts were read");
        return Err(Failure::new(exit::USAGE, message)
            .help("name the earlier reading with `--joined-since`, and the later one with `--site`"));
    }
    let (mut ids, mut room) = (HashSet::new(), Allowance::new(MOST, "the IDs of the earlier reading"));
    let read = contacts(population.open()?, |contact| {
        room.keep([&*contact.key])?;
        ids.insert(contact.key.to_string());
        Ok(())
    });
    population.belongs(&read.map_err(|damage| population.damaged(damage))?)?;
    Ok(ids)
}

/// How the rows are made.
struct Rows<'r> {
    known: &'r [ContactField],
    earlier: Option<&'r HashSet<String>>,
    separator: &'r str,
}

/// What was written.
#[derive(Default)]
struct Done {
    contacts: usize,
    joined: usize,
    without_address: usize,
    /// Values that stand otherwise in the file than on the site.
    changed: usize,
}

impl Rows<'_> {
    /// Writes a row for each contact.
    fn write(&self, population: &dyn Population, path: &Path, out: &mut dyn Write) -> Result<Done, SiteError> {
        let mut sheet = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        let head = ALWAYS.into_iter().chain(self.known.iter().map(|field| field.key()));
        let head: Vec<&str> = head.chain(["has_user"]).chain(self.earlier.map(|_| "joined_since")).collect();
        let mut done = Done::default();
        // What cannot be written is the new file's fault, and what cannot be read the population's.
        let mut failed = None;
        let read = population.open().map(|reader| {
            let mut put =
                |cells: &[String]| sheet.write_record(cells).map_err(|error| failed = Some(io::Error::from(error)));
            put(&head.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map_err(|()| stopped())?;
            contacts(reader, |contact| put(&self.row(contact, &mut done)?).map_err(|()| stopped()))
        })?;
        let failed = failed.or_else(|| sheet.flush().err());
        if let Some(error) = failed {
            return Err(disk::unwritten(path, Damage::Read(error)));
        }
        let digest = read.map_err(|damage| population.damaged(damage))?;
        population.belongs(&digest)?;
        Ok(done)
    }

    fn row(&self, contact: &Record<'_>, done: &mut Done) -> Result<Vec<String>, Damage> {
        let is_new = self.earlier.is_some_and(|ids| !ids.contains(&*contact.key));
        done.contacts += 1;
        done.joined += usize::from(is_new);
        done.without_address += usize::from(contact.email.trim().is_empty());
        let mut cells = vec![contact.key.to_string(), contact.email.to_string()];
        for field in self.known {
            cells.push(match field {
                ContactField::FirstName => contact.first_name.to_string(),
                ContactField::LastName => contact.last_name.to_string(),
                _ => self.tags(contact)?,
            });
        }
        for cell in &mut cells {
            let shown = written(cell);
            done.changed += usize::from(shown != *cell);
            *cell = shown;
        }
        let yes_or_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
        cells.push(yes_or_no(contact.kind == "contact"));
        cells.extend(self.earlier.map(|_| yes_or_no(is_new)));
        Ok(cells)
    }

    /// The tags of a contact in one cell, which the CRM takes apart again.
    fn tags(&self, contact: &Record<'_>) -> Result<String, Damage> {
        if !contact.tags.are_known() {
            let what = format!(
                "the tags of {} were not captured, and an empty cell would say that there are none",
                contact.shown()
            );
            return Err(Damage::at(contact.line, what));
        }
        let tags: Vec<&str> = contact.tags.iter().map(AsRef::as_ref).collect();
        // A census counts the tags of members alone.
        if tags.iter().any(|tag| tag.contains(self.separator)) {
            let what = format!("a tag of {} has in its name what is to stand between tags", contact.shown());
            return Err(Damage::at(contact.line, what).help("name with `--separator TEXT` what stands in no tag"));
        }
        Ok(tags.join(self.separator))
    }
}

/// Why the reading ends where a row could not be written; that itself is kept beside it.
fn stopped() -> Damage {
    Damage::whole("a row could not be written")
}
