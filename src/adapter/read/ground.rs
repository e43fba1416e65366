//! What a capture holds of the site's own settings, in memory; members go another way.

use std::collections::BTreeMap;

use super::spot::Row;
use crate::adapter::place::rows_of;
use crate::adapter::pointer::fits;
use crate::capture::{
    Call, Constant, DefinedFunction, Header, InstalledPlugin, Line, Outcome, Scalar, Source, SourceKind, StoredOption,
    Text, Unread, Value,
};
use crate::model::adapter::{Only, Part, Place, Scope};
use crate::population::Damage;

/// How many bytes of settings are kept at most: what a large site has is a tenth of it.
const MOST: usize = 24 << 20;

/// Settings as they were captured.
#[derive(Clone, Debug)]
pub struct Ground {
    pub(super) header: Header,
    sources: Vec<Source>,
    options: BTreeMap<(bool, String), StoredOption>,
    postmeta: BTreeMap<u64, Vec<(String, Value)>>,
    /// Rows by their sources; none where there were more than are kept.
    tables: Vec<(usize, Option<Vec<Row>>)>,
    plugins: Vec<Row>,
    constants: BTreeMap<String, Value>,
    calls: BTreeMap<String, Value>,
    functions: BTreeMap<String, DefinedFunction>,
    parts: [Row; 2],
    kept: usize,
}

/// What a place is in a capture.
pub(super) enum Placed<T> {
    There(T),
    Absent,
    Unknown(String),
}

impl Ground {
    /// An empty one, of the capture whose first line this is.
    pub fn new(header: Header) -> Self {
        let known = |text: &str| Value::Whole(crate::capture::Scalar::Text(text.to_owned()));
        let said = |text: &Text| match text {
            Text::Known(text) => known(text),
            Text::Withheld(withheld) => Value::Withheld(*withheld),
        };
        let site = header.site.as_ref().map(|site| {
            [
                ("home", said(&site.home)),
                ("url", said(&site.url)),
                ("environment", said(&site.environment)),
                ("locale", said(&site.locale)),
                ("timezone", said(&site.timezone)),
            ]
        });
        let versions = &header.versions;
        let versions = [
            ("wordpress", known(&versions.wordpress)),
            ("php", known(&versions.php)),
            ("database", known(&versions.database)),
        ];
        let parts = [Row::of(site.into_iter().flatten()), Row::of(versions)];
        Self {
            header,
            sources: Vec::new(),
            options: BTreeMap::new(),
            postmeta: BTreeMap::new(),
            tables: Vec::new(),
            plugins: Vec::new(),
            constants: BTreeMap::new(),
            calls: BTreeMap::new(),
            functions: BTreeMap::new(),
            parts,
            kept: 0,
        }
    }

    /// Takes a line; rows of members and of tables that are read as streams are not for it.
    ///
    /// # Errors
    /// [`Damage`] where there are more settings than are kept.
    pub fn take(&mut self, line: Line) -> Result<(), Damage> {
        self.kept += size(&line);
        if self.kept > MOST && !self.drops_rows(&line) {
            return Err(Damage::whole(format!("it holds more than {} MiB of settings", MOST >> 20))
                .help("let the adapter name fewer settings, or only the pointers that it needs"));
        }
        match line {
            Line::Source(source) => {
                if source.kind == SourceKind::Table {
                    self.tables.push((self.sources.len(), Some(Vec::new())));
                }
                self.sources.push(source);
            }
            Line::Option(option) => {
                if let Some(name) = option.name.known() {
                    self.options.insert((option.scope == crate::capture::Scope::Network, name.to_owned()), option);
                }
            }
            Line::PostMeta(rows) => {
                for row in rows {
                    let key = row.key.known().unwrap_or_default().to_owned();
                    self.postmeta.entry(row.owner).or_default().push((key, row.value));
                }
            }
            Line::Table(block) => {
                let columns: std::rc::Rc<[String]> = block.columns.into();
                if let Some((_, Some(rows))) = self.tables.last_mut() {
                    rows.extend(block.rows.into_iter().map(|cells| Row { columns: columns.clone(), cells }));
                }
            }
            Line::Plugin(InstalledPlugin { file, version, status }) => {
                let known = |text: String| Value::Whole(crate::capture::Scalar::Text(text));
                self.plugins.push(Row::of([
                    ("file", known(file)),
                    ("version", known(version)),
                    ("status", known(status)),
                ]));
            }
            Line::Constant(Constant { name, value }) => drop(self.constants.insert(name, value)),
            Line::Call(Call { call, value }) => drop(self.calls.insert(call, value)),
            Line::Function(function) => drop(self.functions.insert(function.name.clone(), function)),
            Line::Users(_) | Line::UserMeta(_) | Line::Cron(_) | Line::Content(_) => {}
        }
        Ok(())
    }

