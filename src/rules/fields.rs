//! The fields of each kind of object, one question each.

use std::collections::BTreeMap;

use super::facts::Known;
use super::objects::Of;
use crate::model::Release;
use crate::model::plan::{AfterFinalRetry, Welcome};
use crate::model::state::{
    Administrator, ChargingGuard, CrmConnection, Emails, Environment, Mail, Maintenance, Module, Offering, Operation,
    OptInForm, OrderForm, Plugin, Webhook,
};

macro_rules! fields {
    ($($object:ident { $($(#[$doc:meta])* $how:ident $name:ident $fact:literal $(: $of:ty)?;)+ })+) => {
        $(impl<'a> Of<'_, 'a, $object> {
            $(fields! { $(#[$doc])* $how $name $fact $(: $of)? })+
        })+
    };
    ($(#[$doc:meta])* flag $name:ident $fact:literal) => {
        $(#[$doc])*
        pub fn $name(&self) -> Known<bool> {
            self.flag($fact, &self.object.$name)
        }
    };
    ($(#[$doc:meta])* maybe $name:ident $fact:literal: $of:ty) => {
        $(#[$doc])*
        pub fn $name(&self) -> Known<Option<&'a $of>> {
            self.ask($fact, &self.object.$name)
        }
    };
}

fields! {
    Administrator {
        /// Whether the address is also a CRM contact.
        flag crm_contact "crm_contact";
    }
    ChargingGuard {
        /// Whether payments are charged only where the site's URL is the Production Site URL.
        flag enabled "enabled";
        /// The Production Site URL as typed.
        maybe production_url "production_url": String;
    }
    CrmConnection {
        /// The system's raw name.
        maybe system "system": String;
        /// Its label in the settings screen.
        maybe label "label": String;
        /// Whether the CRM answered when asked.
        flag connected "connected";
        /// Whether the site is on AccessAlly Managed Contacts.
        flag managed "managed";
        /// Whether forms of the CRM still sell or take people in.
        flag sells "sells";
    }
    Emails {
        /// Whether AccessAlly Emails is switched on.
        flag enabled "enabled";
        /// Who gets a welcome e-mail.
        maybe welcome "welcome": Welcome;
        /// Whether a member is written to when a module opens.
        flag module_release "module_release";
        /// Whether a member is written to when a payment fails.
        flag failed_payment "failed_payment";
    }
    Environment {
        /// `wp_get_environment_type()`.
        maybe environment_type "type": String;
    }
    Mail {
        /// The plugin that sends mail.
        maybe transport "transport": String;
        /// Whether mail is logged and not sent.
        flag simulated "simulated";
        /// The domain of the sender's address.
        maybe sender_domain "sender_domain": String;
    }
    Maintenance {
        /// Whether it is on.
        flag on "on";
    }
    Offering {
        /// The system that it was made under.
        maybe system "system": String;
        /// Its tags by their part.
        maybe tags "tags": BTreeMap<String, String>;
    }
    OptInForm {
        /// What runs after an opt-in.
        maybe operations "operations": Vec<Operation>;
    }
    OrderForm {
        /// What runs after a purchase.
        maybe operations "operations": Vec<Operation>;
        /// What happens after the last retry of a failed payment.
        maybe after_final_retry "after_final_retry": AfterFinalRetry;
        /// Its price with the currency.
        maybe price "price": String;
        /// The gateway that takes the payment.
        maybe gateway "gateway": String;
        /// Whether it charges again by itself.
        flag recurring "recurring";
        /// Whether its gateway is in test mode.
        flag test_mode "test_mode";
    }
    Plugin {
        /// Its version.
        maybe version "version": String;
        /// Whether it is active.
        flag active "active";
    }
    Webhook {
        /// What the custom operation does that it runs.
        maybe runs "runs": Operation;
    }
}

impl<'a> Of<'_, 'a, Environment> {
    /// The site's own address: no environment is known without it.
    pub fn url(&self) -> &'a str {
        &self.object.url
    }
}

impl<'a> Of<'_, 'a, Plugin> {
    /// What ProgressAlly works with: a machine sends it beyond the format, or a person sees it.
    pub fn select_crm(&self) -> Known<&'a str> {
        self.ask_beyond("select_crm").and_then(serde_json::Value::as_str)
    }
}

impl<'a> Of<'_, 'a, Webhook> {
    /// What is called: a webhook's name.
    pub fn command(&self) -> &'a str {
        &self.object.command
    }
}

impl Of<'_, '_, OrderForm> {
    /// Notes that nobody knows in which currency a price is that names none.
    pub fn unknown_currency(&self, price: &str) {
        let why = format!("the site's price `{price}` names no currency");
        self.note_unknown_part("price", why);
    }
}

macro_rules! named {
    ($($object:ident),+) => {
        $(impl<'a> Of<'_, 'a, $object> {
            /// Its name: without one it is no object.
            pub fn name(&self) -> &'a str {
                &self.object.name
            }
        })+
    };
}

named!(Offering, OptInForm, OrderForm);

impl<'a> Of<'_, 'a, Offering> {
    /// Its modules; none where it has none.
    pub fn modules(&self) -> Known<&'a [Module]> {
        self.ask("modules", &self.object.modules).map(|modules| modules.map_or(&[][..], Vec::as_slice))
    }

    /// When a module opens; none where no timer is set. The base module has none, so there nothing is unknown.
    pub fn release(&self, module: &'a Module) -> Known<Option<&'a Release>> {
        if module.number == 0 {
            return Some(module.release.set());
        }
        self.ask(&format!("release of module {}", module.number), &module.release)
    }

    /// The tag that opens a module.
    pub fn tag(&self, module: &'a Module) -> Known<Option<&'a String>> {
        if module.number == 0 {
            return Some(module.tag.set());
        }
        self.ask(&format!("tag of module {}", module.number), &module.tag)
    }
}
