//! `plan support-bundle`: what somebody who helps needs of a run, listed before it is written.

mod progress;

use std::collections::BTreeSet;
use std::path::Path;

use crate::apply::archive;
use crate::apply::journal::Event;
use crate::capture::InventoryReader;
use crate::cli::{Helper, SupportBundle};
use crate::commands::choice::Choice;
use crate::commands::inputs::{self, Checked};
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::Identity;
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::output::doctor::unfolded;
use crate::output::support::vendor::{self, Page};
use crate::output::support::{self, Part, Read, Redaction};
use crate::output::{escape, inventory};
use crate::population::{mentioned, words};
use crate::project::Project;
use crate::rules::Phase;
use crate::site::file::{self, FileSite};
use crate::site::wordpress::Given;
use crate::site::{Site as _, disk};

use super::log::message;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::status::role;
use progress::{of_a_run, verification};

/// Most bytes of what a doctor printed.
const MOST: u64 = 1 << 20;

/// Most lines of a journal, of which the last are kept, and of an inventory, of which the first are.
const MOST_LINES: usize = 20_000;

pub(crate) fn run(args: &SupportBundle, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = args.out.as_deref().filter(|out| out.symlink_metadata().is_ok()) {
        return Err(Failure::exists(out));
    }
    let gathered = Gathered::of(args)?;
    let parts = match args.for_whom {
        Helper::Support => gathered.parts()?,
        Helper::Vendor => vec![gathered.page()],
    };
    let text = match args.for_whom {
        Helper::Support => support::text(&parts),
        Helper::Vendor => parts.iter().flat_map(|part| &part.lines).map(|line| format!("{line}\n")).collect(),
    };
    let Some(out) = &args.out else {
        write!(terminal.out, "{text}")?;
        return Ok(exit::OK);
    };
    writeln!(terminal.out, "{} is to hold:", escape::path(out))?;
    for part in &parts {
        writeln!(terminal.out, "  {}", part.listed())?;
    }
    if !args.yes && !is_agreed(&text, out, terminal)? {
        let failure = Failure::new(exit::UNCONFIRMED, "that was not confirmed, so nothing was written");
        return Err(failure.help("run it without `--out` to read all of it; then `--yes` writes it without asking"));
    }
    // Who may read what came there meanwhile nobody has looked at.
    if out.symlink_metadata().is_ok() {
        return Err(Failure::exists(out));
    }
    file::save_text(out, &text)?;
    writeln!(terminal.out, "wrote {}: it opens in any editor; read it before you send it", escape::path(out))?;
    Ok(exit::OK)
}

/// Asks whether it is to be written, and shows it first to who wants to read it.
fn is_agreed(text: &str, out: &Path, terminal: &mut Terminal<'_>) -> Result<bool, Failure> {
    if !may_ask(false) {
        return Ok(false);
    }
    loop {
        let question = format!("\nWrite {}? Type `yes`, or `show` to read all of it first: ", escape::path(out));
        match terminal.ask_line(&question)?.as_deref() {
            Some("show") => write!(terminal.out, "{text}")?,
            Some("yes") => return Ok(true),
            None | Some("" | "no" | "n" | "q") => return Ok(false),
            Some(_) => writeln!(terminal.out, "`yes` writes it, `no` leaves it")?,
        }
    }
}

/// What is known of a run on a site, as far as it could be read.
struct Gathered<'a> {
    args: &'a SupportBundle,
    checked: Checked,
    /// Why the site could not be read, where that was so.
    unread: Option<Failure>,
    /// The run on the site, or the last one that ended there; and why none counts, where one is there.
    run: Result<Option<Unfinished>, Failure>,
    on: SiteRole,
    redaction: Redaction,
    knows_members: bool,
    doctor: Vec<String>,
    /// What beside the plan could not be read.
    broken: Vec<Failure>,
}

impl<'a> Gathered<'a> {
    fn of(args: &'a SupportBundle) -> Result<Self, Failure> {
        let project = Project::new(&args.of.plan, args.limits.into());
        // What stands beside a plan may be what is broken; without a plan there is nothing to send.
        fs::begin(&args.of.plan, 1).map_err(|error| Failure::file("read", &args.of.plan, &error))?;
        let (opened, broken) = project.as_far_as_it_reads();
        let files = RunFiles::of_project(&project, &args.of.site);
        let run = latest(&files);
        let begun = run.as_ref().ok().and_then(Option::as_ref).map(|run| run.begin.on);
        let on = begun.unwrap_or_else(|| role(&opened.plan, &files));
        let doctor = args.doctor.as_deref().map(lines_of).transpose()?.unwrap_or_default();
        let redaction = Redaction::of(&opened.plan, args.site_names);
        let judged = |choice: &Choice| {
            inputs::judged(project.as_far_as_it_reads().0, choice, Phase::Configure, on == SiteRole::Live)
        };
        let (checked, unread) = match judged(&Choice::Live(args.of.site.clone())) {
            Ok(checked) => (checked, None),
            Err(failure) => (judged(&Choice::None)?, Some(failure)),
        };
        let mut this = Self { args, checked, unread, run, on, redaction, knows_members: false, doctor, broken };
        this.leave_out_people(&files);
        Ok(this)
    }

