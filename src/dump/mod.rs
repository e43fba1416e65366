//! What a database dump holds, read as a stream of SQL text: of which site it is, which tables, how many users, and whether it is whole.
//!
//! Understood is what mysqldump, mariadb-dump and `wp db export` (which runs one of them) write, and text like it. The
//! text is never run, and no value of a row is kept but the address of the site. Memory does not grow with the dump or with its longest line.

mod scan;
mod statement;

use std::collections::BTreeMap;
use std::io::{self, BufRead, ErrorKind};

use crate::model::record::{CORE_TABLES, Dump, DumpEnding};

use scan::{LOOKED_AT, Scanner};

/// What a dump was seen to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Whether it is whole.
    pub ending: DumpEnding,
    /// When it was completed as its last line says: a day and a time in the zone of the machine that made it.
    pub completed: Option<String>,
    /// How many tables it creates.
    pub tables: u64,
    /// The WordPress sites that it holds, by the beginning of their tables' names; of a site that lacks a core table
    /// only the fullest one, and only where there is no whole one.
    pub sites: BTreeMap<String, Tables>,
}

/// The tables of one WordPress site in a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// Which of [`CORE_TABLES`] it creates, in that order.
    core: [bool; CORE_TABLES.len()],
    /// How many rows it inserts into `users`.
    pub users: u64,
    /// The address that its options call the site's home; none where they name none, or one that is too long to be kept.
    pub home: Option<String>,
    /// How many tables are named as AccessAlly and ProgressAlly name theirs.
    pub accessally: u64,
}

/// Looks through a dump, unpacked, from its first byte to its last.
///
/// # Errors
/// What the system says of the file. Packing that is cut or damaged is no error but a broken dump.
pub fn look(text: &mut dyn BufRead) -> io::Result<Contents> {
    let mut scanner = Scanner::default();
    let packing = loop {
        match text.fill_buf() {
            Ok([]) => break None,
            Ok(block) => {
                let read = block.len();
                scanner.feed(block);
                text.consume(read);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.raw_os_error().is_some() => return Err(error),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break Some("its compressed data is cut off"),
            Err(_) => break Some("its compressed data is damaged, or not of the kind that its name says"),
        }
    };
    scanner.end();
    let ending = match packing.or_else(|| scanner.broken()) {
        Some(how) => DumpEnding::Broken(how.to_owned()),
        None if scanner.completed.is_some() => DumpEnding::Whole,
        None => DumpEnding::NotProven,
    };
    let statements = scanner.statements;
    Ok(Contents {
        ending,
        completed: scanner.completed.filter(|at| !at.is_empty()),
        tables: statements.created,
        sites: sites(&statements.tables, &statements.homes),
    })
}

fn sites(tables: &BTreeMap<String, u64>, homes: &BTreeMap<String, String>) -> BTreeMap<String, Tables> {
    let mut sites: BTreeMap<String, Tables> = BTreeMap::new();
    for (table, rows) in tables {
        for (at, name) in CORE_TABLES.into_iter().enumerate() {
            let Some(prefix) = table.strip_suffix(name) else { continue };
            let site = sites.entry(prefix.to_owned()).or_default();
            site.core[at] = true;
            if name == "users" {
                site.users = *rows;
            }
            if name == "options" {
                site.home = homes.get(table).filter(|home| home.len() < LOOKED_AT).cloned();
            }
        }
    }
    // Another plugin's `…_users` is no site beside a whole one.
    let fullest = sites.values().map(Tables::core_tables).max().unwrap_or_default();
    sites.retain(|_, site| site.core_tables() == fullest);
    while fullest < CORE_TABLES.len() && sites.len() > 1 {
        sites.pop_last();
    }
    for (prefix, site) in &mut sites {
        let after = tables.keys().filter_map(|table| table.strip_prefix(prefix.as_str()));
        site.accessally = after.filter(|name| is_accessally(name)).count() as u64;
    }
    sites
}

/// Seen in public code. `aal_request_cache` is another plugin's (Auto Amazon Links).
fn is_accessally(name: &str) -> bool {
    (name.starts_with("aal_") || name.starts_with("pa_")) && name != "aal_request_cache"
}

impl Tables {
    fn core_tables(&self) -> usize {
        self.core.iter().filter(|is_there| **is_there).count()
    }
}

impl Contents {
    /// What goes on record of a dump, of the site whose tables' names begin so; without a choice, of the only one.
    ///
    /// # Errors
    /// The sites that it holds, where that is not one or the chosen one is not among them.
    pub fn dump(&self, prefix: Option<&str>) -> Result<Dump, Vec<&str>> {
        let site = match prefix {
            Some(prefix) => self.sites.get_key_value(prefix),
            None => self.sites.first_key_value().filter(|_| self.sites.len() == 1),
        };
        if site.is_none() && (prefix.is_some() || !self.sites.is_empty()) {
            return Err(self.sites.keys().map(String::as_str).collect());
        }
        let (prefix, tables) = site.map(|(prefix, tables)| (prefix.clone(), tables.clone())).unzip();
        let tables = tables.unwrap_or_default();
        let lacks = CORE_TABLES.into_iter().zip(tables.core).filter(|(_, is_there)| !is_there);
        Ok(Dump {
            ending: self.ending.clone(),
            tables: self.tables,
            prefix,
            lacks: lacks.map(|(name, _)| name.to_owned()).collect(),
            users: tables.users,
            accessally_tables: tables.accessally,
        })
    }
}

#[cfg(test)]
mod tests;
