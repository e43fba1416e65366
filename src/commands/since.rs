//! `plan diff --since`: what changed since a review, by a seal or by a revision of git.

use std::path::Path;

use crate::apply::gate::{differing, moved_marks, named};
use crate::apply::seal::Presented;
use crate::change::{self, Marks, differs_in};
use crate::cli::Diff;
use crate::failure::{Failure, exit};
use crate::model::own_rules::FILE;
use crate::model::plan::SiteRole;
use crate::model::{Plan, Snapshot, State};
use crate::output::diff::{Differs, Since, in_plans};
use crate::project::git::revision::{self, Commit};
use crate::project::{plan_of, rules_file, signed};
use crate::rules;
use crate::site::file::FileSite;
use crate::text::Limits;

use super::inputs::Checked;

/// Most bytes of a site file at a revision.
const SITE: u64 = 256 << 20;

/// What changed since this review: a file is a seal, anything else a revision.
pub(super) fn since(review: &str, checked: &Checked, args: &Diff) -> Result<Since, Failure> {
    if Path::new(review).is_file() { by_seal(review, checked) } else { by_revision(review, checked, args) }
}

/// Since a seal was made. It holds digests: which objects moved, and not what was in them.
fn by_seal(review: &str, checked: &Checked) -> Result<Since, Failure> {
    let settings = &checked.opened.settings;
    let presented = Presented::new(&signed::read(Path::new(review))?, &settings.seal.keys);
    let Some(now) = checked.confirmation() else {
        return Err(Failure::new(exit::USAGE, "without a site nothing can be compared with a seal"));
    };
    let refused = |why: String| Failure::new(exit::UNCONFIRMED, format!("`{review}` cannot be compared with: {why}"));
    let seal = presented.of(settings.seal.demands(), &now.plan, &now.host).map_err(|unknown| refused(unknown.0))?;
    let now_folded = seal.folded(&now);
    let rules = rules::version(&settings.raised, &checked.opened.own);
    let same = seal.digests.changes == now.digests.changes;
    let changes = if same { Vec::new() } else { differing(&seal.marks.changes, &now_folded.marks.changes) };
    let site = moved_marks(&seal.marks, &now_folded.marks);
    let site = site.into_iter().map(|one| named(&[one].into_iter().collect())).collect();
    Ok(Since {
        review: review.to_owned(),
        at: seal.created.to_string(),
        commit: None,
        plan: if seal.digests.intent == now.digests.intent { Differs::In(Vec::new()) } else { Differs::Somewhere },
        changes: Differs::In(changes.iter().map(|object| format!("`{object}`")).collect()),
        site: Differs::In(site),
        rules: if seal.rules == rules { Differs::In(Vec::new()) } else { Differs::Somewhere },
    })
}

/// Since a revision: the plan as it was then; and the site, where it is read from a file that was committed with it.
fn by_revision(review: &str, checked: &Checked, args: &Diff) -> Result<Since, Failure> {
    let refused = |why: String| {
        Failure::new(exit::USAGE, format!("`--since {review}`: {why}"))
            .help("name the file of a seal, or a revision of the repository that the plan lies in, for example `main` or `HEAD~1`")
    };
    let path = &checked.opened.path;
    let commit = revision::commit(path, review).map_err(refused)?;
    let limits: Limits = args.judging.limits.into();
    let bytes = revision::file_at(path, &commit, limits.bytes as u64).map_err(refused)?;
    let bytes = bytes.ok_or_else(|| refused(format!("`{}` was not there yet", path.display())))?;
    let plan =
        plan_of(bytes, &limits).ok_or_else(|| refused("the plan of then cannot be read completely".to_owned()))?;
    let (changes, site) = match site_at(&commit, args) {
        Err(why) => (Differs::Unknown(why.clone()), Differs::Unknown(why)),
        Ok(then) => compared((&plan, &then), checked),
    };
    Ok(Since {
        review: review.to_owned(),
        at: commit.at.map_or_else(|| "at an unknown time".to_owned(), |at| at.to_string()),
        plan: Differs::In(in_plans(&plan, &checked.opened.plan)),
        rules: weaker_rules(&commit, checked),
        commit: Some(commit.name),
        changes,
        site,
    })
}

/// The plan's own rules that asked for more at a commit.
fn weaker_rules(commit: &Commit, checked: &Checked) -> Differs {
    let path = rules_file::path(&checked.opened.path);
    let bytes = match revision::file_at(&path, commit, rules_file::LIMIT) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Differs::In(Vec::new()),
        Err(why) => return Differs::Unknown(why),
    };
    let then = rules_file::understood(FILE.to_owned(), bytes);
    match then.findings.is_empty() {
        true => Differs::In(checked.opened.own.weaker_than(&then.rules)),
        false => Differs::Unknown(format!("`{FILE}` of then cannot be read")),
    }
}

/// The site as the same file had it at a commit.
fn site_at(commit: &Commit, args: &Diff) -> Result<Snapshot, String> {
    let reading = &args.judging.reading;
    let named = reading.site.as_deref().map(Path::new).or(reading.snapshot.as_deref());
    let file = named.filter(|file| !file.to_string_lossy().contains("://"));
    let file = file.ok_or("no revision holds a reading of an address; a seal does")?;
    let bytes = revision::file_at(file, commit, SITE)?;
    let bytes = bytes.ok_or("the site's file was not committed then")?;
    let failed = |error: std::io::Error| error.to_string();
    // A file is packed by its name.
    let folder = tempfile::tempdir().map_err(failed)?;
    let copy = folder.path().join(file.file_name().unwrap_or_default());
    std::fs::write(&copy, bytes).map_err(failed)?;
    let read = FileSite::open(&copy).and_then(|site| site.snapshot());
    read.map_err(|_| "the site's file of then cannot be read".to_owned())
}

/// What differs in the changes, and on the site.
fn compared((plan, then): (&Plan, &Snapshot), checked: &Checked) -> (Differs, Differs) {
    let Some((site, lowered)) = checked.site.as_ref().zip(checked.lowered.as_ref()) else {
        let why = "no site was read".to_owned();
        return (Differs::Unknown(why.clone()), Differs::Unknown(why));
    };
    let now = &site.reading.snapshot;
    if !then.header.site.is_same_site(&now.header.site) {
        let why = format!("the file held the site `{}` then", then.header.site);
        return (Differs::Unknown(why.clone()), Differs::Unknown(why));
    }
    let place = if checked.is_live() { SiteRole::Live } else { SiteRole::Staging };
    let marks = |changes: &[change::Change], state: &State| Marks::new(changes, state, []).changes;
    let before = marks(&change::lower_on(plan, then, place).changes, &then.state);
    let changes = differing(&before, &marks(&lowered.changes, &now.state));
    (
        Differs::In(changes.iter().map(|object| format!("`{object}`")).collect()),
        Differs::In(moved(&then.state, &now.state)),
    )
}

/// The objects of two states that differ, each with its fields.
fn moved(then: &State, now: &State) -> Vec<String> {
    let mut places = then.places();
    places.extend(now.places());
    places.sort();
    places.dedup();
    let differs = places.iter().map(|on| (on, differs_in(then, now, on)));
    // Of an object that differs in nothing that anybody judges no field is named.
    let differs = differs.filter(|(_, how)| how != "differs in ");
    differs.map(|(on, how)| format!("`{on}` {how}")).collect()
}
