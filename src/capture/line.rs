//! The lines of a capture, typed. What a later collector adds to them is passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::frame::{End, OneMember, Reported, one_member};
use super::header::Text;
use super::source::{Counted, Scope, Source};
use super::value::Value;

/// One line between the first and the last.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The lines of this source follow, or there are none of it.
    Source(Source),
    /// An option.
    Option(StoredOption),
    /// Users, in the order of the storage.
    Users(Vec<UserRow>),
    /// Rows of user meta, in the order of the storage: not by user.
    UserMeta(Vec<MetaRow>),
    /// Rows of post meta.
    PostMeta(Vec<MetaRow>),
    /// Rows of a table.
    Table(TableBlock),
    /// A hook of cron.
    Cron(Cron),
    /// A published post that has something to say, or that could not be looked at.
    Content(Content),
    /// A plugin.
    Plugin(InstalledPlugin),
    /// A constant of PHP that is defined.
    Constant(Constant),
    /// What a call gave.
    Call(Call),
    /// Who defines a function.
    Function(DefinedFunction),
}

/// An option, with the transient of the same name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredOption {
    /// Its name.
    pub name: Text,
    /// Whose it is.
    #[serde(default)]
    pub scope: Scope,
    /// The SHA-256 of the raw text in the database; unknown unless the value is that text itself.
    pub sha256: Option<String>,
    /// The bytes of the raw text; unknown where its digest is.
    pub length: Option<u64>,
    /// The transient of the same name; with an object cache, none says nothing.
    pub twin: Option<Twin>,
    /// Its value.
    pub value: Value,
}

/// A transient that has an option's name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Twin {
    /// How it compares with the option.
    pub state: TwinState,
    /// When it ends, in seconds since 1970; none where it does not.
    pub expires: Option<i64>,
    /// Its value, where that differs.
    #[serde(default)]
    pub value: Option<Value>,
}

/// How a transient compares with the option of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TwinState {
    /// It is the same.
    Same,
    /// It differs: whoever reads the transient first sees something else than the option.
    Differs,
    /// It has ended.
    Expired,
    /// A state that this build does not know.
    #[serde(other)]
    Unknown,
}

/// A user: the number, and a cell for each column that was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRow {
    /// The user's number.
    pub id: u64,
    /// Their columns, in the order of the source's `of`.
    pub cells: Vec<Value>,
}

/// A row of user meta or post meta.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MetaRow {
    /// Its own number.
    pub id: u64,
    /// The number of the user or post that it belongs to.
    pub owner: u64,
    /// Its key.
    pub key: Text,
    /// Its value.
    pub value: Value,
}

/// Some rows of a table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TableBlock {
    /// The table, without the prefix.
    pub name: String,
    /// Whose it is.
    #[serde(default)]
    pub scope: Scope,
    /// The columns.
    pub columns: Vec<String>,
    /// The rows: a cell for each column.
    #[serde(deserialize_with = "rows_of_cells")]
    pub rows: Vec<Vec<Value>>,
}

/// A hook of cron.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Cron {
    /// Its name.
    pub hook: Text,
    /// The next time, in seconds since 1970.
    pub next: i64,
    /// How many events.
    pub events: u64,
    /// The names of their schedules, `once` for none.
    pub schedules: Vec<String>,
}

/// What a published post embeds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Content {
    /// The post's number.
    pub id: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub post_type: String,
    /// The shortcodes that fit the request.
    #[serde(default)]
    pub shortcodes: Vec<Shortcode>,
    /// The hosts of embedded forms, frames and scripts.
    #[serde(default)]
    pub hosts: Vec<EmbeddedHost>,
    /// Why it could not be looked at: what it embeds is unknown.
    #[serde(default)]
    pub unread: Option<NotLooked>,
}

/// Why a post could not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotLooked {
    /// It is longer than the collector reads.
    TooLarge,
    /// PHP gave up on it, or a reason that this build does not know.
    #[serde(other)]
    Failed,
}

/// A shortcode in a post.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Shortcode {
    /// Its name.
    pub name: String,
    /// Its arguments; one without a name has its number as name.
    pub arguments: BTreeMap<String, Value>,
}

