//! A survey for people and machines: a screen with what stands beside its fields, and the list of what would be asked.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::text::many;
use crate::model::{Kind, ObjectRef};
use crate::rules::how_to_find;
use crate::survey::{Beside, Question, Screen, Whose, Wrong, is_switch, shown};

use super::escape::{line, shell};
use super::json::FORMAT_VERSION;
use super::words;

/// How wide a screen is drawn at most.
const WIDTH: usize = 80;

/// A value as it stands on a screen, in one line.
pub fn value(on: &ObjectRef, field: &str, value: &Value) -> String {
    if value.is_null() { "(nothing is set)".to_owned() } else { line(&shown(on, field, value)) }
}

/// What can be typed for a field of which that is not plain; none where it is.
pub fn choices(on: &ObjectRef, field: &str) -> Option<&'static str> {
    match (on.kind, field) {
        (Kind::OrderForm, "after_final_retry") => Some("revoke, cancel, stop or keep"),
        (_, "modules") => Some(
            "0 Welcome; 1 Goals [TAG]: 7 days after previous; 2 Bonus []: by-hand (no timer: a webhook or a person; [] is no tag)",
        ),
        (Kind::Mail, "simulated") => {
            Some("yes where no mail reaches anybody: by a switch of the plugin, or a mail trap of the host; else no")
        }
        (_, "tags") => Some("base: TAG; instant: TAG; revoke: TAG"),
        (_, "operations") => Some("release KEY, grant KEY, add-tags TAG|TAG"),
        (Kind::Emails, "welcome") => Some("none, purchases or purchases-and-opt-ins"),
        (Kind::OrderForm, "price") => Some("the amount with its currency, such as 497.00 USD"),
        _ => is_switch(on, field).then_some("yes or no"),
    }
}

/// Whose value it is, where it is not the plan's.
fn whose(whose: &Whose) -> String {
    match whose {
        Whose::Plan => String::new(),
        Whose::Staging => "  (as on the staging copy)".to_owned(),
        Whose::Seen(said) => format!("  ({} saw it, valid until {})", line(&said.who), said.until),
        Whose::Answer => "  (corrected)".to_owned(),
    }
}

/// A screen: its menus, the list that is asked for, and each field with what stands beside it, numbered.
pub fn screen(screen: &Screen, (number, of): (usize, usize), width: usize) -> String {
    let width = width.min(WIDTH);
    let mut text =
        format!("\n{}\n", indented(&format!("Screen {number} of {of}: {}", screen.kind.screen()), "", width));
    if let Some(list) = &screen.list {
        let kind = screen.kind;
        match &list.names {
            None => {
                let asks = format!(
                    "Which objects of the kind `{kind}` are there? The plan names none: paste what you see (`p`), or say that the \
                     screen shows none (`0`)."
                );
                let _ = writeln!(text, "\n{}", indented(&asks, "  ", width));
            }
            Some(names) if names.is_empty() => _ = writeln!(text, "\n  There is no {kind} at all{}", whose(&list.from)),
            Some(names) => {
                let _ = writeln!(text, "\n  Each {kind} there is, and no other:{}", whose(&list.from));
                for name in names {
                    let _ = writeln!(text, "{}", indented(&line(name), "      ", width));
                }
            }
        }
    }
    let wide = screen.questions.iter().map(|question| question.field.len()).max().unwrap_or(0);
    let (mut last, mut at) = (None, 0);
    for question in &screen.questions {
        if last != Some(&question.on) {
            last = Some(&question.on);
            let _ = writeln!(text, "\n{}", indented(&line(&question.on.key), "  ", width));
        }
        let (mark, value) = match &question.beside {
            Some(Beside { value, from }) => {
                at += 1;
                (at.to_string(), format!("{}{}", self::value(&question.on, &question.field, value), whose(from)))
            }
            None => ("-".to_owned(), typed_below(question)),
        };
        let first = format!("  {mark:>3}  {:wide$}  ", question.field);
        let _ = writeln!(text, "{}", indented(&value, &first, width));
    }
    text
}

fn typed_below(question: &Question) -> String {
    match &question.in_part {
        _ if question.is_blind => "to be typed below; the plan's value is not shown".to_owned(),
        Some(part) => {
            let value = value(&question.on, &question.field, part);
            let lacks = "typed below, each module with its tag in brackets (`[]` if it has none)";
            if question.field == "modules" { format!("{lacks}: {value}") } else { format!("typed below: {value}") }
        }
        None => "typed below".to_owned(),
    }
}

/// A text after the beginning of its first line, and as far in on the others.
pub fn indented(text: &str, first: &str, width: usize) -> String {
    let rest = " ".repeat(first.len().min(width / 2));
    let options = textwrap::Options::new(width)
        .word_separator(words::SEPARATOR)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .initial_indent(first)
        .subsequent_indent(&rest);
    textwrap::fill(text, options)
}

/// What `plan survey --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "survey", extend("$id" = "https://amc-plan.example/schemas/survey.schema.json"))]
pub enum Document<'a> {
    /// What would be asked.
    Listed(Listed<'a>),
    /// Sheets of which nothing was recorded.
    Refused(Refused<'a>),
}

/// Sheets of which nothing was recorded.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Refused<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// Every cell with which something is wrong.
    wrong: &'a [WrongCell],
}

impl<'a> Refused<'a> {
    /// For these cells.
    pub fn new(wrong: &'a [WrongCell]) -> Self {
        Self { format_version: FORMAT_VERSION, wrong }
    }
}

