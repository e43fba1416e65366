//! A run as one page to print, for a table without a network: who, when, each step with its screen and its commands,
//! boxes to tick, the barrier, the way back.
//!
//! The page is one file without scripts or anything from elsewhere, and reads from top to bottom without its styles. Every
//! text of a plan goes through [`Html`]. Of contacts it holds IDs and reasons only.

mod changes;
mod screens;
mod steps;
mod to_crm;
mod unseen;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::Report;
use super::escape::{Html, shell};
use crate::change::{ByHand, Change};
use crate::guide::{self, Back, CONTRADICTION, Duty, PAYMENTS, Stage};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::text::{Seconds, many};
use crate::model::{Executor, Identity, Plan, Step};
use crate::shape::without_addresses;

/// How every page begins: by this a file is known to be one.
pub const OPENING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"generator\" content=\"plan runbook\">\n";

/// Most rows of a table that a plan can fill: a page is read by people.
const MOST_ROWS: usize = 200;

/// What a page is made from.
#[derive(Debug)]
pub struct Page<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its path, as it was given and as the commands name it.
    pub path: &'a str,
    /// The digest of what it intends: two pages of one digest are of one run.
    pub intent: &'a str,
    /// How the change reaches the live site.
    pub strategy: Strategy,
    /// How it stands against a site; none where no site was named.
    pub standing: Option<Report<'a>>,
    /// How the commands name the staging copy.
    pub staging: &'a str,
    /// How the commands name the live site.
    pub live: &'a str,
    /// What the last finished rehearsal took.
    pub rehearsed: Rehearsed,
    /// What the plan's decisions ask of people.
    pub duties: Vec<Duty>,
    /// What `plan` makes of the plan's changes on that site, in their order.
    pub automatic: Vec<Change>,
    /// What a person makes of the plan's changes, and on which of the two sites.
    pub by_hand: (SiteRole, ByHand),
    /// Whether the site's reading has its members; none where no site was read.
    pub reads_members: Option<bool>,
}

/// What is known of a rehearsal.
#[derive(Clone, Debug)]
pub enum Rehearsed {
    /// No finished one is on record.
    Never,
    /// A certificate lies beside the plan, and nothing here proves it: what it says of times is nobody's.
    Unproven,
    /// It is proven, and took this.
    Took(Took),
}

impl Rehearsed {
    /// What a proven one took.
    fn took(&self) -> Option<&Took> {
        match self {
            Self::Took(took) => Some(took),
            Self::Never | Self::Unproven => None,
        }
    }

    /// All of it in a line.
    fn message(&self) -> String {
        let took = match self {
            Self::Took(took) => took,
            Self::Never => {
                return "no finished rehearsal is on record, so it is not known how long each step takes".to_owned();
            }
            Self::Unproven => {
                return "a certificate lies beside the plan, but nothing on this machine proves it, so it is not known how long \
                    each step takes: print this page where it was rehearsed, or have the certificate signed"
                    .to_owned();
            }
        };
        let total = took.seconds.values().fold(0, |sum: u64, seconds| sum.saturating_add(*seconds));
        let total = Seconds(i64::try_from(total).unwrap_or(i64::MAX));
        let of = if took.of_this { "" } else { "; but another state of this plan was rehearsed: rehearse again" };
        format!("took {total} and ended {}{of}", took.ended_at)
    }
}

/// What a finished rehearsal took.
#[derive(Clone, Debug)]
pub struct Took {
    /// When it ended.
    pub ended_at: String,
    /// Whether it was of what the plan intends now.
    pub of_this: bool,
    /// Seconds of each step.
    pub seconds: BTreeMap<Step, u64>,
}

/// The steps on one of the two sites.
struct Part<'a> {
    title: &'static str,
    on: SiteRole,
    host: Identity,
    site: &'a str,
}

