//! The validator's errors as findings: one a mistake, at the place of the mistake, in the words of the plan.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::diag::{Document, Finding, Part, Place, Severity};
use crate::text::{Tree, child};

use super::tree_json::TreeJson;
use super::words;

/// Keys whose absence a rule explains better than the schema can.
const SAID_BY_A_RULE: &[&str] = &["/strategy"];

/// Something that does not fit the schema.
pub(super) struct Misfit {
    /// The place that has to be left out for the rest to fit; none where nothing stands in the way.
    pub(super) leaves_out: Option<String>,
    /// What to say; none where a rule says it.
    pub(super) finding: Option<Finding>,
    /// The place that an unknown key was probably meant for.
    meant: Option<String>,
    /// The place of a missing key.
    lacks: Option<String>,
}

/// Everything in a tree that does not fit a schema, in the order of the schema.
pub(super) fn all(tree: &Tree, schema: &Value, document: Document) -> Vec<Misfit> {
    let validator = jsonschema::options_for::<TreeJson>()
        .should_validate_formats(true)
        .build(schema)
        .expect("the schemas that the model's types make are schemas");
    let seen = Seen { tree, schema, document };
    let mut misfits = Vec::new();
    for error in validator.iter_errors(&tree.root) {
        seen.read(&error, &mut misfits);
    }
    misspelt(&mut misfits);
    misfits
}

/// A key that is missing because it was misspelt is one mistake: its misspelling says it.
fn misspelt(misfits: &mut [Misfit]) {
    let meant: std::collections::HashSet<String> = misfits.iter().filter_map(|misfit| misfit.meant.clone()).collect();
    for misfit in misfits.iter_mut().filter(|misfit| misfit.lacks.as_ref().is_some_and(|key| meant.contains(key))) {
        misfit.finding = None;
    }
}

/// What an error is read against.
struct Seen<'a> {
    tree: &'a Tree,
    schema: &'a Value,
    document: Document,
}

