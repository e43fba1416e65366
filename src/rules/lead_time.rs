//! What takes days or weeks before the window: the one table of lead times, and how far each of them is.

use jiff::Span;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Finding, Severity};
use crate::model::digest;
use crate::model::plan::Strategy;
use crate::model::record::Entry;
use crate::model::schedule::Schedule;

use super::Source::{self, Documented, Inferred};
use super::aftercare::CRM_STAYS_DAYS;
use super::money::CARTS;
use super::{Facts, Side};

/// Something that has to begin long before the window.
#[derive(Clone, Copy, Debug)]
pub struct LeadTime {
    /// Its name.
    pub name: &'static str,
    /// What is to be done.
    pub what: &'static str,
    /// How many days before the window it has to begin. No page of the vendor's says how long any of this takes: each is an assumption of `plan`.
    pub days: i32,
    /// How well it is known that it is needed.
    pub need: Source,
    /// Why it is needed.
    pub because: &'static str,
    /// Whether a person puts on record that it is done, as nothing else here can show it.
    pub is_recorded: bool,
    /// The rules that find that it is still to be done.
    rules: &'static [&'static str],
    /// What shows that it is done.
    shown: fn(&Facts<'_>) -> Shown,
}

impl LeadTime {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        LEAD_TIMES.iter().find(|of| of.name == name)
    }

    /// The short digest of what is to be done: what was put on record of something else is not done.
    pub fn now(&self) -> String {
        digest::short(&self.what)
    }
}