/// The page.
///
/// # Errors
/// None: it is written into a text.
pub fn html(page: &Page<'_>) -> Result<String, fmt::Error> {
    let mut out = String::from(OPENING);
    let name = Html(page.plan.name.as_deref().unwrap_or(page.path));
    // Should a text ever slip through unescaped, a browser still loads and runs nothing.
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
    )?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Runbook: {name}</title>")?;
    writeln!(out, "<style>\n{}</style>\n</head>\n<body>", include_str!("page.css"))?;
    writeln!(out, "<header>\n<p>Runbook</p>\n<h1>{name}</h1>")?;
    standing(page, &mut out)?;
    facts(page, &mut out)?;
    writeln!(out, "</header>\n<main>")?;
    people(page, &mut out)?;
    how_to_use(&mut out)?;
    way_back(page, &mut out)?;
    to_crm::steps(page, &mut out)?;
    for part in parts(page) {
        steps::part(page, &part, &mut out)?;
    }
    to_do(page, &mut out)?;
    failed_payments(page, &mut out)?;
    not_automatic(page, &mut out)?;
    writeln!(out, "<section>\n<h2>Notes</h2>\n<div class=\"room\"></div>\n</section>")?;
    unseen::list(&mut out)?;
    writeln!(out, "</main>\n</body>\n</html>")?;
    // Once, of the whole page: an address may stand in any of the plan's names and reasons.
    Ok(without_addresses(&out).into_owned())
}

fn parts<'a>(page: &Page<'a>) -> Vec<Part<'a>> {
    let host = |site: Option<Identity>| site.unwrap_or_else(Identity::unnamed);
    let staging =
        |title| Part { title, on: SiteRole::Staging, host: host(page.plan.staging_site()), site: page.staging };
    let live = |title| Part { title, on: SiteRole::Live, host: host(page.plan.live_site()), site: page.live };
    match page.strategy {
        Strategy::RehearseAndReplay => {
            vec![staging("Part 1: rehearsal on staging"), live("Part 2: replay on live")]
        }
        Strategy::FreezeAndPush | Strategy::PushThenMerge => vec![staging("The run on staging, and the way to live")],
    }
}

fn standing(page: &Page<'_>, out: &mut String) -> fmt::Result {
    let Some(report) = &page.standing else {
        return writeln!(
            out,
            "<p class=\"standing unknown\"><strong>Not judged:</strong> no site was named when this page was made.</p>"
        );
    };
    let verdict = report.judgement.verdict.name();
    writeln!(
        out,
        "<div class=\"standing {}\">\n<p><strong>{}</strong></p>\n<ul>",
        Html(verdict),
        Html(&verdict.to_uppercase())
    )?;
    for line in report.summary() {
        writeln!(out, "<li>{}</li>", Html(&line))?;
    }
    writeln!(out, "</ul>")?;
    if report.judgement.lacks_only_members() {
        writeln!(
            out,
            "<p><strong>Only the members are unknown</strong>, whom no reading of this site shows: the run begins with <code>--accept-unknown \
             members</code>, and at <em>Review contacts</em> the listed contacts are compared by hand.</p>"
        )?;
    } else if !report.is_green() {
        writeln!(
            out,
            "<p><strong>Do not begin.</strong> Fix what <code>plan check</code> finds, and print this page again.</p>"
        )?;
    }
    writeln!(out, "</div>")
}

