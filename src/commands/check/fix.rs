//! `plan check --fix`: what findings offer, written into the plan. Each edit was read again before it counts, and the file is replaced whole.

use crate::cli::Check;
use crate::commands::inputs::Checked;
use crate::commands::{Terminal, rewritten};
use crate::diag::{Document, Finding, Remedy};
use crate::failure::{Failure, exit};
use crate::output::{diff, escape};
use crate::text::{Correction, Limits, Source, Uncorrected, corrected_each};

use super::{Plan, judged, shown_text};

/// What shows what would be written.
const SEE: &str = "--fix --diff";

/// Corrections of one plan at once.
const MOST: usize = 200;

/// Bytes that may be read for them: where they depend on each other each reads the whole text.
const READ: usize = 2 << 30;

/// Writes what the findings of these plans offer, or shows what would be written.
/// Each plan's judgement as it is then: judged again where it was written.
pub(super) fn fix(plans: Vec<Plan>, args: &Check, terminal: &mut Terminal<'_>) -> Result<Vec<Checked>, Failure> {
    // Where one cannot be written none is.
    plans.iter().filter(|_| !args.diff).try_for_each(ensure_may_be_written)?;
    let made = plans.into_iter().map(|plan| {
        let checked = judged(plan.clone(), &args.judging)?;
        let is_written = of_one(&plan, &checked, args, terminal)?;
        Ok((checked, is_written.then_some(plan)))
    });
    // No verdict is of a plan that another one's fix came after: all are written first.
    let made = made.collect::<Result<Vec<_>, Failure>>()?.into_iter();
    made.map(|(checked, written)| written.map_or(Ok(checked), |plan| judged(plan, &args.judging))).collect()
}

/// One round: what `--diff` shows is what would be written, and a choice that follows from a choice is not made unseen. Whether
/// the plan was written.
fn of_one(plan: &Plan, checked: &Checked, args: &Check, terminal: &mut Terminal<'_>) -> Result<bool, Failure> {
    let (limits, path) = (Limits::from(args.judging.limits), plan.path());
    let shown = escape::path(path);
    let before = &checked.opened.sources.text(Document::Plan).source;
    let made = Made::of(checked, args.unsafe_fixes, &limits);
    if args.diff {
        show(before, &made.text, args, terminal)?;
    } else if !made.done.is_empty() {
        rewritten::put(path, before.text(), &made.text, (&limits, SEE))?;
        for (line, title) in &made.done {
            writeln!(terminal.notes(), "{shown}:{line}: {}", escape::line(title))?;
        }
    }
    for (rule, why) in &made.left {
        writeln!(terminal.err, "attention: {shown}: `{rule}` is not fixed: {why}")?;
    }
    let did = if args.diff { "would be written" } else { "written" };
    let more = match made.more {
        0 => String::new(),
        more => {
            format!("; {more} more {}: run this again for them", if args.diff { "would follow" } else { "are left" })
        }
    };
    let choices = match made.choices {
        0 => String::new(),
        more => format!("; {more} more with `--unsafe-fixes`: they are choices, so look at them with `--diff` first"),
    };
    writeln!(terminal.notes(), "{shown}: {} {did}{more}{choices}", many_fixes(made.done.len()))?;
    Ok(!args.diff && !made.done.is_empty())
}

fn many_fixes(count: usize) -> String {
    if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") }
}

/// A plan's text with corrections made.
struct Made {
    text: String,
    /// What was corrected: the line before it, and in words.
    done: Vec<(usize, String)>,
    /// What was not, and why.
    left: Vec<(String, Uncorrected)>,
    /// How many there was no room for.
    more: usize,
    /// How many are choices, and nobody asked for those.
    choices: usize,
}

impl Made {
    /// One after the other, each in the text that those before it left.
    fn of(checked: &Checked, chooses: bool, limits: &Limits) -> Self {
        let sources = &checked.opened.sources;
        let text = sources.text(Document::Plan).source.text().to_owned();
        let mut made = Self { text, done: Vec::new(), left: Vec::new(), more: 0, choices: 0 };
        let offered = checked.judgement.findings.iter().filter_map(|finding| Some((finding, finding.offered()?)));
        let (wanted, choices): (Vec<_>, Vec<_>) =
            offered.partition(|(_, remedy): &(&Finding, &Remedy)| remedy.is_safe() || chooses);
        let most = (READ / made.text.len().max(1)).clamp(1, MOST);
        (made.more, made.choices) = (wanted.len().saturating_sub(most), choices.len());
        let wanted = &wanted[..wanted.len() - made.more];
        let groups: Vec<&[Correction]> = wanted.iter().map(|(_, remedy)| &remedy.corrections[..]).collect();
        let (text, each) = corrected_each(&made.text, &groups, limits);
        made.text = text;
        for ((finding, remedy), was_made) in wanted.iter().zip(each) {
            match was_made {
                Ok(()) => made.done.push((sources.spot(&finding.primary.place).start.line, remedy.title.clone())),
                Err(why) => made.left.push((finding.rule.clone(), why)),
            }
        }
        made.done.sort();
        made
    }
}

/// Shows what would be written, with what is personal masked on both sides.
fn show(before: &Source, after: &str, args: &Check, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let limits = Limits::from(args.judging.limits);
    let shown = |text: &str| shown_text(text, &limits, args.judging.show_personal);
    let lines = diff::lines_between(&shown(before.text()), &shown(after));
    if !lines.is_empty() {
        let name = escape::line(before.name());
        writeln!(terminal.out, "--- {name}\n+++ {name}")?;
        lines.iter().try_for_each(|line| writeln!(terminal.out, "{}", escape::line(line)))?;
        writeln!(terminal.out)?;
    }
    Ok(())
}

fn ensure_may_be_written(plan: &Plan) -> Result<(), Failure> {
    let Plan::At(path) = plan else {
        let message = "what came by standard input cannot be written back";
        return Err(
            Failure::new(exit::USAGE, message).help("name the file, or see what would be written with `--fix --diff`")
        );
    };
    rewritten::ensure_may_be_written(path, SEE)
}
