//! An adapter: where each kind of object lies in a site, how each field is read, and how well that is known. Data only. The doc
//! comments below are the descriptions in `schemas/adapter.schema.json`.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a product keeps what a snapshot holds, as data: places, pointers and codecs, each with its evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "adapter", extend("$id" = "https://amc-plan.example/schemas/adapter.schema.json"))]
pub struct Adapter {
    /// The version of this document's format: 1.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// Its name, in small letters and dashes, such as `accessally`.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// What it knows, in a sentence.
    #[schemars(length(min = 1))]
    pub about: String,
    /// The plugin folders whose own words an inventory may show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vendors: Vec<String>,
    /// The classes (`*` stands for any run of characters) whose public methods an inventory lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// Where the objects of each kind lie.
    #[serde(default)]
    pub objects: Objects,
    /// Lists that are no kind of object, and by whose IDs objects refer to something, such as custom operations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lookups: BTreeMap<String, Lookup>,
    /// What a capture reads although no field of a snapshot takes it yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Extra>,
}

/// The kinds of object, each with its name in an adapter.
macro_rules! objects {
    ($($(#[doc = $doc:literal])* $field:ident $name:literal),+ $(,)?) => {
        /// Where the objects of each kind lie, by kind.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Objects {
            $($(#[doc = $doc])* #[serde(rename = $name, default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<Box<Entry>>,)+
        }

        impl Objects {
            /// The entries that are there, each with its kind's name.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
                [$(($name, self.$field.as_deref())),+].into_iter().filter_map(|(name, entry)| Some((name, entry?)))
            }
        }
    };
}

objects! {
    /// WordPress administrators; the key is the login.
    administrator "administrator",
    /// The guard against charging from a copy.
    charging_guard "charging-guard",
    /// Members; the key is the contact ID.
    contact "contact",
    /// The connection to the CRM.
    crm "crm",
    /// AccessAlly Emails.
    emails "emails",
    /// What the site says it is.
    environment "environment",
    /// How mail leaves.
    mail "mail",
    /// AccessAlly's own maintenance mode.
    maintenance "maintenance",
    /// Offerings; the key is the slug of the name.
    offering "offering",
    /// Opt-in forms; the key is the slug of the name.
    opt_in_form "opt-in-form",
    /// Orders; the key is the order's ID.
    order "order",
    /// Order forms; the key is the slug of the name.
    order_form "order-form",
    /// Plugins; the key is the file.
    plugin "plugin",
    /// Subscriptions; the key is the subscription's ID.
    subscription "subscription",
    /// Tags; the key is the exact name.
    tag "tag",
    /// Webhooks in the log; the key is command plus target.
    webhook "webhook",
}

/// How well it is known that something lies where an adapter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The vendor, or WordPress, documents it.
    Documented,
    /// Public code reads or writes it so.
    SeenInCode,
    /// It follows from something else that is known.
    Inferred,
    /// The inventory of a site showed it; `seen` says when, and of which version.
    Observed,
}

impl Evidence {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::SeenInCode => "seen-in-code",
            Self::Inferred => "inferred",
            Self::Observed => "observed",
        }
    }
}

/// When an inventory showed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The day of the inventory.
    #[schemars(extend("format" = "date"))]
    pub day: String,
    /// The version of the plugin whose it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub version: Option<String>,
}

/// Objects of one kind: where they lie, and where each field of one is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What this is read for, as the site's owner is shown it.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How well this is known; a field that is known otherwise says so itself.
    pub evidence: Evidence,
    /// Where it is known from.
    #[schemars(length(min = 1))]
    pub source: String,
    /// For `observed`: when, and of which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Where the objects lie; a field can name a place of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Place>,
    /// The pointer to a list or map in the value, each element of which is an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// What has to be so for the entry to say anything; where it is not, each of its fields is unknown, with that as the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// When the entry counts at all; of many objects, which of them are of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// The object's key, where it is not made from its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Rule>,
    /// The product's own ID of the object, by which others refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Rule>,
    /// Where each field is, by the field's name in a snapshot.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Rule>,
    /// Of `mail`: what shows that a mail was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trap: Option<Trap>,
}

/// What shows that a mail that WordPress was given to send was held back: exactly one of the two. The build of the plugin that writes sends one to
/// look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trap {
    /// A row of a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
    /// An action of WordPress that is called with the mailer, for each mail that is held back and for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9_/.-]{1,100}$"))]
    pub action: Option<String>,
}

