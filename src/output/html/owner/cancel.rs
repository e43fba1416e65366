//! Whether the CRM can be cancelled, by what is known.

use crate::rules::{self, CountedFrom, Grade, LeadTime, charges_elsewhere};

use super::Part;
use super::before::{Before, Sheet};

impl Sheet<'_> {
    /// Whether the CRM can be cancelled: never, where something that speaks against it is not known to be otherwise.
    pub(super) fn cancel(&self) -> Part {
        let (words, of, crm) = (&self.words, self.of, self.crm());
        let mut against = Vec::new();
        let ended = of.aftercare.filter(|care| care.counted_from == CountedFrom::Run);
        if ended.is_none() {
            against.push(words.say("cancel_not_switched"));
        }
        self.bills(&mut against);
        let agreed = of.agreed.as_ref().map(|(who, at)| {
            let day = at.get(..10).unwrap_or(at);
            words.fill("cancel_crm_said", &[("who", who), ("day", day), ("crm", crm)])
        });
        if agreed.is_none() {
            against.push(words.fill("cancel_crm_unknown", &[("crm", crm)]));
        }
        let last = of.aftercare.and_then(|care| care.named(rules::LAST));
        let open = of.aftercare.map_or(0, |care| care.open().filter(|care| care.name != rules::LAST).count());
        if open > 0 {
            against.push(words.count("cancel_open", open as u64, &[]));
        }
        let day = last.and_then(|care| care.day.as_deref());
        let is_early = day.zip(of.aftercare).is_some_and(|(day, care)| *care.today < *day);
        let answer = if against.is_empty() && !is_early { "cancel_yes" } else { "cancel_no" };
        let part = Part::new(words.fill("cancel", &[("crm", crm)])).line(words.say(answer));
        let day = day.map(|day| words.fill("cancel_day", &[("day", day)]));
        Part { important: true, ..part.items(against).items(agreed).items(day) }
    }

    /// What still bills elsewhere, as the site's forms show it.
    fn bills(&self, against: &mut Vec<String>) {
        let words = &self.words;
        let Some(forms) = self.of.report.reading.map(|reading| &reading.state.order_forms) else {
            return against.push(words.say("cancel_forms_unknown"));
        };
        let mut unknown =
            self.of.report.reading.is_some_and(|reading| matches!(reading.grade("order-form"), Grade::Unknown(_)));
        for (key, form) in forms {
            let Some(gateway) = form.gateway.as_known() else {
                unknown = true;
                continue;
            };
            let Some(gateway) = gateway.filter(|gateway| charges_elsewhere(gateway, self.crm())) else { continue };
            let with = [("gateway", gateway.as_str()), ("form", form.name.as_str())];
            // Where nobody read the subscriptions, none is no number.
            let counted = self.of.census.filter(|_| {
                self.of
                    .report
                    .reading
                    .is_some_and(|reading| !matches!(reading.grade("subscription"), Grade::Unknown(_)))
            });
            match counted.map(|census| census.subscribed.get(key).copied().unwrap_or(0)) {
                None => against.push(words.fill("cancel_bills_unknown", &with)),
                Some(0) => {}
                Some(count) => against.push(words.count("cancel_bills", count, &with)),
            }
        }
        if unknown {
            against.push(words.say("cancel_forms_unknown"));
        }
    }
}

/// What is put on record once members whom the CRM charged have agreed to a new subscription: its name among the lead times.
pub const AGREED: &str = "new-subscriptions";

impl Before<'_> {
    /// The short digest of what is on record where that is done; none where no such lead time is known.
    pub fn agreed_now() -> Option<String> {
        LeadTime::named(AGREED).map(LeadTime::now)
    }
}
