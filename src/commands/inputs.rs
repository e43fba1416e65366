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
use crate::model::{Kind, Step};
use crate::output::escape::line;
use crate::output::{Mode, Report};
use crate::project::{Opened, Project};
use crate::rules::{
    COMPARING, Judgement, LiveReading, Members, MembersFile, Moment, Phase, READING_OLD, Verdict, judge, kind_of,
};
use crate::shape::{personal, without_addresses};
use crate::site::{Executor, Site};
use crate::trust::of_this_machine;

use super::around::{Around, Judged};
use super::attesting::Attesting;
use super::choice::{Choice, read_ahead};
use super::executors::executor;
use super::members;
use super::original::{self, Wanted};
use super::own_rules;
use super::record::backup_file;
use super::run::certificate::rehearsed;
use super::site_read::{SiteRead, freshness, read_asking};
use super::tracked::members_file;

/// A plan judged against a site.
pub(super) struct Checked {
    pub(super) opened: Opened,
    pub(super) site: Option<SiteRead>,
    /// What else was read around it.
    pub(super) around: Around,
    pub(super) lowered: Option<Lowered>,
    /// Who carries out each change on this site.
    pub(super) executors: Vec<Executor>,
    /// Why a person makes every change on a site whose owner agreed that it is written to; none where that is not so.
    pub(super) guided_why: Option<String>,
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
    check_keeping_site(project, judging, |opened| Questions::of(&opened.plan)).map(|(checked, _)| checked)
}

/// A site that was read, as it is open.
pub(super) type OpenSite = Option<Box<dyn Site>>;

/// The same, with the site, whose members are asked this.
pub(super) fn check_keeping_site(
    project: Project,
    judging: &cli::Judging,
    asks: impl FnOnce(&Opened) -> Questions,
) -> Result<(Checked, OpenSite), Failure> {
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
    let open = site.as_mut().map(|site| (site.as_mut() as &mut dyn Site, choice.mode()));
    let live = judging.on == SiteRole::Live;
    if live && judging.live.is_some() {
        let message = "`--live` names what the staging copy is compared with, and `--on live` judges live itself";
        return Err(Failure::new(exit::USAGE, message).help("leave one of the two out"));
    }
    let wanted = Wanted { named: judging.live.as_deref(), adapters: if is_for_live[1] { adapters } else { &[] } };
    let moment = (Moment::Gate(judging.gate), Attesting::InTime);
    let questions = asks(&opened);
    let checked = judged_asking(opened, open, moment, (live, wanted), (judging.show_personal, questions))?;
    Ok((checked, site))
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
    let questions = Questions::of(&opened.plan);
    judged_asking(opened, site, (moment, attesting), (live, wanted), (show_personal, questions))
}

fn judged_asking(
    opened: Opened,
    site: Option<(&mut dyn Site, Mode)>,
    (moment, attesting): (Moment, Attesting),
    (live, wanted): (bool, Wanted<'_>),
    (show_personal, questions): (bool, Questions),
) -> Result<Checked, Failure> {
    let (found, gate) = (opened.findings.clone(), moment.gate());
    if !opened.whole {
        let around = Around::nothing(&opened, (moment, live));
        let (judgement, executors) = (shown(Judgement::unread(found), show_personal), Vec::new());
        return Ok(Checked {
            opened,
            site: None,
            around,
            lowered: None,
            executors,
            guided_why: None,
            judgement,
            digests: None,
            gate,
            show_personal,
            members_files: Vec::new(),
        });
    }
    let place = if live { SiteRole::Live } else { SiteRole::Staging };
    let mut site = site;
    let asked = site.is_some().then_some(questions);
    let of = |(site, mode): &mut (&mut dyn Site, Mode)| {
        read_asking(*site, (*mode, attesting), &opened, asked.clone().unwrap_or_default())
    };
    let read = site.as_mut().map(of).transpose()?;
    let lowered = read.as_ref().map(|read| change::lower_on(&opened.plan, &read.reading.snapshot, place));
    let changes = lowered.as_ref().map_or(&[][..], |lowered| &lowered.changes);
    let both = site.iter().zip(&read);
    let of_each =
        both.flat_map(|((site, _), read)| changes.iter().map(|change| executor(*site, &read.reading.snapshot, change)));
    let executors = of_each.collect();
    let guided_why = site.as_ref().and_then(|(site, _)| site.guided_why()).filter(|_| !changes.is_empty());
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
    let rehearsed = if gate == Phase::Fit { rehearsed(&opened) } else { None };
    let both = site.as_ref().zip(lowered.as_ref());
    let own = own_rules::evaluated(&opened, &opened.plan, both, site.as_ref().and_then(SiteRead::census));
    let unanswered = own.iter().any(|(_, came)| came.is_err());
    let unanswered = unanswered.then(|| own.iter().map(|(_, came)| came.clone()).collect());
    let around =
        Around { moment, live, asked, live_reading, live_line, freshness, backup_files, rehearsed, unanswered };
    let (judgement, digests) = thread::scope(|scope| {
        let digested = both.map(|(site, _)| {
            let (plan, state) = (&opened.plan, &site.reading.snapshot.state);
            let all = Kind::ALL.iter().copied();
            scope.spawn(move || (change::intent_digest(plan), FactsText::of(state, all)))
        });
        let begun = Instant::now();
        let judged = Judged { site: site.as_ref(), lowered: lowered.as_ref(), members_files: &members_files };
        let inputs = around.inputs((&opened, &opened, &own), judged, &around.live_reading);
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
    Ok(Checked {
        opened,
        site,
        around,
        lowered,
        executors,
        guided_why,
        judgement,
        digests,
        gate,
        show_personal,
        members_files,
    })
}

/// A judgement as it may be shown: without anybody's address, unless they were asked for.
pub(super) fn shown(mut judgement: Judgement, show_personal: bool) -> Judgement {
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

    /// That nothing is written to the site, and what opens it, where its owner agreed to that.
    pub(super) fn attend_to_guided(&self, err: &mut dyn Write) -> io::Result<()> {
        self.guided_why.iter().try_for_each(|why| writeln!(err, "attention: {}", line(why)))
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
            live: self.around.live_line.clone(),
            changes: self.lowered.as_ref().map_or(0, |lowered| lowered.changes.len()),
            not_compared: self.lowered.as_ref().map_or(0, |lowered| lowered.kinds_not_compared().len()),
            sources: &self.opened.sources,
            show_personal: self.show_personal,
            reading: self.site.as_ref().map(|site| &site.reading.snapshot),
            after: self.lowered.as_ref().map(|lowered| &lowered.after),
            own: &self.opened.own,
            proofs: None,
            lifted: &self.opened.settings.lifted,
            suggested: None,
            folder: Path::new(""),
        }
    }
}
