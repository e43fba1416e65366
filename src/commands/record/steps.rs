//! What is put on record at the guide's steps, of which no file is read.

use crate::cli::{By, TwoReadings};
use crate::commands::merge_list::List;
use crate::failure::{Failure, exit};
use crate::guide::duties;
use crate::model::plan::{Confirmation, SiteRole};
use crate::model::record::{
    Acknowledgement, Done, Evidence, Purchase, Record, SignIn, StepTaken, Verification, VerificationLine,
};
use crate::model::status::is_transaction;
use crate::model::{Identity, Plan, Step};
use crate::output::{escape, naming_plan};
use crate::project::Opened;
use crate::project::record::fits::{is_flagged, last_verification};
use crate::rules::LeadTime;

use super::said::{Said, host_of, one_of};
use super::verification;

/// The lines of the vendor's verification, in some of which an address was left out.
pub(in crate::commands) fn verification(
    by: By,
    host: Identity,
    (lines, masked): (Vec<VerificationLine>, usize),
) -> Said {
    let said = verification::said(&lines, masked);
    (by, Evidence::Verification(Verification { host, lines }), said)
}

/// What a person saw of a step that nothing can observe.
pub(in crate::commands) fn step(
    by: By,
    plan: &Plan,
    (step, says): (Step, String),
    on: SiteRole,
) -> Result<Said, Failure> {
    let host = host_of(plan, on)?;
    let said = format!("attestation of `{}` for the step `{}` on {host}", by.who(), step.name());
    Ok((by, Evidence::Step(StepTaken { host, step, says }), said))
}

/// How the spare administrator signed in.
pub(in crate::commands) fn sign_in(by: By, plan: &Plan, says: String, on: SiteRole) -> Result<Said, Failure> {
    if is_no_sentence(&says) {
        let failure =
            Failure::new(exit::USAGE, format!("`{}` does not say how the spare administrator signed in", says.trim()));
        return Err(failure.help("say how it was tried, for example \"in a private window\""));
    }
    let host = host_of(plan, on)?;
    let said = format!("the spare administrator signed in on {host}, attested by `{}`", by.who());
    Ok((by, Evidence::SignIn(SignIn { host, says }), said))
}

/// Refuses a reason that is none.
fn ensure_reason(says: &str) -> Result<(), Failure> {
    if is_no_sentence(says) {
        let failure = Failure::new(exit::USAGE, format!("`{}` is no reason", says.trim()));
        return Err(failure.help("say in a few words why the line may stay as it is"));
    }
    Ok(())
}

/// Whether an answer is too short to say anything: a key of another question that was typed here.
fn is_no_sentence(says: &str) -> bool {
    let letters = says.chars().filter(|c| c.is_alphanumeric()).count();
    // In capitals it is a word that a printed command asks to be filled in, which is refused by its own name.
    (1..4).contains(&letters) && says != says.to_uppercase()
}

/// What live did since it was copied.
pub(in crate::commands) fn merge_list(by: By, opened: &Opened, files: &TwoReadings) -> Result<Said, Failure> {
    let plan = &opened.plan;
    let live = host_of(plan, SiteRole::Live)?;
    let list = List::of(files, Some(plan), &opened.settings.site)?.evidence;
    if !list.host.is_same_site(&live) {
        let message = format!("the list is for `{}`, and the plan's live site is `{live}`", list.host);
        return Err(Failure::new(exit::USAGE, message).help("name two readings of the live site"));
    }
    let said =
        format!("{} to carry over from {live}, as read {}, sha256 {}…", list.total(), list.read_at, &list.sha256[..12]);
    Ok((by, Evidence::MergeList(list), said))
}

/// What was seen after a test purchase.
pub(in crate::commands) fn purchase(
    by: By,
    opened: &Opened,
    form: String,
    (saw, orders, transaction): (Vec<Confirmation>, Vec<String>, Option<String>),
    on: SiteRole,
) -> Result<Said, Failure> {
    if transaction.as_deref().is_some_and(|id| !is_transaction(id)) {
        let failure = Failure::new(exit::USAGE, "this is not the transaction of a payment");
        return Err(
            failure.help("give the ID that the order's page shows; where that is `null-transaction` nothing was paid")
        );
    }
    if let Some(id) = orders.iter().find(|id| !id.chars().any(|c| c.is_ascii_digit())) {
        let failure = Failure::new(exit::USAGE, format!("`{}` is not the ID of an order", id.trim()));
        return Err(failure.help("give the number that the order's page shows, or leave it out"));
    }
    let plan = &opened.plan;
    if !plan.order_forms.contains_key(&form) {
        let failure = Failure::new(exit::USAGE, format!("`{form}` is not among the plan's `order_forms`"));
        return Err(failure.help(match one_of(plan.order_forms.keys()) {
            Some(known) => format!("name the form by its key in the plan: {known}"),
            None => "the plan has none: add the form to `order_forms`".to_owned(),
        }));
    }
    let host = host_of(plan, on)?;
    let seen: Vec<&str> = saw.iter().map(|saw| saw.name()).collect();
    let said = format!("a test purchase on `{form}` on {host}; seen after it: {}", seen.join(", "));
    Ok((by, Evidence::Purchase(Purchase { host, form, saw, orders, transaction }), said))
}

/// Why a line of the verification may stand.
pub(in crate::commands) fn acknowledgement(
    by: By,
    record: &Record,
    line: usize,
    reason: String,
) -> Result<Said, Failure> {
    if last_verification(record).is_none() {
        return Err(Failure::new(exit::USAGE, "no verification is on record").help(format!(
            "record it first: `plan record verification FILE --host HOST --plan {} --who {}`",
            escape::shell(&by.plan.display().to_string()),
            escape::shell(by.who())
        )));
    }
    is_flagged(record, line)?;
    ensure_reason(&reason)?;
    let said = format!("line {line} acknowledged");
    Ok((by, Evidence::Acknowledgement(Acknowledgement { line, reason }), said))
}

/// What has to begin before the window is done, and only a person can say so.
fn begun_in_time(by: By, of: &LeadTime, says: String) -> Result<Said, Failure> {
    if !of.is_recorded {
        let message =
            format!("nobody has to say that `{}` is done: the plan, the record or the site shows it", of.name);
        let help = "`plan check PLAN --gate fit` says what is missing";
        return Err(Failure::new(exit::USAGE, message).help(naming_plan(help, &by.plan.display().to_string())));
    }
    let said = format!("done by `{}`: {}", by.who(), of.what);
    Ok((by, Evidence::Done(Done { now: of.now(), at: of.name.to_owned(), says }), said))
}

/// What a decision of the plan asks of a person is done.
pub(super) fn done(by: By, opened: &Opened, (at, says): (String, String)) -> Result<Said, Failure> {
    if let Some(of) = LeadTime::named(&at) {
        return begun_in_time(by, of, says);
    }
    let all = duties(&opened.plan, &opened.record);
    let Some(duty) = all.iter().find(|duty| duty.at == at) else {
        let help = match one_of(all.iter().map(|duty| &duty.at)) {
            Some(places) => format!("name one of {places}"),
            None => "no decision of the plan gives a person a task outside the steps".to_owned(),
        };
        return Err(Failure::new(
            exit::USAGE,
            format!("the plan has no decision at `{at}` that gives a person a task"),
        )
        .help(help));
    };
    let said = format!("done by `{}`: {}", by.who(), duty.what);
    Ok((by, Evidence::Done(Done { now: duty.now(), at, says }), said))
}
