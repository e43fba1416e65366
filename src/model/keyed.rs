//! What an entry of a plan's section is called: by its key, or as it says itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::Identity;
use super::spelling::plain;
use super::text::slug;

/// An entry that takes from its key what it does not say.
pub(super) trait Keyed {
    /// Takes from the key what was not said.
    fn take_from(&mut self, key: &str);
}

/// A section whose entries take from their keys what they do not say.
pub(super) fn section<'de, D, T>(from: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Keyed,
{
    let mut all = BTreeMap::<String, T>::deserialize(from)?;
    all.iter_mut().for_each(|(key, entry)| entry.take_from(key));
    Ok(all)
}

/// The name that a key stands for where a plan says none: its words, each with a capital letter.
pub fn implied_name(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    key.split('-').map(capital).collect::<Vec<_>>().join(" ")
}

/// The name as a plan has to say it: nothing where its key says it already.
pub fn name_to_say(key: &str, name: &str) -> String {
    if implied_name(key) == name { String::new() } else { name.to_owned() }
}

/// The natural key of the webhook that `calls` names: command plus target, spaces trimmed. Of a whole address, as it stands in a CRM, the
/// command is `accessally_api`, and the target what is said beside it. The API's `key` is a secret, and never part of either.
pub fn webhook_key(calls: &str) -> String {
    let called = calls.trim().trim_start_matches(['/', '?']);
    let query = called.rsplit_once('?').map_or(called, |(_, query)| query);
    // Copied from a page, an ampersand is spelt out.
    let query = plain(query);
    let query = query.split('#').next().unwrap_or_default();
    let value = |said: &str, name: &str| {
        let (said, value) = said.split_once('=')?;
        said.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    let bare = called.split_once('?').map(|(command, _)| command).filter(|command| is_command(command));
    let has_secret = query.split('&').any(|said| value(said, "key").is_some());
    // Said twice, PHP takes the last.
    let command = match (query.rsplit('&').find_map(|said| value(said, "accessally_api")), bare) {
        (Some(command), _) => command,
        (None, Some(command)) if has_secret => command.to_owned(),
        (None, _) => return called.to_owned(),
    };
    let is_target =
        |said: &&str| !said.is_empty() && value(said, "accessally_api").is_none() && value(said, "key").is_none();
    let target: Vec<&str> = query.split('&').filter(is_target).collect();
    if target.is_empty() { command } else { format!("{command}?{}", target.join("&")) }
}

/// The site at which a webhook is called: that of its whole address, as it stands in a CRM. None where `calls` is no such address.
pub fn webhook_site(calls: &str) -> Option<Identity> {
    let (address, query) = calls.trim().split_once('?')?;
    let is_whole = query.to_ascii_lowercase().contains("accessally_api=") && !is_command(address);
    is_whole.then(|| Identity::parse(address)).flatten()
}

/// Whether a text is one of the API's commands, and no address.
fn is_command(text: &str) -> bool {
    text.starts_with("aal_") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The natural key that a name has on a site: its slug; the name itself where nothing of it can be in one.
pub fn name_key(name: &str) -> String {
    let slug = slug(name);
    if slug.is_empty() { plain(name).into_owned() } else { slug }
}

/// Whether a key can be that of an object of this name: its natural key, or where several names share one, that and an ID, joined by
/// a dash; an ID alone where nothing of the name can be in a key.
pub fn is_key_of(key: &str, name: &str) -> bool {
    key == name_key(name) || id_in(key, name).is_some()
}

/// Whether a key is that of an object of this name and ID.
pub fn is_natural(key: &str, name: &str, id: Option<&str>) -> bool {
    let slug = slug(name);
    let is_by_name = if slug.is_empty() { !is_by_number(id) && key == plain(name) } else { key == slug };
    is_by_name || is_by_number(id) && id_in(key, name) == id
}

/// The natural key of an object whose name gives none of its own, with the ID that makes it one; none where no ID does.
pub fn key_with_id(name: &str, id: Option<&str>) -> Option<String> {
    let (slug, id) = (slug(name), id.filter(|_| is_by_number(id))?);
    Some(if slug.is_empty() { id.to_owned() } else { format!("{slug}-{id}") })
}

/// The ID that a key holds beside the slug of a name.
fn id_in<'k>(key: &'k str, name: &str) -> Option<&'k str> {
    let slug = slug(name);
    let id = if slug.is_empty() { Some(key) } else { key.strip_prefix(&slug)?.strip_prefix('-') };
    id.filter(|id| is_by_number(Some(id)))
}