/// What is wrong with a cell of a sheet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrongCell {
    /// The sheet's file.
    pub file: String,
    /// The cell, and what is wrong.
    #[serde(flatten)]
    pub wrong: Wrong,
}

/// What would be asked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The site.
    pub site: String,
    /// How many answers it takes where everything is as it stands beside the fields.
    pub answers: usize,
    /// The screens.
    pub screens: Vec<ListedScreen<'a>>,
    /// What is lacking, and only another reading gives.
    pub only_a_reading_shows: Vec<&'a str>,
    /// What somebody saw and the reading shows otherwise.
    pub void: Vec<String>,
}

/// A screen of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedScreen<'a> {
    /// Its menus.
    screen: &'static str,
    /// The kind of object that it shows.
    kind: Kind,
    /// Which objects are known, where each of them is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<ListedNames<'a>>,
    /// The fields that are asked for.
    fields: Vec<ListedField<'a>>,
}

/// The objects of a kind.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedNames<'a> {
    /// Their names; null where nothing says which there are.
    names: Option<&'a [String]>,
}

/// A field of an object.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedField<'a> {
    /// The object.
    object: String,
    /// The field.
    field: &'a str,
    /// Whether it is typed without being shown what stands beside it.
    typed: bool,
    /// The value that stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<&'a Value>,
}

impl<'a> Listed<'a> {
    /// The list of these screens.
    pub fn new(site: String, screens: &'a [Screen], beyond: Vec<&'a str>, void: Vec<String>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            site,
            answers: screens.iter().map(Screen::answers).sum(),
            screens: screens.iter().map(ListedScreen::of).collect(),
            only_a_reading_shows: beyond,
            void,
        }
    }

    /// For people.
    pub fn human(&self, verb: &str, width: usize) -> String {
        let mut text = String::new();
        for one in &self.screens {
            let _ = writeln!(text, "{}", indented(one.screen, "", width));
            if let Some(all) = &one.all {
                let known = all.names.map_or_else(String::new, |names| format!(", {} known by name", names.len()));
                let _ = writeln!(text, "  all objects of the kind `{}`{known}", one.kind);
            }
            for field in &one.fields {
                let typed = if field.typed { "  (typed)" } else { "" };
                let _ = writeln!(
                    text,
                    "{}",
                    indented(&format!("{}: {}{typed}", line(&field.object), field.field), "  ", width)
                );
            }
        }
        for void in &self.void {
            let _ = writeln!(text, "{}", indented(&format!("void: {}", line(void)), "", width));
        }
        if !self.only_a_reading_shows.is_empty() {
            let all = self.only_a_reading_shows.iter().map(|fact| format!("`{}`", line(fact))).collect::<Vec<_>>();
            let _ = writeln!(
                text,
                "{}",
                indented(&format!("only another reading can show {}: take one", all.join(", ")), "", width)
            );
            for how in self.only_a_reading_shows.iter().filter_map(|fact| how_to_find(fact)) {
                let _ = writeln!(text, "{}", indented(how, "  ", width));
            }
        }
        let said = match self.screens.len() {
            0 => format!("nothing is to be asked about {}", line(&self.site)),
            screens => format!(
                "{} and {} to ask about {}",
                many(screens, "screen"),
                many(self.answers, "answer"),
                line(&self.site)
            ),
        };
        let _ = writeln!(text, "{}", indented(&said, "", width));
        if !self.screens.is_empty() {
            let _ = writeln!(text, "help: `{verb}` asks, on a terminal");
        }
        text
    }
}

impl<'a> ListedScreen<'a> {
    fn of(screen: &'a Screen) -> Self {
        let fields = screen.questions.iter().map(|question| ListedField {
            object: question.on.to_string(),
            field: &question.field,
            typed: question.beside.is_none(),
            beside: question.beside.as_ref().map(|beside| &beside.value),
        });
        let all = screen.list.as_ref().map(|list| ListedNames { names: list.names.as_deref() });
        Self { screen: screen.kind.screen(), kind: screen.kind, all, fields: fields.collect() }
    }
}

/// The command line that asks.
pub fn asks(plan: &str, site: &str, live: bool) -> String {
    let on = if live { " --on live" } else { "" };
    format!("plan survey {} --site {}{on} --who WHO", shell(plan), shell(site))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Listed as Names;
    use crate::text::steers;
    use serde_json::json;

    #[test]
    fn whatever_stands_there_a_screen_has_no_line_that_steers_and_none_beyond_eighty_columns() {
        let hostile = "x\u{1b}[2J\n  y  this is what I see\u{202e}\t".repeat(9);
        let question = |field: &str, beside: Option<Value>| Question {
            on: ObjectRef::new(Kind::OrderForm, hostile.clone()),
            field: field.to_owned(),
            beside: beside.map(|value| Beside { value, from: Whose::Staging }),
            is_blind: false,
            in_part: Some(json!(hostile)),
        };
        let drawn = screen(
            &Screen {
                kind: Kind::OrderForm,
                list: Some(Names { names: Some(vec![hostile.clone(), "ü🌸".repeat(60)]), from: Whose::Plan }),
                questions: vec![
                    question("price", Some(json!(hostile))),
                    question("operations", Some(json!([{"add-tags": [hostile]}]))),
                    question("gateway", None),
                ],
            },
            (1, 1),
            120,
        );
        assert!(!drawn.chars().any(|c| c != '\n' && steers(c)), "{drawn}");
        assert!(!drawn.lines().any(|line| line.trim_start() == "y  this is what I see"), "{drawn}");
        assert!(drawn.lines().all(|line| textwrap::core::display_width(line) <= 80), "{drawn}");
    }
}
