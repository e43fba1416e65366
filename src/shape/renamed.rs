//! What a plan's keys, values and rules were called before, and the edits that write today's names in their place.

use crate::text::{Edit, Entry, Map, Node, Source, Tree, child, quote};

/// Keys of the plan itself.
const SECTIONS: &[(&str, &str)] =
    &[("charging_guard", "production_site_url"), ("contacts", "spot_check"), ("waive", "accepted_risks")];

/// Keys of an offering.
const OFFERING: &[(&str, &str)] = &[("sold", "access_through"), ("members_mid_drip", "members_between_modules")];

/// What the guard's only key was called, when it was a section.
const GUARD_URL: &str = "production_url";

/// The section that became a key.
pub(super) const GUARD: &str = "charging_guard";

/// What the value of a renamed key is called today; none where it stayed.
pub(super) fn value(old: &str, said: &str) -> Option<&'static str> {
    (old == "members_mid_drip" && said == "nothing").then_some("none")
}

/// Today's name of the key at a place; none where it has none of another name.
pub(super) fn key(place: &str) -> Option<&'static str> {
    let segments: Vec<&str> = place.split('/').skip(1).collect();
    match segments.as_slice() {
        [section] => today(SECTIONS, section),
        ["offerings", _, key] => today(OFFERING, key),
        _ => None,
    }
}

