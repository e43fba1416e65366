//! The diff as a comment for a pull request: what somebody with thirty seconds has to know in its first three lines, then what is
//! dangerous, what people have to do, what is wrong, and every change as far as there is room. Digest and command close it, whole.

mod head;
mod tail;

use std::io::{self, Write};

use crate::change::Change;
use crate::diag::{Finding, Severity};
use crate::model::Kind;
use crate::model::text::many;
use crate::output::{Report, escape};
use crate::site::Executor;
use crate::text::masked;

use super::danger::Danger;
use super::hunk::Hunks;
use super::page::{Block, MOST, alike, clipped, clipped_at, fitting, length, quoted, shape};
use super::shapes::{self, Delta, FEWEST, Group};
use super::{Changes, counts, danger, decisions, sides, verb, work};

/// How the first line begins, which is not shown.
pub const MARK: &str = "<!-- plan diff: ";

/// Lines of a diff that stands open.
const SMALL: usize = 14;

/// Lines of a diff that are shown at all.
const LARGE: usize = 60;

/// Diffs that stand open; the others are folded.
const OPEN: usize = 25;

/// Fewest findings of one rule, dangers or duties of one shape, that are shown as one.
const ALIKE: usize = 4;

/// Characters that a folded list has at the least.
const LIST: usize = 1_000;

/// Writes the comment.
pub fn render(changes: &Changes<'_>, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { changes, report, ink: Ink { shows_people: report.show_personal } };
    let head = head::head(&page);
    let tail = tail::tail(&page, MOST.saturating_sub(length(&head)));
    let room = MOST.saturating_sub(length(&head) + length(&tail));
    let share = |percent: usize| room * percent / 100;
    let first =
        [page.since(share(10)), page.dangers(share(15)), page.people(share(15)), page.findings(share(20))].concat();
    let decided = page.decided(share(10));
    let left = room.saturating_sub(length(&first) + length(&decided));
    write!(out, "{head}{first}{}{decided}{tail}", page.objects(left))
}

/// What a comment is made from.
struct Page<'a> {
    changes: &'a Changes<'a>,
    report: &'a Report<'a>,
    ink: Ink,
}

/// How a text of a plan or a site is written: without anybody's address, cut where it is long, and inert.
struct Ink {
    shows_people: bool,
}

impl Ink {
    fn shown(&self, text: &str) -> String {
        clipped(&masked(text, self.shows_people))
    }

    fn code(&self, text: &str) -> String {
        escape::code(&self.shown(text))
    }

    /// In the summary of a fold.
    fn html(&self, text: &str) -> String {
        escape::html_code(&self.shown(text))
    }

    fn html_prose(&self, text: &str) -> String {
        escape::html_prose(&self.shown(text))
    }

    fn prose(&self, text: &str) -> String {
        escape::prose(&clipped_at(&masked(text, self.shows_people), 600))
    }
}

/// A fold with its summary, which is HTML.
fn fold(summary: &str, inside: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{inside}\n</details>\n\n")
}

/// Lines of a list, as blocks.
fn bullets(lines: impl IntoIterator<Item = String>) -> Vec<Block> {
    lines.into_iter().map(|line| Block::one(format!("- {line}\n"))).collect()
}

