//! What proves that a step of the guide is behind: from the record's words and what the site shows. Pure.

use jiff::Timestamp;

use crate::guide::Movement;
use crate::model::plan::{Confirmation, Place};
use crate::model::record::{Entry, Evidence, Record};
use crate::model::text::host;
use crate::model::{Executor, Plan, Step};

/// What a step has to show for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is behind.
    Behind {
        /// What proves it.
        by: Executor,
        /// What was seen.
        seen: String,
    },
    /// It is not, as far as can be seen.
    Open(String),
}

/// The last verification on record, and whether each of its flagged lines was looked at.
pub fn verification(record: &Record, here: &str) -> Proof {
    let of_here = |entry: &Entry| match &entry.evidence {
        Evidence::Verification(verification) => host(&verification.host) == host(here) || verification.host == here,
        _ => false,
    };
    let Some(at) = record.entries.iter().rposition(of_here) else {
        return Proof::Open("no verification of this site is on record since the changes were in place".into());
    };
    let Evidence::Verification(verification) = &record.entries[at].evidence else {
        return Proof::Open("no verification is on record".into());
    };
    // What is acknowledged after another verification is of that one.
    let own = &record.entries[at + 1..];
    let next = own.iter().position(|entry| matches!(entry.evidence, Evidence::Verification(_)));
    let own = &own[..next.unwrap_or(own.len())];
    let seen = |line: usize| {
        own.iter().any(|entry| matches!(&entry.evidence, Evidence::Acknowledgement(seen) if seen.line == line))
    };
    let flagged: Vec<usize> =
        verification.lines.iter().enumerate().filter(|(_, line)| line.flagged).map(|(at, _)| at + 1).collect();
    let unseen: Vec<String> = flagged.iter().filter(|line| !seen(**line)).map(usize::to_string).collect();
    if !unseen.is_empty() {
        return Proof::Open(format!("nobody gave a reason for the lines with a \"!\": {}", unseen.join(", ")));
    }
    let lines = count(verification.lines.len(), "line");
    Proof::Behind {
        by: Executor::Attested,
        seen: format!("{lines} on record, {} with a \"!\" and a reason", flagged.len()),
    }
}

/// Whether somebody said that the spare administrator could sign in here.
pub fn has_signed_in(record: &Record, here: &str) -> bool {
    record
        .entries
        .iter()
        .any(|entry| matches!(&entry.evidence, Evidence::SignIn(signed) if host(&signed.host) == host(here)))
}

/// Whether the migration has taken place. Once the door is open nobody may press twice on a guess.
pub fn migration(managed: Option<bool>, record: &Record, (here, on): (&str, Place), crossed: Timestamp) -> Proof {
    let careful = format!(
        "*Run Migration* may have been pressed at {crossed}: do not press it again until its state is known (a time-out does not end it)"
    );
    let (by, seen) = match managed {
        Some(true) => (Executor::Guided, "the site says that it is on Managed Contacts".to_owned()),
        Some(false) => return Proof::Open(format!("the site says that it is not on Managed Contacts yet; {careful}")),
        None => match attested(record, Step::RunMigration, (here, on), "") {
            Proof::Behind { by, seen } => (by, seen),
            Proof::Open(_) => return Proof::Open(format!("whether the site is on Managed is not captured; {careful}")),
        },
    };
    if has_signed_in(record, here) {
        return Proof::Behind { by, seen: format!("{seen}; the spare administrator signed in after it") };
    }
    let flag = flag(on);
    Proof::Open(format!(
        "nobody has said that the spare administrator could sign in after it: plan record sign-in \"…\"{flag}"
    ))
}

