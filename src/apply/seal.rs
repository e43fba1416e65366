//! A seal: what a reviewer confirms, in a small file that is committed beside the plan and can be signed.
//!
//! It takes the place of `--confirm`, and is held to the same: the same plan, host, changes, intent and facts, not too
//! old; and the same set of rules.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use minisign_verify::{Error, Signature as Minisign};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::{Digests, MOST_MARKS, Marks, folded_fields};
use crate::model::{Identity, Kind, digest};
use crate::project::settings::{Demands, Key};
use crate::project::signed::Sealed;

use super::confirmation::Confirmation;

/// The version of the format.
pub const FORMAT: u8 = 1;

/// Most hours for which a seal counts: 14 days.
pub const MOST_HOURS: i64 = 14 * 24;

/// What a reviewer confirms. Holds no personal data: of administrators, whose names are logins, there is one mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "seal", extend("$id" = "https://amc-plan.example/schemas/seal.schema.json"))]
pub struct Seal {
    /// The version of this format: 1.
    pub format_version: u8,
    /// The plan's file name.
    pub plan: String,
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// When it was made, RFC 3339 in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created: Timestamp,
    /// From when on it no longer counts, RFC 3339 in UTC; at most 14 days after it was made.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub expires: Timestamp,
    /// The version of the tool that made it.
    pub tool: String,
    /// The digest of the set of rules under which the plan was green.
    pub rules: String,
    /// The digests that `plan diff` shows.
    pub digests: Digests,
    /// How many changes there are of each kind of object.
    pub changes: BTreeMap<Kind, usize>,
    /// Short digests, to say what moved, never whether something did; of administrators and of many of a kind, one for all.
    pub marks: Marks,
    /// The digest of all the rest, so that a slip of the pen is noticed. Against a forger there are signatures.
    pub seal: String,
}

impl Seal {
    /// Seals what a diff shows now, under these rules, for so long.
    pub fn new(shown: &Confirmation, changes: BTreeMap<Kind, usize>, rules: String, lasts: SignedDuration) -> Self {
        let created = shown.at.round(jiff::Unit::Second).unwrap_or(shown.at);
        let together = |kind: &str, count: usize| kind == Kind::Administrator.name() || count > MOST_MARKS;
        let mut seal = Self {
            format_version: FORMAT,
            plan: shown.plan.clone(),
            host: shown.host.clone(),
            created,
            expires: created.saturating_add(lasts).unwrap_or(created),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            rules,
            digests: shown.digests.clone(),
            changes,
            marks: Marks {
                changes: folded(&shown.marks.changes, together),
                facts: folded(&shown.marks.facts, together),
                others: shown.marks.others.clone(),
                fields: folded_as(&shown.marks.fields, together, fields_of_all),
            },
            seal: String::new(),
        };
        seal.seal = serde_json::to_value(&seal).map(own_digest).unwrap_or_default();
        seal
    }

    /// As it is written: pretty JSON, fields in order, one line end.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a seal.
    ///
    /// # Errors
    /// Why the text is none: a field is missing, unknown or of a wrong type, another format, edited since it was made,
    /// or of a longer life than any seal has.
    pub fn read(text: &str) -> Result<Self, String> {
        let none = |error: serde_json::Error| format!("it is not a seal: {error}");
        let seal: Self = serde_json::from_str(text).map_err(none)?;
        if seal.format_version != FORMAT {
            return Err(format!("its format is {}, and this build reads {FORMAT}", seal.format_version));
        }
        // Over the text and not over what was understood of it: nothing may ride along.
        if serde_json::from_str(text).map(own_digest).map_err(none)? != seal.seal {
            return Err("it was edited after it was made".to_owned());
        }
        if seal.expires.duration_since(seal.created) > SignedDuration::from_hours(MOST_HOURS) {
            return Err(format!("it would be valid for more than {} days", MOST_HOURS / 24));
        }
        Ok(seal)
    }

    /// What it confirms, to be compared with what a diff shows now.
    pub(super) fn confirmation(&self) -> Confirmation {
        let Self { plan, host, created, digests, marks, .. } = self.clone();
        Confirmation { plan, host, at: created, digests, marks }
    }

    /// The marks of now, folded as this seal's are.
    pub(crate) fn folded(&self, now: &Confirmation) -> Confirmation {
        let Marks { changes, facts, fields, .. } = &self.marks;
        let marks = Marks {
            changes: folded(&now.marks.changes, |kind, _| changes.contains_key(kind)),
            facts: folded(&now.marks.facts, |kind, _| facts.contains_key(kind)),
            others: now.marks.others.clone(),
            fields: folded_as(&now.marks.fields, |kind, _| fields.contains_key(kind), fields_of_all),
        };
        Confirmation { marks, ..now.clone() }
    }
}

