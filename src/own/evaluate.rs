//! What comes of a rule: read, asked of each thing that it is for, and answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::common::types::{CelBool, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Value};
use serde::{Deserialize, Serialize};

use super::expression::{CONTAINS, EQUAL, Expression, Unreadable};
use super::facts::Facts;
use super::node::{Absent, Fields, Map, Node, Shared};
use super::value::{Notes, SAID, contains, equal, value};
use crate::model::keyed::webhook_key;
use crate::model::own_rules::{Answer, Each, OwnRule};

/// Most places of a rule at which it could not be evaluated that are said.
const BROKEN: usize = 3;

/// Longest reason that is said, in characters.
const LONGEST: usize = 300;

/// What a rule asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    each: Option<Each>,
    when: Option<String>,
    require: String,
}

impl From<&OwnRule> for Asked {
    fn from(rule: &OwnRule) -> Self {
        Self { each: rule.each, when: rule.when.clone(), require: rule.require.clone() }
    }
}

/// Rules, each with the facts that it is asked with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What expressions see.
    pub facts: Vec<Facts>,
    /// What is asked, each with which of the facts.
    pub asked: Vec<(Asked, usize)>,
}

/// What comes of a rule.
///
/// It may not end, and may take any amount of memory: only a process of its own does this.
///
/// # Errors
/// Where one of its expressions cannot be read.
pub fn answer(asked: &Asked, facts: &Facts) -> Result<Answer, Unreadable> {
    let read = |what: &str, text: &str| {
        Expression::read(text).map_err(|why| Unreadable(format!("`{what}` cannot be read: {}", why.0)))
    };
    let when = asked.when.as_deref().map(|text| read("when", text)).transpose()?;
    let require = read("require", &asked.require)?;
    let env = Arc::new(env());
    let notes = Notes::default();
    let mut answer = Answer::default();
    let all = match objects(asked.each, facts) {
        Ok(all) => all,
        Err(fact) => {
            answer.lacks = true;
            answer.reads.insert(fact, false);
            return Ok(answer);
        }
    };
    for (key, object) in all {
        let came = context(&env, facts, object.as_ref(), &notes)
            .and_then(|context| once(when.as_ref(), &require, &context).map_err(in_words));
        take(&mut answer, key, came, notes.take());
    }
    Ok(answer)
}

/// Takes what came of asking once.
fn take(answer: &mut Answer, key: String, came: Result<Came, String>, reads: BTreeMap<String, bool>) {
    let lacks = came.is_err() && reads.values().any(|known| !known);
    answer.asked += usize::from(came != Ok(Came::Skipped));
    match came {
        Ok(Came::Skipped | Came::Holds) => {}
        Ok(Came::Fails) => answer.fails.push(key),
        Err(_) if lacks => answer.lacks = true,
        Err(why) if answer.broken.len() < BROKEN => {
            answer.broken.push((key, why.chars().take(LONGEST).collect()));
        }
        Err(_) => {}
    }
    // An answer does not hang on what is unknown.
    for (fact, is_known) in reads.into_iter().filter(|(_, is_known)| *is_known || lacks) {
        *answer.reads.entry(fact).or_insert(is_known) &= is_known;
    }
}

/// What comes of asking once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    /// Nothing is asked here.
    Skipped,
    Holds,
    Fails,
}

fn once(when: Option<&Expression>, require: &Expression, context: &Context<'_, '_>) -> Result<Came, ExecutionError> {
    if let Some(when) = when
        && !holds(when, context)?
    {
        return Ok(Came::Skipped);
    }
    Ok(if holds(require, context)? { Came::Holds } else { Came::Fails })
}

fn holds(expression: &Expression, context: &Context<'_, '_>) -> Result<bool, ExecutionError> {
    let value = Value::resolve_val(&expression.0, context)?;
    let holds = value.downcast_ref::<CelBool>().map(|value| *value.inner());
    holds.ok_or_else(|| {
        super::value::said(format!(
            "it comes to a value of the type `{}`, and not to `true` or `false`",
            value.get_type().name()
        ))
    })
}

/// The language: what is not declared here is refused as it is read.
fn env() -> Env {
    // The macros (`has`, `all`, `exists`, `exists_one`, `map`, `filter`) come with the standard environment, and so do the functions of
    // optional values, which no expression can name.
    let mut env = Env::stdlib().with_optional_support(false);
    let two = || vec![DYN_TYPE, DYN_TYPE];
    let declared = env
        .add_overload(EQUAL, "own_equal", two(), |args| with_two(&args, equal))
        .and_then(|()| env.add_overload(CONTAINS, "own_contains", two(), |args| with_two(&args, contains)));
    declared.expect("no name of the library begins so");
    env
}

