//! Where a run stands: for a terminal, for machines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::aftercare as after;
use super::diff::signed_lines;
use super::escape;
use super::human::{Style, paint};
use super::json::FORMAT_VERSION;
use super::words::to_the_second;
use crate::change::ByHand;
use crate::guide::{Duty, WayBack};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::text::many;
use crate::model::{Executor, ObjectRef, Step};
use crate::rules::Aftercare;

/// Where a run stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The plan's path as it was given.
    pub path: String,
    /// The site as it was given.
    pub site: String,
    /// How the change reaches the live site.
    pub strategy: Strategy,
    /// Which of the plan's two sites the run is on.
    pub on: SiteRole,
    /// The digest of the run's changes; null where no run is under way.
    pub digest: Option<String>,
    /// The run that ended here last; null where one is under way, and where none came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// How many changes the run has.
    pub changes: usize,
    /// What a person makes beside them.
    #[serde(skip_serializing_if = "ByHand::is_empty")]
    pub by_hand: ByHand,
    /// Those of them that are seen as they are to be, by what is on record and, of a site in a file, by its reading; where the run is
    /// undone, as they were before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_hand_seen: Vec<ObjectRef>,
    /// How many of the changes are in place.
    pub in_place: usize,
    /// Whether they are being taken back.
    pub taking_back: bool,
    /// Whether the barrier was passed.
    pub past_the_barrier: bool,
    /// Whether somebody is at it now.
    pub held: bool,
    /// The finished rehearsal whose certificate lies beside the plan, where no run of it is on record here; null else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<Rehearsed>,
    /// What goes on from here, with its command line; null where somebody is at it, and where the run ended or is another folder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The run that is open on the site from another folder, in words; null where there is none.
    pub elsewhere: Option<String>,
    /// The digest of the changes of an earlier run that can be undone once this one is; null where there is none.
    pub earlier: Option<String>,
    /// What is kept here of the site as it was before runs, contacts included; null where nothing is.
    pub kept: Option<Before>,
    /// The command line that takes the run back.
    #[serde(skip)]
    pub undo: String,
    /// The way back from past the barrier; null before it.
    pub way_back: Option<String>,
    /// What the plan's decisions ask of people, in the order of time.
    pub decisions: Vec<Duty>,
    /// What is to be looked at after the switch; null where no run on live came to its end here and the plan names no window.
    pub aftercare: Option<Aftercare>,
    /// Every step in order.
    pub steps: Vec<Line>,
}

/// How many days the contacts of a site as it was before a run are kept before `plan status` asks to remove them.
pub const KEPT_DAYS: i64 = 30;

/// What is kept of a site as it was before a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Before {
    /// For how many whole days, by the date of its file; of several, of the oldest.
    pub days: i64,
    /// The command line that removes it.
    pub purge: String,
}

/// A run that came to its end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ended {
    /// When, RFC 3339.
    pub at: String,
    /// The certificate that it left beside the plan; null where it left none.
    pub certificate: Option<String>,
    /// What is next.
    pub next: String,
}

/// A finished rehearsal that took place in another folder or on another machine, or whose journal is gone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rehearsed {
    /// Its certificate.
    pub certificate: String,
    /// When it ended, RFC 3339, as the certificate says.
    pub at: String,
    /// On which site, as the certificate says.
    pub host: String,
    /// What is next.
    pub next: String,
}

/// A step of a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Line {
    /// The step.
    pub step: Step,
    /// Its name in the guide.
    pub title: &'static str,
    /// Where it stands.
    pub stand: Stand,
    /// Who takes it; of one that is done, what proved it.
    pub executor: Executor,
    /// Whether there is a way back from it.
    pub back: WayBack,
    /// Whether the barrier is in front of it.
    pub barrier: bool,
    /// The gate that must be green before it; null where there is none of its own.
    pub gate: Option<&'static str>,
    /// When it was done, RFC 3339; null where it is not, or was proven before the run.
    pub at: Option<String>,
    /// What proved it.
    pub seen: Option<String>,
    /// Why it is not automatic; empty where it is.
    pub why: &'static str,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stand {
    /// It is done.
    Done,
    /// It is the one to take.
    Next,
    /// It comes later.
    Later,
}

