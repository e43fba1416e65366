//! The pages for people: what stands on them, that nothing of a plan or a site becomes markup there, and how a browser shows them.

mod browser;
mod hostile;
mod owner;

use std::fs;

use crate::place::{PLAN, Place, SITE};

/// A plan in which much is wrong.
const DRAFT: &str = "bloom-coaching-first-draft.yaml";

/// A page of a plan, against the example's site.
#[track_caller]
fn page(place: &Place, plan: &str, words: &[&str]) -> String {
    let words = [&["report", plan, "--site", SITE, "--out", "page.html"], words].concat();
    place.run(&words).ends(0, &[]);
    fs::read_to_string(place.path("page.html")).unwrap()
}

/// What a reader sees of a page, without its markup.
fn words(page: &str) -> String {
    let body = page.split("<body>").nth(1).unwrap().split("<script>").next().unwrap();
    let text: Vec<&str> = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let text = text.join(" ");
    let text = [("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#91;", "["), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_finding_stands_in_the_plans_own_text_and_a_change_side_by_side() {
    let place = Place::new();
    place.edit(PLAN, "purchases-and-opt-ins", "purchases");
    let page = page(&place, PLAN, &[]);
    assert!(page.contains("<div class=\"verdict red\">"));
    // The line of the plan, with what is wrong marked in it.
    assert!(page.contains("welcome: <mark>purchases</mark>"), "the value is marked");
    assert!(page.contains("<del>//staging.bloom.example</del>") && page.contains("<ins>//bloom.example</ins>"));
    let shown = words(&page);
    for said in ["welcome-does-not-cover", "The barrier.", "nothing takes it back", "10019", "Digest"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[test]
fn a_timeline_marks_what_differs_and_says_it_in_words() {
    let place = Place::new();
    let shown = page(&place, DRAFT, &[]);
    // Of the draft three modules of the group coaching never open any more, and nothing else differs.
    let card = shown.split("<section class=\"offering").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(card.starts_with(" find differs\""), "what differs comes first");
    assert_eq!(card.matches("class=\"differs\"").count(), 3, "{card}");
    let picture = card.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(picture.contains("role=\"img\"") && picture.contains("3 modules differ"));
    assert!(picture.contains("module 4 Money: by the CRM, day unknown"), "{picture}");
    assert!(picture.contains(">4–6 ?</text>") && picture.contains(">4–6 ×</text>"), "{picture}");
}

#[test]
fn members_are_counted_where_they_were_read_and_are_unknown_where_not() {
    let place = Place::new();
    let shown = words(&page(&place, PLAN, &[]));
    let journey = place.run(&["journey", PLAN, "--site", SITE, "--everybody", "--format", "json"]);
    let counts = serde_json::from_str::<serde_json::Value>(&journey.out).unwrap()["everybody"]["counts"].clone();
    assert!(shown.contains(&format!("{} the same", counts["same"])), "{counts} {shown}");
    fs::remove_file(place.path("bloom-coaching.population.ndjson")).unwrap();
    let shown = words(&page(&place, PLAN, &[]));
    assert!(shown.contains("Who loses, gains and waits Not known:"), "{shown}");
}

#[test]
fn sums_add_up_where_two_readings_are_compared() {
    let place = Place::new();
    let shown = words(&page(&place, PLAN, &["--compare", SITE]));
    assert!(shown.contains("Sums that have to add up") && shown.contains("contacts before ="), "{shown}");
    assert!(!shown.contains("does not add up"));
}

#[test]
fn a_page_takes_the_place_of_a_page_alone() {
    let place = Place::new();
    let (report, owner) = (page(&place, PLAN, &[]), page(&place, PLAN, &["--for", "owner"]));
    assert_ne!(report, owner);
    place.run(&["check", PLAN, "--site", SITE, "--output", "html=page.html"]).ends(0, &[]);
    place.run(&["diff", PLAN, "--site", SITE, "--output", "html=page.html"]).ends(0, &[]);
    place.run(&["report", PLAN, "--site", SITE, "--out", PLAN]).ends(2, &["is not overwritten"]);
    fs::write(place.path("other.html"), "<!doctype html>\n<p>a page of somebody's").unwrap();
    place.run(&["report", PLAN, "--site", SITE, "--out", "other.html"]).ends(2, &["is not overwritten"]);
}

#[test]
fn several_plans_are_one_page_and_no_anchor_stands_twice() {
    let place = Place::new();
    // A rule's help stands in it in its own markup: no command on it is read as it is typed.
    let ran = place.command(&["check", PLAN, DRAFT, "--site", SITE, "--format", "html"]).output().unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(out.matches("<article>").count(), 2);
    let mut ids: Vec<&str> = out.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(all > 40 && ids.len() == all, "{all} {}", ids.len());
}
