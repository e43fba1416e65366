//! A webhook as it stands in a CRM: its command and target are recognised, and its secret is shown by nothing.

use amc_plan::site::file::seal;

use crate::place::{Edited as _, PLAN, Place, SITE};
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
    let (shown, _) = typed(
        &place,
        &["survey", PLAN, "--site", SITE, "--who", "jo"],
        &format!("p\naal_genpass\n{whole}\n\ny\ngrant group-coaching"),
    );
    // What a person types is shown by their own terminal.
    assert!(shown.contains("recorded"), "{shown}");
    assert_eq!(facts(&place)[0]["saw-all"]["names"], serde_json::json!(["aal_genpass", "aal_fieldop?operationId=7"]));
}

/// A site as a person would have written it down, without what only a machine sends.
fn by_hand(captured: &str) -> String {
    let lines = captured.lines().map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        fields.retain(|name, _| !["option_key", "sender_name", "select_crm"].contains(&name.as_str()));
        format!("{record}\n")
    });
    lines.collect::<String>().edited("bridge", "manual")
}

/// The example with webhooks that a person copied into the site file as they stand in the CRM.
fn copied(record: &str) -> Place {
    let place = Place::new();
    let text = by_hand(&place.read(SITE))
        .edited(r#""key":"aal_fieldop?operationId=7","command":"aal_fieldop","target":"operationId=7""#, record);
    std::fs::write(place.path(SITE), text).unwrap();
    place
}

#[test]
fn a_secret_in_a_site_file_is_named_when_it_is_finalized() {
    let whole = format!("https://bloom.example/?accessally_api=aal_fieldop&operationId=7&key={SECRET}");
    for record in [
        format!(
            r#""key":"aal_fieldop?operationId=7&key={SECRET}","command":"aal_fieldop","target":"operationId=7&key={SECRET}""#
        ),
        format!(r#""key":"aal_fieldop?operationId=7","command":"aal_fieldop","target":"operationId=7&key={SECRET}""#),
        format!(r#""key":"{whole}","command":"{whole}""#),
    ] {
        let place = copied(&record);
        let ran = place.run(&["snapshot", "finalize", SITE]);
        ran.ends(
            3,
            &[
                "it holds a secret, such as what follows `key=`, and others read this file (command and target are enough: write \
                 `\"key\":\"aal_fieldop?operationId=7\"`",
                "1 thing in it fits no format",
            ],
        );
        assert!(!ran.err.contains(SECRET), "{ran:#?}");
    }
    let elsewhere = copied(r#""key":"aal_fieldop?operationId=7","command":"aal_fieldop","target":"operationId=7""#);
    elsewhere.edit(
        SITE,
        r#""name":"Summit 2019""#,
        &format!(r#""name":"Summit 2019","seen_at":"https://x.example/?token={SECRET}""#),
    );
    elsewhere.run(&["snapshot", "finalize", SITE]).ends(3, &["it holds a secret, such as what follows `key=`"]);
}

#[test]
fn a_secret_of_a_site_file_is_in_no_plan_that_init_writes() {
    let record = format!(
        r#""key":"aal_fieldop?operationId=7&key={SECRET}","command":"aal_fieldop","target":"operationId=7&key={SECRET}""#
    );
    let place = copied(&record);
    // As a version of this program closed it that did not look for secrets.
    std::fs::write(place.path(SITE), seal(&place.read(SITE)).unwrap()).unwrap();
    place.run(&["init", "--site", SITE, "--out", "new.yaml"]).ends(0, &[]);
    let plan = place.read("new.yaml");
    assert!(!plan.contains(SECRET) && plan.contains("calls: \"aal_fieldop?operationId=7\"\n"), "{plan}");
    // It is the webhook that the plan means by command and target.
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    for rule in ["webhook-not-in-plan", "not-on-site"] {
        assert!(!ran.out.contains(rule), "{rule}: {}", ran.out);
    }
    assert!(ran.out.contains("reading-not-understood") && !ran.out.contains(SECRET), "{}", ran.out);

    let place = copied(r#""key":"aal_fieldop?operationId=7","command":"aal_fieldop","target":"operationId=7""#);
    place.edit_site(SITE, r#"{"kind":"plugin","#, &format!("{{\"kind\":\"webhook\",\"key\":\"aal_x?a=1&token={SECRET}\",\"command\":\"aal_x\",\"target\":\"a=1&token={SECRET}\"}}\n{{\"kind\":\"plugin\","));
    let ran = place.run(&["init", "--site", SITE, "--out", "new.yaml"]);
    ran.ends(0, &["attention: the site holds a secret where one line of new.yaml has `…` in its place"]);
    assert!(!ran.err.contains("a person's address"), "{ran:#?}");
    assert!(!place.read("new.yaml").contains(SECRET));
}
