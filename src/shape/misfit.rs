//! The validator's errors as findings: one a mistake, at the place of the mistake, in the words of the plan.

use std::collections::HashSet;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::diag::{Document, Finding, Location, Part, Severity};
use crate::model::pattern::is_date;
use crate::text::{Correction, MAX_PROBLEMS, Tree, child, nearest, slip_of};

use super::personal;
use super::renamed;
use super::schema;
use super::tree_json::TreeJson;
use super::words;

/// Keys whose absence a rule explains better than the schema can.
const SAID_BY_A_RULE: &[&str] = &["/strategy"];

/// Something that does not fit the schema.
pub(super) struct Misfit {
    /// The places that have to be left out for the rest to fit, or that nothing may be said to be missing from.
    pub(super) leaves_out: Vec<String>,
    /// What to say; none where a rule says it.
    pub(super) finding: Option<Finding>,
    /// The place that an unknown key was probably meant for.
    pub(super) meant: Option<String>,
    /// The place of a missing key.
    lacks: Option<String>,
}

/// Everything in a tree that does not fit its schema, in the order of the schema.
pub(super) fn all(tree: &Tree, document: Document) -> Vec<Misfit> {
    let schema = match document {
        Document::Plan => schema::plan(),
        Document::Contacts => schema::contact_values(),
        Document::Adapter => schema::adapter(),
        Document::Mapping => schema::mapping(),
        Document::Rules => schema::rules(),
    };
    let validator = validator(&schema);
    let seen = Seen { tree, schema: &schema, document };
    let mut misfits = Vec::new();
    for error in validator.iter_errors(&tree.root) {
        let at = error.instance_path().as_str();
        // Words that nobody will be shown are not looked for, where the same is left out without them.
        if misfits.len() > 2 * MAX_PROBLEMS && unit(at, document) == unit(&child(at, "-"), document) {
            misfits.push(seen.untold(at));
        } else {
            seen.read(&error, &mut misfits);
        }
    }
    misspelt(&mut misfits);
    once(&mut misfits);
    no_more_than(MAX_PROBLEMS, &mut misfits);
    misfits
}

/// A schema, made ready to check with: that takes longer than reading a small plan.
pub(super) fn validator(schema: &Value) -> Validator<TreeJson> {
    jsonschema::options_for::<TreeJson>()
        .should_validate_formats(true)
        // The crate's own takes a sign for a digit.
        .with_format("date", is_date)
        // No pattern of ours needs more, and these match in linear time whatever they are given.
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .expect("the schemas that the model's types make are schemas")
}

/// What is reported when not everything is.
const MORE: &str = "more-problems";

/// Keeps the first findings; one more says how many others there are.
fn no_more_than(most: usize, misfits: &mut [Misfit]) {
    let reported = |misfit: &&mut Misfit| misfit.finding.as_ref().is_some_and(|finding| finding.rule != MORE);
    let kept = misfits.iter_mut().filter(reported).count().min(most);
    let mut all = misfits.iter_mut().filter(|misfit| misfit.finding.is_some());
    let mut more: Vec<&mut Misfit> = all.by_ref().skip(kept).collect();
    let dropped = more.len();
    let Some((first, others)) = more.split_first_mut() else { return };
    if let Some(finding) = &mut first.finding {
        *finding = Finding::new(
            MORE,
            Severity::Error,
            finding.primary.place.clone(),
            format!("{dropped} more problems are not listed"),
        )
        .label("the first of them");
    }
    others.iter_mut().for_each(|misfit| misfit.finding = None);
}

/// One mistake is said once: a value of the wrong type is wrong in every other way too.
fn once(misfits: &mut [Misfit]) {
    let wrong_type = |finding: &Finding| finding.rule == "wrong-type";
    let untold = |finding: &Finding| finding.rule == MORE;
    let mistyped: HashSet<Location> = misfits
        .iter()
        .filter_map(|m| m.finding.as_ref())
        .filter(|f| wrong_type(f))
        .map(|f| f.primary.place.clone())
        .collect();
    let mut said = HashSet::new();
    for misfit in misfits {
        misfit.finding = misfit.finding.take().filter(|finding| {
            let place = &finding.primary.place;
            let echo = !wrong_type(finding) && finding.rule != "unknown-key" && mistyped.contains(place);
            untold(finding) || !echo && said.insert((place.clone(), finding.rule.clone(), finding.message.clone()))
        });
    }
}

