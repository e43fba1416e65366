//! The collector's code itself: short, in one form, and nothing in it that could write.

use std::process::Command;

use super::{bridge, php_files};
use crate::place::{PLAN, Place};

#[test]
fn it_can_be_read_in_one_sitting() {
    let text: String = php_files().iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let is_code =
        |line: &&str| !line.trim().is_empty() && !["//", "/*", "*"].iter().any(|mark| line.trim().starts_with(mark));
    let (code, all) = (text.lines().filter(is_code).count(), text.lines().count());
    assert!(code < 1000 && all < 1250, "{code} lines of code, {all} in all");
}

#[test]
fn it_has_nothing_that_writes_or_sends() {
    let writers = [
        "INSERT ",
        "UPDATE ",
        "DELETE ",
        "REPLACE ",
        "ALTER ",
        "DROP ",
        "update_option",
        "add_option",
        "delete_option",
        "set_transient",
        "get_transient",
        "update_user_meta",
        "file_put_contents",
        "fopen",
        "unlink",
        "wp_remote",
        "curl_",
        "eval(",
        "exec(",
        "$_GET",
        "$_POST",
        "$_REQUEST",
        "$_COOKIE",
        "register_activation_hook",
        "wp_schedule",
        "get_param",
        "dbDelta",
    ];
    for file in php_files() {
        let code = std::fs::read_to_string(&file).unwrap();
        let found: Vec<_> = writers.iter().filter(|word| code.contains(**word)).collect();
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
}

#[test]
fn it_is_linted_and_formatted() {
    if std::env::var_os("PLAN_WITHOUT_STAGING").is_some() {
        return;
    }
    let linted = Command::new("phpcs").arg("-q").current_dir(bridge()).output().unwrap();
    assert!(linted.status.success(), "run `phpcbf` in bridge/: {}", String::from_utf8_lossy(&linted.stdout));
}

#[test]
fn a_mail_names_sites_as_the_plan_does_or_is_not_written_and_its_attachment_as_the_mail_does() {
    let place = Place::new();
    let ask = || place.run(&["site", "ask", "--way", "script", "--plan", PLAN]);
    let ran = ask();
    ran.ends(0, &["attach to it what these make: `plan bridge script > plan-collector.php` and `plan bridge script --inventory > plan-inventory.php`"]);
    assert!(ran.out.contains("the attached file plan-collector.php"), "{}", ran.out);
    place.edit(PLAN, "live: https://bloom.example}", "live: \"Send your password\"}");
    let ran = ask();
    ran.ends(2, &["the sites of `bloom-coaching.yaml` cannot be read", "https://example.com"]);
    assert_eq!(ran.out, "");
}
