//! `plan verify --since`: a site after the switch, compared with how the run left it.

use jiff::Timestamp;

use crate::cli::{StatusFormat, Verify};
use crate::failure::{Failure, exit};
use crate::journey::Released;
use crate::model::record::{Evidence, LookResult, LookedAgain};
use crate::output::since::{self, Moved, human, json};
use crate::output::{Mode, SiteLine, escape};
use crate::project::Opened;
use crate::project::record::path_of;
use crate::reconcile::Verdict;
use crate::verify::{self, Looked, SideReading};

use super::owed::list;
use super::record::said::{append_here, ensure_person_known};
use super::run::kept_at_end;
use super::{Terminal, check, members, tracked};

/// The name of the reading that a run kept.
const RUN: &str = "run";

pub(super) fn run(args: &Verify, since: &str, opened: &Opened, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(who) = &args.who {
        ensure_person_known(who, &opened.plan)?;
    }
    let released = args.released.as_deref().map_or_else(|| Ok(Released::new()), list::released)?;
    let own = Some(since).filter(|since| *since != RUN);
    let through = members::through(own.into_iter().chain([&*args.after]), &args.adapters.files, &opened.settings.site)?;
    tracked::attend_to_populations(own.into_iter().chain([&*args.after]), &opened.git, terminal)?;
    let named = |name: &str| SideReading::named(name, Some(&opened.plan), through.as_ref());
    let earlier = match own {
        Some(file) => named(file)?,
        None => kept_at_end::reading(&args.plan, &sites(opened, &args.after))?,
    };
    let later = named(&args.after)?;
    let Looked { since: moved_since, unproven, days } = verify::look(opened, (&earlier, &later), released)?;
    let (path, notes) = (opened.path.display().to_string(), verify::notes_of_age(opened, &later));
    let moved = Moved {
        path: &path,
        earlier: line(&earlier),
        later: line(&later),
        days,
        since: moved_since.as_ref(),
        unproven: &unproven,
        notes: &notes,
        show_personal: args.show_personal,
    };
    let mut text = Vec::new();
    match args.format {
        StatusFormat::Human => human::render(&moved, terminal.style(check::DRAWN), &mut text)?,
        StatusFormat::Json => json::render(&moved, &mut text)?,
    }
    terminal.out.write_all(&text)?;
    let verdict = moved.verdict();
    if let Some(who) = &args.who {
        let says = since::line(moved_since.as_ref(), &unproven);
        put(args, (who, verdict, says), (&earlier, &later), terminal)?;
    }
    Ok(match verdict {
        Verdict::Equal => exit::OK,
        Verdict::Different => exit::NOT_VERIFIED,
        Verdict::Unproven => exit::NOT_GREEN,
    })
}

/// What was read, in a line.
pub(super) fn line(side: &SideReading) -> Option<SiteLine> {
    Some(SiteLine::of(side.name.clone(), side.snapshot()?, Mode::Snapshot))
}

/// The names by which a run can have had its site: the one that is compared now, and the plan's own.
fn sites<'a>(opened: &'a Opened, after: &'a str) -> Vec<&'a str> {
    [after, opened.plan.sites.live.as_str()].into_iter().filter(|site| !site.is_empty()).collect()
}

/// Puts the result on record.
fn put(
    args: &Verify,
    (who, verdict, says): (&str, Verdict, String),
    (earlier, later): (&SideReading, &SideReading),
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let digest = |side: &SideReading| side.snapshot().map(|snapshot| snapshot.sha256.clone()).unwrap_or_default();
    let result = match verdict {
        Verdict::Equal => LookResult::AsExpected,
        Verdict::Different => LookResult::Red,
        Verdict::Unproven => LookResult::Unproven,
    };
    let readings = [digest(earlier), digest(later)];
    let evidence = Evidence::LookedAgain(LookedAgain { host: later.site().clone(), readings, result, says });
    let path = path_of(&args.plan);
    append_here(&path, who, Timestamp::now(), &evidence)?;
    Ok(writeln!(terminal.err, "recorded in {}: what came of looking again", escape::path(&path))?)
}
