//! What a change is by its shape: what becomes of which field. Changes of one shape are read once, however many objects have it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::change::{Change, When, text};
use crate::model::Kind;
use crate::site::Executor;

use super::verb;

/// Fewest changes of one shape that are shown as one.
pub(super) const FEWEST: usize = 3;

/// Modules whose days are named; the others are counted.
const DAYS: usize = 4;

/// What becomes of one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Delta {
    /// The field, in words.
    pub(super) what: String,
    /// What it was; none where nothing was.
    pub(super) from: Option<String>,
    /// What it becomes; none where it goes.
    pub(super) to: Option<String>,
}

/// Changes of one shape.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// What is done to the objects.
    pub(super) verb: &'static str,
    /// Who does it.
    pub(super) executor: Executor,
    /// What becomes of their fields.
    pub(super) deltas: Vec<Delta>,
    /// The changes.
    pub(super) changes: Vec<&'a Change>,
}

/// Changes by kind, and of each kind those of one shape together, in the order of the first of them.
pub(super) fn by_kind<'a>(list: &[(&'a Change, Executor)]) -> BTreeMap<Kind, Vec<Group<'a>>> {
    let mut kinds: BTreeMap<Kind, Vec<Group<'a>>> = BTreeMap::new();
    let mut places: HashMap<(Kind, &'static str, Executor, When, Vec<Delta>), usize> = HashMap::new();
    for (change, executor) in list {
        let (verb, deltas) = (verb(change), deltas(change));
        let groups = kinds.entry(change.on.kind).or_default();
        let place =
            places.entry((change.on.kind, verb, *executor, change.when(), deltas.clone())).or_insert(groups.len());
        match groups.get_mut(*place) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { verb, executor: *executor, deltas, changes: Vec::from([*change]) }),
        }
    }
    kinds
}