impl Page<'_> {
    /// A command of this program about this plan, which shows what there was no room for.
    fn by(&self, verb: &str, with_site: bool, flags: &str) -> String {
        let (path, site) = (escape::shell(self.changes.path), escape::shell(self.changes.site));
        let site = if with_site { format!(" --site {site}") } else { String::new() };
        let command = format!("plan {verb} {path}{site}{flags}");
        let short = length(&command) <= 200;
        escape::code(&if short {
            masked(&command, self.ink.shows_people).into_owned()
        } else {
            format!("plan {verb}{flags}")
        })
    }

    /// What changed since the review that was named; its sums stand in the third line.
    fn since(&self, room: usize) -> String {
        let Some(since) = &self.changes.since else { return String::new() };
        let parts = since.parts();
        let lines = parts
            .iter()
            .flat_map(|(place, differs)| differs.lines().iter().map(move |line| format!("{place}: {line}")));
        let blocks = bullets(lines.map(|line| self.ink.prose(&line)));
        if blocks.is_empty() {
            return String::new();
        }
        let rest = |more| format!("- and {more} more: {}\n", self.by("diff", true, " --since REVIEW"));
        let title = format!("#### Changed since {}\n\n", self.ink.code(&since.review));
        let list = fitting(&blocks, room.saturating_sub(length(&title) + 1), rest);
        format!("{title}{list}\n")
    }

    fn dangers(&self, room: usize) -> String {
        let rest = |more| format!("- and {more} more: {}\n", self.by("diff", true, " --format json"));
        let alike = alike(danger::all(self.changes), |danger| (danger.stake, shape(&danger.what)));
        let each = (room / (alike.len() + 1)).max(LIST);
        let blocks = alike.iter().flat_map(|group| {
            let stake = group[0].stake.name();
            if group.len() < ALIKE {
                return bullets(group.iter().map(|danger| {
                    let counted = danger.counted().map_or_else(String::new, |counted| format!(" · {counted}"));
                    format!("**{stake}**{counted} · {}", self.ink.prose(&danger.what))
                }));
            }
            let together = Danger::counted_together(group).map_or_else(String::new, |counted| format!(" · {counted}"));
            let lines = group.iter().map(|danger| {
                let counted = danger.counted().filter(|_| danger.is_counted());
                format!(
                    "{}{}",
                    self.about(&danger.what),
                    counted.map_or_else(String::new, |counted| format!(" · {counted}"))
                )
            });
            let summary =
                format!("{stake}{together} · {} × {}", group.len(), self.ink.html_prose(&shape(&group[0].what)));
            self.folded(&summary, &bullets(lines), each, &rest)
        });
        section("What is dangerous", &blocks.collect::<Vec<_>>(), room, rest)
    }

    fn people(&self, room: usize) -> String {
        let mut title = "What people have to do".to_owned();
        if let Some(unknown) = super::not_compared(self.changes) {
            title = format!("{title}\n\n**Attention:** {unknown}");
        }
        let rest = |more| format!("- and {more} more: {}\n", self.by("runbook", false, " --out runbook.html"));
        let alike = alike(work::of_people(self.changes), |line| shape(line));
        let each = (room / (alike.len() + 1)).max(LIST);
        let blocks = alike.iter().flat_map(|group| {
            if group.len() < ALIKE {
                return bullets(group.iter().map(|line| self.ink.prose(line)));
            }
            let summary = format!("{} × {}", group.len(), self.ink.html_prose(&shape(&group[0])));
            self.folded(&summary, &bullets(group.iter().map(|line| self.about(line))), each, &rest)
        });
        section(&title, &blocks.collect::<Vec<_>>(), room, rest)
    }

    /// What a sentence is about, which many have in common.
    fn about(&self, sentence: &str) -> String {
        let quoted = quoted(sentence);
        if quoted.is_empty() {
            return self.ink.prose(sentence);
        }
        quoted.iter().map(|word| self.ink.code(word)).collect::<Vec<_>>().join(", ")
    }

    /// Many things that are alike, in a fold.
    fn folded(&self, summary: &str, lines: &[Block], room: usize, rest: &dyn Fn(usize) -> String) -> Vec<Block> {
        let list = fitting(lines, room.saturating_sub(length(summary)), rest);
        Vec::from([Block { text: format!("\n{}", fold(summary, &list)), shows: lines.len() }])
    }

    /// Why the plan is not green, and what nobody has to fix but everybody should have read: by severity, those of one rule together.
    fn findings(&self, room: usize) -> String {
        let mut found: Vec<(usize, &str, String)> = Vec::new();
        for (finding, spot) in self.report.sorted().into_iter().filter(|(finding, _)| finding.due) {
            let line = format!("line {}: {}", spot.start.line, self.ink.prose(&finding.message));
            found.push((rank(finding), &finding.rule, line));
        }
        for (finding, coming, spot) in self.report.coming() {
            let message = self.ink.prose(&format!("at {}: {}", coming.message(), finding.message));
            found.push((COMING, &finding.rule, format!("line {}, {message}", spot.start.line)));
        }
        // Stable: of one rule in the order of the text.
        found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let rest = |more| format!("- and {more} more: {}\n", self.by("check", true, ""));
        let alike: Vec<&[(usize, &str, String)]> = found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
        let blocks = alike.iter().flat_map(|group| {
            let (rank, rule, _) = &group[0];
            let word = WORDS[*rank];
            if group.len() < ALIKE {
                return bullets(
                    group.iter().map(|(_, _, line)| format!("**{word}** {} · {line}", self.ink.code(rule))),
                );
            }
            let lines = bullets(group.iter().map(|(_, _, line)| line.clone()));
            let summary = format!("{} of {}", counted(group.len(), word), self.ink.html(rule));
            self.folded(&summary, &lines, (room / alike.len()).max(LIST), &rest)
        });
        let blocks: Vec<Block> = blocks.collect();
        let count = |rank: usize| found.iter().filter(|(of, ..)| *of == rank).count();
        let counted = (0..WORDS.len()).filter(|rank| count(*rank) > 0).map(|rank| counted(count(rank), WORDS[rank]));
        section(&format!("Findings: {}", counted.collect::<Vec<_>>().join(", ")), &blocks, room, rest)
    }

    /// What people decided and vouch for, which no object shows.
    fn decided(&self, room: usize) -> String {
        let lines = decisions::all(self.changes);
        if lines.is_empty() {
            return String::new();
        }
        let summary = format!("Decided and attested ({})", lines.len());
        let rest = |more| format!("- and {more} more: {}\n", self.by("diff", true, " --format json"));
        let blocks = bullets(lines.iter().map(|line| self.ink.prose(line)));
        fold(&summary, &fitting(&blocks, room.saturating_sub(length(&fold(&summary, ""))), rest))
    }

    /// Every change, by kind and shape.
    fn objects(&self, room: usize) -> String {
        let total = self.changes.list.len();
        if total == 0 {
            return String::new();
        }
        let kinds = shapes::by_kind(&self.changes.list);
        let shapes: usize = kinds.values().map(Vec::len).sum();
        let mut open = OPEN;
        let blocks = kinds.iter().flat_map(|(kind, groups)| {
            groups
                .iter()
                .flat_map(|group| self.group(*kind, group, (room / shapes).max(1_200), &mut open))
                .collect::<Vec<_>>()
        });
        let rest = |more| format!("**And {}**: {}\n\n", many(more, "more change"), self.by("diff", true, ""));
        section(
            &format!("{}: {}", many(total, "change"), counts(self.changes)),
            &blocks.collect::<Vec<_>>(),
            room,
            rest,
        )
    }

    fn group(&self, kind: Kind, group: &Group<'_>, room: usize, open: &mut usize) -> Vec<Block> {
        if group.changes.len() < FEWEST {
            return group.changes.iter().map(|change| Block::one(self.object(change, group.executor, open))).collect();
        }
        let deltas: Vec<String> = group.deltas.iter().take(4).map(|delta| self.delta(delta)).collect();
        let more = group.deltas.len().checked_sub(4).filter(|more| *more > 0);
        let more = more.map_or_else(String::new, |more| format!(", and {more} more fields"));
        let what = if deltas.is_empty() { String::new() } else { format!(": {}{more}", deltas.join(", ")) };
        let count = group.changes.len();
        let summary = format!("{count} × {} {kind}{what} ({})", group.verb, self.how(group.changes[0], group.executor));
        let rest = |more| format!("- and {more} more: {}\n", self.by("diff", true, ""));
        let lines = bullets(group.changes.iter().map(|change| self.member(change)));
        Vec::from([Block { text: fold(&summary, &fitting(&lines, room, rest)), shows: count }])
    }

    /// One of many changes of one shape.
    fn member(&self, change: &Change) -> String {
        let side =
            |side: &Option<serde_json::Value>| side.as_ref().and_then(|fields| fields.get("operations").cloned());
        let moved = shapes::operations(side(&change.before).as_ref(), side(&change.after).as_ref());
        let moved = moved.iter().map(|(sign, one)| format!("{sign} {} {}", one.does, one.of.join(", ")));
        let details = moved.chain(shapes::consequence(change)).map(|detail| self.ink.prose(&clipped(&detail)));
        let details = details.collect::<Vec<_>>().join(" · ");
        let apart = if details.is_empty() { "" } else { ": " };
        format!("{} · line {}{apart}{details}", self.ink.code(&change.on.key), self.changes.line(&change.cause))
    }

    /// What becomes of a field, in the summary of a fold.
    fn delta(&self, delta: &Delta) -> String {
        let what = escape::Html(&delta.what).to_string();
        match (&delta.from, &delta.to) {
            (Some(from), Some(to)) => format!("{what} {} → {}", self.ink.html(from), self.ink.html(to)),
            (Some(from), None) => format!("{what} {} goes", self.ink.html(from)),
            (None, Some(to)) => format!("{what} {} comes", self.ink.html(to)),
            (None, None) => what,
        }
    }

    /// Who makes a change, and on live when.
    fn how(&self, change: &Change, executor: Executor) -> String {
        let when = if self.changes.on_live { format!(", {}", change.when().name()) } else { String::new() };
        format!("{}{when}", executor.name())
    }

    /// A change by itself: open where it is small.
    fn object(&self, change: &Change, executor: Executor, open: &mut usize) -> String {
        let (before, after) = sides(change);
        let side = |side: &str| escape::terminal(&masked(side, self.ink.shows_people));
        let hunks = Hunks::of(&side(&before), &side(&after));
        let lines = hunks.lines.len();
        let shown: String = hunks.lines.iter().take(LARGE).map(|line| format!("{line}\n")).collect();
        let fence = escape::fence(&shown);
        let mut inside = format!("{fence}diff\n{shown}{fence}\n");
        if let Some(more) = lines.checked_sub(LARGE).filter(|more| *more > 0) {
            inside += &format!("\nand {}: {}\n", many(more, "more line"), self.by("diff", true, ""));
        }
        if let Some(consequence) = shapes::consequence(change) {
            inside += &format!("\n*Consequence:* {}\n", self.ink.prose(&consequence));
        }
        let name = if change.on.kind.is_only() { String::new() } else { change.on.key.clone() };
        let (verb, kind, how) = (verb(change), change.on.kind, self.how(change, executor));
        let line = self.changes.line(&change.cause);
        if lines <= SMALL && *open > 0 {
            *open -= 1;
            let name = if name.is_empty() { name } else { format!(" {}", self.ink.code(&name)) };
            return format!("**{verb} {kind}**{name} · line {line} · {how}\n\n{inside}\n");
        }
        let name = if name.is_empty() { name } else { format!(" {}", self.ink.html(&name)) };
        fold(&format!("{verb} {kind}{name} · line {line} · {how} · {}", many(lines, "line")), &inside)
    }
}

/// A heading and what stands below it, in this much room; nothing where there is nothing.
fn section(title: &str, blocks: &[Block], room: usize, rest: impl Fn(usize) -> String) -> String {
    if blocks.is_empty() {
        return String::new();
    }
    let title = format!("#### {title}\n\n");
    format!("{title}{}\n", fitting(blocks, room.saturating_sub(length(&title) + 1), rest))
}

/// The words for findings, the worst first.
const WORDS: [&str; 6] = ["error", "unproven", "warning", "coming", "accepted", "info"];

/// Where what a later gate will ask for stands among them.
const COMING: usize = 3;

/// How many findings of a word there are.
fn counted(count: usize, word: &str) -> String {
    if matches!(word, "error" | "warning") { many(count, word) } else { format!("{count} {word}") }
}

fn rank(finding: &Finding) -> usize {
    match (finding.accepted, finding.unproven, finding.severity) {
        (true, ..) => 4,
        (_, true, _) => 1,
        (_, _, Severity::Error) => 0,
        (_, _, Severity::Warning) => 2,
        (_, _, Severity::Info) => 5,
    }
}
