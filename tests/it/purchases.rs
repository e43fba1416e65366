//! What proves a test purchase: `plan record purchase` and `plan verify` through the binary.

use std::fs;

use amc_plan::site::file::seal_file;

use super::common::{Ran, copy_of_plans, plan};

const FORM: &str = "group-coaching-checkout";

/// `verify` of the example before and after one new order with these fields, by a buyer who is new.
fn verified(fields: &str, said: &[&str]) -> Ran {
    let folder = copy_of_plans();
    let path = |name: &str| folder.path().join(name);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    for (side, year) in [("before", "2020"), ("after", "2021")] {
        let site = read("bloom-coaching.site.ndjson").replacen("2026-11-21T06", &format!("{year}-11-21T06"), 1);
        let population = read("bloom-coaching.population.ndjson");
        let mut population = population.replacen("2026-11-21T06", &format!("{year}-11-21T06"), 1);
        if side == "after" {
            let (head, rest) = population.split_once('\n').unwrap();
            let buyer = r#"{"kind":"contact","key":"90001","tags":["Group_Coaching_Base_Access"]}"#;
            let order =
                format!(r#"{{"kind":"order","key":"9001","contact":"90001","form":"{FORM}","total":"0.00",{fields}}}"#);
            population = format!("{head}\n{buyer}\n{order}\n{rest}");
        }
        fs::write(path(&format!("{side}.site.ndjson")), site).unwrap();
        fs::write(path(&format!("{side}.population.ndjson")), population).unwrap();
        seal_file(&path(&format!("{side}.population.ndjson"))).unwrap();
        seal_file(&path(&format!("{side}.site.ndjson"))).unwrap();
    }
    let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
    let saw = ["record", "purchase", FORM, "--saw", "order,content,welcome-email,new-user"];
    let recorded = plan(folder.path(), &[&saw[..], said, &by].concat());
    assert_eq!(recorded.code, 0, "{}", recorded.err);
    let sides = ["--before", "before.site.ndjson", "--after", "after.site.ndjson"];
    plan(folder.path(), &[&["verify", "bloom-coaching.yaml"], &sides[..]].concat())
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
        ran.out.contains("note: the order status `Bezahlt` is none of AccessAlly's (0 before, 1 after)"),
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
fn a_null_transaction_is_not_recorded_as_a_payment() {
    let folder = copy_of_plans();
    let by = ["--plan", "bloom-coaching.yaml", "--who", "jo"];
    for id in ["null-transaction", " ", "-"] {
        let saw = ["record", "purchase", FORM, "--saw", "order", "--transaction", id];
        let ran = plan(folder.path(), &[&saw[..], &by].concat());
        assert_eq!(ran.code, 2, "{id:?}: {}", ran.err);
    }
}
