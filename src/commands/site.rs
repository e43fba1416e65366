//! `plan site`: what the collector gives of a site, into a file; and an inventory, printed.

mod connect;
mod doctor;

use std::io::{self, BufRead, BufReader, Seek as _, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::adapter::map::{Inventory, draft};
use crate::capture::InventoryReader;
use crate::cli::{Site, SiteVerb};
use crate::failure::{Failure, exit};
use crate::fs::temporary;
use crate::output::{escape, inventory};
use crate::population::Damage;
use crate::project::git::Books;
use crate::site::file::save_text;
use crate::site::wordpress::{Address, Collected, Given, Limits, WordPress};
use crate::site::{SiteError, disk};

use crate::trust::note_capture;

use super::adapter::with_own;
use super::new_file::ensure_new;
use super::{Terminal, ask, progress, removed, tracked};

pub(super) fn run(args: &Site, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match &args.verb {
        SiteVerb::Inventory { site, out } if site.contains("://") => inventory_of(site, out.as_deref(), terminal),
        SiteVerb::Inventory { out: Some(_), .. } => {
            Err(Failure::new(exit::USAGE, "`--out` is for a site at an address: this inventory is in a file already"))
        }
        SiteVerb::Inventory { site, out: None } => show_file(Path::new(site), terminal),
        SiteVerb::Map { site, adapter, out } => map(site, adapter, out.as_deref(), terminal),
        SiteVerb::Capture { site, out } => capture(site, out, terminal),
        SiteVerb::Removed { site } => removed::run(site, terminal),
        SiteVerb::Ask { way, plan, adapter, out } => {
            ask::run(*way, plan.as_deref(), (adapter, out.as_deref()), terminal)
        }
        SiteVerb::Connect { site } => connect::connect(site, terminal),
        SiteVerb::Disconnect { site } => connect::disconnect(site, terminal),
        SiteVerb::Doctor { site, format } => doctor::run(site, *format, terminal),
    }
}

fn connect(site: &str, terminal: &mut Terminal<'_>) -> Result<WordPress, Failure> {
    let address = Address::parse(site)?;
    let login = connect::login(&address, terminal)?;
    let from = WordPress::connect_within(address, login.clone(), Timestamp::now, Limits::of_collecting())?;
    connect::note(&login);
    Ok(from)
}

/// Says on a terminal how much has come, while it comes.
fn shown_while<T>(read: impl FnOnce(&mut dyn FnMut(u64)) -> Result<T, SiteError>) -> Result<T, Failure> {
    let drawn = progress::drawn("the site");
    let read = read(&mut |bytes| drawn(bytes));
    drawn(0);
    Ok(read?)
}

fn capture(site: &str, out: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    ensure_new(out, terminal)?;
    let mut from = connect(site, terminal)?;
    let collected = shown_while(|came| from.collect_into_file(Given::Capture, out, came))?;
    note_capture(&collected.digest, Timestamp::now())?;
    wrote(out, &collected, terminal)?;
    tracked::attend_to_capture(out, &Books::default(), terminal)?;
    writeln!(
        terminal.notes(),
        "next: make a site file of it: `plan snapshot from-capture {} --out NAME.site.ndjson`; where the site has its own adapter, name it with `--adapter`",
        escape::shell(&out.display().to_string())
    )?;
    Ok(exit::OK)
}

fn inventory_of(site: &str, out: Option<&Path>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Some(out) = out else {
        let (name, lines) = inventory_now(site, terminal)?;
        return show(name, lines, terminal);
    };
    ensure_new(out, terminal)?;
    let mut from = connect(site, terminal)?;
    let collected = shown_while(|came| from.collect_into_file(Given::Inventory, out, came))?;
    wrote(out, &collected, terminal)?;
    attention(out, disk::open(out)?, &mut io::sink(), terminal.err)?;
    let file = escape::shell(&out.display().to_string());
    writeln!(
        terminal.notes(),
        "next: look through it before you give it to anybody: `plan site inventory {file}` shows it"
    )?;
    Ok(exit::OK)
}

/// An inventory of a site as it is now, in a file without a name, and what messages call that.
fn inventory_now(site: &str, terminal: &mut Terminal<'_>) -> Result<(&'static Path, Box<dyn BufRead + Send>), Failure> {
    let name = Path::new("a temporary file");
    let mut file = temporary().map_err(|error| Failure::file("write", name, &error))?;
    let mut from = connect(site, terminal)?;
    shown_while(|came| from.collect(Given::Inventory, (name, &mut file), came))?;
    file.rewind().map_err(|error| Failure::file("read", name, &error))?;
    Ok((name, Box::new(BufReader::new(file))))
}

fn wrote(out: &Path, collected: &Collected, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let at = escape::line(&collected.header.taken_at);
    Ok(writeln!(terminal.notes(), "wrote {}: the site at {at}, SHA-256 {}", escape::path(out), &collected.digest)?)
}

/// Shows an inventory once it was read to its end: what is cut or changed shows nothing.
fn show_file(path: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    Given::Inventory.check(disk::open(path)?).map_err(|damage| disk::damaged(path, damage))?;
    show(path, disk::open(path)?, terminal)
}

fn show(path: &Path, lines: impl BufRead, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    attention(path, lines, terminal.out, terminal.err)?;
    Ok(exit::OK)
}

/// Shows an inventory, and says what whoever means to send it should know.
fn attention(path: &Path, lines: impl BufRead, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let damaged = |damage: Damage| disk::damaged(path, damage);
    let mut reader = InventoryReader::open(lines).map_err(damaged)?;
    let mut shown = inventory::Shown::begin(reader.header(), out)?;
    while let Some(entry) = reader.next().map_err(damaged)? {
        shown.entry(&entry, out)?;
    }
    if let Some(line) = shown.attention() {
        writeln!(err, "{line}")?;
    }
    Ok(())
}

/// Writes a first adapter, and shows what each guess would read.
fn map(site: &str, adapters: &[PathBuf], out: Option<&Path>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = out {
        ensure_new(out, terminal)?;
    }
    let set = with_own(adapters)?;
    let (name, file) = match site.contains("://") {
        true => inventory_now(site, terminal)?,
        false => (Path::new(site), disk::open(Path::new(site))?),
    };
    let damaged = |damage: Damage| disk::damaged(name, damage);
    let mut reader = InventoryReader::open(file).map_err(damaged)?;
    let (header, mut entries) = (reader.header().clone(), Vec::new());
    while let Some(entry) = reader.next().map_err(damaged)? {
        entries.push(entry);
    }
    let draft = draft(&Inventory { header, entries }, &set);
    for guess in &draft.guesses {
        writeln!(terminal.out, "{}", escape::line(&guess.of))?;
        writeln!(terminal.out, "  {}", escape::line(&guess.reads))?;
        if !guess.others.is_empty() {
            writeln!(terminal.out, "  or: {}", escape::line(&guess.others.join(", ")))?;
        }
    }
    for kind in &draft.without {
        writeln!(terminal.out, "{kind}: no name in the inventory fits")?;
    }
    if let Some(out) = out {
        save_text(out, &draft.text)?;
        writeln!(terminal.notes(), "wrote {}: decide each line after `# decide`, then run", escape::path(out))?;
        writeln!(terminal.notes(), "  plan adapter check {}", escape::shell(&out.display().to_string()))?;
    }
    Ok(exit::OK)
}
