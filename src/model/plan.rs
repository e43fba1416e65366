//! The plan: what its author intends and requires. Data only: nothing in it can run, and no secret belongs in it. The doc comments
//! below are the descriptions in `schemas/plan.schema.json`.

mod ending;
mod names;
mod read;
mod sites;

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::keyed;
use super::not_read::NotRead;
use super::pattern::{ADDRESS, AGE, CLOCK, Day, HOURS, LAST_MODULE, LENGTH, Mailbox, Reason, START};
use super::price::Price;
use super::release::Release;

pub use ending::{AccessAfter, Ending};

/// What a plan may not lack.
pub const REQUIRED: &[&str] =
    &["version", "sites", "crm", "strategy", "offerings", "order_forms", "opt_in_forms", "webhooks", "spot_check"];

/// The switch of one membership site from its CRM to AccessAlly Managed Contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "plan", extend("$id" = "https://amc-plan.example/schemas/plan.schema.json"))]
// Every field has a default, so that a plan that lacks one is still read; the schema asks for these all the same.
#[schemars(extend("required" = REQUIRED))]
pub struct Plan {
    /// The version of this document's format: 1.
    #[schemars(extend("const" = 1))]
    #[serde(default, deserialize_with = "read::version")]
    pub version: u8,
    /// What this plan is for, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The two places: the staging copy where the switch is rehearsed, and the live site.
    #[serde(default)]
    pub sites: Sites,
    /// The CRM that the site leaves.
    #[serde(default)]
    pub crm: Crm,
    /// How the change reaches the live site. There is no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Who takes part, by a short name, with the part they play. Addresses are not needed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, String>,
    /// How mail leaves the staging site, and what keeps it from members during the migration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailIntent>,
    /// AccessAlly Emails on the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<EmailsIntent>,
    /// The Production Site URL of Developer Tools, which lets only the live site charge subscriptions: the live site's address,
    /// typed without a scheme, for example `//bloom.example`. Where it is not said, it is that of `sites/live`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production_site_url: Option<String>,
    /// Every offering, by the slug of its name.
    #[serde(default, deserialize_with = "keyed::section")]
    #[schemars(with = "BTreeMap<String, OfferingIntent>")]
    pub offerings: BTreeMap<String, OfferingIntent>,
    /// What the site has and this plan does not touch, each with the reason.
    #[serde(default, skip_serializing_if = "LeaveAlone::is_empty")]
    pub leave_alone: LeaveAlone,
    /// Every AccessAlly order form, by the slug of its name.
    #[serde(default, deserialize_with = "keyed::section")]
    #[schemars(with = "BTreeMap<String, OrderFormIntent>")]
    pub order_forms: BTreeMap<String, OrderFormIntent>,
    /// Every AccessAlly opt-in form, by the slug of its name.
    #[serde(default, deserialize_with = "keyed::section")]
    #[schemars(with = "BTreeMap<String, OptInFormIntent>")]
    pub opt_in_forms: BTreeMap<String, OptInFormIntent>,
    /// Every webhook in the site's log, by what it calls or by a name of your own.
    #[serde(default, deserialize_with = "keyed::section")]
    #[schemars(with = "BTreeMap<String, WebhookIntent>")]
    pub webhooks: BTreeMap<String, WebhookIntent>,
    /// The spot-check contacts, compared field by field before and after.
    #[serde(default)]
    pub spot_check: SpotCheck,
    /// What counts as a backup good enough to start. The evidence itself is recorded with `plan record backup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupDemand>,
    /// The two choices of the vendor's migration screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<MigrationChoices>,
    /// One test purchase an order form, and what must be seen after it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub test_purchases: BTreeMap<String, TestPurchase>,
    /// The maintenance window on the live site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What begins on which day: launches and sales, near which nobody wants to switch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read::days")]
    #[schemars(with = "BTreeMap<String, Day>")]
    pub launches: BTreeMap<String, String>,
    /// When the vendor's support answers on Mondays to Fridays, in its own time zone, as it said when it was asked: for example
    /// `09:00-17:00 America/New_York`. No page of the vendor's says it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::hours_if_any")]
    #[schemars(with = "Option<String>", regex(pattern = HOURS), extend("examples" = ["09:00-17:00 America/New_York"]))]
    pub vendor_support: Option<String>,
    /// The way back, and who decides on it until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Findings that somebody answers for, each at one exact place and for a limited time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_risks: Vec<AcceptedRisk>,
    /// Places (JSON pointers) that did not fit the schema and are missing from this value.
    ///
    /// Not part of the document: the shape check fills it, so that no rule takes a misfit for an absence.
    #[serde(skip)]
    pub left_out: BTreeSet<String>,
}

