//! Before and after of every change, object by object: one file a form.

mod danger;
mod decisions;
pub mod human;
mod hunk;
pub mod json;
mod lines;
pub mod markdown;
mod page;
mod shapes;
mod since;
mod work;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use crate::change::{Change, Digests, NotCompared, text};
use crate::diag::Location;
use crate::model::population::Census;
use crate::model::record::Record;
use crate::model::text::many;
use crate::model::{Kind, ObjectRef, Plan, Snapshot};
use crate::site::Executor;

use super::Sources;
use super::escape::{self, shell};

pub use since::{Differs, Since, in_plans};

/// What a plan changes, with all that a format needs to show it.
#[derive(Debug)]
pub struct Changes<'a> {
    /// The plan's path as it was given.
    pub path: &'a str,
    /// The site as it was named: a path or an address.
    pub site: &'a str,
    /// The site's host.
    pub host: &'a str,
    /// How and when the site was read.
    pub how: String,
    /// The changes, with who carries each out.
    pub list: Vec<(&'a Change, Executor)>,
    /// What the plan speaks of and the capture does not hold.
    pub not_compared: &'a [NotCompared],
    /// The digests.
    pub digests: &'a Digests,
    /// The texts that causes are in.
    pub sources: &'a Sources,
    /// The verdict's word at the gate that was asked for.
    pub verdict: &'a str,
    /// Whether nothing but the members keeps it from being green.
    pub lacks_only_members: bool,
    /// The plan.
    pub plan: &'a Plan,
    /// The evidence beside it.
    pub record: &'a Record,
    /// Errors that the plan alone shows and that a later gate will ask for.
    pub coming: usize,
    /// Whether the site is the live one: each change then says when it is made.
    pub on_live: bool,
    /// Whether the site is the live one, and is on Managed Contacts already.
    pub switched: bool,
    /// The site as it was read.
    pub reading: &'a Snapshot,
    /// What was counted of the members; none where nobody could.
    pub census: Option<&'a Census>,
    /// The clock's time.
    pub now: Timestamp,
    /// Whether the reading is that of the invented site, which is of no moment.
    pub invented: bool,
    /// What changed since a review; none where none was named.
    pub since: Option<Since>,
    /// What keeps `apply` from taking the digest, and what to do instead; none where it takes it.
    pub refused: Option<Next>,
    /// What a `plan.toml` further up demands and the nearest one, which holds alone, does not: a line for each.
    pub lifted: &'a [String],
    /// What the run that is open on the site means for a new one; none where none is.
    pub open: Option<OpenRun>,
}

/// What a run that is open on the site means for a new one.
#[derive(Clone, Debug)]
pub enum OpenRun {
    /// It goes on, as this sentence says, which ends in a command.
    GoesOn(String),
    /// A new run closes it, for this reason.
    Closed(String),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Why, or to what end.
    pub why: String,
    /// The command; none where the sentence has its own.
    pub command: Option<String>,
}

impl Next {
    /// A command, and to what end it is.
    pub fn new(why: impl Into<String>, command: impl Into<String>) -> Self {
        Self { why: why.into(), command: Some(command.into()) }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        self.command.as_ref().map_or(Ok(()), |command| write!(f, ": {command}"))
    }
}

/// An object before and after, a line each with its sign: what stays stands once. Where nobody knew what is there, all that is wanted has
/// the sign that is given.
pub fn signed_lines(
    on: &ObjectRef,
    (before, after): (Option<&Value>, Option<&Value>),
    unknown: Option<char>,
) -> Vec<String> {
    let side = |fields| escape::terminal(&text::managed(on, fields));
    let (before, after) = (side(before), side(after));
    if let Some(sign) = unknown {
        return after.lines().map(|line| format!("{sign} {line}")).collect();
    }
    let line = |line: lines::Line<'_>| {
        let text: String = line.stretches.iter().map(|(_, text)| *text).collect();
        format!("{} {text}", line.side.sign())
    };
    lines::lines(&before, &after).into_iter().map(line).collect()
}

impl Changes<'_> {
    /// Whether the site is known to be as the plan wants it: nothing changes, and everything was compared.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.not_compared.is_empty()
    }

    /// The changes by kind, in the order of the kinds.
    pub fn by_kind(&self) -> BTreeMap<Kind, Vec<(&Change, Executor)>> {
        let mut groups: BTreeMap<Kind, Vec<(&Change, Executor)>> = BTreeMap::new();
        for (change, executor) in &self.list {
            groups.entry(change.on.kind).or_default().push((change, *executor));
        }
        groups
    }

    /// The line of the plan that a change comes from, as `path:line`.
    pub fn cause(&self, cause: &str) -> String {
        format!("{}:{}", self.path, self.line(cause))
    }

    /// The line of the plan that a change comes from.
    fn line(&self, cause: &str) -> usize {
        self.sources.spot(&Location::key(cause.to_owned())).start.line
    }
}

/// What a change does to its object.
pub fn verb(change: &Change) -> &'static str {
    match (&change.before, &change.after) {
        (None, Some(_)) => "create",
        (Some(_), None) => "remove",
        (Some(_), Some(_)) | (None, None) => "change",
    }
}

/// Both sides of a change as YAML: what is set, without the days that follow from it.
pub fn sides(change: &Change) -> (String, String) {
    (text::managed(&change.on, change.before.as_ref()), text::managed(&change.on, change.after.as_ref()))
}

