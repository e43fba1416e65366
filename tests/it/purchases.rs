//! What proves a test purchase: `plan record purchase` and `plan verify` through the binary.

use std::fs;

use amc_plan::site::file::seal_file;

use super::common::{Ran, copy_of_plans, plan};
use crate::place::Edited;

const FORM: &str = "group-coaching-checkout";

/// What is there after of one test purchase, beside the example's contacts and orders.
struct Case<'c> {
    /// The order's fields.
    fields: &'c str,
    /// The order form.
    form: &'c str,
    /// What else is there before only.
    gone: &'c str,
    /// What else is there before and after.
    before: &'c str,
    /// What else is there after.
    after: &'c str,
    /// What the record says beside the four confirmations.
    said: &'c [&'c str],
    /// What a line before it says beside them; no line where it is nothing.
    earlier: &'c [&'c str],
    /// The buyer's contact ID.
    buyer: &'c str,
    /// The plan, changed.
    plan: fn(&str) -> String,
}

const NEW_BUYER: &str = r#"{"kind":"contact","key":"90001","tags":["Group_Coaching_Base_Access"]}"#;
const PAID: &str = r#""total":"497.00 USD","date":"2026-11-21","status":"Success","transaction":"pi_1""#;

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            fields: PAID,
            form: FORM,
            gone: "",
            before: "",
            after: NEW_BUYER,
            said: &[],
            earlier: &[],
            buyer: "90001",
            plan: str::to_owned,
        }
    }
}

