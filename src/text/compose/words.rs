//! Every problem of composing, in the words of someone who writes plans.

use std::ops::Range;

use granit_parser::ErrorKind;

use super::super::problem::{Problem, shown};
use super::super::tree::Key;
use super::scan;

pub(super) fn anchor(span: Range<usize>, name: &str) -> Problem {
    let message =
        format!("the anchor `&{}` is not allowed: in a plan every value is written where it is used", shown(name));
    Problem::new("anchor-refused", span, message)
        .label("an anchor")
        .help("Remove the anchor and write the value out where it is used; quote the text if the `&` belongs to it.")
}

pub(super) fn alias(span: Range<usize>, name: &str) -> Problem {
    let message =
        format!("the alias `{}` is not allowed: in a plan every value is written where it is used", shown(name));
    Problem::new("alias-refused", span, message)
        .label("an alias")
        .help("Write the value out here; quote the text if the `*` belongs to it.")
}

pub(super) fn tag(span: Range<usize>, tag: &str) -> Problem {
    Problem::new("tag-refused", span, format!("the tag `{}` is not allowed", shown(tag)))
        .label("a tag")
        .help("Remove the tag; quote the value if it is text, or if the `!` belongs to it.")
}

pub(super) fn directive(span: Range<usize>, line: &str) -> Problem {
    Problem::new("directive-refused", span, format!("the directive `{}` is not allowed", shown(line.trim_end())))
        .label("a directive")
        .help("Remove this line.")
}

pub(super) fn second_document(span: Range<usize>) -> Problem {
    Problem::new("second-document", span, "a second document begins here, and a plan is one document")
        .label("read up to here")
        .help("Put each plan into a file of its own, or remove the separator.")
}

pub(super) fn merge_key(span: Range<usize>) -> Problem {
    Problem::new(
        "merge-key-refused",
        span,
        "the merge key `<<` is not allowed: in a plan every value is written \
    where it is used",
    )
    .label("a merge key")
    .help("Write the merged keys out; quote the key if it is meant as text.")
}

pub(super) fn key_not_text(span: Range<usize>, text: &str) -> Problem {
    if text.is_empty() {
        let problem = Problem::new("key-not-text", span, "a value has no key before its colon");
        return problem.label("a key is missing").help("Write the key, or quote the value if the `:` belongs to it.");
    }
    let message = format!("the key `{}` is read as a value of its own kind, not as text", shown(text));
    Problem::new("key-not-text", span, message).label("not text").help(format!("Quote the key: `\"{}\"`.", shown(text)))
}

pub(super) fn complex_key(span: Range<usize>, text: &str) -> Problem {
    let message = format!("the key `{}` is a list or a mapping, not text", shown(text));
    Problem::new("key-not-text", span, message)
        .label("not text")
        .help("Use text as the key; quote it if it has brackets.")
}

pub(super) fn duplicate_key(span: Range<usize>, first: &Key) -> Problem {
    Problem::new("duplicate-key", span, format!("the key `{}` is given twice", shown(&first.text)))
        .label("given again here")
        .help("Keep one of the two; until then only the first counts.")
        .related(first.span.range(), "first given here")
}

pub(super) fn out_of_range(span: Range<usize>, text: &str) -> Problem {
    Problem::new("number-out-of-range", span, format!("the number `{}` is too large to be kept exactly", shown(text)))
        .label("does not fit 64 bits")
        .help("Quote it if it is an identifier, or write a smaller number.")
}

pub(super) fn not_finite(span: Range<usize>, text: &str) -> Problem {
    Problem::new("number-not-finite", span, format!("`{}` is not a finite number", shown(text)))
        .label("not finite")
        .help("Write a finite number, or quote it if it is text.")
}

pub(super) fn too_deep(span: Range<usize>, limit: usize) -> Problem {
    let message = format!("this is nested more than {limit} levels deep (`--max-depth {limit}`)");
    Problem::new("too-deep", span, message)
        .label("one level too many")
        .help("Close the brackets or unindent the lines above, or raise `--max-depth` if the depth is meant.")
}

