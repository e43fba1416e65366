//! A plan and its site, read and put side by side, without a judgement: for verbs that show what follows and judge nothing.

use crate::change::{self, Lowered};
use crate::cli::PlanAndSite;
use crate::failure::{Failure, exit};
use crate::output::{Report, concise};
use crate::project::{Opened, Project};
use crate::rules::{Judgement, Phase};

use super::attesting::Attesting;
use super::choice::Choice;
use super::inputs::{self, SiteRead};
use super::{Terminal, members};

/// A plan over a site that was read.
pub(super) struct Unjudged {
    pub(super) opened: Opened,
    pub(super) site: SiteRead,
    pub(super) lowered: Lowered,
}

impl Unjudged {
    /// Reads what a command line names.
    pub(super) fn read(of: &PlanAndSite, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        if of.reading.no_site {
            return Err(Failure::new(exit::USAGE, "without a site there is no offering to look at")
                .help("name the site with `--site SITE`, or a recording of it with `--snapshot FILE`"));
        }
        let opened = Project::new(&of.plan, of.limits.into()).open()?;
        if !opened.whole {
            let judgement = Judgement::unread(opened.findings.clone());
            let path = opened.path.display().to_string();
            let report = Report {
                judgement: &judgement,
                gate: Phase::Fit,
                path: &path,
                plan: None,
                site: None,
                live: None,
                changes: 0,
                not_compared: 0,
                proofs: None,
                after: None,
                reading: None,
                sources: &opened.sources,
                show_personal: false,
                folder: std::path::Path::new(""),
            };
            concise::render(&report, terminal.err)?;
            return Err(Failure::new(
                exit::COULD_NOT_RUN,
                "the plan could not be read completely, so nothing follows from it",
            )
            .help("fix what is found, then run this again"));
        }
        let choice =
            Choice::named(&of.reading).map_or_else(|| Choice::by_settings(&opened.settings.site, of.on), Ok)?;
        let through = members::through(choice.site(), &of.adapters.files, &opened.settings.site)?;
        let Some(mut site) = choice.open(&opened.plan, through.as_ref())? else {
            return Err(Failure::new(exit::USAGE, "no site is named"));
        };
        let site = inputs::read_site(site.as_mut(), (choice.mode(), Attesting::InTime), &opened)?;
        let lowered = change::lower_on(&opened.plan, &site.reading.snapshot, of.on);
        Ok(Self { opened, site, lowered })
    }
}
