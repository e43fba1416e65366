//! Which places adapters read, and what of each: pointers in which `*` is any key.

use std::collections::BTreeMap;

use super::place::has_rows;
use super::raw::Raw;
use super::set::Set;
use crate::model::adapter::{Adapter, Codec, Entry, Place, Rule, Scope, When};

/// Something that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// Where.
    pub place: Place,
    /// What of it; none where only its presence, or the number of its rows, counts.
    pub pick: Option<String>,
    /// What for.
    pub reason: Option<String>,
    /// How it is known, in words.
    pub source: String,
}

/// A place in an option's value that may be set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Writable {
    /// The option's name or pattern.
    pub option: String,
    /// The pointer, in which `*` is any key.
    pub at: String,
    /// What may stand there.
    pub takes: Takes,
    /// What it is.
    pub reason: String,
}

/// What a writer may put into a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Takes {
    /// One of these words.
    Words(Vec<String>),
    /// A text of this form, by its name.
    Form(&'static str),
}

impl Takes {
    /// Whether a writer takes this: what `bridge/writer/src/Writes.php` says of the same.
    pub fn takes(&self, raw: &Raw) -> bool {
        let Some(word) = raw.word() else { return false };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Words(words) => words.contains(&word),
            Self::Form("number") => digits(&word) && word.len() <= 10 && (word == "0" || !word.starts_with('0')),
            Self::Form("amount") => {
                let (whole, rest) = word.split_once('.').unwrap_or((&word, "0"));
                digits(whole) && digits(rest) && whole.len() <= 12 && rest.len() <= 12
            }
            Self::Form(_) => word.chars().count() <= 500 && !word.chars().any(|c| c < ' ' || c == '\u{7f}'),
        }
    }

    /// What may be put where a rule reads.
    pub fn of(rule: &Rule) -> Self {
        if !rule.words.is_empty() {
            return Self::Words(rule.words.keys().cloned().collect());
        }
        let words = |words: [&str; 2]| Self::Words(words.map(str::to_owned).to_vec());
        match rule.codec.unwrap_or_default() {
            Codec::YesNo => words(["no", "yes"]),
            Codec::OnOff => words(["off", "on"]),
            Codec::OneZero => words(["0", "1"]),
            Codec::TrueFalse => words(["false", "true"]),
            Codec::Count | Codec::Days | Codec::Weeks | Codec::Cents => Self::Form("number"),
            Codec::Amount => Self::Form("amount"),
            Codec::Text | Codec::Commas => Self::Form("text"),
            // None of them can be written.
            Codec::Flag | Codec::IsTrue | Codec::Filled | Codec::Day => Self::Words(Vec::new()),
        }
    }
}

/// What these adapters let be written of options of the site's own: of entries that count, and what each is.
pub fn writable(set: &Set) -> Vec<Writable> {
    let mut uses = Uses::new();
    for bound in set.bound() {
        uses.object(bound.kind, &bound.entry);
    }
    uses.writable.sort();
    uses.writable.dedup();
    uses.writable
}

/// Everything that these adapters read: what one says before another is read all the same, so that a capture serves each of them.
pub fn all(set: &Set) -> Vec<Use> {
    set.all().iter().flat_map(|loaded| of(&loaded.adapter)).collect()
}

/// The lists to which a rule refers.
pub(super) fn references(rule: &Rule) -> Vec<&str> {
    rule.reference.as_deref().into_iter().chain(below(rule).flat_map(references)).collect()
}

/// The rules of which a rule makes its value.
pub(super) fn below(rule: &Rule) -> impl Iterator<Item = &Rule> {
    rule.item.values().chain(rule.keys.values()).chain(rule.cases.values()).chain(&rule.any).chain(&rule.first)
}

/// Everything that an adapter reads.
pub fn of(adapter: &Adapter) -> Vec<Use> {
    let mut uses = Uses::new();
    for (kind, entry) in adapter.objects.iter() {
        uses.object(kind, entry);
    }
    for (name, lookup) in &adapter.lookups {
        let reason = lookup.reason.clone().unwrap_or_else(|| format!("what the IDs of `{name}` stand for"));
        (uses.reason, uses.source) = (Some(reason), lookup.source.clone());
        let at = element(&lookup.from, lookup.each.as_deref());
        uses.push(&lookup.from, None);
        uses.rule(&lookup.id, &lookup.from, &at);
        uses.rule(&lookup.gives, &lookup.from, &at);
    }
    for extra in &adapter.reads {
        (uses.reason, uses.source) = (Some(extra.reason.clone()), extra.source.clone());
        match extra.at.as_slice() {
            [] if has_rows(&extra.from) => uses.push(&extra.from, None),
            [] => uses.push(&extra.from, Some(String::new())),
            picks => picks.iter().for_each(|pick| uses.push(&extra.from, Some(pick.clone()))),
        }
    }
    uses.all
}

/// What a kind is read for where its entry does not say it: so that no other adapter's reason alone stands beside what this one reads.
fn whole(kind: &str) -> String {
    let what = match kind {
        "administrator" => "who is an administrator",
        "charging-guard" => "the guard against charging from a copy",
        "contact" => "each member, with their tags",
        "crm" => "the connection to the CRM",
        "emails" => "AccessAlly Emails",
        "environment" => "what the site says it is",
        "mail" => "how mail leaves",
        "maintenance" => "maintenance mode",
        "offering" => "offerings and their modules",
        "opt-in-form" => "opt-in forms",
        "order" => "each order",
        "order-form" => "order forms",
        "plugin" => "plugins",
        "subscription" => "each subscription",
        "tag" => "tags",
        "webhook" => "webhooks in the log",
        other => other,
    };
    what.to_owned()
}

