//! That the switch was done right, from its journal and its record: who did what, what shows it, and what nobody proved.

use std::io::{self, Write};

use askama::Template;

use crate::model::plan::SiteRole;
use crate::model::record::{BackupSource, Evidence, Record};
use crate::model::{Executor, Plan, Step, Unmeasured};
use crate::output::words::to_the_second;
use crate::rules::Aftercare;

use super::{Frame, Language, Page, Part, Words, care, key};

/// Most lines of a list.
const MOST: usize = 1_000;

/// What the page is made from.
#[derive(Debug)]
pub struct After<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its path, as it was given.
    pub path: &'a str,
    /// The evidence beside it.
    pub record: &'a Record,
    /// The journal of the run; none where no run on this site is on record.
    pub journal: Option<Journal>,
    /// The dates after the switch.
    pub aftercare: Option<&'a Aftercare>,
    /// What shows the journal again, as it is typed.
    pub command: String,
    /// What day it is.
    pub today: String,
    /// The language.
    pub language: Language,
}

/// A journal, as the page needs it.
#[derive(Clone, Debug)]
pub struct Journal {
    /// Its file's name.
    pub name: String,
    /// How many lines it has.
    pub lines: usize,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// Which of the plan's two sites the run was on.
    pub on: SiteRole,
    /// Whether it came to its end.
    pub finished: bool,
    /// Whether it was taken back.
    pub undone: bool,
    /// What happened, in order.
    pub happened: Vec<Happened>,
    /// The steps that it has and that are not done.
    pub left: Vec<Step>,
    /// What nobody measured and somebody accepted.
    pub accepted: Vec<Unmeasured>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The run began.
    Begin {
        /// Who began it, where that is on record.
        who: Option<String>,
        /// On which site.
        host: String,
    },
    /// A step is done.
    Step {
        /// The step.
        step: Step,
        /// What shows it.
        by: Executor,
        /// What was seen.
        seen: String,
    },
    /// The barrier was passed.
    Barrier {
        /// Who acknowledged it.
        who: Option<String>,
        /// How many members the site had.
        members: Option<u64>,
    },
    /// The migration was not started.
    NotPressed {
        /// Who attests it.
        who: String,
        /// What the site showed.
        seen: String,
    },
    /// It was decided whether to go back.
    Decided {
        /// Who decided.
        who: String,
        /// What, by its word.
        what: &'static str,
    },
    /// Members were compared again.
    Reviewed {
        /// What shows it.
        by: Executor,
        /// What was seen.
        seen: String,
    },
    /// Somebody went on with it.
    Resumed,
    /// It was closed.
    Closed(
        /// Why.
        String,
    ),
    /// From here on it was taken back.
    Undo,
    /// It ended.
    End,
}

/// Writes the page.
///
/// # Errors
/// Where the output cannot be written.
pub fn render(of: &After<'_>, out: &mut dyn Write) -> io::Result<()> {
    Sheet { of, words: Words::of(of.language) }.page().write_into(out)
}

struct Sheet<'a> {
    of: &'a After<'a>,
    words: Words,
}

