//! The rows of an export, one at a time.

use std::io::{BufRead, Chain, Cursor, Read};
use std::rc::Rc;

use csv::{ReaderBuilder, StringRecord};

use super::decoded::{AHEAD, Decoded, END, Shared};
use super::fault::Fault;
use super::quotes::Quoted;
use crate::model::mapping::Encoding;
use crate::population::Damage;
use crate::text::{nearest, separator, without_addresses};

/// The longest head, in bytes.
const LONGEST_HEAD: usize = 1 << 18;

/// The most rows of an export: ten times what the largest site has.
const MOST_ROWS: u64 = 20_000_000;

type Text<R> = Quoted<Chain<Chain<Cursor<Vec<u8>>, Decoded<R>>, Cursor<&'static [u8]>>>;

/// The rows of an export under their head.
pub(crate) struct Rows<R: BufRead> {
    reader: csv::Reader<Text<R>>,
    shared: Rc<Shared>,
    head: Vec<String>,
    record: StringRecord,
    /// Lines before the head.
    before: u64,
    rows: u64,
    line: u64,
}

/// A row with its line, from 1: the line in which it begins.
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    cells: &'a StringRecord,
}

/// A row; or the line of one with what is wrong with its cells.
pub(crate) type Found<'a> = Result<Row<'a>, (u64, Fault)>;

impl Row<'_> {
    /// A cell without the blanks around it; empty where there is none.
    pub(crate) fn cell(&self, at: usize) -> &str {
        self.cells.get(at).unwrap_or_default().trim()
    }
}

impl<R: BufRead> Rows<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// [`Damage`] where there is none, or it is a row of somebody's values.
    pub(crate) fn open(from: R, encoding: Option<Encoding>) -> Result<Self, Damage> {
        let (mut decoded, shared) = Decoded::new(from, encoding)?;
        let mut first = head(&mut decoded, &shared)?;
        let (mut by, mut before) = (None, 0);
        // Excel says so in a line of its own.
        let said = first.strip_suffix('\n').unwrap_or(&first);
        if let [b's', b'e', b'p', b'=', separator] = said.as_bytes() {
            (by, before) = (Some(*separator), 1);
            first = head(&mut decoded, &shared)?;
        }
        let by = by.unwrap_or_else(|| separator(&first));
        let text = Cursor::new(first.into_bytes()).chain(decoded).chain(Cursor::new(END.as_bytes()));
        let text = Quoted::new(text, by, 1 + before, Rc::clone(&shared));
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(by).buffer_capacity(AHEAD);
        let reader = builder.from_reader(text);
        let mut rows = Self { reader, shared, head: Vec::new(), record: StringRecord::new(), before, rows: 0, line: 1 };
        if !rows.read()? {
            return Err(Damage::whole("it is empty").help("export it again, with a line of headers"));
        }
        rows.head = rows.record.iter().map(|name| name.trim().to_owned()).collect();
        rows.ensure_head()?;
        Ok(rows)
    }

    /// The headers.
    pub(crate) fn head(&self) -> &[String] {
        &self.head
    }

    /// Whether the last row ends with a line end: where it does not, a cut file looks the same.
    pub(crate) fn ends_a_line(&self) -> bool {
        self.shared.ends_a_line()
    }

    /// The next row with something in it, or what is wrong with its cells; none after the last one.
    ///
    /// # Errors
    /// [`Damage`] where the file cannot be read on.
    pub(crate) fn next(&mut self) -> Result<Option<Found<'_>>, Damage> {
        loop {
            if !self.read()? {
                return Ok(None);
            }
            self.rows += 1;
            if self.rows > MOST_ROWS {
                let damage = Damage::at(self.line, format!("it has more than {MOST_ROWS} rows"));
                return Err(damage.help("no site has that many: find out who made the file"));
            }
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        let (has, of) = (self.record.len(), self.head.len());
        let beyond = self.record.iter().skip(of).any(|cell| !cell.trim().is_empty());
        Ok(Some(match (has, beyond) {
            (has, _) if has < of => Err((self.line, Fault::TooFewCells { has, of })),
            (_, true) => Err((self.line, Fault::TooManyCells { of })),
            _ => Ok(Row { line: self.line, cells: &self.record }),
        }))
    }

    /// Reads a record; whether there was one.
    fn read(&mut self) -> Result<bool, Damage> {
        let begins = self.reader.position().line() + self.before;
        let read = self.reader.read_record(&mut self.record);
        self.shared.row();
        let is_there = read.map_err(|error| self.shared.damage_in(begins).unwrap_or_else(|| unread(error)))?;
        let at = self.record.position().map_or(self.line, csv::Position::line);
        self.line = at + self.before;
        let is_end = self.record.len() == 1 && self.record.get(0) == Some(END.trim());
        if is_there && !is_end && self.record.iter().any(|cell| cell.contains('\0')) {
            let damage =
                Damage::at(self.line, "a quote is opened in this row and never closed: the file is cut off or damaged");
            return Err(damage.help("export it again"));
        }
        Ok(is_there && !is_end)
    }

    /// Refuses a first row that is somebody's.
    fn ensure_head(&self) -> Result<(), Damage> {
        let no_head = |what: &str| {
            let damage = Damage::at(1 + self.before, format!("the first line is no line of headers: {what}"));
            Err(damage.help("export it again with headers, or write a line of them above the first row"))
        };
        let is_number = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if self.head.iter().any(|name| without_addresses(name) != *name) {
            return no_head("it holds an e-mail address");
        }
        if self.head.iter().any(is_number) {
            return no_head("one of its cells is a number");
        }
        Ok(())
    }

    /// Which columns `whose` file has, as a message says it. A first line in which nothing is a word of headers may be somebody's row, and
    /// is not shown.
    pub(super) fn columns(&self, whose: &str) -> String {
        let is_word = |word: &str| WORDS_OF_HEADERS.contains(&word.to_lowercase().as_str());
        if self.head.iter().any(|name| name.split(|c: char| !c.is_alphanumeric()).any(is_word)) {
            return format!("{whose} columns are {}", listed(&self.head));
        }
        let many = self.head.len();
        format!("{whose} first line has {many} cells, and none looks like a header: is a line of headers missing?")
    }

    /// The place of a column that somebody names by its header.
    ///
    /// # Errors
    /// [`Damage`] where no column, or more than one, has it.
    pub(crate) fn column(&self, named: &str) -> Result<usize, Damage> {
        let mut at = self.head.iter().enumerate().filter(|(_, name)| *name == named.trim()).map(|(at, _)| at);
        match (at.next(), at.next()) {
            (Some(at), None) => Ok(at),
            (Some(_), Some(_)) => Err(Damage::at(1 + self.before, format!("two columns have the header `{named}`"))
                .help("rename one of them in the file, so that it is clear which is meant")),
            (None, _) => {
                let help = match nearest(named, &self.head) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => self.columns("its"),
                };
                Err(Damage::at(1 + self.before, format!("no column has the header `{named}`")).help(help))
            }
        }
    }
}

