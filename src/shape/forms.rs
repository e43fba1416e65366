//! Values that can have several forms: only the one that was meant is spoken of.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map as Object, Value};

use crate::diag::Part;
use crate::text::{Map, child, nearest};

use super::misfit::{Misfit, Seen};
use super::words;

/// The errors of a value against each of its forms.
type Errors<'e> = [Vec<ValidationError<'e>>];

impl Seen<'_> {
    /// A value that has none of its forms.
    pub(super) fn forms(
        &self,
        at: &str,
        context: &Errors<'static>,
        error: &ValidationError<'_>,
        out: &mut Vec<Misfit>,
    ) {
        let names = self.names(error);
        match (self.tree.locate(at).and_then(|at| at.node.as_map()), names.len() == context.len()) {
            (Some(map), true) => match written(map, &names).as_slice() {
                [] => out.push(self.none_of(at, map, &names, error)),
                [only] => context[*only].iter().for_each(|error| self.read(error, out)),
                [one, two, ..] => out.push(self.both(at, names[*one], names[*two])),
            },
            // That it is no mapping is an error of its own.
            (None, true) => {}
            (_, false) => match context.iter().find(|errors| !errors.iter().any(|error| is_other_type(error, at))) {
                Some(meant) => meant.iter().for_each(|error| self.read(error, out)),
                None => out.push(self.no_type(at, context)),
            },
        }
    }

    /// A mapping that has two of its forms at once; what is no mapping is wrong in another way, which is said.
    pub(super) fn two_forms(&self, at: &str, error: &ValidationError<'_>) -> Option<Misfit> {
        let names = self.names(error);
        let map = self.tree.locate(at)?.node.as_map()?;
        match written(map, &names).as_slice() {
            [one, two, ..] => Some(self.both(at, names[*one], names[*two])),
            _ => None,
        }
    }

    /// Whether a mapping that can only have one of its forms has none of them.
    pub(super) fn has_no_form(&self, at: &str, error: &ValidationError<'_>) -> bool {
        let names = required(self.beside(error, "oneOf"));
        let keys = self.beside(error, "properties").and_then(Value::as_object).map_or(0, Object::len);
        let map = self.tree.locate(at).and_then(|at| at.node.as_map());
        !names.is_empty() && names.len() == keys && map.is_some_and(|map| written(map, &names).is_empty())
    }

    /// The key that each form must have.
    fn names(&self, error: &ValidationError<'_>) -> Vec<&str> {
        required(self.schema.pointer(error.schema_path().as_str()))
    }

    fn none_of(&self, at: &str, map: &Map, names: &[&str], error: &ValidationError<'_>) -> Misfit {
        let slip = map.iter().find(|entry| nearest(&entry.key.text, names.iter().copied()).is_some());
        if let Some(entry) = slip {
            return self.unknown_key(at, &entry.key.text, names);
        }
        let message = format!("{} must have exactly one of {}", self.name(at), words::list(names.iter().copied()));
        let help =
            match map.iter().find_map(|entry| Some((&*entry.key.text, self.form_with(&entry.key.text, names, error)?)))
            {
                Some((key, form)) => format!("write `{key}` inside of `{form}`: `{form}: {{{key}: …}}`"),
                None => write_one_of(names),
            };
        self.misfit(at, Part::Key, "missing-key", message, Some(help))
    }

    /// The form that has a key inside of its own.
    fn form_with<'n>(&self, key: &str, names: &[&'n str], error: &ValidationError<'_>) -> Option<&'n str> {
        let forms = self.beside(error, "properties")?;
        let inside = |name: &str| {
            let referred = forms.get(name)?.get("$ref")?.as_str()?;
            self.schema.pointer(referred.trim_start_matches('#'))?.get("properties")?.get(key)
        };
        names.iter().copied().find(|name| inside(name).is_some())
    }

    fn both(&self, at: &str, one: &str, two: &str) -> Misfit {
        let message = format!("{} has both `{one}` and `{two}`", self.name(at));
        self.misfit(&child(at, two), Part::Key, "too-many-keys", message, Some("keep one of the two".to_owned()))
    }

    /// A value that is no mapping where one with a form is wanted.
    pub(super) fn no_mapping(&self, at: &str, error: &ValidationError<'_>) -> Misfit {
        let message = words::wrong_type(&self.name(at), "a mapping", &self.found(at));
        let forms = write_one_of(&required(self.beside(error, "oneOf")));
        self.misfit(at, Part::Value, "wrong-type", message, Some(forms))
    }

    fn no_type(&self, at: &str, context: &Errors<'static>) -> Misfit {
        let wanted = context.iter().flatten().filter_map(|error| match error.kind() {
            Kind::Type { kind } if error.instance_path().as_str() == at => Some(words::types(kind)),
            _ => None,
        });
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        let message = words::wrong_type(&self.name(at), &wanted, &self.found(at));
        self.misfit(at, Part::Value, "wrong-type", message, Some(format!("write {wanted}")))
    }
}

/// The key that each of these forms must have.
fn required(forms: Option<&Value>) -> Vec<&str> {
    let forms = forms.and_then(Value::as_array).into_iter().flatten();
    forms.filter_map(|form| form.get("required")?.get(0)?.as_str()).collect()
}

/// Which of the names a mapping has.
fn written(map: &Map, names: &[&str]) -> Vec<usize> {
    (0..names.len()).filter(|&index| map.entry(names[index]).is_some()).collect()
}

fn is_other_type(error: &ValidationError<'_>, at: &str) -> bool {
    matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str() == at
}

fn write_one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name}: …")).collect();
    format!("write {} here", words::list(names.iter().map(String::as_str)))
}
