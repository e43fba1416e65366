//! How much is said besides data: `--quiet`, `--verbose`, `PLAN_LOG`. What is said on standard error of what is read from where is written here,
//! and nowhere else: on one line, with no address of a person, and no secret.

use std::collections::HashSet;
use std::env;
use std::io::{self, Write as _};
use std::sync::{Mutex, OnceLock};

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::cli::Cli;
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::inert::Inert;
use crate::output::masked::{Hides, Masked};

/// The variable that says it where the command line does not.
pub(super) const VARIABLE: &str = "PLAN_LOG";

/// The crate whose lines are shown: those of a library may hold anything.
const OWN: &str = "amc_plan";

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Voice {
    /// What was found or failed.
    Quiet,
    /// What to do next, and notes.
    Plain,
    /// Also what is read from where, and how long it takes.
    Verbose,
    /// Also each request to a site.
    Http,
}

impl Voice {
    /// As the command line says, else the variable.
    ///
    /// # Errors
    /// Where the variable says something that is not understood.
    pub(super) fn of(cli: &Cli) -> Result<Self, Failure> {
        match (cli.quiet, cli.verbose) {
            (true, _) => Ok(Self::Quiet),
            (_, 0) => Self::of_variable(&env::var_os(VARIABLE).unwrap_or_default().to_string_lossy()),
            (_, 1) => Ok(Self::Verbose),
            (_, _) => Ok(Self::Http),
        }
    }

    fn of_variable(said: &str) -> Result<Self, Failure> {
        match said {
            "" => Ok(Self::Plain),
            "quiet" => Ok(Self::Quiet),
            "verbose" => Ok(Self::Verbose),
            "http" => Ok(Self::Http),
            other => {
                Err(Failure::new(exit::USAGE, format!("{VARIABLE} is `{other}`, and can be quiet, verbose or http")))
            }
        }
    }

    /// Whether bars may be drawn: nothing may be drawn among lines.
    pub(super) fn draws(self) -> bool {
        self == Self::Plain
    }

    /// Shows from now on what it takes in.
    pub(super) fn show(self) {
        let most = match self {
            Self::Quiet | Self::Plain => return,
            Self::Verbose => LevelFilter::Info,
            Self::Http => LevelFilter::Debug,
        };
        // Whoever came first stays.
        if log::set_logger(SHOWN.get_or_init(Shown::default)).is_ok() {
            log::set_max_level(most);
        }
    }
}

static SHOWN: OnceLock<Shown> = OnceLock::new();

/// Lines on standard error. What is read again and again is said once, requests each time.
#[derive(Default)]
struct Shown {
    said: Mutex<HashSet<String>>,
}

impl Log for Shown {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.target().split("::").next() == Some(OWN)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = line(record.level(), &record.args().to_string());
        let is_new = || self.said.lock().map_or(true, |mut said| said.insert(line.clone()));
        if record.level() >= Level::Debug || is_new() {
            // Where standard error cannot be written nobody reads it.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn flush(&self) {}
}

/// A line as it is shown, whoever made what is in it.
fn line(level: Level, text: &str) -> String {
    let kind = if level >= Level::Debug { "http" } else { "verbose" };
    let mut bytes = Vec::new();
    // Memory takes everything.
    let _ = writeln!(Masked::new(Inert::new(&mut bytes), Hides::People), "{kind}: {}", escape::line(text));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_says_one_of_three() {
        for (said, is) in
            [("", Voice::Plain), ("quiet", Voice::Quiet), ("verbose", Voice::Verbose), ("http", Voice::Http)]
        {
            assert_eq!(Voice::of_variable(said).unwrap(), is);
        }
        assert!(Voice::of_variable("loud").unwrap_err().message.starts_with("PLAN_LOG is `loud`"));
    }

    #[test]
    fn a_line_is_one_line_without_people_and_secrets_and_lines_of_libraries_are_not_shown() {
        let said = "GET\n::error::x tess@nowhere.example ?api_key=hunter2abc \u{1b}[2J";
        let shown = line(Level::Debug, said);
        assert!(shown.starts_with("http: GET") && shown.lines().count() == 1, "{shown}");
        for part in ["tess@", "hunter2", "\u{1b}"] {
            assert!(!shown.contains(part), "{shown}");
        }
        let is_shown = |target: &str| Shown::default().enabled(&Metadata::builder().target(target).build());
        assert!(is_shown("amc_plan::site::open") && !is_shown("ureq::unversioned") && !is_shown("amc_planet"));
    }
}
