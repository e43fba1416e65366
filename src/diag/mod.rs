//! What a finding is: a rule or the shape check says something about a place.
//!
//! Places are symbolic (a document, a pointer, a part); they become bytes only when they are rendered.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Correction;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look; never changes the verdict.
    Warning,
    /// Makes the verdict red while it is due and not accepted.
    Error,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Which text a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// The plan.
    Plan,
    /// The file of contact values beside it. Everything in it is personal.
    Contacts,
    /// An adapter, by itself.
    Adapter,
    /// A mapping of an export's columns, by itself.
    Mapping,
    /// The plan's own rules, beside it.
    Rules,
}

/// Which part of an entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its key. A container is always labelled by its key.
    Key,
    /// Its value, where that is a scalar; else its key.
    Value,
}

/// Where a label points.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// An entry of a document, by JSON pointer; the nearest ancestor's key stands in for what is missing.
    At {
        /// Which text.
        document: Document,
        /// JSON pointer (RFC 6901).
        pointer: String,
        /// Key or value.
        part: Part,
    },
    /// Bytes of a document, for what has no pointer yet: problems of reading.
    Bytes {
        /// Which text.
        document: Document,
        /// The bytes.
        span: Range<usize>,
    },
}

impl Location {
    /// The key of an entry of the plan.
    pub fn key(pointer: impl Into<String>) -> Self {
        Self::At { document: Document::Plan, pointer: pointer.into(), part: Part::Key }
    }

    /// The value of an entry of the plan.
    pub fn value(pointer: impl Into<String>) -> Self {
        Self::At { document: Document::Plan, pointer: pointer.into(), part: Part::Value }
    }

    /// The pointer, where the place has one.
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::At { pointer, .. } => Some(pointer),
            Self::Bytes { .. } => None,
        }
    }

    /// Which text the place is in.
    pub fn document(&self) -> Document {
        match self {
            Self::At { document, .. } | Self::Bytes { document, .. } => *document,
        }
    }
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Location,
    /// At most five words or so.
    pub text: String,
}

/// What the site itself says, shown as an excerpt of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Which object, for example `offering/group-coaching`.
    pub of: String,
    /// Its lines.
    pub text: String,
    /// The line, counted from 0, that matters.
    pub line: usize,
    /// A few words about that line.
    pub label: String,
    /// Whether the plan's changes are in it: then it is not what the site has today.
    pub planned: bool,
}

/// An edit that would fix a finding, as text to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// The text to paste, in the plan's own form.
    pub paste: String,
}

/// What of the plan's text would be written otherwise for a finding to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What it does, as an imperative.
    pub title: String,
    /// Who may say that it is right.
    pub answer: Answer,
    /// What is written, all or nothing.
    pub corrections: Vec<Correction>,
}

impl Remedy {
    /// Whether there is no other right answer.
    pub fn is_safe(&self) -> bool {
        self.answer == Answer::Sure
    }
}

/// Who may say that what is offered is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no other: it follows from the plan's own words, or from how the site spells something.
    Sure,
    /// It is what the site and the plan lead to, and somebody has to look at it.
    Proposed,
    /// A person decides: what becomes of members or of a webhook, by which way the switch goes, who does something. It is written where
    /// somebody asked for choices, and never suggested.
    Decision,
}

/// Sections in which nothing is offered: who answers for what, what was recorded of somebody, and what the plan attests.
const NOT_OFFERED: [&str; 6] = ["accepted_risks", "backup", "contacts", "leave_alone", "spot_check", "waive"];

/// Whether a place, or what it would be called, is in one of them.
fn is_off_limits(correction: &Correction) -> bool {
    let section = |at: &str| at.split('/').nth(1).is_some_and(|section| NOT_OFFERED.contains(&section));
    match correction {
        Correction::Key { at, to } => section(at) || at.matches('/').count() == 1 && NOT_OFFERED.contains(&to.as_str()),
        Correction::Value { at, .. } | Correction::Flag { at, .. } => section(at),
        Correction::Add { into, entries } => {
            let names = |line: &str| NOT_OFFERED.iter().any(|name| line.starts_with(name));
            section(into) || into.is_empty() && entries.lines().any(names)
        }
    }
}

/// What a rule lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The missing facts as a few words.
    pub facts: String,
    /// Why the first of them is missing.
    pub why: String,
    /// Whether nothing but the site's members, their orders and subscriptions is missing.
    pub members_only: bool,
    /// Whether nothing is missing but what stands in private files: the same, and the spot-check contacts' values.
    pub private_only: bool,
}

/// When a finding that is not due yet will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The gate at which it is due.
    pub gate: &'static str,
    /// Whether that is on the live site, and the staging copy is judged.
    pub on_live: bool,
}

impl Coming {
    /// It in words.
    pub fn message(self) -> String {
        format!("`{}`{}", self.gate, if self.on_live { " on live" } else { "" })
    }
}

/// That the project's settings make an error of what is less by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Raise {
    /// What it weighs by itself.
    pub from: Severity,
    /// The file that raises it, as it is named from the working folder.
    pub by: String,
}

