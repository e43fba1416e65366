//! One file a verb: collects what a verb needs, calls the pure rooms, writes what they say.

mod adapter;
mod arguments;
mod around;
mod ask;
mod attesting;
mod bridge;
mod changes;
mod check;
mod choice;
mod collector;
mod contacts;
mod contacts_export;
mod contacts_import;
mod diff;
mod everybody;
mod example;
mod executors;
mod explain;
mod explain_coverage;
mod explain_example;
mod fmt;
mod from_capture;
mod glossary;
mod hidden;
mod import;
mod init;
mod inputs;
mod interrupt;
mod journey;
mod kept_values;
mod lifted;
mod looked_again;
mod man;
mod member;
mod members;
mod merge_list;
mod new_file;
mod original;
mod owed;
mod own_rules;
mod parity;
mod plans_below;
mod progress;
mod record;
mod removed;
mod report;
mod reports;
mod rewritten;
mod run;
mod runbook;
mod schema;
mod since;
mod site;
mod site_read;
mod snapshot;
mod survey;
mod terminal;
mod told_git;
mod tour;
mod tracked;
mod unjudged;
mod upgrade;
mod verify;
mod voice;
mod without_adapter;

use std::io::{self, IsTerminal};

use crate::cli::{self, CheckFormat, Cli, Color, Verb};
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::inert::Inert;
use crate::output::masked::{Hides, Masked};
use crate::output::words::wrapped;
use crate::text::Limits;

pub use arguments::arguments;
use terminal::Patient;
pub use terminal::{Begun, Lost, Terminal};
use voice::Voice;

/// Whether there is a person to ask.
fn may_ask(no_input: bool) -> bool {
    !no_input && io::stdin().is_terminal()
}

/// Runs a command line to its exit code.
pub fn run(cli: Cli) -> u8 {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let (color, wraps) = (colors(cli.color, stdout.is_terminal()), stdout.is_terminal());
    let masks = !cli.show_personal;
    let data = io::BufWriter::new(stdout.lock());
    let data = if is_for_a_runner(&cli.verb) { Inert::of_commands(data) } else { Inert::new(data) };
    let hides = if masks { Hides::People } else { Hides::Secrets };
    let of_data = if is_its_own(&cli.verb) { Hides::Nothing } else { hides };
    let (mut out, lost) = Patient::new(Masked::new(data, of_data));
    // Not held: what is said on the way (`voice`) comes from other threads too.
    let (mut err, _) = Patient::new(Masked::new(Inert::new(&stderr), hides));
    let begun = Begun::No;
    let voice = Voice::of(&cli);
    let silent = matches!(voice, Ok(Voice::Quiet)).then(io::sink);
    let (typed, keeps) = (run::typed::Typed::of_verb(&cli.verb), terminal::keeps(&cli.verb));
    let mut terminal = Terminal {
        out: &mut out,
        err: &mut err,
        silent,
        color,
        width: width(),
        wraps,
        begun,
        lost,
        keeps,
        typed,
        masks,
    };
    let ended = voice.and_then(|voice| {
        voice.show();
        arguments::attend_to_variables(&cli.variables);
        progress::allow(voice.draws());
        dispatch(cli.verb, &mut terminal)
    });
    match terminal.ended(ended) {
        Ok(code) => code,
        Err(failure) => {
            let prose = |text: String| if stderr.is_terminal() { wrapped(&text, width()) } else { text };
            if !failure.message.is_empty() {
                let _ = writeln!(terminal.err, "{}", prose(format!("plan: {}", escape::line(&failure.message))));
            }
            for detail in &failure.details {
                let _ = writeln!(terminal.err, "{}", prose(format!("  {}", escape::line(detail))));
            }
            if let Some(help) = failure.help.filter(|_| !terminal.is_quiet()) {
                let _ = writeln!(terminal.err, "{}", prose(format!("  help: {}", escape::line(&help))));
            }
            failure.code
        }
    }
}

/// Whether the lines that a verb writes as data are commands to a runner.
fn is_for_a_runner(verb: &Verb) -> bool {
    matches!(verb, Verb::Check(args) if args.format == CheckFormat::Github)
}

/// Whether what a verb writes as data is text of this program alone: its examples hold addresses that are nobody's.
fn is_its_own(verb: &Verb) -> bool {
    matches!(verb, Verb::Explain(_) | Verb::Schema(_) | Verb::Completions(_) | Verb::Bridge(_))
}

fn dispatch(verb: Verb, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match verb {
        Verb::Check(args) => check::run(&args, terminal),
        Verb::Diff(args) => diff::run(&args, terminal),
        Verb::Seal(args) => run::seal::run(&args, terminal),
        Verb::Apply(args) => run::event_log::logged(args.log_json.as_deref(), "apply", terminal, |log, terminal| {
            run::apply(&args, log, terminal)
        }),
        Verb::Status(args) => run::status::run(&args, terminal),
        Verb::Adopt(args) => run::adopt::run(&args, terminal),
        Verb::Undo(args) => run::event_log::logged(args.log_json.as_deref(), "undo", terminal, |log, terminal| {
            run::undo::run(&args, log, terminal)
        }),
        Verb::Log(args) => run::log::run(&args, terminal),
        Verb::Lock(args) => run::lock::run(args, terminal),
        Verb::Journey(args) => journey::run(&args, terminal),
        Verb::Owed(args) => owed::run(&args, terminal),
        Verb::Parity(args) => parity::run(&args, terminal),
        Verb::Member(args) => member::run(&args, terminal),
        Verb::Runbook(args) => runbook::run(&args, terminal),
        Verb::Report(args) => report::run(&args, terminal),
        Verb::Purge(args) => run::purge::run(&args, terminal),
        Verb::MergeList(args) => merge_list::run(&args, terminal),
        Verb::SupportBundle(args) => run::support::run(&args, terminal),
        Verb::Verify(args) => verify::run(&args, terminal),
        Verb::Bridge(args) => bridge::run(&args, terminal),
        Verb::Adapter(args) => adapter::run(&args, terminal),
        Verb::Site(args) => site::run(&args, terminal),
        Verb::Snapshot(args) => snapshot::run(&args, terminal),
        Verb::Init(args) => init::run(&args, terminal),
        Verb::Contacts(args) => contacts::run(&args, terminal),
        Verb::Survey(args) => survey::run(&args, terminal),
        Verb::Record(args) => record::run(args, terminal),
        Verb::Upgrade(args) => upgrade::run(&args, terminal),
        Verb::Fmt(args) => fmt::run(&args, terminal),
        Verb::Rules(args) => own_rules::test(&args, terminal),
        Verb::Explain(args) => explain::run(&args, terminal),
        Verb::Schema(args) => schema::run(&args, terminal),
        Verb::Tour(args) => tour::run(&args, terminal),
        Verb::Example(args) => example::run(&args, terminal),
        Verb::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut cli::command(), "plan", &mut script);
            terminal.out.write_all(&script)?;
            Ok(exit::OK)
        }
        Verb::Man(args) => man::write(&args.folder),
    }
}

/// Flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether it is a terminal.
fn colors(flag: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match flag {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let no = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !no && (set("CLICOLOR_FORCE") || terminal)
        }
    }
}

/// The columns as `COLUMNS` says, or as the terminal has them, between 60 and 120; 100 where nobody says.
fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    said.or_else(measured).unwrap_or(100).clamp(60, 120)
}

impl From<cli::Limits> for Limits {
    fn from(limits: cli::Limits) -> Self {
        Self { bytes: limits.max_bytes, depth: limits.max_depth, nodes: limits.max_nodes }
    }
}
