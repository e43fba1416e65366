//! One page for AccessAlly's support, in the words of its own guide: where the switch stands, and every setting that was touched.

use serde_json::Value;

use crate::change::text::side;
use crate::guide::{IMPORT_ALL, KEEP_MAINTENANCE, MigrationSignals, boxes};
use crate::model::plan::SiteRole;
use crate::model::text::many;
use crate::model::{Executor, ObjectRef, Plan, Snapshot, Step};

use super::Redaction;
use super::parts::{plugins, wordpress};

/// Most settings on the page, and most lines of one side.
const MOST: usize = 60;

/// CRMs that AccessAlly connects to (documented), by the names that plans have for them.
const CRMS: [(&str, &str); 8] = [
    ("ontraport", "Ontraport"),
    ("keap", "Keap"),
    ("infusionsoft", "Keap"),
    ("active-campaign", "ActiveCampaign"),
    ("activecampaign", "ActiveCampaign"),
    ("drip", "Drip"),
    ("convertkit", "Kit"),
    ("kit", "Kit"),
];

/// What the page is made from.
#[derive(Debug)]
pub struct Page<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The site as it was read; else why it was not.
    pub site: Result<&'a Snapshot, String>,
    /// Its address, where it was asked for.
    pub address: Option<String>,
    /// Which of the plan's two sites it is.
    pub on: SiteRole,
    /// The run; none where none is on record here.
    pub run: Option<Run<'a>>,
    /// The lines of *Start Verification*; none where none are on record.
    pub verification: Option<Lines<'a>>,
    /// Whether the members are known, so that their names are left out of the lines.
    pub knows_members: bool,
}

/// A run as far as the vendor needs it.
#[derive(Debug)]
pub struct Run<'a> {
    /// The step that it stands at; none where it is over.
    pub step: Option<Step>,
    /// Since when.
    pub since: String,
    /// What it says of itself: over, being undone.
    pub stands: &'static str,
    /// The steps that are done: when, and by whom.
    pub done: Vec<(Step, String, Executor)>,
    /// Why it stopped last, where it did.
    pub stopped: Option<String>,
    /// The settings.
    pub touched: Vec<Touched<'a>>,
}

/// A setting that was touched, or is to be.
#[derive(Clone, Copy, Debug)]
pub struct Touched<'a> {
    /// The object.
    pub on: &'a ObjectRef,
    /// As it was; none where it was not there, or nobody knows.
    pub before: Option<&'a Value>,
    /// As it is to be.
    pub after: Option<&'a Value>,
    /// By a person.
    pub by_hand: bool,
    /// How far it is, in words.
    pub stands: &'static str,
}

/// The lines of *Start Verification*.
#[derive(Debug)]
pub struct Lines<'a> {
    /// How many there are.
    pub all: usize,
    /// Those with a "!": number, text, and whether a reason is on record.
    pub flagged: Vec<(usize, &'a str, bool)>,
}

/// The page.
pub fn text(page: &Page<'_>, redaction: &Redaction) -> String {
    let mut out = vec!["For AccessAlly support: switch to AccessAlly Managed Contacts".to_owned(), String::new()];
    let mut missing = Vec::new();
    head(page, &mut out, &mut missing);
    stands(page, redaction, &mut out, &mut missing);
    ticks(page, &mut out);
    verification(page, redaction, &mut out, &mut missing);
    touched(page, redaction, &mut out);
    if !missing.is_empty() {
        out.push("\nMissing on this page".to_owned());
        out.extend(missing.into_iter().map(|what| format!("  {what}")));
    }
    out.join("\n") + "\n"
}

fn head(page: &Page<'_>, out: &mut Vec<String>, missing: &mut Vec<String>) {
    let place = if page.on == SiteRole::Live { "live site" } else { "staging copy" };
    out.push(format!("Site          {place}, {}", page.address.as_deref().unwrap_or("address left out")));
    let crm = CRMS.iter().find(|(name, _)| *name == page.plan.crm.name.to_ascii_lowercase());
    out.push(format!("Leaves        {}", crm.map_or("a CRM that is not named here", |(_, name)| name)));
    let versions = match &page.site {
        Ok(snapshot) => std::iter::once(wordpress(snapshot)).chain(plugins(snapshot)).collect(),
        Err(why) => {
            missing.push(format!("versions, and what the site shows now: it was not read ({why})"));
            vec!["not read".to_owned()]
        }
    };
    for (at, line) in versions.into_iter().enumerate() {
        out.push(format!("{:<13} {line}", if at == 0 { "Versions" } else { "" }));
    }
    if let Ok(snapshot) = &page.site {
        let MigrationSignals { managed, maintenance, .. } = MigrationSignals::of(snapshot);
        let word = |is: Option<bool>, yes, no| is.map_or("not read", |is| if is { yes } else { no });
        out.push(format!(
            "CRM system    {}",
            word(managed, "AccessAlly Managed", "the CRM, not yet AccessAlly Managed")
        ));
        out.push(format!("Maintenance   maintenance mode: {}", word(maintenance, "on", "off")));
        let unread = [(managed.is_none(), "which system the site is on"), (maintenance.is_none(), "maintenance mode")];
        missing.extend(unread.iter().filter(|(is, _)| *is).map(|(_, what)| format!("{what}: no reading shows it")));
    }
}

