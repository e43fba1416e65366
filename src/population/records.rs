//! A population's records read from its lines, in their order, up to the end record.

use std::borrow::Cow;
use std::io::Read;
use std::sync::LazyLock;
use std::thread::Scope;

use serde::Deserialize;

use super::ahead::Ahead;
use super::fit::Names;
use super::json::{misfit, object, opening, was_read_at, word};
use super::ledger::Book;
use super::quick::quickly;
use super::record::{KINDS, Record};
use super::{Damage, Line};
use crate::model::population::{Contact, Opening, Order, Subscription};
use crate::model::snapshot::{PopulationDigest, is_newer};
use crate::text::nearest;

/// A record of a kind that this build does not know: only its name counts.
#[derive(Deserialize)]
struct Stranger<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    key: Cow<'a, str>,
}

impl<'a> Record<'a> {
    /// Reads a line; the end record too, of which only the kind is looked at.
    ///
    /// # Errors
    /// [`Damage`] where it is no record.
    pub(super) fn read(line: Line<'a>) -> Result<Self, Damage> {
        let read = match quickly(line.text) {
            Some(record) => Ok(record),
            None => serde_json::from_str(line.text).or_else(|error| Self::read_beyond(line, &error)),
        };
        let record = Self { line: line.number, text: line.text, ..read? };
        if record.kind != "end" && record.key.is_empty() {
            return Err(Damage::at(line.number, "the record has no key"));
        }
        if matches!(&*record.kind, "order" | "subscription") && record.contact.is_empty() {
            return Err(Damage::at(line.number, format!("the `{}` record names no contact", record.kind)));
        }
        Ok(record)
    }

    /// Reads a line with more in it than a record has: of a kind that this build does not know only its name counts.
    fn read_beyond(line: Line<'a>, error: &serde_json::Error) -> Result<Self, Damage> {
        let damage = || misfit(line.number, error);
        let Stranger { kind, key } = serde_json::from_str(line.text).map_err(|_| damage())?;
        if kind == "end" {
            return Ok(Self { kind, key, ..Self::default() });
        }
        let Some(names) = names_of(&kind) else {
            let misfits = vec![strange_member(&kind)];
            return Ok(Self { kind, key, misfits, ..Self::default() });
        };
        let mut fields = object(line)?;
        let misfits = names.strangers(fields.keys());
        fields.retain(|name, _| names.has(name));
        let record = Self::deserialize(serde_json::Value::Object(fields)).map_err(|_| damage())?;
        Ok(Self { misfits, ..record })
    }
}

/// How many records of a population are read at most: ten times what the largest site has.
const MOST_RECORDS: u64 = 20_000_000;

/// What records of these kinds can have.
static NAMES: LazyLock<[Names; 3]> =
    LazyLock::new(|| [Names::of::<Contact>(), Names::of::<Order>(), Names::of::<Subscription>()]);

/// What a record of this kind can have; none where this build does not know the kind.
pub(crate) fn names_of(kind: &str) -> Option<&'static Names> {
    let at = match kind {
        "contact" | "contact-without-user" => 0,
        "order" => 1,
        "subscription" => 2,
        _ => return None,
    };
    Some(&NAMES[at])
}

/// What is to be said of a record of a kind that this build does not know.
pub(crate) fn strange_member(kind: &str) -> (String, String) {
    let help = match nearest(kind, &KINDS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds of a population are `{}`", KINDS.join("`, `")),
    };
    (format!("no record of a population is of the kind `{}`", word(kind)), help)
}

/// What is known of a stream up to a line: its first record, the book, and the end record.
#[derive(Debug)]
pub(super) struct Course {
    /// Its first record.
    pub(super) opening: Opening,
    book: Book,
    /// The end record's line, once it was there.
    end: Option<(u64, String)>,
}

impl Course {
    /// That of a stream of which the first record was read.
    pub(super) fn begun(opening: Opening) -> Self {
        Self { opening, book: Book::with_repeats_of(&["contact"]), end: None }
    }

    /// A line is there.
    ///
    /// # Errors
    /// [`Damage`] where it comes after the end record, or there are too many.
    pub(super) fn comes_to(&self, line: Line<'_>) -> Result<(), Damage> {
        if self.end.is_some() {
            return Err(Damage::at(line.number, "there is more after the end record"));
        }
        if line.number > MOST_RECORDS {
            let what = format!("it has more than {MOST_RECORDS} records");
            return Err(Damage::at(line.number, what).help("no site has that many: find out who made the file"));
        }
        Ok(())
    }

    /// Before the next line is looked at.
    ///
    /// # Errors
    /// [`Damage`] where the end record was there, and does not agree with what came before it.
    pub(super) fn goes_on(&self) -> Result<(), Damage> {
        self.said().map(drop)
    }