/// Whether a reading allows the word that *Run Migration* was not pressed since the door was opened: what it shows, or why not.
/// `before` is maintenance mode as it was at the door.
///
/// # Errors
/// Why the site shows otherwise, or cannot tell.
pub fn not_pressed(
    (read_at, site): (Timestamp, &Movement),
    before: Option<bool>,
    crossed: Timestamp,
) -> Result<String, String> {
    if read_at <= crossed {
        return Err(format!("the site was read at {read_at}, and the door was opened at {crossed}"));
    }
    match site.managed {
        Some(false) => {}
        Some(true) => return Err("the site says that it is on Managed Contacts".to_owned()),
        None => return Err("whether the site is on Managed is not captured".to_owned()),
    }
    if let Some(members) = site.migrated.filter(|members| *members > 0) {
        return Err(format!("the site says that the migration has been through {}", count_of(members, "member")));
    }
    if site.maintenance == Some(true) && before != Some(true) {
        return Err("maintenance mode is on, and nothing shows that it was before the door was opened".to_owned());
    }
    let counted = if site.migrated.is_some() { ", and counts no member processed" } else { "" };
    Ok(format!("read at {read_at}, the site says that it is not on Managed Contacts{counted}"))
}

/// A person's word for a step, given on this site since the step was reached. What they said stays in the record alone.
pub fn attested(record: &Record, step: Step, (here, on): (&str, Place), otherwise: &str) -> Proof {
    match record.step(step, here) {
        Some((entry, _)) => {
            let seen = format!("by the word of `{}`, recorded {}", entry.who, entry.at);
            Proof::Behind { by: Executor::Attested, seen }
        }
        None => Proof::Open(format!("{otherwise}: plan record step {} \"…\"{}", step.name(), flag(on))),
    }
}

/// What `plan record` has to be given for this site.
fn flag(on: Place) -> &'static str {
    match on {
        Place::Live => " --on live",
        Place::Staging => "",
    }
}

/// The guide's confirmations for each order form that the plan wants one bought on.
pub fn purchases(plan: &Plan, record: &Record, (here, on): (&str, Place)) -> Proof {
    let seen = |form: &str, wanted: Confirmation| {
        record.entries.iter().any(|entry| match &entry.evidence {
            Evidence::Purchase(purchase) => {
                purchase.form == form && host(&purchase.host) == host(here) && purchase.saw.contains(&wanted)
            }
            _ => false,
        })
    };
    let mut missing = Vec::new();
    for (form, purchase) in &plan.test_purchases {
        let unseen: Vec<&str> =
            purchase.expect.iter().filter(|wanted| !seen(form, **wanted)).map(|wanted| wanted.name()).collect();
        if !unseen.is_empty() {
            missing.push(format!("`{form}` ({})", unseen.join(", ")));
        }
    }
    if missing.is_empty() {
        let forms = count(plan.test_purchases.len(), "order form");
        return Proof::Behind {
            by: Executor::Attested,
            seen: format!("{forms}, each with what the plan expects to be seen"),
        };
    }
    Proof::Open(format!("not seen yet: {}; plan record purchase FORM --saw …{}", missing.join(", "), flag(on)))
}

fn count(count: usize, what: &str) -> String {
    count_of(count as u64, what)
}

fn count_of(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_nobody_pressed_needs_a_site_that_shows_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let still = Movement { managed: Some(false), ..Movement::default() };
        let word = |site: &Movement, before| not_pressed((at(11), site), before, at(10));
        assert!(word(&still, None).unwrap().ends_with("it is not on Managed Contacts"));
        assert!(word(&Movement { migrated: Some(0), ..still.clone() }, None).unwrap().ends_with("no member processed"));
        for read_at in [9, 10] {
            assert!(not_pressed((at(read_at), &still), None, at(10)).unwrap_err().contains("the door was opened at"));
        }
        for (managed, why) in [(Some(true), "is on Managed"), (None, "is not captured")] {
            assert!(word(&Movement { managed, ..still.clone() }, None).unwrap_err().contains(why));
        }
        let begun = Movement { migrated: Some(1), ..still.clone() };
        assert!(word(&begun, None).unwrap_err().contains("through 1 member"));
        let closed = Movement { maintenance: Some(true), ..still.clone() };
        assert!(word(&closed, Some(true)).is_ok(), "it was on before");
        for before in [Some(false), None] {
            assert!(word(&closed, before).unwrap_err().contains("maintenance mode is on"));
        }
        assert!(word(&Movement { maintenance: Some(false), ..still }, Some(true)).is_ok());
    }
}
