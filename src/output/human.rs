//! The picture of a finding, for a person at a terminal. The only file that knows `miette`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, NamedSource,
    Severity as MietteSeverity, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::diag::{Excerpt, Finding, Missing, Severity};
use crate::model::text::many;
use crate::rules::{BY_HAND, OF_LIVE, PRIVATE};
use crate::text::{Source, same_length};

use super::clip::{self, Clip};
use super::words::SEPARATOR;
use super::{Report, Sources, ahead, escape, naming_plan, offered};

/// How a picture is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// How many findings are drawn at most; the others are counted.
    pub most: usize,
    /// Whether it is said what to do next.
    pub hints: bool,
}

/// Draws the report: every finding with its place, then what is unproven, then the verdict.
pub fn render(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(style);
    let is_shown = |finding: &&Finding| finding.due && !report.needs_site(finding);
    let due: Vec<&Finding> = report.sorted().into_iter().map(|(finding, _)| finding).filter(is_shown).collect();
    let (unproven, mut judged): (Vec<&Finding>, Vec<&Finding>) = due.into_iter().partition(|f| f.unproven);
    if judged.len() > style.most {
        // What is left out must not be what matters most.
        judged.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    for finding in judged.iter().take(style.most) {
        let mut picture = String::new();
        let drawn = Picture::of(finding, report);
        handler.render_report(&mut picture, &drawn).map_err(|_| io::Error::other("a finding could not be drawn"))?;
        writeln!(out, "{}", picture.trim_end())?;
        writeln!(out)?;
    }
    if let Some(more) = judged.len().checked_sub(style.most).filter(|more| *more > 0) {
        writeln!(out, "… and {} more; `--format concise` lists them all\n", many(more, "finding"))?;
    }
    render_unproven(&unproven, report.path, style, out)?;
    render_coming(report, style, out)?;
    render_ahead(report, style, out)?;
    summary(report, style, out)?;
    let offered = offered::counted(report).filter(|_| style.hints);
    offered.map_or(Ok(()), |line| writeln!(out, "  {line}"))
}

/// What is unproven, gathered by what is missing: twenty rules may lack the same fact.
fn render_unproven(unproven: &[&Finding], plan: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut by_why: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for finding in unproven.iter().filter(|finding| finding.severity == Severity::Error) {
        if let Some(Missing { facts, why, .. }) = &finding.lacks {
            by_why.entry(why).or_default().entry(facts).or_default().push(&finding.rule);
        }
    }
    let total: usize = by_why.values().flat_map(BTreeMap::values).map(Vec::len).sum();
    if total == 0 {
        return Ok(());
    }
    let head = format!("? {} unproven: required facts are missing", many(total, "rule"));
    writeln!(out, "{}", paint(style, "33", &head))?;
    for (why, by_facts) in by_why {
        writeln!(out, "  {}", escape::line(why))?;
        for (facts, rules) in by_facts {
            writeln!(out, "    {}: {}", escape::line(facts), rules.join(", "))?;
        }
    }
    let elsewhere = [PRIVATE, OF_LIVE];
    let is_away = |finding: &&&Finding| finding.help.as_deref().is_some_and(|help| elsewhere.contains(&help));
    let errors = || unproven.iter().filter(|finding| finding.severity == Severity::Error);
    for help in elsewhere {
        if errors().any(|finding| finding.help.as_deref() == Some(help)) {
            writeln!(out, "  help: {help}")?;
        }
    }
    if errors().all(|finding| is_away(&finding)) {
        return writeln!(out);
    }
    let lacking = errors().filter(|finding| !is_away(finding)).filter_map(|finding| finding.lacks.as_ref());
    let (of_members, others): (Vec<_>, Vec<_>) = lacking.partition(|lacks| lacks.members_only);
    writeln!(out, "  help: {BY_HAND}{}", if others.is_empty() { "" } else { "," })?;
    if !others.is_empty() {
        let survey = "or look at the screens: `plan survey PLAN --site SITE --who WHO` asks for what is missing, one after the other";
        writeln!(out, "        {}", naming_plan(survey, plan))?;
    }
    if !of_members.is_empty() {
        writeln!(
            out,
            "        no screen shows all members, so nobody is asked for them: once all else is green, a run begins without \
            comparing them if `apply` is given `--accept-unknown members`"
        )?;
    }
    writeln!(out)
}

/// What the plan alone shows already, a line each: it changes nothing of this verdict, and has the time until its gate.
fn render_coming(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let coming = report.coming();
    if coming.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(style, "33", "coming: problems of the plan itself that a later gate will report"))?;
    for (finding, coming, spot) in coming.iter().take(style.most) {
        let path = escape::line(report.sources.text(spot.document).source.name());
        let (rule, message) = (&finding.rule, escape::line(&finding.message));
        writeln!(out, "  at {}: {message} ({rule}, {path}:{})", coming.message(), spot.start.line)?;
    }
    if let Some(more) = coming.len().checked_sub(style.most).filter(|more| *more > 0) {
        writeln!(out, "  … and {more} more; `--format concise` lists them all")?;
    }
    writeln!(out, "  help: `plan explain RULE` says what a rule asks for\n")
}

