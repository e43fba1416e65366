//! What the switch means for the owner and for members, before it is made.

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template;

use crate::guide::{Duty, When};
use crate::journey::{Course, Intent, Member, Sides, everybody};
use crate::model::Plan;
use crate::model::plan::{AfterSwitch, DuringMigration, MembersBetweenModules, Strategy, Welcome};
use crate::model::population::Census;
use crate::model::schedule::Schedule;
use crate::output::Report;
use crate::output::journey::FATES;
use crate::output::words::to_the_second;
use crate::rules::{Aftercare, Verdict};

use super::{Frame, Language, Page, Part, Words, key};

/// What the page is made from.
#[derive(Debug)]
pub struct Before<'a> {
    /// What a check found; it holds plan and site.
    pub report: &'a Report<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// What was counted of the members; none where nobody could.
    pub census: Option<&'a Census>,
    /// Whether the site is the live one and switched already.
    pub switched: bool,
    /// What the plan's decisions ask of people.
    pub duties: &'a [Duty],
    /// The dates after the switch; none where nobody knows from when they count.
    pub aftercare: Option<&'a Aftercare>,
    /// Who put on record, and when, that members whom the CRM charged agreed to a new subscription; none where nobody did.
    pub agreed: Option<(String, String)>,
    /// What is known of a rehearsal.
    pub rehearsed: Rehearsed,
    /// What day it is.
    pub today: String,
    /// The language.
    pub language: Language,
}

/// What is known of a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehearsed {
    /// No finished one is on record here.
    Never,
    /// It took so many seconds, of the plan as it is now or of an earlier state.
    Took {
        /// The seconds of all steps.
        seconds: u64,
        /// Whether it was of what the plan intends now.
        of_this: bool,
    },
}

/// Writes the page.
///
/// # Errors
/// Where the output cannot be written.
pub fn render(of: &Before<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sheet = Sheet { of, plan: of.plan, words: Words::of(of.language), access: Access::of(of) };
    sheet.page().write_into(out)
}

/// What becomes of members' access, counted.
struct Access {
    /// How many contacts; none where nobody read them.
    contacts: Option<u64>,
    counts: BTreeMap<&'static str, u64>,
}

impl Access {
    fn of(of: &Before<'_>) -> Self {
        let both = of.report.reading.zip(of.report.after).zip(of.census);
        let all = both.map(|((reading, after), census)| everybody(of.plan, (&reading.state, after), census));
        let (contacts, counts) = all.map_or((None, BTreeMap::new()), |all| (Some(all.contacts), all.counts()));
        Self { contacts, counts }
    }

    /// Whether everybody is known to keep what they have.
    fn everybody_keeps(&self) -> bool {
        let bad = ["loses", "waits-for-ever", "unknown", "later", "waits-for-a-person"];
        self.contacts.is_some() && bad.iter().all(|word| !self.counts.contains_key(word))
    }
}

pub(super) struct Sheet<'a> {
    pub(super) of: &'a Before<'a>,
    plan: &'a Plan,
    pub(super) words: Words,
    access: Access,
}

