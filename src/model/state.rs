//! A site's configuration as a value: one typed struct a kind, each object under its natural key.
//!
//! A field is unknown, known to hold nothing, or a value ([`Field`]); what names an object is always known. What a collector
//! sends beyond the fields named here is kept in `extra`, untouched.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::field::Field;
use super::plan::{AfterFinalRetry, Welcome};
use super::release::Release;

/// Which object of a site: its kind and its natural key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ObjectRef {
    /// The kind of object.
    pub kind: Kind,
    /// Its natural key; for the kinds of which a site has one, the kind's own name.
    pub key: String,
}

impl ObjectRef {
    /// The object of this kind under this key.
    pub fn new(kind: Kind, key: impl Into<String>) -> Self {
        Self { kind, key: key.into() }
    }

    /// The one object of a kind of which a site has one.
    pub fn only(kind: Kind) -> Self {
        Self { kind, key: kind.name().to_owned() }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name();
        if self.key != kind {
            f.write_str(kind)?;
            f.write_str("/")?;
        }
        f.write_str(&self.key)
    }
}

/// The objects of a kind of which a site has many, by their natural keys.
pub type Keyed<T> = BTreeMap<String, T>;

/// Where the objects of a kind are in a state: by their keys, or the only one.
trait Slot<T> {
    /// Whether a site has one at the most.
    const IS_ONLY: bool;
    fn put(&mut self, key: &str, object: T);
    fn at(&self, key: &str) -> Option<&T>;
    fn all_keys(&self, kind: Kind) -> Vec<String>;
    fn remove_at(&mut self, key: &str);
}

impl<T> Slot<T> for Keyed<T> {
    const IS_ONLY: bool = false;

    fn put(&mut self, key: &str, object: T) {
        self.insert(key.to_owned(), object);
    }

    fn at(&self, key: &str) -> Option<&T> {
        self.get(key)
    }

    fn all_keys(&self, _: Kind) -> Vec<String> {
        self.keys().cloned().collect()
    }

    fn remove_at(&mut self, key: &str) {
        self.remove(key);
    }
}

impl<T> Slot<T> for Option<T> {
    const IS_ONLY: bool = true;

    fn put(&mut self, _: &str, object: T) {
        *self = Some(object);
    }

    fn at(&self, _: &str) -> Option<&T> {
        self.as_ref()
    }

    fn all_keys(&self, kind: Kind) -> Vec<String> {
        self.iter().map(|_| kind.name().to_owned()).collect()
    }

    fn remove_at(&mut self, _: &str) {
        *self = None;
    }
}

/// What the model needs of each kind, from one line a kind: its name in snapshots, its place in a state, its struct.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal => $field:ident: $slot:ident<$object:ident>),+ $(,)?) => {
        /// The kinds of object that a configuration holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $($(#[doc = $doc])* $variant),+ }

        impl Kind {
            /// Every kind, in the order of a snapshot.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The kind's name in snapshots, changes and places.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether a site has one at the most, under the kind's own name.
            pub fn is_only(self) -> bool {
                match self { $(Self::$variant => <$slot<$object> as Slot<$object>>::IS_ONLY),+ }
            }

            /// The schema of the fields of an object.
            pub fn schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$variant => generator.subschema_for::<$object>()),+ }
            }
        }

        /// A site's configuration.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct State { $($(#[doc = $doc])* pub $field: $slot<$object>),+ }

        /// One object of any kind; written as its fields, `extra` among them.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Object { $($(#[doc = $doc])* $variant($object)),+ }

        $(impl From<$object> for Object {
            fn from(object: $object) -> Self {
                Self::$variant(object)
            }
        })+

        impl Object {
            /// Reads an object's fields.
            ///
            /// # Errors
            /// What serde says of fields that do not fit the kind.
            pub fn from_fields(kind: Kind, fields: Value) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(Kind::$variant => Self::$variant(serde_json::from_value(fields)?)),+ })
            }

            /// What a collector sent beyond the fields named here.
            pub fn extra(&self) -> &Map<String, Value> {
                match self { $(Self::$variant(object) => &object.extra),+ }
            }

            /// Drops what a collector sent beyond the fields named here.
            pub fn drop_extra(&mut self) {
                match self { $(Self::$variant(object) => object.extra.clear()),+ }
            }
        }

        impl State {
            /// Puts an object in its place, over whatever was there.
            ///
            /// For readers of snapshots only: a change goes through `change::apply`.
            pub fn insert(&mut self, key: &str, object: Object) {
                match object { $(Object::$variant(object) => self.$field.put(key, object)),+ }
            }

            /// Takes the object at a place away.
            ///
            /// For readers of snapshots only, as [`State::insert`] is.
            pub fn remove(&mut self, on: &ObjectRef) {
                match on.kind { $(Kind::$variant => self.$field.remove_at(&on.key)),+ }
            }

            /// The object at a place.
            pub fn get(&self, on: &ObjectRef) -> Option<Object> {
                match on.kind { $(Kind::$variant => self.$field.at(&on.key).cloned().map(Object::$variant)),+ }
            }

            /// The keys of a kind, in order.
            pub fn keys(&self, kind: Kind) -> Vec<String> {
                match kind { $(Kind::$variant => self.$field.all_keys(kind)),+ }
            }
        }
    };
}