fn stands(page: &Page<'_>, redaction: &Redaction, out: &mut Vec<String>, missing: &mut Vec<String>) {
    out.push("\nWhere it stands".to_owned());
    let Some(run) = &page.run else {
        out.push("  no run on this site is on record here".to_owned());
        missing.push(
            "the step, its time, and the settings that were touched: no run on this site is on record here".to_owned(),
        );
        return;
    };
    match run.step {
        Some(step) => {
            let about = step.about();
            out.push(format!("  {}, since {}{}", about.title, run.since, run.stands));
            let screen = if about.screen.is_empty() { "each setting's own, below" } else { about.screen };
            out.push(format!("  screen: {screen}"));
        }
        None => out.push(format!("  {}, since {}", run.stands, run.since)),
    }
    if let Some(why) = &run.stopped {
        out.push(format!("  stopped: {}", redaction.sentence(why)));
    }
    out.push("\nSteps that are done".to_owned());
    if run.done.is_empty() {
        out.push("  none yet".to_owned());
    }
    for (step, at, by) in &run.done {
        let by = match by {
            Executor::Automatic => "seen by the tool",
            Executor::Guided => "by a person, seen by the tool",
            Executor::Attested => "as a person says",
        };
        let screen = step.about().screen;
        let screen = if screen.is_empty() { String::new() } else { format!(" ({screen})") };
        out.push(format!("  {at}  {}{screen}, {by}", step.about().title));
    }
}

/// The two boxes beside *Run Migration*. Which were ticked no reading shows.
fn ticks(page: &Page<'_>, out: &mut Vec<String>) {
    out.push("\nBoxes at \"Run Migration\", as the plan wants them (no reading shows which were ticked)".to_owned());
    for one in boxes(page.plan.migration.as_ref())
        .into_iter()
        .filter(|one| [IMPORT_ALL, KEEP_MAINTENANCE].contains(&one.label))
    {
        out.push(format!("  \"{}\": {}", one.label, one.wish().replace('`', "")));
    }
}

fn verification(page: &Page<'_>, redaction: &Redaction, out: &mut Vec<String>, missing: &mut Vec<String>) {
    out.push("\n\"Start Verification\"".to_owned());
    let Some(lines) = &page.verification else {
        out.push("  its lines are not on record".to_owned());
        missing.push("the lines of \"Start Verification\": none of this site are on record".to_owned());
        return;
    };
    out.push(format!("  {}, {} with a \"!\"", many(lines.all, "line"), lines.flagged.len()));
    for (number, text, is_seen) in lines.flagged.iter().take(MOST) {
        let seen = if *is_seen { "looked at" } else { "nobody has looked at it yet" };
        out.push(format!("  {number}: {}  [{seen}]", redaction.value(text)));
    }
    more(lines.flagged.len(), "line", out);
    if !page.knows_members && !lines.flagged.is_empty() {
        missing.push(
            "the members were not read: look through the lines with a \"!\" for people's names before you send them"
                .to_owned(),
        );
    }
}

fn touched(page: &Page<'_>, redaction: &Redaction, out: &mut Vec<String>) {
    let Some(run) = &page.run else { return };
    out.push("\nSettings that were touched".to_owned());
    if run.touched.is_empty() {
        out.push("  none".to_owned());
    }
    for one in run.touched.iter().take(MOST) {
        let by = if one.by_hand { "by hand" } else { "by the tool" };
        out.push(format!("  {}: {}, {by}, {}", one.on.kind.screen(), redaction.value(&one.on.to_string()), one.stands));
        for (name, fields) in [("old", one.before), ("new", one.after)] {
            let shown = side(one.on, fields);
            if shown.is_empty() {
                out.push(format!("    {name}: not there, or not known"));
                continue;
            }
            out.push(format!("    {name}:"));
            out.extend(shown.lines().take(MOST).map(|line| format!("      {}", redaction.value(line))));
            more(shown.lines().count(), "line", out);
        }
    }
    more(run.touched.len(), "setting", out);
}

fn more(all: usize, what: &str, out: &mut Vec<String>) {
    if all > MOST {
        out.push(format!("      and {} that do not fit on this page", many(all - MOST, what)));
    }
}
