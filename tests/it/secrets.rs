//! A webhook as it stands in a CRM: its command and target are recognised, and its secret is shown by nothing.

use crate::place::{PLAN, Place, SITE};
use crate::survey::{facts, without};
use crate::typed::typed;

const SECRET: &str = "Zq7secret";

/// The example, whose webhooks are pasted as whole addresses: by key, by `calls`, and left alone.
fn pasted() -> Place {
    let place = Place::new();
    let whole = |call: &str| format!("https://bloom.example/?accessally_api={call}&key={SECRET}");
    place.edit(PLAN, "  aal_genpass:\n", &format!("  \"{}\":\n", whole("aal_genpass")));
    place.edit(
        PLAN,
        "  aal_fieldop?operationId=7:\n",
        &format!("  points:\n    calls: \"{}\"\n", whole("aal_fieldop&operationId=7")),
    );
    let synced =
        "  aal_updateuser: {after_switch: {retired: \"tags are local after the switch, there is nothing to sync\"}}\n";
    place.edit(PLAN, synced, "");
    let left = "leave_alone: {offerings: {summit-2019: archived and without members}";
    place.edit(PLAN, left, &format!("{left}, webhooks: {{\"{}\": ours}}", whole("aal_updateuser")));
    place
}

#[test]
fn a_whole_address_is_the_webhook_that_it_calls() {
    let place = pasted();
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    for rule in ["webhook-not-in-plan", "not-on-site", "leave-alone-unknown", "shows no webhook"] {
        assert!(!ran.out.contains(rule), "{rule}: {}", ran.out);
    }
    assert_eq!(ran.out.matches("secret-in-plan at").count(), 3, "{}", ran.out);
    assert!(ran.out.contains("command and target are enough: `aal_fieldop?operationId=7`"), "{}", ran.out);
    // It warns, and the verdict is what it was.
    ran.ends(0, &[]);
}

#[test]
fn no_output_shows_the_secret() {
    let place = pasted();
    let site = ["--site", SITE];
    for words in [
        &["check", PLAN][..],
        &["check", PLAN, "--format", "json"],
        &["check", PLAN, "--format", "concise"],
        &["diff", PLAN],
        &["diff", PLAN, "--format", "json"],
        &["diff", PLAN, "--format", "markdown"],
        &["status", PLAN],
        &["status", PLAN, "--format", "json"],
        &["apply", PLAN, "--no-input"],
        &["runbook", PLAN, "--out", "page.html"],
        &["survey", PLAN, "--format", "json"],
    ] {
        for more in [&[][..], &["--show-personal"]] {
            let ran = place.run(&[words, &site, more].concat());
            assert!(ran.code != Some(2), "{ran:#?}");
            assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{words:?} {more:?}: {ran:#?}");
        }
    }
    assert!(!place.read("page.html").contains(SECRET));
    let ran = place.run(&["check", &format!("https://bloom.example/?key={SECRET}")]);
    assert!(!ran.err.contains(SECRET), "{ran:#?}");
}

#[test]
fn a_pasted_list_of_webhooks_is_recorded_without_secrets() {
    let place = without(&["webhook"]);
    let whole = format!("https://bloom.example/?accessally_api=aal_fieldop&operationId=7&key={SECRET}");
    let (shown, _) =
        typed(&place, &["survey", PLAN, "--site", SITE, "--who", "jo"], &format!("p\naal_genpass\n{whole}\n\ny"));
    // What a person types is shown by their own terminal.
    assert!(shown.contains("recorded"), "{shown}");
    assert_eq!(facts(&place)[0]["saw-all"]["names"], serde_json::json!(["aal_genpass", "aal_fieldop?operationId=7"]));
}