/// A key that is missing because it was misspelt is one mistake: its misspelling says it.
fn misspelt(misfits: &mut [Misfit]) {
    let meant: HashSet<String> = misfits.iter().filter_map(|misfit| misfit.meant.clone()).collect();
    for misfit in misfits.iter_mut().filter(|misfit| misfit.lacks.as_ref().is_some_and(|key| meant.contains(key))) {
        misfit.finding = None;
    }
}

/// What an error is read against.
pub(super) struct Seen<'a> {
    pub(super) tree: &'a Tree,
    pub(super) schema: &'a Value,
    pub(super) document: Document,
}

/// What is said of the rest of a text that a comma cut in two.
const CUT_BY_A_COMMA: &str = "a comma inside `{…}` begins a new key: put the whole text in quotes";

impl<'a> Seen<'a> {
    pub(super) fn read(&self, error: &ValidationError<'_>, out: &mut Vec<Misfit>) {
        let at = error.instance_path().as_str();
        match error.kind() {
            // A mapping that has none of its forms says so itself, and which one was meant.
            Kind::AdditionalProperties { .. } if self.has_no_form(at, error) => {}
            Kind::AdditionalProperties { unexpected } => {
                let known = self.keys_beside(error);
                let (first, more) = unexpected.split_at(unexpected.len().min(MAX_PROBLEMS));
                out.extend(first.iter().map(|key| self.unknown_key(at, key, &known)));
                out.extend(more.iter().map(|key| self.untold(&child(at, key))));
            }
            Kind::Required { property } => self.missing(at, property.as_str().unwrap_or_default(), error, out),
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => self.forms(at, context, error, out),
            // Its list of words says more.
            Kind::Type { .. } if self.beside(error, "enum").is_some() => {}
            Kind::Type { .. } if self.beside(error, "oneOf").is_some() => out.push(self.no_mapping(at, error)),
            Kind::OneOfMultipleValid { .. } => out.extend(self.two_forms(at, error)),
            other => out.push(self.value(at, other, error)),
        }
    }

    /// A value that does not fit.
    pub(super) fn value(&self, at: &str, kind: &Kind, error: &ValidationError<'_>) -> Misfit {
        let about = self.subschema(error).map(words::About::of).unwrap_or_default();
        let (code, message, help) = words::of(kind, &self.name(at), &self.found(at), &about);
        let help = if self.was_cut_by_a_comma(at) { Some(CUT_BY_A_COMMA.to_owned()) } else { help };
        let mut misfit = self.misfit(at, Part::Value, code, message, help);
        let options = if let Kind::Enum { options } = kind { options.as_array() } else { None };
        let options = options.into_iter().flatten().filter_map(Value::as_str);
        let written = self.tree.locate(at).and_then(|at| at.node.as_str());
        if let Some((written, slip)) = written.and_then(|written| Some((written, slip_of(written, options)?))) {
            let title = format!("write `{slip}` for `{}`", words::clean(written));
            self.offer(&mut misfit, title, Vec::from([Correction::Value { at: at.to_owned(), to: slip.to_owned() }]));
        }
        misfit
    }

    /// Offers a spelling, where it is the plan's; what decides over members is looked at before.
    fn offer(&self, misfit: &mut Misfit, title: String, written: Vec<Correction>) {
        let decides = |correction: &Correction| match correction {
            Correction::Value { at, .. } => {
                ["/access_after", "/after_switch", "/failed_payment", "/members_between_modules"]
                    .iter()
                    .any(|part| at.contains(part))
            }
            _ => false,
        };
        if self.document != Document::Plan {
            return;
        }
        misfit.finding = misfit.finding.take().map(|finding| match written.iter().any(decides) {
            true => finding.perhaps_corrected_by(title, written).which_a_person_decides(),
            false => finding.corrected_by(title, written),
        });
    }

