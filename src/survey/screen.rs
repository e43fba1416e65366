//! The screens that somebody goes through, with what is asked on each and what stands beside it.

use serde_json::Value;

use crate::model::saw::is_blind;
use crate::model::{Kind, ObjectRef, Plan};

use super::Asked;
use super::earlier::{Earlier, Said};
use super::wanted::own_names;

/// An admin screen, and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// What it shows.
    pub kind: Kind,
    /// Where nobody listed the objects: what is taken to be all of them, if the plan or somebody names one.
    pub list: Option<Listed>,
    /// The fields that are asked for.
    pub questions: Vec<Question>,
}

/// A list that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The names that stand there; none where nobody names such an object.
    pub names: Option<Vec<String>>,
    /// Whose they are.
    pub from: Whose,
}

/// A field that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The object.
    pub on: ObjectRef,
    /// The field.
    pub field: String,
    /// What stands beside it; none where it is typed.
    pub beside: Option<Beside>,
    /// Whether it is typed without being shown what the plan wants.
    pub is_blind: bool,
    /// What the plan wants of it, where that is not all that is asked: it is typed, as this with what is missing.
    pub in_part: Option<Value>,
}

/// A value that stands beside a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The value.
    pub value: Value,
    /// Whose it is.
    pub from: Whose,
}

/// Whose value it is that stands beside a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The plan wants it.
    Plan,
    /// The staging copy has it.
    Staging,
    /// It was seen before, and that ends.
    Seen(Said),
    /// The person who is asked said it.
    Answer,
}

/// What was seen before, to be looked at again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// Of this site, where facts are renewed: what is asked blind stands there too.
    pub renewed: Earlier,
    /// Of the staging copy, where live is looked at.
    pub staging: Earlier,
}

/// The screens, in the order in which somebody goes through them.
pub fn screens(asked: &Asked, plan: &Plan, again: &Again) -> Vec<Screen> {
    let of = |kind: Kind| Screen {
        kind,
        list: asked.lists.contains(&kind).then(|| list(plan, kind, again)),
        questions: asked
            .fields
            .iter()
            .filter(|(on, _)| on.kind == kind)
            .flat_map(|(on, fields)| fields.iter().map(move |(field, wanted)| (on, field, wanted)))
            .map(|(on, field, wanted)| {
                let in_part = asked.in_part.contains(&(on.clone(), field.clone()));
                question((on, field), wanted.as_ref(), in_part, again)
            })
            .collect(),
    };
    let all = Kind::BY_SCREEN.into_iter().map(of);
    all.filter(|screen| screen.list.is_some() || !screen.questions.is_empty()).collect()
}

fn list(plan: &Plan, kind: Kind, again: &Again) -> Listed {
    match (again.renewed.lists.get(&kind), again.staging.lists.get(&kind)) {
        (Some((names, said)), _) => Listed { names: Some(names.clone()), from: from(said.as_ref()) },
        (None, Some((names, _))) => Listed { names: Some(names.clone()), from: Whose::Staging },
        // A plan that names none may be one for which nobody could read them: that is nothing that a key confirms.
        (None, None) => Listed { names: own_names(plan, kind).filter(|names| !names.is_empty()), from: Whose::Plan },
    }
}

fn from(said: Option<&Said>) -> Whose {
    said.cloned().map_or(Whose::Staging, Whose::Seen)
}

fn question((on, field): (&ObjectRef, &String), wanted: Option<&Value>, in_part: bool, again: &Again) -> Question {
    let of = |earlier: &Earlier| earlier.fields.get(on).and_then(|of| of.get(field)).cloned();
    let is_blind = is_blind(on.kind, field);
    let renewed = of(&again.renewed).map(|(value, said)| Beside { value, from: from(said.as_ref()) });
    let staging = of(&again.staging).filter(|_| !is_blind).map(|(value, _)| Beside { value, from: Whose::Staging });
    let planned = wanted.filter(|_| !is_blind && !in_part).cloned().map(|value| Beside { value, from: Whose::Plan });
    let is_renewed = renewed.is_some();
    let beside = renewed.or(staging).or(planned);
    let in_part = wanted.filter(|_| in_part && beside.is_none() && !is_blind).cloned();
    Question { on: on.clone(), field: field.clone(), beside, is_blind: is_blind && !is_renewed, in_part }
}

impl Screen {
    /// The questions that one key answers: what stands beside them is what is seen.
    pub fn beside(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| question.beside.is_some())
    }

    /// The questions whose answer is typed.
    pub fn typed(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| question.beside.is_none())
    }

    /// Whether a key is pressed for it.
    pub fn has_key(&self) -> bool {
        self.list.is_some() || self.beside().next().is_some()
    }

    /// How many answers it takes where all is as it stands there.
    pub fn answers(&self) -> usize {
        usize::from(self.has_key()) + self.typed().count()
    }
}