fn own_digest(mut seal: Value) -> String {
    if let Value::Object(fields) = &mut seal {
        fields.remove("seal");
    }
    digest::of(&seal)
}

/// One mark for all objects of each kind that goes together, by its name and how many there are.
fn folded(marks: &BTreeMap<String, String>, together: impl Fn(&str, usize) -> bool) -> BTreeMap<String, String> {
    folded_as(marks, together, |all| digest::of(&all)[..12].to_owned())
}

/// One mark for each field of all these objects.
fn fields_of_all(all: &[(&String, &String)]) -> String {
    folded_fields(all.iter().map(|(on, of)| (on.as_str(), of.as_str())))
}

fn folded_as(
    marks: &BTreeMap<String, String>,
    together: impl Fn(&str, usize) -> bool,
    one: impl Fn(&[(&String, &String)]) -> String,
) -> BTreeMap<String, String> {
    let mut kinds: BTreeMap<&str, Vec<(&String, &String)>> = BTreeMap::new();
    for (object, mark) in marks {
        let kind = object.split_once('/').map_or(object.as_str(), |(kind, _)| kind);
        kinds.entry(kind).or_default().push((object, mark));
    }
    let mut folded = BTreeMap::new();
    for (kind, all) in kinds {
        // A kind of which a site has one stands under its own name as it is.
        if all.iter().any(|(object, _)| *object != kind) && together(kind, all.len()) {
            folded.insert(kind.to_owned(), one(&all));
        } else {
            folded.extend(all.into_iter().map(|(object, mark)| (object.clone(), mark.clone())));
        }
    }
    folded
}

/// What became of the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    None,
    /// It is this reviewer's, and fits.
    By(String),
    /// It proves nothing, and why.
    Wrong(&'static str),
}

/// A seal that was read and looked at, whatever it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    seal: Result<Seal, String>,
    signature: Signature,
}

/// Why a seal counts for nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

impl Presented {
    /// Reads a seal and verifies its signature with these reviewers' keys.
    pub fn new(sealed: &Sealed, keys: &BTreeMap<String, Key>) -> Self {
        let signature = match &sealed.signature {
            None => Signature::None,
            Some(signature) => verified(&sealed.text, signature, keys),
        };
        Self { seal: Seal::read(&sealed.text), signature }
    }

    /// What became of the signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The seal, if it is one of this plan and site and signed as demanded. Whether it still fits is another question.
    ///
    /// # Errors
    /// [`Unknown`], with the reason.
    pub fn of(&self, demands: Demands, plan: &str, on: &Identity) -> Result<&Seal, Unknown> {
        match &self.signature {
            Signature::Wrong(why) => return Err(Unknown(format!("its signature is not valid: {why}"))),
            Signature::None if demands.signed => {
                return Err(Unknown(
                    "no reviewer's signature is beside it, and plan.toml names reviewers' keys".into(),
                ));
            }
            Signature::None | Signature::By(_) => {}
        }
        let seal = self.seal.as_ref().map_err(|why| Unknown(why.clone()))?;
        if seal.plan != plan {
            return Err(Unknown(format!("it was made for the plan `{}`", seal.plan)));
        }
        if !seal.host.is_same_site(on) {
            return Err(Unknown(format!("it is for `{}`, and this site is `{on}`", seal.host)));
        }
        Ok(seal)
    }
}

/// Whose signature this is on a text, among the reviewers whose keys `plan.toml` names.
pub fn verified(text: &str, signature: &str, keys: &BTreeMap<String, Key>) -> Signature {
    let Ok(signature) = Minisign::decode(signature) else { return Signature::Wrong("it is not a minisign signature") };
    if keys.is_empty() {
        return Signature::Wrong("plan.toml names no reviewer's key under `[seal.keys]`");
    }
    let mut wrong = "it was made by none of the reviewers whose keys plan.toml names";
    // Git may have changed the line ends since, which mean nothing in JSON; `.gitattributes` keeps it from that.
    let plain = text.replace("\r\n", "\n");
    for text in [text, &plain, &plain.replace('\n', "\r\n")] {
        for (name, key) in keys {
            // Both of minisign's forms: the pre-hashed one, and the older one that other tools still write.
            match key.0.verify(text.as_bytes(), &signature, true) {
                Ok(()) => return Signature::By(name.clone()),
                Err(Error::UnexpectedKeyId) => {}
                Err(_) => {
                    wrong = "it does not match the signed file, so one of the two was changed since it was signed";
                }
            }
        }
    }
    Signature::Wrong(wrong)
}
