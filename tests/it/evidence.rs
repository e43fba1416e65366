//! What counts as evidence says something that can be read, whoever wrote it down and however.

use crate::guided::{configured, record, verified};
use crate::place::{PLAN, Place, SITE};

/// Texts in which nobody reads anything.
const NOTHING: [&str; 8] = ["\u{200b}", "\u{3164}", " \u{115f} ", "\u{2800}", "-", "?", "n/a", " "];

#[test]
fn no_text_in_which_nothing_can_be_read_is_recorded() {
    let place = configured();
    verified(&place);
    record(&place, &["backup", "--restore-point", "RP-1", "--parts", "files", "--taken-at", "2026-11-21T05:10:00Z"]);
    let before = place.read("bloom-coaching.record.ndjson");
    for nothing in NOTHING {
        let backup = ["backup", "--parts", "files", "--taken-at", "2026-11-21T05:10:00Z"];
        let lines: [&[&str]; 8] = [
            &[&backup[..], &["--restore-point", nothing]].concat(),
            &["sign-in", "--", nothing],
            &["step", "push", "--", nothing],
            &["outside-window", "--", nothing],
            &["restore-drill", "RP-1", "--took", "20m", &format!("--onto={nothing}")],
            &["moved", "mail", "--now", "0123456789ab", "--", nothing],
            &["moved", "--now", "0123456789ab", "--", nothing, "seen"],
            &["ack", "2", &format!("--reason={nothing}")],
        ];
        for line in lines {
            let mut words: Vec<&str> = vec!["record", line[0], "--plan", PLAN, "--who", "jo"];
            words.extend(&line[1..]);
            let ran = place.run(&words);
            assert_eq!(ran.code, Some(2), "{words:?}: {ran:#?}");
        }
        std::fs::write(place.path("lines.txt"), format!("{nothing}\n")).unwrap();
        let words =
            ["record", "verification", "lines.txt", "--host", "staging.bloom.example", "--plan", PLAN, "--who", "jo"];
        assert_eq!(place.run(&words).code, Some(2), "{nothing:?}");
    }
    assert_eq!(place.read("bloom-coaching.record.ndjson"), before);
}

#[test]
fn a_line_typed_by_hand_in_which_nothing_can_be_read_is_no_evidence() {
    for nothing in NOTHING {
        let place = Place::new();
        let name = "bloom-coaching.record.ndjson";
        let mut line: serde_json::Value = serde_json::from_str(&place.read(name)).unwrap();
        line["evidence"]["backup"]["source"] = serde_json::json!({"restore-point": nothing});
        std::fs::write(place.path(name), format!("{line}\n")).unwrap();
        let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
        assert_eq!(ran.code, Some(1), "{nothing:?}: {ran:#?}");
        assert!(ran.out.contains("restore point without a name"), "{nothing:?}: {ran:#?}");
    }
}

#[test]
fn a_reason_in_a_plan_in_which_nothing_can_be_read_is_none() {
    let (alone, retired) =
        ("archived and without members", "\"tags are local after the switch, there is nothing to sync\"");
    for nothing in NOTHING.into_iter().filter(|nothing| *nothing != "n/a") {
        let quoted = serde_json::Value::from(nothing).to_string();
        let risk = format!(
            "accepted_risks:\n  - {{rule: module-order, at: /offerings, reason: {quoted}, owner: jo, until: 2099-12-31}}\nrollback:"
        );
        for (old, new, at) in [
            ("rollback:", risk.as_str(), "/accepted_risks/0"),
            (alone, &quoted, "/leave_alone/offerings"),
            (retired, &quoted, "/webhooks/aal_updateuser/after_switch"),
        ] {
            let place = Place::new();
            place.edit(PLAN, old, new);
            let says = |place: &Place| place.run(&["check", PLAN, "--site", SITE, "--format", "json"]).out;
            let report: serde_json::Value = serde_json::from_str(&says(&place)).unwrap();
            let found = report["findings"]
                .as_array()
                .unwrap()
                .iter()
                .any(|finding| finding["rule"] == "wrong-value" && finding["location"].to_string().contains(at));
            assert!(found, "{nothing:?} at {at}: {report:#}");
            // With a reason there it fits.
            place.edit(PLAN, &quoted, "it was agreed");
            assert!(!says(&place).contains("wrong-value"), "{at}");
        }
    }
}

/// What is recorded is judged as it is going to stand there: an address is left out, and the command to fill in says nothing.
#[test]
fn a_text_that_is_only_an_address_or_a_placeholder_is_not_recorded() {
    let place = Place::new();
    let before = place.read("bloom-coaching.record.ndjson");
    for says in
        ["ada@member.example", " <ada@member.example> ", "HOW THE SPARE ADMINISTRATOR SIGNED IN", "WHY", "WHAT YOU SAW"]
    {
        for words in
            [&["record", "sign-in", says][..], &["record", "step", "push", says], &["record", "outside-window", says]]
        {
            place.run(&[words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(2, &["nothing"]);
        }
    }
    place
        .run(&[
            "record",
            "purchase",
            "team-seats-checkout",
            "--saw",
            "order",
            "--transaction",
            "ID",
            "--plan",
            PLAN,
            "--who",
            "jo",
        ])
        .ends(2, &["is not the transaction of a payment"]);
    assert_eq!(place.read("bloom-coaching.record.ndjson"), before);
}