kinds! {
    /// A WordPress administrator; the key is the login.
    Administrator "administrator" => administrators: Keyed<Administrator>,
    /// The guard against charging from a copy; a site has one.
    ChargingGuard "charging-guard" => charging_guard: Option<ChargingGuard>,
    /// The connection to the CRM; a site has one.
    Crm "crm" => crm: Option<CrmConnection>,
    /// AccessAlly Emails; a site has one.
    Emails "emails" => emails: Option<Emails>,
    /// What the site says it is; a site has one.
    Environment "environment" => environment: Option<Environment>,
    /// How mail leaves; a site has one.
    Mail "mail" => mail: Option<Mail>,
    /// AccessAlly's own maintenance mode; a site has one.
    Maintenance "maintenance" => maintenance: Option<Maintenance>,
    /// An offering; the key is the slug of its name.
    Offering "offering" => offerings: Keyed<Offering>,
    /// An opt-in form; the key is the slug of its name.
    OptInForm "opt-in-form" => opt_in_forms: Keyed<OptInForm>,
    /// An order form; the key is the slug of its name.
    OrderForm "order-form" => order_forms: Keyed<OrderForm>,
    /// A plugin; the key is its file.
    Plugin "plugin" => plugins: Keyed<Plugin>,
    /// A tag; the key is its exact name.
    Tag "tag" => tags: Keyed<Tag>,
    /// A webhook in the log; the key is command plus target.
    Webhook "webhook" => webhooks: Keyed<Webhook>,
}

impl Kind {
    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Object {
    /// The object's fields, `extra` among them.
    pub fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) | Err(_) => Map::new(),
        }
    }
}

impl State {
    /// Whether the site says that it is on AccessAlly Managed Contacts.
    pub fn is_managed(&self) -> bool {
        self.crm.as_ref().is_some_and(|crm| crm.managed.is_on())
    }

    /// Every place that holds an object, ordered by kind and key.
    pub fn places(&self) -> Vec<ObjectRef> {
        Kind::ALL.iter().flat_map(|&kind| self.keys(kind).into_iter().map(move |key| ObjectRef { kind, key })).collect()
    }
}

