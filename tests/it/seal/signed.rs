//! Seals that a reviewer signed.

use super::*;

#[test]
fn a_signature_counts_only_if_a_known_reviewer_made_it_over_this_seal() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    let (sam, eve) = (Reviewer::new(place, "sam"), Reviewer::new(place, "eve"));
    let settings = |text: &str| fs::write(place.path("plan.toml"), text).unwrap();
    let keys = format!("keys = {{sam = \"{}\"}}\n", sam.key(place));
    // A signature that nobody can prove is refused even where none is demanded.
    sam.signs(place, &[]);
    reviewed.refused(12, &["names no reviewer's key"]);
    settings(&format!("[seal]\n{keys}"));
    let good = place.read(SIGNATURE);
    let flip = |line: usize| {
        let lines = good.lines().enumerate().map(|(at, text)| {
            let other = if text.as_bytes()[40] == b'A' { "B" } else { "A" };
            if at == line { format!("{}{other}{}\n", &text[..40], &text[41..]) } else { format!("{text}\n") }
        });
        lines.collect::<String>()
    };
    for (signature, words) in [
        (String::new(), "not a minisign signature"),
        ("untrusted comment: x\nRWQ=\n".into(), "not a minisign signature"),
        (good.lines().take(2).collect::<Vec<_>>().join("\n"), "not a minisign signature"),
        (flip(1), "does not match"),
        (flip(3), "does not match"),
        (good.edited("timestamp:", "timestamp:9"), "does not match"),
        (good.edited("trusted comment: ", "trusted comment:"), "not a minisign signature"),
    ] {
        fs::write(place.path(SIGNATURE), signature).unwrap();
        reviewed.refused(12, &[words, "nothing was written"]);
    }
    eve.signs(place, &[]);
    reviewed.refused(12, &["by none of the reviewers"]);
    // Eve's signature under Sam's key number.
    let numbered = |text: &str| base64_of(text.lines().nth(1).unwrap());
    let mut forged = numbered(&place.read(SIGNATURE));
    forged[2..10].copy_from_slice(&numbered(&good)[2..10]);
    use base64::Engine as _;
    let line = base64::engine::general_purpose::STANDARD.encode(&forged);
    let text = place.read(SIGNATURE);
    let own = text.lines().nth(1).unwrap().to_owned();
    fs::write(place.path(SIGNATURE), text.edited(&own, &line)).unwrap();
    reviewed.refused(12, &["does not match"]);
    fs::remove_file(place.path(SIGNATURE)).unwrap();
    reviewed.refused(12, &["no reviewer's signature"]);
    // A byte that means nothing was still not signed.
    fs::write(place.path(SIGNATURE), &good).unwrap();
    reviewed.write(&format!("{} ", reviewed.seal));
    reviewed.refused(12, &["does not match"]);
    reviewed.write(&reviewed.seal);
    reviewed.applied().ends(0, &["the seal is signed by `sam`"]);
}

#[test]
fn a_signature_is_over_the_lines_whatever_git_made_of_their_ends() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    let sam = Reviewer::new(place, "sam");
    let keys = toml::from_str(&format!("sam = \"{}\"", sam.key(place))).unwrap();
    let returns = |text: &str| text.replace('\n', "\r\n");
    for signed in [reviewed.seal.clone(), returns(&reviewed.seal)] {
        reviewed.write(&signed);
        sam.signs(place, &[]);
        let signature = place.read(SIGNATURE);
        for text in [&reviewed.seal, &returns(&reviewed.seal)] {
            for signature in [signature.clone(), returns(&signature)] {
                let sealed = Sealed { text: text.clone(), signature: Some(signature) };
                assert_eq!(*Presented::new(&sealed, &keys).signature(), Signature::By("sam".to_owned()));
            }
        }
        let edited = Sealed { text: signed.replace("\"tool\"", " \"tool\""), signature: Some(signature) };
        assert!(matches!(Presented::new(&edited, &keys).signature(), Signature::Wrong(_)));
    }
}

fn base64_of(line: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(line).unwrap()
}

#[test]
fn both_forms_of_signature_count() {
    for form in [&["-l"][..], &["-H"]] {
        let reviewed = Reviewed::new();
        let sam = Reviewer::new(&reviewed.place, "sam");
        let settings = format!("[seal]\nrequired = true\n[seal.keys]\nsam = \"{}\"\n", sam.key(&reviewed.place));
        fs::write(reviewed.place.path("plan.toml"), settings).unwrap();
        sam.signs(&reviewed.place, form);
        let begins = &base64_of(reviewed.place.read(SIGNATURE).lines().nth(1).unwrap())[..2];
        assert_eq!(begins, if form == ["-l"] { b"Ed" } else { b"ED" });
        reviewed.applied().ends(0, &[]);
    }
}

#[test]
fn where_a_seal_is_demanded_nothing_else_will_do() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    let sam = Reviewer::new(place, "sam");
    let digest = place.digest();
    let settings = format!("[seal]\nrequired = true\nkeys = {{sam = \"{}\"}}\n", sam.key(place));
    fs::write(place.path("plan.toml"), &settings).unwrap();
    for more in [&[][..], &["--no-input"], &["--confirm", &digest]] {
        reviewed.refused_with(more, 12, &["requires a seal"]);
    }
    reviewed.refused(12, &["no reviewer's signature"]);
    sam.signs(place, &[]);
    reviewed.applied().ends(0, &["signed by `sam`"]);
    let journal = fs::read_to_string(place.journal()).unwrap();
    let begun = format!("{}\n", journal.lines().next().unwrap());
    let again = || {
        fs::write(place.path(SITE), &reviewed.site).unwrap();
        fs::write(place.journal(), &begun).unwrap();
    };
    let kept = place.read(".plan/seals.ndjson");
    // A run that only a digest confirmed, and one whose kept seal is signed by nobody.
    let unsigned = {
        let mut line: Value = serde_json::from_str(kept.trim()).unwrap();
        line["signature"] = Value::Null;
        line.to_string()
    };
    for text in [String::new(), unsigned] {
        fs::write(place.path(".plan/seals.ndjson"), text).unwrap();
        again();
        place.apply(&["--resume"]).ends(12, &["nobody confirmed"]);
        assert_eq!(place.read(SITE), reviewed.site);
    }
    fs::write(place.path(".plan/seals.ndjson"), &kept).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
    place.apply(&["--no-input"]).ends(0, &[]);
    // Without the demand a run is not stranded by a key that is gone.
    fs::remove_file(place.path("plan.toml")).unwrap();
    again();
    place.apply(&["--resume"]).ends(0, &[]);
}
