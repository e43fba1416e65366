//! Sheets: one CSV a kind, written to be filled in and read back; what is wrong with one is said by file and cell, and then nothing is
//! recorded.

use std::ffi::OsString;
use std::fs::read_dir;
use std::path::Path;

use jiff::Timestamp;

use crate::cli::{StatusFormat, Survey};
use crate::commands::Terminal;
use crate::commands::record::said::{ensure_person_known, ensure_sound};
use crate::failure::{Failure, exit};
use crate::fs::{self, Folder, text};
use crate::model::text::many;
use crate::model::{Kind, ObjectRef};
use crate::output::escape;
use crate::output::survey::{Document, Refused, WrongCell, indented};
use crate::survey::{Again, Answers, Cell, Filled, Wrong, name_in_plan, read_sheet, screens, sheet};
use crate::text::with_newlines;

use super::look::Look;
use super::recorded::Looking;
use super::{end, named};

/// Most bytes of a sheet.
const LIMIT: u64 = 4 << 20;

/// Writes the sheets of what would be asked.
pub(super) fn write(args: &Survey, look: &Look, into: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let sheets: Vec<(String, String)> = screens(&look.asked, &look.checked.opened.plan, &Again::default())
        .iter()
        .map(|screen| (file_of(screen.kind), sheet(screen)))
        .collect();
    if sheets.is_empty() {
        return end(args, look, 0, terminal);
    }
    let folder = Folder::at(into);
    if let Some(name) = into.file_name() {
        Folder::of(into).make(name).map_err(|e| Failure::file("create", into, &e))?;
    }
    // All of them or none: half a set would be taken for all that is asked.
    if let Some((name, _)) = sheets.iter().find(|(name, _)| folder.path(name).symlink_metadata().is_ok()) {
        let message = format!("`{}` exists, and is not overwritten", folder.path(name).display());
        return Err(Failure::new(exit::USAGE, message).help("name another folder with `--sheets`, or move it away"));
    }
    for (index, (name, text)) in sheets.iter().enumerate() {
        if let Err(error) = folder.write_new(name, text) {
            for (begun, _) in &sheets[..index] {
                // That it could not be written is what is said; one that stays is named by the next `--sheets`.
                drop(fs::remove(&folder.path(begun)));
            }
            return Err(Failure::file("write", &folder.path(name), &error));
        }
    }
    for (name, _) in &sheets {
        writeln!(terminal.out, "wrote {}", escape::path(&folder.path(name)))?;
    }
    let back = format!("{} --read {}", super::again(args), escape::shell(&into.display().to_string()));
    writeln!(terminal.out, "fill in the empty cells, - where nothing is set; then `{back}` records them")?;
    Ok(exit::OK)
}

fn file_of(kind: Kind) -> String {
    format!("{kind}.csv")
}

/// Reads sheets back and records what was filled in, or says everything that is wrong with them.
pub(super) fn read(args: &Survey, look: &Look, from: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let who = &named(args)?;
    ensure_person_known(who, &look.checked.opened.plan)?;
    let (looking, now) = (look.looking(who)?, Timestamp::now());
    let (mut filled, mut findings) = (Vec::new(), Vec::new());
    for name in sheets_in(from)? {
        let file = name.to_string_lossy().into_owned();
        let found = match Kind::ALL.iter().find(|kind| file_of(**kind) == file) {
            Some(kind) if kind.is_attestable() => {
                sheet_of((look, looking), *kind, from, now).map(|sheet| filled.push((*kind, sheet)))
            }
            Some(kind) => Err(vec![Cell::FIRST.wrong(
                format!("`{kind}` says which site it is, and nobody can attest that"),
                "remove the sheet, and take a reading of the site",
            )]),
            None => Err(vec![Cell::FIRST.wrong(
                "its name is not the name of any kind of object",
                "leave the sheets' names as they were written, for example `order-form.csv`",
            )]),
        };
        findings.extend(found.err().into_iter().flatten().map(|wrong| WrongCell { file: file.clone(), wrong }));
    }
    if !findings.is_empty() {
        return refused(args, &findings, terminal);
    }
    if filled.is_empty() {
        let failure = Failure::new(exit::USAGE, format!("`{}` has no sheet", from.display()));
        return Err(failure.help(format!("write them with `{} --sheets DIR`", super::again(args))));
    }
    let mut recorded = 0;
    for (kind, sheet) in filled {
        recorded += looking.record(kind, &answers(look, kind, sheet), now)?;
    }
    end(args, &Look::now(args, None)?, recorded, terminal)
}

