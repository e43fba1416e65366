//! What composing needs of an event: a fifth of its size, as those of a large text go from one thread to another.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as EventSpan, StrInput, StructureStyle};

use super::super::Span;

/// A piece of a text, or the error that ends reading.
pub(super) type Read<'t> = Result<Piece<'t>, Box<ScanError>>;

/// A piece of a text, and the bytes that it covers.
pub(super) struct Piece<'t> {
    pub(super) span: Span,
    pub(super) what: What<'t>,
}

/// What a piece is.
pub(super) enum What<'t> {
    /// A document begins.
    Document,
    /// The anchor of the node before.
    Anchor(Cow<'t, str>),
    Alias,
    Scalar(Cow<'t, str>, ScalarStyle),
    /// A collection begins.
    Open {
        map: bool,
        flow: bool,
    },
    /// A collection ends.
    Close,
    /// A node with a tag.
    Tagged(Box<(Span, What<'t>)>),
}

impl What<'_> {
    /// Whether it stands for a value or a key.
    pub(super) fn is_node(&self) -> bool {
        matches!(self, Self::Alias | Self::Scalar(..) | Self::Open { .. } | Self::Tagged(_))
    }
}

/// The pieces of a text, up to its end or its first error.
pub(super) fn pieces<'t>(events: Parser<'t, StrInput<'t>>) -> impl Iterator<Item = Read<'t>> {
    events.filter_map(|event| match event {
        Ok((event, at)) => piece(event, &at).map(Ok),
        Err(error) => Some(Err(Box::new(error))),
    })
}

fn piece<'t>(event: Event<'t>, at: &EventSpan) -> Option<Piece<'t>> {
    let range = at.byte_range().unwrap_or_default();
    let tag = event.tag().and(at.tag_span()).and_then(|tag| tag.byte_range());
    let flow = |style| style == StructureStyle::Flow;
    let what = match event {
        Event::DocumentStart(..) => What::Document,
        Event::Anchor(_, name) => What::Anchor(name),
        Event::Alias(_) | Event::UnresolvedAlias(_) => What::Alias,
        Event::Scalar(text, style, ..) => What::Scalar(text, style),
        Event::SequenceStart(style, ..) => What::Open { map: false, flow: flow(style) },
        Event::MappingStart(style, ..) => What::Open { map: true, flow: flow(style) },
        Event::SequenceEnd | Event::MappingEnd => What::Close,
        _ => return None,
    };
    let what = match tag {
        Some(tag) => What::Tagged(Box::new((Span::new(tag.start, tag.end), what))),
        None => what,
    };
    Some(Piece { span: Span::new(range.start, range.end), what })
}
