//! A large file that is read says on a terminal how far it is, and elsewhere nothing.

use std::fs;

use crate::place::{PLAN, Place};
use crate::typed::typed;

#[test]
fn how_far_a_large_file_is_read_is_shown_on_a_terminal_alone() {
    let place = Place::new();
    // As many statements as fit, each of which is looked at: seconds, without optimisation.
    fs::write(place.path("dump.sql"), "a;".repeat(4 << 20)).unwrap();
    let words = ["record", "backup", "dump.sql", "--plan", PLAN, "--who", "jo"];
    let plain = place.run(&words);
    let (shown, code) = typed(&place, &words, "");
    assert_eq!(code, plain.code, "{shown}");
    assert!(!plain.err.contains("reading") && !plain.out.contains("reading"), "{plain:#?}");
    let bars: Vec<&str> = shown.split("reading dump.sql: ").skip(1).collect();
    assert!(!bars.is_empty() && bars.iter().all(|bar| bar.contains(" %, ") && bar.contains("/s, ")), "{shown:?}");
    // What is left of it is a line that was cleared.
    let last = bars.last().unwrap();
    let (bar, rest) = last.split_once(" left").unwrap();
    assert!(!bar.contains('\n') && rest.contains("\u{1b}[2K"), "{last:?}");
}
