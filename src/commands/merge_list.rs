//! `plan merge-list`: what live did since its copy was made, to be carried over after a push.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use crate::cli::{MergeList, StatusFormat};
use crate::model::Snapshot;
use crate::model::text::host;
use crate::output::{escape, many};
use crate::reconcile::{Moved, Side, since};
use crate::site::file::{Beside, FileSite};

use super::{Failure, Terminal, exit};

pub(super) fn run(args: &MergeList, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (cloned, before) = open(&args.cloned)?;
    let (live, now) = open(&args.live)?;
    if host(&cloned.header.host) != host(&live.header.host) {
        let message = format!("`{}` and `{}` are two sites", cloned.header.host, live.header.host);
        return Err(Failure::new(exit::USAGE, message)
            .help("both have to be readings of the live site: one of when it was copied, one of now"));
    }
    if cloned.header.taken_at > live.header.taken_at {
        let message = "the reading of now is older than the one of when the copy was made";
        return Err(Failure::new(exit::USAGE, message).help("are they the wrong way round?"));
    }
    let mut moved: Vec<Moved> = Vec::new();
    let digests =
        since(before.open()?, now.open()?, |record| moved.push(record)).map_err(|unreadable| {
            match unreadable.side {
                Side::Before => before.damaged(unreadable.damage),
                Side::After => now.damaged(unreadable.damage),
            }
        })?;
    before.belongs(&digests.0)?;
    now.belongs(&digests.1)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for record in &moved {
        *counts.entry(format!("{} {}", record.how.name(), record.kind)).or_default() += 1;
    }
    let since = (&cloned.header.taken_at, &live.header.taken_at);
    if args.format == StatusFormat::Json {
        let document = json!({
            "format_version": "1.0",
            "host": live.header.host,
            "cloned_at": since.0,
            "read_at": since.1,
            "counts": counts,
            "records": moved,
        });
        writeln!(terminal.out, "{document:#}")?;
        return Ok(exit::OK);
    }
    for record in &moved {
        let contact = if record.contact.is_empty() {
            String::new()
        } else {
            format!("  contact {}", escape::line(&record.contact))
        };
        let fields = if record.fields.is_empty() { String::new() } else { format!("  {}", record.fields.join(", ")) };
        writeln!(
            terminal.out,
            "{:7}  {:12}  {}{contact}{fields}",
            record.how.name(),
            record.kind,
            escape::line(&record.key)
        )?;
    }
    let counts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let total = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
    writeln!(
        terminal.out,
        "{}: {total} to carry over, between {} and {}",
        escape::line(&live.header.host),
        escape::line(since.0),
        escape::line(since.1)
    )?;
    for kind in ["contact", "order", "subscription"] {
        let captured = |snapshot: &Snapshot| {
            snapshot.header.sections.get(kind).is_some_and(|how| matches!(how, crate::model::Capture::How(_)))
        };
        if !captured(&cloned) || !captured(&live) {
            writeln!(
                terminal.err,
                "{} not captured on both sides: nothing is known of them",
                many(2, kind).trim_start_matches("2 ")
            )?;
        }
    }
    Ok(exit::OK)
}

/// A reading of the live site, with its population.
fn open(path: &Path) -> Result<(Snapshot, Beside), Failure> {
    let (snapshot, population) = FileSite::open(path)?.with_population()?;
    let population = population.ok_or_else(|| {
        Failure::new(exit::COULD_NOT_RUN, format!("no population lies beside `{}`", path.display()))
            .help("a merge list is of contacts, orders and subscriptions: take the reading with its population")
    })?;
    Ok((snapshot, population))
}