impl Case<'_> {
    fn verified(&self) -> Ran {
        let folder = copy_of_plans();
        let path = |name: &str| folder.path().join(name);
        let read = |name: &str| fs::read_to_string(path(name)).unwrap();
        fs::write(path("bloom-coaching.yaml"), (self.plan)(&read("bloom-coaching.yaml"))).unwrap();
        for (side, hour) in [("before", "06"), ("after", "07")] {
            let site = read("bloom-coaching.site.ndjson").edited_once("2026-11-21T06", &format!("2026-11-21T{hour}"));
            // The side after is switched.
            let site = if side == "after" { site.edited_once(r#""managed":false"#, r#""managed":true"#) } else { site };
            let population = read("bloom-coaching.population.ndjson");
            let mut population = population.edited_once("2026-11-21T06", &format!("2026-11-21T{hour}"));
            let (head, rest) = population.split_once('\n').unwrap();
            population = if side == "after" {
                let order = format!(
                    r#"{{"kind":"order","key":"9001","contact":"{}","form":"{}",{}}}"#,
                    self.buyer, self.form, self.fields
                );
                format!("{head}\n{}\n{order}\n{}\n{rest}", self.after, self.before)
            } else {
                format!("{head}\n{}\n{}\n{rest}", self.gone, self.before)
            };
            population = population.replace("\n\n", "\n").replace("\n\n", "\n");
            fs::write(path(&format!("{side}.site.ndjson")), site).unwrap();
            fs::write(path(&format!("{side}.population.ndjson")), population).unwrap();
            seal_file(&path(&format!("{side}.population.ndjson"))).unwrap();
            seal_file(&path(&format!("{side}.site.ndjson"))).unwrap();
        }
        let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
        let saw = ["record", "purchase", self.form, "--saw", "order,content,welcome-email,new-user"];
        for said in [self.earlier, self.said].into_iter().skip(usize::from(self.earlier.is_empty())) {
            let recorded = plan(folder.path(), &[&saw[..], said, &by].concat());
            assert_eq!(recorded.code, 0, "{}", recorded.err);
        }
        let sides = ["--before", "before.site.ndjson", "--after", "after.site.ndjson"];
        plan(folder.path(), &[&["verify", "bloom-coaching.yaml"], &sides[..]].concat())
    }

    /// That it is not proven, with these lines.
    fn denies(&self, lines: &[&str]) {
        let ran = self.verified();
        // 21 where there is more than the test purchase.
        assert!(matches!(ran.code, 1 | 21), "{}: {}", ran.code, ran.out);
        for line in lines {
            assert!(ran.out.contains(line), "{line}: {}", ran.out);
        }
    }
}

/// `verify` of the example before and after one new order with these fields, by a buyer who is new.
fn verified(fields: &str, said: &[&str]) -> Ran {
    Case { fields: &format!(r#""total":"497.00 USD",{fields}"#), said, ..Case::default() }.verified()
}

#[test]
fn a_paid_order_between_the_two_readings_by_somebody_new_proves_its_purchase() {
    let ran = Case::default().verified();
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_transaction_of_two_orders_proves_neither() {
    let other = |kind: &str, id: &str| {
        format!(
            r#"{{"kind":"order","key":"{kind}","contact":"10010","form":"foundations-membership","status":"Success","transaction":"{id}"}}"#
        )
    };
    let line = "order          not found  order 9001 (Success): 2 orders have its transaction";
    for id in ["pi_1", " PI_1 "] {
        Case { after: &format!("{NEW_BUYER}\n{}", other("9002", id)), ..Case::default() }.denies(&[line]);
    }
    // One that an order had before is that order's payment.
    Case { before: &other("4999", "pi_1"), ..Case::default() }
        .denies(&["order          not found  order 9001 (Success): its transaction belongs to an earlier order"]);
}

#[test]
fn a_transaction_that_a_person_names_is_of_no_other_order_and_of_no_other_form() {
    let unseen = r#""total":"497.00 USD","status":"Success""#;
    let of_another = "order          unknown    order 9001 (Success): its transaction was not captured, and the transaction on record belongs to another order";
    // The example's first order has it.
    Case { fields: unseen, said: &["--transaction", "pi_example_5001"], ..Case::default() }.denies(&[of_another]);
    let folder = copy_of_plans();
    let by = ["--transaction", "ch_1", "--plan", "bloom-coaching.yaml", "--who", "jo"];
    let record = |form: &str, on: &str| {
        plan(folder.path(), &[&["record", "purchase", form, "--saw", "order", "--on", on][..], &by].concat())
    };
    assert_eq!(record(FORM, "staging").code, 0);
    assert_eq!(record(FORM, "staging").code, 0, "said twice of the same purchase");
    for (form, on) in [("foundations-membership", "staging"), (FORM, "live")] {
        let ran = record(form, on);
        assert_eq!(ran.code, 2, "{form} {on}");
        assert!(
            ran.err.contains(&format!("this transaction is on record for `{FORM}` on staging.bloom.example")),
            "{}",
            ran.err
        );
    }
}

#[test]
fn an_order_of_nothing_was_not_paid() {
    for total in ["0.00 USD", "0", "USD 0"] {
        let fields = format!(r#""total":"{total}","status":"Success","transaction":"pi_1""#);
        let line =
            format!("order          not found  order 9001 (Success): its total is `{total}`, so nothing was paid");
        Case { fields: &fields, ..Case::default() }.denies(&[
            &line,
            "content        recorded",
            "new-user       recorded",
        ]);
        let unseen = format!(r#""total":"{total}","status":"Success""#);
        Case { fields: &unseen, said: &["--transaction", "ch_9"], ..Case::default() }.denies(&[&line]);
    }
    // A form that the plan expects to cost nothing.
    let free = |plan: &str| {
        assert!(plan.contains("497.00 USD"), "{plan}");
        plan.edited("497.00 USD", "0.00 USD")
    };
    let fields = r#""total":"0.00 USD","status":"Success","transaction":"pi_1""#;
    let ran = Case { fields, plan: free, ..Case::default() }.verified();
    assert!(ran.out.contains("order          recorded   order 9001 (Success), paid"), "{}", ran.out);
}

#[test]
fn what_is_no_amount_or_less_than_the_plan_expects_is_no_payment_at_the_forms_price() {
    for total in ["free", "٠.٠٠ USD", "０.００ USD", "0.00 USD (was 497.00)", "-497.00 USD", "497,00"] {
        let fields = format!(r#""total":"{total}","status":"Success","transaction":"pi_1""#);
        let lines = [
            "order          unknown    order 9001 (Success): its total",
            "is not an amount, so it is unknown whether anything was paid",
        ];
        Case { fields: &fields, ..Case::default() }.denies(&lines);
    }
    for (total, expects) in [("0.01 USD", "497.00 USD"), ("496.99", "497.00 USD"), ("497.00 EUR", "497.00 USD")] {
        let fields = format!(r#""total":"{total}","status":"Success","transaction":"pi_1""#);
        let line = format!(
            "order          unknown    order 9001 (Success): its total is `{total}`, and the plan expects `{expects}`"
        );
        Case { fields: &fields, ..Case::default() }.denies(&[&line]);
        Case { fields: &fields, said: &["--transaction", "pi_2"], ..Case::default() }
            .denies(&["order          not found"]);
        // What is paid first can be less: somebody read this very payment off the order's page.
        let ran = Case { fields: &fields, said: &["--transaction", "pi_1"], ..Case::default() }.verified();
        assert_eq!(ran.code, 0, "{total}: {}", ran.out);
        assert!(
            ran.out.contains("order          attested   order 9001 (Success); it is attested that this is the payment"),
            "{}",
            ran.out
        );
    }
    // A total that was not captured is no price that was paid.
    for fields in
        [r#""status":"Success","transaction":"pi_1""#, r#""total":" ","status":"Success","transaction":"pi_1""#]
    {
        let line = "order          unknown    order 9001 (Success): its total was not captured, and the plan expects `497.00 USD`";
        Case { fields, ..Case::default() }.denies(&[line]);
        let ran = Case { fields, said: &["--transaction", "pi_1"], ..Case::default() }.verified();
        assert!(ran.code == 0 && ran.out.contains("order          attested "), "{}", ran.out);
    }
    // Taxes come on top.
    let fields = r#""total":"591.43 USD","status":"Success","transaction":"pi_1""#;
    assert_eq!(Case { fields, ..Case::default() }.verified().code, 0);
}

#[test]
fn the_payment_on_record_is_of_the_order_that_is_found() {
    let other = r#"order          not found  order 9001 (Success) on the form, but without the transaction on record"#;
    Case { said: &["--transaction", "ch_mine"], ..Case::default() }.denies(&[other]);
    let named = &["--order", "9001", "--transaction", "ch_mine"];
    Case { said: named, ..Case::default() }
        .denies(&["no new order 9001 on the form, or not with the transaction on record"]);
    for said in [&["--transaction", "PI_1"][..], &["--order", "9001", "--transaction", "pi_1"]] {
        assert_eq!(Case { said, ..Case::default() }.verified().code, 0);
    }
    // Of two new orders on the form it is the one with that payment.
    let more = format!(
        r#"{NEW_BUYER}
{{"kind":"contact","key":"90002","tags":["Group_Coaching_Base_Access"]}}
{{"kind":"order","key":"9002","contact":"90002","form":"{FORM}","status":"Success","transaction":"pi_other"}}"#
    );
    let ran = Case { after: &more, said: &["--transaction", "pi_1"], ..Case::default() }.verified();
    assert!(ran.out.contains("order          recorded   order 9001 (Success), paid"), "{}", ran.out);
}

#[test]
fn what_another_new_order_of_the_buyer_can_have_given_proves_nothing_of_this_one() {
    // On a form that nobody recorded a purchase on, too.
    for form in ["group-coaching-payment-plan", "foundations-membership"] {
        let more = format!(
            "{NEW_BUYER}\n{{\"kind\":\"order\",\"key\":\"9002\",\"contact\":\"90001\",\"form\":\"{form}\",\"status\":\"Success\"}}"
        );
        Case { after: &more, ..Case::default() }.denies(&[
            "order          recorded   order 9001 (Success), paid",
            "content        not found  contact 90001 may have it from another new order (9002)",
            "new-user       not found  contact 90001 may have come with another new order (9002)",
        ]);
    }
}

#[test]
fn a_buyer_who_got_too_much_or_lost_it_again_shows_no_content() {
    for tag in ["Mastermind_Base_Access", "Foundations_Instant_Access", "Group_Coaching_Revoke_Access"] {
        let buyer = format!(r#"{{"kind":"contact","key":"90001","tags":["Group_Coaching_Base_Access","{tag}"]}}"#);
        let line = format!("content        not found  contact 90001 got `{tag}` too");
        Case { after: &buyer, ..Case::default() }.denies(&[&line]);
    }
    let buyer = r#"{"kind":"contact","key":"90001","tags":["Group_Coaching_Base_Access","newsletter"]}"#;
    assert_eq!(Case { after: buyer, ..Case::default() }.verified().code, 0, "a tag that opens nothing");
}

#[test]
fn a_test_purchase_explains_one_subscription_that_it_began_and_no_other() {
    let form = "group-coaching-payment-plan";
    let sub = |key: &str, form: &str, more: &str| {
        format!(r#"{{"kind":"subscription","key":"{key}","contact":"90001","form":"{form}",{more}}}"#)
    };
    let active = r#""status":"Active","next_payment":"2026-12-21""#;
    let verified = |form: &str, subscriptions: &[String]| {
        let after = format!("{NEW_BUYER}\n{}", subscriptions.join("\n"));
        Case { form, after: &after, fields: &PAID.replace("497", "997"), ..Case::default() }.verified()
    };
    let ran = verified(form, &[sub("s1", form, active)]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    for (form, subscriptions) in [
        (form, vec![sub("s1", form, active), sub("s2", form, active)]),
        (form, vec![sub("s1", form, r#""status":"Payment Failed","next_payment":"2026-12-21""#)]),
        (form, vec![sub("s1", form, r#""status":"Active","next_payment":"2019-12-21""#)]),
        (form, vec![sub("s1", form, r#""status":"Active","next_payment":"2026-11-21""#)]),
        (form, vec![sub("s1", form, r#""status":"Active","next_payment":"28.12.2019""#)]),
        (form, vec![sub("s1", form, r#""status":"Active","next_payment":"9999-99-99""#)]),
        (form, vec![sub("s1", "foundations-membership", active)]),
        (FORM, vec![sub("s1", FORM, active)]),
    ] {
        let ran = verified(form, &subscriptions);
        assert_eq!(ran.code, 21, "{subscriptions:?}: {}", ran.out);
        assert!(ran.out.contains("subscriptions") && ran.out.contains("extra: "), "{}", ran.out);
    }
}

#[test]
fn a_card_that_was_declined_first_does_not_stand_in_the_way_of_the_purchase() {
    let more = format!(
        r#"{NEW_BUYER}
{{"kind":"order","key":"9000","contact":"90001","form":"{FORM}","total":"497.00 USD","status":"Failed"}}"#
    );
    for said in [&[][..], &["--order", "9001"], &["--transaction", "pi_1"]] {
        let ran = Case { after: &more, said, ..Case::default() }.verified();
        assert_eq!(ran.code, 0, "{said:?}: {}", ran.out);
        assert!(ran.out.contains("order 9000, 9001") || ran.out.contains("orders 9000, 9001"), "{}", ran.out);
    }
    // On another form, where nobody recorded a purchase, it is a difference.
    let more = more.replace(&format!(r#""form":"{FORM}","total""#), r#""form":"foundations-membership","total""#);
    assert_eq!(Case { after: &more, ..Case::default() }.verified().code, 21);
}

#[test]
fn an_order_of_another_day_proves_nothing() {
    let dated = |day: &str| format!(r#""total":"497.00 USD","date":"{day}","status":"Success","transaction":"pi_1""#);
    for day in ["2019-01-01", "2026-11-19", "2026-11-19T23:59:59Z", "2026-11-23", "2099-01-01 10:00:00"] {
        let fields = dated(day);
        let lines = ["order", "content", "welcome-email", "new-user"]
            .map(|what| format!("{what:<14} not found  order 9001 (Success): it is dated {}", &day[..10]));
        Case { fields: &fields, ..Case::default() }.denies(&lines.each_ref().map(String::as_str));
    }
    // The site says the day in its own time zone; what is no day says nothing.
    for day in ["2026-11-20", "2026-11-21", "2026-11-22 00:30:00", "2026-11-21T07:00:00Z", ""] {
        let ran = Case { fields: &dated(day), ..Case::default() }.verified();
        assert_eq!(ran.code, 0, "{day}: {}", ran.out);
    }
    for day in ["Nov 21", "21.11.2026", "11/21/2026", "20261121", "2026-11-213", "x"] {
        let line = format!(
            "order          unknown    order 9001 (Success): its date `{day}` is not a date such as 2026-11-21"
        );
        Case { fields: &dated(day), ..Case::default() }.denies(&[&line]);
    }
}

#[test]
fn a_tag_that_the_buyer_had_before_shows_nothing_of_content() {
    let line = "content        not found  contact 90001 had `Group_Coaching_Base_Access` before, so this shows nothing";
    Case { before: NEW_BUYER, after: "", ..Case::default() }.denies(&[line]);
    // The same person with another contact ID.
    let with_id = |id: &str| {
        format!(r#"{{"kind":"contact","key":"{id}","email":"ada@example.com","tags":["Group_Coaching_Base_Access"]}}"#)
    };
    Case { gone: &with_id("80001"), after: &with_id("90001"), ..Case::default() }.denies(&[line]);
}

#[test]
fn an_order_that_failed_proves_no_test_purchase() {
    for status in ["Failed", "Error", "Started (Not Finished)", "SCA Pending", "SCA Failed"] {
        let ran = verified(&format!(r#""status":"{status}","transaction":"pi_1""#), &["--transaction", "pi_1"]);
        assert_eq!(ran.code, 1, "{status}: {}", ran.out);
        let why =
            format!("order          not found  order 9001 ({status}): it did not go through, so it proves nothing");
        assert!(ran.out.contains(&why) && ran.out.contains("new-user       not found"), "{status}: {}", ran.out);
    }
}

#[test]
fn an_unknown_status_proves_nothing_and_is_shown_as_it_is() {
    let ran = verified(r#""status":"Bezahlt","transaction":"pi_1""#, &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("order          unknown    order 9001 (Bezahlt)"), "{}", ran.out);
    assert!(
        ran.out.contains("note: the order status `Bezahlt` is not one of AccessAlly's (0 before, 1 after)"),
        "{}",
        ran.out
    );
}

#[test]
fn a_null_transaction_proves_content_mail_and_user_and_never_payment() {
    let ran = verified(r#""status":"Success","transaction":"null-transaction""#, &["--transaction", "pi_1"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    for line in [
        "order          not found  order 9001 (Success): nothing was paid (`null-transaction`)",
        "content        recorded ",
        "welcome-email  attested ",
        "new-user       recorded ",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
}

#[test]
fn a_transaction_that_was_not_captured_is_unproven_until_somebody_reads_it_off_the_order() {
    let ran = verified(r#""status":"Success""#, &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("order          unknown    order 9001 (Success): its transaction was not captured"),
        "{}",
        ran.out
    );
    let ran = verified(r#""status":"Success""#, &["--transaction", "ch_9"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("order          attested   order 9001 (Success); its transaction is attested"),
        "{}",
        ran.out
    );
}

#[test]
fn a_refunded_order_with_a_real_transaction_proves_its_purchase() {
    for status in ["Success", "SCA Success", "Refunded", "Partially Refunded"] {
        let ran = verified(&format!(r#""status":"{status}","transaction":"pi_1""#), &[]);
        assert_eq!(ran.code, 0, "{status}: {}", ran.out);
        assert!(ran.out.contains(&format!("order          recorded   order 9001 ({status}), paid")), "{}", ran.out);
    }
}

#[test]
fn what_was_mistyped_is_set_right_by_a_line_that_names_it_and_by_no_other() {
    let earlier: &[&str] = &["--transaction", "pi_l"];
    for said in [&["--transaction", "pi_1"][..], &["--order", "9001"], &["--order", "9001", "--transaction", "pi_1"]] {
        let ran = Case { earlier, said, ..Case::default() }.verified();
        assert_eq!(ran.code, 0, "{said:?}: {}", ran.out);
    }
    // Who names nothing, another order, or another payment of this one, sets nothing right.
    let denied = ["without the transaction on record", "not with the transaction on record"];
    Case { earlier, said: &[], ..Case::default() }.denies(&denied[..1]);
    Case { earlier, said: &["--order", "9002"], ..Case::default() }.denies(&denied[1..]);
    Case { earlier, said: &["--order", "9001", "--transaction", "pi_2"], ..Case::default() }.denies(&denied[1..]);
}

#[test]
fn a_null_transaction_is_not_recorded_as_a_payment() {
    let folder = copy_of_plans();
    let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
    for id in ["null-transaction", " ", "-"] {
        let saw = ["record", "purchase", FORM, "--saw", "order", "--transaction", id];
        let ran = plan(folder.path(), &[&saw[..], &by].concat());
        assert_eq!(ran.code, 2, "{id:?}: {}", ran.err);
    }
}