fn facts(page: &Page<'_>, out: &mut String) -> fmt::Result {
    let plan = page.plan;
    writeln!(out, "<table>\n<tbody>")?;
    let mut row =
        |name: &str, value: &str| writeln!(out, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", Html(value));
    row("Plan", page.path)?;
    row("Intent", page.intent)?;
    if !plan.left_out.is_empty() {
        let places = many(plan.left_out.len(), "place");
        row("Left out", &format!("{places} of the plan, which plan check names; this page lacks them"))?;
    }
    row("Strategy", steps::strategy(page.strategy))?;
    row("Staging", &plan.sites.staging)?;
    row("Live", &plan.sites.live)?;
    let paid = plan.crm.paid_until.as_ref().map_or_else(String::new, |day| format!(", paid until {day}"));
    row("CRM", &format!("{}{paid}; it stays connected until the migration is over", plan.crm.name))?;
    match &plan.window {
        Some(window) => row("Window on live", &format!("{}, for {}", window.start, window.length))?,
        None => row("Window on live", "the plan names none (`window`)")?,
    }
    row("Rehearsal", &page.rehearsed.message())?;
    row("Decide by", &decision(page))?;
    writeln!(out, "</tbody>\n</table>")
}

/// By when it is decided whether to go back, and by whom.
fn decision(page: &Page<'_>) -> String {
    page.plan.rollback.as_ref().map_or_else(
        || "the plan names no `rollback`: who decides, and by when?".to_owned(),
        |rollback| format!("{}; {} decides", rollback.decide_by, rollback.who),
    )
}

fn people(page: &Page<'_>, out: &mut String) -> fmt::Result {
    writeln!(out, "<section>\n<h2>People</h2>")?;
    if page.plan.people.is_empty() {
        writeln!(out, "<p>The plan names nobody (<code>people</code>).</p>")?;
        return writeln!(out, "</section>");
    }
    writeln!(
        out,
        "<table>\n<thead><tr><th scope=\"col\">Who</th><th scope=\"col\">Part</th><th scope=\"col\">There, reached at</th></tr></thead>\n<tbody>"
    )?;
    for (who, part) in page.plan.people.iter().take(MOST_ROWS) {
        let decides = page.plan.rollback.as_ref().filter(|rollback| rollback.who == *who);
        let decides = decides.map_or_else(String::new, |rollback| format!("; decides by {}", rollback.decide_by));
        writeln!(out, "<tr><td>{}</td><td>{}{}</td><td>☐</td></tr>", Html(who), Html(part), Html(&decides))?;
    }
    more(page.plan.people.len(), 3, out)?;
    writeln!(out, "</tbody>\n</table>\n</section>")
}

/// Says how many rows were left out.
fn more(rows: usize, columns: usize, out: &mut String) -> fmt::Result {
    match rows.checked_sub(MOST_ROWS) {
        None | Some(0) => Ok(()),
        Some(left) => writeln!(out, "<tr><td colspan=\"{columns}\">and {left} more, which are in the plan</td></tr>"),
    }
}

fn how_to_use(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "<section>\n<h2>How to use this page</h2>\n<ul>\n<li>Take the steps in order. Tick a box when it is seen, not when it is \
            expected; write the time and your initials.</li>\n<li>On a terminal the run asks for everything that goes on record, \
            so you do not have to type the commands below. They are for runs that cannot ask; fill in the words in \
            CAPITALS.</li>\n<li>Where a run stands, and what is next: <code>plan status</code>. A run that stopped continues \
            with <code>--resume</code>; nothing is done twice.</li>\n<li>One person runs it at a time. plan refuses a second run by the \
            same user on the same machine; a run on another machine it may not see, so agree who runs it.</li>\n<li><em>Automatic</em>: plan does it and reads it back. \
            <em>Guided</em>: you act, plan reads the result. <em>Attested</em>: no reading shows it, your attestation \
            counts.</li>\n</ul>\n</section>"
    )
}

fn way_back(page: &Page<'_>, out: &mut String) -> fmt::Result {
    writeln!(out, "<section>\n<h2>The way back</h2>\n<dl>")?;
    let mut line = |name: &str, text: &str| writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Html(text));
    line(
        "Before the barrier",
        &format!(
            "{}; to leave an object as somebody else changed it, add --leave KIND/KEY",
            back(page, SiteRole::Staging, Stage::BeforeBarrier)
        ),
    )?;
    line("Past it, on staging", &back(page, SiteRole::Staging, Stage::PastBarrier))?;
    match page.strategy {
        Strategy::RehearseAndReplay => line("Past it, on live", &back(page, SiteRole::Live, Stage::PastBarrier))?,
        Strategy::FreezeAndPush | Strategy::PushThenMerge => {
            line("Once it is pushed", &back(page, SiteRole::Staging, Stage::Pushed))?;
        }
    }
    line(
        "Not pressed",
        &format!(
            "do not press twice: if the barrier was passed and nobody pressed *Run Migration*, read the site again and attest it: \
                {}",
            said_of_the_run(page, "not-pressed")
        ),
    )?;
    line(
        "Restored",
        &format!(
            "once the backup is restored, read the site again and attest it: {}; then begin again",
            said_of_the_run(page, "restored")
        ),
    )?;
    line("Decide by", &decision(page))?;
    line("Passwords", CONTRADICTION)?;
    writeln!(out, "</dl>\n<p><strong>Payments:</strong> {}.</p>\n</section>", Html(PAYMENTS))
}