impl Plan {
    /// Whether the section holds this key, or held it before the shape check left it (or the whole section) out.
    pub fn mentions(&self, section: &str, key: &str) -> bool {
        let known = match section {
            "offerings" => self.offerings.contains_key(key),
            "order_forms" => self.order_forms.contains_key(key),
            "opt_in_forms" => self.opt_in_forms.contains_key(key),
            "webhooks" => self.webhooks.contains_key(key),
            _ => false,
        };
        known || self.was_left_out(&[section]) || self.was_left_out(&[section, key])
    }

    /// Whether the place itself did not fit the schema and is missing from this value.
    pub fn was_left_out(&self, place: &[&str]) -> bool {
        !self.left_out.is_empty() && self.left_out.contains(&super::text::pointer(place))
    }
}

/// The two places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    /// Address of the staging copy, for example `https://staging.bloom.example`.
    #[serde(deserialize_with = "read::address")]
    #[schemars(with = "String", regex(pattern = ADDRESS), extend("examples" = ["https://staging.bloom.example"]))]
    pub staging: String,
    /// Address of the live site, for example `https://bloom.example`.
    #[serde(deserialize_with = "read::address")]
    #[schemars(with = "String", regex(pattern = ADDRESS), extend("examples" = ["https://bloom.example"]))]
    pub live: String,
}

/// The CRM that the site leaves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crm {
    /// Its name as AccessAlly knows it, for example `ontraport`, `keap`, `active-campaign`, `drip` or `convertkit`.
    pub name: String,
    /// The day until which the CRM is paid. It must stay connected until the migration has run (documented).
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::date_if_any")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub paid_until: Option<String>,
}

impl Crm {
    /// That day; none where the plan says none.
    pub fn paid_until(&self) -> Option<jiff::civil::Date> {
        self.paid_until.as_deref()?.get(..10)?.parse().ok()
    }
}

/// How the change reaches the live site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Staging is a rehearsal; the same intent is replayed on live in a short maintenance window.
    RehearseAndReplay,
    /// Live stays in maintenance mode from the clone to the push.
    FreezeAndPush,
    /// Staging is pushed, then what happened on live since the clone is carried over.
    PushThenMerge,
}

/// How mail leaves the staging site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailIntent {
    /// The plugin that sends the site's mail, for example `fluent-smtp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// What happens to mail while the migration runs. It resets passwords and mails them (documented by the vendor's latest guide).
    pub during_migration: DuringMigration,
    /// What happens to mail on live while the plan is replayed there; asked for with `rehearse-and-replay`. The migration resets
    /// every password and mails new ones (documented). With `simulate` no member gets theirs until they ask for a new one
    /// (inferred); with `deliver` everybody is mailed (documented).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_live: Option<DuringMigration>,
    /// The only addresses that real mail may reach during test purchases.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read::mailboxes")]
    #[schemars(with = "Vec<Mailbox>")]
    pub deliver_only_to: Vec<String>,
}

/// What happens to mail while the migration runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DuringMigration {
    /// The transport logs every mail and sends none.
    Simulate,
    /// Mail is sent. Members receive what the migration writes to them.
    Deliver,
}

/// AccessAlly Emails on the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailsIntent {
    /// Whether AccessAlly Emails is switched on; it is, where this is not said.
    #[serde(default = "read::yes")]
    pub enabled: bool,
    /// Who gets a welcome e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Welcome>,
}

/// Who gets a welcome e-mail (the three modes are documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Welcome {
    /// Nobody: the vendor's choice for sites whose CRM sends the mail.
    None,
    /// Whoever buys for the first time.
    Purchases,
    /// Whoever buys for the first time or opts in.
    PurchasesAndOptIns,
}

