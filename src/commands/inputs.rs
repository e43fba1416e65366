//! What every verb about a plan starts from: the plan, its contacts' values, the record, the site, the judgement.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use jiff::Timestamp;

use crate::apply::confirmation::Confirmation;
use crate::apply::limits::Tally;
use crate::apply::plan_name;
use crate::change::{self, Digests, FactsText, Lowered, Marks};
use crate::cli::{self, On};
use crate::failure::Failure;
use crate::model::plan::SiteRole;
use crate::model::population::Questions;
use crate::model::{Identity, Kind, Snapshot, Worth};
use crate::output::escape::line;
use crate::output::{Mode, Report, SiteLine};
use crate::project::settings::Settings;
use crate::project::{Opened, Project};
use crate::rules::{Freshness, Inputs, Judgement, Moment, Phase, READING_OLD, judge};
use crate::shape::personal;
use crate::site::file::FileSite;
use crate::site::{self, Reading, Site, SiteError};
use crate::trust::Readings;

use super::record::backup_file;

/// How a site is to be read.
pub(super) enum Choice {
    Live(String),
    Snapshot(PathBuf),
    None,
}

impl From<&cli::Reading> for Choice {
    fn from(reading: &cli::Reading) -> Self {
        match (&reading.site, &reading.snapshot) {
            (Some(site), _) => Self::Live(site.clone()),
            (None, Some(file)) => Self::Snapshot(file.clone()),
            (None, None) => Self::None,
        }
    }
}

/// A site that was read.
pub(super) struct SiteRead {
    pub(super) site: Box<dyn Site>,
    pub(super) reading: Reading,
    pub(super) line: SiteLine,
    /// The clock's time for a live site, the capture time for a site in a file.
    pub(super) now: Timestamp,
}

impl SiteRead {
    /// Which site it is.
    pub(super) fn identity(&self) -> &Identity {
        &self.reading.snapshot.header.site
    }
}

impl Choice {
    /// The file of a site in a file.
    fn file(&self) -> Option<&Path> {
        match self {
            Self::Live(name) => (!name.contains("://")).then(|| Path::new(name)),
            Self::Snapshot(file) => Some(file),
            Self::None => None,
        }
    }
}

fn read_site(choice: &Choice, opened: &Opened, ahead: Ahead) -> Result<Option<SiteRead>, Failure> {
    let plan = &opened.plan;
    let (mut site, mode): (Box<dyn Site>, Mode) = match choice {
        Choice::None => return Ok(None),
        Choice::Live(name) => (site::open(name, Some(plan))?, Mode::Live),
        Choice::Snapshot(file) => (Box::new(FileSite::open(file)?), Mode::Snapshot),
    };
    let staging = plan.staging_site();
    let purchases = staging.iter().flat_map(|staging| opened.record.purchases(staging));
    let orders = purchases.flat_map(|purchase| purchase.orders.iter().cloned());
    let questions = Questions { orders: orders.collect(), ..Questions::of(plan) };
    let mut reading = match ahead {
        Some(read) => {
            let (file, snapshot) = read?;
            file.answers(snapshot, &questions)?
        }
        None => site.read(&questions)?,
    };
    reading.snapshot.worth = match mode {
        Mode::Snapshot => Readings::of_this_machine().worth_for(&reading.snapshot, Some(plan)),
        // A site in a file is what it says for its own runs.
        Mode::Live | Mode::None => Worth::Captured,
    };
    Ok(Some(site_read(site, reading, mode)))
}

/// The configuration of a site in a file, where it was read while the plan was.
type Ahead = Option<Result<(FileSite, Snapshot), SiteError>>;

fn read_ahead(file: &Path) -> Result<(FileSite, Snapshot), SiteError> {
    let site = FileSite::open(file)?;
    let snapshot = site.snapshot()?;
    Ok((site, snapshot))
}

fn site_read(site: Box<dyn Site>, reading: Reading, mode: Mode) -> SiteRead {
    let (header, worth) = (&reading.snapshot.header, reading.snapshot.worth.clone());
    let line = SiteLine {
        name: site.name(),
        host: header.site.to_string(),
        captured_at: header.taken_at.clone(),
        mode,
        worth,
    };
    let now = header.taken_at.parse().unwrap_or_else(|_| Timestamp::now());
    SiteRead { site, reading, line, now }
}