/// Writes it for a terminal.
pub fn human(status: &Status, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let title = status.steps.iter().map(|line| line.title.len()).max().unwrap_or(0);
    for line in &status.steps {
        if line.barrier {
            let open = if status.past_the_barrier {
                "passed: undo is no longer possible".to_owned()
            } else {
                format!(
                    "up to here `{}` takes back what `plan` changed, and lists what a person sets back",
                    escape::line(&status.undo)
                )
            };
            writeln!(out, "  {} {open}", paint(style, "1;31", "── barrier ──"))?;
        }
        let mark = match line.stand {
            Stand::Done => paint(style, "32", "✓"),
            // Where no run is under way nothing waits to be taken.
            Stand::Next if status.digest.is_some() => paint(style, "1;33", "▶"),
            Stand::Next | Stand::Later => "·".to_owned(),
        };
        let gate = line.gate.map_or_else(String::new, |gate| format!(" · gate {gate}"));
        write!(out, "{mark} {:title$}  {:9}  {}{gate}", line.title, line.executor.name(), line.back.name())?;
        if line.step == Step::Configure && (status.digest.is_some() || status.ended.is_some()) {
            let tasks = status.by_hand.tasks().len();
            if status.changes > 0 || tasks == 0 {
                write!(out, " · {} of {} in place", status.in_place, many(status.changes, "change"))?;
            }
            if tasks > 0 {
                let seen = if status.taking_back { "set back" } else { "in place" };
                let by_hand = many(tasks, "object");
                // No site at an address is read for a status.
                match status.by_hand_seen.len() {
                    0 if status.site.contains("://") => {
                        write!(out, " · {by_hand} by hand; the run reads which of them are {seen}")?;
                    }
                    count => write!(out, " · {count} of {by_hand} by hand seen {seen}")?,
                }
            }
        }
        writeln!(out)?;
        if line.step == Step::Configure {
            by_hand(status, out)?;
        }
        if let Some(seen) = &line.seen {
            writeln!(out, "    {}  {}", to_the_second(line.at.as_deref().unwrap_or_default()), escape::line(seen))?;
        }
    }
    writeln!(out)?;
    match (&status.ended, &status.digest) {
        (Some(ended), _) => {
            let what = if status.on == SiteRole::Live { "the run" } else { "the rehearsal" };
            let left = ended.certificate.as_ref().map(|path| format!("; its certificate is {}", escape::line(path)));
            let (site, left) = (escape::line(&status.site), left.unwrap_or_default());
            writeln!(out, "{what} on {site} ended {}{left}", to_the_second(&ended.at))?;
            next(&ended.next, style, out)?;
        }
        (None, None) => {
            let here = if status.elsewhere.is_some() { " from this folder" } else { "" };
            writeln!(out, "no run is under way on {}{here}", escape::line(&status.site))?;
            if let Some(rehearsed) = &status.rehearsed {
                let Rehearsed { certificate, at, host, next } = rehearsed;
                let (certificate, at, host) =
                    (escape::line(certificate), to_the_second(&escape::line(at)), escape::line(host));
                writeln!(out, "a rehearsal on {host} ended {at}: its certificate is {certificate}")?;
                self::next(next, style, out)?;
            }
        }
        (None, Some(digest)) => {
            let what = if status.taking_back { "a run that is being undone" } else { "a run" };
            let held = if status.held { ", and somebody is working on it now" } else { "" };
            writeln!(
                out,
                "{what} of the changes {} on {}{held}",
                &digest[..16.min(digest.len())],
                escape::line(&status.site)
            )?;
        }
    }
    if let Some(next) = &status.next {
        self::next(next, style, out)?;
    }
    if style.hints && !status.site.contains("://") {
        writeln!(
            out,
            "this site is in a file: `apply` changes that file, and nothing on the WordPress that it describes"
        )?;
    }
    if let Some(earlier) = &status.earlier {
        let when = if status.digest.is_some() { " once this one is" } else { "" };
        writeln!(out, "an earlier run, of the changes {}, can be undone{when}", &earlier[..16.min(earlier.len())])?;
    }
    if let Some(Before { days, purge }) = &status.kept {
        let age = match days {
            0 => "since today".to_owned(),
            days => format!("for {}", many(usize::try_from(*days).unwrap_or_default(), "day")),
        };
        let due = if *days > KEPT_DAYS { format!("attention, longer than {KEPT_DAYS} days: ") } else { String::new() };
        let needs = if status.digest.is_some() { "the run needs it; once it is over " } else { "" };
        let purge = escape::line(purge);
        writeln!(
            out,
            "{due}the site as it was before, contacts included, is kept here {age}; {needs}`{purge}` removes it"
        )?;
    }
    decisions(status, out)?;
    if let Some(all) = &status.aftercare {
        after::lines(all, &status.path, style, out)?;
    }
    if let Some(elsewhere) = &status.elsewhere {
        writeln!(out, "attention: {}", escape::line(elsewhere))?;
    }
    if let Some(way) = &status.way_back {
        writeln!(out, "the way back: {}", escape::line(way))?;
    }
    Ok(())
}

fn next(next: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !style.hints {
        return Ok(());
    }
    writeln!(out, "{} {}", paint(style, "1", "next:"), escape::line(next))
}

/// How many of the plan's decisions still ask something of a person, by whose they are.
fn decisions(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for duty in status.decisions.iter().filter(|duty| !duty.done) {
        *open.entry(duty.who.as_deref().unwrap_or("whoever runs the switch")).or_default() += 1;
    }
    if open.is_empty() {
        return Ok(());
    }
    let whose: Vec<String> = open.iter().map(|(who, count)| format!("{} {count}", escape::line(who))).collect();
    let (all, path) = (status.decisions.len(), escape::shell(&status.path));
    writeln!(
        out,
        "tasks that the plan's decisions give to people: {} of {all} open ({}); `plan runbook {path} --out PAGE.html` lists them",
        open.values().sum::<usize>(),
        whose.join(", ")
    )
}

/// What a person makes, or sets back: the object, and where it is not seen done, its screen and what is to be there.
fn by_hand(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    for task in status.by_hand.tasks() {
        let on = escape::line(&task.on.to_string());
        if status.by_hand_seen.contains(task.on) {
            writeln!(out, "    ✓ by hand: {on}")?;
            continue;
        }
        writeln!(out, "    · by hand: {on}, on {}", task.on.kind.screen())?;
        let sides = match status.taking_back {
            false => (task.before, Some(task.wanted)),
            true => (Some(task.wanted), task.before),
        };
        for line in signed_lines(task.on, sides, None) {
            writeln!(out, "      {line}")?;
        }
    }
    Ok(())
}

/// What `plan status --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "status", extend("$id" = "https://amc-plan.example/schemas/status.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// Where the run stands.
    #[serde(flatten)]
    status: &'a Status,
}

/// Writes it for machines.
pub fn json(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&Document { format_version: FORMAT_VERSION, status }, out)
}
