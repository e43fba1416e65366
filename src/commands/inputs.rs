//! What every verb about a plan starts from: the plan, its contacts' values, the record, the site, the judgement.

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Instant;

use jiff::Timestamp;

use crate::apply::confirmation::Confirmation;
use crate::apply::limits::Tally;
use crate::apply::plan_name;
use crate::change::{self, Digests, FactsText, Lowered, Marks};
use crate::cli::{self};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::population::Questions;
use crate::model::{Identity, Kind, Step, Worth};
use crate::output::escape::line;
use crate::output::{Mode, Report, SiteLine};
use crate::project::settings::Settings;
use crate::project::{Opened, Project};
use crate::rules::{
    COMPARING, Freshness, Inputs, Judgement, LiveReading, Members, MembersFile, Moment, Phase, READING_OLD, Verdict,
    judge, kind_of,
};
use crate::shape::{personal, without_addresses};
use crate::site::{Executor, Reading, Site};
use crate::trust::{Readings, of_this_machine, recorded_here};

use super::attesting::{Attesting, make_void};
use super::choice::{Choice, read_ahead};
use super::executors::executor;
use super::members;
use super::original::{self, Wanted};
use super::record::backup_file;
use super::run::certificate::rehearsed;
use super::tracked::members_file;

/// A site that was read.
pub(super) struct SiteRead {
    pub(super) reading: Reading,
    pub(super) line: SiteLine,
    /// The clock's time for a live site, the capture time for a site in a file.
    pub(super) now: Timestamp,
    /// Whether it is a site in a file.
    is_in_a_file: bool,
}

impl SiteRead {
    /// Which site it is.
    pub(super) fn identity(&self) -> &Identity {
        &self.reading.snapshot.header.site
    }
}

/// Reads a site: as it is now, or as somebody recorded it, with what persons attested of it laid over.
pub(super) fn read_site(
    site: &mut dyn Site,
    (mode, attesting): (Mode, Attesting),
    opened: &Opened,
) -> Result<SiteRead, Failure> {
    let staging = opened.plan.staging_site();
    let purchases = staging.iter().flat_map(|staging| opened.record.purchases(staging));
    let orders = purchases.flat_map(|purchase| purchase.orders.iter().cloned());
    let begun = Instant::now();
    let reading = site.read(&Questions { orders: orders.collect(), ..Questions::of(&opened.plan) })?;
    log::info!("the site `{}`: read in {} ms", site.name(), begun.elapsed().as_millis());
    Ok(weighed(site, reading, (mode, attesting), opened))
}

/// A reading of a site with what it is worth, and what persons attested of it laid over.
pub(super) fn weighed(
    site: &dyn Site,
    mut reading: Reading,
    (mode, attesting): (Mode, Attesting),
    opened: &Opened,
) -> SiteRead {
    let plan = &opened.plan;
    reading.snapshot.worth = match mode {
        Mode::Snapshot => Readings::of_this_machine().worth_for(&reading.snapshot, Some(plan)),
        // A site in a file is what it says for its own runs.
        Mode::Live | Mode::None => Worth::Captured,
    };
    let mut line = SiteLine::of(site.name(), &reading.snapshot, mode);
    if mode == Mode::Live && site.is_in_a_file() && !reading.snapshot.header.is_invented() {
        let worth = Readings::of_this_machine().worth_for(&reading.snapshot, Some(plan));
        line.as_recording = Some(worth).filter(|worth| *worth != Worth::Captured);
    }
    let taken_at = reading.snapshot.header.taken_at.parse().unwrap_or_else(|_| Timestamp::now());
    let here = recorded_here();
    reading.snapshot = attesting.over(reading.snapshot, &opened.record, &here);
    make_void(&mut reading.snapshot, (&site.name(), plan), &here);
    SiteRead { reading, line, now: taken_at, is_in_a_file: site.is_in_a_file() }
}