/// What shows that something is done.
enum Shown {
    /// This does.
    Done(String),
    /// This shows that it is not.
    ToDo(String),
    /// Nothing here does, and why.
    Unknown(&'static str),
    /// This plan has no use for it.
    NotNeeded,
}

/// The table, in the order in which work begins.
pub static LEAD_TIMES: &[LeadTime] = &[
    LeadTime {
        name: "new-subscriptions",
        what: "have members whom the CRM or another cart charges agree to a new subscription on an AccessAlly order form",
        days: 35,
        need: Documented,
        because: "a subscription that is billed elsewhere is not moved, and nobody is charged by another system without agreeing to it",
        is_recorded: true,
        rules: &["gateway-of-the-crm", "crm-still-sells", "foreign-cart-active"],
        shown: |_| Shown::Unknown("whom the CRM or a cart charges is known there alone: look for active subscriptions"),
    },
    LeadTime {
        name: "forms-elsewhere",
        what: "put AccessAlly forms in the place of carts, and of CRM forms that sell or take people in",
        days: 28,
        need: Documented,
        because: "the vendor's guide asks first whether all payments go through AccessAlly's order forms",
        is_recorded: false,
        rules: &["foreign-cart-active", "crm-still-sells"],
        shown: sells_elsewhere,
    },
    LeadTime {
        name: "gateway",
        what: "connect Stripe or PayPal with AccessAlly wherever a form takes payments through the CRM or a cart",
        days: 21,
        need: Documented,
        because: "what the CRM charges stays with the CRM",
        is_recorded: false,
        rules: &["gateway-of-the-crm"],
        shown: gateways,
    },
    LeadTime {
        name: "crm-in-writing",
        what: "write down the CRM's automations, and export its contacts and the gateway's transactions",
        days: 21,
        need: Documented,
        because: "the vendor's checklist asks for them, and what the CRM did by itself ends with the switch",
        is_recorded: true,
        rules: &[],
        shown: |_| Shown::Unknown("it lies in the CRM, which is not read"),
    },
    LeadTime {
        name: "sender",
        what: "publish SPF, DKIM and DMARC for the domain that sends the mail",
        days: 21,
        need: Documented,
        because: "the vendor calls deliverability the first point of failure: whose new password lands in spam is locked out",
        is_recorded: true,
        rules: &[],
        shown: |_| Shown::Unknown("they stand in the DNS, which is not asked"),
    },
    LeadTime {
        name: "licence",
        what: "ask the vendor for a licence exception, so that the copy may run beside live",
        days: 21,
        need: Documented,
        because: "the vendor's guides ask to request a temporary exception for two sites",
        is_recorded: true,
        rules: &[],
        shown: |_| Shown::Unknown("the vendor grants it in a mail, and no screen shows it"),
    },
    LeadTime {
        name: "vendor-support",
        what: "ask the vendor's support when it answers, and let it know the window",
        days: 14,
        need: Inferred,
        because: "the vendor's guide sends whoever sees something unexpected to support, and no page says its hours",
        is_recorded: false,
        rules: &["support-closed-in-window"],
        shown: |facts| match &facts.plan().vendor_support {
            Some(hours) => Shown::Done(format!("it answers {hours}, as `vendor_support` says")),
            None => Shown::Unknown("the plan says nothing under `vendor_support`"),
        },
    },
    LeadTime {
        name: "host-access",
        what: "have somebody reach the database and the files through the host, and say how a password is reset there",
        days: 14,
        need: Documented,
        because: "the vendor's latest guide asks for both: whoever is locked out by the reset of all passwords gets in there alone",
        is_recorded: true,
        rules: &[],
        shown: |_| Shown::Unknown("the host's panel is outside of WordPress"),
    },
    LeadTime {
        name: "launches",
        what: "move launches and sales away from the window",
        days: 14,
        need: Documented,
        because: "in maintenance mode nobody can buy, and the vendor asks to move a site at another time than during a launch",
        is_recorded: false,
        rules: &["launch-in-window"],
        shown: |facts| match facts.plan().launches.is_empty() {
            true => Shown::Unknown("the plan lists none under `launches`"),
            false => Shown::Done("none of those under `launches` is near the window".to_owned()),
        },
    },
    LeadTime {
        name: "crm-paid",
        what: "keep the CRM paid until a month after the window",
        days: 14,
        need: Documented,
        because: "it has to be connected while the migration runs; the month after it, to look things up in, is an assumption",
        is_recorded: false,
        rules: &["crm-paid-until-too-early"],
        shown: crm_paid,
    },
    LeadTime {
        name: "rehearsal",
        what: "rehearse on the copy to the end, test purchases and all",
        days: 7,
        need: Documented,
        because: "the vendor's guide works on a copy first, and quotes 4 to 12 hours for the switch by itself",
        is_recorded: false,
        rules: &[],
        shown: rehearsal,
    },
    LeadTime {
        name: "restore-drill",
        what: "restore live's backup once, and put on record how long that takes",
        days: 7,
        need: Documented,
        because: "the vendor's checklist asks to restore it somewhere, and past the barrier it is the only way back",
        is_recorded: false,
        rules: &[],
        shown: |facts| match facts.record().restore_time(facts.plan(), facts.latest()) {
            Some(took) => Shown::Done(format!("a restore took {took}, on record")),
            None => Shown::Unknown("no restore of the last three months is on record"),
        },
    },
    LeadTime {
        name: "notice",
        what: "write to members when the site is closed, and that new passwords come",
        days: 7,
        need: Documented,
        because: "the vendor's checklist asks for a notice, and its latest guide says that every password is reset",
        is_recorded: true,
        rules: &[],
        shown: |_| Shown::Unknown("that members were written to shows nowhere on the site"),
    },
];

/// How far something is that has to begin before the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// It is done, or there is nothing to do, as far as the plan, the record or the site shows.
    Done,
    /// The plan or the site shows that it is still to be done.
    ToDo,
    /// Nothing here shows whether it is done.
    Unknown,
}

impl Done {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::ToDo => "to do",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that has to begin before the window, and how far it is.
#[derive(Clone, Debug)]
pub struct Work {
    /// What it is.
    pub of: &'static LeadTime,
    /// The day on which it has to begin at the latest; none where the plan names no window.
    pub start_by: Option<Date>,
    /// How far it is.
    pub done: Done,
    /// What shows that, or why nothing does.
    pub why: String,
    /// Whether that day has passed and it is not known to be done.
    pub overdue: bool,
}

/// What has to begin before a plan's window, the earliest first.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// The day of the window, by its own clock; none where the plan names none.
    pub window: Option<Date>,
    /// What day it is for the rules.
    pub today: Date,
    /// The work.
    pub work: Vec<Work>,
}

/// What has to begin before the window of the plan that is judged, by what the rules found.
pub(super) fn ahead(facts: &Facts<'_>, findings: &[Finding]) -> Ahead {
    let window = facts.plan().window.as_ref().and_then(|window| Some(window.begins().ok()?.date()));
    let today = facts.today();
    let work = LEAD_TIMES.iter().filter_map(|of| {
        let (done, why) = how_far(of, facts, findings)?;
        let start_by = window.map(|day| day.saturating_sub(Span::new().days(of.days)));
        let overdue = done != Done::Done && start_by.is_some_and(|day| day < today);
        Some(Work { of, start_by, done, why, overdue })
    });
    let mut work: Vec<Work> = work.collect();
    work.sort_by_key(|work| std::cmp::Reverse(work.of.days));
    Ahead { window, today, work }
}

