//! In which class a movement is, and how much of it there is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::population::Few;

/// What a movement says of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bearing {
    /// It is what goes on at a site every day.
    Expected,
    /// It can be so, and nothing that was read shows it.
    CouldBe,
    /// A person has to look at it.
    Finding,
}

/// What moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A contact as a whole, or its own values.
    Contact,
    /// A tag that somebody got or lost.
    Tag,
    /// An order.
    Order,
    /// A subscription.
    Subscription,
    /// What should have happened and did not.
    Lacking,
}

impl Kind {
    /// Every kind, in the order of a report.
    pub const ALL: [Self; 5] = [Self::Contact, Self::Tag, Self::Order, Self::Subscription, Self::Lacking];

    /// So many of them, as a noun.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Tag => "tag",
            Self::Order => "order",
            Self::Subscription => "subscription",
            Self::Lacking => "time",
        }
    }
}

macro_rules! classes {
    ($($variant:ident $name:literal $bearing:ident $because:literal,)*) => {
        /// The class of a movement. Each movement is in one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
        pub enum Class {
            $(
                #[doc = $because]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Class {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it says of the switch.
            pub fn bearing(self) -> Bearing {
                match self { $(Self::$variant => Bearing::$bearing,)* }
            }

            /// What it is, and why it is of that bearing.
            pub fn because(self) -> &'static str {
                match self { $(Self::$variant => $because,)* }.trim_end_matches('.')
            }
        }
    };
}

classes! {
    NewBuyer "new-buyer" Expected "new contacts with an order since then.",
    NewByOptIn "new-by-opt-in" Expected "new contacts who hold what an opt-in form gives (inferred: no reading shows opt-ins).",
    NewWithoutOrder "new-without-order" Expected "new contacts without an order: what is open to them is judged tag by tag.",
    NewOrder "new-order" Expected "orders since then that went through.",
    NotPaid "order-not-through" Expected "checkouts and payments since then that did not go through.",
    Renewed "renewed" Expected "renewals: a payment was due, and was made.",
    Refunded "refunded" Expected "orders that were paid back since then.",
    SubscriptionBegan "subscription-began" Expected "subscriptions that an order since then began.",
    SubscriptionMoved "subscription-moved" Expected "subscriptions that ended, were interrupted or go on.",
    PaymentFailing "payment-failing" Expected "payments that were due and failed: what becomes of access is judged beside it.",
    TagByOrder "tag-by-order" Expected "tags that an order since then gives.",
    TagByOptIn "tag-by-opt-in" Expected "tags that an opt-in form gives (inferred: no reading shows opt-ins).",
    TagByTimer "tag-by-timer" Expected "modules whose timer has run out (inferred: it runs from the module before).",
    Revoked "revoked-by-plan" Expected "access that ended as the plan says, with a subscription or a refund.",
    Reopened "reopened-by-order" Expected "revoke tags that went with an order since then.",
    TestRemoved "test-purchase-removed" Expected "test purchases on record that were removed, with who made them.",
    OptedIn "opted-in-later" CouldBe "tags that an opt-in form gives, of a contact who was there before: they could have opted in, and no reading shows it.",
    ModuleUnknown "module-day-unknown" CouldBe "modules that opened, of members whose release day is unknown: their timer could have run out.",
    ByPerson "opened-by-person" CouldBe "what a person opens: no reading shows who did.",
    TagOfForm "tag-of-order-form" CouldBe "tags of whoever has an order or a subscription that moved: the form or the failed payment could give or take them, and no reading shows that.",
    RevokedLater "revoked-later" CouldBe "access of a subscription that was cancelled earlier: the paid period could be over, and no reading shows its end.",
    Details "details-changed" CouldBe "names and addresses that differ: the member could have changed them, and no reading shows who did.",
    UnknownStatus "status-unknown" CouldBe "a status that is none of AccessAlly's words.",
    UnknownForm "form-unknown" CouldBe "orders on a form that neither the plan nor the site knows.",
    UnknownPeriod "period-unknown" CouldBe "a further order of a form by one contact: no reading shows how often it charges.",
    NotCaptured "not-captured" CouldBe "what would explain it was not captured on both sides.",
    MemberMissing "member-missing" Finding "contacts that are gone.",
    IdChanged "contact-id-changed" Finding "contacts that have another contact ID: their orders and access hang on it.",
    Merged "contacts-merged" Finding "contacts that became one.",
    Duplicated "contact-doubled" Finding "new contacts with the ID or the address of another one.",
    Affiliate "affiliate-changed" Finding "who referred a contact differs, and nobody changes that by hand.",
    LostAccess "access-lost" Finding "members who lost access, and neither an order nor the plan explains it.",
    LostTag "tag-lost" Finding "tags that are gone.",
    AccessWithoutOrder "access-without-order" Finding "members who got access without an order.",
    ModuleTooEarly "module-too-early" Finding "modules that opened before their day.",
    TagFromElsewhere "tag-from-elsewhere" Finding "tags that no order gives and no offering has: the CRM, an automation or a person still sets them.",
    OrderMissing "order-missing" Finding "orders that are gone.",
    OrderChanged "order-changed" Finding "orders that are not as they were.",
    OrderMisdated "order-misdated" Finding "new orders of a day before the earlier reading, or after this one.",
    ChargedTwice "charged-twice" Finding "a second charge of one form within its period.",
    ChargedEarly "charged-early" Finding "charges before their day.",
    ChargedAfterEnd "charged-after-end" Finding "charges of a subscription that had ended.",
    SubscriptionMissing "subscription-missing" Finding "subscriptions that are gone: nobody is charged any more.",
    SubscriptionDoubled "subscription-doubled" Finding "a second subscription of one form that charges.",
    SubscriptionFromNowhere "subscription-without-order" Finding "new subscriptions without an order.",
    SubscriptionRevived "subscription-revived" Finding "subscriptions that had ended and charge again.",
    SubscriptionChanged "subscription-changed" Finding "subscriptions that are of another contact or form, or whose next payment moved before it was due.",
    RenewalMissing "renewal-missing" Finding "payments that were due and were not made: is live allowed to charge?",
    OrderWithoutAccess "order-without-access" Finding "orders that went through and opened nothing.",
    AccessKept "access-kept" Finding "access that the plan ends and that is still open.",
    ModuleOverdue "module-overdue" Finding "modules whose timer has run out and that did not open: does cron run?",
}

