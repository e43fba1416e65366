//! The site's objects as a rule may know them: each question is noted, object by object and field by field.

use std::fmt;

use serde_json::{Map, Value};

use crate::diag::Finding;
use crate::model::state::{
    Administrator, ChargingGuard, CrmConnection, Emails, Environment, Keyed, Mail, Maintenance, Object, Offering,
    OptInForm, OrderForm, Plugin, Tag, Webhook,
};
use crate::model::{Field, Grade, Kind, ObjectRef, State};

use super::about::{About, name_of_field};
use super::facts::{Facts, Known, Side};

/// A kind of object as a state holds it.
pub trait OfKind: Sized {
    /// The kind.
    const KIND: Kind;
    /// The object under this key.
    fn at<'s>(state: &'s State, key: &str) -> Option<&'s Self>;
    /// All of them by key, where a site can have many.
    fn all(state: &State) -> Option<&Keyed<Self>>;
    /// What was sent of it beyond the format.
    fn extra(&self) -> &Map<String, Value>;
}

macro_rules! of_kind {
    (many $($object:ident in $field:ident),+; one $($only:ident in $slot:ident as $kind:ident),+) => {
        $(impl OfKind for $object {
            const KIND: Kind = Kind::$object;
            fn at<'s>(state: &'s State, key: &str) -> Option<&'s Self> { state.$field.get(key) }
            fn all(state: &State) -> Option<&Keyed<Self>> { Some(&state.$field) }
            fn extra(&self) -> &Map<String, Value> { &self.extra }
        })+
        $(impl OfKind for $only {
            const KIND: Kind = Kind::$kind;
            fn at<'s>(state: &'s State, _: &str) -> Option<&'s Self> { state.$slot.as_ref() }
            fn all(_: &State) -> Option<&Keyed<Self>> { None }
            fn extra(&self) -> &Map<String, Value> { &self.extra }
        })+
    };
}

of_kind! {
    many Administrator in administrators, Offering in offerings, OptInForm in opt_in_forms, OrderForm in order_forms,
        Plugin in plugins, Tag in tags, Webhook in webhooks;
    one ChargingGuard in charging_guard as ChargingGuard, CrmConnection in crm as Crm, Emails in emails as Emails,
        Environment in environment as Environment, Mail in mail as Mail, Maintenance in maintenance as Maintenance
}

/// One object of the site. What it is called is known; of everything else the object notes that it was asked.
pub struct Of<'f, 'a, T> {
    facts: &'f Facts<'a>,
    key: &'a str,
    pub(super) object: &'a T,
}

impl<T> Clone for Of<'_, '_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Of<'_, '_, T> {}

impl<T: fmt::Debug> fmt::Debug for Of<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Of").field(&self.key).field(&self.object).finish()
    }
}

/// All objects of a kind: which there are is known, and was noted.
pub struct Objects<'f, 'a, T> {
    facts: &'f Facts<'a>,
    all: &'a Keyed<T>,
}

impl<T> Clone for Objects<'_, '_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Objects<'_, '_, T> {}

impl<T: fmt::Debug> fmt::Debug for Objects<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

impl<'f, 'a, T: OfKind> Objects<'f, 'a, T> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Their keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &'a String> + use<'a, T> {
        self.all.keys()
    }

    /// The object under this key.
    pub fn get(&self, key: &str) -> Option<Of<'f, 'a, T>> {
        let (key, object) = self.all.get_key_value(key)?;
        Some(Of { facts: self.facts, key, object })
    }

    /// Whether there is one under this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.all.contains_key(key)
    }

    /// Each of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Of<'f, 'a, T>)> + use<'f, 'a, T> {
        let facts = self.facts;
        self.all.iter().map(move |(key, object)| (key.as_str(), Of { facts, key, object }))
    }
}

impl<'f, 'a, T: OfKind + Clone> Of<'f, 'a, T>
where
    Object: From<T>,
{
    /// The object, of whatever kind.
    pub(super) fn object(&self) -> Object {
        self.object.clone().into()
    }

    /// A finding with the object under it, the line that begins so labelled.
    pub fn excerpt(&self, finding: Finding, needle: &str, label: &str) -> Finding {
        self.facts.excerpt(finding, (self.place(), || self.object()), needle, label)
    }
}

impl<'f, 'a, T: OfKind> Of<'f, 'a, T> {
    /// Its natural key.
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// Which object it is.
    pub fn place(&self) -> ObjectRef {
        ObjectRef::new(T::KIND, self.key)
    }

    /// The object as the plan would be written from it: what a rule proposes is no fact.
    pub(super) fn proposed(&self) -> &'a T {
        self.object
    }

    /// What is known of a field: noted, with how well.
    pub(super) fn ask<U>(&self, name: &str, field: &'a Field<U>) -> Known<Option<&'a U>> {
        self.facts.ask(self.place(), name, field)
    }

    /// The same of a field beyond the format; one that nobody sent is unknown.
    pub(super) fn ask_beyond(&self, name: &str) -> Known<&'a Value> {
        let value = T::extra(self.object).get(name);
        let grade = self.facts.graded(|before| before.field_grade(&self.place(), name, value.is_some()));
        let value = value.filter(|_| grade.is_known());
        self.facts.note_about(About::Field(self.place(), name.to_owned()), grade);
        value
    }

    /// Notes that of a field that is known a part is not.
    pub(super) fn note_unknown_part(&self, name: &str, why: String) {
        self.facts.note_about(About::Field(self.place(), name.to_owned()), Grade::Unknown(why));
    }

    /// What is known of a switch, which is on or off: one that is said to be neither is unknown.
    pub(super) fn flag(&self, name: &str, field: &'a Field<bool>) -> Known<bool> {
        const UNKNOWN: &Field<bool> = &Field::Unknown;
        let field = if *field == Field::Nothing { UNKNOWN } else { field };
        self.ask(name, field).flatten().copied()
    }
}