/// A log of mails in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The table, without the prefix.
    #[schemars(regex(pattern = "^[A-Za-z0-9_]{1,50}$"))]
    pub table: String,
    /// The column in whose text the address stands.
    #[schemars(regex(pattern = "^[A-Za-z0-9_]{1,60}$"))]
    pub to: String,
    /// The column that says that the mail was held back.
    #[schemars(regex(pattern = "^[A-Za-z0-9_]{1,60}$"))]
    pub column: String,
    /// What stands in that column's text then, and never of a mail that was sent.
    #[schemars(length(min = 1, max = 100))]
    pub holds: String,
}

/// A list by whose IDs objects refer to something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// What this is read for, as the site's owner is shown it.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How well this is known.
    pub evidence: Evidence,
    /// Where it is known from.
    #[schemars(length(min = 1))]
    pub source: String,
    /// For `observed`: when, and of which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Where the list lies.
    pub from: Place,
    /// The pointer to the list or map in the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// The ID of an element.
    pub id: Rule,
    /// What an ID stands for.
    pub gives: Rule,
}

/// What is read although no field of a snapshot takes it yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// What this is read for, as the site's owner is shown it.
    #[serde(rename = "for")]
    #[schemars(length(min = 1))]
    pub reason: String,
    /// How well this is known.
    pub evidence: Evidence,
    /// Where it is known from.
    #[schemars(length(min = 1))]
    pub source: String,
    /// Where it lies.
    pub from: Place,
    /// The pointers to what is read there, in which `*` is a pattern within one key; of a table, columns come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<String>,
}

/// Where something lies: exactly one of the places, with what narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// An option by its name, or options by a pattern (`*` stands for any run of characters), each an object. As a field's own place, a pattern
    /// needs `join`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// All users that have a role on the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<All>,
    /// A meta key of users; `{prefix}` at its beginning is the site's table prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usermeta: Option<String>,
    /// Posts of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<String>,
    /// A meta key of posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postmeta: Option<String>,
    /// A table by its name without the prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// A function, or `Class::method`, of a plugin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// A constant of PHP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// A function of which it is read who defines it; only for `reads`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The list of plugins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugins: Option<All>,
    /// What the capture's first line says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Part>,
    /// Scheduled hooks by a pattern; only for `reads`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Shortcodes by a pattern, in published pages and posts; only for `reads`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortcode: Option<String>,
    /// Hosts of forms, frames and scripts in published pages and posts; only for `reads`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<All>,
    /// Whether it is one of the site or of its network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Of a table or of posts: columns that equal a constant, or one of several: `{status: [active, cancelled]}`.
    #[serde(rename = "where", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Only>,
    /// Of a table: the column that holds what the object has at a pointer, such as `{user_id: /ID}`. Of an option that is named by a pattern:
    /// `{star: /id}`, where `*` stands for what the object has at the pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub join: BTreeMap<String, String>,
    /// Of a call: what else it does. Only one without an effect is ever made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<Effects>,
    /// Of an option: what a transient of the same name means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Twin>,
}

/// What a column equals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Only {
    /// This.
    One(String),
    /// One of these.
    Several(#[schemars(length(min = 1))] Vec<String>),
}

impl Only {
    /// What the column may be.
    pub fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }
}

/// Everything of its sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum All {
    /// All of them.
    All,
}

/// A part of a capture's first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The site: `home`, `url`, `environment`, `locale`, `timezone`.
    Site,
    /// The versions of `wordpress`, `php` and `database`.
    Versions,
}

/// Whose options or tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The site's own.
    #[default]
    Site,
    /// The network's, on a multisite.
    Network,
}

/// What else a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effects {
    /// Nothing: it only reads.
    None,
    /// It writes a cache.
    Cache,
    /// It asks another server.
    Network,
    /// That is not known.
    Unknown,
}

/// What a transient of an option's own name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Twin {
    /// The product reads the transient first: while it is there, it counts.
    First,
    /// The product does not read it.
    Ignored,
}

/// A plain value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Plain {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
}

