//! An inventory: names and shapes of what a site stores, and no values.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::frame::{self, End, OneMember, Reported, at, cut, one_member};
use super::header::Header;
use super::lines::Lines;
use crate::population::Damage;

/// One line of an inventory: what has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its name, with `*` for each part that is not written in the code of WordPress or of a published plugin.
    pub name: String,
    /// How many there are of that name.
    pub count: u64,
    /// The rest of it.
    pub about: About,
}

/// What an inventory names, in the order in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is a word of the format")]
pub enum EntryKind {
    Option,
    UserMeta,
    PostMeta,
    Table,
    PostType,
    Shortcode,
    Cron,
    Class,
    Plugin,
}

/// What is known of a name; each kind has its own part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct About {
    /// The folder of the plugin whose names begin as this one does, where one has.
    pub of: Option<String>,
    /// The least and the greatest number of bytes of its values.
    pub bytes: Option<(u64, u64)>,
    /// What its values look like, by pointers in which `*` stands for keys that are not shown.
    pub shape: Shapes,
    /// Rows of a table, as the database estimates.
    pub rows: Option<u64>,
    /// The engine of a table; none of a view.
    pub engine: Option<String>,
    /// The columns of a table.
    pub columns: Vec<Column>,
    /// Posts of a type, by status.
    pub posts: BTreeMap<String, u64>,
    /// Public methods of a class.
    pub methods: Vec<String>,
    /// The version of a plugin.
    pub version: Option<String>,
    /// The status of a plugin.
    pub status: Option<String>,
}

/// Pointers with what lies there, in the order in which it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes(pub Vec<(String, Shape)>);

/// What was seen at a pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Shape {
    /// Its types, each with how often it was seen.
    pub types: BTreeMap<String, u64>,
    /// The least and the greatest number of bytes.
    #[serde(default)]
    pub length: Option<(u64, u64)>,
    /// The least and the greatest number of elements.
    #[serde(default)]
    pub elements: Option<(u64, u64)>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in the database.
    #[serde(rename = "type")]
    pub column_type: String,
    /// `PRI`, `UNI` or `MUL` where it is a key.
    #[serde(default)]
    pub key: String,
}

/// The most pointers of one name: the collector gives three hundred, and one for the rest.
const MOST_SHAPES: usize = 1024;

/// An inventory, one line at a time. Nothing that it gave counts until [`InventoryReader::next`] has given none.
pub struct InventoryReader<R> {
    lines: Lines<R>,
    header: Header,
    counts: BTreeMap<&'static str, u64>,
    digest: Option<String>,
}

impl EntryKind {
    /// Every kind that this build knows.
    pub const ALL: [Self; 9] = [
        Self::Option,
        Self::UserMeta,
        Self::PostMeta,
        Self::Table,
        Self::PostType,
        Self::Shortcode,
        Self::Cron,
        Self::Class,
        Self::Plugin,
    ];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::UserMeta => "usermeta",
            Self::PostMeta => "postmeta",
            Self::Table => "table",
            Self::PostType => "post_type",
            Self::Shortcode => "shortcode",
            Self::Cron => "cron",
            Self::Class => "class",
            Self::Plugin => "plugin",
        }
    }
}

impl<R: BufRead> InventoryReader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// [`Damage`] where it does not begin an inventory of a format that this build reads.
    pub fn open(reader: R) -> Result<Self, Damage> {
        let mut lines = Lines::new(reader);
        let header = frame::first(&mut lines, "inventory")?;
        let counts = EntryKind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
        Ok(Self { lines, header, counts, digest: None })
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The SHA-256 by which the inventory is known; none before it was read to its end.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The next entry; none once the whole inventory was read and fits its last line. What this build does not know is passed over.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be read, is cut or damaged, or where the collector reported that it failed.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator could be left in the middle without anybody noticing"
    )]
    pub fn next(&mut self) -> Result<Option<Entry>, Damage> {
        while self.digest.is_none() {
            let Some((number, text)) = self.lines.next()? else { return Err(cut()) };
            match frame::line(number, text)? {
                Any::Unknown => {}
                Any::Header => return Err(at(number, "a second inventory begins here")),
                Any::Error(reported) => return Err(reported.damage(number)),
                Any::End(end) => {
                    frame::close(&mut self.lines, number, &end, &self.counts, &BTreeMap::new())?;
                    self.digest = Some(end.sha256);
                }
                Any::Entry(entry) => {
                    *self.counts.entry(entry.kind.name()).or_default() += 1;
                    return Ok(Some(entry));
                }
            }
        }
        Ok(None)
    }
}

/// Any line of the file.
enum Any {
    Header,
    Entry(Entry),
    End(End),
    Error(Reported),
    /// A kind that this build does not know.
    Unknown,
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_member(deserializer)
    }
}

