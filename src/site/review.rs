//! Everything in a hand-written file that fits no format, found at once and before it is finalized: what a hand writes is checked as a
//! plan is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::object_line::{
    MODULE, NAMED, SOURCE, SOURCES, Scrutiny, names, newer_format, not_understood, sources, strange_header,
    strange_kind, strange_time, unnatural,
};
use super::snapshot_file::{SnapshotFile, text_of, without_nothing};
use crate::model::keyed::{key_with_id, name_key};
use crate::model::population::{Contact, Opening, Order, Subscription};
use crate::model::snapshot::FORMAT;
use crate::model::state::{Kind, Module, Object, Operation};
use crate::model::status::{OrderStatus, SubscriptionStatus};
use crate::model::{Header, Identity, Misfit, Misfits};
use crate::population::{
    Damage, KINDS, Line, Names, TAKE_AGAIN, names_of, object, read_opening, shown, strange_member, takes,
};
use crate::text::{addresses, nearest};

/// What does not fit in a configuration or a population.
pub(super) fn review(text: &str, is_population: bool, scrutiny: Scrutiny) -> Misfits {
    let lines = text.lines().enumerate().map(|(index, text)| Line { number: index as u64 + 1, text });
    let mut lines = lines.filter(|line| !line.text.trim().is_empty());
    let first = lines.next();
    let mut review = Review { scrutiny, seen: BTreeSet::new(), undeclared: BTreeSet::new(), found: Misfits::default() };
    if is_population {
        review.population(first, lines);
    } else {
        review.configuration(first, lines);
    }
    review.found.in_order()
}

struct Review {
    scrutiny: Scrutiny,
    /// The records that came before, by kind and key.
    seen: BTreeSet<(String, String)>,
    /// The kinds that no section declares.
    undeclared: BTreeSet<Kind>,
    found: Misfits,
}

impl Review {
    fn damage(&mut self, line: u64, on: &str, damage: Damage) {
        let (what, help) = match damage {
            Damage::Broken { what, help, .. } if help == TAKE_AGAIN => (what, "correct this line".to_owned()),
            Damage::Broken { what, help, .. } => (what, help),
            Damage::Read(error) => (error.to_string(), String::new()),
        };
        self.found.push(Misfit { line, on: on.to_owned(), what, help });
    }

    /// A record's fields, kind and key; none where it has none of its own.
    fn record(&mut self, line: Line<'_>) -> Option<(Map<String, Value>, String, String)> {
        let mut fields = object(line).map_err(|damage| self.damage(line.number, "", damage)).ok()?;
        let kind = text_of(&mut fields, "kind", line).map_err(|damage| self.damage(line.number, "", damage)).ok()?;
        if kind == "end" {
            return None;
        }
        let key = text_of(&mut fields, "key", line);
        let key = key.map_err(|damage| self.damage(line.number, &shown(&kind, ""), damage)).ok()?;
        if kind != "contact" && !self.seen.insert((kind.clone(), key.clone())) {
            let text = |field: &str| fields.get(field).and_then(Value::as_str);
            let own = text("name").and_then(|name| key_with_id(name, text("id")));
            let help = match own.filter(|own| NAMED.contains(&kind.as_str()) && addresses(own).next().is_none()) {
                Some(own) => format!("keep one of the two; where this is another object, write `\"key\":\"{own}\"`"),
                None => "keep one of the two".to_owned(),
            };
            self.found.found(line.number, &shown(&kind, &key), [("the record is there twice".to_owned(), help)]);
        }
        Some((fields, kind, key))
    }

    /// What does not fit in the first record, whose type has these names.
    fn first(
        &mut self,
        first: Option<Line<'_>>,
        names: &Names,
        takes: impl Fn(Value) -> Result<(), serde_json::Error>,
    ) {
        let Some(fields) = first.and_then(|line| object(line).ok()) else { return };
        let faults = names.faults(&fields, takes);
        // Whoever wrote it may say more of itself.
        let slips = fields.keys().filter(|name| !names.has(name) && names.is_slip(name));
        self.found.found(1, "", faults.into_iter().chain(names.strangers(slips)));
    }

