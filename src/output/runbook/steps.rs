//! The steps of a part, each with what it takes.

use std::fmt::{self, Write};

use super::super::contacts::listed;
use super::super::escape::{Html, shell};
use super::{MOST_ROWS, Page, Part, back, changes, decision, more, screens};
use crate::guide::{self, Named, PAYMENTS, Stage, cheapest_paid_form};
use crate::model::plan::{Confirmation, DuringMigration, SiteRole, Strategy, TestPurchase};
use crate::model::{Executor, Step, Unmeasured};

/// How a strategy reaches the live site.
pub(super) fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RehearseAndReplay => "rehearse and replay: the same steps on staging, then on live in its window",
        Strategy::FreezeAndPush => "freeze and push: live stands still while staging is switched and pushed over it",
        Strategy::PushThenMerge => {
            "push, then merge: staging is pushed over live, then what happened on live meanwhile is carried over"
        }
    }
}

/// A part of the page: all steps on one site.
pub(super) fn part(page: &Page<'_>, part: &Part<'_>, out: &mut String) -> fmt::Result {
    writeln!(out, "<section class=\"part\">\n<h2>{} <small>{}</small></h2>", part.title, Html(&part.host.to_string()))?;
    if part.on == SiteRole::Live {
        writeln!(
            out,
            "<p>Only after a finished rehearsal of the same plan: its certificate lies beside the plan (<code>.rehearsal.json</code>), \
             and <code>plan apply --on live</code> asks for it. Window: {}.</p>",
            Html(
                &page
                    .plan
                    .window
                    .as_ref()
                    .map_or_else(|| "none is planned".to_owned(), |w| format!("{}, for {}", w.start, w.length))
            )
        )?;
        writeln!(out, "<p>☐ The certificate is there, for this intent &nbsp; ☐ Members were informed</p>")?;
    }
    for (at, one) in guide::steps(page.strategy, part.on).iter().enumerate() {
        let live_takes_payments = match part.on {
            SiteRole::Live => *one == Step::LeaveMaintenance,
            SiteRole::Staging => *one == Step::ReopenLive,
        };
        if live_takes_payments {
            decide(page, out)?;
        }
        if *one == Step::RunMigration {
            barrier(page, part, out)?;
        }
        step(page, part, at + 1, *one, out)?;
    }
    writeln!(out, "</section>")
}

/// Who takes a step of this part: the plan's changes a person, where nothing carries any of them out.
pub(super) fn executor(page: &Page<'_>, part: &Part<'_>, step: Step) -> Executor {
    let (on, tasks) = &page.by_hand;
    let is_written = part.on == *on && !page.automatic.is_empty();
    let by_hand = part.on == *on && !tasks.is_empty() || is_at_an_address(part) && !is_written;
    if step == Step::Configure && by_hand { Executor::Guided } else { step.about().executor }
}

/// Why a person makes changes of the plan, as the beginning of a sentence.
pub(super) fn why_by_hand(page: &Page<'_>) -> &'static str {
    match page.automatic.is_empty() {
        true => "nothing here writes to a WordPress, nor into a file that a person keeps",
        false => "what no adapter proves, and everything on a site that is not open, nothing here writes",
    }
}

/// Whether it is a WordPress at its address.
fn is_at_an_address(part: &Part<'_>) -> bool {
    part.site.contains("://")
}

/// Whether a run on this part begins only where it is accepted that the members are unknown.
fn goes_without_members(page: &Page<'_>, part: &Part<'_>) -> bool {
    // The other site is read as this one is.
    match page.reads_members {
        Some(reads_members) if is_at_an_address(part) => !reads_members,
        None if is_at_an_address(part) => true,
        _ => {
            let judged = page.standing.as_ref().filter(|_| part.on == page.by_hand.0);
            judged.is_some_and(|report| report.judgement.lacks_only_members())
        }
    }
}

fn step(page: &Page<'_>, part: &Part<'_>, number: usize, step: Step, out: &mut String) -> fmt::Result {
    let about = step.about();
    let took = page.rehearsed.took().and_then(|took| took.seconds.get(&step));
    let took = took.map_or_else(String::new, |seconds| format!(" · {}", minutes(*seconds)));
    writeln!(
        out,
        "<section class=\"step\">\n<h3>☐ {number}. {} <small>{} · {}{took}</small></h3>\n<dl>",
        Html(about.title),
        executor(page, part, step).name(),
        about.back.name()
    )?;
    let why = if about.executor == Executor::Automatic { "" } else { about.why };
    if !about.screen.is_empty() {
        writeln!(out, "<dt>Screen</dt><dd>{}</dd>", screens::linked(about.screen, page.plan, part.on))?;
    }
    let lines = [
        ("Do", step.act(part.on)),
        ("Observed", about.observed),
        ("plan cannot check", about.believed),
        ("Not automatic", why),
    ];
    for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Html(text))?;
    }
    writeln!(out, "</dl>")?;
    let by_hand =
        if step == Step::Configure && part.on == page.by_hand.0 { page.by_hand.1.tasks() } else { Vec::new() };
    if step == Step::Configure && part.on == page.by_hand.0 {
        changes::both(page, &by_hand, out)?;
    }
    match step {
        Step::Backup => backup(page, part.on, out)?,
        Step::RunMigration => choices(page, out)?,
        Step::ReviewContacts => spot_check(page, out)?,
        Step::TestPurchase => purchases(page, part.on, out)?,
        Step::Push => writeln!(out, "<p><strong>Payments:</strong> {}.</p>", Html(PAYMENTS))?,
        _ => {}
    }
    for command in commands(page, part, step) {
        typed(&command, out)?;
    }
    for task in &by_hand {
        typed(&named(page, part).saw(task.on, task.wanted, task.is_compared), out)?;
    }
    if !by_hand.is_empty() {
        typed(&named(page, part).resume(), out)?;
    }
    writeln!(out, "<p class=\"sign\">Begun ____________  Ended ____________  Initials ________</p>\n</section>")
}