/// A plan judged against a site.
pub(super) struct Checked {
    pub(super) opened: Opened,
    pub(super) site: Option<SiteRead>,
    pub(super) lowered: Option<Lowered>,
    pub(super) judgement: Judgement,
    pub(super) digests: Option<Digests>,
    pub(super) gate: Phase,
    pub(super) show_personal: bool,
}

/// Everything from the subject of a command line to its judgement.
pub(super) fn check(subject: &cli::Subject) -> Result<Checked, Failure> {
    let choice = Choice::from(&subject.reading);
    // Which file a site is in the command line says, and not the plan: neither waits for the other.
    let project = Project::new(&subject.plan, subject.limits.into())
        .showing_personal(subject.show_personal)
        .backup_dir(subject.backup_dir.as_deref());
    let (opened, ahead) = thread::scope(|scope| {
        let ahead = choice.file().map(|file| scope.spawn(|| read_ahead(file)));
        (project.open(), ahead.and_then(|ahead| ahead.join().ok()))
    });
    let opened = opened?;
    let moment = Moment::Gate(subject.gate.into());
    judged_ahead(opened, &choice, moment, subject.on == On::Live, subject.show_personal, ahead)
}

/// Judges a plan against a site, which is read now.
pub(super) fn judged(
    opened: Opened,
    choice: &Choice,
    moment: impl Into<Moment>,
    live: bool,
    show_personal: bool,
) -> Result<Checked, Failure> {
    judged_ahead(opened, choice, moment.into(), live, show_personal, None)
}

fn judged_ahead(
    opened: Opened,
    choice: &Choice,
    moment: Moment,
    live: bool,
    show_personal: bool,
    ahead: Ahead,
) -> Result<Checked, Failure> {
    let (found, gate) = (opened.findings.clone(), moment.gate());
    if !opened.whole {
        let judgement = shown(Judgement::unread(found), show_personal);
        return Ok(Checked { opened, site: None, lowered: None, judgement, digests: None, gate, show_personal });
    }
    let site = read_site(choice, &opened, ahead)?;
    let freshness = freshness(choice, site.as_ref(), &opened.settings, live);
    let place = if live { SiteRole::Live } else { SiteRole::Staging };
    let lowered = site.as_ref().map(|site| change::lower_on(&opened.plan, &site.reading.snapshot, place));
    let folder = if site.is_some() { opened.settings.backup.folder(opened.backup_dir.as_deref())? } else { None };
    let backup_files = folder.map(|folder| backup_file::compare(&folder, &opened.plan, &opened.record)).transpose()?;
    let inputs = Inputs {
        plan: &opened.plan,
        before: site.as_ref().map(|site| &site.reading.snapshot),
        after: lowered.as_ref().map(|lowered| &lowered.after),
        changes: lowered.as_ref().map_or(&[], |lowered| &lowered.changes),
        census: site.as_ref().and_then(|site| site.reading.census.as_ref()),
        contacts: &opened.contacts,
        record: &opened.record,
        backup_files: backup_files.as_ref(),
        refused_attestations: &opened.settings.attestations.refuse,
        now: site.as_ref().map_or(freshness.clock, |site| site.now),
        freshness: &freshness,
        live,
    };
    let both = site.as_ref().zip(lowered.as_ref());
    let (judgement, digests) = thread::scope(|scope| {
        let digested = both.map(|(site, _)| {
            let (plan, state) = (&opened.plan, &site.reading.snapshot.state);
            let all = Kind::ALL.iter().copied();
            scope.spawn(move || (change::intent_digest(plan), FactsText::of(state, all)))
        });
        let judgement = judge(inputs, moment, found);
        let digests = both.zip(digested.and_then(|digested| digested.join().ok()));
        let digests = digests.map(|((site, lowered), (intent, facts))| Digests {
            intent,
            changes: change::changes_digest(site.identity(), &lowered.changes),
            facts: facts.digest(kinds_read(lowered, &judgement)),
        });
        (judgement, digests)
    });
    let judgement = shown(judgement, show_personal);
    Ok(Checked { opened, site, lowered, judgement, digests, gate, show_personal })
}

