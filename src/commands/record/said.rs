//! What every line that is put on record has in common: who says it, of which site, when, and that it is sound.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::By;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::record::Evidence;
use crate::model::text::{many, says_something};
use crate::model::{Identity, Plan};
use crate::output::escape;
use crate::project::record::people::without_people;
use crate::project::record::{append, path_of};
use crate::shape;
use crate::text::without_addresses;
use crate::trust::note_recorded;

/// Refuses what a check would find wrong with the line that it would become.
pub(crate) fn ensure_sound(evidence: &Evidence, at: Timestamp) -> Result<(), Failure> {
    // As it is going to stand in the record: of a text that is an address nothing is left.
    let evidence = &without_people(evidence)?.0;
    if evidence.says().is_some_and(|says| !says_something(says)) {
        return Err(Failure::new(exit::USAGE, "the text has no visible characters, so there is nothing to record")
            .help("say in a few words what was seen, and how; an e-mail address or a login is left out, as the record is committed"));
    }
    match evidence.fault(at, at) {
        None => Ok(()),
        Some(fault) => Err(Failure::new(exit::USAGE, format!("this was not recorded: it {fault}"))),
    }
}

/// Who says it, the evidence, and what is said of it once it is recorded.
pub(in crate::commands) type Said = (By, Evidence, String);

/// Puts it on record, if one of the plan's people says it and it is sound.
pub(in crate::commands) fn put(
    (by, evidence, said): Said,
    plan: &Plan,
    now: Timestamp,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    ensure_person_known(by.who(), plan)?;
    ensure_sound(&evidence, now)?;
    let path = path_of(&by.plan);
    let masked = append_here(&path, by.who(), now, &evidence)?;
    Ok(writeln!(terminal.out, "recorded in {}: {}{}", escape::path(&path), escape::line(&said), of_masked(masked))?)
}

/// Adds a line that this machine knows again: in how many of its texts an address was left out.
pub(in crate::commands) fn append_here(
    path: &Path,
    who: &str,
    at: Timestamp,
    evidence: &Evidence,
) -> Result<usize, Failure> {
    let appended = append(path, who, at, evidence)?;
    note_recorded(&appended.sha256)?;
    Ok(appended.masked)
}

/// Refuses who is not named by the plan: only its people can be asked later.
pub(crate) fn ensure_person_known(who: &str, plan: &Plan) -> Result<(), Failure> {
    if plan.people.contains_key(who) {
        return Ok(());
    }
    let help = match one_of(plan.people.keys()) {
        Some(known) => {
            let known = without_addresses(&known);
            format!("give one of the plan's people with `--who` ({known}), or add the person to `people`")
        }
        None => {
            "the plan names nobody yet: add the person to `people`, for example `people: {jo: operator}`".to_owned()
        }
    };
    Err(Failure::new(exit::USAGE, format!("`{who}` is not among the plan's `people`")).help(help))
}

/// Keys to choose from, in words; none where there is none.
pub(super) fn one_of<'a>(keys: impl Iterator<Item = &'a String>) -> Option<String> {
    let said = shape::list(keys.map(String::as_str));
    (!said.is_empty()).then_some(said)
}

/// One of the plan's two sites.
pub(super) fn host_of(plan: &Plan, on: SiteRole) -> Result<Identity, Failure> {
    let (name, host) = if on == SiteRole::Live { ("live", plan.live_site()) } else { ("staging", plan.staging_site()) };
    host.ok_or_else(|| Failure::new(exit::USAGE, format!("the plan names no `sites/{name}` that can be read")))
}

pub(in crate::commands) fn time(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| {
        Failure::new(exit::USAGE, format!("`{text}` is not a time")).help("write it as 2026-11-21T05:10:00Z")
    })
}

/// What is said of texts in which something was masked; nothing of none.
pub(super) fn of_masked(texts: usize) -> String {
    match texts {
        0 => String::new(),
        some => format!(
            "; what looks like an e-mail address or a login is left out of {}, as the record is committed: look at \
            its last line",
            many(some, "text")
        ),
    }
}
