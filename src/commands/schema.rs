//! `plan schema`: the JSON schemas, printed or written; and the one beside a plan, which `init` writes and an update leaves behind.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use crate::adapter::explain::Facts;
use crate::apply::parity;
use crate::apply::seal::Seal;
use crate::cli::{Schema, SchemaName};
use crate::failure::{Failure, exit};
use crate::fs::{Folder, Readers};
use crate::output::{self, escape};
use crate::shape::schema;

use super::run::{event_log, lock};
use super::{Terminal, merge_list};

/// How the address of each of our schemas begins.
const OURS: &str = "https://amc-plan.example/schemas/";

/// Most bytes of a schema that is there already: far more than one of ours takes.
const LIMIT: u64 = 4 << 20;

pub(super) fn run(args: &Schema, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Some(folder) = &args.write else {
        writeln!(terminal.out, "{}", text(args.name.unwrap_or(SchemaName::Plan)))?;
        return Ok(exit::OK);
    };
    let one = args.name.as_slice();
    let wanted = if one.is_empty() { SchemaName::value_variants() } else { one };
    for path in write(folder, wanted)? {
        writeln!(terminal.notes(), "wrote {}", escape::path(&path))?;
    }
    Ok(exit::OK)
}

/// Writes schemas into a folder, in place of what an earlier version wrote there; their paths. Where anything else has the name of one,
/// nothing is written.
pub(super) fn write(folder: &Path, wanted: &[SchemaName]) -> Result<Vec<PathBuf>, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::file("make", folder, &e))?;
    let folder = Folder::at(folder);
    for name in wanted {
        if standing(&folder, *name)? == Standing::Foreign {
            let path = folder.path(file(*name));
            let message = format!("`{}` exists and is no schema of `plan`, so nothing was written", path.display());
            return Err(
                Failure::new(exit::USAGE, message).help("move it away, or choose another folder with `--write`")
            );
        }
    }
    wanted.iter().map(|name| write_one(&folder, *name)).collect()
}

fn write_one(folder: &Folder, name: SchemaName) -> Result<PathBuf, Failure> {
    let path = folder.path(file(name));
    let written = folder.write(file(name), &format!("{}\n", text(name)), Readers::All);
    written.map_err(|e| Failure::file("write", &path, &e))?;
    Ok(path)
}

/// Writes the schema of a plan beside one, where there is none. One that is there is somebody's: it stays, and where it is not this
/// version's, that is said.
pub(super) fn write_beside(folder: &Folder, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if standing(folder, SchemaName::Plan)? == Standing::Missing {
        write_one(folder, SchemaName::Plan)?;
    }
    say_if_stale(folder, terminal)
}

/// Says so where the schema beside a plan is not this version's, with what writes it again.
pub(super) fn say_if_stale(folder: &Folder, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let (what, first) = match standing(folder, SchemaName::Plan)? {
        Standing::Missing | Standing::Same => return Ok(()),
        Standing::Stale => ("is of another version of `plan`", "to write this version's, run"),
        Standing::Foreign => ("is no schema of `plan`", "move it away, then run"),
    };
    let path = folder.path(file(SchemaName::Plan));
    let there = path.parent().filter(|there| !there.as_os_str().is_empty()).unwrap_or(Path::new("."));
    writeln!(
        terminal.err,
        "attention: {}, by which an editor explains the plan, {what} and was left as it is; {first}: plan schema plan --write {}",
        escape::path(&path),
        escape::shell(&there.display().to_string())
    )?;
    Ok(())
}

/// What has the name of a schema in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Missing,
    /// The schema, as this version writes it.
    Same,
    /// One of ours, of another version.
    Stale,
    Foreign,
}

fn standing(folder: &Folder, name: SchemaName) -> Result<Standing, Failure> {
    let there = match folder.read(file(name), LIMIT) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Standing::Missing),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => return Ok(Standing::Foreign),
        Err(error) => return Err(Failure::file("read", &folder.path(file(name)), &error)),
    };
    let read: Option<Value> = serde_json::from_slice(&there).ok();
    let is_ours = |read: &Value| read["$id"].as_str().is_some_and(|id| id.starts_with(OURS));
    Ok(match read.filter(is_ours) {
        None => Standing::Foreign,
        // A checkout may have other line ends.
        Some(read) if read == schema(name) => Standing::Same,
        Some(_) => Standing::Stale,
    })
}

fn file(name: SchemaName) -> String {
    let name = name.to_possible_value().map(|value| value.get_name().to_owned());
    format!("{}.schema.json", name.unwrap_or_default())
}

fn text(name: SchemaName) -> String {
    format!("{:#}", schema(name))
}

fn schema(name: SchemaName) -> Value {
    match name {
        SchemaName::Plan => schema::plan(),
        SchemaName::Snapshot => schema::snapshot(),
        SchemaName::Report => schema::written::<output::json::Document>(),
        SchemaName::ReportLine => schema::written::<output::json_lines::Line<'_>>(),
        SchemaName::Seal => schema::written::<Seal>(),
        SchemaName::Diff => schema::written::<output::diff::json::Document<'_>>(),
        SchemaName::Status => schema::written::<output::status::Document<'_>>(),
        SchemaName::Overview => schema::written::<output::overview::Document<'_>>(),
        SchemaName::Log => schema::written::<event_log::Line<'_>>(),
        SchemaName::Lock => schema::written::<lock::Document<'_>>(),
        SchemaName::Verify => schema::written::<output::verify::json::Document<'_>>(),
        SchemaName::Since => schema::written::<output::since::json::Document<'_>>(),
        SchemaName::Journey => schema::written::<output::journey::json::Document<'_>>(),
        SchemaName::Parity => schema::written::<parity::Certificate>(),
        SchemaName::MergeList => schema::written::<merge_list::Document<'_>>(),
        SchemaName::Survey => schema::written::<output::survey::Document<'_>>(),
        SchemaName::Explain => schema::written::<output::explain::Document<'_>>(),
        SchemaName::Adapter => schema::adapter(),
        SchemaName::Mapping => schema::mapping(),
        SchemaName::Rules => schema::rules(),
        SchemaName::AdapterFacts => schema::written::<Facts>(),
        SchemaName::Doctor => schema::written::<output::doctor::Document<'_>>(),
    }
}
