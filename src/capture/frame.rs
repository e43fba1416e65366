//! What a capture and an inventory have in common: the first line, the last one, and the one of a failure.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::header::{FORMAT, Header};
use super::lines::{AGAIN, CUT, Lines};
use crate::population::{Damage, Line, misfit, object, was_read_at};
use crate::text::without_addresses;

/// The longest first line: a thousand times what the collector writes.
const LONGEST_FIRST: usize = 1 << 20;

/// The most of a site's own message that is shown.
const LONGEST_MESSAGE: usize = 400;

/// The last line of a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct End {
    pub(super) counts: BTreeMap<String, u64>,
    #[serde(default)]
    pub(super) expected: BTreeMap<String, u64>,
    pub(super) sha256: String,
}

/// The last line of one that failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Reported {
    code: String,
    message: String,
}

impl Reported {
    /// What the collector reported, with what to do about it.
    pub(super) fn damage(&self, line: u64) -> Damage {
        let help = match self.code.as_str() {
            "request" => {
                "put the request.json that belongs to this collector back into its folder, then read the site again"
            }
            "output" => {
                "find the plugin or the PHP file that prints (the site's PHP error log may name it), then read the site again"
            }
            "database" => "read the site again; if it happens again, the host's database log says why",
            "count" => "read the site again when nobody changes it",
            "fatal" => "look in the site's PHP error log, which names the file at fault, then read the site again",
            _ => AGAIN,
        };
        Damage::at(line, format!("the site could not be read to its end. It reported: {}", self.shown())).help(help)
    }

    /// Its sentence, as a message may show it: the file may be anybody's.
    fn shown(&self) -> String {
        let words: Vec<&str> = self.message.split_whitespace().collect();
        let text = without_addresses(&words.join(" ")).into_owned();
        text.chars().filter(|c| !c.is_control()).take(LONGEST_MESSAGE).collect()
    }
}

/// Reads the first line of a file of this kind, `capture` or `inventory`.
pub(super) fn first<R: BufRead>(lines: &mut Lines<R>, kind: &'static str) -> Result<Header, Damage> {
    let Some((number, text)) = lines.next()? else { return Err(not(kind, "it is empty")) };
    let is_marked = text.starts_with('\u{feff}');
    let fields = match text.len() <= LONGEST_FIRST {
        true => object(Line { number, text }).unwrap_or_default(),
        false => Map::new(),
    };
    let Some((found, value)) = fields.into_iter().next() else {
        // A site whose other plugins print into the answer says so on the line after.
        let next = lines.next().ok().flatten();
        let reported = next.and_then(|(number, text)| Some(reported(text)?.damage(number)));
        let otherwise = match is_marked {
            true => "it begins with a byte order mark, so some program has saved it again",
            false => "its first line is not one that the collector writes",
        };
        return Err(reported.unwrap_or_else(|| not(kind, otherwise)));
    };
    match found.as_str() {
        name if name == kind => header(kind, value),
        "error" => Err(serde_json::from_value::<Reported>(value).map_or_else(
            |_| not(kind, "its first line is not one that the collector writes"),
            |error| error.damage(1),
        )),
        "capture" => Err(not(kind, "it is a capture, which holds values of the site")),
        "inventory" => Err(not(kind, "it is an inventory, which holds names and shapes and no values")),
        "kind" if matches!(value.as_str(), Some("snapshot" | "population")) => {
            Err(not(kind, &format!("it is a {}", value.as_str().unwrap_or_default())))
        }
        _ => Err(not(kind, "its first line is not one that the collector writes")),
    }
}

fn reported(text: &str) -> Option<Reported> {
    let mut line: BTreeMap<String, Reported> = serde_json::from_str(text).ok()?;
    line.remove("error")
}

/// What the collector reports in an answer of a few lines that holds nothing else of its own: others print into it.
pub fn reported_in(answer: &[u8]) -> Option<String> {
    let lines = answer.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"error\":{"));
    let mut texts = lines.filter_map(|line| std::str::from_utf8(line).ok());
    texts.find_map(reported).map(|error| error.shown())
}

