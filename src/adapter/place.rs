//! Places in words, and what of them has rows.

use std::collections::BTreeMap;

use crate::model::adapter::{Only, Place, Scope};

/// What `join` calls the part of an option's name that `*` stands for.
pub(super) const STAR: &str = "star";

/// Whether a place has rows, each with columns.
pub(super) fn has_rows(place: &Place) -> bool {
    place.table.is_some() || place.posts.is_some() || place.users.is_some()
}

/// The table whose rows a place is, and the columns that equal a constant, or one of several.
pub(super) fn rows_of(place: &Place) -> Option<(String, BTreeMap<String, Only>)> {
    let mut only = place.only.clone();
    match (&place.table, &place.posts) {
        (Some(table), _) => Some((table.clone(), only)),
        (None, Some(of)) => {
            only.insert("post_type".to_owned(), Only::One(of.clone()));
            Some(("posts".to_owned(), only))
        }
        (None, None) => None,
    }
}

/// The conditions under which rows are asked for, each of columns that equal one word.
pub(super) fn conditions(only: &BTreeMap<String, Only>) -> Vec<BTreeMap<String, String>> {
    only.iter().fold(vec![BTreeMap::new()], |all, (column, only)| {
        let with = |condition: &BTreeMap<String, String>, word: &String| {
            let mut condition = condition.clone();
            condition.insert(column.clone(), word.clone());
            condition
        };
        all.iter().flat_map(|condition| only.words().iter().map(move |word| with(condition, word))).collect()
    })
}

/// The names of what a place says, of which there has to be exactly one.
pub(super) fn named(place: &Place) -> Vec<&'static str> {
    let all = [
        ("option", place.option.is_some()),
        ("users", place.users.is_some()),
        ("usermeta", place.usermeta.is_some()),
        ("posts", place.posts.is_some()),
        ("postmeta", place.postmeta.is_some()),
        ("table", place.table.is_some()),
        ("call", place.call.is_some()),
        ("constant", place.constant.is_some()),
        ("function", place.function.is_some()),
        ("plugins", place.plugins.is_some()),
        ("capture", place.capture.is_some()),
        ("cron", place.cron.is_some()),
        ("shortcode", place.shortcode.is_some()),
        ("hosts", place.hosts.is_some()),
    ];
    all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
}

/// A place as a phrase.
pub(super) fn shown(place: &Place) -> String {
    let network = if place.scope == Some(Scope::Network) { " of the network" } else { "" };
    let name = |word: &str, name: &Option<String>| name.as_ref().map(|name| format!("{word} `{name}`{network}"));
    let only: Vec<String> =
        place.only.iter().map(|(column, only)| format!("{column} = {}", only.words().join(" or "))).collect();
    let only = if only.is_empty() { String::new() } else { format!(" where {}", only.join(" and ")) };
    name("option", &place.option)
        .or_else(|| name("user meta", &place.usermeta))
        .or_else(|| name("posts of type", &place.posts).map(|posts| format!("{posts}{only}")))
        .or_else(|| name("post meta", &place.postmeta))
        .or_else(|| name("table", &place.table).map(|table| format!("{table}{only}")))
        .or_else(|| name("call", &place.call))
        .or_else(|| name("constant", &place.constant))
        .or_else(|| name("who defines function", &place.function))
        .or_else(|| name("cron hooks", &place.cron))
        .or_else(|| name("shortcodes", &place.shortcode))
        .or_else(|| place.users.map(|_| "the users".to_owned()))
        .or_else(|| place.plugins.map(|_| "the list of plugins".to_owned()))
        .or_else(|| place.hosts.map(|_| "hosts in published pages".to_owned()))
        .or_else(|| place.capture.map(|_| "the capture's first line".to_owned()))
        .unwrap_or_else(|| "no place".to_owned())
}
