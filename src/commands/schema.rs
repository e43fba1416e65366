//! `plan schema`: the JSON schemas, printed or written.

use std::path::{Path, PathBuf};

use crate::apply::seal::Seal;
use crate::cli::{Schema, SchemaName};
use crate::failure::{Failure, exit};
use crate::fs::{Folder, Readers};
use crate::output::escape;
use crate::output::json::Document;
use crate::shape::schema;

use super::Terminal;

pub(super) fn run(args: &Schema, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Some(folder) = &args.write else {
        writeln!(terminal.out, "{}", text(args.name))?;
        return Ok(exit::OK);
    };
    for path in write(folder)? {
        writeln!(terminal.err, "wrote {}", escape::path(&path))?;
    }
    Ok(exit::OK)
}

/// Writes every schema into a folder; their paths.
pub(super) fn write(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::file("make", folder, &e))?;
    let all = [
        (SchemaName::Plan, "plan"),
        (SchemaName::Snapshot, "snapshot"),
        (SchemaName::Report, "report"),
        (SchemaName::Seal, "seal"),
    ];
    let write = |(name, file): (SchemaName, &str)| {
        let path = folder.join(format!("{file}.schema.json"));
        let text = format!("{}\n", text(name));
        Folder::of(&path)
            .write(format!("{file}.schema.json"), &text, Readers::All)
            .map_err(|e| Failure::file("write", &path, &e))?;
        Ok(path)
    };
    all.into_iter().map(write).collect()
}

fn text(name: SchemaName) -> String {
    let schema = match name {
        SchemaName::Plan => schema::plan(),
        SchemaName::Snapshot => schema::snapshot(),
        SchemaName::Report => schema::written::<Document>(),
        SchemaName::Seal => schema::written::<Seal>(),
    };
    format!("{schema:#}")
}
