//! One line of a configuration as an object of the site: how it was captured, its key, and what in it fits no format.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::model::extra::BY_MACHINES;
use crate::model::keyed::{is_natural, key_with_id, name_key, webhook_key};
use crate::model::money::Money;
use crate::model::snapshot::{Capture, FORMAT, Sources, is_newer};
use crate::model::state::{Kind, Module, Object, Webhook};
use crate::model::text::slug;
use crate::model::{Header, Release};
use crate::population::{Damage, KINDS, Line, Names, misfit, object, reason, word};
use crate::text::{addresses, nearest, without_secrets};

/// What a record says of how it was captured, beside the object's own fields.
pub(super) const SOURCE: &str = "source";

/// The same of single fields, by their names.
pub(super) const SOURCES: &str = "sources";

/// An object's fields, and what its record says of how it was captured.
pub(super) fn sources(
    line: Line<'_>,
    mut fields: Map<String, Value>,
) -> Result<(Map<String, Value>, Option<Sources>), Damage> {
    let misfit = |error: serde_json::Error| misfit(line.number, &error);
    let whole = fields.shift_remove(SOURCE).map(serde_json::from_value).transpose().map_err(misfit)?;
    let each = fields.shift_remove(SOURCES).map(serde_json::from_value).transpose().map_err(misfit)?;
    let found = whole.is_some() || each.is_some();
    Ok((fields, found.then(|| Sources { whole, fields: each.unwrap_or_default() })))
}

/// The same as a record has it.
pub(super) fn said_of_sources(sources: &Sources) -> impl Iterator<Item = (String, Value)> + use<> {
    let whole = sources.whole.as_ref().map(|capture| (SOURCE.to_owned(), json!(capture)));
    let each = (!sources.fields.is_empty()).then(|| (SOURCES.to_owned(), json!(sources.fields)));
    whole.into_iter().chain(each)
}

static NAMES: LazyLock<BTreeMap<Kind, Names>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, Names::by(|generator| kind.schema(generator)))).collect());

/// The fields that a module can have.
pub(super) static MODULE: LazyLock<Names> = LazyLock::new(Names::of::<Module>);

/// The fields that an object of this kind can have.
pub(super) fn names(kind: Kind) -> &'static Names {
    &NAMES[&kind]
}

/// Reads an object; where that fails, names the field that is to blame.
pub(super) fn read_object(line: Line<'_>, kind: Kind, fields: Map<String, Value>) -> Result<Object, Damage> {
    Object::from_fields(kind, Value::Object(fields)).map_err(|error| {
        let reason = reason(&error);
        let fields = object(line).unwrap_or_default();
        let blamed = fields.keys().find(|name| {
            let mut without = fields.clone();
            without.shift_remove(*name);
            match Object::from_fields(kind, Value::Object(without)) {
                Ok(_) => true,
                Err(error) => error.to_string() == format!("missing field `{name}`"),
            }
        });
        let place = blamed.map(|name| format!(" in `{name}`")).unwrap_or_default();
        Damage::at(line.number, format!("the fields of this `{kind}` do not fit{place}: {reason}"))
    })
}

/// What is to be said of a key that is not the natural one of its object, and which one is.
pub(super) fn unnatural(kind: Kind, key: &str, object: &Object) -> Option<(String, String)> {
    let (wanted, rule, id) = match (named(object), object) {
        (Some((name, id)), _) if is_natural(key, name, id) => return None,
        (Some((name, id)), _) if slug(name).is_empty() => (
            key_with_id(name, id).unwrap_or_else(|| name_key(name)),
            "its ID, as no character of its name can be used in a key",
            None,
        ),
        (Some((name, id)), _) => (name_key(name), "the slug of its name", key_with_id(name, id)),
        (None, Object::Webhook(object)) => {
            let called = called(object);
            // It may stand there as it does in the CRM.
            if webhook_key(key) == called {
                return None;
            }
            (called, "its command and target", None)
        }
        _ if kind.is_only() => {
            (kind.name().to_owned(), "the name of the kind, as a site has only one such object", None)
        }
        _ => return None,
    };
    if wanted == key {
        return None;
    }
    let what = format!("the key of this `{kind}` is not {rule}");
    if addresses(&wanted).next().is_some() {
        return Some((what, "take the address out of its name on the site".to_owned()));
    }
    let tie = id.map(|id| format!("; where another name gives the same key, write `\"key\":\"{id}\"`"));
    Some((what, format!("write `\"key\":\"{wanted}\"`{}", tie.unwrap_or_default())))
}

/// What a webhook calls, without the API's key: its natural key.
fn called(webhook: &Webhook) -> String {
    let target = webhook.target.as_deref().filter(|target| !target.is_empty());
    webhook_key(&target.map_or(webhook.command.clone(), |target| format!("{}?{target}", webhook.command)))
}