    /// The line of the end record and the digest that it says; none before it was there.
    fn said(&self) -> Result<Option<(u64, String)>, Damage> {
        let said = |(number, text): &(u64, String)| Ok((*number, self.book.agree(Line { number: *number, text })?));
        self.end.as_ref().map(said).transpose()
    }

    /// The record of a line, as it counts; none where it is the end record.
    ///
    /// # Errors
    /// [`Damage`] where it is out of order, or there twice.
    pub(super) fn takes<'a>(&mut self, line: Line<'a>, mut record: Record<'a>) -> Result<Option<Record<'a>>, Damage> {
        if record.kind == "end" {
            self.end = Some((line.number, line.text.to_owned()));
            return Ok(None);
        }
        record.repeats = self.book.record(line.number, &record.kind, &record.key)?;
        Ok(Some(self.judged(record)))
    }

    /// A record without what a newer format may have.
    fn judged<'a>(&self, mut record: Record<'a>) -> Record<'a> {
        if is_newer(&self.opening.format) {
            record.misfits.clear();
        }
        record
    }

    /// The digest of the stream, once every line was read.
    ///
    /// # Errors
    /// [`Damage`] where there is no end record, or it does not agree with what was read.
    pub(super) fn finish(self, digest: Option<String>) -> Result<PopulationDigest, Damage> {
        let (number, said) = self.said()?.ok_or_else(cut)?;
        self.book.close(number, &said, digest.ok_or_else(cut)?)
    }
}

/// The records of a population, one at a time, each checked against the book of the stream.
#[derive(Debug)]
pub(crate) struct Records {
    lines: Ahead,
    course: Course,
}

/// A record beside one of another population.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and it goes by without being moved")]
pub(crate) enum Beside<'a> {
    /// Its line is the same, and so is what comes of it.
    Same,
    /// Another one.
    Another(Record<'a>),
}

impl Records {
    /// Reads the first line, and reads ahead in a thread of this scope.
    ///
    /// # Errors
    /// [`Damage`] where it does not open a population in the format.
    pub(crate) fn open<'scope, R: Read + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        reader: R,
    ) -> Result<Self, Damage> {
        Self::beginning(Ahead::of(scope, reader))
    }

    /// The records of lines of which none was read.
    pub(super) fn beginning(mut lines: Ahead) -> Result<Self, Damage> {
        let opening = read_opening(lines.next_line()?)?;
        Ok(Self { lines, course: Course::begun(opening) })
    }

    /// Its first record.
    pub(crate) fn opening(&self) -> &Opening {
        &self.course.opening
    }

    /// The next record; none after the last one.
    ///
    /// # Errors
    /// [`Damage`] where the stream cannot be read, is cut, or is not in the format.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Damage> {
        Ok(match self.next_beside(None)? {
            Some(Beside::Another(record)) => Some(record),
            Some(Beside::Same) | None => None,
        })
    }

    /// The next record, beside one of another population: where their lines are the same it is not read once more.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn next_beside(&mut self, other: Option<&Record<'_>>) -> Result<Option<Beside<'_>>, Damage> {
        if self.course.end.is_some() {
            return Ok(None);
        }
        let line = self.lines.next_line()?.ok_or_else(cut)?;
        self.course.comes_to(line)?;
        if let Some(other) = other.filter(|other| other.text == line.text && other.misfits.is_empty()) {
            let repeats = self.course.book.record(line.number, &other.kind, &other.key)?;
            if repeats == other.repeats {
                return Ok(Some(Beside::Same));
            }
            let record = Record { repeats, ..Record::read(line)? };
            return Ok(Some(Beside::Another(self.course.judged(record))));
        }
        Ok(self.course.takes(line, Record::read(line)?)?.map(Beside::Another))
    }

    /// The digest of the stream, once every record was read.
    ///
    /// # Errors
    /// [`Damage`] where there is no end record, it does not agree with what was read, or there is more after it.
    pub(crate) fn finish(mut self) -> Result<PopulationDigest, Damage> {
        self.course.goes_on()?;
        if self.course.end.is_some()
            && let Some(line) = self.lines.next_line()?
        {
            self.course.comes_to(line)?;
        }
        self.course.finish(self.lines.digest())
    }
}

/// What is wrong with a stream without an end record.
pub(super) fn cut() -> Damage {
    Damage::whole("it has no end record: the file is cut off")
}

/// The first record of a population.
pub(crate) fn read_opening(first: Option<Line<'_>>) -> Result<Opening, Damage> {
    let fields = opening(first, "population")?;
    let opening: Opening = serde_json::from_value(fields.into()).map_err(|error| misfit(1, &error))?;
    was_read_at(&opening.taken_at, "members were")?;
    Ok(opening)
}

/// Whether a line is a record of a population; its kind and key.
pub(crate) fn check(line: Line<'_>) -> Result<(String, String), Damage> {
    Record::read(line).map(|record| (record.kind.into_owned(), record.key.into_owned()))
}
