//! `plan merge-list`: what live did since its copy was made, to be carried over after a push.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::{MergeList, StatusFormat, TwoReadings};
use crate::failure::{Failure, exit};
use crate::model::{Plan, Snapshot, Worth, digest, record};
use crate::output::escape;
use crate::reconcile::{Moved, Side, delta};
use crate::site::Population;

use super::Terminal;
use super::side_reading::SideReading;

pub(super) fn run(args: &MergeList, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let list = List::of(&args.files, None)?;
    let code = if list.evidence.not_captured.is_empty() { exit::OK } else { exit::NOT_GREEN };
    let text = if args.format == StatusFormat::Json { format!("{}\n", list.document) } else { list.in_lines() };
    write!(terminal.out, "{text}")?;
    writeln!(terminal.err, "the readings are {}", escape::line(&list.worth.message()))?;
    if args.format == StatusFormat::Json {
        return Ok(code);
    }
    let evidence = &list.evidence;
    for kind in &evidence.not_captured {
        writeln!(terminal.err, "{kind}: not captured on both sides, so nothing is known of them")?;
    }
    Ok(code)
}

fn in_a_line(record: &Moved) -> String {
    let contact =
        if record.contact.is_empty() { String::new() } else { format!("  contact {}", escape::line(&record.contact)) };
    let fields = if record.fields.is_empty() { String::new() } else { format!("  {}", record.fields.join(", ")) };
    format!("{:7}  {:12}  {}{contact}{fields}", record.how.name(), record.kind, escape::line(&record.key))
}

/// What live did since its copy was made.
pub(super) struct List {
    moved: Vec<Moved>,
    /// The list for machines, as it is printed.
    document: String,
    /// What the readings are worth.
    worth: Worth,
    /// What goes on record of it.
    pub(super) evidence: record::MergeList,
}

impl List {
    /// The list for people: a record a line, then how many.
    fn in_lines(&self) -> String {
        let mut lines: Vec<String> = self.moved.iter().map(in_a_line).collect();
        let evidence = &self.evidence;
        let host = escape::line(&evidence.host.to_string());
        let [cloned_at, read_at] = [&evidence.cloned_at, &evidence.read_at].map(|text| escape::line(text));
        lines.push(format!("{host}: {} to carry over, between {cloned_at} and {read_at}\n", evidence.total()));
        lines.join("\n")
    }

    /// The list, with the readings worth what this machine knows of them; of a person who finalized one a plan has to know.
    pub(super) fn of(files: &TwoReadings, plan: Option<&Plan>) -> Result<Self, Failure> {
        let (cloned, live) = (SideReading::named(&files.cloned, plan)?, SideReading::named(&files.live, plan)?);
        let ((cloned, before), (live, now)) = (whole(&cloned)?, whole(&live)?);
        if !cloned.header.site.is_same_site(&live.header.site) {
            let message = format!("`{}` and `{}` are two sites", cloned.header.site, live.header.site);
            return Err(Failure::new(exit::TARGET, message)
                .help("both have to be readings of the live site: one of when it was copied, one of now"));
        }
        let time = |snapshot: &Snapshot| snapshot.header.taken_at.parse::<Timestamp>().ok();
        if time(cloned) >= time(live) {
            let message = "the reading of now is not later than the one of when the copy was made";
            return Err(Failure::new(exit::USAGE, message).help("are they the wrong way round?"));
        }
        let not_captured: Vec<String> = ["contact", "order", "subscription"]
            .into_iter()
            .filter(|kind| !cloned.header.is_captured(kind) || !live.header.is_captured(kind))
            .map(str::to_owned)
            .collect();
        let mut moved: Vec<Moved> = Vec::new();
        let keep = |record: Moved| {
            // Of what one side did not capture nothing can be said to be gone or new.
            if !not_captured.contains(&record.kind) {
                moved.push(record);
            }
        };
        let digests = delta(before.open()?, now.open()?, keep).map_err(|unreadable| match unreadable.side {
            Side::Before => before.damaged(unreadable.damage),
            Side::After => now.damaged(unreadable.damage),
        })?;
        before.belongs(&digests.0)?;
        now.belongs(&digests.1)?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for record in &moved {
            *counts.entry(format!("{} {}", record.how.name(), record.kind)).or_default() += 1;
        }
        let [cloned_at, read_at] = [cloned.header.taken_at.clone(), live.header.taken_at.clone()];
        let document = json!({
            "format_version": "1.0",
            "host": live.header.site,
            "cloned_at": cloned_at,
            "read_at": read_at,
            "not_captured": not_captured,
            "counts": counts,
            "records": moved,
        });
        let document = escape::json_text(&document);
        let sha256 = digest::of_bytes(format!("{document}\n").as_bytes());
        let readings = Some([cloned.sha256.clone(), live.sha256.clone()]);
        let host = live.header.site.clone();
        let worth = cloned.worth.clone().or_less(live.worth.clone());
        let graded = Some(worth.word());
        let evidence =
            record::MergeList { host, cloned_at, read_at, counts, not_captured, worth: graded, readings, sha256 };
        Ok(Self { moved, document, worth, evidence })
    }
}

/// A reading of the live site, with its population.
fn whole(side: &SideReading) -> Result<(&Snapshot, &dyn Population), Failure> {
    side.whole().map_err(|why| {
        Failure::new(exit::COULD_NOT_RUN, why)
            .help("a merge list is of contacts, orders and subscriptions: take the reading with its population")
    })
}
