//! What is proposed for a webhook: only what can do its work, by what the site and the plan show.

use crate::place::{PLAN, Place, SITE};

/// The example with a webhook of which nobody decided what becomes of it, and these edits of the plan.
fn undecided(calls: &str, edits: &[(&str, &str)]) -> String {
    let place = Place::new();
    place.edit(PLAN, "webhooks:\n", &format!("webhooks:\n  new:\n    calls: \"{calls}\"\n"));
    for (old, new) in edits {
        place.edit(PLAN, old, new);
    }
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    let from = ran.out.find("webhook-undecided").unwrap_or_else(|| panic!("{}", ran.out));
    let picture = &ran.out[from..];
    let to = picture[1..].find("\n\n\n").map_or(picture.len(), |end| end + 1);
    picture[..to].split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ").replace("- ", "-")
}

#[test]
fn a_drip_is_proposed_the_offerings_with_timers_and_no_form() {
    let said = undecided("aal_fieldop?operationId=99", &[]);
    assert!(
        said.contains("`replaced_by: {offering: KEY, setting: release_timers}`, where KEY is `group-coaching`"),
        "{said}"
    );
    assert!(!said.contains("group-coaching-checkout"), "no form has anything to do with it: {said}");
    assert!(!said.contains("if this is so"), "there is nothing to paste where it is open which one: {said}");
}

#[test]
fn what_ended_access_is_proposed_the_forms_that_end_it() {
    let said = undecided("aal_revokesubscription?productId=99", &[]);
    for form in ["foundations-membership", "group-coaching-payment-plan"] {
        assert!(said.contains(&format!("`{form}`")), "{form}: {said}");
    }
    assert!(!said.contains("group-coaching-checkout") && !said.contains("if this is so"), "{said}");
}

#[test]
fn a_recurring_form_is_proposed_before_its_failed_payment_is_decided_and_none_that_charges_once() {
    let decided = "    failed_payment: {after_final_retry: revoke} # Ontraport did this by a webhook\n";
    // It charges once, so no payment fails later.
    let once = "  group-coaching-checkout:\n";
    let ends = format!("{once}    failed_payment: {{after_final_retry: revoke}}\n");
    let said = undecided("aal_revokesubscription?productId=99", &[(decided, ""), (once, &ends)]);
    let forms =
        "where KEY is `foundations-membership`, or `group-coaching-payment-plan`, once its `failed_payment` is decided";
    assert!(said.contains(forms), "{said}");
}

#[test]
fn the_reason_of_a_retired_webhook_may_name_several_forms() {
    let said = undecided("aal_genpass?x=1", &[]);
    assert!(said.contains("can be retired, with a reason that names them"), "{said}");
    assert!(said.contains("retired: the forms make the user"), "{said}");
}

#[test]
fn a_form_that_does_not_end_access_is_told_from_those_that_do() {
    let place = Place::new();
    place.edit(
        PLAN,
        "replaced_by: {order_form: group-coaching-payment-plan, setting: failed_payment}",
        "replaced_by: {order_form: team-seats-checkout, setting: failed_payment}",
    );
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ").replace("- ", "-");
    assert!(said.contains("if another form sold the access, name that one"), "{said}");
    assert!(said.contains("`group-coaching-payment-plan`"), "{said}");
}

#[test]
fn init_proposes_for_each_command_what_can_do_its_work() {
    let place = Place::new();
    place.run(&["init", "--site", SITE, "--out", "new.yaml"]).ends(0, &[]);
    let plan = place.read("new.yaml");
    let of = |calls: &str| {
        let from = plan.find(&format!("calls: {calls}")).or_else(|| plan.find(&format!("calls: \"{calls}\""))).unwrap();
        let lines = plan[from..].lines().skip(1).take_while(|line| line.trim_start().starts_with('#'));
        lines.collect::<Vec<_>>().join("\n")
    };
    let drip = of("aal_fieldop?operationId=7");
    assert!(
        drip.contains("setting: release_timers}}, if it opens a module") && drip.contains("group-coaching"),
        "{drip}"
    );
    let dunning = of("aal_revokesubscription?productId=12");
    assert!(dunning.contains("{order_form: foundations-membership"), "{dunning}");
    assert!(!dunning.contains("group-coaching-summer-sale"), "it charges once: {dunning}");
    assert!(of("aal_genpass").contains("{retired: the forms make the user}"), "{}", of("aal_genpass"));
    assert_eq!(plan.matches("# decide: fired_by:").count(), 5);
}

#[test]
fn each_webhook_that_stops_is_on_the_list_of_what_is_to_be_switched_off() {
    let place = Place::new();
    let fired = "    fired_by: \"Ontraport: Week 4\"\n";
    let open = |place: &Place| place.run(&["status", PLAN, "--site", SITE, "--format", "json"]).out;
    assert!(open(&place).contains("pause what fires `aal_fieldop?operationId=7` in the CRM: Ontraport: Week 4"));
    place.edit(PLAN, fired, "");
    let said = open(&place);
    assert!(said.contains("find what fires `aal_fieldop?operationId=7` in the CRM, and pause it"), "{said}");
    // What is kept goes on.
    place.edit(
        PLAN,
        "after_switch: {replaced_by: {offering: group-coaching, setting: release_timers}}",
        "after_switch: {kept: ours}",
    );
    assert!(!open(&place).contains("aal_fieldop?operationId=7` in the CRM"));
}
