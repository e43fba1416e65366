//! A step that is waited for, from one reading to the next: what is lacking in a line, or a question.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::apply::proof::{Ask, Open};
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, interrupt, may_ask, progress};
use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::{Capture, Kind, Plan, Step};
use crate::output::escape;

use super::underway::Run;

/// What lies between two readings at least while a person's step is waited for.
const POLL: Duration = Duration::from_secs(2);

/// And at most: so long a person waits until their step is looked for again.
const LONGEST: Duration = Duration::from_secs(60);

/// How wide the waiting line is at most.
const WIDTH: usize = 79;

/// Waits until a reading of a site at an address can be known to be after this moment: its time is to the second.
pub(super) fn until_readings_are_after(since: Timestamp, site: &str) {
    let next = since.as_second().checked_add(1).and_then(|second| Timestamp::from_second(second).ok());
    let left = next.map_or(SignedDuration::ZERO, |next| next.duration_since(Timestamp::now()));
    // A clock that was set back is not waited for.
    if site.contains("://") && left.is_positive() && left <= SignedDuration::from_secs(1) {
        thread::sleep(left.unsigned_abs());
    }
}

/// A step that is waited for.
pub(super) struct Waiting {
    /// What was seen last, and when that changed.
    moved: (MigrationSignals, Timestamp),
    /// What the log of events holds of it; none where it holds nothing yet.
    logged: Option<Option<MigrationSignals>>,
    /// What the waiting line says of the time.
    pub(super) time: String,
    /// What is asked for on the terminal, and was shown already.
    pub(super) asked: Option<Ask>,
    /// What was said to be lacking last.
    pub(super) said: String,
    /// Why the site could not be read last; nothing where it was.
    unread: String,
    /// Whether a line is drawn that the next one takes the place of.
    is_drawn: bool,
}

impl Waiting {
    /// It begins to be waited for.
    pub(super) fn new() -> Self {
        let moved = (MigrationSignals::default(), Timestamp::now());
        Self {
            moved,
            logged: None,
            time: String::new(),
            asked: None,
            said: String::new(),
            unread: String::new(),
            is_drawn: false,
        }
    }
}

/// What is waited for is there: what comes next begins on a line of its own.
pub(super) fn ended(waiting: Option<Waiting>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let Some(waiting) = waiting else { return Ok(()) };
    progress::asked(false);
    if waiting.is_drawn {
        writeln!(terminal.err)?;
    }
    if waiting.asked.is_some() {
        writeln!(terminal.out)?;
    }
    Ok(())
}

/// What is lacking and what moves, in a line of at most so many columns: what does not fit is left out from the end.
fn line(lacks: &str, more: &[String], width: usize) -> String {
    let mut line = format!("  waiting: {lacks}");
    if line.chars().count() > width {
        line = line.chars().take(width - 1).collect::<String>() + "…";
    }
    for part in more.iter().filter(|part| !part.is_empty()) {
        if line.chars().count() + 3 + part.chars().count() > width {
            break;
        }
        line = format!("{line} · {part}");
    }
    line
}

/// What comes before the first semicolon or colon; none of a name in backticks or of a time of day is one.
fn first_words(why: &str) -> &str {
    let mut is_quoted = false;
    let end = why.char_indices().find(|(at, c)| {
        is_quoted ^= *c == '`';
        !is_quoted && (*c == ';' || *c == ':' && why[at + 1..].starts_with(' '))
    });
    end.map_or(why, |(at, _)| &why[..at])
}

impl Run {
    /// How long the site is left alone between two readings.
    fn rest(&self) -> Duration {
        POLL.max(self.site.peace().min(LONGEST))
    }

