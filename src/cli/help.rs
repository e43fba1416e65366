//! The first screen, by the order of work, and the examples with which each verb's help begins.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::styling::Style;
use clap::builder::{StyledStr, Styles};
use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, Parser as _};

use super::Cli;

/// The verbs in the order of work.
const GROUPS: [(&str, &[&str]); 7] = [
    ("Look at an example", &["tour", "example"]),
    ("Write a plan", &["snapshot", "init", "upgrade", "record"]),
    ("Check it", &["check", "explain"]),
    ("Review it", &["diff", "seal", "runbook"]),
    ("Apply it", &["apply", "status", "log", "undo", "adopt", "lock", "purge"]),
    ("Prove it", &["verify", "merge-list"]),
    ("For other programs", &["schema", "completions", "man", "help"]),
];

/// What the verbs write, and where; whatever is not here only prints.
const WRITTEN: &str = "  \
  the site               `apply` and `undo`, and nothing else
  .plan/, by the plan    a run's own files, and the site as it was before
  NAME.record.ndjson     `record`, by the plan NAME.yaml; commit it
  NAME.seal.json         `seal`; commit it
  NAME.rehearsal.json    the end of a rehearsal, for `apply --on live`
  the file you name      `init`, `upgrade`, `snapshot`, `runbook`, `example`";

/// A command line of each verb that works where the example lies (`plan example DIR`), or that says in capitals what to fill in.
const EXAMPLES: [(&[&str], &str); 41] = [
    (&["check"], "plan check bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["diff"], "plan diff bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["seal"], "plan seal bloom-coaching.yaml --site bloom-coaching.site.ndjson --expires 72h"),
    (&["apply"], "plan apply bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["status"], "plan status bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["undo"], "plan undo bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["adopt"], "plan adopt bloom-coaching.yaml --site bloom-coaching.site.ndjson --who jo"),
    (&["log"], "plan log bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["lock"], "plan lock status bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["runbook"], "plan runbook bloom-coaching.yaml --out runbook.html"),
    (&["purge"], "plan purge bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["verify"], "plan verify bloom-coaching.yaml --before BEFORE.site.ndjson --after AFTER.site.ndjson"),
    (&["merge-list"], "plan merge-list --cloned THEN.site.ndjson --live NOW.site.ndjson"),
    (&["snapshot"], "plan snapshot --site https://staging.example.com --out staging.site.ndjson"),
    (&["init"], "plan init --site bloom-coaching.site.ndjson --out my-plan.yaml"),
    (&["record"], "plan record backup live.sql --parts database --plan my-plan.yaml --who jo"),
    (&["upgrade"], "plan upgrade bloom-coaching.yaml --dry-run"),
    (&["explain"], "plan explain unscheduled-module"),
    (&["schema"], "plan schema plan"),
    (&["tour"], "plan tour"),
    (&["example"], "plan example my-folder"),
    (&["completions"], "plan completions bash"),
    (&["man"], "plan man my-folder"),
    (&["lock", "status"], "plan lock status bloom-coaching.yaml --site bloom-coaching.site.ndjson"),
    (&["lock", "break"], "plan lock break bloom-coaching.yaml --site bloom-coaching.site.ndjson --id ID"),
    (
        &["snapshot", "finalize"],
        "plan snapshot finalize bloom-coaching.site.ndjson --plan bloom-coaching.yaml --who jo",
    ),
    (&["snapshot", "import"], "plan snapshot import bloom-coaching.site.ndjson --plan bloom-coaching.yaml"),
    (&["record", "backup"], "plan record backup live.sql --parts database --plan my-plan.yaml --who jo"),
    (
        &["record", "verification"],
        "plan record verification lines.txt --host staging.example.com --plan my-plan.yaml --who jo",
    ),
    (&["record", "ack"], "plan record ack 3 --reason 'that tag is not used' --plan my-plan.yaml --who jo"),
    (&["record", "attest"], "plan record attest emails-off 'seen on its screen' --plan my-plan.yaml --who jo"),
    (&["record", "step"], "plan record step push 'pushed, by the host' --plan my-plan.yaml --who jo"),
    (&["record", "sign-in"], "plan record sign-in 'in a private window' --plan my-plan.yaml --who jo"),
    (&["record", "moved"], "plan record moved maintenance 'no order came' --now DIGITS --plan my-plan.yaml --who jo"),
    (
        &["record", "not-pressed"],
        "plan record not-pressed 'the phone rang' --site my.site.ndjson --plan my-plan.yaml --who jo",
    ),
    (
        &["record", "restored"],
        "plan record restored 'backup of 05:10' --site my.site.ndjson --plan my-plan.yaml --who jo",
    ),
    (&["record", "outside-window"], "plan record outside-window 'the owner agreed' --plan my-plan.yaml --who jo"),
    (
        &["record", "restore-drill"],
        "plan record restore-drill live.sql --took 25m --onto 'a fresh copy' --plan my-plan.yaml --who jo",
    ),
    (&["record", "decision"], "plan record decision go-on 'half an hour is left' --plan my-plan.yaml --who jo"),
    (&["record", "merge-list"], "plan record merge-list --cloned THEN --live NOW --plan my-plan.yaml --who jo"),
    (
        &["record", "purchase"],
        "plan record purchase course-checkout --saw order --transaction pi_1 --plan my-plan.yaml --who jo",
    ),
];

/// The command line with its first screen and its examples.
pub fn command() -> Command {
    let mut all = Cli::command();
    for (path, example) in EXAMPLES {
        all = with_example(all, path, example);
    }
    let screen = first_screen(&all);
    all.help_template(screen)
}

/// Reads a command line.
///
/// # Errors
/// What clap says of one that cannot be used, and where help or the version is asked for.
pub fn parse(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Cli, clap::Error> {
    let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    let is_help = |kind| matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    // The screen and the examples are made for whoever is shown them, and no run waits for that.
    Cli::try_parse_from(&words).map_err(|error| match is_help(error.kind()) {
        true => command().try_get_matches_from(words).err().unwrap_or(error),
        false => error,
    })
}

fn with_example(command: Command, path: &[&str], example: &str) -> Command {
    match path {
        [] => command.before_help(format!("Example:\n  {example}")),
        [verb, rest @ ..] => command.mut_subcommand(verb, |verb| with_example(verb, rest, example)),
    }
}

/// The template of the first screen: the verbs in their groups, what is written where, the options.
fn first_screen(all: &Command) -> StyledStr {
    let styles = Styles::styled();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let painted = |style: &Style, text: &str| format!("{style}{text}{style:#}");
    let about = |verb: &str| match verb {
        "help" => "Print this, or the help of a verb".to_owned(),
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
        "Start here: `plan tour` runs everything on an example, in a folder of its own.\nWhat a word means: `plan explain barrier`.",
    );
    screen
}
