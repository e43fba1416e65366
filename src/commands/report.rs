//! `plan report`: a page for people, for a reviewer or for the site's owner.

use jiff::Timestamp;

use crate::cli::{CheckFormat, Reader, Report, Tongue, Written};
use crate::failure::{Failure, exit};
use crate::guide::duties;
use crate::output::html::owner::{self, After, Before, Language, Rehearsed};
use crate::output::html::{self, Subject};
use crate::output::verify::Verification;
use crate::output::{Mode, SiteLine, concise, escape};
use crate::project::{Opened, Project};
use crate::verify::{self, SideReading};

use super::inputs::{self, Checked};
use super::run::certificate;
use super::run::shown_run;
use super::{Terminal, changes, members, reports, unjudged};

pub(super) fn run(args: &Report, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let page = Written { format: CheckFormat::Html, path: args.out.clone() };
    reports::ensure_may_be_written(std::slice::from_ref(&page))?;
    match args.reader {
        None => review(args, &page, terminal)?,
        Some(Reader::Owner) if args.after => after(args, &page, terminal)?,
        Some(Reader::Owner) => before(args, &page, terminal)?,
    }
    writeln!(terminal.out, "wrote {}: open it in a browser, and print it", escape::path(&args.out))?;
    Ok(exit::OK)
}

fn review(args: &Report, page: &Written<CheckFormat>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let checked = inputs::check(&args.plan, &args.judging)?;
    let path = checked.opened.path.display().to_string();
    let report = checked.report(&path);
    let changes = changes::of(&checked, &path, (None, None), None);
    let compared = args.compare.as_deref().map(|name| compared(args, name, &checked)).transpose()?;
    let verification = compared.as_ref().map(|(before, after, comparison, notes)| Verification {
        path: &path,
        before: before.as_ref().and_then(line),
        after: line(after),
        comparison,
        notes,
        show_personal: !terminal.masks,
    });
    let subject = Subject { report: &report, changes: changes.as_ref(), verification: verification.as_ref() };
    reports::write(page, terminal.masks, |out| html::render(&[subject], out))
}

/// Both sides with what came of comparing them.
type Compared = (Option<SideReading>, SideReading, crate::reconcile::Comparison, Vec<String>);

fn compared(args: &Report, name: &str, checked: &Checked) -> Result<Compared, Failure> {
    let opened = &checked.opened;
    if !opened.whole {
        return Err(not_whole());
    }
    let before = checked.site.as_ref().map(|site| site.line.name.as_str());
    let through =
        members::through(before.into_iter().chain([name]), &args.judging.adapters.files, &opened.settings.site)?;
    let named = |name: &str| SideReading::named(name, Some(&opened.plan), through.as_ref());
    let before = before.map(named).transpose()?;
    let after = named(name)?;
    let comparison = verify::verify(opened, before.as_ref(), &after)?;
    let notes = verify::notes(opened, &after, &comparison);
    Ok((before, after, comparison, notes))
}

fn line(side: &SideReading) -> Option<SiteLine> {
    Some(SiteLine::of(side.name.clone(), side.snapshot()?, Mode::Snapshot))
}

fn not_whole() -> Failure {
    Failure::new(exit::COULD_NOT_RUN, "the plan could not be read completely, so no page was made")
        .help("fix what is found, then make the page again")
}

fn before(args: &Report, page: &Written<CheckFormat>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let checked = inputs::check(&args.plan, &args.judging)?;
    let path = checked.opened.path.display().to_string();
    let report = checked.report(&path);
    if !checked.opened.whole {
        concise::render(&report, terminal.err)?;
        return Err(not_whole());
    }
    let (plan, record) = (&checked.opened.plan, &checked.opened.record);
    let duties = duties(plan, record);
    let live = [args.judging.reading.site.as_deref(), Some(&*plan.sites.live)];
    let aftercare = shown_run::aftercare(&args.plan, live.into_iter().flatten(), &checked.opened);
    let agreed = Before::agreed_now().and_then(|now| {
        let entry = record.said_done(owner::AGREED, now).next()?;
        Some((entry.who.clone(), entry.at.clone()))
    });
    let of = Before {
        report: &report,
        plan,
        census: checked.site.as_ref().and_then(|site| site.reading.census.as_ref()),
        switched: checked.is_live()
            && checked.site.as_ref().is_some_and(|site| site.reading.snapshot.state.is_managed()),
        duties: &duties,
        aftercare: aftercare.as_ref(),
        agreed,
        rehearsed: rehearsed(&checked.opened)?,
        today: today(),
        language: language(args.language),
    };
    reports::write(page, terminal.masks, |out| owner::before(&of, out))
}

/// What is known of a rehearsal; what nothing here proves counts as none.
fn rehearsed(opened: &Opened) -> Result<Rehearsed, Failure> {
    let kept = certificate::kept(&opened.path)?.filter(|kept| kept.ensure_proven(&opened.settings.seal.keys).is_ok());
    Ok(kept.map_or(Rehearsed::Never, |kept| Rehearsed::Took {
        seconds: kept.certificate.seconds(),
        of_this: kept.certificate.is_of(&opened.plan),
    }))
}

fn after(args: &Report, page: &Written<CheckFormat>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let opened = Project::new(&args.plan, args.judging.limits.into()).open()?;
    if !opened.whole {
        return Err(unjudged::unread(&opened, terminal)?);
    }
    let site = args.judging.reading.site.as_deref().unwrap_or(&opened.plan.sites.live);
    let journal = shown_run::journal(&args.plan, site)?;
    let aftercare = shown_run::aftercare(&args.plan, [site], &opened);
    let path = args.plan.display().to_string();
    let of = After {
        plan: &opened.plan,
        path: &path,
        record: &opened.record,
        journal,
        aftercare: aftercare.as_ref(),
        command: format!("plan log {} --site {}", escape::shell(&path), escape::shell(site)),
        today: today(),
        language: language(args.language),
    };
    reports::write(page, terminal.masks, |out| owner::after(&of, out))
}

fn language(tongue: Tongue) -> Language {
    match tongue {
        Tongue::En => Language::English,
        Tongue::De => Language::German,
    }
}

fn today() -> String {
    Timestamp::now().to_string().get(..10).unwrap_or_default().to_owned()
}