fn with_two<'b, 'v>(
    args: &[CowVal<'b, 'v>],
    of: fn(&dyn Val, &dyn Val) -> Result<bool, ExecutionError>,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    match args {
        [one, other] => Ok(CowVal::owned(CelBool::from(of(one.as_ref(), other.as_ref())?))),
        _ => Err(ExecutionError::invalid_argument_count(2, args.len())),
    }
}

/// The names that an expression has. One that nobody knows is left out, and is an error only where it is used.
fn context<'a>(
    env: &Arc<Env>,
    facts: &Facts,
    object: Option<&Shared>,
    notes: &Notes,
) -> Result<Context<'a, 'a>, String> {
    let mut context = Context::with_env(Arc::clone(env));
    let all = [
        ("plan", Some(&facts.plan)),
        ("site", Some(&facts.site)),
        ("after", Some(&facts.after)),
        ("census", Some(&facts.census)),
        ("object", object),
    ];
    for (name, node) in all.into_iter().filter_map(|(name, node)| Some((name, node?))) {
        let value = value(node, notes).map_err(in_words)?;
        context.add_variable_as_val(name, value);
    }
    Ok(context)
}

/// What a rule is asked of, by key; without anything to quantify over it is asked once. The fact that is missing where nobody knows.
fn objects(each: Option<Each>, facts: &Facts) -> Result<Vec<(String, Option<Shared>)>, String> {
    let Some(each) = each else { return Ok(Vec::from([(String::new(), None)])) };
    let section = |of: &Shared| match &*of.0 {
        Node::Fields(fields) => fields.fields.get(each.section()).map(|field| field.node.clone()),
        _ => None,
    };
    let planned = section(&facts.plan);
    let planned = match planned.as_ref().map(|planned| &*planned.0) {
        Some(Node::Map(planned)) => planned,
        Some(Node::Unknown(fact)) => return Err(fact.clone()),
        _ => return Ok(Vec::new()),
    };
    let sides = [&facts.site, &facts.after].map(section);
    let object = |(key, entry): (&String, &super::node::Field)| {
        let there = natural_key(each, key, &entry.node);
        let [site, after] = [&sides[0], &sides[1]].map(|side| match side.as_ref().map(|side| &*side.0) {
            Some(Node::Map(side)) => on_side(side, &there),
            _ => (String::new(), Node::Nothing.into()),
        });
        let object = Fields::new("the object")
            .with("key", Node::Text(key.clone()))
            .with("plan", entry.node.clone())
            .reading("site", site.0, site.1)
            .reading("after", after.0, after.1);
        (key.clone(), Some(Node::Fields(object).into()))
    };
    Ok(planned.entries.iter().map(object).collect())
}

/// Under which key a site has what the plan has under this one.
fn natural_key(each: Each, key: &str, planned: &Shared) -> String {
    let Node::Fields(fields) = &*planned.0 else { return key.to_owned() };
    match fields.fields.get("calls").map(|calls| &*calls.node.0) {
        Some(Node::Text(calls)) if each == Each::Webhooks => webhook_key(calls),
        // What an entry does not say, its key says.
        _ if each == Each::Webhooks => webhook_key(key),
        _ => key.to_owned(),
    }
}

/// A thing on one side of the changes, with the fact that says so.
fn on_side(all: &Map, key: &str) -> (String, Shared) {
    let list = all.fact.clone().unwrap_or_default();
    match (all.entries.get(key), all.absent) {
        (Some(field), _) => (field.fact.clone().unwrap_or(list), field.node.clone()),
        (None, Absent::Unknown) => (list.clone(), Node::Unknown(list).into()),
        (None, Absent::Nothing | Absent::Zero) => (list, Node::Nothing.into()),
    }
}

/// An error in words. The library's own may hold values of a plan or a site, and those are left out.
fn in_words(error: ExecutionError) -> String {
    match error {
        ExecutionError::FunctionError { function, message } if function == SAID => message,
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot do this"),
        ExecutionError::NoSuchOverload(overload) => {
            let types =
                overload.argument_types().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
            let name = overload.function().trim_matches(['_', '@']).replace('_', " ");
            format!("`{name}` is not for {types}")
        }
        ExecutionError::UndeclaredReference(name) => {
            format!(
                "there is nothing called `{name}`: what there is are `plan`, `site`, `after`, `census`, and with `for` also `object`"
            )
        }
        ExecutionError::NoSuchKey(name) => format!("there is nothing under `{name}`"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number gets too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list has no such item".to_owned(),
        ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
            format!("`{operator}` is not for values of these types")
        }
        _ => "its operands are not of the types that it needs".to_owned(),
    }
}

#[cfg(test)]
mod tests;
