//! From text to a tree: granit-parser's events, composed. No other room or file knows that parser.
//!
//! Composing goes on after everything but a syntax error: what a plan may not have (anchors, tags, repeated keys …)
//! becomes a problem, and the tree holds what is left. Events never expand, so there are no alias bombs.

mod scan;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as EventSpan, StructureStyle};

use super::problem::{DEEPEST, Limits, Problem, Problems, shown};
use super::scalar::{self, Fault};
use super::tree::{Comment, Entry, Key, Map, Node, Tree, Value};
use super::{Source, Span, intake};

/// Levels the parser goes beyond our own limit, so that it is ours that reports.
const SPARE_DEPTH: usize = 256;
/// Keys kept once for all their uses; a text with more different ones than this has few repetitions among the rest.
const SHARED_KEYS: usize = 4_096;

/// Composes a text: a tree where one makes sense, and all problems in the order of the text.
pub fn compose(source: &Source, limits: &Limits) -> (Option<Tree>, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = compose_into(source, limits, &mut problems);
    (tree, problems.finish())
}

/// As [`compose`], with the problems of the bytes already there.
pub(super) fn compose_into(source: &Source, limits: &Limits, problems: &mut Problems) -> Option<Tree> {
    if let Some(problem) = limits.too_large(source.text().len()) {
        problems.push_last(problem);
        return None;
    }
    let text = intake::printable(source.text(), problems);
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
    comments: Vec<Comment>,
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
            comments: Vec::new(),
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
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: self.limits.depth + SPARE_DEPTH,
            block_nesting_limit: self.limits.depth + SPARE_DEPTH,
        };
        let mut complete = true;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let next = match event {
                Ok((event, span)) => self.event(event, &span),
                Err(error) => self.syntax(&error),
            };
            if next == Next::Stop {
                complete = false;
                break;
            }
        }
        self.finish(complete)
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
                        .help("Write the plan, or let `plan init` write a first one."),
                );
            }
            return None;
        }
        Some(Tree { root: self.root?, comments: self.comments, complete })
    }

    fn event(&mut self, event: Event<'_>, at: &EventSpan) -> Next {
        let span = at.byte_range().unwrap_or_default();
        if event.is_node() {
            self.nodes += 1;
            if self.nodes > self.limits.nodes {
                return self.too_many_nodes(span);
            }
            if let Some(tag) = event.tag().and(at.tag_span()).and_then(|tag| tag.byte_range()) {
                self.refuse_tag(tag);
            }
        }
        match event {
            Event::DocumentStart(..) => return self.document(span),
            Event::Comment(text, _) => self.comments.push(Comment { span: to_span(&span), text: text.trim().into() }),
            Event::Anchor(_, name) => self.problems.push(span, |span| words::anchor(span, &name)),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(span),
            Event::Scalar(text, style, ..) if self.beyond == 0 => self.scalar(text, style, span),
            Event::SequenceStart(style, ..) => self.open(false, style, span),
            Event::MappingStart(style, ..) => self.open(true, style, span),
            Event::SequenceEnd | Event::MappingEnd if self.beyond > 0 => self.beyond -= 1,
            Event::SequenceEnd | Event::MappingEnd => self.close((!span.is_empty()).then_some(span.end)),
            _ => {}
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

    fn key(&mut self, text: &str, plain: bool, span: Range<usize>) {
        let slot = if plain && text == "<<" {
            self.problems.push(span.clone(), words::merge_key);
            Slot::Refused
        } else if plain && matches!(scalar::resolve(text).0, Value::Null | Value::Bool(_)) {
            let here = if span.is_empty() { scan::char_at(self.text, span.start) } else { span.clone() };
            self.problems.push(here, |span| words::key_not_text(span, text));
            Slot::Refused
        } else {
            Slot::Key(Key { text: self.shared(text), span: to_span(&span) })
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.slot = Some(slot);
            frame.end = frame.end.max(span.end);
        }
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(key) = self.keys.get(text) {
            return Arc::clone(key);
        }
        let key: Arc<str> = text.into();
        if self.keys.len() < SHARED_KEYS {
            self.keys.insert(Arc::clone(&key));
        }
        key
    }

    fn open(&mut self, map: bool, style: StructureStyle, span: Range<usize>) {
        let flow = style == StructureStyle::Flow;
        let in_map = matches!(self.frames.last(), Some(Frame { slot: Some(Slot::Key(_) | Slot::Refused), .. }));
        let start = if !map && !flow && in_map { scan::dash(self.text, self.cursor, span.start) } else { span.start };
        if self.beyond > 0 || self.frames.len() >= self.limits.depth {
            if self.beyond == 0 {
                let here = scan::char_at(self.text, start);
                let limit = self.limits.depth;
                self.problems.push(here.clone(), |span| words::too_deep(span, limit));
                self.place(Node { span: to_span(&here), value: Value::Null }, true);
            }
            self.beyond += 1;
            return;
        }
        self.cursor = self.cursor.max(span.end);
        let base = if map { self.entries.len() } else { self.items.len() };
        let slot = map.then_some(Slot::Free);
        self.frames.push(Frame { start, end: start.max(span.end), flow, base, slot });
    }

    /// Closes the innermost collection at its bracket, or else where its last child ends.
    fn close(&mut self, bracket: Option<usize>) {
        let Some(frame) = self.frames.pop() else { return };
        let end = bracket.filter(|_| frame.flow).unwrap_or(frame.end);
        self.cursor = self.cursor.max(end);
        let value = if frame.slot.is_some() {
            let problems = &mut *self.problems;
            Value::Map(Map::new(self.entries.drain(frame.base..).collect(), |first, again| {
                problems.push(again.span.range(), |span| words::duplicate_key(span, first));
            }))
        } else {
            Value::Seq(self.items.drain(frame.base..).collect())
        };
        self.place(Node { span: Span::new(frame.start, end), value }, false);
    }

    /// Puts a finished node where it belongs; where a key is due it is refused, silently if `known`.
    fn place(&mut self, node: Node, known: bool) {
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        frame.end = frame.end.max(node.span.end as usize);
        match frame.slot.replace(Slot::Free) {
            None => {
                frame.slot = None;
                self.items.push(node);
            }
            Some(Slot::Key(key)) => self.entries.push(Entry { key, value: node }),
            Some(Slot::Refused) => {}
            Some(Slot::Free) => {
                frame.slot = Some(Slot::Refused);
                if !known {
                    let text = self.text;
                    self.problems.push(node.span.range(), |span| words::complex_key(span.clone(), &text[span]));
                }
            }
        }
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
