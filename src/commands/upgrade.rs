//! `plan upgrade`: today's names in place of those of an earlier version, every other byte as it was.

use std::path::Path;

use crate::cli::Upgrade;
use crate::failure::{Failure, exit};
use crate::fs::{self, Folder, Readers};
use crate::model::text::many;
use crate::output::escape;
use crate::rules;
use crate::shape::{renamed, without_addresses};
use crate::text::{Edit, Limits, Source, apply_edits, compose_bytes};

use super::{Terminal, schema};

pub(super) fn run(args: &Upgrade, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (source, edits) = read(&args.plan)?;
    if edits.is_empty() {
        schema::say_if_stale(&Folder::of(&args.plan), terminal)?;
        writeln!(terminal.out, "nothing to do: the plan uses the names of this version")?;
        return Ok(exit::OK);
    }
    let path = escape::path(&args.plan);
    for edit in edits.iter().filter(|edit| !edit.text.is_empty()) {
        // A line of the plan may hold a contact's values: only the name itself is shown.
        let old = without_addresses(source.slice(edit.range.clone()));
        let line = source.position(edit.range.start).line;
        let old = old.split(':').next().unwrap_or_default();
        let (old, new) = (escape::line(old), escape::line(edit.text.trim_end_matches([':', ' '])));
        writeln!(terminal.out, "{path}:{line}: {old} -> {new}")?;
    }
    let names = many(edits.len(), "edit");
    if args.dry_run {
        writeln!(terminal.out, "{names} would be made; run this without `--dry-run` to write them")?;
        return Ok(exit::OK);
    }
    let text = apply_edits(source.text(), &edits).map_err(|error| unwritten(&args.plan, &error.to_string()))?;
    let name = args.plan.file_name().unwrap_or_default();
    let written = Folder::of(&args.plan).write(name, &text, Readers::All);
    written.map_err(|error| Failure::file("write", &args.plan, &error))?;
    schema::say_if_stale(&Folder::of(&args.plan), terminal)?;
    let shown = escape::shell(&args.plan.display().to_string());
    writeln!(terminal.out, "{names} written; look at them with `git diff`, then run `plan check {shown} --site SITE`")?;
    Ok(exit::OK)
}

/// The plan, and what has to be edited in it.
fn read(plan: &Path) -> Result<(Source, Vec<Edit>), Failure> {
    let limits = Limits::default();
    let bytes = fs::read(plan, limits.bytes as u64 + 1).map_err(|error| Failure::file("read", plan, &error))?;
    let (source, tree, problems) = compose_bytes(plan.display().to_string(), bytes, &limits);
    match tree.filter(|tree| tree.complete && problems.is_empty()) {
        Some(tree) => {
            let mut edits = renamed::edits(&source, &tree, rules::renamed);
            edits.sort_by_key(|edit| edit.range.start);
            Ok((source, edits))
        }
        None => Err(unwritten(plan, "it cannot be read completely")),
    }
}

fn unwritten(plan: &Path, why: &str) -> Failure {
    let name = escape::shell(&plan.display().to_string());
    Failure::new(exit::NOT_GREEN, format!("`{}` stays as it is: {why}", plan.display()))
        .help(format!("fix what `plan check {name} --no-site` shows, then run this again"))
}
