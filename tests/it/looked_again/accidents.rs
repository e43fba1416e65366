//! Two days that are as they should be, and the same with one accident planted in each class.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::reconcile::{Bearing, Class, Verdict};
use serde_json::{Value, json};

use super::{World, classes, contact, left, order, subscription, two_days_later, with, without};

#[test]
fn two_days_with_new_members_renewals_and_timers_are_silent() {
    let all = World::new().compare(&left(), &two_days_later());
    assert_eq!(all.verdict(&[]), Verdict::Equal, "{:#?}", all.found.groups);
    use Class::{
        NewBuyer, NewByOptIn, NewOrder, NotPaid, PaymentFailing, Renewed, Revoked, SubscriptionBegan, TagByOptIn,
        TagByOrder, TagByTimer, TestRemoved,
    };
    let expected = BTreeMap::from([
        // 10, 12 (whose payment failed) and 13.
        (NewBuyer, 3),
        (NewByOptIn, 1),
        (NewOrder, 2),
        (NotPaid, 1),
        // Two orders and their two subscriptions.
        (Renewed, 4),
        (SubscriptionBegan, 1),
        (PaymentFailing, 1),
        (Revoked, 1),
        // The base tag and what the form adds, of 10; the base tag of 13.
        (TagByOrder, 3),
        (TagByOptIn, 3),
        (TagByTimer, 1),
        // The contact, two tags and the order.
        (TestRemoved, 4),
    ]);
    assert_eq!(classes(&all, Bearing::Expected), expected);
    assert_eq!(all.people.all, 12);
    // 3, 4 and 6 did not move.
    assert_eq!(all.people.moved, [9, 0, 0]);
}

#[test]
fn nothing_that_moves_is_silent_too() {
    let all = World::new().compare(&left(), &left());
    // The subscriptions of 2 and 7 are due on the 3rd and the 2nd; whose day is not over for certain is not missed.
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::from([(Class::RenewalMissing, 1)]));
    assert_eq!(all.people.moved, [0, 0, 1]);
}

/// An accident: what is found, and the later reading with it.
type Accident = (Class, fn(&[Value]) -> Vec<Value>);

const ACCIDENTS: &[Accident] = &[
    (Class::MemberMissing, |all| without(all, "contact", "4")),
    (Class::LostAccess, |all| with(all, contact("4", &["M_B", "Newsletter"]))),
    // Nothing of the plan or the site closes the club for 3.
    (Class::LostAccess, |all| with(all, contact("3", &["K_B", "Quiz", "K_R"]))),
    (Class::LostTag, |all| with(all, contact("3", &["K_B"]))),
    (Class::TagFromElsewhere, |all| with(all, contact("3", &["K_B", "Quiz", "Campaign: June"]))),
    (Class::AccessWithoutOrder, |all| with(all, contact("3", &["K_B", "Quiz", "C_B"]))),
    (Class::AccessWithoutOrder, |all| with(all, contact("6", &["C_B", "C_1", "C_2", "C_I"]))),
    (Class::AccessWithoutOrder, |all| with(all, contact("14", &["K_B"]))),
    // Bought on the 3rd: Goals is due on the 10th.
    (Class::ModuleTooEarly, |all| with(all, contact("10", &["C_B", "Bought", "C_1"]))),
    (Class::IdChanged, |all| {
        let mut other = contact("4000", &["M_B", "M_1", "Newsletter"]);
        other["email"] = "m4@member.example".into();
        with(&without(all, "contact", "4"), other)
    }),
    (Class::Duplicated, |all| {
        let mut other = contact("4000", &[]);
        other["email"] = "M4@member.example".into();
        with(all, other)
    }),
    (Class::Affiliate, |all| {
        let mut referred = contact("4", &["M_B", "M_1", "Newsletter"]);
        referred["affiliate"] = "77".into();
        with(all, referred)
    }),
    (Class::OrderMissing, |all| without(all, "order", "o6")),
    (Class::OrderChanged, |all| with(all, order("o6", "6", "checkout", "2026-10-01", "Failed"))),
    (Class::OrderChanged, |all| {
        let mut dearer = order("o6", "6", "checkout", "2026-10-01", "Success");
        dearer["total"] = "390.00 USD".into();
        with(all, dearer)
    }),
    (Class::OrderMisdated, |all| with(all, order("q1", "6", "checkout", "2026-08-01", "Success"))),
    (Class::ChargedTwice, |all| with(all, order("q1", "2", "club", "2026-12-04", "Success"))),
    (Class::ChargedTwice, |all| with(all, order("q1", "10", "checkout", "2026-12-03", "Success"))),
    // Due on the 20th.
    (Class::ChargedEarly, |all| with(all, order("q1", "3", "club", "2026-12-03", "Success"))),
    (Class::ChargedAfterEnd, |all| {
        let cancelled = with(all, subscription("s3", "3", "Canceled by Client", None));
        with(&cancelled, order("q1", "3", "club", "2026-12-03", "Success"))
    }),
    (Class::SubscriptionMissing, |all| without(all, "subscription", "s3")),
    (Class::SubscriptionDoubled, |all| with(all, subscription("y3", "3", "Active", Some("2026-12-21")))),
    (Class::SubscriptionFromNowhere, |all| with(all, subscription("y4", "4", "Active", Some("2026-12-21")))),
    (Class::SubscriptionChanged, |all| with(all, subscription("s3", "3", "Active", Some("2027-12-20")))),
    (Class::SubscriptionChanged, |all| with(all, subscription("s3", "4", "Active", Some("2026-12-20")))),
    (Class::OrderWithoutAccess, |all| with(all, contact("13", &[]))),
    // A revoke tag beats every other one.
    (Class::OrderWithoutAccess, |all| {
        with(&with(all, contact("3", &["K_B", "Quiz"])), order("q1", "3", "checkout", "2026-12-03", "Success"))
    }),
    (Class::AccessKept, |all| with(all, contact("5", &["K_B"]))),
];