/// A plan judged against a site.
pub(super) struct Checked {
    pub(super) opened: Opened,
    pub(super) site: Option<SiteRead>,
    /// The live site, where it was read beside its copy.
    live: Option<SiteLine>,
    pub(super) lowered: Option<Lowered>,
    /// Who carries out each change on this site.
    pub(super) executors: Vec<Executor>,
    pub(super) judgement: Judgement,
    pub(super) digests: Option<Digests>,
    pub(super) gate: Phase,
    pub(super) show_personal: bool,
    /// The files that hold the site's members.
    pub(super) members_files: Vec<MembersFile>,
}

/// Everything from a plan that a command line names to its judgement.
pub(super) fn check(plan: &Path, judging: &cli::Judging) -> Result<Checked, Failure> {
    check_project(Project::new(plan, judging.limits.into()), judging)
}

/// The same of a plan that was read already: it counts as a file `-` of the working folder.
pub(super) fn check_given(plan: Vec<u8>, judging: &cli::Judging) -> Result<Checked, Failure> {
    check_project(Project::given(plan, judging.limits.into()), judging)
}

fn check_project(project: Project, judging: &cli::Judging) -> Result<Checked, Failure> {
    let named = Choice::named(&judging.reading);
    // Which file a site is in the command line says, and not the plan: neither waits for the other.
    let project = project.showing_personal(judging.show_personal).backup_dir(judging.backup_dir.as_deref());
    let (opened, ahead) = thread::scope(|scope| {
        let ahead = scope.spawn(|| named.as_ref().and_then(read_ahead));
        (project.open(), ahead.join().ok().flatten())
    });
    let opened = opened?;
    let choice = named.map_or_else(|| Choice::by_settings(&opened.settings.site, judging.on), Ok)?;
    let adapters = &*judging.adapters.files;
    let is_for_live =
        [choice.site(), judging.live.as_deref()].map(|name| name.is_some_and(|name| name.contains("://")));
    // Of a copy in a file the adapters are live's alone.
    let of_copy = if is_for_live == [false, true] { &[] } else { adapters };
    let through = members::through(choice.site(), of_copy, &opened.settings.site)?;
    let mut site: Option<Box<dyn Site>> = match ahead.filter(|_| opened.whole) {
        Some(file) => Some(Box::new(file?)),
        None if opened.whole => choice.open(&opened.plan, through.as_ref())?,
        None => None,
    };
    let site = site.as_mut().map(|site| (site.as_mut() as &mut dyn Site, choice.mode()));
    let live = judging.on == SiteRole::Live;
    if live && judging.live.is_some() {
        let message = "`--live` names what the staging copy is compared with, and `--on live` judges live itself";
        return Err(Failure::new(exit::USAGE, message).help("leave one of the two out"));
    }
    let wanted = Wanted { named: judging.live.as_deref(), adapters: if is_for_live[1] { adapters } else { &[] } };
    let moment = (Moment::Gate(judging.gate), Attesting::InTime);
    judged_against(opened, site, moment, (live, wanted), judging.show_personal)
}

/// Judges a plan against what is named, which is opened and read now; a site at an address by the adapters that the settings name.
pub(super) fn judged(
    opened: Opened,
    choice: &Choice,
    moment: impl Into<Moment>,
    live: bool,
) -> Result<Checked, Failure> {
    let through = members::through(choice.site(), &[], &opened.settings.site)?;
    let mut site = if opened.whole { choice.open(&opened.plan, through.as_ref())? } else { None };
    let site = site.as_mut().map(|site| (site.as_mut() as &mut dyn Site, choice.mode()));
    judged_against(opened, site, (moment.into(), Attesting::InTime), (live, Wanted::default()), false)
}

/// Judges a plan against a site that is open, which is read now.
pub(super) fn judged_at(opened: Opened, site: &mut dyn Site, moment: Moment, live: bool) -> Result<Checked, Failure> {
    let moment = (moment, Attesting::InTime);
    judged_against(opened, Some((site, Mode::Live)), moment, (live, Wanted::default()), false)
}

/// The same in front of the barrier, which was reached then: what a repository brought opens it to nobody, and what the migration
/// hangs on was looked at since.
pub(super) fn judged_at_barrier(
    opened: Opened,
    site: &mut dyn Site,
    reached: Timestamp,
    live: bool,
) -> Result<Checked, Failure> {
    let moment = (Moment::Step(Step::RunMigration), Attesting::AtBarrier(reached));
    let mut opened = opened;
    opened.record = of_this_machine(std::mem::take(&mut opened.record));
    judged_against(opened, Some((site, Mode::Live)), moment, (live, Wanted::default()), false)
}