/// The first line, with its line end.
fn head<R: BufRead>(decoded: &mut Decoded<R>, shared: &Shared) -> Result<String, Damage> {
    let (mut line, mut byte, mut is_quoted) = (Vec::new(), [0], false);
    while line.len() <= LONGEST_HEAD {
        match decoded.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => line.push(byte[0]),
            Err(error) => return Err(shared.damage().unwrap_or(Damage::Read(error))),
        }
        is_quoted ^= byte[0] == b'"';
        if byte[0] == b'\n' && !is_quoted {
            break;
        }
    }
    if line.len() > LONGEST_HEAD {
        let damage = Damage::at(1, format!("its first line is longer than {} KiB", LONGEST_HEAD >> 10));
        return Err(damage.help("is this a CSV file with a line of headers?"));
    }
    // Only whole characters are given.
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn unread(error: csv::Error) -> Damage {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Damage::Read(error),
        _ => Damage::whole(text).help("export it again as `CSV UTF-8`"),
    }
}

/// Words of which a line of headers has one, whatever system wrote it.
const WORDS_OF_HEADERS: [&str; 24] = [
    "address",
    "contact",
    "currency",
    "date",
    "email",
    "first",
    "firstname",
    "form",
    "group",
    "groups",
    "id",
    "last",
    "lastname",
    "mail",
    "name",
    "number",
    "order",
    "phone",
    "status",
    "tag",
    "tags",
    "total",
    "user",
    "username",
];

/// How many columns are named at most.
const NAMED: usize = 40;

/// Headers as a sentence has them, as many as are worth reading.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{}`", clipped(name.as_ref()))).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A header, no longer than one is.
fn clipped(name: &str) -> String {
    let mut short: String = name.chars().take(60).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}