/// What is typed. Its words are kept whole where a line ends: `--on` must not be read as two.
pub(super) fn typed(command: &str, out: &mut String) -> fmt::Result {
    let words: Vec<String> = command.split(' ').map(|word| format!("<span>{}</span>", Html(word))).collect();
    writeln!(out, "<pre>{}</pre>", words.join(" "))
}

fn minutes(seconds: u64) -> String {
    if seconds < 60 { "rehearsal: under 1 min".to_owned() } else { format!("rehearsal: {} min", seconds.div_ceil(60)) }
}

/// What to type at a step.
fn commands(page: &Page<'_>, part: &Part<'_>, step: Step) -> Vec<String> {
    named(page, part).commands(page.plan, step)
}

fn named<'p>(page: &Page<'p>, part: &'p Part<'p>) -> Named<'p> {
    let without_members = goes_without_members(page, part);
    Named {
        plan: page.path,
        site: part.site,
        host: &part.host,
        live: page.live,
        on: part.on,
        without_members,
        quote: shell,
    }
}

fn barrier(page: &Page<'_>, part: &Part<'_>, out: &mut String) -> fmt::Result {
    writeln!(out, "<section class=\"barrier\">\n<h3>STOP: the barrier</h3>")?;
    writeln!(
        out,
        "<p><strong>Up to here <code>plan undo</code> takes back what <code>plan</code> changed, and lists what a person sets back by hand. Past this line there is no undo.</strong></p>\n<ul class=\"boxes\">"
    )?;
    let mail = page.plan.mail.as_ref().and_then(|mail| match part.on {
        SiteRole::Staging => Some(mail.during_migration),
        SiteRole::Live => mail.on_live,
    });
    let mail = match mail {
        Some(DuringMigration::Simulate) => {
            "Mail is simulated on this site: passwords are reset and mailed to every member"
        }
        Some(DuringMigration::Deliver) => "Mail WILL BE DELIVERED: passwords are reset and mailed to every member",
        None => "The plan does not say whether mail is delivered: passwords are reset and mailed to every member",
    };
    let boxes = [
        mail,
        "The spare administrator is signed in, in another browser, and was tried",
        "A backup of live is on record, and somebody knows how to restore it",
        "Whoever decides is reachable",
    ];
    for one in boxes {
        writeln!(out, "<li>☐ {}</li>", Html(one))?;
    }
    writeln!(out, "</ul>\n<dl>")?;
    writeln!(out, "<dt>Way back</dt><dd>{}</dd>", Html(&back(page, part.on, Stage::PastBarrier)))?;
    if part.on == SiteRole::Live {
        writeln!(
            out,
            "<dt>Payments</dt><dd>{}</dd>\n<dt>Decide by</dt><dd>{}</dd>",
            Html(PAYMENTS),
            Html(&decision(page))
        )?;
    }
    let resume = named(page, part).resume();
    writeln!(out, "</dl>\n<p>plan asks for this phrase, and only this passes the barrier:</p>")?;
    typed(&resume, out)?;
    if goes_without_members(page, part) {
        writeln!(out, "<p>Before it, since no reading shows the members:</p>")?;
        typed(&Unmeasured::Members.phrase(), out)?;
        writeln!(out, "<p>Then:</p>")?;
    }
    typed(&format!("{} {}", guide::PHRASE, part.host), out)?;
    writeln!(
        out,
        "<p>After a time-out do <strong>not</strong> press <em>Run Migration</em> again until the site's state is known.</p>"
    )?;
    writeln!(out, "<p class=\"sign\">Opened at ____________  by ____________  seen by ____________</p>\n</section>")
}

