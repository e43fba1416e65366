//! One screen: what stands there is what is seen, or is corrected; what money and mail hang on is typed; and it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::model::ObjectRef;
use crate::model::text::many;
use crate::output::escape::line;
use crate::output::survey::{choices, indented, screen as drawn};
use crate::survey::{Answers, Beside, NOTHING, Question, Screen, Whose, how_to_write, is_switch, typed};
use crate::text::{without_addresses, without_secrets};

use super::recorded::Looking;

/// What a person types to end.
const END: &str = "q";

/// What a person types who wants to know more.
const EXPLAIN: &str = "?";

/// How a screen was left.
pub(in crate::commands) enum Turn {
    /// So many facts were recorded.
    Recorded(usize),
    /// It was left out.
    NotNow,
    /// The person ends.
    End,
}

/// A key that was pressed, or what was typed in its place.
enum Key {
    Seen,
    Again,
    NotNow,
    End,
}

/// What came of asking for a value.
enum Typed {
    Value(Value),
    LeftOut,
    /// The input is at its end.
    End,
}

/// Somebody who is asked.
pub(in crate::commands) struct Asking<'a, 'b> {
    pub(in crate::commands) looking: Looking<'a>,
    pub(in crate::commands) terminal: &'a mut Terminal<'b>,
}

impl Asking<'_, '_> {
    /// Asks about a screen until it is recorded or left.
    pub(in crate::commands) fn screen(&mut self, mut screen: Screen, place: (usize, usize)) -> Result<Turn, Failure> {
        self.terminal.forget_typed_ahead();
        loop {
            write!(self.terminal.out, "{}", drawn(&screen, place, self.terminal.width))?;
            if screen.has_key() {
                match self.key(&mut screen)? {
                    Key::Seen => {}
                    Key::Again => continue,
                    Key::NotNow => return Ok(Turn::NotNow),
                    Key::End => return Ok(Turn::End),
                }
            }
            let Some(answers) = self.typed(&screen)? else { return Ok(Turn::End) };
            match self.record(&screen, &answers) {
                Ok(0) => return Ok(Turn::NotNow),
                Ok(facts) => return Ok(Turn::Recorded(facts)),
                // What cannot stand in a record is typed otherwise.
                Err(failure) if failure.code == exit::USAGE => self.refused(&failure)?,
                Err(failure) => return Err(failure),
            }
        }
    }

    fn refused(&mut self, failure: &Failure) -> Result<(), Failure> {
        self.say(&failure.message)?;
        failure.help.iter().try_for_each(|help| self.say(help))
    }

