//! What of a site rests on what a person attested, and is looked at again in front of the barrier.

use std::collections::BTreeSet;

use crate::commands::inputs::Checked;
use crate::model::record::Evidence;
use crate::model::saw::ASKED_AGAIN;
use crate::model::{Identity, Kind, ObjectRef};

/// Fields of an object that somebody looks at.
pub(super) type Fields = (ObjectRef, Vec<String>);

/// What somebody saw before the barrier was reached, and has to see again, as what the migration hangs on: the fields that nothing
/// shows now.
pub(super) fn to_look_at_again(checked: &Checked, here: &Identity) -> Vec<Fields> {
    let Some(read) = &checked.site else { return Vec::new() };
    let (snapshot, record) = (&read.reading.snapshot, &checked.opened.record);
    let again = |kind: &Kind| {
        let on_it = ObjectRef::only(*kind);
        let shown = snapshot.state.get(&on_it).map(|object| object.fields()).unwrap_or_default();
        let is_shown = |name: &String| snapshot.object_grade(&on_it).is_known() && shown.contains_key(name);
        let saw = record.entries.iter().filter_map(|entry| match &entry.evidence {
            Evidence::Saw(saw) if saw.on == on_it && saw.host.is_same_site(here) => Some(&saw.fields),
            _ => None,
        });
        let names = saw.flatten().map(|(name, _)| name).filter(|name| !is_shown(name));
        let fields: BTreeSet<String> = names.cloned().collect();
        (!fields.is_empty()).then(|| (on_it, fields.into_iter().collect()))
    };
    ASKED_AGAIN.iter().filter_map(again).collect()
}

/// What a person attested and a rule that finds an error has read, of what the migration hangs on.
pub(super) fn attested_wrongly(checked: &Checked) -> Vec<Fields> {
    let Some(read) = &checked.site else { return Vec::new() };
    let found: BTreeSet<&str> = {
        let stops = checked.judgement.stops().filter(|finding| !finding.unproven);
        stops.map(|finding| finding.rule.as_str()).collect()
    };
    let readers = &checked.judgement.readers;
    let is_behind = |on: &ObjectRef, field: &str| {
        let by = readers.get(&format!("{on}: {field}"));
        by.is_some_and(|rules| rules.iter().any(|rule| found.contains(rule)))
    };
    let of_kind = |kind: &Kind| {
        let on = ObjectRef::only(*kind);
        let fields = kind.attestable_fields().into_iter();
        let is_wrong =
            |field: &String| read.reading.snapshot.attested_by(&on, field).is_some() && is_behind(&on, field);
        let fields: Vec<String> = fields.filter(is_wrong).collect();
        (!fields.is_empty()).then_some((on, fields))
    };
    ASKED_AGAIN.iter().filter_map(of_kind).collect()
}