/// Whether it is an ID of the server's own.
fn is_by_number(id: Option<&str>) -> bool {
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Plan;
    use serde_json::json;

    fn form(key: &str, entry: serde_json::Value) -> Result<Plan, serde_json::Error> {
        serde_json::from_value(json!({"order_forms": {key: entry}, "webhooks": {"aal_x?y=1": {}}}))
    }

    #[test]
    fn what_an_entry_does_not_say_its_key_says() {
        let plan = form("group-coaching-2", json!({"custom_operation": {"release": ["a"]}})).unwrap();
        assert_eq!(plan.order_forms["group-coaching-2"].name, "Group Coaching 2");
        assert_eq!(plan.webhooks["aal_x?y=1"].calls, "aal_x?y=1");
        for key in ["group-coaching", "über-uns", "a", "2024", "straße-1", "ǆ", ""] {
            assert_eq!(name_key(&implied_name(key)), key, "the name that a key stands for has that key");
            assert_eq!(name_to_say(key, &implied_name(key)), "");
        }
        assert_eq!(name_to_say("vip", "VIP"), "VIP");
    }

    #[test]
    fn a_whole_address_calls_its_command_and_target() {
        for (calls, key) in [
            ("https://site.example/?accessally_api=aal_genpass&key=s3cr3t", "aal_genpass"),
            (
                " https://site.example/?key=s3cr3t&accessally_api=aal_revokesubscription&productId=12 ",
                "aal_revokesubscription?productId=12",
            ),
            ("/?accessally_api=aal_fieldop&amp;operationId=7&amp;key=s", "aal_fieldop?operationId=7"),
            ("/?accessally_api=aal_fieldop&#038;operationId=7&#038;key=s", "aal_fieldop?operationId=7"),
            ("accessally_api=aal_genpass&key=s#top", "aal_genpass"),
            ("/?accessally_api=aal_genpass&accessally_api=aal_fieldop&operationId=7", "aal_fieldop?operationId=7"),
            ("/aal_x?y=1", "aal_x?y=1"),
            ("aal_x?key=1", "aal_x"),
            ("aal_fieldop?operationId=21&key=s3cr3t", "aal_fieldop?operationId=21"),
            ("aal_fieldop?key=s3cr3t&amp;operationId=21", "aal_fieldop?operationId=21"),
            ("aal_fieldop?operationId=21&amp;x=1", "aal_fieldop?operationId=21&amp;x=1"),
            ("other?key=1", "other?key=1"),
            ("https://other.example/hook?a=1", "https://other.example/hook?a=1"),
        ] {
            assert_eq!(webhook_key(calls), key, "{calls}");
        }
    }

    #[test]
    fn a_whole_address_names_its_site() {
        let site = |calls| webhook_site(calls).map(|site| site.to_string());
        let at = |site: &str| Some(site.to_owned());
        assert_eq!(site(" https://Site.example/?accessally_api=aal_genpass&key=s "), at("site.example"));
        assert_eq!(site("site.example/wp/?key=s&accessally_api=aal_genpass"), at("site.example/wp"));
        assert_eq!(site("//site.example?ACCESSALLY_API=aal_genpass"), at("site.example"));
        for none in [
            "/?accessally_api=aal_x",
            "/wp/?accessally_api=aal_x",
            "aal_x?y=1",
            "?accessally_api=aal_x",
            "https://a.example/hook?a=1",
        ] {
            assert_eq!(site(none), None, "{none}");
        }
    }

    #[test]
    fn ids_break_ties_of_names_and_stand_for_names_of_which_nothing_can_be_in_a_key() {
        for (name, id, keys, others) in [
            ("C++", Some("7"), &["c", "c-7"][..], &["c-8", "7", "c++", ""][..]),
            ("C#", None, &["c"], &["c-7"]),
            ("🎉", Some("12"), &["12"], &["🎉", "", "13"]),
            ("🎉 ", None, &["🎉"], &["", "12"]),
            ("Gold", Some("a7"), &["gold"], &["gold-a7"]),
        ] {
            for key in keys {
                assert!(is_natural(key, name, id) && is_key_of(key, name), "{key} of {name}");
            }
            for key in others {
                assert!(!is_natural(key, name, id), "{key} of {name}");
            }
            assert!(key_with_id(name, id).is_none_or(|key| is_natural(&key, name, id)));
        }
        assert!(is_key_of("gold-12", "Gold+") && !is_key_of("gold-plus", "Gold+") && !is_key_of("silver", "Gold"));
        assert!(is_natural("🎉 & ✨", "🎉 &amp;  ✨", None));
    }

    #[test]
    fn a_name_that_is_written_says_something() {
        assert!(form("a", json!({"name": "", "custom_operation": {"release": ["a"]}})).is_err());
    }
}