/// One offering and the timers of its modules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferingIntent {
    /// The offering's name on the site; where this is not said, the words of its key, each with a capital letter.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "read::filled")]
    #[schemars(with = "String", length(min = 1))]
    pub name: String,
    /// How members come to this offering itself, whatever the product that brings it is called.
    pub access_through: AccessThrough,
    /// The modules in their order; the first is the base module.
    #[serde(default, deserialize_with = "read::modules")]
    #[schemars(with = "Vec<ModuleIntent>")]
    pub modules: Vec<ModuleIntent>,
    /// What happens to members who are between two modules on the day of the switch. Nothing documented continues their drip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_between_modules: Option<MembersBetweenModules>,
}

impl OfferingIntent {
    /// The modules with their numbers: as written, or else the place in the list (0 is the base module).
    pub fn numbered(&self) -> impl Iterator<Item = (usize, u32, &ModuleIntent)> {
        self.modules.iter().enumerate().map(|(index, module)| {
            let place = if module.base.is_some() { 0 } else { u32::try_from(index).unwrap_or(u32::MAX) };
            (index, module.number.unwrap_or(place), module)
        })
    }
}

/// How members come to an offering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccessThrough {
    /// Through an AccessAlly order form that is its own.
    OrderForm,
    /// Free, through an AccessAlly opt-in form, or through an order form with a price of nothing.
    OptIn,
    /// It comes along with another offering, by that one's order form. What is sold as a bundle, by its own form, is `order-form`.
    Bundle,
    /// Through a team that a member buys for.
    Team,
    /// By an invitation that a person sends.
    Invitation,
    /// A person opens it for each member.
    ByHand,
}

impl AccessThrough {
    /// Whether members come to it by an order form: its own, another offering's, or one for a team.
    pub fn is_bought(self) -> bool {
        matches!(self, Self::OrderForm | Self::Bundle | Self::Team)
    }
}

/// One module: either the base module, or a further one with its release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    {"properties": {"base": true}, "required": ["base"]},
    {"properties": {"module": true}, "required": ["module"]},
]))]
pub struct ModuleIntent {
    /// The name of the base module, which opens at once and carries no timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The name of a further module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The module's number on the site, where it is not its place in this list.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::number")]
    #[schemars(with = "Option<u32>", range(min = 0, max = LAST_MODULE))]
    pub number: Option<u32>,
    /// When the module opens.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::release")]
    #[schemars(with = "Option<Release>")]
    pub release: Option<Release>,
    /// Who opens a module that is released `by-hand`: a short name from `people`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl ModuleIntent {
    /// The module's name.
    pub fn name(&self) -> &str {
        self.base.as_deref().or(self.module.as_deref()).unwrap_or_default()
    }
}

/// What happens to members who are between two modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MembersBetweenModules {
    /// A person opens what is due to them, from a list that `plan` can print.
    CompleteByHand,
    /// They are released again and start at the base module.
    ReRelease,
    /// There are none, or nothing is owed to them.
    None,
}

/// What the site has and this plan does not touch: key and reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveAlone {
    /// Offerings by the slug of their name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read::reasons")]
    #[schemars(with = "BTreeMap<String, Reason>")]
    pub offerings: BTreeMap<String, String>,
    /// Order forms by the slug of their name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read::reasons")]
    #[schemars(with = "BTreeMap<String, Reason>")]
    pub order_forms: BTreeMap<String, String>,
    /// Opt-in forms by the slug of their name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read::reasons")]
    #[schemars(with = "BTreeMap<String, Reason>")]
    pub opt_in_forms: BTreeMap<String, String>,
    /// Webhooks by what they call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read::reasons")]
    #[schemars(with = "BTreeMap<String, Reason>")]
    pub webhooks: BTreeMap<String, String>,
}

impl LeaveAlone {
    /// Whether nothing is left alone.
    pub fn is_empty(&self) -> bool {
        [&self.offerings, &self.order_forms, &self.opt_in_forms, &self.webhooks].iter().all(|map| map.is_empty())
    }
}

/// One AccessAlly order form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderFormIntent {
    /// The form's name on the site; where this is not said, the words of its key, each with a capital letter.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "read::filled")]
    #[schemars(with = "String", length(min = 1))]
    pub name: String,
    /// The operation that runs after a purchase.
    pub custom_operation: CustomOperation,
    /// What happens when a payment fails for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_payment: Option<FailedPayment>,
    /// What ends access where somebody cancels or is refunded. No reading shows it: a person sees to it on the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_after: Option<AccessAfter>,
    /// What the form must show today. Compared, never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<FormExpectation>,
}

