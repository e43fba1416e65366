//! The command lines that a message shows: whole, for this plan on this site, so that they can be pasted.

use std::path::Path;

use crate::apply::archive;
use crate::apply::journal::Begin;
use crate::cli::{Apply, Verb};
use crate::commands::inputs::Checked;
use crate::guide::{Named, Names};
use crate::model::Identity;
use crate::model::plan::SiteRole;
use crate::output::escape::shell;
use crate::output::survey::asks;

use super::run_files::RunFiles;

/// How a command line names the plan, its site, and, on live, the host that has to be typed.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    names: Names,
    host: Identity,
    on: SiteRole,
}

impl Typed {
    pub(super) fn new(plan: &Path, site: &str, (host, on): (Identity, SiteRole)) -> Self {
        let names = Names {
            plan: plan.display().to_string(),
            site: site.to_owned(),
            live: String::new(),
            without_members: false,
            quote: shell,
        };
        Self { names, host, on }
    }

    /// Of a plan on its staging copy.
    pub(super) fn on_staging(plan: &Path, site: &str) -> Self {
        Self::new(plan, site, (Identity::unnamed(), SiteRole::Staging))
    }

    /// Of a run by its journal's first line.
    pub(super) fn of_run(plan: &Path, site: &str, begin: &Begin) -> Self {
        Self::new(plan, site, (begin.host.clone(), begin.on))
    }

    /// As `apply` was typed.
    pub(super) fn of(args: &Apply) -> Self {
        let host = args.host.as_deref().and_then(Identity::parse).unwrap_or_else(Identity::unnamed);
        Self::new(&args.plan, &args.site, (host, args.on))
    }

    /// As a verb was typed that may write to a site; none of another verb.
    pub(crate) fn of_verb(verb: &Verb) -> Option<Self> {
        match verb {
            Verb::Apply(args) if args.on == SiteRole::Live => Some(Self::of(args)),
            Verb::Apply(args) => Some(RunFiles::of(&args.plan, &args.site).typed()),
            Verb::Undo(args) => Some(RunFiles::of(&args.of.plan, &args.of.site).typed()),
            _ => None,
        }
    }

    /// For the sentences of the pure rooms.
    pub(crate) fn named(&self) -> Named<'_> {
        self.names.of(&self.host, self.on)
    }
}

impl RunFiles {
    /// The command lines of the run that is on record here.
    pub(super) fn typed(&self) -> Typed {
        let archived = archive::archived(&self.journal()).unwrap_or_default();
        let journals = std::iter::once(self.journal()).chain(archived.into_iter().rev());
        let run = journals.into_iter().find_map(|journal| self.peeked(&journal).ok().flatten());
        let at = run.map_or_else(|| (Identity::unnamed(), SiteRole::Staging), |run| (run.begin.host, run.begin.on));
        Typed::new(&self.plan, &self.site, at)
    }

    /// What is done about findings before a run goes on: what only a screen shows a person is asked for.
    pub(super) fn fix(&self, checked: &Checked) -> String {
        let typed = self.typed();
        let survey = asks(&self.plan.display().to_string(), &self.site, typed.on == SiteRole::Live);
        match checked.lacks_what_a_screen_shows() {
            true => format!("fix what is found (`{survey}` asks for what only a screen shows)"),
            false => "fix what is found".to_owned(),
        }
    }

    /// Continues the run that is open here.
    pub(crate) fn resume(&self) -> String {
        self.typed().named().resume()
    }

    /// Takes the run that is on record here back.
    pub(crate) fn undo(&self) -> String {
        self.typed().named().undo()
    }

    /// Shows before and after of what the plan wants on the site of the run.
    pub(super) fn diff(&self) -> String {
        self.typed().named().diff()
    }
}