/// What could not be compared and is left to a person, as a sentence; none where everything was.
pub fn not_compared(changes: &Changes<'_>) -> Option<String> {
    let total = changes.not_compared.len();
    (total > 0).then(|| {
        let (objects, are) = (many(total, "object"), if total == 1 { "is" } else { "are" });
        format!("{objects} {are} not compared, since no reading shows the fields that the plan sets: a person has to look, and \
            set them by hand")
    })
}

/// What is wanted of an object that could not be compared: its fields as YAML.
pub fn wanted(one: &NotCompared) -> String {
    text::side(&one.on, Some(&one.wanted))
}

/// Whether `apply` takes these changes as they are shown.
pub fn is_taken(changes: &Changes<'_>) -> bool {
    changes.refused.is_none()
        && !matches!(changes.open, Some(OpenRun::GoesOn(_)))
        && (changes.verdict == "green" || changes.lacks_only_members)
        && !(changes.on_live && changes.coming > 0)
}

/// What follows from a change without being set; none where nothing does.
pub fn consequence(change: &Change) -> Option<String> {
    shapes::consequence(change)
}

/// What can hurt somebody, the worst first: what is at stake, for how many where there is something to count, and what happens.
pub fn dangers(changes: &Changes<'_>) -> Vec<(&'static str, Option<String>, String)> {
    let all = danger::all(changes).into_iter();
    all.map(|danger| (danger.stake.name(), danger.counted(), danger.what)).collect()
}

/// What cannot be undone and concerns most, as a sentence.
pub fn worst(changes: &Changes<'_>) -> String {
    danger::worst(changes)
}

/// What people have to do, a sentence each.
pub fn of_people(changes: &Changes<'_>) -> Vec<String> {
    work::of_people(changes)
}

/// What people decided and vouch for, a line each.
pub fn decided(changes: &Changes<'_>) -> Vec<String> {
    decisions::all(changes)
}

/// A line in stretches, of which those that the other side has otherwise are marked.
pub type Marked = Vec<(bool, String)>;

/// Two texts side by side, line by line: a side is none where the other one has a line more.
pub fn side_by_side(before: &str, after: &str) -> Vec<[Option<Marked>; 2]> {
    let owned =
        |line: &lines::Line<'_>| line.stretches.iter().map(|(mark, text)| (*mark, (*text).to_owned())).collect();
    let (mut rows, mut taken) = (Vec::new(), VecDeque::new());
    for line in lines::lines(before, after) {
        match line.side {
            lines::Side::Before => taken.push_back(owned(&line)),
            lines::Side::After => rows.push([taken.pop_front(), Some(owned(&line))]),
            lines::Side::Both => {
                rows.extend(taken.drain(..).map(|gone| [Some(gone), None]));
                rows.push([Some(owned(&line)), Some(owned(&line))]);
            }
        }
    }
    rows.extend(taken.into_iter().map(|gone| [Some(gone), None]));
    rows
}

/// What to do next.
pub fn next(changes: &Changes<'_>) -> Next {
    let (path, site) = (shell(changes.path), shell(changes.site));
    let on = if changes.on_live { " --on live" } else { "" };
    if let Some(refused) = &changes.refused {
        return refused.clone();
    }
    if let Some(OpenRun::GoesOn(sentence)) = &changes.open {
        return Next { why: sentence.clone(), command: None };
    }
    let check = format!("plan check {path} --site {site}{on}");
    if changes.verdict != "green" && !changes.lacks_only_members {
        return Next::new(format!("apply refuses this while the plan is {}", changes.verdict), check);
    }
    // A copy can be prepared while the plan lacks what a later gate asks; on live nothing begins before it is there.
    if changes.on_live && changes.coming > 0 {
        let coming = many(changes.coming, "finding");
        return Next::new(format!("on live, apply refuses this while later gates still have {coming}"), check);
    }
    let digits = changes.digests.changes.get(..16).unwrap_or(&changes.digests.changes);
    let live = if changes.on_live { format!("{on} --host {}", shell(changes.host)) } else { String::new() };
    let what = match &changes.open {
        Some(OpenRun::Closed(why)) => format!("{why}; to close that run and begin one with exactly these changes"),
        _ if changes.is_empty() => "to begin a run that takes the guide's steps".to_owned(),
        _ => "to carry out exactly this".to_owned(),
    };
    if changes.lacks_only_members {
        return Next::new(
            format!("no reading shows the members, so nothing compares them; {what} all the same"),
            format!("plan apply {path} --site {site} --accept-unknown members --confirm {digits}{live}"),
        );
    }
    Next::new(what, format!("plan apply {path} --site {site} --confirm {digits}{live}"))
}

/// How many changes of each kind, as words: `2 of offering, 1 of emails`.
pub fn counts(changes: &Changes<'_>) -> String {
    let kinds = changes.by_kind();
    kinds.iter().map(|(kind, list)| format!("{} of {kind}", list.len())).collect::<Vec<_>>().join(", ")
}

/// The same to the byte, as `patch` takes it, with no line around a change that is not to be shown; none where nothing is left by which a
/// change could be found.
pub fn exact_lines_between(before: &str, after: &str, hides: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    hunk::Hunks::exact(before, after, hides).map(|hunks| hunks.lines)
}

/// What differs between two texts, as the lines of a unified diff without its files' headers.
pub fn lines_between(before: &str, after: &str) -> Vec<String> {
    hunk::Hunks::of(before, after).lines
}