impl Seen<'_> {
    fn read(&self, error: &ValidationError<'_>, out: &mut Vec<Misfit>) {
        let at = error.instance_path().as_str();
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                out.extend(unexpected.iter().map(|key| self.unknown_key(at, key, error)));
            }
            Kind::Required { property } => self.missing(at, property.as_str().unwrap_or_default(), error, out),
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => self.branches(at, context, error, out),
            Kind::OneOfMultipleValid { .. } => {
                let message = format!("{} has both `base` and `module`", self.name(at));
                out.push(self.misfit(at, Part::Key, "too-many-keys", message, Some("keep one of the two".to_owned())));
            }
            other => {
                let found = self.found(at);
                let (code, message, help) = words::of(other, &self.name(at), &found, self.described(error));
                out.push(self.misfit(at, Part::Value, code, message, help));
            }
        }
    }

    fn unknown_key(&self, at: &str, key: &str, error: &ValidationError<'_>) -> Misfit {
        let place = child(at, key);
        let known = self.keys_beside(error);
        let near = words::nearest(key, known.iter().map(String::as_str));
        let message = format!("unknown key `{}` in {}", words::clean(key), self.name(at));
        let help = match near {
            None if self.was_cut_by_a_comma(&place, key) => {
                "a comma inside `{…}` begins a new key: put the whole text in quotes".to_owned()
            }
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => format!("remove it; the keys here are {}", words::list(known.iter().map(String::as_str))),
        };
        let meant = near.map(|near| child(at, near));
        Misfit { meant, ..self.misfit(&place, Part::Key, "unknown-key", message, Some(help)) }
    }

    /// A key of several words with nothing behind it was meant as text.
    fn was_cut_by_a_comma(&self, place: &str, key: &str) -> bool {
        let empty = |node: &crate::text::Node| matches!(node.value, crate::text::Value::Null) && node.span.is_empty();
        key.contains(' ') && self.tree.locate(place).is_some_and(|at| empty(at.node))
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
        if at.is_empty() {
            misfit.leaves_out = Some(place);
        }
        out.push(misfit);
    }

    /// Of several forms that a value could have, only the one that was meant is spoken of.
    fn branches(
        &self,
        at: &str,
        context: &[Vec<ValidationError<'static>>],
        error: &ValidationError<'_>,
        out: &mut Vec<Misfit>,
    ) {
        let constants: Vec<&Value> = context
            .iter()
            .filter_map(|errors| match errors.first()?.kind() {
                Kind::Constant { expected_value } => Some(&**expected_value),
                _ => None,
            })
            .collect();
        if constants.len() == context.len() {
            let options: Vec<&str> = constants.iter().filter_map(|value| value.as_str()).collect();
            let (code, message, help) = words::not_one_of(&self.name(at), &self.found(at), &options);
            return out.push(self.misfit(at, Part::Value, code, message, Some(help)));
        }
        let names_another = |error: &ValidationError<'_>| {
            let tells = matches!(error.kind(), Kind::Required { .. } | Kind::Type { .. } | Kind::Constant { .. });
            tells && error.instance_path().as_str() == at
        };
        match context.iter().find(|errors| !errors.iter().any(names_another)) {
            Some(meant) => meant.iter().for_each(|error| self.read(error, out)),
            None => out.push(self.no_branch(at, context, error)),
        }
    }

    fn no_branch(&self, at: &str, context: &[Vec<ValidationError<'static>>], error: &ValidationError<'_>) -> Misfit {
        let mut names: Vec<&str> = context
            .iter()
            .flatten()
            .filter_map(|error| match error.kind() {
                Kind::Required { property } => property.as_str(),
                _ => None,
            })
            .collect();
        names.dedup();
        let written: Vec<&str> = self
            .tree
            .locate(at)
            .and_then(|at| at.node.as_map())
            .map(|map| map.iter().map(|entry| &*entry.key.text).collect())
            .unwrap_or_default();
        let options = words::list(names.iter().copied());
        let slip = written.iter().find_map(|key| Some((*key, words::nearest(key, names.iter().copied())?)));
        match (slip, names.is_empty()) {
            (Some((key, near)), _) if !names.contains(&key) => {
                let message = format!("unknown key `{}` in {}", words::clean(key), self.name(at));
                self.misfit(&child(at, key), Part::Key, "unknown-key", message, Some(format!("did you mean `{near}`?")))
            }
            (_, false) => {
                let message = format!("{} must have exactly one of {options}", self.name(at));
                self.misfit(at, Part::Key, "missing-key", message, Some(format!("write one of {options} here")))
            }
            (_, true) => {
                let (code, message, help) =
                    words::of(error.kind(), &self.name(at), &self.found(at), self.described(error));
                self.misfit(at, Part::Value, code, message, help)
            }
        }
    }

    fn misfit(&self, at: &str, part: Part, code: &str, message: String, help: Option<String>) -> Misfit {
        let place = Place::At { document: self.document, pointer: at.to_owned(), part };
        let mut finding = Finding::new(code, Severity::Error, place, message);
        finding.help = help;
        Misfit { leaves_out: Some(unit(at, self.document)), finding: Some(finding), meant: None, lacks: None }
    }

    /// How a place is called in a sentence.
    fn name(&self, at: &str) -> String {
        match (at, self.document) {
            ("", Document::Plan) => "the plan".to_owned(),
            ("", Document::Contacts) => "the file of contact values".to_owned(),
            _ => format!("`{}`", words::clean(&at[1..].replace("~1", "/").replace("~0", "~"))),
        }
    }

    /// The value that was found, in a few words; never one of a contact.
    fn found(&self, at: &str) -> String {
        let personal = self.document == Document::Contacts || at.starts_with("/contacts/values");
        self.tree.locate(at).map_or_else(|| "nothing".to_owned(), |at| words::value(at.node, personal))
    }

    /// The schema that an error comes from, without its keyword.
    fn subschema(&self, error: &ValidationError<'_>) -> Option<&Value> {
        let path = error.schema_path().as_str();
        let path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema.pointer(path)
    }

    fn resolve<'v>(&'v self, schema: &'v Value) -> Option<&'v Value> {
        let described = schema.get("description").is_some();
        match schema.get("$ref").and_then(Value::as_str).filter(|_| !described) {
            Some(reference) => self.schema.pointer(reference.trim_start_matches('#')),
            None => Some(schema),
        }
    }

    fn described(&self, error: &ValidationError<'_>) -> Option<String> {
        self.subschema(error).and_then(words::first_sentence)
    }

    fn keys_beside(&self, error: &ValidationError<'_>) -> Vec<String> {
        let properties = self.subschema(error).and_then(|schema| schema.get("properties")?.as_object());
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    }
}

/// The smallest part of a document that can be left out so that the rest is still checked.
fn unit(at: &str, document: Document) -> String {
    let segments: Vec<&str> = at.split('/').skip(1).collect();
    let depth = match (document, segments.as_slice()) {
        (Document::Contacts, _) => 1,
        (_, ["offerings" | "order_forms" | "opt_in_forms" | "webhooks" | "people" | "test_purchases", ..]) => 2,
        (_, ["leave_alone" | "contacts", ..]) => 3,
        _ => 1,
    };
    segments.iter().take(depth).fold(String::new(), |place, segment| format!("{place}/{segment}"))
}
