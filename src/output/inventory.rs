//! An inventory for a person: names and shapes, a kind after the other.

use std::io::{self, Write};

use super::escape;
use crate::capture::Header;
use crate::capture::inventory::{About, Entry, EntryKind, Shape};
use crate::model::text::many;
use crate::text::addresses;

/// What was shown so far.
pub struct Shown {
    kind: Option<EntryKind>,
    /// Entries that hold what looks like a person's address.
    suspicious: u64,
}

impl Shown {
    /// Writes what the inventory is of.
    ///
    /// # Errors
    /// What the system says of the output.
    pub fn begin(header: &Header, out: &mut dyn Write) -> io::Result<Self> {
        let versions = &header.versions;
        let [wordpress, php, database, at, plugin] =
            [&versions.wordpress, &versions.php, &versions.database, &header.taken_at, &header.plugin.version]
                .map(|text| escape::line(text));
        writeln!(
            out,
            "A WordPress {wordpress} (PHP {php}, database {database}), read at {at} by plan-bridge {plugin}."
        )?;
        writeln!(out, "Names and shapes, and no values. `*` stands for a part of a name that no published code has.")?;
        Ok(Self { kind: None, suspicious: 0 })
    }

    /// Writes an entry, below a heading of its kind.
    ///
    /// # Errors
    /// What the system says of the output.
    pub fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        if self.kind != Some(entry.kind) {
            self.kind = Some(entry.kind);
            writeln!(out, "\n{}", heading(entry.kind))?;
        }
        let texts = std::iter::once(entry.name.as_str()).chain(texts(&entry.about));
        self.suspicious += u64::from(texts.into_iter().any(|text| addresses(text).next().is_some()));
        let rest = beside(entry);
        let gap = if rest.is_empty() { "" } else { "  " };
        writeln!(out, "  {}{gap}{rest}", escape::line(&entry.name))?;
        let inner = parts(&entry.about);
        let width = inner.iter().map(|(at, _)| at.chars().count()).max().unwrap_or_default().min(40);
        for (at, words) in inner {
            writeln!(out, "      {at:width$}  {words}")?;
        }
        Ok(())
    }

    /// What whoever means to send the file should know; nothing where nothing looks wrong.
    pub fn attention(&self) -> Option<String> {
        (self.suspicious > 0).then(|| {
            format!(
                "attention: what looks like a person's address stands in {}: check before you send the file (`--show-personal` \
                 shows what is masked)",
                many(self.suspicious, "name")
            )
        })
    }
}

/// All texts of an entry.
fn texts(about: &About) -> impl Iterator<Item = &str> {
    let shapes = about.shape.0.iter().flat_map(|(at, shape)| std::iter::once(at).chain(shape.types.keys()));
    let columns = about.columns.iter().map(|column| &column.name);
    shapes.chain(columns).chain(about.posts.keys()).chain(&about.methods).map(String::as_str)
}

fn heading(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Option => "Options",
        EntryKind::UserMeta => "User meta",
        EntryKind::PostMeta => "Post meta",
        EntryKind::Table => "Tables",
        EntryKind::PostType => "Types of posts",
        EntryKind::Shortcode => "Shortcodes, and on how many published pages they stand",
        EntryKind::Cron => "Scheduled work",
        EntryKind::Class => "Classes with their public methods",
        EntryKind::Plugin => "Plugins",
    }
}

/// What stands below a name: the parts of its values, or the columns of a table.
fn parts(about: &About) -> Vec<(String, String)> {
    let shapes = about.shape.0.iter().filter(|(at, _)| !at.is_empty());
    let shapes = shapes.map(|(at, shape)| (escape::line(at), shape_words(shape)));
    let columns = about.columns.iter().map(|column| {
        let key = if column.key == "PRI" { ", primary key" } else { "" };
        (escape::line(&column.name), escape::line(&format!("{}{key}", column.column_type)))
    });
    shapes.chain(columns).collect()
}

/// What stands after a name.
fn beside(entry: &Entry) -> String {
    let about = &entry.about;
    let whole = about.shape.0.iter().find(|(at, _)| at.is_empty()).map(|(_, shape)| shape_words(shape));
    let times = (entry.count > 1).then(|| format!("×{}", entry.count));
    let looked: Option<u64> =
        about.shape.0.iter().find(|(at, _)| at.is_empty()).map(|(_, shape)| shape.types.values().sum());
    let looked = looked.filter(|looked| *looked < entry.count).map(|looked| format!("{looked} of them looked at"));
    let words: Vec<String> = match entry.kind {
        EntryKind::Table => {
            let rows = about.rows.map(|rows| format!("about {}", many(rows, "row")));
            times.into_iter().chain(rows).chain(about.engine.clone()).collect()
        }
        EntryKind::Plugin => times.into_iter().chain(about.version.clone()).chain(about.status.clone()).collect(),
        EntryKind::Class => about.methods.iter().map(|method| format!("{method}()")).collect(),
        EntryKind::PostType => about.posts.iter().map(|(status, count)| format!("{count} {status}")).collect(),
        EntryKind::Shortcode => vec![format!("×{}", entry.count)],
        EntryKind::Cron | EntryKind::Option | EntryKind::UserMeta | EntryKind::PostMeta => {
            times.into_iter().chain(looked).chain(whole).collect()
        }
    };
    escape::line(&words.join(", "))
}

fn shape_words(shape: &Shape) -> String {
    let only = shape.types.len() == 1;
    let types = shape.types.iter().map(|(name, count)| if only { name.clone() } else { format!("{name} ×{count}") });
    let sizes = [(shape.length, "byte"), (shape.elements, "element")].into_iter().filter_map(|(range, of)| {
        let (least, most) = range?;
        let most_of = many(most, of);
        Some(if least == most { most_of } else { format!("{least} to {most_of}") })
    });
    escape::line(&types.chain(sizes).collect::<Vec<_>>().join(", "))
}
