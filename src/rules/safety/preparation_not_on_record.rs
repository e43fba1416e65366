use jiff::{SignedDuration, Timestamp};

use crate::diag::{Location, Severity::Warning};
use crate::model::Step;
use crate::rules::{Facts, Findings, LeadTime, Phase::GoLive, Phase::Migrate, Source::Documented, declare_rule};

declare_rule! {
    /// What had to begin before the window is not on record.
    ///
    /// ## What it does
    /// Asks the record for what no reading shows, and the gate fit lists by name with its last day to begin. At the gate migrate on the staging copy for `licence` (the copy
    /// runs beside live) and `host-access`; at go-live, and on live from migrate on, for `host-access`, `crm-in-writing`, `new-subscriptions`, `sender` and `notice`.
    /// A line of `plan record done NAME` says that it is done, by whom, and what they saw. `host-access` is asked for again after 31 days, an assumption: whoever could reach
    /// the host then may not today.
    ///
    /// ## Why it matters
    /// The vendor's pages ask for each of these before a migration (documented). Every password is reset: whoever is locked out gets in through the host's database alone.
    /// What the CRM did by itself, and whom it charges, can be looked up there only while it is paid. Mail from a domain without SPF, DKIM and DMARC lands in spam, and the
    /// new passwords with it. No reading of the site shows any of them, so a person says what they saw; that they say so proves no more than that.
    ///
    /// ## Bad
    /// ```yaml
    /// prepared: [host-access, crm-in-writing, new-subscriptions, sender, notice]
    /// gate: migrate
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// prepared: [licence, crm-in-writing, new-subscriptions, sender, notice]
    /// gate: migrate
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// prepared: [licence, host-access, new-subscriptions, sender, notice]
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// now: "2026-12-23T06:12:00Z"
    /// freshness: {clock: "2026-12-23T06:12:00Z"}
    /// header: {taken_at: "2026-12-23T06:12:00Z"}
    /// gate: migrate
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// prepared: [licence, host-access]
    /// gate: migrate
    /// ```
    ///
    /// ## Fix
    /// See to it, and put on record what was seen: `plan record done NAME 'WHAT WAS SEEN' --plan PLAN --who WHO`. Where it does not apply, say that there: `'the copy has a licence of its own'`.
    {
        id: "preparation-not-on-record",
        severity: Warning,
        phase: Migrate,
        until: Some(Step::RunMigration),
        acceptable: true,
        guide: "P13",
        evidence: Documented,
        anchor: "/people",
    }
}

/// What is asked for before the migration wherever it runs, on the copy alone, or before live is touched; each with the place of the plan that it is about.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Everywhere,
    OnTheCopy,
    BeforeLive,
}

static ASKED: &[(&str, Asked, &str)] = &[
    ("licence", Asked::OnTheCopy, "/sites/staging"),
    ("host-access", Asked::Everywhere, "/people"),
    ("crm-in-writing", Asked::BeforeLive, "/crm"),
    ("new-subscriptions", Asked::BeforeLive, "/order_forms"),
    ("sender", Asked::BeforeLive, "/mail"),
    ("notice", Asked::BeforeLive, "/window"),
];

/// What a person can reach today is asked for again after so long.
const REACHABLE: (&str, SignedDuration) = ("host-access", SignedDuration::from_hours(31 * 24));

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (name, asked, place) in ASKED {
        let is_asked = match asked {
            Asked::Everywhere => true,
            Asked::OnTheCopy => !facts.live(),
            Asked::BeforeLive => facts.live() || facts.gate == GoLive,
        };
        let Some(of) = LeadTime::named(name).filter(|_| is_asked) else { continue };
        let said = facts.record().said_done(name, of.now()).find_map(|entry| entry.at.parse::<Timestamp>().ok());
        let message = match said {
            None => format!("nobody put `{name}` on record: {}", of.what),
            Some(at) if *name == REACHABLE.0 && facts.latest().duration_since(at) > REACHABLE.1 => {
                format!("`{name}` was put on record on {}, more than 31 days ago: {}", at.strftime("%F"), of.what)
            }
            Some(_) => continue,
        };
        let help = format!(
            "see to it, and say what was seen: `plan record done {name} 'WHAT WAS SEEN' --plan PLAN --who WHO`"
        );
        out.push(RULE.at(Location::key(*place), message).label("nobody says that it is done").help(help));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_can_be_put_on_record() {
        for (name, ..) in ASKED {
            assert!(LeadTime::named(name).is_some_and(|of| of.is_recorded), "{name}");
        }
        assert_eq!(ASKED.len(), crate::rules::LEAD_TIMES.iter().filter(|of| of.is_recorded).count());
    }
}