impl Sheet<'_> {
    fn page(&self) -> Page {
        let (words, of) = (&self.words, self.of);
        let site = self.site();
        let title = words.fill("title", &[("site", &site)]);
        let name = self.plan.name.as_deref().unwrap_or(of.report.path);
        let read = match &of.report.site {
            Some(line) => words.fill("read", &[("host", &line.host), ("at", &to_the_second(&line.captured_at))]),
            None => words.say("not_read"),
        };
        Page {
            frame: Frame::new(of.language.code(), title.clone()),
            what: words.say("what"),
            title,
            lead: vec![words.fill("made", &[("today", &of.today), ("plan", name)]), read],
            parts: vec![
                self.stands(),
                self.when(),
                self.notices(),
                self.mails(),
                self.stops(),
                self.decisions(),
                self.cancel(),
            ],
            draft: Some((words.say("draft"), self.draft())),
            sign: words.say("sign"),
            sign_line: words.say("sign_line"),
        }
    }

    pub(super) fn crm(&self) -> &str {
        &self.plan.crm.name
    }

    fn site(&self) -> String {
        self.plan.live_site().map_or_else(|| self.plan.sites.live.clone(), |site| site.to_string())
    }

    fn stands(&self) -> Part {
        let (words, counts) = (&self.words, self.of.report.counts());
        let many = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let line = match self.of.report.judgement.verdict {
            _ if self.of.switched => words.say("stands_switched"),
            Verdict::Green => words.say("stands_green"),
            Verdict::Red => words.count("stands_red", many(counts.errors), &[]),
            Verdict::Unproven => words.count("stands_unproven", many(counts.unproven.max(1)), &[]),
        };
        Part { important: true, ..Part::new(words.say("stands")).line(line) }
    }

    fn when(&self) -> Part {
        let words = &self.words;
        let window = match &self.plan.window {
            Some(window) => words.fill("window", &[("start", &window.start), ("length", &window.length)]),
            None => words.say("window_none"),
        };
        let part = Part::new(words.say("when")).line(window).line(words.say("downtime"));
        let part = match self.plan.strategy {
            Some(Strategy::FreezeAndPush) => part.line(words.say("frozen")),
            Some(Strategy::PushThenMerge) => part.line(words.say("merged")),
            Some(Strategy::RehearseAndReplay) | None => part,
        };
        match self.of.rehearsed {
            Rehearsed::Never => part.line(words.say("rehearsed_never")),
            Rehearsed::Took { seconds, of_this } => {
                let part = part.line(words.count("rehearsed", seconds.div_ceil(60), &[]));
                if of_this { part } else { part.line(words.say("rehearsed_other")) }
            }
        }
    }

    /// What becomes of mail about passwords where members are: on live, or on the copy that is pushed over it.
    fn passwords(&self) -> Option<DuringMigration> {
        let mail = self.plan.mail.as_ref()?;
        match self.plan.strategy? {
            Strategy::RehearseAndReplay => mail.on_live,
            Strategy::FreezeAndPush | Strategy::PushThenMerge => Some(mail.during_migration),
        }
    }

    /// One of three sentences about passwords.
    fn of_passwords(&self, [deliver, simulate, undecided]: [&str; 3]) -> String {
        self.words.say(match self.passwords() {
            Some(DuringMigration::Deliver) => deliver,
            Some(DuringMigration::Simulate) => simulate,
            None => undecided,
        })
    }

    fn notices(&self) -> Part {
        let words = &self.words;
        let password = self.of_passwords(["password_deliver", "password_simulate", "password_undecided"]);
        let part = Part::new(words.say("notices")).line(password).line(words.say("password_doubt"));
        let counts = &self.access.counts;
        let part = match self.access.contacts {
            None => part.line(words.say("access_unknown")),
            Some(_) if counts.is_empty() => part.line(words.say("access_nobody")),
            Some(contacts) => part.line(words.count("access_counted", contacts, &[])),
        };
        let fates = FATES.iter().filter_map(|(fate, _)| Some((*fate, *counts.get(fate)?)));
        let fates = fates.map(|(fate, count)| words.count(&key("fate_", fate), count, &[]));
        part.items(fates).items(self.days()).items(self.between())
    }

    /// In how many offerings a new buyer has other days.
    fn days(&self) -> Option<String> {
        let (reading, after) = self.of.report.reading.zip(self.of.report.after)?;
        let both = reading.state.offerings.iter().filter_map(|(key, before)| {
            let (before, after) = Course::of(before).zip(after.offerings.get(key).and_then(Course::of))?;
            let intent = Intent::of(self.plan, key);
            let sides = Sides { before: &before, after: &after, intent: &intent, managed: reading.state.is_managed() };
            let journey = sides.journey(&Member { released: Some(0), to_come: true, ..Member::default() });
            Some(journey.steps.iter().any(|step| step.fate.differs()))
        });
        let differing = both.filter(|differs| *differs).count();
        let total = reading.state.offerings.len().to_string();
        Some(match differing {
            0 => self.words.say("days_none"),
            some => self.words.fill("days", &[("count", &some.to_string()), ("total", &total)]),
        })
    }

    /// What the plan says of members who are in the middle of a course.
    fn between(&self) -> Vec<String> {
        let of = |wanted: Option<MembersBetweenModules>| {
            let courses = self.plan.offerings.values().filter(|offering| offering.modules.len() > 1);
            courses.filter(|offering| offering.members_between_modules == wanted).count() as u64
        };
        let all = [
            ("between_by_hand", Some(MembersBetweenModules::CompleteByHand)),
            ("between_again", Some(MembersBetweenModules::ReRelease)),
            ("between_nothing", Some(MembersBetweenModules::None)),
            ("between_undecided", None),
        ];
        let all = all.into_iter().map(|(key, wanted)| (key, of(wanted))).filter(|(_, count)| *count > 0);
        all.map(|(key, count)| self.words.count(key, count, &[])).collect()
    }

    fn mails(&self) -> Part {
        let words = &self.words;
        let emails = self.plan.emails.as_ref();
        let welcome = words.say(match emails.and_then(|emails| emails.welcome) {
            None => "welcome_undecided",
            Some(Welcome::None) => "welcome_none",
            Some(Welcome::Purchases) => "welcome_purchases",
            Some(Welcome::PurchasesAndOptIns) => "welcome_purchases_and_opt_ins",
        });
        let own = words.say(match emails.map(|emails| emails.enabled) {
            None => "emails_undecided",
            Some(true) => "emails_on",
            Some(false) => "emails_off",
        });
        let rehearsal = self.plan.mail.as_ref().map(|mail| match mail.during_migration {
            DuringMigration::Simulate => words.say("rehearsal_simulate"),
            DuringMigration::Deliver => words.say("rehearsal_deliver"),
        });
        let password = self.of_passwords(["mail_deliver", "mail_simulate", "mail_undecided"]);
        Part::new(words.say("mails")).items([password, welcome, own]).items(rehearsal)
    }

    fn stops(&self) -> Part {
        let (words, crm) = (&self.words, self.crm());
        let all = ["stops_campaigns", "stops_carts", "stops_links", "stops_forms"];
        let calls = |is: fn(Option<&AfterSwitch>) -> bool| {
            self.plan.webhooks.values().filter(|webhook| is(webhook.after_switch.as_ref())).count() as u64
        };
        let calls = [
            ("calls_replaced", calls(|fate| matches!(fate, Some(AfterSwitch::ReplacedBy(_))))),
            ("calls_retired", calls(|fate| matches!(fate, Some(AfterSwitch::Retired(_))))),
            ("calls_kept", calls(|fate| matches!(fate, Some(AfterSwitch::Kept(_))))),
            ("calls_undecided", calls(|fate| fate.is_none())),
        ];
        let calls = calls.into_iter().filter(|(_, count)| *count > 0);
        Part::new(words.say("stops"))
            .items(all.map(|key| words.fill(key, &[("crm", crm)])))
            .items(calls.map(|(key, count)| words.count(key, count, &[("crm", crm)])))
    }

    /// What is to be decided, and what has a day: what has none first.
    fn decisions(&self) -> Part {
        let (words, plan) = (&self.words, self.plan);
        let with = |key: &str, with: &[(&str, &str)]| words.fill(key, with);
        let (mut undecided, mut dated) = (Vec::new(), Vec::new());
        let mut is_open = |open: bool, what: String| undecided.extend(open.then_some(what));
        let undecided_calls = plan.webhooks.values().filter(|webhook| webhook.after_switch.is_none()).count();
        let courses = plan.offerings.values().filter(|offering| offering.modules.len() > 1);
        let between = courses.filter(|offering| offering.members_between_modules.is_none()).count();
        let count = |key, count: usize| with(key, &[("count", &count.to_string()), ("crm", self.crm())]);
        is_open(plan.strategy.is_none(), words.say("decide_strategy"));
        is_open(plan.window.is_none(), words.say("decide_window"));
        is_open(self.passwords().is_none(), words.say("decide_mail"));
        is_open(plan.emails.is_none(), words.say("decide_emails"));
        is_open(undecided_calls > 0, count("decide_calls", undecided_calls));
        is_open(between > 0, count("decide_between", between));
        is_open(plan.rollback.is_none(), words.say("decide_back_none"));
        let mut on = |day: &str, what: String| dated.push((day.to_owned(), what));
        for (name, day) in &plan.launches {
            on(day, with("date_launch", &[("name", name)]));
        }
        if let Some(day) = &plan.crm.paid_until {
            on(day, with("date_paid", &[("crm", self.crm())]));
        }
        for risk in &plan.accepted_risks {
            on(&risk.until, with("date_risk", &[("who", &risk.owner), ("reason", &risk.reason)]));
        }
        if let Some(rollback) = &plan.rollback {
            let by = Schedule::of(plan).and_then(Result::ok).and_then(|schedule| schedule.decide_by);
            let by = by.map_or_else(|| rollback.decide_by.clone(), |by| by.strftime("%Y-%m-%d %H:%M").to_string());
            on(&by, with("decide_back", &[("who", &rollback.who)]));
        }
        dated.sort();
        let undecided = undecided.into_iter().map(|what| with("no_day", &[("what", &what)]));
        let dated = dated.into_iter().map(|(day, what)| with("by_day", &[("day", &day), ("what", &what)]));
        let part = Part::new(words.say("decisions")).items(undecided).items(dated).items(self.tasks());
        if part.items.is_empty() { part.line(words.say("decisions_none")) } else { part }
    }

    /// How much each has to do before the switch.
    fn tasks(&self) -> Vec<String> {
        let open = self.of.duties.iter().filter(|duty| !duty.done && duty.when == When::Before);
        let mut by = BTreeMap::<Option<&str>, u64>::new();
        open.for_each(|duty| *by.entry(duty.who.as_deref()).or_default() += 1);
        let line = |(who, count): (Option<&str>, u64)| match who {
            Some(who) => self.words.count("tasks", count, &[("who", who)]),
            None => self.words.count("tasks_nobody", count, &[]),
        };
        by.into_iter().map(line).collect()
    }

    fn draft(&self) -> Vec<String> {
        let (words, site) = (&self.words, self.site());
        let window = match &self.plan.window {
            Some(window) => {
                words.fill("draft_window", &[("start", &window.start), ("length", &window.length), ("site", &site)])
            }
            None => words.fill("draft_soon", &[("site", &site)]),
        };
        let password = self.of_passwords(["draft_deliver", "draft_simulate", "draft_undecided"]);
        let keeps = words.say(if self.access.everybody_keeps() { "draft_keeps" } else { "draft_open" });
        vec![words.say("draft_dear"), window, password, keeps, words.say("draft_ask"), words.say("draft_end")]
    }
}