    /// Gives up the rows of the table that comes now, if that is what takes too much: of this table nothing is known then.
    fn drops_rows(&mut self, line: &Line) -> bool {
        let (Line::Table(_), Some((_, rows))) = (line, self.tables.last_mut()) else { return false };
        let dropped =
            rows.take().into_iter().flatten().map(|row| row.cells.iter().map(|cell| 40 + size_of(cell)).sum::<usize>());
        self.kept -= dropped.sum::<usize>() + size(line);
        true
    }

    /// Puts what an option of the site's own is now in the place of what it was.
    pub fn put(&mut self, option: StoredOption) {
        if let Some(name) = option.name.known() {
            self.options.insert((false, name.to_owned()), option);
        }
    }

    /// Whether this is what it says of an option of the site's own.
    pub fn says(&self, option: &StoredOption) -> bool {
        let known = option.name.known().and_then(|name| self.options.get(&(false, name.to_owned())));
        known.is_some_and(|known| (&known.value, &known.twin) == (&option.value, &option.twin))
    }

    /// The same with other scalars in the value of one option of the site's own; none where one of them is not there.
    pub(super) fn with(&self, name: &str, sets: &BTreeMap<String, Scalar>) -> Option<Self> {
        let mut ground = self.clone();
        let option = ground.options.get_mut(&(false, name.to_owned()))?;
        for (pointer, scalar) in sets {
            option.value = option.value.with(pointer, scalar.clone())?;
        }
        Some(ground)
    }

    /// The option of the site's own that this is the value of.
    pub(super) fn option_of(&self, value: &Value) -> Option<&str> {
        let mut own = self.options.iter().filter(|((network, _), _)| !network);
        own.find(|(_, option)| std::ptr::eq(&option.value, value)).map(|((_, name), _)| name.as_str())
    }

    /// Whether a source of this kind was read that names this.
    pub(super) fn asked(&self, kind: SourceKind, scope: Scope, name: &str) -> Placed<()> {
        let network = scope == Scope::Network;
        let is_of = |source: &&Source| {
            source.kind == kind
                && (source.scope == crate::capture::Scope::Network) == network
                && source.of.iter().any(|of| of == name || is_prefixed(name, of))
        };
        match self.sources.iter().find(is_of).map(|source| &source.outcome) {
            Some(Outcome::Read { .. }) => Placed::There(()),
            Some(Outcome::Unread(why)) => Placed::Unknown(why.words().to_owned()),
            None => Placed::Unknown(format!("the capture was not asked for {} `{name}`", word(kind))),
        }
    }

    /// The options that fit a name or pattern, each with its name.
    pub(super) fn options(&self, pattern: &str, scope: Scope) -> Placed<Vec<(&str, &StoredOption)>> {
        match self.asked(SourceKind::Option, scope, pattern) {
            Placed::There(()) => {
                let network = scope == Scope::Network;
                let all = self.options.iter().filter(|((of, name), _)| *of == network && fits(pattern, name));
                Placed::There(all.map(|((_, name), option)| (name.as_str(), option)).collect())
            }
            Placed::Absent => Placed::Absent,
            Placed::Unknown(why) => Placed::Unknown(why),
        }
    }

    pub(super) fn constant(&self, name: &str) -> Placed<&Value> {
        match self.asked(SourceKind::Constant, Scope::Site, name) {
            Placed::There(()) => self.constants.get(name).map_or(Placed::Absent, Placed::There),
            Placed::Absent => Placed::Absent,
            Placed::Unknown(why) => Placed::Unknown(why),
        }
    }

