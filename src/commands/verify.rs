//! `plan verify`: the plan's contacts and everybody else, before and after the switch.

use crate::cli::{StatusFormat, Verify};
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::verify::{Verification, human, json};
use crate::project::Project;
use crate::reconcile::Verdict;
use crate::verify::{self, SideReading};

use super::looked_again::{self, line};
use super::{Terminal, check, members, tracked};

pub(super) fn run(args: &Verify, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let opened = Project::new(&args.plan, args.limits.into()).showing_personal(args.show_personal).open()?;
    if !opened.whole {
        let failure = Failure::new(exit::NOT_GREEN, "the plan cannot be read, so its contacts are not known");
        return Err(failure.help(format!(
            "`plan check {} --no-site` shows where it breaks",
            escape::shell(&args.plan.display().to_string())
        )));
    }
    if let Some(since) = &args.since {
        return looked_again::run(args, since, &opened, terminal);
    }
    let sides = args.before.as_deref().into_iter().chain([&*args.after]);
    let through = members::through(sides, &args.adapters.files, &opened.settings.site)?;
    let named = |name: &str| SideReading::named(name, Some(&opened.plan), through.as_ref());
    let before = args.before.as_deref().map(named).transpose()?;
    let after = named(&args.after)?;
    tracked::attend_to_populations(args.before.as_deref().into_iter().chain([&*args.after]), &opened.git, terminal)?;
    let comparison = verify::verify(&opened, before.as_ref(), &after)?;
    let notes = verify::notes(&opened, &after, &comparison);
    let path = opened.path.display().to_string();
    let verification = Verification {
        path: &path,
        before: before.as_ref().and_then(line),
        after: line(&after),
        comparison: &comparison,
        notes: &notes,
        show_personal: args.show_personal,
    };
    let mut text = Vec::new();
    match args.format {
        StatusFormat::Human => {
            let style = terminal.style(check::DRAWN);
            human::render(&verification, style, &mut text)?;
        }
        StatusFormat::Json => json::render(&verification, &mut text)?,
    }
    terminal.out.write_all(&text)?;
    Ok(match comparison.verdict() {
        Verdict::Equal => exit::OK,
        Verdict::Different => exit::NOT_VERIFIED,
        Verdict::Unproven => exit::NOT_GREEN,
    })
}
