//! `plan survey`: asks a person for what no reading of the site gives, screen by screen.

pub(super) mod ask;
mod look;
pub(super) mod recorded;
mod sheets;

use std::collections::BTreeSet;

use crate::cli::{StatusFormat, Survey};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::output::escape;
use crate::output::survey::{Document, Listed, asks, indented};
use crate::rules::how_to_find;
use crate::survey::{Question, Screen};

use super::record::said::ensure_person_known;
use super::run::begun_by::begun_by;
use super::{Terminal, interrupt, may_ask};
use ask::{Asking, Turn};
use look::Look;

/// The rules that name what a site has and a plan does not.
const NOT_IN_PLAN: [&str; 4] =
    ["offering-not-in-plan", "order-form-not-in-plan", "opt-in-form-not-in-plan", "webhook-not-in-plan"];

pub(super) fn run(args: &Survey, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let look = Look::now(args, args.renew)?;
    match (&args.sheets, &args.read) {
        (Some(into), _) => return sheets::write(args, &look, into, terminal),
        (None, Some(from)) => return sheets::read(args, &look, from, terminal),
        (None, None) => {}
    }
    if let Some(who) = &args.who {
        ensure_person_known(who, &look.checked.opened.plan)?;
    }
    if !may_ask(args.no_input) || args.format == StatusFormat::Json {
        return list(args, &look, terminal);
    }
    let who = &named(args)?;
    ensure_person_known(who, &look.checked.opened.plan)?;
    interrupt::ctrl_c();
    let ended = talk(args, who, look, terminal);
    match ended {
        Err(failure) if failure.code == exit::INTERRUPTED => {
            let message = "interrupted: the screens that were answered are recorded";
            Err(Failure::new(exit::INTERRUPTED, message).help(format!("go on with `{}`", again(args))))
        }
        ended => ended,
    }
}

/// Who looks at the screens: whoever is named, else who began the run that is under way.
fn named(args: &Survey) -> Result<String, Failure> {
    args.who.clone().or_else(|| begun_by(&args.plan)).ok_or_else(|| {
        let failure = Failure::new(exit::USAGE, "it is not known who looks at the screens");
        failure.help(format!("name one of the plan's people: `{}`", again(args)))
    })
}

/// The command line that goes on.
fn again(args: &Survey) -> String {
    asks(&args.plan.display().to_string(), &args.site, args.on == SiteRole::Live)
}

/// What would be asked.
fn list(args: &Survey, look: &Look, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let screens = look.screens();
    let beyond = look.asked.beyond.iter().map(String::as_str).collect();
    let listed = Listed::new(look.site.to_string(), &screens, beyond, look.void());
    match args.format {
        StatusFormat::Human => write!(terminal.out, "{}", listed.human(&again(args), terminal.width))?,
        StatusFormat::Json => escape::json(&Document::Listed(listed), terminal.out)?,
    }
    Ok(if screens.is_empty() && look.asked.beyond.is_empty() { exit::OK } else { exit::NOT_GREEN })
}

/// Asks screen by screen until nothing is lacking that was not asked, or the person ends it.
fn talk(args: &Survey, who: &str, mut look: Look, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    for void in look.void() {
        writeln!(terminal.out, "void: {}", escape::line(&void))?;
    }
    let (mut offered, mut recorded, mut goes_on) = (BTreeSet::new(), 0, true);
    while goes_on {
        let screens = not_yet(look.screens(), &offered);
        if screens.is_empty() {
            break;
        }
        let of = screens.len();
        for (index, screen) in screens.into_iter().enumerate() {
            offered.extend(screen.questions.iter().map(name));
            offered.extend(screen.list.iter().map(|_| screen.kind.name().to_owned()));
            let mut asking = Asking { looking: look.looking(who)?, terminal };
            match asking.screen(screen, (index + 1, of))? {
                Turn::Recorded(facts) => recorded += facts,
                Turn::NotNow => {}
                Turn::End => {
                    goes_on = false;
                    break;
                }
            }
        }
        // What was just recorded may ask for more; what was renewed is not lacking any longer.
        look = Look::now(args, None)?;
    }
    end(args, &look, recorded, terminal)
}

/// What is asked, by name: more of it is another question.
fn name(question: &Question) -> String {
    let more = if question.in_part.is_some() { " in full" } else { "" };
    format!("{}: {}{more}", question.on, question.field)
}

/// The screens without what was offered in this session already.
fn not_yet(screens: Vec<Screen>, offered: &BTreeSet<String>) -> Vec<Screen> {
    let mut left = screens;
    for screen in &mut left {
        screen.list = screen.list.take().filter(|_| !offered.contains(screen.kind.name()));
        screen.questions.retain(|question| !offered.contains(&name(question)));
    }
    left.retain(|screen| screen.list.is_some() || !screen.questions.is_empty());
    left
}

/// What was recorded, and what is lacking still.
fn end(args: &Survey, look: &Look, recorded: usize, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    writeln!(terminal.out)?;
    if recorded > 0 {
        writeln!(terminal.out, "recorded {}, valid for 14 days", many(recorded, "fact"))?;
    }
    let plan = escape::shell(&args.plan.display().to_string());
    for fact in &look.asked.beyond {
        writeln!(terminal.out, "`{}` cannot be asked for: take another reading that shows it", escape::line(fact))?;
        if let Some(how) = how_to_find(fact) {
            writeln!(terminal.out, "{}", indented(how, "  ", terminal.width))?;
        }
    }
    let lacks = look.checked.judgement.findings.iter().filter(|found| NOT_IN_PLAN.contains(&&*found.rule)).count();
    if lacks > 0 {
        writeln!(
            terminal.out,
            "the plan lacks {} that the site has: write each into it, or under `leave_alone` (docs/plan-file.md); `plan check {plan} --site {}` names \
             what is missing. What the plan then says of it may need more facts: run `{}` once more",
            many(lacks, "object"),
            escape::shell(&args.site),
            again(args)
        )?;
    }
    if look.asked.is_empty() {
        let on = if args.on == SiteRole::Live { " --on live" } else { "" };
        let site = escape::shell(&args.site);
        writeln!(terminal.out, "nothing is left to ask: `plan check {plan} --site {site}{on}` judges it")?;
    } else {
        let lacking = many(look.asked.count(), "fact");
        writeln!(terminal.out, "still lacking: {lacking}; go on with `{}`", again(args))?;
    }
    Ok(if look.asked.is_empty() && look.asked.beyond.is_empty() { exit::OK } else { exit::NOT_GREEN })
}
