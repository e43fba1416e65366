//! What goes wrong with members, their orders and subscriptions, and with what is written down of them.

use amc_plan::model::drip::Drip;
use amc_plan::model::population::Contact;
use amc_plan::model::state::{Offering, Tag};
use jiff::SignedDuration;

use super::{Accident, CONFIGURE, GO_LIVE, MIGRATE, at};

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "two members share a contact ID",
        at: CONFIGURE,
        rule: "contact-id-repeated",
        also: &[
            ("contact-differs", "the site's value of a listed contact may be the other one's"),
            ("too-few-contacts", "each of the two is a member, and one ID can be listed once"),
        ],
        plant: |clean, chance| {
            let mut twin = chance.any(clean.people.contacts.iter().cloned())?;
            twin.email = "a.twin@member.example".to_owned();
            clean.people.contacts.push(twin);
            at(["spot_check"])
        },
    },
    Accident {
        what: "a member has no address, or one that is none",
        at: MIGRATE,
        rule: "address-doubtful",
        also: &[("contact-incomplete", "nothing is recorded of a listed one's address")],
        plant: |clean, chance| {
            let email = *chance.of(&["", "ada@", "ada", "ada member.example"]);
            clean.readdress_somebody(chance, email);
            at(["spot_check"])
        },
    },
    Accident {
        what: "two members share an address",
        at: MIGRATE,
        rule: "address-doubtful",
        also: &[],
        plant: |clean, chance| {
            (clean.people.contacts.len() > 1).then_some(())?;
            let [first, .., last] = &clean.people.contacts[..] else { return None };
            let shared = [&first.email, &last.email][chance.below(2)].to_uppercase();
            let whose = usize::from(shared.eq_ignore_ascii_case(&first.email)) * (clean.people.contacts.len() - 1);
            clean.readdress(whose, &shared);
            at(["spot_check"])
        },
    },
    Accident {
        what: "a member waits for a module of an offering that is left alone",
        at: CONFIGURE,
        rule: "access-lost",
        also: &[
            ("left-alone-offering-has-members", "where the reason says that there are none"),
            ("too-few-contacts", "where all members are listed, this one is not"),
        ],
        plant: |clean, chance| {
            let waits = |(key, of): &(&String, &Offering)| {
                clean.plan.leave_alone.offerings.contains_key(*key) && Drip::of(of).is_some()
            };
            let (key, offering) = chance.any(clean.copy.offerings.iter().filter(waits))?;
            let base = offering.tags.set()?["base"].clone();
            let (key, somebody) = (key.clone(), clean.people.contacts.first()?.clone());
            let email = "waits@member.example".to_owned();
            clean.people.contacts.push(Contact { key: "4712".to_owned(), email, tags: vec![base], ..somebody });
            at(["leave_alone", "offerings", &key])
        },
    },
    Accident {
        what: "a subscription charges for somebody who does not exist",
        at: CONFIGURE,
        rule: "subscription-of-nobody",
        also: &[],
        plant: |clean, chance| {
            let form = super::forms::recurring(clean, chance)?;
            let status = *chance.of(&["Active", "Paused"]);
            clean.subscribe("gone-4711", &form, status);
            at(["spot_check"])
        },
    },
    Accident {
        what: "an order is of somebody who does not exist",
        at: CONFIGURE,
        rule: "order-of-nobody",
        also: &[],
        plant: |clean, _| {
            clean.order("gone-4711", "77001", "Success");
            at(["spot_check"])
        },
    },
    Accident {
        what: "a subscription renews on the day of the window",
        at: GO_LIVE,
        rule: "renewal-in-window",
        also: &[],
        plant: |clean, chance| {
            let form = super::forms::recurring(clean, chance)?;
            clean.subscribe_somebody(chance, &form, "Active");
            let day = clean.plan.window.as_ref()?.start[..10].to_owned();
            clean.people.subscriptions.last_mut()?.next_payment = Some(day);
            at(["window"])
        },
    },
    Accident {
        what: "somebody's payment is due, or failed",
        at: GO_LIVE,
        rule: "unpaid-subscription",
        also: &[],
        plant: |clean, chance| {
            let form = super::forms::recurring(clean, chance)?;
            let status = *chance.of(&["Payment Due", "Payment Failed"]);
            clean.subscribe_somebody(chance, &form, status);
            at(["order_forms"])
        },
    },
    Accident {
        what: "a member lost a tag after it was written down",
        at: CONFIGURE,
        rule: "contact-differs",
        also: &[],
        plant: |clean, chance| {
            let id = chance.any(clean.values.keys().cloned())?;
            clean.values.get_mut(&id)?.tags.as_mut()?.push("Gold Member".to_owned());
            at([&id, "tags"])
        },
    },
    Accident {
        what: "a member's affiliate was written down wrongly",
        at: CONFIGURE,
        rule: "contact-differs",
        also: &[],
        plant: |clean, chance| {
            let id = chance.any(clean.values.keys().cloned())?;
            clean.values.get_mut(&id)?.affiliate = Some("aff-of-another".to_owned());
            at([&id, "affiliate"])
        },
    },
    Accident {
        what: "a spot-check contact is none of the site's",
        at: CONFIGURE,
        rule: "contact-differs",
        also: &[],
        plant: |clean, chance| {
            let id = chance.any(clean.values.keys().cloned())?;
            let record = clean.values.get(&id)?.clone();
            clean.values.insert("8".to_owned(), record);
            clean.plan.spot_check.list.insert("8".to_owned(), "by chance".to_owned());
            at(["spot_check", "list", "8"])
        },
    },
    Accident {
        what: "a last name was not written down",
        at: CONFIGURE,
        rule: "contact-incomplete",
        also: &[("contact-differs", "nothing is not what the site shows")],
        plant: |clean, chance| {
            let id = chance.any(clean.values.keys().cloned())?;
            clean.values.get_mut(&id)?.last_name = None;
            at([&id])
        },
    },
    Accident {
        what: "fewer contacts are listed than the guide asks for",
        at: CONFIGURE,
        rule: "too-few-contacts",
        also: &[],
        plant: |clean, chance| {
            let id = chance.any(clean.plan.spot_check.list.keys().cloned())?;
            clean.plan.spot_check.list.remove(&id);
            at(["spot_check", "list"])
        },
    },
    Accident {
        what: "the listed contacts hold no order, and others do",
        at: CONFIGURE,
        rule: "sort-of-members-missing",
        also: &[],
        plant: |clean, _| {
            let holds = |id: &str| clean.people.orders.iter().any(|order| order.contact == id);
            let without: Vec<String> =
                clean.people.contacts.iter().filter(|of| !holds(&of.key)).map(|of| of.key.clone()).take(10).collect();
            (without.len() == 10 && clean.people.contacts.iter().any(|of| holds(&of.key))).then_some(())?;
            clean.list(&without);
            at(["spot_check", "list"])
        },
    },
    Accident {
        what: "members were read days before the site",
        at: CONFIGURE,
        rule: "population-out-of-step",
        also: &[],
        plant: |clean, chance| {
            let hours = i64::try_from(25 + chance.below(200)).unwrap();
            clean.people.read_at = Some((clean.now - SignedDuration::from_hours(hours)).to_string());
            at(["spot_check"])
        },
    },
    Accident {
        what: "two tags are one without Keap's categories",
        at: CONFIGURE,
        rule: "tags-coincide",
        also: &[],
        plant: |clean, _| {
            clean.plan.crm.name.eq_ignore_ascii_case("keap").then_some(())?;
            clean.on_both(|site| {
                for name in ["Courses: Gold", "Events: GOLD"] {
                    site.tags.insert(name.to_owned(), Tag::default());
                }
            });
            at(["crm"])
        },
    },
];