fn decide(page: &Page<'_>, out: &mut String) -> fmt::Result {
    writeln!(out, "<section class=\"decide\">\n<h3>Decide now: go on, or go back</h3>")?;
    writeln!(
        out,
        "<p>{}. From the next step on live takes payments, and a restore endangers them: {}.</p>",
        Html(&decision(page)),
        Html(PAYMENTS)
    )?;
    writeln!(out, "<p class=\"sign\">☐ go on   ☐ go back   Time ____________  Initials ________</p>\n</section>")
}

fn backup(page: &Page<'_>, on: SiteRole, out: &mut String) -> fmt::Result {
    let Some(backup) = &page.plan.backup else {
        return writeln!(out, "<p>The plan requires no backup (<code>backup</code>).</p>");
    };
    let parts: Vec<String> = backup.parts.iter().map(|part| format!("{part:?}").to_lowercase()).collect();
    let off = if backup.stored_off_server { ", a copy off the server" } else { "" };
    let when = match on {
        SiteRole::Staging => "when the run begins",
        SiteRole::Live => "when the plan's changes are made, and made after maintenance mode was seen on",
    };
    let demand = format!("{}, no older than {} {when}{off}", parts.join(" and "), backup.no_older_than);
    writeln!(out, "<p>Required: {}. Use one of the two:</p>", Html(&demand))
}

fn choices(page: &Page<'_>, out: &mut String) -> fmt::Result {
    let wishes = guide::boxes(page.plan.migration.as_ref()).map(|one| format!("☐ \"{}\": {}", one.label, one.wish()));
    writeln!(out, "<p>{}</p>", Html(&wishes.join(" · ").replace('`', "")))
}

fn spot_check(page: &Page<'_>, out: &mut String) -> fmt::Result {
    const SAME: &[&str] = &["ID", "Name", "E-mail", "Tags", "Affiliate", "Orders"];
    writeln!(out, "<table class=\"stack\">\n<thead><tr><th scope=\"col\">Contact</th><th scope=\"col\">Reason</th>")?;
    SAME.iter().try_for_each(|same| write!(out, "<th scope=\"col\">{same}</th>"))?;
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let boxes: String = SAME.iter().map(|same| format!("<td data-name=\"{same}\">☐</td>")).collect();
    for (id, reason) in listed(page.plan).take(MOST_ROWS) {
        writeln!(out, "<tr><td>{}</td><td>{}</td>{boxes}</tr>", Html(&id), Html(reason))?;
    }
    more(page.plan.spot_check.list.len(), 2 + SAME.len(), out)?;
    writeln!(
        out,
        "</tbody>\n</table>\n<p>Their values are not on this page; they are in the plan's file of contacts.</p>"
    )
}

/// The forms that are bought on: on live one, which is the cheapest where that is known.
fn bought_on<'p>(page: &Page<'p>, on: SiteRole) -> impl Iterator<Item = (&'p String, &'p TestPurchase)> {
    let cheapest = cheapest_paid_form(page.plan).filter(|_| on == SiteRole::Live);
    page.plan.test_purchases.iter().filter(move |(form, _)| cheapest.is_none_or(|only| only == *form)).take(MOST_ROWS)
}

fn purchases(page: &Page<'_>, on: SiteRole, out: &mut String) -> fmt::Result {
    if page.plan.test_purchases.is_empty() {
        return writeln!(out, "<p>The plan names no test purchase (<code>test_purchases</code>).</p>");
    }
    writeln!(
        out,
        "<table class=\"stack\">\n<thead><tr><th scope=\"col\">Order form</th><th scope=\"col\">Order</th><th scope=\"col\">Content</th>\
         <th scope=\"col\">Welcome e-mail</th><th scope=\"col\">New user</th></tr></thead>\n<tbody>"
    )?;
    for (form, purchase) in bought_on(page, on) {
        let name = page.plan.order_forms.get(form).map_or(form, |form| &form.name);
        write!(out, "<tr><td>{}</td>", Html(name))?;
        for seen in Confirmation::ALL {
            let shown = if purchase.expect.contains(seen) { "☐" } else { "not expected" };
            write!(out, "<td data-name=\"{}\">{shown}</td>", seen.name())?;
        }
        writeln!(out, "</tr>")?;
    }
    if on == SiteRole::Staging || cheapest_paid_form(page.plan).is_none() {
        more(page.plan.test_purchases.len(), 5, out)?;
    }
    writeln!(out, "</tbody>\n</table>")?;
    if on == SiteRole::Live {
        writeln!(out, "<p>☐ One real purchase &nbsp; ☐ Refunded &nbsp; ☐ The gateway is in live mode</p>")
    } else {
        Ok(())
    }
}