    /// Shows once why the site cannot be read at this moment. What the waiting line says of it then.
    ///
    /// A login that is refused again and again locks its user out, so nobody waits for it; past the barrier the run stays, and asks seldom.
    fn unread(
        &self,
        failure: Failure,
        step: Step,
        waiting: &mut Waiting,
        terminal: &mut Terminal<'_>,
    ) -> Result<String, Failure> {
        if failure.is_login && !self.is_watching(step) {
            return Err(failure);
        }
        let Failure { message: why, help, .. } = failure;
        if self.site.is_in_a_file() {
            return Ok(format!("the site's file cannot be read now: {why}"));
        }
        if waiting.unread != why {
            if std::mem::take(&mut waiting.is_drawn) {
                writeln!(terminal.err)?;
            }
            labelled("unread", &why, terminal)?;
            if let Some(help) = &help {
                labelled("", help, terminal)?;
            }
            waiting.unread = why;
        }
        Ok("the site cannot be read now, and is tried again".to_owned())
    }

    /// Whether it is the migration that is waited for, of which nobody knows how far it is.
    fn is_watching(&self, step: Step) -> bool {
        step == Step::RunMigration && self.journal.progress().is_past_the_barrier()
    }

    /// How a site in a file is made to show what was done on the site itself; none for a site at an address, which shows it by itself.
    ///
    /// What a machine wrote into the file no person leaves out of it.
    pub(super) fn brought_up_to_date(&mut self, step: Step) -> Option<String> {
        if !self.site.is_in_a_file() {
            return None;
        }
        let names = self.names(&Plan::default());
        let (host, on) = self.at();
        let named = names.of(&host, on);
        let attested = match step {
            Step::RunMigration => Some((Kind::Crm, "crm: managed", "crm managed=VALUE")),
            Step::EnterMaintenance | Step::LeaveMaintenance => {
                Some((Kind::Maintenance, "maintenance: on", "maintenance on=VALUE"))
            }
            _ => None,
        };
        let header = self.site.configuration().map(|snapshot| snapshot.header).ok();
        let capture = attested.zip(header).map(|((kind, ..), header)| header.capture(kind.name()));
        // What the file does not hold a person is asked for.
        if matches!(capture, Some(Capture::Missing(_))) {
            return None;
        }
        let attested = attested.filter(|_| capture.is_some_and(|capture| !capture.is_by_a_machine()));
        let attested = attested.map_or_else(String::new, |(_, fact, saw)| {
            format!("; if the file leaves out `{fact}`, a person attests it instead: `{}`", named.saw_switch(saw))
        });
        Some(format!(
            "`plan` knows of this site only what its file says: when it is done on the site, write into `{file}` what the \
            screens show then, with a new `taken_at`, and finalize it (its population first): `{}`{attested}",
            named.finalize(),
            file = escape::line(&self.site.name()),
        ))
    }

    /// Asks for what a person can say, on a terminal of theirs; else shows what is lacking. Either for as long as lies between two
    /// readings. A login that was `refused` a moment ago is not sent again before that.
    pub(super) fn wait_or_ask(
        &mut self,
        no_input: bool,
        (step, open, plan): (Step, &Open, &Plan),
        (waiting, refused): (&mut Waiting, Option<Failure>),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let read = match refused {
            Some(failure) => Err(failure),
            None => self.site.configuration().map(|site| MigrationSignals::of(&site)).map_err(Failure::from),
        };
        let is_refused = matches!(&read, Err(failure) if failure.is_login);
        let (seen, unread) = match read {
            Ok(seen) => {
                waiting.unread.clear();
                (Some(seen), None)
            }
            Err(failure) => (None, Some(self.unread(failure, step, waiting, terminal)?)),
        };
        let rest = if is_refused { LONGEST } else { self.rest() };
        if waiting.logged.as_ref() != Some(&seen) {
            self.log.waiting(step, || seen.clone());
            waiting.logged = Some(seen.clone());
        }
        if waiting.said != open.why {
            if std::mem::take(&mut waiting.is_drawn) {
                writeln!(terminal.err)?;
            }
            waiting.said.clone_from(&open.why);
            waiting.asked = None;
            labelled("lacks", &open.why, terminal)?;
            if open.asks.is_none() {
                if let Some(how) = self.brought_up_to_date(step) {
                    labelled("then", &how, terminal)?;
                }
                if may_ask(no_input) {
                    self.show(
                        "the site is read again and again, and nothing is to be typed until it shows that; Ctrl-C ends here, and \
                        nothing is lost",
                        terminal,
                    )?;
                }
            }
        }
        match &open.asks {
            Some((ask, _)) if may_ask(no_input) => self.ask(plan, (step, ask), (waiting, rest), terminal),
            _ => self.wait((step, open), (seen, unread), (waiting, rest), terminal),
        }
    }