impl Raise {
    /// It in words.
    pub fn message(&self) -> String {
        format!("a {} by itself, an error by `{}`", self.from.name(), self.by)
    }
}

/// What a rule, or the shape check, says about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, or the code of the shape check or the reader.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// One lower-case sentence without a period that stands alone.
    pub message: String,
    /// What to do next, as an imperative.
    pub help: Option<String>,
    /// The place it is about.
    pub primary: Label,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// The site's own value.
    pub excerpt: Option<Excerpt>,
    /// Text to paste that would fix it.
    pub fix: Option<Fix>,
    /// What could be written for it to go.
    pub remedy: Option<Remedy>,
    /// Personal values that explain it: shown only when asked for.
    pub personal: Vec<String>,
    /// The object of the site it is about, for accepted risks: `offering/group-coaching`.
    pub site: Option<String>,
    /// Whether somebody answers for it.
    pub accepted: bool,
    /// Whether it says that a fact is missing, rather than that something is wrong.
    pub unproven: bool,
    /// The facts that are missing, and why the first of them is.
    pub lacks: Option<Missing>,
    /// Whether its phase is due at the gate that was asked for.
    pub due: bool,
    /// The place of the key that the text has to have and has not, as a JSON Pointer; none where nothing of the kind is missing.
    pub absent: Option<String>,
    /// When it will be, where it is not due and the plan alone shows it: nothing that is still to be done changes it.
    pub coming: Option<Coming>,
    /// What it weighs by itself, where the project's settings raise it.
    pub raised: Option<Raise>,
}

impl Finding {
    /// A finding at a place; everything else empty.
    pub fn new(rule: &str, severity: Severity, place: Location, message: impl Into<String>) -> Self {
        Self {
            rule: rule.to_owned(),
            severity,
            message: message.into(),
            help: None,
            primary: Label { place, text: String::new() },
            related: Vec::new(),
            excerpt: None,
            fix: None,
            remedy: None,
            personal: Vec::new(),
            site: None,
            accepted: false,
            unproven: false,
            lacks: None,
            due: true,
            absent: None,
            coming: None,
            raised: None,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says a few words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn related(mut self, place: Location, text: impl Into<String>) -> Self {
        self.related.push(Label { place, text: text.into() });
        self
    }

    /// Shows the site's own value: lines of YAML of the object `of`, the line that holds `needle` labelled.
    #[must_use]
    pub fn excerpt(mut self, of: impl Into<String>, text: impl Into<String>, needle: &str, label: &str) -> Self {
        let (of, text) = (of.into(), text.into());
        let line = text.lines().position(|line| line.contains(needle)).unwrap_or(0);
        self.site = self.site.or_else(|| Some(of.clone()));
        self.excerpt = Some(Excerpt { of, text, line, label: label.to_owned(), planned: false });
        self
    }

    /// Names the object of the site that it is about.
    #[must_use]
    pub fn on_site(mut self, of: impl Into<String>) -> Self {
        self.site = Some(of.into());
        self
    }

    /// Offers text to paste.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, paste: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), paste: paste.into() });
        self
    }

    /// Offers the one right answer, as corrections of the plan; of what nobody else may decide or attest nothing is offered.
    #[must_use]
    pub fn corrected_by(self, title: impl Into<String>, corrections: impl Into<Vec<Correction>>) -> Self {
        self.remedied(title.into(), Answer::Sure, corrections.into())
    }

    /// Offers the same as a choice that somebody has to look at.
    #[must_use]
    pub fn perhaps_corrected_by(self, title: impl Into<String>, corrections: impl Into<Vec<Correction>>) -> Self {
        self.remedied(title.into(), Answer::Proposed, corrections.into())
    }

    /// Says of what is offered that a person decides it.
    #[must_use]
    pub fn which_a_person_decides(mut self) -> Self {
        self.remedy.iter_mut().for_each(|remedy| remedy.answer = Answer::Decision);
        self
    }

    /// Offers to add the text to paste to a mapping of the plan, as a choice that somebody has to look at.
    #[must_use]
    pub fn to_add_to(self, into: impl Into<String>) -> Self {
        match self.fix.clone() {
            Some(Fix { title, paste }) => {
                self.perhaps_corrected_by(title, [Correction::Add { into: into.into(), entries: paste }])
            }
            None => self,
        }
    }

    fn remedied(mut self, title: String, answer: Answer, corrections: Vec<Correction>) -> Self {
        if !corrections.iter().any(is_off_limits) {
            self.remedy = Some(Remedy { title, answer, corrections });
        }
        self
    }

    /// What could be written for it to go; none of what nobody has to attend to, or somebody answers for.
    pub fn offered(&self) -> Option<&Remedy> {
        self.remedy.as_ref().filter(|_| (self.due || self.coming.is_some()) && !self.accepted)
    }

    /// Adds a personal value that explains it.
    #[must_use]
    pub fn personal(mut self, value: impl Into<String>) -> Self {
        self.personal.push(value.into());
        self
    }
}