#[test]
fn each_accident_is_named_and_nothing_else_is() {
    let world = World::new();
    for (nth, (class, plant)) in ACCIDENTS.iter().enumerate() {
        let before = match class {
            // It had ended before.
            Class::ChargedAfterEnd => with(&left(), subscription("s3", "3", "Canceled by Client", None)),
            _ => left(),
        };
        let all = world.compare(&before, &plant(&two_days_later()));
        let found: Vec<Class> = classes(&all, Bearing::Finding).into_keys().collect();
        assert_eq!(found, [*class], "accident {nth}: {:#?}", all.found.groups);
        assert_eq!(all.verdict(&[]), Verdict::Different);
    }
}

#[test]
fn what_had_ended_and_charges_again_is_found() {
    let before = with(&left(), subscription("s3", "3", "Canceled by Client", None));
    let all = World::new().compare(&before, &two_days_later());
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::from([(Class::SubscriptionRevived, 1)]));
}

#[test]
fn members_who_became_one_are_found() {
    let one = |id: &str, tags: &[&str]| {
        let mut of = contact(id, tags);
        of["email"] = "same@member.example".into();
        of
    };
    let before = with(&with(&left(), one("3", &["K_B", "Quiz"])), one("4", &["M_B"]));
    let after = without(&with(&two_days_later(), one("3", &["K_B", "Quiz"])), "contact", "4");
    let all = World::new().compare(&before, &after);
    // The contact and the tag that went with it.
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::from([(Class::Merged, 2)]));
    assert_eq!(all.people.all, 11, "3 and 4 are one");
}

#[test]
fn a_module_that_did_not_open_for_a_buyer_of_a_week_ago_is_found() {
    let mut world = World::new();
    world.site.offerings.get_mut("course").unwrap().modules = serde_json::from_value(json!([
        {"number": 0, "name": "Welcome", "release": null, "tag": null},
        {"number": 1, "name": "Goals", "release": "immediately", "tag": "C_1"}]))
    .unwrap();
    // Bought on the 2nd, and it is the 4th.
    let bought = with(&two_days_later(), order("p10", "10", "checkout", "2026-12-02", "Success"));
    let all = world.compare(&left(), &bought);
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::from([(Class::ModuleOverdue, 1)]));
    let opened = world.compare(&left(), &with(&bought, contact("10", &["C_B", "Bought", "C_1"])));
    assert_eq!(classes(&opened, Bearing::Finding), BTreeMap::new());
}

/// What is neither silent nor red: the class, and the later reading with it.
const COULD_BE: &[Accident] = &[
    // `jo` opens the last module of the course, and whoever it is the seats.
    (Class::ByPerson, |all| with(all, contact("6", &["C_B", "C_1", "C_2", "C_3"]))),
    (Class::ByPerson, |all| with(all, contact("3", &["K_B", "Quiz", "S_B"]))),
    (Class::OptedIn, |all| with(all, contact("3", &["K_B", "Quiz", "M_B"]))),
    (Class::OptedIn, |all| with(all, contact("3", &["K_B", "Quiz", "Newsletter"]))),
    // The failed payment's own tag, which no reading shows.
    (Class::TagOfForm, |all| with(all, contact("5", &["K_B", "K_R", "Club_Failed"]))),
    (Class::Details, |all| {
        let mut renamed = contact("4", &["M_B", "M_1", "Newsletter"]);
        renamed["last_name"] = "Oak".into();
        with(all, renamed)
    }),
    (Class::UnknownStatus, |all| with(all, order("q1", "4", "checkout", "2026-12-03", "Bezahlt"))),
    (Class::UnknownStatus, |all| with(all, subscription("s3", "3", "Trial", Some("2026-12-20")))),
    (Class::UnknownForm, |all| with(all, order("q1", "4", "somewhere", "2026-12-03", "Success"))),
];

