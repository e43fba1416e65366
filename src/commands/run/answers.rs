//! What is asked of a person at a step, and what is put on record of an answer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::apply::proof::Ask;
use crate::cli::{By, RecordBackup, TwoReadings};
use crate::commands::Terminal;
use crate::commands::record::said::{Said, put};
use crate::commands::record::{backup, steps, verification};
use crate::commands::survey::recorded::Looking;
use crate::failure::{Failure, exit};
use crate::model::plan::{BackupPart, Confirmation, SiteRole};
use crate::model::{Identity, Kind, Plan, State, Step};
use crate::output::escape::line;
use crate::output::survey::choices;
use crate::project::Opened;
use crate::project::record::fits::last_verification;
use crate::survey::{Answers, how_to_write, typed};

use super::underway::Run;

/// What ends lines that are pasted.
const LAST: &str = "end";

impl Run {
    /// The place that a step is about.
    fn place(&self, step: Step, plan: &Plan) -> (Identity, SiteRole) {
        let (host, on) = self.at();
        match (step, plan.live_site()) {
            (Step::ReopenLive, Some(live)) => (live, SiteRole::Live),
            _ => (host, on),
        }
    }

    /// What is asked.
    pub(super) fn question(&self, (step, ask): (Step, &Ask), plan: &Plan) -> Result<String, Failure> {
        let (host, _) = self.place(step, plan);
        Ok(match ask {
            Ask::Verification => format!("paste the lines that the screen shows, then a line `{LAST}`"),
            Ask::Acknowledgement(number) => {
                let record = self.project.record()?;
                let of = last_verification(&record).and_then(|of| of.lines.get(number.checked_sub(1)?));
                let text = of.map_or("", |of| of.text.as_str());
                format!("line {number}, `{}`: why may it stay as it is?", line(text))
            }
            Ask::SignIn => {
                format!("how did the spare administrator sign in on {host}? For example: in a private window")
            }
            Ask::Switch(on, field) => match (on.kind, *field) {
                (Kind::Maintenance, _) => format!("is maintenance mode on, on {host}? yes or no"),
                (Kind::Crm, _) => format!("is {host} on AccessAlly Managed Contacts? yes once it is, or no"),
                (Kind::Mail, _) => format!("is mail simulated on {host}, so that none is delivered? yes or no"),
                _ => format!("`{on}: {field}` on {host}: {}", choices(on, field).unwrap_or(how_to_write(field))),
            },
            Ask::Made(on) => format!("what does the screen of `{}` show?", line(&on.to_string())),
            Ask::Backup => "the backup: its file; or `id` and the ID of your host's restore point".to_owned(),
            Ask::Step(_) => "it is done: what did you see?".to_owned(),
            Ask::Purchase(form) => {
                let expect = plan.test_purchases.get(form).map_or(&[][..], |wanted| &wanted.expect);
                let names: Vec<&str> = expect.iter().map(|wanted| wanted.name()).collect();
                format!(
                    "bought on `{}`: did you see all of it ({})? yes, or only those that you saw, separated by commas",
                    line(form),
                    names.join(", ")
                )
            }
            Ask::MergeList => {
                "the file with the reading of live from the time when it was copied, with its contacts".to_owned()
            }
        })
    }

