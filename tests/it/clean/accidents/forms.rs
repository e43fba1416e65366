//! What goes wrong with forms, with what they take, and with what they open.

use amc_plan::model::plan::{AccessAfter, AccessThrough, AfterFinalRetry, Ending, FailedPayment, FormExpectation};
use amc_plan::model::state::{Operation, OrderForm};
use amc_plan::model::{Field, Price, State};

use super::super::chance::Chance;
use super::super::site::Clean;
use super::{Accident, CONFIGURE, GO_LIVE, at};

const ITS_WEBHOOK: (&str, &str) = ("replacement-does-nothing", "a webhook was replaced by what the form did");
const ANOTHERS: (&str, &str) =
    ("replacement-of-another", "a webhook that opens the offering was replaced by this form");

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "an order form was added on the site since",
        at: CONFIGURE,
        rule: "order-form-not-in-plan",
        also: &[],
        plant: |clean, chance| {
            let offering = chance.any(clean.plan.offerings.keys().cloned())?;
            let form = OrderForm {
                id: Some("9002".to_owned()),
                name: "Winter Sale".to_owned(),
                operations: Field::Set(vec![Operation::Release(offering)]),
                after_final_retry: Field::Nothing,
                price: Field::Set("9.00 USD".to_owned()),
                gateway: Field::Set("stripe".to_owned()),
                recurring: Field::Set(false),
                test_mode: Field::Set(true),
                ..OrderForm::default()
            };
            clean.on_both(|site| drop(site.order_forms.insert("winter-sale".to_owned(), form.clone())));
            at(["order_forms", "winter-sale"])
        },
    },
    Accident {
        what: "an opt-in form was added on the site since",
        at: CONFIGURE,
        rule: "opt-in-form-not-in-plan",
        also: &[],
        plant: |clean, _| {
            let form = amc_plan::model::state::OptInForm {
                id: Some("9003".to_owned()),
                name: "Winter Signup".to_owned(),
                operations: Field::Set(Vec::new()),
                ..Default::default()
            };
            clean.on_both(|site| drop(site.opt_in_forms.insert("winter-signup".to_owned(), form.clone())));
            at(["opt_in_forms", "winter-signup"])
        },
    },
    Accident {
        what: "the only form of an offering is not in the plan",
        at: CONFIGURE,
        rule: "order-form-missing",
        also: &[
            ("order-form-not-in-plan", "the site has the form"),
            ("reference-unknown", "a webhook was replaced by it"),
        ],
        plant: |clean, chance| {
            let (form, offering) = only_form(clean, chance)?;
            clean.plan.order_forms.remove(&form);
            clean.plan.test_purchases.remove(&form);
            at(["offerings", &offering, "access_through"])
        },
    },
    Accident {
        what: "nothing releases what comes along with another offering",
        at: CONFIGURE,
        rule: "order-form-missing",
        also: &[ANOTHERS],
        plant: |clean, chance| {
            let key = offering_by(clean, chance, AccessThrough::Bundle)?;
            for form in clean.plan.order_forms.values_mut() {
                form.custom_operation.release.retain(|released| *released != key);
            }
            clean.on_both(|site| {
                for form in site.order_forms.values_mut() {
                    operations(form).retain(|operation| *operation != Operation::Release(key.clone()));
                }
            });
            at(["offerings", &key, "access_through"])
        },
    },
    Accident {
        what: "a form opens another offering at once, which the plan does not list",
        at: CONFIGURE,
        rule: "form-opens-more",
        also: &[("grant-instead-of-release", "what it grants has timers")],
        plant: |clean, chance| {
            let (form, other) = form_and_other(clean, chance)?;
            let grants = chance.percent(50);
            clean.on_both(|site| {
                let other = other.clone();
                let opens = if grants { Operation::Grant(other) } else { Operation::Release(other) };
                operations(site.order_forms.get_mut(&form).unwrap()).push(opens);
            });
            at(["order_forms", &form, "custom_operation", "release"])
        },
    },
    Accident {
        what: "a form adds a tag that opens a module of another offering",
        at: CONFIGURE,
        rule: "form-opens-more",
        also: &[],
        plant: |clean, chance| {
            let (form, other) = form_and_other(clean, chance)?;
            let tag = chance.any(super::super::offerings::tags_of(&clean.copy.offerings[&other]))?;
            clean.on_both(|site| {
                operations(site.order_forms.get_mut(&form).unwrap()).push(Operation::AddTags(vec![tag.clone()]));
            });
            at(["order_forms", &form, "custom_operation", "release"])
        },
    },
    Accident {
        what: "a form adds a tag that was deleted",
        at: CONFIGURE,
        rule: "tag-missing",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.order_forms.keys().cloned())?;
            clean.on_both(|site| {
                operations(site.order_forms.get_mut(&form).unwrap()).push(Operation::AddTags(vec!["Buyer".to_owned()]));
            });
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "the only form of an offering was deleted on the site",
        at: CONFIGURE,
        rule: "not-on-site",
        also: &[
            ("order-form-without-release", "nobody can buy the offering any more"),
            ("subscribed-form-missing", "somebody is subscribed by it"),
        ],
        plant: |clean, chance| {
            let (form, _) = only_form(clean, chance)?;
            clean.on_both(|site| drop(site.order_forms.remove(&form)));
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "the opt-in form of a free offering is not in the plan",
        at: CONFIGURE,
        rule: "opt-in-form-missing",
        also: &[("opt-in-form-not-in-plan", "the site has the form")],
        plant: |clean, chance| {
            let key = offering_by(clean, chance, AccessThrough::OptIn)?;
            let before = clean.plan.opt_in_forms.len();
            clean.plan.opt_in_forms.retain(|_, form| !form.custom_operation.release.contains(&key));
            (clean.plan.opt_in_forms.len() < before).then_some(())?;
            at(["offerings", &key, "access_through"])
        },
    },
    Accident {
        what: "a form that takes nothing gives away what is sold",
        at: CONFIGURE,
        rule: "sold-offering-given-away",
        also: &[],
        plant: |clean, chance| {
            let way = *chance.of(&[AccessThrough::OrderForm, AccessThrough::Team]);
            let sold = offering_by(clean, chance, way)?;
            if chance.percent(50) {
                let form = chance.any(clean.plan.opt_in_forms.keys().cloned())?;
                let release = &mut clean.plan.opt_in_forms.get_mut(&form)?.custom_operation.release;
                release.push(sold);
                let index = (release.len() - 1).to_string();
                return at(["opt_in_forms", &form, "custom_operation", "release", &index]);
            }
            let free = |form: &amc_plan::model::plan::OrderFormIntent| {
                form.expect.as_ref().and_then(|of| of.price.as_ref()).is_some_and(|price| price.0 == "0.00 USD")
            };
            let form =
                chance.any(clean.plan.order_forms.iter().filter(|(_, of)| free(of)).map(|(key, _)| key.clone()))?;
            let release = &mut clean.plan.order_forms.get_mut(&form)?.custom_operation.release;
            release.push(sold);
            let index = (release.len() - 1).to_string();
            at(["order_forms", &form, "custom_operation", "release", &index])
        },
    },
    Accident {
        what: "a form that sells takes nothing, and nobody says that it should",
        at: CONFIGURE,
        rule: "price-of-nothing",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.test_purchases.keys().cloned())?;
            clean.plan.order_forms.get_mut(&form)?.expect = None;
            let price = *chance.of(&["0.00 USD", "0 JPY", "0", "0.000 KWD"]);
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().price = Field::Set(price.to_owned()));
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "a form that is left alone still opens what the plan sells",
        at: CONFIGURE,
        rule: "left-alone-form-opens",
        also: &[],
        plant: |clean, chance| {
            let offering = chance.any(clean.plan.offerings.keys().cloned())?;
            let opens = match chance.percent(50) {
                true => Operation::Grant(offering),
                false => Operation::Release(offering),
            };
            if chance.percent(50) {
                let form = chance.any(clean.plan.leave_alone.order_forms.keys().cloned())?;
                clean.on_both(|site| operations(site.order_forms.get_mut(&form).unwrap()).push(opens.clone()));
                return at(["leave_alone", "order_forms", &form]);
            }
            let form = chance.any(clean.plan.leave_alone.opt_in_forms.keys().cloned())?;
            clean.on_both(|site| {
                let Field::Set(all) = &mut site.opt_in_forms.get_mut(&form).unwrap().operations else { return };
                all.push(opens.clone());
            });
            at(["leave_alone", "opt_in_forms", &form])
        },
    },
    Accident {
        what: "payments of a form fail for good, and access stays",
        at: CONFIGURE,
        rule: "failed-payment-undecided",
        also: &[ITS_WEBHOOK],
        plant: |clean, chance| {
            let form = recurring(clean, chance)?;
            clean.plan.order_forms.get_mut(&form)?.failed_payment = None;
            let found = *chance.of(&[None, Some(AfterFinalRetry::Keep), Some(AfterFinalRetry::Stop)]);
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().after_final_retry = Field::known(found));
            at(["order_forms", &form, "failed_payment"])
        },
    },
    Accident {
        what: "the plan lets whoever does not pay keep access, and gives no reason",
        at: CONFIGURE,
        rule: "failed-payment-undecided",
        also: &[ITS_WEBHOOK],
        plant: |clean, chance| {
            let form = recurring(clean, chance)?;
            let after_final_retry = *chance.of(&[AfterFinalRetry::Keep, AfterFinalRetry::Stop]);
            clean.plan.order_forms.get_mut(&form)?.failed_payment =
                Some(FailedPayment { after_final_retry, reason: None });
            at(["order_forms", &form, "failed_payment", "after_final_retry"])
        },
    },
    Accident {
        what: "a form counts as paid once, and subscriptions charge through it",
        at: CONFIGURE,
        rule: "failed-payment-undecided",
        also: &[],
        plant: |clean, chance| {
            let once = |key: &&String| clean.copy.order_forms[*key].recurring == Field::Set(false);
            let form = chance.any(clean.plan.test_purchases.keys().filter(once).cloned())?;
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().after_final_retry = Field::Nothing);
            clean.subscribe_somebody(chance, &form, "Active");
            at(["order_forms", &form, "failed_payment"])
        },
    },
    Accident {
        what: "an old recurring form that is left alone lets whoever does not pay keep access",
        at: CONFIGURE,
        rule: "failed-payment-undecided",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.leave_alone.order_forms.keys().cloned())?;
            clean.on_both(|site| {
                let form = site.order_forms.get_mut(&form).unwrap();
                (form.recurring, form.after_final_retry) = (Field::Set(true), Field::Nothing);
            });
            at(["leave_alone", "order_forms", &form])
        },
    },
    Accident {
        what: "nobody decided what ends access where somebody cancels or is refunded",
        at: CONFIGURE,
        rule: "cancel-or-refund-undecided",
        also: &[],
        plant: |clean, chance| {
            let form = recurring(clean, chance)?;
            clean.plan.order_forms.get_mut(&form)?.access_after = None;
            at(["order_forms", &form, "access_after"])
        },
    },
    Accident {
        what: "subscriptions charge through a form that is left alone, and nobody answers for whoever cancels",
        at: CONFIGURE,
        rule: "cancel-or-refund-undecided",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.leave_alone.order_forms.keys().cloned())?;
            let own = amc_plan::model::text::pointer(&["leave_alone", "order_forms", &form]);
            clean.plan.accepted_risks.retain(|risk| risk.at != own);
            clean.on_both(|site| {
                site.order_forms.get_mut(&form).unwrap().after_final_retry = Field::Set(AfterFinalRetry::Cancel);
            });
            clean.subscribe_somebody(chance, &form, "Active");
            at(["leave_alone", "order_forms", &form])
        },
    },
    Accident {
        what: "whoever cancels or is refunded keeps access, and the plan gives no reason",
        at: CONFIGURE,
        rule: "access-kept-without-reason",
        also: &[],
        plant: |clean, chance| {
            let form = recurring(clean, chance)?;
            let (cancellation, refund, part) =
                *chance.of(&[(Ending::Stop, Ending::Revoke, "cancellation"), (Ending::Cancel, Ending::Stop, "refund")]);
            clean.plan.order_forms.get_mut(&form)?.access_after =
                Some(AccessAfter { cancellation, refund, reason: None });
            at(["order_forms", &form, "access_after", part])
        },
    },
    Accident {
        what: "a price went up since the plan was written",
        at: CONFIGURE,
        rule: "price-differs",
        also: &[],
        plant: |clean, chance| {
            let (form, _) = priced(clean, chance)?;
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().price = Field::Set("598.00 USD".to_owned()));
            at(["order_forms", &form, "expect", "price"])
        },
    },
    Accident {
        what: "a form charges in another currency",
        at: CONFIGURE,
        rule: "price-differs",
        also: &[],
        plant: |clean, chance| {
            let (form, price) = priced(clean, chance)?;
            let figures = price.0.split(' ').next()?.to_owned();
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().price = Field::Set(format!("{figures} CHF")));
            at(["order_forms", &form, "expect", "price"])
        },
    },
    Accident {
        what: "the plan expects a price in a currency that there is not",
        at: CONFIGURE,
        rule: "price-impossible",
        also: &[("price-differs", "the site charges in another one")],
        plant: |clean, chance| {
            let (form, _) = priced(clean, chance)?;
            let price = Some(Price("497.00 USX".to_owned()));
            clean.plan.order_forms.get_mut(&form)?.expect = Some(FormExpectation { price, gateway: None });
            at(["order_forms", &form, "expect", "price"])
        },
    },
    Accident {
        what: "a form takes payments through another gateway than is expected",
        at: CONFIGURE,
        rule: "gateway-differs",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.test_purchases.keys().cloned())?;
            let gateway = Some("authorize.net".to_owned());
            clean.plan.order_forms.get_mut(&form)?.expect = Some(FormExpectation { price: None, gateway });
            at(["order_forms", &form, "expect", "gateway"])
        },
    },
    Accident {
        what: "the CRM takes the payments of a form",
        at: CONFIGURE,
        rule: "gateway-of-the-crm",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.test_purchases.keys().cloned())?;
            clean.plan.order_forms.get_mut(&form)?.expect = None;
            let gateway = format!("{} Payments", clean.plan.crm.name);
            clean.on_both(|site| site.order_forms.get_mut(&form).unwrap().gateway = Field::Set(gateway.clone()));
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "subscriptions charge through a form that is gone",
        at: CONFIGURE,
        rule: "subscribed-form-missing",
        also: &[],
        plant: |clean, chance| {
            clean.subscribe_somebody(chance, "a-form-that-is-gone", "Active");
            at(["order_forms"])
        },
    },
    Accident {
        what: "a form that sells is not bought for a test",
        at: GO_LIVE,
        rule: "test-purchase-missing",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.test_purchases.keys().cloned())?;
            clean.plan.test_purchases.remove(&form);
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "a form of the plan releases an offering that nobody knows",
        at: CONFIGURE,
        rule: "reference-unknown",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.order_forms.keys().cloned())?;
            let release = &mut clean.plan.order_forms.get_mut(&form)?.custom_operation.release;
            release.push("unheard-of-course".to_owned());
            let index = (release.len() - 1).to_string();
            at(["order_forms", &form, "custom_operation", "release", &index])
        },
    },
    Accident {
        what: "a test purchase on the copy would be paid for real",
        at: super::MIGRATE,
        rule: "gateway-in-live-mode",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.plan.test_purchases.keys().cloned())?;
            clean.copy.order_forms.get_mut(&form)?.test_mode = Field::Set(false);
            at(["test_purchases", &form])
        },
    },
];