impl<'a> Facts<'a> {
    /// What is known of a field of an object.
    fn ask<T>(&self, on: ObjectRef, name: &str, field: &'a Field<T>) -> Known<Option<&'a T>> {
        let known = field.as_known();
        let grade = self.graded(|before| before.field_grade(&on, name_of_field(name), known.is_some()));
        let known = known.filter(|_| grade.is_known());
        self.note_about(About::Field(on, name.to_owned()), grade);
        known
    }

    pub(super) fn note_about(&self, about: About, grade: Grade) {
        self.note(about.fact(), grade.clone());
        self.note_unknown(about, &grade);
    }

    fn note_unknown(&self, about: About, grade: &Grade) {
        if !grade.is_known() {
            self.unknown.borrow_mut().insert(about);
        }
    }

    /// All objects of a kind.
    fn objects<T: OfKind>(&self, side: Side) -> Known<Objects<'_, 'a, T>> {
        let grade = self.graded(|before| before.list_grade(T::KIND));
        let is_known = grade.is_known();
        self.note_about(About::List(T::KIND), grade);
        let all = T::all(self.state(side)?).filter(|_| is_known)?;
        Some(Objects { facts: self, all })
    }

    /// One object, or that there is none: known of an object that was read, or that somebody saw, even where the others are not.
    fn object<T: OfKind>(&self, side: Side, key: &str) -> Known<Option<Of<'_, 'a, T>>> {
        let on = ObjectRef::new(T::KIND, key);
        let grade = self.graded(|before| before.object_grade(&on));
        let is_known = grade.is_known();
        let found = self.state(side).filter(|_| is_known).and_then(|state| T::all(state)?.get_key_value(key));
        // That an object is there is a fact of its own; that it is not, one of the list.
        let fact = if found.is_some() { on.to_string() } else { T::KIND.name().to_owned() };
        self.note_unknown(About::Object(on), &grade);
        self.note(fact, grade);
        is_known.then(|| found.map(|(key, object)| Of { facts: self, key, object }))
    }

    /// The one object of a kind of which a site has one.
    fn only<T: OfKind>(&self, side: Side) -> Known<Of<'_, 'a, T>> {
        let (on, key) = (ObjectRef::only(T::KIND), T::KIND.name());
        let grade = self.graded(|before| before.object_grade(&on));
        let object = self.state(side).filter(|_| grade.is_known()).and_then(|state| T::at(state, key));
        self.note_about(About::Object(on), grade);
        Some(Of { facts: self, key, object: object? })
    }
}

/// The kind of object that a fact is about; none where it is about something else.
pub fn kind_of(fact: &str) -> Option<Kind> {
    Kind::from_name(fact.split(['/', ':']).next().unwrap_or_default())
}

macro_rules! asked {
    ($($(#[$doc:meta])* $how:ident $name:ident: $object:ty;)+) => {
        impl<'a> Facts<'a> { $(asked! { $(#[$doc])* $how $name: $object })+ }
    };
    ($(#[$doc:meta])* all $name:ident: $object:ty) => {
        $(#[$doc])*
        pub fn $name(&self, side: Side) -> Known<Objects<'_, 'a, $object>> {
            self.objects(side)
        }
    };
    ($(#[$doc:meta])* each $name:ident: $object:ty) => {
        $(#[$doc])*
        pub fn $name(&self, side: Side, key: &str) -> Known<Option<Of<'_, 'a, $object>>> {
            self.object(side, key)
        }
    };
    ($(#[$doc:meta])* only $name:ident: $object:ty) => {
        $(#[$doc])*
        pub fn $name(&self, side: Side) -> Known<Of<'_, 'a, $object>> {
            self.only(side)
        }
    };
}

asked! {
    /// Administrators by login.
    all administrators: Administrator;
    /// The guard against charging from a copy.
    only charging_guard: ChargingGuard;
    /// The connection to the CRM.
    only crm: CrmConnection;
    /// AccessAlly Emails.
    only emails: Emails;
    /// What the site says it is.
    only environment: Environment;
    /// How mail leaves.
    only mail: Mail;
    /// AccessAlly's own maintenance mode.
    only maintenance: Maintenance;
    /// Offerings by key.
    all offerings: Offering;
    /// The offering under a key, or that there is none.
    each offering: Offering;
    /// Opt-in forms by key.
    all opt_in_forms: OptInForm;
    /// The opt-in form under a key, or that there is none.
    each opt_in_form: OptInForm;
    /// Order forms by key.
    all order_forms: OrderForm;
    /// The order form under a key, or that there is none.
    each order_form: OrderForm;
    /// The plugin of a file, or that there is none.
    each plugin: Plugin;
    /// Plugins by file.
    all plugins: Plugin;
    /// Tags by name.
    all tags: Tag;
    /// Webhooks by command plus target.
    all webhooks: Webhook;
    /// The webhook of this command and target, or that there is none.
    each webhook: Webhook;
}
