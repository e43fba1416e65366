//! From step to step: each is proven, by a reading or by what a person attests.

use super::*;

#[test]
fn a_test_purchase_is_looked_for_and_a_word_that_the_site_denies_is_none() {
    let place = passed_barrier();
    migrated(&place, true, 25);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 30);
    on(&place).ends(20, &["not seen yet"]);
    let form = "group-coaching-checkout";
    let population = place.read(POPULATION);
    let denied = |words: &str| on(&place).ends(20, &[&format!("`{form}`: {words}")]);
    let again = |records: &[Value]| {
        fs::write(place.path(POPULATION), &population).unwrap();
        adds(&place, records);
    };
    record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
    denied("no new order on the form as of ");
    // An order on another form is not it.
    again(&[order(1, "10019", "team-seats-checkout")]);
    denied("no new order on the form");
    // Somebody whom the site knew, and who has no access.
    let nobody = population.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let has = |one: &Value| one["tags"].as_array().unwrap().iter().any(|tag| tag == "Group_Coaching_Base_Access");
    let known = nobody.into_iter().find(|one| one["kind"] == "contact" && !has(one));
    let known = known.unwrap()["key"].as_str().unwrap().to_owned();
    again(&[order(1, &known, form)]);
    denied(&format!("contact {known} lacks `Group_Coaching_Base_Access`"));
    on(&place).ends(20, &[&format!("contact {known} was there before")]);
    // Several: which one it is, a person says.
    let contact = |at: usize, tags: &[&str]| serde_json::json!({"kind": "contact", "key": format!("9000{at}"), "email": format!("{at}{BUYER}"), "tags": tags});
    let tag: &[&str] = &["Group_Coaching_Base_Access"];
    again(&[contact(1, &[]), order(1, "90001", form), contact(2, tag), order(2, "90002", form)]);
    denied("several new orders on the form (9001, 9002): record it again with `--order ID` of the test");
    let before = place.state_files("before.site.ndjson")[0].display().to_string();
    let verify = |more: &[&str]| place.run(&[&["verify", PLAN, "--before", &before, "--after", SITE], more].concat());
    verify(&[]).ends(21, &[]);
    record(&place, &["purchase", form, "--saw", "order", "--order", "9003"]);
    denied("no new order 9003 on the form");
    record(&place, &["purchase", form, "--saw", "order", "--order", "9002"]);
    let found = on(&place);
    assert!(!found.err.contains(&format!("`{form}`")), "the others are missing, this one is not: {found:#?}");
    let said = verify(&[]);
    said.ends(21, &[]);
    for words in [
        "explained by the test purchases on record: contact 90002; order 9002",
        "order          recorded   order 9002 (Success), paid",
        "content        recorded   contact 90002 has `Group_Coaching_Base_Access`; that the page opens is attested",
        "welcome-email  attested   only a person can see whether the mail arrived",
        "new-user       recorded   contact 90002 was not there before",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert!(!said.out.contains(BUYER) && !found.err.contains(BUYER));
    let json: Value = serde_json::from_str(&verify(&["--format", "json"]).out).unwrap();
    assert_eq!(json["everybody"]["explained"]["orders"], serde_json::json!(["9002"]));
    assert_eq!(json["test_purchases"][0]["confirmations"][0]["how"], "recorded");
    // Alone, it is all that is extra.
    again(&[contact(2, tag), order(2, "90002", form)]);
    let all = verify(&[]);
    all.ends(0, &[]);
    assert!(all.out.contains("equal: everybody is as before"), "{}", all.out);
    // With nobody's orders captured, a word is a word.
    place.edit_site(SITE, r#""order":{"how":"bridge"}"#, r#""order":{"missing":"no way to read it"}"#);
    let blind = verify(&[]);
    blind.ends(21, &[]);
    assert!(
        blind.out.contains("order          unknown    contacts and orders were not captured before and after, and nobody named the payment: give its transaction"),
        "{}",
        blind.out
    );
}

#[test]
fn a_rehearsal_goes_from_step_to_step_each_proven() {
    let place = configured();
    assert_eq!(stands(&place, "next"), ["start-verification"]);
    on(&place).ends(20, &["no verification of this site was recorded since"]);
    // One that was recorded before the changes were in place says nothing of them.
    let before = place.read("bloom-coaching.record.ndjson");
    verified(&place);
    fs::write(place.path("bloom-coaching.record.ndjson"), &before).unwrap();
    fs::write(place.path("lines.txt"), "! 2 users\n41 tags\n! 3 users\n").unwrap();
    record(&place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    on(&place).ends(20, &["each line with a \"!\" needs a reason: 1, 3"]);
    record(&place, &["ack", "1", "--reason", "ours"]);
    on(&place).ends(20, &["each line with a \"!\" needs a reason: 3"]);
    record(&place, &["ack", "3", "--reason", "ours"]);
    on(&place).ends(20, &["a sign-in of the spare administrator is not on record"]);
    assert_eq!(stands(&place, "next"), ["run-migration"]);
    assert_eq!(status(&place)["past_the_barrier"], false);
}

#[test]
fn somebody_who_lost_a_tag_stops_the_run_and_is_not_named() {
    let place = passed_barrier();
    let population = place.read(POPULATION);
    let line =
        population.lines().find(|line| line.contains(r#""kind":"contact""#) && line.contains(r#""tags":[""#)).unwrap();
    let mut contact: Value = serde_json::from_str(line).unwrap();
    contact["tags"] = Value::Array(Vec::new());
    fs::write(place.path(POPULATION), population.edited_once(line, &contact.to_string())).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    let ran = on(&place);
    ran.ends(21, &["239 the same, 1 changed", "plan verify"]);
    assert!(!ran.err.contains(contact["email"].as_str().unwrap()));
    // Mended, it goes on.
    fs::write(place.path(POPULATION), &population).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    migrated(&place, true, 31);
    on(&place).ends(20, &["maintenance mode is on"]);
}

#[test]
fn contacts_that_were_not_read_since_prove_nothing() {
    let place = passed_barrier();
    record(&place, &["sign-in", "still signed in"]);
    for minute in [12, 10] {
        // What was read before the barrier shows nothing of the press, whoever finalized it again since.
        configured_as_migrated(&place, true, minute);
        on(&place).ends(20, &["waits at `run-migration`", "read it again", "do not press it again"]);
        migrated(&place, true, minute);
        on(&place).ends(20, &["waits at `run-migration`", "read it again", "do not press it again"]);
    }
    fs::copy(Place::new().path(POPULATION), place.path(POPULATION)).unwrap();
    configured_as_migrated(&place, true, 30);
    on(&place).ends(20, &["were not read since the migration"]);
    migrated(&place, true, 31);
    on(&place).ends(20, &["maintenance mode is on"]);
}

#[test]
fn a_persons_own_words_stay_in_the_record() {
    let place = passed_barrier();
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    fs::remove_file(place.path(POPULATION)).unwrap();
    on(&place).ends(20, &["plan record step review-contacts"]);
    record(&place, &["step", "review-contacts", "Ada ada@member.example looks fine"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    let log = place.run(&["log", PLAN, "--site", SITE]).out;
    assert!(log.contains("attested by `jo`") && !log.contains("ada@"), "{log}");
    assert!(!fs::read_to_string(place.journal()).unwrap().contains("ada@"));
}

#[test]
fn an_ended_run_that_was_not_put_away_is_put_away_and_nothing_else() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    let undo = || place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]);
    undo().ends(0, &[]);
    let ended = fs::read_to_string(&place.archived()[0]).unwrap();
    for again in [&undo as &dyn Fn() -> Ran, &|| on(&place)] {
        fs::write(place.journal(), &ended).unwrap();
        let site = place.read(SITE);
        let ran = again();
        ran.ends(0, &[]);
        assert!(ran.out.contains("has ended"), "{ran:#?}");
        assert!(!place.journal().exists() && place.read(SITE) == site);
    }
}

#[test]
fn a_site_that_is_as_planned_can_still_go_through_the_guide() {
    let place = configured_anew();
    fs::remove_file(place.journal()).unwrap();
    place.apply(&["--no-input"]).ends(0, &[]);
    place.apply(&["--no-input", "--through", "start-verification"]).ends(2, &["leave them out", "`--confirm`"]);
    assert!(!place.journal().exists(), "nobody confirmed it");
    let ran = place.confirm(&place.digest());
    ran.ends(0, &[]);
    assert!(ran.out.contains("0 changes in place"), "{ran:#?}");
    assert_eq!(stands(&place, "next"), ["start-verification"]);
    // A plan that was edited where the site does not show it takes its place.
    place.edit(PLAN, "no_older_than: 2h", "no_older_than: 48h");
    on(&place).ends(20, &["the plan was edited"]);
    place.confirm(&place.digest()).ends(0, &[]);
    on(&place).ends(20, &["no verification"]);
}

#[test]
fn the_page_of_the_run_says_of_every_step_why_it_is_a_persons() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/run.md");
    let page = fs::read_to_string(&path).unwrap();
    let head = "| step | who | proven by | believed | why a person |\n|---|---|---|---|---|\n";
    let (before, rest) = page.split_once(head).unwrap();
    let (table, after) = rest.split_once("\n\n").unwrap();
    let steps = amc_plan::model::Step::ALL.iter().map(|step| step.about()).filter(|about| !about.why.is_empty());
    let cell = |text: &str| if text.is_empty() { "–".to_owned() } else { text.replace('|', "\\|") };
    let wanted: Vec<String> = steps
        .map(|about| {
            let cells = [about.title, about.executor.name(), about.observed, about.believed, about.why].map(cell);
            format!("| {} |", cells.join(" | "))
        })
        .collect();
    let wanted = wanted.join("\n");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, format!("{before}{head}{wanted}\n\n{}", after.trim_start_matches('\n'))).unwrap();
    } else {
        assert_eq!(table, wanted, "run UPDATE_SNAPSHOTS=1 cargo test --test it guided::, and read the difference");
    }
}
