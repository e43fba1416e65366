//! What a verb writes to, and what becomes of its exit code where nobody listens or a run was begun.

use std::borrow::Cow;
use std::cell::RefCell;
#[cfg(not(unix))]
use std::io::BufRead as _;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;
use std::time::Instant;

use crate::cli::{AdapterVerb, BridgeVerb, ContactsVerb, LockVerb, SiteVerb, Verb};
use crate::failure::{Failure, exit};
use crate::output::human::Style;
use crate::output::words;
use crate::text::masked;

#[cfg(unix)]
use super::interrupt::is_interrupted;
use super::progress;
use super::run::typed::Typed;

/// What a verb writes to. A stream that cannot be written any more takes everything and keeps nothing, so that no run is cut short by
/// it; `ended` says in the end what that means.
pub struct Terminal<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub err: &'a mut dyn Write,
    /// What takes notes and next commands in, where nobody wants them.
    pub(super) silent: Option<io::Sink>,
    /// Whether colours may be used.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Whether somebody reads data on a terminal, which breaks what is too long for it inside words.
    pub(super) wraps: bool,
    /// How far a run was begun by this process.
    pub begun: Begun,
    /// What became of data.
    pub lost: Lost,
    /// Whether what looks like a person's address is left out of everything that is written.
    pub(super) masks: bool,
    /// Whether the verb is there for what it writes elsewhere, and not for what it says: where it ended well it did so.
    pub(super) keeps: bool,
    /// The command lines of the run that this process may have begun.
    pub(super) typed: Option<Typed>,
}

/// How far a run was begun: what the exit codes that say "nothing was written" may still mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Begun {
    /// Nothing was begun.
    #[default]
    No,
    /// There is a run, and its journal stands: it cannot be said that nothing could be run.
    Journaled,
    /// The run changes, or has changed, its site.
    Written,
}

impl Begun {
    /// The exit code that is true of a run.
    fn code(self, code: u8) -> u8 {
        let is_true = match self {
            Self::No => true,
            Self::Journaled => code != exit::COULD_NOT_RUN,
            Self::Written => matches!(code, exit::OK | exit::PART_WAY | exit::NOT_VERIFIED | exit::INTERRUPTED),
        };
        if is_true { code } else { exit::PART_WAY }
    }
}

impl Terminal<'_> {
    /// Whether nobody wants more than what was found or failed.
    pub(super) fn is_quiet(&self) -> bool {
        self.silent.is_some()
    }

    /// For what only helps: what was written, what comes next, what a reading is worth.
    pub(super) fn notes(&mut self) -> &mut dyn Write {
        match &mut self.silent {
            Some(silent) => silent,
            None => self.err,
        }
    }

    /// How this terminal is drawn on, with no more than so many findings.
    pub(super) fn style(&self, most: usize) -> Style {
        Style { color: self.color, width: self.width, most, hints: !self.is_quiet() }
    }

    /// Notes that a run was begun, so that no exit code says otherwise from here on.
    pub(super) fn has_begun(&mut self, begun: Begun) {
        self.begun = self.begun.max(begun);
    }

    /// Text for whoever reads it: on a terminal broken between words.
    pub(super) fn prose<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.wraps { words::wrapped(text, self.width).into() } else { text.into() }
    }

    /// Drops what was typed on a terminal before the next question is shown: it answers none that nobody has seen.
    pub(super) fn forget_typed_ahead(&mut self) {
        #[cfg(unix)]
        // Where standard input is no terminal nothing was typed.
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    }

    /// Asks a person, and gives their answer without the blanks around it.
    pub(super) fn ask(&mut self, question: &str) -> Result<String, Failure> {
        self.ask_line(question).map(Option::unwrap_or_default)
    }

    /// The same; none where the input is at its end.
    pub(super) fn ask_line(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.show(question)?;
        self.answer(None).map(Option::flatten)
    }

    /// Shows a question whose answer is awaited from now on.
    pub(super) fn show(&mut self, question: &str) -> Result<(), Failure> {
        write!(self.out, "{question}")?;
        if self.is_shown() {
            progress::asked(true);
            return Ok(());
        }
        Err(Failure::new(exit::COULD_NOT_RUN, "the question could not be shown, so it was not asked"))
    }

    /// What is typed, if somebody begins to before then; within it, none where the input is at its end.
    pub(super) fn answer(&mut self, until: Option<Instant>) -> Result<Option<Option<String>>, Failure> {
        let answered = answer(until);
        progress::asked(matches!(answered, Ok(None)));
        match answered {
            Ok(answer) => Ok(answer.map(|answer| (!answer.is_empty()).then(|| answer.trim().to_owned()))),
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                writeln!(self.out)?;
                Err(Failure::new(exit::INTERRUPTED, "interrupted: nothing was answered, so nothing was done"))
            }
            Err(error) => Err(Failure::new(exit::COULD_NOT_RUN, format!("the answer could not be read: {error}"))),
        }
    }

    /// Whether whoever reads data left before its end.
    pub(super) fn is_left(&self) -> bool {
        self.lost.0.borrow().as_ref().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    }

    /// Whether everything that was written as data has arrived.
    pub(super) fn is_shown(&mut self) -> bool {
        let flushed = self.out.flush();
        flushed.is_ok() && self.lost.0.borrow().is_none()
    }

    /// How a verb ended, whatever became of its words: a reader who left is nothing, and what was written is never called
    /// unwritten.
    pub(super) fn ended(&mut self, ended: Result<u8, Failure>) -> Result<u8, Failure> {
        self.is_shown();
        let lost = self
            .lost
            .0
            .borrow()
            .as_ref()
            .filter(|error| error.kind() != ErrorKind::BrokenPipe)
            .map(io::Error::to_string);
        match (ended, lost) {
            (Ok(code @ (exit::OK | exit::NOT_GREEN)), Some(error)) if self.begun == Begun::No && !self.keeps => {
                let help = if code == exit::OK { "" } else { "; the verdict is not green" };
                Err(Failure::new(exit::COULD_NOT_RUN, format!("cannot write: {error}{help}")))
            }
            (Ok(exit::OK), Some(error)) => {
                let message = format!("it was done, but its output could not be written: {error}");
                Err(Failure::new(exit::NOT_VERIFIED, message).help(self.looks()))
            }
            (Ok(code), _) => Ok(self.begun.code(code)),
            (Err(failure), _) => Err(self.failed(failure)),
        }
    }

    fn looks(&self) -> String {
        let look = self.typed.as_ref().map(|typed| format!(" with `{}`", typed.named().status()));
        format!("check what was done{}", look.unwrap_or_default())
    }

    fn goes_on(&self) -> String {
        self.typed.as_ref().map_or_else(String::new, |typed| {
            let named = typed.named();
            format!("then continue with `{}`, or take the run back with `{}`; ", named.resume(), named.undo())
        })
    }

    fn failed(&self, mut failure: Failure) -> Failure {
        let code = self.begun.code(failure.code);
        if code != failure.code {
            failure.code = code;
            failure.message = format!("stopped: {}", failure.message);
            let help = failure.help.unwrap_or_else(|| self.looks());
            // What says already how to go on need not be followed by it again.
            let goes_on = if help.contains("--resume") { String::new() } else { self.goes_on() };
            failure.help = Some(format!("{help}; {goes_on}what is done is not done again"));
        }
        failure
    }
}