fn judged_against(
    opened: Opened,
    site: Option<(&mut dyn Site, Mode)>,
    (moment, attesting): (Moment, Attesting),
    (live, wanted): (bool, Wanted<'_>),
    show_personal: bool,
) -> Result<Checked, Failure> {
    let (found, gate) = (opened.findings.clone(), moment.gate());
    if !opened.whole {
        let (judgement, executors) = (shown(Judgement::unread(found), show_personal), Vec::new());
        return Ok(Checked {
            opened,
            site: None,
            live: None,
            lowered: None,
            executors,
            judgement,
            digests: None,
            gate,
            show_personal,
            members_files: Vec::new(),
        });
    }
    let place = if live { SiteRole::Live } else { SiteRole::Staging };
    let mut site = site;
    let read = site.as_mut().map(|(site, mode)| read_site(*site, (*mode, attesting), &opened)).transpose()?;
    let lowered = read.as_ref().map(|read| change::lower_on(&opened.plan, &read.reading.snapshot, place));
    let changes = lowered.as_ref().map_or(&[][..], |lowered| &lowered.changes);
    let both = site.iter().zip(&read);
    let of_each =
        both.flat_map(|((site, _), read)| changes.iter().map(|change| executor(*site, &read.reading.snapshot, change)));
    let executors = of_each.collect();
    let holds_some =
        read.as_ref().and_then(|read| read.reading.census.as_ref()).is_some_and(|census| census.addresses > 0);
    // Where nobody's address stands git is not asked.
    let population = site.as_ref().filter(|_| holds_some).and_then(|(site, _)| site.members_file());
    let site = read;
    // In a run the two are compared as it begins: its own steps are taken on the copy as it left it.
    let is_compared = !live && site.is_some() && matches!(moment, Moment::Gate(_) | Moment::Begin);
    let compared = is_compared.then(|| original::read(wanted, &opened)).transpose()?;
    let (live_reading, live_line) = compared.unwrap_or((LiveReading::NotNamed, None));
    let freshness = freshness(site.as_ref(), &opened.settings, live);
    let folder = if site.is_some() { opened.settings.backup.folder(opened.backup_dir.as_deref())? } else { None };
    let backup_files =
        folder.as_ref().map(|folder| backup_file::compare(folder, &opened.plan, &opened.record)).transpose()?;
    let backups = folder.iter().flat_map(|folder| backup_file::kept(folder, &opened.plan, &opened.record));
    let files = population.into_iter().map(|file| (file, Members::Population));
    let files = files.chain(backups.map(|file| (file, Members::Backup)));
    let members_files: Vec<MembersFile> = files.map(|(file, holds)| members_file(&file, holds, &opened.git)).collect();
    let inputs = Inputs {
        plan: &opened.plan,
        before: site.as_ref().map(|site| &site.reading.snapshot),
        after: lowered.as_ref().map(|lowered| &lowered.after),
        changes: lowered.as_ref().map_or(&[], |lowered| &lowered.changes),
        census: site.as_ref().and_then(|site| site.reading.census.as_ref()),
        contacts: &opened.contacts,
        record: &opened.record,
        members_files: &members_files,
        backup_files: backup_files.as_ref(),
        refused_attestations: &opened.settings.attestations.refuse,
        raised: &opened.settings.raised,
        rehearsed: if gate == Phase::Fit { rehearsed(&opened) } else { None },
        now: site.as_ref().map_or(freshness.clock, |site| site.now),
        freshness: &freshness,
        live,
        live_reading: &live_reading,
    };
    let both = site.as_ref().zip(lowered.as_ref());
    let (judgement, digests) = thread::scope(|scope| {
        let digested = both.map(|(site, _)| {
            let (plan, state) = (&opened.plan, &site.reading.snapshot.state);
            let all = Kind::ALL.iter().copied();
            scope.spawn(move || (change::intent_digest(plan), FactsText::of(state, all)))
        });
        let begun = Instant::now();
        let judgement = judge(inputs, moment, found);
        log::info!("the rules: judged in {} ms", begun.elapsed().as_millis());
        let digests = both.zip(digested.and_then(|digested| digested.join().ok()));
        let digests = digests.map(|((site, lowered), (intent, facts))| Digests {
            intent,
            changes: change::changes_digest(site.identity(), &lowered.changes, &lowered.not_compared),
            facts: facts.digest(kinds_read(lowered, &judgement)),
        });
        (judgement, digests)
    });
    let judgement = shown(judgement, show_personal);
    let live = live_line;
    Ok(Checked { opened, site, live, lowered, executors, judgement, digests, gate, show_personal, members_files })
}

/// What counts as a reading of now. What a person names as a site is one: an address stands for itself as it is at this moment, and
/// a recording stands for the live site where that is judged.
pub(super) fn freshness(site: Option<&SiteRead>, settings: &Settings, live: bool) -> Freshness {
    let clock = Timestamp::now();
    let Some(site) = site else { return Freshness::without_site(clock) };
    let is_its_own = site.line.mode == Mode::Live;
    let stands_for_now = if is_its_own { !site.is_in_a_file } else { live };
    let invented = is_its_own && site.is_in_a_file && site.reading.snapshot.header.is_invented();
    let max_age = (!invented).then(|| settings.max_age.as_str().to_owned());
    Freshness { clock, max_age, stands_for_now }
}

/// A judgement as it may be shown: without anybody's address, unless they were asked for.
fn shown(mut judgement: Judgement, show_personal: bool) -> Judgement {
    if !show_personal {
        judgement.findings.iter_mut().for_each(personal::mask_addresses);
        for work in judgement.ahead.iter_mut().flat_map(|ahead| &mut ahead.work) {
            work.why = without_addresses(&work.why).into_owned();
        }
    }
    judgement
}

/// The kinds of object that the verdict or a change read.
fn kinds_read(lowered: &Lowered, judgement: &Judgement) -> Vec<Kind> {
    let changed = lowered.changes.iter().map(|change| change.on.kind);
    let binds = |(_, rules): &(&String, &Vec<&str>)| rules.iter().any(|rule| !COMPARING.contains(rule));
    let judged = judgement.readers.iter().filter(binds).filter_map(|(fact, _)| kind_of(fact));
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

    /// How many addresses of the site's members can be a person's.
    pub(super) fn addresses(&self) -> Option<u64> {
        self.site.as_ref()?.reading.census.as_ref().map(|census| census.addresses)
    }

    /// That the site was read too long ago to be taken for what it is now, where no report of the findings says so.
    pub(super) fn attend_to_age(&self, err: &mut dyn Write) -> io::Result<()> {
        let found = self.judgement.findings.iter().filter(|finding| finding.rule == READING_OLD);
        found.map(|finding| &finding.message).try_for_each(|message| writeln!(err, "attention: {}", line(message)))
    }

    /// Whether a run may go on: the verdict is green, or nothing but the members is unknown, and that is accepted.
    pub(super) fn may_go_on(&self, without_members: bool) -> bool {
        self.judgement.verdict == Verdict::Green || without_members && self.judgement.lacks_only_members()
    }

    /// Whether something that keeps the verdict from being green is a fact that a person can see on a screen.
    pub(super) fn lacks_what_a_screen_shows(&self) -> bool {
        let lacks = self.judgement.stops().filter_map(|finding| finding.lacks.as_ref());
        lacks.into_iter().any(|lacks| !lacks.members_only && !lacks.private_only)
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
            live: self.live.clone(),
            changes: self.lowered.as_ref().map_or(0, |lowered| lowered.changes.len()),
            not_compared: self.lowered.as_ref().map_or(0, |lowered| lowered.kinds_not_compared().len()),
            sources: &self.opened.sources,
            show_personal: self.show_personal,
            reading: self.site.as_ref().map(|site| &site.reading.snapshot),
            after: self.lowered.as_ref().map(|lowered| &lowered.after),
            proofs: None,
            lifted: &self.opened.settings.lifted,
            folder: Path::new(""),
        }
    }
}
