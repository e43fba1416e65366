//! `--log-json`: what a run does, one JSON line an event as it happens, for machines that watch it.
//!
//! The run does not depend on it: a log that cannot be opened is reported before anything begins, and one that cannot be written
//! any more is left alone and reported at the end.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::apply::journal::{Event, JournalEntry};
use crate::apply::open_private;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::fs::ensure_way;
use crate::guide::MigrationSignals;
use crate::model::Step;
use crate::output::escape;
use crate::text::masked;

/// The version of the format that this build writes; it stands in the first line of every call.
const VERSION: u8 = 1;

/// Most bytes of a log's first line: some three times what one takes.
const FIRST_LINE: u64 = 256;

/// Where events are written; nowhere, where nobody asked.
#[derive(Clone, Default)]
pub(crate) struct EventLog(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    to: To,
    masks: bool,
    trouble: Option<String>,
}

#[derive(Default)]
enum To {
    #[default]
    Nowhere,
    Stderr,
    File(PathBuf, File),
}

impl EventLog {
    /// Opens the log that was asked for: `-` is standard error; a file is made, for its owner only, or written on where it
    /// is such a log already. Anything else that is there is left as it is.
    fn open(asked: Option<&Path>, verb: &str, masks: bool) -> Result<Self, Failure> {
        let to = match asked {
            None => To::Nowhere,
            Some(dash) if dash == Path::new("-") => To::Stderr,
            Some(path) => To::File(path.to_owned(), open(path)?),
        };
        let log = Self(Rc::new(RefCell::new(Inner { to, masks, trouble: None })));
        log.tell(
            Timestamp::now(),
            Occurrence::OfLog(&Own::Opened { version: VERSION, verb, tool: env!("CARGO_PKG_VERSION") }),
        );
        Ok(log)
    }

    /// Whether it goes where people read along: lines that are drawn over and over would tear it.
    pub(super) fn is_on_stderr(&self) -> bool {
        matches!(self.0.borrow().to, To::Stderr)
    }

    /// What gets each event of a journal.
    pub(super) fn observer(&self) -> impl FnMut(&JournalEntry) + use<> {
        let log = self.clone();
        move |entry| log.tell(entry.at, Occurrence::OfRun(&entry.event))
    }

    /// A person's step is waited for; of a site that does not answer there is no movement. It is asked for only to be written.
    pub(super) fn waiting(&self, step: Step, seen: impl FnOnce() -> Option<MigrationSignals>) {
        if matches!(self.0.borrow().to, To::Nowhere) {
            return;
        }
        let seen = seen().map(|MigrationSignals { managed, maintenance, migrated, trapped }| Signals {
            managed,
            maintenance,
            migrated,
            trapped,
        });
        self.tell(Timestamp::now(), Occurrence::OfLog(&Own::Waiting { step, seen }));
    }

    fn tell(&self, at: Timestamp, event: Occurrence<'_>) {
        let mut inner = self.0.borrow_mut();
        let masks = inner.masks;
        let line = || {
            let line = escape::json_line(&Line { at, event }) + "\n";
            masked(&line, !masks).into_owned()
        };
        let written = match &mut inner.to {
            To::Nowhere => return,
            To::Stderr => io::stderr().write_all(line().as_bytes()).map_err(|e| format!("standard error: {e}")),
            To::File(path, file) => file.write_all(line().as_bytes()).map_err(|e| format!("`{}`: {e}", path.display())),
        };
        if let Err(trouble) = written {
            *inner = Inner { to: To::Nowhere, masks, trouble: Some(trouble) };
        }
    }
}

/// One line of `plan log --format json`, or of what `--log-json` writes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "log line", extend("$id" = "https://amc-plan.example/schemas/log.schema.json"))]
pub(crate) struct Line<'a> {
    /// When.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub(super) at: Timestamp,
    /// What: of the run, or of the log itself.
    pub(super) event: Occurrence<'a>,
}

/// What a line says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Occurrence<'a> {
    /// An event of the run, as its journal holds it.
    OfRun(&'a Event),
    /// An event of the log itself; `plan log` prints none.
    OfLog(&'a Own<'a>),
}

/// What only the log of a call holds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Own<'a> {
    /// The log of a call begins.
    Opened {
        /// The version of the log's format.
        version: u8,
        /// The verb that was called.
        verb: &'a str,
        /// The tool's version.
        tool: &'static str,
    },
    /// A person's step is waited for.
    Waiting {
        /// The step.
        step: Step,
        /// What of the site shows that a migration is going on; null where it did not answer.
        seen: Option<Signals>,
    },
    /// The call is over.
    Ended {
        /// Its exit code.
        code: u8,
        /// Why it was refused or stopped; null where it was not.
        message: Option<&'a str>,
    },
}

/// What of a site shows that a migration is going on; null what its collector does not report.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Signals {
    /// Whether the site is on AccessAlly Managed Contacts.
    managed: Option<bool>,
    /// Whether maintenance mode is on.
    maintenance: Option<bool>,
    /// Members that the migration has been through.
    migrated: Option<u64>,
    /// Mails that were caught rather than delivered.
    trapped: Option<u64>,
}

/// Runs a verb with the log that was asked for, whose last line is how it ended.
pub(crate) fn logged(
    asked: Option<&Path>,
    verb: &str,
    terminal: &mut Terminal<'_>,
    run: impl FnOnce(&EventLog, &mut Terminal<'_>) -> Result<u8, Failure>,
) -> Result<u8, Failure> {
    let log = EventLog::open(asked, verb, terminal.masks)?;
    let ended = run(&log, terminal);
    let ended = terminal.ended(ended);
    let (code, message) = match &ended {
        Ok(code) => (*code, None),
        Err(failure) => (failure.code, Some(failure.message.as_str())),
    };
    log.tell(Timestamp::now(), Occurrence::OfLog(&Own::Ended { code, message }));
    if let Some(trouble) = &log.0.borrow().trouble {
        // Nobody may be there to read it; what became of the run is not changed by that.
        let _ = writeln!(
            terminal.err,
            "the log of events is incomplete, and the run continued without it: {}",
            escape::line(trouble)
        );
    }
    ended
}

fn open(path: &Path) -> Result<File, Failure> {
    let failed = |e: io::Error| Failure::file("open the log", path, &e);
    ensure_way(path).map_err(failed)?;
    if std::fs::symlink_metadata(path).is_err() {
        return open_private(path, OpenOptions::new().create_new(true).append(true)).map_err(failed);
    }
    let mut file = open_private(path, OpenOptions::new().read(true).append(true)).map_err(failed)?;
    let mut start = Vec::new();
    (&file).take(FIRST_LINE).read_to_end(&mut start).map_err(failed)?;
    if !start.is_empty() {
        let first =
            start.split(|byte| *byte == b'\n').next().and_then(|line| serde_json::from_slice::<Value>(line).ok());
        if first.is_none_or(|first| first["event"]["opened"]["version"] != VERSION) {
            let message = format!("`{}` exists and is not a log of events, so it is not written to", path.display());
            return Err(Failure::new(exit::USAGE, message).help("choose another name with `--log-json`"));
        }
        let mut last = [0];
        file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
        if last != *b"\n" {
            // A line that was torn must not take the next one with it.
            file.write_all(b"\n").map_err(failed)?;
        }
    }
    Ok(file)
}
