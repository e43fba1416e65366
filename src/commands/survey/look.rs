//! The plan, its record and its site as they are now, and what they lack.

use jiff::{SignedDuration, Timestamp};

use crate::cli::Survey;
use crate::commands::choice::Choice;
use crate::commands::inputs::{Checked, judged};
use crate::commands::site_read::freshness;
use crate::failure::{Failure, exit};
use crate::model::facts::day;
use crate::model::plan::SiteRole;
use crate::model::record::Record;
use crate::model::{Identity, Snapshot, Worth};
use crate::output::escape;
use crate::project::Project;
use crate::rules::{Inputs, LiveReading, Moment};
use crate::site::file::FileSite;
use crate::survey::{Again, Asked, Earlier, Screen, asked, screens};
use crate::trust::recorded_here;

use super::recorded::Looking;

/// A look at a plan and its site.
pub(super) struct Look {
    pub(super) checked: Checked,
    /// The site that is looked at.
    pub(super) site: Identity,
    /// What is lacking.
    pub(super) asked: Asked,
    /// What is offered again.
    again: Again,
}

impl Look {
    /// A look as things are now; what ends within so many days counts as lacking.
    pub(super) fn now(args: &Survey, renew: Option<i64>) -> Result<Self, Failure> {
        let opened = Project::new(&args.plan, args.limits.into()).open()?;
        let live = args.on == SiteRole::Live;
        if !opened.whole {
            let failure = Failure::new(exit::NOT_GREEN, "the plan cannot be read, so what it needs is not known");
            let plan = escape::shell(&args.plan.display().to_string());
            return Err(failure.help(format!("`plan check {plan} --no-site` shows where it breaks")));
        }
        let staging = opened.plan.staging_site();
        let again = offered(args, staging.as_ref(), &opened.record)?;
        let moment = Moment::Gate(args.gate);
        let checked = judged(opened, &Choice::Live(args.site.clone()), moment, live)?;
        let site = site_of(&checked, live)?;
        let mut look = Self { checked, site, asked: Asked::default(), again };
        look.ask(moment, live, renew);
        Ok(look)
    }

    fn ask(&mut self, moment: Moment, live: bool, renew: Option<i64>) {
        let here = recorded_here();
        let opened = &self.checked.opened;
        let mut record = opened.record.clone();
        if let Some(days) = renew {
            let last =
                day(Timestamp::now().saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX));
            self.again.renewed = Earlier::of_record(&record, &self.site).ending_by(last);
            record = self.again.renewed.without(&record, &self.site);
            self.again.renewed = std::mem::take(&mut self.again.renewed).without_void(&here.void);
        }
        let read = self.checked.site.as_ref();
        let freshness = freshness(read, &opened.settings, live);
        let lowered = self.checked.lowered.as_ref();
        let inputs = Inputs {
            plan: &opened.plan,
            before: read.map(|site| &site.reading.snapshot),
            after: lowered.map(|lowered| &lowered.after),
            changes: lowered.map_or(&[], |lowered| &lowered.changes),
            census: read.and_then(|site| site.reading.census.as_ref()),
            contacts: &opened.contacts,
            record: &opened.record,
            backup_files: None,
            members_files: &[],
            refused_attestations: &opened.settings.attestations.refuse,
            raised: &opened.settings.raised,
            own: &[],
            rehearsed: None,
            now: read.map_or(freshness.clock, |site| site.now),
            freshness: &freshness,
            live,
            live_reading: &LiveReading::NotNamed,
        };
        self.asked = asked(&inputs, moment, &record, &here);
    }

    /// The screens to go through.
    pub(super) fn screens(&self) -> Vec<Screen> {
        screens(&self.asked, &self.checked.opened.plan, &self.again)
    }

    /// This person at this site.
    pub(super) fn looking<'a>(&'a self, who: &'a str) -> Result<Looking<'a>, Failure> {
        let read = self.checked.site.as_ref().ok_or_else(|| Failure::new(exit::USAGE, "no site was read"))?;
        let (opened, state) = (&self.checked.opened, &read.reading.snapshot.state);
        Ok(Looking { path: &opened.path, plan: &opened.plan, site: &self.site, state, who })
    }

    /// The site as it was read, without what persons say of it.
    pub(super) fn captured(&self) -> Option<Snapshot> {
        self.checked.site.as_ref().map(|site| site.reading.snapshot.clone().without_attested())
    }

    /// What somebody saw and the reading shows otherwise: it counts for nothing.
    pub(super) fn void(&self) -> Vec<String> {
        let read = self.checked.site.iter().flat_map(|site| site.reading.snapshot.attested.contradictions());
        read.map(|one| {
            let what = match &one.field {
                Some(field) => format!("`{}: {field}`", one.on),
                None if one.on.kind.is_only() => format!("`{}`", one.on),
                None => format!("the list of `{}`", one.on.kind),
            };
            format!("{} saw {what} on {}, but the reading shows something else: the reading counts", one.who, one.at)
        })
        .collect()
    }
}

/// Which site was read, if it is the one that is asked about.
fn site_of(checked: &Checked, live: bool) -> Result<Identity, Failure> {
    let plan = &checked.opened.plan;
    let (place, named) = if live { ("live", plan.live_site()) } else { ("staging", plan.staging_site()) };
    let named = named
        .ok_or_else(|| Failure::new(exit::USAGE, format!("the plan names no `sites/{place}` that can be read")))?;
    let read = checked.site.as_ref().map(|site| site.identity().clone());
    match read {
        Some(read) if read.is_same_site(&named) => Ok(named),
        read => {
            let read = read.map_or_else(String::new, |read| read.to_string());
            let failure =
                Failure::new(exit::USAGE, format!("`{read}` was read, and the plan's {place} site is `{named}`"));
            Err(failure.help("name the site that is looked at, and which it is with `--on`"))
        }
    }
}

/// What is offered again beside live's fields: the staging copy's values.
fn offered(args: &Survey, staging: Option<&Identity>, record: &Record) -> Result<Again, Failure> {
    let mut again = Again::default();
    let (SiteRole::Live, Some(staging)) = (args.on, staging) else { return Ok(again) };
    again.staging = match &args.from {
        None => Earlier::of_record(record, staging),
        Some(file) => {
            let mut reading = FileSite::open(file)?.snapshot()?;
            reading.worth = Worth::Captured;
            if !reading.header.site.is_same_site(staging) {
                let message = format!(
                    "`{}` is of `{}`, and the plan's staging site is `{staging}`",
                    file.display(),
                    reading.header.site
                );
                return Err(
                    Failure::new(exit::USAGE, message).help("name a recording of the staging copy with `--from`")
                );
            }
            Earlier::of_reading(&reading)
        }
    };
    Ok(again)
}
