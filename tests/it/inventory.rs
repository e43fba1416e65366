//! An inventory in a file, as a person reads it, and as anybody may have made it.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::inert::{HOSTILE, harms};
use crate::place::{Ran, program};

/// What a site has whose quiz plugin nobody here knows.
const LINES: [&str; 10] = [
    r#"{"inventory":{"format":1,"plugin":{"name":"plan-bridge","version":"0.1.0","sha256":"5f2c"},"request":{"sha256":"77ab","adapters":[]},"taken_at":"2026-11-21T06:12:00Z","versions":{"wordpress":"6.8.7","php":"8.2.31","database":"10.11.14-MariaDB"},"multisite":false,"object_cache":false}}"#,
    r#"{"option":{"name":"blog_public","count":1,"bytes":[1,1],"shape":{"":{"types":{"digits":1},"length":[1,1]}}}}"#,
    r#"{"option":{"name":"_accessally_offering_*","count":3,"bytes":[640,1210],"shape":{"":{"types":{"php":3},"elements":[4,4]},"/name":{"types":{"text":3},"length":[7,24]},"/modules":{"types":{"array":3},"elements":[2,5]},"/modules/*/name":{"types":{"text":9,"empty":1},"length":[0,18]}}}}"#,
    r#"{"usermeta":{"name":"contact_id","count":25,"bytes":[5,5],"shape":{"":{"types":{"digits":25},"length":[5,5]}}}}"#,
    r#"{"table":{"name":"{prefix}pa_user_progress","count":1,"rows":120,"engine":"InnoDB","columns":[{"name":"id","type":"bigint(20) unsigned","key":"PRI"},{"name":"created","type":"datetime","key":""}]}}"#,
    r#"{"post_type":{"name":"page","count":5,"posts":{"publish":4,"draft":1}}}"#,
    r#"{"shortcode":{"name":"accessally_order_form","count":2}}"#,
    r#"{"cron":{"name":"wp_version_check","count":1}}"#,
    r#"{"class":{"name":"AccessAllyAPI","count":1,"methods":["get_all_tags"]}}"#,
    r#"{"plugin":{"name":"accessally/accessally.php","count":1,"version":"4.3.1","status":"active"}}"#,
];

const COUNTS: &str = r#"{"option":2,"usermeta":1,"table":1,"post_type":1,"shortcode":1,"cron":1,"class":1,"plugin":1}"#;

fn closed(lines: &[String]) -> String {
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(text, "{{\"end\":{{\"counts\":{COUNTS},\"sha256\":\"{digest}\"}}}}").unwrap();
    text
}

/// A small inventory, whole.
pub(crate) fn sample() -> String {
    closed(&LINES.map(str::to_owned))
}

/// The same with this text in the place of every name.
pub(crate) fn sample_of(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    let [first, rest @ ..] = LINES;
    let mut lines = vec![first.replace("\"6.8.7\"", &quoted)];
    for line in rest {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        let (_, of) = value.as_object_mut().unwrap().iter_mut().next().unwrap();
        crate::inert::poisoned(of, "", text, &|_| true);
        lines.push(value.to_string());
    }
    closed(&lines)
}

fn shown(text: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bloom.inventory.ndjson");
    std::fs::write(&file, text).unwrap();
    Ran::from(program().args(["site", "inventory", file.to_str().unwrap()]).output().unwrap())
}

#[test]
fn names_and_shapes_are_shown_a_kind_after_the_other() {
    let ran = shown(&sample());
    ran.ends(0, &[]);
    assert_eq!(
        ran.out,
        "A WordPress 6.8.7 (PHP 8.2.31, database 10.11.14-MariaDB), read at 2026-11-21T06:12:00Z by plan-bridge 0.1.0.
Names and shapes, and no values. `*` stands for a part of a name that no published code has.

Options
  blog_public  digits, 1 byte
  _accessally_offering_*  ×3, php, 4 elements
      /name            text, 7 to 24 bytes
      /modules         array, 2 to 5 elements
      /modules/*/name  empty ×1, text ×9, 0 to 18 bytes

User meta
  contact_id  ×25, digits, 5 bytes

Tables
  {prefix}pa_user_progress  about 120 rows, InnoDB
      id       bigint(20) unsigned, primary key
      created  datetime

Types of posts
  page  1 draft, 4 publish

Shortcodes, and on how many published pages they stand
  accessally_order_form  ×2

Scheduled work
  wp_version_check

Classes with their public methods
  AccessAllyAPI  get_all_tags()

Plugins
  accessally/accessally.php  4.3.1, active
"
    );
}

#[test]
fn what_is_no_whole_inventory_shows_nothing() {
    let whole = sample();
    for (text, why) in [
        (whole.replace("blog_public", "blog_hidden"), "its SHA-256 is not the one that its last line names"),
        (whole[..whole.len() / 2].to_owned(), "the file ends in the middle"),
        (whole.replace("\"format\":1", "\"format\":3"), "its format is 3, and this version of `plan` reads format 1"),
        ("{\"capture\":{}}\n".to_owned(), "it is not an inventory: it is a capture, which holds values of the site"),
    ] {
        let ran = shown(&text);
        ran.ends(3, &["bloom.inventory.ndjson", why]);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn how_many_of_a_name_were_looked_at_is_said_where_not_all_were() {
    let file = closed(&LINES.map(|line| line.replace(r#""count":25"#, r#""count":200"#)));
    let ran = shown(&file);
    ran.ends(0, &[]);
    assert!(ran.out.contains("  contact_id  ×200, 25 of them looked at, digits, 5 bytes\n"), "{}", ran.out);
}

/// The collector shows nobody's address; a file from somewhere else may.
#[test]
fn whoever_would_send_an_address_is_warned() {
    let file = closed(&LINES.map(|line| line.replace("contact_id", "jo@member.test")));
    let ran = shown(&file);
    ran.ends(0, &["attention: what looks like a person's address stands in 1 name: check before you send"]);
    assert!(!ran.out.contains("jo@member.test"), "{ran:?}");
}

#[test]
fn an_inventory_of_hostile_text_is_text() {
    let ran = shown(&sample_of(&HOSTILE.join("\n")));
    ran.ends(0, &[]);
    assert_eq!((harms(&ran.out), harms(&ran.err)), (None, None), "{ran:?}");
}