/// The key under which an object stands. A webhook that was copied with its whole address is the one of its command and target.
pub(super) fn natural<'k>(key: &'k str, object: &mut Object) -> Cow<'k, str> {
    let Object::Webhook(webhook) = object else { return Cow::Borrowed(key) };
    let called = called(webhook);
    let (command, target) =
        called.split_once('?').map_or((&*called, None), |(command, target)| (command, Some(target)));
    if webhook.command != command || target.is_some() || webhook.target.as_deref().is_some_and(|said| !said.is_empty())
    {
        (webhook.command, webhook.target) = (command.to_owned(), target.map(str::to_owned));
    }
    Cow::Owned(called)
}

/// What is to be said of a record that holds a secret: the file is committed, and others read it.
fn secrets_in(key: &str, object: &Object) -> Option<(String, String)> {
    let holds = |text: &str| without_secrets(text) != text;
    if !holds(key) && !holds(&Value::Object(object.fields()).to_string()) {
        return None;
    }
    let help = match object {
        Object::Webhook(webhook) if !holds(&called(webhook)) => {
            format!(
                "command and target are enough: write `\"key\":\"{}\"`, and leave the secret out of `target`",
                called(webhook)
            )
        }
        _ => "leave it out".to_owned(),
    };
    Some(("it holds a secret, such as what follows `key=`, and others read this file".to_owned(), help))
}

/// The kinds of which two objects may have names that give one key.
pub(super) const NAMED: [&str; 3] = ["offering", "opt-in-form", "order-form"];

/// The name and ID of an object that is known by its name.
pub(super) fn named(object: &Object) -> Option<(&str, Option<&str>)> {
    let (name, id) = match object {
        Object::Offering(object) => (&object.name, &object.id),
        Object::OptInForm(object) => (&object.name, &object.id),
        Object::OrderForm(object) => (&object.name, &object.id),
        _ => return None,
    };
    Some((name, id.as_deref()))
}

/// How closely a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scrutiny {
    /// As it is read: what a machine sent beyond the format is kept, and so is what a newer format says.
    Reading,
    /// Before it is finalized, where it is as this machine captured it: the same, and whole where a person wrote.
    Captured,
    /// Before it is finalized otherwise: a person does that, so what the file says of who captured it is no excuse.
    ByHand,
}

impl Scrutiny {
    /// Whether it is strict with what this machine wrote, a person, or nobody here knows who.
    fn is_of_a_hand(self, says_otherwise: bool) -> bool {
        self == Self::ByHand || !says_otherwise
    }
}

/// What stands in an object that was read, and says nothing that this build understands: of fields that it does not know all where it
/// is strict, else those that are almost one.
pub(super) fn not_understood(
    header: &Header,
    (kind, key): (Kind, &str),
    object: &Object,
    sources: Option<&Sources>,
    scrutiny: Scrutiny,
) -> Vec<(String, String)> {
    let strict = scrutiny != Scrutiny::Reading;
    let mut found = Vec::new();
    let modules = match object {
        Object::Offering(offering) => offering.modules.set().map_or(&[][..], Vec::as_slice),
        _ => &[],
    };
    for (at, module) in modules.iter().enumerate() {
        if modules[..at].iter().any(|other| other.number == module.number) {
            let help = "number them in the order in which they open: the base module is 0";
            found.push((format!("two modules have the number {}", module.number), help.to_owned()));
        }
    }
    let whole = sources.and_then(|sources| sources.whole.clone());
    let is_by_a_machine = whole.unwrap_or_else(|| header.capture(kind.name())).is_by_a_machine();
    if strict || !is_by_a_machine {
        found.extend(secrets_in(key, object));
    }
    if !scrutiny.is_of_a_hand(header.is_newer() || is_by_a_machine) {
        return found;
    }
    let named: Vec<&String> = object.extra().keys().chain(sources.into_iter().flat_map(|s| s.fields.keys())).collect();
    if !named.is_empty() {
        let names = names(kind);
        let is_sent = |name: &str| BY_MACHINES.contains(&(kind, name));
        let strange = named.into_iter().filter(|name| !is_sent(name) && (strict || names.is_slip(name)));
        found.extend(names.strangers(strange));
    }
    if strict
        && let Object::OrderForm(form) = object
        && form.price.set().and_then(|price| Money::parse(price)).is_some_and(|price| price.currency().is_none())
    {
        found.push((
            "its `price` names no currency".to_owned(),
            "write it after the amount, as in `497.00 USD`".to_owned(),
        ));
    }
    for module in modules {
        let at = format!("module {}", module.number);
        if !module.extra.is_empty() {
            let strange = MODULE.strangers(module.extra.keys().filter(|name| strict || MODULE.is_slip(name)));
            found.extend(strange.into_iter().map(|(what, help)| (format!("{at}: {what}"), help)));
        }
        if let Some(Release::Other(words)) = module.release.set()
            && let Some(meant) = probably_meant(words)
        {
            let help = format!("did you mean `{meant}`?");
            found.push((format!("{at}: its `release` is almost one that is known"), help));
        }
    }
    found
}