fn operations(form: &mut OrderForm) -> &mut Vec<Operation> {
    let Field::Set(operations) = &mut form.operations else { panic!("no operations") };
    operations
}

fn offering_by(clean: &Clean, chance: &mut Chance, way: AccessThrough) -> Option<String> {
    let all = clean.plan.offerings.iter().filter(|(_, of)| of.access_through == way);
    chance.any(all.map(|(key, _)| key.clone()))
}

/// A form that alone releases one offering, and nothing else.
fn only_form(clean: &Clean, chance: &mut Chance) -> Option<(String, String)> {
    let forms = &clean.plan.order_forms;
    let releasing =
        |offering: &String| forms.values().filter(|form| form.custom_operation.release.contains(offering)).count();
    let only = forms.iter().filter_map(|(key, form)| match &form.custom_operation.release[..] {
        [offering]
            if releasing(offering) == 1
                && clean.plan.offerings[offering].access_through == AccessThrough::OrderForm =>
        {
            Some((key.clone(), offering.clone()))
        }
        _ => None,
    });
    chance.any(only)
}

/// A form of the plan, and an offering that it does not release.
fn form_and_other(clean: &Clean, chance: &mut Chance) -> Option<(String, String)> {
    let form = chance.any(clean.plan.order_forms.keys().cloned())?;
    let released = &clean.plan.order_forms[&form].custom_operation.release;
    let other = chance.any(clean.plan.offerings.keys().filter(|key| !released.contains(key)).cloned())?;
    Some((form, other))
}

/// A form of the plan whose payments recur.
pub(super) fn recurring(clean: &Clean, chance: &mut Chance) -> Option<String> {
    let recurs = |site: &State, key: &String| site.order_forms[key].recurring == Field::Set(true);
    chance.any(clean.plan.order_forms.keys().filter(|key| recurs(&clean.copy, key)).cloned())
}

/// A form of the plan with the price that is expected.
fn priced(clean: &Clean, chance: &mut Chance) -> Option<(String, Price)> {
    let all = clean
        .plan
        .order_forms
        .iter()
        .filter_map(|(key, form)| Some((key.clone(), form.expect.as_ref()?.price.clone()?)));
    // What is given away is known by its price.
    chance.any(all.filter(|(_, price)| price.0 != "0.00 USD"))
}