/// One line of standard input, empty at its end; none where nothing was typed until then. Ctrl-C ends the wait for it, where somebody listens to that; elsewhere it ends the process.
#[cfg(unix)]
fn answer(until: Option<Instant>) -> io::Result<Option<String>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    // Long enough to cost nothing, and short enough for a signal that came right before the wait.
    const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let stdin = io::stdin();
    let mut answer = Vec::new();
    while answer.last() != Some(&b'\n') && answer.len() < LONGEST_ANSWER {
        if is_interrupted() {
            return Err(ErrorKind::Interrupted.into());
        }
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {
                if answer.is_empty() && until.is_some_and(|until| Instant::now() >= until) {
                    return Ok(None);
                }
                continue;
            }
            ready => ready?,
        };
        // By the byte and past any buffer, which could hold what was typed ahead of the next question.
        let mut byte = [0];
        match rustix::io::read(&stdin, &mut byte) {
            Ok(0) => break,
            Err(rustix::io::Errno::INTR) => {}
            read => answer.extend(&byte[..read?]),
        }
    }
    String::from_utf8(answer).map(Some).map_err(|_| ErrorKind::InvalidData.into())
}

#[cfg(not(unix))]
fn answer(_: Option<Instant>) -> io::Result<Option<String>> {
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map(|_| Some(answer))
}

/// Most bytes of an answer.
#[cfg(unix)]
const LONGEST_ANSWER: usize = 4096;