/// What is to be said of a record of a kind that this build does not know; nothing where a machine captured it, or the format is newer.
pub(super) fn strange_kind(header: &Header, kind: &str, scrutiny: Scrutiny) -> Option<(String, String)> {
    let may_be_so = header.is_newer() || header.capture(kind).is_by_a_machine();
    scrutiny.is_of_a_hand(may_be_so).then(|| stranger(kind, "no record has the kind"))
}

/// The same of what its first record declares.
pub(super) fn strange_header(header: &Header, scrutiny: Scrutiny) -> Vec<(String, String)> {
    if !scrutiny.is_of_a_hand(header.is_newer()) {
        return Vec::new();
    }
    let is_strange = |name: &str, capture: &Capture| scrutiny.is_of_a_hand(capture.is_by_a_machine()) && !is_kind(name);
    let strange = header.sections.iter().filter(|(name, capture)| is_strange(name, capture));
    let strange =
        strange.map(|(name, _)| stranger(name, "`sections` declares something that is not a kind of record:"));
    let newer = newer_format(&header.format).filter(|_| scrutiny == Scrutiny::ByHand);
    newer.into_iter().chain(strange).chain(strange_time(&header.taken_at)).collect()
}

/// What is to be said of a newer format in a file that a person finalizes: what it means by its words is not known here.
pub(super) fn newer_format(format: &str) -> Option<(String, String)> {
    let help = format!("write `\"format\":\"{FORMAT}\"`, or finalize it with a newer `plan`");
    is_newer(format).then(|| (format!("its format `{}` is newer than this `plan` knows", word(format)), help))
}

/// The same of its time of reading.
pub(super) fn strange_time(taken_at: &str) -> Option<(String, String)> {
    let help = "write it as 2026-11-21T06:12:00Z: a day, `T`, the time, and `Z` or the offset from UTC";
    (!taken_at.is_empty() && !taken_at.contains('T'))
        .then(|| ("`taken_at` is not an RFC 3339 time".to_owned(), help.to_owned()))
}

fn is_kind(name: &str) -> bool {
    Kind::from_name(name).is_some() || KINDS.contains(&name)
}

fn stranger(kind: &str, what: &str) -> (String, String) {
    let kinds = Kind::ALL.iter().map(|kind| kind.name()).chain(KINDS);
    let kinds: Vec<&str> = kinds.collect();
    let help = match nearest(kind, kinds.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are `{}`", kinds.join("`, `")),
    };
    (format!("{what} `{}`", word(kind)), help)
}

/// The release that a person probably meant. What a screen says in words of its own is none of them, and is kept as it is.
fn probably_meant(words: &str) -> Option<Release> {
    const KNOWN: [&str; 3] = ["immediately", "by hand", "at once"];
    const OFTEN: [(&str, &str); 4] =
        [("daily", "1 day"), ("weekly", "1 week"), ("fortnightly", "2 weeks"), ("biweekly", "2 weeks")];
    let plain = words.to_lowercase().replace(['-', '_'], " ");
    let plain = plain.trim();
    let often = OFTEN.iter().find(|(word, _)| *word == plain).map(|(_, length)| *length);
    let plain = often.unwrap_or(plain);
    let length = ["every ", "each ", "after ", "in "].iter().find_map(|word| plain.strip_prefix(word)).map(str::trim);
    let plain = match length {
        Some(unit @ ("day" | "week")) => format!("1 {unit}"),
        Some(length) if length.starts_with(|c: char| c.is_ascii_digit()) => length.to_owned(),
        _ => plain.to_owned(),
    };
    let mut parts = plain.split_whitespace();
    let count = parts.next().unwrap_or_default();
    let unit = parts.next().unwrap_or_default();
    let known = match (count.parse::<u32>(), unit.trim_end_matches('s')) {
        (Ok(_), unit @ ("day" | "week")) => format!("{count} {unit}s after previous"),
        _ if KNOWN.contains(&plain.as_str()) => plain,
        _ => nearest(&plain, &KNOWN)?.to_owned(),
    };
    match known.as_str() {
        "by hand" => Some(Release::ByHand),
        "at once" => Some(Release::Immediately),
        known => known.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_a_release_is_told_from_words_of_the_site() {
        let meant = |words: &str| probably_meant(words).map(|release| release.to_string());
        for slip in ["7 days", "7 Days after", "7_days"] {
            assert_eq!(meant(slip).as_deref(), Some("7 days after previous"), "{slip}");
        }
        assert_eq!(meant("1 week").as_deref(), Some("7 days after previous"));
        for slip in ["weekly", "every week", "each week", "Every 7 days", "after 7 days", "in 1 week"] {
            assert_eq!(meant(slip).as_deref(), Some("7 days after previous"), "{slip}");
        }
        assert_eq!(meant("fortnightly").as_deref(), Some("14 days after previous"));
        assert_eq!(meant("immediatly").as_deref(), Some("immediately"));
        assert_eq!(meant("By hand").as_deref(), Some("by-hand"));
        for words in
            ["on 1 May", "when the quiz is passed", "7 months after signup", "after the quiz", "every month", ""]
        {
            assert_eq!(meant(words), None, "{words}");
        }
    }
}
