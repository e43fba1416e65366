//! `plan parity`: whether anybody loses access after the switch, as a certificate.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::parity::{Certificate, FORMAT, Reading, Statement};
use crate::apply::plan_name;
use crate::change::intent_digest;
use crate::cli;
use crate::failure::{Failure, exit};
use crate::fs::{read as read_file, text};
use crate::journey::{DAYS, MODEL, Parity, words};
use crate::model::population::{ContactField, Opening};
use crate::model::snapshot::PopulationDigest;
use crate::model::text::many;
use crate::model::{Plan, digest};
use crate::output::escape;
use crate::output::words::wrapped;
use crate::project::{Opened, Project};
use crate::reconcile::{Side as Of, each_contact};
use crate::rules::{self, OwnRules, Raised};
use crate::site::file;
use crate::trust::Key;

use super::Terminal;
use super::new_file::ensure_new;
use super::owed::population;
use super::unjudged::{Side, side, unread};

pub(super) fn run(args: &cli::Parity, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = &args.out {
        ensure_new(out, terminal)?;
    }
    let opened = Project::new(&args.plan, args.limits.into()).open()?;
    if !opened.whole {
        return Err(unread(&opened, terminal)?);
    }
    if let Some(earlier) = &args.check {
        return check(earlier, &opened.plan, terminal);
    }
    let (Some(before), Some(after)) = (&args.before, &args.after) else {
        return Err(Failure::new(exit::USAGE, "name both readings, with `--before` and `--after`"));
    };
    let sides = [side(&opened, before, &args.adapters.files)?, side(&opened, after, &args.adapters.files)?];
    let certificate = certificate(&opened, &sides)?;
    show(&certificate, terminal)?;
    if let Some(out) = &args.out {
        file::save_text(out, &certificate.clone().text(&Key::find_or_make()?))?;
        writeln!(terminal.err, "wrote {}", escape::path(out))?;
    }
    Ok(if certificate.verdict == HOLDS { exit::OK } else { exit::NOT_GREEN })
}

const HOLDS: &str = "holds";

