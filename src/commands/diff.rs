//! `plan diff`: before and after, object by object, with the digest that `apply` takes.

use std::io::{self, ErrorKind, Write};

use crate::apply::{confirmation, ensure_state_own, state_folder};
use crate::cli::{Diff, DiffFormat};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::output::diff::{self, Next, OpenRun};
use crate::output::escape::shell;
use crate::output::html::{self, Subject};
use crate::output::human::Style;
use crate::output::{Mode, escape};
use crate::rules::Phase;
use crate::trust::Key;

use super::inputs::{self, Checked};
use super::run::previous_run;
use super::since;
use super::{Terminal, changes, check, lifted, reports, tracked};

pub(super) fn run(args: &Diff, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if args.judging.reading.no_site {
        return Err(Failure::new(exit::USAGE, "without a site there is no before and after to show").help(
            "name the site with `--site SITE`, or a recording of it with `--snapshot FILE`; `plan check PLAN --no-site` judges the \
             plan alone",
        ));
    }
    reports::ensure_may_be_written(&args.output)?;
    let checked = inputs::check(&args.plan, &args.judging)?;
    let path = checked.opened.path.display().to_string();
    // A run can begin without the members where somebody accepts that by name; it is confirmed like any other.
    let green = checked.may_go_on(true);
    let (refused, open) = (refused(&checked, args.judging.on), open_run(&checked));
    let confirmable = refused.is_none();
    let since = args.since.as_deref().map(|review| since::since(review, &checked, args)).transpose()?;
    let Some(changes) = changes::of(&checked, &path, (refused, open), since) else {
        let report = checked.report(&path);
        crate::output::concise::render(&report, terminal.err)?;
        return Err(Failure::new(exit::NOT_GREEN, "the plan cannot be read, so there is nothing to compare"));
    };
    let report = checked.report(&path);
    let shown = |format: DiffFormat, style: Style, out: &mut dyn Write| match format {
        DiffFormat::Human => diff::human::render(&changes, style, out),
        DiffFormat::Json => diff::json::render(&changes, out),
        DiffFormat::Markdown => diff::markdown::render(&changes, &report, out),
        DiffFormat::Html => {
            html::render(&[Subject { report: &report, changes: Some(&changes), verification: None }], out)
        }
    };
    shown(args.format, terminal.style(check::DRAWN), terminal.out)?;
    for written in &args.output {
        let style = reports::style(check::DRAWN);
        reports::write(written, terminal.masks, |out| shown(written.format, style, out))?;
    }
    tracked::attend_to_left_open(&checked.members_files, checked.addresses(), &checked.opened.git, terminal)?;
    lifted::attend_to([&checked.opened.settings], terminal.err)?;
    checked.attend_to_guided(terminal.err)?;
    for weaker in changes.since.iter().flat_map(|since| since.weaker()) {
        writeln!(terminal.err, "attention: {}", escape::line(&weaker))?;
    }
    if args.format != DiffFormat::Markdown {
        checked.attend_to_age(terminal.err)?;
    }
    let by_flag = args.judging.adapters.files.first().filter(|_| checked.opened.settings.site.names_no_adapter());
    if let Some(name) = by_flag.and_then(|adapter| adapter.file_name()) {
        let name = escape::line(&name.to_string_lossy());
        let settings = escape::path(checked.opened.settings.site.file());
        writeln!(
            terminal.err,
            "attention: a run takes no `--adapter`, and reads members by what {settings} names; it names nothing yet. Put the adapter \
             beside it, and write `adapter = \"{name}\"` under `[site]`"
        )?;
    }
    let by_flag = args.judging.live.as_deref().filter(|_| confirmable && checked.opened.settings.site.names_no_live());
    if let Some(name) = by_flag {
        let name = escape::line(name);
        let settings = escape::path(checked.opened.settings.site.file());
        writeln!(
            terminal.err,
            "attention: a run takes no `--live`, and compares the copy with what {settings} names; it names nothing yet. \
             Write `live = \"{name}\"` under `[site]`, a file by its path from that file's folder"
        )?;
    }
    // What was shown while it was red was not shown as something to carry out, and what nobody could read was not shown.
    let shown = terminal.is_shown();
    if let Some(confirmation) = (confirmable && green && shown).then(|| checked.confirmation()).flatten() {
        let plan = &checked.opened.path;
        ensure_state_own(&state_folder(plan), &checked.opened.git)?;
        let is_denied = |e: &io::Error| matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
        let failed = |e: &io::Error| Failure::file("write the confirmation beside", plan, e);
        let kept = match Key::find_or_make() {
            Ok(key) => match confirmation::write(plan, &key, &confirmation) {
                // A link in its place, or a disk that is full, is no checkout that nobody may write to.
                Err(error) if !is_denied(&error) => return Err(failed(&error)),
                written => written.map_err(|error| failed(&error)),
            },
            Err(why) => Err(why),
        };
        if let Err(why) = kept {
            // All was shown, as from a checkout that nobody may write to; `apply` refuses what is not confirmed.
            let why = escape::line(&why.message);
            writeln!(
                terminal.err,
                "attention: {why}, so `apply` will not take this digest as confirmed; run this again where files can be written"
            )?;
        }
    }
    let code = if args.exit_code && !changes.is_empty() { exit::NOT_GREEN } else { exit::OK };
    checked.leave();
    Ok(code)
}

/// What keeps `apply` from taking what is shown: it never takes a recording, and judges by one gate.
fn refused(checked: &Checked, on: SiteRole) -> Option<Next> {
    let site = checked.site.as_ref()?;
    let plan = shell(&checked.opened.path.display().to_string());
    let (live, staging) = (on == SiteRole::Live, &checked.opened.plan.sites.staging);
    let (why, name, place) = if site.line.mode != Mode::Live {
        let name = if live { &checked.opened.plan.sites.live } else { staging };
        (
            "nothing can be carried out on a recording; for the diff of the site itself",
            name,
            if live { " --on live" } else { "" },
        )
    } else if live && !checked.is_live() {
        ("this is not the plan's live site; for its diff as the staging copy", &site.line.name, "")
    } else if checked.gate != Phase::Configure {
        (
            "`apply` always judges at the gate `configure`; for that diff",
            &site.line.name,
            if live { " --on live" } else { "" },
        )
    } else {
        return None;
    };
    Some(Next::new(why, format!("plan diff {plan} --site {}{place}", shell(name))))
}

/// What the run that is open on the site means for a new one.
fn open_run(checked: &Checked) -> Option<OpenRun> {
    let site = checked.site.as_ref().filter(|site| site.line.mode == Mode::Live)?;
    previous_run::open_run(checked, &site.line.name)
}