/// The operation that a form runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomOperation {
    /// The offerings whose Release operation it runs (documented: Release starts the timers, Grant opens everything at once).
    #[serde(deserialize_with = "read::some")]
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub release: Vec<String>,
}

/// What happens when a payment fails for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailedPayment {
    /// After the last of the retries (documented: three, one day apart).
    pub after_final_retry: AfterFinalRetry,
    /// Why access may stay where that is `stop` or `keep`, and payments recur: who takes it away instead, or why nobody has to.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::reason_if_any")]
    #[schemars(with = "Option<Reason>")]
    pub reason: Option<String>,
}

/// What happens after the last retry of a failed payment. The first three are the documented ways to end a subscription;
/// that an order form has a setting which does one of them by itself is inferred, so this is a wish: where no adapter can read
/// or set it, a person carries it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AfterFinalRetry {
    /// Access ends now.
    Revoke,
    /// Access ends with the paid period.
    Cancel,
    /// Charging ends, access stays.
    Stop,
    /// Nothing happens: access stays and charging goes on.
    Keep,
}

impl AfterFinalRetry {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Cancel => "cancel",
            Self::Stop => "stop",
            Self::Keep => "keep",
        }
    }
}

/// What an order form must show today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormExpectation {
    /// The price with its currency, for example `497.00 USD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The gateway that takes the payment, for example `stripe`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
}

/// One AccessAlly opt-in form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptInFormIntent {
    /// The form's name on the site; where this is not said, the words of its key, each with a capital letter.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "read::filled")]
    #[schemars(with = "String", length(min = 1))]
    pub name: String,
    /// The operation that runs after an opt-in.
    pub custom_operation: CustomOperation,
}

/// One webhook that the site's log shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookIntent {
    /// Command and target, for example `aal_revokesubscription?productId=12`; where this is not said, its key here.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "read::filled")]
    #[schemars(with = "String", length(min = 1))]
    pub calls: String,
    /// What fires it today, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_by: Option<String>,
    /// What becomes of it. Webhooks that the CRM fires stop working with the switch (documented).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_switch: Option<AfterSwitch>,
}

/// What becomes of a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterSwitch {
    /// Something of the site's own does its work.
    ReplacedBy(#[serde(deserialize_with = "read::replacement")] Replacement),
    /// Why its work is not needed any more.
    Retired(
        #[serde(deserialize_with = "read::reason")]
        #[schemars(with = "Reason")]
        String,
    ),
    /// Why it stays: something other than the CRM fires it, and goes on to.
    Kept(
        #[serde(deserialize_with = "read::reason")]
        #[schemars(with = "Reason")]
        String,
    ),
}

/// What does the work of a webhook after the switch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Replacement {
    /// An order form of this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_form: Option<String>,
    /// An opt-in form of this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in_form: Option<String>,
    /// An offering of this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offering: Option<String>,
    /// Which part of it does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<Setting>,
    /// A person, by a short name from `people`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
}

/// The part of a form or offering that does a webhook's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// What an order form does after the last failed payment.
    FailedPayment,
    /// The custom operation that a form runs.
    CustomOperation,
    /// The release timers of an offering.
    ReleaseTimers,
    /// The welcome e-mail.
    WelcomeEmail,
}

/// The spot-check contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpotCheck {
    /// Where their recorded values are: a file that git ignores (a path inside the plan's folder), or the values themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<ContactValues>,
    /// Contact ID, and why this contact was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub list: BTreeMap<String, String>,
}

/// Where the spot-check contacts' values are.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ContactValues {
    /// A file inside the plan's folder that git ignores.
    File(String),
    /// The values themselves, by contact ID.
    Inline(BTreeMap<String, ContactRecord>),
}

/// The file of contact values: contact ID and what the site showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ContactValuesFile(
    /// By contact ID.
    pub BTreeMap<String, ContactRecord>,
);

/// What the site showed of one contact before the switch: the guide's seven fields, of which the contact ID is the key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRecord {
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Names of the tags, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Who referred them, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affiliate: Option<String>,
    /// IDs of their orders, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    /// Of what says by its absence that there is none: what nobody could read. It is compared with nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<NotRead>")]
    pub unknown: BTreeSet<NotRead>,
}