    /// Leaves out who took part, and every member that what is said mentions.
    fn leave_out_people(&mut self, files: &RunFiles) {
        let opened = &self.checked.opened;
        let mut said: Vec<String> = self.doctor.clone();
        said.extend(self.run().into_iter().flat_map(|run| run.events.iter().map(|entry| message(entry, &run.events))));
        said.extend(self.unread.iter().chain(&self.broken).map(|failure| failure.message.clone()));
        let here = self.identity();
        let flagged = here.as_ref().and_then(|here| verification(&opened.record, here));
        said.extend(flagged.iter().flat_map(|lines| &lines.flagged).map(|(_, text, _)| (*text).to_owned()));
        let among: BTreeSet<String> = said.iter().flat_map(|text| words(text)).collect();
        let mut found = BTreeSet::new();
        for values in opened.contacts.values.iter().flatten() {
            let (id, one) = values;
            let local = one.email.as_deref().and_then(|email| email.split('@').next());
            let names = [
                Some(id.as_str()),
                one.first_name.as_deref(),
                one.last_name.as_deref(),
                local,
                one.affiliate.as_deref(),
            ];
            found.extend(names.into_iter().flatten().flat_map(words));
        }
        for file in std::iter::once(Path::new(&self.args.of.site).to_owned()).chain(files.kept()) {
            let read = members_of(&file, &among);
            self.knows_members |= read.is_some();
            found.extend(read.into_iter().flatten());
        }
        let mut people: BTreeSet<String> = opened.record.entries.iter().map(|entry| entry.who.clone()).collect();
        people.extend(self.run().into_iter().flat_map(|run| &run.events).filter_map(|entry| who(&entry.event)));
        self.redaction = std::mem::take(&mut self.redaction).without(people).without_members(found);
    }

    fn run(&self) -> Option<&Unfinished> {
        self.run.as_ref().ok().and_then(Option::as_ref)
    }

    /// Which site it is: as it was read, or as its run has it.
    fn identity(&self) -> Option<Identity> {
        let read = self.checked.site.as_ref().map(|site| site.identity().clone());
        let named = || match self.on {
            SiteRole::Staging => self.checked.opened.plan.staging_site(),
            SiteRole::Live => self.checked.opened.plan.live_site(),
        };
        read.or_else(|| self.run().map(|run| run.begin.host.clone())).or_else(named)
    }