    /// Puts an answer on record; some ask for more.
    pub(super) fn recorded(
        &mut self,
        (plan, who): (&Plan, String),
        (step, ask): (Step, &Ask),
        answer: &str,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (host, on) = self.place(step, plan);
        let by = self.by(who);
        let said: Said = match ask {
            Ask::Verification => {
                let Some(lines) = pasted(answer, terminal)? else { return Ok(()) };
                steps::verification(by, host, verification::lines(&lines)?)
            }
            Ask::Acknowledgement(number) => {
                steps::acknowledgement(by, &self.project.record()?, *number, answer.to_owned())?
            }
            Ask::SignIn => steps::sign_in(by, plan, answer.to_owned(), on)?,
            Ask::Step(step) => steps::step(by, plan, (*step, answer.to_owned()), on)?,
            Ask::Purchase(form) => {
                let expect = plan.test_purchases.get(form).map_or(&[][..], |wanted| &wanted.expect);
                let saw = seen(answer, expect)?;
                let mut more = |question: &str| terminal.ask(&format!("  {question}: "));
                let transaction = if saw.contains(&Confirmation::Order) {
                    more(
                        "the ID of the payment's transaction, or Enter if the site's orders are read with their transactions",
                    )?
                } else {
                    String::new()
                };
                let transaction = Some(transaction).filter(|id| !id.is_empty());
                let reads_orders = self.site.configuration().is_ok_and(|read| read.header.is_captured("order"));
                // Of an order that nothing reads the ID finds nothing.
                let order = if reads_orders {
                    more("the order's ID, or Enter if the form has no other new order")?
                } else {
                    String::new()
                };
                let order = Some(order).filter(|id| !id.is_empty()).into_iter().collect();
                steps::purchase(by, &self.project.open()?, form.clone(), (saw, order, transaction), on)?
            }
            Ask::MergeList => {
                let live = terminal.ask("  the file with the reading of live as it is now, with its contacts: ")?;
                steps::merge_list(by, plan, &TwoReadings { cloned: answer.to_owned(), live })?
            }
            Ask::Backup => {
                let opened = self.project.open()?;
                let asked = backup_of(by, &opened, answer, terminal)?;
                backup::backup(asked, &opened, Timestamp::now(), terminal)?
            }
            Ask::Switch(object, field) => {
                let value = typed(object, field, answer).ok_or_else(|| {
                    Failure::new(exit::USAGE, "this answer is not understood").help("write `yes` or `no`")
                })?;
                let fields = BTreeMap::from([((*field).to_owned(), value)]);
                let answers = Answers { list: None, fields: BTreeMap::from([(object.clone(), fields)]) };
                let state = State::default();
                let looking = Looking { path: self.files.plan(), plan, site: &host, state: &state, who: by.who() };
                looking.record(object.kind, &answers, Timestamp::now())?;
                return self.show("recorded", terminal);
            }
            Ask::Made(_) => return Ok(()),
        };
        put(said, plan, Timestamp::now(), terminal)
    }
}

/// Lines up to the last one; none where the input ends before it.
fn pasted(first: &str, terminal: &mut Terminal<'_>) -> Result<Option<String>, Failure> {
    let mut lines = vec![first.to_owned()];
    while lines.last().is_some_and(|last| last != LAST) {
        let Some(next) = terminal.ask_line("")? else { return Ok(None) };
        lines.push(next);
    }
    lines.pop();
    Ok(Some(lines.join("\n")))
}

/// What was seen of what is expected: all of it, or those that are named.
fn seen(answer: &str, expect: &[Confirmation]) -> Result<Vec<Confirmation>, Failure> {
    if matches!(answer, "y" | "yes") {
        return Ok(expect.to_vec());
    }
    let one = |name: &str| {
        Confirmation::ALL.iter().copied().find(|seen| seen.name() == name.trim()).ok_or_else(|| {
            Failure::new(
                exit::USAGE,
                format!("`{}` is not one of the things to look for after a purchase", line(name.trim())),
            )
            .help("choose from order, content, welcome-email, new-user")
        })
    };
    answer.split(',').map(one).collect()
}

/// A backup, as it is asked for: what no file shows by itself is asked too.
fn backup_of(by: By, opened: &Opened, answer: &str, terminal: &mut Terminal<'_>) -> Result<RecordBackup, Failure> {
    let restore_point = answer.strip_prefix("id ").map(|id| id.trim().to_owned());
    let file = restore_point.is_none().then(|| PathBuf::from(answer));
    let is_dump = [".sql", ".sql.gz", ".sql.zst"].iter().any(|end| answer.ends_with(end));
    let mut parts = Vec::new();
    if !is_dump {
        let holds = terminal.ask("  what does it hold? files, database; Enter where it is both: ")?;
        if matches!(holds.as_str(), "" | "files") || holds.contains("files,") || holds.contains(", files") {
            parts.push(BackupPart::Files);
        }
        if holds.is_empty() || holds.contains("database") {
            parts.push(BackupPart::Database);
        }
    }
    let asks_when = restore_point.is_some();
    let taken_at =
        if asks_when { terminal.ask("  when was it made? For example 2026-11-21T05:10:00Z: ")? } else { String::new() };
    let off = terminal.ask("  is a copy of it off the server? yes or no: ")?;
    let of = opened.plan.backup.as_ref().map_or(SiteRole::Live, |backup| backup.of);
    Ok(RecordBackup {
        by,
        file,
        restore_point,
        of,
        backup_dir: opened.backup_dir.clone(),
        parts,
        prefix: None,
        taken_at: Some(taken_at).filter(|at| !at.is_empty()),
        stored_off_server: matches!(off.as_str(), "y" | "yes"),
    })
}