    pub(super) fn unknown_key(&self, at: &str, key: &str, known: &[&str]) -> Misfit {
        let place = child(at, key);
        if let Some(new) = renamed::key(&place).filter(|_| self.document == Document::Plan) {
            return self.renamed(at, key, new);
        }
        let near = nearest(key, known.iter().copied());
        let personal = personal::is_place(self.document, &place) && !personal::is_harmless(key);
        let shown = if personal { crate::text::MASK.to_owned() } else { words::clean(key) };
        let message = format!("unknown key `{shown}` in {}", self.name(at));
        let help = match near {
            None if self.was_cut_by_a_comma(&place) => CUT_BY_A_COMMA.to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => format!("remove it; {}", words::keys(known)),
        };
        let mut misfit = self.misfit(&place, Part::Key, "unknown-key", message, Some(help));
        let slip = slip_of(key, known.iter().copied()).filter(|slip| self.tree.locate(&child(at, slip)).is_none());
        if let Some(slip) = slip.filter(|_| !personal) {
            let written = Correction::Key { at: place.clone(), to: slip.to_owned() };
            self.offer(&mut misfit, format!("write `{slip}` for `{shown}`"), Vec::from([written]));
        }
        misfit.meant = near.map(|near| child(at, near));
        // What was misspelt is not missing: nothing may be said about its absence.
        let alone = unit(&place, self.document) == place;
        if let Some(meant) = misfit.meant.as_ref().filter(|meant| alone && self.tree.locate(meant).is_none()) {
            misfit.leaves_out.push(meant.clone());
        }
        if personal {
            misfit.finding.iter_mut().for_each(|finding| finding.personal.push(key.to_owned()));
        }
        misfit
    }

    /// A key that had another name before: what it says counts for neither, and is not missing.
    fn renamed(&self, at: &str, old: &str, new: &str) -> Misfit {
        let (place, meant) = (child(at, old), child(at, new));
        let help = "`plan upgrade PLAN` writes today's names and keeps every comment".to_owned();
        let message = format!("`{old}` is called `{new}` now");
        let mut misfit = self.misfit(&place, Part::Key, "renamed-key", message, Some(help));
        // A value that changes its form with the name is another verb's.
        let is_section = self.tree.locate(&place).is_some_and(|at| at.node.as_map().is_some());
        if self.tree.locate(&meant).is_none() && !(is_section && old == renamed::GUARD) {
            let value = self.tree.locate(&place).and_then(|at| renamed::value(old, at.node.as_str()?));
            let value = value.map(|to| Correction::Value { at: place.clone(), to: to.to_owned() });
            let key = Correction::Key { at: place.clone(), to: new.to_owned() };
            let written: Vec<Correction> = value.into_iter().chain([key]).collect();
            // Another name for the same decision.
            let title = format!("write `{new}` for `{old}`");
            misfit.finding = misfit.finding.map(|finding| finding.corrected_by(title, written));
        }
        if unit(&place, self.document) == place && self.tree.locate(&meant).is_none() {
            misfit.leaves_out.push(meant.clone());
        }
        misfit.meant = Some(meant);
        misfit
    }

    /// A key inside brackets with nothing after it, right after the comma of another entry, was meant as text.
    fn was_cut_by_a_comma(&self, place: &str) -> bool {
        let Some(at) = self.tree.locate(place) else { return false };
        let parent = place.rsplit_once('/').and_then(|(parent, _)| self.tree.locate(parent)?.node.as_map());
        let (Some(key), Some(map)) = (at.key, parent) else { return false };
        let is_empty = matches!(at.node.value, crate::text::Value::Null) && at.node.span.is_empty();
        let before = map.partition_point(|entry| entry.key.span.start < key.start).checked_sub(1);
        // Between a value and the key after it stands a comma or a line break: only the first leaves them so near.
        is_empty && before.is_some_and(|before| key.start.saturating_sub(map[before].value.span.end) <= 3)
    }

