//! From text to a tree: granit-parser's events, composed. Only this file and its parts know that parser.
//!
//! Composing goes on after everything but a syntax error: what a plan may not have (anchors, tags, repeated keys …)
//! becomes a problem, and the tree holds what is left. Events never expand, so there are no alias bombs.

mod collect;
mod piece;
mod scan;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, mpsc};
use std::thread;

use granit_parser::{ErrorKind, Parser, ScalarStyle, ScanError};

use piece::{Read, What, pieces};

use super::conflict::{CONFLICT, RESOLVE, conflict};
use super::problem::{DEEPEST, Limits, Problem, Problems, shown};
use super::scalar::{self, Fault};
use super::tree::{Entry, Key, Node, Tree, Value};
use super::{Source, Span, decode};

/// Levels the parser goes beyond our own limit, so that it is ours that reports.
const SPARE_DEPTH: usize = 256;
/// Keys kept once for all their uses; a text with more different ones than this has few repetitions among the rest.
const SHARED_KEYS: usize = 4_096;
/// A text of more bytes is parsed in a thread of its own while it is composed; for a smaller one that would not pay.
const LARGE: usize = 1 << 18;
/// Pieces handed over at once, and how often before the parser waits.
const BATCH: usize = 1024;
const WAITING: usize = 4;

/// Composes a text: a tree where one makes sense, and all problems in the order of the text.
pub fn compose(source: &Source, limits: &Limits) -> (Option<Tree>, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = compose_into(source, limits, &mut problems);
    (tree, problems.finish())
}

/// Takes the bytes of a file: the text (what is not UTF-8 in it as `U+FFFD`, line ends of carriage returns alone as newlines), the tree,
/// and all problems.
pub fn compose_bytes(
    name: impl Into<String>,
    mut bytes: Vec<u8>,
    limits: &Limits,
) -> (Source, Option<Tree>, Vec<Problem>) {
    if let Some(problem) = limits.too_large(bytes.len()).or_else(|| decode::utf16(&bytes)) {
        return (Source::new(name, String::new()), None, vec![problem]);
    }
    // YAML ends a line at either; what looks at lines does so at newlines alone.
    decode::with_newlines(&mut bytes);
    let mut problems = Problems::default();
    let text = String::from_utf8(bytes).unwrap_or_else(|error| decode::lossy(error.as_bytes(), &mut problems));
    let source = Source::new(name, text);
    let tree = compose_into(&source, limits, &mut problems);
    (source, tree, problems.finish())
}

/// As [`compose`], with the problems of the bytes already there.
fn compose_into(source: &Source, limits: &Limits, problems: &mut Problems) -> Option<Tree> {
    if let Some(problem) = limits.too_large(source.text().len()) {
        problems.push_last(problem);
        return None;
    }
    if let Some((_, span)) = conflict(source.text()) {
        problems.push_last(Problem::new("merge-conflict", span, CONFLICT).label("git wrote this line").help(RESOLVE));
        return None;
    }
    let text = decode::printable(source.text(), problems);
    Composer::new(&text, limits, problems).run()
}

/// A collection that is still open.
struct Frame {
    start: usize,
    end: usize,
    flow: bool,
    /// Where its items or entries begin on their stack.
    base: usize,
    /// Of a mapping: the key whose value comes next. A sequence has none.
    slot: Option<Slot>,
}

enum Slot {
    /// A key comes next.
    Free,
    /// The value of this key comes next.
    Key(Key),
    /// The value of a refused key comes next; it is read and dropped.
    Refused,
}

struct Composer<'t, 'p> {
    text: &'t str,
    limits: Limits,
    problems: &'p mut Problems,
    frames: Vec<Frame>,
    items: Vec<Node>,
    entries: Vec<Entry>,
    keys: HashSet<Arc<str>>,
    root: Option<Node>,
    /// The end of the last key, value or bracket.
    cursor: usize,
    /// The last scalar that is not empty.
    last: Range<usize>,
    nodes: usize,
    documents: usize,
    /// Levels open beyond the depth limit.
    beyond: usize,
}