    /// A line of text to the person, as wide as the screen.
    fn say(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.terminal.out, "{}", indented(&line(text), "  ", self.terminal.width.min(80)))?)
    }

    /// One key for the whole screen, or a correction of it.
    fn key(&mut self, screen: &mut Screen) -> Result<Key, Failure> {
        let is_known = screen.list.as_ref().is_none_or(|list| list.names.is_some());
        let seen = if is_known { "  y  this is what I see" } else { "" };
        let corrects = if screen.beside().next().is_some() { "     NUMBER=VALUE  corrects one" } else { "" };
        let paste = if screen.list.is_some() { "  p  paste the list     0  there is none" } else { "" };
        let keys = [&format!("{seen}{corrects}"), paste, "  n  not now     ?  explain     q  end"];
        writeln!(self.terminal.out)?;
        for keys in keys.iter().filter(|keys| !keys.is_empty()) {
            writeln!(self.terminal.out, "{keys}")?;
        }
        loop {
            let Some(answer) = self.terminal.ask_line("> ")? else { return Ok(Key::End) };
            match answer.as_str() {
                "y" | "Y" => match &screen.list {
                    Some(list) if list.names.is_none() => {
                        writeln!(
                            self.terminal.out,
                            "  the plan names none of them: paste them with `p`, or type `0` if there is none"
                        )?;
                    }
                    _ => return Ok(Key::Seen),
                },
                "n" | "N" => return Ok(Key::NotNow),
                END | "Q" => return Ok(Key::End),
                EXPLAIN => self.explain(screen)?,
                "p" | "P" if screen.list.is_some() => {
                    let Some(mut names) = self.pasted()? else { return Ok(Key::End) };
                    // What a CRM calls holds a secret: command and target say which webhook it is.
                    for name in names.iter_mut().filter(|name| without_secrets(name) != name.as_str()) {
                        *name = screen.kind.key_of(name);
                    }
                    if names.iter().any(|name| without_addresses(name) != name.as_str()) {
                        // Without it the list would not be all of them.
                        let refused = "the list holds an e-mail address or a login, and the record is committed";
                        self.say(&format!("{refused}: paste it with names without an `@`"))?;
                        return Ok(Key::Again);
                    }
                    return self.list(screen, names);
                }
                "0" if screen.list.is_some() => {
                    self.list(screen, Vec::new())?;
                    // One key takes nobody's forms away.
                    return Ok(Key::Again);
                }
                other => match self.correct(screen, other)? {
                    Some(key) => return Ok(key),
                    None => writeln!(self.terminal.out, "  type one of the keys above, then Enter")?,
                },
            }
        }
    }

    /// What each field that is asked for holds, and how it is typed.
    fn explain(&mut self, screen: &Screen) -> Result<(), Failure> {
        let fields: BTreeMap<&str, &ObjectRef> =
            screen.questions.iter().map(|question| (&*question.field, &question.on)).collect();
        fields.into_iter().try_for_each(|(field, on)| self.explain_field(on, field))?;
        if screen.list.is_some() {
            self.say(
                "the list: all objects of this kind that the screen shows; `y` says that those above are all of them.",
            )?;
        }
        Ok(())
    }

    fn explain_field(&mut self, on: &ObjectRef, field: &str) -> Result<(), Failure> {
        let about = on.kind.about_field(field).unwrap_or_default();
        let or_nothing = if is_switch(on, field) { "" } else { ", or `-` if nothing is set" };
        let how = choices(on, field)
            .map_or_else(|| how_to_write(field).to_owned(), |choices| format!("write {choices}{or_nothing}"));
        self.say(&format!("{field}: {about} To say what the screen shows, {how}."))
    }

    /// Names, one a line, up to an empty one; none where the input ends before.
    fn pasted(&mut self) -> Result<Option<Vec<String>>, Failure> {
        writeln!(self.terminal.out, "  paste the names as the screen shows them, one a line; an empty line ends")?;
        let mut names = Vec::new();
        loop {
            match self.terminal.ask_line("  ")? {
                None => return Ok(None),
                Some(name) if name.is_empty() => return Ok(Some(names)),
                Some(name) => names.push(name),
            }
        }
    }

    /// Puts a list that was pasted in the place of what stood there.
    fn list(&mut self, screen: &mut Screen, names: Vec<String>) -> Result<Key, Failure> {
        let kind = screen.kind;
        let keys = |names: &[String]| names.iter().map(|name| kind.key_of(name)).collect::<BTreeSet<_>>();
        let pasted = keys(&names);
        let Some(list) = &mut screen.list else { return Ok(Key::Again) };
        let stood = list.names.replace(names).unwrap_or_default();
        list.from = Whose::Answer;
        let lacks: Vec<&String> = stood.iter().filter(|name| !pasted.contains(&kind.key_of(name))).collect();
        if !lacks.is_empty() {
            let names: Vec<String> = lacks.iter().map(|name| format!("`{name}`")).collect();
            self.say(&format!("not in your list: {}", names.join(", ")))?;
        }
        screen.questions.retain(|question| pasted.contains(&question.on.key));
        // With nothing else to look at the list is the whole answer, if it holds all that was expected.
        Ok(if screen.questions.is_empty() && lacks.is_empty() { Key::Seen } else { Key::Again })
    }

    /// `NUMBER=VALUE`, or a number whose value is asked for; none where it is neither.
    fn correct(&mut self, screen: &mut Screen, typed_line: &str) -> Result<Option<Key>, Failure> {
        let (number, value) = typed_line.split_once('=').map_or((typed_line, None), |(n, value)| (n, Some(value)));
        let Ok(number) = number.trim().parse::<usize>() else { return Ok(None) };
        let mut beside = screen.questions.iter_mut().filter(|question| question.beside.is_some());
        let Some(question) = number.checked_sub(1).and_then(|index| beside.nth(index)) else { return Ok(None) };
        // Nothing after the sign means that nothing is set, as in `plan record saw`.
        let mut first = value.map(|value| if value.trim().is_empty() { NOTHING.to_owned() } else { value.to_owned() });
        match self.value(question, &mut first)? {
            Typed::Value(value) => question.beside = Some(Beside { value, from: Whose::Answer }),
            Typed::LeftOut => {}
            Typed::End => return Ok(Some(Key::End)),
        }
        Ok(Some(Key::Again))
    }

    /// What is typed of each question that is typed; none where the input ends.
    fn typed(&mut self, screen: &Screen) -> Result<Option<Answers>, Failure> {
        let mut answers =
            Answers { list: screen.list.as_ref().and_then(|list| list.names.clone()), ..Answers::default() };
        for question in screen.beside() {
            let value = question.beside.as_ref().map(|beside| beside.value.clone()).unwrap_or_default();
            answers.fields.entry(question.on.clone()).or_default().insert(question.field.clone(), value);
        }
        if screen.typed().next().is_some() {
            let hint = "\n  Type what you see, yes and no in full; - means that nothing is set.\n  Enter leaves one out, q ends.";
            writeln!(self.terminal.out, "{hint}")?;
            let choices = screen.typed().filter_map(|one| Some((&one.field, choices(&one.on, &one.field)?)));
            for (field, choices) in choices.collect::<BTreeSet<_>>() {
                self.say(&format!("{field}: {choices}"))?;
            }
        }
        for question in screen.typed() {
            match self.value(question, &mut None)? {
                Typed::Value(value) => {
                    answers.fields.entry(question.on.clone()).or_default().insert(question.field.clone(), value);
                }
                Typed::LeftOut => {}
                Typed::End => return Ok(None),
            }
        }
        Ok(Some(answers))
    }

    /// A value of a field, asked for until it is one.
    fn value(&mut self, question: &Question, first: &mut Option<String>) -> Result<Typed, Failure> {
        let Question { on, field, .. } = question;
        loop {
            let answer = match first.take() {
                Some(first) => first,
                None => {
                    let of = if on.kind.is_only() { String::new() } else { format!("{}: ", line(&on.key)) };
                    match self.terminal.ask_line(&format!("  {of}{field}: "))? {
                        Some(answer) => answer,
                        None => return Ok(Typed::End),
                    }
                }
            };
            match answer.trim() {
                "" => return Ok(Typed::LeftOut),
                END => return Ok(Typed::End),
                EXPLAIN => self.explain_field(on, field)?,
                // On the other screens these letters are keys, and `n` is "not now".
                "y" | "n" | "Y" | "N" if matches!(typed(on, field, answer.trim()), Some(Value::Bool(_))) => {
                    self.say("write `yes` or `no` in full, or press Enter to leave this line out")?;
                }
                text => match typed(on, field, text) {
                    Some(value) => return Ok(Typed::Value(value)),
                    None => {
                        self.say(&format!("this is not a valid value of `{field}`: {}", how_to_write(field)))?;
                    }
                },
            }
        }
    }

    /// Records what was seen: how many facts.
    fn record(&mut self, screen: &Screen, answers: &Answers) -> Result<usize, Failure> {
        let facts = self.looking.record(screen.kind, answers, Timestamp::now())?;
        if facts > 0 {
            writeln!(self.terminal.out, "  recorded {}", many(facts, "fact"))?;
        }
        Ok(facts)
    }
}