/// Whether a verb is there for what it writes. Of `apply` and `undo`, which may end before they write, [`Begun`] says it.
pub(super) fn keeps(verb: &Verb) -> bool {
    match verb {
        Verb::Seal(_) | Verb::Adopt(_) | Verb::Purge(_) | Verb::Init(_) | Verb::Record(_) => true,
        Verb::Example(_) | Verb::Man(_) | Verb::Tour(_) | Verb::Runbook(_) | Verb::Report(_) => true,
        Verb::Upgrade(args) => !args.dry_run,
        Verb::Fmt(args) => !args.check && !args.diff,
        Verb::Contacts(args) => !matches!(args.verb, ContactsVerb::Suggest { .. }),
        Verb::Survey(args) => args.sheets.is_some() || args.read.is_some() || super::may_ask(args.no_input),
        Verb::Lock(args) => matches!(args.verb, LockVerb::Break { .. }),
        Verb::Adapter(args) => matches!(args.verb, AdapterVerb::Request { out: Some(_), .. }),
        Verb::Bridge(args) => matches!(args.verb, BridgeVerb::Zip { .. }),
        Verb::Site(args) => match &args.verb {
            SiteVerb::Inventory { out, .. } | SiteVerb::Map { out, .. } | SiteVerb::Ask { out, .. } => out.is_some(),
            SiteVerb::Capture { .. } | SiteVerb::Connect { .. } | SiteVerb::Disconnect { .. } => true,
            SiteVerb::Doctor { .. } | SiteVerb::Removed { .. } => false,
        },
        Verb::Snapshot(args) => args.verb.is_some() || args.out.is_some(),
        Verb::Schema(args) => args.write.is_some(),
        Verb::SupportBundle(args) => args.out.is_some(),
        Verb::Apply(_) | Verb::Undo(_) => false,
        Verb::Check(args) => args.fix && !args.diff,
        Verb::Diff(_) | Verb::Status(_) | Verb::Log(_) => false,
        Verb::Verify(args) => args.who.is_some(),
        Verb::Owed(args) => args.out.is_some(),
        Verb::Parity(args) => args.out.is_some(),
        Verb::Rules(_)
        | Verb::Journey(_)
        | Verb::Member(_)
        | Verb::MergeList(_)
        | Verb::Explain(_)
        | Verb::Completions(_) => false,
    }
}

/// A named paragraph, as wide as the terminal.
pub(super) fn labelled(name: &str, text: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let first = format!("  {name:9}  ");
    let rest = " ".repeat(first.len());
    let options = textwrap::Options::new(terminal.width)
        .word_separator(words::SEPARATOR)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
        .initial_indent(&first)
        .subsequent_indent(&rest);
    // An address that is cut at the end of a line is none any more.
    let text = masked(text, !terminal.masks);
    Ok(writeln!(terminal.out, "{}", textwrap::fill(&text, options))?)
}

/// Why a stream cannot be written any more; none where it can.
#[derive(Clone, Debug, Default)]
pub struct Lost(Rc<RefCell<Option<io::Error>>>);

/// A stream whose reader may leave, or whose disk may be full.
#[derive(Debug)]
pub(super) struct Patient<W> {
    inner: W,
    lost: Lost,
}

impl<W: Write> Patient<W> {
    /// A stream, and what becomes of it.
    pub(super) fn new(inner: W) -> (Self, Lost) {
        let lost = Lost::default();
        (Self { inner, lost: lost.clone() }, lost)
    }

    fn keep(&self, written: io::Result<()>) {
        if let Err(error) = written {
            self.lost.0.borrow_mut().get_or_insert(error);
        }
    }

    fn is_lost(&self) -> bool {
        self.lost.0.borrow().is_some()
    }
}

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_lost() {
            let written = self.inner.write_all(bytes);
            self.keep(written);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.is_lost() {
            let flushed = self.inner.flush();
            self.keep(flushed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of the table.
    const CODES: [u8; 14] = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20, 21, 130];

    #[test]
    fn after_a_write_no_code_says_that_nothing_was_written() {
        for code in CODES {
            assert_eq!(Begun::No.code(code), code);
            assert_ne!(Begun::Journaled.code(code), exit::COULD_NOT_RUN);
            assert!([0, 20, 21, 130].contains(&Begun::Written.code(code)), "{code}");
            if [0, 20, 21, 130].contains(&code) {
                assert_eq!(Begun::Written.code(code), code);
            }
        }
    }

    /// A stream that fails.
    struct Fails(ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    fn ended(kind: ErrorKind, begun: Begun, code: u8) -> u8 {
        ends(kind, (begun, false), code)
    }

    fn ends(kind: ErrorKind, (begun, keeps): (Begun, bool), code: u8) -> u8 {
        let (mut out, lost) = Patient::new(Fails(kind));
        let mut terminal = Terminal {
            out: &mut out,
            err: &mut io::sink(),
            silent: None,
            color: false,
            width: 80,
            wraps: false,
            begun,
            lost,
            keeps,
            typed: None,
            masks: true,
        };
        writeln!(terminal.out, "something").unwrap();
        terminal.ended(Ok(code)).unwrap_or_else(|failure| failure.code)
    }

    #[test]
    fn a_reader_who_leaves_is_no_failure_and_the_code_says_what_became_of_it() {
        for code in CODES {
            assert_eq!(ended(ErrorKind::BrokenPipe, Begun::No, code), code);
        }
        assert_eq!(ended(ErrorKind::BrokenPipe, Begun::Written, 0), 0);
        assert_eq!(ended(ErrorKind::StorageFull, Begun::No, 0), 3);
        assert_eq!(ends(ErrorKind::StorageFull, (Begun::No, true), 0), 21);
        assert_eq!(ends(ErrorKind::BrokenPipe, (Begun::No, true), 0), 0);
        assert_eq!(ended(ErrorKind::StorageFull, Begun::No, 10), 10);
        assert_eq!(ended(ErrorKind::StorageFull, Begun::Written, 0), 21);
        assert_eq!(ended(ErrorKind::StorageFull, Begun::Journaled, 20), 20);
    }
}
