//! What is asked of a person at a step, and what is put on record of an answer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::apply::proof::Ask;
use crate::cli::{By, RecordBackup, SiteAdapters, TwoReadings};
use crate::commands::Terminal;
use crate::commands::record::said::{self, Said, put};
use crate::commands::record::{backup, backup_file, steps, verification};
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
                format!(
                    "did the spare administrator sign in on {host}? no; or yes, and how: `yes, in a private window`"
                )
            }
            Ask::Switch(on, field) => match (on.kind, *field) {
                (Kind::Maintenance, _) if step == Step::EnterMaintenance => {
                    format!("is maintenance mode on, on {host}? yes once it is, or no")
                }
                (Kind::Maintenance, _) => format!("is maintenance mode still on, on {host}? no once it is off, or yes"),
                (Kind::Crm, _) => format!("is {host} on AccessAlly Managed Contacts? yes once it is, or no"),
                (Kind::Mail, _) => format!("is mail simulated on {host}, so that none is delivered? yes or no"),
                _ => format!("`{on}: {field}` on {host}: {}", choices(on, field).unwrap_or(how_to_write(field))),
            },
            Ask::Made(on) | Ask::SetBack(on) => {
                format!("what does the screen of `{}` show?", line(&on.to_string()))
            }
            Ask::Backup => "the backup: its file; or `id` and the ID of your host's restore point".to_owned(),
            Ask::Step(Step::ReviewContacts) => {
                "was each contact that is named looked at on the site? no; or yes, and what you saw: `yes, all as before`"
                    .to_owned()
            }
            Ask::Step(_) => "is it done? no; or yes, and what you saw: `yes, the host says so`".to_owned(),
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
        let look = self.files.typed().named().status();
        let said: Said = match ask {
            Ask::Verification => {
                let Some(lines) = pasted(answer, terminal)? else { return Ok(()) };
                steps::verification(by, host, verification::lines(&lines)?)
            }
            Ask::Acknowledgement(number) => {
                steps::acknowledgement(by, &self.project.record()?, *number, answer.to_owned())?
            }
            Ask::SignIn => steps::sign_in(by, plan, affirmed(answer, &look)?, on)?,
            Ask::Step(step) => steps::step(by, plan, (*step, affirmed(answer, &look)?), on)?,
            Ask::Purchase(form) => {
                let expect = plan.test_purchases.get(form).map_or(&[][..], |wanted| &wanted.expect);
                let saw = seen(answer, expect)?;
                let mut more = |question: &str| terminal.ask(&format!("  {question}: "));
                let reads_orders = self.site.configuration().is_ok_and(|read| read.header.is_captured("order"));
                let unless_read =
                    if reads_orders { ", or Enter if the site's orders are read with their transactions" } else { "" };
                let transaction = if saw.contains(&Confirmation::Order) {
                    more(&format!("the ID of the payment's transaction{unless_read}"))?
                } else {
                    String::new()
                };
                let transaction = Some(transaction).filter(|id| !id.is_empty());
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
                let files = TwoReadings { cloned: answer.to_owned(), live, adapters: SiteAdapters::default() };
                steps::merge_list(by, &self.project.open()?, &files)?
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
            Ask::Made(_) | Ask::SetBack(_) => return Ok(()),
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

/// What somebody says who says yes (`look` is the command that names the way back): what stands after it. A text that was meant for another question attests nothing.
fn affirmed(answer: &str, look: &str) -> Result<String, Failure> {
    let refused = |why: String| {
        Failure::new(exit::USAGE, why).help(format!(
            "once it is so, answer `yes` and what you saw, in one line; if it cannot be so, `q` ends here, and `{look}` names the way back"
        ))
    };
    let (word, says) = answer.split_at(answer.find(|c: char| !c.is_alphabetic()).unwrap_or(answer.len()));
    if !word.eq_ignore_ascii_case("yes") {
        return Err(refused(format!("`{}` does not begin with `yes`", line(answer))));
    }
    let says = says.trim_start_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    if says.is_empty() { Err(refused("it does not say what was seen".to_owned())) } else { Ok(says.to_owned()) }
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
    if let Some(file) = &file {
        let folder = opened.settings.backup.folder(opened.backup_dir.as_deref())?;
        let path = backup_file::find(file, folder.as_deref());
        if !path.is_file() {
            return Err(Failure::new(exit::USAGE, format!("there is no file `{}`", path.display()))
                .help(format!("if it is the ID of a restore point of your host, write `id {}`", line(answer))));
        }
    }
    let is_dump = [".sql", ".sql.gz", ".sql.zst"].iter().any(|end| answer.ends_with(end));
    let parts = match is_dump {
        true => Vec::new(),
        false => until_understood("what does it hold? files, database; Enter if it holds both", held, terminal)?,
    };
    let taken_at = match restore_point {
        None => None,
        Some(_) => {
            let question =
                "when was it made? With its zone, for example 2026-11-21T05:10:00Z or 2026-11-21T06:10:00+01:00";
            Some(until_understood(question, said::time, terminal)?.to_string())
        }
    };
    let stored_off_server = until_understood("is a copy of it off the server? yes or no", yes_or_no, terminal)?;
    let of = opened.plan.backup.as_ref().map_or(SiteRole::Live, |backup| backup.of);
    Ok(RecordBackup {
        by,
        file,
        restore_point,
        of,
        backup_dir: opened.backup_dir.clone(),
        parts,
        prefix: None,
        home: None,
        taken_at,
        stored_off_server,
    })
}

/// An answer, asked for until it is one; refused where the input ends.
fn until_understood<T>(
    question: &str,
    of: impl Fn(&str) -> Result<T, Failure>,
    terminal: &mut Terminal<'_>,
) -> Result<T, Failure> {
    loop {
        let Some(answer) = terminal.ask_line(&format!("  {question}: "))? else {
            return Err(Failure::new(exit::USAGE, "the input ended before the answer"));
        };
        match of(&answer) {
            Ok(answer) => return Ok(answer),
            Err(failure) => {
                let help = failure.help.as_deref().map_or(String::new(), |help| format!(": {help}"));
                writeln!(terminal.out, "  {}{}", line(&failure.message), line(&help))?;
            }
        }
    }
}

/// What a backup holds, as it is typed.
fn held(answer: &str) -> Result<Vec<BackupPart>, Failure> {
    if answer.is_empty() {
        return Ok(BackupPart::ALL.to_vec());
    }
    let one = |word: &str| {
        let known = BackupPart::ALL.into_iter().find(|part| part.name() == word.trim());
        known.ok_or_else(|| not_understood(answer, "write `files`, `database` or `files, database`"))
    };
    answer.split(',').map(one).collect()
}

fn yes_or_no(answer: &str) -> Result<bool, Failure> {
    match answer {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err(not_understood(answer, "write `yes` or `no`")),
    }
}

fn not_understood(answer: &str, help: &str) -> Failure {
    Failure::new(exit::USAGE, format!("`{}` is not understood", line(answer))).help(help)
}