    fn configuration<'a>(&mut self, first: Option<Line<'a>>, lines: impl Iterator<Item = Line<'a>>) {
        self.first(first, &Names::of::<Header>(), takes::<Header>);
        let begun = SnapshotFile::begin(first).map(|file| file.into_snapshot().header);
        let header = match begun {
            Ok(header) => header,
            Err(damage) if self.found.is_empty() => {
                self.damage(1, "", damage);
                // A time that is none hides nothing of what comes after it.
                match SnapshotFile::header(first) {
                    Ok(header) => Header { taken_at: String::new(), ..header },
                    Err(_) => return,
                }
            }
            Err(_) => match stand_in(first) {
                Some(header) => header,
                None => return,
            },
        };
        self.found.found(1, "", strange_header(&header, self.scrutiny));
        let (mut offerings, mut released) = (BTreeSet::new(), Vec::new());
        for line in lines {
            let Some((fields, kind, key)) = self.record(line) else { continue };
            let on = shown(&kind, &key);
            let Some(known) = Kind::from_name(&kind) else {
                self.of_no_object(line, &header, (&kind, &key), fields);
                continue;
            };
            let Some(object) = self.object(line, &header, (known, &key), fields) else { continue };
            match &object {
                // A key that is wrong was named as such.
                Object::Offering(offering) => offerings.extend([key, name_key(&offering.name)]),
                Object::OrderForm(form) => released.push((line.number, on, form.operations.clone())),
                Object::OptInForm(form) => released.push((line.number, on, form.operations.clone())),
                _ => {}
            }
        }
        for (line, on, operations) in released {
            for operation in operations.set().into_iter().flatten() {
                if let Operation::Release(offering) = operation
                    && !offerings.contains(offering)
                    && let Some(near) = nearest(offering, &offerings)
                {
                    let what = "`operations` releases an offering that this file does not have".to_owned();
                    self.found.found(line, &on, [(what, format!("did you mean `{near}`?"))]);
                }
            }
        }
    }

    /// A record of the configuration that is no object: its population's digest, or one that does not belong there.
    fn of_no_object(&mut self, line: Line<'_>, header: &Header, (kind, key): (&str, &str), fields: Map<String, Value>) {
        let on = shown(kind, key);
        if KINDS.contains(&kind) || kind == "snapshot" {
            let help = "move it to the population's file".to_owned();
            let what = if kind == "snapshot" {
                "a second snapshot begins here"
            } else {
                "members do not belong in the configuration"
            };
            self.found.found(line.number, &on, [(what.to_owned(), help)]);
        } else if kind == "population" {
            if let Err(error) = takes::<crate::model::snapshot::PopulationDigest>(fields.into()) {
                self.damage(line.number, &on, crate::population::misfit(line.number, &error));
            }
        } else {
            self.found.found(line.number, "", strange_kind(header, kind, self.scrutiny));
        }
    }

    fn object(
        &mut self,
        line: Line<'_>,
        header: &Header,
        (kind, key): (Kind, &str),
        fields: Map<String, Value>,
    ) -> Option<Object> {
        let on = shown(kind.name(), key);
        let (fields, sources) = match sources(line, fields) {
            Ok((fields, sources)) if header.tells_fields() => (fields, sources),
            Ok((fields, _)) => (without_nothing(kind, fields), None),
            Err(damage) => {
                self.damage(line.number, &on, damage);
                return None;
            }
        };
        let is_declared =
            header.sections.contains_key(kind.name()) || sources.as_ref().is_some_and(|s| s.whole.is_some());
        if !is_declared && self.undeclared.insert(kind) {
            let what = format!("`sections` in the first line does not declare `{kind}`, so this counts as unknown");
            let help = format!(
                "add `\"{kind}\":{{\"how\":\"manual\"}}` to `sections`, or `\"source\":{{\"how\":\"manual\"}}` here"
            );
            self.found.found(line.number, &on, [(what, help)]);
        }
        let names = names(kind);
        let mut faults = names.faults(&fields, |fields| Object::from_fields(kind, fields).map(drop));
        let of_modules = module_faults(&fields);
        if !of_modules.is_empty() {
            faults.retain(|(what, _)| !what.starts_with("`modules`"));
            faults.extend(of_modules);
        }
        let object = Object::from_fields(kind, fields.clone().into()).ok();
        let found: Vec<(String, String)> = match &object {
            Some(object) => {
                let natural = unnatural(kind, key, object).into_iter();
                natural.chain(not_understood(header, (kind, key), object, sources.as_ref(), self.scrutiny)).collect()
            }
            None => names.strangers(fields.keys().filter(|name| *name != SOURCE && *name != SOURCES)),
        };
        self.found.found(line.number, &on, faults.into_iter().chain(found));
        object
    }

    fn population<'a>(&mut self, first: Option<Line<'a>>, lines: impl Iterator<Item = Line<'a>>) {
        self.first(first, &Names::of::<Opening>(), takes::<Opening>);
        match read_opening(first) {
            Ok(opening) => {
                let strange = newer_format(&opening.format).into_iter().chain(strange_time(&opening.taken_at));
                self.found.found(1, "", strange);
            }
            Err(damage) if self.found.is_empty() => return self.damage(1, "", damage),
            Err(_) => {}
        }
        for line in lines {
            let Some((mut fields, kind, key)) = self.record(line) else { continue };
            let whose = fields.get("contact").and_then(Value::as_str).map(|id| format!(" of {}", shown("contact", id)));
            let on = format!("{}{}", shown(&kind, &key), whose.unwrap_or_default());
            let Some(names) = names_of(&kind) else {
                self.found.found(line.number, "", [strange_member(&kind)]);
                continue;
            };
            let strange = names.strangers(fields.keys());
            fields.insert("key".to_owned(), key.into());
            // Tags that nobody read may be null.
            fields.retain(|name, value| name != "tags" || !value.is_null());
            let faults = match kind.as_str() {
                "order" => names.faults(&fields, takes::<Order>),
                "subscription" => names.faults(&fields, takes::<Subscription>),
                _ => names.faults(&fields, takes::<Contact>),
            };
            let slip = status_slip(&kind, fields.get("status").and_then(Value::as_str).unwrap_or_default());
            self.found.found(line.number, &on, faults.into_iter().chain(strange).chain(slip));
        }
    }
}