fn certificate(opened: &Opened, sides: &[Side; 2]) -> Result<Certificate, Failure> {
    let plan = &opened.plan;
    let [before, after] = sides;
    let states = sides.each_ref().map(|side| &side.site.reading.snapshot.state);
    let mut parity = Parity::of(plan, states[0], states[1]);
    let [left, right] = [population(before)?, population(after)?];
    let read = each_contact(left.open()?, right.open()?, |id, tags, then| parity.see(id, tags, then));
    let [(opening, then), (opening_after, now)] = read.map_err(|unreadable| match unreadable.side {
        Of::Before => left.damaged(unreadable.damage),
        Of::After => right.damaged(unreadable.damage),
    })?;
    left.belongs(&then)?;
    right.belongs(&now)?;
    let mut reasons: Vec<String> = parity.reasons.iter().cloned().collect();
    let lacks_tags = |opening: &Opening| opening.unknown.contains(&ContactField::Tags);
    let unread = lacks_tags(&opening) || lacks_tags(&opening_after);
    let in_order = read_at(before) < read_at(after);
    let mut whole = |is: bool, why: &str| {
        if !is {
            reasons.push(why.to_owned());
        }
        is
    };
    let is_whole = whole(!unread, "the tags were not read of all contacts")
        & whole(in_order, "the reading after is not later than the one before")
        & whole(states[1].is_managed(), "the site after does not say that it is on Managed Contacts");
    let verdict = match (is_whole, parity.losing, parity.unproven) {
        (_, 1.., _) => "does-not-hold",
        (true, 0, 0) => HOLDS,
        _ => "unproven",
    };
    let members = many(parity.members, "member");
    let mut statement = format!("{} of {members} lose access on any of the next {DAYS} days", parity.losing);
    if parity.unproven > 0 || !is_whole {
        let of = if is_whole { parity.unproven } else { parity.members };
        statement.push_str(&format!("; of {of} it is not proven"));
    }
    Ok(Certificate {
        format_version: FORMAT,
        statement,
        verdict: verdict.to_owned(),
        days: DAYS,
        members: parity.members,
        losing: parity.losing,
        unproven: parity.unproven,
        reasons,
        counterexamples: parity.counterexamples,
        plan: plan_name(&opened.path),
        intent: intent_digest(plan),
        // Whether a warning counts as an error moves no day.
        rules: rules::version(&Raised::default(), &OwnRules::default()),
        before: reading(before, &then),
        after: reading(after, &now),
        model: MODEL
            .iter()
            .map(|of| Statement {
                id: of.id.to_owned(),
                says: of.says.to_owned(),
                evidence: words(of.evidence).to_owned(),
            })
            .collect(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: Timestamp::now().to_string(),
        parity: String::new(),
        mark: String::new(),
    })
}

fn read_at(side: &Side) -> Option<Timestamp> {
    side.site.reading.snapshot.header.taken_at.parse().ok()
}

fn reading(side: &Side, population: &PopulationDigest) -> Reading {
    let snapshot = &side.site.reading.snapshot;
    Reading {
        host: snapshot.header.site.clone(),
        read_at: snapshot.header.taken_at.clone(),
        worth: snapshot.worth.message(),
        offerings: digest::of(&snapshot.state.offerings),
        population: population.sha256.clone(),
    }
}

fn show(certificate: &Certificate, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    writeln!(terminal.out, "{}: {}", certificate.verdict, escape::line(&certificate.statement))?;
    for one in &certificate.counterexamples {
        let row = format!(
            "  {}  {}: module {} `{}`, from day {} on",
            one.contact, one.offering, one.module, one.name, one.day
        );
        writeln!(terminal.out, "{}", escape::line(&row))?;
    }
    for why in &certificate.reasons {
        writeln!(terminal.out, "{}", wrapped(&escape::line(&format!("  unproven: {why}")), terminal.width))?;
    }
    for (word, side) in [("before", &certificate.before), ("after", &certificate.after)] {
        let row = format!("  {word:6}  {}, as of {}; {}", side.host, side.read_at, side.worth);
        writeln!(terminal.out, "{}", escape::line(&row))?;
    }
    let inferred: Vec<&str> =
        certificate.model.iter().filter(|of| of.evidence == "inferred").map(|of| of.id.as_str()).collect();
    let model = format!(
        "it holds under a model of AccessAlly's timers that was not measured; of its {} statements {} are inferred: {}",
        certificate.model.len(),
        inferred.len(),
        inferred.join(", ")
    );
    writeln!(terminal.out, "{}", wrapped(&escape::line(&model), terminal.width))?;
    Ok(())
}

/// Most bytes of a certificate.
const LIMIT: u64 = 1 << 20;

fn check(path: &Path, plan: &Plan, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let read = read_file(path, LIMIT).and_then(text).map_err(|error| Failure::file("read", path, &error))?;
    let refused = |why: String| Failure::new(exit::NOT_GREEN, format!("`{}` says nothing: {why}", path.display()));
    let certificate = Certificate::read(&read).map_err(refused)?;
    show(&certificate, terminal)?;
    let marked = Key::find()?.is_some_and(|key| certificate.is_marked_by(&key));
    let right = [
        (certificate.intent == intent_digest(plan), "the plan intends something else since"),
        (
            certificate.rules == rules::version(&Raised::default(), &OwnRules::default()),
            "the set of rules is another one",
        ),
        (marked, "it does not bear this machine's mark, so it is what somebody says"),
    ];
    let wrong: Vec<&str> = right.into_iter().filter(|(is, _)| !is).map(|(_, why)| why).collect();
    for why in &wrong {
        writeln!(terminal.out, "attention: {why}")?;
    }
    Ok(if wrong.is_empty() && certificate.verdict == HOLDS { exit::OK } else { exit::NOT_GREEN })
}
