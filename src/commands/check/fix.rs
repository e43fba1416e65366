//! `plan check --fix`: what findings offer, written into the plan. Each edit was read again before it counts, and the file is replaced whole.

use std::path::Path;

use crate::cli::Check;
use crate::commands::Terminal;
use crate::commands::inputs::Checked;
use crate::diag::{Document, Finding, Remedy};
use crate::failure::{Failure, exit};
use crate::fs::{self, Readers};
use crate::output::{diff, escape};
use crate::text::{Correction, Limits, Source, Uncorrected, corrected_each};

use super::{Plan, judged, shown_text};

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
        put(path, before.text(), &made.text, &limits)?;
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
    let seen = std::fs::symlink_metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    let stays = |why: &str, help: &str| {
        Err(Failure::new(exit::COULD_NOT_RUN, format!("`{}` stays as it is: {why}", path.display())).help(help))
    };
    if seen.is_file() && seen.permissions().readonly() {
        return stays("it is read-only", "make it writable first, or see what would be written with `--fix --diff`");
    }
    if seen.is_file() && names_of(&seen) > 1 {
        let why = "it has more than one name (hard links), and would be another file under the others afterwards";
        return stays(why, "copy it to a file of its own, or see what would be written with `--fix --diff`");
    }
    Ok(())
}

#[cfg(unix)]
fn names_of(seen: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(seen)
}

#[cfg(not(unix))]
fn names_of(_: &std::fs::Metadata) -> u64 {
    1
}

/// Puts a plan's text in the place of the one that was judged, if that is still there.
fn put(path: &Path, before: &str, after: &str, limits: &Limits) -> Result<(), Failure> {
    ensure_may_be_written(&Plan::At(path.to_owned()))?;
    let now = fs::read(path, limits.bytes as u64 + 1).map_err(|error| Failure::file("read", path, &error))?;
    if now != before.as_bytes() {
        let message = format!("`{}` stays as it is: it was changed while it was judged", path.display());
        return Err(Failure::new(exit::COULD_NOT_RUN, message).help("run this again"));
    }
    fs::put(path, after.as_bytes(), Readers::All).map_err(|error| {
        // A disk can fail when the file is in its place already.
        let is_in_place = fs::read(path, limits.bytes as u64 + 1).is_ok_and(|now| now == after.as_bytes());
        match is_in_place {
            true => {
                let message = format!("`{}` was written, but the disk does not confirm it: {error}", path.display());
                Failure::new(exit::COULD_NOT_RUN, message).help("look at the file, and run this again")
            }
            false => Failure::file("write", path, &error),
        }
    })
}
