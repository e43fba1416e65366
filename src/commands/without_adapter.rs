//! What no adapter covers, and what leads to one.

use std::collections::BTreeSet;

use crate::adapter::read::NOT_COVERED;
use crate::failure::Failure;
use crate::model::Snapshot;
use crate::model::snapshot::Capture;

use super::Terminal;

/// Says of a reading through adapters which kinds no adapter covers, and how one is made.
pub(super) fn attend_to(reading: &Snapshot, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let is_uncovered = |capture: &Capture| matches!(capture, Capture::Missing(why) if why == NOT_COVERED);
    let sections = reading.header.sections.iter().filter(|(_, capture)| is_uncovered(capture));
    let in_part = reading.sources.iter().filter(|(_, sources)| sources.fields.values().any(is_uncovered));
    let kinds: BTreeSet<&str> =
        sections.map(|(kind, _)| kind.as_str()).chain(in_part.map(|(on, _)| on.kind.name())).collect();
    if kinds.is_empty() {
        return Ok(());
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Ok(writeln!(
        terminal.notes(),
        "no adapter says where the site keeps all of: {}. An adapter for this site can: `plan site map INVENTORY --out NAME.adapter.yaml` drafts one \
         from an inventory (`plan site inventory URL --out FILE`, or Tools > Plan on the site); docs/live-site.md, *An adapter for one site*",
        kinds.join(", ")
    )?)
}