    fn read(&self) -> Option<Read<'_>> {
        let site = self.checked.site.as_ref()?;
        let is_in_a_file = !self.args.of.site.contains("://");
        Some(Read { snapshot: &site.reading.snapshot, mode: site.line.mode, is_in_a_file })
    }

    fn parts(&self) -> Result<Vec<Part>, Failure> {
        let plan = &self.checked.opened.plan;
        let path = self.args.of.plan.display().to_string();
        let mut parts = vec![support::versions(plan, self.read()), support::plan(plan)];
        let broken = self
            .broken
            .iter()
            .map(|failure| format!("could not be read: {}", self.redaction.sentence(&failure.message)));
        parts[1].lines.extend(broken);
        if self.args.site_names {
            let named = [("staging", plan.staging_site()), ("live", plan.live_site())];
            let lines = named.into_iter().map(|(name, site)| {
                format!(
                    "{name} {}",
                    site.map_or_else(|| "has no valid address".to_owned(), |site| escape::line(&site.to_string()))
                )
            });
            parts.push(Part { name: "addresses", holds: "the plan's two sites, as you asked", lines: lines.collect() });
        }
        match (&self.unread, self.read()) {
            (Some(failure), _) => {
                parts.push(support::not_read(failure.code, self.redaction.sentence(&failure.message)))
            }
            (None, Some(read)) => parts.push(support::site(read)),
            (None, None) => {}
        }
        parts.push(support::verdict(&self.checked.report(&path)));
        parts.push(self.journal());
        parts.extend(self.args.inventory.as_deref().map(|file| self.inventory(file)).transpose()?);
        if self.args.doctor.is_some() {
            let lines = self.doctor.iter().map(|line| self.redaction.sentence(line)).collect();
            parts.push(Part {
                name: "doctor",
                holds: "what the file of `--doctor` says, without what it quotes",
                lines,
            });
        }
        Ok(parts)
    }

    /// What the run did, line by line.
    fn journal(&self) -> Part {
        let lines = match &self.run {
            Ok(Some(run)) => {
                let foreign =
                    run.foreign.as_ref().map(|_| "(not proven to belong to this user and this machine)".to_owned());
                let said = run
                    .events
                    .iter()
                    .map(|entry| format!("{}  {}", entry.at, self.redaction.sentence(&message(entry, &run.events))));
                support::last(foreign.into_iter().chain(said).collect(), MOST_LINES)
            }
            Ok(None) => vec!["no run on this site is on record here".to_owned()],
            Err(failure) => {
                vec![format!(
                    "it could not be read (exit code {}): {}",
                    failure.code,
                    self.redaction.sentence(&failure.message)
                )]
            }
        };
        Part {
            name: "journal",
            holds: "what the run did and when; kinds of object, without their names and values",
            lines,
        }
    }

    /// Names and shapes, once the file was read to its end.
    fn inventory(&self, path: &Path) -> Result<Part, Failure> {
        let damaged = |damage| Failure::from(disk::damaged(path, damage));
        Given::Inventory.check(disk::open(path)?).map_err(damaged)?;
        let mut reader = InventoryReader::open(disk::open(path)?).map_err(damaged)?;
        let mut out = Vec::new();
        let mut shown = inventory::Shown::begin(reader.header(), &mut out)?;
        while let Some(entry) = reader.next().map_err(damaged)? {
            shown.entry(&entry, &mut out)?;
        }
        let redaction = Redaction::of(&self.checked.opened.plan, self.args.site_names);
        let text = String::from_utf8_lossy(&out);
        let mut lines: Vec<String> = text.lines().take(MOST_LINES).map(|line| redaction.value(line)).collect();
        let after = text.lines().count() - lines.len();
        lines.extend((after > 0).then(|| format!("({} more are left out)", many(after, "line"))));
        Ok(Part { name: "inventory", holds: "names and shapes of what the site stores; no value", lines })
    }

    /// The page for AccessAlly's support.
    fn page(&self) -> Part {
        let (opened, here) = (&self.checked.opened, self.identity());
        let why = || {
            self.unread.as_ref().map_or_else(
                || "the plan cannot be read whole".to_owned(),
                |failure| self.redaction.sentence(&failure.message),
            )
        };
        let page = Page {
            plan: &opened.plan,
            site: self.read().map(|read| read.snapshot).ok_or_else(why),
            address: here.as_ref().filter(|_| self.args.site_names).map(|site| escape::line(&site.to_string())),
            on: self.on,
            run: self.run().map(of_a_run),
            verification: here.as_ref().and_then(|here| verification(&opened.record, here)),
            knows_members: self.knows_members,
        };
        let text = vendor::text(&page, &self.redaction);
        let holds = "step and time, screens, lines with a \"!\", boxes, each setting with its old and new value; the names of offerings and forms";
        Part { name: "page", holds, lines: text.lines().map(str::to_owned).collect() }
    }
}

/// The run that is not archived yet, else the one that was archived last; whoever's it is.
fn latest(files: &RunFiles) -> Result<Option<Unfinished>, Failure> {
    if let Some(run) = files.found()? {
        return Ok(Some(run));
    }
    let last = archive::archived(&files.journal())?.pop();
    Ok(last.map(|last| files.peeked(&last)).transpose()?.flatten())
}

/// Which of these words are a member's of a site in a file; none where nobody can say.
fn members_of(file: &Path, among: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let site = FileSite::open(file).ok()?;
    let population = site.population(&site.snapshot().ok()?).ok()?;
    mentioned(population.open().ok()?, among).ok()
}

/// Whom an event names.
fn who(event: &Event) -> Option<String> {
    match event {
        Event::Begin(begin) => begin.who.clone(),
        Event::BarrierPassed { who, .. } | Event::Adopted { who, .. } => who.clone(),
        Event::NotPressed { who, .. } | Event::DecisionDue { who, .. } | Event::Decided { who, .. } => {
            Some(who.clone())
        }
        _ => None,
    }
}

/// The lines of what a doctor printed, each whole: what it quotes may go on in the next one.
fn lines_of(path: &Path) -> Result<Vec<String>, Failure> {
    let failed = |error: std::io::Error| Failure::file("read", path, &error);
    let text = fs::read(path, MOST).and_then(fs::text).map_err(failed)?;
    Ok(unfolded(&text))
}