impl OneMember for Any {
    fn read<'de, A: MapAccess<'de>>(word: &str, members: &mut A) -> Result<Self, A::Error> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
            count: u64,
            #[serde(flatten)]
            about: About,
        }

        let kind = EntryKind::ALL.into_iter().find(|kind| kind.name() == word);
        Ok(match (kind, word) {
            (Some(kind), _) => {
                let Named { name, count, about } = members.next_value()?;
                Any::Entry(Entry { kind, name, count, about })
            }
            (None, "end") => Any::End(members.next_value()?),
            (None, "error") => Any::Error(members.next_value()?),
            (None, "inventory") => members.next_value::<IgnoredAny>().map(|_| Any::Header)?,
            (None, _) => members.next_value::<IgnoredAny>().map(|_| Any::Unknown)?,
        })
    }
}

impl<'de> Deserialize<'de> for Shapes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pointers;

        impl<'de> Visitor<'de> for Pointers {
            type Value = Shapes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pointers with their shapes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shapes, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    if all.len() == MOST_SHAPES {
                        return Err(A::Error::custom("too many pointers, expected at most 1024 of one name"));
                    }
                    all.push(entry);
                }
                Ok(Shapes(all))
            }
        }

        deserializer.deserialize_map(Pointers)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::closed;
    use super::*;

    const HEAD: &str = r#"{"inventory":{"format":1,"plugin":{"name":"plan-bridge","version":"0.1.0","sha256":"5f2c"},"request":{"sha256":"77ab","adapters":[]},"taken_at":"2026-11-29T07:00:00Z","versions":{"wordpress":"6.8.7","php":"8.2.31","database":"10.11.14-MariaDB"},"multisite":false,"object_cache":false}}"#;

    fn read(text: &str) -> Result<Vec<Entry>, String> {
        let mut reader = InventoryReader::open(text.as_bytes()).map_err(|damage| damage.to_string())?;
        let mut all = Vec::new();
        while let Some(entry) = reader.next().map_err(|damage| damage.to_string())? {
            all.push(entry);
        }
        Ok(all)
    }

    #[test]
    fn every_line_that_the_format_shows_is_read() {
        let (_, format) = include_str!("../../bridge/FORMAT.md").split_once("## 4. The inventory").unwrap();
        let shown: Vec<&str> = format.lines().filter(|line| line.starts_with("{\"")).collect();
        let [_, entries @ .., _] = &shown[..] else { panic!("{shown:?}") };
        let counts = r#""counts":{"option":1,"usermeta":1,"postmeta":1,"table":1,"post_type":1,"cron":1,"shortcode":1,"class":1,"plugin":1}"#;
        let all = read(&closed(&[&[HEAD], entries].concat(), counts)).unwrap();
        assert_eq!(all.len(), entries.len());
        let (offering, table) = (&all[0], &all[3]);
        assert_eq!(
            (offering.kind, offering.name.as_str(), offering.count),
            (EntryKind::Option, "_accessally_offering_*", 3)
        );
        let shapes = &offering.about.shape.0;
        assert_eq!(
            shapes.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(),
            ["", "/name", "/modules", "/modules/*/name"]
        );
        assert_eq!(
            (shapes[2].1.elements, shapes[3].1.length, shapes[3].1.types["empty"]),
            (Some((2, 5)), Some((0, 18)), 1)
        );
        assert_eq!((table.about.rows, table.about.columns[0].key.as_str()), (Some(120), "PRI"));
    }

    #[test]
    fn an_inventory_that_is_cut_changed_or_something_else_is_refused() {
        let entry = r#"{"option":{"name":"blog_public","count":1,"bytes":[1,1]}}"#;
        let whole = closed(&[HEAD, entry], r#""counts":{"option":1}"#);
        assert_eq!(read(&whole).unwrap().len(), 1);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(read(&whole.replace("[1,1]", "[1,2]")).unwrap_err().contains("its SHA-256 is not the one"));
        let less = closed(&[HEAD, entry], r#""counts":{"option":2}"#);
        assert_eq!(read(&less).unwrap_err(), "its last line counts 2 of `option`, and 1 are in it");
        let capture = HEAD.replace("inventory", "capture") + "\n";
        assert_eq!(
            read(&capture).unwrap_err(),
            "it is not an inventory: it is a capture, which holds values of the site"
        );
        let reported =
            format!("{HEAD}\n{{\"error\":{{\"code\":\"fatal\",\"message\":\"PHP stopped (the program ended).\"}}}}\n");
        assert_eq!(
            read(&reported).unwrap_err(),
            "the site could not be read to its end. It reported: PHP stopped (the program ended)."
        );
    }
}