/// What has to begin before the window, at the gate `fit`.
fn render_ahead(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some((title, lines)) = ahead::lines(report, style.width.max(40)) else { return Ok(()) };
    writeln!(out, "{}", paint(style, "1", &title))?;
    for line in lines {
        writeln!(out, "{}", if line.is_overdue { paint(style, "31", &line.text) } else { line.text })?;
    }
    writeln!(out)
}

/// The closing lines.
pub(super) fn summary(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lines = report.summary();
    let code = match report.judgement.verdict {
        crate::rules::Verdict::Green => "1;32",
        crate::rules::Verdict::Red => "1;31",
        crate::rules::Verdict::Unproven => "1;33",
    };
    let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    writeln!(out, "{}: {}", escape::line(report.path), paint(style, code, first))?;
    rest.iter().try_for_each(|line| writeln!(out, "  {}", escape::line(line)))
}

/// Text in a colour, where colours may be used.
pub fn paint(style: Style, code: &str, text: &str) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_word_separator(SEPARATOR)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_break_words(false)
        .with_links(false)
        .with_context_lines(1)
}

/// A finding as `miette` wants it.
#[derive(Debug)]
struct Picture<'a> {
    code: String,
    message: String,
    severity: Severity,
    help: Option<String>,
    source: Lines<'a>,
    labels: Vec<LabeledSpan>,
    site: Vec<SiteValue>,
}

impl<'a> Picture<'a> {
    fn of(finding: &Finding, report: &Report<'a>) -> Self {
        let mut message = escape::line(&finding.message);
        if report.show_personal && !finding.personal.is_empty() {
            message = format!("{message} ({})", escape::line(&finding.personal.join("; ")));
        }
        if finding.accepted {
            message.push_str(" (accepted)");
        }
        let help = [
            finding.help.as_deref().map(|help| naming_plan(&escape::line(help), report.path)),
            finding
                .fix
                .as_ref()
                .map(|fix| format!("{}:\n{}", escape::line(&fix.title), escape::terminal(fix.paste.trim_end()))),
        ];
        let help: Vec<String> = help.into_iter().flatten().collect();
        let shown = report.sources.shown(finding.primary.place.document());
        let (source, labels) = Lines::around(shown, labels(finding, report.sources));
        Self {
            code: match report.pointer(&finding.primary.place).filter(|at| !at.is_empty()) {
                Some(at) => format!("{} at {}", finding.rule, escape::line(&at)),
                None => finding.rule.clone(),
            },
            message,
            severity: finding.severity,
            help: (!help.is_empty()).then(|| help.join("\n")),
            source,
            labels,
            site: finding.excerpt.iter().map(SiteValue::of).collect(),
        }
    }
}

/// The labels of a finding, none inside another: what overlaps an earlier one on its line gives way.
fn labels(finding: &Finding, sources: &Sources) -> Vec<LabeledSpan> {
    let document = finding.primary.place.document();
    let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
    let mut labels = Vec::new();
    for (index, label) in std::iter::once(&finding.primary).chain(&finding.related).enumerate() {
        let spot = sources.spot(&label.place);
        let overlaps = taken.iter().any(|other| spot.span.start < other.end && other.start < spot.span.end);
        let same_start = taken.iter().any(|other| other.start == spot.span.start);
        if spot.document != document || overlaps || same_start {
            continue;
        }
        let text = (!label.text.is_empty()).then(|| escape::line(&label.text));
        let bytes = SourceSpan::from(first_line(sources.shown(document), &spot.span));
        taken.push(spot.span);
        labels.push(match index {
            0 => LabeledSpan::new_primary_with_span(text, bytes),
            _ => LabeledSpan::new_with_span(text, bytes),
        });
    }
    labels
}

