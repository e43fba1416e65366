//! What a checked plan changes, as the formats of a difference want it.

use jiff::Timestamp;

use crate::diag::Severity;
use crate::output::diff::{Changes, Next, OpenRun, Since};

use super::inputs::Checked;

/// The changes of a checked plan; none without a site.
pub(super) fn of<'a>(
    checked: &'a Checked,
    path: &'a str,
    (refused, open): (Option<Next>, Option<OpenRun>),
    since: Option<Since>,
) -> Option<Changes<'a>> {
    let (site, lowered) = checked.site.as_ref().zip(checked.lowered.as_ref())?;
    Some(Changes {
        path,
        site: &site.line.name,
        host: &site.line.host,
        how: site.line.how(),
        list: lowered.changes.iter().zip(checked.executors.iter().copied()).collect(),
        not_compared: &lowered.not_compared,
        digests: checked.digests.as_ref()?,
        sources: &checked.opened.sources,
        verdict: checked.judgement.verdict.name(),
        lacks_only_members: checked.judgement.lacks_only_members(),
        plan: &checked.opened.plan,
        record: &checked.opened.record,
        coming: checked.judgement.coming().filter(|finding| finding.severity == Severity::Error).count(),
        on_live: checked.is_live(),
        switched: checked.is_live() && site.reading.snapshot.state.is_managed(),
        reading: &site.reading.snapshot,
        census: site.reading.census.as_ref(),
        now: Timestamp::now(),
        invented: site.reading.snapshot.header.is_invented(),
        since,
        refused,
        lifted: &checked.opened.settings.lifted,
        open,
    })
}