#[test]
fn what_can_be_so_and_no_reading_shows_is_unproven() {
    let world = World::new();
    for (nth, (class, plant)) in COULD_BE.iter().enumerate() {
        let all = world.compare(&left(), &plant(&two_days_later()));
        let found: BTreeSet<Class> = classes(&all, Bearing::CouldBe).into_keys().collect();
        assert_eq!(found, BTreeSet::from([*class]), "{nth}: {:#?}", all.found.groups);
        assert_eq!((classes(&all, Bearing::Finding).len(), all.verdict(&[])), (0, Verdict::Unproven), "{nth}");
    }
}

#[test]
fn a_module_of_a_member_whose_release_day_is_unknown_is_unproven_until_somebody_says_the_day() {
    let before = without(&left(), "order", "o1");
    let after = without(&two_days_later(), "order", "o1");
    let mut world = World::new();
    let all = world.compare(&before, &after);
    assert_eq!(classes(&all, Bearing::CouldBe), BTreeMap::from([(Class::ModuleUnknown, 1)]));
    for (day, class) in [("2026-11-27", Class::TagByTimer), ("2026-12-01", Class::ModuleTooEarly)] {
        world.released = [(("1".to_owned(), "course".to_owned()), day.parse().unwrap())].into();
        let all = world.compare(&before, &after);
        assert!(all.found.groups.keys().any(|(_, found)| *found == class), "{day}: {:#?}", all.found.groups);
    }
}

#[test]
fn access_of_a_subscription_that_was_cancelled_before_can_be_over() {
    let cancelled = |all: &[Value]| with(all, subscription("s3", "3", "Canceled by Client", None));
    let closed = with(&cancelled(&two_days_later()), contact("3", &["K_B", "Quiz", "K_R"]));
    let all = World::new().compare(&cancelled(&left()), &closed);
    assert_eq!(classes(&all, Bearing::CouldBe), BTreeMap::from([(Class::RevokedLater, 1)]));
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::new());
}

#[test]
fn a_refund_ends_access_as_the_plan_says() {
    let world = World::new();
    let refunded = with(&two_days_later(), order("o3", "3", "club", "2026-11-20", "Refunded"));
    assert_eq!(
        classes(
            &world.compare(&left(), &with(&refunded, subscription("s3", "3", "Canceled by Admin", None))),
            Bearing::Finding
        ),
        BTreeMap::from([(Class::AccessKept, 1)])
    );
    let closed = with(
        &with(&refunded, subscription("s3", "3", "Canceled by Admin", None)),
        contact("3", &["K_B", "Quiz", "K_R"]),
    );
    let all = world.compare(&left(), &closed);
    assert_eq!(classes(&all, Bearing::Finding), BTreeMap::new());
    assert_eq!(classes(&all, Bearing::Expected)[&Class::Refunded], 1);
}

#[test]
fn without_orders_nothing_is_said_to_be_without_an_order() {
    let world = World { captured: [false; 2], ..World::new() };
    let all = world.compare(&left(), &two_days_later());
    assert_eq!(
        classes(&all, Bearing::CouldBe)[&Class::NotCaptured],
        3,
        "two base tags and a revoke tag: {:#?}",
        all.found.groups
    );
    // Whether who is gone made a test purchase, nobody knows either.
    assert_eq!(
        classes(&all, Bearing::Finding).into_keys().collect::<Vec<_>>(),
        [Class::MemberMissing, Class::TagFromElsewhere]
    );
}

#[test]
fn every_class_is_planted_by_a_test_or_expected() {
    let elsewhere = [
        Class::SubscriptionRevived,
        Class::Merged,
        Class::ModuleOverdue,
        Class::RenewalMissing,
        Class::ModuleUnknown,
        Class::RevokedLater,
        Class::NotCaptured,
        Class::UnknownPeriod,
    ];
    let planted: BTreeSet<Class> = ACCIDENTS.iter().chain(COULD_BE).map(|(class, _)| *class).chain(elsewhere).collect();
    let judged = Class::ALL.iter().filter(|class| class.bearing() != Bearing::Expected);
    let missing: Vec<&Class> = judged.filter(|class| !planted.contains(class)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_second_charge_of_a_form_of_which_nobody_knows_how_often_it_charges_is_unproven() {
    let mut world = World::new();
    world.site.order_forms.get_mut("checkout").unwrap().recurring = amc_plan::model::Field::Unknown;
    let again = |day: &str| {
        with(
            &with(&two_days_later(), order("p10", "10", "checkout", "2026-12-01", "Success")),
            order("q1", "10", "checkout", day, "Success"),
        )
    };
    let all = world.compare(&left(), &again("2026-12-04"));
    assert_eq!(classes(&all, Bearing::CouldBe), BTreeMap::from([(Class::UnknownPeriod, 1)]));
    let all = world.compare(&left(), &again("2026-12-01"));
    assert_eq!(
        classes(&all, Bearing::Finding),
        BTreeMap::from([(Class::ChargedTwice, 1)]),
        "no form charges twice a day"
    );
}
