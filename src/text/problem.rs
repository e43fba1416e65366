//! What can be the matter with a text, and how much of it is taken in.

use std::fmt::Write as _;
use std::ops::Range;

/// How many problems of one text are kept; one more says how many were not.
pub const MAX_PROBLEMS: usize = 1_000;

/// Deeper nesting than this is refused whatever [`Limits::depth`] says, as trees are walked by recursion.
pub(super) const DEEPEST: usize = 1_000;

/// Characters of a quoted scrap of the text before it is cut.
const SHOWN: usize = 60;

/// One thing that is the matter with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which, in kebab-case.
    pub code: &'static str,
    /// What, in one sentence without a period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where; `0..0` if it is the file as a whole.
    pub span: Range<usize>,
    /// What to write at the span; may be empty.
    pub label: String,
    /// Other places that belong to it.
    pub related: Vec<(Range<usize>, String)>,
}

impl Problem {
    pub(super) fn new(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, span, label: String::new(), related: Vec::new() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// How much is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file (`--max-bytes`); 4 GiB at most.
    pub bytes: usize,
    /// Collections inside one another (`--max-depth`); 1,000 at most.
    pub depth: usize,
    /// Keys, scalars and collections (`--max-nodes`).
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, depth: 64, nodes: 4_000_000 }
    }
}

impl Limits {
    /// The problem of a text of so many bytes, if they are too many.
    pub(super) fn too_large(&self, bytes: usize) -> Option<Problem> {
        let limit = self.bytes.min(u32::MAX as usize);
        (bytes > limit).then(|| {
            Problem::new(
                "too-large",
                0..0,
                format!("the file is larger than the {limit} bytes that are read (`--max-bytes {limit}`)"),
            )
            .help("Split the plan, or raise `--max-bytes` if the size is meant.")
        })
    }
}

/// The problems found so far: at most [`MAX_PROBLEMS`], the others counted.
#[derive(Debug, Default)]
pub(super) struct Problems {
    kept: Vec<Problem>,
    first_dropped: Option<Range<usize>>,
    dropped: usize,
}

impl Problems {
    /// Adds a problem; it is only put together if it will be kept.
    pub(super) fn push(&mut self, span: Range<usize>, problem: impl FnOnce(Range<usize>) -> Problem) {
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push(problem(span));
        } else {
            self.dropped += 1;
            self.first_dropped.get_or_insert(span);
        }
    }

    /// Adds the problem that ends reading; it is always kept.
    pub(super) fn push_last(&mut self, problem: Problem) {
        self.kept.push(problem);
    }

    /// Whether one of this code was kept.
    pub(super) fn has(&self, code: &str) -> bool {
        self.kept.iter().any(|problem| problem.code == code)
    }

    /// All of them in the order of the text, and a last one for those not kept.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.kept.sort_by_key(|problem| problem.span.start);
        if let Some(span) = self.first_dropped {
            let dropped = self.dropped;
            let message = format!("{dropped} more problems are not listed");
            self.kept.push(Problem::new("more-problems", span, message).label("the first of them"));
        }
        self.kept
    }
}

/// A scrap of the text for a message: control and direction characters escaped, cut after 60 characters.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Characters that change how the text around them looks, without being seen themselves.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}