    fn missing(&self, at: &str, property: &str, error: &ValidationError<'_>, out: &mut Vec<Misfit>) {
        let place = child(at, property);
        if SAID_BY_A_RULE.contains(&place.as_str()) {
            return;
        }
        let message = format!("{} lacks `{property}`", self.name(at));
        let described = self.subschema(error).and_then(|schema| self.resolve(schema.get("properties")?.get(property)?));
        let what = described.and_then(words::first_sentence).map(|what| format!(": {what}")).unwrap_or_default();
        let mut misfit = self.misfit(at, Part::Key, "missing-key", message, Some(format!("add `{property}`{what}")));
        misfit.lacks = Some(place.clone());
        misfit.finding = misfit.finding.map(|finding| Finding { absent: Some(place.clone()), ..finding });
        if at.is_empty() {
            misfit.leaves_out = Vec::from([place]);
        }
        out.push(misfit);
    }

    pub(super) fn misfit(&self, at: &str, part: Part, code: &str, message: String, help: Option<String>) -> Misfit {
        let place = Location::At { document: self.document, pointer: at.to_owned(), part };
        let mut finding = Finding::new(code, Severity::Error, place, message);
        finding.help = help;
        let leaves_out = Vec::from([unit(at, self.document)]);
        Misfit { leaves_out, finding: Some(finding), meant: None, lacks: None }
    }

    /// One misfit too many to be reported.
    fn untold(&self, at: &str) -> Misfit {
        let mut misfit = self.misfit(at, Part::Key, MORE, String::new(), None);
        misfit.leaves_out.dedup();
        misfit
    }

    /// How a place is called in a sentence.
    pub(super) fn name(&self, at: &str) -> String {
        match (at, self.document) {
            ("", Document::Plan) => "the plan".to_owned(),
            ("", Document::Contacts) => "the file of contact values".to_owned(),
            ("", Document::Adapter) => "the adapter".to_owned(),
            ("", Document::Mapping) => "the mapping".to_owned(),
            ("", Document::Rules) => "the file of rules".to_owned(),
            (at, document) => {
                let at = personal::pointer(document, at);
                format!("`{}`", words::clean_place(&at[1..].replace("~1", "/").replace("~0", "~")))
            }
        }
    }

    pub(super) fn found(&self, at: &str) -> String {
        let personal = personal::is_place(self.document, at);
        self.tree.locate(at).map_or_else(|| words::NOTHING.to_owned(), |at| words::value(at.node, personal))
    }

    /// The schema that an error comes from, without its keyword.
    pub(super) fn subschema(&self, error: &ValidationError<'_>) -> Option<&'a Value> {
        let path = error.schema_path().as_str();
        let path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema.pointer(path)
    }

    pub(super) fn resolve<'v>(&'v self, schema: &'v Value) -> Option<&'v Value> {
        let described = schema.get("description").is_some();
        match schema.get("$ref").and_then(Value::as_str).filter(|_| !described) {
            Some(reference) => self.schema.pointer(reference.trim_start_matches('#')),
            None => Some(schema),
        }
    }

    /// Another keyword of the schema that an error comes from.
    pub(super) fn beside(&self, error: &ValidationError<'_>, keyword: &str) -> Option<&'a Value> {
        self.subschema(error)?.get(keyword)
    }

    fn keys_beside(&self, error: &ValidationError<'_>) -> Vec<&'a str> {
        let properties = self.beside(error, "properties").and_then(Value::as_object);
        properties.map(|properties| properties.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}

/// The smallest part of a document that can be left out so that the rest is still checked.
fn unit(at: &str, document: Document) -> String {
    let segments: Vec<&str> = at.split('/').skip(1).collect();
    let depth = match (document, segments.as_slice()) {
        (Document::Contacts, _) => 2,
        (Document::Adapter | Document::Mapping | Document::Rules, _) => 0,
        (
            _,
            [
                "offerings" | "order_forms" | "opt_in_forms" | "webhooks" | "people" | "test_purchases"
                | "accepted_risks",
                ..,
            ],
        ) => 2,
        (_, ["leave_alone" | "spot_check" | "contacts", ..]) => 3,
        _ => 1,
    };
    segments.iter().take(depth).fold(String::new(), |place, segment| format!("{place}/{segment}"))
}