pub(super) fn too_many_nodes(span: Range<usize>, limit: usize) -> Problem {
    let message = format!("the plan has more than {limit} keys and values (`--max-nodes {limit}`)");
    Problem::new("too-many-nodes", span, message)
        .label("read up to here")
        .help("Split the plan, or raise `--max-nodes` if the size is meant.")
}

pub(super) fn long_key(span: Range<usize>, text: &str) -> Problem {
    Problem::new("yaml-syntax", span, format!("the key `{text}` is longer than the 1024 characters YAML allows"))
        .label("too long for a key")
        .help("Shorten the key, or quote the whole text if it is a value.")
}

/// Whether an overlong key makes the parser say this.
pub(super) fn may_be_long_key(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::SimpleKeyExpected | K::MappingValueNotAllowed | K::ExpectedFlowMappingSeparator | K::InvalidSimpleKey
    )
}

/// Whether the error is about a quoted text, so that its opening quote matters.
pub(super) fn is_quote(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::UnclosedQuotedScalar
            | K::InvalidQuotedScalarIndent
            | K::DocumentIndicatorInQuotedScalar
            | K::TabInIndentation
            | K::InvalidTrailingSingleQuotedScalar
            | K::InvalidTrailingDoubleQuotedScalar
    )
}

/// The parser's error in our words.
pub(super) fn syntax(kind: &ErrorKind, span: Range<usize>, text: &str) -> Problem {
    let line = text[span.start..].lines().next().unwrap_or_default();
    if is_tag(kind) {
        let written = line.split_whitespace().next().unwrap_or_default();
        let end = span.start + written.len();
        return tag(span.start..end.max(span.end), written);
    }
    if is_directive(kind) {
        return directive(span.start..span.start + line.trim_end().len(), line);
    }
    let indent = matches!(kind, ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation)
        && scan::after_tab(text, span.start);
    let kind = if indent { &ErrorKind::TabInIndentation } else { kind };
    let span = if is_tab(kind) { scan::tab(text, span.start).unwrap_or(span) } else { span };
    let separator = matches!(kind, ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator);
    let (message, help) = if separator && line.starts_with(':') {
        // The value before it was read to its end.
        (
            "a value with a colon and a space in it needs quotes".to_owned(),
            "Quote the whole value, as in `{module: \"Week 2: Hips\"}`; or add the comma that is missing before the next key.",
        )
    } else {
        explain(kind)
    };
    Problem::new("yaml-syntax", span, message).label("noticed here").help(help)
}

fn is_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::TabNotAllowed
            | K::TabInBlockIndentation
            | K::TabInIndentation
            | K::TabAtBlockScalarStart
            | K::TabInPlainScalar
    )
}