/// A host that a post embeds something of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EmbeddedHost {
    /// The element: `form`, `iframe`, `script`, `embed`, `object`.
    pub element: String,
    /// The host.
    pub host: String,
}

/// A plugin of the site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstalledPlugin {
    /// Its file.
    pub file: String,
    /// Its version; empty where it names none.
    pub version: String,
    /// `active`, `network-active`, `inactive`, `must-use` or `drop-in`.
    pub status: String,
}

/// A constant of PHP.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// A call of a plugin's function.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Call {
    /// What was called.
    pub call: String,
    /// What it gave.
    pub value: Value,
}

/// A function, with who defines it: `core`, `plugin:FOLDER`, `must-use:FILE`, `theme:FOLDER`, or `other`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DefinedFunction {
    /// Its name.
    pub name: String,
    /// Who defines it.
    pub owner: Text,
    /// Who filters `pre_` of its name, and may answer in its place.
    #[serde(default)]
    pub filters: Vec<Text>,
}

impl<'de> Deserialize<'de> for UserRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Row;

        impl<'de> Visitor<'de> for Row {
            type Value = UserRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the row of a user")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<UserRow, A::Error> {
                let id = row.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let Few::<_, MOST_CELLS>(cells) = Few::visit(row)?;
                Ok(UserRow { id, cells })
            }
        }

        deserializer.deserialize_seq(Row)
    }
}

/// Any line of the file.
pub(super) enum Any {
    /// The first line, again.
    Header(IgnoredAny),
    Line(Line),
    Counted(Counted),
    End(End),
    Error(Reported),
    /// A kind that this build does not know.
    Unknown,
}

/// The most rows of one line, and the most cells of one row: a line is short, and what is made of it takes many times its bytes.
const MOST_ROWS: usize = 1024;
const MOST_CELLS: usize = 1024;

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Rows<T> {
    rows: Few<T, MOST_ROWS>,
}

/// A list of so many at most.
struct Few<T, const MOST: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Few<T, MOST> {
    fn visit<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            if all.len() == MOST {
                return Err(A::Error::custom(format_args!("a longer list, expected at most {MOST} in one")));
            }
            all.push(item);
        }
        Ok(Self(all))
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
            type Value = Few<T, MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                Few::visit(items)
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}

fn rows_of_cells<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<Value>>, D::Error> {
    let Few::<Few<Value, MOST_CELLS>, MOST_ROWS>(rows) = Few::deserialize(deserializer)?;
    Ok(rows.into_iter().map(|Few(cells)| cells).collect())
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_member(deserializer)
    }
}

impl OneMember for Any {
    fn read<'de, A: MapAccess<'de>>(word: &str, members: &mut A) -> Result<Self, A::Error> {
        Ok(match word {
            "capture" => Any::Header(members.next_value()?),
            "source" => Any::Line(Line::Source(members.next_value()?)),
            "option" => Any::Line(Line::Option(members.next_value()?)),
            "users" => Any::Line(Line::Users(members.next_value::<Rows<_>>()?.rows.0)),
            "usermeta" => Any::Line(Line::UserMeta(members.next_value::<Rows<_>>()?.rows.0)),
            "postmeta" => Any::Line(Line::PostMeta(members.next_value::<Rows<_>>()?.rows.0)),
            "table" => Any::Line(Line::Table(members.next_value()?)),
            "content" => Any::Line(Line::Content(members.next_value()?)),
            "cron" => Any::Line(Line::Cron(members.next_value()?)),
            "plugin" => Any::Line(Line::Plugin(members.next_value()?)),
            "constant" => Any::Line(Line::Constant(members.next_value()?)),
            "call" => Any::Line(Line::Call(members.next_value()?)),
            "function" => Any::Line(Line::Function(members.next_value()?)),
            "counted" => Any::Counted(members.next_value()?),
            "end" => Any::End(members.next_value()?),
            "error" => Any::Error(members.next_value()?),
            _ => members.next_value::<IgnoredAny>().map(|_| Any::Unknown)?,
        })
    }
}
