//! Lists by whose IDs objects refer to something.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::{Known, View};

/// What the IDs of a list stand for.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_id: BTreeMap<String, Known>,
    /// Why an ID that is not among them may be one all the same.
    incomplete: Option<String>,
}

impl Index {
    /// What an ID stands for; nothing where the whole list is known and does not have it.
    pub(super) fn get(&self, id: &str) -> Known {
        match (self.by_id.get(id), &self.incomplete) {
            (Some(known), _) => known.clone(),
            (None, Some(why)) => Known::Unknown(why.clone()),
            (None, None) => Known::Nothing,
        }
    }

    pub(super) fn put(&mut self, id: String, value: Json) {
        let known = match self.by_id.get(&id) {
            Some(Known::Value(other)) if *other != value => {
                Known::Unknown("its ID stands for several things".to_owned())
            }
            Some(other) => other.clone(),
            None => Known::Value(value),
        };
        self.by_id.insert(id, known);
    }

    /// How many bytes its IDs take, about.
    pub(super) fn size(&self) -> usize {
        let of = |known: &Known| match known {
            Known::Value(value) => value.as_str().map_or(0, str::len),
            Known::Nothing | Known::Unknown(_) => 0,
        };
        self.by_id.iter().map(|(id, known)| 160 + id.len() + of(known)).sum()
    }

    /// Says that a kind has objects that are not known; why not, its own section says.
    fn lacks_some(&mut self, kind: &str) {
        self.incomplete.get_or_insert_with(|| format!("not every `{kind}` is known, and why not is said of that kind"));
    }

    pub(super) fn lacks(&mut self, list: &str, why: &str) {
        self.incomplete.get_or_insert_with(|| format!("the list of `{list}` is not known: {why}"));
    }
}

impl View<'_> {
    /// The list of this name: a kind's objects, or a lookup.
    pub(super) fn list(&self, name: &str) -> Rc<Index> {
        if let Some(known) = self.lists.borrow().get(name) {
            return known.clone();
        }
        let mut index = Index::default();
        // Members come one after the other, and are a list once all of them were seen.
        if matches!(name, "contact" | "administrator") {
            index.lacks(name, "members are known last, so only orders and subscriptions can refer to them");
            return Rc::new(index);
        }
        let is_open = self.open.borrow().iter().any(|open| open == name) || self.open.borrow().len() > 3;
        if is_open {
            index.lacks(name, "it refers back to itself");
            return Rc::new(index);
        }
        self.open.borrow_mut().push(name.to_owned());
        match self.set.lookup(name) {
            Some((lookup, loaded)) => {
                let is_asked = self.is_asked([loaded]);
                match self.ats(Some(&lookup.from), lookup.each.as_deref(), is_asked) {
                    Ok(all) => {
                        for at in all {
                            match (self.known(&lookup.id, &at), self.known(&lookup.gives, &at)) {
                                (Known::Value(id), Known::Value(gives)) => index.put(text(&id), gives),
                                (Known::Unknown(why), _) | (_, Known::Unknown(why)) => index.lacks(name, &why),
                                _ => {}
                            }
                        }
                    }
                    Err(why) => index.lacks(name, &why),
                }
            }
            None => self.objects_by_id(name, &mut index),
        }
        self.open.borrow_mut().pop();
        let index = Rc::new(index);
        self.lists.borrow_mut().insert(name.to_owned(), index.clone());
        index
    }

    /// The objects of a kind by their IDs, and by the names of the options that they are.
    fn objects_by_id(&self, kind: &str, index: &mut Index) {
        let all: Vec<_> = self.bound.iter().filter(|bound| bound.kind == kind).collect();
        if all.is_empty() {
            index.lacks(kind, super::NOT_COVERED);
        }
        for bound in all {
            let listed = self.listed(bound);
            if listed.incomplete.is_some() {
                index.lacks_some(kind);
            }
            for object in listed.objects {
                let id = bound.entry.id.as_ref().map(|rule| self.known(rule, &object.at));
                match id {
                    Some(Known::Value(id)) => index.put(text(&id), json!(object.key)),
                    Some(Known::Unknown(why)) => index.lacks(kind, &why),
                    None if object.at.name.is_none() && bound.entry.key.as_ref().is_none_or(|key| key.is.is_none()) => {
                        index.lacks(kind, "the adapter does not say what ID its objects have (`id`)");
                    }
                    Some(Known::Nothing) | None => {}
                }
                if let Some((whole, _)) = &object.at.name {
                    index.put(whole.clone(), json!(object.key));
                }
            }
        }
    }
}

pub(super) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
