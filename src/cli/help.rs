//! The first screen, by the order of work.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::styling::Style;
use clap::builder::{StyledStr, Styles};
use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, Parser as _};

use super::Cli;
use super::variables::added;

/// The verbs in the order of work.
const GROUPS: [(&str, &[&str]); 8] = [
    ("Look at an example", &["tour", "example"]),
    (
        "Write a plan",
        &["bridge", "site", "adapter", "snapshot", "init", "contacts", "upgrade", "fmt", "survey", "record"],
    ),
    ("Check it", &["check", "explain", "rules"]),
    ("Review it", &["diff", "journey", "owed", "member", "seal", "report", "runbook"]),
    ("Apply it", &["apply", "status", "log", "undo", "adopt", "lock", "purge"]),
    ("Prove it", &["verify", "parity", "merge-list"]),
    ("Ask for help", &["support-bundle"]),
    ("For other programs", &["schema", "completions", "man", "help"]),
];

/// What the verbs write, and where; whatever is not here only prints.
const WRITTEN: &str = "  \
  the site               `apply` and `undo`, and nothing else
  .plan/, by the plan    a run's own files, and the site as it was before
  NAME.record.ndjson     `record`, `survey`, by the plan NAME.yaml; commit it
  NAME.seal.json         `seal`; commit it
  NAME.rehearsal.json    the end of a rehearsal, for `apply --on live`
  private/, by the plan  `init`, `contacts record`; never commit it
  the file you name      `init`, `upgrade`, `fmt`, `bridge`, `site`,
                         `adapter`, `snapshot`, `contacts`, `report`,
                         `runbook`, `owed`, `parity`, `support-bundle`
  the folder you name    `example`, and `survey` with `--sheets`
  the system's keyring   `site connect`, and nothing else";

/// What the exit codes mean, as `docs/exit-codes.md` has it, shortened.
const CODES: [(u8, &str); 14] = [
    (0, "green, no change, applied and read back, equal before and after"),
    (1, "red or unproven, or what `--fail-on` says; `diff --exit-code` with changes"),
    (2, "the command line is wrong"),
    (3, "could not run: unreadable file, network, login"),
    (10, "refused, nothing written: the gate is not green"),
    (11, "refused, nothing written: confirmed facts moved, or the confirmation expired"),
    (12, "refused, nothing written: the digest is missing or unknown"),
    (13, "refused, nothing written: the target is not proven"),
    (14, "refused, nothing written: locked"),
    (15, "refused, nothing written: a limit or the window is exceeded"),
    (16, "refused, nothing written: the barrier is not acknowledged"),
    (20, "stopped part-way; the journal is kept, `--resume` finishes it"),
    (21, "applied, but reading it back showed something else"),
    (130, "interrupted; can be resumed if a run had begun"),
];

/// The codes that a verb ends with, where a script has more to look at than whether it worked.
const ENDS: [(&str, &[u8]); 5] = [
    ("check", &[0, 1, 2, 3]),
    ("diff", &[0, 1, 2, 3]),
    ("apply", &[0, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20, 21, 130]),
    ("undo", &[0, 2, 3, 11, 12, 13, 14, 20, 21, 130]),
    ("verify", &[0, 2, 3, 21]),
];

/// The command line with its first screen, and the exit codes at the end of a verb's help.
pub fn command() -> Command {
    let mut all = Cli::command();
    all.build();
    let command = Cli::command().help_template(first_screen(&all));
    ENDS.iter().fold(command, |command, (verb, ends)| command.mut_subcommand(verb, |verb| verb.after_help(codes(ends))))
}

fn codes(ends: &[u8]) -> StyledStr {
    let header = Styles::styled().get_header().to_owned();
    let lines =
        CODES.iter().filter(|(code, _)| ends.contains(code)).map(|(code, what)| format!("\n  {code:<3}  {what}"));
    let mut text = StyledStr::new();
    let _ = write!(text, "{header}Exit codes:{header:#}{}", lines.collect::<String>());
    text
}

/// Reads a command line, and what the environment says in addition.
///
/// # Errors
/// What clap says of one that cannot be used, and where help or the version is asked for.
pub fn parse(
    words: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Cli, clap::Error> {
    let (words, variables) = added(words.into_iter().map(Into::into).collect(), environment)?;
    let is_help = |kind| matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    // The screen is made for whoever is shown it, and no run waits for that.
    let read = Cli::try_parse_from(&words).map_err(|error| match is_help(error.kind()) {
        true => command().try_get_matches_from(words).err().unwrap_or(error),
        false => error,
    });
    read.map(|cli| Cli { variables, ..cli })
}

/// The template of the first screen: the verbs in their groups, what is written where, the options.
fn first_screen(all: &Command) -> StyledStr {
    let styles = Styles::styled();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let painted = |style: &Style, text: &str| format!("{style}{text}{style:#}");
    let about = |verb: &str| match verb {
        "help" => "Print this, or the help of a command".to_owned(),
        verb => all.find_subcommand(verb).and_then(Command::get_about).map_or_else(String::new, ToString::to_string),
    };
    let mut screen = StyledStr::new();
    let mut say = |text: &str| _ = screen.write_str(text);
    say("{about-with-newline}\n{usage-heading} {usage}\n");
    for (group, verbs) in GROUPS {
        say(&format!("\n{}\n", painted(header, &format!("{group}:"))));
        for verb in verbs {
            say(&format!("  {}  {}\n", painted(literal, &format!("{verb:<11}")), about(verb)));
        }
    }
    say(&format!("\n{}\n{WRITTEN}\n\n{{options}}\n\n", painted(header, "What is written where:")));
    say(
        "Start here: `plan tour` runs everything on an example, in a folder of its own.\nWhat a word means: `plan explain barrier`.\n\
        Options can stand in the environment: PLAN_FAIL_ON for `--fail-on`, and so on.",
    );
    screen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_page() {
        let page = include_str!("../../docs/exit-codes.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
        let codes: Vec<(u8, &str)> = rows.filter_map(|(code, what)| Some((code.parse().ok()?, what))).collect();
        assert_eq!(codes.iter().map(|(code, _)| *code).collect::<Vec<_>>(), CODES.map(|(code, _)| code));
        for ((code, what), (_, short)) in codes.iter().zip(CODES) {
            assert!(what.starts_with(short), "{code}: {what} / {short}");
        }
    }
}
