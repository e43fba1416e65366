//! The owner's pages: no rule's name, no jargon, what is unknown is said to be, and the evidence is that of the journal.

use std::fs;

use amc_plan::rules::ALL;
use sha2::{Digest as _, Sha256};

use crate::guided::{record, rehearsed};
use crate::place::{PLAN, Place, SITE};

use super::{DRAFT, page, words};

/// Words that nobody outside of this program and its trade uses.
const JARGON: [&str; 14] = [
    "gate", "waiver", "digest", "snapshot", "webhook", "intent", "unproven", "attest", "barrier", "YAML", "JSON",
    "slug", "`", "offering",
];

#[test]
fn no_rule_is_named_and_no_jargon_is_spoken() {
    let place = Place::new();
    for plan in [PLAN, DRAFT] {
        let shown = words(&page(&place, plan, &["--for", "owner"]));
        let rules = ALL.iter().filter(|rule| rule.id.contains('-') && shown.contains(rule.id));
        assert_eq!(rules.map(|rule| rule.id).collect::<Vec<_>>(), Vec::<&str>::new(), "{shown}");
        let spoken = JARGON.iter().filter(|word| shown.to_lowercase().contains(&word.to_lowercase()));
        assert_eq!(spoken.collect::<Vec<_>>(), Vec::<&&str>::new(), "{shown}");
    }
}

#[test]
fn it_says_what_members_notice_what_stops_and_what_waits_for_a_decision() {
    let place = Place::new();
    let shown = words(&page(&place, PLAN, &["--for", "owner"]));
    for said in [
        "The switch begins on 2026-12-02 06:00 Europe/Berlin and is planned to take up to 2h.",
        "Campaigns and mail series of ontraport.",
        "Links in mails of ontraport that log members in by themselves.",
        "2027-01-31: ontraport is paid until this day",
        "2026-12-02 07:30: jo decides whether to go on or back",
        "Is it safe to cancel ontraport? Not yet. No finished switch of the live site is on record here.",
        "Whether ontraport itself charges members is not known here",
        "Dear members, on 2026-12-02 06:00 Europe/Berlin we move bloom.example to a new system.",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // A draft in which nobody has decided.
    let shown = words(&page(&place, DRAFT, &["--for", "owner"]));
    for said in [
        "Not ready:",
        "No date is fixed yet.",
        "No date: choose when the switch is made",
        "No date: decide whether members get a mail with their new password",
        "[Passwords: to be decided before this is sent.]",
        "[Before this is sent: not everybody is known to keep what they have.]",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[test]
fn subscriptions_that_bill_elsewhere_are_counted_or_said_to_be_unknown() {
    let place = Place::new();
    let site = place.read(SITE);
    let form = site.lines().find(|line| line.contains("\"group-coaching-payment-plan\"")).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(form).unwrap();
    value["gateway"] = "Ontraport".into();
    fs::write(place.path(SITE), site.replace(form, &value.to_string())).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let population = place.read("bloom-coaching.population.ndjson");
    let billed = population.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let billed = billed.filter(|line| {
        let charges = ["Active", "Payment Due", "Paused"].contains(&line["status"].as_str().unwrap_or_default());
        line["kind"] == "subscription" && line["form"] == "group-coaching-payment-plan" && charges
    });
    let billed = billed.count();
    let shown = words(&page(&place, PLAN, &["--for", "owner"]));
    let line = shown.split("Is it safe to cancel").nth(1).unwrap();
    assert!(billed > 0, "the example has such subscriptions");
    assert!(line.contains(&format!("{billed} subscriptions still bill through Ontraport")), "{billed}: {line}");
    fs::remove_file(place.path("bloom-coaching.population.ndjson")).unwrap();
    let shown = words(&page(&place, PLAN, &["--for", "owner"]));
    assert!(shown.contains("bills through Ontraport; how many subscriptions do is not known"), "{shown}");
    assert!(shown.contains("How many members see more or less than before is not known"), "{shown}");
}

#[test]
fn german_is_one_file_and_no_sentence_of_it_is_english() {
    let place = Place::new();
    let (english, german) = (
        words(&page(&place, PLAN, &["--for", "owner"])),
        words(&page(&place, PLAN, &["--for", "owner", "--language", "de"])),
    );
    assert!(german.contains("Die Umstellung von bloom.example") && german.contains("Noch nicht."));
    assert!(fs::read_to_string(place.path("page.html")).unwrap().contains("<html lang=\"de\">"));
    let sentences = |text: &str| text.split(['.', ':', '?']).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let same =
        sentences(&english).into_iter().filter(|one| one.split(' ').count() > 3 && sentences(&german).contains(one));
    // What the plan itself says is quoted.
    let plan = place.read(PLAN);
    let own: Vec<String> = same.filter(|one| !plan.contains(one.trim_matches(['“', '”', '„']))).collect();
    assert_eq!(own, Vec::<String>::new());
}

#[test]
fn the_evidence_is_that_of_the_journal_and_can_be_checked_against_it() {
    let place = rehearsed();
    record(
        &place,
        &["backup", "--restore-point", "RP-4471", "--parts", "files,database", "--taken-at", "2026-11-21T05:00:00Z"],
    );
    let shown = words(&page(&place, PLAN, &["--for", "owner", "--after"]));
    for said in [
        "This run was on the copy: a rehearsal.",
        "The run came to its end.",
        "the point of no return was passed",
        "Members compared; shown by reading the site",
        "10 contacts are listed for the comparison by hand.",
        "10 of 10 listed contacts the same",
        "restore point “RP-4471”, made 2026-11-21T05:00:00Z, attested by jo",
        "seen: the order, the content, the welcome mail, the new user",
        "jo signed in as the spare administrator: “in another browser”",
        "Name ______________________",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let journals = fs::read_dir(place.path(".plan")).unwrap().map(|entry| entry.unwrap().path());
    let digests = journals.filter(|path| path.to_string_lossy().contains(".journal.")).map(|path| {
        let digest: String = Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
        digest
    });
    let digests: Vec<String> = digests.collect();
    assert!(digests.iter().any(|digest| shown.contains(digest)), "{digests:?}: {shown}");
    assert!(!shown.contains("tess.buyer@"), "a buyer's address is nobody's business");
    // Where no run is on record nothing is claimed.
    let none = words(&page(&Place::new(), PLAN, &["--for", "owner", "--after"]));
    assert!(none.contains("No run on this site is on record here") && !none.contains("came to its end"), "{none}");
}
