//! The forms of a clean site, each with what it runs before the plan's changes; and test purchases of those that sell.

use amc_plan::model::plan::{
    AcceptedRisk, AccessAfter, AccessThrough, AfterFinalRetry, Confirmation, CustomOperation, Ending, FailedPayment,
    FormExpectation, OptInFormIntent, OrderFormIntent, TestPurchase,
};
use amc_plan::model::state::{Operation, OptInForm, OrderForm, Tag};
use amc_plan::model::text::pointer;
use amc_plan::model::{Field, Plan, Price, State};
use serde_json::Map;

use super::chance::Chance;
use super::offerings::Register;

/// Tags that a CRM leaves over the years, and that open nothing.
pub(super) const LISTS: [&str; 8] = [
    "Affiliate 2024",
    "Birthday Club",
    "Newsletter - Weekly",
    "Podcast - Weekly",
    "Podcast Listener",
    "Quiz: Résumé ✓",
    "Webinar, March",
    "Buyers: All",
];

/// How somebody pays at a form.
#[derive(Clone, Copy, PartialEq)]
enum Paid {
    Once,
    Again,
    Nothing,
}

pub(super) fn draw(chance: &mut Chance, register: &mut Register, plan: &mut Plan, site: &mut State) {
    for tag in LISTS {
        site.tags.insert(tag.to_owned(), Tag::default());
    }
    let ways: Vec<(String, AccessThrough)> =
        plan.offerings.iter().map(|(key, offering)| (key.clone(), offering.access_through)).collect();
    for (key, way) in &ways {
        match way {
            AccessThrough::OrderForm => {
                let count = 1 + chance.below(3);
                for nth in 0..count {
                    let paid = if (nth + chance.below(2)).is_multiple_of(2) { Paid::Once } else { Paid::Again };
                    order_form(chance, register, (plan, site), key, paid);
                }
            }
            AccessThrough::Team => order_form(chance, register, (plan, site), key, Paid::Once),
            // Where nobody pays at its order form, whoever comes in orders all the same.
            AccessThrough::OptIn if chance.percent(25) => {
                order_form(chance, register, (plan, site), key, Paid::Nothing)
            }
            AccessThrough::OptIn => {
                (0..=chance.below(2)).for_each(|_| opt_in_form(chance, register, (plan, site), key))
            }
            AccessThrough::ByHand | AccessThrough::Invitation if chance.percent(10) => {
                order_form(chance, register, (plan, site), key, Paid::Once);
            }
            AccessThrough::Bundle | AccessThrough::ByHand | AccessThrough::Invitation => {}
        }
    }
    bundles(chance, plan, site, &ways);
    left_alone(chance, register, plan, site);
}

fn name_for(chance: &mut Chance, plan: &Plan, offering: &str, paid: Paid) -> String {
    let of = &plan.offerings[offering].name;
    let ending = match paid {
        Paid::Once => ["Checkout", "VIP", "Summer Sale", "(2024 price)"][chance.below(4)],
        Paid::Again => ["Payment Plan", "Monthly", "3 × Instalments"][chance.below(3)],
        Paid::Nothing => "for Free",
    };
    format!("{of} {ending}")
}

fn order_form(chance: &mut Chance, register: &mut Register, to: (&mut Plan, &mut State), offering: &str, paid: Paid) {
    let (plan, site) = to;
    let mut name = name_for(chance, plan, offering, paid);
    let (key, id) = register.enter("order-form", &mut name);
    let price = match paid {
        Paid::Nothing => "0.00 USD",
        _ => chance.of(&["497.00 USD", "39.00 USD", "1497.00 EUR", "5000 JPY", "12.500 KWD", "99 GBP"]),
    };
    let gateway = *chance.of(&["stripe", "paypal", "Stripe"]);
    let (wanted, found) = failed_payment(chance, paid);
    let form = OrderForm {
        id: Some(id),
        name: name.clone(),
        operations: Field::Set(operations(chance, offering)),
        after_final_retry: Field::known(found),
        price: Field::Set(price.to_owned()),
        gateway: Field::Set(gateway.to_owned()),
        recurring: Field::Set(paid == Paid::Again),
        test_mode: Field::Set(true),
        extra: Map::new(),
    };
    // Only a form at which nobody pays has to say so.
    let expect = (paid == Paid::Nothing || chance.percent(60)).then(|| FormExpectation {
        price: Some(Price(price.to_owned())),
        gateway: chance.percent(70).then(|| gateway.to_owned()),
    });
    let intent = OrderFormIntent {
        name,
        custom_operation: CustomOperation { release: vec![offering.to_owned()] },
        failed_payment: wanted,
        access_after: (paid == Paid::Again).then(|| access_after(chance)),
        expect,
    };
    if paid != Paid::Nothing {
        let expect = if chance.percent(50) { Confirmation::ALL.to_vec() } else { vec![Confirmation::Order] };
        plan.test_purchases.insert(key.clone(), TestPurchase { expect });
    }
    plan.order_forms.insert(key.clone(), intent);
    site.order_forms.insert(key, form);
}