/// A WordPress administrator. No address: configuration may be committed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Administrator {
    /// Whether the address is also a CRM contact.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub crm_contact: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The guard against charging from a copy: Developer Tools, Production Site URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChargingGuard {
    /// Whether payments are charged only where the site's URL equals `production_url`.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub enabled: Field<bool>,
    /// The Production Site URL as typed.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub production_url: Field<String>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The connection to the CRM.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CrmConnection {
    /// The system's raw name in AccessAlly's settings.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub system: Field<String>,
    /// Its label in the settings screen.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub label: Field<String>,
    /// Whether the CRM answered when asked.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub connected: Field<bool>,
    /// Whether the site is on AccessAlly Managed Contacts already.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub managed: Field<bool>,
    /// Whether forms of the CRM still sell or take people in: its own order forms, carts and sign-up forms, linked or embedded in a page.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub sells: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// AccessAlly Emails.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Emails {
    /// Whether AccessAlly Emails is switched on.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub enabled: Field<bool>,
    /// Who gets a welcome e-mail.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub welcome: Field<Welcome>,
    /// Whether members are mailed when a module opens.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub module_release: Field<bool>,
    /// Whether members are mailed when a payment fails.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub failed_payment: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What the site says it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// The site's own address (`siteurl`).
    pub url: String,
    /// The address under which it is visited (`home`).
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub home: Field<String>,
    /// `wp_get_environment_type()`: production, staging, development or local.
    #[serde(rename = "type", default, skip_serializing_if = "Field::is_unknown")]
    pub environment_type: Field<String>,
    /// Constants that hosts set on staging copies and that are set here.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub staging_constants: Field<Vec<String>>,
    /// WordPress's version.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub wordpress: Field<String>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How mail leaves the site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mail {
    /// The plugin that sends mail.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub transport: Field<String>,
    /// Whether mail is logged and not sent.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub simulated: Field<bool>,
    /// The domain of the sender's address.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub sender_domain: Field<String>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// AccessAlly's own maintenance mode: no payments are processed (documented).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Maintenance {
    /// Whether it is on.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub on: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An offering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Offering {
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// The system that it was made under (seen in code).
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub system: Field<String>,
    /// Its modules by number; 0 is the base module.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub modules: Field<Vec<Module>>,
    /// Its tags by their part: `base`, `instant`, `revoke` (seen in code), and their names.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub tags: Field<BTreeMap<String, String>>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Offering {
    /// The module with this number.
    pub fn module(&self, number: u32) -> Option<&Module> {
        self.modules.set().into_iter().flatten().find(|module| module.number == number)
    }
}

/// A module of an offering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Module {
    /// Its number; 0 is the base module.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// When it opens. `by-hand` is the site's "not based on a schedule".
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub release: Field<Release>,
    /// The tag that opens it.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub tag: Field<String>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What an operation of a form does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Starts the release of an offering: base module and immediate modules at once, the others by their timers.
    Release(String),
    /// Opens an offering, or some of its modules, at once and without timers.
    Grant(String),
    /// Adds tags.
    AddTags(Vec<String>),
    /// Anything else, by its name.
    Other(String),
}

/// An AccessAlly order form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderForm {
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// What runs after a purchase.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub operations: Field<Vec<Operation>>,
    /// What happens after the last retry of a failed payment.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub after_final_retry: Field<AfterFinalRetry>,
    /// Its price with the currency.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub price: Field<String>,
    /// The gateway that takes the payment.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub gateway: Field<String>,
    /// Whether it charges again by itself.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub recurring: Field<bool>,
    /// Whether its gateway is in test mode, so that nobody pays.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub test_mode: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An AccessAlly opt-in form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptInForm {
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// What runs after an opt-in.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub operations: Field<Vec<Operation>>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plugin {
    /// Its version.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub version: Field<String>,
    /// Whether it is active.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub active: Field<bool>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tag {
    /// The server's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A webhook that the log shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// The command, for example `aal_revokesubscription`.
    pub command: String,
    /// What it is called with, for example `productId=12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// When it was last called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_called: Option<String>,
    /// How often the log shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// What the custom operation does that it runs, where it runs one.
    #[serde(default, skip_serializing_if = "Field::is_unknown")]
    pub runs: Field<Operation>,
    /// What the collector sent beyond this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