    pub(super) fn call(&self, name: &str) -> Placed<&Value> {
        match self.asked(SourceKind::Call, Scope::Site, name) {
            Placed::There(()) => self.calls.get(name).map_or(Placed::Absent, Placed::There),
            Placed::Absent => Placed::Absent,
            Placed::Unknown(why) => Placed::Unknown(why),
        }
    }

    pub(super) fn function(&self, name: &str) -> Placed<&DefinedFunction> {
        match self.asked(SourceKind::Function, Scope::Site, name) {
            Placed::There(()) => self.functions.get(name).map_or(Placed::Absent, Placed::There),
            Placed::Absent => Placed::Absent,
            Placed::Unknown(why) => Placed::Unknown(why),
        }
    }

    /// The plugins, if their list was read.
    pub(super) fn plugins(&self) -> Placed<Vec<&Row>> {
        let source = self.sources.iter().find(|source| source.kind == SourceKind::Plugin);
        match source.map(|source| &source.outcome) {
            Some(Outcome::Read { .. }) => Placed::There(self.plugins.iter().collect()),
            Some(Outcome::Unread(why)) => Placed::Unknown(why.words().to_owned()),
            None => Placed::Unknown("the capture was not asked for the plugins".to_owned()),
        }
    }

    /// What the capture's first line says.
    pub(super) fn part(&self, part: Part) -> &Row {
        match part {
            Part::Site => &self.parts[0],
            Part::Versions => &self.parts[1],
        }
    }

    /// The meta of a post under a key.
    pub(super) fn postmeta(&self, post: u64, key: &str) -> Placed<Vec<&Value>> {
        match self.asked(SourceKind::PostMeta, Scope::Site, key) {
            Placed::There(()) => {
                let all = self.postmeta.get(&post).into_iter().flatten();
                Placed::There(all.filter(|(name, _)| fits(key, name)).map(|(_, value)| value).collect())
            }
            Placed::Absent => Placed::Absent,
            Placed::Unknown(why) => Placed::Unknown(why),
        }
    }

    /// The rows that a table, or posts, have here. Of a table that was asked for under different conditions, those of all.
    pub(super) fn rows(&self, place: &Place) -> Placed<Vec<&Row>> {
        let Some((name, only)) = rows_of(place) else { return Placed::Absent };
        let network = place.scope == Some(Scope::Network);
        let is_of = |source: &Source| {
            source.of.first() == Some(&name) && (source.scope == crate::capture::Scope::Network) == network
        };
        let (mut rows, mut why, mut dropped) = (Vec::new(), None, None);
        let mut asked: Vec<&Source> = Vec::new();
        for (at, of) in &self.tables {
            let Some(source) = self.sources.get(*at).filter(|source| is_of(source)) else { continue };
            match &source.outcome {
                Outcome::Unread(unread) => why = Some(unread_table(*unread, source)),
                // Without columns its rows were only counted, and without those of the condition it is not known which they are.
                Outcome::Read { .. }
                    if source.columns.is_empty() || only.keys().any(|column| !source.columns.contains(column)) => {}
                Outcome::Read { .. } if of.is_none() => {
                    dropped = Some(format!("it has more rows than the {} MiB that are kept of settings", MOST >> 20));
                }
                Outcome::Read { .. } => {
                    asked.push(source);
                    // The database compares without regard to case; whether the product does too is not known.
                    if of.iter().flatten().any(|row| !row.has(&source.only)) {
                        dropped = Some(format!("rows of `{name}` fit what was asked for in other letters only"));
                    }
                    rows.extend(of.iter().flatten().filter(|row| row.fits(&only)));
                }
            }
        }
        let was_read = cases(&only).iter().all(|case| asked.iter().any(|source| covers(source, case)));
        match (was_read, dropped.or_else(|| why.filter(|_| !was_read))) {
            (true, None) => Placed::There(rows),
            (true, Some(why)) => Placed::Unknown(why),
            (false, Some(why)) => Placed::Unknown(why),
            (false, None) if asked.is_empty() => {
                Placed::Unknown(format!("the capture was not asked for table `{name}`"))
            }
            (false, None) => Placed::Unknown(format!("the capture was asked for other rows of `{name}`")),
        }
    }

