//! Keys, values and brackets to collections.

use std::ops::Range;
use std::sync::Arc;

use super::super::Span;
use super::super::scalar;
use super::super::tree::{Entry, Key, Map, Node, Value};
use super::{Composer, Frame, SHARED_KEYS, Slot, scan, to_span, words};

impl Composer<'_, '_> {
    pub(super) fn key(&mut self, text: &str, plain: bool, span: Range<usize>) {
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

    pub(super) fn open(&mut self, map: bool, flow: bool, span: Range<usize>) {
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
    pub(super) fn close(&mut self, bracket: Option<usize>) {
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
    pub(super) fn place(&mut self, node: Node, known: bool) {
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
}
