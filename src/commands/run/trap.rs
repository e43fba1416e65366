//! In front of the barrier: that a setting calls mail simulated is no proof that none leaves the site, so one is sent to an address that reaches
//! nobody, and looked for.

use jiff::Timestamp;
use serde_json::Value;

use crate::commands::inputs::Checked;
use crate::failure::Failure;
use crate::model::plan::SiteRole;
use crate::model::record::{Evidence, Record};
use crate::model::{Identity, Kind, ObjectRef};
use crate::site::Trial;
use crate::trust::of_this_machine;

use super::barrier::NotYet;
use super::by_hand;
use super::underway::Run;

/// The field that says whether mail is held back.
const SIMULATED: &str = "simulated";

/// What is sent.
const MAIL: &str = "a mail to an address that reaches nobody";

impl Run {
    /// What shows that no mail leaves the site, where a reading calls mail simulated and one could be sent to look; none where not.
    pub(super) fn ensure_trapped(
        &mut self,
        checked: &Checked,
        (on, here, code): (SiteRole, &Identity, u8),
        reached: Timestamp,
    ) -> Result<Option<String>, NotYet> {
        let mail = ObjectRef::only(Kind::Mail);
        let read = checked.site.as_ref().map(|site| &site.reading.snapshot);
        let is_read = |site: &crate::model::Snapshot| {
            let is_on = site.state.mail.as_ref().and_then(|mail| mail.simulated.set()) == Some(&true);
            is_on && site.attested_by(&mail, SIMULATED).is_none()
        };
        if !read.is_some_and(is_read) {
            return Ok(None);
        }
        let Some(Trial { held_back_by }) = self.site.try_mail().map_err(|error| Failure { code, ..error.into() })?
        else {
            return Ok(None);
        };
        if let Some(by) = held_back_by {
            return Ok(Some(format!("{MAIL} was held back, as `{by}` shows")));
        }
        let record = of_this_machine(self.project.record()?);
        if let Some(who) = saw(&record, (&mail, here), reached) {
            return Ok(Some(format!("attested by `{who}`; {MAIL} was not seen to be held back")));
        }
        let message = format!(
            "{MAIL} was not seen to be held back, although the site's setting says that mail is simulated, so \
             *Run Migration* is not begun"
        );
        let command = self.typed().named().record("saw mail simulated=yes", on);
        let mut failure = Failure::new(code, message).help(format!(
            "where the mail plugin keeps a log, switch that on, and continue with `{}`; else, once you looked: `{command}`",
            self.resume_command()
        ));
        failure.details =
            vec!["look first: send a test mail to an address of your own, and see that it does not arrive".to_owned()];
        let fields = [SIMULATED.to_owned()];
        let asks = Some(vec![by_hand::screen(&mail, &by_hand::blind(fields.iter()), false)]);
        Err(NotYet { failure, asks, attested: Vec::new() })
    }
}

/// Who saw, since then, that no mail leaves the site.
fn saw<'r>(record: &'r Record, (mail, here): (&ObjectRef, &Identity), since: Timestamp) -> Option<&'r str> {
    let last = record.entries.iter().rev().find_map(|entry| match &entry.evidence {
        Evidence::Saw(saw) if saw.on == *mail && saw.host.is_same_site(here) => {
            Some((entry, saw.fields.get(SIMULATED)?))
        }
        _ => None,
    });
    let (entry, value) = last?;
    let is_since = entry.at.parse::<Timestamp>().is_ok_and(|at| at >= since);
    (is_since && *value == Value::Bool(true)).then_some(entry.who.as_str())
}