/// What is said of a run past its barrier, with SITE as `apply` was given it.
fn said_of_the_run(page: &Page<'_>, what: &str) -> String {
    format!("plan record {what} \"HOW YOU KNOW\" --plan {} --site SITE --who WHO", shell(page.path))
}

/// What the plan's decisions ask of people, in the order of time.
fn to_do(page: &Page<'_>, out: &mut String) -> fmt::Result {
    if page.duties.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section>\n<h2>To do</h2>\n<p>Tasks that follow from the plan's decisions and are not part of a step above. Put on \
            record what is done: <code>plan record done PLACE \"WHAT YOU SAW\" --plan {} --who \
            WHO</code></p>\n<table>\n<thead><tr><th scope=\"col\">When</th><th scope=\"col\">Who</th><th \
            scope=\"col\">What</th><th scope=\"col\">Place</th><th scope=\"col\">Done</th></tr></thead>\n<tbody>",
        Html(&shell(page.path))
    )?;
    for duty in page.duties.iter().take(MOST_ROWS) {
        let (who, done) = (duty.who.as_deref().unwrap_or("________"), if duty.done { "☑" } else { "☐" });
        let (when, what, at) = (duty.when.name(), Html(&duty.what), Html(&duty.at));
        writeln!(
            out,
            "<tr><td>{when}</td><td>{}</td><td>{what}</td><td><code>{at}</code></td><td>{done}</td></tr>",
            Html(who)
        )?;
    }
    more(page.duties.len(), 5, out)?;
    writeln!(out, "</tbody>\n</table>\n</section>")
}

/// What is wished for when a payment fails for good: somebody carries it out where the form does not.
fn failed_payments(page: &Page<'_>, out: &mut String) -> fmt::Result {
    let all = page.plan.order_forms.values();
    let wishes: Vec<_> =
        all.filter_map(|form| Some((&form.name, form.failed_payment.as_ref()?.after_final_retry))).collect();
    if wishes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section>\n<h2>When a payment fails for good</h2>\n<p>After the switch no CRM ends the access of members who do not pay. That an \
         order form does it by itself after the last retry is inferred, not documented: until it is seen, the owner looks at \
         AccessAlly &gt; Sales &gt; Subscriptions every week and carries this out by hand.</p>\n<table>\n<thead><tr><th scope=\"col\">Order form</th>\
         <th scope=\"col\">Wish</th><th scope=\"col\">Owner</th><th scope=\"col\">The form does it</th></tr></thead>\n<tbody>"
    )?;
    for (name, wish) in wishes.iter().take(MOST_ROWS) {
        writeln!(out, "<tr><td>{}</td><td>{}</td><td>________</td><td>☐ seen</td></tr>", Html(name), wish.name())?;
    }
    more(wishes.len(), 4, out)?;
    writeln!(out, "</tbody>\n</table>\n</section>")
}

/// The way back from this stage of a run.
fn back(page: &Page<'_>, on: SiteRole, stage: Stage) -> String {
    let way = page.plan.rollback.as_ref().map(|rollback| rollback.way);
    Back { on, strategy: Some(page.strategy), way, stage }.message().replace('`', "")
}

fn not_automatic(page: &Page<'_>, out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "<section>\n<h2>What cannot honestly be automated</h2>\n<table>\n<thead><tr><th scope=\"col\">Step</th><th \
            scope=\"col\">Why</th><th scope=\"col\">What plan cannot check</th></tr></thead>\n<tbody>"
    )?;
    if parts(page).iter().any(|part| steps::executor(page, part, Step::Configure) == Executor::Guided) {
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}: a person sets each of them on its screen</td><td>what no reading shows: an attestation</td></tr>",
            Html(Step::Configure.about().title),
            steps::why_by_hand(page)
        )?;
    }
    for about in guide::steps(page.strategy, SiteRole::Staging)
        .iter()
        .map(|step| step.about())
        .filter(|about| !about.why.is_empty())
    {
        let believed = if about.believed.is_empty() { "nothing" } else { about.believed };
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            Html(about.title),
            Html(about.why),
            Html(believed)
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}
