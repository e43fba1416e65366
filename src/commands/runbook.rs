//! `plan runbook`: the run as one page to print.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::apply::certificate::Ground;
use crate::change::{ByHand, intent_digest};
use crate::cli::Runbook;
use crate::failure::{Failure, exit};
use crate::fs::Folder;
use crate::guide::{LIVE_FILE, duties};
use crate::model::plan::SiteRole;
use crate::output::runbook::{self, OPENING, Page, Rehearsed, Took};
use crate::output::{concise, escape};
use crate::project::Project;
use crate::rules::Phase;
use crate::site::file;

use super::Terminal;
use super::choice::Choice;
use super::inputs;
use super::run::certificate::{self, Kept};

pub(super) fn run(args: &Runbook, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    ensure_may_be_written(&args.out)?;
    let choice = Choice::of(args.site.as_ref(), args.snapshot.as_ref());
    let opened = Project::new(&args.plan, args.limits.into()).open()?;
    let checked = inputs::judged(opened, &choice, Phase::Configure, args.on == SiteRole::Live)?;
    let path = args.plan.display().to_string();
    let report = checked.report(&path);
    if !checked.opened.whole {
        concise::render(&report, terminal.err)?;
        return Err(Failure::new(exit::COULD_NOT_RUN, "the plan could not be read completely, so no page was made")
            .help("fix what is found, then make the page again"));
    }
    let plan = &checked.opened.plan;
    let Some(strategy) = plan.strategy else {
        return Err(Failure::new(exit::USAGE, "the plan names no `strategy`, so its steps are not known")
            .help("name one of rehearse-and-replay, freeze-and-push, push-then-merge"));
    };
    let intent = intent_digest(plan);
    let rehearsed = match certificate::kept(&args.plan)? {
        None => Rehearsed::Never,
        Some(kept) if kept.ensure_proven(&checked.opened.settings.seal.keys).is_err() => Rehearsed::Unproven,
        Some(Kept { certificate, .. }) => Rehearsed::Took(Took {
            of_this: certificate.is_of(plan),
            ended_at: certificate.ended_at,
            seconds: certificate.steps.iter().map(|took| (took.step, took.seconds)).collect(),
        }),
    };
    let split = checked
        .lowered
        .as_ref()
        .map(|lowered| ByHand::split(lowered.changes.clone(), &checked.executors, lowered.not_compared.clone()));
    let (automatic, by_hand) = split.unwrap_or_default();
    let named = |on: SiteRole, planned| args.site.as_deref().filter(|_| args.on == on).unwrap_or(planned);
    // A rehearsal on a site in a file opens no site at an address: live is a file then too.
    let is_in_a_file = args.site.as_deref().is_some_and(|site| Ground::of(site) == Ground::File);
    let live = if is_in_a_file && args.on == SiteRole::Staging { LIVE_FILE } else { &plan.sites.live };
    let page = Page {
        plan,
        path: &path,
        intent: &intent,
        strategy,
        staging: named(SiteRole::Staging, &plan.sites.staging),
        live: named(SiteRole::Live, live),
        standing: checked.site.is_some().then_some(report),
        rehearsed,
        duties: duties(plan, &checked.opened.record),
        automatic,
        by_hand: (args.on, by_hand),
        reads_members: checked.site.as_ref().map(|site| site.reading.census.is_some()),
    };
    let text = runbook::html(&page).map_err(std::io::Error::other)?;
    file::save_text(&args.out, &text)?;
    writeln!(terminal.out, "wrote {}: open it in a browser, and print it", escape::path(&args.out))?;
    Ok(exit::OK)
}

/// Whether a page may be put there: over nothing, or over an earlier page.
fn ensure_may_be_written(path: &Path) -> Result<(), Failure> {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
    if ["md", "markdown", "pdf", "txt"].iter().any(|other| end.eq_ignore_ascii_case(other)) {
        let message = format!("the page is HTML, and `{}` is named as something else", path.display());
        return Err(
            Failure::new(exit::USAGE, message).help("let its name end in `.html`; a browser shows and prints it")
        );
    }
    let failed = |e: std::io::Error| Failure::file("read", path, &e);
    let name = path.file_name().unwrap_or_default();
    let earlier = match Folder::of(path).open(name, OpenOptions::new().read(true)) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        // A link, a pipe, a folder.
        Err(e) if e.kind() == ErrorKind::InvalidInput => false,
        Err(e) => return Err(failed(e)),
        Ok(file) => {
            let mut start = Vec::new();
            file.take(OPENING.len() as u64).read_to_end(&mut start).map_err(failed)?;
            start == OPENING.as_bytes()
        }
    };
    if earlier {
        return Ok(());
    }
    Err(Failure::new(
        exit::USAGE,
        format!("`{}` exists and is not a page that this command wrote, so it is not overwritten", path.display()),
    )
    .help("choose another name with `--out`, or move it away"))
}