/// What the plan wants after the last failed payment, and what the site has.
fn failed_payment(chance: &mut Chance, paid: Paid) -> (Option<FailedPayment>, Option<AfterFinalRetry>) {
    use AfterFinalRetry::{Cancel, Keep, Revoke, Stop};
    if paid != Paid::Again {
        return (None, [None, Some(Revoke), Some(Stop)][chance.below(3)]);
    }
    let found = [None, Some(Revoke), Some(Cancel), Some(Stop), Some(Keep)][chance.below(5)];
    match chance.below(6) {
        // What the form does by itself needs no word.
        0 => (None, Some(*chance.of(&[Revoke, Cancel]))),
        1 => {
            let reason = Some("the owner writes to each of them".to_owned());
            (Some(FailedPayment { after_final_retry: *chance.of(&[Stop, Keep]), reason }), found)
        }
        _ => (Some(FailedPayment { after_final_retry: *chance.of(&[Revoke, Cancel]), reason: None }), found),
    }
}

/// What ends access where somebody cancels or is refunded.
fn access_after(chance: &mut Chance) -> AccessAfter {
    let ways = [Ending::Revoke, Ending::Cancel, Ending::Stop];
    let (cancellation, refund) = (*chance.of(&ways), *chance.of(&ways));
    let reason = [cancellation, refund].contains(&Ending::Stop).then(|| "what was paid for stays open".to_owned());
    AccessAfter { cancellation, refund, reason }
}

/// What a form runs before the plan's changes: its Release, a Grant in its place, both, or nothing yet.
fn operations(chance: &mut Chance, offering: &str) -> Vec<Operation> {
    let (release, grant) = (Operation::Release(offering.to_owned()), Operation::Grant(offering.to_owned()));
    let mut all = match chance.below(8) {
        0 => vec![grant],
        1 => vec![grant, release],
        2 => Vec::new(),
        _ => vec![release],
    };
    if chance.percent(30) {
        all.push(Operation::AddTags(vec![(*chance.of(&LISTS)).to_owned()]));
    }
    if chance.percent(10) {
        all.push(Operation::Other("notify".to_owned()));
    }
    all
}

fn opt_in_form(chance: &mut Chance, register: &mut Register, to: (&mut Plan, &mut State), offering: &str) {
    let (plan, site) = to;
    let of = &plan.offerings[offering].name;
    let mut name = format!("{of} {}", chance.of(&["Signup", "Webinar Signup", "Waiting List"]));
    let (key, id) = register.enter("opt-in-form", &mut name);
    let release = vec![offering.to_owned()];
    // One that the site lacks is made by the changes; it has no ID yet, so its key is its name's.
    if !key.ends_with(&format!("-{id}")) && chance.percent(20) {
        plan.opt_in_forms.insert(key, OptInFormIntent { name, custom_operation: CustomOperation { release } });
        return;
    }
    let operations = Field::Set(operations(chance, offering));
    site.opt_in_forms
        .insert(key.clone(), OptInForm { id: Some(id), name: name.clone(), operations, extra: Map::new() });
    plan.opt_in_forms.insert(key, OptInFormIntent { name, custom_operation: CustomOperation { release } });
}

/// What comes along with another offering is released by that one's form.
fn bundles(chance: &mut Chance, plan: &mut Plan, site: &mut State, ways: &[(String, AccessThrough)]) {
    for (key, _) in ways.iter().filter(|(_, way)| *way == AccessThrough::Bundle) {
        let selling: Vec<String> = plan.test_purchases.keys().cloned().collect();
        let Some(form) = chance.any(selling) else { panic!("a bundle needs an order form") };
        let operations = site.order_forms.get_mut(&form).unwrap();
        if let Field::Set(all) = &mut operations.operations
            && chance.percent(50)
        {
            all.push(Operation::Release(key.clone()));
        }
        plan.order_forms.get_mut(&form).unwrap().custom_operation.release.push(key.clone());
    }
}

/// Forms that nobody uses any more: those of archived offerings, and old sales.
fn left_alone(chance: &mut Chance, register: &mut Register, plan: &mut Plan, site: &mut State) {
    let archived: Vec<String> = plan.leave_alone.offerings.keys().cloned().collect();
    for offering in archived {
        let name = format!("{} Old Checkout", site.offerings[&offering].name);
        let mut named = name.clone();
        let (key, id) = register.enter("order-form", &mut named);
        let recurring = chance.percent(40);
        let form = OrderForm {
            id: Some(id),
            name: named,
            operations: Field::Set(vec![Operation::Grant(offering.clone())]),
            after_final_retry: Field::known(recurring.then_some(AfterFinalRetry::Revoke)),
            price: Field::Set("197.00 USD".to_owned()),
            gateway: Field::Set("stripe".to_owned()),
            recurring: Field::Set(recurring),
            test_mode: Field::Set(true),
            extra: Map::new(),
        };
        site.order_forms.insert(key.clone(), form);
        if recurring {
            // What it does where somebody cancels shows nowhere, so somebody answers for it.
            plan.accepted_risks.push(AcceptedRisk {
                rule: "cancel-or-refund-undecided".to_owned(),
                at: pointer(&["leave_alone", "order_forms", &key]),
                reason: "the last subscriber is paid up".to_owned(),
                owner: "mara".to_owned(),
                until: "2099-12-31".to_owned(),
            });
        }
        plan.leave_alone.order_forms.insert(key, "nothing links to it any more".to_owned());
        if chance.percent(50) {
            let mut name = format!("{} Old Signup", site.offerings[&offering].name);
            let (key, id) = register.enter("opt-in-form", &mut name);
            let operations = Field::Set(vec![Operation::AddTags(vec!["Podcast Listener".to_owned()])]);
            site.opt_in_forms.insert(key.clone(), OptInForm { id: Some(id), name, operations, extra: Map::new() });
            plan.leave_alone.opt_in_forms.insert(key, "taken off its page in 2023".to_owned());
        }
    }
}