impl Sheet<'_> {
    fn page(&self) -> Page {
        let (words, of) = (&self.words, self.of);
        let site = of.plan.live_site().map_or_else(|| of.plan.sites.live.clone(), |site| site.to_string());
        let title = words.fill("after_title", &[("site", &site)]);
        let name = of.plan.name.as_deref().unwrap_or(of.path);
        Page {
            frame: Frame::new(of.language.code(), title.clone()),
            what: words.say("after_what"),
            title,
            lead: vec![words.fill("made", &[("today", &of.today), ("plan", name)])],
            parts: vec![
                self.did(),
                self.backup(),
                self.members(),
                self.purchases(),
                self.attested(),
                self.unproven(),
                self.care(),
                self.proof(),
            ],
            draft: None,
            sign: words.say("after_sign"),
            sign_line: words.say("sign_line"),
        }
    }

    /// What happened, as far as there is a journal.
    fn happened(&self) -> impl Iterator<Item = &Happened> {
        self.of.journal.iter().flat_map(|journal| &journal.happened)
    }

    fn step(&self, step: Step) -> String {
        self.words.say(&key("step_", step.name()))
    }

    fn by(&self, by: Executor) -> String {
        self.words.say(&key("by_", by.name()))
    }

    fn did(&self) -> Part {
        let words = &self.words;
        let part = Part { important: true, ..Part::new(words.say("did")) };
        let Some(journal) = &self.of.journal else { return part.line(words.say("after_no_run")) };
        let on = match journal.on {
            SiteRole::Staging => "after_rehearsal",
            SiteRole::Live => "after_live",
        };
        let end = match (journal.undone, journal.finished) {
            (true, _) => "after_undone",
            (false, true) => "after_over",
            (false, false) => "after_open",
        };
        let items = journal.happened.iter().take(MOST).map(|one| self.one(one));
        part.line(words.say(on)).line(words.say(end)).items(items)
    }

    fn one(&self, one: &Happened) -> String {
        let words = &self.words;
        let at = to_the_second(&one.at);
        let fill = |key: &str, with: &[(&str, &str)]| words.fill(key, &[&[("at", at.as_str())], with].concat());
        let nobody = words.say("nobody");
        match &one.what {
            What::Begin { who: Some(who), host } => fill("did_begin", &[("who", who), ("host", host)]),
            What::Begin { who: None, host } => fill("did_begin_nobody", &[("host", host)]),
            What::Step { step, by, seen } => {
                fill("did_step", &[("step", &self.step(*step)), ("by", &self.by(*by)), ("seen", seen)])
            }
            What::Barrier { who, members } => {
                let who = who.as_deref().unwrap_or(&nobody);
                match members {
                    Some(members) => fill("did_barrier", &[("members", &members.to_string()), ("who", who)]),
                    None => fill("did_barrier_unknown", &[("who", who)]),
                }
            }
            What::NotPressed { who, seen } => fill("did_not_pressed", &[("who", who), ("seen", seen)]),
            What::Decided { who, what } => {
                fill("did_decided", &[("who", who), ("what", &words.say(&key("decision_", what)))])
            }
            What::Reviewed { by, seen } => fill("did_reviewed", &[("by", &self.by(*by)), ("seen", seen)]),
            What::Resumed => fill("did_resumed", &[]),
            What::Closed(why) => fill("did_closed", &[("why", why)]),
            What::Undo => fill("did_undo", &[]),
            What::End => fill("did_end", &[]),
        }
    }

    fn backup(&self) -> Part {
        let words = &self.words;
        let items =
            self.of.record.entries.iter().filter_map(|entry| match &entry.evidence {
                Evidence::Backup(backup) => {
                    let of = match backup.of {
                        SiteRole::Staging => &self.of.plan.sites.staging,
                        SiteRole::Live => &self.of.plan.sites.live,
                    };
                    let with = [("of", of.as_str()), ("at", &backup.taken_at), ("who", &entry.who)];
                    Some(match &backup.source {
                        BackupSource::File { name, bytes, sha256, .. } => words.fill(
                            "backup_file",
                            &[&with[..], &[("name", name), ("bytes", &bytes.to_string()), ("sha256", sha256)]].concat(),
                        ),
                        BackupSource::RestorePoint(name) => {
                            words.fill("backup_point", &[&with[..], &[("name", name.as_str())]].concat())
                        }
                    })
                }
                Evidence::RestoreDrill(drill) => Some(words.fill(
                    "drill",
                    &[("seconds", &drill.seconds.to_string()), ("onto", &drill.onto), ("who", &entry.who)],
                )),
                _ => None,
            });
        let part = Part::new(words.say("backup")).items(items.take(MOST));
        if part.items.is_empty() { part.line(words.say("backup_none")) } else { part }
    }

    fn members(&self) -> Part {
        let words = &self.words;
        let listed = u64::try_from(self.of.plan.spot_check.list.len()).unwrap_or(u64::MAX);
        let part = Part::new(words.say("members")).line(words.count("members_listed", listed, &[]));
        let seen = self.happened().filter_map(|one| match &one.what {
            What::Step { step: Step::ReviewContacts, seen, .. } | What::Reviewed { seen, .. } => Some(seen),
            _ => None,
        });
        let part = part.items(seen.map(|seen| words.fill("members_seen", &[("seen", seen)])));
        if part.items.is_empty() { part.line(words.say("members_none")) } else { part }
    }

    fn purchases(&self) -> Part {
        let words = &self.words;
        let items = self.of.record.entries.iter().filter_map(|entry| match &entry.evidence {
            Evidence::Purchase(purchase) => {
                let name = self.of.plan.order_forms.get(&purchase.form).map_or(&purchase.form, |form| &form.name);
                let saw = purchase.saw.iter().map(|saw| words.say(&key("saw_", saw.name())));
                let saw = saw.collect::<Vec<_>>().join(", ");
                let saw = if saw.is_empty() { words.say("saw_nothing") } else { saw };
                let at = to_the_second(&entry.at);
                Some(words.fill("purchase", &[("at", &at), ("who", &entry.who), ("form", name), ("saw", &saw)]))
            }
            _ => None,
        });
        let part = Part::new(words.say("purchases")).items(items.take(MOST));
        if part.items.is_empty() { part.line(words.say("purchases_none")) } else { part }
    }

    /// What persons attest, each with their name.
    fn attested(&self) -> Part {
        let words = &self.words;
        let items = self.of.record.entries.iter().filter_map(|entry| {
            let at = to_the_second(&entry.at);
            let with = [("at", at.as_str()), ("who", entry.who.as_str())];
            let fill = |key: &str, more: &[(&str, &str)]| words.fill(key, &[&with[..], more].concat());
            Some(match &entry.evidence {
                Evidence::Step(taken) => {
                    fill("attested_step", &[("step", &self.step(taken.step)), ("says", &taken.says)])
                }
                Evidence::Saw(saw) => {
                    let fields = saw.fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    fill("attested_saw", &[("on", &saw.on.to_string()), ("fields", &fields)])
                }
                Evidence::SawAll(all) => {
                    let (kind, count) = (all.kind.to_string(), all.names.len().to_string());
                    fill("attested_all", &[("kind", &kind), ("count", &count)])
                }
                Evidence::SignIn(signed_in) => fill("attested_sign_in", &[("says", &signed_in.says)]),
                // They have parts of their own.
                Evidence::RestoreDrill(_) | Evidence::Attestation(_) => return None,
                other => fill("attested_other", &[("says", other.says()?)]),
            })
        });
        let part = Part::new(words.say("attested")).items(items.take(MOST));
        if part.items.is_empty() { part.line(words.say("attested_none")) } else { part }
    }

    fn unproven(&self) -> Part {
        let words = &self.words;
        let word = self.happened().filter_map(|one| match &one.what {
            What::Step { step, by: Executor::Attested, .. } => Some(*step),
            _ => None,
        });
        let word = word.map(|step| words.fill("unproven_word", &[("step", &self.step(step))]));
        let journal = self.of.journal.as_ref();
        let left = journal.map_or(&[][..], |journal| &journal.left).iter();
        let left = left.map(|step| words.fill("unproven_step", &[("step", &self.step(*step))]));
        let accepted = journal.map_or(&[][..], |journal| &journal.accepted).iter();
        let accepted = accepted.map(|what| words.say(&key("unproven_", what.name())));
        let part = Part::new(words.say("unproven")).items(word).items(left).items(accepted);
        match journal {
            None => part.line(words.say("after_no_run")),
            Some(_) if part.items.is_empty() => part.line(words.say("unproven_none")),
            Some(_) => part,
        }
    }

    fn care(&self) -> Part {
        let words = &self.words;
        let part = Part::new(words.say("care"));
        let Some(all) = self.of.aftercare else { return part.line(words.say("care_none")) };
        part.items(all.dates.iter().take(MOST).map(|date| {
            let what = care(words, date, &self.of.plan.crm.name);
            let Some(day) = &date.day else { return words.fill("care_no_day", &[("what", &what)]) };
            let with = [("day", day.as_str()), ("what", what.as_str())];
            match &date.done {
                Some(done) => {
                    let at = to_the_second(&done.at);
                    words.fill("care_done", &[&with[..], &[("who", &done.who), ("at", &at)]].concat())
                }
                None if date.overdue => words.fill("care_overdue", &with),
                None => words.fill("care_open", &with),
            }
        }))
    }

    fn proof(&self) -> Part {
        let words = &self.words;
        let journal = self.of.journal.as_ref().map(|journal| {
            let lines = u64::try_from(journal.lines).unwrap_or(u64::MAX);
            words.count("proof_journal", lines, &[("name", &journal.name), ("sha256", &journal.sha256)])
        });
        let record = match self.of.record.entries.last() {
            Some(last) => {
                let lines = u64::try_from(self.of.record.entries.len()).unwrap_or(u64::MAX);
                words.count("proof_record", lines, &[("sha256", &last.sha256)])
            }
            None => words.say("proof_record_none"),
        };
        let command = self.of.journal.is_some().then(|| words.fill("proof_command", &[("command", &self.of.command)]));
        Part::new(words.say("proof")).items(journal).items([record]).items(command)
    }
}