/// What of a class there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many, and the contact IDs of the first few.
    pub few: Few,
    /// How many of each form, tag or module, of the first that were met.
    pub of: BTreeMap<String, u64>,
}

/// How many forms, tags and modules are counted apart, and how long a name of one may be.
const APART: usize = 200;
const NAME: usize = 200;

/// The movements of each class, by what moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Each class with what there is of it.
    pub groups: BTreeMap<(Kind, Class), Group>,
    /// The worst that is known of whoever something moved of, by contact ID.
    pub(super) worst: BTreeMap<String, Bearing>,
}

impl Found {
    pub(super) fn add(&mut self, kind: Kind, class: Class, contact: &str, of: &str) {
        let group = self.groups.entry((kind, class)).or_default();
        group.few.add(contact);
        if !of.is_empty() && of.len() <= NAME && (group.of.len() < APART || group.of.contains_key(of)) {
            *group.of.entry(of.to_owned()).or_default() += 1;
        }
        match self.worst.get_mut(contact) {
            Some(worst) => *worst = class.bearing().max(*worst),
            None => drop(self.worst.insert(contact.to_owned(), class.bearing())),
        }
    }

    /// How many movements of this kind are of this bearing.
    pub fn count(&self, kind: Kind, bearing: Bearing) -> u64 {
        let of = |(found, class): &(Kind, Class)| *found == kind && class.bearing() == bearing;
        self.groups.iter().filter(|(key, _)| of(key)).map(|(_, group)| group.few.count).sum()
    }

    /// Whether anything is of this bearing.
    pub fn has(&self, bearing: Bearing) -> bool {
        self.groups.keys().any(|(_, class)| class.bearing() == bearing)
    }
}
