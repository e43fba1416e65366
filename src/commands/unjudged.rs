//! A plan and its site, read and put side by side, without a judgement: for verbs that show what follows and judge nothing.

use std::path::{Path, PathBuf};

use crate::change::{self, Lowered};
use crate::cli::PlanAndSite;
use crate::failure::{Failure, exit};
use crate::output::{Mode, Report, concise};
use crate::project::{Opened, Project};
use crate::rules::{Judgement, Phase};
use crate::site::{self, Everybody, Reading, Site};

use super::attesting::Attesting;
use super::choice::Choice;
use super::site_read::{SiteRead, read_site, weighed};
use super::{Terminal, members};

/// A plan over a site that was read.
pub(super) struct Unjudged {
    pub(super) opened: Opened,
    pub(super) side: Side,
    pub(super) lowered: Lowered,
}

impl Unjudged {
    /// Reads what a command line names, with a census of its members.
    pub(super) fn read(of: &PlanAndSite, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        Self::by(of, terminal, |site, as_what, opened| {
            Ok((read_site(site, as_what, opened)?, Err("nobody was to be read".to_owned())))
        })
    }

    /// Reads what a command line names, with its members one by one and no census.
    pub(super) fn read_with_everybody(of: &PlanAndSite, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        Self::by(of, terminal, with_everybody)
    }

    /// Another site that a command line names, read beside it, with its members.
    pub(super) fn beside(&self, name: &str, adapters: &[PathBuf]) -> Result<Side, Failure> {
        side(&self.opened, name, adapters)
    }

    fn by(
        of: &PlanAndSite,
        terminal: &mut Terminal<'_>,
        read: impl FnOnce(&mut dyn Site, (Mode, Attesting), &Opened) -> Result<(SiteRead, Everybody), Failure>,
    ) -> Result<Self, Failure> {
        if of.reading.no_site {
            return Err(Failure::new(exit::USAGE, "without a site there is no offering to look at")
                .help("name the site with `--site SITE`, or a recording of it with `--snapshot FILE`"));
        }
        let opened = Project::new(&of.plan, of.limits.into()).open()?;
        if !opened.whole {
            return Err(unread(&opened, terminal)?);
        }
        let choice =
            Choice::named(&of.reading).map_or_else(|| Choice::by_settings(&opened.settings.site, of.on), Ok)?;
        let through = members::through(choice.site(), &of.adapters.files, &opened.settings.site)?;
        let Some(mut site) = choice.open(&opened.plan, through.as_ref())? else {
            return Err(Failure::new(exit::USAGE, "no site is named"));
        };
        let (site, everybody) = read(site.as_mut(), (choice.mode(), Attesting::InTime), &opened)?;
        let lowered = change::lower_on(&opened.plan, &site.reading.snapshot, of.on);
        Ok(Self { opened, side: Side { site, everybody }, lowered })
    }
}

/// A site that was read, with everybody there, or why nobody can be asked for.
pub(super) struct Side {
    pub(super) site: SiteRead,
    pub(super) everybody: Everybody,
}

fn with_everybody(
    site: &mut dyn Site,
    as_what: (Mode, Attesting),
    opened: &Opened,
) -> Result<(SiteRead, Everybody), Failure> {
    let (snapshot, everybody) = site.with_everybody()?;
    let reading = Reading { snapshot, census: None, login: None };
    Ok((weighed(site, reading, as_what, opened), everybody))
}

/// A site that a command line names, read with its members.
pub(super) fn side(opened: &Opened, name: &str, adapters: &[PathBuf]) -> Result<Side, Failure> {
    let through = members::through([name], adapters, &opened.settings.site)?;
    let mut site = site::open_with_members(name, Some(&opened.plan), through.as_ref())?;
    let (site, everybody) = with_everybody(site.as_mut(), (Mode::Live, Attesting::InTime), opened)?;
    Ok(Side { site, everybody })
}

/// Shows what is wrong with a plan that cannot be read completely; that nothing follows from it.
pub(super) fn unread(opened: &Opened, terminal: &mut Terminal<'_>) -> Result<Failure, Failure> {
    let (judgement, path) = (Judgement::unread(opened.findings.clone()), opened.path.display().to_string());
    let report = Report {
        judgement: &judgement,
        gate: Phase::Fit,
        path: &path,
        plan: None,
        site: None,
        live: None,
        changes: 0,
        not_compared: 0,
        own: &opened.own,
        proofs: None,
        lifted: &[],
        suggested: None,
        after: None,
        reading: None,
        sources: &opened.sources,
        show_personal: false,
        folder: Path::new(""),
    };
    concise::render(&report, terminal.err)?;
    let message = "the plan could not be read completely, so nothing follows from it";
    Ok(Failure::new(exit::COULD_NOT_RUN, message).help("fix what is found, then run this again"))
}