/// Whether reading goes on after an event.
#[derive(PartialEq, Eq)]
enum Next {
    Read,
    Stop,
}

impl<'t, 'p> Composer<'t, 'p> {
    fn new(text: &'t str, limits: &Limits, problems: &'p mut Problems) -> Self {
        Self {
            text,
            limits: Limits { depth: limits.depth.min(DEEPEST), ..*limits },
            problems,
            frames: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            keys: HashSet::new(),
            root: None,
            cursor: 0,
            last: 0..0,
            nodes: 0,
            documents: 0,
            beyond: 0,
        }
    }

    fn run(mut self) -> Option<Tree> {
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            flow_nesting_limit: self.limits.depth + SPARE_DEPTH,
            block_nesting_limit: self.limits.depth + SPARE_DEPTH,
        };
        let text = self.text;
        if text.len() <= LARGE {
            let complete = self.take(&mut pieces(Parser::new_from_str_with_options(text, options)));
            return self.finish(complete);
        }
        let complete = thread::scope(|scope| {
            let (give, given) = mpsc::sync_channel(WAITING);
            scope.spawn(move || {
                let mut pieces = pieces(Parser::new_from_str_with_options(text, options));
                loop {
                    let mut batch = Vec::with_capacity(BATCH);
                    batch.extend(pieces.by_ref().take(BATCH));
                    if batch.is_empty() || give.send(batch).is_err() {
                        return;
                    }
                }
            });
            self.take(&mut given.into_iter().flatten())
        });
        self.finish(complete)
    }

    /// Takes pieces until they end or reading stops; whether they came to their end.
    fn take(&mut self, pieces: &mut dyn Iterator<Item = Read<'t>>) -> bool {
        for piece in pieces {
            let next = match piece {
                Ok(piece) => self.piece(piece.what, piece.span.range()),
                Err(error) => self.syntax(&error),
            };
            if next == Next::Stop {
                return false;
            }
        }
        true
    }

    fn finish(mut self, complete: bool) -> Option<Tree> {
        while !self.frames.is_empty() {
            self.close(None);
        }
        self.keys = HashSet::new();
        let empty = self.root.as_ref().is_none_or(|root| root.value == Value::Null && root.span.is_empty());
        if empty {
            if complete {
                self.problems.push_last(
                    Problem::new("empty-plan", 0..0, "the plan is empty")
                        .help("Write the plan, or let `plan init --site SITE --out PLAN` write a first one."),
                );
            }
            return None;
        }
        Some(Tree { root: self.root?, complete })
    }

    fn piece(&mut self, what: What<'_>, span: Range<usize>) -> Next {
        if what.is_node() {
            self.nodes += 1;
            if self.nodes > self.limits.nodes {
                return self.too_many_nodes(span);
            }
        }
        let what = match what {
            What::Tagged(tagged) => {
                self.refuse_tag(tagged.0.range());
                tagged.1
            }
            what => what,
        };
        match what {
            What::Document => return self.document(span),
            What::Anchor(name) => self.problems.push(span, |span| words::anchor(span, &name)),
            What::Alias => self.alias(span),
            What::Scalar(text, style) if self.beyond == 0 => self.scalar(text, style, span),
            What::Scalar(..) | What::Tagged(_) => {}
            What::Open { map, flow } => self.open(map, flow, span),
            What::Close if self.beyond > 0 => self.beyond -= 1,
            What::Close => self.close((!span.is_empty()).then_some(span.end)),
        }
        Next::Read
    }

    fn document(&mut self, span: Range<usize>) -> Next {
        self.documents += 1;
        if self.documents == 1 {
            self.directives(span.start);
            return Next::Read;
        }
        let span = if span.is_empty() { scan::char_at(self.text, span.start) } else { span };
        self.problems.push_last(words::second_document(span));
        Next::Stop
    }

    /// Refuses the directives before a byte; whether there were any.
    fn directives(&mut self, end: usize) -> bool {
        let lines = scan::directives(self.text, end);
        for span in lines.clone() {
            let line = &self.text[span.clone()];
            self.problems.push(span, |span| words::directive(span, line));
        }
        lines.count() > 0
    }

    fn refuse_tag(&mut self, span: Range<usize>) {
        let tag = &self.text[span.clone()];
        self.problems.push(span, |span| words::tag(span, tag));
    }

    fn alias(&mut self, span: Range<usize>) {
        let name = &self.text[span.clone()];
        self.problems.push(span.clone(), |span| words::alias(span, name));
        if self.beyond == 0 {
            self.cursor = span.end;
            self.place(Node { span: to_span(&span), value: Value::Null }, true);
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, span: Range<usize>) {
        let plain = style == ScalarStyle::Plain;
        let key_next = matches!(self.frames.last(), Some(Frame { slot: Some(Slot::Free), .. }));
        let (text, span) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let span = scan::block_scalar(self.text, self.cursor, span, &text);
                (text, span)
            }
            ScalarStyle::Plain if span.is_empty() && key_next => (Cow::Borrowed(""), span),
            ScalarStyle::Plain if span.is_empty() => (Cow::Borrowed(""), scan::after_colon(self.text, span)),
            _ => (text, span),
        };
        self.cursor = self.cursor.max(span.end);
        if !span.is_empty() {
            self.last = span.clone();
        }
        if key_next {
            return self.key(&text, plain, span);
        }
        let value = if plain { self.resolve(&text, &span) } else { Value::Str(text.into()) };
        self.place(Node { span: to_span(&span), value }, false);
    }

    fn resolve(&mut self, text: &str, span: &Range<usize>) -> Value {
        let (value, fault) = scalar::resolve(text);
        match fault {
            Some(Fault::OutOfRange) => self.problems.push(span.clone(), |span| words::out_of_range(span, text)),
            Some(Fault::NotFinite) => self.problems.push(span.clone(), |span| words::not_finite(span, text)),
            None => {}
        }
        value
    }

    fn too_many_nodes(&mut self, span: Range<usize>) -> Next {
        let here = if span.is_empty() { scan::char_at(self.text, span.start) } else { span };
        self.problems.push_last(words::too_many_nodes(here, self.limits.nodes));
        Next::Stop
    }

    /// Reports the syntax error that ends reading, in our words and with the place where it began.
    fn syntax(&mut self, error: &ScanError) -> Next {
        let offset = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let kind = error.kind();
        if *kind == ErrorKind::RecursionLimitExceeded {
            if !self.problems.has("too-deep") {
                self.problems.push_last(words::too_deep(scan::char_at(self.text, offset), self.limits.depth));
            }
            return Next::Stop;
        }
        if self.documents == 0 && self.directives(scan::line_end(self.text, offset)) {
            return Next::Stop;
        }
        let here = scan::char_at(self.text, offset);
        let long = scan::long_key(self.text, self.last.clone(), offset);
        let mut problem = match long {
            Some(key) if words::may_be_long_key(kind) => words::long_key(key.clone(), &shown(&self.text[key])),
            _ => words::syntax(kind, here, self.text),
        };
        if let Some(quote) = scan::last_quote(self.text, self.cursor.min(offset), offset)
            && words::is_quote(kind)
        {
            problem = problem.related(quote, "the quote opened here");
        }
        if let Some(frame) = self.frames.last().filter(|frame| frame.flow && frame.start < problem.span.start) {
            let bracket = scan::char_at(self.text, frame.start);
            problem = problem.related(bracket.clone(), format!("the `{}` opened here", &self.text[bracket]));
        }
        self.problems.push_last(problem);
        Next::Stop
    }
}

fn to_span(range: &Range<usize>) -> Span {
    Span::new(range.start, range.end)
}
