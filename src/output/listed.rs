//! What the formats of other programs are made from: the findings that are due, each with a place that a program knows which has seen
//! nothing but files and lines.

use std::collections::HashMap;

use crate::diag::{Document, Finding, Label, Location, Severity};
use crate::model::digest;
use crate::shape::{Spot, personal};
use crate::text::masked;

use super::inert::inert;
use super::{Report, escape, naming_plan};

/// What stands for the project in what is read elsewhere, as in its schemas.
pub(super) const HOME: &str = "https://amc-plan.example/";

/// Most characters of a text: the places that it goes to cut longer ones off, or refuse them.
const LONGEST: usize = 4_000;

/// A finding that is due, as another program lists it.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    /// The report that it is in.
    pub(super) report: &'a Report<'a>,
    /// The finding.
    pub(super) finding: &'a Finding,
    /// How much it weighs.
    pub(super) weight: Weight,
    /// What is the matter, on one line.
    pub(super) message: String,
    /// What to do next.
    pub(super) help: Option<String>,
    /// Where.
    pub(super) place: Place,
    /// What it is known by from one run to the next: its rule and its place in the plan's tree, whatever its line is. 32 hexadecimal digits.
    pub(super) fingerprint: String,
}

/// How much a finding weighs, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Worth knowing, and a warning that could not be evaluated.
    Info,
    /// Worth a look; never changes the verdict.
    Warning,
    /// An error that could not be evaluated.
    Unproven,
    /// Makes the verdict red.
    Error,
}

impl Weight {
    fn of(finding: &Finding) -> Self {
        match (finding.unproven, finding.severity) {
            (true, Severity::Error) => Self::Unproven,
            (true, _) | (_, Severity::Info) => Self::Info,
            (_, Severity::Warning) => Self::Warning,
            (_, Severity::Error) => Self::Error,
        }
    }

    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Unproven => "unproven",
            Self::Error => "error",
        }
    }
}

/// A place in a file.
#[derive(Debug)]
pub(super) struct Place {
    /// The file, below the working folder where it lies there.
    pub(super) path: String,
    /// Its lines and columns.
    pub(super) spot: Spot,
    /// Where in the plan's tree, as a JSON pointer; none for what has none, such as a syntax error.
    pub(super) pointer: Option<String>,
}

impl Place {
    fn of(report: &Report<'_>, place: &Location) -> Self {
        let pointer = report.pointer(place).map(|pointer| report.short(&pointer));
        let path = report.path_of(place.document());
        Self { path, spot: report.sources.spot(place), pointer }
    }

    /// The path as a reference.
    pub(super) fn uri(&self) -> String {
        uri(&self.path)
    }
}

/// A path as a reference by RFC 3986: relative, with `/` between its parts, and whatever means something else written as `%XX`.
pub(super) fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let byte = |byte: u8| match byte {
        b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    format!("{scheme}{}", path.bytes().map(byte).collect::<String>())
}

impl Report<'_> {
    /// A text on one line, without what nobody asked to see, and no longer than it is read.
    pub(super) fn short(&self, text: &str) -> String {
        // Whoever reads it out of a file may print it.
        let text = inert(&self.masked(&escape::line(text)));
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// A text without what nobody asked to see.
    pub(super) fn masked(&self, text: &str) -> String {
        masked(text, self.show_personal).into_owned()
    }

    /// The path of a document, below the working folder where it lies there.
    pub(super) fn path_of(&self, document: Document) -> String {
        let name = self.sources.text(document).source.name();
        let below =
            std::path::Path::new(name).strip_prefix(self.folder).ok().filter(|_| !self.folder.as_os_str().is_empty());
        let path = below.map_or_else(|| name.to_owned(), |below| below.display().to_string());
        self.masked(path.strip_prefix("./").unwrap_or(&path))
    }

    /// The findings that are due, in the order of the text, without those that only say that there is no site.
    pub(super) fn listed(&self) -> Vec<Listed<'_>> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let due = self.sorted().into_iter().map(|(finding, _)| finding);
        let due = due.filter(|finding| finding.due && !self.needs_site(finding));
        due.map(|finding| {
            let place = Place::of(self, &finding.primary.place);
            let known = known_by(finding, &place.path);
            let nth = seen.entry(known.clone()).or_default();
            *nth += 1;
            let mut message = finding.message.clone();
            if self.show_personal && !finding.personal.is_empty() {
                message = format!("{message} ({})", finding.personal.join("; "));
            }
            let help = finding.help.as_deref().map(|help| self.short(&naming_plan(help, self.path)));
            let fingerprint = digest::of_parts([known.as_str(), &nth.to_string()])[..32].to_owned();
            Listed {
                report: self,
                finding,
                weight: Weight::of(finding),
                message: self.short(&message),
                help,
                place,
                fingerprint,
            }
        })
        .collect()
    }
}

impl Listed<'_> {
    /// The other places that matter, each with a few words.
    pub(super) fn related(&self) -> impl Iterator<Item = (Place, String)> {
        let of = |label: &Label| (Place::of(self.report, &label.place), self.report.short(&label.text));
        self.finding.related.iter().map(of)
    }

    /// Whether somebody answers for it.
    pub(super) fn is_accepted(&self) -> bool {
        self.finding.accepted
    }
}

/// What makes a finding this one: no line and no word of its message, and nothing personal.
fn known_by(finding: &Finding, path: &str) -> String {
    let place = &finding.primary.place;
    let pointer = place.pointer().map(|pointer| personal::pointer(place.document(), pointer));
    let site = finding.site.as_deref().map(crate::shape::without_addresses);
    [&finding.rule, path, pointer.as_deref().unwrap_or_default(), site.as_deref().unwrap_or_default(), ""].join("\0")
}

/// The findings of several reports, the worst first and those of one weight in their order; what somebody answers for is left out.
pub(super) fn worst_first<'a>(reports: &'a [Report<'_>]) -> Vec<Listed<'a>> {
    let all = reports.iter().flat_map(Report::listed);
    let mut all: Vec<Listed<'_>> = all.filter(|listed| !listed.is_accepted()).collect();
    all.sort_by_key(|listed| std::cmp::Reverse(listed.weight));
    all
}

/// Where a rule is explained; none for what reading and the shape check say, which have no page.
pub(super) fn page_of(rule: &str) -> Option<String> {
    crate::rules::by_id(rule).map(|rule| format!("{HOME}rules.html#{}", rule.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Position;

    #[test]
    fn a_path_is_a_reference_and_nothing_else() {
        let uri = |path: &str| {
            let at = Position { line: 1, column: 1 };
            let spot = Spot { document: Document::Plan, span: 0..0, start: at, end: at };
            Place { path: path.to_owned(), spot, pointer: None }.uri()
        };
        for (path, written) in [
            ("plans/switch.yaml", "plans/switch.yaml"),
            ("a b/ü?#%.yaml", "a%20b/%C3%BC%3F%23%25.yaml"),
            ("http://x.example/a.yaml", "http%3A//x.example/a.yaml"),
            ("../x.yaml", "../x.yaml"),
            ("/srv/a b.yaml", "file:///srv/a%20b.yaml"),
            ("a\n::error::b", "a%0A%3A%3Aerror%3A%3Ab"),
        ] {
            assert_eq!(uri(path), written);
        }
    }
}
