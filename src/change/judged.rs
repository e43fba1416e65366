//! What of an object anybody judges: what means the same is the same.

use crate::model::Identity;
use crate::model::state::Object;
use crate::model::text::Money;

use super::managed::as_set;

/// An object without what no rule and no change reads, and without what means nothing.
pub(super) fn judged(mut object: Object) -> Object {
    object.drop_extra();
    match &mut object {
        Object::ChargingGuard(o) => o.production_url = o.production_url.as_deref().map(address),
        Object::Environment(o) => {
            o.url = address(&o.url);
            o.home = o.home.as_deref().map(address);
            sort(&mut o.staging_constants);
        }
        Object::Offering(o) => o.modules.iter_mut().flatten().for_each(|module| module.extra.clear()),
        Object::OptInForm(o) => o.operations = o.operations.as_deref().map(as_set),
        Object::OrderForm(o) => {
            o.operations = o.operations.as_deref().map(as_set);
            o.price = o.price.as_deref().map(money);
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
    Money::parse(text).map_or_else(|| text.to_owned(), |money| money.to_string())
}
