//! The list of what is due, as a sheet: written for the person who works through it, and read back.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use jiff::civil::Date;

use crate::failure::{Failure, exit};
use crate::fs::{read as read_file, text};
use crate::journey::{Due, Released};
use crate::survey::{meant, written};

/// Most bytes of a list: of a million rows.
const LIMIT: u64 = 256 << 20;

const HEAD: [&str; 9] = ["contact_id", "offering", "module", "name", "tag", "due", "from", "done_by", "done_on"];

/// The list as it is written; the last two columns are for whoever works through it.
pub(super) fn sheet(all: &[Due]) -> String {
    let mut out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut row = |cells: [&str; 9]| out.write_record(cells.map(written)).is_ok();
    row(HEAD);
    for due in all {
        let day = due.day.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
        let number = due.number.to_string();
        row([&due.contact, &due.offering, &number, &due.module, &due.tag, &day, &due.from, "", ""]);
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A list that was made earlier.
pub(super) fn read(path: &Path) -> Result<Vec<Due>, Failure> {
    rows(path, &HEAD[..7], |cell, line| {
        let day = match cell(5).as_str() {
            "unknown" => None,
            day => Some(
                day.parse::<Date>()
                    .map_err(|_| wrong(path, line, "`due` is neither a day (YYYY-MM-DD) nor `unknown`"))?,
            ),
        };
        let number = cell(2).parse().map_err(|_| wrong(path, line, "`module` is no number"))?;
        Ok(Due { contact: cell(0), offering: cell(1), number, module: cell(3), tag: cell(4), day, from: cell(6) })
    })
}

/// When members were released, as an export has it. Two days of one release are none.
pub(in crate::commands) fn released(path: &Path) -> Result<Released, Failure> {
    let mut all = Released::new();
    let of = rows(path, &["contact_id", "offering", "released"], |cell, line| {
        let day = cell(2).parse::<Date>().map_err(|_| wrong(path, line, "`released` is no day (YYYY-MM-DD)"))?;
        Ok((line, (cell(0), cell(1)), day))
    })?;
    for (line, release, day) in of {
        if all.insert(release, day).is_some_and(|other| other != day) {
            return Err(wrong(
                path,
                line,
                "this contact was released to this offering on another day in an earlier row",
            ));
        }
    }
    Ok(all)
}

fn rows<T>(
    path: &Path,
    head: &[&str],
    row: impl Fn(&dyn Fn(usize) -> String, u64) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let text = read_file(path, LIMIT).and_then(text).map_err(|error| Failure::file("read", path, &error))?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let has = reader.headers().map_err(|_| wrong(path, 1, "it is no CSV"))?.clone();
    let places: Vec<usize> = head
        .iter()
        .map(|name| {
            let at = has.iter().position(|cell| cell.trim() == *name);
            at.ok_or_else(|| wrong(path, 1, &format!("it has no column `{name}`")))
        })
        .collect::<Result<_, _>>()?;
    let (mut record, mut all) = (StringRecord::new(), Vec::new());
    while reader.read_record(&mut record).map_err(|_| wrong(path, reader_line(&record), "it is no row of a CSV"))? {
        let line = reader_line(&record);
        let cell = |column: usize| meant(record.get(places[column]).unwrap_or_default());
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if cell(0).is_empty() || cell(1).is_empty() {
            return Err(wrong(path, line, "a row names a contact and an offering"));
        }
        all.push(row(&cell, line)?);
    }
    Ok(all)
}

fn reader_line(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn wrong(path: &Path, line: u64, what: &str) -> Failure {
    let message = format!("`{}`, line {line}: {what}", path.display());
    Failure::new(exit::COULD_NOT_RUN, message).help("nothing of it was taken: correct that line, and run this again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_no_cell_is_a_formula() {
        let due = |contact: &str, tag: &str, day: Option<&str>| Due {
            contact: contact.to_owned(),
            offering: "course".to_owned(),
            number: 4,
            module: "Money, and \"more\"".to_owned(),
            tag: tag.to_owned(),
            day: day.map(|day| day.parse().expect("a day")),
            from: "order 7".to_owned(),
        };
        let all =
            [due("1", "=HYPERLINK(\"x\")", Some("2026-12-01")), due("-2", "@SUM(A1)", None), due("3", "a\nb", None)];
        let text = sheet(&all);
        assert!(!text.contains(",=") && !text.contains(",@") && !text.contains("\r\n-"), "{text}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("owed.csv");
        std::fs::write(&path, text).expect("a file");
        let back = read(&path).expect("the list");
        assert_eq!(back.len(), 3);
        assert_eq!(back, all);
    }

    #[test]
    fn a_list_that_cannot_be_understood_is_refused_by_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("days.csv");
        for (text, says) in [
            ("contact_id,offering\n1,course\n", "line 1: it has no column `released`"),
            ("contact_id,offering,released\n1,course,soon\n", "line 2: `released` is no day"),
            (
                "contact_id,offering,released\n1,course,2026-11-01\n1,course,2026-11-02\n",
                "line 3: this contact was released",
            ),
            ("contact_id,offering,released\n,course,2026-11-01\n", "line 2: a row names a contact"),
        ] {
            std::fs::write(&path, text).expect("a file");
            let failure = released(&path).expect_err(text);
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