/// The part of a span on its first line: a label never runs over several.
fn first_line(source: &Source, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let line = source.line(source.position(span.start).line).unwrap_or(span.clone());
    span.start..span.end.min(line.end.max(span.start))
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture<'_> {}

impl Diagnostic for Picture<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<MietteSeverity> {
        Some(match self.severity {
            Severity::Error => MietteSeverity::Error,
            Severity::Warning => MietteSeverity::Warning,
            Severity::Info => MietteSeverity::Advice,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn Diagnostic> + 'b>> {
        if self.site.is_empty() {
            return None;
        }
        Some(Box::new(self.site.iter().map(|value| value as &dyn Diagnostic)))
    }
}

/// A text of which `miette` may ask for lines: answered from the table of lines, however long the text is.
#[derive(Debug)]
enum Lines<'a> {
    Whole(&'a Source),
    /// A piece of a line that is too long.
    Clipped(String, Clip),
}

impl<'a> Lines<'a> {
    /// The text as it is drawn, with the labels that are seen in it; the first is the primary one.
    fn around(source: &'a Source, labels: Vec<LabeledSpan>) -> (Self, Vec<LabeledSpan>) {
        let span = |label: &LabeledSpan| label.offset()..label.offset() + label.len();
        let Some(clip) = labels.first().and_then(|label| Clip::of(source, label.offset())) else {
            return (Self::Whole(source), labels);
        };
        let moved = |label: LabeledSpan| {
            let bytes = SourceSpan::from(clip.shows(&span(&label))?);
            let text = label.label().map(str::to_owned);
            Some(match label.primary() {
                true => LabeledSpan::new_primary_with_span(text, bytes),
                false => LabeledSpan::new_with_span(text, bytes),
            })
        };
        let labels = labels.into_iter().filter_map(moved).collect();
        (Self::Clipped(source.name().to_owned(), clip), labels)
    }
}

impl SourceCode for Lines<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        // Asked for no lines around it, `miette` wants to know where the span itself begins, for its headline.
        let headline = before + after == 0;
        let contents = |name: &str, bytes: &'b [u8], start: usize, line: usize, column: usize, lines: usize| {
            let range = SourceSpan::from(start..start + bytes.len());
            let column = if headline { column - 1 } else { 0 };
            MietteSpanContents::new_named(escape::line(name), bytes, range, line - 1, column, lines)
        };
        Ok(Box::new(match self {
            Self::Clipped(name, clip) => contents(name, clip.text.as_bytes(), 0, clip.at.line, clip.at.column, 1),
            Self::Whole(source) => {
                let column = source.position(span.offset()).column;
                let first = source.position(span.offset()).line.saturating_sub(before).max(1);
                let last = (source.position(span.offset() + span.len()).line + after).min(source.line_count());
                let start = source.line(first).ok_or(MietteError::OutOfBounds)?.start;
                let end = source.line(last).ok_or(MietteError::OutOfBounds)?.end;
                let bytes = &source.text().as_bytes()[start..end];
                contents(source.name(), bytes, start, first, column, last - first + 1)
            }
        }))
    }
}

/// The site's own value, as an excerpt of its own.
#[derive(Debug)]
struct SiteValue {
    planned: bool,
    source: NamedSource<String>,
    label: LabeledSpan,
}

impl SiteValue {
    fn of(excerpt: &Excerpt) -> Self {
        let text = clip::short_lines(&same_length(excerpt.text.trim_end()));
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let start = starts.clone().nth(excerpt.line).unwrap_or(0);
        let line = text[start..].lines().next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let span = SourceSpan::from(start + indent..start + line.len());
        let label = LabeledSpan::new_primary_with_span(Some(escape::line(&excerpt.label)), span);
        Self {
            planned: excerpt.planned,
            source: NamedSource::new(format!("on the site: {}", escape::line(&excerpt.of)), text),
            label,
        }
    }
}

impl fmt::Display for SiteValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.planned { "what the site will have, with the plan's changes" } else { "what the site has" })
    }
}

impl std::error::Error for SiteValue {}

