//! What `plan check` writes for other programs is as they read it: held to their schemas, and read by parsers that are not ours.

mod files;
mod modes;
mod others;
mod sarif;
mod shape;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

pub(crate) use others::Command;

use crate::guided::{LIVE, copied};
use crate::place::{PLAN, Place, Ran, SITE};

/// A plan in which much is wrong.
const DRAFT: &str = "bloom-coaching-first-draft.yaml";

/// The forms that other programs read.
pub(crate) const OTHERS: [&str; 8] = ["json-lines", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"];

/// Every form.
pub(crate) const ALL: [&str; 12] = [
    "human",
    "concise",
    "json",
    "json-v1",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "markdown",
    "html",
];

/// A schema of other people, ready to validate.
fn schema(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/formats/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

#[track_caller]
fn fits(schema: &Validator, value: &Value) {
    let errors: Vec<String> = schema.iter_errors(value).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// What a check prints in a form.
#[track_caller]
fn printed(place: &Place, format: &str, words: &[&str]) -> String {
    let words = [&["check", "--format", format], words].concat();
    // A rule's whole page is in it, and commands whose end is a mark of another language: they are held in the other forms.
    let ran = match OTHERS.contains(&format) {
        true => Ran::from(place.command(&words).output().unwrap()),
        false => place.run(&words),
    };
    assert!(matches!(ran.code, Some(0 | 1)) && !ran.out.is_empty(), "{words:?}: {ran:#?}");
    ran.out
}

#[track_caller]
fn json(place: &Place, format: &str, words: &[&str]) -> Value {
    let out = printed(place, format, words);
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{format} {words:?}: {e}: {out}"))
}

/// Checks of many kinds: red, green, beside the live site, without a site, of a recording, at a late gate, of a text that is no plan.
fn checks(place: &Place) -> Vec<Vec<&'static str>> {
    copied(place);
    fs::write(place.path("broken.yaml"), "version: 1\nname: [ü\n").unwrap();
    [
        &[DRAFT, "--site", SITE][..],
        &[PLAN, "--site", SITE],
        &[PLAN, "--site", SITE, "--live", LIVE],
        &[PLAN, "--no-site"],
        &[PLAN, "--snapshot", SITE, "--gate", "go-live"],
        &[DRAFT, PLAN, "--site", SITE, "--on", "live"],
        &["broken.yaml", "--no-site"],
    ]
    .map(<[&str]>::to_vec)
    .to_vec()
}

/// The example with an error that somebody answers for.
fn accepted() -> Place {
    let place = Place::new();
    place.edit(PLAN, "purchases-and-opt-ins", "purchases");
    let risk = "accepted_risks:\n  - {rule: welcome-does-not-cover, at: /emails/welcome, reason: we greet them by hand, owner: jo, until: \"2026-12-31\"}\n";
    let text = place.read(PLAN);
    fs::write(place.path(PLAN), format!("{text}{risk}")).unwrap();
    place
}
