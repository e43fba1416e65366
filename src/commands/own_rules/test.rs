//! `plan rules test`: each rule tried by its own examples.

use std::path::Path;

use crate::cli::{Rules, RulesVerb};
use crate::commands::Terminal;
use crate::diag::{Document, Location, Part};
use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::own_rules::{Answer, OwnExample};
use crate::model::text::{many, pointer};
use crate::output::escape;
use crate::own::{Asked, Facts, Request};
use crate::project::rules_file::{self, LIMIT, RulesText};
use crate::rules::{Came, Own};
use crate::shape::Sources;

use super::parent;

/// Most facts that are named.
const NAMED: usize = 3;

pub(in crate::commands) fn run(args: &Rules, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let RulesVerb::Test { file } = &args.verb;
    let bytes = fs::read(file, LIMIT).map_err(|error| Failure::file("read", file, &error))?;
    let RulesText { rules, findings, text } = rules_file::understood(file.display().to_string(), bytes);
    let Some(text) = text else { return Ok(exit::COULD_NOT_RUN) };
    let sources = Sources::new(text, None, false);
    let mut wrong: Vec<Wrong> = findings
        .into_iter()
        .map(|finding| Wrong {
            place: finding.primary.place.clone(),
            what: format!("{} ({})", finding.message, finding.rule),
            help: finding.help,
        })
        .collect();
    let examples: Vec<Example<'_>> = rules.rules.iter().flat_map(examples).collect();
    let request = Request {
        facts: examples.iter().map(|example| Facts::of_example(example.said)).collect(),
        asked: examples.iter().enumerate().map(|(nth, example)| (Asked::from(&example.of.said), nth)).collect(),
    };
    let came = if examples.is_empty() { Vec::new() } else { parent::answers(&request) };
    let otherwise = examples.iter().zip(&came).filter_map(|(example, came)| example.otherwise(came));
    wrong.extend(otherwise);
    wrong.sort_by_key(|wrong| sources.spot(&wrong.place).span.start);
    for wrong in &wrong {
        say(file, wrong, &sources, terminal)?;
    }
    let [rules, tried] = [many(rules.rules.len(), "rule"), many(examples.len(), "example")];
    let shown = escape::path(file);
    match wrong.len() {
        0 => {
            writeln!(terminal.out, "{shown}: {rules}, {tried}: each finds what it should, and nothing else")?;
            Ok(exit::OK)
        }
        count => {
            writeln!(terminal.err, "{}", many(count, "mistake"))?;
            Ok(exit::NOT_GREEN)
        }
    }
}

/// Something that is not as it should be.
struct Wrong {
    place: Location,
    what: String,
    help: Option<String>,
}

fn say(file: &Path, wrong: &Wrong, sources: &Sources, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let start = sources.spot(&wrong.place).start;
    let at = format!("{}:{}:{}", escape::path(file), start.line, start.column);
    writeln!(terminal.out, "{at}: {}", escape::line(&wrong.what))?;
    if let Some(help) = &wrong.help {
        writeln!(terminal.out, "  help: {}", escape::line(help))?;
    }
    Ok(())
}

/// An example of a rule.
struct Example<'a> {
    of: &'a Own,
    said: &'a OwnExample,
    is_bad: bool,
    nth: usize,
}

fn examples(own: &Own) -> impl Iterator<Item = Example<'_>> {
    let good = own.said.good.iter().enumerate().map(|(nth, said)| (false, nth, said));
    let bad = own.said.bad.iter().enumerate().map(|(nth, said)| (true, nth, said));
    good.chain(bad).map(move |(is_bad, nth, said)| Example { of: own, said, is_bad, nth })
}

impl Example<'_> {
    /// What is not as it should be, if anything is.
    fn otherwise(&self, came: &Came) -> Option<Wrong> {
        let (what, help) = match came {
            Err(why) => (why.clone(), None),
            Ok(Answer { broken, .. }) if !broken.is_empty() => {
                let (key, why) = &broken[0];
                let of = if key.is_empty() { String::new() } else { format!("for `{key}` ") };
                (format!("{of}it cannot be evaluated: {why}"), None)
            }
            Ok(answer) if answer.lacks => {
                let lacks = answer.reads.iter().filter(|(_, is_known)| !**is_known).take(NAMED);
                let lacks: Vec<String> = lacks.map(|(fact, _)| format!("`{fact}`")).collect();
                let what = format!("it cannot be evaluated: {} is unknown here", lacks.join(", "));
                (what, Some("say it in the example, with `null` where nothing is set".to_owned()))
            }
            Ok(Answer { asked: 0, .. }) => {
                let help = "add something that it is asked of, and that its `when` holds for";
                ("it asks nothing here, so this shows nothing".to_owned(), Some(help.to_owned()))
            }
            Ok(answer) if self.is_bad && answer.fails.is_empty() => ("it finds nothing here".to_owned(), None),
            Ok(answer) if !self.is_bad && !answer.fails.is_empty() => ("it finds something here".to_owned(), None),
            Ok(_) => return None,
        };
        let list = if self.is_bad { "bad" } else { "good" };
        let nth = self.nth.to_string();
        let place = Location::At {
            document: Document::Rules,
            pointer: pointer(&["rules", self.of.name.as_str(), list, nth.as_str()]),
            part: Part::Key,
        };
        let what = format!("{} example {} of `{}`: {what}", list, self.nth + 1, self.of.rule.id);
        Some(Wrong { place, what, help })
    }
}