fn today(table: &[(&str, &'static str)], old: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == old).map(|(_, new)| *new)
}

/// What has to be edited for a plan to say the same in today's words; every other byte, comments above all, stays.
///
/// `rule` gives a rule's name of today for one of before.
pub fn edits(source: &Source, tree: &Tree, rule: impl Fn(&str) -> Option<&'static str>) -> Vec<Edit> {
    let Some(plan) = tree.root.as_map() else { return Vec::new() };
    let mut edits = Vec::new();
    for entry in plan {
        // What is there under both names is for a person to decide.
        let Some(new) = today(SECTIONS, &entry.key.text).filter(|new| plan.entry(new).is_none()) else { continue };
        match entry.value.as_map().filter(|_| &*entry.key.text == GUARD) {
            Some(guard) => edits.extend(guard_url(source, entry, guard, new)),
            None => edits.push(Edit { range: entry.key.span.range(), text: new.to_owned() }),
        }
    }
    for offering in plan.entry("offerings").and_then(|all| all.value.as_map()).into_iter().flatten() {
        offering.value.as_map().into_iter().for_each(|offering| in_offering(offering, &mut edits));
    }
    let risks = ["waive", "accepted_risks"].iter().filter_map(|name| plan.entry(name)?.value.as_seq());
    for risk in risks.flatten().filter_map(Node::as_map) {
        let text =
            |key: &str| risk.entry(key).and_then(|entry| Some((entry.value.span.range(), entry.value.as_str()?)));
        let named = text("rule").and_then(|(range, old)| Some((range, rule(old)?.to_owned())));
        let placed = text("at").and_then(|(range, old)| Some((range, at(old)?)));
        edits.extend(named.into_iter().chain(placed).map(|(range, new)| Edit { range, text: quote(&new) }));
    }
    edits
}

/// The section with one key becomes the key itself; one that holds anything else is left as it is.
fn guard_url(source: &Source, entry: &Entry, guard: &Map, new: &str) -> Vec<Edit> {
    let [url] = &**guard else { return Vec::new() };
    let (key, value) = (entry.key.span.range(), url.value.span.range());
    let between = source.text().get(key.end..value.start).unwrap_or_default();
    if &*url.key.text != GUARD_URL || between.contains('#') {
        return Vec::new();
    }
    let end = entry.value.span.range().end;
    let mut edits = vec![Edit { range: key.start..value.start, text: format!("{new}: ") }];
    if source.text().get(value.end..end).is_some_and(|rest| rest.trim() == "}") {
        edits.push(Edit { range: value.end..end, text: String::new() });
    }
    edits
}

fn in_offering(offering: &Map, edits: &mut Vec<Edit>) {
    for entry in offering {
        let Some(new) = today(OFFERING, &entry.key.text).filter(|new| offering.entry(new).is_none()) else { continue };
        edits.push(Edit { range: entry.key.span.range(), text: new.to_owned() });
        if let Some(today) = entry.value.as_str().and_then(|said| value(&entry.key.text, said)) {
            edits.push(Edit { range: entry.value.span.range(), text: today.to_owned() });
        }
    }
}

/// A place of the plan in today's names; none where it is called so already.
fn at(old: &str) -> Option<String> {
    let guard = child("/charging_guard", GUARD_URL);
    if old == guard || old == "/charging_guard" {
        return Some("/production_site_url".to_owned());
    }
    let mut segments: Vec<&str> = old.strip_prefix('/')?.split('/').collect();
    let table = match segments.as_slice() {
        ["offerings", _, _, ..] => (2, OFFERING),
        _ => (0, SECTIONS),
    };
    segments[table.0] = today(table.1, segments[table.0])?;
    Some(format!("/{}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Limits, apply_edits, compose};

    fn upgraded(text: &str) -> String {
        let source = Source::new("plan.yaml", text);
        let (tree, _) = compose(&source, &Limits::default());
        let rule = |id: &str| (id == "backup-cut").then_some("backup-truncated");
        apply_edits(text, &edits(&source, &tree.unwrap(), rule)).unwrap()
    }

    #[test]
    fn old_names_are_rewritten_and_every_comment_stays() {
        let old = "# top\ncharging_guard: {production_url: //x.example} # the clone\nofferings:\n  a: {sold: team, members_mid_drip: nothing} # 1\n  \
                   b:\n    sold: opt-in # 2\ncontacts: # ten\n  list: {}\nwaive:\n  - rule: backup-cut # 3\n    at: /charging_guard/production_url\n  \
                   - {rule: emails-off, at: /offerings/a/sold}\n  - {rule: emails-off, at: site:offering/sold}\n";
        let new = "# top\nproduction_site_url: //x.example # the clone\nofferings:\n  a: {access_through: team, members_between_modules: none} # 1\n  \
                   b:\n    access_through: opt-in # 2\nspot_check: # ten\n  list: {}\naccepted_risks:\n  - rule: backup-truncated # 3\n    at: /production_site_url\n  \
                   - {rule: emails-off, at: /offerings/a/access_through}\n  - {rule: emails-off, at: site:offering/sold}\n";
        assert_eq!(upgraded(old), new);
        assert_eq!(upgraded(new), new);
    }

    #[test]
    fn a_section_in_block_style_becomes_one_line_unless_a_comment_would_be_lost() {
        assert_eq!(
            upgraded("charging_guard:\n  production_url: //x.example # why\nwindow: 1\n"),
            "production_site_url: //x.example # why\nwindow: 1\n"
        );
        for kept in [
            "charging_guard: # why\n  production_url: //x.example\n",
            "charging_guard: {production_url: //x.example, other: 1}\n",
            "charging_guard: {}\n",
        ] {
            assert_eq!(upgraded(kept), kept);
        }
    }

    #[test]
    fn what_has_both_names_is_left_to_a_person() {
        for kept in ["contacts: {}\nspot_check: {}\n", "offerings: {a: {sold: team, access_through: team}}\n", "[1]\n"]
        {
            assert_eq!(upgraded(kept), kept);
        }
    }

    #[test]
    fn only_the_key_of_the_right_place_is_an_old_one() {
        assert_eq!(key("/contacts"), Some("spot_check"));
        assert_eq!(key("/offerings/sold"), None);
        assert_eq!(key("/offerings/a/sold"), Some("access_through"));
        assert_eq!(key("/order_forms/a/sold"), None);
    }
}
