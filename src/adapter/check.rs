//! What is wrong with an adapter although it fits its schema: places, pointers, names of secrets, fields that do not exist, bounds.

mod names;
mod place;
mod rule;

use crate::diag::{Document, Finding, Location, Part, Severity};
use crate::model::adapter::{Adapter, Entry, Evidence, Lookup, Place, Seen};
use crate::text::child;

use super::set::{Set, is_only};

/// How many rules an adapter may have.
const MOST_RULES: usize = 2_000;

/// Everything that is wrong with an adapter, checked together with others whose kinds and lookups it may refer to.
pub fn all(adapter: &Adapter, others: &Set) -> Vec<Finding> {
    let mut check = Check { findings: Vec::new(), adapter, others, rules: 0, are_posts: false };
    for (kind, entry) in adapter.objects.iter() {
        check.entry(kind, entry, &format!("/objects/{kind}"));
    }
    for (name, lookup) in &adapter.lookups {
        check.lookup(name, lookup, &child("/lookups", name));
    }
    for (at, extra) in adapter.reads.iter().enumerate() {
        let path = format!("/reads/{at}");
        check.place(&extra.from, &child(&path, "from"), place::Use::Read);
        for (nth, pointer) in extra.at.iter().enumerate() {
            check.pointer(pointer, &format!("{path}/at/{nth}"), Some(&extra.from), true);
        }
        if extra.evidence == Evidence::Observed {
            check.say(
                &path,
                "evidence-incomplete",
                "what is only read has no day and version to be observed in".to_owned(),
                "write `inferred`, or make it an object or a lookup with `seen`",
            );
        }
    }
    for class in &adapter.classes {
        check.pattern(class, "/classes", "a class");
    }
    if check.rules > MOST_RULES {
        let message = format!("the adapter has {} rules, and at most {MOST_RULES} are read", check.rules);
        check.say("", "too-many-rules", message, "split it");
    }
    check.findings
}

/// What is looked at, and what was found.
struct Check<'a> {
    findings: Vec<Finding>,
    adapter: &'a Adapter,
    others: &'a Set,
    rules: usize,
    /// Whether what is looked at are posts, each with its own meta.
    are_posts: bool,
}

