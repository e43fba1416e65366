//! Hostile text on the pages: none of it is markup, in whatever context it comes to stand.

use std::collections::BTreeSet;
use std::fs;

use crate::common::copy_of_plans;
use crate::common::plan;
use crate::inert::{HOSTILE, harms, hostile_plan, hostile_site};
use crate::place::{PLAN, Place, SITE};

use super::{DRAFT, page};

/// What ends the contexts in which a text can stand: an element, an attribute, a style, a script, a picture, an address.
const BREAKS: [&str; 8] = [
    "</title></style></script><script>pwned()</script>",
    "\"><img src=x onerror=pwned()>",
    "' onmouseover='pwned()' x='",
    "</text></svg><svg onload=pwned()>",
    "javascript:pwned()",
    "{{ pwned }} {% pwned %} ${pwned}",
    "<!--<script>pwned",
    "}*{background:url(//pwned.example)}",
];

/// The elements of a page, each with the names of its attributes, and the values of attributes that are not words.
fn elements(page: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let (mut found, mut values) = (BTreeSet::new(), Vec::new());
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, script) = rest.rsplit_once("<script>").unwrap();
    assert!(script.trim_end().ends_with("</script>\n</body>\n</html>"), "{script}");
    for tag in [head, body].concat().split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap_or_else(|| panic!("a tag that does not end: {tag}"));
        assert!(!text.contains('>'), "an end without a beginning: {tag}>{text}");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        found.insert(name.to_owned());
        let mut rest = attributes;
        while let Some((attribute, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').unwrap();
            let attribute = attribute.trim().rsplit(' ').next().unwrap();
            found.insert(format!("{name} {attribute}"));
            values.push((attribute.to_owned(), value.to_owned()));
            rest = after;
        }
        assert!(!rest.contains(['\'', '=']), "{tag}");
    }
    (found, values)
}

/// Whether a page has no other elements than these, no address but a place on it, and the one script and style.
#[track_caller]
fn is_inert(page: &str, known: &BTreeSet<String>, what: &str) {
    let (found, values) = elements(page);
    let new: Vec<&String> = found.difference(known).collect();
    assert!(new.is_empty(), "{what}: {new:?}");
    for (attribute, value) in values {
        let plain = |also: &[char]| value.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(&c));
        match attribute.as_str() {
            "href" => assert!(value.starts_with('#') && plain(&['#', '-']), "{what}: {value}"),
            "id" | "for" | "data-from" | "data-last" => assert!(plain(&['-']), "{what}: {attribute} {value}"),
            "class" | "aria-labelledby" => assert!(plain(&['-', ' ']), "{what}: {attribute} {value}"),
            _ => {}
        }
    }
    assert_eq!(harms(page), None, "{what}");
}

/// Pages of both readers, in both languages.
fn pages(place: &Place, plan: &str) -> [String; 4] {
    [&[][..], &["--for", "owner"], &["--for", "owner", "--language", "de"], &["--for", "owner", "--after"]]
        .map(|words| page(place, plan, words))
}

#[test]
fn nothing_in_a_plan_or_a_site_becomes_markup() {
    let benign = Place::new();
    let mut known = BTreeSet::new();
    for plan in [PLAN, DRAFT] {
        known.extend(pages(&benign, plan).iter().flat_map(|page| elements(page).0));
    }
    // What only such a page has: findings of the plan's form, and what was not compared.
    known.extend(["small", "p class", "p", "small class", "em", "tr class", "span class"].map(str::to_owned));
    for text in HOSTILE.iter().copied().chain(BREAKS) {
        let place = Place::new();
        hostile_site(place.folder.path(), text);
        for page in pages(&place, PLAN) {
            is_inert(&page, &known, text);
        }
        hostile_plan(place.folder.path(), text);
        is_inert(&page(&place, PLAN, &[]), &known, text);
        let words = serde_json::to_string(text).unwrap();
        let place = Place::new();
        let name = place.read(PLAN).lines().find(|line| line.starts_with("name:")).unwrap().to_owned();
        place.edit(PLAN, &name, &format!("name: {words}"));
        for page in pages(&place, PLAN) {
            is_inert(&page, &known, text);
        }
    }
}

#[test]
fn a_hostile_name_of_a_file_is_text() {
    let folder = copy_of_plans();
    for name in ["<img src=x onerror=pwned()>.yaml", "a\" onload=\"pwned().yaml", "a\u{202e}\u{1b}[31mb.yaml"] {
        fs::copy(folder.path().join(DRAFT), folder.path().join(name)).unwrap();
        let out = plan(folder.path(), &["check", name, "--site", SITE, "--format", "html"]).out;
        assert!(!out.contains("<img") && !out.contains("onload=\"pwned"), "{name}");
        assert_eq!(harms(&out), None, "{name}");
    }
}

#[test]
fn what_is_a_persons_is_masked_on_every_page_unless_it_is_asked_for() {
    let place = Place::new();
    place.edit(PLAN, "\"10019\": free", "\"10019\": free, ada@member.example asked");
    place.edit(PLAN, "people: {jo: operator,", "people: {jo: operator tess@nowhere.example,");
    let values = place.read("private/bloom-coaching.contacts.yaml");
    let addresses = values.lines().filter_map(|line| line.trim().strip_prefix("email: "));
    let addresses: Vec<&str> = addresses.map(|value| value.trim_matches('"')).chain(["ada@member.example"]).collect();
    assert_eq!(addresses.len(), 11);
    for page in pages(&place, PLAN) {
        assert!(addresses.iter().all(|address| !page.contains(address)));
    }
    fs::remove_file(place.path("page.html")).unwrap();
    let shown = page(&place, PLAN, &["--show-personal"]);
    assert!(shown.contains("ada@member.example"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.path("page.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "with what somebody asked to see it is theirs alone");
    }
}