/// What becomes of each field of an object. Names that each object has otherwise are left out of it: those of modules, and of what a
/// form opens or tags.
pub(super) fn deltas(change: &Change) -> Vec<Delta> {
    let side = |side: &Option<Value>| side.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let (before, after) = (side(&change.before), side(&change.after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut all = Vec::new();
    for name in names {
        let (from, to) = (before.get(name), after.get(name));
        match name.as_str() {
            _ if from == to => {}
            "modules" => all.extend(timers(from, to)),
            "operations" => all.extend(operations(from, to).into_iter().map(|(sign, one)| one.delta(sign))),
            "name" if from.is_none() || to.is_none() => {}
            _ => all.push(Delta { what: name.clone(), from: from.map(word), to: to.map(word) }),
        }
    }
    all
}

/// A value in one line.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

fn timers(from: Option<&Value>, to: Option<&Value>) -> Vec<Delta> {
    let releases = |side: Option<&Value>| -> BTreeMap<u64, String> {
        let modules = side.map(text::opened).unwrap_or_default();
        modules.into_iter().map(|module| (module.number, module.release)).collect()
    };
    let (from, to) = (releases(from), releases(to));
    let numbers: BTreeSet<&u64> = from.keys().chain(to.keys()).collect();
    let differs = numbers.into_iter().filter(|number| from.get(number) != to.get(number));
    let delta = |number: &u64| Delta {
        what: format!("module {number}"),
        from: from.get(number).cloned(),
        to: to.get(number).cloned(),
    };
    differs.map(delta).collect()
}

/// One operation of a form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Operation {
    /// What it does.
    pub(super) does: String,
    /// To what: an offering, tags, or nothing.
    pub(super) of: Vec<String>,
}

impl Operation {
    fn of(value: &Value) -> Self {
        let Some((does, of)) = value.as_object().and_then(|fields| fields.iter().next()) else {
            return Self { does: word(value), of: Vec::new() };
        };
        let of = match of {
            Value::Array(many) => many.iter().map(word).collect(),
            one => Vec::from([word(one)]),
        };
        Self { does: does.clone(), of }
    }

    fn delta(self, sign: char) -> Delta {
        let does = Some(self.does);
        let (from, to) = if sign == '-' { (does, None) } else { (None, does) };
        Delta { what: "operation".to_owned(), from, to }
    }
}

/// The operations that go (`-`) and that come (`+`).
pub(super) fn operations(from: Option<&Value>, to: Option<&Value>) -> Vec<(char, Operation)> {
    let set = |side: Option<&Value>| -> BTreeSet<Operation> {
        side.and_then(Value::as_array).into_iter().flatten().map(Operation::of).collect()
    };
    let (from, to) = (set(from), set(to));
    let gone = from.difference(&to).map(|one| ('-', one.clone()));
    gone.chain(to.difference(&from).map(|one| ('+', one.clone()))).collect()
}

/// On which days modules open that opened on others, or on none that is known: what follows from a change, and nobody sets.
pub(super) fn consequence(change: &Change) -> Option<String> {
    let modules = |side: &Option<Value>| side.as_ref().and_then(|side| side.get("modules")).map(text::opened);
    let (before, after) = (modules(&change.before)?, modules(&change.after)?);
    let was: BTreeMap<&str, Option<u32>> = before.iter().map(|module| (module.name.as_str(), module.day)).collect();
    let moved = after.iter().filter_map(|module| {
        let was = was.get(module.name.as_str()).copied().flatten();
        (was != module.day).then_some((module, was))
    });
    let moved: Vec<_> = moved.collect();
    let one = |(module, was): &(&text::Opens, Option<u32>)| match (module.day, was) {
        (Some(day), None) => format!("{} opens on day {day}", module.name),
        (Some(day), Some(was)) => format!("{} opens on day {day} instead of {was}", module.name),
        (None, _) => format!("{} opens on no day that is known", module.name),
    };
    let (last, first) = moved.split_last()?;
    let mut words: Vec<String> = first.iter().take(DAYS - 1).map(one).collect();
    if let Some(more) = first.len().checked_sub(DAYS - 1).filter(|more| *more > 0) {
        words.push(format!("{more} more"));
    }
    words.push(one(last));
    Some(words.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use serde_json::json;

    use crate::model::ObjectRef;

    use super::*;

    fn change(kind: Kind, key: &str, before: Value, after: Value) -> Change {
        let side = |side: Value| (!side.is_null()).then_some(side);
        Change { on: ObjectRef::new(kind, key), before: side(before), after: side(after), cause: String::new() }
    }

    fn modules(of: &str, fourth: &Value) -> Value {
        let week = json!("7 days after previous");
        json!({"modules": [{"number": 0, "name": of, "release": null}, {"number": 4, "name": format!("{of} 4"), "release": fourth},
            {"number": 5, "name": format!("{of} 5"), "release": week}]})
    }

    #[test]
    fn changes_of_one_shape_stand_together_whatever_their_objects_are_called() {
        let timer = |key: &str| {
            change(Kind::Offering, key, modules(key, &json!("by-hand")), modules(key, &json!("7 days after previous")))
        };
        let other = change(Kind::Offering, "c", modules("c", &json!("by-hand")), modules("c", &json!("immediately")));
        let form = |key: &str| {
            let side = |does: &str| json!({"operations": [{"add-tags": ["x"]}, {does: key}]});
            change(Kind::OrderForm, key, side("grant"), side("release"))
        };
        let (a, b, f, g) = (timer("a"), timer("b"), form("f"), form("g"));
        let list = [&a, &other, &b, &f, &g].map(|change| (change, Executor::Automatic));
        let groups = by_kind(&list);
        let sizes = |kind: Kind| groups[&kind].iter().map(|group| group.changes.len()).collect::<Vec<_>>();
        assert_eq!((sizes(Kind::Offering), sizes(Kind::OrderForm)), (vec![2, 1], vec![2]));
        let delta = |what: &str, from: Option<&str>, to: Option<&str>| Delta {
            what: what.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        assert_eq!(
            groups[&Kind::Offering][0].deltas,
            [delta("module 4", Some("by-hand"), Some("7 days after previous"))]
        );
        assert_eq!(
            groups[&Kind::OrderForm][0].deltas,
            [delta("operation", Some("grant"), None), delta("operation", None, Some("release"))]
        );
        // Who makes it is part of how it reads.
        let list = [(&a, Executor::Automatic), (&b, Executor::Guided)];
        assert_eq!(by_kind(&list)[&Kind::Offering].len(), 2);
    }

    #[test]
    fn a_day_that_follows_is_a_consequence_and_no_change() {
        let (hand, week) = (json!("by-hand"), json!("7 days after previous"));
        let there = change(Kind::Offering, "a", modules("a", &hand), modules("a", &week));
        assert_eq!(consequence(&there).unwrap(), "4 a 4 opens on day 7, 5 a 5 opens on day 14");
        assert_eq!(deltas(&there).len(), 1);
        assert_eq!(
            consequence(&there.inverse()).unwrap(),
            "4 a 4 opens on no day that is known, 5 a 5 opens on no day that is known"
        );
        let sooner = change(Kind::Offering, "a", modules("a", &week), modules("a", &json!("1 day after previous")));
        assert_eq!(
            consequence(&sooner).unwrap(),
            "4 a 4 opens on day 1 instead of 7, 5 a 5 opens on day 8 instead of 14"
        );
        assert_eq!(
            consequence(&change(Kind::Mail, "mail", json!({"simulated": false}), json!({"simulated": true}))),
            None
        );
    }
}
