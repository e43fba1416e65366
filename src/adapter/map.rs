//! A first adapter for a site, out of its inventory: a guess for each thing that no adapter covers yet, each to be decided by a person.
//!
//! An inventory has names and shapes and no values. So a guess is a place whose name and type fit, with what it would read there, and
//! what else could be meant. Nothing is guessed where no name fits.

mod guess;
mod leaf;
mod wanted;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;

use super::set::Set;
use crate::capture::Header;
use crate::capture::inventory::{Entry, EntryKind};
use guess::{Guesses, Kind, Line, is_inactive};

/// What an inventory names.
#[derive(Debug)]
pub struct Inventory {
    /// Its first line.
    pub header: Header,
    /// Everything that it names.
    pub entries: Vec<Entry>,
}

/// A first adapter, with what was guessed.
#[derive(Debug)]
pub struct Draft {
    /// The adapter's text, with `# decide` at each guess.
    pub text: String,
    /// What is guessed, and what it would read.
    pub guesses: Vec<Guess>,
    /// The kinds for which no name fits.
    pub without: Vec<&'static str>,
}

/// One guess.
#[derive(Debug)]
pub struct Guess {
    /// Of which field, or list.
    pub of: String,
    /// Where it would be read.
    pub place: String,
    /// What is there, by the inventory.
    pub reads: String,
    /// What else could be meant.
    pub others: Vec<String>,
}

/// Guesses where the things lie that these adapters do not cover.
pub fn draft(inventory: &Inventory, set: &Set) -> Draft {
    let covered = covered(set);
    let mut guesses = Guesses::of(inventory, &covered);
    guesses.kinds.iter_mut().chain(&mut guesses.lookups).for_each(|kind| mark(inventory, kind));
    let day = inventory.header.taken_at.get(..10).unwrap_or("2026-01-01");
    let mut text = String::new();
    let _ = write!(
        text,
        "# A draft, made from names and shapes alone: look at each line after `# decide`, correct or remove it, and remove the comment.\n\
         # `plan adapter check FILE` says what is wrong, and `from-capture` what is read by it.\n\
         version: 1\nname: site\nabout: What this site's own inventory shows.\n"
    );
    let head = |text: &mut String, kind: &Kind| {
        let source = json!(format!("the site's inventory of {day}"));
        let version = version(inventory, kind).map(|version| format!(", version: {}", json!(version)));
        let version = version.unwrap_or_default();
        let seen = json!(day);
        let _ = write!(text, "    evidence: observed\n    source: {source}\n    seen: {{day: {seen}{version}}}\n");
    };
    if !guesses.kinds.is_empty() {
        text.push_str("objects:\n");
    }
    for kind in &guesses.kinds {
        let _ = writeln!(text, "  {}:", kind.name);
        head(&mut text, kind);
        kind.before.iter().for_each(|line| line.write(&mut text, "    "));
        if !kind.fields.is_empty() {
            text.push_str("    fields:\n");
        }
        kind.fields.iter().for_each(|line| line.write(&mut text, "      "));
    }
    if !guesses.lookups.is_empty() {
        text.push_str("lookups:\n");
    }
    for lookup in &guesses.lookups {
        let _ = writeln!(text, "  {}:", lookup.name);
        head(&mut text, lookup);
        lookup.before.iter().for_each(|line| line.write(&mut text, "    "));
    }
    let all = guesses.kinds.iter().chain(&guesses.lookups);
    let made =
        all.flat_map(|kind| kind.before.iter().chain(&kind.fields).filter_map(|line| line.guess(kind.name))).collect();
    let found: BTreeSet<&str> = guesses.kinds.iter().map(|kind| kind.name).collect();
    let without =
        wanted::KINDS.iter().copied().filter(|kind| !found.contains(kind) && !covered.contains(*kind)).collect();
    Draft { text, guesses: made, without }
}

/// The version of the plugin whose everything is that was found of a kind; none where it is of several, or of an unknown one.
fn version<'i>(inventory: &'i Inventory, kind: &Kind) -> Option<&'i str> {
    let lines = kind.before.iter().chain(&kind.fields);
    let all: BTreeSet<Option<&str>> =
        lines.filter_map(|line| line.decide.as_ref()).map(|about| about.of.as_deref()).collect();
    let (1, Some(Some(folder))) = (all.len(), all.first()) else { return None };
    let is_it = |entry: &&Entry| entry.kind == EntryKind::Plugin && entry.name.split('/').next() == Some(*folder);
    inventory.entries.iter().find(is_it)?.about.version.as_deref().filter(|version| !version.is_empty())
}

/// Marks what an inactive plugin may have left: of a kind once, where all of it is of that plugin.
fn mark(inventory: &Inventory, kind: &mut Kind) {
    let mut marked = BTreeSet::new();
    for about in kind.before.iter_mut().chain(&mut kind.fields).filter_map(|line| line.decide.as_mut()) {
        let folder = about.of.clone().filter(|of| is_inactive(&inventory.entries, of));
        if let Some(folder) = folder.filter(|folder| marked.insert(folder.clone())) {
            about.reads.push_str(&format!("; it may be left over: the plugin `{folder}` is not active"));
        }
    }
}

/// What adapters cover: kinds, and `kind: field`.
fn covered(set: &Set) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for bound in set.bound() {
        // A list that comes from a call which is never made is not covered.
        if bound.entry.from.as_ref().is_some_and(|from| from.call.is_some()) {
            continue;
        }
        all.insert(bound.kind.to_owned());
        all.extend(bound.entry.key.iter().map(|_| format!("{}: key", bound.kind)));
        for (name, rule) in &bound.entry.fields {
            all.insert(format!("{}: {name}", bound.kind));
            all.extend(rule.item.keys().map(|item| format!("{}: {name}/{item}", bound.kind)));
        }
    }
    let lookups = set.all().iter().flat_map(|loaded| &loaded.adapter.lookups);
    all.extend(lookups.filter(|(_, lookup)| lookup.from.call.is_none()).map(|(name, _)| name.clone()));
    all
}

impl Line {
    fn write(&self, text: &mut String, indent: &str) {
        if let Some(about) = &self.decide {
            let others = match about.others.as_slice() {
                [] => String::new(),
                others => format!(" Or: {}.", others.join(", ")),
            };
            let hint = about.hint.map(|hint| format!(" {hint}.")).unwrap_or_default();
            let _ = writeln!(text, "{indent}# decide: {}.{hint}{others}", about.reads);
        }
        let _ = writeln!(text, "{indent}{}", self.yaml.replace('\n', &format!("\n{indent}")));
    }

    fn guess(&self, kind: &str) -> Option<Guess> {
        let about = self.decide.as_ref()?;
        let of = format!("{kind}: {}", self.yaml.trim_start_matches("# ").split(':').next().unwrap_or_default());
        Some(Guess { of, place: about.place.clone(), reads: about.reads.clone(), others: about.others.clone() })
    }
}

#[cfg(test)]
mod tests;
