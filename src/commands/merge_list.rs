//! `plan merge-list`: what live did since its copy was made, to be carried over after a push.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::{MergeList, StatusFormat};
use crate::model::text::host;
use crate::model::{Capture, Snapshot};
use crate::output::escape;
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
    let time = |snapshot: &Snapshot| snapshot.header.taken_at.parse::<Timestamp>().ok();
    if time(&cloned) > time(&live) {
        let message = "the reading of now is older than the one of when the copy was made";
        return Err(Failure::new(exit::USAGE, message).help("are they the wrong way round?"));
    }
    let mut moved: Vec<Moved> = Vec::new();
    let captured = |snapshot: &Snapshot, kind: &str| {
        snapshot.header.sections.get(kind).is_some_and(|how| matches!(how, Capture::How(_)))
    };
    let not_captured: Vec<&str> = ["contact", "order", "subscription"]
        .into_iter()
        .filter(|kind| !captured(&cloned, kind) || !captured(&live, kind))
        .collect();
    let keep = |record: Moved| {
        // Of what one side did not capture nothing can be said to be gone or new.
        if !not_captured.contains(&record.kind.as_str()) {
            moved.push(record);
        }
    };
    let digests = since(before.open()?, now.open()?, keep).map_err(|unreadable| match unreadable.side {
        Side::Before => before.damaged(unreadable.damage),
        Side::After => now.damaged(unreadable.damage),
    })?;
    before.belongs(&digests.0)?;
    now.belongs(&digests.1)?;
    let code = if not_captured.is_empty() { exit::OK } else { exit::NOT_GREEN };
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
            "not_captured": not_captured,
            "counts": counts,
            "records": moved,
        });
        writeln!(terminal.out, "{document:#}")?;
        return Ok(code);
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
    for kind in &not_captured {
        writeln!(terminal.err, "{kind}: not captured on both sides, so nothing is known of them")?;
    }
    Ok(code)
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