/// What counts as a backup good enough to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupDemand {
    /// Which site (documented: the guide asks for the live one).
    pub of: SiteRole,
    /// Which parts; both, where this is not said.
    #[serde(default = "read::both_parts", deserialize_with = "read::some")]
    #[schemars(with = "Vec<BackupPart>", length(min = 1))]
    pub parts: Vec<BackupPart>,
    /// How old it may be when the switch starts, seven days at most. For example `2h`.
    #[serde(deserialize_with = "read::age")]
    #[schemars(with = "String", regex(pattern = AGE), extend("examples" = ["2h", "90m", "1d"]))]
    pub no_older_than: String,
    /// Whether a copy must be off the server.
    #[serde(default)]
    pub stored_off_server: bool,
}

/// One of the two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum SiteRole {
    /// The live site.
    Live,
    /// The staging copy.
    Staging,
}

/// A part of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum BackupPart {
    /// The site's files.
    Files,
    /// Its database.
    Database,
}

impl BackupPart {
    /// Both of them: all that a site consists of.
    pub const ALL: [Self; 2] = [Self::Files, Self::Database];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Database => "database",
        }
    }
}

/// The two choices of the vendor's migration screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationChoices {
    /// "Import all contacts": also those without a WordPress user. Can lengthen the run drastically (documented).
    pub import_all_contacts: bool,
    /// "Do NOT turn off Maintenance mode at the end": no payments while the result is reviewed (documented). It is ticked, where
    /// this is not said.
    #[serde(default = "read::yes")]
    pub keep_maintenance_mode: bool,
}

/// A test purchase, and what must be seen after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestPurchase {
    /// The guide's four confirmations, or some of them; all four, where this is not said.
    #[serde(default = "read::all_four", deserialize_with = "read::some")]
    #[schemars(with = "Vec<Confirmation>", length(min = 1))]
    pub expect: Vec<Confirmation>,
}

/// One of the guide's four confirmations of a test purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confirmation {
    /// The order is there.
    Order,
    /// The expected content can be seen.
    Content,
    /// The welcome e-mail has arrived.
    WelcomeEmail,
    /// A new user is there.
    NewUser,
}

impl Confirmation {
    /// All four.
    pub const ALL: &[Self] = &[Self::Order, Self::Content, Self::WelcomeEmail, Self::NewUser];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Content => "content",
            Self::WelcomeEmail => "welcome-email",
            Self::NewUser => "new-user",
        }
    }
}

/// The maintenance window on the live site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Day, time and time zone, for example `2026-12-02 06:00 Europe/Berlin`.
    #[serde(deserialize_with = "read::start")]
    #[schemars(with = "String", regex(pattern = START), extend("examples" = ["2026-12-02 06:00 Europe/Berlin"]))]
    pub start: String,
    /// How long it is, for example `2h`.
    #[serde(deserialize_with = "read::length")]
    #[schemars(with = "String", regex(pattern = LENGTH), extend("examples" = ["2h", "90m"]))]
    pub length: String,
}

/// The way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The time of day in the window by which it is decided, for example `07:30`.
    #[serde(deserialize_with = "read::clock")]
    #[schemars(with = "String", regex(pattern = CLOCK), extend("examples" = ["07:30"]))]
    pub decide_by: String,
    /// Who decides: a short name from `people`.
    pub who: String,
    /// What is done.
    pub way: RollbackWay,
}

/// What is done to go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackWay {
    /// The live backup is restored. Payments taken since are lost from history and can be charged again (documented).
    RestoreLiveBackup,
    /// The vendor's steps from Managed back to a CRM are followed.
    BackToCrm,
}

/// A finding that somebody answers for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedRisk {
    /// The rule's id.
    pub rule: String,
    /// The exact place: a pointer into this plan (`/offerings/group-coaching`) or a site object (`site:offering/group-coaching`).
    pub at: String,
    /// Why it is right for this site.
    #[serde(deserialize_with = "read::reason")]
    #[schemars(with = "Reason")]
    pub reason: String,
    /// Who answers for it: a short name from `people`.
    pub owner: String,
    /// The last day on which it counts.
    #[serde(deserialize_with = "read::date")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: String,
}