    /// Shows what moves, for as long as lies between two readings.
    fn wait(
        &mut self,
        (step, open): (Step, &Open),
        (seen, unread): (Option<MigrationSignals>, Option<String>),
        (waiting, rest): (&mut Waiting, Duration),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let raised = interrupt::ctrl_c();
        let now = Timestamp::now();
        if let Some(seen) = &seen
            && *seen != waiting.moved.0
        {
            waiting.moved = (seen.clone(), now);
        }
        let still = format!("{} s since the last change", now.duration_since(waiting.moved.1).as_secs());
        // The first words say it; what follows is shown above the line.
        let lacks = unread.as_deref().unwrap_or_else(|| first_words(&open.why));
        let counted = seen.map(|seen| seen.counted()).unwrap_or_default();
        let more = [waiting.time.clone(), counted, still];
        // One line, so that the next one can take its place.
        if !self.log.is_on_stderr() && !terminal.is_quiet() {
            let line = line(&escape::line(lacks), &more, WIDTH.min(terminal.width - 1));
            write!(terminal.err, "\r\x1b[K{line}")?;
            waiting.is_drawn = true;
        }
        // What was said before the line is drawn is what the person acts on.
        terminal.out.flush()?;
        terminal.err.flush()?;
        for _ in 0..rest.as_millis() / 100 {
            if raised.load(Ordering::Relaxed) {
                writeln!(terminal.err)?;
                let message = format!("interrupted while waiting at {}: {open}", step.in_a_sentence());
                return Err(Failure::new(exit::INTERRUPTED, message)
                    .help(format!("continue with `{}`; nothing is lost", self.resume_command())));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        if let Some(why) = self.lock.ousted(Timestamp::now()) {
            return Err(Failure::new(exit::PART_WAY, format!("stopped: {why}")));
        }
        self.everybody.let_age(self.site.peace());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_not_cut_at_its_colons() {
        let why = "*Run Migration* may have been pressed at 2026-11-29T07:24:51Z: do not press it again";
        assert_eq!(first_words(why), "*Run Migration* may have been pressed at 2026-11-29T07:24:51Z");
        assert_eq!(first_words("`charging-guard: enabled` is off; set it"), "`charging-guard: enabled` is off");
        assert_eq!(first_words("nothing to cut"), "nothing to cut");
        assert_eq!(first_words("one; two"), "one");
    }

    #[test]
    fn the_waiting_line_says_what_is_lacking_and_fits() {
        let more =
            ["2 min 4 s so far, rehearsed 10 min".to_owned(), "members processed: 12".to_owned(), "4 s".to_owned()];
        let said = line("the site says that it is not on Managed Contacts yet", &more, 79);
        assert_eq!(said, "  waiting: the site says that it is not on Managed Contacts yet");
        let said = line("maintenance mode is on", &more, 79);
        assert_eq!(said, "  waiting: maintenance mode is on · 2 min 4 s so far, rehearsed 10 min");
        for lacks in ["", "x", &"ä".repeat(200)] {
            let said = line(lacks, &more, 79);
            assert!(said.chars().count() <= 79 && said.starts_with("  waiting: "), "{said}");
        }
    }
}