/// How far something is, and what shows that: a finding that nobody answers for before anything else.
fn how_far(of: &LeadTime, facts: &Facts<'_>, findings: &[Finding]) -> Option<(Done, String)> {
    let is_of = |finding: &&Finding| {
        of.rules.contains(&finding.rule.as_str()) && !finding.unproven && finding.severity > Severity::Info
    };
    let found: Vec<&Finding> = findings.iter().filter(is_of).collect();
    if let Some(open) = found.iter().find(|finding| !finding.accepted) {
        return Some((Done::ToDo, open.message.clone()));
    }
    if let Some(accepted) = found.first() {
        return Some((Done::Done, format!("somebody answers for it: {}", accepted.message)));
    }
    if let Some(entry) = of.is_recorded.then(|| recorded(of, facts)).flatten() {
        return Some((
            Done::Done,
            format!("`{}` put it on record on {}", entry.who, entry.at.get(..10).unwrap_or_default()),
        ));
    }
    Some(match (of.shown)(facts) {
        Shown::Done(why) => (Done::Done, why),
        Shown::ToDo(why) => (Done::ToDo, why),
        Shown::Unknown(why) => (Done::Unknown, why.to_owned()),
        Shown::NotNeeded => return None,
    })
}

/// The line that says that it is done.
fn recorded<'a>(of: &LeadTime, facts: &Facts<'a>) -> Option<&'a Entry> {
    facts.record().said_done(of.name, of.now()).next()
}

fn sells_elsewhere(facts: &Facts<'_>) -> Shown {
    let plugins = facts.plugins(Side::Before);
    let is_known = |file: &str| {
        plugins.as_ref().is_some_and(|plugins| plugins.get(file).is_none_or(|plugin| plugin.active().is_some()))
    };
    if !CARTS.iter().all(|(_, file)| is_known(file)) {
        return Shown::Unknown("no reading shows which plugins are active");
    }
    match facts.crm(Side::Before).and_then(|crm| crm.sells()) {
        Some(_) => Shown::Done("no cart is active, and the CRM's forms sell nothing".to_owned()),
        None => Shown::Unknown("no cart is active, and whether the CRM's forms still sell was not looked at"),
    }
}

fn gateways(facts: &Facts<'_>) -> Shown {
    let Some(forms) = facts.order_forms(Side::Before) else {
        return Shown::Unknown("no reading shows the order forms");
    };
    match forms.iter().all(|(_, form)| form.gateway().is_some()) {
        true => Shown::Done("no order form takes payments elsewhere".to_owned()),
        false => Shown::Unknown("the reading does not show the gateway of every order form"),
    }
}

fn crm_paid(facts: &Facts<'_>) -> Shown {
    let paid = facts.plan().crm.paid_until();
    let Some(paid) = paid else { return Shown::Unknown("the plan says nothing under `crm/paid_until`") };
    let Some(Ok(window)) = Schedule::of(facts.plan()) else { return Shown::Unknown("the plan names no window") };
    let until = window.end.date().saturating_add(Span::new().days(CRM_STAYS_DAYS));
    if paid < until {
        return Shown::ToDo(format!("it is paid until {paid}, and the month after the window ends on {until}"));
    }
    Shown::Done(format!("it is paid until {paid}"))
}

fn rehearsal(facts: &Facts<'_>) -> Shown {
    if facts.plan().strategy.is_some_and(|strategy| strategy != Strategy::RehearseAndReplay) {
        return Shown::NotNeeded;
    }
    match facts.inputs.rehearsed {
        Some(day) => Shown::Done(format!("a rehearsal of this plan came to its end on {day}")),
        None => Shown::Unknown("no certificate beside the plan proves one here"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::by_id;

    #[test]
    fn the_table_is_in_order_and_names_rules_that_there_are() {
        let names: BTreeSet<&str> = LEAD_TIMES.iter().map(|of| of.name).collect();
        assert_eq!(names.len(), LEAD_TIMES.len());
        assert!(LEAD_TIMES.is_sorted_by(|a, b| a.days >= b.days));
        for rule in LEAD_TIMES.iter().flat_map(|of| of.rules) {
            assert!(by_id(rule).is_some_and(|found| found.id == *rule), "{rule}");
        }
    }
}