/// Where one element is: below a pointer, or in parallel lists by their names.
pub(super) enum At {
    Below(String),
    Together(String, BTreeMap<String, String>),
}

impl At {
    /// The pointer of a part of the element.
    pub(super) fn pointer(&self, part: &str) -> String {
        match self {
            Self::Below(at) => format!("{at}{part}"),
            Self::Together(at, lists) => {
                let (name, rest) =
                    part[part.len().min(1)..].split_once('/').unwrap_or((part.trim_start_matches('/'), ""));
                let list = lists.get(name).map_or("", String::as_str);
                let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
                format!("{at}{list}/*{rest}")
            }
        }
    }
}

/// Where the elements of a place are, of which each is an object.
fn element(place: &Place, each: Option<&str>) -> At {
    match each {
        None => At::Below(String::new()),
        // Of a table the rows are the elements.
        Some("") if has_rows(place) => At::Below(String::new()),
        Some(each) => At::Below(format!("{each}/*")),
    }
}

struct Uses {
    all: Vec<Use>,
    writable: Vec<Writable>,
    reason: Option<String>,
    source: String,
}

impl Uses {
    fn new() -> Self {
        Self { all: Vec::new(), writable: Vec::new(), reason: None, source: String::new() }
    }

    /// Everything that is read of objects of a kind.
    fn object(&mut self, kind: &str, entry: &Entry) {
        (self.reason, self.source) = (entry.reason.clone().or_else(|| Some(whole(kind))), entry.source.clone());
        let place = entry.from.clone().unwrap_or_default();
        self.push(&place, None);
        let at = element(&place, entry.each.as_deref());
        if let Some(needs) = &entry.needs {
            self.push(&Place { function: Some(needs.function.clone()), ..Place::default() }, None);
        }
        entry.when.iter().for_each(|when| self.when(when, &place, &at));
        for rule in entry.key.iter().chain(&entry.id).chain(entry.fields.values()) {
            self.rule(rule, &place, &at);
        }
    }

    /// Notes a place that may be set, where that is in an option of the site's own.
    fn may_write(&mut self, rule: &Rule, place: &Place, at: String) {
        let is_own = place.scope.unwrap_or_default() == Scope::Site;
        if let Some(option) = place.option.as_ref().filter(|_| rule.writable && is_own) {
            let reason = self.reason.clone().unwrap_or_default();
            self.writable.push(Writable { option: option.clone(), at, takes: Takes::of(rule), reason });
        }
    }

    fn push(&mut self, place: &Place, pick: Option<String>) {
        if *place != Place::default() {
            let (reason, source) = (self.reason.clone(), self.source.clone());
            self.all.push(Use { place: place.clone(), pick, reason, source });
        }
    }

    fn when(&mut self, when: &When, place: &Place, at: &At) {
        if when.plugin.is_some() {
            self.push(&Place { plugins: Some(crate::model::adapter::All::All), ..Place::default() }, None);
        }
        let own = At::Below(String::new());
        if let Some(from) = &when.from {
            for pointer in from.join.values() {
                self.push(place, Some(at.pointer(pointer)));
            }
            self.push(from, Some(own.pointer(when.at.as_deref().unwrap_or_default())));
        } else if let Some(pointer) = &when.at {
            self.push(place, Some(at.pointer(pointer)));
        }
    }

    fn rule(&mut self, rule: &Rule, place: &Place, at: &At) {
        let own = At::Below(String::new());
        // What ties a place to the object is read of the object.
        for pointer in rule.from.iter().flat_map(|from| from.join.values()) {
            self.push(place, Some(at.pointer(pointer)));
        }
        if let Some(when) = &rule.when {
            self.when(when, place, at);
        }
        let (place, at) = rule.from.as_ref().map_or((place, at), |from| (from, &own));
        for constant in &rule.defined {
            self.push(&Place { constant: Some(constant.clone()), ..Place::default() }, Some(String::new()));
        }
        if let Some(pointer) = &rule.variant {
            self.push(place, Some(at.pointer(pointer)));
        }
        let lists = rule.each.is_some() || !rule.together.is_empty();
        if lists {
            let inner = match &rule.each {
                Some(each) if each.is_empty() && has_rows(place) => At::Below(String::new()),
                Some(each) => At::Below(format!("{}/*", at.pointer(each))),
                None => At::Together(at.pointer(""), rule.together.clone()),
            };
            if rule.item.is_empty() {
                self.push(place, Some(inner.pointer(rule.at.as_deref().unwrap_or_default())));
            }
            rule.item.values().for_each(|item| self.rule(item, place, &inner));
        } else {
            let is_given = rule.of.is_some()
                || rule.is.is_some()
                || rule.nothing
                || !rule.defined.is_empty()
                || rule.variant.is_some();
            let is_given = is_given || !rule.any.is_empty() || !rule.first.is_empty() || !rule.keys.is_empty();
            match &rule.at {
                Some(pointer) => {
                    self.push(place, Some(at.pointer(pointer)));
                    self.may_write(rule, place, at.pointer(pointer));
                }
                None if rule.of == Some(crate::model::adapter::Name::Key) => self.push(place, Some(at.pointer(""))),
                None if is_given => self.push(place, None),
                // A place of its own is the value.
                None => {
                    self.push(place, Some(at.pointer("")));
                    self.may_write(rule, place, at.pointer(""));
                }
            }
        }
        let further = rule
            .cases
            .values()
            .chain(rule.keys.values())
            .chain(&rule.any)
            .chain(&rule.first)
            .chain(rule.currency.as_deref());
        further.for_each(|rule| self.rule(rule, place, at));
    }
}