impl Plain {
    /// The same as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// How one field is read. What gives the value is one of `at`, `of`, `is`, `nothing`, `defined`, `each`, `keys`, `variant`, `any`, `first`; the rest says
/// how to take it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The place, where it is not the object's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Place>,
    /// The pointer to the value: `""` for the whole, `/misc/on` for a part. Of a table, the column comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The name under which the object or element lies, rather than a value in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Name>,
    /// A value that is so because the entry counts (`when`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Plain>,
    /// That nothing is set, as a case of a `variant` may say.
    #[serde(default, skip_serializing_if = "is_not")]
    pub nothing: bool,
    /// The names of those of these constants that are set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defined: Vec<String>,
    /// How the stored value is written.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<Codec>,
    /// Of a price: where its currency is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Box<Rule>>,
    /// The site's words, each with ours. Any other word is unknown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, Plain>,
    /// The pointer to a list or map whose elements make a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Parallel lists, in place of `each`: a name for each, with its pointer. An element has `/NAME` from every one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub together: BTreeMap<String, String>,
    /// The fields of an element; without it an element is the value itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub item: BTreeMap<String, Rule>,
    /// Whether the elements are kept under their keys, as a map.
    #[serde(default, skip_serializing_if = "is_not")]
    pub map: bool,
    /// A map with these keys, each with its own rule, such as the tags of an offering that lie in columns: `{base: {at: /tag_id, ref: tag}}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, Rule>,
    /// The kind or lookup whose object the value is the ID of: the object's key, or what the lookup gives, is the value.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the operation named here does: the value becomes its object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Does>,
    /// The pointer to the word that says which of the `cases` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// What counts for each word; for any other word it is unknown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cases: BTreeMap<String, Rule>,
    /// Switches: on if one of them is on, off if all are known to be off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Rule>,
    /// Places to look one after the other: the first where something is counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<Rule>,
    /// When the rule counts at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What it means that nothing is there; by default that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Absent>,
    /// The value that the product takes where nothing is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Plain>,
    /// Whether it may be written back.
    #[serde(default, skip_serializing_if = "is_not")]
    pub writable: bool,
    /// How well this is known, where that is not as the entry's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Where it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For `observed`: when, and of which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

fn is_not(flag: &bool) -> bool {
    !flag
}

/// A name under which something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// The option's whole name.
    Name,
    /// What `*` stands for in the option's pattern.
    Star,
    /// The key of the element in its list or map.
    Key,
}

/// What it means that nothing is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// It is unknown.
    Unknown,
    /// Nothing is set. An empty text counts as nothing there too, unless `words` has it.
    Nothing,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// It starts the release of the offering whose key this is.
    Release,
    /// It opens the offering whose key this is, at once.
    Grant,
    /// It adds the tags whose names these are.
    AddTags,
    /// Anything else, by the name that this is.
    Other,
}

/// A condition: a plugin is active, or a value equals a constant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The plugin, by its file, that has to be active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// The place, where it is not the object's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Place>,
    /// The pointer to the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How the stored value is written.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<Codec>,
    /// What the value has to be. Where nothing is there, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Plain>,
}

/// A condition on a function that any plugin could have defined first, and for which any could answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The function, such as `wp_mail`.
    #[schemars(length(min = 1))]
    pub function: String,
    /// Who has to define it: `core` for WordPress itself, or `plugin:FOLDER`.
    #[schemars(regex(pattern = "^(core|(plugin|must-use|theme):.+)$"))]
    pub defined_by: String,
    /// Who may filter `pre_` of it beside that, each as there; anybody else may answer in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filtered_by: Vec<String>,
}

/// How a stored value is written. Each is a pair of functions: what is read, and the same written back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Codec {
    /// Text, or a whole number as text.
    #[default]
    Text,
    /// `yes` or `no`.
    YesNo,
    /// `on` or `off`.
    OnOff,
    /// 1 or 0.
    OneZero,
    /// `true` or `false`, be it PHP's own or the word.
    TrueFalse,
    /// True for `true`, `yes`, `on` and any number but 0; false for `false`, `no`, `off`, 0, an empty text and nothing. PHP takes more texts for true; of
    /// those it is unknown. Only read.
    Flag,
    /// Whether it is PHP's own `true`, as code asks with `=== true`: of a text, even of `true`, it is not. Only read.
    IsTrue,
    /// Whether anything but an empty text, 0 (also as `0.00`), the day `0000-00-00` or a word for false is there. Only read.
    Filled,
    /// A whole number.
    Count,
    /// Days after the module before, as a release; 0 is at once.
    Days,
    /// Weeks after the module before, as a release.
    Weeks,
    /// An amount such as `497.00` (`497.00000000` too), with its `currency` as a price.
    Amount,
    /// An amount in the hundredth part, such as `49700`, with its `currency` as a price.
    Cents,
    /// The day of a date such as `2026-11-21 06:12:00`, or of seconds since 1970 (UTC). Only read.
    Day,
    /// A list with commas between, such as `12,13`.
    Commas,
}