fn header(kind: &'static str, value: Value) -> Result<Header, Damage> {
    match value.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(other) => {
            let what = format!("its format is {other}, and this version of `plan` reads format {FORMAT}");
            let help = "use a version of `plan` that fits the collector (`plan-bridge`) on the site, or the collector of this version";
            return Err(Damage::at(1, what).help(help));
        }
        None => return Err(not(kind, "it names no format")),
    }
    let header: Header = serde_json::from_value(value).map_err(|error| damaged(1, &error))?;
    was_read_at(&header.taken_at, "site was")?;
    Ok(header)
}

/// A file that is something else.
fn not(kind: &str, why: &str) -> Damage {
    let article = if kind == "inventory" { "an" } else { "a" };
    Damage::at(1, format!("it is not {article} {kind}: {why}"))
        .help(format!(
            "give the {kind} as the collector wrote it: as Tools > Plan on the site downloads it, or what the script writes to standard output \
             alone (what it says to standard error is why it failed)"
        ))
}

/// A line, typed.
pub(super) fn line<T: DeserializeOwned>(number: u64, text: &str) -> Result<T, Damage> {
    serde_json::from_str(text).map_err(|error| damaged(number, &error))
}

fn damaged(number: u64, error: &serde_json::Error) -> Damage {
    misfit(number, error).help(AGAIN)
}

/// A line that does not stand where it can.
pub(super) fn at(number: u64, what: impl Into<String>) -> Damage {
    Damage::at(number, what).help(AGAIN)
}

/// A file without its last line.
pub(super) fn cut() -> Damage {
    Damage::whole(CUT).help(AGAIN)
}

/// Reads a file of this kind to its end, without looking into its lines: its last line and its digest say whether it is whole. Its
/// first line, and the digest by which it is known.
///
/// # Errors
/// [`Damage`] where it is something else, cut or changed, or where the collector reported that it failed.
pub fn whole<R: BufRead>(reader: R, kind: &'static str) -> Result<(Header, String), Damage> {
    let mut lines = Lines::new(reader);
    let header = first(&mut lines, kind)?;
    loop {
        let Some((number, text)) = lines.next()? else { return Err(cut()) };
        if text.starts_with("{\"error\":") {
            let OneError { error } = line(number, text)?;
            return Err(error.damage(number));
        }
        if text.starts_with("{\"end\":") {
            let OneEnd { end } = line(number, text)?;
            close(&mut lines, number, &end, &BTreeMap::new(), &BTreeMap::new())?;
            return Ok((header, end.sha256));
        }
    }
}

/// A line: an object of exactly one member, whose name says what the line is.
pub(super) trait OneMember: Sized {
    /// Reads the member of this name.
    fn read<'de, A: MapAccess<'de>>(word: &str, members: &mut A) -> Result<Self, A::Error>;
}

/// Reads such a line.
pub(super) fn one_member<'de, T: OneMember, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Only<T>(PhantomData<T>);

    impl<'de, T: OneMember> Visitor<'de> for Only<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with one member")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
            let word: String = members.next_key()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
            let line = T::read(&word, &mut members)?;
            match members.next_key::<IgnoredAny>()? {
                None => Ok(line),
                Some(_) => Err(A::Error::custom("more members, expected an object with one member")),
            }
        }
    }

    deserializer.deserialize_map(Only(PhantomData))
}

#[derive(Deserialize)]
struct OneError {
    error: Reported,
}

#[derive(Deserialize)]
struct OneEnd {
    end: End,
}

/// Holds the last line against what came before it, and makes sure that nothing follows.
pub(super) fn close<R: BufRead>(
    lines: &mut Lines<R>,
    number: u64,
    end: &End,
    counts: &BTreeMap<&'static str, u64>,
    expected: &BTreeMap<&'static str, u64>,
) -> Result<(), Damage> {
    if end.sha256 != lines.digest_before() {
        return Err(at(number, "its SHA-256 is not the one that its last line names: it was changed or damaged"));
    }
    for (said, found) in [(&end.counts, counts), (&end.expected, expected)] {
        for (kind, found) in found {
            let said = said.get(*kind).copied().unwrap_or_default();
            if said != *found {
                return Err(at(number, format!("its last line counts {said} of `{kind}`, and {found} are in it")));
            }
        }
    }
    match lines.next()? {
        None => Ok(()),
        Some((number, _)) => Err(at(number, "there is more after the last line")),
    }
}