/// What is to be said of a status that is almost one of AccessAlly's words: it would prove nothing.
fn status_slip(kind: &str, status: &str) -> Option<(String, String)> {
    let names: Vec<&str> = match kind {
        "order" => OrderStatus::ALL.iter().map(|status| status.name()).collect(),
        "subscription" => SubscriptionStatus::ALL.iter().map(|status| status.name()).collect(),
        _ => return None,
    };
    let status = status.trim();
    if status.is_empty() || names.contains(&status) {
        return None;
    }
    let same = names.iter().copied().find(|name| name.eq_ignore_ascii_case(status));
    let meant = same.or_else(|| nearest(status, names.iter().copied()))?;
    Some(("its `status` is almost one of AccessAlly's words".to_owned(), format!("did you mean `{meant}`?")))
}

/// What does not fit in the modules of an offering.
fn module_faults(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let modules = fields.get("modules").and_then(Value::as_array).into_iter().flatten().enumerate();
    let found = modules.filter_map(|(at, module)| Some((at, MODULE.faults(module.as_object()?, takes::<Module>))));
    found
        .flat_map(|(at, faults)| faults.into_iter().map(move |(what, help)| (format!("module {at}: {what}"), help)))
        .collect()
}

/// A first record in place of one that does not fit, with the sections that it declares: so that what comes after it is looked at too.
fn stand_in(first: Option<Line<'_>>) -> Option<Header> {
    let fields = object(first?).ok()?;
    let said = fields.get("sections").cloned().unwrap_or_default();
    let sections = serde_json::from_value(said).unwrap_or_default();
    let (site, text) = (Identity::parse(crate::model::snapshot::INVENTED_HOST)?, String::new());
    let (collector, collector_version, taken_at) = (text.clone(), text.clone(), text);
    Some(Header { format: FORMAT.to_owned(), site, address: None, collector, collector_version, taken_at, sections })
}