impl Check<'_> {
    /// Says what is wrong at a place.
    fn say(&mut self, at: &str, code: &str, message: String, help: &str) {
        let place = Location::At { document: Document::Adapter, pointer: at.to_owned(), part: Part::Value };
        self.findings.push(Finding::new(code, Severity::Error, place, message).help(help));
    }

    fn entry(&mut self, kind: &'static str, entry: &Entry, at: &str) {
        self.are_posts = entry.from.as_ref().is_some_and(|from| from.posts.is_some());
        self.evidence(entry.evidence, entry.seen.as_ref(), at);
        if let Some(from) = &entry.from {
            self.place(from, &child(at, "from"), place::Use::Objects(kind));
        }
        if is_only(kind) {
            for (name, there) in
                [("each", entry.each.is_some()), ("key", entry.key.is_some()), ("id", entry.id.is_some())]
            {
                if there {
                    let message = format!("a site has one `{kind}` at the most, so it has no `{name}`");
                    self.say(&child(at, name), "only-one", message, "remove it");
                }
            }
        } else if entry.from.is_none() {
            let message = format!("`{kind}` does not say where its objects lie");
            self.say(at, "place-missing", message, "add `from`, for example `from: {option: \"form_*\"}`");
        }
        if let Some(each) = &entry.each {
            self.pointer(each, &child(at, "each"), entry.from.as_ref(), false);
        }
        if let Some(needs) = &entry.needs {
            let place = Place { function: Some(needs.function.clone()), ..Place::default() };
            self.place(&place, &child(at, "needs"), place::Use::Read);
        }
        if let Some(when) = &entry.when {
            self.when(when, &child(at, "when"), entry.from.as_ref());
        }
        for (name, one) in [("key", &entry.key), ("id", &entry.id)] {
            if let Some(one) = one {
                self.rule(one, &child(at, name), entry.from.as_ref(), kind);
            }
        }
        if let Some(trap) = &entry.trap {
            let at = child(at, "trap");
            if kind != "mail" {
                let message = format!("`{kind}` has no trap: only `mail` has one");
                self.say(&at, "trap-wrong", message, "remove it");
            }
            if trap.log.is_some() == trap.action.is_some() {
                let message = "what shows that a mail was held back is one thing: a `log`, or an `action`".to_owned();
                self.say(&at, "trap-wrong", message, "keep one of the two");
            }
        }
        let known = names::Fields::of(kind);
        for (name, rule) in &entry.fields {
            let path = child(&child(at, "fields"), name);
            if let Some((message, help)) = known.stranger(name) {
                let place = Location::At { document: Document::Adapter, pointer: path.clone(), part: Part::Key };
                self.findings.push(Finding::new("unknown-field", Severity::Error, place, message).help(help));
            } else if let Some(why) = known.misfit(name, rule, &|list| self.gives(list)) {
                let message = format!("`{name}` of `{kind}` cannot be what this rule gives: {why}");
                self.say(&path, "field-does-not-fit", message, known.help(name));
            }
            self.rule(rule, &path, entry.from.as_ref(), kind);
        }
    }

    fn lookup(&mut self, name: &str, lookup: &Lookup, at: &str) {
        self.are_posts = lookup.from.posts.is_some();
        self.evidence(lookup.evidence, lookup.seen.as_ref(), at);
        if names::is_kind(name) {
            let message = format!("`{name}` is a kind of object, so no lookup can have that name");
            self.say(at, "name-taken", message, "choose another name");
        }
        self.place(&lookup.from, &child(at, "from"), place::Use::Lookup);
        if let Some(each) = &lookup.each {
            self.pointer(each, &child(at, "each"), Some(&lookup.from), false);
        }
        self.rule(&lookup.id, &child(at, "id"), Some(&lookup.from), "");
        self.rule(&lookup.gives, &child(at, "gives"), Some(&lookup.from), "");
        if self.depth(name, &mut Vec::new()).is_none() {
            let message = format!("`{name}` leads to another list more than three times, or back to itself");
            self.say(at, "lookup-chain", message, "refer to what is meant at the end directly");
        }
    }

    /// What a lookup's elements give.
    fn gives(&self, name: &str) -> Option<&crate::model::adapter::Rule> {
        let own = self.adapter.lookups.get(name);
        own.or_else(|| Some(self.others.lookup(name)?.0)).map(|lookup| &lookup.gives)
    }

    /// How many lists an ID goes through; none beyond three.
    fn depth(&self, name: &str, seen: &mut Vec<String>) -> Option<usize> {
        if seen.len() >= 3 || seen.iter().any(|before| before == name) {
            return None;
        }
        let Some(lookup) = self.adapter.lookups.get(name).or_else(|| Some(self.others.lookup(name)?.0)) else {
            return Some(1);
        };
        seen.push(name.to_owned());
        let mut deepest = 0;
        for next in super::uses::references(&lookup.gives) {
            deepest = deepest.max(self.depth(next, seen)?);
        }
        seen.pop();
        Some(deepest + 1)
    }

    fn evidence(&mut self, evidence: Evidence, seen: Option<&Seen>, at: &str) {
        if evidence == Evidence::Observed && seen.is_none() {
            let message = "it is not said when this was observed, and in which version".to_owned();
            self.say(
                at,
                "evidence-incomplete",
                message,
                "add `seen: {day: \"2026-11-29\", version: \"4.3.1\"}`, as the inventory has it",
            );
        }
    }

    /// Whether an ID of this list can be referred to.
    fn is_list(&self, name: &str) -> bool {
        names::is_kind(name) || self.adapter.lookups.contains_key(name) || self.others.lookup(name).is_some()
    }

    fn lists(&self) -> Vec<String> {
        let others = self.others.all().iter().flat_map(|loaded| loaded.adapter.lookups.keys());
        let own = self.adapter.lookups.keys().chain(others).cloned();
        names::KINDS.iter().map(|kind| (*kind).to_owned()).chain(own).collect()
    }
}

/// Whether a place is one with options, rows or meta, into which something can be written back.
fn is_stored(place: &Place) -> bool {
    place.option.is_some() || place.usermeta.is_some() || place.postmeta.is_some() || place.table.is_some()
}

#[cfg(test)]
mod tests;