/// Whether a site in a file is meant, and no recording of another one.
fn stands_for_its_own(choice: &Choice) -> bool {
    matches!(choice, Choice::Live(_)) && choice.file().is_some()
}

/// What counts as a reading of now. What a person names as a site is one: an address stands for itself as it is at this moment, and
/// a recording stands for the live site where that is judged.
fn freshness(choice: &Choice, site: Option<&SiteRead>, settings: &Settings, live: bool) -> Freshness {
    let clock = Timestamp::now();
    let Some(site) = site else { return Freshness::without_site(clock) };
    let stands_for_now = match choice {
        Choice::Live(_) => choice.file().is_none(),
        Choice::Snapshot(_) => live,
        Choice::None => false,
    };
    let invented = stands_for_its_own(choice) && site.reading.snapshot.header.is_invented();
    let max_age = (!invented).then(|| settings.max_age.as_str().to_owned());
    Freshness { clock, max_age, stands_for_now }
}

/// A judgement as it may be shown: without anybody's address, unless they were asked for.
fn shown(mut judgement: Judgement, show_personal: bool) -> Judgement {
    if !show_personal {
        judgement.findings.iter_mut().for_each(personal::mask_addresses);
    }
    judgement
}

/// The kinds of object that the verdict or a change read.
fn kinds_read(lowered: &Lowered, judgement: &Judgement) -> Vec<Kind> {
    let changed = lowered.changes.iter().map(|change| change.on.kind);
    let judged = judgement.readers.keys().filter_map(|fact| Kind::from_name(fact));
    let mut kinds: Vec<Kind> = judged.chain(changed).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

impl Checked {
    /// Leaves everything to the system: the process is about to end, and taking a large plan apart takes longer.
    pub(super) fn leave(self) {
        std::mem::forget(self);
    }

    /// What a diff shows now, for a later apply to compare with; none without a site.
    pub(super) fn confirmation(&self) -> Option<Confirmation> {
        let (site, lowered) = self.site.as_ref().zip(self.lowered.as_ref())?;
        let kinds = kinds_read(lowered, &self.judgement);
        Some(Confirmation {
            plan: plan_name(&self.opened.path),
            host: site.identity().clone(),
            at: Timestamp::now(),
            digests: self.digests.clone()?,
            marks: Marks::new(&lowered.changes, &site.reading.snapshot.state, kinds),
        })
    }

    /// That the site was read too long ago to be taken for what it is now, where no report of the findings says so.
    pub(super) fn attend_to_age(&self, err: &mut dyn Write) -> io::Result<()> {
        let found = self.judgement.findings.iter().filter(|finding| finding.rule == READING_OLD);
        found.map(|finding| &finding.message).try_for_each(|message| writeln!(err, "attention: {}", line(message)))
    }

    /// How much a run would change; nothing without a site.
    pub(super) fn tally(&self) -> Tally {
        let both = self.site.as_ref().zip(self.lowered.as_ref());
        both.map(|(site, lowered)| Tally::new(&lowered.changes, &site.reading.snapshot.state)).unwrap_or_default()
    }

    /// Whether the site is the one that the plan calls live.
    pub(super) fn is_live(&self) -> bool {
        let live = self.opened.plan.live_site();
        // What only could be live is treated as live: nothing is written to it by a rehearsal.
        live.zip(self.site.as_ref()).is_some_and(|(live, site)| live.could_be_the_same(site.identity()))
    }

    /// The report that formats are made from.
    pub(super) fn report<'a>(&'a self, path: &'a str) -> Report<'a> {
        Report {
            judgement: &self.judgement,
            gate: self.gate,
            path,
            plan: self.opened.whole.then_some(&self.opened.plan),
            site: self.site.as_ref().map(|site| site.line.clone()),
            changes: self.lowered.as_ref().map_or(0, |lowered| lowered.changes.len()),
            not_compared: self.lowered.as_ref().map_or(0, |lowered| lowered.not_compared.len()),
            sources: &self.opened.sources,
            show_personal: self.show_personal,
        }
    }
}