impl Diagnostic for SiteValue {
    fn severity(&self) -> Option<MietteSeverity> {
        Some(MietteSeverity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;
    use crate::diag::{Document, Label, Location, Part};
    use crate::text::{Limits, Node, Value, child, compose_bytes};

    const PLAN: &str = include_str!("../../plans/bloom-coaching.yaml");
    const CONTACTS: &str = include_str!("../../plans/private/bloom-coaching.contacts.yaml");

    fn sources() -> Sources {
        let read = |text: &str| {
            let (source, tree, _) = compose_bytes("p", text.as_bytes().to_vec(), &Limits::default());
            (source, tree)
        };
        Sources::new(read(PLAN), Some(read(CONTACTS)), true)
    }

    fn pointers(node: &Node, at: &str, out: &mut Vec<String>) {
        out.push(at.to_owned());
        match &node.value {
            Value::Map(map) => map.iter().for_each(|entry| pointers(&entry.value, &child(at, &entry.key.text), out)),
            Value::Seq(items) => (0..).zip(items).for_each(|(n, item)| pointers(item, &format!("{at}/{n}"), out)),
            _ => {}
        }
    }

    fn text_of(document: Document) -> &'static str {
        if document == Document::Plan { PLAN } else { CONTACTS }
    }

    /// A place of either text: an entry, its value, something missing beneath it, or bare bytes.
    fn place() -> impl Strategy<Value = Location> {
        let document = prop_oneof![Just(Document::Plan), Just(Document::Contacts)];
        (document, any::<prop::sample::Index>(), 0..4u8, 0usize..90).prop_map(|(document, at, sort, length)| {
            let tree = compose_bytes("p", text_of(document).into(), &Limits::default()).1.expect("a tree");
            let mut all = Vec::new();
            pointers(&tree.root, "", &mut all);
            let pointer = all[at.index(all.len())].clone();
            match sort {
                0 => Location::At { document, pointer, part: Part::Key },
                1 => Location::At { document, pointer, part: Part::Value },
                2 => Location::At { document, pointer: child(&pointer, "absent"), part: Part::Key },
                _ => {
                    let ends: Vec<usize> = text_of(document).char_indices().map(|(at, _)| at).collect();
                    let start = at.index(ends.len());
                    let end = (start + length).min(ends.len() - 1);
                    Location::Bytes { document, span: ends[start]..ends[end] }
                }
            }
        })
    }

    proptest! {
        #[test]
        fn no_label_is_inside_another_on_its_line(places in prop::collection::vec(place(), 1..6)) {
            let sources = sources();
            let mut places = places.into_iter();
            let first = places.next().expect("a place");
            let document = first.document();
            let mut finding = Finding::new("rule", Severity::Error, first, "message");
            finding.related = (1..).zip(places).map(|(n, place)| Label { place, text: format!("label {n}") }).collect();
            let labels = labels(&finding, &sources);
            prop_assert!(labels[0].primary());
            let source = sources.shown(document);
            let drawn: Vec<(usize, Range<usize>)> = labels.iter().map(|label| {
                let span = label.offset()..label.offset() + label.len();
                (source.position(span.start).line, span)
            }).collect();
            for (index, (line, span)) in drawn.iter().enumerate() {
                prop_assert_eq!(source.position(span.end).line, *line, "a label runs over its line: {:?}", &span);
                for (other_line, other) in &drawn[..index] {
                    let apart = line != other_line || span.end.max(span.start + 1) <= other.start || other.end.max(other.start + 1) <= span.start;
                    prop_assert!(apart, "{:?} and {:?}", span, other);
                }
            }
            let picture = Picture {
                code: "rule".to_owned(), message: "message".to_owned(), severity: Severity::Error, help: None,
                source: Lines::Whole(source), labels: labels.clone(), site: Vec::new(),
            };
            let mut out = String::new();
            handler(Style { color: false, width: 120, most: 1, hints: true }).render_report(&mut out, &picture).expect("a picture");
            let start = source.position(drawn[0].1.start);
            let headline = format!("[p:{}:{}]", start.line, start.column);
            prop_assert!(out.contains(&headline), "{headline}: {out}");
            for label in labels.iter().filter_map(LabeledSpan::label) {
                prop_assert!(out.contains(label), "{label}: {out}");
            }
        }
    }
}
