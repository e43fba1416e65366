//! What of an object anybody judges: what means the same is the same.

use crate::model::money::Money;
use crate::model::spelling::plain;
use crate::model::state::Object;
use crate::model::{Field, Identity};

use super::managed::as_set;

/// An object without what no rule and no change reads, and without what means nothing.
pub(super) fn judged(mut object: Object) -> Object {
    object.drop_extra();
    match &mut object {
        Object::ChargingGuard(o) => o.production_url = std::mem::take(&mut o.production_url).map(|url| address(&url)),
        Object::Environment(o) => {
            o.url = address(&o.url);
            o.home = std::mem::take(&mut o.home).map(|home| address(&home));
            if let Field::Set(constants) = &mut o.staging_constants {
                sort(constants);
            }
        }
        Object::Crm(o) => o.label = std::mem::take(&mut o.label).map(|label| spelt(&label)),
        Object::Mail(o) => o.transport = std::mem::take(&mut o.transport).map(|transport| spelt(&transport)),
        Object::Offering(o) => {
            o.name = spelt(&o.name);
            if let Field::Set(modules) = &mut o.modules {
                for module in modules {
                    module.name = spelt(&module.name);
                    module.extra.clear();
                }
            }
        }
        Object::OptInForm(o) => {
            o.name = spelt(&o.name);
            o.operations = std::mem::take(&mut o.operations).map(|all| as_set(&all));
        }
        Object::OrderForm(o) => {
            o.name = spelt(&o.name);
            o.gateway = std::mem::take(&mut o.gateway).map(|gateway| spelt(&gateway));
            o.operations = std::mem::take(&mut o.operations).map(|all| as_set(&all));
            o.price = std::mem::take(&mut o.price).map(|price| money(&price));
        }
        Object::Webhook(o) => (o.last_called, o.calls) = (None, None),
        _ => {}
    }
    object
}

pub(super) fn sort(set: &mut Vec<String>) {
    set.sort();
    set.dedup();
}

/// A name in one spelling.
fn spelt(name: &str) -> String {
    plain(name).into_owned()
}

/// An address without what means nothing: the identity that it names, with its scheme in lower case.
pub(super) fn address(text: &str) -> String {
    let text = text.trim();
    let scheme = text.find("//").map_or("", |at| &text[..at]);
    if let Some(site) = Identity::parse(text) {
        let slashes = if text.contains("//") { "//" } else { "" };
        return format!("{}{slashes}{site}", scheme.to_ascii_lowercase());
    }
    let start = text.find("//").map_or(0, |at| at + 2);
    let end = text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at);
    text[..end].to_lowercase() + text[end..].trim_end_matches('/')
}

/// A price in one spelling; one that cannot be read as it stands.
pub(super) fn money(text: &str) -> String {
    Money::parse(text).map_or_else(|| text.to_owned(), |money| money.canonical())
}
