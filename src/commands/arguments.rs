//! The command line: read by clap, which repeats what it cannot use as it was given.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};

use clap::error::ErrorKind;

use super::own_rules::{EVALUATE, evaluate};
use crate::cli::{self, Cli, Variables, renamed};
use crate::failure::exit;
use crate::output::escape;
use crate::output::inert::Inert;
use crate::text::{nearest, without_addresses};

/// What `plan --version` prints.
const VERSION: &str = concat!("plan ", env!("CARGO_PKG_VERSION"));

/// Reads a command line; what cannot be used ends the process, with every argument shown as text.
///
/// # Errors
/// The exit code, where there is nothing to run: the version was asked for, or the arguments were refused, and that was said.
pub fn arguments(words: impl IntoIterator<Item = OsString>) -> Result<Cli, u8> {
    let words: Vec<OsString> = words.into_iter().collect();
    if let [_, word] = words.as_slice()
        && (word == "--version" || word == "-V")
    {
        // The description of the verbs, which takes longer than all else, need not be made for that.
        drop(writeln!(io::stdout(), "{}", VERSION));
        return Err(exit::OK);
    }
    if let [_, word, from] = words.as_slice()
        && word == EVALUATE
    {
        return Err(evaluate(&from.to_string_lossy()));
    }
    let error = match cli::parse(&words, std::env::vars_os()) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    // Help and the version hold no argument, and have colours.
    if !error.use_stderr() {
        error.exit();
    }
    if let Some(answer) = renamed(&words) {
        drop(Inert::new(io::stderr().lock()).write_all(without_addresses(&answer).as_bytes()));
        return Err(exit::USAGE);
    }
    // What is given as text on one line is refused for the same reason.
    let shown = |word: &OsString| OsString::from(escape::line(&word.to_string_lossy()));
    // A list has a line for each value.
    let lines = |value: &OsString| value.to_string_lossy().lines().map(escape::line).collect::<Vec<_>>().join("\n");
    let environment = std::env::vars_os().map(|(name, value)| (name, lines(&value).into()));
    let said = cli::parse(words.iter().map(shown), environment)
        .err()
        .filter(clap::Error::use_stderr)
        .unwrap_or_else(unread)
        .render();
    let said = if io::stderr().is_terminal() && colors() { said.ansi().to_string() } else { said.to_string() };
    // Where standard error cannot be written there is nobody left to tell.
    drop(Inert::new(io::stderr().lock()).write_all(without_addresses(&said).as_bytes()));
    Err(exit::USAGE)
}

/// Says, where somebody wants to know, which variables count, and which look like one that would.
pub(super) fn attend_to_variables(variables: &Variables) {
    if !log::log_enabled!(log::Level::Info) {
        return;
    }
    for name in &variables.used {
        log::info!("{name} counts, as the command line does not say it");
    }
    for name in &variables.overruled {
        log::info!("{name} does not count, as the command line says otherwise");
    }
    let known = if variables.unknown.is_empty() { Vec::new() } else { cli::variables() };
    for name in &variables.unknown {
        if let Some(meant) = nearest(name, &known) {
            log::info!("{name} is no option's; the nearest is {meant}");
        }
    }
}

/// What is said where the arguments were refused as they are, and would not be as text on one line.
fn unread() -> clap::Error {
    cli::command().error(ErrorKind::InvalidValue, "an argument holds characters that cannot be seen")
}

/// Whether nobody asked for no colours.
fn colors() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_the_description_of_the_verbs_has() {
        assert_eq!(format!("{}\n", VERSION), cli::command().render_version());
    }
}
