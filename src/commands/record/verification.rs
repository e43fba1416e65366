//! `plan record verification`: what the vendor's screen showed, line by line, without addresses of people.

use std::io::Read;
use std::path::Path;

use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::record::VerificationLine;
use crate::model::text::many;
use crate::shape::without_addresses;

use crate::project::record::LIMIT;

/// What was recorded, in words.
pub(super) fn said(lines: &[VerificationLine], masked: usize) -> String {
    let flagged = lines.iter().filter(|line| line.flagged).count();
    let masked = match masked {
        0 => String::new(),
        some => format!(
            "; addresses in {some} of them are left out, as the record is committed: look at the lines in the file"
        ),
    };
    format!("{} of verification, {flagged} of them with a \"!\"{masked}", many(lines.len(), "line"))
}

/// The lines of a file, or of standard input.
pub(super) fn read(file: &Path) -> Result<(Vec<VerificationLine>, usize), Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(LIMIT).read_to_string(&mut text)?;
        text
    } else {
        fs::read(file, LIMIT).and_then(fs::text).map_err(|e| Failure::file("read", file, &e))?
    };
    lines(&text)
}

/// The lines without addresses of people, and in how many there were some.
pub(in crate::commands) fn lines(text: &str) -> Result<(Vec<VerificationLine>, usize), Failure> {
    let lines: Vec<VerificationLine> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| VerificationLine { text: without_addresses(line).into_owned(), flagged: line.contains('!') })
        .collect();
    let whole = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let masked = whole.zip(&lines).filter(|(line, kept)| *line != kept.text).count();
    // A key that was meant for another question is no line of a screen.
    if lines.iter().all(|line| line.text.chars().filter(|c| c.is_alphanumeric()).count() < 3) && !lines.is_empty() {
        let failure = Failure::new(exit::USAGE, format!("`{}` is not what the screen shows", lines[0].text));
        return Err(failure.help("copy all lines that *Start Verification* shows, each `!` with its line"));
    }
    if lines.is_empty() {
        return Err(
            Failure::new(exit::USAGE, "the verification has no lines").help("copy what the screen shows into the file")
        );
    }
    Ok((lines, masked))
}