    /// Whether a table was read with these columns.
    pub(super) fn has_columns<'c>(&self, table: &str, mut columns: impl Iterator<Item = &'c String>) -> bool {
        let is_of =
            |source: &&Source| source.kind == SourceKind::Table && source.of.first().is_some_and(|of| of == table);
        let all: Vec<&Source> = self.sources.iter().filter(is_of).collect();
        columns.all(|column| all.iter().any(|source| source.columns.contains(column)))
    }

    /// Whether users were read.
    pub(super) fn users(&self) -> Placed<&Source> {
        let source = self.sources.iter().find(|source| source.kind == SourceKind::Users);
        match source.map(|source| (source, &source.outcome)) {
            Some((source, Outcome::Read { .. })) => Placed::There(source),
            Some((_, Outcome::Unread(why))) => Placed::Unknown(why.words().to_owned()),
            None => Placed::Unknown("the capture was not asked for the users".to_owned()),
        }
    }

    /// The columns of a user's row: the number first.
    pub(super) fn user_columns(&self) -> std::rc::Rc<[String]> {
        let of = match self.users() {
            Placed::There(source) => source.of.clone(),
            Placed::Absent | Placed::Unknown(_) => Vec::new(),
        };
        std::iter::once("ID".to_owned()).chain(of).collect()
    }

    /// Whether an option's transient may be one that the capture could not see.
    pub(super) fn hides_twins(&self) -> bool {
        self.header.object_cache
    }
}

/// Why a table was not read, with the columns of which one may be missing.
fn unread_table(unread: Unread, source: &Source) -> String {
    match (unread, source.columns.as_slice()) {
        (Unread::NoSuchColumn, [column]) => format!("the table has no column `{column}`"),
        (Unread::NoSuchColumn, columns @ [_, ..]) => {
            format!("the table lacks one of the columns that it was asked for: `{}`", columns.join("`, `"))
        }
        _ => unread.words().to_owned(),
    }
}

/// Whether a name is what a key that begins with `{prefix}` is on the site.
pub(super) fn is_prefixed(pattern: &str, name: &str) -> bool {
    pattern.strip_prefix("{prefix}").and_then(|rest| name.strip_suffix(rest)).is_some_and(|prefix| {
        !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn word(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Option => "option",
        SourceKind::UserMeta => "user meta",
        SourceKind::PostMeta => "post meta",
        SourceKind::Table => "table",
        SourceKind::Call => "call",
        SourceKind::Constant => "constant",
        SourceKind::Function => "function",
        _ => "this",
    }
}

/// What a line takes of memory, about.
/// Each case of a condition: of columns that may equal one of several words, one word each.
fn cases(only: &BTreeMap<String, Only>) -> Vec<BTreeMap<&str, &str>> {
    only.iter().fold(vec![BTreeMap::new()], |cases, (column, only)| {
        let with = |case: &BTreeMap<_, _>, word| {
            let mut case = case.clone();
            case.insert(column.as_str(), word);
            case
        };
        cases.iter().flat_map(|case| only.words().iter().map(move |word| with(case, word.as_str()))).collect()
    })
}

/// Whether all rows of a case came with a source.
fn covers(source: &Source, case: &BTreeMap<&str, &str>) -> bool {
    source.only.iter().all(|(column, word)| case.get(column.as_str()) == Some(&word.as_str()))
}

fn size(line: &Line) -> usize {
    match line {
        Line::Option(option) => 200 + size_of(&option.value),
        Line::PostMeta(rows) => rows.iter().map(|row| 100 + size_of(&row.value)).sum(),
        Line::Table(block) => block.rows.iter().flatten().map(|cell| 40 + size_of(cell)).sum(),
        Line::Call(call) => 100 + size_of(&call.value),
        Line::Constant(constant) => 100 + size_of(&constant.value),
        _ => 100,
    }
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::Whole(crate::capture::Scalar::Text(text)) => 64 + text.len(),
        Value::Picked(picked) => picked.iter().map(|(pointer, _)| 160 + 2 * pointer.len()).sum(),
        _ => 64,
    }
}