/// The names of the sheets in a folder, in order.
fn sheets_in(folder: &Path) -> Result<Vec<OsString>, Failure> {
    let failed = |e: std::io::Error| Failure::file("read", folder, &e);
    let names = read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = names.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")));
    names.sort();
    Ok(names)
}

/// What was filled in of a kind, as it may stand in a record.
fn sheet_of(
    (look, looking): (&Look, Looking<'_>),
    kind: Kind,
    from: &Path,
    now: Timestamp,
) -> Result<Filled, Vec<Wrong>> {
    let unread = |error: std::io::Error| {
        let help = "save it as CSV in UTF-8, as a file of its own in the folder";
        vec![Cell::FIRST.wrong(format!("it cannot be read: {error}"), help)]
    };
    let bytes = Folder::at(from).read(file_of(kind), LIMIT).map_err(unread)?;
    let mut bytes = text(bytes).map_err(unread)?.into_bytes();
    with_newlines(&mut bytes);
    let Some(reading) = look.captured() else { return Ok(Filled::default()) };
    let is_listed = reading.list_grade(kind).is_known();
    let filled = read_sheet(kind, &fs::utf8(bytes).map_err(unread)?, (&reading.state, is_listed))?;
    let mut wrong = Vec::new();
    let mut sound = |at: Cell, answers: &Answers| {
        let each = looking.lines(kind, answers, now);
        if let Err(failure) = each.iter().try_for_each(|evidence| ensure_sound(evidence, now)) {
            wrong.push(at.wrong(failure.message, failure.help.unwrap_or_else(|| "write it otherwise".to_owned())));
        }
    };
    for (at, on, field, value) in &filled.fields {
        let fields = [(on.clone(), [(field.clone(), value.clone())].into())].into();
        sound(*at, &Answers { list: None, fields });
    }
    for (at, name) in filled.list.iter().flatten() {
        sound(*at, &Answers { list: Some(vec![name.clone()]), ..Answers::default() });
    }
    if wrong.is_empty() { Ok(filled) } else { Err(wrong) }
}

fn answers(look: &Look, kind: Kind, sheet: Filled) -> Answers {
    let plan = &look.checked.opened.plan;
    // A row that was written with the sheet has the key of an object; the plan says what that is called.
    let called = |text: String| match kind.key_of(&text) == text {
        true => name_in_plan(plan, &ObjectRef::new(kind, text.clone())).unwrap_or(text),
        false => text,
    };
    let list = sheet.list.map(|list| list.into_iter().map(|(_, text)| called(text)).collect());
    let mut answers = Answers { list, ..Answers::default() };
    for (_, on, field, value) in sheet.fields {
        answers.fields.entry(on).or_default().insert(field, value);
    }
    answers
}

/// Everything that is wrong, by file and cell.
fn refused(args: &Survey, wrong: &[WrongCell], terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if args.format == StatusFormat::Json {
        escape::json(&Document::Refused(Refused::new(wrong)), terminal.out)?;
        return Ok(exit::NOT_GREEN);
    }
    for WrongCell { file, wrong } in wrong {
        writeln!(terminal.out, "{}, {}: {}", escape::line(file), wrong.cell, escape::line(&wrong.message))?;
        writeln!(terminal.out, "{}", indented(&escape::line(&format!("help: {}", wrong.help)), "  ", terminal.width))?;
    }
    writeln!(terminal.out, "nothing was recorded: {} to correct", many(wrong.len(), "cell"))?;
    Ok(exit::NOT_GREEN)
}
