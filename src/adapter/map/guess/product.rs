//! What is tied to AccessAlly's own shapes: timers and tags of offerings, contacts, custom operations.

use serde_json::json;

use super::super::leaf::{has, is_list, is_number, is_plain, reads, words};
use super::{About, Kind, Leaf, Line, Names, WORDS, bare, best, column, plain};
use crate::adapter::secret::word_in;
use crate::capture::inventory::{Entry, EntryKind};

impl Names<'_> {
    /// Timers and tags of offerings, where built-in adapters say where offerings lie.
    pub(super) fn offering(&self) -> Option<Kind> {
        let entry = self.of_kind(EntryKind::Option).find(|entry| entry.name == "_accessally_offering_*")?;
        if self.covered.contains("offering: modules/release") {
            return None;
        }
        let below = |groups: &[&[&str]]| {
            let all = entry.about.shape.0.iter().filter(|(pointer, shape)| {
                let rest = pointer.strip_prefix("/modules/*/").unwrap_or_default();
                !rest.is_empty()
                    && !rest.contains(['/', '*'])
                    && is_plain(shape)
                    && has(&words(rest), groups)
                    && word_in(rest).is_none()
            });
            all.map(|(pointer, shape)| (pointer.trim_start_matches("/modules/*").to_owned(), shape)).next()
        };
        let days = entry.about.shape.0.iter().find(|(pointer, shape)| {
            pointer.starts_with("/modules/*/")
                && is_number(shape)
                && has(&words(pointer), &[&["days", "delay", "interval", "after"]])
        });
        let days = days.map(|(pointer, _)| pointer.trim_start_matches("/modules/*").to_owned());
        let kind_of =
            below(&[&["release", "schedule", "timer", "drip"]]).filter(|(pointer, _)| Some(pointer) != days.as_ref());
        let mut lines = vec![
            "modules:\n  each: /modules\n  item:\n    number: {of: key, as: count}\n    name: {at: /name}".to_owned(),
        ];
        let about = |reads: String, hint| {
            let (of, place) = (entry.about.of.clone(), format!("option `{}`", entry.name));
            Some(About { of, place, reads, others: Vec::new(), hint })
        };
        let mut decide = None;
        match (&kind_of, &days) {
            (Some((variant, shape)), Some(days)) => {
                lines.push(format!(
                    "    release:\n      variant: {}\n      absent: nothing\n      cases:\n        immediately: {{is: immediately}}\n        by-hand: {{is: by-hand}}\n        after: {{at: {}, as: days}}",
                    json!(variant),
                    json!(days)
                ));
                decide = about(
                    format!("when modules open, `/modules/*{variant}`: {}", reads(entry, Some(shape))),
                    Some(WORDS),
                );
            }
            (None, Some(days)) => {
                lines.push(format!("    release: {{at: {}, as: days, absent: nothing}}", json!(days)));
                decide = about(format!("when modules open, `/modules/*{days}`"), None);
            }
            _ => {}
        }
        if let Some((tag, _)) = below(&[&["tag", "tags"]]) {
            lines.push(format!("    tag: {{at: {}, ref: tag, absent: nothing}}", json!(tag)));
        }
        let mut fields = vec![Line { yaml: lines.join("\n"), decide }];
        let tags = entry.about.shape.0.iter().find(|(pointer, shape)| pointer.starts_with("/tags/") && is_plain(shape));
        if let Some((_, shape)) = tags.filter(|_| !self.covered.contains("offering: tags")) {
            fields.push(Line {
                yaml: "tags: {each: /tags, map: true, ref: tag}".to_owned(),
                decide: about(format!("its tags, `/tags`: {}", reads(entry, Some(shape))), None),
            });
        }
        let before = vec![plain("from: {option: _accessally_offering_*}")];
        Some(Kind { name: "offering", before, fields })
    }

    /// Contact IDs, tags and affiliates of members.
    pub(super) fn members(&self) -> Vec<Kind> {
        let find = |groups: &[&[&str]]| {
            let fits = |leaf: &Leaf<'_>| {
                leaf.pointer.is_empty() && is_plain(leaf.shape) && has(&words(&leaf.entry.name), groups)
            };
            let scored = self.leaves(EntryKind::UserMeta).filter(fits);
            best(scored.map(|leaf| (self.weight(leaf.entry), leaf)).collect(), Leaf::place)
        };
        let Some((leaf, others)) = find(&[&["contact", "contactid"], &["id", "contactid"]]) else { return Vec::new() };
        let usermeta = json!(leaf.entry.name);
        let about = |leaf: &Leaf<'_>, others, hint| {
            Some(About {
                of: leaf.entry.about.of.clone(),
                place: leaf.place(),
                reads: format!("{}: {}", leaf.place(), reads(leaf.entry, Some(leaf.shape))),
                others,
                hint,
            })
        };
        let key = Line {
            yaml: format!("key: {{from: {{usermeta: {usermeta}}}, absent: nothing}}"),
            decide: about(&leaf, others, Some("A user without one is no contact")),
        };
        let mut fields = Vec::new();
        let tables = self
            .of_kind(EntryKind::Table)
            .filter(|entry| has(&words(&entry.name), &[&["tag", "tags"], &["user", "users", "contact", "contacts"]]));
        for entry in tables.take(1) {
            if let (Some(user), Some(tag)) = (column(entry, &[&["user"]]), column(entry, &[&["tag"]])) {
                fields.push(Line {
                    yaml: format!(
                        "tags: {{from: {{table: {}, join: {{{user}: /ID}}}}, each: \"\", at: {}, ref: tag}}",
                        json!(bare(&entry.name)),
                        json!(format!("/{tag}"))
                    ),
                    decide: Some(About {
                        of: entry.about.of.clone(),
                        place: format!("table `{}`", bare(&entry.name)),
                        reads: format!("their tags, in table `{}`: {}", bare(&entry.name), reads(entry, None)),
                        others: Vec::new(),
                        hint: None,
                    }),
                });
            }
        }
        if let Some((leaf, others)) = find(&[&["affiliate", "referral", "referrer"]]) {
            fields.push(Line {
                yaml: format!("affiliate: {{from: {{usermeta: {}}}, absent: nothing}}", json!(leaf.entry.name)),
                decide: about(&leaf, others, None),
            });
        }
        let contact = Kind { name: "contact", before: vec![plain("from: {users: all}"), key], fields };
        let own = Line {
            yaml: format!("crm_contact: {{from: {{usermeta: {usermeta}}}, as: filled, default: false}}"),
            decide: about(&leaf, Vec::new(), Some("An administrator with a contact ID is a contact")),
        };
        let before = vec![
            plain("from: {users: all}"),
            plain("when: {from: {usermeta: \"{prefix}capabilities\"}, at: /administrator, as: flag, equals: true}"),
        ];
        let administrator = Kind { name: "administrator", before, fields: vec![own] };
        let is_open = |(_, by): &(Kind, &str)| !self.covered.contains(*by);
        let all = [(contact, "contact: key"), (administrator, "administrator: crm_contact")];
        all.into_iter().filter(is_open).map(|(kind, _)| kind).collect()
    }

    /// Custom operations, by which forms refer to what they do.
    pub(super) fn operations(&self) -> Option<Kind> {
        if self.covered.contains("operations") {
            return None;
        }
        let is_it =
            |entry: &&Entry| !entry.name.contains('*') && has(&words(&entry.name), &[&["operation", "operations"]]);
        let scored = self.of_kind(EntryKind::Option).filter(is_it).map(|entry| (self.weight(entry), entry));
        let (entry, others) = best(scored.collect(), |entry| format!("option `{}`", entry.name))?;
        let at = |groups: &[&[&str]], list: bool| {
            let all = entry.about.shape.0.iter().filter(|(pointer, shape)| {
                let rest = pointer.strip_prefix("/*/").unwrap_or_default();
                let is_it = if list { is_list(shape) } else { is_plain(shape) };
                !rest.is_empty() && !rest.contains(['/', '*']) && is_it && has(&words(rest), groups)
            });
            all.map(|(pointer, _)| json!(pointer.trim_start_matches("/*"))).next()
        };
        let kind_of = at(&[&["type", "kind", "action"]], false)?;
        let mut gives = format!("gives:\n  variant: {kind_of}\n  cases:");
        if let Some(offering) = at(&[&["offering", "course"]], false) {
            gives.push_str(&format!("\n    release: {{at: {offering}, ref: offering, operation: release}}\n    grant: {{at: {offering}, ref: offering, operation: grant}}"));
        }
        if let Some(tags) = at(&[&["tag", "tags"]], true) {
            gives.push_str(&format!("\n    add-tags: {{each: {tags}, ref: tag, operation: add-tags}}"));
        }
        let place = format!("option `{}`", entry.name);
        let root = entry.about.shape.0.first().map(|(_, shape)| shape);
        let from = Line {
            yaml: format!("from: {{option: {}}}", json!(entry.name)),
            decide: Some(About {
                of: entry.about.of.clone(),
                place: place.clone(),
                reads: format!("custom operations lie in {place}: {}", reads(entry, root)),
                others,
                hint: Some(WORDS),
            }),
        };
        let before = vec![from, plain("each: \"\""), plain("id: {of: key}"), plain(gives)];
        Some(Kind { name: "operations", before, fields: Vec::new() })
    }
}