/// What is the matter, and what to do about it.
fn explain(kind: &ErrorKind) -> (String, &'static str) {
    use ErrorKind as K;
    let (message, help) = match kind {
        K::UnclosedQuotedScalar | K::InvalidQuotedScalarIndent | K::DocumentIndicatorInQuotedScalar => {
            ("a quoted text is not closed", "Add the closing quote; indent the lines of a quoted text that goes on.")
        }
        K::InvalidTrailingSingleQuotedScalar => (
            "something follows the closing quote of a quoted text",
            "Double a `'` that belongs to the text, or quote the whole value with `\"`.",
        ),
        K::InvalidTrailingDoubleQuotedScalar => (
            "something follows the closing quote of a quoted text",
            "Write `\\\"` for a quote that belongs to the text, or quote the whole value with `'`.",
        ),
        kind if is_tab(kind) => ("a tab is used for indentation", "Indent with spaces."),
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::FlowMappingValueAdjacentCollection => (
            "a colon is not allowed here",
            "Quote the value if the colon belongs to it; else check the indentation and the brackets before it.",
        ),
        K::SimpleKeyExpected | K::InvalidSimpleKey => {
            ("a key is not followed by a colon", "Add the colon, or indent the line if it belongs to the value above.")
        }
        K::ExpectedBlockMappingKey
        | K::InvalidIndentation
        | K::InvalidFlowScalarIndent
        | K::InvalidBlockScalarIndent => {
            ("the line is not indented as the lines around it", "Indent keys of the same mapping alike.")
        }
        K::ExpectedBlockSequenceEntry | K::BlockSequenceEntryNotAllowed | K::BlockEntryInFlowCollection => {
            ("a list item and other lines are mixed", "Begin each item with `- `, at the same column.")
        }
        K::UnclosedFlowCollection { open } => {
            let help = "Add the closing bracket, or quote the value if the bracket belongs to it.";
            return (format!("the bracket `{open}` is not closed"), help);
        }
        K::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("the bracket `{open}` is closed by `{close}`"), "Close it with its own bracket.");
        }
        K::MisplacedFlowCollectionEnd => {
            ("a closing bracket has no opening one", "Remove it, or quote the value if it belongs to it.")
        }
        K::ExpectedFlowMappingSeparator | K::ExpectedFlowSequenceSeparator => {
            ("a comma or a closing bracket is missing", "Separate the entries with commas, and close the bracket.")
        }
        K::UnexpectedCharacter { character } => {
            let help = "Quote the value if the character belongs to it.";
            return (format!("a value cannot begin with `{}`", shown(&character.to_string())), help);
        }
        K::UnknownQuotedScalarEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidUnicodeEscape
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidLowSurrogate
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate => (
            "a backslash in double quotes begins no escape that YAML knows",
            "Double the backslash, or quote the value with `'`.",
        ),
        K::MissingAnchorOrAliasName => ("`&` or `*` begins a value", "Quote the value if the character belongs to it."),
        K::CommentInterceptedScalar => {
            ("a comment stands inside a text of several lines", "Move the comment above it.")
        }
        K::CommentNotSeparated => ("a `#` stands right after a value", "Put a space before it, or quote the value."),
        K::BomInsideDocument => ("a byte order mark stands inside the text", "Remove it."),
        K::InvalidDocumentEnd => ("something follows the end of the document", "Remove it."),
        K::InvalidBlockScalarHeader | K::ZeroBlockScalarIndent => (
            "`|` or `>` begins a text of several lines, and something follows it",
            "Put the text on the next line, or quote the value if the character belongs to it.",
        ),
        K::UnexpectedEofBlockMapping
        | K::UnexpectedEofBlockSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofImplicitFlowMapping
        | K::UnexpectedEof
        | K::ExpectedNodeContent => {
            ("no value can be read here", "Quote the value if its first character belongs to it.")
        }
        other => return (other.to_string(), "Check the quotes, the brackets and the indentation up to here."),
    };
    (message.to_owned(), help)
}

fn is_tag(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::UndeclaredTagHandle
            | K::ExpectedTagBang
            | K::InvalidGlobalTagCharacter
            | K::InvalidTagTerminator
            | K::MissingTagUri
            | K::UnclosedVerbatimTag
            | K::InvalidTagEscape
            | K::InvalidTagUtf8LeadingByte
            | K::InvalidTagUtf8TrailingByte
            | K::InvalidTagUtf8
    )
}

fn is_directive(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::DuplicateVersionDirective
            | K::UnsupportedYamlMajorVersion
            | K::DuplicateTagDirective
            | K::MissingDocumentEndBeforeDirective
            | K::InvalidDirectiveTerminator
            | K::DirectiveDisallowed
            | K::MissingYamlVersionSeparator
            | K::MissingDirectiveName
            | K::InvalidDirectiveName
            | K::DirectiveByteLimitExceeded { .. }
            | K::TooManyReservedDirectiveParams { .. }
            | K::YamlVersionTooLong
            | K::MissingYamlVersion
            | K::InvalidTagDirectiveTerminator
            | K::ExpectedTagDirectiveBang
    )
}
