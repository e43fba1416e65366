//! `plan merge-list`: what live did since its copy was made, to be carried over after a push.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{self, StatusFormat, TwoReadings};
use crate::failure::{Failure, exit};
use crate::model::{Identity, Plan, Worth, digest, record};
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::project::git::Books;
use crate::project::site::OfSite;
use crate::project::{Project, settings};
use crate::reconcile::Moved;
use crate::text::Limits;
use crate::verify::MergeList;

use super::{Terminal, members, tracked};

pub(super) fn run(args: &cli::MergeList, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let list = match &args.plan {
        Some(plan) => {
            let opened = Project::new(plan, Limits::default()).open()?;
            List::of(&args.files, Some(&opened.plan), &opened.settings.site)?
        }
        // What holds for all plans is looked for from the folder where the command runs.
        None => List::of(&args.files, None, &settings::of(Path::new("-"))?.site)?,
    };
    attend_to(&args.files, &Books::default(), terminal)?;
    let code = if list.evidence.not_captured.is_empty() { exit::OK } else { exit::NOT_GREEN };
    let text = if args.format == StatusFormat::Json { format!("{}\n", list.document) } else { list.in_lines() };
    write!(terminal.out, "{text}")?;
    writeln!(terminal.notes(), "the readings are {}", escape::line(&list.worth.message()))?;
    if args.format == StatusFormat::Json {
        return Ok(code);
    }
    for kind in &list.evidence.not_captured {
        writeln!(terminal.err, "{kind}: not captured on both sides, so nothing is known about them")?;
    }
    Ok(code)
}

/// Says what git tracks of the two readings.
pub(super) fn attend_to(files: &TwoReadings, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    tracked::attend_to_populations([&*files.cloned, &*files.live], git, terminal)
}

fn in_a_line(record: &Moved) -> String {
    let contact =
        if record.contact.is_empty() { String::new() } else { format!("  contact {}", escape::line(&record.contact)) };
    let fields = if record.fields.is_empty() { String::new() } else { format!("  {}", record.fields.join(", ")) };
    format!("{:7}  {:12}  {}{contact}{fields}", record.how.name(), record.kind, escape::line(&record.key))
}

/// What `plan merge-list --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "merge-list", extend("$id" = "https://amc-plan.example/schemas/merge-list.schema.json"))]
pub(super) struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The live site: its home address without the scheme.
    host: &'a Identity,
    /// When live was read as it was copied, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    cloned_at: &'a str,
    /// When live was read again, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    read_at: &'a str,
    /// Kinds that were not captured on both sides, so that nothing is known of them.
    not_captured: &'a [String],
    /// How many records are on the list, by what became of them and kind, for example `new order`.
    counts: &'a BTreeMap<String, u64>,
    /// The records.
    records: &'a [Moved],
}

/// What live did since its copy was made, as it is shown and goes on record.
pub(super) struct List {
    moved: Vec<Moved>,
    worth: Worth,
    /// The list for machines, as it is printed.
    document: String,
    pub(super) evidence: record::MergeList,
}

impl List {
    pub(super) fn of(files: &TwoReadings, plan: Option<&Plan>, settings: &OfSite) -> Result<Self, Failure> {
        let sites = [&*files.cloned, &*files.live];
        let through = members::through(sites, &files.adapters.files, settings)?;
        let MergeList { moved, counts, not_captured, host, cloned_at, read_at, readings, worth } =
            MergeList::between(sites, plan, through.as_ref())?;
        let document = escape::json_text(&Document {
            format_version: FORMAT_VERSION,
            host: &host,
            cloned_at: &cloned_at,
            read_at: &read_at,
            not_captured: &not_captured,
            counts: &counts,
            records: &moved,
        });
        let sha256 = digest::of_bytes(format!("{document}\n").as_bytes());
        let (graded, readings) = (Some(worth.word()), Some(readings));
        let evidence =
            record::MergeList { host, cloned_at, read_at, counts, not_captured, worth: graded, readings, sha256 };
        Ok(Self { moved, worth, document, evidence })
    }

    /// The list for people: a record a line, then how many.
    fn in_lines(&self) -> String {
        let mut lines: Vec<String> = self.moved.iter().map(in_a_line).collect();
        let evidence = &self.evidence;
        let host = escape::line(&evidence.host.to_string());
        let [cloned_at, read_at] = [&evidence.cloned_at, &evidence.read_at].map(|text| escape::line(text));
        lines.push(format!("{host}: {} to carry over, between {cloned_at} and {read_at}\n", evidence.total()));
        lines.join("\n")
    }
}
